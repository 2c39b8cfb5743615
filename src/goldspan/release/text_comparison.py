"""Compares two releases: which spans were added, removed, moved and relabelled, and what only one of them holds.

Texts are compared, not examples: where the file of an article is the same, a span is that of its place in the article,
so that examples of another unit change nothing. Where the file has changed, the examples whose own text is still there
are compared, the first one of a text with the first, the second with the second. What only one of the releases holds,
since its article came or went, its text changed, or nobody had read it, is counted by itself, and never as an added or
a removed span.

The spans of what both hold are paired one to one, in this order:

1. the same edges and the same label: nothing changed;
2. the same edges: *relabelled*;
3. the same label, and at least one character in common: *moved*. Of all ways to pair these, the one with the most pairs
   and then the most characters in common, as `goldspan.evaluation.matching` finds it.

What is left was *removed* if the first release had it, and *added* if the second one has it. A label that is gone, most
of whose spans have a new label at the same edges, was renamed: its spans are compared under the new name.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from goldspan.annotation import Span, article_of
from goldspan.corpus.releases import DecidedRegion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.corpus.releases import ReleasedExample, ReleasedSpan, ReleaseRecord

ChangeKind = Literal["added", "removed", "moved", "relabelled"]
KINDS: tuple[ChangeKind, ...] = ("added", "removed", "moved", "relabelled")
Edge = Literal["start", "end", "both"]
Reason = Literal["article added", "newly read", "text changed", "no longer read", "article gone"]

NO_RULE = "a decision that states no rule"
NO_DECISION = "no decision recorded"


class ComparedSpan(NamedTuple):
    """A span of a release.

    Args:
        example: the id of its example.
        at: where its example begins in its article, in code points.
        start, end: in code points of its example.
        label: that the release has.
    """

    example: str
    at: int
    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class SpanChange:
    """A span that is not the same in both releases.

    Args:
        kind: what happened to it.
        before: the span in the first release; None for an added one.
        after: the span in the second one; None for a removed one.
        edge: which edges of a moved span changed; None for the others.
        group: the rule of the decision on it; `NO_RULE` or `NO_DECISION` without one.
    """

    kind: ChangeKind
    before: ComparedSpan | None
    after: ComparedSpan | None
    edge: Edge | None
    group: str

    @property
    def place(self) -> ComparedSpan:
        """The span in the second release, or in the first one where it was removed."""
        place = self.after or self.before
        assert place is not None
        return place

    @property
    def article(self) -> str:
        """The id of its article."""
        return article_of(self.place.example)

    def json(self) -> dict[str, Any]:
        """The change for `--json`."""
        sides = {"before": self.before, "after": self.after}
        spans = {name: None if span is None else span._asdict() for name, span in sides.items()}
        return {"kind": self.kind, **spans, "edge": self.edge, "rule": self.group}


@dataclass(frozen=True, slots=True)
class UncomparedExample:
    """An example that only one of the releases holds, in whole or in part.

    Args:
        id: of the example.
        reason: why the other one does not hold it.
        is_after: whether the second release is the one that holds it.
        spans: those that the other release could not have.
    """

    id: str
    reason: Reason
    is_after: bool
    spans: tuple[ComparedSpan, ...]

    @property
    def article(self) -> str:
        """The id of its article."""
        return article_of(self.id)


class _Compared(NamedTuple):
    """A span where it is compared: in its article, or in its example where the article has changed."""

    start: int
    end: int
    label: str
    place: ComparedSpan


@dataclass(frozen=True, slots=True)
class _ReadText:
    """What one release has in a text that both hold.

    Args:
        spans: in the order of the text.
        regions: that were decided, in the same offsets as the spans.
    """

    spans: tuple[_Compared, ...]
    regions: tuple[DecidedRegion, ...]

    @classmethod
    def of(cls, examples: Iterable[ReleasedExample], *, is_by_article: bool) -> _ReadText:
        spans, regions = [], []
        for example in examples:
            shift = example.at if is_by_article else 0
            spans += [
                _Compared(one.start + shift, one.end + shift, one.label, place) for one, place in _placed(example)
            ]
            regions += [DecidedRegion(one.start + shift, one.end + shift, one.rule) for one in example.decisions]
        return cls(tuple(spans), tuple(regions))

    def named(self, names: Mapping[str, str]) -> list[_Compared]:
        """The spans with other names for some labels."""
        return [span if span.label not in names else span._replace(label=names[span.label]) for span in self.spans]

    def rule_of(self, span: _Compared) -> str | None:
        """The group of the narrowest decision that covers a span; None if none does."""
        covering = [region for region in self.regions if region.start <= span.start and span.end <= region.end]
        if not covering:
            return None
        narrowest = min(covering, key=lambda region: (region.end - region.start, region.start, region.rule or ""))
        return narrowest.rule or NO_RULE


def _placed(example: ReleasedExample) -> Iterator[tuple[ReleasedSpan, ComparedSpan]]:
    for span in example.spans:
        yield span, ComparedSpan(example.id, example.at, span.start, span.end, span.label)


@dataclass(frozen=True, slots=True)
class TextComparison:
    """The texts that both releases hold, and the examples that only one of them does.

    Args:
        texts: a pair of sides for each article or example.
        uncompared: the examples of one release alone.
        gone: labels that the first release alone has.
        new: labels that the second release alone has.
    """

    texts: tuple[tuple[_ReadText, _ReadText], ...]
    uncompared: tuple[UncomparedExample, ...]
    gone: frozenset[str]
    new: frozenset[str]

    @classmethod
    def of(cls, before: ReleaseRecord | None, after: ReleaseRecord) -> TextComparison:
        """What two releases hold, side by side.

        Args:
            before: the first release; None if the other one is the first of all.
            after: the second release.
        """
        first, second = _by_article(before), _by_article(after)
        hashes: tuple[Mapping[str, str], ...] = ({} if before is None else before.articles, after.articles)
        texts: list[tuple[_ReadText, _ReadText]] = []
        uncompared: list[UncomparedExample] = []
        for article in sorted(hashes[0].keys() | hashes[1].keys()):
            sides = first.get(article, []), second.get(article, [])
            if article not in hashes[0]:
                uncompared += _whole(sides[1], "article added", is_after=True)
            elif article not in hashes[1]:
                uncompared += _whole(sides[0], "article gone", is_after=False)
            elif hashes[0][article] != hashes[1][article]:
                pairs, rest = _same_texts(*sides)
                for old, new in pairs:
                    texts.append((_ReadText.of([old], is_by_article=False), _ReadText.of([new], is_by_article=False)))
                uncompared += rest
            else:
                sides_read = [_ReadText.of(side, is_by_article=True) for side in sides]
                parts = [
                    _read_by_one(sides[1], sides_read[1], _Extents.of(sides[0]), "newly read", is_after=True),
                    _read_by_one(sides[0], sides_read[0], _Extents.of(sides[1]), "no longer read", is_after=False),
                ]
                uncompared += [one for part in parts for one in part[1]]
                texts.append((parts[1][0], parts[0][0]))
        labels = [
            {span.label for examples in side.values() for example in examples for span in example.spans}
            for side in (first, second)
        ]
        return cls(tuple(texts), tuple(uncompared), frozenset(labels[0] - labels[1]), frozenset(labels[1] - labels[0]))

    def renamed(self) -> dict[str, str]:
        """The labels that are gone and whose spans mostly have one new label, most of whose spans are theirs.

        None is renamed whose spans have several new labels: it was divided. A new label that has the spans of several
        labels that are gone is none of their names: they were merged.
        """
        totals: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for sides in self.texts:
            old = [span for span in sides[0].spans if span.label in self.gone]
            new: dict[tuple[int, int], list[str]] = defaultdict(list)
            for span in sides[1].spans:
                if span.label in self.new:
                    new[span.start, span.end].append(span.label)
                    totals[1][span.label] += 1
            for span in old:
                totals[0][span.label] += 1
                pairs.update((span.label, label) for label in new.get((span.start, span.end), ()))
        names = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
        return {
            old: new
            for (old, new), number in sorted(pairs.items())
            if names[0][old] == names[1][new] == 1 and 2 * number > totals[0][old] and 2 * number > totals[1][new]
        }

    def changes(self, renamed: Mapping[str, str]) -> Iterator[SpanChange]:
        """The spans that changed, in no order.

        Args:
            renamed: the new name of each label that was renamed.
        """
        # Both names of a renamed label are the same one here, whichever release is the first.
        names = {name: min(pair) for pair in renamed.items() for name in pair}
        left: list[tuple[list[_Compared], list[_Compared]]] = []
        for before, after in self.texts:
            first, second = before.named(names), after.named(names)
            same = {span[:3] for span in first} & {span[:3] for span in second}
            rest: tuple[list[_Compared], list[_Compared]] = (
                [span for span in first if span[:3] not in same],
                [span for span in second if span[:3] not in same],
            )
            for old, new in _same_edges(*rest):
                yield _change("relabelled", old, new, before, after)
                rest[0].remove(old)
                rest[1].remove(new)
            left.append(rest)
        for number, old, new in _moved(left):
            yield _change("moved", old, new, *self.texts[number])
            left[number][0].remove(old)
            left[number][1].remove(new)
        for (removed, added), sides in zip(left, self.texts, strict=True):
            yield from (_change("removed", span, None, *sides) for span in removed)
            yield from (_change("added", None, span, *sides) for span in added)


def _by_article(record: ReleaseRecord | None) -> dict[str, list[ReleasedExample]]:
    by_article: dict[str, list[ReleasedExample]] = defaultdict(list)
    for example in record.examples if record else ():
        by_article[example.article].append(example)
    return {article: sorted(examples, key=lambda one: (one.at, one.id)) for article, examples in by_article.items()}


def _whole(examples: Iterable[ReleasedExample], reason: Reason, *, is_after: bool) -> Iterator[UncomparedExample]:
    for example in examples:
        spans = tuple(place for _, place in _placed(example))
        yield UncomparedExample(example.id, reason, is_after, spans)


def _same_texts(
    before: Sequence[ReleasedExample], after: Sequence[ReleasedExample]
) -> tuple[list[tuple[ReleasedExample, ReleasedExample]], list[UncomparedExample]]:
    """The pairs of examples of an article with the same text, and the examples without a partner."""
    waiting: dict[tuple[str, int], list[ReleasedExample]] = defaultdict(list)
    for example in reversed(before):
        waiting[example.sha256, example.length].append(example)
    pairs: list[tuple[ReleasedExample, ReleasedExample]] = []
    rest: list[UncomparedExample] = []
    for example in after:
        same = waiting[example.sha256, example.length]
        if same:
            pairs.append((same.pop(), example))
        else:
            rest += _whole([example], "text changed", is_after=True)
    alone = [example for examples in waiting.values() for example in examples]
    return pairs, [*rest, *_whole(alone, "text changed", is_after=False)]


@dataclass(frozen=True, slots=True)
class _Extents:
    """Parts of an article that were read, sorted and without overlaps."""

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, examples: Iterable[ReleasedExample]) -> _Extents:
        read = [(one.at, one.at + one.length) for one in examples if one.length]
        return cls([start for start, _ in read], [end for _, end in read])

    def __contains__(self, place: int) -> bool:
        part = bisect_right(self.starts, place) - 1
        return part >= 0 and place < self.ends[part]

    def touches(self, example: ReleasedExample) -> bool:
        """Whether some of an example was read."""
        end = example.at + example.length
        part = bisect_right(self.starts, example.at)
        return example.at in self or (part < len(self.starts) and self.starts[part] < end)


def _read_by_one(
    examples: Iterable[ReleasedExample], side: _ReadText, other: _Extents, reason: Reason, *, is_after: bool
) -> tuple[_ReadText, list[UncomparedExample]]:
    """The side without the spans that the other release had not read, and the examples that it had not read.

    A span was read where its first and its last character were: no example has the space between paragraphs.
    """
    own: dict[str, list[_Compared]] = defaultdict(list)
    shared = []
    for span in side.spans:
        if span.start in other and span.end - 1 in other:
            shared.append(span)
        else:
            own[span.place.example].append(span)
    uncompared = [
        UncomparedExample(example.id, reason, is_after, tuple(span.place for span in own.get(example.id, ())))
        for example in examples
        if example.id in own or (example.length and not other.touches(example))
    ]
    return replace(side, spans=tuple(shared)), uncompared


def _same_edges(before: Iterable[_Compared], after: Iterable[_Compared]) -> Iterator[tuple[_Compared, _Compared]]:
    """Pairs of spans of two sides with the same edges, in the order of their labels."""
    at: dict[tuple[int, int], list[_Compared]] = defaultdict(list)
    for span in sorted(after, reverse=True):
        at[span.start, span.end].append(span)
    for span in sorted(before):
        if at[span.start, span.end]:
            yield span, at[span.start, span.end].pop()


def _moved(texts: Sequence[tuple[list[_Compared], list[_Compared]]]) -> list[tuple[int, _Compared, _Compared]]:
    """The pairs of spans of one label that overlap, each with the number of its text."""
    from goldspan.evaluation import matching  # here, since it imports scipy
    from goldspan.span_table import SpanTable

    documents: dict[tuple[int, str], tuple[list[_Compared], list[_Compared]]] = {}
    for number, sides in enumerate(texts):
        for side, spans in enumerate(sides):
            for span in spans:
                documents.setdefault((number, span.label), ([], []))[side].append(span)
    documents = {key: (sorted(old), sorted(new)) for key, (old, new) in sorted(documents.items()) if old and new}
    if not documents:
        return []
    rows = [[(key, span) for key, sides in documents.items() for span in sides[side]] for side in (0, 1)]
    # One of two equally good ways to pair is chosen by the order of the sides, so that must not depend on which
    # release is the first.
    extents = [[(key, span.start, span.end) for key, span in side] for side in rows]
    order = (0, 1) if extents[0] <= extents[1] else (1, 0)
    tables = [
        SpanTable.of([Span(one.start, one.end, one.label) for one in sides[side]] for sides in documents.values())
        for side in order
    ]
    found = matching.match(tables[0], tables[1], "exact")
    chosen = [found.gold_index.tolist(), found.predicted_index.tolist()]
    pairs = zip(chosen[order.index(0)], chosen[order.index(1)], strict=True)
    return [(rows[0][first][0][0], rows[0][first][1], rows[1][second][1]) for first, second in pairs]


def _change(
    kind: ChangeKind, old: _Compared | None, new: _Compared | None, before: _ReadText, after: _ReadText
) -> SpanChange:
    span = new or old
    earlier = old or new
    assert span is not None
    assert earlier is not None
    edge: Edge | None = None
    if kind == "moved":
        edge = "both" if span.start != earlier.start and span.end != earlier.end else "start"
        edge = "end" if span.start == earlier.start else edge
    group = after.rule_of(span) or before.rule_of(earlier) or NO_DECISION
    return SpanChange(kind, old and old.place, new and new.place, edge, group)
