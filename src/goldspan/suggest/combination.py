"""One set of spans of what several recognisers found, without overlaps.

1. The recogniser that stands first in `goldspan.toml` wins.
2. Of two spans of one recogniser the longer wins, then the one of higher score, then the one that begins first, then
   the one that it gives first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from goldspan.suggest.recogniser import RecognisedSpan


class SuggestedSpan(NamedTuple):
    """A span that is suggested, and the name of the recogniser that found it."""

    span: RecognisedSpan
    recogniser: str


def combine(found: Mapping[str, Sequence[RecognisedSpan]]) -> list[SuggestedSpan]:
    """The spans of an example that are suggested, in the order of the text; none overlaps another.

    Args:
        found: by recogniser, in the order of precedence, what it found in the example.
    """
    kept: list[SuggestedSpan] = []
    taken: set[int] = set()
    for name, spans in found.items():
        kept += [SuggestedSpan(span, name) for span in _free(spans, taken)]
    return sorted(kept, key=lambda one: one.span[:3])


def without_overlaps(spans: Sequence[RecognisedSpan]) -> list[RecognisedSpan]:
    """What one recogniser suggests by itself, in the order of the text.

    Args:
        spans: what it found in an example.
    """
    return sorted(_free(spans, set()), key=lambda span: span[:3])


def _free(spans: Sequence[RecognisedSpan], taken: set[int]) -> Iterator[RecognisedSpan]:
    """The spans that take no place that is taken, the strongest first; the places that they take are added."""
    for span in sorted(spans, key=_precedence):
        extent = range(span.start, span.end)
        if taken.isdisjoint(extent):
            taken.update(extent)
            yield span


def _precedence(span: RecognisedSpan) -> tuple[int, float, int]:
    score = 0.0 if span.score is None else span.score
    return (span.start - span.end, -score, span.start)
