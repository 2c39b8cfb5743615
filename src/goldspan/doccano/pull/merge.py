"""The work of an annotator on the server, merged into the file of the corpus."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from goldspan.annotation import Example, Span
from goldspan.corpus.comments import COMMENTS
from goldspan.corpus.passes import AIDED, CONFIRMED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

if TYPE_CHECKING:
    SpanRow: TypeAlias = tuple[int, int, str, str]  # start, end, label, surface
    SpanKey: TypeAlias = tuple[int, int, str, str] | tuple[str, str]

NONE: Mapping[str, tuple[Span, ...]] = MappingProxyType({})
NOTHING_DROPPED: Mapping[str, Collection[Span]] = MappingProxyType({})
NOT_AIDED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LineEdit:
    """What happens to the spans of a line.

    Args:
        example: its id.
        lost: the spans of the old line that the new one does not have: start, end, label and surface.
        added: the spans that the new line has and the old one had not.
    """

    example: str
    lost: tuple[SpanRow, ...]
    added: tuple[SpanRow, ...]

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"example": self.example, "lost": list(map(list, self.lost)), "added": list(map(list, self.added))}


@dataclass(frozen=True, slots=True)
class MergedPass:
    """A file as it will be.

    Args:
        examples: its lines, in the order of the article.
        new: the ids of lines that were not in the file.
        changed: those whose line is different.
        withdrawn: those that are confirmed in the file and were opened again on the server.
        left_out: those that are unconfirmed in the file and on the server, where only confirmed ones are pulled.
        kept: those that stay although they are open on the server, since nothing shows that anybody opened them again.
        edits: the lines of the file whose spans change, lines that leave it included.
        held: the lines that stay because they would lose a span of a label that is gone from the server, each with
            these spans.
        reread: those that stay because they are another reading than the one that is pulled: with suggestions, or
            with others, or without.
    """

    examples: tuple[Example, ...]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    edits: tuple[LineEdit, ...] = ()
    held: tuple[LineEdit, ...] = ()
    reread: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether the file will be different."""
        return bool(self.new or self.changed or self.withdrawn or self.left_out)


def pass_line(
    example: Example,
    spans: tuple[Span, ...],
    *,
    confirmed: bool,
    comments: Iterable[str] = (),
    aided: str | None = None,
) -> Example:
    """An example with what was marked: a line with its confirmation, and with comments if there are any.

    Args:
        example: what was read.
        spans: what was marked.
        confirmed: whether the annotator confirmed it.
        comments: what they wrote.
        aided: the project whose suggestions they saw; None if they saw none.
    """
    extra: dict[str, Any] = {CONFIRMED: confirmed}
    if aided is not None:
        extra[AIDED] = aided
    if listed := list(comments):
        extra[COMMENTS] = listed
    return Example(example.id, example.text, spans, example.at, extra)


def merge(
    current: Iterable[Example],
    server: Mapping[str, Example | None],
    untouched: Mapping[str, tuple[Span, ...]] = NONE,
    *,
    gold: bool = False,
    gone: Collection[str] = (),
    dropped: Mapping[str, Collection[Span]] = NOTHING_DROPPED,
    aided: Mapping[str, str] = NOT_AIDED,
) -> MergedPass:
    """The lines of a file, replaced by those of the server.

    A line that would lose a span because of a label type stays as it is: nobody took that span away. So does a line of
    another reading, unless nobody confirmed it: what somebody found unaided is not replaced by what they made of
    suggestions, nor the other way round.

    Args:
        current: the lines of the file, each id once.
        server: by id the line that the server has; None for an open example that is not pulled. Lines of other ids stay
            as they are.
        untouched: by id the spans of those that are open on the server and on which nobody did anything.
        gold: whether this is gold, in which a line without the key is confirmed; gold keeps comments of its own.
        gone: the labels whose spans may have left the server by themselves.
        dropped: by id the spans that are on the server and were left out because the scheme lacks their label.
        aided: by id the project whose suggestions the annotator saw there.
    """
    current = list(current)
    others = set() if gold else {line.id for line in current if _is_other_reading(line, server, aided)}
    reread = tuple(name for name, line in server.items() if name in others and _is_confirmed(line))
    server = {name: line for name, line in server.items() if name not in others}
    merged = replace(_merge(current, server, untouched, gold=gold), reread=reread)
    lost = {
        edit.example: tuple(
            row for row in edit.lost if row[2] in gone or dropped_in_place_of(row, dropped.get(edit.example, ()))
        )
        for edit in merged.edits
    }
    held = tuple(LineEdit(example, spans, ()) for example, spans in lost.items() if spans)
    if not held:
        return merged
    ids = {edit.example for edit in held}
    rest = {name: line for name, line in server.items() if name not in ids}
    return replace(_merge(current, rest, untouched, gold=gold), held=held, reread=reread)


def dropped_in_place_of(row: SpanRow, dropped: Iterable[Span]) -> Span | None:
    """The span of no known label that the server has in the place of one of a line, which so was not removed."""
    start, end, label, _ = row
    return next((span for span in dropped if span.overlaps(Span(start, end, label))), None)


