"""`goldspan export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from goldspan import formats
from goldspan.cli import console
from goldspan.cli.findings import print_off, print_remedies, printed_findings
from goldspan.cli.next_step import print_blanks, print_next_step
from goldspan.corpus import Corpus
from goldspan.report.text import Table, amount, enumerate_names

MOST_NAMED = 10
MOST_LOSSES = 5  # spans cut by a token that are printed
if TYPE_CHECKING:
    from goldspan.checks import CheckTally, FindingsError

ExportFormat = str
if not TYPE_CHECKING:
    ExportFormat = Literal[formats.CHOICES]  # typer reads the choices


def run(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FOLDER", help="The folder to write. Default: build/<format>.", show_default=False
        ),
    ] = None,
    form: Annotated[
        ExportFormat,
        typer.Option(
            "--format",
            metavar="NAME",
            help="The format to write. parquet is the Hugging Face dataset. `goldspan formats` lists the others.",
        ),
    ] = "parquet",
    policy: Annotated[
        Literal["strict", "expand"],
        typer.Option(
            "--policy",
            help="Spans that cut a token: strict leaves them untagged or refuses them, expand widens them.",
        ),
    ] = "strict",
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Write the gold as a dataset, or in another format.

    The dataset has a file for each split, and `datasets.load_dataset` opens its folder.
    """
    from goldspan import checks
    from goldspan.corpus import outputs
    from goldspan.export import export

    corpus = Corpus.find(root)
    folder = output or corpus.build / ("dataset" if formats.canonical(form) == "dataset" else form)
    outputs.validate_folder(folder)
    tally = checks.CheckTally(off=dict(checks.read_severities(corpus.settings).off))
    try:
        result = export(corpus, folder, form, policy)
    except checks.FindingsError as error:
        _refuse(error, tally, json)
    console.write_json(json, "export", result.json())
    print_off(tally)
    out = console.report_console()
    rows = [
        (f"{config} {split}", f"{number:,}", f"{result.spans[config][split]:,}")
        for config, splits in result.rows.items()
        for split, number in splits.items()
    ]
    console.print_table(out, Table(f"Exported to {result.folder}", "", ("split", "examples", "spans"), tuple(rows)))
    losses = [
        f"{one.example}: a token cuts [{one.surface}]{{{one.span.label}}}: {one.widened}" for one in result.losses
    ]
    for line in losses[:MOST_LOSSES]:
        console.print_text(out, line)
    if len(losses) > MOST_LOSSES:
        console.print_text(out, f"and {len(losses) - MOST_LOSSES:,} more, which --json lists")
    if losses or policy != "strict":
        console.print_text(out, f"{amount(len(losses), 'span')} cut by a token (policy {policy})")
    stated = f"licence of the annotation: {result.licence or 'not stated'}, contact: {result.contact or 'not stated'}"
    console.print_text(out, f"{stated} ([release] in goldspan.toml)")
    for reason, number in result.left_out.items():
        console.print_text(out, f"{amount(number, 'example')} that nobody annotated left out: {reason}")
    if result.without_gold:
        names = enumerate_names(result.without_gold, most=MOST_NAMED)
        console.print_text(out, f"Of the splits, {amount(len(result.without_gold), 'article')} without gold: {names}")
    print_blanks(corpus)
    print_next_step(corpus, "export", json)


def _refuse(error: FindingsError, tally: CheckTally, json: Path | None) -> NoReturn:
    """Print the findings as `goldspan check` does, and exit."""
    from goldspan.checks import report_json

    console.write_json(json, "export", {"check": report_json(error.findings, tally)})
    print_remedies(list(printed_findings(error.findings)))
    print_off(tally)
    found = amount(len(error.findings), "error")
    print(f"goldspan: {found} of the checks: nothing was exported", file=sys.stderr)
    raise typer.Exit(1)
