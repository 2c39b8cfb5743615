"""`goldspan stats`."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan.cli import console
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus

LONGEST = 1_000  # rows of a table that are printed; nobody reads more, and a terminal takes minutes for them


def run(
    write: Annotated[
        bool,
        typer.Option("--write", help="Write STATS.md, with the scores of the suggestions, and the data card."),
    ] = False,
    full: console.Full = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Print the numbers of the corpus.

    The tables count articles, splits, labels, lengths and surface forms, and measure agreement.
    """
    from goldspan.stats import all_tables, gold_tables, split_summary, write_statistics

    corpus = Corpus.find(root)
    tables = all_tables(corpus) if write else gold_tables(corpus)
    written = write_statistics(corpus, tables) if write else []
    console.write_json(json, "stats", {"tables": [table.json() for table in tables]})
    out = console.report_console()
    if full:
        for each in tables:
            console.print_table(out, each.first(LONGEST, "--json lists"))
    else:
        console.print_table(out, split_summary(tables))
        console.print_text(
            out, f"More tables: {', '.join(table.title for table in tables if table.title != 'Splits')}."
        )
        console.print_rest(json, page=False)
    console.print_written(*written)
    print_next_step(corpus, "stats", json)
