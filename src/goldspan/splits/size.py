"""How much a test split can tell."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDEST = 0.1  # ten points: less than what separates systems is then unseen
RECALL = 0.8
CONFIDENCE = 0.95
NAMED = 4  # labels that the sentence names
FEWEST = 2


def wilson(proportion: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The score interval of a proportion seen in n trials; from 0 to 1 if there were none.

    Wilson (1927, "Probable inference, the law of succession, and statistical inference"): with z the normal quantile,
    (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n).
    """
    if not n:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = proportion + z * z / (2 * n)
    half = z * math.sqrt(proportion * (1 - proportion) / n + z * z / (4 * n * n))
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def too_small(spans: Mapping[str, int], groups: int, widest: float = WIDEST, recall: float = RECALL) -> str | None:
    """Why a test split is too small for its scores to mean much, as a sentence; None if it is not.

    It is too small if a recall measured on the spans of a label has a 95 % interval wider than `widest`, even if each
    span counts as a trial of its own; spans of one article are alike, so the truth is wider. Precision, and F1 with it,
    is no better known. It is too small, too, if all of it comes from one source: nothing then tells how much scores
    vary from article to article.

    Args:
        spans: per label the number of spans in the test split, 0 included.
        groups: the number of groups of near-duplicate articles in it.
        widest: how wide the interval may be.
        recall: the recall for which it is taken.
    """
    intervals = {label: wilson(recall, n) for label, n in spans.items()}
    wide = [label for label, (low, high) in intervals.items() if high - low > widest]
    wide.sort(key=lambda label: (spans[label], label))
    reasons = []
    if wide:
        ranges = [f"{_range(intervals[label])} for {label} ({spans[label]:,} spans)" for label in wide[:NAMED]]
        rest = [f"{len(wide) - NAMED} more labels are no better"] if len(wide) > NAMED else []
        reasons.append(
            f"a recall measured as {recall:.2f} means, at {CONFIDENCE:.0%} confidence and if spans were independent, "
            f"{'; '.join([*ranges, *rest])} (Wilson 1927)"
        )
    if groups < FEWEST:
        reasons.append(f"it holds {groups} independent article(s), which cannot show how much scores vary between them")
    if not reasons:
        return None
    return f"The test split is too small to mean much: {'; and '.join(reasons)}. Cross-validate over the folds as well."


def _range(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"
