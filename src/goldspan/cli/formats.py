"""`goldspan formats`."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan.cli import console


def run(
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page of all formats in Markdown.")] = False,
    json: console.Json = None,
) -> None:
    """List the file formats and what each can hold.

    The tables say what each format is called, what its offsets count, and what it can hold. --markdown and --json
    also list the options of reading for each.
    """
    from goldspan.formats import table

    console.write_json(json, "formats", {"formats": table.formats_json()})
    if markdown:
        print(table.formats_page(), end="")
    else:
        out = console.report_console()
        for shown in (table.format_table(with_options=False), table.holding_table()):
            console.print_table(out, shown)
