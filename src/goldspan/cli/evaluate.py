"""`goldspan evaluate`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan import files
from goldspan.cli import completion_values, console
from goldspan.cli.next_step import print_next_step
from goldspan.cli.option_groups import INTERVALS, READING
from goldspan.cli.reading import with_read_options
from goldspan.cli.suggest import print_scores
from goldspan.corpus import Corpus
from goldspan.errors import GoldspanError
from goldspan.formats.options import ReadOptions

if TYPE_CHECKING:
    from rich.console import Console

    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.text_report import ReportView

RESAMPLES = 10_000
SHOWN = 3  # hardest examples, and notes of a kind, with --full; --json and --html have more


@with_read_options(leave_out=("split",))
def run(
    gold: Annotated[
        Path | None, typer.Argument(metavar="GOLD", help="The gold: a file, folder or dataset.", show_default=False)
    ] = None,
    predictions: Annotated[
        str | None,
        typer.Argument(
            metavar="PREDICTIONS",
            help="The predictions: a file, folder or dataset, or the name of a spaCy pipeline to run.",
            show_default=False,
        ),
    ] = None,
    *,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="PATH", help="Other predictions to compare with.", show_default=False),
    ] = None,
    gold_form: Annotated[
        str | None,
        typer.Option(
            "--gold-format",
            metavar="NAME",
            rich_help_panel=READING,
            help="The format of GOLD. Default: detected from its content.",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            rich_help_panel=READING,
            help="The format of PREDICTIONS and of the baseline. Default: detected from their content.",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="NAME",
            autocompletion=completion_values.splits,
            help="Evaluate this split of a dataset or of the project's gold.",
        ),
    ] = None,
    train: Annotated[
        Path | None,
        typer.Option(
            "--train",
            metavar="PATH",
            help=(
                "What the model was trained on, to tell seen from unseen spans. Default: the "
                "training split of the project, if another split is evaluated."
            ),
        ),
    ] = None,
    passes: Annotated[
        Path | None,
        typer.Option(
            "--passes",
            metavar="FOLDER",
            help="A folder with a folder for each annotator. Default: that of the project.",
        ),
    ] = None,
    language: console.Language = None,
    unit: console.Unit = None,
    interval: console.IntervalMethod = "jackknife-t",
    resamples: Annotated[
        int | None,
        typer.Option(
            "--resamples",
            min=1,
            metavar="NUMBER",
            rich_help_panel=INTERVALS,
            help=(
                "With --interval percentile: the number of corpora that are drawn. With "
                "--baseline: the number of exchanges for the p-value. Default: 10,000."
            ),
            show_default=False,
        ),
    ] = None,
    level: console.Level = 0.95,
    seed: console.Seed = 0,
    headline: Annotated[
        Literal["strict", "exact", "partial", "type"],
        typer.Option("--scheme-of-headline", help="The scheme that the report begins with."),
    ] = "strict",
    suggestions: Annotated[
        bool,
        typer.Option("--suggestions", help="Score the suggestions of goldspan against the gold of the project."),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME|PATH",
            help="With --suggestions: a spaCy pipeline besides the recognisers of goldspan.toml.",
        ),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under",
            metavar="NUMBER",
            help="End with exit code 1 if F1 of all labels, by the leading scheme, is lower. In per cent: 80, not 0.8.",
            show_default=False,
        ),
    ] = None,
    full: console.Full = False,
    html: console.Html = None,
    json: console.Json = None,
    root: console.Root = None,
    reading: ReadOptions,
) -> None:
    """Score predicted spans against gold.

    The scores are those of the four schemes of SemEval-2013 Task 9.1, on characters: strict, exact, partial and
    type. Brackets hold intervals. The report also analyses the errors.
    """
    if suggestions:
        _only_without(
            "--suggestions", GOLD=gold, **{"--html": html, "--baseline": baseline, "--fail-under": fail_under}
        )
        _score_suggestions(Corpus.find(root), model, split, json, full=full)
        return
    if gold is None or predictions is None:
        raise typer.BadParameter("GOLD and PREDICTIONS are needed, unless --suggestions is given")
    if model is not None:
        raise typer.BadParameter("--model goes with --suggestions; a pipeline to evaluate is named as PREDICTIONS")
    if fail_under is not None:
        _require_per_cent(fail_under)
    if baseline is None:
        console.note_unused_resamples(resamples, interval, "--baseline")
    from goldspan.evaluation.html_report import page
    from goldspan.evaluation.run import EvaluationOptions, run_evaluation
    from goldspan.formats.sources import SOURCE_FORMATS

    for name in filter(None, (gold_form, form)):
        if name not in SOURCE_FORMATS:
            raise typer.BadParameter(f"there is no format {name!r}; the formats are {', '.join(SOURCE_FORMATS)}")
    options = EvaluationOptions(
        gold=gold,
        predictions=predictions,
        baseline=baseline,
        gold_form=gold_form,
        form=form,
        reading=replace(reading, split=split),
        train=train,
        passes=passes,
        root=root,
        unit=unit,
        method=interval,
        resamples=resamples or RESAMPLES,
        level=level,
        seed=seed,
        headline=headline,
        language=language,
    )
    with console.progress_bar() as on_progress:
        on_progress("evaluating", 0, None)
        report, view = run_evaluation(options, on_progress)
    console.write_json(json, "evaluate", {"inputs": options.names(), **report.json()})
    if html is not None:
        files.write(html, page(report, view))
    out = console.report_console()
    if full:
        _print_report(out, report, view)
    else:
        _print_summary(out, report, view)
        console.print_rest(json, html)
    console.print_written(json, html)
    _end(report, view, fail_under, _project(root, gold), json)


def _require_per_cent(limit: float) -> None:
    """Refuse a share such as 0.8, under which no model falls."""
    if 0 < limit <= 1:
        raise typer.BadParameter(f"it is in per cent: write {100 * limit:g} for {limit:g}", param_hint="--fail-under")
    if not 0 <= limit <= 100:
        raise typer.BadParameter(f"it is in per cent, from 0 to 100, not {limit:g}", param_hint="--fail-under")


def _end(
    report: EvaluationReport, view: ReportView, fail_under: float | None, corpus: Corpus | None, json: Path | None
) -> None:
    """Exit with 1 if F1 is under the limit; else say what comes next in the project, if there is one."""
    from goldspan.evaluation import summary

    if fail_under is not None and (failure := summary.threshold_sentence(report, view, fail_under)):
        print(failure, file=sys.stderr)
        raise typer.Exit(1)
    if corpus is not None:
        print_next_step(corpus, "evaluate", json)


def _project(root: Path | None, gold: Path) -> Corpus | None:
    """The project that the gold is of, if it is of one."""
    try:
        corpus = Corpus.find(root)
    except GoldspanError:
        return None
    return corpus if gold.resolve().is_relative_to(corpus.root.resolve()) else None


def _only_without(option: str, **others: object) -> None:
    for name, value in others.items():
        if value is not None:
            raise typer.BadParameter(f"{name} does not go with {option}")


def _score_suggestions(corpus: Corpus, model: str | None, split: str | None, json: Path | None, *, full: bool) -> None:
    """Score the suggestions for the articles that have gold, and those with a further model if one is named."""
    from goldspan import stats
    from goldspan.suggest import analysis_tables

    gold = list(corpus.gold_examples(corpus.read_split(split) if split else None))
    scores = stats.score_suggestions(corpus, gold, model)
    console.write_json(json, "evaluate", {name: run.json() for name, run in scores.items()})
    out = console.report_console()
    if full:
        for table in analysis_tables.tables(scores):
            console.print_table(out, table)
    else:
        for name, run in scores.items():
            print_scores(out, run, name if len(scores) > 1 else "")
        console.print_rest(json, page=False)
    console.print_written(json)
    print_next_step(corpus, "evaluate", json)


def _print_summary(out: Console, report: EvaluationReport, view: ReportView) -> None:
    """The first screen: headline, labels, what is worst, and what must be known of the inputs."""
    from goldspan.evaluation import summary, text_report

    console.print_text(out, summary.headline(report, view), style="bold")
    for sentence in (*summary.size_and_baseline(report, view), *report.warnings):
        console.print_text(out, sentence)
    for title, notes in text_report.notes_by_kind(report.notes):
        console.print_text(out, f"{title}. The first: {notes[0]}")
    out.print()
    console.print_table(out, summary.label_table(report, view))
    console.print_bullets(out, filter(None, (*summary.worst(report, view), summary.brackets(report, view))))


def _print_report(out: Console, report: EvaluationReport, view: ReportView) -> None:
    from goldspan.evaluation import text_report

    console.print_text(out, f"{view.predictions} against {view.gold}", style="bold")
    for sentence in text_report.introduction(report, view):
        console.print_text(out, sentence)
    out.print()
    for table in text_report.report_tables(report, view).values():
        console.print_table(out, table.first())
    _print_hardest(out, report, view)
    for title, sentences in text_report.conclusion(report, SHOWN):
        console.print_text(out, title, style="italic")
        console.print_bullets(out, sentences)
        out.print()


def _print_hardest(out: Console, report: EvaluationReport, view: ReportView) -> None:
    """The examples with the most errors, gold above prediction, each span on its label's colour."""
    from goldspan.report.text import amount

    if report.hardest:
        console.print_text(out, "The hardest examples", style="italic")
    for example in report.hardest[:SHOWN]:
        console.print_text(out, f"{example.example}: {amount(example.errors, 'error')}", style="bold")
        sides = (("gold", example.gold_markup), ("predicted", example.predicted_markup))
        console.print_versions(out, sides, view.colours)
