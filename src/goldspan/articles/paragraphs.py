"""The paragraphs of an article: every code point that is not blank lies in exactly one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from goldspan.articles import furniture, lines, pages, sentences
from goldspan.articles.furniture import Block
from goldspan.articles.wrapping import Wrapping

if TYPE_CHECKING:
    from collections.abc import Callable

    from goldspan.articles.lines import Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, `text[start:end]`, in code points, with no blank at either edge.

    Args:
        start: its first code point.
        end: behind its last one.
        kind: what the article says, or page furniture, which no example is made of.
    """

    start: int
    end: int
    kind: Literal["text", "furniture"]


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs in order, found by the style of the article, page furniture flagged.

    A line is a paragraph, except in a hard-wrapped article, where it runs on to a blank line, an indented line, a
    numbered or listed item, or the short last line of a sentence. The number of a paragraph that stands alone on its
    line belongs to what follows. A paragraph of more than `sentences.LIMIT` code points is cut at the ends of
    sentences. Linear in the length of the text.
    """
    rows = lines.split(text)
    page = pages.breaks(text, rows)
    blocks = _blocks(text, rows, page)
    flags = furniture.flags(text, blocks)
    starts = {rows[i].start for i in page}
    return [
        Paragraph(start, end, "furniture" if flag or block.start in starts else "text")
        for block, flag in zip(blocks, flags, strict=True)
        for start, end in sentences.cut(text, block.start, block.end)
    ]


def _blocks(text: str, rows: list[Line], page: set[int]) -> list[Block]:
    begins = _beginnings(text, rows, page)
    blocks: list[Block] = []
    first = 0
    for i, row in enumerate(rows):
        if i and not begins(i, first):
            blocks[-1] = blocks[-1]._replace(end=row.end)
        else:
            blocks.append(Block(row.start, row.end, row.gap))
            first = i
    return blocks


def _beginnings(text: str, rows: list[Line], page: set[int]) -> Callable[[int, int], bool]:
    """What says whether a paragraph begins with line `i`, when the one before it began with line `first`."""
    wrapping = Wrapping.find(text, rows, page)
    apart = set(page)
    if wrapping is not None:
        short = (i for i, row in enumerate(rows) if not wrapping.is_full(row) and not wrapping.runs_on(i))
        apart.update(i for i in short if furniture.stands_alone(text[rows[i].start : rows[i].end]))

    def begins(i: int, first: int) -> bool:
        if i in apart or i - 1 in apart:
            return True
        if i - 1 == first and rows[i].gap <= 1 and is_number(i):
            return False
        return wrapping is None or wrapping.begins(i, first)

    def is_number(i: int) -> bool:
        is_lone = lines.is_lone_enumerator(text, rows[i - 1].start, rows[i - 1].end)
        return is_lone or (wrapping is not None and wrapping.counts(i))

    return begins
