"""The command line: one module per command, which parses, calls the library, prints and exits.

Exit codes: 0 success, 1 findings or an error, 2 wrong usage, 130 if interrupted, 141 if the reader of the output left,
as in `| head`. An error that nobody thought of is one line, too; with `GOLDSPAN_TRACEBACK=1` in the environment, Python
prints where it arose.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from typer.main import get_command

from goldspan.cli import completion
from goldspan.cli.output import CommandGroup, ReportingCommand, printing
from goldspan.errors import GoldspanError
from goldspan.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = (
    "init", "add", "recut", "relabel", "withdraw", "suggest", "check", "agree", "outcomes", "adjudicate", "split",
    "evaluate", "train", "crossval", "curve", "label-errors", "rank",
    "export", "release", "rebuild", "convert", "formats", "show", "stats", "site", "serve", "build", "config", "help",
    "completion",
)  # fmt: skip
GROUPS = ("doccano", "bulk", "hub", "audit")
LONGEST_WORDS = 300  # of an error that nobody thought of
INTERRUPTED = 130  # 128 + SIGINT
MEMORY = "there is not enough memory for this\n  Divide the input into smaller files."
TRACEBACK = "GOLDSPAN_TRACEBACK"
REPORT = (
    "This is a fault of goldspan. Please report it with the command and the file, and with what the same command prints"
    f" after {TRACEBACK}=1 has been set in the environment."
)

app = typer.Typer(
    name="goldspan",
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(context: typer.Context, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:  # as where a shell completes
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
    app.command(name, cls=ReportingCommand)(import_module(f"goldspan.cli.{name.replace('-', '_')}").run)
for name in GROUPS:
    app.add_typer(import_module(f"goldspan.cli.{name}").app, name=name, cls=CommandGroup)


@cache
def _command() -> Callable[..., object]:
    """The command line as a whole, read once from the signatures of its functions."""
    return get_command(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit.

    Raises:
        SystemExit: always, with the exit code.
    """
    _print_any_text()
    if completion.VARIABLE in os.environ:
        with printing():
            completion.answer(_command())
    cause: Exception
    try:
        with printing():
            _command()(arguments, prog_name="goldspan")
    except GoldspanError as error:
        message, cause = str(error), error
    except OSError as error:
        message = f"{error.filename}: " if error.filename else ""
        message += str(error.strerror or error)
        cause = error
    except SystemExit as error:
        if error.code == INTERRUPTED:  # so does typer end on a KeyboardInterrupt
            print("goldspan: interrupted", file=sys.stderr)
        raise
    except MemoryError as error:
        message, cause = MEMORY, error
    except Exception as error:  # noqa: BLE001  (what is left over shall not look like a crash)
        message, cause = f"{_description(error)}\n  {REPORT}", error
    with printing():  # parts of it may come from a server or a file
        print(f"goldspan: {message}", file=sys.stderr)
        if os.environ.get(TRACEBACK):
            traceback.print_exception(cause)
    sys.exit(1)


def _print_any_text() -> None:
    """Have news text printed in full under any locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _description(error: Exception) -> str:
    """What an error that nobody thought of is, and the line of goldspan in which it arose."""
    frames = ((frame.f_globals.get("__name__", ""), line) for frame, line in traceback.walk_tb(error.__traceback__))
    place = ":".join(map(str, [frame for frame in frames if frame[0].startswith("goldspan.")][-1]))
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return f"unexpected error in {place}: {words:.{LONGEST_WORDS}}"
