"""What a project holds at one moment: each example, and what each annotator did with it.

Read from Doccano's exports. A row that cannot be turned into an annotator's work is kept, with the reason.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from goldspan import files, offsets
from goldspan.annotation import Span
from goldspan.doccano.client.schema import OWN_KEYS
from goldspan.doccano.export_archive import ExportArchive, require_exportable, require_exported
from goldspan.doccano.export_rows import (
    ListedExamples,
    ShownNumbers,
    are_listed,
    listed_row,
    row_key,
    text_of,
)
from goldspan.doccano.labels import SAME_NAMES
from goldspan.errors import InvalidValueError, ServerError
from goldspan.formats.doccano import short_digest, stored_id, stored_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.export_rows import RowKey
    from goldspan.doccano.labels import LabelNames
    from goldspan.formats.doccano import StoredKey, Unit

if TYPE_CHECKING:
    Confirmed: TypeAlias = Mapping[str, Mapping[RowKey, Any]]  # per annotator and row, the spans as exported

ALL = ""  # the annotator of a shared annotation
SHARED = "all"  # what Doccano calls the only part of a shared project's export
ATTEMPTS = 3
DUPLICATE = "is there twice"
BROKEN_SPANS = "its list of spans is not one"
MARKER = "goldspan_reanchor"  # an older version wrote it into an example while it moved the spans there
HALF_MOVED = "a push of an older goldspan was interrupted while it moved its spans: they may be on wrong words"
CHANGED = "somebody changed it while the project was exported"
COUNTED = {"utf16": "UTF-16 units", "graphemes": "grapheme clusters"}


@dataclass(frozen=True, slots=True)
class InvalidSpan:
    """A span on the server that is no valid `Span` of its text.

    Args:
        start: where it begins, in the server's unit.
        end: where it ends, in the server's unit.
        label: its label.
        reason: why it is invalid, without a full stop; `DUPLICATE` if an equal span is among the valid ones.
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
        confirmed: whether the annotator confirmed the example.
        comments: what the annotator wrote, in the order of the export.
        invalid: the spans that are not valid.
    """

    spans: tuple[Span, ...] = ()
    confirmed: bool = False
    comments: tuple[str, ...] = ()
    invalid: tuple[InvalidSpan, ...] = ()

    def with_labels(self, names: LabelNames) -> AnnotatorWork:
        """The same work with the labels of a scheme, where it has the names of their types on the server."""
        if not self.spans and not self.invalid:
            return self
        spans = {Span(span.start, span.end, names.label(span.label)) for span in self.spans}
        invalid = tuple(replace(span, label=names.label(span.label)) for span in self.invalid)
        return replace(self, spans=tuple(sorted(spans)), invalid=invalid)


NO_WORK, CONFIRMED = AnnotatorWork(), AnnotatorWork(confirmed=True)


class HeldBack(NamedTuple):
    """Why a copy is left alone for now: its kind, and the reason without a full stop."""

    kind: Literal["imported", "changed"]
    reason: str


@dataclass(frozen=True, slots=True)
class StoredExample:
    """A copy of an example in a project. An id may have several copies.

    Args:
        number: Doccano's number of the copy.
        id: the id of the example; None if goldspan did not push it.
        sha256: the short digest of the text that was pushed.
        at: where the text begins in its article, in code points.
        extra: the extra keys of the example that was pushed.
        text: as it is on the server.
        meta: all keys that are stored with the text, those of goldspan included.
        work: per user name, or under `ALL` in a shared project.
        corruption: why text and offsets cannot be trusted, without a full stop; None if they can.
        held_back: why nothing of it is pulled now and nothing is written to it; None for no reason.
        sent: in a shared project, the fingerprint of the spans that were filled in.
        shown: in a project of disputes, the fingerprint of what was shown.
    """

    number: int
    id: str | None
    sha256: str | None
    at: int
    extra: Mapping[str, Any] = field(hash=False)
    text: str
    meta: Mapping[str, Any] = field(hash=False)
    work: Mapping[str, AnnotatorWork] = field(hash=False)
    corruption: str | None = None
    held_back: HeldBack | None = None
    sent: str | None = None
    shown: str | None = None

    @property
    def name(self) -> str:
        """The id of the example, or Doccano's number of the copy if it has none."""
        return self.id or f"Doccano's number {self.number}"

    def with_labels(self, names: LabelNames) -> StoredExample:
        """The same copy with the labels of a scheme, where it has the names of their types on the server.

        Spans that are still those that were filled in under the former names of labels are those of their names now.
        """
        work = {who: theirs.with_labels(names) for who, theirs in self.work.items()}
        sent = self.sent
        if sent is not None and names.earlier:
            for who, theirs in self.work.items():
                if sent in (_earlier_fingerprint(theirs.spans, names), _earlier_fingerprint(work[who].spans, names)):
                    sent = fingerprint(work[who].spans)
        return replace(self, work=work, sent=sent)


