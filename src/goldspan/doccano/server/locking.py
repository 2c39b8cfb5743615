"""One at a time: a lock on a file, which the system lets go when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from goldspan.errors import MissingPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextlib.contextmanager
def held(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock; `waiting` is called once if another process holds it.

    Raises:
        MissingPart: on a system without POSIX locks.
    """
    try:
        import fcntl
    except ImportError:
        raise MissingPart(
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
