"""JSONL as Prodigy 1.x exports annotated spans (`db-out`) and reads tasks (`ner.manual`, `spans.manual`).

    {"text": "The 72nd Brigade withdrew.", "tokens": [{"text": "The", "start": 0, "end": 3, "id": 0, "ws": true}, …],
     "spans": [{"start": 4, "end": 16, "label": "UNIT", "token_start": 1, "token_end": 2}], "answer": "accept",
     "goldspan": {"id": "a.p03", "at": 1043, "extra": {}}}

Offsets count code points, half-open; `token_end` is the last token of the span, not the one after it (Prodigy's page
*Annotation interfaces*). The tokens written are spaCy's; a span that cuts them has no token numbers. Prodigy keeps keys
that it does not know, so its output has the key `goldspan`, too.

The answers `reject` and `ignore` mean that the spans of a row are not an annotation: the example is `not_annotated` and
read without spans, and these are kept under the extra key `prodigy`, together with the answer. So is every other key
(`meta`, the hashes, what a recipe adds), and from there it is written back. The tokens, which follow from the text,
and what a recipe adds to a single span (its source, a pattern's number) are left out. An example of another format
that nobody annotated is written with the answer `ignore`.

A row without an answer is a task, and its spans count. Where a row was accepted by one click (`_is_binary`, and the
interface `ner` of `ner.teach`), only its spans are known to be right, and the rest of the text is not annotated. Rows
of interfaces without spans (`choice`, `classification`, text fields) are not annotated, either.

The session of a row (`_annotator_id`, `_session_id`) is its annotator, unless it is only the time at which Prodigy was
started. A row without `goldspan` is named by its `id`, or the `id` in its `meta`, if that is a string, else by its
line; what several annotators did with one text has the number of its first line.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING, Any

from goldspan import files, tokens
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.annotation_shape import require_nothing_unread
from goldspan.formats.digest_table import DigestTable, short_number
from goldspan.formats.json_lines import write_lines
from goldspan.formats.json_rows import scan_objects
from goldspan.formats.offset_units import resolve
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import ExampleNumbers, Note, RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from spacy.tokens import Token

    from goldspan.annotation import Example, Span
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample
    from goldspan.offsets import Unit

KEY = "prodigy"
KEPT = "kept-aside"
OURS = frozenset({"text", "tokens", "goldspan"})
READ = OURS | {"spans", "relations", "options", "accept", "label", "meta"}  # keys that hold no spans of another form
BINARY = "ner"  # the interface of recipes that ask about one span
WITHOUT_SPANS = frozenset({"choice", "classification", "text", "text_input", "html", "image", "image_manual", "audio",
                           "audio_manual", "compare", "diff", "pages", "llm_io"})  # fmt: skip
START_TIME = re.compile(r"(?:.*-)?\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d")  # of a session that has no name
MARKS = frozenset({"answer", "_input_hash", "_task_hash", "_view_id", "_session_id", "_annotator_id"})  # of Prodigy's
ANSWERS = ("accept", "reject", "ignore")
REMEDY = 'A row is {"text": …, "spans": [{"start": …, "end": …, "label": …}, …], "answer": "accept"}.'


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each row as a record, or the error that says why it is not valid; rows stand on lines or in one array."""
    numbers = ExampleNumbers()
    answers = _TaskAnswers()
    for item in scan_objects(path, REMEDY):
        if isinstance(item, InputError):
            yield item
            continue
        row, number, line, _ = item
        first = numbers.number(_annotator(row), row.get("text"), number)
        try:
            record = parse(row, path, line, name=f"{path.stem}.{first}", named=options.offsets)
            answers.require_one(row, record)
            yield record
        except InputError as error:
            yield error


class _TaskAnswers:
    """What each annotator answered to each task: the line, and digests of the text and the spans."""

    def __init__(self) -> None:
        self._places = DigestTable()
        self._answers = array("Q")  # three numbers for each

    def require_one(self, row: Mapping[str, Any], record: Record) -> None:
        """Refuse a task that one annotator answered twice in different ways: nothing says which answer holds."""
        task = row.get("_task_hash")
        if type(task) is not int or record.is_unannotated:
            return
        text, spans = short_number(record.text), short_number(repr(sorted(set(record.spans), key=repr)))
        place = self._places.setdefault(len(self._answers), str(task), repr(record.annotator))
        if place == len(self._answers):
            self._answers.extend((record.line or 0, text, spans))
        line, earlier_text, earlier_spans = self._answers[place : place + 3]
        if earlier_text == text and earlier_spans != spans:
            raise InputError(
                f"this task is answered otherwise{f' in line {line}' if line else ''}",
                file=record.file,
                line=record.line,
                example=record.id,
                remedy="Keep the row that holds, or give each the _session_id of its annotator.",
            )


