"""`goldspan audit report`."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan import files
from goldspan.cli import completion_values, console
from goldspan.cli.next_step import typed_command
from goldspan.corpus import Corpus

RESAMPLES = 1_000
SHOWN = 12  # remarks


def run(
    name: Annotated[
        str, typer.Argument(metavar="NAME", autocompletion=completion_values.audits, help="The name of the audit.")
    ],
    *,
    interim: Annotated[
        bool, typer.Option("--interim", help="Test even if not everything is read. The report says so.")
    ] = False,
    with_debriefing: Annotated[
        bool, typer.Option("--debrief", help="Also list every planted error with who kept it, to tell the annotators.")
    ] = False,
    interval: console.IntervalMethod = "jackknife-t",
    resamples: console.Resamples = None,
    level: console.Level = 0.95,
    seed: console.Seed = 0,
    html: console.Html = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Report whether suggestions bias their readers.

    It reports on an audit that `goldspan audit plan` planned. Four effects are tested, each with a randomization
    test over the assignment and an interval over articles: how often planted errors are accepted, how often omitted
    spans are missed, how much agreement is inflated, and how much the suggester is flattered.
    """
    console.note_unused_resamples(resamples, interval)
    from goldspan.audit import text_report
    from goldspan.audit.debrief import debrief, debrief_table
    from goldspan.audit.randomization import IntervalOptions
    from goldspan.audit.report import report_audit

    corpus = Corpus.find(root)
    options = IntervalOptions(method=interval, level=level, resamples=resamples or RESAMPLES, seed=seed)
    with console.spinner("comparing"):
        report = report_audit(corpus, name, interim=interim, options=options)
    further = [debrief_table(report.readings)] if with_debriefing else []
    errors = {"debrief": [one.json() for one in debrief(report.readings)]} if with_debriefing else {}
    console.write_json(json, "audit-report", {**report.json(), **errors})
    if html is not None:
        files.write(html, text_report.page(report, further))
    out = console.report_console()
    console.print_text(out, text_report.title(report), style="bold")
    console.print_text(out, text_report.headline(report))
    out.print()
    for table in (*text_report.tables(report), *further):
        console.print_table(out, table)
    if report.is_tested:
        console.print_text(out, text_report.method_note(report))
    remarks = [*text_report.remarks(report)]
    console.print_bullets(out, remarks[:SHOWN])
    if len(remarks) > SHOWN:
        console.print_text(out, f"· and {len(remarks) - SHOWN:,} more, which --html lists")
    console.print_written(json, html)
    if json is None:
        if not report.readings.is_complete:
            from goldspan.doccano.corpus_record import read_record

            rounds = [each.name for each in read_record(corpus).rounds if each.audit == name]
            step = typed_command(corpus, "doccano", "pull", "--project", rounds[0] if rounds else "NAME", "--apply")
        elif not with_debriefing:
            step = typed_command(corpus, "audit", "report", name, "--debrief")
        else:
            step = typed_command(corpus, "adjudicate", "--settle")
        console.print_line(f"Next: {step}")
