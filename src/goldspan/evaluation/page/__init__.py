"""The report as one HTML page (see `goldspan.pages`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.evaluation.page import baseline, failures, matter, parts, scores
from goldspan.pages import document
from goldspan.pages.colours import colours
from goldspan.pages.element import element

if TYPE_CHECKING:
    from goldspan.evaluation.report import Report
    from goldspan.evaluation.wording import View


def page(report: Report, view: View) -> str:
    """The page.

    Args:
        report: what it shows.
        view: the names of what was compared, the leading scheme, and the labels' colours; labels that have none get
            one.
    """
    view = replace(view, colours=colours(report.labels, view.colours))
    sections = (
        scores.figures(report, view),
        element("p", report.comparison.sentence(), class_="verdict") if report.comparison else None,
        scores.intervals(report, view),
        baseline.comparison(report),
        failures.kinds(report, view),
        failures.confusion(report, view),
        parts.slices(report),
        failures.values(report, view),
        failures.ceiling(report),
        parts.articles(report),
        failures.hardest(report, view),
        scores.counts(report, view),
        matter.notes(report),
        matter.how(report),
    )
    title = f"{view.predictions} against {view.gold}"
    return document(title, matter.header(report, view), *sections)
