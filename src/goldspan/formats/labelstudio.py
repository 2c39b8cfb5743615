r"""JSON as Label Studio exports it (`JSON`, not `JSON-MIN`) and imports it: tasks, with what people and models marked.

    [{"id": 7, "data": {"text": "The 72nd Brigade withdrew."},
      "annotations": [{"completed_by": 1, "was_cancelled": false, "result": [
          {"id": "a", "from_name": "label", "to_name": "text", "type": "labels",
           "value": {"start": 4, "end": 16, "text": "72nd Brigade", "labels": ["UNIT"]}}]}],
      "predictions": [{"model_version": "m1", "result": []}]}]

The file is one array, a task per line, or one task. Label Studio before 1.0 has `completions` for `annotations`.

**Whose annotation.** Each annotation of a task is a record of its own, by the person in `completed_by`. A task that a
person skipped (`was_cancelled`), or that nobody annotated, is `not_annotated`. Predictions are read where the file has
nobody's annotation at all, or if their annotator is asked for: `model:<model_version>`.

**Offsets** count code points. Label Studio's editor counted UTF-16 units up to the autumn of 2021 (issues #1008 and
#1347, pull request #1559 *Store code points instead of js length*), and does so still in a region whose edges were
dragged. Therefore each span is compared with the words that Label Studio stored for it (`value.text`) in both units,
and a text with characters beyond U+FFFF without such words is noted. The editor stores a line break in these words as
`\\n`, two characters, and the browser joins white space: white space is not compared.

**What is no span** (relations, choices, ratings, text fields), other data of the task, its `meta`, and the notes and
scores of regions are kept under the extra key `label_studio`; numbers and times of the server are left out. Regions in
HTML, dialogues, audio and images are refused.

What is written are tasks with predictions by the model `goldspan`, from which people can start. `data.goldspan` keeps
id, place and further keys.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files, offsets
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.json_rows import JsonFile, JsonRow
from goldspan.formats.offset_units import DOUBT, resolve
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import Note, RawSpan, Record
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, LabelScheme
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

KEY = "label_studio"
OURS = "goldspan"  # the key of what goldspan wrote in the data of a task, and the name of its model
MODEL = "model:"  # begins the name of an annotator who is a model
WORK = ("annotations", "completions")
SKIPPED = "skipped in Label Studio"
NOBODY = "nobody annotated it in Label Studio"
STATE = (NOT_ANNOTATED, "confirmed")  # keys that no longer hold once a person has annotated
SPANS = "labels"
CONFIG_TEXT = '<Text name="text" value="$text"/>'
OTHER = frozenset({"relation", "choices", "taxonomy", "textarea", "rating", "number", "datetime", "pairwise", "ranker"})
ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|/data/)\S+")
REMEDY = 'A task is {"data": {"text": …}, "annotations": [{"result": […]}]}: export it from Label Studio as JSON.'
UNIT = "Name the unit with --offsets code-points or utf-16."
NO_TEXT = "Name the key of the text in `data` with --layer."
NO_LABEL = "Label it in Label Studio, or name a label for such spans with --label."
WHITE_SPACE = re.compile(r"\s+|\\n")
TWICE = "Delete one of the two in Label Studio and export again."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A task, and how it is to be read."""

    value: Mapping[str, Any]
    name: str
    path: Path
    line: int | None
    options: ReadOptions

    @property
    def data(self) -> Mapping[str, Any]:
        return self.value["data"]  # type: ignore[no-any-return]

    def error(self, message: str, remedy: str = REMEDY) -> InputError:
        return InputError(message, file=self.path, line=self.line, example=self.name, remedy=remedy)

    def note(self, kind: str, message: str, remedy: str | None = None) -> Note:
        return Note(kind, message, self.path, self.line, self.name, remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What one person or model did with a task.

    Args:
        annotator: their name, as far as the file states it.
        items: the results.
        not_annotated: why it does not count as annotation; None if it does.
        is_ground_truth: whether it is marked as ground truth.
    """

    annotator: str | None
    items: Sequence[Mapping[str, Any]] = ()
    not_annotated: str | None = None
    is_ground_truth: bool = False


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each annotation of each task as a record, or the error that says why it is not valid."""
    tasks = JsonFile(path, REMEDY)
    of_models = (options.annotator or "").startswith(MODEL) or not any(
        task.value.get(key) for task in tasks.objects() if isinstance(task, JsonRow) for key in WORK
    )
    for task in tasks.objects():
        if isinstance(task, InputError):
            yield task
            continue
        try:
            yield from _records(_task(task, path, options), of_models=of_models)
        except InputError as error:
            yield error


def task(example: Example) -> dict[str, Any]:
    """The task that Label Studio imports, with the spans as a prediction."""
    return {
        "data": {
            "text": example.text,
            OURS: {"id": example.id, "at": example.at, "extra": dict(example.extra)},
        },
        "predictions": [
            {
                "model_version": OURS,
                "result": [
                    {
                        "id": f"s{number}",
                        "from_name": "label",
                        "to_name": "text",
                        "type": SPANS,
                        "value": {
                            "start": span.start,
                            "end": span.end,
                            "text": example.surface(span),
                            "labels": [span.label],
                        },
                    }
                    for number, span in enumerate(example.spans, start=1)
                ],
            }
        ],
    }


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> None:
    """Write the tasks as one array, as a stream and all or nothing."""
    del options
    with files.replacing(path) as stream:
        stream.write(b"[")
        for number, example in enumerate(examples):
            stream.write(b",\n" if number else b"\n")
            stream.write(files.dumps(task(example)).encode("utf-8"))
        stream.write(b"\n]\n")


def labeling_config(scheme: LabelScheme) -> str:
    """The labeling configuration of a project for the tasks of `write`: the labels with their colours and keys."""
    from xml.sax.saxutils import quoteattr

    attributes = (
        {"value": label.name, "background": label.colour, "hotkey": label.shortcut} for label in scheme.labels
    )
    labels = [
        " ".join(["<Label", *(f"{name}={quoteattr(value)}" for name, value in one.items())]) + "/>"
        for one in attributes
    ]
    lines = ["<View>", '<Labels name="label" toName="text">', *labels, "</Labels>", CONFIG_TEXT, "</View>"]
    return "\n".join(lines) + "\n"


def is_format_of(sample: FileSample) -> bool:
    """Whether the first object of a file is a task with data; an array without objects holds no task."""
    first = sample.first_object
    if first is None and b"".join(sample.head.split()) == b"[]":
        return True
    if first is None or not isinstance(first.get("data"), dict):
        return False
    return not first.keys().isdisjoint({*WORK, "predictions"}) or any(
        isinstance(value, str) for value in first["data"].values()
    )


def _task(item: JsonRow, path: Path, options: ReadOptions) -> _Task:
    name = f"{path.stem}.{item.number}"
    data = item.value.get("data")
    if not isinstance(data, dict):
        message = "it has no data"
        raise InputError(message, file=path, line=item.line, example=name, remedy=REMEDY)
    stated = (data[OURS].get("id") if isinstance(data.get(OURS), dict) else None, data.get("id"))
    name = next((value for value in stated if isinstance(value, str) and value), name)
    return _Task(value=item.value, name=name, path=path, line=item.line, options=options)


def _records(task: _Task, *, of_models: bool) -> Iterator[Record | InputError]:
    ours = _ours(task)
    people, models = _people(task), _models(task)
    readings = models if of_models else people
    notes = _notes(task, models, of_models=of_models)
    for reading in readings or [_Reading(annotator=None, not_annotated=NOBODY)]:
        try:
            yield _record(task, reading, ours, notes, of_model=of_models and bool(readings))
        except InputError as error:
            yield error


def _record(task: _Task, reading: _Reading, ours: Mapping[str, Any], notes: list[Note], *, of_model: bool) -> Record:
    key = "text" if ours else _text_key(task, reading.items)
    text = task.data[key]
    if not ours and ADDRESS.fullmatch(text):
        raise task.error(
            f"the text is the address {text!r:.60}: the file does not hold the text itself",
            "Import the texts into Label Studio, not their addresses, or put each text in its place.",
        )
    regions, others = _by_kind(task, reading.items)
    read = [_region(task, item, text) for item in regions]
    spans = tuple(span for region in read for span in region.spans)
    kept = _kept(task, key, reading, others, read)
    extra = {name: value for name, value in ours.get("extra", {}).items() if of_model or name not in STATE}
    if kept:
        extra[KEY] = {**(extra[KEY] if isinstance(extra.get(KEY), dict) else {}), **kept}
    if reading.not_annotated:
        extra.setdefault(NOT_ANNOTATED, reading.not_annotated)
        spans = ()
    notes = [*notes, *_region_notes(task, read), *_other_notes(task, others)]
    return Record(
        task.path,
        task.line,
        task.name,
        text,
        spans,
        ours.get("at", 0),
        extra,
        reading.annotator,
        tuple(notes),
    )


def _people(task: _Task) -> list[_Reading]:
    """What each person did with a task: who annotated first, who skipped it last.

    Raises:
        InputError: if one person has two annotations of the task.
    """
    done = [work for key in WORK for work in _list(task, key)]
    names = [_person(work) for work in done]
    if names.count(None) > 1:
        names = [name or f"annotation {number}" for number, name in enumerate(names, start=1)]
    skipped = [bool(work.get("was_cancelled") or work.get("skipped")) for work in done]
    annotated = [name for name, is_skipped in zip(names, skipped, strict=True) if not is_skipped]
    if twice := [name for name, times in Counter(annotated).items() if times > 1]:
        raise task.error(f"{twice[0]} has {annotated.count(twice[0])} annotations of this task", TWICE)
    readings = []
    for work, name, is_skipped in zip(done, names, skipped, strict=True):
        if is_skipped and name in annotated:
            continue
        readings.append(
            _Reading(
                annotator=name,
                items=_items(task, work),
                not_annotated=SKIPPED if is_skipped else None,
                is_ground_truth=work.get("ground_truth") is True,
            )
        )
    by_name = {reading.annotator: reading for reading in readings}  # who skipped a task twice skipped it
    return sorted(by_name.values(), key=lambda reading: reading.not_annotated is not None)


def _person(work: Mapping[str, Any]) -> str | None:
    """The name of a person: their e-mail address, else their number."""
    person = work.get("completed_by")
    if isinstance(person, dict):
        person = next((person[key] for key in ("email", "username", "id") if person.get(key)), None)
    return None if person is None or isinstance(person, (dict, list)) else str(person)


def _models(task: _Task) -> list[_Reading]:
    """What each model predicted. An export may name predictions by their numbers alone: these cannot be read."""
    predictions = task.value.get("predictions") or []
    if not isinstance(predictions, list):
        raise task.error(f"'predictions' is {predictions!r:.60}, not a list")
    readings = [
        _Reading(annotator=f"{MODEL}{work.get('model_version') or 'unknown'}", items=_items(task, work))
        for work in predictions
        if isinstance(work, dict) and "result" in work
    ]
    for name, times in Counter(reading.annotator for reading in readings).items():
        if times > 1:
            raise task.error(f"{name} has {times} predictions of this task", TWICE)
    return readings


def _list(task: _Task, key: str) -> list[dict[str, Any]]:
    value = task.value.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise task.error(f"{key!r} is {value!r:.60}, not a list of objects")
    return value


def _items(task: _Task, work: Mapping[str, Any]) -> list[dict[str, Any]]:
    items = work.get("result")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise task.error(f"'result' is {items!r:.60}, not a list of objects")
    return items


def _notes(task: _Task, models: Sequence[_Reading], *, of_models: bool) -> list[Note]:
    """What of a task is not read, or is no annotation of a person's."""
    notes = []
    names = [reading.annotator or "" for reading in models]
    if len(models) < len(task.value.get("predictions") or []):
        notes.append(task.note("prediction", "predictions of which the file has only the numbers are not read"))
    if models and not of_models:
        message = f"the predictions of {enumerate_names(names)} are not read, for people annotated this file"
        notes.append(task.note("prediction", message, f"To read them, name one with --annotator, e.g. {names[0]}."))
    elif names and set(names) != {MODEL + OURS} and task.options.annotator is None:
        message = f"nobody annotated this file: what is read are the predictions of {enumerate_names(names)}"
        notes.append(task.note("prediction", message))
    if task.value.get("drafts"):
        notes.append(task.note("draft", "a draft that nobody submitted is not read"))
    return notes


def _ours(task: _Task) -> dict[str, Any]:
    match task.data.get(OURS):
        case None:
            return {}
        case {"id": str(name), "at": int(at), "extra": dict(extra)} if name and isinstance(task.data.get("text"), str):
            return {"at": int(at), "extra": extra}
    raise task.error(f"'goldspan' in the data is {task.data[OURS]!r:.80}, not what goldspan wrote")


def _text_key(task: _Task, items: Sequence[Mapping[str, Any]]) -> str:
    """The key of the text in the data of a task.

    Raises:
        InputError: if there is none, or one cannot be told from the others.
    """
    strings = [key for key, value in task.data.items() if isinstance(value, str) and key not in {OURS, "id"}]
    if (named := task.options.layer) is not None:
        if named not in strings:
            raise task.error(f"there is no text {named!r} in the data", f"The texts are {enumerate_names(strings)}.")
        return named
    if len(strings) == 1:
        return strings[0]
    marked = [item for item in items if item.get("type") != "relation" and "start" in _value(item)]
    stated = {str(item.get("source") or item.get("to_name")).removeprefix("$") for item in marked}
    if len(stated) > 1:
        raise task.error(f"there are spans in several texts: {enumerate_names(sorted(stated))}", NO_TEXT)
    if (key := next(iter(stated), "text")) in strings:
        return key
    fitting = [key for key in strings if marked and all(_is_in(_value(item), task.data[key]) for item in marked)]
    if len(fitting) == 1:
        return fitting[0]
    if not strings:
        raise task.error("there is no text in its data")
    raise task.error(f"any of {enumerate_names(strings)} may be the text that was annotated", NO_TEXT)


def _value(item: Mapping[str, Any]) -> Mapping[str, Any]:
    value = item.get("value")
    return value if isinstance(value, dict) else {}


def _is_in(value: Mapping[str, Any], text: str) -> bool:
    """Whether the words of a region stand at its place in a text."""
    words, start, end = value.get("text"), value.get("start"), value.get("end")
    if not (isinstance(words, str) and words and isinstance(start, int) and isinstance(end, int)):
        return False
    places = [(start, end), _in_utf16(text, start, end)]
    return any(place is not None and _same_words(words, text[slice(*place)]) for place in places)


def _by_kind(
    task: _Task, items: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The regions with labels, and what is no span.

    Raises:
        InputError: for a type of annotation that is not known, or a region that has something else than labels.
    """
    regions, others = [], []
    labelled = {str(item.get("id")) for item in items if item.get("type") == SPANS}
    for item in items:
        kind = item["type"] if isinstance(item.get("type"), str) else repr(item.get("type"))
        if kind == SPANS:
            regions.append(item)
        elif kind in OTHER and ("start" not in _value(item) or str(item.get("id")) in labelled):
            others.append(item)
        elif kind in OTHER:
            raise task.error(f"a region with {kind!r} has no labels", "Only regions with <Labels> are spans.")
        else:
            raise task.error(
                f"there is annotation of the type {kind!r:.60}, which goldspan does not read",
                "Spans are marked in a <Text> with <Labels>; other annotation must be converted first.",
            )
    return regions, others


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """A region as spans, one for each of its labels.

    Args:
        spans: in code points.
        attributes: what else the file states of it.
        doubt: how its offsets were read, where that is not certain.
    """

    spans: tuple[RawSpan, ...]
    attributes: Mapping[str, Any]
    doubt: str | None = None


def _region(task: _Task, item: Mapping[str, Any], text: str) -> _Region:
    value = _value(item)
    start, end = (_offset(task, value, name) for name in ("start", "end"))
    labels = value.get(SPANS) or ([task.options.label] if task.options.label else [])
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) and label for label in labels):
        raise task.error(f"the region [{start}, {end}] has no label", NO_LABEL)
    words = value.get("text") if isinstance(value.get("text"), str) else None
    start, end, doubt = _read_offsets(task, text, start, end, words)
    same = words is None or _same_words(words, text[start:end])
    attributes = {key: item[key] for key in ("meta", "score") if item.get(key) not in (None, {}, [])}
    return _Region(
        spans=tuple(RawSpan(start, end, label, None if same else words) for label in labels),
        attributes=attributes,
        doubt=doubt,
    )


def _offset(task: _Task, value: Mapping[str, Any], name: str) -> int:
    at = value.get(name)
    if f"{name}Offset" not in value and isinstance(at, (int, str)) and not isinstance(at, bool):
        if isinstance(at, int):
            return at
        if re.fullmatch("[0-9]{1,18}", at):
            return int(at)
    what = "a place in HTML or a dialogue" if isinstance(at, str) else "not a number of characters"
    raise task.error(
        f"{name!r} of a region is {at!r:.60}: {what}",
        "Only regions of <Text> are read: annotate the plain text, or convert the regions first.",
    )


def _read_offsets(task: _Task, text: str, start: int, end: int, words: str | None) -> tuple[int, int, str | None]:
    """The offsets of a region in code points, and what is to be said of how they were read.

    The unit is the one that the options name; else UTF-16 units where the stored words are there alone; else code
    points.
    """
    place = RawSpan(start, end, "")
    if task.options.offsets is not None or words is None:
        try:
            (read,), doubt = resolve(text, [place], "code-points", task.options.offsets)
        except InvalidValueError as error:
            raise task.error(error.message, error.remedy or UNIT) from None
        return read.start, read.end, None if doubt is None else doubt.message
    wide = _in_utf16(text, start, end)
    if wide is None or _same_words(words, text[start:end]) or not _same_words(words, text[slice(*wide)]):
        return start, end, None
    return *wide, f"[{start}, {end}] counts UTF-16 units, for {words!r} is there"


def _in_utf16(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The place of a region if its offsets count UTF-16 units; None if they cannot."""
    if text.isascii():
        return start, end
    try:
        positions = offsets.from_unit(text, (start, end), "utf-16")
    except InvalidValueError:
        return None
    return positions[start], positions[end]


def _same_words(stored: str, covered: str) -> bool:
    """Whether the words that Label Studio stored are those of the text, white space and line breaks aside."""
    return WHITE_SPACE.sub("", stored) == WHITE_SPACE.sub("", covered)


def _kept(
    task: _Task,
    key: str,
    reading: _Reading,
    others: Sequence[Mapping[str, Any]],
    regions: Sequence[_Region],
) -> dict[str, Any]:
    """What is kept of a task besides text and spans."""
    used = {key, OURS} | ({"id"} if task.data.get("id") == task.name else set())
    results = [item for item in reading.items if item.get("type") == SPANS] if reading.not_annotated else []
    kept = {
        "data": {name: value for name, value in task.data.items() if name not in used},
        "meta": task.value.get("meta"),
        "ground_truth": reading.is_ground_truth,
        "result": [*results, *others],
        "regions": [[span.start, span.end, span.label, region.attributes]
                    for region in regions if region.attributes for span in region.spans],
    }  # fmt: skip
    return {name: value for name, value in kept.items() if value}


def _region_notes(task: _Task, regions: Sequence[_Region]) -> Iterator[Note]:
    for region in regions:
        if region.doubt:
            yield task.note(DOUBT, region.doubt, UNIT)
    if any(region.attributes for region in regions):
        yield task.note("kept-aside", f"scores or comments of regions are kept under the extra key {KEY!r}")


def _other_notes(task: _Task, others: Sequence[Mapping[str, Any]]) -> Iterator[Note]:
    if others:
        kinds = Counter(str(item["type"]) for item in others)
        counted = enumerate_names(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        yield task.note("kept-aside", f"what is no span is kept under the extra key {KEY!r}: {counted}")
