"""Files read and written safely.

A write is atomic: the new content is written to a file beside, flushed to the disk and renamed, so that a reader sees
the old content or the new one, whatever happens. Several files are all flushed before the first is renamed. A lock
keeps two processes from the same work; the system releases it when its holder ends, even when it is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

PARALLEL_FLUSHES = 16
NEW_FILE = 0o666  # before the umask
PRIVATE = 0o600  # for the owner alone
BOM = b"\xef\xbb\xbf"
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)  # once: `json.dumps` would create one for each call


@contextlib.contextmanager
def replacing(path: Path, *, mode: int | None = None) -> Iterator[IO[bytes]]:
    """A stream whose content replaces `path` at the end of the block; if the block fails, `path` stays as it was.

    Args:
        path: the file; its folder is made if it is missing.
        mode: permissions of the file; those of the file replaced by default, or those of any new file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = _open_beside(path)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(_mode(path) if mode is None else mode)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write(path: Path, text: str, *, mode: int | None = None) -> bool:
    """Write a text as UTF-8; False if the file held the same already.

    Args:
        path: the file; its folder is made if it is missing.
        text: its whole content.
        mode: permissions of the file, as in `replacing`.
    """
    data = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == data:
        if mode is not None:
            path.chmod(mode)
        return False
    with replacing(path, mode=mode) as stream:
        stream.write(data)
    return True


def write_all(contents: Mapping[Path, bytes | None]) -> None:
    """Write several files; one whose content is None is removed, and its folder with it if that is left empty.

    A full disk or a missing permission shows before the first file is replaced: then all are as they were, and no
    temporary file is left.

    Raises:
        InputError: for a path that exists and is not a file.
        OSError: if a file cannot be written.
    """
    for path in contents:
        if path.exists() and not path.is_file():
            raise InputError("exists and is not a file", file=path, remedy="Move it out of the way.")
    new_folders: list[Path] = []
    parts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            if content is not None:
                new_folders += _make_folders(path.parent)
                parts[path] = _write_beside(path, content)
        with ThreadPoolExecutor(PARALLEL_FLUSHES) as pool:  # a disk flushes many files together faster than in turn
            deque(pool.map(_flush, parts.values()), maxlen=0)
        for path in list(parts):
            parts[path].replace(path)
            del parts[path]
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
        _remove_empty(reversed(new_folders))
    removed = [path for path, content in contents.items() if content is None]
    for path in removed:
        path.unlink(missing_ok=True)
    _remove_empty(path.parent for path in removed)


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and its parents; returns those that were missing, outermost first."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _open_beside(path: Path) -> tuple[int, Path]:
    """A new temporary file in the folder of `path`, readable by the owner alone: its descriptor and its path."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".part", dir=path.parent)
    return handle, Path(name)


def _write_beside(path: Path, content: bytes) -> Path:
    handle, part = _open_beside(path)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        part.chmod(_mode(path))
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _mode(path: Path) -> int:
    """The permissions of a file, or those that a new one would get."""
    return path.stat().st_mode & 0o777 if path.exists() else NEW_FILE & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _flush(part: Path) -> None:
    """Wait until a file is on the disk."""
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):  # not empty, or removed already
            folder.rmdir()


@contextlib.contextmanager
def lock(path: Path, on_wait: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Hold the lock of a file for the length of the block; waits while another process holds it.

    Args:
        path: the lock file; it stays when the lock is released, since removing it could let two processes in.
        on_wait: called once before waiting, if another process holds the lock.
    """
    from filelock import FileLock, Timeout

    file_lock = FileLock(path, mode=PRIVATE)
    try:
        file_lock.acquire(timeout=0)
    except Timeout:
        on_wait()
        file_lock.acquire()
    try:
        yield
    finally:
        file_lock.release()


def decode(data: bytes, file: Path | str) -> str:
    """The text of a file's bytes: UTF-8, every code point kept, without a byte order mark.

    Raises:
        InputError: for bytes that are not UTF-8 or a NUL, with the byte offset; for a file of white space only.
    """
    skip = len(BOM) if data.startswith(BOM) else 0
    nul = data.find(b"\0")
    if nul >= 0:
        raise InputError(
            f"NUL byte at byte {nul}",
            file=file,
            remedy="This is not a text file, or it is UTF-16: save it as UTF-8.",
        )
    try:
        text = data[skip:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + skip
        raise InputError(
            f"not UTF-8: byte 0x{data[offset]:02x} at byte {offset}",
            file=file,
            remedy="Find out the encoding and convert the file to UTF-8.",
        ) from None
    if not text.strip():
        raise InputError("the file is empty", file=file, remedy="Write its content or remove it.")
    return text


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=path) from None


def lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    r"""The lines of a JSONL file, numbered from 1, cut at `\n` alone and without it.

    U+2028 and U+0085 do not end a line. A last line without a newline counts, unless it is empty.
    """
    start, number = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield number, data[start:end]
        start, number = end + 1, number + 1


def dumps(value: Any) -> str:  # noqa: ANN401  (JSON is any)
    """The canonical JSON of one line: keys in the given order, `, ` and `: `, escapes only where JSON demands them."""
    return _ENCODER.encode(value)
