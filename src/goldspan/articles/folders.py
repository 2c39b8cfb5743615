"""The files that paths name: themselves, or all of a kind inside a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def files_of(paths: Iterable[Path], suffixes: Sequence[str]) -> Iterator[Path]:
    """The files with one of these suffixes, one at a time: those named, and those in the folders named.

    A folder is read with its subfolders, each sorted by name, and without what begins with a dot.

    Args:
        paths: files and folders; all are looked at before the first is read.
        suffixes: in small letters, `.txt`; those of the files may be in capitals.

    Raises:
        InputError: for a path that does not exist, a file of another kind, a folder that holds no file of these kinds.
    """
    named = list(paths)
    for path in named:
        _check(path, suffixes)
    for path in named:
        if path.is_dir():
            yield from _walk(path, suffixes)
        else:
            yield path


def _check(path: Path, suffixes: Sequence[str]) -> None:
    kinds = ", ".join(suffixes)
    if not path.exists():
        raise InputError("there is no such file or folder", file=path, remedy="Check how the path is spelt.")
    if path.is_dir():
        if not any(True for _ in _walk(path, suffixes)):
            raise InputError(f"the folder holds no {kinds}", file=path, remedy="Name a folder or file with articles.")
    elif path.suffix.lower() not in suffixes:
        raise InputError(f"not one of {kinds}", file=path, remedy="Convert it, or name another file.")


def _walk(folder: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    for where, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(tuple(suffixes)) and not name.startswith("."):
                yield Path(where) / name


def _refuse(error: OSError) -> None:
    raise InputError(f"cannot be read: {error.strerror or error}", file=error.filename)
