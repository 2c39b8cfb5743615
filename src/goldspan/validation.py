"""Files that people write by hand, checked against a model of their keys.

pydantic finds what is wrong; here it becomes an `InputError` that names the file, the line as far as it is known, the
key, and for an unknown key the nearest known one. Types are strict: a number is not a string, and a string not a list.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
import tomllib
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from goldspan import files, project_schema, strict_json
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
CONSTANTS = {"None": "null", "True": "true", "False": "false"}  # as a file writes them
LONGEST_SEARCH = 500  # lines of a TOML file in which the line of a fault is searched: the search is quadratic
MOST_LINES = 100_000  # of a TOML file, that are read again and again in search of a value
DEEP_KEY = re.compile(rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*\.[ \t]*){{{strict_json.DEEPEST}}}""")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
PLACE = re.compile(r"at line (\d+), column \d+")
CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
MERGE = (
    "Keep the tables of both sides, each once, with its heading and all its keys, and remove the lines that begin with "
    "<<<<<<<, ======= and >>>>>>>."
)


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
    return TomlTable.read(path, remedy).parse(model)


@dataclasses.dataclass(frozen=True, slots=True)
class TomlTable:
    """A table of a TOML file, which knows its place there.

    Args:
        path: the file; None for values that are in no file, such as those of an option.
        text: the whole text of the file.
        location: the keys and indices from the root to the table, as `("recogniser", 0)`; empty for the root.
        value: the table's keys and values, not checked yet.
        remedy: how such a table is written, as a sentence.
    """

    path: Path | None
    text: str
    location: tuple[int | str, ...]
    value: dict[str, Any]
    remedy: str

    @classmethod
    def read(cls, path: Path, remedy: str) -> TomlTable:
        """The root of a file.

        Raises:
            InputError: for a file that is not TOML.
        """
        text = files.decode(files.read_bytes(path), path)
        return cls(path, text, (), parse_toml(text, path, remedy), remedy)

    def parse(self, model: type[M]) -> M:
        """The table as a model of its keys.

        Raises:
            InputError: for a wrong, missing or unknown key, naming the first, and the line of the key or of the table.
        """
        try:
            return model.model_validate(self.value)
        except ValidationError as error:
            first = _first(error)
            place = first["loc"][:-1] if first["type"] == "missing" else first["loc"]
            raise self._error(_message(first, model), first["loc"], place) from None

    def error(self, message: str, *location: int | str, remedy: str | None = None) -> InputError:
        """An error about a value in the table, with file and line.

        Args:
            message: what is wrong, without a full stop.
            location: the keys and indices from this table to the value; none for the table itself.
            remedy: what to do, if it is more than how such a table is written.
        """
        return self._error(message, location, location, remedy)

    def line(self, *location: int | str) -> int | None:
        """The line, from 1, on which a value of the table begins, or the table itself; None if it is not found."""
        return toml_line(self.text, (*self.location, *location))

    def _error(
        self, message: str, about: tuple[int | str, ...], place: tuple[int | str, ...], remedy: str | None = None
    ) -> InputError:
        """An error about one value, at the place of another: a missing key has no line."""
        line = self.line(*place)
        return InputError(self._owner(about) + message, file=self.path, line=line, remedy=remedy or self.remedy)

    def _owner(self, location: tuple[int | str, ...]) -> str:
        """Which of several tables of a name an error is about, as `label SHIP: `; by its number if it has no name."""
        match (*self.location, *location):
            case [str(table), int(number), *_]:
                row = self.value if self.location else self.value[table][number]
                name = row.get("name") if isinstance(row, dict) else None
                return f"{table} {name if isinstance(name, str) and name else number + 1}: "
            case [str(table), str(), *_]:
                return f"{table}: "
        return ""


def parse_toml_value(text: str) -> list[Any]:
    """The value that a text is on the right side of a key of TOML, as a list; an empty one if it is none."""
    try:
        value = _strict_toml(f"value = {text}\n")
    except (ValueError, RecursionError):
        return []
    return [value["value"]] if len(value) == 1 else []


