"""The file formats: one module each, which alone reads and writes it.

A format module has `SUFFIXES`, `scan(path)` (each example as a `ControlRecord`, or as the `InputError` that says why
it is none) and `write(path, examples)`. Formats of tokens, `TOKEN_FORMATS`, take a policy for spans that cut tokens,
and their `write` returns those spans.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from goldspan.errors import InputError
from goldspan.formats.detection import detect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.record import Record
    from goldspan.tokens import Misaligned, Policy

NAMES = ("gold", "doccano", "brat", "conll", "docbin", "prodigy")
ALIASES = {"jsonl": "gold"}
TOKEN_FORMATS = ("conll", "docbin")


class Format(Protocol):
    """What every format module offers."""

    SUFFIXES: tuple[str, ...]

    def scan(self, path: Path) -> Iterator[Record | InputError]:
        """Each example of the file, or the error that stands in its place."""

    def write(self, path: Path, examples: Iterable[Example]) -> None:
        """Write the examples, beside and then in place."""


class TokenFormat(Protocol):
    """What the modules of `TOKEN_FORMATS` offer."""

    def write(self, path: Path, examples: Iterable[Example], *, policy: Policy = "strict") -> list[Misaligned]:
        """Write the examples, beside and then in place; the spans that cut tokens come back."""


def canonical(name: str) -> str:
    """The name in `NAMES` of a format, under whatever name it is asked for.

    Raises:
        InputError: for a name that is no format's.
    """
    found = ALIASES.get(name, name)
    if found not in NAMES:
        raise InputError(f"there is no format {name!r}", remedy=f"The formats are {', '.join([*NAMES, *ALIASES])}.")
    return found


def get(name: str) -> Format:
    """The module of a format, imported when first asked for.

    Raises:
        InputError: for a name that is no format's.
    """
    return cast("Format", import_module(f"goldspan.formats.{canonical(name)}"))


def get_token_format(name: str) -> TokenFormat:
    """The module of a format of tokens.

    Raises:
        InputError: for any other name.
    """
    if name not in TOKEN_FORMATS:
        raise InputError(f"{name!r} is no format of tokens", remedy=f"These are {', '.join(TOKEN_FORMATS)}.")
    return cast("TokenFormat", import_module(f"goldspan.formats.{name}"))


def sniff(path: Path) -> str:
    """The name of the format that a file or folder is in, told by its content.

    Raises:
        InputError: if it cannot be told or read.
    """
    found = detect(path)
    if found is None:
        raise InputError(
            "its format cannot be told", file=path, remedy=f"Name it: the formats are {', '.join([*NAMES, *ALIASES])}."
        )
    return found


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