@dataclass(frozen=True, slots=True)
class AnnotatorComment:
    """A comment on an example, and who wrote it."""

    annotator: str
    example: str
    text: str


@dataclass(frozen=True, slots=True)
class UndecidedSpan:
    """A span on the server whose label was split, and to which nothing gives one of the new labels.

    Args:
        annotator: whose it is.
        example: the id of the example.
        former: the name of its label.
        span: with the first of the new labels.
        surface: its words.
        labels: the new labels.
        confirmed: whether the annotator had confirmed the example.
    """

    annotator: str
    example: str
    former: str
    span: Span
    surface: str
    labels: tuple[str, ...]
    confirmed: bool

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "annotator": self.annotator,
            "example": self.example,
            "span": [self.span.start, self.span.end, self.former, self.surface],
            "labels": list(self.labels),
        }


@dataclass(frozen=True)
class Snapshot:
    """What a project holds.

    Args:
        project: the project.
        copies: by Doccano's number, in the order of the export.
        members: the user names whose work is included, sorted; empty in a shared project.
        names: what the labels are called on the server; all spans have the labels of the scheme.
        unread: per label the spans in rows of the export of which nobody can tell whose they are.
        undecided: the spans of labels that were split, which somebody has to read again.
        relabelled: by label, how many more spans it has here than its type on the server, since a label was split.
    """

    project: DoccanoProject
    copies: Mapping[int, StoredExample] = field(hash=False)
    members: tuple[str, ...]
    names: LabelNames = field(default=SAME_NAMES, hash=False)
    unread: Mapping[str, int] = field(default_factory=dict, hash=False)
    undecided: tuple[UndecidedSpan, ...] = ()
    relabelled: Mapping[str, int] = field(default_factory=dict, hash=False)

    @cached_property
    def by_id(self) -> Mapping[str, tuple[StoredExample, ...]]:
        """The copies of each example that goldspan pushed."""
        by_id: dict[str, list[StoredExample]] = {}
        for copy in self.copies.values():
            if copy.id is not None:
                by_id.setdefault(copy.id, []).append(copy)
        return {example: tuple(copies) for example, copies in by_id.items()}

    def with_labels(self, names: LabelNames) -> Snapshot:
        """The same snapshot with the labels of a scheme, where it has the names of their types on the server."""
        if names.are_same:
            return replace(self, names=names)
        copies = {number: copy.with_labels(names) for number, copy in self.copies.items()}
        unread = Counter[str]()
        for label, number in self.unread.items():
            unread[names.label(label)] += number
        return replace(self, copies=copies, names=names, unread=unread)


def _earlier_fingerprint(spans: Iterable[Span], names: LabelNames) -> str:
    """The fingerprint of spans under the names that their labels had before they were renamed or merged."""
    earlier = names.earlier
    return fingerprint(Span(span.start, span.end, earlier.get(span.label, span.label)) for span in spans)


def fingerprint(spans: Iterable[Span]) -> str:
    """The short digest of spans, in code points, whatever their order: what a key states of those filled in."""
    return short_digest(files.dumps(sorted([span.start, span.end, span.label] for span in spans)))


