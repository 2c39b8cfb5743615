"""`goldspan release`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from goldspan.cli import console
from goldspan.cli.findings import print_off, print_remedies, printed_findings
from goldspan.cli.next_step import print_blanks, typed_command, typed_path
from goldspan.corpus import Corpus
from goldspan.report.text import MOST, Table, amount, enumerate_names

if TYPE_CHECKING:
    from goldspan.checks import CheckTally
    from goldspan.release import NotReadyError, ReleaseResult

MOST_NAMED = 10
DEFAULT = "release"  # in build/
WISHED = ("contact", "url", "doi")  # what readers look for in the papers of a dataset


def run(
    version: Annotated[
        str,
        typer.Argument(
            metavar="VERSION", help="The version of the corpus, e.g. 1.0. It must be higher than the last one."
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FOLDER", help="The folder to write. Default: build/release.", show_default=False
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="DATE",
            help="The date of the release, as YYYY-MM-DD. Default: the one recorded for this version, else today.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[
        Literal["strict", "expand"],
        typer.Option("--policy", help="Spans that cut a token: strict leaves them untagged, expand widens them."),
    ] = "strict",
    apply: Annotated[
        bool,
        typer.Option(
            "--apply",
            help="Also record in corpus/releases what was released. The next release then says what has changed.",
        ),
    ] = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Write a version of the corpus for publication.

    The release is one folder for the Hugging Face Hub and for Zenodo. It holds the texts that may be published. For
    all examples it holds stand-off tables with offsets, labels, votes and fingerprints, but no word of a text that
    may not be published.
    """
    from goldspan import checks
    from goldspan.corpus import outputs
    from goldspan.release import NotReadyError, release

    corpus = Corpus.find(root)
    folder = output or corpus.build / DEFAULT
    outputs.validate_folder(folder)
    tally = checks.CheckTally(off=dict(checks.read_severities(corpus.settings).off))
    try:
        with console.spinner("releasing"):
            result = release(corpus, version, folder, date=date, policy=policy, keep=apply)
    except NotReadyError as error:
        _refuse(error, tally, json)
    console.write_json(json, "release", result.json())
    print_off(tally)
    _print_result(corpus, result)
    if json is None:
        _print_next_steps(corpus, result)


def _print_result(corpus: Corpus, result: ReleaseResult) -> None:
    from goldspan.release import changelog

    described, out = result.description, console.report_console()
    rows = [
        (f"{config} {split}", f"{size.rows:,}", f"{size.spans:,}")
        for config, splits in described.configs.items()
        for split, size in splits.items()
    ]
    title = f"{described.title}, version {described.version} of {described.date}, in {result.folder}"
    console.print_table(out, Table(title, "", ("split", "rows", "spans"), tuple(rows)))
    with_text = "1 article with its text" if result.texts == 1 else f"{result.texts:,} articles with their texts"
    print(f"{with_text}, {result.standoff:,} stand-off")
    for sentence in changelog.summarise(result.changes):
        console.print_line(sentence)
    if result.previous is not None:
        for table in changelog.change_tables(result.changes, most=MOST, where="--json lists"):
            console.print_table(out, table)
    for loss in result.losses:
        console.print_line(f"{loss.example}: a token cuts [{loss.surface}]{{{loss.span.label}}}: {loss.widened}")
    if result.texts:
        print(f"{amount(len(result.losses), 'span')} cut by a token (policy {described.policy})")
    for reason, number in result.left_out.items():
        console.print_line(f"{amount(number, 'example')} that nobody annotated left out: {reason}")
    if result.without_gold:
        names = enumerate_names(result.without_gold, most=MOST_NAMED)
        console.print_line(f"Of the splits, {amount(len(result.without_gold), 'article')} without gold: {names}")
    if result.blanks:
        console.print_line(f"To be written in corpus/DATA_STATEMENT.md: {enumerate_names(result.blanks)}")
    if unstated := [name for name in WISHED if getattr(corpus.settings.release, name) is None]:
        console.print_line(f"Not stated under [release], and left out of the papers: {enumerate_names(unstated)}")
    print_blanks(corpus)


def _print_next_steps(corpus: Corpus, result: ReleaseResult) -> None:
    described, folder = result.description, typed_path(result.folder)
    if result.record is not None:
        console.print_line(f"wrote {typed_path(result.record)}")
    typed = shlex.quote(folder)
    push = f"goldspan hub push OWNER/NAME {typed}"
    console.print_line(f"Next: verify the folder: goldspan check {typed}; then see what a push would do: {push}")
    if not result.is_recorded:
        policy = () if described.policy == "strict" else ("--policy", described.policy)
        options = ("--output", folder, "--date", described.date, *policy, "--apply")
        again = typed_command(corpus, "release", described.version, *options)
        console.print_line(f"Once it is published, keep what was released: {again}")


def _refuse(error: NotReadyError, tally: CheckTally, json: Path | None) -> NoReturn:
    """Print all that is missing, and exit."""
    from goldspan.checks import report_json

    missing = [{"what": one.what, "line": one.line} for one in error.statements]
    console.write_json(json, "release", {"missing": missing, "check": report_json(error.findings, tally)})
    print_remedies(list(printed_findings(error.findings)))
    print_off(tally)
    print(f"goldspan: {error}", file=sys.stderr)
    raise typer.Exit(1)
