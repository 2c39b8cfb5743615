"""How gold and predicted spans meet: each pair, and each span that stands alone, with what is wrong with it.

Spans that are the same are right, whatever else overlaps them. What is left over is matched one to one by the scheme
`type`: as many pairs of one label as can be, then as many pairs, then as many characters shared. So a label counts as
wrong only where no reading of the example keeps it right. Where neither side has overlapping spans, this is the
matching of the scheme `type` itself: `correct` and `boundary` are its correct, `label` and `both` its incorrect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.values import Example, Span

NONE = "none"
"""Stands in a confusion matrix, and in reports, for a span that the other side lacks."""

Kind = Literal["correct", "boundary", "label", "both", "missed", "spurious"]
KINDS: tuple[Kind, ...] = ("correct", "boundary", "label", "both", "missed", "spurious")


@dataclass(frozen=True, slots=True)
class Case:
    """A gold span and the predicted span that stands for it, or one of the two alone.

    Args:
        kind: `correct`; `boundary`, `label` or `both` for what is wrong with a pair; `missed`; `spurious`.
        gold: None if spurious.
        predicted: None if missed.
    """

    kind: Kind
    gold: Span | None
    predicted: Span | None

    @classmethod
    def of(cls, gold: Span | None, predicted: Span | None) -> Case:
        """The case that two spans make, or one alone."""
        return cls(kind_of(gold, predicted), gold, predicted)

    @property
    def span(self) -> Span:
        """The gold span, or the predicted one where there is none."""
        found = self.gold or self.predicted
        assert found is not None, "a case has one span at least"
        return found

    def json(self) -> dict[str, Any]:
        """The kind, and the spans as `[start, end, label]` or null."""
        gold, predicted = (None if s is None else [s.start, s.end, s.label] for s in (self.gold, self.predicted))
        return {"kind": self.kind, "gold": gold, "predicted": predicted}


Cases: TypeAlias = "Sequence[tuple[Case, ...]]"
"""For each example its cases, in the order of its text."""


def kind_of(gold: Span | None, predicted: Span | None) -> Kind:
    """What two matched spans make, or one alone."""
    if gold is None:
        return "spurious"
    if predicted is None:
        return "missed"
    same_place = (gold.start, gold.end) == (predicted.start, predicted.end)
    if gold.label == predicted.label:
        return "correct" if same_place else "boundary"
    return "label" if same_place else "both"


def cases(gold: Sequence[Example], predicted: Sequence[Example]) -> list[tuple[Case, ...]]:
    """The cases of each example: every span of either side stands in exactly one.

    Args:
        gold: the curated examples.
        predicted: the same examples, in the same order, with predicted spans.

    Returns:
        One tuple per example, sorted by where the spans begin.
    """
    same = [set(a.spans) & set(b.spans) for a, b in zip(gold, predicted, strict=True)]
    left = [[span for span in a.spans if span not in both] for a, both in zip(gold, same, strict=True)]
    right = [[span for span in b.spans if span not in both] for b, both in zip(predicted, same, strict=True)]
    matched = _matched(left, right)
    return [_of_example(both, a, b, pairs) for both, a, b, pairs in zip(same, left, right, matched, strict=True)]


def _of_example(
    same: Iterable[Span], gold: Iterable[Span], predicted: Iterable[Span], pairs: dict[Span, Span]
) -> tuple[Case, ...]:
    """The cases of one example: what is the same, what was paired and what was not."""
    used = set(pairs.values())
    found = [Case("correct", span, span) for span in same]
    found += [Case.of(span, pairs.get(span)) for span in gold]
    found += [Case.of(None, span) for span in predicted if span not in used]
    return tuple(sorted(found, key=lambda case: (case.span, case.gold is None)))


def _matched(gold: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]]) -> list[dict[Span, Span]]:
    """Per example the predicted span of each gold span that has one."""
    from goldspan.evaluation.columns import Columns
    from goldspan.evaluation.matching import match

    labels = tuple(sorted({span.label for side in (gold, predicted) for spans in side for span in spans}))
    left, right = Columns.of(gold, labels), Columns.of(predicted, labels)
    matching = match(left, right, "type")
    of_left = [(number, span) for number, spans in enumerate(gold) for span in spans]
    of_right = [span for spans in predicted for span in spans]
    pairs: list[dict[Span, Span]] = [{} for _ in gold]
    for first, second in zip(matching.gold_index.tolist(), matching.predicted_index.tolist(), strict=True):
        example, span = of_left[first]
        pairs[example][span] = of_right[second]
    return pairs