def take_snapshot(
    server: Doccano, project: DoccanoProject, *, confirmed: bool = True, names: LabelNames = SAME_NAMES
) -> Snapshot:
    """What a project holds now.

    Who confirmed what comes from an export of its own, in which Doccano reads the spans before it selects the confirmed
    examples: one that is confirmed in between comes without its spans. So the export of the confirmed examples is taken
    first, the export of all examples after it, and a confirmation counts only if both have the same spans. If they
    differ, both are taken again, a few times; an example in which they still differ then is held back.

    Args:
        server: logged in to as an administrator of the project.
        project: as the server has it.
        confirmed: whether to find out who confirmed what; if not, nothing counts as confirmed.
        names: what the labels of the scheme are called there.

    Raises:
        ServerError: if the server does not answer as it should, or the members change again and again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        builder = _export(server, project, confirmed=confirmed, is_last=attempt == ATTEMPTS)
        if not builder.changed and not builder.members_changed and not builder.rows_changed:
            break
    if builder.members_changed:
        raise ServerError(
            f"the members changed while the project was exported, {ATTEMPTS} times",
            remedy="Try again when nobody adds or removes members there.",
        )
    return builder.snapshot().with_labels(names)


def take_full_snapshot(
    server: Doccano, project: DoccanoProject, *, confirmed: bool = True, names: LabelNames = SAME_NAMES
) -> Snapshot:
    """As `take_snapshot`, and no member's work is missing: Doccano exports none of a user whose name is a path.

    Raises:
        ServerError: as `take_snapshot`, and naming the member whose work is not exported.
    """
    if project.collaborative:
        return take_snapshot(server, project, confirmed=confirmed, names=names)
    members = {member.username for member in server.members(project.id)}
    require_exportable(sorted(members))
    snapshot = take_snapshot(server, project, confirmed=confirmed, names=names)
    if members.difference(snapshot.members):  # unless they left meanwhile
        now = {member.username for member in server.members(project.id)}
        require_exported(members & now, snapshot.members)
    return snapshot


def _start_confirmed(server: Doccano, project: DoccanoProject, open_files: ExitStack) -> Future[Confirmed]:
    """Take the export of the confirmed examples, and read it while the server makes the next export."""
    path = open_files.enter_context(server.export(project.id, confirmed=True))
    return open_files.enter_context(ThreadPoolExecutor(1)).submit(_read_confirmed, path, project)


def _read_confirmed(path: Path, project: DoccanoProject) -> Confirmed:
    """Which of goldspan's examples each annotator confirmed, and the spans that came with them."""
    with ExportArchive(path) as archive:
        return {
            annotator: {
                row_key(row): exported_spans(row) for _, row in archive.rows(annotator) if stored_id(row) is not None
            }
            for annotator in _annotators(archive, project)
        }


def _annotators(archive: ExportArchive, project: DoccanoProject) -> tuple[str, ...]:
    """The names of the parts, sorted.

    Raises:
        ServerError: if a shared project is not exported in one part.
    """
    if project.collaborative and archive.names != (SHARED,):
        raise ServerError(f"the project {project.name!r} is shared, but its export is not", remedy="Try again.")
    return tuple(sorted(archive.names))


def _export(server: Doccano, project: DoccanoProject, *, confirmed: bool, is_last: bool) -> _SnapshotBuilder:
    """A snapshot from one or two exports; the list of the examples is read only where their rows do not suffice.

    Args:
        server: where the project is.
        project: as the server has it.
        confirmed: whether to find out who confirmed what.
        is_last: whether the list is read also if examples came or went meanwhile.
    """
    with ExitStack() as open_files:
        confirmations = _start_confirmed(server, project, open_files) if confirmed else None
        path = open_files.enter_context(server.export(project.id, confirmed=False))
        archive = open_files.enter_context(ExportArchive(path))
        done = None if confirmations is None else confirmations.result()
        builder = _SnapshotBuilder(project, _annotators(archive, project), ShownNumbers())
        is_clear = _add_parts(builder, archive, done)
        if not is_clear or not are_listed(server, project.id, builder.ids):
            if not is_last and server.count(project.id) != builder.rows:
                builder.rows_changed = True
                return builder
            listed = ListedExamples(server.examples(project.id))
            builder = _SnapshotBuilder(project, builder.annotators, listed)
            _add_parts(builder, archive, done)
            builder.add_listed(listed)
    builder.compare_parts()
    builder.members_changed = done is not None and done.keys() != set(builder.annotators)
    return builder


def _add_parts(builder: _SnapshotBuilder, archive: ExportArchive, confirmed: Confirmed | None) -> bool:
    """Add all parts of an export; whether each row was about one example."""
    are_clear = [
        builder.add(archive.rows(part), part, {} if confirmed is None else confirmed.get(part, {}))
        for part in builder.annotators
    ]
    return all(are_clear)


