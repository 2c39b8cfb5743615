"""`goldspan doccano`: one module per sub-command."""

from __future__ import annotations

from importlib import import_module

import typer

from goldspan.cli.output import ReportingCommand

COMMANDS: tuple[str, ...] = (
    "start", "stop", "push", "pull", "status", "close", "doctor", "user", "auto-label",
    "backup", "restore", "reconcile",
)  # fmt: skip

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Annotate in Doccano: servers, uploads, results, progress."
)
for name in COMMANDS:
    app.command(name, cls=ReportingCommand)(import_module(f"goldspan.cli.doccano.{name.replace('-', '_')}").run)
