"""The report of a cross-validation as one HTML page: the tables of the terminal with plots and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.models.cross_validation_tables import (
    ALL_LABELS,
    conclusion,
    folds_clause,
    introduction,
    report_tables,
    systems,
    title,
)
from goldspan.models.strict_scores import ALL
from goldspan.report.html import PlotColumn, document, element, html_list, path, render_table, section
from goldspan.report.svg import SCALE, axis, chip, colours, dot_and_whisker
from goldspan.report.text import percent, with_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.evaluation.score_estimates import ScoreEstimate
    from goldspan.models.calibration import Calibration
    from goldspan.models.cross_validation_report import CrossValidationReport
    from goldspan.report.html import Child, Markup
    from goldspan.report.text import Table

DETAILS = "The errors one by one, and the hardest examples: goldspan evaluate corpus/gold build/folds"


def page(report: CrossValidationReport, known: Mapping[str, str]) -> str:
    """The report as one HTML page.

    Args:
        report: what it shows.
        known: `#rrggbb` per label, as far as they are chosen.
    """
    chosen = colours(report.labels, known)
    tables = report_tables(report)
    names = [*(chip(label, chosen) for label in report.labels), element("b", ALL_LABELS)]
    header = element(
        "header",
        element("p", "Cross-validation", class_="eyebrow"),
        element("h1", path(report.recipe)),
        element("p", f"{folds_clause(report)}. ", " ".join(introduction(report)), class_="quiet"),
    )
    plots = [_plot(scores.estimates[ALL]) for _, scores in systems(report)]
    if report.ceiling is not None and len(plots) < len(tables["systems"].rows):
        agreed = report.ceiling.mean_f1
        plots.append(dot_and_whisker(agreed, None, words=f"F1 {percent(agreed)}"))
    by_label = [_plot(report.model.estimates[label]) for label in (*report.labels, ALL)]
    folds = [dot_and_whisker(one.counts.f1, None, words=f"F1 {percent(one.counts.f1)}") for one in report.folds]
    sections = [
        _section(tables["systems"], plots=PlotColumn(4, axis(SCALE), plots)),
        _section(tables["model"], names=names, plots=PlotColumn(6, axis(SCALE), by_label), total=True),
        _section(tables["labels"], names=names, total=True) if "labels" in tables else None,
        _section(tables["ceiling"]) if "ceiling" in tables else None,
        _section(tables["folds"], plots=PlotColumn(7, axis(SCALE), folds)),
        _section(tables["seeds"]) if "seeds" in tables else None,
        *(
            _section(tables[name], plots=PlotColumn(3, axis(SCALE), _reliability(found)))
            for name, found in (("spans", report.spans), ("tokens", report.tokens))
            if name in tables
        ),
        section("Remarks", *html_list("How to read it", [*conclusion(report), f"{DETAILS}."]), kind="long"),
    ]
    return document(title(report), header, *sections)


def _plot(estimate: ScoreEstimate) -> Markup:
    interval = estimate.f1
    limits = (
        None if interval is None or interval.low is None or interval.high is None else (interval.low, interval.high)
    )
    return dot_and_whisker(estimate.counts.f1, limits, words=f"F1 {with_interval(estimate.counts.f1, interval)}")


def _reliability(found: Calibration) -> list[Markup]:
    """For each row the share that is right as a dot, on the line of the probabilities where it should lie."""
    return [
        dot_and_whisker(one.share, (one.low, one.high), words=f"{percent(one.share)} right of {one.predictions:,}")
        for one in found.bins
    ]


def _section(
    table: Table, *, names: Sequence[Child] | None = None, plots: PlotColumn | None = None, total: bool = False
) -> Markup:
    note = element("p", table.note, class_="note") if table.note else None
    shown = render_table(table, names=names, plots=plots, total=total, kind="wide slim agreement")
    return section(table.title, note, shown, kind="long")