def _merge(
    current: Iterable[Example],
    server: Mapping[str, Example | None],
    untouched: Mapping[str, tuple[Span, ...]],
    *,
    gold: bool,
) -> MergedPass:
    """The lines of a file, replaced by those of the server, whatever they lose."""
    old = {example.id: example for example in current}
    kept = {name for name in old if name in untouched and _is_kept(old[name], server, untouched[name], gold=gold)}
    server = {name: example for name, example in server.items() if name not in kept}
    lines = {name: example for name, example in old.items() if not _is_dropped(example, server)}
    for name, example in server.items():
        if example is not None:
            lines[name] = _merge_line(old.get(name), example, gold=gold)
    withdrawn = {name: None for name, example in old.items() if _is_withdrawn(example, server)}
    examples = tuple(sorted(lines.values(), key=lambda example: (example.at, example.id)))
    return MergedPass(
        examples,
        new=tuple(name for name in lines if name not in old),
        changed=tuple(name for name, example in lines.items() if name in old and old[name] != example),
        withdrawn=tuple(withdrawn),
        left_out=tuple(name for name in old if name not in lines and name not in withdrawn),
        kept=tuple(example.id for example in examples if example.id in kept),
        edits=tuple(edit for name in old if (edit := _edit(old[name], lines.get(name)))),
    )


def _edit(old: Example, new: Example | None) -> LineEdit | None:
    """What happens to the spans of a line; None if they stay. In another text, those of the same words are the same."""
    if new is not None and old.spans == new.spans and old.text == new.text:
        return None
    is_moved = new is not None and old.text != new.text
    before = Counter(_key(row, is_moved=is_moved) for row in _rows(old))
    after = Counter(_key(row, is_moved=is_moved) for row in _rows(new))
    lost, added = _left(_rows(old), after, is_moved=is_moved), _left(_rows(new), before, is_moved=is_moved)
    return LineEdit(old.id, lost, added) if lost or added else None


def _left(rows: Iterable[SpanRow], others: Counter[SpanKey], *, is_moved: bool) -> tuple[SpanRow, ...]:
    """The rows that have no equal one among the others, each of which is the equal of one row."""
    left, free = [], Counter(others)
    for row in rows:
        key = _key(row, is_moved=is_moved)
        if free[key]:
            free[key] -= 1
        else:
            left.append(row)
    return tuple(left)


def _key(row: SpanRow, *, is_moved: bool) -> SpanKey:
    return row[2:] if is_moved else row


def _rows(line: Example | None) -> list[SpanRow]:
    spans = () if line is None else line.spans
    return [(span.start, span.end, span.label, line.surface(span)) for span in spans if line is not None]


def _is_other_reading(line: Example, server: Mapping[str, Example | None], aided: Mapping[str, str]) -> bool:
    """Whether a line counts, and its annotator saw something else than in the project that is pulled."""
    counts = line.extra.get(CONFIRMED) is not False or bool(line.extra.get(COMMENTS))
    return line.id in server and counts and (line.extra.get(AIDED) or None) != aided.get(line.id)


def _is_confirmed(line: Example | None) -> bool:
    return line is not None and line.extra.get(CONFIRMED) is True


def _is_kept(old: Example, server: Mapping[str, Example | None], spans: tuple[Span, ...], *, gold: bool) -> bool:
    """Whether a line would be dropped or replaced, and with it somebody's work that is not on the server."""
    new = server.get(old.id)
    changes = _is_dropped(old, server) if new is None else _merge_line(old, new, gold=gold) != old
    return changes and (old.extra.get(CONFIRMED) is not False or bool(old.extra.get(COMMENTS)) or old.spans != spans)


def _is_dropped(example: Example, server: Mapping[str, Example | None]) -> bool:
    """Whether a line that was pulled is open on the server; one without the key `confirmed` was not pulled."""
    return example.id in server and server[example.id] is None and CONFIRMED in example.extra


def _is_withdrawn(example: Example, server: Mapping[str, Example | None]) -> bool:
    if example.extra.get(CONFIRMED) is not True or example.id not in server:
        return False
    now = server[example.id]
    return now is None or now.extra[CONFIRMED] is not True


def _merge_line(old: Example | None, new: Example, *, gold: bool) -> Example:
    """The new line, with the extra keys of the old one, unless these are about other spans.

    Curated gold is replaced by confirmed work alone: an open example is nobody's last word.
    """
    if gold and old is not None and CONFIRMED not in old.extra and new.extra[CONFIRMED] is not True:
        return old
    if old is None or (old.text, old.spans) != (new.text, new.spans):
        return new
    extra: dict[str, Any] = dict(new.extra)
    if gold and CONFIRMED not in old.extra:
        del extra[CONFIRMED]
    pulled_keys = {CONFIRMED} if gold else {CONFIRMED, COMMENTS, AIDED}
    merged = replace(new, extra=extra | {key: value for key, value in old.extra.items() if key not in pulled_keys})
    return old if merged == old else merged
