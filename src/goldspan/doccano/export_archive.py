"""The ZIP that Doccano exports, read as untrusted: no part of it is ever unpacked to a file of its name.

A valid export holds `<user>.jsonl` for each member, or `all.jsonl`, and nothing else. Each part is read as a stream,
row by row.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Self

from goldspan import strict_json
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SUFFIX = ".jsonl"
LONGEST_FILE = 255  # bytes of a file's name on the file systems of Linux
MAX_PARTS = 1_000
MAX_TOTAL = 4 << 30  # bytes of all parts, unpacked
MAX_LINE = 64 << 20  # bytes
MAX_RATIO = 400  # of unpacked to packed size, for a part larger than `ANY_RATIO`
ANY_RATIO = 64 << 20  # bytes, unpacked
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x41  # two flag bits
END_RECORD = struct.Struct("<4s4H2LH")  # of a ZIP without a comment (APPNOTE.TXT 4.3.16)
UNTRUSTED = "Do not trust this server: Doccano exports <user>.jsonl for each member and nothing else."
AGAIN = "Export again; if it stays so, something on the way changes or cuts what the server sends."
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


class ExportArchive:
    """An export, open for reading: `with ExportArchive(path) as archive`.

    Args:
        path: the file.
        max_total: the bytes that all parts together may have, unpacked.

    Raises:
        ServerError: if it is not a ZIP, or holds anything that Doccano's exports do not hold.
    """

    def __init__(self, path: Path, *, max_total: int = MAX_TOTAL) -> None:
        self._left = max_total
        with ExitStack() as stack:
            try:
                self._zip = stack.enter_context(zipfile.ZipFile(path))
            except ZIP_ERRORS as error:
                raise _corrupt("the export is not a whole ZIP", error) from None
            _require_whole(path, len(self._zip.infolist()))
            _require_harmless(self._zip.infolist(), max_total)
            self._stack = stack.pop_all()
        self.names = tuple(info.filename.removesuffix(SUFFIX) for info in self._zip.infolist())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of a part, with their line numbers from 1; empty lines are skipped.

        Args:
            name: one of `names`. It is a user name that a server sent: never use it as a path unchecked.

        Raises:
            ServerError: for a part that is cut, larger than its header states, or too large, and for a line that is
                not a JSON object.
        """
        try:
            with self._zip.open(name + SUFFIX) as stream:
                for number, line in enumerate(self._lines(stream, name), start=1):
                    if line.strip():
                        yield number, _row(line, name, number)
        except ZIP_ERRORS as error:
            raise _corrupt(f"the part {_quoted(name)} of the export cannot be read", error) from None

    def _lines(self, stream: IO[bytes], name: str) -> Iterator[bytes]:
        r"""The lines, split at `\n` alone; their bytes are counted, whatever sizes the archive states."""
        while line := stream.readline(MAX_LINE + 1):
            self._left -= len(line)
            if self._left < 0 or len(line) > MAX_LINE:
                raise ServerError(f"the part {_quoted(name)} of the export is too large to be one", remedy=UNTRUSTED)
            yield line


def require_exportable(names: Iterable[str]) -> None:
    """Refuse users whose work Doccano cannot export: it writes a file of each user's name, unchecked.

    A name that is a path is written elsewhere, and the work is missing in the export without a word. Doccano's pages
    take no such names; a login by another system may make any.

    Args:
        names: of the members of a project in which everybody annotates alone.

    Raises:
        ServerError: for the first such name.
    """
    for name in names:
        is_long = len(f"{name}{SUFFIX}".encode("utf-8", "replace")) > LONGEST_FILE
        if "/" in name or "\0" in name or is_long:
            why = f"has more than {LONGEST_FILE - len(SUFFIX)} bytes" if is_long else "is a path"
            raise ServerError(
                f"Doccano cannot export the work of {_quoted(name)}: it writes a file of that name, and the name {why}",
                remedy="Let a superuser rename the user on Doccano's /admin/ page: their work stays theirs. Then "
                "correct the name in the file of --members.",
            )


def require_exported(members: Iterable[str], parts: Iterable[str]) -> None:
    """Refuse an export that lacks the work of a member.

    Raises:
        ServerError: naming them.
    """
    if missing := sorted(set(members).difference(parts)):
        raise ServerError(
            f"the export lacks the work of {', '.join(map(_quoted, missing))}",
            remedy="Try again. If it stays so, the server's disk takes two user names for one, e.g. names that differ "
            "only in case: let a superuser rename one of them on Doccano's /admin/ page.",
        )


def _require_whole(path: Path, parts: int) -> None:
    """Require a directory that hides no entries, with nothing after it."""
    with path.open("rb") as stream:
        stream.seek(-END_RECORD.size, os.SEEK_END)
        signature, _, _, _, count, _, _, comment = END_RECORD.unpack(stream.read())
    if (signature, comment) != (b"PK\x05\x06", 0) or count != parts:
        raise ServerError(
            "the export is not a whole ZIP (its directory does not have the entries that it counts)", remedy=AGAIN
        )


def _require_harmless(infos: list[zipfile.ZipInfo], max_total: int) -> None:
    if len(infos) > MAX_PARTS:
        raise ServerError(f"the export has {len(infos)} parts, more than {MAX_PARTS}", remedy=UNTRUSTED)
    seen = set[str]()
    for info in infos:
        why = _why_harmful(info)
        if why:
            raise ServerError(f"the part {_quoted(info.orig_filename)} of the export {why}", remedy=UNTRUSTED)
        if info.filename in seen:
            raise ServerError(f"the export has two parts of one name, {_quoted(info.filename)}", remedy=UNTRUSTED)
        seen.add(info.filename)
    total = sum(info.file_size for info in infos)
    if total > max_total:
        raise ServerError(f"the export would unpack to {total} bytes, more than {max_total}", remedy=UNTRUSTED)


def _why_harmful(info: zipfile.ZipInfo) -> str:
    """Why a part cannot be of an export of Doccano's; empty if it can."""
    name, kind = info.orig_filename, stat.S_IFMT(info.external_attr >> 16)
    for is_wrong, why in (
        ("/" in name or "\0" in name, "is a path, not a name"),  # while a user of Windows may be DOMAIN\\anna
        (kind not in {0, stat.S_IFREG}, "is not a plain file"),
        (not name.endswith(SUFFIX) or name == SUFFIX, f"is not called <user>{SUFFIX}"),
        (info.flag_bits & ENCRYPTED, "is encrypted"),
        (info.compress_type not in COMPRESSIONS, "is compressed in a way that Doccano does not use"),
        (
            info.file_size > ANY_RATIO and info.file_size > MAX_RATIO * info.compress_size,
            f"would grow from {info.compress_size} to {info.file_size} bytes",
        ),
    ):
        if is_wrong:
            return why
    return ""


def _row(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        row = strict_json.loads(line, nan_as_null=True)
    except strict_json.JSONError as error:
        raise ServerError(
            f"line {number} of the export's part {_quoted(name)} is not JSON: {error}", remedy=error.remedy or AGAIN
        ) from None
    if not isinstance(row, dict):
        raise ServerError(f"line {number} of the export's part {_quoted(name)} is not a JSON object", remedy=AGAIN)
    return row


def _corrupt(what: str, error: BaseException) -> ServerError:
    return ServerError(f"{what} ({type(error).__name__})", remedy=AGAIN)


def _quoted(name: str) -> str:
    """A name as a message may hold it: ASCII, in quotes, short."""
    return f"{name!a:.80}"
