"""`goldspan bulk suggest`."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.cli.article_columns import with_article_columns
from goldspan.cli.reading import rename_pairs
from goldspan.corpus import Corpus
from goldspan.report.text import Table, amount, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.articles.received import ArticleOptions
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.run import BulkSummary
    from goldspan.bulk.workers import Workers

SHOWN = 10  # shards that failed


@with_article_columns()
def run(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="IN...",
            help="Articles in Parquet or JSONL: files, folders, patterns, here or at an address such as s3://….",
        ),
    ],
    *,
    output: Annotated[
        str, typer.Option("--output", help="The folder to write, here or at an address.", show_default=False)
    ],
    shard_size: Annotated[
        str, typer.Option("--shard-size", metavar="SIZE", help="Cut larger files into parts of about this size.")
    ] = "16MB",
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="A spaCy pipeline besides the recognisers of goldspan.toml: its name, or its folder.",
            show_default=False,
        ),
    ] = None,
    labels: console.ModelLabels = None,
    recogniser: Annotated[
        list[str] | None,
        typer.Option(
            "--recogniser",
            help="Run only the recogniser of this name, also one that is not enabled. May be repeated.",
            show_default=False,
        ),
    ] = None,
    json: console.Json = None,
    root: console.Root = None,
    articles: ArticleOptions,
) -> None:
    """Suggest the spans of millions of articles, shard by shard; what is done already is not done again.

    `goldspan help bulk` has what is written, and how a run is continued.
    """
    from goldspan.bulk import run as bulk_run
    from goldspan.bulk.locations import Location
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shard_rows import find_columns
    from goldspan.bulk.shards import find_shards, parse_size
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

    corpus = Corpus.find(root)
    shards = find_shards(inputs, parse_size(shard_size))
    columns = find_columns(shards[0], articles.columns, corpus.scheme.language)
    suggester = SuggesterRecipe(
        root=corpus.root, model=model, labels=rename_pairs(labels), only=tuple(recogniser or ())
    )
    recipe = BulkRecipe.of(suggester, columns, articles)
    with console.progress_bar() as on_progress, _workers(recipe) as workers:
        summary = bulk_run.run(shards, Location.of(output), recipe, workers, on_progress)
    console.write_json(json, summary.json())
    _print_summary(summary, output)
    console.print_written(json)
    if summary.failed:
        raise typer.Exit(1)


@contextlib.contextmanager
def _workers(recipe: BulkRecipe) -> Iterator[Workers]:
    from goldspan.bulk.workers import ThisProcess

    workers = ThisProcess(recipe)
    try:
        yield workers
    finally:
        workers.close()


def _print_summary(summary: BulkSummary, output: str) -> None:
    for name, reason in sorted(summary.failed.items())[:SHOWN]:
        print(visible(f"goldspan: {name}: {reason}"), file=sys.stderr)
    rows = [(label, f"{number:,}") for label, number in sorted(summary.spans.items())]
    rows.append(("all", f"{summary.spans.total():,}"))
    console.print_table(console.report_console(), Table("Spans suggested", "", ("label", "spans"), tuple(rows)))
    done = amount(len(summary.done), "shard")
    again = f", {summary.unchanged:,} of them before" if summary.unchanged else ""
    rate = f", {summary.new_articles / summary.seconds:,.0f} articles a second" if summary.new_articles else ""
    console.print_line(
        f"{amount(summary.total('articles'), 'article')} in {done}{again}; {amount(summary.total('rejects'), 'row')} "
        f"rejected; {summary.seconds:,.1f} s{rate}; written to {output}"
    )
