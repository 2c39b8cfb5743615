r"""What Potato (github.com/davidjurgens/potato) leaves after annotation: its output folder, or a file of it. Only read.

Potato 1 writes `annotated_instances.jsonl`, one for each annotator and one for all:

    {"user_id": "ines", "instance_id": "7", "displayed_text": "The 72nd Brigade withdrew.",
     "span_annotations": [{"start": 4, "end": 16, "span": "72nd Brigade", "annotation": "UNIT"}],
     "label_annotations": {}, "behavioral_data": {}}

Potato 2 writes a `user_state.json` for each annotator and exports `annotations.jsonl`. Neither has the texts: they
come from the file that Potato was given, with `--texts`.

**Offsets.** Potato 1 counts the characters of the page's HTML without its margins, where `&` is `&amp;`; its spans
state their words, which decide. Potato 2 counts UTF-16 units in the browser and states no words: where the page may
show a text otherwise than it is (markup, several spaces, line breaks), that is noted.

An annotator is the `user_id`, else the folder. What was assigned and has no annotation is `not_annotated`: Potato does
not keep that somebody found nothing there. Labels of a whole text and the links of spans to a knowledge base are kept
under the extra key `potato`; times and clicks are left out.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.annotation_shape import require_nothing_unread
from goldspan.formats.json_rows import scan_objects
from goldspan.formats.offset_units import DOUBT, resolve
from goldspan.formats.options import DEFAULT
from goldspan.formats.record import Note, RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.formats.options import ReadOptions
    from goldspan.formats.sample import FileSample

KEY = "potato"
FILES = ("annotated_instances.jsonl", "user_state.json")  # of an annotator; the first of these that there is
STATE = "instance_id_to_span_to_value"
NOTHING_STORED = "assigned in Potato, and no annotation of it is stored"
SURVEY = "a page of a survey in Potato"
SPAN_KEYS = frozenset({"schema", "name", "title", "start", "end", "id", "annotation", "span", "label", "text", "color",
                       "target_field", "format_coords", "additional_parts", "value"})  # fmt: skip
SPANS_KEYS = ("span_annotations", "spans")
OTHER_KEYS = ("label_annotations", "labels", "links", "behavioral_data")  # that hold no spans of a text
RESHAPED = re.compile(r"\s{2,}|[^\S ]|^\s|\s$|[<&]")
RESHAPED_DOUBT = "its page may have shown this text with other spaces or without markup, and the spans state no words"
REMEDY = "Name Potato's output folder, or a file annotated_instances.jsonl, annotations.jsonl or user_state.json in it."
TEXTS = "Name the data file that Potato was given with --texts FILE: it has the text of each id."
UNIT = "Name the unit with --offsets, or compare with --texts what Potato showed."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instance:
    """What one annotator did with a text."""

    path: Path
    line: int | None
    id: str
    annotator: str | None
    text: str
    states_words: bool
    spans: Sequence[Mapping[str, Any]]
    labels: object
    not_annotated: str | None = None

    def error(self, message: str, remedy: str | None) -> InputError:
        return InputError(message, file=self.path, line=self.line, example=self.id, remedy=remedy)


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """What each annotator did with each text, or the error that says why it is not valid.

    Args:
        path: the output folder, that of one annotator, or a file.
        options: the texts, for Potato 2; the unit of the offsets.
    """
    for file in _files(path) if path.is_dir() else [path]:
        for item in scan_objects(file, REMEDY):
            if isinstance(item, InputError):
                yield item
                continue
            of_state = STATE in item.value
            instances = (
                _of_state(item.value, file, options) if of_state else _of_row(item.value, file, item.line, options)
            )
            for instance in instances:
                try:
                    yield instance if isinstance(instance, InputError) else _record(instance, options)
                except InputError as error:
                    yield error


def is_format_of(sample: FileSample) -> bool:
    """Whether the first object of a file is one of Potato's."""
    first = sample.first_object or {}
    return (
        STATE in first
        or {"span_annotations", "label_annotations"} <= first.keys()
        or ({"instance_id", "user_id", "labels"} <= first.keys() and isinstance(first.get("spans"), dict))
    )


def is_format_of_folder(path: Path) -> bool:
    """Whether a folder is that of an annotator, or holds such folders."""
    return bool(_files(path))


def _files(folder: Path) -> list[Path]:
    """The files of the annotators in a folder: its own, or those of its folders."""
    for folders in ([folder], sorted(child for child in folder.iterdir() if child.is_dir())):
        found = [next((one / name for name in FILES if (one / name).is_file()), None) for one in folders]
        if any(found):
            return [file for file in found if file is not None]
    return []


