"""Exact-span scores: a predicted span counts if gold has the same words of the same article under the same label.

Spans are compared in the coordinates of their article (`Example.at` plus the offset), so that gold which keeps an
article as one example and predictions cut into paragraphs still meet. Precision, recall and F1 are those of the
CoNLL shared tasks (Tjong Kim Sang and De Meulder 2003), which count a span only as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.values import Example


class Place(NamedTuple):
    """A labelled span in the coordinates of its article, with the words it covers."""

    article: str
    start: int
    end: int
    label: str
    surface: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many spans gold and prediction share.

    Args:
        true_positives: spans in both.
        gold: spans in gold.
        predicted: spans predicted.
    """

    true_positives: int
    gold: int
    predicted: int

    @property
    def precision(self) -> float | None:
        """The share of the predicted spans that are right, or None where nothing was predicted."""
        return self.true_positives / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """The share of the gold spans that were found, or None where gold has none."""
        return self.true_positives / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall, or None where there is nothing at all."""
        total = self.gold + self.predicted
        return 2 * self.true_positives / total if total else None

    def report(self) -> dict[str, float | int | None]:
        """All six numbers by name, as JSON values."""
        return {
            "true_positives": self.true_positives,
            "gold": self.gold,
            "predicted": self.predicted,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a prediction against gold.

    Args:
        labels: the counts of each label that occurs, by name in alphabetical order.
        overall: the counts over all labels, hence micro-averaged.
        missed: what is in gold alone, in the order of articles and offsets.
        spurious: what was predicted alone, likewise.
    """

    labels: dict[str, Counts]
    overall: Counts
    missed: tuple[Place, ...]
    spurious: tuple[Place, ...]

    def report(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {
            "overall": self.overall.report(),
            "labels": {name: counts.report() for name, counts in self.labels.items()},
            "missed": [place._asdict() for place in self.missed],
            "spurious": [place._asdict() for place in self.spurious],
        }


def exact(gold: Iterable[Example], predicted: Iterable[Example]) -> Scores:
    """The exact-span scores of a prediction.

    Args:
        gold: the curated examples.
        predicted: the examples to judge; their cut into paragraphs may differ.

    Returns:
        Counts per label and overall, and the spans that only one side has.
    """
    right, found = _places(gold), _places(predicted)
    names = sorted({place.label for place in right | found})
    return Scores(
        labels={name: _counts(_of(right, name), _of(found, name)) for name in names},
        overall=_counts(right, found),
        missed=tuple(sorted(right - found)),
        spurious=tuple(sorted(found - right)),
    )


def _places(examples: Iterable[Example]) -> set[Place]:
    return {
        Place(example.article, example.at + span.start, example.at + span.end, span.label, example.surface(span))
        for example in examples
        for span in example.spans
    }


def _of(places: set[Place], label: str) -> set[Place]:
    return {place for place in places if place.label == label}


def _counts(gold: set[Place], predicted: set[Place]) -> Counts:
    return Counts(len(gold & predicted), len(gold), len(predicted))
