"""Files that people write by hand, checked against a model of their keys.

pydantic finds what is wrong; here it becomes an `InputError` that names the file, the line as far as it is known, the
key, and for an unknown key the nearest known one. Types are strict: a number is not a string, and a string not a list.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from goldspan import files
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
CONSTANTS = {"None": "null", "True": "true", "False": "false"}  # as a file writes them
LONGEST_SEARCH = 500  # lines of a TOML file in which the line of a key is searched: the search is quadratic
PLACE = re.compile(r"at line (\d+), column \d+")


class StrictModel(BaseModel):
    """A table that people write: its keys and no others, of these types and no others.

    A field's `description` says what its value must be; in a message it follows "not".
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def read_toml(path: Path, model: type[M], remedy: str) -> M:
    """The content of a TOML file.

    Args:
        path: the file.
        model: its tables and keys.
        remedy: how such a file is written, as a sentence.

    Raises:
        InputError: for a file that is not TOML; for a wrong, missing or unknown key, naming the first.
    """
    text = files.decode(files.read_bytes(path), path)
    try:
        value = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = PLACE.search(str(error))
        raise InputError(
            f"not TOML: {error}", file=path, line=int(place[1]) if place else None, remedy=remedy
        ) from None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = _first(error)
        location = first["loc"]
        missing = first["type"] == "missing"
        message = _owner(value, location) + _message(first, model)
        line = toml_line(text, location[:-1] if missing else location)
        raise InputError(message, file=path, line=line, remedy=remedy) from None


def parse_json(raw: bytes, kind: type[T], path: Path, line: int, remedy: str) -> T:
    """The value on a line of JSON.

    Args:
        raw: the line.
        kind: a dataclass with the keys of the object.
        path: its file, for the message.
        line: its number, from 1.
        remedy: how such a line is written, as a sentence.

    Raises:
        InputError: if it is not JSON, or not an object with these keys of these types.
    """
    try:
        value: T = _adapter(cast("Any", kind)).validate_json(raw, strict=True, extra="forbid")
    except ValidationError as error:
        raise InputError(_message(_first(error), kind), file=path, line=line, remedy=remedy) from None
    return value


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401  (a class, which is hashable)
    return TypeAdapter(kind)


def _first(error: ValidationError) -> ErrorDetails:
    """The error to report: an unknown key before what is missing, since a misspelled key is both."""
    return min(error.errors(include_url=False), key=lambda each: each["type"] not in UNKNOWN_KEY)


def _message(error: ErrorDetails, model: type) -> str:
    """What is wrong, without a full stop.

    Args:
        error: as pydantic describes it.
        model: of the whole file, or of a line.
    """
    kind, location = error["type"], error["loc"]
    if kind == "json_invalid":
        return f"not JSON: {error['ctx']['error']}"
    if not location:
        return "not a JSON object"
    key = next(str(part) for part in reversed(location) if isinstance(part, str))
    known, wanted = _known(model, location)
    if kind in UNKNOWN_KEY:
        near = difflib.get_close_matches(key, known, n=1)
        return f"unknown key {key!r}" + (f", did you mean {near[0]!r}?" if near else "")
    if kind == "missing":
        return f"the key {key!r} is missing"
    verb = "holds" if isinstance(location[-1], int) else "is"
    wanted = wanted or error["msg"].removeprefix("Input should be ").replace("a valid integer", "an integer").replace(
        "valid ", ""
    )
    return f"{key!r} {verb} {CONSTANTS.get(repr(error['input']), repr(error['input'])):.60}, not {wanted}"


def _known(model: type, location: Sequence[int | str]) -> tuple[list[str], str | None]:
    """The keys of the table at a place, and the description of the value there, if the model has one."""
    if not issubclass(model, BaseModel):
        return [field.name for field in dataclasses.fields(cast("Any", model))], None
    table: type[BaseModel] = model
    kind: Any = model
    wanted = None
    for part in location:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            table = kind
            field = table.model_fields.get(str(part))
            kind, wanted = (field.annotation, field.description) if field else (None, None)
        else:
            kind = (get_args(kind) or (None,))[-1]  # the items of a list, or the values of a table of any keys
    return list(table.model_fields), wanted


def _owner(value: object, location: Sequence[int | str]) -> str:
    """Which of several tables of a name an error is about, as `label SHIP: `; by its number if it has no name."""
    match location:
        case [str(table), int(number), *_] if isinstance(value, dict):
            name = value[table][number].get("name") if isinstance(value[table][number], dict) else None
            return f"{table} {name if isinstance(name, str) and name else number + 1}: "
        case [str(table), str(), *_]:
            return f"{table}: "
    return ""


def toml_line(text: str, location: Sequence[int | str]) -> int | None:
    """The line, from 1, on which a value of a TOML file begins; None if it is not found.

    The beginnings of the file are parsed, the shortest first: the value is in the line with which it first appears.

    Args:
        text: of the file, valid TOML.
        location: its keys and indices from the root, as `("label", 0, "name")`.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    start = 1
    for number in range(1, min(len(lines), LONGEST_SEARCH) + 1):
        try:
            value = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:  # inside a value of several lines
            continue
        if _holds(value, location):
            return start if location else None
        start = number + 1
    return None


def _holds(value: Any, location: Sequence[int | str]) -> bool:  # noqa: ANN401  (TOML is any)
    for part in location:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
