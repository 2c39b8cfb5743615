"""Whether probabilities mean what they say: of the spans predicted with 0.8, are 80 in 100 right?

The Brier score is the mean squared difference between a probability and what is true, 1 or 0 (Brier 1950): 0 is best.
Beside it stands that of a forecast that always says the share that is true; the *skill* is how much of it the
probabilities save, 1 at best, and below 0 if they are worse than that constant. The reliability table puts predictions
with similar probabilities together and compares their mean with the share that is true (DeGroot & Fienberg 1983); the
expected calibration error is the mean distance of the two, each row counting by its predictions (Naeini et al. 2015).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.models.recogniser_model import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.annotation import Example
    from goldspan.models.recogniser_model import ExamplePrediction

BINS = 10


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions of similar probabilities.

    Args:
        low, high: the probabilities; from `low`, below `high`, the last one up to 1.
        predictions: how many there are.
        mean: their mean probability.
        share: the share of them that is right.
    """

    low: float
    high: float
    predictions: int
    mean: float
    share: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration of some predictions.

    Args:
        predictions: how many there are.
        brier: their Brier score; None without predictions.
        constant: the Brier score of always saying the share that is right.
        error: the expected calibration error.
        bins: those with predictions, by probability.
    """

    predictions: int
    brier: float | None
    constant: float | None
    error: float | None
    bins: tuple[ReliabilityBin, ...]

    @property
    def skill(self) -> float | None:
        """The share of the constant forecast's Brier score that is saved; None where that is 0 or there is none."""
        return None if self.brier is None or not self.constant else 1 - self.brier / self.constant

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "predictions": self.predictions,
            "brier": self.brier,
            "constant": self.constant,
            "skill": self.skill,
            "error": self.error,
            "bins": [asdict(one) for one in self.bins],
        }


def calibration(pairs: Iterable[tuple[float, bool]], bins: int = BINS) -> Calibration:
    """The calibration of predictions.

    Args:
        pairs: the probability of each, and whether it is right.
        bins: of equal width between 0 and 1.
    """
    from sklearn.metrics import brier_score_loss

    table = np.array([(probability, right) for probability, right in pairs], dtype=np.float64).reshape(-1, 2)
    if not len(table):
        return Calibration(0, None, None, None, ())
    probabilities, right = table.T
    share = float(right.mean())
    number = np.minimum((probabilities * bins).astype(int), bins - 1)
    found = []
    for one in np.unique(number).tolist():
        inside = number == one
        found.append(
            ReliabilityBin(
                one / bins,
                (one + 1) / bins,
                int(inside.sum()),
                float(probabilities[inside].mean()),
                float(right[inside].mean()),
            )
        )
    return Calibration(
        predictions=len(table),
        brier=float(brier_score_loss(right, probabilities, pos_label=1)),
        constant=share * (1 - share),
        error=sum(one.predictions * abs(one.mean - one.share) for one in found) / len(table),
        bins=tuple(found),
    )


def span_calibration(gold: Iterable[Example], predictions: Mapping[str, ExamplePrediction]) -> Calibration:
    """Of all spans with a probability, predicted or not: is gold's span exactly this one?

    Args:
        gold: the examples; where nobody annotated, no prediction counts.
        predictions: by the id of an example.
    """
    pairs = []
    for example in gold:
        right = {(span.start, span.end, span.label) for span in example.spans}
        prediction = predictions[example.id]
        spans = example.judged((*prediction.spans, *prediction.candidates))
        pairs += [(span.probability, span[:3] in right) for span in spans]
    return calibration(pairs)


def token_calibration(gold: Iterable[Example], predictions: Mapping[str, ExamplePrediction]) -> Calibration:
    """Of the most probable label of each token, or that it is in no span: is that so in gold?

    Args:
        gold: the examples; where nobody annotated, no token counts.
        predictions: by the id of an example.
    """
    pairs = []
    for example in gold:
        prediction = predictions[example.id]
        best = prediction.probabilities.argmax(axis=1)
        unknown = example.unannotated_parts
        for (start, end), row, column in zip(prediction.tokens, prediction.probabilities, best, strict=True):
            if any(start < stop and begin < end for begin, stop in unknown):
                continue
            labels = {span.label for span in example.spans if span.start < end and start < span.end} or {OUTSIDE}
            pairs.append((float(row[column]), prediction.labels[column] in labels))
    return calibration(pairs)
