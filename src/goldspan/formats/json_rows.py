"""The rows of a JSON file, however it lays them out.

A file has a row on each line; or is one array of rows; or is one object with the rows under one of its keys; or is one
row. A row is an object, or an array `[text, object]` as spaCy 2 has it, which is read as the object with the text.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan.errors import InputError
from goldspan.formats.json_lines import json_document, json_value, numbered
from goldspan.formats.row_keys import has_annotation_key, is_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

REMEDY = "A file has a JSON object on each line, or is one JSON array of objects."


class JsonRow(NamedTuple):
    """A row of a JSON file.

    Args:
        value: the row, an object in every file that holds annotation of texts.
        number: of its line, or of the row in a file that is not laid out in lines; from 1.
        line: the line, if the file is laid out in lines.
        outside: what the file states outside its rows.
    """

    value: Any
    number: int
    line: int | None
    outside: Mapping[str, Any] = {}


def scan_rows(path: Path, *, nan_as_null: bool = False) -> Iterator[JsonRow | InputError]:
    """Each row of a file, or the error in its place; empty lines are skipped.

    Args:
        path: the file.
        nan_as_null: read NaN in lines as null, see `goldspan.strict_json.loads`.

    Raises:
        InputError: if the file cannot be read.
    """
    for item in _scan_values(path, REMEDY, nan_as_null=nan_as_null):
        if isinstance(item, InputError):
            yield item
        elif item.is_whole:
            yield from _rows_of_document(item.value, path, item.line)
        else:
            yield JsonRow(_as_object(item.value), item.number, item.line)


def scan_objects(path: Path, remedy: str) -> Iterator[JsonRow | InputError]:
    """Each object of a file as it is: on its line, in one array, or alone; or the error in its place.

    Args:
        path: the file.
        remedy: how an object is written, as a sentence.

    Raises:
        InputError: if the file cannot be read.
    """
    for item in _scan_values(path, remedy):
        if isinstance(item, InputError):
            yield item
            continue
        values = item.value if item.is_whole and isinstance(item.value, list) else [item.value]
        for number, value in enumerate(values, start=1):
            if isinstance(value, dict):
                alone = values is not item.value
                yield JsonRow(value, item.number if alone else number, item.line if alone else None)
            elif item.line is not None and values is not item.value:
                yield InputError("the line is no JSON object", file=path, line=item.line, remedy=remedy)
            else:
                yield InputError(f"item {number} is no JSON object", file=path, remedy=remedy)


class _JsonValue(NamedTuple):
    """A value of a file: of a line, or of the whole file."""

    value: Any
    number: int
    line: int | None
    is_whole: bool


def _scan_values(path: Path, remedy: str, *, nan_as_null: bool = False) -> Iterator[_JsonValue | InputError]:
    """The value of each line, or that of the whole file if it is one."""
    first = list(islice(_full_lines(path), 2))
    if not first:
        return
    try:
        value = json_value(first[0][1], path, first[0][0], remedy, nan_as_null=nan_as_null)
    except InputError as error:
        if len(first) == 1:
            yield error
        else:
            yield from _scan_document(path, remedy, nan_as_null=nan_as_null)
        return
    if len(first) > 1:
        yield from _scan_lines(path, remedy, nan_as_null=nan_as_null)
    else:
        yield _JsonValue(value, first[0][0], first[0][0], is_whole=True)


def _full_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    return ((number, raw) for number, raw in numbered(path) if raw.strip())


def _scan_lines(path: Path, remedy: str, *, nan_as_null: bool) -> Iterator[_JsonValue | InputError]:
    for number, raw in _full_lines(path):
        try:
            value = json_value(raw, path, number, remedy, nan_as_null=nan_as_null)
        except InputError as error:
            yield error
            continue
        yield _JsonValue(value, number, number, is_whole=False)


def _scan_document(path: Path, remedy: str, *, nan_as_null: bool) -> Iterator[_JsonValue | InputError]:
    """The value of a file over many lines; if it is none, those of its lines, if some are objects."""
    try:
        value = json_document(path, remedy)
    except InputError as error:
        if path.suffix == ".jsonl" or any(_is_object(number, raw, path) for number, raw in _full_lines(path)):
            yield from _scan_lines(path, remedy, nan_as_null=nan_as_null)
        else:
            yield error
        return
    yield _JsonValue(value, 1, None, is_whole=True)


def _is_object(number: int, raw: bytes, path: Path) -> bool:
    try:
        return isinstance(json_value(raw, path, number, REMEDY), (dict, list))
    except InputError:
        return False


def _rows_of_document(value: object, path: Path, line: int | None = None) -> Iterator[JsonRow | InputError]:
    if isinstance(value, dict) and not is_row(value):
        keys = [key for key, part in value.items() if isinstance(part, list) and any(is_row(row) for row in part)]
        if len(keys) > 1:  # names of labels, too, may be objects with a text
            keys = [key for key in keys if any(has_annotation_key(row) for row in value[key])]
        if len(keys) > 1:
            names = " and ".join(repr(key) for key in keys)
            yield InputError(f"there are rows under {names}", file=path, remedy="Write each list into its own file.")
            return
        if keys:
            outside = {key: part for key, part in value.items() if key != keys[0]}
            for number, row in enumerate(value[keys[0]], start=1):
                if row is not None:  # a tool writes null for a text that nobody reached
                    yield JsonRow(_as_object(row), number, None, outside)
            return
    if isinstance(value, list) and not is_row(value):
        yield from (JsonRow(_as_object(row), number, None) for number, row in enumerate(value, start=1))
    else:
        yield JsonRow(_as_object(value), line or 1, line)


def _as_object(value: Any) -> Any:  # noqa: ANN401  (JSON is any)
    """The row as an object: spaCy 2 writes the text and the annotation as a pair."""
    match value:
        case [str(text), dict(rest)] if "text" not in rest:
            return {"text": text, **rest}
    return value
