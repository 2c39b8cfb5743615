"""`goldspan curve`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import console, model_options
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Callable

    from goldspan.models.curve_report import CurveReport
    from goldspan.models.curve_training import MeasuredCurve, TrainedSubset


def run(
    *,
    steps: Annotated[
        str,
        typer.Option(
            "--steps",
            metavar="NUMBER,...",
            help=(
                "The sizes of the models, in percent of the articles that can be trained on, "
                "separated by commas. 100 is always among them."
            ),
        ),
    ] = "20,40,60,80,100",
    seeds: Annotated[
        int,
        typer.Option(
            "--seeds",
            min=1,
            metavar="NUMBER",
            help="The number of random orders of the articles, each with its own models.",
        ),
    ] = 3,
    folds: Annotated[
        int,
        typer.Option(
            "--folds", min=2, metavar="NUMBER", help="The number of folds. There are fewer if gold has fewer articles."
        ),
    ] = 5,
    weights: model_options.Weights = None,
    backend: model_options.Backend = None,
    processes: model_options.Processes = None,
    full: console.Full = False,
    html: console.Html = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Estimate what more annotated articles would bring.

    Models are trained on growing parts of gold. The report shows F1 by the number of articles and by label, with
    intervals, and what twice as many articles would bring. The predictions are kept in build/curve, so that the
    next run trains only what is new.
    """
    from goldspan.models import curve_report
    from goldspan.models.cross_validation_run import confirmed_passes
    from goldspan.models.curve_page import page
    from goldspan.models.curve_training import CurveOptions, measure_curve
    from goldspan.models.trainers import trainer_of

    options = CurveOptions(steps=_percentages(steps), seeds=seeds, folds=folds, processes=processes)
    corpus = Corpus.find(root)
    corpus.require_tokenizer()
    with console.progress_bar() as update:
        measured = measure_curve(
            corpus, trainer_of(corpus, weights, backend=backend), options, on_model=_progress(update)
        )
    _print_trained(measured)
    report = curve_report.make_report(measured, confirmed_passes(corpus, measured.articles.groups))
    console.write_json(json, "curve", report.json())
    if html is not None:
        files.write(html, page(report, {label.name: label.colour for label in corpus.scheme.labels}))
    if full:
        _print_report(report)
    else:
        _print_summary(report)
        console.print_rest(json, html)
    console.print_written(json, html)
    print_next_step(corpus, "curve", json)


def _percentages(steps: str) -> tuple[int, ...]:
    """The numbers in the option --steps."""
    try:
        numbers = tuple(sorted({int(step.strip().removesuffix("%")) for step in steps.split(",")}))
    except ValueError:
        numbers = ()
    if not numbers or not 1 <= numbers[0] <= numbers[-1] <= 100:
        raise typer.BadParameter(f"--steps: {steps!r} is no list of per cents from 1 to 100, such as 20,40,60,80,100")
    return numbers


def _progress(update: Callable[[str, int, int | None], None]) -> Callable[[TrainedSubset, int, int], None]:
    def on_model(_model: TrainedSubset, done: int, total: int) -> None:
        update("training models", done, total)

    return on_model


def _print_trained(measured: MeasuredCurve) -> None:
    """Say on stderr how many models were trained, and where those are that were not."""
    models = amount(len(measured.models), "model")
    if measured.trained:
        words = f"trained {measured.trained:,} of {models} in {measured.seconds:.0f} s"
    else:
        words = f"all {models} were in build/curve: made from the same gold with the same settings"
    print(f"goldspan: {words}", file=sys.stderr)


def _print_summary(report: CurveReport) -> None:
    """The first screen: the answer, and F1 of each label."""
    from goldspan.models import curve_report
    from goldspan.models.learning_curve import LEVEL
    from goldspan.report.text import level

    out = console.report_console()
    console.print_text(out, f"Is more data worth it? {curve_report.answer(report)}", style="bold")
    out.print()
    console.print_table(out, curve_report.summary_table(report))
    console.print_bullets(out, curve_report.cautions(report))
    if report.overall.forecast is not None:
        console.print_bullets(out, [f"Brackets: {level(LEVEL)} intervals."])


def _print_report(report: CurveReport) -> None:
    from goldspan.models import curve_report

    out = console.report_console()
    for table in (curve_report.point_table(report), curve_report.label_table(report)):
        console.print_table(out, table)
    console.print_text(out, f"Is more data worth it? {curve_report.answer(report)}", style="bold")
    out.print()
    console.print_bullets(out, curve_report.remarks(report))
