"""Where the spans of a text lie in its changed form, where that is beyond doubt."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from goldspan import offsets
from goldspan.errors import ValueRefused
from goldspan.values import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Moves(NamedTuple):
    """What became of the spans.

    Args:
        to: for each span that found its surface again, the span in the new text.
        lost: for each that did not, why.
    """

    to: Mapping[Span, Span]
    lost: Mapping[Span, str]


def find(old: str, new: str, spans: Iterable[Span]) -> Moves:
    """Find the surface of each span again, unambiguously.

    A span finds its surface in what both texts share at their beginning or at their end, if that piece stands exactly
    once in either text and it does not matter whether beginning or end is measured first. Else it finds it if the
    surface itself stands exactly once in either text. An occurrence counts if it is set off from its neighbours as the
    span was: `troop` does not find itself in `troops`, nor a letter in a cluster of letter and accent. Two spans that
    did not overlap never do afterwards.

    Args:
        old: the text that the spans count in, in code points.
        new: the text as it is to be.
        spans: in the old text; equal ones move alike.
    """
    shared = _shared(old, new)
    to: dict[Span, Span] = {}
    lost: dict[Span, str] = {}
    for span in sorted(set(spans)):
        start = _place(old, new, span, shared)
        if isinstance(start, str):
            lost[span] = start
        else:
            to[span] = Span(start, start + span.end - span.start, span.label)
    for one, other in _collisions(to):
        for span in (one, other):
            lost[span] = to_overlap(old, span)
    return Moves({span: moved for span, moved in to.items() if span not in lost}, lost)


def to_overlap(old: str, span: Span) -> str:
    """Why a span is lost that would overlap another."""
    return f"{old[span.start : span.end]!r} would overlap another span"


def uncounted(text: str, spans: Iterable[Span], *, graphemes: bool) -> list[str]:
    """Why spans cannot be told to Doccano, for each that cannot.

    Where Doccano counts clusters it cuts them in a way of its own, so a span may lie well for a reader and yet end
    inside one.

    Args:
        text: that the spans count in, in code points.
        spans: in it.
        graphemes: whether the project counts grapheme clusters.
    """
    convert = offsets.to_graphemes if graphemes else offsets.to_utf16
    found = []
    for span in spans:
        try:
            convert(text, [span.start, span.end])
        except ValueRefused as error:
            found.append(f"{text[span.start : span.end]!r} does not fit how Doccano counts: {error.message}")
    return found


def _shared(old: str, new: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """How much the texts share at beginning and end, the beginning measured first, and the end measured first."""
    shorter = min(len(old), len(new))
    before = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    after = next((at for at in range(shorter) if old[-1 - at] != new[-1 - at]), shorter)
    return (before, min(after, shorter - before)), (min(before, shorter - after), after)


def _place(old: str, new: str, span: Span, shared: tuple[tuple[int, int], tuple[int, int]]) -> int | str:
    """Where the surface begins in the new text, or why that cannot be told."""
    surface = old[span.start : span.end]
    stood = _setting(old, span.start, span.end)
    places = list(_occurrences(new, surface, stood))
    both = {_shifted(old, new, span, *sizes) for sizes in shared}
    if len(both) == 1 and (start := both.pop()) is not None and start in places:
        return start
    before = len(list(_occurrences(old, surface, stood)))
    if len(places) == before == 1:
        return places[0]
    if not places:
        return f"{surface!r} is not in the new text"
    return f"{surface!r} cannot be told apart: {len(places)} place(s) in the new text fit it, {before} in the old"


def _shifted(old: str, new: str, span: Span, before: int, after: int) -> int | None:
    """Where the span begins in the new text by the piece around it that both share, if there is but one such piece."""
    if span.end <= before:
        piece, start = old[:before], span.start
    elif span.start >= len(old) - after:
        piece, start = old[len(old) - after :], span.start + len(new) - len(old)
    else:
        return None
    return start if all(_stands_once(text, piece) for text in (old, new)) else None


def _stands_once(text: str, piece: str) -> bool:
    return text.find(piece) == text.rfind(piece) >= 0


def _occurrences(text: str, surface: str, stood: tuple[bool, ...]) -> Iterator[int]:
    start = text.find(surface)
    while start >= 0:
        if _setting(text, start, start + len(surface)) == stood:
            yield start
        start = text.find(surface, start + 1)


def _setting(text: str, start: int, end: int) -> tuple[bool, ...]:
    """At each edge: whether it lies inside a word, and inside a grapheme cluster."""
    return tuple(
        answer
        for edge in (start, end)
        for answer in (
            0 < edge < len(text) and text[edge - 1].isalnum() and text[edge].isalnum(),
            offsets.splits_grapheme(text, edge),
        )
    )


def _collisions(to: Mapping[Span, Span]) -> Iterator[tuple[Span, Span]]:
    for one, other in combinations(to, 2):
        if to[one].overlaps(to[other]) and not one.overlaps(other):
            yield one, other
