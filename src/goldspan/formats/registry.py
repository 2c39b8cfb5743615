"""The registry of the file formats: all that the rest of the program knows of them by name.

A format is a module of this package, named like the format, and an entry of `FORMATS`. The module has

    scan(path)                     yields each example as a `Record`, or the `InputError` that explains what is wrong
    write(path, examples)          writes the examples, all or nothing
    is_format_of(sample)           returns whether a file, given as a `FileSample`, is in this format

The `write` of a format of tokens takes a `policy`, too, and returns the spans that cut tokens. A format whose examples
are the files of a folder has `is_format_of_folder(path)` besides. One that writes a token and its tag per line has
`detect_scheme(path)`, `read_sentences(path, lenient=)` and `record(sentence, path, scheme, repair)`, so that two files
can be compared token by token.

What `scan` reads from a file that `write` wrote is what was written: ids, texts, offsets and further keys included.

The format of a file is detected from its content; the suffix decides only where a file is empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.formats.sample import FileSample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import ModuleType

    from goldspan.annotation import Example
    from goldspan.formats.record import Record
    from goldspan.tokens import Misaligned, Policy


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file format; its module is imported when it is first used.

    Args:
        name: of the format and of its module.
        suffixes: of its files; the first is that of a new file.
        aliases: other names that people may use.
        has_tokens: whether it holds tokens, so that a span that cuts a token cannot be written as it is.
        is_folder: whether its examples are the files of a folder.
        has_sentences: whether a line holds a token and its tag, so that an evaluation compares two files by token.
        numbered_id: a regular expression for what `scan` appends to the file's stem to name an example that states no
            id; None if every example states one.
    """

    name: str
    suffixes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    has_tokens: bool = False
    is_folder: bool = False
    has_sentences: bool = False
    numbered_id: str | None = None

    def scan(self, path: Path) -> Iterator[Record | InputError]:
        """Each example of a file, or the error in its place."""
        records: Iterator[Record | InputError] = self.module.scan(path)
        return records

    def write(self, path: Path, examples: Iterable[Example], *, policy: Policy = "strict") -> list[Misaligned]:
        """Write the examples, all or nothing, and return the spans that cut tokens.

        Args:
            path: the file or folder.
            examples: read once.
            policy: what becomes of spans that cut tokens, see `goldspan.tokens.tags`; only for formats of tokens.
        """
        if not self.has_tokens:
            self.module.write(path, examples)
            return []
        misaligned: list[Misaligned] = self.module.write(path, examples, policy=policy)
        return misaligned

    def is_format_of(self, sample: FileSample) -> bool:
        """Whether a file is in this format."""
        return bool(self.module.is_format_of(sample))

    def is_format_of_folder(self, path: Path) -> bool:
        """Whether a folder is in this format."""
        return self.is_folder and bool(self.module.is_format_of_folder(path))

    def is_numbered(self, name: str, path: Path) -> bool:
        """Whether the id of an example was made from the name of its file, because the file states no id."""
        pattern = self.numbered_id
        return pattern is not None and re.fullmatch(re.escape(path.stem) + pattern, name) is not None

    @property
    def module(self) -> ModuleType:
        """The module that reads and writes it."""
        return import_module(f"goldspan.formats.{self.name}")


# In the order of detection: the first format that recognises a file has it.
FORMATS = (
    Format(name="brat", suffixes=(".ann",), is_folder=True),
    Format(name="docbin", suffixes=(".spacy",), has_tokens=True, numbered_id=r"\.\d+"),
    Format(name="prodigy", suffixes=(".jsonl",), numbered_id=r"\.\d+"),
    Format(name="gold", suffixes=(".jsonl",), aliases=("jsonl",)),
    Format(name="doccano", suffixes=(".jsonl",), numbered_id=r"\.\d+"),
    Format(
        name="conll",
        suffixes=(".conll", ".iob", ".iob2", ".bio", ".tsv"),
        has_tokens=True,
        has_sentences=True,
        numbered_id=r"(\.\d+)?\.p\d+",
    ),
)
NAMES = tuple(sorted(entry.name for entry in FORMATS))
ALIASES = {alias: entry.name for entry in FORMATS for alias in entry.aliases}
CHOICES = tuple(sorted((*NAMES, *ALIASES)))
TOKEN_FORMATS = tuple(sorted(entry.name for entry in FORMATS if entry.has_tokens))

_BY_NAME = {entry.name: entry for entry in FORMATS}


def canonical(name: str) -> str:
    """The name in `NAMES` of a format, given its name or an alias.

    Raises:
        InputError: if there is no such format.
    """
    known = ALIASES.get(name, name)
    if known not in _BY_NAME:
        raise InputError(f"there is no format {name!r}", remedy=f"The formats are {', '.join(CHOICES)}.")
    return known


def get(name: str) -> Format:
    """The format of a name or an alias.

    Raises:
        InputError: if there is no such format.
    """
    return _BY_NAME[canonical(name)]


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
