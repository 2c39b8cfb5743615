"""The ZIP that Doccano exports, read as what a stranger sent: nothing in it is ever unpacked to a file of that name.

A sound one holds `<user>.jsonl` per member, or `all.jsonl`, and nothing else. Each is read as a stream, row by row.
"""

from __future__ import annotations

import json
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Self

from goldspan.errors import ServerError
from goldspan.formats.json_lines import loads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIX = ".jsonl"
MEMBERS = 1_000
LARGEST = 4 << 30
HARMLESS = 64 << 20
RATIO = 400
LINE = 64 << 20
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x41  # two flag bits
END = struct.Struct("<4s4H2LH")  # the end record of a ZIP without a comment (APPNOTE.TXT 4.3.16)
REMEDY = "Do not trust this server: Doccano exports <user>.jsonl per member and nothing else."
AGAIN = "Export again; if it stays so, something on the way changes or cuts what the server sends."
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


class ExportArchive:
    """An export, open for reading: `with Archive(path) as archive`.

    Args:
        path: the file.
        largest: the bytes that all members together may have, unpacked.

    Raises:
        ServerError: if it is no ZIP, or holds anything that no export of Doccano's holds.
    """

    def __init__(self, path: Path, *, largest: int = LARGEST) -> None:
        self._left = largest
        with ExitStack() as stack:
            try:
                self._zip = stack.enter_context(zipfile.ZipFile(path))
            except BROKEN as error:
                raise _broken("the export is no whole ZIP", error) from None
            _require_whole(path, len(self._zip.infolist()))
            _require_harmless(self._zip.infolist(), largest)
            self._stack = stack.pop_all()
        self.names = tuple(info.filename.removesuffix(SUFFIX) for info in self._zip.infolist())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of a member, numbered from 1; blank lines are passed over.

        Args:
            name: one of `names`. It is what a server calls a user: never use it as a path unlooked at.

        Raises:
            ServerError: for a member that is cut, larger than it says, or too large; for a line that is no JSON object.
        """
        try:
            with self._zip.open(name + SUFFIX) as stream:
                for number, line in enumerate(self._lines(stream, name), start=1):
                    if line.strip():
                        yield number, _row(line, name, number)
        except BROKEN as error:
            raise _broken(f"the part {_shown(name)} of the export cannot be read", error) from None

    def _lines(self, stream: IO[bytes], name: str) -> Iterator[bytes]:
        r"""The lines, cut at `\n` alone; what they hold is counted, whatever the archive said."""
        while line := stream.readline(LINE + 1):
            self._left -= len(line)
            if self._left < 0 or len(line) > LINE:
                raise ServerError(f"the part {_shown(name)} of the export is too large to be one", remedy=REMEDY)
            yield line


def _require_whole(path: Path, parts: int) -> None:
    """Refuse a directory in which entries are hidden, and anything that follows it."""
    with path.open("rb") as stream:
        stream.seek(-END.size, os.SEEK_END)
        mark, _, _, _, counted, _, _, comment = END.unpack(stream.read())
    if (mark, comment) != (b"PK\x05\x06", 0) or counted != parts:
        raise ServerError("the export is no whole ZIP (its directory does not hold what it counts)", remedy=AGAIN)


def _require_harmless(infos: list[zipfile.ZipInfo], largest: int) -> None:
    if len(infos) > MEMBERS:
        raise ServerError(f"the export has {len(infos)} parts, more than {MEMBERS}", remedy=REMEDY)
    seen: dict[str, str] = {}
    for info in infos:
        why = _why_harmful(info)
        if why:
            raise ServerError(f"the part {_shown(info.orig_filename)} of the export {why}", remedy=REMEDY)
        name = unicodedata.normalize("NFC", info.filename).casefold()
        if name in seen:
            raise ServerError(
                f"the export has two parts of one name, {_shown(seen[name])} and {_shown(info.filename)}",
                remedy="Names of users must differ in more than case: rename one in Doccano.",
            )
        seen[name] = info.filename
    total = sum(info.file_size for info in infos)
    if total > largest:
        raise ServerError(f"the export would unpack to {total} bytes, more than {largest}", remedy=REMEDY)


def _why_harmful(info: zipfile.ZipInfo) -> str:
    """What no export of Doccano's is, or nothing."""
    name, kind = info.orig_filename, stat.S_IFMT(info.external_attr >> 16)
    for wrong, why in (
        ("/" in name or "\\" in name or "\0" in name, "is a path, not a name"),
        (kind not in {0, stat.S_IFREG}, "is no plain file"),
        (not name.endswith(SUFFIX) or name == SUFFIX, f"is not called <user>{SUFFIX}"),
        (info.flag_bits & ENCRYPTED, "is encrypted"),
        (info.compress_type not in PACKINGS, "is packed in a way that Doccano does not use"),
        (
            info.file_size > HARMLESS and info.file_size > RATIO * info.compress_size,
            f"would swell from {info.compress_size} to {info.file_size} bytes",
        ),
    ):
        if wrong:
            return why
    return ""


def _row(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        row = loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise ServerError(
            f"line {number} of the export's part {_shown(name)} is no JSON: {why}", remedy=AGAIN
        ) from None
    if not isinstance(row, dict):
        raise ServerError(f"line {number} of the export's part {_shown(name)} is no JSON object", remedy=AGAIN)
    return row


def _broken(what: str, error: BaseException) -> ServerError:
    return ServerError(f"{what} ({type(error).__name__})", remedy=AGAIN)


def _shown(name: str) -> str:
    """A name as a message may hold it: ASCII, in quotes, short."""
    return f"{name!a:.80}"
