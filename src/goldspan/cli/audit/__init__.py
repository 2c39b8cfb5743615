"""`goldspan audit`: one module per sub-command."""

from __future__ import annotations

from importlib import import_module

import typer

from goldspan.cli.output import ReportingCommand

COMMANDS: tuple[str, ...] = ("plan", "report")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure whether suggestions bias those who read them.",
)


@app.callback()
def audit() -> None:
    """Measure whether suggestions bias those who read them."""


for name in COMMANDS:
    app.command(name, cls=ReportingCommand)(import_module(f"goldspan.cli.audit.{name}").run)