def toml_tables(text: str) -> dict[str, Any] | None:
    """The tables of a TOML text, with a byte order mark or without; None if it is none."""
    try:
        return _strict_toml(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def toml_string(text: str) -> str:
    """A string as TOML writes it: JSON escapes all that TOML does, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(text: str) -> str:
    """A key as TOML writes it: bare where it can be."""
    return text if BARE_KEY.fullmatch(text) else toml_string(text)


def parse_json(raw: bytes, kind: type[T], path: Path, line: int, remedy: str) -> T:
    """The value on a line of JSON.

    Args:
        raw: the line.
        kind: a dataclass with the keys of the object.
        path: its file, for the message.
        line: its number, from 1.
        remedy: how such a line is written, as a sentence.

    Raises:
        InputError: if it is not JSON, or not an object with these keys of these types; if it states the number of a
            schema that this goldspan does not know (`goldspan.project_schema`).
    """
    try:
        row = strict_json.loads(raw)
        if isinstance(row, dict) and project_schema.KEY not in _key_names(cast("Any", kind)):
            row = project_schema.without_schema(row, path, line)
        value: T = _validator(cast("Any", kind)).validate_python(row, extra="forbid")
    except strict_json.JSONError as error:
        raise InputError(f"not JSON: {error}", file=path, line=line, remedy=error.remedy or remedy) from None
    except ValidationError as error:
        raise InputError(_message(_first(error), kind), file=path, line=line, remedy=remedy) from None
    return value


@cache
def _key_names(kind: Any) -> frozenset[str]:  # noqa: ANN401  (what takes keys is a class of any)
    """The keys of an object, whose own `schema` is not that of the project."""
    return (
        frozenset(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else frozenset()
    )


def parse_toml(text: str, path: Path, remedy: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Args:
        text: the whole text.
        path: its file, for messages.
        remedy: how such a text is written, as a sentence.

    Raises:
        InputError: as of `read_toml`; also for what `strict_json` refuses in JSON.
    """
    if conflict := CONFLICT.search(text):
        begins = text.count("\n", 0, conflict.start()) + 1
        raise InputError("not TOML: a merge of git left a conflict here", file=path, line=begins, remedy=MERGE)
    try:
        return _strict_toml(text)
    except tomllib.TOMLDecodeError as error:
        place = PLACE.search(str(error))
        why, line = str(error), int(place[1]) if place else None
    except (ValueError, RecursionError) as error:
        why, line = f"nested deeper than {strict_json.DEEPEST} levels", None
        if not isinstance(error, RecursionError):
            why, line = str(error), _refused_line(text)
    raise InputError(f"not TOML: {why}", file=path, line=line, remedy=remedy)


def _strict_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text, where tomllib reads inf, integers of any length and keys of any number of parts.

    Raises:
        ValueError: for one of these; a `tomllib.TOMLDecodeError` if it is not TOML.
    """
    if DEEP_KEY.search(text):  # tomllib takes a time that grows with the square of the parts
        raise ValueError(f"nested deeper than {strict_json.DEEPEST} levels")
    value = tomllib.loads(text, parse_float=strict_json.parse_float)
    strict_json.require_bounded(value)
    return value


def _refused_line(text: str) -> int | None:
    """The line, from 1, with which `_strict_toml` first refuses a text; None if it is not found."""
    lines = text.split("\n")
    for number in range(1, min(len(lines), LONGEST_SEARCH) + 1):
        try:
            _strict_toml("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:  # inside a value of several lines
            continue
        except ValueError:
            return number
    return None


@cache
def _validator(kind: Any) -> SchemaValidator:  # noqa: ANN401  (a class, which is hashable)
    """What makes a dataclass of a dictionary; as a whole strict mode would accept none, but its fields are strict."""
    return SchemaValidator({**TypeAdapter(kind).core_schema, "strict": False, "config": {"strict": True}})


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
    if not location:
        return "not a JSON object"
    key = next(str(part) for part in reversed(location) if isinstance(part, str))
    known, wanted = _known(model, location)
    if kind in UNKNOWN_KEY:
        if table := _table_with(key, model):
            return f"unknown key {key!r}, which belongs under [{table}]"
        near = difflib.get_close_matches(key, known, n=1)
        others = f", not one of {', '.join(sorted(known))}" if known else ""
        return f"unknown key {key!r}" + (f", did you mean {near[0]!r}?" if near else others)
    if kind == "missing":
        return f"the key {key!r} is missing"
    if kind == "value_error" and isinstance(location[-1], int):  # of a rule that the keys of a table obey together
        return f"{key!r}: {error['ctx']['error']}"
    verb = "holds" if isinstance(location[-1], int) else "is"
    wanted = wanted or error["msg"].removeprefix("Input should be ").replace("a valid integer", "an integer").replace(
        "valid ", ""
    )
    return f"{key!r} {verb} {CONSTANTS.get(repr(error['input']), repr(error['input'])):.60}, not {wanted}"


def _table_with(key: str, model: type) -> str | None:
    """The table of a file that has a key; None if none does."""
    tables = model.model_fields.items() if issubclass(model, BaseModel) else ()
    return next((name for name, field in tables if key in getattr(field.annotation, "model_fields", ())), None)


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
            kind, wanted = (_without_none(field.annotation), field.description) if field else (None, None)
        else:
            kind = (get_args(kind) or (None,))[-1]  # the items of a list, or the values of a table of any keys
    return list(table.model_fields), wanted


def _without_none(kind: Any) -> Any:  # noqa: ANN401  (a type, or what stands for several)
    """The type of a value that is there, of a key that may be left out."""
    kinds = [one for one in get_args(kind) if one is not type(None)]
    return kinds[0] if isinstance(kind, UnionType) and len(kinds) == 1 else kind


def toml_line(text: str, location: Sequence[int | str]) -> int | None:
    """The line, from 1, on which a value of a TOML file begins; None if it is not found.

    What a beginning of the file has, all longer ones have. So the longest beginning without the value is found by
    halving, and the value begins on the next line. A beginning that ends inside a value of several lines is no TOML;
    the next longer one that is takes its place.

    Args:
        text: of the file, valid TOML.
        location: its keys and indices from the root, as `("label", 0, "name")`.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if not location or not _begins_with(lines, location):
        return None
    without, after, read = 0, len(lines), 0  # beginnings of `after` lines and more have it, or are no TOML
    while after - without > 1:
        middle = (without + after) // 2
        for number in range(middle, after):
            found = _begins_with(lines[:number], location)
            read += number
            if found is not None or read > MOST_LINES:
                break
        if read > MOST_LINES:
            return None
        without, after = (number, after) if found is False else (without, middle)
    return without + 1


def _begins_with(lines: Sequence[str], location: Sequence[int | str]) -> bool | None:
    """Whether the beginning of a TOML file has a value; None if it is no TOML."""
    try:
        return _holds(tomllib.loads("\n".join(lines)), location)
    except tomllib.TOMLDecodeError:
        return None


def _holds(value: Any, location: Sequence[int | str]) -> bool:  # noqa: ANN401  (TOML is any)
    for part in location:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
