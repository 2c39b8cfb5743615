"""Tables as people keep articles in: JSON lines, JSON arrays, CSV, TSV and Parquet, a row at a time.

A row comes with its number, from 1: the line in a file of JSON lines, else its place. All but a JSON array are read as
a stream, so that a large file takes hardly more memory than a small one.
"""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import math
import sys
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.errors import InputError
from goldspan.formats.json_lines import json_document
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

BATCH = 256
BUFFER = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
SAMPLED = 50  # records from which the delimiter is told
LARGEST_FIELD = min(sys.maxsize, 2**31 - 1)  # characters; what a C long holds on every system
ROW_REMEDY = 'A row is {"text": "…"}, if need be with an "id" and keys of your own.'
ARRAY_REMEDY = "A file has a JSON object on each line, or is one JSON array of objects."
OLD_LINE_BREAK = "a carriage return without a line feed, as old programs end lines"
CSV_REMEDY = (
    "The first row names the columns, and each further row has a cell for each. A cell with the delimiter, a quotation "
    'mark or a line break stands between ", and a " in it is doubled.'
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table.

    Args:
        number: its line or place, from 1; the names of the columns count as none.
        line: the line on which it begins, for messages; its number in a file without lines.
        values: its cells by the names of their columns, as JSON values.
    """

    number: int
    line: int
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class TableReading:
    """How a table is read.

    Args:
        delimiter: what stands between the cells of a CSV; detected if None.
        columns: of a Parquet file, those to read; all if None.
        lenient: whether a cell that JSON cannot hold, such as a picture, is read as None, not refused.
    """

    delimiter: str | None = None
    columns: Collection[str] | None = None
    lenient: bool = False


DEFAULT = TableReading()


def scan(path: Path, reading: TableReading = DEFAULT) -> Iterator[TableRow | InputError]:
    """Each row of a table, or the error in its place; a file that cannot be read on ends with its error.

    Args:
        path: a file with one of `SUFFIXES`.
        reading: how to read it.
    """
    is_empty = True
    try:
        for row in _SCANNERS[path.suffix.lower()](path, reading):
            is_empty = False
            yield row
    except InputError as error:
        yield error
        return
    if is_empty:
        yield InputError("the file has no rows", file=path, remedy="Put the articles into it or leave it out.")


def parquet_columns(path: Path) -> list[str]:
    """The names of the columns of a Parquet file.

    Raises:
        InputError: if it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with files.opened(path):  # a pipe is refused here; pyarrow would wait for it without end
        pass
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"not a Parquet file: {error}", file=path, remedy="Write the file again.") from None


def json_object(line: bytes, path: Path | str, number: int, at: int) -> dict[str, Any]:
    """The object of a line of JSON.

    Args:
        line: its bytes.
        path: its file, for messages.
        number: its number, from 1.
        at: the byte of the file at which it begins.

    Raises:
        InputError: naming the byte, for what is not UTF-8; for what is not strict JSON or no object.
    """
    text = _decode_line(line, path, number, at)
    try:
        value = strict_json.loads(text)
    except strict_json.JSONError as error:
        raise InputError(
            f"not a line of JSON: {error}", file=path, line=number, remedy=error.remedy or ROW_REMEDY
        ) from None
    if not isinstance(value, dict):
        raise InputError("the line is no JSON object", file=path, line=number, remedy=ROW_REMEDY)
    return value


def _decode_line(line: bytes, path: Path | str, number: int, at: int) -> str:
    nul = line.find(b"\0")
    if nul >= 0:
        remedy = files.encoding_remedy(line)
        raise InputError(f"NUL byte at byte {at + nul}", file=path, line=number, remedy=remedy)
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8: byte 0x{line[error.start]:02x} at byte {at + error.start}",
            file=path,
            line=number,
            remedy=files.encoding_remedy(line),
        ) from None


