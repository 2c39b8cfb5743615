"""What a project holds at one moment: each example, and what everybody did with it.

What a project holds of one example: its text and keys, and what each annotator did with it.

A row of an export, turned into what an annotator did; what cannot be turned is kept aside with the reason.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from goldspan import files, offsets
from goldspan.annotation import Span
from goldspan.doccano.export_archive import ExportArchive
from goldspan.errors import InvalidValueError, ServerError
from goldspan.formats.doccano import digest, is_digest
from goldspan.formats.json_lines import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.formats.doccano import Unit

if TYPE_CHECKING:
    Confirmed: TypeAlias = Mapping[str, Mapping[int, Any]]

__all__ = [
    "ALL",
    "DUPLICATE",
    "AnnotatorWork",
    "InvalidSpan",
    "Snapshot",
    "StoredExample",
    "fingerprint",
    "take_snapshot",
]


ALL = ""
DUPLICATE = "is there twice"


@dataclass(frozen=True, slots=True)
class InvalidSpan:
    """A span that could not become one.

    Args:
        start: where it begins, in the server's unit.
        end: where it ends, likewise.
        label: its label.
        reason: why not, without a full stop; `DUPLICATE` for one whose equal stands among the spans.
    """

    start: int
    end: int
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnnotatorWork:
    """What one annotator did with an example; in a shared project, what all did together.

    Args:
        spans: in code points, sorted, each once.
        confirmed: whether the annotator said that it is done.
        comments: what the annotator wrote, in the order of the export.
        invalid: what could not become a span.
    """

    spans: tuple[Span, ...] = ()
    confirmed: bool = False
    comments: tuple[str, ...] = ()
    invalid: tuple[InvalidSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredExample:
    """An example as it lies in a project. An id may have several.

    Args:
        number: Doccano's.
        id: the example's; None if goldspan did not push it.
        sha256: of the text that was pushed.
        at: where it begins in its article, in code points.
        extra: the further keys of the example that was pushed.
        text: as it is there.
        row: all keys that travel with the text, those of goldspan too.
        work: per user name, or under `ALL` in a shared project.
        corruption: why text and offsets cannot be trusted, without a full stop; None if they can.
    """

    number: int
    id: str | None
    sha256: str | None
    at: int
    extra: Mapping[str, Any] = field(hash=False)
    text: str
    row: Mapping[str, Any] = field(hash=False)
    work: Mapping[str, AnnotatorWork] = field(hash=False)
    corruption: str | None = None


def fingerprint(spans: Iterable[Span]) -> str:
    """The SHA-256 of spans, in code points, whatever their order: what `goldspan_sent` holds."""
    listed = sorted([span.start, span.end, span.label] for span in spans)
    return digest(files.dumps(listed))


DOCCANOS = frozenset({"id", "text", "label", "entities", "relations", "Comments"})
AT = re.compile("[0-9]{1,18}")
NOTHING, CONFIRMED = AnnotatorWork(), AnnotatorWork(confirmed=True)
BROKEN = "its list of spans is not one"
MARKER = "goldspan_reanchor"  # an older version wrote it into an example for as long as it moved the spans there
HALF_MOVED = "a push of an older goldspan was interrupted while it moved its spans: they may be on wrong words"
COUNTED = {"utf16": "UTF-16 units", "graphemes": "grapheme clusters"}


class RawExportSpan(NamedTuple):
    """A span as the server states it."""

    start: int
    end: int
    label: str


def listed(row: Mapping[str, Any]) -> Any:  # noqa: ANN401  (JSON is any)
    """What a row has where its spans should be: `label`, or `entities` in a project with `use_relation`."""
    return row["label"] if "label" in row else row.get("entities")


def parse_spans(found: object) -> tuple[RawExportSpan, ...] | None:
    """The spans in what `listed` gave, sorted; None if it is no list of them."""
    if not isinstance(found, list):
        return None
    spans = [_raw(item) for item in found]
    return None if None in spans else tuple(sorted(filter(None, spans)))


def _raw(item: object) -> RawExportSpan | None:
    match item:
        case [start, end, label]:
            pass
        case {"start_offset": start, "end_offset": end, "label": label}:
            pass
        case _:
            return None
    if type(start) is int and type(end) is int and type(label) is str:
        return RawExportSpan(start, end, label)
    return None


def goldspan_id(row: Mapping[str, Any]) -> str | None:
    """The id under which goldspan pushed a row, or None."""
    name = row.get("goldspan_id")
    return name if isinstance(name, str) and name else None


def text_of(row: Mapping[str, Any]) -> str:
    """The text of a row, empty if it has none."""
    text = row.get("text")
    return text if isinstance(text, str) else ""


def comments(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The comments of a row."""
    found = row.get("Comments")
    if not found or not isinstance(found, list):
        return ()
    return tuple(str(item.get("comment", "") if isinstance(item, dict) else item) for item in found)


