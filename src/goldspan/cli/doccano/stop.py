"""`goldspan doccano stop`."""

from __future__ import annotations

import shlex

from goldspan.cli import console
from goldspan.cli.next_step import print_next


def run(home: console.Home = None) -> None:
    """Stop the Doccano server on this machine.

    It stops the server of `goldspan doccano start`. The data stay.
    """
    from goldspan.doccano import server
    from goldspan.doccano.server.home import find_home

    with console.spinner("Stopping Doccano"):
        stopped = server.stop(home)
    folder = find_home(home).folder
    print(f"Doccano is stopped; its data stays in {folder}." if stopped else f"No Doccano of {folder} was running.")
    if stopped:
        option = "" if home is None else f" --home {shlex.quote(str(home))}"
        print_next(f"start it again when it is needed: goldspan doccano start{option}")