def _lines(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """The lines of a file without a byte order mark, each with its number and the byte at which it begins."""
    at = 0
    with files.opened(path) as stream:
        for number, raw in enumerate(stream, 1):
            line = raw.removeprefix(files.BOM) if number == 1 else raw
            yield number, line, at + len(raw) - len(line)
            at += len(raw)


def _scan_lines(path: Path, _reading: TableReading) -> Iterator[TableRow | InputError]:
    if _begins_with(path, b"["):
        yield from _scan_document(path)
        return
    is_empty = True
    for number, line, at in _lines(path):
        if not line.strip():
            continue
        is_empty = False
        try:
            yield TableRow(number, number, json_object(line, path, number, at))
        except InputError as error:
            yield error
    if is_empty:
        raise InputError("the file is empty", file=path, remedy=ROW_REMEDY)


def _scan_json(path: Path, reading: TableReading) -> Iterator[TableRow | InputError]:
    """The rows of a `.json`: of an array, of the one array of objects that an object holds, or on lines."""
    if _has_objects_on_lines(path):
        yield from _scan_lines(path, reading)
    else:
        yield from _scan_document(path)


def _scan_document(path: Path) -> Iterator[TableRow | InputError]:
    value = json_document(path, ARRAY_REMEDY)
    if isinstance(value, dict):
        lists = [part for part in value.values() if isinstance(part, list) and part and isinstance(part[0], dict)]
        value = lists[0] if len(lists) == 1 and len(value) <= 3 else [value]
    if not isinstance(value, list):
        raise InputError("holds no rows", file=path, remedy=ARRAY_REMEDY)
    for number, row in enumerate(value, 1):
        if isinstance(row, dict):
            yield TableRow(number, number, row)
        else:
            yield InputError(f"item {number} is no JSON object", file=path, remedy=ARRAY_REMEDY)


def _begins_with(path: Path, byte: bytes) -> bool:
    with files.opened(path) as stream:
        return stream.read(BUFFER).removeprefix(files.BOM).lstrip().startswith(byte)


def _has_objects_on_lines(path: Path) -> bool:
    """Whether each of the first two lines of a file is an object."""
    first = list(islice(((number, line, at) for number, line, at in _lines(path) if line.strip()), 2))
    try:
        return len(first) == 2 and all(json_object(line, path, number, at) is not None for number, line, at in first)
    except InputError:
        return False


def _scan_csv(path: Path, reading: TableReading) -> Iterator[TableRow | InputError]:
    delimiter = reading.delimiter or _delimiter(path)
    records = _records(path, delimiter)
    header = next(records, None)
    if header is None:
        raise InputError("the file is empty", file=path, remedy=CSV_REMEDY)
    if isinstance(header, InputError):
        raise header
    names = _column_names(header, path)
    for number, item in enumerate(records, 1):
        if isinstance(item, InputError):
            yield item
            continue
        line, cells = item
        if len(cells) == len(names):
            yield TableRow(number, line, dict(zip(names, cells, strict=True)))
        else:
            yield InputError(
                f"the row has {amount(len(cells), 'cell')}, the first one names {amount(len(names), 'column')}",
                file=path,
                line=line,
                remedy=f"{CSV_REMEDY} --delimiter names another delimiter than {_shown(delimiter)}.",
            )


def _column_names(header: tuple[int, list[str]], path: Path) -> list[str]:
    number, cells = header
    names = [name.strip() or f"column {place}" for place, name in enumerate(cells, 1)]
    for place, name in enumerate(names, 1):
        if (first := names.index(name) + 1) != place:
            raise InputError(
                f"the columns {first} and {place} have one name, {name!r:.80}",
                file=path,
                line=number,
                remedy="Rename one of the two.",
            )
    return names


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]] | InputError]:
    """The records of a CSV, each with the line on which it begins; the error of one that cannot be read is the last."""
    begin, last = 1, 0

    def lines() -> Iterator[str]:
        nonlocal last
        for number, line, at in _lines(path):
            last = number
            text = _decode_line(line, path, number, at)
            if number == 1 and _stated_delimiter(text):
                text = "\n"
            yield text

    previous = csv.field_size_limit(LARGEST_FIELD)
    try:
        reader = csv.reader(lines(), delimiter=delimiter, strict=True)
        while True:
            begin = last + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            if cells:
                yield begin, cells
    except csv.Error as error:
        why = OLD_LINE_BREAK if "new-line character" in str(error) else str(error)
        yield InputError(f"not a table: {why}", file=path, line=begin, remedy=CSV_REMEDY)
    except InputError as error:
        yield error
    finally:
        csv.field_size_limit(previous)


