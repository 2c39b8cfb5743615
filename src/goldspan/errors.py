"""Every error that goldspan raises on purpose.

    GoldspanError
    ├── InputError        a file or a line is not what it should be
    ├── InvalidValueError      a value that cannot exist was asked for (also a ValueError)
    ├── NotFoundError       something that must be there is not: a folder, an extra, a pipeline
    └── ServerError       a server answered what it should not, or not at all

Each knows what it is about (file, line, example) and says what to do.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class GoldspanError(Exception):
    """What went wrong, where, and what to do about it.

    Args:
        message: what is wrong, without a full stop.
        file: the file it is about.
        line: the line in that file, from 1.
        example: the id of the example.
        remedy: what the reader can do, as a sentence.
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        line: int | None = None,
        example: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.example = example
        self.remedy = remedy

    def __str__(self) -> str:
        """The place, the message and the remedy, on one or two lines."""
        place = "" if self.file is None else str(self.file)
        if place and self.line is not None:
            place += f":{self.line}"
        parts = [part for part in (place, self.example, self.message) if part]
        text = ": ".join(parts)
        return text if self.remedy is None else f"{text}\n  {self.remedy}"


class InputError(GoldspanError):
    """A file, or a line of it, is not what it should be."""


class InvalidValueError(GoldspanError, ValueError):
    """A value that cannot exist was asked for."""


class NotFoundError(GoldspanError):
    """Something that must be there is not: a folder, an extra, a pipeline."""


class ServerError(GoldspanError):
    """A server answered what it should not, or not at all."""


_FORMER = {"ValueRefused": InvalidValueError, "MissingPart": NotFoundError}


def __getattr__(name: str) -> type[GoldspanError]:
    """The former names of two errors, which go with the next release."""
    if name not in _FORMER:
        raise AttributeError(f"module 'goldspan.errors' has no attribute {name!r}")
    warnings.warn(
        f"{name} is {_FORMER[name].__name__} now; the old name goes with the next release.", DeprecationWarning, 2
    )
    return _FORMER[name]
