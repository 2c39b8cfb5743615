"""The difference from a baseline, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.pages.element import Markup, element
from goldspan.pages.plots import axis, dot_and_whisker
from goldspan.pages.tables import cell, row, section, table
from goldspan.wording import level, percent, probability, signed

if TYPE_CHECKING:
    from goldspan.evaluation.comparison import F1Difference, SystemComparison
    from goldspan.evaluation.report import Report
    from goldspan.evaluation.result import Scheme

LEAST = 0.01  # one point: a plot that reached less far would make a trifle look large


def comparison(report: Report) -> Markup | None:
    """The difference by each scheme; what it means is said at the top of the page."""
    against = report.comparison
    if against is None:
        return None
    reach = _reach(against)
    scale = axis([f"{-100 * reach:.1f}", "0", f"{100 * reach:+.1f}"])
    interval = f"{level(against.settings.level)} interval"
    head = ("scheme", "F1", "baseline", scale, "difference", interval, "p, randomisation")
    body = element("tbody", *(_row(scheme, one, reach) for scheme, one in against.schemes.items()))
    note = element("p", f"Methods: {against.method}.", class_="note")
    return section("Against the baseline", table(head, [body], plotted=3, kind="wide slim"), note)


def _reach(against: SystemComparison) -> float:
    """How far the plot reaches on either side of nought."""
    ends = (end for one in against.schemes.values() for end in (one.low, one.high, one.difference))
    return max([LEAST, *(abs(end) for end in ends if end is not None)])


def _row(scheme: Scheme, one: F1Difference, reach: float) -> Markup:
    ends = None if one.low is None or one.high is None else (one.low, one.high)
    said = "" if ends is None else f"[{signed(ends[0])}, {signed(ends[1])}]"
    words = f"{scheme}: {signed(one.difference)} {said}"
    plot = dot_and_whisker(one.difference, ends, said=words, low=-reach, high=reach)
    cells = (
        cell(percent(one.f1)),
        cell(percent(one.baseline_f1)),
        cell(plot, kind="plotted"),
        cell(signed(one.difference)),
        cell(said, kind="interval"),
        cell(probability(one.p_randomisation)),
    )
    return row(cell(scheme, "th"), *cells)
