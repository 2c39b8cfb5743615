"""The file formats: one module each, which alone reads and writes it, and a registry of them (`registry.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.formats.options import DEFAULT, ReadOptions, WriteOptions
from goldspan.formats.registry import ALIASES, CHOICES, FORMATS, NAMES, TOKEN_FORMATS, Format, canonical, detect, get

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.annotation import Example

__all__ = [
    "ALIASES",
    "CHOICES",
    "FORMATS",
    "NAMES",
    "TOKEN_FORMATS",
    "Format",
    "ReadOptions",
    "WriteOptions",
    "canonical",
    "detect",
    "get",
    "load",
]


def load(path: Path, name: str | None = None, options: ReadOptions = DEFAULT) -> list[Example]:
    """All examples of a file, or of a folder in a format of folders.

    Args:
        path: the file or folder.
        name: its format; detected from its content if not named.
        options: how to read it.

    Raises:
        InputError: for the first that is not valid.
    """
    examples = []
    for record in get(name or detect(path)).scan(path, options):
        if isinstance(record, InputError):
            raise record
        examples.append(record.example())
    return examples
