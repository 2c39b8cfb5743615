"""`goldspan agree`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import reports, terminal

if TYPE_CHECKING:
    from rich.console import Console

    from goldspan.agreement.disputes import Dispute
    from goldspan.agreement.quality import Record
    from goldspan.agreement.report import Report

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
    articles: terminal.Articles = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="gold|PATH",
            help="Hold each annotator against the project's gold, or another one, too: precision, recall, errors.",
        ),
    ] = None,
    form: terminal.Format = None,
    labels: terminal.Labels = None,
    gamma: Annotated[bool, typer.Option("--gamma", help="Take gamma, too, which needs some patience.")] = False,
    unit: terminal.Unit = None,
    resamples: terminal.Resamples = 1_000,
    level: terminal.Level = 0.95,
    seed: terminal.Seed = 0,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report to this file, too, as one page with all of it.")
    ] = None,
    json: terminal.Json = None,
    root: terminal.Root = None,
) -> None:
    """Measure how far annotators agree, and show where and why they do not.

    Only examples that both of two annotators confirmed count. Exact-span F1 leads; the other measures follow, each
    explained in a line, those on characters in --html and --json only. Disagreements are sorted into boundary, label,
    split and one-sided, and assigned to a rule of the guidelines where a page or a check shows it. Brackets hold
    bootstrap intervals. What --json writes is described in agreement/schema.md of the package.
    """
    from goldspan.agreement.page import page
    from goldspan.opinions import Question, agree

    question = Question(
        tuple(passes or ()), form, tuple(terminal.listed(articles)), root, labels, against, gamma, unit, resamples,
        level, seed,
    )  # fmt: skip
    with terminal.spinner("comparing"):
        made = agree(question)
    out = reports.console()
    _show(out, made)
    terminal.write_json(json, made.json())
    if html is not None:
        files.write(html, page(made))
    for path in filter(None, (json, html)):
        reports.say(out, f"wrote {path}")


def _show(out: Console, made: Report) -> None:
    from goldspan.agreement import summary, wording
    from goldspan.agreement.meanings import LONG_REPORT_ONLY

    reports.say(out, wording.title(made), style="bold")
    reports.say(out, wording.headline(made))
    reports.say(out, f"In brackets: {made.agreement.sentence}")
    out.print()
    for table in summary.tables(made):
        reports.show(out, table)
    _disagreements(out, made)
    for record in made.records:
        for table in summary.against(record, made.agreement.settings.level):
            reports.show(out, table)
        _errors(out, made, record)
    for title, sentences, most in (
        ("Undefined", wording.undefined(made, leave_out=LONG_REPORT_ONLY), REASONS),
        ("Remarks", wording.remarks(made, leave_out=LONG_REPORT_ONLY), len(made.annotations.annotators) + REASONS),
    ):
        if sentences:
            reports.say(out, title, style="italic")
        for sentence in sentences[:most]:
            reports.say(out, f"· {sentence}")
        if len(sentences) > most:
            reports.say(out, f"· and {len(sentences) - most:,} more, which --html lists")
        if sentences:
            out.print()


def _disagreements(out: Console, made: Report) -> None:
    """The places on which most disagree, what each marked below the others, with the rule."""
    if not made.cases:
        return
    more = len(made.cases) - SHOWN
    rest = f"; {more:,} more by --html and --json" if more > 0 else ""
    reports.say(out, f"Disagreements, the most disputed first{rest}", style="italic")
    for case in made.cases[:SHOWN]:
        why = "" if case.told is None else f" ({case.told.reason})"
        reports.say(out, f"{case.dispute.item.id}: {case.dispute.kind}, {case.rules}{why}", style="bold")
        _side_by_side(out, made, case.dispute)


def _side_by_side(out: Console, made: Report, dispute: Dispute) -> None:
    sides = [(", ".join(variant.annotators), dispute.markup(variant)) for variant in dispute.variants]
    reports.side_by_side(out, sides, made.colours)


def _errors(out: Console, made: Report, record: Record) -> None:
    """What to talk about with an annotator: what recurs, each with its first place."""
    if not record.errors:
        return
    more = len(record.errors) - SHOWN
    rest = f"; {more:,} more by --html and --json" if more > 0 else ""
    reports.say(out, f"To talk about with {record.annotator}, what recurs most first{rest}", style="italic")
    for error in record.errors[:SHOWN]:
        times = "once" if error.times == 1 else f"{error.times} times"
        rules = f", {', '.join(error.told.rules)} ({error.told.reason})" if error.told else ""
        reports.say(out, f"{error.places[0].item.id}: {error.kind}, {times}{rules}", style="bold")
        _side_by_side(out, made, error.places[0])
