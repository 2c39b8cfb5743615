"""Paragraph segmentation: every code point that is not white space is in exactly one paragraph.

The lines that a printed page leaves in a report (page numbers, document symbols, job numbers) are found first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from goldspan.articles import boilerplate, sentences
from goldspan.articles.boilerplate import ParagraphBlock
from goldspan.articles.line_wrapping import LineWrapping, is_lone_enumerator, split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from goldspan.articles.line_wrapping import TextLine

LONGEST = 40

# Page artefacts wherever they stand alone on a line.
ANCHORS = (
    r"[A-Z]{1,5}(?=[^\s]*\d)(?:[/–][A-Z0-9][A-Za-z0-9.]*)+\*{0,3}",  # a document symbol: S/2004/348, A/58/1/Add.1
    r"\d{2}-\d{5}(?: \([A-Z]\))?(?: +\d{6})?",  # a job number of the United Nations: 04-33180 (E) 030504
    r"\*\d{6,8}\*",  # its bar code
    r"/\.\.\.|/…",  # the sign that the text continues on the next page
    r"(?i:page|p\.) ?\d{1,4}(?i: ?(?:of|/) ?\d{1,4})?",
    r"\d{1,4} of \d{1,4}",
    r"[-–—] ?\d{1,4} ?[-–—]",
    r"(?i:distr\.:?(?: (?:general|limited|restricted))?|original:(?: [a-z]{4,10})?)",
)

# Page artefacts only next to an anchor: numbers and dates, and single words that may also follow the last anchor.
PAGE_NUMBER = r"\d{1,6}|\d{1,2} [A-Z][a-z]+ \d{4}"
WORD = r"(?i:english|french|spanish|russian|arabic|chinese|general|limited|restricted)"
KIND = re.compile(rf"(?P<anchor>{'|'.join(ANCHORS)})|(?P<number>{PAGE_NUMBER})|(?P<word>{WORD})")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, `text[start:end]`, in code points, without white space at its edges.

    Args:
        start: its first code point.
        end: the position after its last one.
        kind: `text`, or `furniture` for boilerplate, which does not become an example.
    """

    start: int
    end: int
    kind: Literal["text", "furniture"]


def page_artefacts(text: str, lines: Sequence[TextLine]) -> set[int]:
    """The indices of the lines that are page artefacts.

    A run of lines is, from its first number or anchor to its last anchor or word, if it has an anchor. A bare
    number next to a form feed is an anchor, too.
    """
    artefacts: set[int] = set()
    kinds = ((i, _line_kind(text, lines, i)) for i in range(len(lines)))
    for alone, run in groupby(kinds, key=lambda item: item[1] is not None):
        if alone:
            artefacts.update(_artefact_lines(list(run)))
    return artefacts


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs in order, by the layout of the article, boilerplate flagged.

    A line is a paragraph, except in a hard-wrapped article, where it extends to an empty line, an indented line, a
    numbered or listed item, or the short last line of a sentence. The number of a paragraph that stands alone on its
    line belongs to what follows. A paragraph of more than `sentences.LIMIT` code points is cut at the ends of
    sentences. Linear in the length of the text.
    """
    rows = split_lines(text)
    page = page_artefacts(text, rows)
    blocks = _blocks(text, rows, page)
    flags = boilerplate.boilerplate_flags(text, blocks)
    starts = {rows[i].start for i in page}
    return [
        Paragraph(start, end, "furniture" if flag or block.start in starts else "text")
        for block, flag in zip(blocks, flags, strict=True)
        for start, end in sentences.split_paragraph(text, block.start, block.end)
    ]


def line_wrapping(text: str) -> LineWrapping | None:
    """The hard wrapping of an article; None where a line is a paragraph."""
    rows = split_lines(text)
    return LineWrapping.find(text, rows, page_artefacts(text, rows))


def _line_kind(text: str, lines: Sequence[TextLine], i: int) -> str | None:
    line = lines[i]
    if line.length > LONGEST:
        return None
    match = KIND.fullmatch(text, line.start, line.end)
    if match is None:
        return None
    if match.lastgroup == "number" and match.group().isdigit() and "\f" in _text_around(text, lines, i):
        return "anchor"
    return match.lastgroup


def _artefact_lines(run: list[tuple[int, str | None]]) -> Iterator[int]:
    anchors = [at for at, (_, kind) in enumerate(run) if kind == "anchor"]
    if not anchors:
        return
    first, last = anchors[0], anchors[-1]
    while first and run[first - 1][1] == "number":
        first -= 1
    while last + 1 < len(run) and run[last + 1][1] == "word":
        last += 1
    for i, _ in run[first : last + 1]:
        yield i


def _text_around(text: str, lines: Sequence[TextLine], i: int) -> str:
    before = lines[i - 1].end if i else 0
    after = lines[i + 1].start if i + 1 < len(lines) else len(text)
    return text[before : lines[i].start] + text[lines[i].end : after]


def _blocks(text: str, rows: list[TextLine], page: set[int]) -> list[ParagraphBlock]:
    begins = _beginnings(text, rows, page)
    blocks: list[ParagraphBlock] = []
    first = 0
    for i, row in enumerate(rows):
        if i and not begins(i, first):
            blocks[-1] = blocks[-1]._replace(end=row.end)
        else:
            blocks.append(ParagraphBlock(row.start, row.end, row.gap))
            first = i
    return blocks


def _beginnings(text: str, rows: list[TextLine], page: set[int]) -> Callable[[int, int], bool]:
    """A function that returns whether a paragraph begins with line `i`, if the one before began with line `first`."""
    wrapping = LineWrapping.find(text, rows, page)
    apart = set(page)
    if wrapping is not None:
        short = (i for i, row in enumerate(rows) if not wrapping.is_full(row) and not wrapping.continues(i))
        apart.update(i for i in short if boilerplate.stands_alone(text[rows[i].start : rows[i].end]))

    def begins(i: int, first: int) -> bool:
        if i in apart or i - 1 in apart:
            return True
        if i - 1 == first and rows[i].gap <= 1 and is_number(i):
            return False
        return wrapping is None or wrapping.begins(i, first)

    def is_number(i: int) -> bool:
        is_lone = is_lone_enumerator(text, rows[i - 1].start, rows[i - 1].end)
        return is_lone or (wrapping is not None and wrapping.continues_number(i))

    return begins
