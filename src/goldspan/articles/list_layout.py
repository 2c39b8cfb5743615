"""The paragraphs of an article that are items of one list: with bullets, numbers or letters before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.articles.line_wrapping import NUMBER, TAB

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.articles.boilerplate import ParagraphBlock

MARKER = re.compile(
    rf"(?:(?P<number>{NUMBER}|[IVXL]{{1,5}}[.)]|[a-z]\.)|(?P<bullet>[•‣◦▪●○■□➢✓✔→–*+·-]|[oO](?=\t))"
    r"|(?P<east_asian>[一二三四五六七八九十百]{1,4}[、.．]|\d{1,3}[、．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳・]))"
    r"(?P<space>\s*)(?=\S)"
)
KINDS = ("number", "bullet", "east_asian")
LONGEST_ITEM = 500  # code points; what is longer is a numbered paragraph
FEWEST_ITEMS = 2
WIDEST_INDENT = 200


def list_runs(text: str, blocks: Sequence[ParagraphBlock]) -> Iterator[range]:
    """The indices of the paragraphs of each list, in order.

    The items of a list follow each other with at most one empty line between them. A paragraph that is indented
    farther than the item before it belongs to that item, and a nested list to the list around it. Another kind of
    marker begins another list.
    """
    start = 0
    while start < len(blocks):
        stop, items = _end_of_list(text, blocks, start)
        if items >= FEWEST_ITEMS:
            yield range(start, stop)
        start = max(stop, start + 1)


def marker_kind(text: str, block: ParagraphBlock) -> str | None:
    """The kind of marker with which an item of a list begins; None for a paragraph that is none, or a long one."""
    if block.end - block.start > LONGEST_ITEM:
        return None
    match = MARKER.match(text, block.start, block.end)
    if match is None or not (match["space"] or match["east_asian"]):
        return None
    return next(kind for kind in KINDS if match[kind])


def _end_of_list(text: str, blocks: Sequence[ParagraphBlock], start: int) -> tuple[int, int]:
    """The index after the list that begins with a paragraph, and the number of its items; none if it is no item."""
    first, margin = marker_kind(text, blocks[start]), _indent(text, blocks[start].start)
    stop, items, indent = start, 0, margin
    while first is not None and stop < len(blocks) and (stop == start or blocks[stop].gap <= 1):
        kind, own = marker_kind(text, blocks[stop]), _indent(text, blocks[stop].start)
        if (kind is None and own <= indent) or (kind is not None and kind != first and own <= margin):
            break
        if kind is not None:
            items, indent = items + 1, own
        stop += 1
    return stop, items


def _indent(text: str, start: int) -> int:
    """The columns of white space between the beginning of the line and its first word."""
    before = text[max(0, start - WIDEST_INDENT) : start]
    return len(before[len(before.rstrip(" \t\u00a0\u3000")) :].expandtabs(TAB))
