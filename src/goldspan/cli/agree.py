"""`goldspan agree`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import console

if TYPE_CHECKING:
    from rich.console import Console

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.annotator_record import AnnotatorRecord
    from goldspan.agreement.report import AgreementReport

SHOWN = 5  # of the disagreements, and of each annotator's errors; --json and --html have all
REASONS = 6  # of what is undefined


def run(
    passes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PASS",
            help="A file or folder of any format per annotator, or one folder that holds them, or names of the "
            "project's passes. Default: all of these.",
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
            help="Hold each annotator against the project's gold, or another one, too: precision, recall, errors.",
        ),
    ] = None,
    form: console.Format = None,
    labels: console.Labels = None,
    gamma: Annotated[bool, typer.Option("--gamma", help="Take gamma, too, which needs some patience.")] = False,
    unit: console.Unit = None,
    resamples: console.Resamples = 1_000,
    level: console.Level = 0.95,
    seed: console.Seed = 0,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report to this file, too, as one page with all of it.")
    ] = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Measure how far annotators agree, and show where and why they do not.

    Only examples that both of two annotators confirmed count. Exact-span F1 leads; the other measures follow, each
    explained in a line, those on characters in --html and --json only. Disagreements are sorted into boundary, label,
    split and one-sided, and assigned to a rule of the guidelines where a page or a check shows it. Brackets hold
    bootstrap intervals. What --json writes is described in agreement/schema.md of the package.
    """
    from goldspan.agreement.html_report import page
    from goldspan.agreement.run import AgreementOptions, agree_on_corpus
    from goldspan.agreement.text_report import report_json

    question = AgreementOptions(
        tuple(passes or ()), form, tuple(console.listed(articles)), root, labels, against, gamma, unit, resamples,
        level, seed,
    )  # fmt: skip
    with console.spinner("comparing"):
        made = agree_on_corpus(question)
    out = console.report_console()
    _show(out, made)
    console.write_json(json, report_json(made))
    if html is not None:
        files.write(html, page(made))
    for path in filter(None, (json, html)):
        console.print_styled(out, f"wrote {path}")


def _show(out: Console, made: AgreementReport) -> None:
    from goldspan.agreement import text_report
    from goldspan.agreement.measures import LONG_REPORT_ONLY

    console.print_styled(out, text_report.title(made), style="bold")
    console.print_styled(out, text_report.headline(made))
    console.print_styled(out, f"In brackets: {made.agreement.sentence}")
    out.print()
    for table in text_report.terminal_tables(made):
        console.print_examples(out, table)
    _disagreements(out, made)
    for record in made.records:
        for table in text_report.record_tables(record, made.agreement.settings.level):
            console.print_examples(out, table)
        _errors(out, made, record)
    for title, sentences, most in (
        ("Undefined", text_report.undefined(made, leave_out=LONG_REPORT_ONLY), REASONS),
        ("Remarks", text_report.remarks(made, leave_out=LONG_REPORT_ONLY), len(made.annotations.annotators) + REASONS),
    ):
        if sentences:
            console.print_styled(out, title, style="italic")
        for sentence in sentences[:most]:
            console.print_styled(out, f"· {sentence}")
        if len(sentences) > most:
            console.print_styled(out, f"· and {len(sentences) - most:,} more, which --html lists")
        if sentences:
            out.print()


def _disagreements(out: Console, made: AgreementReport) -> None:
    """The places on which most disagree, what each marked below the others, with the rule."""
    if not made.cases:
        return
    more = len(made.cases) - SHOWN
    rest = f"; {more:,} more by --html and --json" if more > 0 else ""
    console.print_styled(out, f"Disagreements, the most disputed first{rest}", style="italic")
    for case in made.cases[:SHOWN]:
        why = "" if case.attribution is None else f" ({case.attribution.reason})"
        console.print_styled(out, f"{case.dispute.example.id}: {case.kind}, {case.rules}{why}", style="bold")
        _side_by_side(out, made, case.dispute)


def _side_by_side(out: Console, made: AgreementReport, dispute: Dispute) -> None:
    from goldspan.agreement.disagreements import dispute_markup

    sides = [(", ".join(candidate.by), dispute_markup(dispute, candidate)) for candidate in dispute.candidates]
    console.side_by_side(out, sides, made.colours)


def _errors(out: Console, made: AgreementReport, record: AnnotatorRecord) -> None:
    """What to talk about with an annotator: what recurs, each with its first place."""
    if not record.errors:
        return
    more = len(record.errors) - SHOWN
    rest = f"; {more:,} more by --html and --json" if more > 0 else ""
    console.print_styled(out, f"To talk about with {record.annotator}, what recurs most first{rest}", style="italic")
    for error in record.errors[:SHOWN]:
        times = "once" if error.times == 1 else f"{error.times} times"
        rules = f", {', '.join(error.attribution.rules)} ({error.attribution.reason})" if error.attribution else ""
        console.print_styled(out, f"{error.places[0].example.id}: {error.kind}, {times}{rules}", style="bold")
        _side_by_side(out, made, error.places[0])
