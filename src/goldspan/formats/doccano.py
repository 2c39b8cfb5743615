"""JSONL as Doccano 1.8 imports and exports it for sequence labelling.

    {"text": "The 72nd Brigade withdrew.", "label": [[4, 16, "UNIT"]], "title": "Talks", "position": "3 of 19",
     "before": "…", "after": "…", "goldspan key": "talks.p03 @1043 t9f2c01d2a4b8 c51e0f3"}

Offsets count UTF-16 code units, as the annotator's browser does, or grapheme clusters (see `goldspan.graphemes`) where
the project has that setting.

What Doccano does not know is stored beside the text, where its metadata panel shows it to annotators: what helps them
to judge (`PANEL_KEYS`), and last one key for goldspan, see `ExampleKey`. Each row has the same keys with strings as
values: Doccano flattens values, drops keys equal to its own and fills gaps between rows. The file is ASCII, since
Doccano guesses encodings. On import Doccano silently drops overlapping spans unless the project allows them.

A text may be sent with its line breaks turned into as many spaces, see `is_text_of`.

Exports are read with or without our keys, with those of earlier versions (`goldspan_id`, `goldspan_at`,
`goldspan_sha256`, `goldspan_extra`, `goldspan_sent`), and with the names that versions and kinds of project give the
spans: `label`, `labels`, `entities`. A row without a key of ours is named by its `id` if that is a string, else by its
line. What the panel shows is no part of an example; other keys become extra keys, and one that the gold line has, too,
becomes `doccano_<key>`. Doccano's number of a row, which belongs to one server, and an empty list of comments are left
out. In an export with a file per user, `unknown.jsonl` has what no user marked: it is `not_annotated`. The `username`
of a row is its annotator.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar
from urllib.parse import quote, unquote

from goldspan import offsets, strict_json
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
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

T = TypeVar("T")
Unit = Literal["utf16", "graphemes"]
UNITS: dict[Unit, offsets.Unit] = {"utf16": "utf-16", "graphemes": "graphemes"}
SPAN_SIZE = 3
UNANNOTATED = "its row has no key for spans"
NOBODYS_FILE = "unknown.jsonl"  # where an export with a file per user has what no user marked
NOBODYS = "no user of Doccano marked anything in it"
KEY = "goldspan key"  # two words, since the panel is narrow and breaks a name between words alone
EARLIER_KEYS = ("goldspan_id", "goldspan_at", "goldspan_sha256", "goldspan_extra", "goldspan_sent", "shown")
PANEL_KEYS = ("votes", "comments", "title", "position", "before", "after")
DIGEST = 12  # hexadecimal digits of a SHA-256: 48 bits
CHECK = 6
PIECE = 14  # letters of a word that fit into a line of the panel
BREAK = "\u200b"  # a space without width: where a long word may be broken
LINE_BREAKS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
KEY_SHAPE = re.compile(
    r"(?P<id>\S+) @(?P<at>0|[1-9][0-9]{0,17}) t(?P<text>[0-9a-f]{12})(?: s(?P<sent>[0-9a-f]{12}))?"
    r"(?: v(?P<shown>[0-9a-f]{12}))?(?: x(?P<extra>\{.+\}))? c(?P<check>[0-9a-f]{6})"
)
LABEL_KEYS = ("label", "labels", "entities")
REMEDY = 'A row is {"text": …, "label": [[start, end, label], …]}.'
ENCODER = json.JSONEncoder(allow_nan=False)
OFFSETS = "Doccano counts UTF-16 code units, or grapheme clusters where the project has that setting: correct the span."


@dataclass(frozen=True, slots=True)
class ExampleKey:
    """What goldspan must know of an example in a project, as one short string at the end of the metadata panel.

        harbour.p04 @523 t1a2b3c4d5e6f s3fe5a84ace51 v1a6686c3a4bd x{"rule": "name"} c51e0f3

    The id comes first. The last word is a check of all before it, so that a key that somebody edited is not believed.

    Args:
        id: of the example.
        at: where its text begins in the article, in code points.
        text: the short digest of the text as it was sent.
        sent: in a shared project, the fingerprint of the spans that were filled in.
        shown: in a project of disputes, the fingerprint of what was shown.
        extra: the extra keys of the example.
    """

    id: str
    at: int
    text: str
    sent: str | None = None
    shown: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        words = [_quoted(self.id), f"@{self.at}", f"t{self.text}"]
        words += [f"{letter}{value}" for letter, value in (("s", self.sent), ("v", self.shown)) if value is not None]
        if self.extra:
            words.append(f"x{ENCODER.encode(dict(self.extra))}")
        body = " ".join(words)
        return breakable(f"{body} c{_digits(body)[:CHECK]}", PIECE)

    @classmethod
    def parse(cls, written: str) -> ExampleKey | None:
        """The key of a string; None if it is none, or was changed by hand."""
        return _parse_key(written)


@lru_cache(1 << 16)  # an export has the same key once for each annotator
def _parse_key(written: str) -> ExampleKey | None:
    plain = written.replace(BREAK, "")
    match = KEY_SHAPE.fullmatch(plain)
    if match is None or _digits(plain[: match.start("check") - 2])[:CHECK] != match["check"]:
        return None
    try:
        extra = strict_json.loads(match["extra"] or "{}")
    except strict_json.JSONError:
        return None
    return ExampleKey(unquote(match["id"]), int(match["at"]), match["text"], match["sent"], match["shown"], extra)


class StoredKey(NamedTuple):
    """What a row states about its example, whatever version of goldspan wrote it.

    Args:
        id: of the example; None if goldspan did not push the row.
        key: the key, None if goldspan did not push the row or the key is damaged.
        damage: what is wrong with it, without a full stop; None if nothing is.
        earlier: whether an earlier version wrote it, in several keys.
    """

    id: str | None
    key: ExampleKey | None = None
    damage: str | None = None
    earlier: bool = False


def stored_key(row: Mapping[str, Any]) -> StoredKey:
    """What a row, or the metadata of an example on a server, states about its example."""
    written = row.get(KEY)
    if isinstance(written, str) and written.strip():
        if key := ExampleKey.parse(written):
            return StoredKey(key.id, key)
        # The first word is the best guess of the id: so the row is not taken for one that somebody else made.
        return StoredKey(unquote(written.replace(BREAK, "").split()[0]), damage=f"its {KEY} was edited")
    example = _earlier_id(row)
    return StoredKey(None) if example is None else _earlier_key(row, example)


def stored_id(row: Mapping[str, Any]) -> str | None:
    """The id of the example that a row states, as `stored_key` has it, without reading the rest."""
    return stored_key(row).id if row.get(KEY) else _earlier_id(row)


def _earlier_id(row: Mapping[str, Any]) -> str | None:
    example = row.get("goldspan_id")
    return example if isinstance(example, str) and example else None


def _earlier_key(row: Mapping[str, Any], example: str) -> StoredKey:
    """What the keys of earlier versions state; each of them must be there."""
    digest = _shortened(row.get("goldspan_sha256"))
    if digest is None:
        damage = "its key goldspan_sha256 is broken, so its text cannot be judged"
        return StoredKey(example, damage=damage, earlier=True)
    at, extra = _valid(_earlier_at, row), _valid(_earlier_extra, row)
    if at is None or extra is None:
        damaged = "goldspan_at" if at is None else "goldspan_extra"
        return StoredKey(example, damage=f"its key {damaged} is broken", earlier=True)
    sent, shown = _shortened(row.get("goldspan_sent")), _shortened(row.get("shown"))
    return StoredKey(example, ExampleKey(example, at, digest, sent, shown, extra), earlier=True)


def short_digest(text: str) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of a text as UTF-8."""
    return _digits(text)[:DIGEST]


