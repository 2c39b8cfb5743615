"""`goldspan suggest`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import console, model_options
from goldspan.cli.next_step import print_next_step, typed_path
from goldspan.cli.reading import rename_pairs
from goldspan.corpus import Corpus
from goldspan.errors import NotFoundError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from goldspan.articles.documents import Document
    from goldspan.articles.examples import Segmentation
    from goldspan.suggest.recogniser_analysis import SuggestionScores
    from goldspan.suggest.run import SuggestionTally
    from goldspan.suggest.suggester import Suggester
    from goldspan.suggest.suggestion_counts import SuggestionCounts
    from goldspan.suggest.suggestion_folder import ModelChoice

MOST_LABELS = 10  # rows of the first screen


def run(
    *,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Articles: .txt, .jsonl or Parquet files, or folders of them. Default: those of the project.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FOLDER",
            help=(
                "The folder to write. Default: build/suggestions. Folders of a project's sources "
                "are refused, and so are files that a person changed."
            ),
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME|PATH",
            help=(
                "A spaCy pipeline that suggests besides the recognisers of goldspan.toml. "
                "Default: that of the last run there, if it had one."
            ),
            show_default=False,
        ),
    ] = None,
    no_model: model_options.NoModel = False,
    labels: model_options.ModelLabels = None,
    recogniser: model_options.Recogniser = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="gold|PATH",
            help=(
                "Compare the suggestions with the gold of the project, or with gold in files: how"
                " good each recogniser is, and what it adds."
            ),
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also replace suggestions that a person changed.")
    ] = False,
    show_prompt: Annotated[
        bool,
        typer.Option(
            "--show-prompt",
            help=(
                "Print what a language model of goldspan.toml would be asked, and how much. Nothing is sent or written."
            ),
        ),
    ] = False,
    full: console.Full = False,
    html: console.Html = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Suggest spans with the recognisers of the project.

    goldspan.toml chooses the recognisers. A project that chooses none gets the rules for English news about armed
    forces.
    """
    from goldspan.articles.documents import documents
    from goldspan.articles.examples import Segmentation
    from goldspan.corpus import outputs
    from goldspan.corpus.gold_source import ArticleGold
    from goldspan.suggest.run import SuggestionTally, write_suggestions
    from goldspan.suggest.suggestion_counts import SuggestionCounts
    from goldspan.suggest.suggestion_folder import SuggestionFolder

    if model is not None and no_model:
        raise typer.BadParameter("--model and --no-model exclude each other")
    if html is not None and against is None:
        raise typer.BadParameter("--html shows how good the suggestions are: name gold with --against")
    corpus = Corpus.find(root)
    sources = paths or [corpus.seeds / entry.file for entry in corpus.select_entries()]
    target = output or corpus.suggestions
    outputs.validate_folder(target, sources)
    folder = SuggestionFolder(target)
    choice = folder.choice(model, rename_pairs(labels), no_model=no_model)
    corpus.require_tokenizer()
    suggester = choice.suggester(corpus, only=recogniser or ())
    if show_prompt:
        _print_plans(suggester, documents(sources), Segmentation.of(corpus))
        return
    suggester.permit_requests()
    if folder.changed and not overwrite:
        folder.require_unchanged(document.id for document in documents(sources))
    counts = SuggestionCounts(suggester.recognisers, corpus.scheme)
    tally = SuggestionTally(None if against is None else ArticleGold(against, corpus), counts)
    written = write_suggestions(
        documents(sources),
        folder,
        choice=choice,
        suggester=suggester,
        segmentation=Segmentation.of(corpus),
        overwrite=overwrite,
    )
    for document in console.progress(written, "suggesting"):
        tally.add(document.id, document.suggested)
    console.write_json(json, "suggest", tally.report() | {"model": choice.model, "not_read": suggester.not_read})
    for note in [*suggester.notes, *_choice_notes(choice), *folder.leftovers(choice)]:
        print(f"goldspan: {note}", file=sys.stderr)
    found = f"{amount(counts.suggested.total(), 'span')} in {amount(counts.articles, 'article')}"
    out = console.report_console()
    console.print_text(out, f"{found}, written to {typed_path(target)}", style="bold")
    _print_report(tally, counts, against, html, json, full=full)
    console.print_written(json)
    _require_all_read(suggester)
    if target == corpus.suggestions:
        print_next_step(corpus, "suggest", json)


