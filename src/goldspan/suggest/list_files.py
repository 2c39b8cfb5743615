"""The files of a recogniser that people write a line at a time: patterns, names, regular expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError, NotFoundError
from goldspan.suggest.recogniser import MODEL_RULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.suggest.recogniser_table import RecogniserTable

COMMENT = "#"


def listed_file(table: RecogniserTable, name: str, *keys: int | str) -> Path:
    """The path of a file that a table names, relative to the project's folder.

    Args:
        table: of the recogniser.
        name: the path as it is written.
        keys: the place of the name in the table; none for one that is not written there.

    Raises:
        NotFoundError: if there is no such file.
    """
    path = table.root / name
    if files.is_there(path):
        return path
    refusal = table.refusal(f"there is no file {name}", "Write it, or correct the path.", *keys)
    raise NotFoundError(refusal.message, file=refusal.file, line=refusal.line, remedy=refusal.remedy)


def label_files(table: RecogniserTable, named: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Path]]:
    """Each file that a table names for a label, under its key `files`, with the label.

    Args:
        table: of the recogniser.
        named: by label, its paths.

    Raises:
        NotFoundError: if there is no such file.
    """
    for label, value in named.items():
        for number, name in enumerate(value):
            yield label, listed_file(table, name, "files", label, number)


def line_error(path: Path, line: int | None, message: str, remedy: str) -> InputError:
    """An error about a line of a file, or about the file."""
    return InputError(message, file=path, line=line, remedy=remedy)


def line_rule(stem: str, number: int) -> str:
    """The rule of what stands on a line of a file, as `product:12`.

    Args:
        stem: of the name of the file.
        number: of the line, from 1.
    """
    return f"{'list.' if stem.startswith(MODEL_RULE) else ''}{stem}:{number}"


def without_comments(path: Path) -> Iterator[tuple[int, str]]:
    r"""The lines of a file that hold anything but a comment, without white space at their edges, numbered from 1.

    A file without any is no error: a new project has empty ones. Lines end with `\n` or `\r\n`. A line that begins with
    `\#` is no comment, and begins with `#`.

    Raises:
        InputError: for a file that cannot be read or is not UTF-8.
    """
    data = files.read_bytes(path)
    text = files.decode(data, path) if data.removeprefix(files.BOM).strip() else ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if line and not line.startswith(COMMENT):
            yield number, line.removeprefix("\\") if line.startswith("\\" + COMMENT) else line