def breakable(text: str, longest: int = 16) -> str:
    """A text in which words of ASCII longer than this many characters may be broken, at places that are not seen.

    Doccano's panel is narrow: a word that cannot be broken widens its column, and all values lose their right side. At
    a hyphen a browser breaks a word by itself.
    """
    return re.sub(rf"[!-,.-~]{{{longest + 1},}}", lambda word: _in_pieces(word[0]), text)


def _in_pieces(word: str) -> str:
    return BREAK.join(word[at : at + PIECE] for at in range(0, len(word), PIECE))


# Texts with and without line breaks


def without_line_breaks(text: str) -> str:
    """A text with a space for each code point of its line breaks, so that every offset stands.

    One that has a combining mark behind it stays: the mark would join the space, and no span could begin there.
    """
    return LINE_BREAKS.sub(lambda found: found[0] if _is_combined(text, found.end()) else " ", text)


def is_text_of(sent: str, text: str) -> bool:
    """Whether a text on a server is that of an example: the same, or the same with spaces for line breaks.

    Args:
        sent: on the server.
        text: of the example in the corpus.
    """
    return sent == text or (
        len(sent) == len(text)
        and all(
            there == here or (there == " " and LINE_BREAKS.match(here)) for there, here in zip(sent, text, strict=True)
        )
    )


def _is_combined(text: str, at: int) -> bool:
    return at < len(text) and (text[at] == "\u200d" or unicodedata.category(text[at]).startswith("M"))


