"""Reading and writing files without losing or half writing anything.

Several files at once: all are ready beside their places before the first takes its place.

One at a time: a lock on a file, which the system lets go when its holder ends, however it ends.
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

from goldspan.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

AT_ONCE = 16  # files that are flushed at the same time
NEW_FILE = 0o666  # before the umask


def put(contents: Mapping[Path, bytes | None]) -> None:
    """Write these files; one without content is removed, and its folder with it if that is left empty.

    What can fail for want of room or of permission fails while nothing has changed: then no file is touched, and
    nothing is left lying beside them.

    Raises:
        InputError: for a place where something stands that is no file.
        OSError: if a file cannot be written.
    """
    for path in contents:
        if path.exists() and not path.is_file():
            raise InputError("is there, but is no file", file=path, remedy="Move it out of the way.")
    made: list[Path] = []
    ready: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            if content is not None:
                made += _folders(path.parent)
                ready[path] = _beside(path, content)
        with ThreadPoolExecutor(AT_ONCE) as pool:  # a file system flushes many files together sooner than one by one
            deque(pool.map(_flush, ready.values()), maxlen=0)
        for path in list(ready):
            ready[path].replace(path)
            del ready[path]
    finally:
        for part in ready.values():
            part.unlink(missing_ok=True)
        _tidy_up(reversed(made))
    gone = [path for path, content in contents.items() if content is None]
    for path in gone:
        path.unlink(missing_ok=True)
    _tidy_up(path.parent for path in gone)


def _folders(folder: Path) -> list[Path]:
    """Make a folder and those around it; the ones that were not there, outermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _beside(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else NEW_FILE & ~_umask())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _flush(part: Path) -> None:
    """Wait until a file is on the disk."""
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())


def _tidy_up(folders: Iterable[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):  # not empty, or gone already
            folder.rmdir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def held(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock; `waiting` is called once if another process holds it.

    Raises:
        NotFoundError: on a system without POSIX locks.
    """
    try:
        import fcntl
    except ImportError:
        raise NotFoundError(
            "the embedded server needs Linux or macOS",
            remedy="Use a Doccano elsewhere: set DOCCANO_URL, DOCCANO_USERNAME and DOCCANO_PASSWORD.",
        ) from None
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


BOM = b"\xef\xbb\xbf"
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)  # made once: `json.dumps` would make one each time


def decode(data: bytes, file: Path | str) -> str:
    """The text of an article's bytes: UTF-8, every code point kept as it is, a byte order mark left out.

    Raises:
        InputError: for bytes that are not UTF-8 or a NUL, with the byte offset; for nothing but blanks.
    """
    skip = len(BOM) if data.startswith(BOM) else 0
    nul = data.find(b"\0")
    if nul >= 0:
        raise InputError(
            f"NUL byte at byte {nul}",
            file=file,
            remedy="This is no text file, or it is UTF-16: save it as UTF-8.",
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
        raise InputError("the file is empty", file=file, remedy="Put the article into it or remove it.")
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

    U+2028 and U+0085 may stand inside a line. A last line without a newline counts; an empty rest does not.
    """
    start, number = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield number, data[start:end]
        start, number = end + 1, number + 1


def dumps(value: Any) -> str:  # noqa: ANN401  (JSON is any)
    """The canonical JSON of one line: keys in the given order, `, ` and `: `, nothing escaped needlessly."""
    return _ENCODER.encode(value)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to that takes the place of `path` when all is well, and vanishes when not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write(path: Path, text: str) -> bool:
    """Write a text as UTF-8, beside and then in place; False if the file held just that already."""
    data = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == data:
        return False
    with replacing(path) as stream:
        stream.write(data)
    return True
