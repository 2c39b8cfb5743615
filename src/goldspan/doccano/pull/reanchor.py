"""Moves spans to the changed form of their text, where their place there is beyond doubt."""

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
        moved: for each span that has one place there, the span in the new text.
        lost: for each other span the reason, without its surface and a full stop.
    """

    moved: Mapping[Span, Span]
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
    """The place of each span in the new text, by its surface, if it is unambiguous.

    A span keeps its place in what both texts share at their beginning or at their end, if that part is in each text
    exactly once and it does not matter whether the beginning or the end is measured first. Else it moves if its surface
    is in each text exactly once. An occurrence counts if it is separated from its neighbours as the span was: `troop`
    does not move into `troops`, nor a letter into a cluster of letter and accent. Two spans that did not overlap never
    do afterwards.

    Args:
        old: the text that the spans count in, in code points.
        new: the text as it is now.
        spans: in the old text; equal ones move alike.
    """
    shared = _shared_lengths(old, new)
    moved: dict[Span, Span] = {}
    lost: dict[Span, str] = {}
    for span in sorted(set(spans)):
        start = _find_place(old, new, span, shared)
        if isinstance(start, str):
            lost[span] = start
        else:
            moved[span] = Span(start, start + span.end - span.start, span.label)
    for pair in _collisions(moved):
        for span in pair:
            lost[span] = "would overlap another span in the new text"
    return SpanMoves({span: place for span, place in moved.items() if span not in lost}, lost)


def is_changed_form(old: str, new: str) -> bool:
    """Whether a text is a changed form of another one: at least half of the words of both are the same, in order.

    Ids count paragraphs, so where one is inserted the next text of an id may be that of another paragraph, which has
    some names in common with the old one.
    """
    return _match_words(old, new).ratio() >= KEPT


def added_words(old: str, new: str) -> tuple[str, ...]:
    """The words of the new text that the old one does not have there, each run of them in one string."""
    words = list(WORD.finditer(new))
    return tuple(
        new[words[first].start() : words[last - 1].end()]
        for operation, _, _, first, last in _match_words(old, new).get_opcodes()
        if operation != "equal" and first < last
    )


def moved_line(annotator: str, old: str, line: Example) -> MovedLine:
    """What was moved in a line whose example had another text before."""
    spans = tuple((span.start, span.end, span.label, line.surface(span)) for span in line.spans)
    return MovedLine(annotator, line.id, spans, added_words(old, line.text))


def _match_words(old: str, new: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, WORD.findall(old), WORD.findall(new), autojunk=False)


def _shared_lengths(old: str, new: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """How much the texts share at beginning and end, the beginning measured first, and the end measured first."""
    shorter = min(len(old), len(new))
    before = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    after = next((at for at in range(shorter) if old[-1 - at] != new[-1 - at]), shorter)
    return (before, min(after, shorter - before)), (min(before, shorter - after), after)


def _find_place(old: str, new: str, span: Span, shared: tuple[tuple[int, int], tuple[int, int]]) -> int | str:
    """Where the surface begins in the new text, or why that is in doubt."""
    surface = old[span.start : span.end]
    boundaries = _boundaries(old, span.start, span.end)
    places = list(_occurrences(new, surface, boundaries))
    shifted = {_shifted_start(old, new, span, *lengths) for lengths in shared}
    if len(shifted) == 1 and (start := shifted.pop()) is not None and start in places:
        return start
    before = len(list(_occurrences(old, surface, boundaries)))
    if len(places) == before == 1:
        return places[0]
    if not places:
        return "is not in the new text"
    return f"is ambiguous: it is in {len(places)} place(s) of the new text, and in {before} of the old one"


def _shifted_start(old: str, new: str, span: Span, before: int, after: int) -> int | None:
    """Where the span begins in the new text by the part around it that both share, if that part is there once."""
    if span.end <= before:
        part, start = old[:before], span.start
    elif span.start >= len(old) - after:
        part, start = old[len(old) - after :], span.start + len(new) - len(old)
    else:
        return None
    return start if all(_occurs_once(text, part) for text in (old, new)) else None


def _occurs_once(text: str, part: str) -> bool:
    return text.find(part) == text.rfind(part) >= 0


def _occurrences(text: str, surface: str, boundaries: tuple[bool, ...]) -> Iterator[int]:
    start = text.find(surface)
    while start >= 0:
        if _boundaries(text, start, start + len(surface)) == boundaries:
            yield start
        start = text.find(surface, start + 1)


def _boundaries(text: str, start: int, end: int) -> tuple[bool, ...]:
    """For each edge: whether it lies inside a word, and inside a grapheme cluster."""
    return tuple(
        is_inside
        for edge in (start, end)
        for is_inside in (
            0 < edge < len(text) and text[edge - 1].isalnum() and text[edge].isalnum(),
            offsets.splits_grapheme(text, edge),
        )
    )


def _collisions(moved: Mapping[Span, Span]) -> Iterator[tuple[Span, Span]]:
    """The pairs of spans that overlap in the new text and did not in the old one."""
    for first, second in combinations(moved, 2):
        if moved[first].overlaps(moved[second]) and not first.overlaps(second):
            yield first, second
