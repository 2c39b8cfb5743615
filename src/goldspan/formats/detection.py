"""The format of a file, detected from its content; the suffix decides where a file is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.formats.registry import CHOICES, FORMATS
from goldspan.formats.sample import FileSample

if TYPE_CHECKING:
    from pathlib import Path


def detect(path: Path) -> str:
    """The name of the format of a file or folder.

    Raises:
        InputError: if it cannot be detected or read.
    """
    name = try_detect(path)
    if name is None:
        raise InputError(
            "its format cannot be detected", file=path, remedy=f"Name it: the formats are {', '.join(CHOICES)}."
        )
    return name


def try_detect(path: Path) -> str | None:
    """The name of the format of a file or folder; None if it cannot be detected.

    Raises:
        InputError: if there is no such file, or it cannot be read.
    """
    if path.is_dir():
        return next((entry.name for entry in FORMATS if entry.is_format_of_folder(path)), None)
    sample = FileSample(path)
    return next((entry.name for entry in FORMATS if entry.is_format_of(sample)), None)
