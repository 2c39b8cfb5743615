"""JSON rows of any program that differ in the names of their keys alone.

    {"text": "The 72nd Brigade withdrew.", "entities": [{"start": 4, "end": 16, "label": "UNIT"}]}

The names that are known stand in one table (`goldspan.formats.row_keys`). Among the rows are those of GLiNER, Flair,
the pipelines of transformers, spaCy 2, Label Studio's JSON-MIN and Hugging Face: see `goldspan.formats.row_spans` for
spans and `goldspan.formats.token_rows` for rows of tokens. `goldspan.formats.json_rows` says how a file lays out its
rows. They may differ within a file.

Offsets count code points, half-open, unless `--offsets` says otherwise.

A row with an empty list has no spans. A row that has none of the keys for spans, or null there, while others of its
file have one, was not annotated, and is marked so; so is one whose status says that it was discarded. A file in which
no row has such a key is refused, and so is a row with data that looks like annotation under a key that is not known
(`goldspan.formats.annotation_shape`).

A row is named by its `id`, or another of the names in the table that tells its rows apart, or else by its line. Other
keys become extra keys; one that the gold line has, too, becomes `row_<key>`. What is stated of a span besides its
place, its label and its words becomes the extra key `span_details`.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from goldspan import files, iob
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import foreign, gold, row_keys, token_rows
from goldspan.formats.annotation_shape import first_annotation, require_nothing_unread
from goldspan.formats.digest_table import DigestTable
from goldspan.formats.json_lines import write_lines
from goldspan.formats.json_rows import JsonFile, JsonRow
from goldspan.formats.offset_units import Doubt, resolve
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import ExampleNumbers, Note, RawSpan, Record
from goldspan.formats.row_spans import REMEDY, FoundSpans, LabelHelp, find_spans
from goldspan.formats.token_rows import TokenConventions
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

    RowScan = Callable[[], Iterator[JsonRow | InputError]]  # reads the rows from the first one at each call

DETAILS = "span_details"
OURS = "goldspan"
UNANNOTATED = "its row has no key for spans"
MOST_KEYS = 8  # named in a message


@dataclass
class RowConventions:
    """What the rows of a file have in common.

    Args:
        options: how to read them.
        tokens: what is common to rows of tokens.
        ids: the names of the key of the id that tell the rows apart.
        has_annotation: whether some row has a key for spans.
        numbers: of the rows without ids.
    """

    options: ReadOptions = DEFAULT
    tokens: TokenConventions = field(default_factory=TokenConventions)
    ids: Sequence[str] = ("id",)
    has_annotation: bool = False
    numbers: ExampleNumbers = field(default_factory=ExampleNumbers)


@dataclass(frozen=True, slots=True)
class RowAnnotation:
    """The text of a row, and its spans in code points.

    Args:
        text: the text.
        spans: the spans.
        used: the keys that were read.
        is_annotated: whether the row has a key for spans.
        doubt: that another unit of offsets is likelier.
        details: what else the spans state.
        malformed: the tags that the scheme by which they are judged forbids.
    """

    text: str
    spans: Sequence[RawSpan]
    used: frozenset[str]
    is_annotated: bool
    doubt: Doubt | None = None
    details: Sequence[Mapping[str, Any]] = ()
    malformed: Sequence[str] = ()

    def without_spans(self) -> RowAnnotation:
        """The text alone; the key of the spans counts as not read, so that it is kept as it is."""
        return RowAnnotation(self.text, (), self.used & {*row_keys.TEXT, *row_keys.TOKENS}, is_annotated=False)


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each row as a record, or the error that says why it is not understood."""
    return read_rows(JsonFile(path).rows, path, options)


