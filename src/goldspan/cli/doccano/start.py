"""`goldspan doccano start`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.cli.next_step import home_option, print_next_step
from goldspan.corpus import Corpus
from goldspan.errors import GoldspanError

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.doccano.server import EmbeddedServer


def run(
    port: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help="The port on 127.0.0.1. 0 takes any free port. Default: that of the last start, or 8000.",
            show_default=False,
        ),
    ] = None,
    home: console.Home = None,
) -> None:
    """Start a Doccano server on this machine.

    Only this machine can reach it. If it runs already, the command prints where. On Windows, use a server in WSL or
    on another machine.
    """
    from goldspan.doccano import server

    with console.spinner("Checking Doccano") as say:
        running = server.start(home, port, say)
    print(f"{_outcome(running)}\n")
    if running.original is not None:
        print(f"{_origin(running, running.original)}\n")
    print(f"  address   {running.account.url}")
    print(f"  user      {running.account.username}")
    print(f"  password  {running.account.password}")
    print(f"  data      {running.home}\n")
    stop = shlex.join(["goldspan", "doccano", "stop", *home_option(home)])
    print(f"`{stop}` stops it and keeps the data.")
    print_next_step(project_around(), "start", home=home)


def project_around() -> Corpus | None:
    """The project around the current folder, if there is one that can be read."""
    try:
        return Corpus.find(None)
    except GoldspanError:
        return None


def _origin(running: EmbeddedServer, original: Path) -> str:
    """What to know of a copy."""
    note = f"Its data were copied from {original}, whose server is another one, on another port."
    if running.in_use:
        note += "\nThat server was not stopped then: what annotators did in the moments before the copy may be missing."
    return note


def _outcome(running: EmbeddedServer) -> str:
    """What was running, and what was started."""
    from goldspan.doccano import server

    if not running.started:
        return f"Doccano {running.version} was running already."
    if len(running.started) == 1:
        return f"Doccano's {server.ROLE_NAMES[running.started[0]]} was dead: it was started again."
    return f"Doccano {running.version} runs."
