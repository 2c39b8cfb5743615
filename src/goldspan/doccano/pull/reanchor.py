"""Where the spans of a text are in its changed form, where that is beyond doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan import offsets
from goldspan.annotation import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.annotation import Example

WORD = re.compile(r"\w+")
KEPT = 0.5  # the least share of the words of both texts that are the same, in the same order


class SpanMoves(NamedTuple):
    """Where spans are in the new text.

    Args:
        to: for each span that has one place there, the span in the new text.
        lost: for each other one, why it has none, without its surface and a full stop.
    """

    to: Mapping[Span, Span]
    lost: Mapping[Span, str]


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A line whose spans were moved to the new text of its example.

    Args:
        annotator: whose it is; empty in a shared project.
        example: the id.
        spans: in the new text: start, end, label and surface.
        added: the words of the new text that are not in the annotated one, in runs.
    """

    annotator: str
    example: str
    spans: tuple[tuple[int, int, str, str], ...]
    added: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "annotator": self.annotator,
            "example": self.example,
            "spans": [list(span) for span in self.spans],
            "added": list(self.added),
        }


def find_moves(old: str, new: str, spans: Iterable[Span]) -> SpanMoves:
    """The place of each span in the new text, by its surface, unambiguously.

    A span keeps its place in what both texts share at their beginning or at their end, if that piece is in each text
    exactly once and it does not matter whether the beginning or the end is measured first. Else it moves if its surface
    is in each text exactly once. An occurrence counts if it is set off from its neighbours as the span was: `troop`
    does not move into `troops`, nor a letter into a cluster of letter and accent. Two spans that did not overlap never
    do afterwards.

    Args:
        old: the text that the spans count in, in code points.
        new: the text as it is to be.
        spans: in the old text; equal ones move alike.
    """
    shared = _shared(old, new)
    to: dict[Span, Span] = {}
    lost: dict[Span, str] = {}
    for span in sorted(set(spans)):
        start = _place(old, new, span, shared)
        if isinstance(start, str):
            lost[span] = start
        else:
            to[span] = Span(start, start + span.end - span.start, span.label)
    for one, other in _collisions(to):
        for span in (one, other):
            lost[span] = "would overlap another span in the new text"
    return SpanMoves({span: moved for span, moved in to.items() if span not in lost}, lost)


def is_changed_form(old: str, new: str) -> bool:
    """Whether a text is a changed form of another one: at least half of the words of both are the same, in order.

    Ids count paragraphs, so where one is inserted the next text of an id may be that of another paragraph, which has
    some names in common with the old one.
    """
    return _words(old, new).ratio() >= KEPT


def added_words(old: str, new: str) -> tuple[str, ...]:
    """The words of the new text that the old one does not have there, each run of them in one string."""
    found = list(WORD.finditer(new))
    return tuple(
        new[found[first].start() : found[last - 1].end()]
        for what, _, _, first, last in _words(old, new).get_opcodes()
        if what != "equal" and first < last
    )


def moved_line(annotator: str, old: str, line: Example) -> MovedLine:
    """What was moved in a line whose example had another text before."""
    spans = tuple((span.start, span.end, span.label, line.surface(span)) for span in line.spans)
    return MovedLine(annotator, line.id, spans, added_words(old, line.text))


def _words(old: str, new: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, WORD.findall(old), WORD.findall(new), autojunk=False)


def _shared(old: str, new: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """How much the texts share at beginning and end, the beginning measured first, and the end measured first."""
    shorter = min(len(old), len(new))
    before = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    after = next((at for at in range(shorter) if old[-1 - at] != new[-1 - at]), shorter)
    return (before, min(after, shorter - before)), (min(before, shorter - after), after)


def _place(old: str, new: str, span: Span, shared: tuple[tuple[int, int], tuple[int, int]]) -> int | str:
    """Where the surface begins in the new text, or why that is in doubt."""
    surface = old[span.start : span.end]
    stood = _setting(old, span.start, span.end)
    places = list(_occurrences(new, surface, stood))
    both = {_shifted(old, new, span, *sizes) for sizes in shared}
    if len(both) == 1 and (start := both.pop()) is not None and start in places:
        return start
    before = len(list(_occurrences(old, surface, stood)))
    if len(places) == before == 1:
        return places[0]
    if not places:
        return "is not in the new text"
    return f"is ambiguous: it is in {len(places)} place(s) of the new text, and in {before} of the old one"


def _shifted(old: str, new: str, span: Span, before: int, after: int) -> int | None:
    """Where the span begins in the new text by the piece around it that both share, if there is but one such piece."""
    if span.end <= before:
        piece, start = old[:before], span.start
    elif span.start >= len(old) - after:
        piece, start = old[len(old) - after :], span.start + len(new) - len(old)
    else:
        return None
    return start if all(_stands_once(text, piece) for text in (old, new)) else None


def _stands_once(text: str, piece: str) -> bool:
    return text.find(piece) == text.rfind(piece) >= 0


def _occurrences(text: str, surface: str, stood: tuple[bool, ...]) -> Iterator[int]:
    start = text.find(surface)
    while start >= 0:
        if _setting(text, start, start + len(surface)) == stood:
            yield start
        start = text.find(surface, start + 1)


def _setting(text: str, start: int, end: int) -> tuple[bool, ...]:
    """At each edge: whether it lies inside a word, and inside a grapheme cluster."""
    return tuple(
        answer
        for edge in (start, end)
        for answer in (
            0 < edge < len(text) and text[edge - 1].isalnum() and text[edge].isalnum(),
            offsets.splits_grapheme(text, edge),
        )
    )


def _collisions(to: Mapping[Span, Span]) -> Iterator[tuple[Span, Span]]:
    for one, other in combinations(to, 2):
        if to[one].overlaps(to[other]) and not one.overlaps(other):
            yield one, other
