"""The objects of a JSON file: one per line, the items of one array, or a single one over any number of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan import strict_json
from goldspan.errors import InputError
from goldspan.formats.json_lines import json_document, json_object, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class JsonObject(NamedTuple):
    """An object of a file.

    Args:
        value: the object.
        number: its number in the file, from 1; in a file of lines that of its line.
        line: its line, from 1; None where lines mean nothing.
    """

    value: dict[str, Any]
    number: int
    line: int | None


def json_objects(path: Path, remedy: str) -> Iterator[JsonObject | InputError]:
    """Each object of a file, or the error in its place; empty lines are skipped.

    Args:
        path: the file.
        remedy: how an object is written, as a sentence.
    """
    if not _has_lines(path):
        yield from _objects_of_document(path, remedy)
        return
    for number, raw in numbered(path):
        if not raw.strip():
            continue
        try:
            yield JsonObject(json_object(raw, path, number, remedy), number, number)
        except InputError as error:
            yield error


def _has_lines(path: Path) -> bool:
    """Whether a file has an object on each line; not, if it is one array, or one object over several lines."""
    lines = (raw for _, raw in numbered(path) if raw.strip())
    first = next(lines, None)
    if first is None:
        return True
    try:
        value = strict_json.loads(first)
    except strict_json.JSONError:
        if first.lstrip().startswith(b"["):
            return False
        return not _is_document(path) and any(_is_object(raw) for raw in lines)
    return isinstance(value, dict) or next(lines, None) is not None


def _is_object(raw: bytes) -> bool:
    try:
        return isinstance(strict_json.loads(raw), dict)
    except strict_json.JSONError:
        return False


def _is_document(path: Path) -> bool:
    """Whether a file is one JSON value as a whole."""
    try:
        json_document(path, "")
    except InputError:
        return False
    return True


def _objects_of_document(path: Path, remedy: str) -> Iterator[JsonObject | InputError]:
    try:
        value = json_document(path, remedy)
    except InputError as error:
        yield error
        return
    for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
        if isinstance(item, dict):
            yield JsonObject(item, number, None)
        else:
            yield InputError(f"item {number} is no JSON object", file=path, remedy=remedy)
