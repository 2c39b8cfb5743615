"""The command line: one module per command, which parses, calls the library, prints and exits.

Exit codes: 0 success, 1 findings or an error, 2 wrong usage, 141 if the reader of the output left, as in `| head`.
"""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import Annotated

import typer

from goldspan.cli.output import ReportingCommand, printing
from goldspan.errors import GoldspanError
from goldspan.version import __version__

COMMANDS = (
    "init", "add", "suggest", "check", "split", "evaluate", "agree", "adjudicate", "export", "convert", "formats",
    "show", "stats", "build",
)  # fmt: skip
GROUPS = ("doccano",)

app = typer.Typer(
    name="goldspan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"goldspan {__version__}")
        raise typer.Exit


@app.callback()
def goldspan(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Turn news articles into a span-labelled corpus that people can trust."""


for name in COMMANDS:
    app.command(name, cls=ReportingCommand)(import_module(f"goldspan.cli.{name}").run)
for name in GROUPS:
    app.add_typer(import_module(f"goldspan.cli.{name}").app, name=name)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit.

    Raises:
        SystemExit: always, with the exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # news text is printed in full under any locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        with printing():
            app(arguments, prog_name="goldspan")
    except GoldspanError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename}: " if error.filename else ""
        message += str(error.strerror or error)
    with printing():  # parts of it may come from a server or a file
        print(f"goldspan: {message}", file=sys.stderr)
    sys.exit(1)
