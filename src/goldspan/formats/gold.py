r"""The gold line: one example per line, the format of gold, passes and suggestions.

    {"id": "a.p03", "at": 1043, "text": "The 72nd Brigade withdrew.", "spans": [[4, 16, "UNIT", "72nd Brigade"]]}

UTF-8, `\n`, keys in this order, spans sorted; the fourth element of a span is its surface, compared with the
text when read. Further keys may follow, among them `schema` (`goldspan.project_schema`).
A line without spans is refused if it has some under a key that other programs
have for them (`goldspan.formats.row_keys`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan import files, project_schema
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import row_keys
from goldspan.formats.annotation_shape import require_nothing_unread
from goldspan.formats.json_lines import json_object, numbered
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

KEYS: dict[str, type] = {"id": str, "at": int, "text": str, "spans": list}
SPAN_SIZE = 4
REMEDY = 'A line is {"id": …, "at": …, "text": …, "spans": [[start, end, label, surface]]}.'


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each line as a record, or the error that says why it is not valid; a gold line leaves no option open."""
    del options
    return _scan(numbered(path), path)


def scan_bytes(data: bytes, path: Path) -> Iterator[Record | InputError]:
    """The records of bytes from elsewhere, such as an earlier revision of the file."""
    return _scan(files.lines(data), path)


def parse(raw: bytes, path: Path, number: int) -> Record:
    """One line.

    Raises:
        InputError: naming file and line, if it is not UTF-8, not JSON, or not of the shape above.
    """
    value = json_object(raw, path, number, REMEDY)
    if type(stated := value.get(project_schema.KEY)) is int:  # another program may keep a text under this key
        project_schema.require_known(stated, path, number, example=_id(value))
    shape = _shape(value)
    if shape:
        raise InputError(
            shape,
            file=path,
            line=number,
            example=_id(value),
            remedy=REMEDY,
        )
    if not value["spans"] and not value.get(NOT_ANNOTATED):
        _require_nothing_unread(value, path, number)
    spans = tuple(RawSpan(*span) for span in value["spans"])
    extra = {key: item for key, item in value.items() if key not in KEYS}
    return Record(path, number, value["id"], value["text"], spans, value["at"], extra)


def line(example: Example) -> str:
    r"""The canonical line of an example, with its `\n`.

    Raises:
        InvalidValueError: for an extra key that would replace `id`, `at`, `text` or `spans`.
    """
    row: dict[str, Any] = {
        "id": example.id,
        "at": example.at,
        "text": example.text,
        "spans": [[s.start, s.end, s.label, example.surface(s)] for s in example.spans],
    }
    taken = row.keys() & example.extra.keys()
    if taken:
        raise InvalidValueError(f"an extra key is named {min(taken)!r}, as a key of every line", example=example.id)
    return files.dumps(row | dict(example.extra)) + "\n"


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> None:
    """Write a file of gold lines, as a stream and all or nothing."""
    del options
    with files.replacing(path) as stream:
        for example in examples:
            stream.write(line(example).encode("utf-8"))


def is_format_of(sample: FileSample) -> bool:
    """Whether a file has rows with the keys of a gold line, and without spans that are objects.

    A `.jsonl` with only broken lines counts, too: the reader of gold names the broken line and what is wrong with it.
    """
    if sample.is_empty:
        return sample.path.suffix == ".jsonl"
    return sample.is_broken_json or any(_has_keys(row) for row in sample.objects)


def _scan(lines: Iterable[tuple[int, bytes]], path: Path) -> Iterator[Record | InputError]:
    for number, raw in lines:
        try:
            yield parse(raw, path, number)
        except InputError as error:
            yield error


def _has_keys(row: dict[str, Any]) -> bool:
    spans = row.get("spans")
    return row.keys() >= {"id", "at", "spans"} and not (
        isinstance(spans, list) and any(isinstance(s, dict) for s in spans)
    )


def _id(value: dict[str, Any]) -> str | None:
    name = value.get("id")
    return name if isinstance(name, str) else None


def _require_nothing_unread(value: dict[str, Any], path: Path, number: int) -> None:
    try:
        require_nothing_unread({key: value[key] for key in row_keys.SPANS if key in value}, KEYS)
    except InvalidValueError as error:
        raise InputError(error.message, file=path, line=number, example=_id(value), remedy=error.remedy) from None


def _shape(value: dict[str, Any]) -> str | None:
    for key, kind in KEYS.items():
        if key not in value:
            return f"the key {key!r} is missing"
        if not isinstance(value[key], kind) or isinstance(value[key], bool):
            return f"{key!r} is {value[key]!r:.60}, not of type {kind.__name__}"
    for span in value["spans"]:
        if not _is_span(span):
            return f"the span {span!r:.80} is not [start, end, label, surface]"
    return None


def _is_span(span: object) -> bool:
    return (
        isinstance(span, list)
        and len(span) == SPAN_SIZE
        and type(span[0]) is type(span[1]) is int
        and isinstance(span[2], str)
        and isinstance(span[3], str)
    )
