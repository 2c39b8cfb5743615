"""Gold from several passes: the spans on which all annotators agree, the decisions, and the disputes that remain.

The readers of an example are the annotators who confirmed it; gold needs at least two. A decision applies while the
text of its example is unchanged and the readers have in its region exactly the spans that it records. Outside of the
regions of such decisions, spans that share a code point, directly or through others, form a group; touching spans do
not. A group that is the same for all readers goes into gold, every other group is a dispute. So each span of each
reader is in gold, in a dispute, or covered by a decision that can be named.

What an audit planted among the suggestions that readers saw is no vote, and its region is a dispute, however much the
readers agree there: see `goldspan.adjudication.planted`.

Gold of an example with fewer readers came from elsewhere. A decision on it changes it in its region alone, and applies
while gold has there what it had when it was decided, or what was chosen.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from goldspan.adjudication.planted import barred_spans, in_region
from goldspan.errors import InputError
from goldspan.formats.decisions import Candidate, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.adjudication.planted import PlantedRegion
    from goldspan.annotation import Example, Span
    from goldspan.formats.decisions import Decision, DecisionLine

MIN_READERS = 2  # from which gold can follow


@dataclass(frozen=True, slots=True)
class Dispute:
    """A region of an example in which the readers differ.

    Args:
        example: the example, with its text and no spans.
        start: where the first of the spans begins, in code points.
        end: where the last of them ends.
        candidates: what the readers have there, by falling number of readers, nothing at all last among equals, then in
            the order of the spans; each reader is in one candidate.
        planted: the planted errors there that some reader was shown; then a person decides, whatever the readers have.
    """

    example: Example
    start: int
    end: int
    candidates: tuple[Candidate, ...]
    planted: tuple[PlantedRegion, ...] = ()

    @property
    def surface(self) -> str:
        """The words of the region."""
        return self.example.text[self.start : self.end]

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every span of any candidate, once, in order."""
        return tuple(sorted({span for candidate in self.candidates for span in candidate.spans}))

    @property
    def readers(self) -> int:
        """How many readers there are."""
        return sum(len(candidate.by) for candidate in self.candidates)

    @property
    def pairs(self) -> int:
        """How many pairs of readers differ here."""
        return sum(len(a.by) * len(b.by) for a, b in combinations(self.candidates, 2))

    @property
    def majority(self) -> Candidate | None:
        """The candidate of more than half of the readers, if there is one and no planted error is there."""
        first = self.candidates[0]
        return first if 2 * len(first.by) > self.readers and not self.planted else None


def find_disputes(example: Example, spans: Mapping[str, Iterable[Span]]) -> Iterator[Dispute]:
    """The regions of an example in which the readers differ, in the order of the text.

    Args:
        example: the example, with its text and no spans.
        spans: per reader the spans that are to be grouped into regions.
    """
    for start, end, candidates in _grouped(spans):
        if len(candidates) > 1:
            yield Dispute(example, start, end, candidates)