def stored_copy(number: int, row: Mapping[str, Any], work: Mapping[str, AnnotatorWork]) -> StoredExample:
    """The example of a row.

    Args:
        number: Doccano's.
        row: of any annotator.
        work: of each; it may be filled later.
    """
    name, sha256 = goldspan_id(row), row.get("goldspan_sha256")
    at, extra = _at(row), _extra(row)
    return StoredExample(
        number=number,
        id=name,
        sha256=sha256 if isinstance(sha256, str) else None,
        at=at or 0,
        extra=extra or {},
        text=text_of(row),
        row={key: value for key, value in row.items() if key not in DOCCANOS},
        work=work,
        corruption=None if name is None else _spoiled(row, sha256, at, extra),
    )


def _spoiled(row: Mapping[str, Any], sha256: object, at: int | None, extra: dict[str, Any] | None) -> str | None:
    if row.get(MARKER) is not None:  # an export fills gaps between rows with null
        return HALF_MOVED
    text = row.get("text")
    if not isinstance(text, str):
        return "it has no text"
    if not isinstance(sha256, str):
        return "its key goldspan_sha256 is broken, so its text cannot be judged"
    if not is_digest(sha256, text):
        return "its text was changed on the server"
    return (
        "its key goldspan_at is broken" if at is None else "its key goldspan_extra is broken" if extra is None else None
    )


def _at(row: Mapping[str, Any]) -> int | None:
    at = row.get("goldspan_at")
    return int(at) if isinstance(at, str) and AT.fullmatch(at) else None


def _extra(row: Mapping[str, Any]) -> dict[str, Any] | None:
    written = row.get("goldspan_extra")
    if written == "{}":
        return {}
    try:
        extra = loads(written) if isinstance(written, str) else None
    except (ValueError, RecursionError):
        return None
    return extra if isinstance(extra, dict) else None


