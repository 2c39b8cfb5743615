"""The texts that annotation refers to by their ids alone, from the file of data that an annotation tool was given."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError
from goldspan.formats.json_rows import scan_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ID_KEYS = ("id", "instance_id", "doc_id")
TEXT_KEYS = ("text", "displayed_text", "sentence", "content")
REMEDY = 'It is a file of JSON objects, {"id": …, "text": …}, or a table (.csv, .tsv) with the columns id and text.'


def read_texts(path: Path) -> dict[str, str]:
    """The text of each id.

    Raises:
        InputError: naming file and line, for a row without an id or a text, and for an id with two texts.
    """
    texts: dict[str, str] = {}
    for line, row in _rows(path):
        name, text = _first(row, ID_KEYS), _first(row, TEXT_KEYS)
        if name is None or not isinstance(text, str):
            missing = "an id" if name is None else "a text"
            raise InputError(f"a row has no {missing[2:].strip()}: its keys are {', '.join(map(str, row))}",
                             file=path, line=line, remedy=REMEDY)  # fmt: skip
        if texts.setdefault(str(name), text) != text:
            remedy = "Keep one of the two, or give one another id."
            raise InputError("this id has two texts", file=path, line=line, example=str(name), remedy=remedy)
    return texts


def _rows(path: Path) -> Iterator[tuple[int | None, Mapping[Any, Any]]]:
    if path.suffix.lower() in {".csv", ".tsv"}:
        text = files.decode(files.read_bytes(path), path)
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        try:
            yield from ((table.line_num, row) for row in table)
        except csv.Error as error:
            raise InputError(f"not a table: {error}", file=path, line=table.line_num, remedy=REMEDY) from None
        return
    for item in scan_objects(path, REMEDY):
        if isinstance(item, InputError):
            raise item
        yield item.line, item.value


def _first(row: Mapping[Any, Any], keys: tuple[str, ...]) -> str | int | None:
    values = (row.get(key) for key in keys)
    return next((value for value in values if isinstance(value, (str, int)) and not isinstance(value, bool)), None)
