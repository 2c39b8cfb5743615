"""Where annotators disagree, and in what way: between two of them, and region by region among all.

Of two annotators, the spans that both have agree and are set aside. The rest are matched where they overlap, one to
one or one to several: spans with the same label first, then those that share the most characters. So a different
boundary is assumed before a different label, and a span counts as one-sided only where the other side has nothing left
to match it. The matching does not depend on the order of the two annotators.

Of several annotators, the spans that not all of them have are grouped into disputes, see `goldspan.adjudication`. Each
span on which not all agree is in exactly one dispute.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

from goldspan.adjudication.derive import find_disputes
from goldspan.annotation import Example
from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.annotations import AnnotatedExample, Annotations
    from goldspan.annotation import Span
    from goldspan.formats.decisions import Candidate

Kind = Literal["boundary", "label", "split", "one-sided"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MEANING: dict[Kind, str] = {
    "boundary": "same label, overlapping words, different boundaries",
    "label": "different labels on the same or overlapping words",
    "split": "one span of one annotator against several of the other",
    "one-sided": "marked by one of the two only",
}
NONE = "none"
"""Stands in a confusion matrix for a span that the other side lacks."""


AROUND = 60  # code points of the text that are shown on either side of a dispute


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Matched spans of two annotators that differ, or one span without a match.

    Args:
        first: the spans of the first annotator; empty if only the second has a span here.
        second: the spans of the second annotator, or empty. One of the two sides has at most one span.
    """

    first: tuple[Span, ...]
    second: tuple[Span, ...]

    @property
    def kind(self) -> Kind:
        """In what way they differ."""
        if not (self.first and self.second):
            return "one-sided"
        if len(self.first) + len(self.second) > 2:
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


def disagreements_between(first: Iterable[Span], second: Iterable[Span]) -> tuple[Disagreement, ...]:
    """The disagreements of two annotators on one text, in the order of the text.

    Args:
        first: the spans of the first annotator, each once.
        second: the spans of the second annotator.
    """
    in_first, in_second = set(first), set(second)
    left, right = sorted(in_first - in_second), sorted(in_second - in_first)
    if not left or not right:  # as mostly: no matching is needed, and this is their order
        return (*(Disagreement((span,), ()) for span in left), *(Disagreement((), (span,)) for span in right))
    if len(left) == len(right) == 1 and left[0].overlaps(right[0]):
        return (Disagreement((left[0],), (right[0],)),)
    stars = _Stars(left, right)
    return tuple(sorted(stars.disagreements(), key=lambda found: (found.start, found.end, found.spans)))


def confused(agreed: Iterable[Span], differing: Iterable[Disagreement]) -> Counter[tuple[str, str]]:
    """How often a label of one annotator was matched with a label of the other, `NONE` where nothing matched.

    A span that was matched with several counts once for each of them.

    Args:
        agreed: the spans that both have.
        differing: how they disagree.
    """
    counts = Counter((span.label, span.label) for span in agreed)
    for disagreement in differing:
        left = [span.label for span in disagreement.first] or [NONE]
        right = [span.label for span in disagreement.second] or [NONE]
        counts.update((a, b) for a in left for b in right)
    return counts


_Side: TypeAlias = Literal[0, 1]
_Node: TypeAlias = "tuple[_Side, int]"


class _Stars:
    """The overlapping spans of two sides, partitioned into stars: one span in the middle, those matched with it around.

    Spans that overlap others can always be partitioned into stars so that none is left alone: a span that is still free
    after every pair was tried takes a neighbour from a star that keeps another.
    """

    def __init__(self, first: Sequence[Span], second: Sequence[Span]) -> None:
        self.sides = (first, second)
        self.leaves: dict[_Node, list[_Node]] = {}
        self.middle: dict[_Node, _Node] = {}
        pairs = sorted(self._overlapping(), key=self._strength)
        for one, other in pairs:
            self._match(one, other)
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
        """Sorts the best match first: same label, most characters shared, fewest covered; the same for both orders."""
        one, other = sorted(map(self._span, pair))
        shared = min(one.end, other.end) - max(one.start, other.start)
        covered = max(one.end, other.end) - min(one.start, other.start)
        return one.label != other.label, -shared, covered, one, other

    def _match(self, one: _Node, other: _Node) -> None:
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


def disputes(annotations: Annotations) -> tuple[Dispute, ...]:
    """All regions in which the annotators of an example differ, in the order of the texts."""
    return tuple(dispute for item in annotations.items for dispute in disputes_of_example(item))


def disputes_of_example(item: AnnotatedExample) -> Iterator[Dispute]:
    """The regions of one example in which its annotators differ.

    Spans that all annotators have are set aside before the others are grouped, for nothing about them is disputed.
    Adjudication keeps them, for a decision replaces all spans of its region. The two differ only where an annotator's
    own spans overlap.
    """
    differing = item.spans
    if unanimous := _unanimous(item):
        differing = {name: tuple(span for span in spans if span not in unanimous) for name, spans in item.spans.items()}
    if any(differing.values()):
        yield from find_disputes(Example(item.id, item.text, at=item.at), differing)


