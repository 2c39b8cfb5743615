"""What a page draws: plots as inline SVG, heat maps, texts with coloured spans, and the colours of labels.

The coordinates of plots are in per cent, so that a plot takes the width of its column.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from goldspan.report.html import Markup, cell, element, join, row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Span

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# Distinct for every kind of colour vision: Okabe & Ito 2008, darkened so that white is legible on most.
PALETTE = ("#0072b2", "#b5520a", "#00785a", "#a3467f", "#7a6a00", "#3b6ea5", "#8a3a2e", "#5a5f66")
WHITE, BLACK = "#ffffff", "#111111"
LEGIBLE = 4.0  # the least contrast of white with its background; below it, black has more


DEEP = 0.82  # from this share on a cell is so dark that its number must be light
GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
SCALE = ("0", "25", "50", "75", "100")  # per cent, where the grid stands
HEIGHT = 20  # CSS pixels of a row


def colours(labels: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """A colour `#rrggbb` for each label: its known one, or the next of the palette."""
    valid = {name: colour for name, colour in (known or {}).items() if COLOUR.fullmatch(colour)}
    chosen: dict[str, str] = {}
    for label in labels:
        chosen[label] = valid.get(label) or PALETTE[len(chosen) % len(PALETTE)]
    return chosen


@cache
def ink(background: str) -> str:
    """White on a background `#rrggbb` where it is legible, black elsewhere.

    The contrast is that of the Web Content Accessibility Guidelines 2.2, from relative luminance.
    """
    return WHITE if contrast(background, WHITE) >= LEGIBLE else BLACK


def contrast(first: str, second: str) -> float:
    """The contrast of two colours `#rrggbb`, from 1 to 21."""
    dark, light = sorted(map(_luminance, (first, second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def heat(corner: str, names: Sequence[Markup], rows: Sequence[Sequence[int]], *, mirrored: bool = False) -> Markup:
    """A matrix of counts as a heat map: a cell is as strong as its share of its row, the diagonal in its own colour.

    Args:
        corner: what the rows and the columns are.
        names: of n rows, and of the same n columns.
        rows: n rows of n counts; the last cell of the last row is not a count and stays empty.
        mirrored: whether a pair of names is counted in the rows of both; then a pair of a name with itself is counted
            once and weighs double in its share, as it holds two spans of that row.
    """
    head = row(cell(corner, "th"), *(cell(name, "th") for name in names))
    last = len(names) - 1
    body = [
        row(cell(name, "th"), *_cells(index, numbers, last=index == last, own=2 if mirrored else 1))
        for index, (name, numbers) in enumerate(zip(names, rows, strict=True))
    ]
    table = element("table", element("thead", head), element("tbody", *body), class_="heat")
    return element("div", table, class_="scroll")


def _cells(index: int, numbers: Sequence[int], *, last: bool, own: int) -> list[Markup]:
    total = sum(numbers) + (own - 1) * numbers[index] or 1
    cells = []
    for column, number in enumerate(numbers):
        share = number * (own if column == index else 1) / total
        if last and column == index:
            cells.append(cell("", kind="void"))
            continue
        classes = [name for name, holds in (("same", column == index), ("deep", share >= DEEP)) if holds and number]
        kind = " ".join(classes) or None if number else "empty"
        cells.append(cell(f"{number:,}" if number else "·", kind=kind, style=f"--v:{share:.3f}"))
    return cells


def marked(text: str, spans: Sequence[Span], colours: Mapping[str, str], agreed: Collection[Span] = ()) -> Markup:
    """A paragraph with its spans on the colours of their labels; spans may nest and cross.

    Args:
        text: of the example.
        spans: each inside the text, in any order.
        colours: `#rrggbb` per label.
        agreed: the spans that the other side has as well; the others get a frame.
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
    """The name of a label on its colour; the bare name where it has none."""
    colour = colours.get(label)
    if colour is None:
        return element("bdi", label)
    return element("span", label, class_="chip", style=f"--c:{colour};--i:{ink(colour)}")


def dot_and_whisker(
    value: float | None, interval: tuple[float, float] | None, *, words: str, low: float = 0.0, high: float = 1.0
) -> Markup:
    """A value and its interval on a line from `low` to `high`; the bare line where the value is undefined.

    Args:
        value: between `low` and `high`; None where it is undefined.
        interval: its lower and upper end; None where there is none.
        words: the same in words, for screen readers.
        low: the left end of the line.
        high: its right end.
    """

    def at(number: float) -> str:
        return _percent((number - low) / (high - low))

    middle = str(HEIGHT / 2)
    grid = [_line(_percent(x), _percent(x), "0", str(HEIGHT), "grid") for x in GRID]
    whisker = () if interval is None else (_line(at(interval[0]), at(interval[1]), middle, middle, "whisker"),)
    dot = () if value is None else (element("circle", cx=at(value), cy=middle, r="4", class_="dot"),)
    return _svg(words, *grid, *whisker, *dot)


def stack(parts: Iterable[tuple[str, int]], total: int, *, words: str) -> Markup:
    """A bar of parts, one after the other.

    Args:
        parts: the CSS class and the number of each.
        total: the number that the full width stands for; positive.
        words: the same in words, for screen readers.
    """
    bars, before = [], 0
    for kind, number in parts:
        if number:
            left, width = _percent(before / total), _percent(number / total)
            bars.append(element("rect", x=left, width=width, y="2", height=str(HEIGHT - 4), class_=f"kind {kind}"))
        before += number
    return _svg(words, *bars)


def axis(ends: Sequence[str]) -> Markup:
    """The names of points that are spread evenly from the left end to the right."""
    return element("div", join(*(element("span", name) for name in ends)), class_="axis", aria_hidden="true")


def _svg(words: str, *children: Markup) -> Markup:
    return element("svg", *children, role="img", aria_label=words, width="100%", height=str(HEIGHT), class_="plot")


def _line(x1: str, x2: str, y1: str, y2: str, kind: str) -> Markup:
    return element("line", x1=x1, x2=x2, y1=y1, y2=y2, class_=kind)


def _percent(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"
