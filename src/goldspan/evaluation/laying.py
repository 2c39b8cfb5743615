"""Spans of one text laid over another that differs from it here and there."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from goldspan.evaluation.token_alignment import ENOUGH, agreement, align
from goldspan.values import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = re.compile(r"\w+|[^\w\s]")


def lay(spans: Sequence[Span], text: str, other: str) -> list[Span | None] | None:
    """The spans of a text as spans of another one; None in the place of a span that has none there.

    Where the two differ in blanks alone, a span keeps its characters exactly. Elsewhere words are aligned
    (`goldspan.evaluation.token_alignment`): a span goes from its first word to its last one, keeping an edge inside a
    word that is the same on both sides.

    Args:
        spans: of `text`.
        text: the text that they were found in.
        other: the text that they are wanted for.

    Returns:
        As many spans, or None if the texts share fewer than half of their words.
    """
    if text == other:
        return list(spans)
    if squeezed(text) == squeezed(other):
        return _by_character(spans, text, other)
    return _by_word(spans, text, other)


def squeezed(text: str) -> str:
    """The text without its blanks."""
    return "".join(text.split())


def _by_character(spans: Sequence[Span], text: str, other: str) -> list[Span | None]:
    here, there = ([at for at, character in enumerate(t) if not character.isspace()] for t in (text, other))
    found: list[Span | None] = []
    for span in spans:
        first, stop = bisect_left(here, span.start), bisect_left(here, span.end)
        found.append(Span(there[first], there[stop - 1] + 1, span.label) if first < stop else None)
    return found


def _by_word(spans: Sequence[Span], text: str, other: str) -> list[Span | None] | None:
    here, there = ([*WORD.finditer(t)] for t in (text, other))
    words, others = [word.group() for word in here], [word.group() for word in there]
    alignment = align([others], [words])
    if agreement(others, words, alignment) < ENOUGH:
        return None
    starts, ends = [word.start() for word in here], [word.end() for word in here]
    found: list[Span | None] = []
    for span in spans:
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end) - 1
        head, tail = (alignment[n] if first <= last else None for n in (first, last))
        if head is None or tail is None or tail < head:
            found.append(None)
            continue
        before = span.start - starts[first] if words[first] == others[head] else 0
        behind = ends[last] - span.end if words[last] == others[tail] else 0
        found.append(Span(there[head].start() + max(before, 0), there[tail].end() - max(behind, 0), span.label))
    return found
