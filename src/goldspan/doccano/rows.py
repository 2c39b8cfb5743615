"""A row of an export, turned into what an annotator did; what cannot be turned is kept aside with the reason."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan import offsets
from goldspan.doccano.copies import TWICE, Copy, Refused, Work
from goldspan.errors import ValueRefused
from goldspan.formats.doccano import is_digest
from goldspan.formats.lines import loads
from goldspan.values import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from goldspan.formats.doccano import Unit

DOCCANOS = frozenset({"id", "text", "label", "entities", "relations", "Comments"})
AT = re.compile("[0-9]{1,18}")
NOTHING, CONFIRMED = Work(), Work(confirmed=True)
BROKEN = "its list of spans is not one"
MARKER = "goldspan_reanchor"  # an older version wrote it into an example for as long as it moved the spans there
HALF_MOVED = "a push of an older goldspan was interrupted while it moved its spans: they may be on wrong words"
COUNTED = {"utf16": "UTF-16 units", "graphemes": "grapheme clusters"}


class Raw(NamedTuple):
    """A span as the server states it."""

    start: int
    end: int
    label: str


def listed(row: Mapping[str, Any]) -> Any:  # noqa: ANN401  (JSON is any)
    """What a row has where its spans should be: `label`, or `entities` in a project with `use_relation`."""
    return row["label"] if "label" in row else row.get("entities")


def raw_spans(found: object) -> tuple[Raw, ...] | None:
    """The spans in what `listed` gave, sorted; None if it is no list of them."""
    if not isinstance(found, list):
        return None
    spans = [_raw(item) for item in found]
    return None if None in spans else tuple(sorted(filter(None, spans)))


def _raw(item: object) -> Raw | None:
    match item:
        case [start, end, label]:
            pass
        case {"start_offset": start, "end_offset": end, "label": label}:
            pass
        case _:
            return None
    if type(start) is int and type(end) is int and type(label) is str:
        return Raw(start, end, label)
    return None


def identity(row: Mapping[str, Any]) -> str | None:
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


def copy(number: int, row: Mapping[str, Any], work: Mapping[str, Work]) -> Copy:
    """The example of a row.

    Args:
        number: Doccano's.
        row: of any annotator.
        work: of each; it may be filled later.
    """
    name, sha256 = identity(row), row.get("goldspan_sha256")
    at, extra = _at(row), _extra(row)
    return Copy(
        number=number,
        id=name,
        sha256=sha256 if isinstance(sha256, str) else None,
        at=at or 0,
        extra=extra or {},
        text=text_of(row),
        row={key: value for key, value in row.items() if key not in DOCCANOS},
        work=work,
        spoiled=None if name is None else _spoiled(row, sha256, at, extra),
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


class Places:
    """Where the positions of a server lie in code points, for one text after the other.

    Args:
        unit: what the server counts.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._text: str | None = None
        self._length = 0
        self._place: Callable[[int], int | None] | None = None

    def of(self, text: str) -> Places:
        """The places of a text; asked for the same one again, they are there already."""
        if text is not self._text:
            self._text, self._length, self._place = text, *_counted(text, self.unit)
        return self

    def span(self, raw: Raw) -> Span | Refused:
        """The span in code points, or why there is none."""
        start, end, label = raw
        if start >= end:
            return Refused(start, end, label, "marks nothing")
        if start < 0 or end > self._length:
            why = f"lies outside the text of {self._length} {COUNTED[self.unit]}"
            return Refused(start, end, label, why)
        first, last = (start, end) if self._place is None else (self._place(start), self._place(end))
        if first is None or last is None:
            return Refused(start, end, label, "begins or ends inside a character")
        try:
            return Span(first, last, label)
        except ValueRefused as error:
            return Refused(start, end, label, error.message)


def _counted(text: str, unit: Unit) -> tuple[int, Callable[[int], int | None] | None]:
    """The length in the unit, and what gives the code point of a position in it; None where they are the same."""
    try:
        if unit == "utf16":
            inside = offsets.inside_pairs(text).tolist()
            return len(text) + len(inside), partial(_outside, inside) if inside else None
        places = offsets.from_graphemes(text, range(int(offsets.to_graphemes(text, [len(text)])[0]) + 1)).tolist()
        return len(places) - 1, places.__getitem__
    except ValueRefused:
        return 0, None  # with a lone surrogate nothing can be counted, so nothing lies inside


def _outside(inside: list[int], at: int) -> int | None:
    """A position less those inside a character that lie before it; None if it is one of them."""
    before = bisect_left(inside, at)
    return None if inside[before : before + 1] == [at] else at - before


def work(raws: tuple[Raw, ...], said: tuple[str, ...], places: Places, *, confirmed: bool) -> Work:
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
    refused = []
    for raw in raws:
        span = places.span(raw)
        if isinstance(span, Span) and span in spans:
            span = Refused(raw.start, raw.end, raw.label, TWICE)
        if isinstance(span, Span):
            spans[span] = None
        else:
            refused.append(span)
    return Work(tuple(spans), confirmed, said, tuple(refused))  # sorted as they came: counting keeps the order
