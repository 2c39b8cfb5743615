"""The examples in the pages of the annotation guidelines: fenced blocks that are checked as gold is.

A block opened by three backticks and `ner` must pass every check; one opened by `ner-fails CHECK` must have exactly
that one finding. Fences are those of CommonMark 0.31, section 4.5: three or more backticks or tildes, indented by up to
three spaces, closed by at least as many of the same. A fence inside a longer one is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.annotation import Example

PASSES, FAILS = "ner", "ner-fails"
NEWLINE = re.compile(r"\r\n|\n|\r")  # U+2028 and U+0085 may occur inside a line
OPENING = re.compile(r"(?P<indent> {0,3})(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
OURS = re.compile(r"ner([-_]\S*)?", re.IGNORECASE)
HIDDEN = re.compile(r"[\s>*+\-\d.)]*(?:`{3,}|~{3,})\s*ner\b")
CHECK = re.compile(r"[a-z]+(?:-[a-z]+)*")
REMEDY = f"Open it with ```{PASSES} or ```{FAILS} CHECK-ID, at most three spaces in, and close it with ```."


@dataclass(frozen=True, slots=True)
class GuidelineExample:
    """One example of the guidelines.

    Args:
        file: the page.
        line: the line of the opening fence, from 1.
        expects: the id of the check that must have a finding; None where no check may have one.
        example: its text is the lines of the block joined by newlines; its id numbers the blocks of the page, as in
            `person.b03`.
    """

    file: Path
    line: int
    expects: str | None
    example: Example


@dataclass(frozen=True, slots=True)
class _Fence:
    """A fenced block of any kind: the line it opens on, its info string and its lines without the indentation."""

    line: int
    info: str
    content: tuple[str, ...]


def read_blocks(folder: Path) -> list[GuidelineExample]:
    """The blocks of all pages in the folder, by file name and line.

    Raises:
        NotFoundError: if there is no such folder.
        InputError: naming file and line, for a fence that is never closed or is no fence to Markdown, for a block
            opened by neither of the two words above, an empty block, or broken inline markup.
    """
    if not folder.is_dir():
        raise NotFoundError("there is no such folder", file=folder, remedy="Name the folder that holds labels.toml.")
    return [block for page in sorted(folder.glob("*.md")) for block in _read_page(page)]


def fenced_lines(lines: list[str], page: Path) -> frozenset[int]:
    """The numbers, from 1, of the lines of a page that belong to fenced blocks of any kind, their fences included.

    Raises:
        InputError: as `read_blocks`, for a fence.
    """
    return frozenset(
        number for fence in _fences(lines, page) for number in range(fence.line, fence.line + len(fence.content) + 2)
    )


def _read_page(page: Path) -> Iterator[GuidelineExample]:
    lines = NEWLINE.split(files.decode(files.read_bytes(page), page))
    number = 0
    for fence in _fences(lines, page):
        word, _, rest = fence.info.partition(" ")
        if not OURS.fullmatch(word):
            continue
        number += 1
        yield _parse_block(fence, word, rest.strip(), page, f"{page.stem}.b{number:02}")


def _parse_block(fence: _Fence, word: str, rest: str, page: Path, name: str) -> GuidelineExample:
    known = (word == PASSES and not rest) or (word == FAILS and CHECK.fullmatch(rest))
    if not known:
        raise InputError(f"a block opens with {fence.info!r}", file=page, line=fence.line, example=name, remedy=REMEDY)
    marked = "\n".join(fence.content)
    if not marked.strip():
        raise InputError(
            "the block is empty", file=page, line=fence.line, example=name, remedy="Write an example or remove it."
        )
    try:
        return GuidelineExample(page, fence.line, rest or None, inline.example(name, marked))
    except InvalidValueError as error:
        raise InputError(error.message, file=page, line=fence.line, example=name, remedy=error.remedy) from None


def _fences(lines: list[str], page: Path) -> Iterator[_Fence]:
    at = 0
    while at < len(lines):
        opening = OPENING.fullmatch(lines[at])
        if opening is None:
            _require_visible(lines[at], page, at + 1)
            at += 1
            continue
        end = _closing_line(lines, at, opening["fence"])
        if end is None:
            raise InputError("the fence is never closed", file=page, line=at + 1, remedy=REMEDY)
        indent = re.compile(f" {{0,{len(opening['indent'])}}}")
        content = tuple(indent.sub("", line, count=1) for line in lines[at + 1 : end])
        yield _Fence(at + 1, opening["info"].strip(), content)
        at = end + 1


def _closing_line(lines: list[str], at: int, fence: str) -> int | None:
    closing = re.compile(f" {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*")
    return next((number for number in range(at + 1, len(lines)) if closing.fullmatch(lines[number])), None)


def _require_visible(line: str, page: Path, number: int) -> None:
    """Refuse a block inside a list, a quotation or a code block by indentation: it would never be checked."""
    if HIDDEN.match(line):
        raise InputError("this block would not be checked", file=page, line=number, remedy=REMEDY)
