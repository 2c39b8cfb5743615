"""Where two annotators do not agree, and in what way: each span of either side that the other lacks, exactly once.

Spans that are the same on both sides agree and take no further part. What is left over meets where it overlaps, one
to one or one to several: first those of one label, then those that share the most characters. So a boundary is taken
for the cause before a label is, and a span counts as one-sided only where nothing is left on the other side to meet.
The way of meeting does not depend on which of the two comes first.

What several annotators do not agree on, place by place: who marked what there.

A place is made of spans that overlap, of all who confirmed the example, without those spans that every one of them
has. Each span on which not all agree is in exactly one place.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.agreement.annotations import AnnotatedExample, Annotations
    from goldspan.annotation import Span

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

    def json(self) -> dict[str, Any]:
        """The kind, and the spans of both sides as `[start, end, label]`."""
        sides = {"first": self.first, "second": self.second}
        return {"kind": self.kind} | {
            name: [[span.start, span.end, span.label] for span in spans] for name, spans in sides.items()
        }


def disagreements_between(first: Iterable[Span], second: Iterable[Span]) -> tuple[Disagreement, ...]:
    """The disagreements of two annotators on one text, in its order.

    Args:
        first: the spans of the one, each once.
        second: those of the other.
    """
    one, other = set(first), set(second)
    stars = _Stars(sorted(one - other), sorted(other - one))
    return tuple(sorted(stars.disagreements(), key=lambda found: (found.start, found.end, found.spans)))


def disagreements_of_pair(
    annotations: Annotations, first: str, second: str
) -> Iterator[tuple[AnnotatedExample, Disagreement]]:
    """The disagreements of two annotators in all that both confirmed, in the order of the texts."""
    for item in annotations.shared(first, second):
        for found in disagreements_between(item.spans[first], item.spans[second]):
            yield item, found


def confusion(annotations: Annotations, first: str, second: str) -> Counter[tuple[str, str]]:
    """How often a label of one annotator met a label of the other, with `NONE` where it met nothing.

    A span that met several counts once for each of them.
    """
    met: Counter[tuple[str, str]] = Counter()
    for item in annotations.shared(first, second):
        one, other = item.spans[first], item.spans[second]
        met.update((span.label, span.label) for span in {*one} & {*other})
        for found in disagreements_between(one, other):
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


WIDTH = 60  # code points of the text on either side of a place


@dataclass(frozen=True, slots=True)
class RegionReading:
    """What some annotators marked in a place.

    Args:
        annotators: who did, in alphabetical order.
        spans: what they marked; empty if nothing.
    """

    annotators: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DisagreementRegion:
    """A place on which not all agree.

    Args:
        item: the example.
        start: where the first span of it begins.
        end: where the last one ends.
        variants: the ways in which it was marked: what most marked first, nothing at all last among equals.
    """

    item: AnnotatedExample
    start: int
    end: int
    variants: tuple[RegionReading, ...]

    @property
    def surface(self) -> str:
        """The words of the place."""
        return self.item.text[self.start : self.end]

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every span of the place, once."""
        return tuple(sorted({span for variant in self.variants for span in variant.spans}))

    @property
    def readings(self) -> dict[str, tuple[Span, ...]]:
        """What each annotator marked, by name."""
        return dict(sorted((name, variant.spans) for variant in self.variants for name in variant.annotators))

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """How each two of the variants differ."""
        return tuple(
            found
            for one, other in combinations(self.variants, 2)
            for found in disagreements_between(one.spans, other.spans)
        )  # fmt: skip

    @property
    def kinds(self) -> dict[Kind, int]:
        """How many pairs of annotators disagree here in each way; a pair may in several."""
        count: Counter[Kind] = Counter()
        for one, other in combinations(self.variants, 2):
            pairs = len(one.annotators) * len(other.annotators)
            for kind in {found.kind for found in disagreements_between(one.spans, other.spans)}:
                count[kind] += pairs
        return {kind: count[kind] for kind in KINDS if count[kind]}

    @property
    def kind(self) -> Kind:
        """The way in which most pairs of annotators disagree here."""
        kinds = self.kinds
        return max(kinds, key=lambda kind: (kinds[kind], -KINDS.index(kind)))

    @property
    def pairs(self) -> int:
        """How many pairs of annotators disagree here."""
        return sum(len(a.annotators) * len(b.annotators) for a, b in combinations(self.variants, 2))

    @property
    def extract(self) -> tuple[int, int]:
        """From where to where its text is worth reading: the place with some words around it, cut at blanks."""
        text = self.item.text
        left, right = max(0, self.start - WIDTH), min(len(text), self.end + WIDTH)
        if left:
            left = next((at + 1 for at in range(left, self.start) if text[at].isspace()), left)
        if right < len(text):
            right = next((at for at in range(right, self.end, -1) if text[at].isspace()), right)
        return left, right

    def markup(self, variant: RegionReading) -> str:
        """What some annotators marked, in inline notation with the words around it, on one line."""
        left, right = self.extract
        text = self.item.text
        moved = [type(span)(span.start - left, span.end - left, span.label) for span in variant.spans]
        lines = (inline.render(text[left:right], layer) for layer in _layers(moved))
        ends = "…" if left else "", "…" if right < len(text) else ""
        return " / ".join(f"{ends[0]}{' '.join(line.split())}{ends[1]}" for line in lines)

    def json(self) -> dict[str, Any]:
        """The place, and who marked what, as JSON values."""
        return {
            "example": self.item.id,
            "start": self.start,
            "end": self.end,
            "surface": self.surface,
            "kinds": self.kinds,
            "variants": [
                {
                    "annotators": list(variant.annotators),
                    "spans": [[span.start, span.end, span.label, self.item.surface(span)] for span in variant.spans],
                    "markup": self.markup(variant),
                }
                for variant in self.variants
            ],
        }


