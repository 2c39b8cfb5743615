"""Scores of the values of quantities, which the boundaries of spans do not show.

*Up to 1,000 troops* and *1,000 troops* differ by two words and mean different things; *1,000 troops* and *1,000* differ
by one word and mean the same. So the value of each gold span is compared with that of the span of the same label that
was predicted in its place.
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
    from goldspan.evaluation.errors import Outcomes, SpanOutcome


@dataclass(frozen=True, slots=True)
class ValueComparison:
    """A quantity with a wrong predicted value.

    Args:
        example: its id.
        verdict: `bound_wrong` or `wrong`.
        gold_surface: the words of the gold span.
        predicted_surface: the words of the predicted span.
        gold: the value of the first.
        predicted: the value of the second; None if its words have no value.
    """

    example: str
    verdict: Verdict
    gold_surface: str
    predicted_surface: str
    gold: TroopCount
    predicted: TroopCount | None


@dataclass(frozen=True, slots=True)
class LabelValues:
    """The scores of the values of one quantity label.

    Args:
        label: of the spans with values.
        right: the same value.
        bound_wrong: the same number under another bound, or one called approximate and one not.
        wrong: another number, or words without a value.
        missed: gold spans with a value in whose place no span of this label was predicted.
        spurious: predicted spans with a value in whose place gold has no span of this label.
        without_value: gold spans whose words have no value; they are in no other count.
        cases: the wrong values, in the order of the examples.
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
        """The share of the gold values that are right; None where there are no gold values."""
        return self.right / self.possible if self.possible else None

    def json(self) -> dict[str, Any]:
        """The counts, `possible`, `accuracy` and the cases."""
        counts = {key: value for key, value in asdict(self).items() if key not in ("label", "cases")}
        cases = [asdict(case) for case in self.cases]
        return counts | {"possible": self.possible, "accuracy": self.accuracy, "cases": cases}


def score_values(gold: Sequence[Example], outcomes: Outcomes, label: str) -> LabelValues:
    """The scores of the values of one quantity label.

    Args:
        gold: the curated examples.
        outcomes: of each of them.
        label: of the spans whose values `parse_troop_count` reads; a rate (`300 troops a month`) has none.
    """
    count: Counter[str] = Counter()
    wrong: list[ValueComparison] = []
    for number in outcomes.examples_of(label):
        example = gold[number]
        for in_gold, in_predicted in _pairs(outcomes[number], label):
            result = _compare(example, in_gold, in_predicted)
            if isinstance(result, ValueComparison):
                wrong.append(result)
                count[result.verdict] += 1
            elif result is not None:
                count[result] += 1
    return LabelValues(label, **count, cases=tuple(wrong))


def _pairs(row: Sequence[SpanOutcome], label: str) -> Iterator[tuple[Span | None, Span | None]]:
    """The gold and predicted spans of a label, as pairs where they were matched."""
    for outcome in row:
        gold = outcome.gold if outcome.gold and outcome.gold.label == label else None
        predicted = outcome.predicted if outcome.predicted and outcome.predicted.label == label else None
        if gold or predicted:
            yield gold, predicted


def _compare(example: Example, gold: Span | None, predicted: Span | None) -> ValueComparison | str | None:
    """The name of the count that a pair belongs to, None if to no count, or the comparison if the value is wrong."""
    predicted_value = None if predicted is None else _value(example, predicted)
    if gold is None:
        return "spurious" if predicted_value else None
    value = _value(example, gold)
    if value is None:
        return "without_value"
    if predicted is None:
        return "missed"
    verdict = compare_counts(value, predicted_value)
    if verdict == "right":
        return verdict
    words = example.surface(gold), example.surface(predicted)
    return ValueComparison(example.id, verdict, *words, value, predicted_value)


def _value(example: Example, span: Span) -> TroopCount | None:
    return parse_troop_count(example.surface(span), following=example.text[span.end :])
