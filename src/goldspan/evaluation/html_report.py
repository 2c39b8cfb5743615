"""Where it fails: confusion, kinds of errors, values, people beside the model, the hardest examples.

The difference from a baseline, with its interval.

What frames the page: its heading, what there is to remark, and how to read it.

How it does on parts: the slices, and article by article.

How good and how sure: the figures, the intervals and the counts.

The report as one HTML page (see `goldspan.report`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.annotation import same_spans
from goldspan.evaluation.errors import ERROR_KINDS
from goldspan.evaluation.result import SCHEMES
from goldspan.evaluation.text_report import by_kind, certainty, f1_interval, hardest_first, size, wording_remarks
from goldspan.report.html import (
    MOST,
    Markup,
    cell,
    document,
    element,
    html_list,
    html_table,
    more,
    path,
    row,
    section,
    text_table,
)
from goldspan.report.svg import SCALE, axis, chip, colours, dot_and_whisker, heat, marked, stack
from goldspan.report.text import amount, beside, brackets, level, percent, probability, quantity, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.evaluation.errors import HardExample, KindCounts
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.result import Scheme, SchemeCounts
    from goldspan.evaluation.scores import ArticleScores
    from goldspan.evaluation.significance import Bounds, F1Difference, SystemComparison
    from goldspan.evaluation.slices import Slice
    from goldspan.evaluation.text_report import ReportView

LEAST = 0.01  # one point: a plot that reached less far would make a trifle look large


def comparison_section(report: EvaluationReport) -> Markup | None:
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
    return section("Against the baseline", html_table(head, [body], plotted=3, kind="wide slim"), note)


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


KIND_MEANING = {
    "correct": "same words, same label",
    "boundary": "label right, words overlap",
    "label": "words right, label wrong",
    "both": "words overlap, label wrong",
    "missed": "in gold alone",
    "spurious": "predicted alone",
}


def confusion_section(report: EvaluationReport, view: ReportView) -> Markup:
    """The matrix as a heat map: the share of each row is its strength, blue where the labels agree."""
    *labels, none = report.confusion.labels
    names = [*(chip(label, view.colours) for label in labels), element("bdi", none)]
    made = heat("gold ↓ predicted →", names, report.confusion.rows)
    note = (
        f"Spans that overlap, best match first; “{none}” stands for a span that the other side lacks. "
        "The stronger its colour, the larger the share of a cell in its row."
    )
    return section("What is taken for what", element("p", note, class_="note"), made)


def kind_section(report: EvaluationReport, view: ReportView) -> Markup:
    """The kinds of errors as stacked bars, a bar per label, each as long as it has spans."""
    held = [(chip(name, view.colours), report.errors.labels[name]) for name in report.labels]
    longest = max([1, *(_total(one) for _, one in held)])
    rows = [_bar(name, one, longest) for name, one in held]
    rows.append(_bar(element("b", "all"), report.errors.overall, _total(report.errors.overall) or 1, kind="total"))
    swatches = (
        element("li", element("span", class_=f"swatch {kind}"), element("b", kind), f" {KIND_MEANING[kind]}")
        for kind in ERROR_KINDS
    )
    head = ("", "", *ERROR_KINDS)
    body = html_table(head, [element("tbody", *rows)], plotted=1, kind="wide bars")
    note = "A bar is as long as its label has spans; the last one is scaled to all of them."
    return section(
        "Kinds of errors", element("ul", *swatches, class_="legend"), body, element("p", note, class_="note")
    )


def _bar(name: Markup, one: KindCounts, longest: int, kind: str | None = None) -> Markup:
    parts = [(which, getattr(one, which)) for which in ERROR_KINDS]
    said = ", ".join(f"{number} {which}" for which, number in parts)
    numbers = (cell(f"{number:,}") for _, number in parts)
    return row(cell(name, "th"), cell(stack(parts, longest, said=said), kind="plotted"), *numbers, kind=kind)


def _total(one: KindCounts) -> int:
    return sum(getattr(one, kind) for kind in ERROR_KINDS)


def value_section(report: EvaluationReport, view: ReportView) -> Markup | None:
    """Whether quantities come out with the right value, and those that do not."""
    if not report.values:
        return None
    names = ("right", "bound_wrong", "wrong", "missed", "spurious", "without_value")
    rows = [
        (chip(one.label, view.colours), *(f"{getattr(one, name):,}" for name in names), percent(one.accuracy))
        for one in report.values
    ]
    head = ("label", *(name.replace("_", " ") for name in names), "accuracy")
    cases = [
        (element("bdi", case.example), element("bdi", case.gold_surface), quantity(case.gold),
         element("bdi", case.predicted_surface), quantity(case.predicted))
        for one in report.values for case in one.cases
    ]  # fmt: skip
    words = ("example", "gold", "value", "predicted", "value")
    wrong = text_table(words, cases[:MOST], left=len(words)) if cases else None
    note = element("p", "Accuracy is the share of the gold values that came out right.", class_="note")
    return section("Values of quantities", note, text_table(head, rows), wrong, more(len(cases)))


def ceiling_section(report: EvaluationReport) -> Markup | None:
    """What people reach against each other and against gold, beside the model."""
    found = report.ceiling
    if found is None:
        return None
    rows = [(f"{one.first} – {one.second}", one.examples, one.f1, one.model_f1) for one in found.pairs]
    rows += [(f"{one.name} – gold", one.examples, one.f1, one.model_f1) for one in found.passes]
    body = text_table(
        ("readers", "examples", "their F1", "the model’s F1"),
        [(element("bdi", name), f"{examples:,}", percent(f1), percent(model)) for name, examples, f1, model in rows],
    )
    return section("People beside the model", element("p", found.sentence, class_="verdict"), body)


def hardest_section(report: EvaluationReport, view: ReportView) -> Markup | None:
    """The examples with the most errors: gold and prediction side by side."""
    if not report.hardest:
        return None
    note = "The worst first. What is framed differs from the other side."
    return section(
        "The hardest examples",
        element("p", note, class_="note"),
        *(_example(one, view) for one in report.hardest),
        kind="long",
    )


def _example(hard: HardExample, view: ReportView) -> Markup:
    same = same_spans(hard.gold, hard.predicted)
    sides = (("Gold", hard.gold), ("Predicted", hard.predicted))
    boxes = (element("div", element("h4", name), marked(hard.text, spans, view.colours, same)) for name, spans in sides)
    head = element("h3", element("bdi", hard.example), f" · {amount(hard.errors, 'error')}")
    return element("article", head, element("div", *boxes, class_="pair"), class_="example")


HOW = (
    ("strict", "A predicted span is correct if gold has the same characters under the same label."),
    ("exact", "The same characters, whatever the label."),
    ("partial", "The same characters count one, overlapping ones one half, whatever the label."),
    ("type", "The same label on characters that overlap."),
    (
        "matching",
        "Each gold span meets at most one predicted span and the other way round, for the most credit by the scheme.",
    ),
    ("overlaps", "Spans may nest and cross, and their order does not matter."),
    ("precision", "Credit over the number of predicted spans."),
    ("recall", "Credit over the number of gold spans."),
    ("F1", "Their harmonic mean: twice the credit over gold and predicted spans together."),
    ("undefined", "There is nothing to divide by: no span was predicted, or gold has none. It is not nought."),
    ("sources", "The counts are those of MUC-5 (1993) and of SemEval-2013 Task 9.1."),
)


def header_section(report: EvaluationReport, view: ReportView) -> Markup:
    """What was evaluated against what."""
    against = (", and ", path(view.baseline), " as the baseline") if view.baseline else ()
    return element(
        "header",
        element("p", "Evaluation of named entities", class_="eyebrow"),
        element("h1", path(view.predictions), " against ", path(view.gold)),
        element("p", size(report), *against, ". ", certainty(report), class_="quiet"),
    )


def note_section(report: EvaluationReport) -> Markup | None:
    """What is undefined and why, how to read what is there, and what was noted about the inputs."""
    parts: list[tuple[str, list[str]]] = [
        ("How to read it", wording_remarks(report)),
        ("Undefined", list(report.undefined)),
        *((title, list(map(str, notes))) for title, notes in by_kind(report.notes)),
    ]
    lists = [child for title, sentences in parts if sentences for child in html_list(title, sentences)]
    return section("Remarks", *lists, kind="long") if lists else None


def method_section(report: EvaluationReport) -> Markup:
    """The measures in words."""
    sure = report.intervals.settings
    interval = (
        f"Of {sure.resamples:,} corpora drawn from this one with replacement, {sure.unit} by {sure.unit}, the middle "
        f"{level(sure.level)} lie within. {report.intervals.method}."
    )
    rows = (*HOW[:-1], ("interval", interval), HOW[-1])
    pairs = (part for name, words in rows for part in (element("dt", name), element("dd", words)))
    return section("How to read this", element("dl", *pairs, class_="how"))


DIMENSIONS = {
    "length": "By length in tokens",
    "seen": "By whether training has the same words under the same label",
    "agreement": "By whether the annotators agreed",
}


def slice_section(report: EvaluationReport) -> Markup | None:
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
    return section("Slices", note, html_table(head, bodies, plotted=4, kind="wide slim"))


def _slice(part: Slice) -> Markup:
    one = part.counts
    plot = dot_and_whisker(one.f1, None, said=f"F1 {percent(one.f1)}")
    shares = (cell(percent(share)) for share in (one.precision, one.recall, one.f1))
    numbers = (cell(f"{number:,}") for number in (one.gold, one.predicted, one.true_positives))
    return row(cell(part.name, "th"), *numbers, cell(plot, kind="plotted"), *shares)


def article_section(report: EvaluationReport) -> Markup | None:
    """F1 of each article, the hardest first."""
    if not report.articles:
        return None
    head = ("article", "examples", "gold", axis(SCALE), *SCHEMES)
    rows = map(_article, hardest_first(report.articles)[:MOST])
    return section(
        "Article by article",
        element("p", "F1 by each scheme, the hardest article by the scheme strict first.", class_="note"),
        html_table(head, [element("tbody", *rows)], plotted=3, kind="wide slim"),
        more(len(report.articles)),
        kind="long",
    )


def _article(one: ArticleScores) -> Markup:
    held = one.evaluation.overall
    plot = dot_and_whisker(held["strict"].f1, None, said=f"strict F1 {percent(held['strict'].f1)}")
    numbers = (cell(f"{number:,}") for number in (one.examples, held["strict"].possible))
    shares = (cell(percent(held[scheme].f1)) for scheme in SCHEMES)
    return row(cell(element("bdi", one.article), "th"), *numbers, cell(plot, kind="plotted"), *shares)


MEANING = {
    "strict": "same words, same label",
    "exact": "same words, any label",
    "partial": "overlap counts half, any label",
    "type": "overlapping words, same label",
}
COUNTS = ("correct", "incorrect", "partial", "missed", "spurious", "possible", "actual")


def figure_section(report: EvaluationReport, view: ReportView) -> Markup:
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


def interval_section(report: EvaluationReport, view: ReportView) -> Markup:
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


def _of_label(report: EvaluationReport, name: str) -> list[tuple[Scheme, SchemeCounts, Bounds | None]]:
    return [(s, report.evaluation.labels[s][name], report.intervals.labels[s].get(name)) for s in SCHEMES]


def _group(
    name: Markup, measured: list[tuple[Scheme, SchemeCounts, Bounds | None]], view: ReportView
) -> Iterator[Markup]:
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


def count_section(report: EvaluationReport, view: ReportView) -> Markup:
    """Every count and measure, per label and scheme."""
    head = ("label", "scheme", *COUNTS, "precision", "recall", "F1")
    held = report.evaluation
    groups = [(chip(name, view.colours), [(s, held.labels[s][name]) for s in SCHEMES]) for name in report.labels]
    groups.append((element("b", "all, micro"), list(held.overall.items())))
    bodies = [element("tbody", *_rows(name, measured, view)) for name, measured in groups]
    sure = report.intervals.macro
    macro = " · ".join(f"{scheme} {beside(held.macro(scheme), sure.get(scheme))}" for scheme in SCHEMES)
    note = element("p", f"F1, macro-averaged over the labels for which it is defined: {macro}.", class_="note")
    return section("Counts", html_table(head, bodies, left=2), note, kind="long")


def _rows(name: Markup, measured: list[tuple[Scheme, SchemeCounts]], view: ReportView) -> Iterator[Markup]:
    for number, (scheme, one) in enumerate(measured):
        first = cell(name, "th", rowspan=str(len(measured))) if not number else None
        numbers = (cell(f"{getattr(one, count):,}") for count in COUNTS)
        shares = (cell(percent(share)) for share in (one.precision, one.recall, one.f1))
        kind = "lead" if scheme == view.headline else None
        yield row(first, cell(scheme, kind="left"), *numbers, *shares, kind=kind)


def page(report: EvaluationReport, view: ReportView) -> str:
    """The page.

    Args:
        report: what it shows.
        view: the names of what was compared, the leading scheme, and the labels' colours; labels that have none get
            one.
    """
    view = replace(view, colours=colours(report.labels, view.colours))
    sections = (
        figure_section(report, view),
        element("p", report.comparison.sentence(), class_="verdict") if report.comparison else None,
        interval_section(report, view),
        comparison_section(report),
        kind_section(report, view),
        confusion_section(report, view),
        slice_section(report),
        value_section(report, view),
        ceiling_section(report),
        article_section(report),
        hardest_section(report, view),
        count_section(report, view),
        note_section(report),
        method_section(report),
    )
    title = f"{view.predictions} against {view.gold}"
    return document(title, header_section(report, view), *sections)
