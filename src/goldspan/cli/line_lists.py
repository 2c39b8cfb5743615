"""Lists of lines in a report: the first screen has the first ones and says how many more there are."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from goldspan.cli import console
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import PurePath

FEW_FILES = 3  # that are named one by one
FOLDERS = 8  # that are named

T = TypeVar("T")


def print_folded(lines: Iterable[str]) -> None:
    """Print lines; on a terminal, one that is too long is folded at spaces."""
    out = console.make_console()
    for line in lines:
        console.print_text(out, line)


def first_of(items: Sequence[T], most: int | None) -> Iterator[T]:
    """The first items; all of them if `most` is None."""
    return islice(items, most)


def remaining(items: Sequence[object], most: int | None) -> Iterator[str]:
    """A line with the number of items that are left, and where they are; nothing if none is left.

    Args:
        items: all of them.
        most: how many were printed; None if all were.
    """
    if most is not None and len(items) > most:
        yield f"  and {len(items) - most:,} more (--full lists them)"


def first_lines(lines: Iterable[str], most: int | None) -> Iterator[str]:
    """The first lines, and how many more there are; all of them if `most` is None."""
    found = list(lines)
    yield from first_of(found, most)
    yield from remaining(found, most)


def file_summary(verb: str, paths: Sequence[PurePath]) -> Iterator[str]:
    """A line on files: which they are, or of many how many are in each folder; nothing if there are none.

    Args:
        verb: what happens to them, e.g. `would write`.
        paths: relative to the project.
    """
    if 0 < len(paths) <= FEW_FILES:
        yield f"{verb} {enumerate_names(path.as_posix() for path in paths)}"
    elif paths:
        folders = Counter(path.parent.as_posix() for path in paths)
        counts = (f"{number:,} in {'the project folder' if folder == '.' else folder}"
                  for folder, number in folders.items())  # fmt: skip
        yield f"{verb} {amount(len(paths), 'file')}: {enumerate_names(counts, most=FOLDERS)}"
