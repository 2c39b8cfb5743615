"""The report on agreement as one HTML page (see `goldspan.report`).

The tables are those of the terminal, whole, with plots and the colours of the labels; below them disagreements and
differences from gold are shown in their texts: all of them, or, where there are very many, the first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from goldspan.agreement import report_tables, text_report
from goldspan.agreement.conditions import HEADINGS
from goldspan.agreement.disagreements import KINDS, MEANING, dispute_bounds
from goldspan.agreement.measures import HEADLINE, MEASURES
from goldspan.agreement.report_tables import TALLY_COLUMNS
from goldspan.report.html import (
    MOST,
    Markup,
    PlotColumn,
    document,
    element,
    html_list,
    join,
    more,
    render_table,
    section,
)
from goldspan.report.svg import SCALE, axis, chip, colours, dot_and_whisker, heat, marked, stack
from goldspan.report.text import amount, enumerate_names, percent, with_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.annotations import Condition
    from goldspan.agreement.annotator_record import (
        AnnotatorError,
        AnnotatorRecord,
        ArticleScore,
        VersionScore,
    )
    from goldspan.agreement.conditions import AgreementByCondition
    from goldspan.agreement.intervals import MeasureSet
    from goldspan.agreement.report import AgreementReport, AttributedDispute, PairTally
    from goldspan.corpus.comments import PassComment
    from goldspan.evaluation.result import Counts
    from goldspan.evaluation.score_estimates import ScoreEstimate
    from goldspan.formats.decisions import Candidate
    from goldspan.report.html import Child
    from goldspan.report.text import Table

PLACES_SHOWN = 3  # of an error that recurs
MOST_DISPUTES = 500  # under one rule: with tens of thousands no browser shows the page
KIND_RULES = "".join(  # those of the style sheet, for the ids of a further report on a page
    f"#only-{kind}:checked ~ .cases .example:not(.is-{kind}), "
    f"#only-{kind}:checked ~ .cases > div:not(:has(.is-{kind})) {{ display: none; }}\n"
    for kind in KINDS
)
TALLY_MEANINGS: Mapping[str, str] = {
    "agreed": "the same in both passes",
    "boundary": MEANING["boundary"],
    "label": MEANING["label"],
    "split": MEANING["split"],
    "first_alone": "marked by the first only",
    "second_alone": "marked by the second only",
}


def page(report: AgreementReport) -> str:
    """The report as an HTML page.

    Args:
        report: what it shows; labels that have no colour get one.
    """
    return document(text_report.title(report), _header(report), *_sections(_coloured(report)))


def sections_by_condition(found: AgreementByCondition) -> tuple[Markup | None, ...]:
    """All that the page shows below its header, for a page that has a frame of its own.

    Args:
        found: as for `page_by_condition`.
    """
    amendments = _amendment_section(found)
    if found.is_unaided:
        return (*_sections(_coloured(found.reports["unaided"])), amendments)
    parts = (part for condition, report in found.reports.items() for part in _part(condition, _coloured(report)))
    return (*parts, amendments)


def page_by_condition(found: AgreementByCondition) -> str:
    """The reports on unaided and on aided readings as one page, one after the other.

    Args:
        found: what it shows; where nobody was aided the page is that of the one report.
    """
    amendments = _amendment_section(found)
    if found.is_unaided:
        report = found.reports["unaided"]
        return document(text_report.title(report), _header(report), *_sections(_coloured(report)), amendments)
    header = element(
        "header",
        element("p", "Agreement of annotators", class_="eyebrow"),
        element("h1", enumerate_names(found.reports).capitalize()),
        *(element("p", sentence, class_="quiet") for sentence in found.sentences),
    )
    parts = (part for condition, report in found.reports.items() for part in _part(condition, _coloured(report)))
    return document(f"Agreement of annotators, {enumerate_names(found.reports)}", header, *parts, amendments)


def _part(condition: Condition, report: AgreementReport) -> Iterable[Markup | None]:
    """The report on one condition below its heading; its ids begin with the condition."""
    names = element("p", f"{text_report.title(report)}.")
    note = report.agreement.interval_note if report.is_comparable else ""
    rules = element("style", Markup(KIND_RULES.replace("#", f"#{condition}-")))
    yield section(HEADINGS[condition], names, element("p", note, class_="quiet") if note else None, rules)
    yield from _sections(report, f"{condition}-")


def _coloured(report: AgreementReport) -> AgreementReport:
    """The report with a colour for each label."""
    return replace(report, colours=colours(report.confusion.labels[:-1], report.colours))


def _sections(report: AgreementReport, ids: str = "") -> tuple[Markup | None, ...]:
    """All that a page shows of a report.

    Args:
        report: with a colour for each label.
        ids: what the ids of elements begin with, where a page shows several reports.
    """
    return (
        *(_agreement_sections(report, ids) if report.is_comparable else _without_comparison(report)),
        _comment_section(report),
        *(_record_section(record, report) for record in report.records),
        _remarks(report),
    )


def _without_comparison(report: AgreementReport) -> tuple[Markup, ...]:
    """Why there is nothing to compare, and who confirmed what."""
    return (
        element("p", text_report.headline(report), class_="verdict"),
        _table_section(report_tables.coverage_table(report)),
    )


def _agreement_sections(report: AgreementReport, ids: str) -> tuple[Markup | None, ...]:
    """How far the annotators agree, where and why not."""
    return (
        _figures(report),
        element("p", text_report.headline(report), class_="verdict"),
        _table_section(report_tables.coverage_table(report)),
        _measures_section(report_tables.pair_table(report), report_tables.measures_by_pair(report), report),
        _measures_section(report_tables.label_table(report), report_tables.measures_by_label(report), report),
        _measures_section(report_tables.article_table(report), report_tables.measures_by_article(report), report),
        _all_measures_section(report),
        _tally_section(report),
        _confusion_section(report),
        _rule_section(report, ids),
        _surface_section(report),
        _dispute_section(report, ids),
    )


def _header(report: AgreementReport) -> Markup:
    names = [element("bdi", name) for name in report.annotations.annotators]
    between = [part for name in names[:-1] for part in (name, ", ")][:-1]
    return element(
        "header",
        element("p", "Agreement of annotators", class_="eyebrow"),
        element("h1", *between, " and " if between else "", *names[-1:]),
        element("p", report.agreement.interval_note, class_="quiet") if report.is_comparable else None,
    )


def _remarks(report: AgreementReport) -> Markup | None:
    undefined = text_report.undefined(report) if report.is_comparable else []  # else the verdict says it
    parts = (("How to read the report", text_report.remarks(report)), ("Undefined", undefined))
    lists = [child for title, sentences in parts if sentences for child in html_list(title, sentences)]
    return section("Remarks", *lists, kind="long") if lists else None


def _figures(report: AgreementReport) -> Markup:
    """The leading measures over all labels, the headline emphasised."""
    cards = []
    for name, measure in MEASURES.items():
        if not measure.in_figures:
            continue
        value = report.agreement.overall[name]
        number = element("span", report_tables.number(name, value), class_=f"big{' lead' * (name == HEADLINE)}")
        interval = element("small", report_tables.interval(name, value) or "no interval")
        head = element("dt", measure.title, element("small", measure.meaning))
        assumed = element("small", "confirmation assumed") if report.agreement.overall.coverage.assumed else None
        cards.append(element("div", head, element("dd", number, interval, assumed)))
    return element("dl", *cards, class_="figures")


def _note(text: str) -> Markup | None:
    return element("p", text, class_="note") if text else None


def _rendered(table: Table, **options: Any) -> Markup:  # noqa: ANN401  (those of `render_table`)
    """A table, of very many rows the first."""
    shown = replace(table, rows=table.rows[:MOST])
    return join(render_table(shown, **options), more(len(table.rows)))


def intervals_below(table: Table, first: int) -> dict[int, list[Child]]:
    """The cells of the columns from one on, with the interval of a number below it."""

    def split(text: str) -> Child:
        number, bracket, interval = text.partition(" [")
        return element("span", number, element("small", f"[{interval}")) if bracket else text

    return {column: [split(row[column]) for row in table.rows] for column in range(first, len(table.header))}


def _table_section(table: Table) -> Markup:
    return section(table.title, _note(table.note), _rendered(table))


def _measures_section(table: Table, measures: Mapping[str, MeasureSet], report: AgreementReport) -> Markup | None:
    """A table of leading measures with exact F1 as a plot, and below a name the pairs that its means rest on."""
    if not table.rows:
        return None
    names, plots, partial = [], [], False
    for name, one in measures.items():
        pairs = text_report.counted_pairs(one, report)
        partial |= bool(pairs)
        shown = _name(name, report)
        names.append(element("span", shown, element("small", pairs)) if pairs else shown)
        value = one[HEADLINE]
        limits = None if value.low is None or value.high is None else (value.low, value.high)
        label = f"exact F1 {report_tables.of_measure(HEADLINE, value)}"
        plots.append(dot_and_whisker(value.estimate, limits, words=label))
    note = f"{table.note} {text_report.MEANS}".strip() if partial else table.note
    body = _rendered(
        table,
        names=names,
        cells=intervals_below(table, 3),
        plots=PlotColumn(3, axis(SCALE), plots),
        total=table.rows[-1][0] == report_tables.ALL_LABELS,
        kind="wide slim agreement",
    )
    return section(table.title, _note(note), body, kind="long")


def _name(name: str, report: AgreementReport) -> Markup:
    """The name of a row: a label on its colour, all labels in bold."""
    if name.startswith("all "):
        return element("b", name)
    return chip(name, report.colours) if name in report.colours else element("bdi", name)


def _all_measures_section(report: AgreementReport) -> Markup:
    """Every measure, with its meaning, the meaning of 0 and 1, and its source."""
    table = report_tables.measure_table(report)
    meanings = []
    for name, (_, _, meaning) in zip(report.agreement.overall.values, table.rows, strict=True):
        measure = MEASURES[name]
        scale = element("small", f"0: {measure.zero}. 1: {measure.one}. {measure.source}.")
        meanings.append(element("span", meaning, scale))
    note = (
        f"{table.note} Of more than two annotators, pairwise measures are means over the pairs for which they "
        "are defined; the other measures use the judgements of all at once."
    )
    body = _rendered(table, cells={2: meanings}, kind="wide meanings")
    return section(table.title, _note(note), body, kind="long")


def _tally_section(report: AgreementReport) -> Markup | None:
    """The spans of each pair as stacked bars."""
    if not report.tallies:
        return None
    tallies = report_tables.tallies_by_row(report)
    longest = max(1, *(_size(tally) for tally in report.tallies.values()))
    bars = []
    for name, tally in tallies.items():
        parts = [(column, getattr(tally, column)) for column in TALLY_COLUMNS]
        label = ", ".join(f"{count} {column.replace('_', ' ')}" for column, count in parts)
        bars.append(stack(parts, (_size(tally) or 1) if name.startswith("all ") else longest, words=label))
    legend = (
        element("li", element("span", class_=f"swatch {column}"), element("b", column.replace("_", " ")), f" {meaning}")
        for column, meaning in TALLY_MEANINGS.items()
    )
    table = report_tables.tally_table(report)
    names = [_name(name, report) for name in tallies]
    body = _rendered(table, names=names, plots=PlotColumn(1, "", bars), total=len(bars) > 1, kind="wide bars")
    return section(table.title, element("ul", *legend, class_="legend"), body)


def _size(tally: PairTally) -> int:
    return sum(getattr(tally, column) for column in TALLY_COLUMNS)


def _confusion_section(report: AgreementReport) -> Markup | None:
    """The confusion matrix as a heat map."""
    if not report.tallies:
        return None
    confusion, table = report.confusion, report_tables.confusion_table(report)
    *labels, none = confusion.labels
    matrix = heat(
        f"{confusion.first} ↓ {confusion.second} →" if confusion.first else "",
        [*(chip(name, report.colours) for name in labels), element("bdi", none)],
        confusion.rows,
        mirrored=confusion.first is None,
    )
    note = f"{table.note} The stronger its colour, the larger the share of a cell in its row."
    return section(table.title, _note(note), matrix)


def _rule_section(report: AgreementReport, ids: str) -> Markup | None:
    """The rules that disputes fall under, each with a link to its disputes."""
    if not report.cases:
        return None
    table = report_tables.rule_table(report)
    links = [element("a", rules, href=f"#{ids}rule-{number}") for number, rules in enumerate(report.by_rule)]
    note = "A rule is a link to its disputes, which show the evidence for it."
    return section(table.title, _note(note), _rendered(table, names=links))


def _amendment_section(found: AgreementByCondition) -> Markup | None:
    """The rules to amend, by the outcomes of decisions; nothing where no decision states one."""
    if found.amendments is None or not found.amendments.is_stated:
        return None
    table = found.amendments.table()
    return _table_section(table) if table.rows else section(table.title, _note(f"None. {table.note}"))


def _surface_section(report: AgreementReport) -> Markup | None:
    """The disputed words, their labels in colour."""
    if not report.surfaces:
        return None
    table = report_tables.surface_table(report)
    labels = [_label_counts(surface.labels, report.colours) for surface in report.surfaces]
    body = _rendered(table, cells={3: labels})
    return section(table.title, _note(table.note), body, kind="long")


def _label_counts(labels: Mapping[str, int], of: Mapping[str, str]) -> Markup:
    parts = (element("span", chip(label, of), f" {count:,} ") for label, count in labels.items())
    return element("span", *parts, class_="labels")


def _dispute_section(report: AgreementReport, ids: str) -> Markup | None:
    """The disputes, rule by rule; buttons above restrict them to one kind."""
    if not report.cases:
        return None
    groups = []
    for number, (rules, cases) in enumerate(report.by_rule.items()):
        titles = report.rule_titles(cases[0])
        count = f" · {amount(len(cases), 'dispute')}"
        head = element("h3", element("b", rules), f" {titles}" if titles else "", count)
        disputes = (_case(case, report) for case in cases[:MOST_DISPUTES])
        rest = more(len(cases), MOST_DISPUTES)
        groups.append(element("div", head, *disputes, rest, class_="group-of-cases", id=f"{ids}rule-{number}"))
    whole = all(len(cases) <= MOST_DISPUTES for cases in report.by_rule.values())
    return section(
        "Every disagreement, side by side" if whole else "The most disputed places, side by side",
        _note("Under each rule, the disputes in which most pairs of annotators disagree come first."),
        *_kind_buttons(report, ids),
        element("div", *groups, class_="cases"),
        kind="long",
    )


def _kind_buttons(report: AgreementReport, ids: str) -> list[Markup]:
    """Radio buttons for the kinds; the style sheet hides the disputes of other kinds."""
    counts: dict[str, int] = {"all": len(report.cases)} | {str(kind): count for kind, count in report.kinds.items()}
    parts = []
    for kind, count in counts.items():
        name = f"{ids}only-{kind}"
        parts.append(element("input", type="radio", name=f"{ids}kind", id=name, checked=kind == "all"))
        parts.append(element("label", element("b", kind), f" {count:,}", for_=name, class_="choice"))
    return parts


def _case(case: AttributedDispute, report: AgreementReport) -> Markup:
    head = element("h4", element("bdi", case.dispute.example.id), " · ", element("b", case.kind))
    why = _note(case.attribution.reason) if case.attribution else None
    shown = _candidates(case.dispute, report.colours), _comments(case.comments)
    return element("article", head, why, *shown, class_=f"example is-{case.kind}")


def _comments(comments: Sequence[PassComment]) -> Markup | None:
    """What annotators wrote on an example, whole, one below the other."""
    if not comments:
        return None
    parts = []
    for comment in comments:
        name = element("bdi", comment.annotator)
        parts.append(element("dt", name, None if comment.confirmed else element("small", " left it open")))
        parts.append(element("dd", element("bdi", comment.text)))
    return element("dl", *parts, class_="voices comments")


def _comment_section(report: AgreementReport) -> Markup | None:
    """The comments on examples in which nothing is disputed."""
    by_example: dict[str, list[PassComment]] = {}
    for comment in report.other_comments:
        by_example.setdefault(comment.example, []).append(comment)
    if not by_example:
        return None
    cases = (
        element("article", element("h4", element("bdi", example)), _comments(comments), class_="example")
        for example, comments in [*by_example.items()][:MOST]
    )
    note = _note("Those on disputed examples stand beside each disagreement.")
    return section("Comments where nothing is disputed", note, *cases, more(len(by_example)), kind="long")


def _candidates(dispute: Dispute, of: Mapping[str, str]) -> Markup:
    """What each annotator marked in a dispute, one below the other."""
    parts = (part for candidate in dispute.candidates for part in _candidate(dispute, candidate, of))
    return element("dl", *parts, class_="voices")


def _candidate(dispute: Dispute, candidate: Candidate, of: Mapping[str, str]) -> tuple[Markup, Markup]:
    text = dispute.example.text
    left, right = dispute_bounds(dispute)
    before, after = "…" if left else "", "…" if right < len(text) else ""
    offset = len(before) - left
    spans = [type(span)(span.start + offset, span.end + offset, span.label) for span in candidate.spans]
    shown = marked(f"{before}{text[left:right]}{after}", spans, of, spans)
    return element("dt", element("bdi", ", ".join(candidate.by))), element("dd", shown)


def _record_section(record: AnnotatorRecord, report: AgreementReport) -> Markup:
    """An annotator against gold: scores, their development, and the recurring differences."""
    table = report_tables.score_table(record, report.agreement.settings.level)
    scores = report_tables.scores_by_row(record)
    names = [_name(name, report) for name in scores]
    errors = [_error(error, report) for error in record.errors[:MOST]]
    return section(
        table.title,
        _note(table.note),
        _rendered(table, names=names, cells={6: [_f1(score) for score in scores.values()]}, total=True),
        *_development(record, report),
        element("h3", "Differences from gold to discuss, the most frequent first") if errors else None,
        *errors,
        more(len(record.errors)),
        kind="long",
    )


def _f1(score: ScoreEstimate) -> str:
    return with_interval(score.counts.f1, score.f1 if score.counts.f1 is not None else None)


def _development(record: AnnotatorRecord, report: AgreementReport) -> Iterable[Markup]:
    """The scores by article and by version of the guidelines, over all labels and of each."""
    if len(record.articles) < 2:
        return
    table = report_tables.article_score_table(record)
    plots = [dot_and_whisker(one.counts.f1, None, words=f"F1 {percent(one.counts.f1)}") for one in record.articles]
    yield element("h3", table.title)
    yield _rendered(table, plots=PlotColumn(6, axis(SCALE), plots), kind="wide slim")
    yield from _matrix(
        report_tables.article_matrix(record), record.articles, report, text_report.trend_sentence(record)
    )
    if len(record.versions) > 1:
        table = report_tables.version_score_table(record)
        yield element("h3", table.title)
        yield _rendered(table)
        yield from _matrix(report_tables.version_matrix(record), record.versions, report)


def _matrix(
    table: Table, scores: Sequence[ArticleScore | VersionScore], report: AgreementReport, sentence: str = ""
) -> Iterable[Markup]:
    """A matrix of precision and recall with F1 above them, the labels in colour."""
    labels = dict(enumerate(table.header[1:], start=1))
    cells: dict[int, Sequence[Child]] = {
        at: [_f1_above(one.labels[label], row[at]) for one, row in zip(scores, table.rows, strict=True)]
        for at, label in labels.items()
    }
    headings = {at: chip(label, report.colours) for at, label in labels.items()}
    note = f"{sentence} F1, undefined where neither has the label, and below it {report_tables.PRECISION_RECALL}."
    yield element("h3", table.title)
    yield _rendered(table, cells=cells, headings=headings, kind="wide agreement")
    yield element("p", note.strip(), class_="note")


def _f1_above(counts: Counts, precision_recall: str) -> Child:
    if counts.f1 is None:
        return percent(None)
    return join(percent(counts.f1), element("small", " ".join(precision_recall.split())))


def _error(error: AnnotatorError, report: AgreementReport) -> Markup:
    times = "once" if error.times == 1 else f"{error.times:,} times"
    places = (
        part
        for place in error.places[:PLACES_SHOWN]
        for part in (element("h4", element("bdi", place.example.id)), _candidates(place, report.colours))
    )
    head = element("h4", element("b", error.kind), f" · {times}")
    attribution = error.attribution
    why = _note(f"{', '.join(attribution.rules)}: {attribution.reason}") if attribution else None
    return element("article", head, why, *places, class_="example")