class OffsetReader:
    """Where the positions of a server lie in code points, for one text after the other.

    Args:
        unit: what the server counts.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._text: str | None = None
        self._length = 0
        self._place: Callable[[int], int | None] | None = None

    def of(self, text: str) -> OffsetReader:
        """The places of a text; asked for the same one again, they are there already."""
        if text is not self._text:
            self._text, self._length, self._place = text, *_counted(text, self.unit)
        return self

    def span(self, raw: RawExportSpan) -> Span | InvalidSpan:
        """The span in code points, or why there is none."""
        start, end, label = raw
        if start >= end:
            return InvalidSpan(start, end, label, "marks nothing")
        if start < 0 or end > self._length:
            why = f"lies outside the text of {self._length} {COUNTED[self.unit]}"
            return InvalidSpan(start, end, label, why)
        first, last = (start, end) if self._place is None else (self._place(start), self._place(end))
        if first is None or last is None:
            return InvalidSpan(start, end, label, "begins or ends inside a character")
        try:
            return Span(first, last, label)
        except InvalidValueError as error:
            return InvalidSpan(start, end, label, error.message)


def _counted(text: str, unit: Unit) -> tuple[int, Callable[[int], int | None] | None]:
    """The length in the unit, and what gives the code point of a position in it; None where they are the same."""
    try:
        if unit == "utf16":
            inside = offsets.inside_pairs(text).tolist()
            return len(text) + len(inside), partial(_outside, inside) if inside else None
        places = offsets.from_graphemes(text, range(int(offsets.to_graphemes(text, [len(text)])[0]) + 1)).tolist()
        return len(places) - 1, places.__getitem__
    except InvalidValueError:
        return 0, None  # with a lone surrogate nothing can be counted, so nothing lies inside


def _outside(inside: list[int], at: int) -> int | None:
    """A position less those inside a character that lie before it; None if it is one of them."""
    before = bisect_left(inside, at)
    return None if inside[before : before + 1] == [at] else at - before


def annotator_work(
    raws: tuple[RawExportSpan, ...], said: tuple[str, ...], places: OffsetReader, *, confirmed: bool
) -> AnnotatorWork:
    """What an annotator did, out of what the server states.

    Args:
        raws: the spans, sorted.
        said: the comments.
        places: of the text.
        confirmed: whether the annotator said that it is done.
    """
    if not raws and not said:
        return CONFIRMED if confirmed else NOTHING
    spans: dict[Span, None] = {}
    invalid = []
    for raw in raws:
        span = places.span(raw)
        if isinstance(span, Span) and span in spans:
            span = InvalidSpan(raw.start, raw.end, raw.label, DUPLICATE)
        if isinstance(span, Span):
            spans[span] = None
        else:
            invalid.append(span)
    return AnnotatorWork(tuple(spans), confirmed, said, tuple(invalid))  # sorted as they came: counting keeps the order


TRIES = 3
SHARED = "all"


@dataclass(frozen=True)
class Snapshot:
    """What a project holds.

    Args:
        project: the project.
        copies: by Doccano's number, in the order of the export.
        members: the user names whose work is here, sorted; none in a shared project.
        hidden: how many examples, none of goldspan's, hide their number behind a key of their own and are left out.
    """

    project: DoccanoProject
    copies: Mapping[int, StoredExample] = field(hash=False)
    members: tuple[str, ...]
    hidden: int = 0

    @cached_property
    def by_id(self) -> Mapping[str, tuple[StoredExample, ...]]:
        """The copies of each example that goldspan pushed."""
        found: dict[str, list[StoredExample]] = {}
        for copy in self.copies.values():
            if copy.id is not None:
                found.setdefault(copy.id, []).append(copy)
        return {name: tuple(copies) for name, copies in found.items()}


def take_snapshot(server: Doccano, project: DoccanoProject, *, confirmed: bool = True) -> Snapshot:
    """What a project holds now.

    Doccano tells who confirmed what by an export of its own, in which it reads the labels before it looks which
    examples are confirmed: one that is confirmed in between comes without its labels. So the export of the confirmed is
    taken first, the export of all after it, and a confirmation holds only if both have the same spans. If they differ,
    both are taken again.

    Args:
        server: logged in to as an administrator of the project.
        project: as the server has it.
        confirmed: whether to find out who confirmed what; if not, nothing counts as confirmed.

    Raises:
        ServerError: if the server does not answer as it should, or the exports differ again and again.
    """
    changed: str | None = ""
    for _ in range(TRIES):
        with ExitStack() as open_files:
            done = _confirming(server, project, open_files) if confirmed else None
            path = open_files.enter_context(server.export(project.id, confirmed=False))
            archive = open_files.enter_context(ExportArchive(path))
            reading = _read(archive, project, None if done is None else done.result())
        changed = reading.changed
        if changed is None:
            members = () if project.collaborative else reading.names
            return Snapshot(project, reading.copies, members, reading.hidden)
    raise ServerError(
        f"{changed} changed while the project was exported, {TRIES} times over",
        remedy="Try again when fewer people are at work there.",
    )


def _names(archive: ExportArchive, project: DoccanoProject) -> tuple[str, ...]:
    """The names of the parts, sorted.

    Raises:
        ServerError: if a shared project is not exported in one part.
    """
    if project.collaborative and archive.names != (SHARED,):
        raise ServerError(f"the project {project.name!r} is shared, but not so its export", remedy="Try again.")
    return tuple(sorted(archive.names))


def _confirming(server: Doccano, project: DoccanoProject, open_files: ExitStack) -> Future[Confirmed]:
    """Take the export of the confirmed, and read it while the server makes the next one."""
    path = open_files.enter_context(server.export(project.id, confirmed=True))
    return open_files.enter_context(ThreadPoolExecutor(1)).submit(_confirmed, path, project)


def _confirmed(path: Path, project: DoccanoProject) -> Confirmed:
    """Who confirmed which examples of goldspan's, and the spans that came with them."""
    with ExportArchive(path) as archive:
        return {
            name: {
                row["id"]: listed(row)
                for _, row in archive.rows(name)
                if type(row.get("id")) is int and goldspan_id(row) is not None
            }
            for name in _names(archive, project)
        }


