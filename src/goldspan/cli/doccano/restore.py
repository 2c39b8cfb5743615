"""`goldspan doccano restore`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli import console
from goldspan.cli.next_step import print_next


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `goldspan doccano backup` wrote.")],
    *,
    port: Annotated[
        int, typer.Option(metavar="NUMBER", help="The port on 127.0.0.1. Default: any free port.", show_default=False)
    ] = 0,
    database_only: Annotated[
        Path | None,
        typer.Option(
            "--database-only",
            metavar="FILE",
            help="Write only the database to this new file, for another installation of Doccano.",
            show_default=False,
        ),
    ] = None,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Restore a backup as a new Doccano server.

    The server gets a folder of its own. The command starts it, reads it back and compares it with the backup.
    Annotators keep their accounts and passwords. The superuser gets a new password, and nobody is logged in. The
    original server stays as it is. The exit code is 1 if the new server differs from the backup.
    """
    from goldspan.cli.doccano.reconcile import corpus_around, print_reconciliation
    from goldspan.doccano import server
    from goldspan.doccano.backup import restore
    from goldspan.doccano.backup.reconcile import reconcile
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.server.home import find_home
    from goldspan.doccano.server.process import require_port

    if database_only is not None:
        restore.extract_database(file, database_only)
        console.print_line(f"wrote {database_only}: Doccano's database alone, with all accounts and their passwords")
        print("Next: start a Doccano on it; `goldspan doccano reconcile FILE` with DOCCANO_URL compares it.")
        return
    require_port(port)
    corpus = corpus_around(root)
    with console.spinner("Checking the backup") as say:
        manifest = restore.restore_home(file, home, say)
        console.print_line(f"restored {file} into {find_home(home).folder}", flush=True)  # whatever its start says
        running = server.start(home, port, say)
        stored = restore.restored_contents(home)
        with Doccano(running.account) as client:
            found = reconcile(manifest, client, corpus, stored=stored, on_step=say)
    console.write_json(json, "doccano-restore", found.json())
    console.print_line(f"Doccano {running.version} runs on these data.\n")
    console.print_line(f"  address   {running.account.url}")
    console.print_line(f"  user      {running.account.username}")
    console.print_line(f"  password  {running.account.password}")
    console.print_line(f"  data      {running.home}\n")
    print_reconciliation(found)
    option = "" if home is None else f" --home {shlex.quote(str(home))}"
    if json is None:
        print_next(f"look at it in a browser. goldspan doccano stop{option} ends it; commands find it with that option")