class _SnapshotBuilder:
    """The copies of an export, collected part by part.

    Args:
        project: as the server has it.
        annotators: the names of the parts.
        examples: which example a row is about.

    Attributes:
        copies: by number.
        changed: the numbers of those that differ between two parts or exports.
        members_changed: whether the two exports have other parts.
        rows: how many rows the longest part has.
        rows_changed: whether examples came or went since the export.
    """

    def __init__(
        self, project: DoccanoProject, annotators: tuple[str, ...], examples: ShownNumbers | ListedExamples
    ) -> None:
        self.annotators = annotators
        self.copies: dict[int, StoredExample] = {}
        self.changed: set[int] = set()
        self.members_changed = False
        self.rows = 0
        self.rows_changed = False
        self._project = project
        self._examples = examples
        self._offsets = OffsetReader("graphemes" if project.grapheme_mode else "utf16")
        self._work: dict[int, dict[str, AnnotatorWork]] = {}
        self._unread = Counter[str]()

    @property
    def ids(self) -> dict[int, str | None]:
        """The ids of the copies by their numbers, in the order of the export."""
        return {number: copy.id for number, copy in self.copies.items()}

    def add(self, rows: Iterable[tuple[int, dict[str, Any]]], part: str, confirmed: Mapping[RowKey, Any]) -> bool:
        """Add the rows of one part of the export.

        Args:
            rows: with their line numbers.
            part: the name of the part.
            confirmed: which examples its annotator confirmed, with the spans of the export of the confirmed.

        Returns:
            Whether each row was about one example, and no two about the same.
        """
        annotator, unmatched, are_clear, count = self._annotator(part), dict(confirmed), True, 0
        for _, row in rows:
            count += 1
            exported = exported_spans(row)
            spans = parse_spans(exported)
            number = self._examples.number(row)
            if number is None or annotator in self._work.get(number, ()):
                are_clear = False
                self._unread.update(span.label for span in spans or ())
                continue
            copy = self._copy(number, row, broken=spans is None)
            key = row_key(row)
            is_confirmed = key in confirmed
            if is_confirmed:
                theirs = unmatched.pop(key)
                if theirs != exported and parse_spans(theirs) != spans:
                    self.changed.add(number)
            reader = self._offsets.for_text(copy.text) if spans else self._offsets
            work = annotator_work(spans or (), comment_texts(row), reader, confirmed=is_confirmed)
            self._work[number][annotator] = work
        self.rows = max(self.rows, count)
        # A text that changed between the exports: the example is there, and nobody knows what was confirmed.
        self.changed.update(shown for shown, _ in unmatched if isinstance(shown, int) and shown in self.copies)
        return are_clear

    def add_listed(self, listed: ListedExamples) -> None:
        """Add the listed examples without a row, and hold back those that an import of an export concerns."""
        for example in listed.examples.values():
            copy = self.copies.get(example.id)
            if copy is None:
                copy = self._new_copy(example.id, listed_row(example))
                self.changed.add(example.id)
            if reason := listed.doubt(example.id):
                self.copies[example.id] = replace(copy, held_back=HeldBack("imported", reason))
        self.changed.difference_update(number for number, copy in self.copies.items() if copy.held_back is not None)

    def compare_parts(self) -> None:
        """Find the examples that came or went between two parts."""
        wanted = len(self.annotators)
        self.changed.update(
            number
            for number, work in self._work.items()
            if len(work) < wanted and self.copies[number].held_back is None
        )

    def snapshot(self) -> Snapshot:
        """What was collected; what changed meanwhile is held back."""
        for number in self.changed:
            self.copies[number] = replace(self.copies[number], held_back=HeldBack("changed", CHANGED))
        for work in self._work.values():
            for annotator in map(self._annotator, self.annotators):
                work.setdefault(annotator, NO_WORK)
        members = () if self._project.collaborative else self.annotators
        return Snapshot(self._project, self.copies, members, unread=self._unread)

    def _annotator(self, part: str) -> str:
        return ALL if self._project.collaborative else part

    def _copy(self, number: int, row: dict[str, Any], *, broken: bool) -> StoredExample:
        """The copy that a row is about, known from another part or new."""
        copy = self.copies.get(number)
        if copy is None:
            copy = self._new_copy(number, self._examples.stored_row(number, row))
        elif copy.id is not None and (stored_id(row), text_of(row)) != (copy.id, copy.text):
            self.changed.add(number)
        if broken and copy.corruption is None:
            copy = self.copies[number] = replace(copy, corruption=BROKEN_SPANS)
        return copy

    def _new_copy(self, number: int, row: Mapping[str, Any]) -> StoredExample:
        work = self._work[number] = {}
        copy = self.copies[number] = stored_example(number, row, work)
        return copy


# Rows of an export


class RawExportSpan(NamedTuple):
    """A span as the server exports it, in the server's unit."""

    start: int
    end: int
    label: str


def exported_spans(row: Mapping[str, Any]) -> Any:  # noqa: ANN401  (JSON is any)
    """The value where the spans of a row should be: `label`, or `entities` in a project with `use_relation`."""
    return row["label"] if "label" in row else row.get("entities")


def parse_spans(exported: object) -> tuple[RawExportSpan, ...] | None:
    """The spans in what `exported_spans` returned, sorted; None if it is no list of spans."""
    if not isinstance(exported, list):
        return None
    spans = [_parse_span(item) for item in exported]
    return None if None in spans else tuple(sorted(filter(None, spans)))


