"""From several readings to gold: what follows from the passes and the decisions, and what is still disputed.

Readers of an example are the annotators who confirmed it; with fewer than two nothing follows. A decision holds while
its text is the same and the readers have in its region just what it says they had. Outside such regions the readers'
spans are grouped by overlap: spans that share a code point, directly or through others, stand in one group, and
touching spans do not. Where all readers have the same of a group, that is gold; every other group is a dispute. So
each span of each reader is in gold, in a dispute, or was decided about by a decision that can be named.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.formats.decisions import Candidate, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example, Span
    from goldspan.formats.decisions import Decision, DecisionLine

FEWEST = 2  # readers from which gold can follow


@dataclass(frozen=True, slots=True)
class Dispute:
    """A stretch of an example in which the readers differ.

    Args:
        example: the example, with its text and no spans.
        start: where the first of the differing spans begins, in code points.
        end: where the last of them ends.
        candidates: what the readers have there, by falling votes, then by the text; each reader stands in one.
    """

    example: Example
    start: int
    end: int
    candidates: tuple[Candidate, ...]

    @property
    def readers(self) -> int:
        """How many readers there are."""
        return sum(len(candidate.by) for candidate in self.candidates)

    @property
    def majority(self) -> Candidate | None:
        """The candidate of more than half of the readers, if there is one."""
        first = self.candidates[0]
        return first if 2 * len(first.by) > self.readers else None


@dataclass(frozen=True, slots=True)
class SettledExample:
    """What follows for one example.

    Args:
        example: with the spans on which all agree and those that were decided.
        readers: the names of its readers, sorted.
        disputes: what is open; where there are any, the example is not settled.
        applied: the decisions that hold, in the order of their regions.
        stale: those that do not, because the text or the votes are not what they were.
    """

    example: Example
    readers: tuple[str, ...]
    disputes: tuple[Dispute, ...] = ()
    applied: tuple[Decision, ...] = ()
    stale: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedGold:
    """What follows for a corpus.

    Args:
        settled: per example with at least two readers, by its id.
        read_once: the examples that one annotator alone confirmed, with the annotator.
        orphans: decisions about examples that nobody or one annotator read.
    """

    settled: Mapping[str, SettledExample]
    read_once: Mapping[str, str] = field(default_factory=dict)
    orphans: tuple[Decision, ...] = ()

    @property
    def disputes(self) -> list[Dispute]:
        """All that is open, in the order of the examples."""
        return [dispute for one in self.settled.values() for dispute in one.disputes]

    @property
    def applied(self) -> list[Decision]:
        """The decisions that hold."""
        return [decision for one in self.settled.values() for decision in one.applied]

    @property
    def stale(self) -> list[Decision]:
        """The decisions that do not hold any more."""
        return [*(decision for one in self.settled.values() for decision in one.stale), *self.orphans]

    def misquoted(self, line: DecisionLine) -> Iterator[tuple[Span, str, str]]:
        """The spans of a decision on the present text that says they cover other words than they do.

        Yields:
            The span, the words that the line says, and those of the text.
        """
        settled = self.settled.get(line.decision.example)
        if settled is not None and fingerprint(settled.example.text) == line.decision.sha256:
            for span, said in line.surfaces:
                if (covered := settled.example.surface(span)) != said:
                    yield span, said, covered


def derive(passes: Mapping[str, Iterable[Example]], decisions: Iterable[Decision] = ()) -> DerivedGold:
    """What follows from the passes and the decisions.

    Args:
        passes: per annotator the examples that count: those that `confirmation` lets through.
        decisions: in the order of their files; of two that overlap the later holds.

    Raises:
        InputError: if an example has different texts in two passes.
    """
    read: defaultdict[str, dict[str, Example]] = defaultdict(dict)
    for name in sorted(passes):
        for example in passes[name]:
            read[example.id][name] = example
    said: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        said[decision.example].append(decision)
    once = {name: next(iter(readings)) for name, readings in read.items() if len(readings) < FEWEST}
    settled = {name: settle(readings, said.pop(name, ())) for name, readings in read.items() if len(readings) >= FEWEST}
    return DerivedGold(settled, once, tuple(decision for left in said.values() for decision in left))


def settle(readings: Mapping[str, Example], decisions: Sequence[Decision] = ()) -> SettledExample:
    """What follows for one example.

    Args:
        readings: per reader the example as read; at least one.
        decisions: about this example, of two that overlap the later holds.

    Raises:
        InputError: if the texts differ.
    """
    texts = {example.text: name for name, example in readings.items()}
    first = next(iter(readings.values()))
    if len(texts) > 1:
        raise InputError(
            f"the text differs between the passes {' and '.join(sorted(texts.values())[:2])}",
            example=first.id,
            remedy="Offsets of different texts cannot be compared: have the older pass read again.",
        )
    bare = first.with_spans(())
    sets = {name: example.spans for name, example in readings.items()}
    applied = _holding(decisions, sets, fingerprint(bare.text))
    left = {name: tuple(s for s in spans if not any(_touches(d, s) for d in applied)) for name, spans in sets.items()}
    spans, disputes = [span for decision in applied for span in decision.choice], []
    for start, end in _regions(left):
        candidates = votes(left, start, end)
        if len(candidates) == 1:
            spans.extend(candidates[0].spans)
        else:
            disputes.append(Dispute(bare, start, end, candidates))
    stale = tuple(decision for decision in decisions if decision not in applied)
    made = bare.with_spans(spans)
    return SettledExample(made, tuple(sorted(readings)), tuple(disputes), tuple(applied), stale)


def votes(spans: Mapping[str, Iterable[Span]], start: int, end: int) -> tuple[Candidate, ...]:
    """What each reader has inside a region, those with the same together: by falling votes, then by the text.

    Args:
        spans: per reader all spans.
        start: where the region begins, in code points.
        end: where it ends.
    """
    inside: defaultdict[tuple[Span, ...], list[str]] = defaultdict(list)
    for name, marked in spans.items():
        inside[tuple(sorted(s for s in marked if start <= s.start and s.end <= end))].append(name)
    ordered = sorted(inside.items(), key=lambda item: (-len(item[1]), not item[0], item[0]))
    return tuple(Candidate(marked, tuple(names)) for marked, names in ordered)


@dataclass(frozen=True, slots=True)
class GoldDifference:
    """A stretch in which gold is not what follows from passes and decisions.

    Args:
        example: the example, with its text and no spans.
        start: where it begins, in code points.
        end: where it ends.
        gold: what gold has there.
        derived: what follows; None where the readers differ and nothing was decided.
        candidates: what each reader has there.
    """

    example: Example
    start: int
    end: int
    gold: tuple[Span, ...]
    derived: tuple[Span, ...] | None
    candidates: tuple[Candidate, ...]


def differences(settled: SettledExample, gold: Example, readings: Mapping[str, Example]) -> list[GoldDifference]:
    """Where gold is not what follows for an example, in the order of the text.

    Args:
        settled: what follows.
        gold: the example as it stands in gold.
        readings: per reader the example as read.
    """
    sets = {name: example.spans for name, example in readings.items()}
    stretches = [(one.start, one.end) for one in settled.disputes] + [(one.start, one.end) for one in settled.applied]
    every = {
        "gold": gold.spans,
        "derived": settled.example.spans,
        **{f"by {name}": spans for name, spans in sets.items()},
    }
    found = []
    for start, end in _joined([*stretches, *_regions(every)]):
        mine, derived = (_within(spans, start, end) for spans in (gold.spans, settled.example.spans))
        disputed = any(one.start < end and start < one.end for one in settled.disputes)
        if disputed or mine != derived:
            follows = None if disputed else derived
            bare = settled.example.with_spans(())
            found.append(GoldDifference(bare, start, end, mine, follows, votes(sets, start, end)))
    return found


def _holding(decisions: Sequence[Decision], sets: Mapping[str, tuple[Span, ...]], text: str) -> list[Decision]:
    """The decisions that hold, by their regions."""
    holding: list[Decision] = []
    for decision in reversed(decisions):
        if decision.sha256 != text or any(_overlap(decision, other) for other in holding):
            continue
        cut = any(_touches(decision, s) and not _holds(decision, s) for spans in sets.values() for s in spans)
        if not cut and frozenset(votes(sets, decision.start, decision.end)) == decision.votes:
            holding.append(decision)
    return sorted(holding, key=lambda decision: decision.start)


def _regions(sets: Mapping[str, Iterable[Span]]) -> list[tuple[int, int]]:
    """The extents of the groups of overlapping spans of all readers, in order."""
    return _joined((span.start, span.end) for spans in sets.values() for span in spans)


def _joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _touches(decision: Decision, span: Span) -> bool:
    return span.start < decision.end and decision.start < span.end


def _holds(decision: Decision, span: Span) -> bool:
    return decision.start <= span.start and span.end <= decision.end


def _overlap(one: Decision, other: Decision) -> bool:
    return one.start < other.end and other.start < one.end


def _within(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    return tuple(span for span in spans if start <= span.start and span.end <= end)