def _of_row(
    row: Mapping[str, Any], path: Path, line: int | None, options: ReadOptions
) -> Iterator[_Instance | InputError]:
    name = str(next((row[key] for key in ("instance_id", "id") if row.get(key) not in (None, "")), ""))
    if not name:
        yield InputError("the row names no instance", file=path, line=line, remedy=REMEDY)
        return
    spans = next((row[key] for key in SPANS_KEYS if key in row), None)
    try:
        require_nothing_unread({} if spans else row, (*SPANS_KEYS, *OTHER_KEYS))
        if spans is None:
            raise InvalidValueError("the row has no key for spans", remedy=REMEDY)  # noqa: TRY301  (a place is added)
    except InvalidValueError as error:
        yield InputError(error.message, file=path, line=line, example=name, remedy=error.remedy)
        return
    annotator = next((row[key] for key in ("user_id", "user") if isinstance(row.get(key), str) and row[key]), None)
    shown = next((row[key] for key in ("displayed_text", "text") if isinstance(row.get(key), str)), None)
    yield _instance(
        path,
        line=line,
        name=name,
        annotator=annotator or _folder_name(path),
        shown=shown,
        spans=spans,
        labels=row.get("label_annotations", row.get("labels")),
        options=options,
        is_stored=True,
    )


def _of_state(state: Mapping[str, Any], path: Path, options: ReadOptions) -> Iterator[_Instance | InputError]:
    annotator = state.get("user_id")
    spans, labels = (state.get(key) or {} for key in (STATE, "instance_id_to_label_to_value"))
    assigned = state.get("instance_id_ordering") or []
    if not (isinstance(spans, dict) and isinstance(labels, dict) and isinstance(assigned, list)):
        yield InputError("this is no state of an annotator", file=path, remedy=REMEDY)
        return
    name = annotator if isinstance(annotator, str) and annotator else _folder_name(path)
    for instance in dict.fromkeys([*map(str, assigned), *spans, *labels]):
        is_stored = bool(spans.get(instance) or labels.get(instance))
        if not is_stored and (options.texts is None or instance not in options.texts):
            continue  # without a text or annotation there is nothing to read
        yield _instance(
            path,
            line=None,
            name=instance,
            annotator=name,
            shown=None,
            spans=spans.get(instance),
            labels=labels.get(instance),
            options=options,
            is_stored=is_stored,
        )


def _folder_name(path: Path) -> str | None:
    return path.absolute().parent.name if path.name in FILES else None


def _instance(
    path: Path,
    *,
    line: int | None,
    name: str,
    annotator: str | None,
    shown: str | None,
    spans: object,
    labels: object,
    options: ReadOptions,
    is_stored: bool,
) -> _Instance | InputError:
    """What one annotator did with a text.

    Args:
        path: the file.
        line: the line in it, from 1.
        name: of the text.
        annotator: who it was.
        shown: the text as Potato stored it; None if it did not.
        spans: as stored.
        labels: of the whole text, as stored.
        options: with the texts by id.
        is_stored: whether there is any annotation.
    """
    text = shown if shown is not None else (options.texts or {}).get(name)
    if text is None:
        what = "none of the texts given has this id" if options.texts else "Potato stored no text here"
        return InputError(what, file=path, line=line, example=name, remedy=TEXTS)
    try:
        found = _span_list(spans)
    except InvalidValueError as error:
        return InputError(error.message, file=path, line=line, example=name, remedy=error.remedy)
    return _Instance(
        path=path,
        line=line,
        id=name,
        annotator=annotator,
        text=text,
        states_words=shown is not None,
        spans=found,
        labels=labels,
        not_annotated=SURVEY if name.endswith(".html") else None if is_stored else NOTHING_STORED,
    )


def _span_list(spans: object) -> list[Mapping[str, Any]]:
    """The spans, which Potato stores in a list, in pairs with a value, or by schema."""
    if spans is None:
        return []
    if isinstance(spans, dict):
        return [span for of_schema in spans.values() for span in _span_list(of_schema)]
    if isinstance(spans, list):
        items = [item[0] if isinstance(item, list) and len(item) == 2 else item for item in spans]
        if all(isinstance(item, dict) for item in items):
            return items
    raise InvalidValueError(f"the spans are {spans!r:.80}, not a list of objects", remedy=REMEDY)


