"""The sentences of a CoNLL file, token by token: words, tags and lines, and the text that they make.

Other people's system outputs have faults that spoil no comparison: a byte that is not UTF-8, a word that was lost, a
tag that is none. `read(…, lenient=True)` mends them and says so; otherwise they are errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from goldspan.errors import InputError, ValueRefused
from goldspan.formats import tagging
from goldspan.formats.blocks import Block, read_blocks
from goldspan.formats.lines import loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LOST = "\ufffd"
REMEDY = "A line holds a word and its columns, the last of them the tag: O, or e.g. B-LABEL."


class Columns(NamedTuple):
    """The numbers of the columns of words and of tags, from 0; negative from the end."""

    word: int = 0
    tag: int = -1


DEFAULT = Columns()
Kind = Literal["bytes", "word", "tag"]


class Fault(NamedTuple):
    """What is wrong with a line: bytes that are not UTF-8, a lost word, or a tag that is none; and the error for it."""

    kind: Kind
    error: InputError


@dataclass(frozen=True, slots=True)
class Sentence:
    """An example of a CoNLL file.

    Args:
        line: the number of its first line.
        name: its id, as a comment states it or as numbered.
        stated: whether a comment states the id.
        text: of a comment, or the words joined by one blank.
        words: n words.
        extents: where the n words lie in the text, in code points.
        tags: n tags.
        written: the n tags as they stand in the file.
        lines: the n line numbers, from 1.
        notes: the known comments, values as written.
        comments: the other comments.
        faults: what was mended.
    """

    line: int
    name: str
    stated: bool
    text: str
    words: tuple[str, ...]
    extents: tuple[tuple[int, int], ...]
    tags: tuple[tagging.Tag, ...]
    written: tuple[str, ...]
    lines: tuple[int, ...]
    notes: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    def extent(self, first: int, stop: int) -> tuple[int, int]:
        """Where the tokens `first:stop` begin and end in the text."""
        return self.extents[first][0], self.extents[stop - 1][1]


def read(path: Path, columns: Columns = DEFAULT, *, lenient: bool = False) -> Iterator[Sentence | InputError]:
    """Each sentence, or the errors that stand in its place.

    Args:
        path: the file.
        columns: where words and tags stand.
        lenient: mend a line that cannot be read: U+FFFD for what is not UTF-8 and for a lost word, O for what is no
            tag. Each is among the sentence's faults.

    Raises:
        InputError: if the file cannot be read.
    """
    article, number = 0, 0
    for block in read_blocks(path):
        if block.starts_article:
            article, number = article + 1, 0
            continue
        number += 1
        name = f"{path.stem}.{article}.p{number:02d}" if article else f"{path.stem}.p{number:02d}"
        if block.errors and not lenient:
            yield from block.errors
            continue
        try:
            yield _sentence(block, path, name, columns, lenient=lenient)
        except InputError as error:
            yield error


def detect(path: Path, columns: Columns = DEFAULT) -> str:
    """The tagging scheme of a file: the one that forbids the fewest of its tags."""
    return tagging.detect(tags for block in read_blocks(path) if (tags := _readable_tags(block, columns)))


def read_json(written: str) -> Any:  # noqa: ANN401  (JSON is any)
    """What a comment says as JSON, or as it stands: other programs write plain text."""
    try:
        return loads(written)
    except (ValueError, RecursionError):
        return written


def locate(words: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Where words follow one another in a text with only blanks between; None if they do not."""
    extents, end = [], 0
    for word in words:
        start = text.find(word, end)
        if start < 0 or text[end:start].strip():
            return None
        end = start + len(word)
        extents.append((start, end))
    return None if text[end:].strip() else extents


def _sentence(block: Block, path: Path, name: str, columns: Columns, *, lenient: bool) -> Sentence:
    words, tags, written = [], [], []
    faults = [Fault("bytes", error) for error in block.errors]
    for number, row in block.rows:
        word, tag, found = _row(row, path, number, columns)
        faults += found
        words.append(word)
        tags.append(tag)
        written.append(row[columns.tag] if -len(row) <= columns.tag < len(row) else "")
    if faults and not lenient:
        raise faults[0].error
    text, extents = _layout(block, path, words)
    stated = block.notes.get("id", block.notes.get("sent_id"))
    if stated is not None:
        name = said if isinstance(said := read_json(stated), str) else stated
    return Sentence(
        block.line,
        name,
        stated is not None,
        text,
        tuple(words),
        tuple(extents),
        tuple(tags),
        tuple(written),
        tuple(number for number, _ in block.rows),
        block.notes,
        tuple(block.comments),
        tuple(faults),
    )


def _row(row: list[str], path: Path, number: int, columns: Columns) -> tuple[str, tagging.Tag, list[Fault]]:
    """The word and the tag of a line, mended if need be, and what was wrong."""
    word, tag, faults = LOST, tagging.OUTSIDE, []
    try:
        word = row[columns.word]
        tag = tagging.parse(row[columns.tag])
    except IndexError:
        faults.append(Fault("tag", InputError(f"only {len(row)} column(s)", file=path, line=number, remedy=REMEDY)))
    except ValueRefused as error:
        faults.append(Fault("tag", InputError(error.message, file=path, line=number, remedy=error.remedy)))
    if not faults and (not word or len(row) == 1):
        missing = InputError("the word or its tag is missing", file=path, line=number, remedy=REMEDY)
        faults.append(Fault("word", missing))
        word = LOST
    return word or LOST, tag, faults


def _readable_tags(block: Block, columns: Columns) -> list[tagging.Tag]:
    try:
        return [tagging.parse(row[columns.tag]) for _, row in block.rows]
    except (IndexError, ValueRefused):
        return []


def _layout(block: Block, path: Path, words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text, and where the words lie in it."""
    if "text" not in block.notes:
        text = " ".join(words)
        extents = locate(words, text)
        assert extents is not None
        return text, extents
    written = block.notes["text"]
    for text in (read_json(written), written):
        if isinstance(text, str) and (extents := locate(words, text)) is not None:
            return text, extents
    raise InputError(
        "the words are not those of the `# text` above them", file=path, line=block.line, remedy="Correct either."
    )
