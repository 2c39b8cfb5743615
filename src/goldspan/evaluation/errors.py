"""Error analysis: what is wrong with each span, the confusion of labels, and the examples with the most errors.

Spans that are the same are correct, whatever else overlaps them. The others are matched one to one by the scheme
`type`: with the most pairs of the same label, then the most pairs, then the most characters shared. So a label counts
as wrong only where no matching makes it right. Where neither side has overlapping spans, this is the matching of the
scheme `type` itself: `correct` and `boundary` are its correct, `label` and `both` its incorrect.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from goldspan.annotation import same_spans
from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.annotation import Example, Span

NONE = "none"
"""The label of a missing span in confusion matrices and reports."""

Kind = Literal["correct", "boundary", "label", "both", "missed", "spurious"]
ERROR_KINDS: tuple[Kind, ...] = ("correct", "boundary", "label", "both", "missed", "spurious")


MOST_HARD = 20  # examples with the most errors


@dataclass(frozen=True, slots=True)
class SpanOutcome:
    """A gold span and the predicted span matched with it, or one of the two alone.

    Args:
        kind: `correct`; `boundary`, `label` or `both` for what is wrong with a pair; `missed`; `spurious`.
        gold: None if spurious.
        predicted: None if missed.
    """

    kind: Kind
    gold: Span | None
    predicted: Span | None

    @classmethod
    def of(cls, gold: Span | None, predicted: Span | None) -> SpanOutcome:
        """The outcome of two matched spans, or of one alone."""
        return cls(kind_of(gold, predicted), gold, predicted)

    @property
    def span(self) -> Span:
        """The gold span, or the predicted one where there is none."""
        span = self.gold or self.predicted
        assert span is not None, "an outcome has one span at least"
        return span

    def json(self) -> dict[str, Any]:
        """The kind, and the spans as `[start, end, label]` or null."""
        gold, predicted = (None if s is None else [s.start, s.end, s.label] for s in (self.gold, self.predicted))
        return {"kind": self.kind, "gold": gold, "predicted": predicted}


Outcomes: TypeAlias = "Sequence[tuple[SpanOutcome, ...]]"
"""The outcomes of each example, in the order of its text."""


def kind_of(gold: Span | None, predicted: Span | None) -> Kind:
    """The kind of two matched spans, or of one alone."""
    if gold is None:
        return "spurious"
    if predicted is None:
        return "missed"
    same_place = (gold.start, gold.end) == (predicted.start, predicted.end)
    if gold.label == predicted.label:
        return "correct" if same_place else "boundary"
    return "label" if same_place else "both"


def span_outcomes(gold: Sequence[Example], predicted: Sequence[Example]) -> list[tuple[SpanOutcome, ...]]:
    """The outcomes of each example: every span of either side is in exactly one.

    Args:
        gold: the curated examples.
        predicted: the same examples, in the same order, with predicted spans.

    Returns:
        One tuple per example, sorted by the start of the spans.
    """
    same = [same_spans(a.spans, b.spans) for a, b in zip(gold, predicted, strict=True)]
    other_gold = [[span for span in a.spans if span not in both] for a, both in zip(gold, same, strict=True)]
    other_predicted = [[span for span in b.spans if span not in both] for b, both in zip(predicted, same, strict=True)]
    matched = _matched(other_gold, other_predicted)
    return [_of_example(*sides) for sides in zip(same, other_gold, other_predicted, matched, strict=True)]


def _of_example(
    same: Iterable[Span], gold: Iterable[Span], predicted: Iterable[Span], pairs: dict[Span, Span]
) -> tuple[SpanOutcome, ...]:
    """The outcomes of one example: of identical, of matched and of unmatched spans."""
    matched = set(pairs.values())
    outcomes = [SpanOutcome("correct", span, span) for span in same]
    outcomes += [SpanOutcome.of(span, pairs.get(span)) for span in gold]
    outcomes += [SpanOutcome.of(None, span) for span in predicted if span not in matched]
    return tuple(sorted(outcomes, key=lambda outcome: (outcome.span, outcome.gold is None)))


def _matched(gold: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]]) -> list[dict[Span, Span]]:
    """Per example the predicted span of each gold span that is matched."""
    from goldspan.evaluation.matching import match
    from goldspan.span_table import SpanTable

    labels = tuple(sorted({span.label for side in (gold, predicted) for spans in side for span in spans}))
    left, right = SpanTable.of(gold, labels), SpanTable.of(predicted, labels)
    matching = match(left, right, "type")
    of_left = [(number, span) for number, spans in enumerate(gold) for span in spans]
    of_right = [span for spans in predicted for span in spans]
    pairs: list[dict[Span, Span]] = [{} for _ in gold]
    for first, second in zip(matching.gold_index.tolist(), matching.predicted_index.tolist(), strict=True):
        example, span = of_left[first]
        pairs[example][span] = of_right[second]
    return pairs


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """How often a gold label was matched with each predicted one; n labels.

    Args:
        labels: n + 1 names, the last of them `NONE`.
        rows: n + 1 rows of n + 1 counts: rows are gold, columns predicted. The last row holds the spurious spans, the
            last column the missed ones. Their corner is 0: what neither side has is not counted.
    """

    labels: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]

    def json(self) -> dict[str, Any]:
        """The labels and the rows."""
        return {"labels": list(self.labels), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True, slots=True)
class KindCounts:
    """The number of outcomes of each kind."""

    correct: int = 0
    boundary: int = 0
    label: int = 0
    both: int = 0
    missed: int = 0
    spurious: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[SpanOutcome]) -> KindCounts:
        """The counts of these outcomes."""
        count = Counter(outcome.kind for outcome in outcomes)
        return cls(*(count[kind] for kind in ERROR_KINDS))


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """The number of outcomes of each kind, overall and by label.

    Args:
        overall: over all labels.
        labels: per label: the gold label, and for a spurious span the predicted one.
    """

    overall: KindCounts
    labels: Mapping[str, KindCounts]

    def json(self) -> dict[str, Any]:
        """The counts by name."""
        return {"overall": asdict(self.overall), "labels": {name: asdict(kinds) for name, kinds in self.labels.items()}}


def confusion(outcomes: Outcomes, labels: Sequence[str]) -> ConfusionMatrix:
    """The confusion matrix of matched spans; unmatched ones are counted against `NONE`.

    Args:
        outcomes: of every example.
        labels: all label names, in the order of the rows.
    """
    counts = Counter(
        (outcome.gold and outcome.gold.label, outcome.predicted and outcome.predicted.label)
        for row in outcomes
        for outcome in row
    )
    keys = [*labels, None]
    rows = tuple(tuple(counts[gold, predicted] for predicted in keys) for gold in keys)
    return ConfusionMatrix((*labels, NONE), rows)


def error_kinds(outcomes: Outcomes, labels: Sequence[str]) -> ErrorCounts:
    """The number of outcomes of each kind, over all labels and for each of them."""
    of_label: dict[str, list[SpanOutcome]] = {label: [] for label in labels}
    for row in outcomes:
        for outcome in row:
            of_label[outcome.span.label].append(outcome)
    return ErrorCounts(
        KindCounts.of(outcome for row in outcomes for outcome in row),
        {label: KindCounts.of(some) for label, some in of_label.items()},
    )


@dataclass(frozen=True, slots=True)
class HardExample:
    """An example with errors.

    Args:
        example: its id.
        text: of the example.
        gold: its gold spans.
        predicted: its predicted spans.
        cases: the outcomes of these spans.
        gold_markup: the text with its gold spans in inline notation; spans that cross others are in another copy of it.
        predicted_markup: the same with the predicted spans.
    """

    example: str
    text: str
    gold: tuple[Span, ...]
    predicted: tuple[Span, ...]
    cases: tuple[SpanOutcome, ...]
    gold_markup: str
    predicted_markup: str

    @property
    def errors(self) -> int:
        """How many outcomes are not correct."""
        return count_errors(self.cases)

    def json(self) -> dict[str, Any]:
        """All of it, spans as `[start, end, label, surface]`."""
        return {
            "example": self.example,
            "text": self.text,
            "errors": self.errors,
            "gold": [self._with_surface(span) for span in self.gold],
            "predicted": [self._with_surface(span) for span in self.predicted],
            "cases": [outcome.json() for outcome in self.cases],
            "gold_markup": self.gold_markup,
            "predicted_markup": self.predicted_markup,
        }

    def _with_surface(self, span: Span) -> list[int | str]:
        return [span.start, span.end, span.label, self.text[span.start : span.end]]


def hardest(
    gold: Sequence[Example], predicted: Sequence[Example], outcomes: Outcomes, most: int = MOST_HARD
) -> tuple[HardExample, ...]:
    """The examples with the most errors first; of equally many, those with fewer correct spans first.

    Args:
        gold: the curated examples.
        predicted: the same examples with predicted spans.
        outcomes: of each of them.
        most: how many to return; examples without an error are left out.
    """

    def order(number: int) -> tuple[int, int, int]:
        errors = count_errors(outcomes[number])
        return -errors, len(outcomes[number]) - errors, number

    worst = sorted((number for number in range(len(gold)) if count_errors(outcomes[number])), key=order)[:most]
    return tuple(
        HardExample(
            example=gold[number].id,
            text=gold[number].text,
            gold=gold[number].spans,
            predicted=predicted[number].spans,
            cases=outcomes[number],
            gold_markup=markup(gold[number].text, gold[number].spans),
            predicted_markup=markup(gold[number].text, predicted[number].spans),
        )
        for number in worst
    )


def count_errors(outcomes: Iterable[SpanOutcome]) -> int:
    """How many of these outcomes are not correct."""
    return sum(outcome.kind != "correct" for outcome in outcomes)


def markup(text: str, spans: Sequence[Span]) -> str:
    """The text in inline notation; spans that cross others are shown in another copy of the text, on its own line."""
    return "\n".join(inline.render(text, layer) for layer in inline.layers(spans))
