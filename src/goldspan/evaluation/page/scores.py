"""How good and how sure: the figures, the intervals and the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.evaluation.result import SCHEMES
from goldspan.evaluation.wording import f1_interval
from goldspan.pages.element import Markup, element
from goldspan.pages.marked import chip
from goldspan.pages.plots import SCALE, axis, dot_and_whisker
from goldspan.pages.tables import cell, row, section, table
from goldspan.wording import beside, brackets, level, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.evaluation.certainty import Bounds
    from goldspan.evaluation.report import Report
    from goldspan.evaluation.result import Measures, Scheme
    from goldspan.evaluation.wording import View

MEANING = {
    "strict": "same words, same label",
    "exact": "same words, any label",
    "partial": "overlap counts half, any label",
    "type": "overlapping words, same label",
}
COUNTS = ("correct", "incorrect", "partial", "missed", "spurious", "possible", "actual")


def figures(report: Report, view: View) -> Markup:
    """The four F1 over all labels, the leading one marked."""
    cards = []
    for scheme in SCHEMES:
        one, bounds = report.evaluation.overall[scheme], report.intervals.overall.get(scheme)
        lead = " lead" if scheme == view.headline else ""
        measures = f"P {percent(one.precision, 1)} · R {percent(one.recall, 1)}"
        body = element(
            "dd",
            element("span", percent(one.f1), class_=f"big{lead}"),
            element("small", brackets(f1_interval(bounds)) or "no interval"),
            element("small", measures),
        )
        cards.append(element("div", element("dt", f"F1 {scheme}", element("small", MEANING[scheme])), body))
    return element("dl", *cards, class_="figures")


def intervals(report: Report, view: View) -> Markup:
    """F1 with its interval, per label and scheme: a row each, the leading scheme set off."""
    groups = [
        element("tbody", *_group(chip(name, view.colours), _of_label(report, name), view)) for name in report.labels
    ]
    overall = [(scheme, one, report.intervals.overall.get(scheme)) for scheme, one in report.evaluation.overall.items()]
    groups.append(element("tbody", *_group(element("b", "all labels"), overall, view)))
    head = row(
        cell("", "th"), cell("", "th"), cell(axis(SCALE), "th", "plotted"), cell("F1", "th"),
        cell(f"{level(report.intervals.settings.level)} interval", "th"),
    )  # fmt: skip
    made = element("table", element("thead", head), *groups, class_="wide grouped")
    return section("F1, label by label", element("div", made, class_="scroll"), kind="long")


def _of_label(report: Report, name: str) -> list[tuple[Scheme, Measures, Bounds | None]]:
    return [(s, report.evaluation.labels[s][name], report.intervals.labels[s].get(name)) for s in SCHEMES]


def _group(name: Markup, measured: list[tuple[Scheme, Measures, Bounds | None]], view: View) -> Iterator[Markup]:
    for number, (scheme, one, bounds) in enumerate(measured):
        span = f1_interval(bounds)
        ends = None if span is None or span.low is None or span.high is None else (span.low, span.high)
        plot = dot_and_whisker(one.f1, ends, said=f"{scheme} F1 {beside(one.f1, span)}")
        first = cell(name, "th", rowspan=str(len(measured))) if not number else None
        cells = (
            cell(scheme, kind="left"),
            cell(plot, kind="plotted"),
            cell(percent(one.f1)),
            cell(brackets(span), kind="interval"),
        )
        yield row(first, *cells, kind="lead" if scheme == view.headline else None)


def counts(report: Report, view: View) -> Markup:
    """Every count and measure, per label and scheme."""
    head = ("label", "scheme", *COUNTS, "precision", "recall", "F1")
    held = report.evaluation
    groups = [(chip(name, view.colours), [(s, held.labels[s][name]) for s in SCHEMES]) for name in report.labels]
    groups.append((element("b", "all, micro"), list(held.overall.items())))
    bodies = [element("tbody", *_rows(name, measured, view)) for name, measured in groups]
    sure = report.intervals.macro
    macro = " · ".join(f"{scheme} {beside(held.macro(scheme), sure.get(scheme))}" for scheme in SCHEMES)
    note = element("p", f"F1, macro-averaged over the labels for which it is defined: {macro}.", class_="note")
    return section("Counts", table(head, bodies, left=2), note, kind="long")


def _rows(name: Markup, measured: list[tuple[Scheme, Measures]], view: View) -> Iterator[Markup]:
    for number, (scheme, one) in enumerate(measured):
        first = cell(name, "th", rowspan=str(len(measured))) if not number else None
        numbers = (cell(f"{getattr(one, count):,}") for count in COUNTS)
        shares = (cell(percent(share)) for share in (one.precision, one.recall, one.f1))
        kind = "lead" if scheme == view.headline else None
        yield row(first, cell(scheme, kind="left"), *numbers, *shares, kind=kind)
