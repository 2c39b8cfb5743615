"""`goldspan doccano backup`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.errors import InvalidValueError
from goldspan.report.text import Table, amount

if TYPE_CHECKING:
    from goldspan.doccano.backup.backup import FinishedBackup
    from goldspan.doccano.backup.contents import ServerContents

COLUMNS = ("project", "number", "kind", "examples", "spans", "confirmed", "comments", "members")


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup, for example doccano-2026-05-12.backup.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a file that is there, after the new one is complete.")
    ] = False,
    manifest_only: Annotated[
        bool,
        typer.Option(
            "--manifest-only",
            help=(
                "Write only what a server holds, as numbers and digests in JSON. This works for "
                "any server. `goldspan doccano reconcile` compares another server with it."
            ),
        ),
    ] = False,
    json: console.Json = None,
    home: console.Home = None,
) -> None:
    """Back up the Doccano server of this machine.

    The file has the database, the secrets and the uploaded files. People can work meanwhile. The file is checked
    before it gets its name. Keep it as safe as the server itself.
    """
    from goldspan.doccano.backup import backup

    if manifest_only:
        from goldspan.doccano import credentials
        from goldspan.doccano.client.api import Doccano

        with console.spinner("Reading the server") as say, Doccano(credentials.find_account(home)) as server:
            made = backup.write_manifest(file, server, replace=replace, on_project=lambda name: say(f"Reading {name}"))
    else:
        _require_embedded(home)
        with console.spinner("Making the backup") as say:
            made = backup.make_backup(file, home, replace=replace, on_step=say)
    console.write_json(
        json, "doccano-backup", {"file": str(made.file), "size": made.size, **made.manifest.model_dump(mode="json")}
    )
    print_contents(_title(made), made.manifest.contents)
    for each in made.skipped:
        console.print_line(f"left out: {each}")
    console.print_line(f"wrote {made.file} ({made.size:,} bytes)")
    if manifest_only:
        print("It holds names and numbers, no work and no secret: it restores nothing.")
        print("Next: `goldspan doccano reconcile FILE` compares a server with it.")
        return
    print(
        "It holds the hashes of all passwords, the secrets of the server and all work: keep it as safe as the server."
    )
    print("Next: `goldspan doccano restore FILE --home FOLDER` shows that it can be restored; copy it to another disk.")


def print_contents(title: str, contents: ServerContents) -> None:
    """Print a table with a row per project."""
    rows = tuple(
        (
            each.name,
            f"{each.number}",
            each.kind,
            f"{each.examples:,}",
            f"{sum(each.spans.values()):,}",
            f"{sum(each.confirmed.values()):,}",
            f"{each.comments:,}",
            f"{len(each.members):,}",
        )
        for each in contents.projects
    )
    console.print_table(console.report_console(), Table(title, "", COLUMNS, rows))


def _title(made: FinishedBackup) -> str:
    manifest = made.manifest
    what = "Backup" if manifest.files else f"Manifest of {manifest.server}"
    version = f" of Doccano {manifest.doccano}" if manifest.doccano else ""
    return f"{what}{version}, {manifest.time}, {amount(len(manifest.contents.users), 'user')}"


def _require_embedded(home: Path | None) -> None:
    """Refuse where another server is named: its database cannot be reached from here."""
    if home is None and (url := os.environ.get("DOCCANO_URL")):
        raise InvalidValueError(
            f"DOCCANO_URL names {url}, and a backup is made of the embedded server",
            remedy="Name its folder with --home, or unset DOCCANO_URL. For another server its own "
            "database is copied (`goldspan help team`), and --manifest-only writes what a copy is compared with.",
        )