@dataclass(frozen=True, slots=True)
class SettledExample:
    """What passes and decisions give for one example.

    Args:
        example: with the spans on which all readers agree and those that were decided.
        readers: the names of its readers, sorted; none where decisions are on gold that came from elsewhere.
        disputes: what is open; the example is settled only if there is none.
        applied: the decisions that apply, in the order of their regions.
        stale: the decisions that do not, because the text or the readers' spans have changed, or because they choose
            what an audit planted.
        planted: the planted errors that some reader was shown.
    """

    example: Example
    readers: tuple[str, ...]
    disputes: tuple[Dispute, ...] = ()
    applied: tuple[Decision, ...] = ()
    stale: tuple[Decision, ...] = ()
    planted: tuple[PlantedRegion, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedGold:
    """What passes and decisions give for a corpus.

    Args:
        settled: per example with at least two readers, and per example with decisions on gold itself, by its id.
        read_once: the examples that only one annotator confirmed, with the annotator.
        orphans: decisions about examples with fewer than two readers that are not on gold, or whose gold is gone.
    """

    settled: Mapping[str, SettledExample]
    read_once: Mapping[str, str] = field(default_factory=dict)
    orphans: tuple[Decision, ...] = ()

    @property
    def has_readers(self) -> bool:
        """Whether two annotators have confirmed some example."""
        return any(example.readers for example in self.settled.values())

    @property
    def disputes(self) -> list[Dispute]:
        """All open disputes, in the order of the examples."""
        return [dispute for example in self.settled.values() for dispute in example.disputes]

    @property
    def applied(self) -> list[Decision]:
        """The decisions that apply."""
        return [decision for example in self.settled.values() for decision in example.applied]

    @property
    def stale(self) -> list[Decision]:
        """The decisions that no longer apply."""
        return [*(decision for example in self.settled.values() for decision in example.stale), *self.orphans]

    def surface_mismatches(self, line: DecisionLine) -> Iterator[tuple[Span, str, str]]:
        """The spans of a decision on the present text that do not cover the words recorded for them.

        Yields:
            The span, the recorded words, and the words of the text.
        """
        settled = self.settled.get(line.decision.example)
        if settled is not None and fingerprint(settled.example.text) == line.decision.sha256:
            for span, recorded in line.surfaces:
                if (covered := settled.example.surface(span)) != recorded:
                    yield span, recorded, covered


def derive(
    passes: Mapping[str, Iterable[Example]],
    decisions: Iterable[Decision] = (),
    gold: Iterable[Example] = (),
    planted: Mapping[str, Sequence[PlantedRegion]] | None = None,
) -> DerivedGold:
    """What passes and decisions give for a corpus.

    Args:
        passes: per annotator the confirmed examples, without planted spans that they were shown.
        decisions: in the order of their files; of two that overlap the later one applies.
        gold: as it is, for decisions on gold that came from elsewhere.
        planted: by example, the planted errors that some reader was shown.

    Raises:
        InputError: if an example has different texts in two passes.
    """
    by_example: defaultdict[str, dict[str, Example]] = defaultdict(dict)
    for name in sorted(passes):
        for example in passes[name]:
            by_example[example.id][name] = example
    of_example: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        of_example[decision.example].append(decision)
    regions = planted or {}
    read_once = {id_: next(iter(readings)) for id_, readings in by_example.items() if len(readings) < MIN_READERS}
    settled = {
        id_: settle(readings, of_example.pop(id_, ()), regions.get(id_, ()))
        for id_, readings in by_example.items()
        if len(readings) >= MIN_READERS
    }
    for example in gold:
        about = of_example.get(example.id, [])
        if any(decision.is_on_gold for decision in about):
            settled[example.id] = settle_gold(example, of_example.pop(example.id), regions.get(example.id, ()))
    return DerivedGold(settled, read_once, tuple(decision for rest in of_example.values() for decision in rest))


def settle(
    readings: Mapping[str, Example], decisions: Sequence[Decision] = (), planted: Sequence[PlantedRegion] = ()
) -> SettledExample:
    """What its readings and decisions give for one example.

    Args:
        readings: per reader the example with the reader's spans; at least one.
        decisions: about this example; of two that overlap the later one applies.
        planted: the planted errors that some reader was shown; the readings are without their spans.

    Raises:
        InputError: if the texts differ.
    """
    texts = {example.text: name for name, example in readings.items()}
    first = next(iter(readings.values()))
    if len(texts) > 1:
        raise InputError(
            f"the text differs between the passes {' and '.join(sorted(texts.values())[:2])}",
            example=first.id,
            remedy="Offsets in different texts cannot be compared: have the example annotated again in the older pass.",
        )
    bare = first.with_spans(())
    sets = {name: example.spans for name, example in readings.items()}
    applied = _applicable(_allowed(decisions, planted), sets, fingerprint(bare.text))
    undecided = {
        name: tuple(span for span in spans if not any(_touches(decision, span) for decision in applied))
        for name, spans in sets.items()
    }
    spans, disputes = [span for decision in applied for span in decision.choice], []
    open_regions = [region for region in planted if not any(region.touches(one.start, one.end) for one in applied)]
    for start, end, candidates in _grouped(undecided, [(region.start, region.end) for region in open_regions]):
        there = in_region(open_regions, start, end)
        if len(candidates) == 1 and not there:
            spans.extend(candidates[0].spans)
        else:
            disputes.append(Dispute(bare, start, end, candidates, there))
    stale = tuple(decision for decision in decisions if decision not in applied)
    return SettledExample(
        bare.with_spans(spans), tuple(sorted(readings)), tuple(disputes), tuple(applied), stale, tuple(planted)
    )


def settle_gold(gold: Example, decisions: Sequence[Decision], planted: Sequence[PlantedRegion] = ()) -> SettledExample:
    """What decisions give for an example whose gold came from elsewhere.

    Args:
        gold: the example as gold has it.
        decisions: about this example; of two that overlap the later one applies.
        planted: the planted errors that its only reader was shown.
    """
    sha256 = fingerprint(gold.text)
    applied: list[Decision] = []
    for decision in reversed(_allowed(decisions, planted)):
        inside = _within(gold.spans, decision.start, decision.end)
        known = [decision.choice, *(candidate.spans for candidate in decision.candidates)]
        is_cut = any(_touches(decision, span) and not _holds(decision, span) for span in gold.spans)
        if (
            decision.is_on_gold
            and decision.sha256 == sha256
            and not is_cut
            and inside in known
            and not any(_overlap(decision, later) for later in applied)
        ):
            applied.append(decision)
    applied.sort(key=lambda decision: decision.start)
    kept = [span for span in gold.spans if not any(_touches(decision, span) for decision in applied)]
    spans = [*kept, *(span for decision in applied for span in decision.choice)]
    stale = tuple(decision for decision in decisions if decision not in applied)
    return SettledExample(gold.with_spans(spans), (), (), tuple(applied), stale, tuple(planted))


def _allowed(decisions: Sequence[Decision], planted: Sequence[PlantedRegion]) -> list[Decision]:
    """The decisions that choose no planted span, and are a person's where something was planted."""
    barred = barred_spans(planted)
    return [
        one
        for one in decisions
        if barred.isdisjoint(one.choice)
        and (one.how != "majority" or not any(region.touches(one.start, one.end) for region in planted))
    ]


def candidates_in(spans: Mapping[str, Iterable[Span]], start: int, end: int) -> tuple[Candidate, ...]:
    """What each reader has inside a region, readers with the same spans together.

    Args:
        spans: per reader all spans.
        start: where the region begins, in code points.
        end: where it ends.

    Returns:
        Candidates in the order of `Dispute.candidates`.
    """
    return _candidates({name: sorted(_within(marked, start, end)) for name, marked in spans.items()})


def _grouped(
    sets: Mapping[str, Iterable[Span]], extents: Iterable[tuple[int, int]] = ()
) -> Iterator[tuple[int, int, tuple[Candidate, ...]]]:
    """The groups of overlapping spans of all readers, in order: their extent, and what each reader has there.

    Args:
        sets: per reader the spans.
        extents: further extents that are in groups, or are groups of their own, whatever readers have there.
    """
    group: dict[str, list[Span]] = {}
    is_open = False
    start = end = 0
    rows = [(span.start, span.end, span.label, name, span) for name, spans in sets.items() for span in spans]
    rows_of_extents = [(first, last, "", "", None) for first, last in extents]
    for first, last, _, name, span in sorted([*rows, *rows_of_extents], key=lambda row: row[:4]):
        if is_open and first >= end:
            yield start, end, _candidates({name: group.get(name, []) for name in sets})
            group, is_open = {}, False
        if not is_open:
            start, end, is_open = first, last, True
        if span is not None:
            group.setdefault(name, []).append(span)
        end = max(end, last)
    if is_open:
        yield start, end, _candidates({name: group.get(name, []) for name in sets})


def _candidates(spans: Mapping[str, Sequence[Span]]) -> tuple[Candidate, ...]:
    """What each reader has, from sorted spans, in the order of `Dispute.candidates`."""
    readers: defaultdict[tuple[Span, ...], list[str]] = defaultdict(list)
    for name, marked in spans.items():
        readers[tuple(marked)].append(name)
    ordered = sorted(readers.items(), key=lambda item: (-len(item[1]), not item[0], item[0]))
    return tuple(Candidate(marked, tuple(names)) for marked, names in ordered)


@dataclass(frozen=True, slots=True)
class GoldDifference:
    """A region in which gold differs from what passes and decisions give.

    Args:
        example: the example, with its text and no spans.
        start: where it begins, in code points.
        end: where it ends.
        gold: what gold has there.
        derived: what passes and decisions give; None where the readers differ and nothing was decided.
        candidates: what each reader has there.
        planted: the planted errors there that some reader was shown.
    """

    example: Example
    start: int
    end: int
    gold: tuple[Span, ...]
    derived: tuple[Span, ...] | None
    candidates: tuple[Candidate, ...]
    planted: tuple[PlantedRegion, ...] = ()


def differences(settled: SettledExample, gold: Example, readings: Mapping[str, Example]) -> list[GoldDifference]:
    """Where gold differs from what passes and decisions give for an example, in the order of the text.

    Args:
        settled: what they give.
        gold: the example as gold has it.
        readings: per reader the example with the reader's spans.
    """
    sets = {name: example.spans for name, example in readings.items()}
    fixed = [(dispute.start, dispute.end) for dispute in settled.disputes]
    fixed += [(decision.start, decision.end) for decision in settled.applied]
    every = {
        "gold": gold.spans,
        "derived": settled.example.spans,
        **{f"by {name}": spans for name, spans in sets.items()},
    }
    bare = settled.example.with_spans(())
    differing = []
    for start, end in merged_extents([*fixed, *_regions(every)]):
        in_gold, derived = (_within(spans, start, end) for spans in (gold.spans, settled.example.spans))
        disputed = any(dispute.start < end and start < dispute.end for dispute in settled.disputes)
        if disputed or in_gold != derived:
            expected = None if disputed else derived
            candidates, there = candidates_in(sets, start, end), in_region(settled.planted, start, end)
            differing.append(GoldDifference(bare, start, end, in_gold, expected, candidates, there))
    return differing


def _applicable(decisions: Sequence[Decision], sets: Mapping[str, tuple[Span, ...]], sha256: str) -> list[Decision]:
    """The decisions that apply, in the order of their regions."""
    applicable: list[Decision] = []
    for decision in reversed(decisions):
        if decision.sha256 != sha256 or any(_overlap(decision, later) for later in applicable):
            continue
        crossed = any(_touches(decision, s) and not _holds(decision, s) for spans in sets.values() for s in spans)
        if not crossed and frozenset(candidates_in(sets, decision.start, decision.end)) == decision.votes:
            applicable.append(decision)
    return sorted(applicable, key=lambda decision: decision.start)


def _regions(sets: Mapping[str, Iterable[Span]]) -> list[tuple[int, int]]:
    """The extents of the groups of overlapping spans of all readers, in order."""
    return merged_extents((span.start, span.end) for spans in sets.values() for span in spans)


def merged_extents(extents: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Half-open extents, those that overlap merged into one; touching ones stay apart."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(extents):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _touches(decision: Decision, span: Span) -> bool:
    return span.start < decision.end and decision.start < span.end


def _holds(decision: Decision, span: Span) -> bool:
    return decision.start <= span.start and span.end <= decision.end


def _overlap(first: Decision, second: Decision) -> bool:
    return first.start < second.end and second.start < first.end


def _within(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    return tuple(span for span in spans if start <= span.start and span.end <= end)