def disputes(annotations: Annotations) -> tuple[DisagreementRegion, ...]:
    """All places on which not all agree who confirmed the example, in the order of the texts."""
    return tuple(found for item in annotations.items for found in disputes_of_example(item))


def disputes_of_example(item: AnnotatedExample) -> Iterator[DisagreementRegion]:
    """The places of one example on which not all agree."""
    votes = Counter(span for spans in item.spans.values() for span in spans)
    for place in _places(sorted(span for span, number in votes.items() if number < len(item.spans))):
        by_spans: dict[tuple[Span, ...], list[str]] = {}
        for name, spans in sorted(item.spans.items()):
            by_spans.setdefault(tuple(span for span in spans if span in place), []).append(name)
        variants = [RegionReading(tuple(names), spans) for spans, names in by_spans.items()]
        variants.sort(key=lambda variant: (-len(variant.annotators), not variant.spans, variant.spans))
        start, end = min(span.start for span in place), max(span.end for span in place)
        yield DisagreementRegion(item, start, end, tuple(variants))


def _places(spans: Iterable[Span]) -> Iterator[set[Span]]:
    """Spans that overlap, directly or by others between them; the spans must be sorted."""
    place: set[Span] = set()
    reach = 0
    for span in spans:
        if place and span.start >= reach:
            yield place
            place = set()
        place.add(span)
        reach = max(reach, span.end) if len(place) > 1 else span.end
    if place:
        yield place


def _layers(spans: Sequence[Span]) -> list[list[Span]]:
    """Spans parted so that none crosses another of its part, as inline notation needs; one empty part for none."""
    layers: list[list[Span]] = [[]]
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.label)):
        for layer in layers:
            if not any(other.start < span.start < other.end < span.end for other in layer):
                layer.append(span)
                break
        else:
            layers.append([span])
    return layers


@dataclass(frozen=True, slots=True)
class DisputedSurface:
    """Words that are disputed somewhere.

    Args:
        words: as they stand, on one line.
        disputed: in how many places not all agree on a span of these words.
        agreed: how often all who read them, two at least, marked the same span of these words.
        labels: how often each label was given to them where they are disputed.
    """

    words: str
    disputed: int
    agreed: int
    labels: Mapping[str, int]

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {"words": self.words, "disputed": self.disputed, "agreed": self.agreed, "labels": dict(self.labels)}


def surfaces(annotations: Annotations, found: Iterable[DisagreementRegion]) -> tuple[DisputedSurface, ...]:
    """The words that are disputed, those first that are most often."""
    disputed: Counter[str] = Counter()
    labels: dict[str, Counter[str]] = {}
    for dispute in found:
        disputed.update({_words(dispute.item, span) for span in dispute.spans})
        for variant in dispute.variants:
            for span in variant.spans:
                of_words = labels.setdefault(_words(dispute.item, span), Counter())
                of_words[span.label] += len(variant.annotators)
    agreed = Counter(
        _words(item, span) for item in annotations.items if len(item.spans) > 1 for span in _unanimous(item)
    )
    rows = [
        DisputedSurface(
            words, number, agreed[words], dict(sorted(labels[words].items(), key=lambda row: (-row[1], row[0])))
        )
        for words, number in disputed.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.disputed, row.agreed, row.words)))


def _unanimous(item: AnnotatedExample) -> set[Span]:
    return set.intersection(*(set(spans) for spans in item.spans.values()))


def _words(item: AnnotatedExample, span: Span) -> str:
    return " ".join(item.surface(span).split())
