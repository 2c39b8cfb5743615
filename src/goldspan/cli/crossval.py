"""`goldspan crossval`."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import console, model_options
from goldspan.cli.console import print_line
from goldspan.corpus import Corpus
from goldspan.report.text import visible

if TYPE_CHECKING:
    from goldspan.models.cross_validation_report import CrossValidationReport


def run(
    *,
    folds: Annotated[
        int,
        typer.Option(
            "--folds", min=2, metavar="NUMBER", help="The number of folds. There are fewer if gold has fewer articles."
        ),
    ] = 5,
    weights: model_options.Weights = None,
    backend: model_options.Backend = None,
    seeds: Annotated[
        int,
        typer.Option(
            "--seeds", min=1, metavar="NUMBER", help="The number of models for each fold, each with its own seed."
        ),
    ] = 1,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            min=0,
            max=console.LARGEST_SEED,
            metavar="NUMBER",
            help="The first seed. The same seeds give the same models.",
        ),
    ] = 0,
    processes: model_options.Processes = None,
    full: console.Full = False,
    html: console.Html = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Estimate by cross-validation how good a model is.

    Each model learns from the gold of some articles and predicts the others, until all articles are predicted. The
    predictions go to build/folds with the probability of each span and token. `goldspan evaluate` reads them, and
    so does `goldspan label-errors`.
    """
    from goldspan.models import fold_predictions
    from goldspan.models.cross_validation_page import page
    from goldspan.models.cross_validation_run import CrossValidationOptions, run_cross_validation
    from goldspan.models.trainers import trainer_of

    corpus = Corpus.find(root)
    options = CrossValidationOptions(folds=folds, seed=seed, seeds=seeds, processes=processes)
    report = run_cross_validation(corpus, trainer_of(corpus, weights, backend=backend), options, _print_step)
    console.write_json(json, "crossval", report.json())
    if html is not None:
        files.write(html, page(report, {label.name: label.colour for label in corpus.scheme.labels}))
    if full:
        _print_report(report)
    else:
        _print_summary(report)
        console.print_rest(json, html)
    console.print_written(json, html)
    if json is None:
        where = (os.path.relpath(path) for path in (corpus.gold, fold_predictions.folder(corpus)))
        print_line(f"Next: see the errors one by one: {shlex.join(['goldspan', 'evaluate', *where])}")


def _print_step(step: str) -> None:
    print(f"goldspan: {visible(step)}", file=sys.stderr, flush=True)


def _print_summary(report: CrossValidationReport) -> None:
    """The first screen: the headline, the model by label, and what is worst."""
    from goldspan.models import cross_validation_tables
    from goldspan.models.cross_validation_report import SETTINGS
    from goldspan.report.text import brackets_sentence

    out = console.report_console()
    console.print_text(out, cross_validation_tables.title(report), style="bold")
    for sentence in cross_validation_tables.summary(report):
        console.print_text(out, sentence)
    out.print()
    console.print_table(out, cross_validation_tables.summary_table(report))
    console.print_bullets(out, cross_validation_tables.worst(report))
    console.print_bullets(out, (f"{note[0].upper()}{note[1:]}." for note in report.notes))
    if report.articles > 1:
        console.print_bullets(out, [brackets_sentence(SETTINGS.level, report.articles, "article")])


def _print_report(report: CrossValidationReport) -> None:
    from goldspan.models import cross_validation_tables

    out = console.report_console()
    console.print_text(out, cross_validation_tables.title(report), style="bold")
    for sentence in cross_validation_tables.introduction(report):
        console.print_text(out, sentence)
    out.print()
    for table in cross_validation_tables.report_tables(report).values():
        console.print_table(out, table.first())
    console.print_bullets(out, cross_validation_tables.conclusion(report))
