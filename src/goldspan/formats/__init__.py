"""The file formats: one module each, which alone reads and writes it, and a registry of them (`registry.py`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.formats.options import DEFAULT, ReadOptions, WriteOptions
from goldspan.formats.record import several_annotators
from goldspan.formats.registry import (
    ALIASES,
    CHOICES,
    FORMATS,
    NAMES,
    TOKEN_FORMATS,
    WRITABLE,
    Format,
    canonical,
    detect,
    get,
)

if TYPE_CHECKING:
    from goldspan.annotation import Example

__all__ = [
    "ALIASES",
    "CHOICES",
    "FORMATS",
    "NAMES",
    "TOKEN_FORMATS",
    "WRITABLE",
    "Format",
    "ReadOptions",
    "WriteOptions",
    "canonical",
    "detect",
    "get",
    "load",
]


def load(path: Path | str, name: str | None = None, options: ReadOptions = DEFAULT) -> list[Example]:
    """All examples of a file, or of a folder in a format of folders.

    Args:
        path: the file or folder.
        name: its format; detected from its content if not named.
        options: how to read it.

    Raises:
        InputError: for the first that is not valid, and for an example that several people annotated.
    """
    path = Path(path)
    examples = []
    annotators: dict[str, str | None] = {}
    for record in get(name or detect(path)).scan(path, options):
        if isinstance(record, InputError):
            raise record
        if annotators.setdefault(record.id, record.annotator) != record.annotator:
            if record.is_unannotated:  # whoever skipped it has no reading of it
                continue
            raise several_annotators(record, annotators[record.id])
        examples.append(record.example())
    return examples