def _stated_delimiter(line: str) -> str | None:
    """The delimiter that the first line states, as Excel writes it: `sep=;`."""
    words = line.rstrip("\r\n")
    return words[4] if len(words) == 5 and words.lower().startswith("sep=") else None


def _delimiter(path: Path) -> str:
    """The delimiter of a CSV: that with which the first records have the most cells, the same number in each."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    first = next(_lines(path), None)
    with suppress(UnicodeDecodeError):
        if first and (stated := _stated_delimiter(first[1].decode("utf-8"))):
            return stated
    widths = {delimiter: _widths(path, delimiter) for delimiter in DELIMITERS}
    even = {delimiter: found[0] for delimiter, found in widths.items() if len({*found}) == 1 and found[0] > 1}
    ragged = {delimiter: found[0] for delimiter, found in widths.items() if found and found[0] > 1}
    best = even or ragged
    return max(best, key=lambda delimiter: best[delimiter]) if best else ","


def _widths(path: Path, delimiter: str) -> list[int]:
    """How many cells each of the first records has with a delimiter; 0 for one that cannot be read."""
    records = islice(_records(path, delimiter), SAMPLED)
    return [0 if isinstance(item, InputError) else len(item[1]) for item in records]


def _shown(delimiter: str) -> str:
    return next((name for name, character in DELIMITER_NAMES.items() if character == delimiter), repr(delimiter))


def _scan_parquet(path: Path, reading: TableReading) -> Iterator[TableRow | InputError]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    names = parquet_columns(path) if reading.columns is None else [*reading.columns]
    try:
        with pq.ParquetFile(path, buffer_size=BUFFER, pre_buffer=False) as table:
            schema = table.schema_arrow
            unread = [item.name for item in schema if reading.lenient and _holds_bytes(item.type)]  # pictures are large
            columns = [name for name in schema.names if name in names and name not in unread]
            for batch in table.iter_batches(batch_size=BATCH, columns=columns):
                for number, row in enumerate(batch.to_pylist(), number + 1):  # noqa: B020  (counts on)
                    yield parquet_row(row | dict.fromkeys(unread), path, number, lenient=reading.lenient)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"not a Parquet file: {error}", file=path, remedy="Write the file again.") from None
    except UnicodeDecodeError:
        remedy = "Write the file again, with texts in UTF-8."
        raise InputError("a text is not UTF-8", file=path, line=number + 1, remedy=remedy) from None


def _holds_bytes(kind: Any) -> bool:  # noqa: ANN401  (a type of Arrow)
    """Whether a type of Arrow is one of bytes, or has one inside."""
    import pyarrow.types as kinds

    if any(
        test(kind)
        for test in (kinds.is_binary, kinds.is_large_binary, kinds.is_binary_view, kinds.is_fixed_size_binary)
    ):
        return True
    return kinds.is_nested(kind) and any(_holds_bytes(kind.field(n).type) for n in range(kind.num_fields))


def parquet_row(row: dict[str, Any], path: Path | str, number: int, *, lenient: bool) -> TableRow | InputError:
    """The row of a Parquet file, or the error in its place.

    Args:
        row: its cells, as Arrow has them in Python.
        path: its file, for messages.
        number: its number, from 1.
        lenient: whether a cell that JSON cannot hold is read as None, not refused.
    """
    values = {}
    for key, item in row.items():
        try:
            values[key] = _json_value(item)
        except TypeError as error:
            if not lenient:
                return InputError(
                    f"the column {key!r} holds {error}, which JSON cannot",
                    file=path,
                    line=number,
                    remedy="Leave the column out, or store it as text.",
                )
            values[key] = None
    return TableRow(number, number, values)


def _json_value(value: Any) -> Any:  # noqa: ANN401  (a cell is any)
    """A cell as a JSON value: dates as ISO 8601, decimals as their digits, what is no number as null.

    Raises:
        TypeError: with the name of a type that JSON does not have.
    """
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {name: _json_value(item) for name, item in value.items()}
    raise TypeError(type(value).__name__)


_SCANNERS: dict[str, Callable[[Path, TableReading], Iterator[TableRow | InputError]]] = {
    ".jsonl": _scan_lines,
    ".ndjson": _scan_lines,
    ".json": _scan_json,
    ".csv": _scan_csv,
    ".tsv": _scan_csv,
    ".parquet": _scan_parquet,
}

SUFFIXES = tuple(_SCANNERS)
