"""A plot of a count that rises over time to a known total, with what is expected, as SVG that fits its column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.report.html import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEFT, RIGHT, TOP, BOTTOM = 46, 16, 10, 26  # margins, in units of the drawing
DOT = 3.5  # radius of a point
TICK = 18  # from the bottom line to the words of a tick


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPlot:
    """A plot of a count over time.

    Args:
        points: where it is known, by time: time and count, both from 0.
        total: where it ends; a dotted line, if it is below the upper edge.
        end: when it is expected to reach the total; None if that is not known.
        earliest, latest: the range of that; None without one, or where it has no end.
        ticks: times and their names, from the left.
        right: the time at the right edge.
        top: the count at the upper edge, so that several plots can have one scale; positive.
        words: the same in words, for screen readers.
        width, height: of the drawing; on the page it is as wide as its column.
    """

    points: Sequence[tuple[float, float]]
    total: float
    end: float | None = None
    earliest: float | None = None
    latest: float | None = None
    ticks: Sequence[tuple[float, str]]
    right: float
    top: float
    words: str
    width: int = 380
    height: int = 190

    def svg(self) -> Markup:
        """The drawing."""
        return element(
            "svg", *self._axes(), *self._forecast(), *self._course(), role="img", aria_label=self.words,
            viewBox=f"0 0 {self.width} {self.height}", class_="line-plot",
        )  # fmt: skip

    @property
    def highest(self) -> float:
        """The highest count of the course and of what is expected."""
        reached = [count for _, count in self.points]
        if self.points:
            ends = (end for end in (self.end, self.earliest) if end is not None)
            reached += [self._towards(self.points[-1], end)[1] for end in ends]
        return max(reached, default=0.0)

    def _x(self, time: float) -> float:
        return LEFT + (self.width - LEFT - RIGHT) * time / (self.right or 1)

    def _y(self, count: float) -> float:
        return TOP + (self.height - TOP - BOTTOM) * (1 - min(count, self.top) / self.top)

    def _axes(self) -> Iterator[Markup]:
        left, right, bottom = self._x(0), self._x(self.right), self._y(0)
        for count in (0, self.top / 2, self.top):
            yield _line(left, self._y(count), right, self._y(count), "grid")
        for count in (0, self.top):
            yield _text(left - 8, self._y(count) + 4, f"{count:,.0f}", "end")
        if self.total <= self.top:
            yield _line(left, self._y(self.total), right, self._y(self.total), "level")
        for time, name in self.ticks:
            x = self._x(time)
            yield _line(x, bottom, x, bottom + 4, "tick")
            yield _text(x, bottom + TICK, name, "start" if time == 0 else "end" if time >= self.right else "middle")

    def _forecast(self) -> Iterator[Markup]:
        """Where the pace leads, up to the right edge, and the wedge of its range."""
        if self.end is None or not self.points:
            return
        begin = self.points[-1]
        if self.earliest is not None:
            upper = self._towards(begin, self.earliest)
            lower = (self.right, begin[1]) if self.latest is None else self._towards(begin, self.latest)
            corner = () if upper[1] < self.total else ((max(lower[0], upper[0]), self.total),)
            edge = [begin, upper, *corner, lower]
            yield element("path", d=f"{self._path(edge)}Z", class_="band")
        yield element("path", d=self._path([begin, self._towards(begin, self.end)]), class_="fit beyond")

    def _towards(self, begin: tuple[float, float], end: float) -> tuple[float, float]:
        """The end of the straight line to the total at a time, cut off at the right edge."""
        if end <= self.right:
            return max(end, begin[0]), self.total
        share = (self.right - begin[0]) / (end - begin[0])
        return self.right, begin[1] + share * (self.total - begin[1])

    def _course(self) -> Iterator[Markup]:
        if len(self.points) > 1:
            yield element("path", d=self._path(self.points), class_="fit")
        for time, count in self.points[-1:]:
            yield element("circle", cx=f"{self._x(time):.1f}", cy=f"{self._y(count):.1f}", r=str(DOT), class_="dot")

    def _path(self, places: Sequence[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{self._x(x):.1f} {self._y(y):.1f}" for x, y in places)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return element("line", **{name: f"{value:.1f}" for name, value in ends.items()}, class_=kind)


def _text(x: float, y: float, words: str, anchor: str) -> Markup:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)
