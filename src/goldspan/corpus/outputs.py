"""Where a command may write what it was asked for: never onto the sources of a project, nor onto what it reads.

Every option that names an output is checked here. What may be overwritten is what such a command writes: a report of
its kind, a file of annotation. Anything else that is there is somebody's work, and left alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from goldspan import files, strict_json
from goldspan.errors import InputError
from goldspan.formats.registry import try_detect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANIFEST = "corpus/manifest.jsonl"
SOURCES = (  # of a project: what people write, and what is derived from it with a plan and --apply
    "seeds", "annotation_guidelines", "corpus/gold", "corpus/passes", "corpus/decisions", "corpus/controls",
    "corpus/splits", MANIFEST, "corpus/annotators.toml", "corpus/doccano.toml", "corpus/rejections.jsonl",
    "corpus/doubts", "corpus/audits", "corpus/assignments", "corpus/shown",
    "corpus/reading_order.jsonl", "corpus/releases", "corpus/withdrawn.jsonl",
    "corpus/README.md", "corpus/DATA_STATEMENT.md", "corpus/CHANGELOG.md", "corpus/STATS.md",
    "goldspan.toml",
)  # fmt: skip
HTML = (b"<!doctype html", b"<html")
HEAD = 1_000  # bytes of a page in which it says that it is one

Kind = Literal["json", "html", "annotation"]


def validate_file(path: Path, kind: Kind, inputs: Iterable[Path] = ()) -> None:
    """Refuse a file as the output of a command.

    Args:
        path: the file; standard output, a device or a pipe is always fit.
        kind: what is to be written; a file that is there is overwritten if it holds the same kind of thing.
        inputs: the files and folders that the command reads.

    Raises:
        InputError: for a source of a project, a file that is read, a file that holds something else.
    """
    if files.is_stream(path):
        return
    _validate_place(path)
    if not path.is_file():
        return
    for source in inputs:
        if _is_same(path, source) or (source.is_dir() and _is_same(path.parent, source) and kind == "annotation"):
            raise InputError("is read by this command: it cannot be its output", file=path, remedy="Name another file.")
    if path.stat().st_size and not _holds(path, kind):
        raise InputError(
            f"exists and holds no {'page' if kind == 'html' else 'annotation' if kind == 'annotation' else 'report'}",
            file=path,
            remedy="It is left alone: name another file, or remove it.",
        )


def validate_folder(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse a folder as the output of a command.

    Args:
        path: the folder.
        inputs: the files and folders that the command reads.

    Raises:
        InputError: for a source of a project or a folder that holds one, a folder that is read or lies in one, and what
            is no folder.
    """
    if files.is_stream(path) or (path.exists() and not path.is_dir()):
        raise InputError("a folder is written, not a file", file=path, remedy="Name a folder.")
    if above := next((folder for folder in path.parents if folder.is_file()), None):
        raise InputError(f"{above} is a file, not a folder", file=path, remedy="Name a folder in another place.")
    _validate_place(path)
    target = Path(os.path.realpath(path))
    if (target / MANIFEST).is_file() or target / "manifest.jsonl" == target.parent / MANIFEST:
        raise InputError("holds the sources of a project", file=path, remedy="Name a folder of its own.")
    for source in inputs:
        if source.is_dir() and any(_is_same(place, source) for place in (target, *target.parents)):
            raise InputError(
                "lies in a folder that is read", file=path, remedy="Name a folder outside of it: it would be read, too."
            )


def _validate_place(path: Path) -> None:
    """Refuse what belongs to the sources of the project around it."""
    target = Path(os.path.realpath(path))
    for root in target.parents:
        if (root / MANIFEST).is_file():
            for name in SOURCES:
                if any(place == root / name or _is_same(place, root / name) for place in _up_to(target, root)):
                    raise InputError(
                        f"{name} belongs to the sources of the project, which no command takes for its output",
                        file=path,
                        remedy="Name another one, e.g. in build/, and copy from there what you want to keep.",
                    )


def _up_to(path: Path, root: Path) -> Iterator[Path]:
    """A path and its parents below `root`."""
    for place in (path, *path.parents):
        if place == root:
            return
        yield place


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _holds(path: Path, kind: Kind) -> bool:
    """Whether a file holds a thing of a kind."""
    if kind == "annotation":
        try:
            return try_detect(path) is not None
        except InputError:
            return False
    data = files.read_bytes(path)
    if kind == "html":
        return any(mark in data[:HEAD].lower() for mark in HTML)
    try:
        return isinstance(strict_json.loads(data), (dict, list))
    except ValueError:
        return False
