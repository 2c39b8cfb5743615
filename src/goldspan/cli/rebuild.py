"""`goldspan rebuild`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan.cli import console
from goldspan.errors import InvalidValueError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from goldspan.rebuild.results import RebuildResult

SHOWN = 10  # rows of a table
NAMED = 3  # files that were not read


def run(
    release: Annotated[Path, typer.Argument(metavar="RELEASE", help="The folder of the release.", show_default=False)],
    *,
    texts: Annotated[
        Path | None,
        typer.Option(
            "--texts",
            metavar="FOLDER",
            help=(
                "The folder with your texts of the articles, with its subfolders: .txt, Markdown,"
                " saved web pages, tables. It may hold others, too. Not needed if the release "
                "holds all texts."
            ),
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", metavar="FOLDER", help="The folder to write.", show_default=False)
    ],
    keep: Annotated[
        Literal["exact", "same-words", "all-spans", "all"],
        typer.Option(
            "--keep",
            help=(
                "Which examples to keep. exact: the text is the same. same-words: only spaces, "
                "quotation marks or dashes differ. all-spans: words differ, but every span was "
                "found. all: also examples that lost spans."
            ),
        ),
    ] = "same-words",
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding",
            metavar="NAME",
            help="The encoding of texts that are not UTF-8 and have no byte order mark. Default: cp1252.",
            show_default=False,
        ),
    ] = None,
    require_all: Annotated[
        bool,
        typer.Option(
            "--require-all",
            help="Write nothing and exit with 1 unless every example and every span of the release can be kept.",
        ),
    ] = False,
    json: console.Json = None,
) -> None:
    """Put your own copies of the texts under a release's spans.

    The command writes the dataset. If your text has the same bytes, its spans are exact. In a text that differs,
    each span is found by fingerprints or reported as lost; no span is put on other words. You need no project.
    """
    from goldspan.corpus import outputs
    from goldspan.rebuild import RebuildOptions, rebuild

    outputs.validate_folder(output, [path for path in (release, texts) if path is not None])
    try:
        options = RebuildOptions(keep=keep, encoding=encoding, require_all=require_all)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    with console.progress_bar() as update:
        result = rebuild(release, texts, output, options, on_progress=update)
    console.write_json(json, "rebuild", result.json())
    if texts is not None and all(article.source == "release" for article in result.articles):
        console.print_line(f"The release holds all texts: {texts} was not read.")
    _print(result, output, json)
    if not result.written:
        reason = "--require-all" if result.kept else "no example can be kept"
        print(f"goldspan: nothing was written: {reason}", file=sys.stderr)
        raise typer.Exit(1)


def _print(result: RebuildResult, output: Path, json: Path | None) -> None:
    """Print the report, short."""
    from goldspan.rebuild import rebuild_report

    out = console.make_console()
    where = f"{output / rebuild_report.REPORT} lists" if result.written else "--json lists"
    console.print_table(out, rebuild_report.total_table(result))
    for line in (*rebuild_report.sentences(result), *_found(result), *_skipped(result)):
        console.print_line(line)
    print()
    lost, left_out = rebuild_report.lost_table(result), rebuild_report.left_out_table(result)
    for table in (rebuild_report.missing_table(result), lost if lost.rows else left_out):
        if table.rows:
            console.print_table(out, table.first(SHOWN, where))
    if result.written:
        console.print_line(
            f"Written to {output}: REBUILD.md there says all of this, {rebuild_report.REPORT} has each span."
        )
    if json is None:
        for line in _next(result, output):
            console.print_line(f"Next: {line}")


def _found(result: RebuildResult) -> Iterator[str]:
    """How the articles were found."""
    from goldspan.rebuild.results import SOURCES

    parts = [f"{number:,} {SOURCES[source]}" for source in SOURCES if (number := result.article_counts[source])]
    yield f"Articles: {', '.join(parts)}."


def _skipped(result: RebuildResult) -> Iterator[str]:
    if result.skipped:
        names = enumerate_names((f"{one.place} ({one.reason})" for one in result.skipped), most=NAMED)
        yield f"{amount(len(result.skipped), 'file or row', 'files or rows')} not read: {names}"


def _next(result: RebuildResult, output: Path) -> Iterator[str]:
    """What to do now."""
    missing = result.article_counts["none"]
    if missing:
        yield f"get what is missing ({amount(missing, 'article')}), and run this again"
    if result.written:
        yield f'datasets.load_dataset("{output}") in Python'
