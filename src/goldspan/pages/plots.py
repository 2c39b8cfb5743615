"""Plots as inline SVG with coordinates in per cent: they take the width of their column, and text stays text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.pages.element import Markup, element, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
SCALE = ("0", "25", "50", "75", "100")  # per cent, where the grid stands
HEIGHT = 20  # CSS pixels of a row


def dot_and_whisker(
    value: float | None, interval: tuple[float, float] | None, *, said: str, low: float = 0.0, high: float = 1.0
) -> Markup:
    """A value and its interval on a line from `low` to `high`; the bare line where the value is undefined.

    Args:
        value: between `low` and `high`; None where it is undefined.
        interval: its lower and upper end; None where there is none.
        said: the same in words, for those who do not see it.
        low: the left end of the line.
        high: its right end.
    """

    def at(number: float) -> str:
        return _percent((number - low) / (high - low))

    middle = str(HEIGHT / 2)
    grid = [_line(_percent(x), _percent(x), "0", str(HEIGHT), "grid") for x in GRID]
    whisker = () if interval is None else (_line(at(interval[0]), at(interval[1]), middle, middle, "whisker"),)
    dot = () if value is None else (element("circle", cx=at(value), cy=middle, r="4", class_="dot"),)
    return _svg(said, *grid, *whisker, *dot)


def stack(parts: Iterable[tuple[str, int]], total: int, *, said: str) -> Markup:
    """A bar of parts, one behind the other.

    Args:
        parts: the CSS class and the number of each.
        total: what the full width stands for; positive.
        said: the same in words.
    """
    out, done = [], 0
    for kind, number in parts:
        if number:
            left, width = _percent(done / total), _percent(number / total)
            out.append(element("rect", x=left, width=width, y="2", height=str(HEIGHT - 4), class_=f"kind {kind}"))
        done += number
    return _svg(said, *out)


def axis(ends: Sequence[str]) -> Markup:
    """The names of points spread evenly from the left end to the right."""
    return element("div", join(*(element("span", name) for name in ends)), class_="axis", aria_hidden="true")


def _svg(said: str, *children: Markup) -> Markup:
    return element("svg", *children, role="img", aria_label=said, width="100%", height=str(HEIGHT), class_="plot")


def _line(x1: str, x2: str, y1: str, y2: str, kind: str) -> Markup:
    return element("line", x1=x1, x2=x2, y1=y1, y2=y2, class_=kind)


def _percent(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"