def _parse_span(item: object) -> RawExportSpan | None:
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


def comment_texts(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The comments of a row."""
    comments = row.get("Comments")
    if not comments or not isinstance(comments, list):
        return ()
    return tuple(str(item.get("comment", "") if isinstance(item, dict) else item) for item in comments)


def stored_example(number: int, row: Mapping[str, Any], work: Mapping[str, AnnotatorWork]) -> StoredExample:
    """The copy that a row of any annotator describes.

    Args:
        number: Doccano's number.
        row: of the export.
        work: of each annotator; it may be filled later.
    """
    stored = stored_key(row)
    key = stored.key
    return StoredExample(
        number=number,
        id=stored.id,
        sha256=None if key is None else key.text,
        at=0 if key is None else key.at,
        extra={} if key is None else key.extra,
        text=text_of(row),
        meta={key: value for key, value in row.items() if key not in OWN_KEYS},
        work=work,
        corruption=None if stored.id is None else _corruption(row, stored),
        sent=None if key is None else key.sent,
        shown=None if key is None else key.shown,
    )


def _corruption(row: Mapping[str, Any], stored: StoredKey) -> str | None:
    """Why a row that goldspan pushed cannot be trusted; None if it can."""
    if row.get(MARKER) is not None:  # an export fills gaps between rows with null
        return HALF_MOVED
    text = row.get("text")
    if not isinstance(text, str):
        return "it has no text"
    if stored.key is None:
        return stored.damage
    return None if stored.key.text == short_digest(text) else "its text was changed on the server"


def annotator_work(
    spans: tuple[RawExportSpan, ...], comments: tuple[str, ...], reader: OffsetReader, *, confirmed: bool
) -> AnnotatorWork:
    """What an annotator did with an example.

    Args:
        spans: as exported, sorted.
        comments: what the annotator wrote.
        reader: of the offsets in the text.
        confirmed: whether the annotator confirmed the example.
    """
    if not spans and not comments:
        return CONFIRMED if confirmed else NO_WORK
    valid: dict[Span, None] = {}
    invalid = []
    for raw in spans:
        span = reader.span(raw)
        if isinstance(span, Span) and span in valid:
            span = InvalidSpan(raw.start, raw.end, raw.label, DUPLICATE)
        if isinstance(span, Span):
            valid[span] = None
        else:
            invalid.append(span)
    # Sorted, since they came sorted and conversion to code points keeps the order.
    return AnnotatorWork(tuple(valid), confirmed, comments, tuple(invalid))


class OffsetReader:
    """Converts offsets of the server to code points, for one text after the other.

    Args:
        unit: what the server counts.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._text: str | None = None
        self._length = 0
        self._convert: Callable[[int], int | None] | None = None

    def for_text(self, text: str) -> OffsetReader:
        """The reader of a text; for the same text as before, nothing is computed."""
        if text is not self._text:
            self._text, self._length, self._convert = text, *_conversion(text, self.unit)
        return self

    def span(self, raw: RawExportSpan) -> Span | InvalidSpan:
        """The span in code points, or why it is invalid."""
        start, end, label = raw
        if start >= end:
            return InvalidSpan(start, end, label, "marks nothing")
        if start < 0 or end > self._length:
            reason = f"lies outside the text of {self._length} {COUNTED[self.unit]}"
            return InvalidSpan(start, end, label, reason)
        first, last = (start, end) if self._convert is None else (self._convert(start), self._convert(end))
        if first is None or last is None:
            return InvalidSpan(start, end, label, "begins or ends inside a character")
        try:
            return Span(first, last, label)
        except InvalidValueError as error:
            return InvalidSpan(start, end, label, error.message)


def _conversion(text: str, unit: Unit) -> tuple[int, Callable[[int], int | None] | None]:
    """The length of a text in the unit, and what converts an offset to code points; None where they are the same."""
    try:
        if unit == "utf16":
            inside = offsets.inside_pairs(text).tolist()
            return len(text) + len(inside), partial(_without_pairs, inside) if inside else None
        code_points = offsets.from_graphemes(text, range(int(offsets.to_graphemes(text, [len(text)])[0]) + 1)).tolist()
        return len(code_points) - 1, code_points.__getitem__
    except InvalidValueError:
        return 0, None  # nothing can be counted in a text with a lone surrogate, so no span lies inside


def _without_pairs(inside: list[int], offset: int) -> int | None:
    """An offset less the surrogate pairs before it; None if it lies inside one."""
    before = bisect_left(inside, offset)
    return None if inside[before : before + 1] == [offset] else offset - before