def _record(instance: _Instance, options: ReadOptions) -> Record:
    raw = [span for item in instance.spans for span in _raw_spans(instance, item, options)]
    spans, doubt = _in_code_points(instance, raw, options)
    labels = {} if instance.labels in (None, [], {}) else {"labels": instance.labels}
    links = [
        [item["start"], item["end"], {key: value for key, value in item.items() if key not in SPAN_KEYS}]
        for item in instance.spans
        if item.keys() - SPAN_KEYS
    ]
    kept = labels | ({"spans": links} if links else {})
    extra: dict[str, Any] = {KEY: kept} if kept else {}
    if instance.not_annotated:
        extra[NOT_ANNOTATED] = instance.not_annotated
    notes = []
    if kept:
        message = f"{' and '.join(kept)} are kept under the extra key {KEY!r}: they are no spans"
        notes.append(Note("kept-aside", message, instance.path, instance.line, instance.id))
    if doubt:
        notes.append(Note(DOUBT, doubt, instance.path, instance.line, instance.id, UNIT))
    return Record(
        instance.path,
        instance.line,
        instance.id,
        instance.text,
        tuple(spans),
        0,
        extra,
        instance.annotator,
        tuple(notes),
    )


def _raw_spans(instance: _Instance, item: Mapping[str, Any], options: ReadOptions) -> Iterator[RawSpan]:
    label = next((item[key] for key in ("annotation", "name", "label") if isinstance(item.get(key), str)), "")
    words = next((item[key] for key in ("span", "text") if isinstance(item.get(key), str)), None)
    if item.get("format_coords"):
        raise instance.error(
            "a span is marked in a page or a sheet, by its coordinates", "Only spans of plain texts can be read."
        )
    field = item.get("target_field")
    if field and options.layer != field:
        raise instance.error(f"a span is marked in the field {field!r}", f"Read that field with --layer {field}.")
    parts = [item, *(item.get("additional_parts") or ())]
    if not label or not all(isinstance(part, dict) and _has_place(part) for part in parts):
        raise instance.error(f"the span {dict(item)!r:.100} has no start, end and label", REMEDY)
    if len(parts) > 1 and options.discontinuous == "refuse":
        raise instance.error(
            f"the span {label} has {len(parts)} parts", "Choose with --discontinuous: split, or cover the gap."
        )
    if options.discontinuous == "cover":
        yield RawSpan(
            min(part["start"] for part in parts),
            max(part["end"] for part in parts),
            label,
            words if len(parts) == 1 else None,
        )
        return
    yield from (RawSpan(part["start"], part["end"], label, words if len(parts) == 1 else None) for part in parts)


def _has_place(part: Mapping[str, Any]) -> bool:
    return all(isinstance(part.get(key), int) and not isinstance(part[key], bool) for key in ("start", "end"))


def _in_code_points(
    instance: _Instance, spans: Sequence[RawSpan], options: ReadOptions
) -> tuple[Sequence[RawSpan], str | None]:
    """The spans in code points, and what is to be said of how they were read."""
    text, unit = instance.text, options.offsets
    if unit is None and instance.states_words:
        if all(_is_there(span, text) for span in spans):
            return spans, None
        from_page = _from_page(text, spans)
        return (from_page if all(_is_there(span, text) for span in from_page) else spans), None
    try:
        read, doubt = resolve(text, spans, "utf-16", unit)
    except InvalidValueError as error:
        raise instance.error(error.message, error.remedy or UNIT) from None
    if doubt is not None:
        return read, doubt.message
    is_reshaped = unit is None and RESHAPED.search(text) is not None and any(span.surface is None for span in spans)
    return read, RESHAPED_DOUBT if is_reshaped else None


def _is_there(span: RawSpan, text: str) -> bool:
    return span.surface is None or text[max(span.start, 0) : max(span.end, 0)] == span.surface


def _from_page(text: str, spans: Sequence[RawSpan]) -> list[RawSpan]:
    """Spans whose offsets count the characters of the HTML of a text without white space at its edges."""
    begin = len(text) - len(text.lstrip())
    positions = [at for at, character in enumerate(text) if at >= begin for _ in _escaped(character)]
    positions.append(len(text))
    last = len(positions) - 1
    return [
        RawSpan(
            positions[min(max(span.start, 0), last)],
            positions[min(max(span.end, 0), last)],
            span.label,
            None if span.surface is None else html.unescape(span.surface),
        )
        for span in spans
    ]


def _escaped(character: str) -> str:
    return "&nbsp;" if character == "\xa0" else html.escape(character, quote=False)
