"""A backup as a file: a ZIP with a manifest, Doccano's database, and the secrets of the server.

    manifest.json     the first member: form, time, versions, size and SHA-256 of the others, what is in the projects
    db.sqlite3        a copy of one moment
    secret_key        Django's
    state.json        port and login of the server
    media/, uploads/  files that were uploaded, if there are any

The comment of the ZIP ends with the SHA-256 of all bytes before it: a file that was cut off or damaged anywhere is
refused before anything else of it is believed. That is no signature. A file that somebody made on purpose may have any
content, so each name is checked, and nothing is unpacked beyond the sizes that the manifest states.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import zipfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError

from goldspan import files, strict_json
from goldspan.doccano.backup.contents import Count, ServerContents  # noqa: TC001  (pydantic reads them)
from goldspan.errors import GoldspanError, InputError
from goldspan.validation import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

FORM = 1
MANIFEST, DATABASE, SECRET, STATE = "manifest.json", "db.sqlite3", "secret_key", "state.json"
FOLDERS = ("media", "uploads")
SEAL = b"goldspan doccano backup, SHA-256 of the bytes before: "
DIGEST = 64  # hexadecimal digits
LARGEST_MANIFEST = 1 << 28  # bytes
EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP has no earlier time: the same content makes the same bytes
BLOCK = 1 << 20  # bytes
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
NO_NAME = re.compile(r"[\x00-\x1f\\]|(^|/)(\.{0,2})(/|$)")
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError, RuntimeError, ValueError)
ANOTHER = "Take another copy of it, or another backup."
UNTRUSTED = "Do not trust this file: `goldspan doccano backup` writes no such thing."


class BackupMember(StrictModel):
    """A file in a backup."""

    name: str
    size: Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class BackupManifest(StrictModel):
    """What a backup states of itself.

    Args:
        form: of the manifest.
        time: when it was made, in UTC.
        goldspan: the version that made it.
        doccano: the version that migrated the database last; empty where only the API was asked.
        server: the address of the server.
        contents: what it holds.
        files: the other members, in their order; none where only the manifest was written.
        unread: the names of projects that the account did not administer, where only the API was asked.
    """

    form: int
    time: str
    goldspan: str
    doccano: str
    server: str
    contents: ServerContents
    files: list[BackupMember]
    unread: list[str] = Field(default=[])

    def content(self) -> bytes:
        """The bytes of the file."""
        return (json.dumps(self.model_dump(), indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def describe_files(paths: Mapping[str, Path]) -> list[BackupMember]:
    """Size and SHA-256 of files that are to be members, in their order."""
    return [
        BackupMember(name=name, size=path.stat().st_size, sha256=files.sha256(path)) for name, path in paths.items()
    ]


def write_archive(target: Path, manifest: BackupManifest, paths: Mapping[str, Path]) -> None:
    """Write a backup to a new file, for its owner alone.

    Args:
        target: the file, which must not be there.
        manifest: which describes the files.
        paths: the files, by the names of their members.
    """
    handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | files.BINARY, files.PRIVATE)
    with os.fdopen(handle, "w+b") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = SEAL + b"0" * DIGEST
            archive.writestr(_entry(MANIFEST), manifest.content())
            for name, path in paths.items():
                size = path.stat().st_size
                with path.open("rb") as source, archive.open(_entry(name, size), "w") as member:
                    while block := source.read(BLOCK):
                        member.write(block)
        stream.seek(-DIGEST, os.SEEK_END)
        end = stream.tell()
        stream.seek(0)
        digest = _sha256(stream, end)
        stream.seek(end)
        stream.write(digest.encode())
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def opened_archive(path: Path) -> Iterator[BackupArchive]:
    """A backup, checked as a whole.

    Raises:
        InputError: if it is no backup, is damaged or cut off, holds anything else, or is of a newer form.
    """
    with files.opened(path) as stream:
        _require_seal(path, stream)
        stream.seek(0)
        try:
            with zipfile.ZipFile(stream) as archive:
                yield BackupArchive(path, archive)
        except GoldspanError:
            raise
        except ZIP_ERRORS as error:
            raise InputError(f"is no whole backup ({type(error).__name__})", file=path, remedy=ANOTHER) from None


def read_manifest(path: Path) -> BackupManifest:
    """The manifest of a backup, or one that was written alone.

    Raises:
        InputError: as `opened_archive`, and for a manifest that is not as goldspan writes it.
    """
    with files.opened(path) as stream:
        is_alone = stream.read(1) == b"{"
        if is_alone:
            return parse_manifest(path, b"{" + stream.read(LARGEST_MANIFEST))
    with opened_archive(path) as archive:
        return archive.manifest


def parse_manifest(path: Path, content: bytes) -> BackupManifest:
    """A manifest from its bytes.

    Args:
        path: the file, for the message.
        content: its bytes.

    Raises:
        InputError: if it is not as goldspan writes it, or of a newer form.
    """
    remedy = "Take the file as `goldspan doccano backup` wrote it."
    try:
        value = strict_json.loads(content)
        form = value.get("form") if isinstance(value, dict) else None
        if type(form) is int and form > FORM:
            raise InputError(
                f"is a backup of form {form}, and this goldspan knows up to {FORM}",
                file=path,
                remedy="Install a newer goldspan. Nothing was written.",
            )
        manifest = BackupManifest.model_validate(value)
    except strict_json.JSONError as error:
        raise InputError(f"{MANIFEST} is not JSON: {error}", file=path, line=error.line, remedy=remedy) from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise InputError(f"{MANIFEST} is not as goldspan writes it: {where}", file=path, remedy=remedy) from None
    if manifest.form != FORM:
        raise InputError(f"{MANIFEST} states the form {manifest.form}", file=path, remedy=remedy)
    return manifest


class BackupArchive:
    """A backup that is open for reading; its manifest and the names of its members were checked.

    Args:
        path: the file, for messages.
        archive: the ZIP.

    Raises:
        InputError: if it holds anything but what its manifest states.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._zip = path, archive
        entries = archive.infolist()
        if not entries or entries[0].filename != MANIFEST or entries[0].file_size > LARGEST_MANIFEST:
            raise InputError(f"has no {MANIFEST}", file=path, remedy=UNTRUSTED)
        self.manifest = parse_manifest(path, archive.read(entries[0]))
        self._require_listed(entries)

    def extract(self, name: str, target: Path) -> None:
        """Write a member to a new file, for its owner alone.

        Raises:
            InputError: if its bytes are not those that the manifest states.
        """
        member = next(each for each in self.manifest.files if each.name == name)
        digest, size = hashlib.sha256(), 0
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | files.BINARY, files.PRIVATE)
        with self._zip.open(name) as source, os.fdopen(handle, "wb") as stream:
            while block := source.read(BLOCK):
                size += len(block)
                if size > member.size:
                    break
                digest.update(block)
                stream.write(block)
            stream.flush()
            os.fsync(stream.fileno())
        if (size, digest.hexdigest()) != (member.size, member.sha256):
            raise InputError(f"the member {name} is not the one that the manifest states", file=self._path,
                             remedy=UNTRUSTED)  # fmt: skip

    def _require_listed(self, entries: Sequence[zipfile.ZipInfo]) -> None:
        """Refuse members that are not listed, missing, twice, or of names that lead elsewhere."""
        listed, found = [each.name for each in self.manifest.files], [each.filename for each in entries[1:]]
        for entry in entries:
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if kind not in {0, stat.S_IFREG} or entry.compress_type not in COMPRESSIONS or entry.flag_bits & 1:
                raise InputError(f"the member {entry.filename!a:.80} is no plain file", file=self._path,
                                 remedy=UNTRUSTED)  # fmt: skip
        for name in (*listed, *found):
            if not is_member_name(name):
                raise InputError(f"has a member of the name {name!a:.80}", file=self._path, remedy=UNTRUSTED)
        if found != listed or len({*found}) != len(found) or DATABASE not in found:
            raise InputError("does not hold what its manifest lists", file=self._path, remedy=UNTRUSTED)
        for entry, member in zip(entries[1:], self.manifest.files, strict=True):
            if entry.file_size != member.size:
                raise InputError(f"the member {member.name} is not the one that the manifest states", file=self._path,
                                 remedy=UNTRUSTED)  # fmt: skip


