"""The file formats: one module each, which alone reads and writes it.

A format module has `SUFFIXES`, `scan(path)` (each example as a `Record`, or as the `InputError` that says why it is
none) and `write(path, examples)`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.formats.record import Record
    from goldspan.values import Example

NAMES = ("gold",)


class Format(Protocol):
    """What every format module offers."""

    SUFFIXES: tuple[str, ...]

    def scan(self, path: Path) -> Iterator[Record | InputError]:
        """Each example of the file, or the error that stands in its place."""

    def write(self, path: Path, examples: Iterable[Example]) -> None:
        """Write the examples, beside and then in place."""


def get(name: str) -> Format:
    """The module of a format, imported when first asked for.

    Raises:
        InputError: for a name that is no format's.
    """
    if name not in NAMES:
        raise InputError(f"there is no format {name!r}", remedy=f"The formats are {', '.join(NAMES)}.")
    return cast("Format", import_module(f"goldspan.formats.{name}"))


def load(path: Path, name: str = "gold") -> list[Example]:
    """All examples of a file.

    Raises:
        InputError: for the first that is not valid.
    """
    examples = []
    for record in get(name).scan(path):
        if isinstance(record, InputError):
            raise record
        examples.append(record.example())
    return examples
