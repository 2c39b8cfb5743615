"""`goldspan agree`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import completion_values, console
from goldspan.cli.next_step import print_next_step
from goldspan.cli.reading import with_read_options
from goldspan.corpus import Corpus
from goldspan.formats.options import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.annotator_record import AnnotatorRecord
    from goldspan.agreement.conditions import AgreementByCondition
    from goldspan.agreement.report import AgreementReport
    from goldspan.agreement.rule_attribution import RuleAttribution
    from goldspan.corpus.comments import PassComment

RESAMPLES = 1_000
SHOWN = 5  # disagreements, and differences of each annotator from gold; --json and --html have all
COMMENTS = 10  # on disputed examples that are not among these disagreements
REASONS = 6  # for which something is undefined


@with_read_options()
def run(
    passes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PASS",
            autocompletion=completion_values.annotators,
            help=(
                "A file or folder of any format for each annotator, one folder that holds them, "
                "or names of passes. Default: all passes of the project."
            ),
            show_default=False,
        ),
    ] = None,
    *,
    articles: console.Articles = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="gold|PATH",
            help=(
                "Also compare each annotator with the gold of the project, or with gold in files:"
                " precision, recall, differences."
            ),
        ),
    ] = None,
    aided: Annotated[
        bool | None,
        typer.Option(
            "--aided/--unaided",
            help=(
                "Report only what annotators read with suggestions, or only what they read "
                "without. Default: both, in two reports."
            ),
            show_default=False,
        ),
    ] = None,
    form: console.Format = None,
    labels: console.Labels = None,
    language: console.Language = None,
    gamma: Annotated[bool, typer.Option("--gamma", help="Also compute gamma, which is slow.")] = False,
    unit: console.Unit = None,
    interval: console.IntervalMethod = "jackknife-t",
    resamples: console.Resamples = None,
    level: console.Level = 0.95,
    seed: console.Seed = 0,
    full: console.Full = False,
    html: console.Html = None,
    json: console.Json = None,
    root: console.Root = None,
    reading: ReadOptions,
) -> None:
    """Measure how far annotators agree, and where they differ.

    Two annotators are compared on the examples that both confirmed. The first measure is F1 of exact spans; the
    others follow with their meanings. Measures on characters are in --html and --json only. Each disagreement is of
    one kind: boundary, label, split or one-sided. It is linked to a rule of the guidelines if a page or a check
    shows the rule. Brackets hold intervals. What annotators read with suggestions is measured apart from what they
    read without.
    """
    console.note_unused_resamples(resamples, interval)
    from goldspan.agreement.html_report import page_by_condition
    from goldspan.agreement.run import AgreementOptions, run_agreement_by_condition

    options = AgreementOptions(
        passes=tuple(passes or ()),
        form=form,
        reading=reading,
        articles=tuple(console.split_names(articles)),
        condition=None if aided is None else "aided" if aided else "unaided",
        root=root,
        labels=labels,
        language=language,
        against=against,
        gamma=gamma,
        unit=unit,
        method=interval,
        resamples=resamples or RESAMPLES,
        level=level,
        seed=seed,
    )
    with console.spinner("comparing"):
        found = run_agreement_by_condition(options)
    console.write_json(json, "agree", found.json())
    if html is not None:
        files.write(html, page_by_condition(found))
    out = console.report_console()
    is_short = all(report.is_comparable or report.records for report in found.reports.values())
    if full or not is_short:  # else there is little more than the reason
        _print_reports(out, found)
    else:
        _print_summaries(out, found)
        console.print_rest(json, html)
    console.print_written(json, html)
    if not passes and form is None:
        print_next_step(Corpus.find(root), "agree", json)


def _print_summaries(out: Console, found: AgreementByCondition) -> None:
    """The first screen: of each condition the headline, the table, and where agreement is low."""
    from goldspan.agreement import summary
    from goldspan.agreement.conditions import HEADINGS

    for sentence in found.sentences:
        console.print_text(out, sentence)
    for condition, report in found.reports.items():
        if not found.is_unaided:
            console.print_text(out, HEADINGS[condition], style="bold underline")
        _print_summary(out, report, with_table=len(found.reports) == 1)
    if sentence := summary.amendments_sentence(found.amendments):
        console.print_text(out, sentence)


def _print_summary(out: Console, report: AgreementReport, *, with_table: bool) -> None:
    from goldspan.agreement import summary, text_report

    console.print_text(out, text_report.headline(report), style="bold")
    for sentence in text_report.warnings(report):
        console.print_text(out, sentence)
    tables = []
    if report.records:
        tables = [summary.gold_table(report)]
    elif with_table and report.is_comparable:
        tables = [summary.label_table(report)]
    for table in tables:
        out.print()
        console.print_table(out, table)
    places = summary.errors(report) if report.records else summary.lowest(report)
    console.print_bullets(out, filter(None, (*places, summary.brackets(report))))


def _print_reports(out: Console, found: AgreementByCondition) -> None:
    """The report on each condition, one after the other, and above them why they are not one."""
    from goldspan.agreement.conditions import HEADINGS

    for sentence in found.sentences:
        console.print_text(out, sentence)
    for condition, report in found.reports.items():
        if not found.is_unaided:
            out.print()
            console.print_text(out, HEADINGS[condition], style="bold underline")
        _print_report(out, report)
    if found.amendments is not None and found.amendments.is_stated:
        table = found.amendments.table()
        if table.rows:
            console.print_table(out, table.first())
        else:
            console.print_text(out, f"Rules to amend: none. {table.note}")


def _print_report(out: Console, report: AgreementReport) -> None:
    from goldspan.agreement import text_report
    from goldspan.agreement.measures import LONG_REPORT_ONLY

    if len(report.annotations.annotators) < 2 and not report.records:
        console.print_text(out, text_report.headline(report))
        return
    console.print_text(out, text_report.title(report), style="bold")
    console.print_text(out, text_report.headline(report))
    if report.is_comparable:
        console.print_text(out, report.agreement.interval_note)
    out.print()
    for table in text_report.terminal_tables(report):
        console.print_table(out, table)
    _print_disagreements(out, report)
    for record in report.records:
        for table in text_report.record_tables(record, report.agreement.settings.level):
            console.print_table(out, table)
        _print_errors(out, report, record)
    remarks = text_report.remarks(report, leave_out=LONG_REPORT_ONLY)
    if report.is_comparable:  # else the headline says it
        _print_sentences(out, "Undefined", text_report.undefined(report, leave_out=LONG_REPORT_ONLY), REASONS)
    _print_sentences(out, "Remarks", remarks, len(report.annotations.annotators) + REASONS)


def _print_disagreements(out: Console, report: AgreementReport) -> None:
    """The disputes in which most pairs of annotators disagree, with what each marked, the rule and the comments."""
    if not report.cases:
        _print_comments(out, report)
        return
    title = f"Disagreements, the most disputed first{_more(len(report.cases))}"
    console.print_text(out, title, style="italic")
    for case in report.cases[:SHOWN]:
        head = f"{case.dispute.example.id}: {case.kind}, {case.rules}{_reason(case.attribution)}"
        console.print_text(out, head, style="bold")
        _print_candidates(out, report, case.dispute, case.comments)
    _print_comments(out, report)


def _print_comments(out: Console, report: AgreementReport) -> None:
    """The comments on disputed examples that are not shown above, and how many there are of others."""
    from goldspan.agreement import text_report
    from goldspan.corpus.comments import comment_line

    sentence = text_report.comments_sentence(report)
    if not sentence:
        return
    console.print_text(out, "Comments", style="italic")
    above = {case.dispute.example.id for case in report.cases[:SHOWN]}
    others = {case.dispute.example.id: case for case in report.cases if case.dispute.example.id not in above}
    lines = [f"{name}  {comment_line(comment)}" for name, case in others.items() for comment in case.comments]
    for line in lines[:COMMENTS]:
        console.print_text(out, line)
    if len(lines) > COMMENTS:
        console.print_text(out, f"and {len(lines) - COMMENTS:,} more on disputed examples")
    console.print_text(out, sentence)
    out.print()


def _print_errors(out: Console, report: AgreementReport, record: AnnotatorRecord) -> None:
    """The most frequent differences of an annotator from gold, each at its first place."""
    if not record.errors:
        return
    title = f"Differences of {record.annotator} from gold, the most frequent first{_more(len(record.errors))}"
    console.print_text(out, title, style="italic")
    for error in record.errors[:SHOWN]:
        times = "once" if error.times == 1 else f"{error.times} times"
        rules = f", {', '.join(error.attribution.rules)}" if error.attribution else ""
        head = f"{error.places[0].example.id}: {error.kind}, {times}{rules}{_reason(error.attribution)}"
        console.print_text(out, head, style="bold")
        _print_candidates(out, report, error.places[0])


def _more(total: int) -> str:
    return f"; {total - SHOWN:,} more in --html and --json" if total > SHOWN else ""


def _reason(attribution: RuleAttribution | None) -> str:
    return f" ({attribution.reason})" if attribution else ""


def _print_candidates(
    out: Console, report: AgreementReport, dispute: Dispute, comments: Sequence[PassComment] = ()
) -> None:
    from goldspan.adjudication.summary import comment_lines
    from goldspan.agreement.disagreements import dispute_markup

    sides = [(", ".join(candidate.by), dispute_markup(dispute, candidate)) for candidate in dispute.candidates]
    console.print_versions(out, sides, report.colours, comment_lines(comments))


def _print_sentences(out: Console, title: str, sentences: Sequence[str], most: int) -> None:
    """Sentences under a title, of many the first ones."""
    if not sentences:
        return
    console.print_text(out, title, style="italic")
    console.print_bullets(out, sentences[:most])
    if len(sentences) > most:
        console.print_text(out, f"· and {len(sentences) - most:,} more, which --html lists")
    out.print()