def is_member_name(name: str) -> bool:
    """Whether a backup may have a member of this name: no path of it leads out of a home."""
    if name in {DATABASE, SECRET, STATE}:
        return True
    folder, slash, rest = name.partition("/")
    return folder in FOLDERS and bool(slash and rest) and NO_NAME.search(name) is None


def _entry(name: str, size: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, size
    entry.external_attr = (stat.S_IFREG | files.PRIVATE) << 16
    entry.create_system = 3  # Unix
    return entry


def _require_seal(path: Path, stream: IO[bytes]) -> None:
    """Refuse a file whose last bytes are not the digest of those before."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - len(SEAL) - DIGEST))
    seal, stated = stream.read(len(SEAL)), stream.read()
    if seal != SEAL:
        stream.seek(0)
        why = "is cut off, or damaged at its end" if stream.read(4) == b"PK\x03\x04" else "is no backup"
        remedy = f"{ANOTHER} Name a file that `goldspan doccano backup` wrote."
        raise InputError(why, file=path, remedy=remedy)
    stream.seek(0)
    if _sha256(stream, size - DIGEST).encode() != stated:
        raise InputError("is damaged: its bytes are not those that were written", file=path, remedy=ANOTHER)


def _sha256(stream: IO[bytes], length: int) -> str:
    digest = hashlib.sha256()
    while length > 0 and (block := stream.read(min(BLOCK, length))):
        digest.update(block)
        length -= len(block)
    return digest.hexdigest()
