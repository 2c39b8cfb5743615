"""What decides the suggestions of a recogniser besides its table: files of the project, models, installed packages.

The module of each kind has a function `inputs`, beside its `of_table`, which says what that one reads. By it is known
when suggestions are no longer those that would be made now, and what another machine needs to make the same ones.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import files

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class InputFiles:
    """Files that decide suggestions together.

    Args:
        name: under which they are recorded: their path in the project, without one of this machine.
        paths: the files.
        folder: against which their paths are recorded; None for a single file.
        content: what of a single file decides, if it is not all of it.
    """

    name: str
    paths: tuple[Path, ...]
    folder: Path | None = None
    content: str | None = None

    def digest(self) -> str:
        """The SHA-256 of the file, or of what of it decides; of several files, that of their names and digests.

        Raises:
            InputError: for a file that cannot be read.
        """
        if self.content is not None:
            return hashlib.sha256(self.content.encode()).hexdigest()
        if self.folder is None:
            return files.sha256(self.paths[0])
        lines = (f"{files.sha256(path)}  {path.relative_to(self.folder).as_posix()}\n" for path in sorted(self.paths))
        return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserInputs:
    """What decides the suggestions of a recogniser besides its table.

    Args:
        files: of the project or elsewhere on this machine.
        packages: the names of installed distributions, whose versions count.
        asks_server: whether it asks a server, whose answers no file decides.
    """

    files: tuple[InputFiles, ...] = ()
    packages: tuple[str, ...] = ()
    asks_server: bool = False


def input_file(root: Path, path: Path, content: str | None = None) -> InputFiles:
    """A file that a table names.

    Args:
        root: the folder of the project.
        path: of the file.
        content: what of it decides, if it is not all of it.
    """
    return InputFiles(recorded_name(root, path), (path,), content=content)


def input_folder(root: Path, folder: Path, paths: Iterable[Path] | None = None) -> InputFiles:
    """Files of a folder that a table names.

    Args:
        root: the folder of the project.
        folder: of the files.
        paths: the files; None for all that are there and below, without hidden ones.
    """
    if paths is None:
        paths = (path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path.relative_to(folder)))
    return InputFiles(recorded_name(root, folder), tuple(sorted(paths)), folder)


def recorded_name(root: Path, path: Path) -> str:
    """The path of a file relative to the project; of one that is named by an absolute path elsewhere, its last part."""
    return place_in_project(root, path) or Path(os.path.normpath(path)).name


def place_in_project(root: Path, path: Path) -> str | None:
    """The path of a file relative to the project, as `../names.txt` of one beside it; None if it is elsewhere.

    Args:
        root: the folder of the project.
        path: of the file; one that a table states relative to the project begins with `root`.
    """
    if path.is_relative_to(root):
        return Path(os.path.relpath(path, root)).as_posix()
    own, base = Path(os.path.realpath(path)), os.path.realpath(root)
    return own.relative_to(base).as_posix() if own.is_relative_to(base) else None


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