def read_rows(rows: RowScan, path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each row of a file as a record, or the error in its place.

    Args:
        rows: all the rows of the file, which are read twice, or three times if tags are judged by a scheme: some
            conventions can only be seen in all of them.
        path: the file.
        options: how to read it.
    """
    survey = _survey(rows, options)
    conventions = survey.conventions
    if options.repair == "strict" and conventions.tokens.tags:
        fit = _scheme_fit(rows, conventions)
        conventions.tokens.scheme = None if fit is None else options.tagging_scheme or fit.best[0]
    if survey.objects and not conventions.has_annotation and not survey.errors:
        yield _no_annotation(survey.keys, path)
        return
    for row in rows():
        if isinstance(row, InputError):
            yield row
            continue
        try:
            yield read_row(row, path, conventions)
        except InputError as error:
            yield error


@dataclass
class _RowSurvey:
    """What is seen in all the rows of a file, while one of them is held at a time.

    Args:
        conventions: what they have in common.
        objects: how many of them are objects.
        errors: how many are none at all.
        keys: the first few of their keys.
        named: of each further name of the key of the id, whose row it names; None once it does not tell rows apart.
    """

    conventions: RowConventions
    objects: int = 0
    errors: int = 0
    keys: dict[str, None] = field(default_factory=dict)
    named: dict[str, DigestTable | None] = field(default_factory=dict)

    def see(self, row: Mapping[str, Any]) -> None:
        """Take note of a row."""
        self.objects += 1
        if len(self.keys) < MOST_KEYS:
            self.keys |= dict.fromkeys(row)
        for name in row_keys.ID[1:]:  # the first is always taken
            if isinstance(value := row.get(name), (str, int)):
                self._see_id(name, value, row_keys.annotator(row))
        _see_row(row, self.conventions)

    def _see_id(self, name: str, value: str | int, annotator: str | None) -> None:
        table = self.named.setdefault(name, DigestTable())
        kind = "s" if isinstance(value, str) else "i"
        whose = "" if annotator is None else f"a{annotator}"
        if table is not None and table.increment(kind, str(value) if kind == "s" else str(int(value)), whose) > 1:
            self.named[name] = None


def _survey(rows: RowScan, options: ReadOptions) -> _RowSurvey:
    """What the rows of a file have in common, but for the scheme of their tags."""
    out = _RowSurvey(RowConventions(options, TokenConventions(options.label)))
    for row in rows():
        if isinstance(row, InputError):
            out.errors += 1
        elif isinstance(row.value, dict):
            out.see(row.value)
    told = [name for name in row_keys.ID[1:] if out.named.get(name, True) is not None]
    out.conventions.ids = [row_keys.ID[0], *told]
    return out


def _see_row(row: Mapping[str, Any], conventions: RowConventions) -> None:
    tokens = conventions.tokens
    key = row_keys.tokens_key(row)
    tags = key and token_rows.tags_key(row, key)
    if tags and row_keys.is_strings(row[tags]):
        tokens.see_tags(row[tags], tags)
    if conventions.has_annotation and (tags or not key):
        return  # there is nothing more to see
    try:
        found = find_spans(row, None, LabelHelp("?"))
    except InvalidValueError:
        conventions.has_annotation = True  # it is refused where the row is read
        return
    if key and not tags:
        tokens.see_spans(found.spans, len(row[key]))
    ours = row.get(OURS)
    is_ours = isinstance(ours, dict) and isinstance(ours.get("extra"), dict) and NOT_ANNOTATED in ours["extra"]
    conventions.has_annotation = (
        conventions.has_annotation or found.key is not None or bool(tags) or is_ours or _looks_annotated(row)
    )


def scheme_fit(path: Path, options: ReadOptions = DEFAULT) -> iob.SchemeFit | None:
    """How well each tagging scheme fits the tags of a file; None if it has none, or none with prefixes."""
    return scheme_fit_of_rows(JsonFile(path).rows, options)


def scheme_fit_of_rows(rows: RowScan, options: ReadOptions = DEFAULT) -> iob.SchemeFit | None:
    """How well each tagging scheme fits the tags of rows, those of an annotator if the options name one.

    None if they have none, or none with prefixes.
    """
    conventions = _survey(rows, options).conventions
    return _scheme_fit(rows, conventions) if conventions.tokens.tags else None


def _scheme_fit(rows: RowScan, conventions: RowConventions) -> iob.SchemeFit | None:
    tagged = _tags_of_rows(rows, conventions)
    first = next(tagged, None)
    if first is None or conventions.tokens.notation.only_scheme:
        return None
    return iob.SchemeFit.of(chain([first], tagged))


def _tags_of_rows(rows: RowScan, conventions: RowConventions) -> Iterator[list[iob.Tag]]:
    """The tags of each row that has some; those that are not understood are refused where the row is read."""
    for row in rows():
        if not (isinstance(row, JsonRow) and isinstance(row.value, dict)):
            continue
        if conventions.options.annotator not in (None, row_keys.annotator(row.value)):
            continue
        key = row_keys.tokens_key(row.value)
        tags = key and token_rows.tags_key(row.value, key)
        with contextlib.suppress(InvalidValueError):
            if tags:
                yield token_rows.parse_tags(row.value[tags], conventions.tokens)


def _looks_annotated(row: Mapping[str, Any]) -> bool:
    try:
        require_nothing_unread(row, {OURS})
    except InvalidValueError:
        return True
    return first_annotation(row, depth=0) is not None


def read_row(row: JsonRow, path: Path, conventions: RowConventions) -> Record:
    """A row as a record.

    Raises:
        InputError: naming file, line and example, if the row is not understood.
    """
    name = f"{path.stem}.{row.number}"
    try:
        if not isinstance(row.value, dict):
            raise _no_object(row.value)
        annotator = row_keys.annotator(row.value)
        id_key = next((key for key in conventions.ids if _is_id(row.value.get(key))), None)
        name = str(row.value[id_key]) if id_key else name
        at, extra = _ours(row.value)
        value = _with_text(row.value, name if id_key else None, conventions.options.texts)
        read = _annotation(value, LabelHelp(conventions.options.label, _label_names(row.outside)), conventions)
        if id_key is None:
            name = f"{path.stem}.{conventions.numbers.number(annotator, read.text, row.number)}"
        skipped = row_keys.skipped_by(row.value) if NOT_ANNOTATED not in extra else None
        if skipped:
            read = read.without_spans()
        if not read.spans and not skipped and NOT_ANNOTATED not in extra:
            require_nothing_unread(row.value, {*read.used, OURS})
    except InvalidValueError as error:
        place = f", row {row.number}" if row.line is None and name != f"{path.stem}.{row.number}" else ""
        raise InputError(
            error.message + place, file=path, line=row.line, example=name, remedy=error.remedy or REMEDY
        ) from None
    notes = [] if read.doubt is None else [read.doubt.note(path, row.line, name)]
    for tag in read.malformed:
        message = f"{tag!r} is not allowed here in {conventions.tokens.scheme}: its chunk is not a span"
        notes.append(Note("repaired-tag", message, path, row.line, name))
    if skipped:
        extra[NOT_ANNOTATED] = f"{skipped!r} is {json.dumps(row.value[skipped])}"
        message = f"{extra[NOT_ANNOTATED]}: read as not annotated, its spans kept under their key"
        notes.append(Note("no-annotation", message, path, row.line, name))
    elif not (read.is_annotated or row_keys.states_annotation(row.value)) and NOT_ANNOTATED not in extra:
        extra[NOT_ANNOTATED] = UNANNOTATED
        message = f"{UNANNOTATED}, as other rows have: read as not annotated"
        notes.append(Note("no-annotation", message, path, row.line, name))
    extra = _others(row.value, read, {id_key, OURS}) | extra
    users = {str(details["user"]) for details in read.details if details.get("user") is not None}
    if len(users) > 1:
        message = f"the spans of several users are read as one annotation: {enumerate_names(sorted(users))}"
        notes.append(Note("several-users", message, path, row.line, name))
    return Record(path, row.line, name, read.text, tuple(read.spans), at, extra, annotator, tuple(notes))


def _with_text(row: Mapping[str, Any], name: str | None, texts: Mapping[str, str] | None) -> Mapping[str, Any]:
    """The row with the text that was given for its id, if it has none."""
    if texts is None or name is None or row_keys.text_key(row) or row_keys.tokens_key(row):
        return row
    if name not in texts:
        raise InvalidValueError(f"there is no text for the id {name!r}", remedy="Name a file that has it with --texts.")
    return {**row, "text": texts[name]}


def _annotation(row: Mapping[str, Any], labels: LabelHelp, conventions: RowConventions) -> RowAnnotation:
    text_key, tokens_key = row_keys.text_key(row), row_keys.tokens_key(row)
    text = row[text_key] if text_key else None
    tags_key = token_rows.tags_key(row, tokens_key) if tokens_key else None
    found = find_spans(row, text, labels) if tags_key is None or text is not None else FoundSpans()
    if tokens_key and ((tags_key and not found.spans) or text is None or tokens_key == token_rows.GLINER):
        return _of_tokens(row, found, tokens_key, tags_key, conventions)
    if text_key is None or text is None:
        if _is_empty_of_tokens(row):
            return RowAnnotation("", (), frozenset({*row_keys.TOKENS, *row_keys.TAGS}), is_annotated=True)
        raise _no_text(row, found)
    spans, doubt = resolve(text, found.spans, "code-points", conventions.options.offsets)
    used = frozenset({text_key, *filter(None, [found.key]), *found.others})
    return RowAnnotation(text, spans, used, found.key is not None, doubt, found.details)


def _of_tokens(
    row: Mapping[str, Any], found: FoundSpans, tokens_key: str, tags_key: str | None, conventions: RowConventions
) -> RowAnnotation:
    text_key = row_keys.text_key(row)
    tokens = conventions.tokens
    text, extents = token_rows.text_and_extents(row[tokens_key], row[text_key] if text_key else None)
    used = {tokens_key, *filter(None, [text_key])}
    if tags_key:
        spans, malformed = token_rows.spans_of_tags(row[tags_key], extents, tokens)
        return RowAnnotation(text, spans, frozenset({*used, tags_key}), is_annotated=True, malformed=malformed)
    spans = token_rows.spans_of_tokens(found.spans, extents, tokens, tokens_key)
    used |= {*filter(None, [found.key]), *found.others}
    return RowAnnotation(text, spans, frozenset(used), found.key is not None, details=found.details)


def _is_empty_of_tokens(row: Mapping[str, Any]) -> bool:
    """Whether a row has a list of no tokens."""
    return any(row.get(name) == [] for name in ("tokens", "words", token_rows.GLINER))


def _is_id(value: object) -> bool:
    return (isinstance(value, str) and bool(value)) or type(value) is int


def _ours(row: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    match row.get(OURS):
        case None:
            return 0, {}
        case {"at": int(at), "extra": dict(extra)}:
            return int(at), dict(extra)
    raise InvalidValueError(f"{OURS!r} is {row[OURS]!r:.80}, not what goldspan wrote")


def _others(row: Mapping[str, Any], read: RowAnnotation, used: set[str | None]) -> dict[str, Any]:
    """The further keys of a row, and what its spans state besides their place, label and words."""
    others = {key: value for key, value in row.items() if key not in read.used and key not in used}
    out = {f"row_{key}" if key in gold.KEYS else key: value for key, value in others.items() if value is not None}
    if any(read.details):
        spans = zip(read.spans, read.details, strict=True)
        out[DETAILS] = [[span.start, span.end, span.label, dict(details)] for span, details in spans if details]
    return out


def _label_names(outside: Mapping[str, Any]) -> dict[int, str]:
    """The names of labels that a file states beside its rows: `[{"id": 7, "text": "LOC"}]`, or by number."""
    names: dict[int, str] = {}
    for part in outside.values():
        for item in part if isinstance(part, list) else ():
            name = (
                next((item[key] for key in ("name", "text", "label") if isinstance(item.get(key), str)), None)
                if (isinstance(item, dict))
                else None
            )
            if name is not None and type(item.get("id")) is int:
                names[item["id"]] = name
    return names


def _no_object(value: object) -> InvalidValueError:
    if first_annotation(value) is not None:
        return InvalidValueError(
            f"there are spans without a text: {value!r:.80}",
            remedy='Write them beside their text, or with its id: {"id": …, "text": …, "entities": […]}.',
        )
    return InvalidValueError(f"the row {value!r:.60} is no JSON object", remedy=REMEDY)


def _no_text(row: Mapping[str, Any], found: FoundSpans) -> InvalidValueError:
    if (text := row.get("text")) is not None:
        return InvalidValueError(f"'text' is {text!r:.60}, not a string", remedy=REMEDY)
    keys = ", ".join([repr(key) for key in row][:MOST_KEYS])
    what = "are spans without a text" if found.spans or first_annotation(row) is not None else "is no text"
    return InvalidValueError(
        f"there {what} in the row; its keys are {keys}",
        remedy="Write the text under 'text', or the tokens. Where rows have ids, --texts names a file with the texts.",
    )


def _no_annotation(keys: Iterable[str], path: Path) -> InputError:
    return InputError(
        f"no row has a key that is known to hold spans; the keys are {', '.join([*map(repr, keys)][:MOST_KEYS])}",
        file=path,
        remedy=REMEDY,
    )


def row(example: Example) -> dict[str, Any]:
    """The row of an example. What nobody annotated has no key for spans, so that it is no example without spans."""
    spans = {
        "entities": [
            {"start": span.start, "end": span.end, "label": span.label, "text": example.surface(span)}
            for span in example.spans
        ]
    }
    return {
        "id": example.id,
        "text": example.text,
        **(spans if example.spans or example.is_annotated else {}),
        OURS: {"at": example.at, "extra": dict(example.extra)},
    }


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> None:
    """Write a row on each line, as a stream and all or nothing."""
    del options
    write_lines(path, examples, lambda example: files.dumps(row(example)).encode("utf-8") + b"\n")


def is_format_of(sample: FileSample) -> bool:
    """Whether a file is JSON with a text or tokens in some row, or with anything that looks like annotation.

    Broken lines that show a text count, too: they are named where the file is read.
    """
    return foreign.recognize(sample) is None and any(
        row_keys.is_row(value) or first_annotation(value) is not None or (isinstance(value, dict) and "text" in value)
        for value in sample.rows
    )
