"""Edges that a span can have: no white space inside them, and no letter cut from its accent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.suggest.recogniser import RecognisedSpan


def with_fitting_edges(text: str, spans: Sequence[RecognisedSpan]) -> list[RecognisedSpan]:
    """The spans without white space at their edges, and widened to whole grapheme clusters.

    A span of nothing but white space is left out: no annotator could see it.

    Args:
        text: of the example.
        spans: found there.
    """
    tight = [one for span in spans if (one := _without_white_space(text, span)) is not None]
    if all(text[at : at + 1].isascii() for span in tight for at in span[:2]):
        return tight
    from goldspan.graphemes import boundaries  # here, since it imports numpy

    edges = boundaries(text)
    return [
        span._replace(
            start=int(edges[edges.searchsorted(span.start, side="right") - 1]),
            end=int(edges[edges.searchsorted(span.end)]),
        )
        for span in tight
    ]


def _without_white_space(text: str, span: RecognisedSpan) -> RecognisedSpan | None:
    surface = text[span.start : span.end]
    stripped = surface.strip()
    if not stripped or stripped == surface:
        return span if stripped else None
    start = span.start + len(surface) - len(surface.lstrip())
    return span._replace(start=start, end=start + len(stripped))
