"""The rows of a JSON file, however it lays them out, one at a time.

A file has a row on each line; or is one array of rows; or is one object with the rows under one of its keys; or is one
row. A row is an object, or an array `[text, object]` as spaCy 2 has it, which is read as the object with the text.

Lines and arrays may be larger than memory: of them one row is held at a time. Whether a file is one array is known at
its end, so it is read to its end before its first row is given. A file that is one object is read as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan import files
from goldspan.errors import InputError
from goldspan.formats.json_lines import json_document, json_value, numbered
from goldspan.formats.json_stream import JsonStream, NotStrictJSONError, TooLargeError, skip_mark
from goldspan.formats.record import changed
from goldspan.formats.row_keys import has_annotation_key, is_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

REMEDY = "A file has a JSON object on each line, or is one JSON array of objects."
LARGEST_VALUE = (
    1 << 30
)  # bytes of a file that is one object, or of a line: what Python makes of them takes ten times that
LARGEST_EXPLAINED = 1 << 26  # bytes of an array that is not JSON, up to which it is read as a whole to say why
TOO_LARGE = "Write a row on each line, or the rows as one array: these may be of any size."
BEGINNING = 1 << 22  # bytes of a first line by which it is known how a file begins
LINE_PART = 1 << 20  # bytes that are read of a line at once


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
    return JsonFile(path, nan_as_null=nan_as_null).rows()


def scan_objects(path: Path, remedy: str) -> Iterator[JsonRow | InputError]:
    """Each object of a file as it is: on its line, in one array, or alone; or the error in its place.

    Args:
        path: the file.
        remedy: how an object is written, as a sentence.

    Raises:
        InputError: if the file cannot be read.
    """
    return JsonFile(path, remedy).objects()


def first_rows(path: Path, most: int) -> list[Any]:
    """The first rows of a file, by which its format is known; what is not JSON is passed over.

    Args:
        path: the file.
        most: how many rows are wanted; of lines, ten times as many are looked at.
    """
    try:
        rows = islice(JsonFile(path, nan_as_null=True, most=most).rows(), 10 * most)
        return [row.value for row in islice((row for row in rows if isinstance(row, JsonRow)), most)]
    except InputError:
        return []


@dataclass(frozen=True, slots=True)
class _JsonPlace:
    """Where a line, or all of a file, lies.

    Args:
        number: of the line; None for all of a file.
        start: its first byte, after a byte order mark.
        size: how many bytes it has; None if it goes on to the end of the file.
        begins: its first byte that is no white space.
    """

    number: int | None
    start: int
    size: int | None
    begins: bytes = b""


@dataclass(frozen=True, slots=True)
class _JsonArray:
    """An array that a file is: its items are read one at a time."""

    path: Path
    place: _JsonPlace
    nan_as_null: bool

    def items(self) -> Iterator[Any]:
        """Each item.

        Raises:
            NotStrictJSONError: once it turns out that the text is not one array.
        """
        with files.opened(self.path) as stream:
            stream.seek(self.place.start)
            yield from JsonStream(stream, self.place.size, nan_as_null=self.nan_as_null, largest=LARGEST_VALUE).items()

    def is_valid(self, most: int | None) -> bool:
        """Whether it is an array, as far as its first items show."""
        try:
            for _ in islice(self.items(), most):
                pass
        except (NotStrictJSONError, TooLargeError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class _JsonValue:
    """A value that is all of a file, in memory."""

    value: Any
    line: int | None


class _JsonLines(NamedTuple):
    """That a file has a value on each line."""


_Layout = _JsonArray | _JsonValue | _JsonLines | InputError | None


class JsonFile:
    """The rows of a file, which may be read several times; how they are laid out is found once.

    Args:
        path: the file.
        remedy: how a row is written, as a sentence.
        nan_as_null: read NaN in lines as null, see `goldspan.strict_json.loads`.
        most: how many rows are wanted of it, if not all: then what follows them is not read.
    """

    def __init__(self, path: Path, remedy: str = REMEDY, *, nan_as_null: bool = False, most: int | None = None) -> None:
        self.path = path
        self._remedy = remedy
        self._nan_as_null = nan_as_null
        self._most = most

    def rows(self) -> Iterator[JsonRow | InputError]:
        """Each row, or the error in its place; empty lines are skipped.

        Raises:
            InputError: if the file cannot be read, or changes while it is.
        """
        match self._layout:
            case InputError() as error:
                yield error
            case _JsonLines():
                for number, value in self._line_values():
                    yield value if isinstance(value, InputError) else JsonRow(_as_object(value), number, number)
            case _JsonArray() as array:
                yield from self._rows_of_array(array)
            case _JsonValue(value, line):
                yield from _rows_of_document(value, self.path, line)

    def objects(self) -> Iterator[JsonRow | InputError]:
        """Each object as it is, or the error in its place.

        Raises:
            InputError: if the file cannot be read, or changes while it is.
        """
        match self._layout:
            case InputError() as error:
                yield error
            case _JsonLines():
                for number, value in self._line_values():
                    yield value if isinstance(value, InputError) else self._object(value, number, number)
            case _JsonArray() as array:
                for number, value in enumerate(self._items(array), start=1):
                    yield self._object(value, number, None)
            case _JsonValue(value, line):
                yield self._object(value, line or 1, line)

    @cached_property
    def _layout(self) -> _Layout:
        """How the rows are laid out; None in a file of empty lines."""
        first, has_more = _first_line(self.path, BEGINNING if self._most else None)
        if first is None:
            return None
        found = self._first_value(first)
        if isinstance(found, InputError) and has_more:
            return self._document()
        return _JsonLines() if has_more else found

    def _first_value(self, first: _JsonPlace) -> _JsonArray | _JsonValue | InputError:
        """The value of the first line that is not empty."""
        array = _JsonArray(self.path, first, self._nan_as_null)
        if first.begins == b"[" and array.is_valid(self._most):
            return array
        if first.size is None or first.size > (LARGEST_EXPLAINED if first.begins == b"[" else LARGEST_VALUE):
            return self._not_explained(first)
        try:
            raw = _bytes_of(self.path, first)
            value = json_value(raw, self.path, first.number or 1, self._remedy, nan_as_null=self._nan_as_null)
        except InputError as error:
            return error
        return _JsonValue(value, first.number)

    def _document(self) -> _Layout:
        """The value of a file over many lines; if it is none, its lines, if some are objects."""
        whole = _whole_file(self.path)
        error = None
        if whole.begins == b"[":
            array = _JsonArray(self.path, whole, nan_as_null=False)
            if array.is_valid(self._most):
                return array
        else:
            try:
                return _JsonValue(_only_value(self.path, whole), None)
            except NotStrictJSONError:
                pass
            except TooLargeError:
                error = self._too_large()
        if self.path.suffix == ".jsonl" or any(
            _is_object(number, raw, self.path) for number, raw in self._full_lines()
        ):
            return _JsonLines()
        return error or self._why_not(whole)

    def _why_not(self, whole: _JsonPlace) -> InputError:
        """Why a file is not JSON."""
        if self.path.stat().st_size > LARGEST_EXPLAINED:
            return self._not_explained(whole)
        try:
            json_document(self.path, self._remedy)
        except InputError as error:
            return error
        return changed(self.path)

    def _not_explained(self, place: _JsonPlace) -> InputError:
        """The error for a text that is too large to be read as a whole."""
        if place.begins != b"[":
            return self._too_large()
        read = 0
        try:
            for _ in _JsonArray(self.path, place, self._nan_as_null).items():
                read += 1
        except TooLargeError:
            return self._too_large()
        except NotStrictJSONError:
            pass
        return InputError(
            f"not JSON: the array is broken in or after its item {read + 1:,}",
            file=self.path,
            line=place.number,
            remedy=self._remedy,
        )

    def _too_large(self) -> InputError:
        return InputError(
            f"a single JSON value in it has more than {LARGEST_VALUE:,} bytes", file=self.path, remedy=TOO_LARGE
        )

    def _full_lines(self) -> Iterator[tuple[int, bytes]]:
        return ((number, raw) for number, raw in numbered(self.path) if raw.strip())

    def _line_values(self) -> Iterator[tuple[int, Any]]:
        """The number and the value of each line that is not empty, or the error in the place of the value."""
        for number, raw in self._full_lines():
            try:
                yield number, json_value(raw, self.path, number, self._remedy, nan_as_null=self._nan_as_null)
            except InputError as error:
                yield number, error

    def _items(self, array: _JsonArray) -> Iterator[Any]:
        """The items of an array that was found to be one.

        Raises:
            InputError: if it is none any more.
        """
        try:
            yield from array.items()
        except (NotStrictJSONError, TooLargeError):
            raise changed(self.path) from None

    def _rows_of_array(self, array: _JsonArray) -> Iterator[JsonRow]:
        begin = list(islice(self._items(array), 3))
        if is_row(begin):
            yield JsonRow(_as_object(begin), array.place.number or 1, array.place.number)
            return
        for number, value in enumerate(self._items(array), start=1):
            yield JsonRow(_as_object(value), number, None)

    def _object(self, value: object, number: int, line: int | None) -> JsonRow | InputError:
        if isinstance(value, dict):
            return JsonRow(value, number, line)
        if line is not None:
            return InputError("the line is no JSON object", file=self.path, line=line, remedy=self._remedy)
        return InputError(f"item {number} is no JSON object", file=self.path, remedy=self._remedy)


def _first_line(path: Path, most: int | None) -> tuple[_JsonPlace | None, bool]:
    """The first line that is not empty, and whether another one follows.

    Args:
        path: the file.
        most: bytes that are read of an array, if not all; then nothing is taken to follow a longer one.

    Raises:
        InputError: if the file cannot be read, or begins as a compressed or binary file does.
    """
    with files.opened(path) as stream:
        number, start = 1, skip_mark(stream)
        stream.seek(0)
        files.require_text(stream.read(LINE_PART), path)
        stream.seek(start)
        found: _JsonPlace | None = None
        at, begins = start, b""
        while part := stream.readline(LINE_PART):
            at += len(part)
            begins = begins or part.strip()[:1]
            if found is not None and begins:
                return found, True
            if most is not None and found is None and begins == b"[" and at - start > most:
                return _JsonPlace(number, start, None, begins), False
            if part.endswith(b"\n"):
                if begins and found is None:
                    found = _JsonPlace(number, start, at - 1 - start, begins)
                number, start, begins = number + 1, at, b""
        if begins and found is None:
            found = _JsonPlace(number, start, at - start, begins)
        return found, False


def _whole_file(path: Path) -> _JsonPlace:
    with files.opened(path) as stream:
        start = skip_mark(stream)
        begins = b""
        while not begins and (part := stream.read(LINE_PART)):
            begins = part.strip()[:1]
        return _JsonPlace(None, start, None, begins)


def _bytes_of(path: Path, place: _JsonPlace) -> bytes:
    with files.opened(path) as stream:
        stream.seek(place.start)
        return stream.read(-1 if place.size is None else place.size)


def _only_value(path: Path, place: _JsonPlace) -> Any:  # noqa: ANN401  (JSON is any)
    """The value that a file is.

    Raises:
        NotStrictJSONError: if it is none, or something follows.
        TooLargeError: if it is larger than may be.
    """
    with files.opened(path) as stream:
        stream.seek(place.start)
        reader = JsonStream(stream, place.size, largest=LARGEST_VALUE)
        value = reader.value()
        reader.require_end()
        return value


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
    yield JsonRow(_as_object(value), line or 1, line)


def _as_object(value: Any) -> Any:  # noqa: ANN401  (JSON is any)
    """The row as an object: spaCy 2 writes the text and the annotation as a pair."""
    match value:
        case [str(text), dict(rest)] if "text" not in rest:
            return {"text": text, **rest}
    return value
