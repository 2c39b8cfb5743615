"""Files read and written safely.

A write is atomic: the new content is written to a file beside, flushed to the disk and renamed, so that a reader sees
the old content or the new one, whatever happens. Several files are all flushed before the first is renamed. A lock
keeps two processes from the same work; the system releases it when its holder ends, even when it is killed.

What is no regular file is written through: `-` is standard output, and an open descriptor (`/dev/stdout`, `/dev/fd/3`),
a device or a pipe gets the whole content once it is complete. A symbolic link stays: the file that it leads to is
replaced, or made.

A temporary file or folder is named `.<name>.goldspan-<host>-<process>-<letters>.part`. One whose process has ended is
removed by the next process that writes into the folder.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import io
import json
import os
import re
import shutil
import socket
import stat
import sys
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    OnRead = Callable[[Path, int, int], object]  # takes a file, how many of its bytes were read, and how many it has

STANDARD_OUTPUT = Path("-")
PARALLEL_FLUSHES = 16
NEW_FILE = 0o666  # before the umask
BUFFER = 1 << 17  # bytes that are read at once where somebody watches
PRIVATE = 0o600  # for the owner alone
NEW_FOLDER = 0o777  # before the umask
BINARY = getattr(os, "O_BINARY", 0)  # for `os.open`: Windows would write line breaks as two characters
BOM = b"\xef\xbb\xbf"
SAVE_IT = "Save its content to a file, and name that."
NO_FILE = {stat.S_IFDIR: ("a folder", "Name a file in it."), stat.S_IFIFO: ("a pipe", SAVE_IT)}
UNREADABLE = {
    errno.ENOENT: "Check its name, and where a link leads to.",
    errno.ENOTDIR: "Check its name: a part of the path is no folder.",
    errno.ELOOP: "Remove the link, which leads to itself.",
    errno.EACCES: "Check the permissions of the file and of its folders.",
    errno.ENAMETOOLONG: "Check its name.",
}
NOT_TEXT = {  # by the first bytes
    b"\x1f\x8b": "It is compressed with gzip: unpack it first.",
    b"BZh91AY&SY": "It is compressed with bzip2: unpack it first.",
    b"\xfd7zXZ\0": "It is compressed with xz: unpack it first.",
    b"\x28\xb5\x2f\xfd": "It is compressed with zstd: unpack it first.",
    b"PK\x03\x04": "It is a ZIP archive: unpack it first.",
    b"\xff\xfe": "It is UTF-16: save it as UTF-8.",
    b"\xfe\xff": "It is UTF-16: save it as UTF-8.",
    b"PAR1": "It is a Parquet file: name it .parquet.",
    b"%PDF": "It is a PDF: save its text as UTF-8.",
}
PART, OLD = ".part", ".old"
LARGEST_HELD = 1 << 30  # bytes of what is read as a whole: what Python makes of it takes several times as much
IN_MEMORY = 1 << 24  # bytes of a content to be written through that are kept in memory; more go to a temporary file
LONGEST_PREFIX = 40  # characters of a file's name in that of its temporary one, whose length is limited
MOST_LINKS = 40  # that are followed, as Linux does
FULL_DISK = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_TEMPORARY = re.compile(r"\.(?P<name>.*)\.goldspan-(?P<host>[0-9a-f]{8})-(?P<process>\d+)-\w+\.(?:part|old)", re.DOTALL)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)  # once: `json.dumps` would create one for each call


_ON_READ: ContextVar[OnRead | None] = ContextVar("on_read", default=None)


def git_repository(folder: Path) -> Path | None:
    """The repository of git that a folder is in: the nearest folder around it with a `.git`; None outside of one."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def is_stream(path: Path) -> bool:
    """Whether a path is written through, not replaced: standard output, an open descriptor, a device, a pipe."""
    if open_descriptor(path) is not None:
        return True
    try:
        kind = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))


def is_standard_output(path: Path) -> bool:
    """Whether a path names the standard output of this process: `-`, `/dev/stdout`, `/dev/fd/1`, or a link to it."""
    return open_descriptor(path) == 1


