"""The command line: one module per command, which parses, calls the library, prints and exits.

Exit codes: 0 success, 1 findings or an error, 2 wrong usage.
"""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import Annotated

import typer

from goldspan.errors import GoldspanError
from goldspan.report.text import visible
from goldspan.version import __version__

COMMANDS = (
    "init", "add", "suggest", "check", "split", "evaluate", "agree", "adjudicate", "export", "convert", "show", "stats",
    "build",
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
    app.command(name)(import_module(f"goldspan.cli.{name}").run)
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
        app(arguments, prog_name="goldspan")
    except GoldspanError as error:
        print(f"goldspan: {visible(str(error))}", file=sys.stderr)  # parts of it may come from a server or a file
        sys.exit(1)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            sys.exit(1)
        name = f"{error.filename}: " if error.filename else ""
        print(f"goldspan: {visible(f'{name}{error.strerror or error}')}", file=sys.stderr)
        sys.exit(1)
