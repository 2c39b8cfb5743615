"""Every error that goldspan raises on purpose.

    GoldspanError
    ├── InputError         a file, or a line of it, is not valid
    │   ├── checks.FindingsError  the checks find errors in what is to be used
    │   └── models.recogniser_model.NothingToLearnError  no span that a model can learn
    ├── InvalidValueError  a value is not valid (also a ValueError)
    ├── NotFoundError      something needed is missing: a folder, an extra, a pipeline
    └── ServerError        a server gave a wrong answer, or none

Each holds its place (file, line, example) and a remedy.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


def one_line(name: str) -> str:
    """A name from a file or a file system as it stands in a message: what cannot be printed is escaped."""
    return name if name.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)


class GoldspanError(Exception):
    """What is wrong, where, and what to do about it.

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
        parts = [part for part in (one_line(place), one_line(self.example or ""), self.message) if part]
        text = ": ".join(parts)
        return text if self.remedy is None else f"{text}\n  {self.remedy}"


class InputError(GoldspanError):
    """A file, or a line of it, is not valid."""


class InvalidValueError(GoldspanError, ValueError):
    """A value is not valid."""


class NotFoundError(GoldspanError):
    """Something needed is missing: a folder, an extra, a pipeline."""


class ServerError(GoldspanError):
    """A server gave a wrong answer, or none."""


class PairingWarning(UserWarning):
    """A part of gold or of a prediction has no counterpart on the other side."""


class FormerName(NamedTuple):
    """A name that was replaced.

    Args:
        new: what stands for it now.
        since: the version that replaced it, as its major and minor number.
    """

    new: type[GoldspanError]
    since: tuple[int, int]


KEPT_RELEASES = 2  # minor releases for which a name stays after the one that deprecated it; docs/versions.md says so
FORMER_NAMES = {"ValueRefused": FormerName(InvalidValueError, (0, 1)), "MissingPart": FormerName(NotFoundError, (0, 1))}


def former_name(name: str, module: str, stacklevel: int) -> type[GoldspanError]:
    """What stands for a name that was replaced, with a warning that says when it is removed.

    Args:
        name: as the program wrote it.
        module: where it looked for it.
        stacklevel: of the warning; 1 is the caller of this function.

    Raises:
        AttributeError: if the module never had this name.
    """
    if name not in FORMER_NAMES:
        raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)
    former = FORMER_NAMES[name]
    warnings.warn(
        f"{name} is now {former.new.__name__}; goldspan {removed_in(former)} removes the old name.",
        DeprecationWarning,
        stacklevel + 1,
    )
    return former.new


def removed_in(former: FormerName) -> str:
    """The version that removes a former name, e.g. `0.4`."""
    major, minor = former.since
    return f"{major}.{minor + KEPT_RELEASES + 1}"


def __getattr__(name: str) -> type[GoldspanError]:
    """The former names of two errors; see `FORMER_NAMES`."""
    return former_name(name, "goldspan.errors", 2)
