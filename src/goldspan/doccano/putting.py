"""Several files at once: all are ready beside their places before the first takes its place."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
