"""The summary of agreement, which a terminal shows first: the headline, a row per label, and where agreement is low."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.adjudication.summary import versions_line
from goldspan.agreement import report_tables
from goldspan.agreement.measures import HEADLINE, MEASURES
from goldspan.agreement.rule_attribution import NO_RULE
from goldspan.report.text import Table, amount, brackets_sentence, percent, with_interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.agreement.annotator_record import AnnotatorError, AnnotatorRecord
    from goldspan.agreement.intervals import MeasureSet
    from goldspan.agreement.report import AgreementReport, AttributedDispute
    from goldspan.agreement.rules_to_amend import GuidelineAmendments

MOST_ROWS = 8  # labels
MOST_RECORDS = 3  # annotators whose most frequent difference from gold is named
COLUMNS = tuple(measure for measure in MEASURES.values() if measure.in_summary)


def label_table(report: AgreementReport) -> Table:
    """The leading measures of each label and of all; of many labels, those with the lowest agreement."""
    labels = report.agreement.labels
    shown, note = dict(labels), ""
    if len(labels) > MOST_ROWS:
        lowest = _by_agreement(labels)[:MOST_ROWS]
        shown = {name: measures for name, measures in labels.items() if name in lowest}
        note = f"The labels with the lowest agreement; --full has {len(labels) - MOST_ROWS:,} more."
    rows = tuple(
        (name, f"{sum(one.spans.values()):,}", *(report_tables.of_measure(m.id, one.values.get(m.id)) for m in COLUMNS))
        for name, one in {**shown, report_tables.ALL_LABELS: report.agreement.overall}.items()
    )
    return Table("Agreement by label", note, ("label", "spans", *(measure.short for measure in COLUMNS)), rows)


def gold_table(report: AgreementReport) -> Table:
    """A row per annotator with their scores against gold."""
    rows = tuple(
        (
            record.annotator,
            f"{record.examples:,}",
            f"{record.overall.counts.gold:,}",
            f"{record.overall.counts.predicted:,}",
            percent(record.overall.counts.precision),
            percent(record.overall.counts.recall),
            with_interval(record.overall.counts.f1, record.overall.f1),
        )
        for record in report.records
    )
    header = ("annotator", "examples", "gold", "marked", "precision", "recall", "F1")
    return Table("Each annotator against gold, in per cent", "", header, rows)


def lowest(report: AgreementReport) -> Iterator[str]:
    """Where to look first: the pair and the label that agree least, the rule of most disputes, the worst dispute."""
    if len(pairs := report_tables.measures_by_pair(report)) > 1:
        yield from _least(pairs, "{} agree least")
    if len(report.agreement.labels) > 1:
        yield from _least(report.agreement.labels, "{} is the label with the lowest agreement")
    yield from _rule(report)
    if report.cases:
        yield _most_disputed(report.cases[0])


def errors(report: AgreementReport) -> Iterator[str]:
    """The most frequent difference of each annotator from gold."""
    for record in report.records[:MOST_RECORDS]:
        if record.errors:
            yield _error(record, record.errors[0])


def brackets(report: AgreementReport) -> str:
    """What the brackets hold, in one sentence; empty where there are none."""
    agreement = report.agreement
    if agreement.overall[HEADLINE].low is None:
        return ""
    return brackets_sentence(agreement.settings.level, agreement.units, agreement.settings.unit)


def amendments_sentence(amendments: GuidelineAmendments | None) -> str:
    """How many rules decisions ask to amend; empty if none do."""
    if amendments is None or not amendments.is_stated:
        return ""
    rows = amendments.table().rows
    return f"Decisions ask to amend {amount(len(rows), 'rule')}; --full lists them." if rows else ""


def _by_agreement(parts: Mapping[str, MeasureSet]) -> list[str]:
    """The names of parts whose agreement is defined, the lowest first."""
    values = {name: part[HEADLINE].estimate for name, part in parts.items()}
    defined = {name: value for name, value in values.items() if value is not None}
    return sorted(defined, key=lambda name: (defined[name], name))


def _least(parts: Mapping[str, MeasureSet], who: str) -> Iterator[str]:
    for name in _by_agreement(parts)[:1]:
        value = parts[name][HEADLINE]
        if value.estimate != 1:
            yield f"{who.format(name)}: {report_tables.of_measure(HEADLINE, value)}."


def _rule(report: AgreementReport) -> Iterator[str]:
    """The rule that most disputes fall under, if any is known."""
    for rules, cases in report.by_rule.items():
        if rules != NO_RULE:
            title = report.rule_titles(cases[0])
            named = f"{rules} ({title})" if title else rules
            yield f"The rule behind most disputes: {named}, {len(cases):,} of {len(report.cases):,}."
        return


def _most_disputed(case: AttributedDispute) -> str:
    rules = "" if case.rules == NO_RULE else f", {case.rules}"
    return (
        f"The most disputed place is in {case.dispute.example.id} ({case.kind}{rules}): {versions_line(case.dispute)}."
    )


def _error(record: AnnotatorRecord, error: AnnotatorError) -> str:
    place = error.places[0]
    times = "once" if error.times == 1 else f"{error.times:,} times"
    where = f"{place.example.id} ({error.kind}, {times})"
    return f"{record.annotator} differs most often as in {where}: {versions_line(place)}."
