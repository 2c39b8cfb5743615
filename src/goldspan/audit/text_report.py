"""The report of an audit as tables and sentences, for a terminal and for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.audit.report import TITLES
from goldspan.report import html
from goldspan.report.text import (
    UNDEFINED,
    Table,
    amount,
    brackets,
    enumerate_names,
    level,
    percent,
    probability,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.audit.report import AuditEffect, AuditReport

NAMED = 5  # articles in a sentence
OF_READERS = ("acceptance", "omission")


def title(report: AuditReport) -> str:
    """The heading."""
    return f"Audit {report.readings.audit.name}: what suggestions do to those who read them"


def headline(report: AuditReport) -> str:
    """The primary test in a sentence, or why there is none."""
    record, primary = report.readings.audit.record, report.primary
    name = TITLES[primary.name].lower()
    if not report.is_tested:
        return (
            f"Not everything is read: no test yet. The primary test will be of the {name}. Whoever tests before and "
            "stops when p is small finds effects where there are none; --interim tests all the same."
        )
    if primary.value is None or primary.p is None:
        return f"Primary: the {name} is {UNDEFINED}: no article with such an error was read both with and without."
    points = f"{signed(primary.value)} points {brackets(primary.interval)}".rstrip()
    is_found = primary.p <= record.primary.level
    verdict = "suggestions bias their readers" if is_found else "no evidence that suggestions bias their readers"
    if is_found and primary.value < 0:
        verdict = "aided readers have such errors less often"
    test = f"p = {probability(primary.p)}, {sides(report)}, level {record.primary.level:g}"
    line = f"Primary: {name} {points} ({test}): {verdict}."
    if not report.readings.is_complete:
        line += " Interim: not everything is read, and a test that is repeated until it finds something is no test."
    return line


def sides(report: AuditReport) -> str:
    """Which differences the tests count."""
    return "one-sided" if report.readings.audit.record.primary.alternative == "greater" else "two-sided"


def method_note(report: AuditReport) -> str:
    """How tests and intervals were made, as sentences."""
    record = report.readings.audit.record
    method = "the jackknife with Student's t" if report.options.method == "jackknife-t" else "percentiles"
    return (
        f"p by {record.redraws:,} redraws of the assignment from the design of the plan, {sides(report)}; p (Holm) is "
        f"corrected for the secondary tests. Brackets: {level(report.options.level)} intervals over articles, by "
        f"{method}. An excess compares readers of the same article, so it need not be the difference of the two rates."
    )


def effects_table(report: AuditReport) -> Table:
    """All effects, the primary one first."""
    rows = [_effect_row(one, TITLES[one.name]) for one in (report.primary, *report.secondary)]
    rows[0] = (f"{rows[0][0]} (primary)", *rows[0][1:])
    header = ("effect", "aided", "unaided", "points", "interval", "p", "p (Holm)")
    mixed = "" if report.mixed is None else f" F1 of an aided and an unaided reader: {percent(report.mixed)}."
    note = f"Rates and F1 in per cent.{mixed}"
    return Table("Effects of suggestions", note, header, tuple(rows))


def _effect_row(one: AuditEffect, name: str) -> tuple[str, ...]:
    return (
        name,
        percent(one.aided),
        percent(one.unaided),
        signed(one.value),
        brackets(one.interval),
        "" if one.p is None else probability(one.p),
        "" if one.corrected is None else probability(one.corrected),
    )


def kinds_table(report: AuditReport) -> Table:
    """The excess for each kind of planted error."""
    rows = tuple(
        (one.name, *map(_counted, one.readings or (0, 0)), *_effect_row(one, "")[1:5]) for one in report.by_kind
    )
    header = ("kind", "aided readings", "unaided", "aided %", "unaided %", "points", "interval")
    return Table("By kind of planted error", "Values alone: only what the plan names is tested.", header, rows)


def annotators_table(report: AuditReport) -> Table:
    """What each annotator did with planted errors."""
    pairs = zip(report.by_annotator, report.omitted_by_annotator, strict=True)
    rows = tuple(
        (wrong.name, percent(wrong.aided), percent(wrong.unaided), percent(left.aided), percent(left.unaided))
        for wrong, left in pairs
    )
    header = ("annotator", "wrong spans aided", "unaided", "omissions aided", "unaided ")
    note = "Shares of the planted errors that they have, in per cent; aided and unaided articles differ."
    return Table("By annotator", note, header, rows)


def tables(report: AuditReport) -> list[Table]:
    """All tables."""
    return [effects_table(report), kinds_table(report), annotators_table(report)]


def remarks(report: AuditReport) -> Iterator[str]:
    """What is missing, deviates or cannot be compared, a sentence each."""
    readings = report.readings
    for name, counts in readings.missing.items():
        articles = enumerate_names(counts, most=NAMED)
        yield f"{name} has {amount(counts.total(), 'example')} left to confirm, in {articles}"
    for name, number in readings.changed.items():
        yield f"{name} confirmed {amount(number, 'example')} whose text is no longer that of the plan: left out"
    if readings.audit.withdrawn:
        yield f"withdrawn since the plan: {enumerate_names(readings.audit.withdrawn, most=NAMED)}"
    for deviation in readings.deviations:
        yield f"{deviation.line()}; it counts as planned"
    record = readings.audit.record
    if record.power.power < 0.8:
        yield f"the plan had a power of {record.power.power:.2f}: a test that finds nothing shows little"
    for effect in report.effects.values():
        if effect.value is None:
            yield f"{TITLES[effect.name].lower()} is {UNDEFINED}: {_why_undefined(effect)}"


def _why_undefined(effect: AuditEffect) -> str:
    if effect.name in OF_READERS:
        return "no article with such an error was read both with and without suggestions"
    if effect.name.startswith("agreement"):
        return "there are no two aided readers, or no two unaided ones, of one article with a span"
    return "one side has no span"


def page(report: AuditReport, further: Sequence[Table] = ()) -> str:
    """The report as one page that needs nothing else.

    Args:
        report: the report.
        further: tables that come behind those of the report.
    """
    head = html.element("header", html.element("h1", title(report)), html.element("p", headline(report)))
    sections = [
        html.section(
            table.title,
            html.element("p", table.note, class_="note") if table.note else None,
            html.render_table(table),
            kind="long",
        )
        for table in (*tables(report), *further)
    ]
    said = [*remarks(report)]
    if said:
        sections.append(html.section("Remarks", *html.html_list("What to know", said)))
    sections.append(html.section("Method", html.element("p", method_note(report))))
    return html.document(title(report), head, *sections)


def _counted(number: int) -> str:
    return f"{number:,}"
