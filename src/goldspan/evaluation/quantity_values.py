"""Whether the values of quantities come out right, which the edges of their spans alone do not tell.

*Up to 1,000 troops* and *1,000 troops* differ by two words and mean different things; *1,000 troops* and *1,000* do
not, and mean the same. So each gold span is held against the span of the same label that was predicted in its place.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from goldspan.quantities import TroopCount, parse_troop_count
from goldspan.quantities.troop_count import Verdict, compare_counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import Example, Span
    from goldspan.evaluation.errors import Cases, SpanOutcome


@dataclass(frozen=True, slots=True)
class ValueComparison:
    """A quantity whose value did not come out right.

    Args:
        example: its id.
        verdict: `bound_wrong` or `wrong`.
        gold_surface: the words of the gold span.
        predicted_surface: the words of the predicted span.
        gold: the value of the first.
        predicted: the value of the second; None if it has none.
    """

    example: str
    verdict: Verdict
    gold_surface: str
    predicted_surface: str
    gold: TroopCount
    predicted: TroopCount | None


@dataclass(frozen=True, slots=True)
class LabelValues:
    """Whether the values of one quantity label come out right.

    Args:
        label: whose spans have values.
        right: the same value.
        bound_wrong: the same number under another bound, or one called approximate and one not.
        wrong: another number, or words without a value.
        missed: gold spans with a value in whose place no span of this label was predicted.
        spurious: predicted spans with a value in whose place gold has no span of this label.
        without_value: gold spans whose own words have no value; they are in none of the other counts.
        cases: those that did not come out right, in the order of the examples.
    """

    label: str
    right: int = 0
    bound_wrong: int = 0
    wrong: int = 0
    missed: int = 0
    spurious: int = 0
    without_value: int = 0
    cases: tuple[ValueComparison, ...] = ()

    @property
    def possible(self) -> int:
        """How many gold spans have a value."""
        return self.right + self.bound_wrong + self.wrong + self.missed

    @property
    def accuracy(self) -> float | None:
        """The share of the gold values that came out right; None where there are none."""
        return self.right / self.possible if self.possible else None

    def json(self) -> dict[str, Any]:
        """The counts, `possible`, `accuracy` and the cases."""
        counts = {key: value for key, value in asdict(self).items() if key not in ("label", "cases")}
        cases = [asdict(case) for case in self.cases]
        return counts | {"possible": self.possible, "accuracy": self.accuracy, "cases": cases}


def values(gold: Sequence[Example], cases: Cases, label: str) -> LabelValues:
    """Whether the values of one quantity label come out right.

    Args:
        gold: the curated examples.
        cases: of each of them.
        label: whose spans have values that `parse_troop_count` reads.
    """
    count: Counter[str] = Counter()
    wrong: list[ValueComparison] = []
    for example, row in zip(gold, cases, strict=True):
        for right, found in _placed(row, label):
            outcome = _judge(example, right, found)
            if isinstance(outcome, ValueComparison):
                wrong.append(outcome)
            count[outcome.verdict if isinstance(outcome, ValueComparison) else outcome] += 1
    del count[""]
    return LabelValues(label, **count, cases=tuple(wrong))


def _placed(row: Sequence[SpanOutcome], label: str) -> Iterator[tuple[Span | None, Span | None]]:
    """Gold and predicted spans of a label, together where they stand for each other."""
    for case in row:
        right = case.gold if case.gold and case.gold.label == label else None
        found = case.predicted if case.predicted and case.predicted.label == label else None
        if right or found:
            yield right, found


def _judge(example: Example, gold: Span | None, predicted: Span | None) -> ValueComparison | str:
    """The name of the count that this belongs to, empty if to none, or the case that went wrong."""
    found = None if predicted is None else parse_troop_count(example.surface(predicted))
    if gold is None:
        return "spurious" if found else ""
    value = parse_troop_count(example.surface(gold))
    if value is None:
        return "without_value"
    if predicted is None:
        return "missed"
    said = compare_counts(value, found)
    if said == "right":
        return said
    return ValueComparison(example.id, said, example.surface(gold), example.surface(predicted), value, found)
