"""How it does on parts: the slices, and article by article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.evaluation.result import SCHEMES
from goldspan.evaluation.summary import hardest_first
from goldspan.pages.element import Markup, element
from goldspan.pages.plots import SCALE, axis, dot_and_whisker
from goldspan.pages.tables import MOST, cell, more, row, section, table
from goldspan.wording import percent

if TYPE_CHECKING:
    from goldspan.evaluation.by_article import ArticleScores
    from goldspan.evaluation.report import Report
    from goldspan.evaluation.slices import Slice

DIMENSIONS = {
    "length": "By length in tokens",
    "seen": "By whether training has the same words under the same label",
    "agreement": "By whether the annotators agreed",
}


def slices(report: Report) -> Markup | None:
    """Precision, recall and F1 of parts of the spans."""
    parts = [(name, [one for one in report.slices if one.dimension == name]) for name in DIMENSIONS]
    bodies = [
        element("tbody", row(cell(DIMENSIONS[name], "th", colspan="8"), kind="group"), *map(_slice, held))
        for name, held in parts
        if held
    ]
    if not bodies:
        return None
    head = ("", "gold", "predicted", "correct", axis(SCALE), "precision", "recall", "F1")
    note = element("p", "By the scheme strict.", class_="note")
    return section("Slices", note, table(head, bodies, plotted=4, kind="wide slim"))


def _slice(part: Slice) -> Markup:
    one = part.counts
    plot = dot_and_whisker(one.f1, None, said=f"F1 {percent(one.f1)}")
    shares = (cell(percent(share)) for share in (one.precision, one.recall, one.f1))
    numbers = (cell(f"{number:,}") for number in (one.gold, one.predicted, one.true_positives))
    return row(cell(part.name, "th"), *numbers, cell(plot, kind="plotted"), *shares)


def articles(report: Report) -> Markup | None:
    """F1 of each article, the hardest first."""
    if not report.articles:
        return None
    head = ("article", "examples", "gold", axis(SCALE), *SCHEMES)
    rows = map(_article, hardest_first(report.articles)[:MOST])
    return section(
        "Article by article",
        element("p", "F1 by each scheme, the hardest article by the scheme strict first.", class_="note"),
        table(head, [element("tbody", *rows)], plotted=3, kind="wide slim"),
        more(len(report.articles)),
        kind="long",
    )


def _article(one: ArticleScores) -> Markup:
    held = one.evaluation.overall
    plot = dot_and_whisker(held["strict"].f1, None, said=f"strict F1 {percent(held['strict'].f1)}")
    numbers = (cell(f"{number:,}") for number in (one.examples, held["strict"].possible))
    shares = (cell(percent(held[scheme].f1)) for scheme in SCHEMES)
    return row(cell(element("bdi", one.article), "th"), *numbers, cell(plot, kind="plotted"), *shares)
