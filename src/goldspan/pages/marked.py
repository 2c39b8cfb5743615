"""A text with its spans on their labels' colours; spans may nest and cross."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from goldspan.pages.colours import ink
from goldspan.pages.element import Markup, element, join

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from goldspan.values import Span


def marked(text: str, spans: Sequence[Span], colours: Mapping[str, str], agreed: Collection[Span] = ()) -> Markup:
    """A paragraph with its spans.

    Args:
        text: of the example.
        spans: each inside the text, in any order.
        colours: `#rrggbb` per label.
        agreed: the spans that the other side has, too; the rest stands out.
    """
    body = join(*_pieces(text, sorted(spans, key=lambda s: (s.start, -s.end, s.label)), colours, agreed))
    return element("p", body, class_="words", dir="auto")


def _pieces(
    text: str, spans: Sequence[Span], colours: Mapping[str, str], agreed: Collection[Span]
) -> Iterator[str | Markup]:
    """The text cut at every edge of a span, each piece inside the spans that cover it."""
    edges = sorted({0, len(text), *(s.start for s in spans), *(s.end for s in spans)})
    active: list[Span] = []
    waiting = list(reversed(spans))
    for start, end in pairwise(edges):
        active = [span for span in active if span.end > start]
        while waiting and waiting[-1].start == start:
            active.append(waiting.pop())
        piece: str | Markup = text[start:end]
        for span in sorted(active, key=lambda s: (-s.start, s.end)):
            piece = _mark(piece, span, colours[span.label], named=span.end == end, agreed=span in agreed)
        yield piece


def _mark(piece: str | Markup, span: Span, colour: str, *, named: bool, agreed: bool) -> Markup:
    chip = element("span", span.label, class_="chip") if named else None
    state = "span" if agreed else "span odd"
    return element("mark", piece, chip, class_=state, style=f"--c:{colour};--i:{ink(colour)}")


def chip(label: str, colours: Mapping[str, str]) -> Markup:
    """A label's name on its colour; the bare name where it has none."""
    colour = colours.get(label)
    if colour is None:
        return element("bdi", label)
    return element("span", label, class_="chip", style=f"--c:{colour};--i:{ink(colour)}")