def _read(archive: ExportArchive, project: DoccanoProject, done: Confirmed | None) -> _Reading:
    reading = _Reading(project, _names(archive, project))
    for name in reading.names:
        reading.read(archive.rows(name), name, {} if done is None else done.get(name, {}))
    if done is not None and done.keys() != set(reading.names):
        reading.changed = "the members"
    for copy in reading.copies.values():
        if copy.id is not None and len(copy.work) < len(reading.names):
            reading.changed = _named(copy)
    return reading


def _named(copy: StoredExample) -> str:
    return f"the example {copy.id} (number {copy.number})"


class _Reading:
    """An export of all on its way to a snapshot, part by part."""

    def __init__(self, project: DoccanoProject, names: tuple[str, ...]) -> None:
        self.names = names
        self.copies: dict[int, StoredExample] = {}
        self.hidden = 0
        self.changed: str | None = None
        self._shared = project.collaborative
        self._places = OffsetReader("graphemes" if project.grapheme_mode else "utf16")
        self._works: dict[int, dict[str, AnnotatorWork]] = {}

    def read(self, part: Iterable[tuple[int, dict[str, Any]]], name: str, done: Mapping[int, Any]) -> None:
        """Take in the rows of a part.

        Args:
            part: with their numbers.
            name: of the part.
            done: what its annotator confirmed, and the spans that came with it.
        """
        annotator = ALL if self._shared else name
        hidden = 0
        for _, row in part:
            number = row.get("id")
            if type(number) is not int or self._is_covered(number, row, annotator):
                hidden += 1
                continue
            found = listed(row)
            raws = parse_spans(found)
            copy = self._copy(number, row, annotator, broken=raws is None)
            if number in done and done[number] != found and parse_spans(done[number]) != raws:
                self.changed = _named(copy)
            places = self._places.of(copy.text) if raws else self._places
            self._works[number][annotator] = annotator_work(raws or (), comments(row), places, confirmed=number in done)
        self.hidden = max(self.hidden, hidden)

    def _is_covered(self, number: int, row: dict[str, Any], annotator: str) -> bool:
        """Whether a foreign row claims a number that another example of the same part has."""
        known = self.copies.get(number)
        if known is None or goldspan_id(row) is not None:
            return False
        return known.id is not None or annotator in self._works[number]

    def _copy(self, number: int, row: dict[str, Any], annotator: str, *, broken: bool) -> StoredExample:
        """The example of a row: the one that is known from another part, or a new one, before which a foreign one goes.

        Raises:
            ServerError: for two of goldspan's that have one number.
        """
        copy = self.copies.get(number)
        if copy is None or (copy.id is None and goldspan_id(row) is not None):
            works = self._works[number] = {}
            copy = self.copies[number] = stored_copy(number, row, works)
        elif annotator in self._works[number]:
            raise ServerError(
                f"the export has two examples of number {number}", example=copy.id, remedy="Look at them in Doccano."
            )
        elif copy.id is not None and (goldspan_id(row), text_of(row)) != (copy.id, copy.text):
            self.changed = _named(copy)
        if broken and copy.corruption is None:
            copy = self.copies[number] = replace(copy, corruption=BROKEN)
        return copy


@dataclass(frozen=True, slots=True)
class AnnotatorComment:
    """A comment."""

    annotator: str
    example: str
    text: str
