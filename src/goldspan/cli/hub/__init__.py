"""`goldspan hub`: one module per sub-command."""

from __future__ import annotations

from importlib import import_module

import typer

from goldspan.cli.output import ReportingCommand

COMMANDS: tuple[str, ...] = ("push",)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Publish on the Hugging Face Hub.",
)


@app.callback()
def hub() -> None:
    """Publish on the Hugging Face Hub."""


for name in COMMANDS:
    app.command(name, cls=ReportingCommand)(import_module(f"goldspan.cli.hub.{name.replace('-', '_')}").run)
