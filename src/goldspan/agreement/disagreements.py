"""Where two annotators do not agree, and in what way: each span of either side that the other lacks, exactly once.

Spans that are the same on both sides agree and take no further part. What is left over meets where it overlaps, one
to one or one to several: first those of one label, then those that share the most characters. So a boundary is taken
for the cause before a label is, and a span counts as one-sided only where nothing is left on the other side to meet.
The way of meeting does not depend on which of the two comes first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from goldspan.agreement.annotations import Annotations, Item
    from goldspan.values import Span

Kind = Literal["boundary", "label", "split", "one-sided"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MEANING: dict[Kind, str] = {
    "boundary": "the same label on words that overlap, with other edges",
    "label": "another label, on the same words or on words that overlap",
    "split": "one span of the one against several of the other",
    "one-sided": "marked by one of the two alone",
}
NONE = "none"
"""Stands in a confusion matrix for a span that the other side lacks."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Spans of two annotators that stand for each other and differ, or one that stands alone.

    Args:
        first: those of the one; empty if it is the other's alone.
        second: those of the other, likewise. One of the two has at most one span.
    """

    first: tuple[Span, ...]
    second: tuple[Span, ...]

    @property
    def kind(self) -> Kind:
        """In what way they differ."""
        if not (self.first and self.second):
            return "one-sided"
        if len(self.first) + len(self.second) > 2:  # noqa: PLR2004  (one against one)
            return "split"
        return "boundary" if self.first[0].label == self.second[0].label else "label"

    @property
    def spans(self) -> tuple[Span, ...]:
        """All of them."""
        return (*self.first, *self.second)

    @property
    def start(self) -> int:
        """Where the first of them begins."""
        return min(span.start for span in self.spans)

    @property
    def end(self) -> int:
        """Where the last of them ends."""
        return max(span.end for span in self.spans)

    def json(self) -> dict[str, Any]:
        """The kind, and the spans of both sides as `[start, end, label]`."""
        sides = {"first": self.first, "second": self.second}
        return {"kind": self.kind} | {
            name: [[span.start, span.end, span.label] for span in spans] for name, spans in sides.items()
        }


def between(first: Iterable[Span], second: Iterable[Span]) -> tuple[Disagreement, ...]:
    """The disagreements of two annotators on one text, in its order.

    Args:
        first: the spans of the one, each once.
        second: those of the other.
    """
    one, other = set(first), set(second)
    stars = _Stars(sorted(one - other), sorted(other - one))
    return tuple(sorted(stars.disagreements(), key=lambda found: (found.start, found.end, found.spans)))


def of_pair(annotations: Annotations, first: str, second: str) -> Iterator[tuple[Item, Disagreement]]:
    """The disagreements of two annotators in all that both confirmed, in the order of the texts."""
    for item in annotations.shared(first, second):
        for found in between(item.spans[first], item.spans[second]):
            yield item, found


def confusion(annotations: Annotations, first: str, second: str) -> Counter[tuple[str, str]]:
    """How often a label of one annotator met a label of the other, with `NONE` where it met nothing.

    A span that met several counts once for each of them.
    """
    met: Counter[tuple[str, str]] = Counter()
    for item in annotations.shared(first, second):
        one, other = item.spans[first], item.spans[second]
        met.update((span.label, span.label) for span in {*one} & {*other})
        for found in between(one, other):
            left = [span.label for span in found.first] or [NONE]
            right = [span.label for span in found.second] or [NONE]
            met.update((a, b) for a in left for b in right)
    return met


_Side: TypeAlias = Literal[0, 1]
_Node: TypeAlias = "tuple[_Side, int]"


class _Stars:
    """Spans of two sides that overlap, gathered into stars: one span in the middle, those that meet it around it.

    Wherever no span overlaps nothing, the spans can be parted into stars so that none is left alone: what is still
    free when every pair was tried takes a neighbour from a star that keeps another.
    """

    def __init__(self, first: Sequence[Span], second: Sequence[Span]) -> None:
        self.sides = (first, second)
        self.leaves: dict[_Node, list[_Node]] = {}
        self.middle: dict[_Node, _Node] = {}
        pairs = sorted(self._overlapping(), key=self._strength)
        for one, other in pairs:
            self._meet(one, other)
        for one, other in pairs:
            for free, taken in ((one, other), (other, one)):
                if free not in self.middle:
                    self._take(free, taken)

    def disagreements(self) -> Iterator[Disagreement]:
        for middle, leaves in self.leaves.items():
            sides = self._spans([middle]), self._spans(leaves)
            yield Disagreement(*(sides if middle[0] == 0 else reversed(sides)))
        for number, span in enumerate(self.sides[0]):
            if (0, number) not in self.middle:
                yield Disagreement((span,), ())
        for number, span in enumerate(self.sides[1]):
            if (1, number) not in self.middle:
                yield Disagreement((), (span,))

    def _span(self, node: _Node) -> Span:
        return self.sides[node[0]][node[1]]

    def _spans(self, nodes: Iterable[_Node]) -> tuple[Span, ...]:
        return tuple(sorted(self._span(node) for node in nodes))

    def _overlapping(self) -> Iterator[tuple[_Node, _Node]]:
        for number, span in enumerate(self.sides[0]):
            for other, theirs in enumerate(self.sides[1]):
                if theirs.start >= span.end:  # sorted by where they begin
                    break
                if span.overlaps(theirs):
                    yield (0, number), (1, other)

    def _strength(self, pair: tuple[_Node, _Node]) -> tuple[bool, int, int, Span, Span]:
        """The strongest first: one label, the most characters shared, the fewest beside; alike for both orders."""
        one, other = sorted(map(self._span, pair))
        shared = min(one.end, other.end) - max(one.start, other.start)
        covered = max(one.end, other.end) - min(one.start, other.start)
        return one.label != other.label, -shared, covered, one, other

    def _meet(self, one: _Node, other: _Node) -> None:
        if one not in self.middle and other not in self.middle:
            self._begin(one, other)
        elif one not in self.middle:
            self._join(one, other)
        elif other not in self.middle:
            self._join(other, one)

    def _begin(self, middle: _Node, leaf: _Node) -> None:
        self.leaves[middle] = [leaf]
        self.middle[middle] = self.middle[leaf] = middle

    def _join(self, free: _Node, taken: _Node) -> None:
        """Let a free span join the star of a taken one, where that is its middle or can become it."""
        middle = self.middle[taken]
        if middle != taken and len(self.leaves[middle]) == 1:
            del self.leaves[middle]
            self._begin(taken, middle)
            middle = taken
        if middle == taken:
            self.leaves[middle].append(free)
            self.middle[free] = middle

    def _take(self, free: _Node, taken: _Node) -> None:
        """Let a free span take another one out of its star, which keeps the rest."""
        middle = self.middle[taken]
        if middle == taken or len(self.leaves[middle]) == 1:
            self._join(free, taken)
            return
        self.leaves[middle].remove(taken)
        self._begin(free, taken)
