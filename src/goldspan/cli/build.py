"""`goldspan build`."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan.cli import console, model_options
from goldspan.cli.findings import print_off
from goldspan.cli.next_step import print_blanks, print_next_step
from goldspan.corpus import Corpus
from goldspan.report.text import Table, amount


def run(
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME|PATH",
            help=(
                "A spaCy pipeline that suggests besides the recognisers of goldspan.toml. "
                "Default: that of the last suggestions in build/suggestions, if they had one."
            ),
        ),
    ] = None,
    no_model: model_options.NoModel = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Check the project and write all that is derived from it.

    The steps: verify the articles, suggest spans, check, write the tables, export the dataset.
    """
    from goldspan import checks
    from goldspan.build import build

    if model is not None and no_model:
        raise typer.BadParameter("--model and --no-model exclude each other")
    corpus = Corpus.find(root)
    with console.spinner("building") as on_step:
        built = build(corpus, model, on_step, no_model=no_model)
    console.write_json(json, "build", built.json())
    out = console.make_console()
    for finding in built.findings:
        out.print(console.plain_text(checks.finding_line(finding)))
    table = Table("Built", "", ("what", "number", "where"), tuple(built.summary(corpus.root)))
    console.print_table(console.report_console(), table)
    print_off(built.account)
    for note in built.notes:
        out.print(console.plain_text(note))
    if built.errors:
        out.print(
            console.plain_text(f"{amount(built.errors, 'error')}: nothing was exported. `goldspan check` shows them.")
        )
        raise typer.Exit(1)
    if built.exported is None:
        out.print("No article has gold and a split: there is nothing to export yet.")
    else:
        print_blanks(corpus)
    print_next_step(corpus, "build", json)
