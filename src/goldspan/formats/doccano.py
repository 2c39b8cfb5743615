"""JSONL as Doccano 1.8 imports and exports it for sequence labelling.

    {"text": "The 72nd Brigade withdrew.", "label": [[4, 16, "UNIT"]], "goldspan_id": "a.p03", "goldspan_at": "1043",
     "goldspan_sha256": "9f2c…", "goldspan_extra": "{}"}

Offsets count UTF-16 code units, as the annotator's browser does, or grapheme clusters (see `goldspan.graphemes`) where
the project has that setting.

What Doccano does not know is stored under keys of our own, the same in each row and with strings as values: Doccano
flattens values, drops keys equal to its own and fills gaps between rows. The file is ASCII, since Doccano guesses
encodings. On import Doccano silently drops overlapping spans unless the project allows them.

Exports are read with or without our keys, and with the names that versions and kinds of project give the spans:
`label`, `labels`, `entities`. A row without `goldspan_id` is named by its `id` if that is a string, else by its line.
Other keys become extra keys; one that the gold line has, too, becomes `doccano_<key>`. Doccano's number of a row, which
belongs to one server, and an empty list of comments are left out. In an export with a file per user, `unknown.jsonl`
has what no user marked: it is `not_annotated`. The `username` of a row is its annotator.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files, offsets, strict_json
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import gold, row_keys
from goldspan.formats.annotation_shape import require_nothing_unread
from goldspan.formats.json_lines import write_lines
from goldspan.formats.json_rows import JsonRow, scan_rows
from goldspan.formats.offset_units import resolve
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import ExampleNumbers, RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

Unit = Literal["utf16", "graphemes"]
UNITS: dict[Unit, offsets.Unit] = {"utf16": "utf-16", "graphemes": "graphemes"}
SPAN_SIZE = 3
UNANNOTATED = "its row has no key for spans"
NOBODYS_FILE = "unknown.jsonl"  # where an export with a file per user has what no user marked
NOBODYS = "no user of Doccano marked anything in it"
OURS = ("goldspan_id", "goldspan_at", "goldspan_sha256", "goldspan_extra")
GROUP = 8
SENT = "goldspan_sent"  # in a shared project: which spans were filled in
LABEL_KEYS = ("label", "labels", "entities")
REMEDY = 'A row is {"text": …, "label": [[start, end, label], …]}.'
ENCODER = json.JSONEncoder(allow_nan=False)
OFFSETS = "Doccano counts UTF-16 code units, or grapheme clusters where the project has that setting: correct the span."


def scan(path: Path, options: ReadOptions = DEFAULT, *, unit: Unit = "utf16") -> Iterator[Record | InputError]:
    """Each row as a record, or the error that says why it is not valid; empty lines are skipped.

    Args:
        path: the file.
        options: how to read it; the unit that it names goes before `unit`.
        unit: what its offsets count.
    """
    numbers = ExampleNumbers()
    for row in scan_rows(path, nan_as_null=True):
        try:
            yield row if isinstance(row, InputError) else parse(row, path, unit, options.offsets, numbers=numbers)
        except InputError as error:
            yield error


def parse(
    row: JsonRow,
    path: Path,
    unit: Unit = "utf16",
    named: offsets.Unit | None = None,
    *,
    numbers: ExampleNumbers | None = None,
) -> Record:
    """A row as a record.

    Args:
        row: as the file has it.
        path: the file.
        unit: what offsets count in the project.
        named: the unit that the user named, which goes before.
        numbers: of the rows without ids; by their lines if None.

    Raises:
        InputError: naming file and line, if it is not of the shape above, an offset is inside a character, or the text
            is not the one that went to Doccano.
    """
    if not isinstance(row.value, dict):
        raise InputError("the line is no JSON object", file=path, line=row.line, remedy=REMEDY)
    value: dict[str, Any] = row.value
    annotator, text = row_keys.annotator(value), value.get("text")
    number = numbers.number(annotator, text, row.number) if numbers else row.number
    name = _name(value, f"{path.stem}.{number}")
    try:
        if not isinstance(text, str):
            raise InvalidValueError(f"'text' is {text!r:.60}, not a string", remedy=REMEDY)  # noqa: TRY301 (a place is added)
        _validate_text(value, text)
        spans, doubt = resolve(text, _spans(value), UNITS[unit], named)
        at, extra = _at(value), _extra(value)
        if not spans and NOT_ANNOTATED not in extra:
            require_nothing_unread(value, (*LABEL_KEYS, *OURS, SENT))
            if all(value.get(key) is None for key in LABEL_KEYS):
                extra[NOT_ANNOTATED] = UNANNOTATED
            elif path.name == NOBODYS_FILE and isinstance(value.get("id"), int):
                extra[NOT_ANNOTATED] = NOBODYS
    except InvalidValueError as error:
        remedy = error.remedy or OFFSETS
        raise InputError(error.message, file=path, line=row.line, example=name, remedy=remedy) from None
    notes = () if doubt is None else (doubt.note(path, row.line, name),)
    return Record(path, row.line, name, text, spans, at, extra, annotator, notes)


def row(example: Example, unit: Unit = "utf16") -> dict[str, Any]:
    """The row that Doccano imports.

    Raises:
        InvalidValueError: for an empty text, which Doccano refuses, or a span that begins or ends inside a grapheme
            cluster where these are the unit.
    """
    if not example.text:
        raise InvalidValueError(
            "the text is empty: Doccano refuses it", example=example.id, remedy="Leave the example out."
        )
    convert = offsets.to_utf16 if unit == "utf16" else offsets.to_graphemes
    places = [place for span in example.spans for place in (span.start, span.end)]
    try:
        at = convert(example.text, places).tolist() if places else []
    except InvalidValueError as error:
        raise InvalidValueError(error.message, example=example.id, remedy=error.remedy) from None
    labels = [span.label for span in example.spans]
    return {
        "text": example.text,
        "label": [list(span) for span in zip(at[::2], at[1::2], labels, strict=True)],
        "goldspan_id": example.id,
        "goldspan_at": str(example.at),
        "goldspan_sha256": digest(example.text),
        "goldspan_extra": files.dumps(dict(example.extra)),
    }


def digest(text: str) -> str:
    """The SHA-256 of a text as UTF-8, in eight groups of eight hexadecimal digits.

    Doccano shows it to annotators in a narrow column. A word of 64 letters would push this column off the page.
    """
    digits = _digits(text)
    return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


def is_digest(value: object, text: str) -> bool:
    """Whether the value in a row is the digest of a text, grouped or in one piece."""
    return isinstance(value, str) and value.replace(" ", "") == _digits(text)


def line(row: Mapping[str, Any]) -> bytes:
    r"""A row as it is uploaded, with its `\n`; ASCII."""
    return ENCODER.encode(row).encode("ascii") + b"\n"


def write(
    path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT, *, unit: Unit = "utf16"
) -> None:
    """Write the rows, as a stream and all or nothing.

    Raises:
        InputError: for what `row` refuses; nothing is written.
    """
    del options
    write_lines(path, examples, lambda example: line(row(example, unit)))


def is_format_of(sample: FileSample) -> bool:
    """Whether rows have our keys or Doccano's own, or spans in the form that Doccano alone writes under `label`."""
    rows = [row for row in sample.objects if "text" in row and "spans" not in row]
    return any(_is_marked(row) for row in rows) and not any(_is_foreign(row) for row in rows)