def parse(row: dict[str, Any], path: Path, line: int | None, *, name: str, named: Unit | None = None) -> Record:
    """A row as a record.

    Args:
        row: the row.
        path: its file.
        line: its line, from 1; None in a file that is one array.
        name: of the example, if the row states none.
        named: what the offsets count, if the user named it.

    Raises:
        InputError: naming file and line, if it is not of the shape above or the tokens of a span are not its offsets.
    """
    try:
        ours = _ours(row)
        name = ours.get("id") or _name(row) or name
        text, answer = row.get("text"), row.get("answer", "accept")
        if not isinstance(text, str):
            raise InvalidValueError(f"'text' is {text!r:.60}, not a string")  # noqa: TRY301  (a place is added)
        if answer not in ANSWERS:
            raise InvalidValueError(f"'answer' is {answer!r:.60}, not one of {', '.join(ANSWERS)}")  # noqa: TRY301
        spans, doubt = resolve(text, _spans(row), "code-points", named)
        if not spans and answer == "accept":
            require_nothing_unread(row, READ)
    except InvalidValueError as error:
        remedy = error.remedy or REMEDY
        raise InputError(error.message, file=path, line=line, example=name, remedy=remedy) from None
    extra = dict(ours.get("extra", {}))
    if answer == "accept" or _is_written_unannotated(answer, extra):
        used = OURS | {"spans", "answer"}
    else:
        used, spans = OURS if row.get("spans") else OURS | {"spans"}, ()
    if others := {key: value for key, value in row.items() if key not in used}:
        extra[KEY] = others
    reason = _not_annotated(row, spans, text, answer)
    if reason:
        extra.setdefault(NOT_ANNOTATED, reason)
    elif isinstance(extra.get(NOT_ANNOTATED), str):  # somebody has annotated it since it was written
        del extra[NOT_ANNOTATED]
    notes = [] if doubt is None or not spans else [doubt.note(path, line, name)]
    if row.get("relations"):
        notes.append(Note(KEPT, f"'relations' is kept under the extra key {KEY!r}", path, line, name))
    return Record(path, line, name, text, spans, ours.get("at", 0), extra, _annotator(row), tuple(notes))


def answer(example: Example) -> str:
    """The annotator's answer: `accept`, `reject` or `ignore`; `accept` for an example from another format."""
    others = example.extra.get(KEY)
    return str(others.get("answer", "accept")) if isinstance(others, dict) else "accept"


def row(example: Example, language: str) -> dict[str, Any]:
    """The row for Prodigy, with the tokens of a language.

    Raises:
        InvalidValueError: for an extra key `prodigy` that did not come from reading such a row.
    """
    others = example.extra.get(KEY, {})
    if not isinstance(others, dict) or OURS & others.keys() or (example.spans and {"spans", "answer"} & others.keys()):
        raise InvalidValueError(
            f"the extra key {KEY!r} did not come from a row of Prodigy", remedy="Remove or rename it."
        )
    reason = example.extra.get(NOT_ANNOTATED)
    words = tokens.doc(example.text, language)
    token_rows = [_token(word) for word in words]
    starts = {word.idx: word.i for word in words}
    ends = {word.idx + len(word): word.i for word in words}
    extra = {key: value for key, value in example.extra.items() if key != KEY}
    return {
        "text": example.text,
        "tokens": token_rows,
        "spans": [_span(span, starts, ends) for span in example.spans],
        "answer": "ignore" if reason and isinstance(reason, str) else "accept",
        **others,
        "goldspan": {"id": example.id, "at": example.at, "extra": extra},
    }


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> None:
    """Write the rows, as a stream and all or nothing.

    Raises:
        InputError: for what `row` refuses; nothing is written.
    """
    write_lines(path, examples, lambda example: files.dumps(row(example, options.language)).encode("utf-8") + b"\n")


