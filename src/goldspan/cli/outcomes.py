"""`goldspan outcomes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import completion_values, console
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus

if TYPE_CHECKING:
    from goldspan.agreement.outcome_report import OutcomeReport

ANNOTATORS = 8  # on the first screen


def run(
    *,
    project: Annotated[
        list[str] | None,
        typer.Option(
            "--project",
            metavar="NAME",
            autocompletion=completion_values.projects,
            help=(
                "A project in Doccano, or a round with all its projects. Default: all projects "
                "that showed suggestions. May be repeated."
            ),
            show_default=False,
        ),
    ] = None,
    articles: console.Articles = None,
    level: console.Level = 0.95,
    full: console.Full = False,
    html: console.Html = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Report what annotators did with the suggestions.

    A suggestion was kept, moved, relabelled or deleted; the report also counts the spans that annotators added. The
    tables are by annotator, recogniser, label, score and rule. They compare what was shown (corpus/shown) with what
    was confirmed. The report names an annotator who keeps more or fewer of the same suggestions than others do, if
    an exact test shows it. If there is gold, it says how many wrong suggestions each annotator kept.
    """
    from goldspan.agreement.outcome_report import OutcomeReport
    from goldspan.agreement.outcomes import review_suggestions

    corpus = Corpus.find(root)
    with console.spinner("comparing"):
        reviewed = review_suggestions(corpus, project or (), console.split_names(articles))
        report = OutcomeReport(reviewed, level=level)
    console.write_json(json, "outcomes", report.json())
    if html is not None:
        from goldspan.agreement.outcome_page import page

        files.write(html, page(report, {label.name: label.colour for label in corpus.scheme.labels}))
    (_print_report if full else _print_summary)(report)
    if not full:
        console.print_rest(json, html)
    console.print_written(json, html)
    print_next_step(corpus, "outcomes", json)


def _print_summary(report: OutcomeReport) -> None:
    """The first screen: how many were kept, by whom, and which rules least."""
    from goldspan.agreement import outcome_report

    out = console.report_console()
    console.print_text(out, outcome_report.headline(report), style="bold")
    for sentence in outcome_report.stands_out_sentences(report.tests):
        console.print_text(out, sentence)
    out.print()
    console.print_table(out, outcome_report.summary_table(report, ANNOTATORS))
    for sentence in outcome_report.least_kept(report):
        console.print_text(out, f"· {sentence}")


def _print_report(report: OutcomeReport) -> None:
    from goldspan.agreement import outcome_report

    out = console.report_console()
    console.print_text(out, outcome_report.title(report), style="bold")
    console.print_text(out, outcome_report.headline(report))
    for sentence in outcome_report.stands_out_sentences(report.tests):
        console.print_text(out, sentence, style="bold")
    out.print()
    for table in outcome_report.tables(report).values():
        console.print_table(out, table.first())
    console.print_bullets(out, outcome_report.remarks(report))
