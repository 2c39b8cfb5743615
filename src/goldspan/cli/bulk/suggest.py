"""`goldspan bulk suggest`."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console, model_options
from goldspan.cli.article_columns import with_article_columns
from goldspan.cli.bulk.shard_options import Inputs, LongestText, ShardSize
from goldspan.cli.next_step import typed_command
from goldspan.cli.reading import rename_pairs
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError
from goldspan.report.text import Table, amount, enumerate_names, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.articles.received import ArticleOptions
    from goldspan.bulk.locations import Location
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.run import BulkSummary
    from goldspan.bulk.workers import Workers

SHOWN = 10  # shards that failed, kinds of reasons
MEGABYTE = 1024**2
RESUME = "goldspan: what is done is kept: run the same command again to go on"


@with_article_columns()
def run(
    inputs: Inputs,
    *,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            metavar="PATH",
            help="The folder to write, on this machine or at an address.",
            show_default=False,
        ),
    ],
    shard_size: ShardSize = "16MB",
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME|PATH",
            help="A spaCy pipeline that suggests besides the recognisers of goldspan.toml.",
            show_default=False,
        ),
    ] = None,
    labels: model_options.ModelLabels = None,
    recogniser: model_options.Recogniser = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=0,
            max=1024,
            metavar="NUMBER",
            help=(
                "The number of processes, each with the recognisers in its memory. 0 uses only "
                "this process, which ends if a recogniser crashes. Default: the number of "
                "processors."
            ),
            show_default=False,
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray",
            metavar="TEXT",
            help=(
                "Let a Ray cluster do the work: auto (one that runs on this machine), host:port "
                "or ray://host:port. --workers is then the number of actors. Default of "
                "--workers: the CPUs of the cluster."
            ),
            show_default=False,
        ),
    ] = None,
    stall: Annotated[
        float,
        typer.Option(
            "--stall",
            min=1,
            metavar="SECONDS",
            help=(
                "Replace a worker that makes no progress for so long. An article that takes so long alone is rejected."
            ),
        ),
    ] = 600,
    longest_text: LongestText = 1_000_000,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="Remove from the output what an earlier run made of shards that the input does not have."
        ),
    ] = False,
    json: console.Json = None,
    root: console.Root = None,
    articles: ArticleOptions,
) -> None:
    """Suggest spans for millions of articles.

    The input is cut into shards. A run that was stopped goes on where it was, and shards that are done are not done
    again.
    """
    from goldspan.bulk import run as bulk_run
    from goldspan.bulk.locations import Location
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shard_rows import find_columns
    from goldspan.bulk.shards import find_shards, parse_size
    from goldspan.cli.bulk.run_progress import run_progress
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

    corpus = Corpus.find(root)
    try:
        size = parse_size(shard_size)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    target = Location.of(output)
    _require_apart(target, inputs)
    shards = find_shards(inputs, size)
    columns = find_columns(shards, articles.columns, corpus.scheme.language)
    suggester = SuggesterRecipe(
        root=corpus.root, model=model, labels=rename_pairs(labels), only=tuple(recogniser or ())
    )
    recipe = BulkRecipe.of(suggester, columns, articles, longest_text)
    try:
        with bulk_run.locked(target), _workers(recipe, workers, stall, ray) as started, run_progress() as on_progress:
            summary = bulk_run.run(shards, target, recipe, started, on_progress, prune=prune, stall=stall)
    except KeyboardInterrupt:
        print(RESUME, file=sys.stderr)
        raise
    console.write_json(json, "bulk-suggest", summary.json())
    _print_summary(summary, output)
    console.print_written(json)
    if json is None and summary.totals["articles"]:
        words = ("bulk", "sample", output, *(word for one in inputs for word in ("--input", one)), "--number", "200")
        console.print_line(f"Next: draw articles to annotate: {typed_command(corpus, *words)}")
    if summary.failed or not summary.totals["articles"]:
        raise typer.Exit(1)


def _require_apart(output: Location, inputs: list[str]) -> None:
    """Refuse an output folder that is read, or belongs to the sources of a project.

    Raises:
        InputError: for such a folder.
    """
    from goldspan.bulk.locations import Location
    from goldspan.corpus import outputs

    if not output.is_address:
        locations = [Location.of(text) for text in inputs]
        outputs.validate_folder(output.path, [one.path for one in locations if not one.is_address])


@contextlib.contextmanager
def _workers(recipe: BulkRecipe, number: int | None, stall: float, ray: str | None) -> Iterator[Workers]:
    from goldspan.bulk.process_workers import ProcessWorkers
    from goldspan.bulk.workers import ThisProcess

    workers: Workers
    if ray is not None:
        workers = _ray_workers(recipe, number, stall, ray)
    else:
        with console.spinner("Loading the recognisers"):
            workers = here = ThisProcess(recipe) if number == 0 else ProcessWorkers(recipe, number, stall)
        for note in here.notes:
            print(visible(f"goldspan: {note}"), file=sys.stderr)
    try:
        yield workers
    finally:
        workers.close()


def _ray_workers(recipe: BulkRecipe, number: int | None, stall: float, address: str) -> Workers:
    from goldspan.bulk.ray_workers import RayWorkers

    if number == 0:
        raise InvalidValueError("--workers 0 is this process, not a cluster", remedy="Leave out --ray, or the 0.")
    with console.spinner("Loading the recognisers on the cluster"):
        return RayWorkers(recipe, address, number, stall, lambda note: print(f"goldspan: {note}", file=sys.stderr))


def _print_summary(summary: BulkSummary, output: str) -> None:
    for name, reason in sorted(summary.failed.items())[:SHOWN]:
        print(visible(f"goldspan: {name}: {reason}"), file=sys.stderr)
    if len(summary.failed) > SHOWN:
        print(f"goldspan: {len(summary.failed) - SHOWN:,} more in failures.jsonl there", file=sys.stderr)
    out = console.report_console()
    rows = [(label, f"{number:,}") for label, number in sorted(summary.spans.items())]
    rows.append(("all", f"{summary.spans.total():,}"))
    console.print_table(out, Table("Suggestions", "", ("label", "spans"), tuple(rows)))
    if summary.reasons:
        reasons = [(reason, f"{number:,}") for reason, number in summary.reasons.most_common(SHOWN)]
        reasons += [("all", f"{summary.reasons.total():,}")]
        console.print_table(out, Table("Rows rejected", "", ("reason", "rows"), tuple(reasons)))
    for line in _sentences(summary, output):
        console.print_line(line)


def _sentences(summary: BulkSummary, output: str) -> Iterator[str]:
    """What was done, and what to know of it."""
    done = amount(summary.done, "shard")
    again = f", {summary.unchanged:,} of them before" if summary.unchanged else ""
    rate = ""
    if summary.new_articles:
        rate = f", {summary.new_articles / summary.seconds:,.0f} articles"
        rate += f" and {summary.new_bytes / summary.seconds / MEGABYTE:,.2f} MB a second"
    yield (
        f"{amount(summary.totals['articles'], 'article')} in {done}{again}; "
        f"{amount(summary.totals['rejects'], 'row')} rejected; {summary.seconds:,.1f} s{rate}; written to {output}"
    )
    if summary.lost:
        yield f"{amount(summary.lost, 'worker')} lost and replaced"
    if summary.shared_ids:
        named = enumerate_names([f"{one.id} in {' and '.join(one.shards)}" for one in summary.first_shared])
        yield f"{amount(summary.shared_ids, 'id')} in several shards: {named}"
    if summary.failed:
        yield f"{amount(len(summary.failed), 'shard')} failed: the next run tries them again"
