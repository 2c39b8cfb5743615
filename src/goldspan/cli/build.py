"""`goldspan build`."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan.cli import terminal
from goldspan.corpus import Corpus


def run(
    model: Annotated[
        str | None, typer.Option("--model", help="A spaCy pipeline that joins the rules in suggesting.")
    ] = None,
    json: terminal.Json = None,
    root: terminal.Root = None,
) -> None:
    """Do the main job: verify the articles, suggest, check, write the tables, export the dataset."""
    from goldspan import checks
    from goldspan.build import build

    corpus = Corpus.find(root)
    out = terminal.console()
    built = build(corpus, model, lambda what: out.print(terminal.plain(f"· {what}")))
    for finding in built.findings:
        out.print(terminal.plain(checks.line(finding)))
    out.print(terminal.table("Built", ("what", "number", "where"), built.summary(corpus.root)))
    terminal.write_json(json, built.json())
    if built.exported is None:
        out.print(terminal.plain(f"{built.errors} error(s): nothing was exported. `goldspan check` shows them."))
        raise typer.Exit(1)
