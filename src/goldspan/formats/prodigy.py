"""JSONL as Prodigy 1.x exports annotated spans (`db-out`) and reads tasks (`ner.manual`, `spans.manual`).

    {"text": "The 72nd Brigade withdrew.", "tokens": [{"text": "The", "start": 0, "end": 3, "id": 0, "ws": true}, …],
     "spans": [{"start": 4, "end": 16, "label": "UNIT", "token_start": 1, "token_end": 2}], "answer": "accept",
     "goldspan": {"id": "a.p03", "at": 1043, "extra": {}}}

Offsets count code points, half-open; `token_end` is the last token of the span, not the one after it (Prodigy's page
*Annotation interfaces*). The tokens written are spaCy's; a span that cuts them has no token numbers. Prodigy keeps keys
that it does not know, so its output has the key `goldspan`, too.

The answers `reject` and `ignore` mean that the spans of a row are not an annotation: the example is read without spans,
and these are kept under the extra key `prodigy`, together with the answer. So is every other key (`meta`, the hashes,
what a recipe adds), and from there it is written back. The tokens, which follow from the text, and what a recipe adds
to a single span (its source, a pattern's number) are left out. A row without `goldspan` is named by its `id`, or the
`id` in its `meta`, if that is a string, else by its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan import files, tokens
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.json_lines import json_object, numbered, write_lines
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from spacy.tokens import Token

    from goldspan.annotation import Example, Span
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

KEY = "prodigy"
OURS = frozenset({"text", "tokens", "goldspan"})
MARKS = frozenset({"answer", "_input_hash", "_task_hash"})  # keys that Prodigy adds to a row
ANSWERS = ("accept", "reject", "ignore")
REMEDY = 'A row is {"text": …, "spans": [{"start": …, "end": …, "label": …}, …], "answer": "accept"}.'


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each row as a record, or the error that says why it is not valid; empty lines are skipped."""
    del options
    for number, raw in numbered(path):
        if not raw.strip():
            continue
        try:
            yield parse(json_object(raw, path, number, REMEDY), path, number)
        except InputError as error:
            yield error


def parse(row: dict[str, Any], path: Path, number: int) -> Record:
    """A row as a record.

    Raises:
        InputError: naming file and line, if it is not of the shape above or the tokens of a span are not its offsets.
    """
    name = f"{path.stem}.{number}"
    try:
        ours = _ours(row)
        name = ours.get("id") or _name(row) or name
        text, answer = row.get("text"), row.get("answer", "accept")
        if not isinstance(text, str):
            raise InvalidValueError(f"'text' is {text!r:.60}, not a string")  # noqa: TRY301  (a place is added)
        if answer not in ANSWERS:
            raise InvalidValueError(f"'answer' is {answer!r:.60}, not one of {', '.join(ANSWERS)}")  # noqa: TRY301
        spans = _spans(row)
    except InvalidValueError as error:
        raise InputError(error.message, file=path, line=number, example=name, remedy=REMEDY) from None
    others = {key: value for key, value in row.items() if key not in OURS}
    if answer == "accept" or not spans:
        others.pop("spans", None)
    if answer == "accept":
        others.pop("answer", None)
    extra = dict(ours.get("extra", {})) | ({KEY: others} if others else {})
    if answer != "accept":
        extra[NOT_ANNOTATED] = f"the answer in Prodigy is {answer!r}"
    return Record(path, number, name, text, spans if answer == "accept" else (), ours.get("at", 0), extra)


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
    words = tokens.doc(example.text, language)
    token_rows = [_token(word) for word in words]
    starts = {word.idx: word.i for word in words}
    ends = {word.idx + len(word): word.i for word in words}
    extra = {key: value for key, value in example.extra.items() if key != KEY}
    return {
        "text": example.text,
        "tokens": token_rows,
        "spans": [_span(span, starts, ends) for span in example.spans],
        "answer": "accept",
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
    """Whether rows have what Prodigy adds, or spans that are objects; an `id` and an `at` besides make them gold."""
    row = sample.row
    if row is None:
        return False
    spans = row.get("spans")
    if isinstance(spans, list) and spans:
        return isinstance(spans[0], dict)
    return not {"id", "at"} <= row.keys() and not MARKS.isdisjoint(row)


def _token(word: Token) -> dict[str, Any]:
    start = word.idx
    return {"text": word.text, "start": start, "end": start + len(word), "id": word.i, "ws": bool(word.whitespace_)}


def _span(span: Span, starts: Mapping[int, int], ends: Mapping[int, int]) -> dict[str, Any]:
    out: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.label}
    if span.start in starts and span.end in ends:
        out |= {"token_start": starts[span.start], "token_end": ends[span.end]}
    return out


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
