"""The report on what became of suggestions as one HTML page: the tables of the terminal, whole, with rates as plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.agreement import outcome_report
from goldspan.agreement.html_report import intervals_below
from goldspan.agreement.outcome_report import ANNOTATORS, LABELS, RECOGNISERS, RULES, SCORES
from goldspan.report.html import PlotColumn, document, element, html_list, render_table, section
from goldspan.report.svg import SCALE, axis, chip, colours, dot_and_whisker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.agreement.outcome_report import OutcomeReport, OutcomeRow
    from goldspan.report.html import Child, Markup
    from goldspan.report.text import Table

PLOTTED = 7  # the column before which the rates are drawn, but for rules
PLOTTED_OF_RULES = 3


def page(report: OutcomeReport, chosen: Mapping[str, str]) -> str:
    """The report as an HTML page.

    Args:
        report: what it shows.
        chosen: `#rrggbb` per label; labels without a colour get one.
    """
    tables = outcome_report.tables(report)
    label_names = [row[0] for row in tables[LABELS].rows] if LABELS in tables else []
    of_label = colours(label_names, chosen)
    header = element(
        "header",
        element("p", "What became of suggestions", class_="eyebrow"),
        element("h1", outcome_report.title(report)),
        element("p", report.settings.sentence(report.units), class_="quiet"),
    )
    verdicts = [outcome_report.headline(report), *outcome_report.stands_out_sentences(report.tests)]
    remarks = outcome_report.remarks(report)
    return document(
        outcome_report.title(report),
        header,
        *(element("p", sentence, class_="verdict") for sentence in verdicts),
        *(_section(table, _plots(report, title), of_label) for title, table in tables.items()),
        section("Remarks", *html_list("What else is to be known", remarks), kind="long") if remarks else None,
    )


def _plots(report: OutcomeReport, title: str) -> Sequence[OutcomeRow]:
    """The rows of a table whose rates are drawn; none of a table without rates."""
    rows: Mapping[str, Sequence[OutcomeRow]] = {
        ANNOTATORS: (*report.annotators, *([report.total] if len(report.annotators) > 1 else [])),
        RECOGNISERS: report.recognisers,
        LABELS: report.labels,
        SCORES: report.scores,
        RULES: report.rules,
    }
    return rows.get(title, ())


def _section(table: Table, rows: Sequence[OutcomeRow], of_label: Mapping[str, str]) -> Markup:
    plots: list[Markup] = []
    for row in rows:
        bounds = row.interval
        limits = None if bounds is None or bounds.low is None or bounds.high is None else (bounds.low, bounds.high)
        plots.append(dot_and_whisker(row.rate, limits, words=f"kept {row.name}"))
    plots += [element("span")] * (len(table.rows) - len(plots))
    at = PLOTTED_OF_RULES if table.title == RULES else PLOTTED
    names: list[Child] = [
        chip(row[0], of_label) if table.title == LABELS else element("bdi", row[0]) for row in table.rows
    ]
    plotted = PlotColumn(at, axis(SCALE), plots) if rows else None
    note = element("p", table.note, class_="note") if table.note else None
    body = render_table(
        table,
        names=names,
        cells=intervals_below(table, 1),
        plots=plotted,
        kind="wide slim agreement" if rows else "wide",
    )
    return section(table.title, note, body, kind="long")
