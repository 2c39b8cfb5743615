"""Restores a backup into a home of its own: another server than the one that it is a backup of.

The accounts of the annotators stay, with their passwords. The server gets another mark, another secret key, a new
password for its superuser and another port; whoever was logged in to the original is not logged in here.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.backup.archive import DATABASE, FOLDERS, opened_archive, parse_manifest
from goldspan.doccano.backup.backup import copy_database, put_in_place, require_outside_git
from goldspan.doccano.backup.contents import compare
from goldspan.doccano.backup.stored_contents import applied_migrations, require_whole, stored_contents, table_names
from goldspan.doccano.server import database, install
from goldspan.doccano.server.environment import VERSION
from goldspan.doccano.server.home import (
    NO_PORT,
    OWNER_ONLY,
    ServerHome,
    ServerState,
    find_home,
    own_state,
    read_state,
    write_state,
)
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from goldspan.doccano.backup.archive import BackupArchive, BackupManifest
    from goldspan.doccano.backup.contents import ServerContents
    from goldspan.doccano.server.environment import ServerEnvironment

SESSIONS = ("django_session", "authtoken_token")  # who is logged in, in a browser or by a token
EMPTY = "Choose a new or an empty folder with --home."


def restore_home(
    file: Path, home: Path | None = None, on_step: Callable[[str], None] = lambda _: None
) -> BackupManifest:
    """Make a home from a backup; its server is not started.

    Args:
        file: the backup.
        home: the new folder; one in the user's data folder by default.
        on_step: called with a line for each step.

    Returns:
        What the backup states.

    Raises:
        InvalidValueError: if there is anything in the folder, or it is in a repository of git.
        InputError: if it is no whole backup, or its database is of a newer Doccano. Nothing is written then.
        NotFoundError: if Doccano's environment cannot be made.
    """
    server_home = find_home(home)
    _require_empty(server_home)
    require_outside_git(server_home.folder)
    manifest = _checked_manifest(file)
    environment = install.ensure_environment(on_step)
    with files.new_folder(server_home.folder) as folder:
        folder.chmod(OWNER_ONLY)
        made = ServerHome(folder).make()
        on_step("Unpacking")
        with opened_archive(file) as archive:
            _unpack(archive, folder)
        _require_known(file, made.database, environment)
        _require_contents(file, made.database, manifest)
        _take_over(made, server_home, environment)
        try:
            folder.replace(server_home.folder)  # in one step, if nothing came there meanwhile
        except OSError:
            _require_empty(server_home)
            raise
    return manifest


def extract_database(file: Path, target: Path) -> BackupManifest:
    """Write the database of a backup to a file, for another installation of Doccano.

    Nobody is logged in there any more; all accounts have their passwords, that of the superuser too.

    Args:
        file: the backup.
        target: where; there must be nothing.

    Raises:
        InvalidValueError: if there is something, or it is in a repository of git.
        InputError: if it is no whole backup.
    """
    if files.is_stream(target) or files.is_there(target):
        raise InvalidValueError("is there already", file=target, remedy="Name a new file.")
    require_outside_git(target)
    manifest = _checked_manifest(file)
    with files.new_folder(target) as folder:
        folder.chmod(OWNER_ONLY)
        with opened_archive(file) as archive:
            archive.extract(DATABASE, folder / DATABASE)
        _require_contents(file, folder / DATABASE, manifest)
        _end_sessions(folder / DATABASE)
        with closing(sqlite3.connect(folder / DATABASE)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # the file alone is then the whole database
        put_in_place(folder / DATABASE, target)
    return manifest


def restored_contents(home: Path | None = None) -> ServerContents:
    """What the database of a home holds, whether its server runs or not."""
    server_home = find_home(home)
    with files.new_folder(server_home.folder) as folder:
        copy_database(server_home.database, folder / DATABASE)
        return stored_contents(folder / DATABASE)


def _checked_manifest(file: Path) -> BackupManifest:
    """The manifest of a whole backup.

    Raises:
        InputError: if it is none, or a manifest alone.
    """
    with files.opened(file) as stream:
        if stream.read(1) == b"{":
            parse_manifest(file, b"{" + stream.read())
            raise InputError(
                "is the manifest of a server, without its database",
                file=file,
                remedy="`goldspan doccano reconcile` compares a server with it. To restore, name a backup.",
            )
    with opened_archive(file) as archive:
        return archive.manifest


def _unpack(archive: BackupArchive, folder: Path) -> None:
    for member in archive.manifest.files:
        target = folder / member.name
        if member.name != DATABASE and member.name.partition("/")[0] not in FOLDERS:
            continue  # the secrets of the original: this server has its own
        target.parent.mkdir(parents=True, exist_ok=True)
        archive.extract(member.name, target)


def _require_known(file: Path, restored: Path, environment: ServerEnvironment) -> None:
    """Refuse a database that a newer Doccano has changed: there is no way back."""
    try:
        newer = applied_migrations(restored) - applied_migrations(environment.template / DATABASE)
    except sqlite3.Error as error:
        raise InputError(f"{DATABASE} is no database of Doccano's: {error}", file=file) from None
    if newer:
        names = ", ".join(f"{app}.{name}" for app, name in sorted(newer)[:3])
        raise InputError(
            f"its database is of a newer Doccano than {VERSION}, which does not know {names}",
            file=file,
            remedy="Write it to a file with --database-only OUT.sqlite3, and start that Doccano, or a newer one, on "
            "it; then `goldspan doccano reconcile` compares. Nothing was written.",
        )


def _require_contents(file: Path, restored: Path, manifest: BackupManifest) -> None:
    require_whole(restored, file)
    if differences := compare(manifest.contents, stored_contents(restored)):
        first = differences[0]
        raise InputError(
            f"its database does not hold what its manifest states: {first.project} {first.what}: {first.backup}, "
            f"{first.server}",
            file=file,
            remedy="Take another backup, or the goldspan that made it.",
        )


def _take_over(made: ServerHome, home: ServerHome, environment: ServerEnvironment) -> None:
    """Give the new home an identity of its own."""
    database.write_settings(made)
    state = ServerState(port=NO_PORT)
    _end_sessions(made.database)
    database.set_password(made.database, state.username, state.password)
    with closing(sqlite3.connect(made.database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    if applied_migrations(made.database) == applied_migrations(environment.template / DATABASE):
        state = replace(state, environment=environment.name)  # else the start migrates it
    write_state(made, replace(state, folder=own_state(home, state, None).folder))


def _end_sessions(restored: Path) -> None:
    with closing(sqlite3.connect(restored)) as connection, connection:
        for table in {*SESSIONS}.intersection(table_names(connection)):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  (a name of ours)


def _require_empty(home: ServerHome) -> None:
    if not files.is_there(home.folder):
        return
    if not home.folder.is_dir():
        raise InvalidValueError("is not a folder", file=home.folder, remedy=EMPTY)
    if any(home.folder.iterdir()):
        is_home = home.state.exists() and read_state(home) is not None
        raise InvalidValueError(
            "holds a Doccano already" if is_home else "holds other files",
            file=home.folder,
            remedy=EMPTY
            + (
                " If an interrupted restore made this one, it is complete: `goldspan doccano start --home` starts it, "
                "`goldspan doccano reconcile FILE --home` compares it."
                if is_home
                else ""
            ),
        )
