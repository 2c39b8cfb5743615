"""The report on an evaluation as one HTML page: the tables of the terminal with plots and colours, and more of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.annotation import same_spans
from goldspan.evaluation.errors import ERROR_KINDS
from goldspan.evaluation.result import SCHEMES
from goldspan.evaluation.text_report import (
    DIMENSIONS,
    f1_interval,
    hardest_first,
    interval_note,
    notes_by_kind,
    remarks,
    report_tables,
    size,
    verdict,
)
from goldspan.report.html import (
    MOST,
    Markup,
    PlotColumn,
    cell,
    document,
    element,
    html_list,
    html_table,
    more,
    path,
    render_rows,
    render_table,
    row,
    section,
    text_table,
)
from goldspan.report.svg import SCALE, axis, chip, colours, dot_and_whisker, heat, marked, stack
from goldspan.report.text import amount, brackets, level, percent, quantity, with_interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from goldspan.evaluation.errors import HardExample, KindCounts
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.result import Scheme, SchemeCounts
    from goldspan.evaluation.significance import Bounds, SystemComparison
    from goldspan.evaluation.text_report import ReportView
    from goldspan.report.text import Table

LEAST_REACH = 0.01  # one percentage point: a plot that reached less far would make a tiny difference look large
COUNTS = ("correct", "incorrect", "partial", "missed", "spurious", "possible", "actual")
SCHEME_MEANING = {
    "strict": "same words, same label",
    "exact": "same words, any label",
    "partial": "overlap counts half, any label",
    "type": "overlapping words, same label",
}
KIND_MEANING = {
    "correct": "same words, same label",
    "boundary": "label right, words overlap",
    "label": "words right, label wrong",
    "both": "words overlap, label wrong",
    "missed": "in gold alone",
    "spurious": "predicted alone",
}
DEFINITIONS = (
    ("strict", "A predicted span is correct if gold has the same characters under the same label."),
    ("exact", "The same characters, whatever the label."),
    ("partial", "The same characters count one, overlapping ones one half, whatever the label."),
    ("type", "The same label on characters that overlap."),
    ("matching", "Each span is matched with at most one of the other side, for the most credit by the scheme."),
    ("overlaps", "Spans may nest and cross, and their order does not matter."),
    ("precision", "Credit over the number of predicted spans."),
    ("recall", "Credit over the number of gold spans."),
    ("F1", "Their harmonic mean: twice the credit over gold and predicted spans together."),
    ("undefined", "There is nothing to divide by: no span was predicted, or gold has none. It does not mean 0."),
    ("sources", "The counts are those of MUC-5 (1993) and of SemEval-2013 Task 9.1."),
)


def page(report: EvaluationReport, view: ReportView) -> str:
    """The page.

    Args:
        report: what it shows.
        view: the names of what was compared, the leading scheme, and the colours of labels; a label without one gets
            one.
    """
    return document(f"{view.predictions} against {view.gold}", page_header(report, view), *sections(report, view))


def sections(report: EvaluationReport, view: ReportView) -> tuple[Markup | None, ...]:
    """All that the page shows below its header, for a page that has a frame of its own.

    Args:
        report: as for `page`.
        view: as for `page`.
    """
    view = replace(view, colours=colours(report.labels, view.colours))
    tables = report_tables(report, view)
    return (
        figures(report, view),
        element("p", verdict(report.comparison, view.headline), class_="verdict") if report.comparison else None,
        f1_section(report, view),
        comparison_section(report, tables),
        error_section(report, view, tables),
        confusion_section(report, view),
        slice_section(report, tables),
        value_section(report, view, tables),
        ceiling_section(tables),
        article_section(report, tables),
        hardest_section(report, view),
        count_section(report, view),
        remark_section(report),
        definition_section(report),
    )


def page_header(report: EvaluationReport, view: ReportView) -> Markup:
    """What was evaluated against what."""
    baseline = (", and ", path(view.baseline), " as the baseline") if view.baseline else ()
    return element(
        "header",
        element("p", "Evaluation of named entities", class_="eyebrow"),
        element("h1", path(view.predictions), " against ", path(view.gold)),
        element("p", size(report), *baseline, ". ", interval_note(report, view), class_="quiet"),
    )


def figures(report: EvaluationReport, view: ReportView) -> Markup:
    """The four F1 over all labels in large type, the leading one marked."""
    cards = []
    for scheme in SCHEMES:
        counts, bounds = report.evaluation.overall[scheme], report.intervals.overall.get(scheme)
        lead = " lead" if scheme == view.headline else ""
        body = element(
            "dd",
            element("span", percent(counts.f1), class_=f"big{lead}"),
            element("small", brackets(f1_interval(bounds)) or "no interval"),
            element("small", f"P {percent(counts.precision, 1)} · R {percent(counts.recall, 1)}"),
        )
        cards.append(element("div", element("dt", f"F1 {scheme}", element("small", SCHEME_MEANING[scheme])), body))
    return element("dl", *cards, class_="figures")


def f1_section(report: EvaluationReport, view: ReportView) -> Markup:
    """F1 with its interval, a row per label and scheme, the leading scheme set off."""
    evaluation, intervals = report.evaluation, report.intervals
    groups = []
    for label in report.labels:
        of_label = [(s, evaluation.labels[s][label], intervals.labels[s].get(label)) for s in SCHEMES]
        groups.append(element("tbody", *_f1_rows(chip(label, view.colours), of_label, view)))
    overall = [(s, evaluation.overall[s], intervals.overall.get(s)) for s in SCHEMES]
    groups.append(element("tbody", *_f1_rows(element("b", "all labels"), overall, view)))
    head = row(
        cell("", "th"), cell("", "th"), cell(axis(SCALE), "th", "plotted"), cell("F1", "th"),
        cell(f"{level(intervals.settings.level)} interval", "th"),
    )  # fmt: skip
    table = element("table", element("thead", head), *groups, class_="wide grouped")
    return section("F1, label by label", element("div", table, class_="scroll"), kind="long")


def _f1_rows(
    name: Markup, rows: Sequence[tuple[Scheme, SchemeCounts, Bounds | None]], view: ReportView
) -> Iterator[Markup]:
    for number, (scheme, counts, bounds) in enumerate(rows):
        interval = f1_interval(bounds)
        limits = None
        if interval is not None and interval.low is not None and interval.high is not None:
            limits = interval.low, interval.high
        plot = dot_and_whisker(counts.f1, limits, words=f"{scheme} F1 {with_interval(counts.f1, interval)}")
        yield row(
            None if number else cell(name, "th", rowspan=str(len(rows))),
            cell(scheme, kind="left"),
            cell(plot, kind="plotted"),
            cell(percent(counts.f1)),
            cell(brackets(interval), kind="interval"),
            kind="lead" if scheme == view.headline else None,
        )


def comparison_section(report: EvaluationReport, tables: Mapping[str, Table]) -> Markup | None:
    """The difference by each scheme; what it means stands at the top of the page."""
    comparison = report.comparison
    if comparison is None:
        return None
    table, reach = tables["comparison"], _reach(comparison)
    plots = [
        dot_and_whisker(
            difference.difference,
            None if difference.low is None or difference.high is None else (difference.low, difference.high),
            words=f"{scheme}: {cells[3]} {cells[4]}",
            low=-reach,
            high=reach,
        )
        for (scheme, difference), cells in zip(comparison.schemes.items(), table.rows, strict=True)
    ]
    scale = axis([f"{-100 * reach:.1f}", "0", f"{100 * reach:+.1f}"])
    note = element("p", f"Methods: {comparison.method}.", class_="note")
    return section(table.title, render_table(table, plots=PlotColumn(3, scale, plots), kind="wide slim"), note)


def _reach(comparison: SystemComparison) -> float:
    """How far the plot reaches on either side of 0."""
    ends = (end for one in comparison.schemes.values() for end in (one.low, one.high, one.difference))
    return max([LEAST_REACH, *(abs(end) for end in ends if end is not None)])


def error_section(report: EvaluationReport, view: ReportView, tables: Mapping[str, Table]) -> Markup:
    """The kinds of errors as stacked bars, a bar per label, each as long as the label has spans."""
    labels = [report.errors.labels[name] for name in report.labels]
    longest = max([1, *map(_total, labels)])
    bars = [_bar(counts, longest) for counts in labels]
    bars.append(_bar(report.errors.overall, _total(report.errors.overall) or 1))
    names = [*(chip(name, view.colours) for name in report.labels), element("b", "all")]
    swatches = (
        element("li", element("span", class_=f"swatch {kind}"), element("b", kind), f" {KIND_MEANING[kind]}")
        for kind in ERROR_KINDS
    )
    return section(
        tables["errors"].title,
        element("ul", *swatches, class_="legend"),
        render_table(tables["errors"], names=names, plots=PlotColumn(1, "", bars), total=True, kind="wide bars"),
        element("p", "A bar is as long as its label has spans; the last one is scaled to all of them.", class_="note"),
    )


def _bar(counts: KindCounts, longest: int) -> Markup:
    parts = [(kind, getattr(counts, kind)) for kind in ERROR_KINDS]
    return stack(parts, longest, words=", ".join(f"{number} {kind}" for kind, number in parts))


def _total(counts: KindCounts) -> int:
    return sum(getattr(counts, kind) for kind in ERROR_KINDS)


def confusion_section(report: EvaluationReport, view: ReportView) -> Markup:
    """The confusion matrix as a heat map, the share of each row being its strength, blue where the labels agree."""
    *labels, none = report.confusion.labels
    names = [*(chip(label, view.colours) for label in labels), element("bdi", none)]
    note = (
        f"Spans that overlap, the best match first; “{none}” stands for a span that the other side lacks. "
        "The stronger its colour, the larger the share of a cell in its row."
    )
    return section(
        "Confusion of labels",
        element("p", note, class_="note"),
        heat("gold ↓ predicted →", names, report.confusion.rows),
    )


def slice_section(report: EvaluationReport, tables: Mapping[str, Table]) -> Markup | None:
    """Precision, recall and F1 of parts of the spans, dimension by dimension."""
    if "slices" not in tables:
        return None
    table = tables["slices"]
    parts = [part for name in DIMENSIONS for part in report.slices if part.dimension == name]
    plots = [dot_and_whisker(part.counts.f1, None, words=f"F1 {percent(part.counts.f1)}") for part in parts]
    column = PlotColumn(4, axis(SCALE), plots)
    rows = render_rows(table, names=[part.name for part in parts], plots=column)
    bodies = []
    for name, title in DIMENSIONS.items():
        of_dimension = [shown for part, shown in zip(parts, rows, strict=True) if part.dimension == name]
        heading = row(cell(title, "th", colspan=str(len(table.header) + 1)), kind="group")
        bodies += [element("tbody", heading, *of_dimension)] if of_dimension else []
    return section(table.title, render_table(table, plots=column, bodies=bodies, kind="wide slim"))


def value_section(report: EvaluationReport, view: ReportView, tables: Mapping[str, Table]) -> Markup | None:
    """Whether the values of quantities are right, and those that are not."""
    if "values" not in tables:
        return None
    table = tables["values"]
    cases = [
        (element("bdi", case.example), element("bdi", case.gold_surface), quantity(case.gold),
         element("bdi", case.predicted_surface), quantity(case.predicted))
        for values in report.values for case in values.cases
    ]  # fmt: skip
    head = ("example", "gold", "value", "predicted", "value")
    return section(
        table.title,
        element("p", table.note, class_="note"),
        render_table(table, names=[chip(values.label, view.colours) for values in report.values]),
        text_table(head, cases[:MOST], left=len(head)) if cases else None,
        more(len(cases)),
    )


def ceiling_section(tables: Mapping[str, Table]) -> Markup | None:
    """How far annotators agree with each other and with gold, and the model with gold."""
    if "ceiling" not in tables:
        return None
    table = tables["ceiling"]
    return section(table.title, element("p", table.note, class_="verdict"), render_table(table))


def article_section(report: EvaluationReport, tables: Mapping[str, Table]) -> Markup | None:
    """F1 of each article, the hardest first."""
    if "articles" not in tables:
        return None
    table = replace(tables["articles"], rows=tables["articles"].rows[:MOST])
    scores = [article.evaluation.overall["strict"].f1 for article in hardest_first(report.articles)[:MOST]]
    plots = [dot_and_whisker(f1, None, words=f"strict F1 {percent(f1)}") for f1 in scores]
    return section(
        table.title,
        render_table(table, plots=PlotColumn(3, axis(SCALE), plots), kind="wide slim"),
        more(len(report.articles)),
        kind="long",
    )


def hardest_section(report: EvaluationReport, view: ReportView) -> Markup | None:
    """The examples with the most errors: gold and prediction side by side."""
    if not report.hardest:
        return None
    note = "The examples with the most errors come first. A frame marks what differs from the other side."
    return section(
        "The hardest examples",
        element("p", note, class_="note"),
        *(_hard_example(example, view) for example in report.hardest),
        kind="long",
    )


def _hard_example(example: HardExample, view: ReportView) -> Markup:
    same = same_spans(example.gold, example.predicted)
    boxes = (
        element("div", element("h4", name), marked(example.text, spans, view.colours, same))
        for name, spans in (("Gold", example.gold), ("Predicted", example.predicted))
    )
    head = element("h3", element("bdi", example.example), f" · {amount(example.errors, 'error')}")
    return element("article", head, element("div", *boxes, class_="pair"), class_="example")


def count_section(report: EvaluationReport, view: ReportView) -> Markup:
    """Every count and measure, per label and scheme."""
    evaluation = report.evaluation
    bodies = [
        element(
            "tbody", *_count_rows(chip(label, view.colours), {s: evaluation.labels[s][label] for s in SCHEMES}, view)
        )
        for label in report.labels
    ]
    bodies.append(element("tbody", *_count_rows(element("b", "all, micro"), evaluation.overall, view)))
    head = ("label", "scheme", *COUNTS, "precision", "recall", "F1")
    intervals = report.intervals.macro
    macro = " · ".join(
        f"{scheme} {with_interval(evaluation.macro(scheme), intervals.get(scheme))}" for scheme in SCHEMES
    )
    note = element("p", f"F1, macro-averaged over the labels for which it is defined: {macro}.", class_="note")
    return section("Counts", html_table(head, bodies, left=2), note, kind="long")


def _count_rows(name: Markup, schemes: Mapping[Scheme, SchemeCounts], view: ReportView) -> Iterator[Markup]:
    for number, (scheme, counts) in enumerate(schemes.items()):
        yield row(
            None if number else cell(name, "th", rowspan=str(len(schemes))),
            cell(scheme, kind="left"),
            *(cell(f"{getattr(counts, count):,}") for count in COUNTS),
            *(cell(percent(share)) for share in counts.measures().values()),
            kind="lead" if scheme == view.headline else None,
        )


def remark_section(report: EvaluationReport) -> Markup | None:
    """How to read the report, what is undefined and why, and the notes on the inputs."""
    parts: list[tuple[str, list[str]]] = [
        ("How to read it", remarks(report)),
        ("Undefined", list(report.undefined)),
        *((title, list(map(str, notes))) for title, notes in notes_by_kind(report.notes)),
    ]
    lists = [child for title, sentences in parts if sentences for child in html_list(title, sentences)]
    return section("Remarks", *lists, kind="long") if lists else None


def definition_section(report: EvaluationReport) -> Markup:
    """The definitions of the measures."""
    rows = (*DEFINITIONS[:-1], ("interval", report.intervals.settings.definition), DEFINITIONS[-1])
    pairs = (part for name, words in rows for part in (element("dt", name), element("dd", words)))
    return section("Definitions", element("dl", *pairs, class_="how"))