def open_descriptor(path: Path) -> int | None:
    """The number of the open descriptor of this process that a path names; None for a path to anything else."""
    if path == STANDARD_OUTPUT:
        return 1
    for _ in range(MOST_LINKS):
        if path.name.isdecimal() and os.path.realpath(path.parent) in ("/dev/fd", f"/proc/{os.getpid()}/fd"):
            return int(path.name)
        if not path.is_symlink():
            return None
        path = path.parent / path.readlink()
    return None


@contextlib.contextmanager
def replacing(path: Path, *, mode: int | None = None) -> Iterator[IO[bytes]]:
    """A stream whose content replaces `path` at the end of the block; if the block fails, `path` stays as it was.

    Args:
        path: the file; its folder is made if it is missing. What is no regular file is written through.
        mode: permissions of the file; those of the file replaced by default, or those of any new file.

    Raises:
        InputError: for a folder.
    """
    if is_stream(path):
        with _written_through(path) as stream:
            yield stream
        return
    target = _target(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = _open_beside(target)
    try:
        with naming_full_disk(target), os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(_mode(target) if mode is None else mode)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write(path: Path, text: str, *, mode: int | None = None) -> bool:
    """Write a text as UTF-8; False if the file held the same already.

    Args:
        path: the file; its folder is made if it is missing. What is no regular file is written through.
        text: its whole content.
        mode: permissions of the file, as in `replacing`.

    Raises:
        InputError: for a folder.
    """
    data = text.encode("utf-8")
    if not is_stream(path) and path.is_file() and path.read_bytes() == data:
        remove_abandoned(_target(path).parent)
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
                target = _target(path)
                new_folders += _make_folders(target.parent)
                parts[target] = _write_beside(target, content)
        with ThreadPoolExecutor(PARALLEL_FLUSHES) as pool:  # a disk flushes many files together faster than in turn
            deque(pool.map(_flush, parts.values(), parts), maxlen=0)
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


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path`, to be filled and moved into its place; removed if it is still there at the end.

    Args:
        path: where the folder is to be; its own folder is made if it is missing.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(target.parent)
    with _naming(target):
        folder = Path(tempfile.mkdtemp(prefix=_temporary_prefix(target), suffix=PART, dir=target.parent))
    try:
        folder.chmod(NEW_FOLDER & ~_umask())
        with naming_full_disk(target):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_folder(new: Path, path: Path) -> None:
    """Put a folder of `new_folder` in the place of the one at `path`; at every moment one of the two is complete.

    A process that is killed between the two steps leaves no folder at `path`: `restore_folder` brings the old one back.
    """
    target = Path(os.path.realpath(path))
    if not target.exists():
        new.replace(target)
        return
    old = new.with_suffix(OLD)
    target.replace(old)
    try:
        new.replace(target)
    except BaseException:
        if not target.exists():
            old.replace(target)
        raise
    finally:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def restore_folder(path: Path) -> None:
    """Bring back the folder that an interrupted `replace_folder` had moved aside, or remove it if it was replaced."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        return
    prefix = _temporary_prefix(target).rpartition(".goldspan-")[0]
    for old in sorted(target.parent.glob(f".*.goldspan-*{OLD}")):
        if old.name.rpartition(".goldspan-")[0] != prefix or not _is_abandoned(old):
            continue
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.replace(target)


def remove_abandoned(folder: Path) -> None:
    """Remove the temporary files and folders of processes that have ended; once for each folder and process."""
    _remove_abandoned(str(folder), os.getpid())


@functools.cache
def _remove_abandoned(folder: str, _process: int) -> None:
    with contextlib.suppress(OSError):
        _remove_those_abandoned(Path(entry.path) for entry in os.scandir(folder) if entry.name.endswith(PART))


def remove_abandoned_below(folder: Path) -> None:
    """Remove the temporary files and folders of processes that have ended, in a folder and below."""
    _remove_those_abandoned(folder.rglob(f".*{PART}"))


def _remove_those_abandoned(paths: Iterable[Path]) -> None:
    for path in [*paths]:
        if _is_abandoned(path):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _is_abandoned(path: Path) -> bool:
    """Whether a temporary file or folder was made on this machine by a process that has ended."""
    match = _TEMPORARY.fullmatch(path.name)
    if match is None or match["host"] != _host():
        return False
    import psutil  # here, since it is seldom needed

    return not psutil.pid_exists(int(match["process"]))


@functools.cache
def _host() -> str:
    """This machine, in eight digits: the process numbers of another one say nothing here."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def _target(path: Path) -> Path:
    """The file that is replaced: the one that a symbolic link leads to, else the path itself.

    Raises:
        InputError: for a folder, or links that lead in a circle.
    """
    if path.is_dir():
        raise InputError("is a folder, not a file", file=path, remedy="Name a file.")
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise InputError("is a link that leads in a circle", file=path, remedy="Name a file.")
    return target


@contextlib.contextmanager
def _written_through(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose content is written to a descriptor, device or pipe at the end of the block, if it succeeds."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
        yield cast("IO[bytes]", content)
        content.seek(0)
        number = open_descriptor(path)
        if number == 1 and sys.__stdout__ is None:  # then another file may have its number
            raise InputError("is closed", file="standard output", remedy="Name a file.")
        if number == 1 and sys.stdout is not None:
            sys.stdout.flush()  # what was printed before stands before
        with (
            _naming(path),
            path.open("wb") if number is None else os.fdopen(os.dup(number), "wb") as stream,
        ):
            shutil.copyfileobj(content, stream)


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and its parents; returns those that were missing, outermost first."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _open_beside(path: Path) -> tuple[int, Path]:
    """A new temporary file in the folder of `path`, readable by the owner alone: its descriptor and its path."""
    remove_abandoned(path.parent)
    with _naming(path):
        handle, name = tempfile.mkstemp(prefix=_temporary_prefix(path), suffix=PART, dir=path.parent)
    return handle, Path(name)


def _temporary_prefix(path: Path) -> str:
    name = path.name
    if len(name) > LONGEST_PREFIX:
        name = f"{name[:LONGEST_PREFIX]}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"
    return f".{name}.goldspan-{_host()}-{os.getpid()}-"


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Have an error of the system name the file that was asked for, not the temporary one beside it."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise


@contextlib.contextmanager
def naming_full_disk(path: Path) -> Iterator[None]:
    """Have the error of a full disk name the file that is written: the system does not say which it was."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in FULL_DISK:
            error.filename = str(path)
        raise


def _write_beside(path: Path, content: bytes) -> Path:
    handle, part = _open_beside(path)
    try:
        with naming_full_disk(path), os.fdopen(handle, "wb") as stream:
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


def _flush(part: Path, target: Path) -> None:
    """Wait until a file is on the disk, which is to have the name `target`."""
    with naming_full_disk(target), part.open("rb+") as stream:
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
        raise InputError(f"NUL byte at byte {nul}", file=file, remedy=encoding_remedy(data))
    try:
        text = data[skip:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + skip
        raise InputError(
            f"not UTF-8: byte 0x{data[offset]:02x} at byte {offset}",
            file=file,
            remedy=encoding_remedy(data),
        ) from None
    if not text.strip():
        raise InputError("the file is empty", file=file, remedy="Write its content or remove it.")
    return text


def decode_whole(data: bytes, file: Path | str) -> str:
    """The text of `decode` with its byte order mark, if it has one: for a file that is changed and written back.

    Raises:
        InputError: as `decode` does.
    """
    return "\ufeff" * data.startswith(BOM) + decode(data, file)


def is_there(path: Path) -> bool:
    """Whether anything has this name, be it a folder, a pipe or a link that leads nowhere.

    What is optional is read if it is there: what cannot be read is refused then, not passed over.
    """
    return os.path.lexists(path)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A stream of the bytes of a file, which is read in the block.

    A pipe is refused: it can be read only once, while a file is read first to detect its format and then for its
    content; and a pipe into which nobody writes would be waited for without end.

    Raises:
        InputError: if there is no such file, or it is a folder, a pipe or a device, or cannot be read.
    """
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
        if kind != stat.S_IFREG:
            what, remedy = NO_FILE.get(kind, ("a device", SAVE_IT))
            raise InputError(f"is {what}, not a file", file=path, remedy=remedy)
        on_read = _ON_READ.get()
        with path.open("rb") if on_read is None else io.BufferedReader(_WatchedFile(path, on_read), BUFFER) as stream:
            yield stream
    except OSError as error:
        remedy = UNREADABLE.get(error.errno or 0, "Copy the file to another place and name the copy.")
        raise InputError(f"cannot be read: {error.strerror or error}", file=path, remedy=remedy) from None
    except ValueError:
        if "\0" in str(path):
            raise InputError("has a NUL in its name", file=path, remedy="Rename it.") from None
        raise


class _WatchedFile(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, on_read: OnRead) -> None:
        super().__init__(path)
        self._path, self._on_read = path, on_read
        self._size = os.fstat(self.fileno()).st_size

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  (what holds bytes)
        """Read into a buffer; how many bytes were read."""
        read = super().readinto(buffer)
        self._on_read(self._path, self.tell(), self._size)
        return read

    def readall(self) -> bytes:
        """The rest of the file."""
        data = super().readall()
        self._on_read(self._path, self.tell(), self._size)
        return data


@contextlib.contextmanager
def watched(on_read: OnRead) -> Iterator[None]:
    """Have a function told how far the files are read that are opened in the block."""
    token = _ON_READ.set(on_read)
    try:
        yield
    finally:
        _ON_READ.reset(token)


def state(path: Path) -> tuple[int, int, int, int] | None:
    """What differs once a file is written to or replaced; None if it is no file, or is not there."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    regular = stat.S_ISREG(found.st_mode)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns) if regular else None


def require_small(path: Path) -> None:
    """Refuse a file that is too large to be read as a whole.

    Raises:
        InputError: with its size.
    """
    found = state(path)
    size = found[2] if found else 0
    if size > LARGEST_HELD:
        raise InputError(
            f"has {size:,} bytes: a file of this kind is read as a whole, and may have {LARGEST_HELD:,}",
            file=path,
            remedy="Write its documents or examples into several files.",
        )


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: if it cannot be read, as `opened` says.
    """
    with opened(path) as stream:
        return stream.read()


def sha256(path: Path) -> str:
    """The SHA-256 of the bytes of a file, in hexadecimal.

    Raises:
        InputError: if it cannot be read, as `opened` says.
    """
    digest = hashlib.sha256()
    with opened(path) as stream:
        while part := stream.read(IN_MEMORY):
            digest.update(part)
    return digest.hexdigest()


def folder_sha256(folder: Path) -> str:
    """The SHA-256 of the names and contents of the files in a folder and below, in hexadecimal, without hidden ones.

    Raises:
        InputError: if one cannot be read, as `opened` says.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            digest.update(f"{sha256(path)}  {name.as_posix()}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def require_text(data: bytes, file: Path | str) -> None:
    """Refuse a file that begins as one does that is no text in UTF-8.

    Args:
        data: its first bytes, or more of it.
        file: its path.

    Raises:
        InputError: with what to do.
    """
    if (remedy := _kind_remedy(data)) is not None:
        raise InputError("not a text in UTF-8", file=file, remedy=remedy)


def encoding_remedy(data: bytes) -> str:
    """What to do with a file that is not UTF-8, given its bytes or its first bytes."""
    if (remedy := _kind_remedy(data)) is not None:
        return remedy
    if b"\0" in data:
        return "This is not a text file, or it is UTF-16: save it as UTF-8."
    return "Find out the encoding and convert the file to UTF-8."


def _kind_remedy(data: bytes) -> str | None:
    return next((remedy for beginning, remedy in NOT_TEXT.items() if data.startswith(beginning)), None)


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