def is_format_of(sample: FileSample) -> bool:
    """Whether rows have what Prodigy adds; an `id` and an `at` besides make them gold."""
    return any("text" in row and not {"id", "at"} <= row.keys() and not MARKS.isdisjoint(row) for row in sample.objects)


def _token(word: Token) -> dict[str, Any]:
    start = word.idx
    return {"text": word.text, "start": start, "end": start + len(word), "id": word.i, "ws": bool(word.whitespace_)}


def _span(span: Span, starts: Mapping[int, int], ends: Mapping[int, int]) -> dict[str, Any]:
    out: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.label}
    if span.start in starts and span.end in ends:
        out |= {"token_start": starts[span.start], "token_end": ends[span.end]}
    return out


def _annotator(row: Mapping[str, Any]) -> str | None:
    names = (str(row[key]) for key in ("_annotator_id", "_session_id") if row.get(key) not in (None, ""))
    return next((name for name in names if not START_TIME.fullmatch(name)), None)


def _is_written_unannotated(answer: str, extra: Mapping[str, Any]) -> bool:
    """Whether goldspan wrote a row as one to ignore, for an example of another format that nobody annotated."""
    reason = extra.get(NOT_ANNOTATED)
    return answer == "ignore" and isinstance(reason, str) and reason != _reason(answer)


def _reason(answer: str) -> str:
    return f"the answer in Prodigy is {answer!r}"


def _not_annotated(
    row: Mapping[str, Any], spans: Sequence[RawSpan], text: str, answer: str
) -> str | list[list[int]] | None:
    """What of a row is not annotated, as the extra key `not_annotated` states it; None if it is all annotated."""
    view = row["_view_id"] if isinstance(row.get("_view_id"), str) else None
    if answer != "accept":
        return _reason(answer)
    if not spans and (view in WITHOUT_SPANS or {"options", "accept"} <= row.keys()):
        return f"annotated in the interface {view or 'choice'!r} of Prodigy, which has no spans"
    if row.get("_is_binary") is not True and view != BINARY:
        return None
    if not spans:
        return "accepted in Prodigy by one click, without a span"
    edges = [0, *(place for span in sorted(spans) for place in span[:2]), len(text)]
    return [[start, end] for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end] or None


def _ours(row: dict[str, Any]) -> dict[str, Any]:
    match row.get("goldspan"):
        case None:
            return {}
        case {"id": str(name), "at": int(at), "extra": dict(extra)} if name and KEY not in extra:
            return {"id": name, "at": int(at), "extra": extra}
    raise InvalidValueError(f"'goldspan' is {row['goldspan']!r:.80}, not what goldspan wrote")


def _name(row: dict[str, Any]) -> str | None:
    meta = row.get("meta")
    names = (row.get("id"), meta.get("id") if isinstance(meta, dict) else None)
    return next((name for name in names if isinstance(name, str) and name), None)


def _spans(row: dict[str, Any]) -> tuple[RawSpan, ...]:
    spans = row.get("spans") or []
    if not isinstance(spans, list):
        raise InvalidValueError(f"'spans' is {spans!r:.60}, not a list")
    return tuple(_raw_span(item, row.get("tokens")) for item in spans)


def _raw_span(item: Any, words: object) -> RawSpan:  # noqa: ANN401  (JSON is any)
    match item:
        case {"start": int(start), "end": int(end), "label": str(label)} if bool not in {type(start), type(end)}:
            _validate_tokens(item, words)
            surface = item.get("text")
            return RawSpan(start, end, label, surface if isinstance(surface, str) else None)
    raise InvalidValueError(f"the span {item!r:.100} has no start, end and label")


def _validate_tokens(span: dict[str, Any], words: object) -> None:
    """Refuse a span whose token numbers name other offsets than it states."""
    first, last = span.get("token_start"), span.get("token_end")
    if not isinstance(words, list) or type(first) is not int or type(last) is not int:
        return
    try:
        stated = (words[first]["start"], words[last]["end"])
    except (LookupError, TypeError):
        stated = None
    if stated != (span["start"], span["end"]):
        raise InvalidValueError(f"the tokens {first} to {last} of the span {span!r:.100} are not at its offsets")
