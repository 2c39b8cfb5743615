"""`goldspan stats`."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan.cli import terminal
from goldspan.corpus import Corpus


def run(
    write: Annotated[
        bool,
        typer.Option("--write", help="Write STATS.md, with scores of the suggestions, and the data card."),
    ] = False,
    json: terminal.Json = None,
    root: terminal.Root = None,
) -> None:
    """Show the numbers of the corpus: articles, splits, labels, lengths, surfaces, agreement."""
    from goldspan import drafts, stats

    corpus = Corpus.find(root)
    tables = drafts.statistics(corpus) if write else drafts.tables(corpus)
    out = terminal.console()
    for table in tables:
        out.print(terminal.table(table.title, table.header, table.rows, table.note), end="\n\n")
    terminal.write_json(json, [table.json() for table in tables])
    if write:
        for path in stats.write(corpus, tables):
            out.print(f"wrote {path}")
