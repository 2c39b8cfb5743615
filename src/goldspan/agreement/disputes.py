"""What several annotators do not agree on, place by place: who marked what there.

A place is made of spans that overlap, of all who confirmed the example, without those spans that every one of them
has. Each span on which not all agree is in exactly one place.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from goldspan.agreement.disagreements import KINDS, between
from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.agreement.annotations import Annotations, Item
    from goldspan.agreement.disagreements import Disagreement, Kind
    from goldspan.values import Span

WIDTH = 60  # code points of the text on either side of a place


@dataclass(frozen=True, slots=True)
class Variant:
    """What some annotators marked in a place.

    Args:
        annotators: who did, in alphabetical order.
        spans: what they marked; empty if nothing.
    """

    annotators: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A place on which not all agree.

    Args:
        item: the example.
        start: where the first span of it begins.
        end: where the last one ends.
        variants: the ways in which it was marked: what most marked first, nothing at all last among equals.
    """

    item: Item
    start: int
    end: int
    variants: tuple[Variant, ...]

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
            for found in between(one.spans, other.spans)
        )  # fmt: skip

    @property
    def kinds(self) -> dict[Kind, int]:
        """How many pairs of annotators disagree here in each way; a pair may in several."""
        count: Counter[Kind] = Counter()
        for one, other in combinations(self.variants, 2):
            pairs = len(one.annotators) * len(other.annotators)
            for kind in {found.kind for found in between(one.spans, other.spans)}:
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

    def markup(self, variant: Variant) -> str:
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


def disputes(annotations: Annotations) -> tuple[Dispute, ...]:
    """All places on which not all agree who confirmed the example, in the order of the texts."""
    return tuple(found for item in annotations.items for found in of_item(item))


def of_item(item: Item) -> Iterator[Dispute]:
    """The places of one example on which not all agree."""
    votes = Counter(span for spans in item.spans.values() for span in spans)
    for place in _places(sorted(span for span, number in votes.items() if number < len(item.spans))):
        by_spans: dict[tuple[Span, ...], list[str]] = {}
        for name, spans in sorted(item.spans.items()):
            by_spans.setdefault(tuple(span for span in spans if span in place), []).append(name)
        variants = [Variant(tuple(names), spans) for spans, names in by_spans.items()]
        variants.sort(key=lambda variant: (-len(variant.annotators), not variant.spans, variant.spans))
        start, end = min(span.start for span in place), max(span.end for span in place)
        yield Dispute(item, start, end, tuple(variants))


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
class Surface:
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


def surfaces(annotations: Annotations, found: Iterable[Dispute]) -> tuple[Surface, ...]:
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
        Surface(words, number, agreed[words], dict(sorted(labels[words].items(), key=lambda row: (-row[1], row[0]))))
        for words, number in disputed.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.disputed, row.agreed, row.words)))


def _unanimous(item: Item) -> set[Span]:
    return set.intersection(*(set(spans) for spans in item.spans.values()))


def _words(item: Item, span: Span) -> str:
    return " ".join(item.surface(span).split())
