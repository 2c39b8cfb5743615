"""`goldspan evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan import files
from goldspan.cli import console
from goldspan.corpus import Corpus

if TYPE_CHECKING:
    from rich.console import Console

    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.text_report import ReportView

SHOWN = 3  # of the hardest examples, and of the notes of a kind; --json and --html have more


def run(
    gold: Annotated[
        Path | None, typer.Argument(metavar="GOLD", help="A file, folder or dataset with the gold.", show_default=False)
    ] = None,
    predictions: Annotated[
        str | None,
        typer.Argument(
            metavar="PREDICTIONS", help="Likewise the predictions, or a spaCy pipeline to run.", show_default=False
        ),
    ] = None,
    *,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="Other predictions, to compare with.", show_default=False)
    ] = None,
    gold_form: Annotated[
        str | None, typer.Option("--gold-format", help="The format of GOLD. Default: told by its content.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="The format of PREDICTIONS and of the baseline, likewise.")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="Evaluate this split of a dataset or of the project's gold.")
    ] = None,
    repair: Annotated[
        Literal["conlleval", "strict"],
        typer.Option(
            "--repair", help="Of malformed tag sequences: read them as conlleval does, or drop what they mark."
        ),
    ] = "conlleval",
    train: Annotated[
        Path | None,
        typer.Option(
            "--train",
            help="What the model was trained on, to tell seen from unseen. Default: the project's training split, if "
            "another split is evaluated.",
        ),
    ] = None,
    passes: Annotated[
        Path | None,
        typer.Option("--passes", help="A folder with a folder per annotator. Default: the project's, for its gold."),
    ] = None,
    unit: console.Unit = None,
    resamples: console.Resamples = 10_000,
    level: console.Level = 0.95,
    seed: console.Seed = 0,
    headline: Annotated[
        Literal["strict", "exact", "partial", "type"],
        typer.Option("--scheme-of-headline", help="The scheme that the report leads with."),
    ] = "strict",
    suggestions: Annotated[
        bool,
        typer.Option("--suggestions", help="Score the suggestions of goldspan itself against the project's gold."),
    ] = False,
    model: Annotated[
        str | None, typer.Option("--model", help="With --suggestions: a spaCy pipeline that joins the rules, too.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report to this file, too, as one page with plots.")
    ] = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Score predicted spans against gold: how good, how sure, and where it fails.

    All four schemes of SemEval-2013 Task 9.1 are measured on characters: strict, exact, partial and type. Brackets hold
    bootstrap intervals. What --json writes is described in evaluation/schema.md of the package.
    """
    if suggestions:
        _only_without("--suggestions", GOLD=gold, **{"--html": html, "--baseline": baseline})
        _by_rule(Corpus.find(root), model, split, json)
        return
    if gold is None or predictions is None:
        raise typer.BadParameter("GOLD and PREDICTIONS are needed, unless --suggestions is given")
    if model is not None:
        raise typer.BadParameter("--model goes with --suggestions; a pipeline to evaluate is named as PREDICTIONS")
    from goldspan.evaluation.html_report import page
    from goldspan.evaluation.run import EvaluationOptions, run_evaluation
    from goldspan.formats.sources import SOURCE_FORMATS

    for name in filter(None, (gold_form, form)):
        if name not in SOURCE_FORMATS:
            raise typer.BadParameter(f"there is no format {name!r}; the formats are {', '.join(SOURCE_FORMATS)}")
    task = EvaluationOptions(
        gold, predictions, baseline, gold_form, form, split, repair, train, passes, root, unit, resamples, level, seed,
        headline,
    )  # fmt: skip
    with console.spinner("evaluating"):
        made, view = run_evaluation(task)
    out = console.report_console()
    _show(out, made, view)
    console.write_json(json, {"inputs": task.names(), **made.json()})
    if html is not None:
        files.write(html, page(made, view))
    for path in filter(None, (json, html)):
        console.print_styled(out, f"wrote {path}")


def _only_without(option: str, **others: object) -> None:
    for name, value in others.items():
        if value is not None:
            raise typer.BadParameter(f"{name} does not go with {option}")


def _by_rule(corpus: Corpus, model: str | None, split: str | None, json: Path | None) -> None:
    """Suggest for the articles that have gold, by rules alone and, if one is named, with a model; and score it."""
    from goldspan import stats

    gold = list(corpus.gold_examples(corpus.read_split(split) if split else None))
    made = stats.score_suggestions(corpus, gold, [None, model] if model else [None])
    out = console.report_console()
    for table in made.tables():
        console.print_examples(out, table)
    console.write_json(json, made.json())


def _show(out: Console, made: EvaluationReport, view: ReportView) -> None:
    from goldspan.evaluation import text_report

    console.print_styled(out, f"{view.predictions} against {view.gold}", style="bold")
    for sentence in text_report.opening(made, view):
        console.print_styled(out, sentence)
    out.print()
    for table in text_report.report_tables(made, view):
        console.print_examples(out, table)
    _hardest(out, made, view)
    for title, sentences in text_report.closing(made, SHOWN):
        console.print_styled(out, title, style="italic")
        for sentence in sentences:
            console.print_styled(out, f"· {sentence}")
        out.print()


def _hardest(out: Console, made: EvaluationReport, view: ReportView) -> None:
    """The examples with the most errors, gold above prediction, each span on its label's colour."""
    from goldspan.report.text import amount

    if made.hardest:
        console.print_styled(out, "The hardest examples", style="italic")
    for hard in made.hardest[:SHOWN]:
        console.print_styled(out, f"{hard.example}: {amount(hard.errors, 'error')}", style="bold")
        sides = (("gold", hard.gold_markup), ("predicted", hard.predicted_markup))
        console.side_by_side(out, sides, view.colours)