# Rows


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
            require_nothing_unread(value, (*LABEL_KEYS, *_own_keys(value)))
            if all(value.get(key) is None for key in LABEL_KEYS):
                extra[NOT_ANNOTATED] = UNANNOTATED
            elif path.name == NOBODYS_FILE and isinstance(value.get("id"), int):
                extra[NOT_ANNOTATED] = NOBODYS
    except InvalidValueError as error:
        remedy = error.remedy or OFFSETS
        raise InputError(error.message, file=path, line=row.line, example=name, remedy=remedy) from None
    notes = () if doubt is None else (doubt.note(path, row.line, name),)
    return Record(path, row.line, name, text, spans, at, extra, annotator, notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleView:
    """How an example is shown in Doccano.

    Args:
        text: as it is sent, see `is_text_of`; None for the text of the example.
        panel: what the metadata panel shows, by key and in its order.
        sent: in a shared project, the fingerprint of the spans that are filled in.
        shown: in a project of disputes, the fingerprint of what is shown.
    """

    text: str | None = None
    panel: Mapping[str, str] = field(default_factory=dict, hash=False)
    sent: str | None = None
    shown: str | None = None


PLAIN = ExampleView()


def row(example: Example, unit: Unit = "utf16", view: ExampleView = PLAIN) -> dict[str, Any]:
    """The row that Doccano imports.

    Raises:
        InvalidValueError: for an empty text, which Doccano refuses, or a span that begins or ends inside a grapheme
            cluster where these are the unit.
    """
    text = example.text if view.text is None else view.text
    if not text:
        raise InvalidValueError(
            "the text is empty: Doccano refuses it", example=example.id, remedy="Leave the example out."
        )
    convert = offsets.to_utf16 if unit == "utf16" else offsets.to_graphemes
    places = [place for span in example.spans for place in (span.start, span.end)]
    try:
        at = convert(text, places).tolist() if places else []
    except InvalidValueError as error:
        raise InvalidValueError(error.message, example=example.id, remedy=error.remedy) from None
    labels = [span.label for span in example.spans]
    key = ExampleKey(example.id, example.at, short_digest(text), view.sent, view.shown, example.extra)
    return {
        "text": text,
        "label": [list(span) for span in zip(at[::2], at[1::2], labels, strict=True)],
        **view.panel,
        KEY: str(key),
    }


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
    return not {KEY, "goldspan_id", "Comments"}.isdisjoint(row) or any(
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


def _quoted(name: str) -> str:
    """A name as one word: white space, the percent sign and what cannot be seen are written as in an address."""
    return "".join(c if c.isprintable() and not c.isspace() and c != "%" else quote(c, safe="") for c in name)


def _shortened(digest: object) -> str | None:
    """The short form of a digest as earlier versions wrote it, whole or in groups; None if it is no string."""
    return digest.replace(" ", "")[:DIGEST] if isinstance(digest, str) else None


def _has_key(row: Mapping[str, Any]) -> bool:
    """Whether this version wrote the row; an export fills gaps between rows with null."""
    return row.get(KEY) is not None


def _own_keys(row: Mapping[str, Any]) -> set[str]:
    """The keys that hold nothing but what goldspan wrote for itself, or for the panel."""
    if _has_key(row):
        return {KEY, *EARLIER_KEYS, *PANEL_KEYS}
    gaps = {key for key in (*EARLIER_KEYS, *PANEL_KEYS) if KEY in row and row.get(key) is None}
    return {KEY, *EARLIER_KEYS[:-1], *gaps}


def _name(row: dict[str, Any], otherwise: str) -> str:
    name = stored_id(row) or row.get("id")
    return name if isinstance(name, str) and name else otherwise


def _key(row: dict[str, Any]) -> ExampleKey | None:
    """The key of a row that this version wrote; None for another row.

    Raises:
        InvalidValueError: for a damaged one.
    """
    if not _has_key(row):
        return None
    key = stored_key(row).key
    if key is None:
        raise InvalidValueError(f"{KEY!r} is {row[KEY]!r:.60}, and was edited", remedy="Export the row again.")
    return key


def _validate_text(row: dict[str, Any], text: str) -> None:
    key = _key(row)
    sent = _shortened(row.get("goldspan_sha256")) if key is None else key.text
    if sent is not None and sent != short_digest(text):
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
    key = _key(row)
    return _earlier_at(row) or 0 if key is None else key.at


def _earlier_at(row: Mapping[str, Any]) -> int | None:
    at = row.get("goldspan_at")
    if at is None:
        return None
    if not (isinstance(at, str) and re.fullmatch("[0-9]{1,18}", at)):
        raise InvalidValueError(
            f"'goldspan_at' is {at!r:.60}, not a number in a string", remedy="Export the row again."
        )
    return int(at)


def _extra(row: dict[str, Any]) -> dict[str, Any]:
    key = _key(row)
    extra = (_earlier_extra(row) or {}) if key is None else dict(key.extra)
    used = {"id", "text", *LABEL_KEYS, *_own_keys(row)} - ({"entities"} if row.get("relations") else set())
    others = {key: value for key, value in row.items() if key not in used and (key, value) != ("Comments", [])}
    return extra | {f"doccano_{key}" if key in gold.KEYS else key: value for key, value in others.items()}


def _valid(read: Callable[[Mapping[str, Any]], T | None], row: Mapping[str, Any]) -> T | None:
    """What this reads of a row; None if it is missing or not valid."""
    with contextlib.suppress(InvalidValueError):
        return read(row)
    return None


def _earlier_extra(row: Mapping[str, Any]) -> dict[str, Any] | None:
    written = row.get("goldspan_extra")
    if written is None or written == "{}":  # most are empty
        return None if written is None else {}
    try:
        extra = strict_json.loads(written) if isinstance(written, str) else None
    except strict_json.JSONError:
        extra = None
    if not isinstance(extra, dict):
        raise InvalidValueError(f"'goldspan_extra' is {written!r:.60}, no JSON object", remedy="Export the row again.")
    return extra