def _is_marked(row: dict[str, Any]) -> bool:
    """Whether a row can only be of Doccano."""
    return not {"goldspan_id", "Comments"}.isdisjoint(row) or any(
        isinstance(row.get(key), list) and _is_own(key, row[key]) for key in LABEL_KEYS
    )


def _is_own(key: str, spans: list[Any]) -> bool:
    if key == "entities":
        return any(isinstance(span, dict) and "start_offset" in span for span in spans)
    return all(isinstance(span, list) and len(span) == SPAN_SIZE for span in spans)


def _is_foreign(row: dict[str, Any]) -> bool:
    """Whether a row holds spans in a form that Doccano does not write."""
    entities = row.get("entities")
    others = [row[key] for key in ("label", "labels") if row.get(key)]
    return any(not isinstance(spans, list) or not _is_own("label", spans) for spans in others) or (
        isinstance(entities, list) and bool(entities) and not _is_own("entities", entities)
    )


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _name(row: dict[str, Any], otherwise: str) -> str:
    names = [name for key in ("goldspan_id", "id") if isinstance(name := row.get(key), str) and name]
    return names[0] if names else otherwise


def _validate_text(row: dict[str, Any], text: str) -> None:
    sent = row.get("goldspan_sha256")
    if sent is not None and not is_digest(sent, text):
        raise InvalidValueError(
            "the text is not the one that went to Doccano",
            remedy="Its offsets cannot be trusted: import the example again.",
        )


def _spans(row: dict[str, Any]) -> list[RawSpan]:
    """The spans of a row, with the offsets of the file."""
    lists = {key: value for key in LABEL_KEYS if (value := row.get(key)) is not None and value != []}
    if len(lists) > 1:
        raise InvalidValueError(f"there are spans under {' and '.join(lists)}", remedy="Keep one of the two.")
    spans: object = next(iter(lists.values()), [])
    if not isinstance(spans, list):
        raise InvalidValueError(f"the spans are {spans!r:.60}, not a list", remedy=REMEDY)
    return [_span(item) for item in spans]


def _span(item: object) -> RawSpan:
    if isinstance(item, dict):
        item = [item.get(key) for key in ("start_offset", "end_offset", "label")]
    match item:
        case [int(start), int(end), str(label)] if bool not in {type(start), type(end)}:
            return RawSpan(start, end, label)
    raise InvalidValueError(f"the span {item!r:.80} is not [start, end, label]", remedy=REMEDY)


def _at(row: dict[str, Any]) -> int:
    at = row.get("goldspan_at")
    if at is None:
        return 0
    if not (isinstance(at, str) and re.fullmatch("[0-9]{1,18}", at)):
        raise InvalidValueError(
            f"'goldspan_at' is {at!r:.60}, not a number in a string", remedy="Export the row again."
        )
    return int(at)


def _extra(row: dict[str, Any]) -> dict[str, Any]:
    written = row.get("goldspan_extra")
    try:
        extra = {} if written is None else strict_json.loads(written) if isinstance(written, str) else None
    except strict_json.JSONError:
        extra = None
    if not isinstance(extra, dict):
        raise InvalidValueError(f"'goldspan_extra' is {written!r:.60}, no JSON object", remedy="Export the row again.")
    used = {"id", "text", *LABEL_KEYS, *OURS, SENT} - ({"entities"} if row.get("relations") else set())
    others = {key: value for key, value in row.items() if key not in used and (key, value) != ("Comments", [])}
    return extra | {f"doccano_{key}" if key in gold.KEYS else key: value for key, value in others.items()}
