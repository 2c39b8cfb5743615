"""Makes a backup of the embedded server, whether it runs or not; people go on working meanwhile.

The database is copied by SQLite's online backup, in one transaction that reads: the copy is of one moment, and nobody
waits for it. A start or a stop of the server waits until it is made. The copy is checked as a whole and read, the
archive is written beside its place, read again, and only then put there.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.backup.archive import (
    DATABASE,
    FORM,
    SECRET,
    STATE,
    BackupManifest,
    describe_files,
    is_member_name,
    opened_archive,
    write_archive,
)
from goldspan.doccano.backup.served_contents import served_contents
from goldspan.doccano.backup.stored_contents import require_whole, stored_contents, table_names
from goldspan.doccano.server.home import ServerHome, find_home, read_state
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.server.home import ServerState

OWNER_ONLY = 0o700
FULL = ("full", "disk I/O error")  # what SQLite says of a disk that takes no more
DOCCANO = re.compile(r"doccano-(\d[\w.]*)-")  # in the name of an environment
ELSEWHERE = "Name a place outside of it; for a backup on a disk or a machine of its own, if possible."
UNREADABLE = "Copy the whole folder to a safe place now, then restore the last backup that is whole."


@dataclass(frozen=True, slots=True)
class FinishedBackup:
    """A backup that was written.

    Args:
        file: the backup.
        size: its bytes.
        manifest: what is in it.
        skipped: files of the home that were left out, and why.
    """

    file: Path
    size: int
    manifest: BackupManifest
    skipped: tuple[str, ...] = ()


def make_backup(
    file: Path, home: Path | None = None, *, replace: bool = False, on_step: Callable[[str], object] = lambda _: None
) -> FinishedBackup:
    """Write a backup of the embedded server.

    Args:
        file: where; its folder is made if it is missing.
        home: the folder of the server; one in the user's data folder by default.
        replace: whether a file that is there is replaced.
        on_step: called with a line for each step.

    Raises:
        NotFoundError: if there is no server in the home.
        InvalidValueError: for a file that is there, or a place in a repository of git or in the home.
        InputError: if the database is damaged; nothing is written then.
        OSError: if the file cannot be written; one that was there stays.
    """
    server_home = find_home(home)
    _require_place(file, replace=replace)
    _require_safe(file, server_home)
    if not server_home.lock.exists() or not server_home.database.exists():
        raise NotFoundError(
            "there is no Doccano in this folder",
            file=server_home.folder,
            remedy="Name the folder of an embedded server with --home; `goldspan help team` is about other ones.",
        )
    with files.new_folder(file) as folder:
        folder.chmod(OWNER_ONLY)
        copies, skipped = _copy_home(server_home, folder, on_step)
        on_step("Checking the copy")
        require_whole(copies[DATABASE], server_home.database)
        state = _readable_state(server_home)
        version = DOCCANO.match(state.environment) if state else None
        manifest = BackupManifest(
            form=FORM,
            time=_now(),
            goldspan=__version__,
            doccano=version[1] if version else "",
            server=state.url if state else "",
            contents=stored_contents(copies[DATABASE]),
            files=describe_files(copies),
        )
        on_step("Writing the backup")
        written = folder / "archive"
        write_archive(written, manifest, copies)
        with opened_archive(written) as archive:
            for member in manifest.files:
                archive.extract(member.name, check := folder / "check")
                check.unlink()
        size = written.stat().st_size
        put_in_place(written, file, replace=replace)
    return FinishedBackup(file, size, manifest, tuple(skipped))


def write_manifest(
    file: Path, server: Doccano, *, replace: bool = False, on_project: Callable[[str], object] = lambda _: None
) -> FinishedBackup:
    """Write what any server shows over its API, without its content: what another server can be compared with.

    Args:
        file: where.
        server: logged in to, by an administrator of the projects.
        replace: whether a file that is there is replaced.
        on_project: called with the name of each project before it is read.

    Raises:
        InvalidValueError: for a file that is there.
        ServerError: if the server does not answer as it should.
    """
    _require_place(file, replace=replace)
    served = served_contents(server, on_project)
    unread = [f"number {number}: {why}" for number, why in served.unread.items()]
    manifest = BackupManifest(
        form=FORM,
        time=_now(),
        goldspan=__version__,
        doccano="",
        server=server.url,
        contents=served.contents,
        files=[],
        unread=unread,
    )
    content = manifest.content()
    with files.replacing(file) as stream:
        stream.write(content)
    return FinishedBackup(file, len(content), manifest, tuple(unread))


def _readable_state(home: ServerHome) -> ServerState | None:
    """The state, if it can be read: a start refuses one that is garbled, and the work is backed up all the same."""
    try:
        return read_state(home)
    except InputError:
        return None


def _copy_home(home: ServerHome, folder: Path, on_step: Callable[[str], object]) -> tuple[dict[str, Path], list[str]]:
    """Copies of what belongs into a backup, by the names of their members; and what was left out."""
    copies, skipped = {DATABASE: folder / DATABASE}, list[str]()
    with files.lock(home.lock, lambda: on_step("Waiting for a start or a stop of the server")):
        on_step("Copying the database")
        copy_database(home.database, copies[DATABASE])
        for name in (SECRET, STATE):
            if (home.folder / name).exists():
                copies[name] = _copy(home.folder / name, folder / name)
    on_step("Copying uploaded files")
    for number, path in enumerate(_uploaded(home)):
        name = path.relative_to(home.folder).as_posix()
        try:
            if not stat.S_ISREG(path.lstat().st_mode) or not is_member_name(name) or not name.isprintable():
                skipped.append(f"{name!a}: no plain file, or a name that cannot be restored")
                continue
            copies[name] = _copy(path, folder / f"file{number}")
        except FileNotFoundError:  # an upload that ended meanwhile
            continue
    return copies, skipped


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, while others write into it, to a new file for its owner alone.

    Raises:
        InputError: if it cannot be read, or the copy has not as many rows.
        OSError: if the disk is full.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | files.BINARY, files.PRIVATE))
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=30, isolation_level=None)) as read,
            closing(sqlite3.connect(target)) as written,
        ):
            read.execute("BEGIN")  # the rows that are counted are those that are copied
            counted = _row_counts(read)
            read.backup(written)
            read.execute("ROLLBACK")
            copied = _row_counts(written)
    except sqlite3.Error as error:
        if any(words in str(error) for words in FULL):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None  # `new_folder` names the file
        raise InputError(f"the database cannot be read: {error}", file=source, remedy=UNREADABLE) from None
    if counted != copied:
        tables = sorted(name for name, number in counted.items() if copied.get(name) != number)
        raise InputError(f"the copy has other rows in {', '.join(tables)}", file=source, remedy=UNREADABLE)


def put_in_place(written: Path, file: Path, *, replace: bool = False) -> None:
    """Give a complete file its place, in one step.

    Args:
        written: the file, on the same disk.
        file: its place.
        replace: whether a file that is there is replaced.

    Raises:
        InvalidValueError: if there is one that is not.
    """
    target = Path(os.path.realpath(file))
    if replace:
        written.replace(target)
        return
    try:
        os.link(written, target)  # which refuses one that came there meanwhile
    except FileExistsError:
        raise _is_there(file) from None
    except OSError:  # a file system without links
        _require_place(file, replace=replace)
        written.replace(target)


def _row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  (its own tables)
        for name in table_names(connection)
    }


def _uploaded(home: ServerHome) -> Iterator[Path]:
    """The files of `media` and `uploads`, in the order of their paths; links are not followed."""
    for folder in (home.folder / "media", home.folder / "uploads"):
        for parent, folders, names in os.walk(folder):
            folders.sort()
            yield from (Path(parent) / name for name in sorted(names))


def _copy(source: Path, target: Path) -> Path:
    with source.open("rb") as read, target.open("xb") as written:
        target.chmod(files.PRIVATE)
        shutil.copyfileobj(read, written)
    return target


def _require_place(file: Path, *, replace: bool) -> None:
    if files.is_stream(file) or file.is_dir():
        raise InvalidValueError(f"{file} is no place for a file", remedy="Name a file.")
    if not replace and files.is_there(file):
        raise _is_there(file)


def _is_there(file: Path) -> InvalidValueError:
    return InvalidValueError("is there already", file=file, remedy="Name another file, or give --replace.")


def require_outside_git(place: Path) -> None:
    """Refuse a place for a server's database in a repository of git, where it would be published.

    Raises:
        InvalidValueError: naming the repository.
    """
    repository = files.git_repository(Path(os.path.realpath(place)).parent)
    if repository is not None:
        raise InvalidValueError(
            f"is in a repository of git, {repository}: a server's database holds the hashes of passwords, and all that "
            "annotators did",
            file=place,
            remedy=ELSEWHERE,
        )


def _require_safe(file: Path, home: ServerHome) -> None:
    """Refuse a place where the secrets would be published, or lost with what they are the backup of."""
    folder = Path(os.path.realpath(file)).parent
    if folder.is_relative_to(home.folder):
        raise InvalidValueError(
            "is in the folder of the server, and would be lost with it", file=file, remedy=ELSEWHERE
        )
    require_outside_git(file)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
