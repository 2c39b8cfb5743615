"""A report as one HTML page that needs nothing else: no network, no script, styles and plots inside.

It opens from disk, follows the reader's light or dark colours, narrows to a telephone and prints. What it shows of
texts, labels and file names is escaped by construction (see `element`).
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

from goldspan.evaluation.page import baseline, failures, matter, parts, scores
from goldspan.evaluation.page.colours import colours
from goldspan.evaluation.page.element import Markup, element, join

if TYPE_CHECKING:
    from goldspan.evaluation.report import Report
    from goldspan.evaluation.wording import View

# Were anything to slip through, a browser would still neither run it nor fetch anything for it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


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
        element("p", report.comparison.sentence, class_="verdict") if report.comparison else None,
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
    return "<!DOCTYPE html>\n" + element(
        "html", _head(view), element("body", matter.header(report, view), element("main", *sections), matter.footer()),
        lang="en",
    )  # fmt: skip


def _head(view: View) -> Markup:
    sheet = files(__package__).joinpath("page.css").read_text("utf-8")
    metas: tuple[dict[str, str], ...] = (
        {"charset": "utf-8"},
        {"http_equiv": "Content-Security-Policy", "content": POLICY},
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
        {"name": "color-scheme", "content": "light dark"},
    )
    title = element("title", f"{view.predictions} against {view.gold}")
    return element("head", join(*(element("meta", **meta) for meta in metas)), title, element("style", Markup(sheet)))
