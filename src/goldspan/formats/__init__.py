"""The file formats: one module each, which alone reads and writes it, and a registry of them (`registry.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.formats.registry import ALIASES, CHOICES, FORMATS, NAMES, TOKEN_FORMATS, Format, canonical, detect, get

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.annotation import Example

__all__ = ["ALIASES", "CHOICES", "FORMATS", "NAMES", "TOKEN_FORMATS", "Format", "canonical", "detect", "get", "load"]


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
