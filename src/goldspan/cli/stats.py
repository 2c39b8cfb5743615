"""`goldspan stats`."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan.cli import console
from goldspan.corpus import Corpus

LONGEST = 1_000  # rows of a table that are printed; nobody reads more, and a terminal takes minutes for them


def run(
    write: Annotated[
        bool,
        typer.Option("--write", help="Write STATS.md, with the scores of the suggestions, and the data card."),
    ] = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Print the numbers of the corpus.

    The tables count articles, splits, labels, lengths and surface forms, and measure agreement.
    """
    from goldspan.stats import all_tables, gold_tables, write_statistics

    corpus = Corpus.find(root)
    tables = all_tables(corpus) if write else gold_tables(corpus)
    written = write_statistics(corpus, tables) if write else []
    console.write_json(json, "stats", {"tables": [table.json() for table in tables]})
    out = console.make_console()
    for each in tables:
        table = each.first(LONGEST, "--json lists")
        out.print(console.rich_table(table.title, table.header, table.rows, table.note), end="\n\n")
    console.print_written(*written)
