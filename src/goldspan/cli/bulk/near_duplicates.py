"""`goldspan bulk near-duplicates`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.cli.article_columns import with_article_columns
from goldspan.cli.bulk.shard_options import Inputs, LongestText, ShardSize
from goldspan.cli.next_step import print_next
from goldspan.near_duplicates import SIMILAR
from goldspan.report.text import amount, visible

if TYPE_CHECKING:
    from goldspan.articles.received import ArticleOptions
    from goldspan.bulk.duplicate_search import DuplicateSummary

SHOWN = 10  # shards, reasons or ids


@with_article_columns()
def run(
    inputs: Inputs,
    *,
    output: Annotated[
        Path, typer.Option("--output", metavar="FOLDER", help="The folder to write.", show_default=False)
    ],
    resemblance: Annotated[
        float,
        typer.Option(
            "--resemblance",
            metavar="NUMBER",
            help="The share of the word trigrams of both articles that near-duplicates have in common.",
        ),
    ] = SIMILAR.resemblance,
    containment: Annotated[
        float,
        typer.Option(
            "--containment",
            metavar="NUMBER",
            help="The share of the trigrams of the smaller article that is also enough.",
        ),
    ] = SIMILAR.containment,
    fewest: Annotated[
        int,
        typer.Option(
            "--fewest",
            min=1,
            metavar="NUMBER",
            help="The smallest number of shared trigrams for which containment counts.",
        ),
    ] = SIMILAR.fewest,
    memory: Annotated[
        str, typer.Option("--memory", metavar="SIZE", help="The largest amount of memory to use.")
    ] = "2GB",
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            min=1,
            metavar="NUMBER",
            help="The number of processors to use. Default: all.",
            show_default=False,
        ),
    ] = None,
    temporary: Annotated[
        Path | None,
        typer.Option(
            "--temporary",
            metavar="FOLDER",
            help="The folder for what does not fit into memory. Default: beside the output.",
            show_default=False,
        ),
    ] = None,
    shard_size: ShardSize = "16MB",
    longest_text: LongestText = 1_000_000,
    json: console.Json = None,
    articles: ArticleOptions,
) -> None:
    """Find similar articles among millions.

    The command finds all pairs and their clusters. The result is exact and needs little memory.
    """
    from goldspan.bulk.duplicate_search import DuplicateSearch, find_near_duplicates
    from goldspan.bulk.shards import find_shards, parse_size
    from goldspan.bulk.similarity_join import JoinLimits
    from goldspan.corpus import outputs
    from goldspan.errors import InvalidValueError
    from goldspan.models.worker_processes import usable_processors
    from goldspan.near_duplicates import Similarity

    outputs.validate_folder(output, [Path(text) for text in inputs])
    try:
        search = DuplicateSearch(
            similarity=Similarity(resemblance=resemblance, containment=containment, fewest=fewest),
            reading=articles,
            longest_text=longest_text,
            limits=JoinLimits(memory=parse_size(memory), threads=threads or usable_processors()),
            temporary=temporary,
        )
        shards = find_shards(inputs, parse_size(shard_size))
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    with console.progress_bar() as on_progress:
        summary = find_near_duplicates(shards, output, search, on_progress)
    console.write_json(json, "bulk-near-duplicates", summary.json())
    _print_summary(summary, output)
    console.print_written(json)
    if json is None and summary.clusters:
        clusters = shlex.quote(str(output))
        print_next(f"keep similar articles of a project in one split: goldspan split --clusters {clusters}")
    if summary.failed:
        raise typer.Exit(1)


def _print_summary(summary: DuplicateSummary, output: Path) -> None:
    for name, reason in sorted(summary.failed.items())[:SHOWN]:
        print(visible(f"goldspan: {name}: {reason}"), file=sys.stderr)
    if len(summary.failed) > SHOWN:
        print(f"goldspan: and {amount(len(summary.failed) - SHOWN, 'shard')} more that cannot be read", file=sys.stderr)
    for reason, number in summary.rejects.most_common(SHOWN):
        console.print_line(f"rejected: {amount(number, 'row')}: {reason}")
    for name, number in summary.examples_of_repeated_ids.items():
        console.print_line(f"note: {amount(number, 'article')} have the id {name}; shard and row tell them apart")
    if summary.repeated_ids > len(summary.examples_of_repeated_ids):
        console.print_line(f"note: {amount(summary.repeated_ids, 'id')} in all are those of several articles")
    if summary.without_words:
        console.print_line(f"note: {amount(summary.without_words, 'article')} without words, similar to nothing")
    pairs = f"{amount(summary.pairs, 'pair')} of similar articles"
    if summary.copies:
        pairs += f", {summary.copies:,} of them copies with their first"
    console.print_line(pairs)
    clusters = amount(summary.clusters, "cluster")
    if summary.clusters:
        clusters += f" of {amount(summary.clustered, 'article')}, the largest of {summary.largest:,}"
    console.print_line(f"{clusters}; {amount(summary.kept, 'article')} left if one of each is kept")
    console.print_line(
        f"{amount(summary.articles, 'article')} in {amount(summary.shards - len(summary.failed), 'shard')}; "
        f"{amount(summary.rejects.total(), 'row')} rejected; {summary.seconds:,.1f} s, "
        f"{summary.articles / max(summary.seconds, 1e-9):,.0f} articles a second; written to {output}"
    )
