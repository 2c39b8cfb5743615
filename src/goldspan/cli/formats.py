"""`goldspan formats`."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan.cli import console


def run(
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page of all formats, in Markdown.")] = False,
    json: console.Json = None,
) -> None:
    """List the file formats: what each is called, what its offsets count, and what it can and cannot hold."""
    from goldspan.formats import table

    console.write_json(json, table.formats_json())
    if markdown:
        print(table.formats_page(), end="")
    else:
        console.print_table(console.report_console(), table.format_table())