def _require_all_read(suggester: Suggester) -> None:
    """Exit with 1 if a recogniser could not read all that it was asked to."""
    examples = {example for unread in suggester.not_read.values() for example in unread}
    if examples:
        print(
            f"goldspan: {amount(len(examples), 'example')} could not be read by every recogniser: their lines say by "
            'which, in the key "not_read_by". Run it again: what was answered is not asked again.',
            file=sys.stderr,
        )
        raise typer.Exit(1)


def _print_report(
    tally: SuggestionTally,
    counts: SuggestionCounts,
    against: str | None,
    html: Path | None,
    json: Path | None,
    *,
    full: bool,
) -> None:
    """Print what was suggested, how good it is if there is gold to compare with, and where all of it is."""
    is_cut = against is not None
    if full or against is None:
        is_cut = _print_counts(counts, full=full)
    if against is not None:
        _report_scores(tally, against, html, full=full)
    if is_cut and not full:
        console.print_rest(json, html, page=against is not None)


def _print_counts(counts: SuggestionCounts, *, full: bool) -> bool:
    """Print what each recogniser found of each label, and why there is nothing of some; whether some was left out."""
    table = counts.table()
    out = console.report_console()
    is_long = not full and len(table.rows) > MOST_LABELS
    if is_long:
        more = f"The last row counts all labels; --full has {amount(len(table.rows) - MOST_LABELS, 'more label')}."
        shown = (*table.rows[: MOST_LABELS - 1], table.rows[-1])
        table = replace(table, rows=shown, note=f"{table.note}. {more}" if table.note else more)
    console.print_table(out, table)
    for remark in counts.remarks() if full or not is_long else counts.brief():
        console.print_text(out, remark)
    return is_long


def print_scores(out: Console, scores: SuggestionScores, name: str = "") -> None:
    """Print the first screen of suggestions against gold: the headline, the labels, and what is worst.

    Args:
        out: where it is printed.
        scores: of the suggestions.
        name: of the suggestions, where there are several.
    """
    from goldspan.suggest import analysis_tables

    console.print_text(out, analysis_tables.headline(scores, name))
    out.print()
    console.print_table(out, analysis_tables.label_table(scores))
    console.print_bullets(out, filter(None, (*analysis_tables.worst(scores), analysis_tables.brackets(scores))))


def _report_scores(tally: SuggestionTally, against: str, html: Path | None, *, full: bool) -> None:
    """Print how good the suggestions are, and write the page."""
    from goldspan.suggest import analysis_tables

    scores = tally.scores()
    unscored = list(analysis_tables.left_out(scores, tally.unscored))
    if scores is not None:
        out = console.report_console()
        if full:
            for table in analysis_tables.terminal_tables(scores):
                console.print_table(out, table)
        else:
            print_scores(out, scores)
        if html is not None:
            files.write(html, analysis_tables.page(scores, against, unscored))
            console.print_written(html)
    for sentence in unscored:
        print(sentence)


def _print_plans(suggester: Suggester, documents: Iterable[Document], segmentation: Segmentation) -> None:
    from goldspan.articles.examples import examples_of
    from goldspan.suggest.language_model.plan import plan_requests
    from goldspan.suggest.language_model.recogniser import LanguageModel

    models = [one for one in suggester.recognisers if isinstance(one, LanguageModel)]
    if not models:
        raise NotFoundError(
            "no recogniser of this project is a language model",
            remedy="`goldspan help language_models` tells how to add one.",
        )
    articles = [examples_of(document.id, document.text, segmentation) for document in documents]
    for model in models:
        plan = plan_requests(model, articles)
        for line in [*plan.lines(), *plan.prompt(), "--- Nothing was sent. ---"]:
            console.print_line(line)


def _choice_notes(choice: ModelChoice) -> Iterator[str]:
    """That a model is used which nobody named."""
    if choice.is_remembered:
        yield f"with the model {choice.model}, as the last run there (--no-model: without it)"
