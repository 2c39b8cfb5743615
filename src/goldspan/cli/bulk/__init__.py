"""`goldspan bulk`: one module per sub-command."""

from __future__ import annotations

from importlib import import_module

import typer

from goldspan.cli.output import ReportingCommand

COMMANDS: tuple[str, ...] = ("suggest", "near-duplicates", "sample")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Work on collections of millions of articles.",
)
for name in COMMANDS:
    app.command(name, cls=ReportingCommand)(import_module(f"goldspan.cli.bulk.{name.replace('-', '_')}").run)
