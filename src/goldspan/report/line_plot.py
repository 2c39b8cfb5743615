"""A plot of points with intervals, a fitted line with its band and what is forecast, as SVG that fits its column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.report.html import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEFT, RIGHT, TOP, BOTTOM = 44, 14, 12, 40  # margins, in units of the drawing
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # where the grid stands
DOT = 4.5  # radius of a point
CAP = 4  # half of the width of the end of a whisker


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A point of a plot.

    Args:
        x: on the horizontal axis.
        y: a share.
        low, high: the limits of its interval; None without one.
        is_forecast: whether it was not measured.
    """

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    is_forecast: bool = False


@dataclass(frozen=True, slots=True)
class FittedLine:
    """A line with its band.

    Args:
        x: where it is known, rising.
        y, low, high: its height and that of the edges of the band, there.
    """

    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlot:
    """A plot of shares, from 0 to 100 %.

    Args:
        points: measured, and forecast.
        line: fitted to them; None without one.
        last: up to which x it was measured; beyond it the line is dashed.
        ticks: numbers on the horizontal axis, of which the last is its right end.
        x_name: of the horizontal axis.
        level: a horizontal line, and what it is; None without one.
        words: the same in words, for screen readers.
        width, height: of the drawing; on the page it is as wide as its column.
    """

    points: Sequence[PlotPoint]
    line: FittedLine | None
    last: float
    ticks: Sequence[float]
    x_name: str
    level: tuple[float, str] | None = None
    words: str
    width: int = 720
    height: int = 330

    def svg(self) -> Markup:
        """The drawing."""
        return element(
            "svg", *self._axes(), *self._level(), *self._line(), *self._points(), role="img", aria_label=self.words,
            viewBox=f"0 0 {self.width} {self.height}", class_="line-plot",
        )  # fmt: skip

    def _x(self, value: float) -> float:
        return LEFT + (self.width - LEFT - RIGHT) * value / self.ticks[-1]

    def _y(self, share: float) -> float:
        return TOP + (self.height - TOP - BOTTOM) * (1 - share)

    def _axes(self) -> Iterator[Markup]:
        left, right, bottom = self._x(0), self._x(self.ticks[-1]), self._y(0)
        for share in SHARES:
            y = self._y(share)
            yield _line(left, y, right, y, "grid")
            yield _text(left - 8, y + 4, f"{100 * share:.0f}", "end")
        for tick in self.ticks:
            x = self._x(tick)
            yield _line(x, bottom, x, bottom + 5, "tick")
            yield _text(x, bottom + 18, f"{tick:,.0f}", "end" if tick == self.ticks[-1] else "middle")
        yield _text((left + right) / 2, self.height - 5, self.x_name, "middle")

    def _level(self) -> Iterator[Markup]:
        if self.level is not None:
            share, name = self.level
            yield _line(self._x(0), self._y(share), self._x(self.ticks[-1]), self._y(share), "level")
            yield _text(self._x(0) + 6, self._y(share) - 5, name, "start")

    def _line(self) -> Iterator[Markup]:
        line = self.line
        if line is None:
            return
        upper = [*zip(line.x, line.high, strict=True)]
        edge = [*upper, *reversed([*zip(line.x, line.low, strict=True)])]
        yield element("path", d=f"{self._path(edge)}Z", class_="band")
        course = [*zip(line.x, line.y, strict=True)]
        yield element("path", d=self._path([place for place in course if place[0] <= self.last]), class_="fit")
        beyond = [place for place in course if place[0] >= self.last]
        yield element("path", d=self._path(beyond), class_="fit beyond")

    def _path(self, places: Sequence[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{self._x(x):.1f} {self._y(y):.1f}" for x, y in places)

    def _points(self) -> Iterator[Markup]:
        for point in self.points:
            x, y = self._x(point.x), self._y(point.y)
            kind = "forecast" if point.is_forecast else "measured"
            if point.low is not None and point.high is not None:
                low, high = self._y(point.low), self._y(point.high)
                yield _line(x, low, x, high, f"whisker {kind}")
                yield _line(x - CAP, low, x + CAP, low, f"whisker {kind}")
                yield _line(x - CAP, high, x + CAP, high, f"whisker {kind}")
            yield element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=str(DOT), class_=f"dot {kind}")


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return element("line", **{name: f"{value:.1f}" for name, value in ends.items()}, class_=kind)


def _text(x: float, y: float, words: str, anchor: str) -> Markup:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)