class CandidateDifference(NamedTuple):
    """How two candidates of a dispute differ.

    Attributes:
        first: one of them.
        second: another.
        disagreements: those between their annotators.
    """

    first: Candidate
    second: Candidate
    disagreements: tuple[Disagreement, ...]

    @property
    def pairs(self) -> int:
        """How many pairs of annotators differ so."""
        return len(self.first.by) * len(self.second.by)


def differences(dispute: Dispute) -> tuple[CandidateDifference, ...]:
    """How every two candidates of a dispute differ.

    All disagreements of two annotators on an example are those on its disputes: spans that overlap are in one dispute.
    """
    return tuple(
        CandidateDifference(first, second, disagreements_between(first.spans, second.spans))
        for first, second in combinations(dispute.candidates, 2)
    )


def kinds_of(dispute: Dispute, found: Iterable[CandidateDifference] | None = None) -> dict[Kind, int]:
    """How many pairs of annotators disagree in each way in a dispute; a pair may in several.

    Args:
        dispute: the region.
        found: how its candidates differ, if that is known already.
    """
    count: Counter[Kind] = Counter()
    for difference in differences(dispute) if found is None else found:
        for kind in {disagreement.kind for disagreement in difference.disagreements}:
            count[kind] += difference.pairs
    return {kind: count[kind] for kind in KINDS if count[kind]}


def main_kind(kinds: Mapping[Kind, int]) -> Kind:
    """The way in which most pairs of annotators disagree."""
    return max(kinds, key=lambda kind: (kinds[kind], -KINDS.index(kind)))


def dispute_markup(dispute: Dispute, candidate: Candidate) -> str:
    """What some annotators marked in a dispute, in inline notation with the words around it, on one line."""
    return inline.excerpt(
        dispute.example.text, candidate.spans, dispute.start, dispute.end, around=AROUND, whole_words=True
    )


def dispute_bounds(dispute: Dispute) -> tuple[int, int]:
    """Where the excerpt of a dispute begins and ends in its text, in code points."""
    return inline.excerpt_bounds(dispute.example.text, dispute.start, dispute.end, around=AROUND, whole_words=True)


def dispute_json(dispute: Dispute, kinds: Mapping[Kind, int]) -> dict[str, Any]:
    """The region, and who marked what there, as JSON values.

    Args:
        dispute: the region.
        kinds: how many pairs of annotators disagree in each way there.
    """
    surface = dispute.example.surface
    return {
        "example": dispute.example.id,
        "start": dispute.start,
        "end": dispute.end,
        "surface": dispute.surface,
        "kinds": dict(kinds),
        "variants": [
            {
                "annotators": list(candidate.by),
                "spans": [[span.start, span.end, span.label, surface(span)] for span in candidate.spans],
                "markup": dispute_markup(dispute, candidate),
            }
            for candidate in dispute.candidates
        ],
    }


@dataclass(frozen=True, slots=True)
class DisputedSurface:
    """Words that are disputed somewhere.

    Args:
        words: as they stand, on one line.
        disputed: in how many disputes not all agree on a span of these words.
        agreed: how often all who confirmed the example, two at least, marked the same span of these words.
        labels: how often each label was given to them where they are disputed.
    """

    words: str
    disputed: int
    agreed: int
    labels: Mapping[str, int]

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {"words": self.words, "disputed": self.disputed, "agreed": self.agreed, "labels": dict(self.labels)}


def disputed_surfaces(annotations: Annotations, found: Iterable[Dispute]) -> tuple[DisputedSurface, ...]:
    """The disputed words, those with the most disputes first.

    Args:
        annotations: of any number of annotators.
        found: their disputes.
    """
    disputed: Counter[str] = Counter()
    labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for dispute in found:
        disputed.update({_words(dispute.example, span) for span in dispute.spans})
        for candidate in dispute.candidates:
            for span in candidate.spans:
                labels[_words(dispute.example, span)][span.label] += len(candidate.by)
    agreed = Counter(
        _words(item, span) for item in annotations.items if len(item.spans) > 1 for span in _unanimous(item)
    )
    rows = [
        DisputedSurface(words, times, agreed[words], dict(sorted(labels[words].items(), key=lambda n: (-n[1], n[0]))))
        for words, times in disputed.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.disputed, row.agreed, row.words)))


def _unanimous(item: AnnotatedExample) -> set[Span]:
    return set.intersection(*(set(spans) for spans in item.spans.values()))


def _words(text: AnnotatedExample | Example, span: Span) -> str:
    return " ".join(text.surface(span).split())
