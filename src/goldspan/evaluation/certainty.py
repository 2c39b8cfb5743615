"""How sure the measures are: bootstrap confidence intervals.

Percentile intervals of the nonparametric bootstrap (Efron and Tibshirani 1993, chapter 13): as many units as the
corpus has are drawn from it with replacement, the measures are taken anew, and the interval holds the middle share of
what came out. The units are articles, or examples. Examples of one article are alike, so intervals by example are too
narrow for the question how the system does on articles to come.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from goldspan.evaluation.comparison import Comparison, Difference, compare
from goldspan.evaluation.result import SCHEMES
from goldspan.evaluation.totals import BLOCK, totals
from goldspan.resampling import Interval, drawn, f1, interval, kinds, ratio, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from goldspan.evaluation.measure import Counted
    from goldspan.evaluation.result import Scheme

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

__all__ = ["Comparison", "Difference", "Interval", "Intervals", "Measure", "compare", "intervals"]

Measure = Literal["precision", "recall", "f1"]
MEASURES: tuple[Measure, ...] = ("precision", "recall", "f1")
FEW = 20  # units below which percentile intervals are known to be too narrow


@dataclass(frozen=True, slots=True)
class Intervals:
    """The confidence intervals of an evaluation.

    Args:
        unit: what was drawn, e.g. "article".
        units: how many there are.
        resamples: how many corpora were drawn.
        level: the share of the resamples that an interval holds, e.g. 0.95.
        overall: per scheme and measure.
        macro: of the mean F1 over the labels, per scheme.
        labels: per scheme, label and measure.
    """

    unit: str
    units: int
    resamples: int
    level: float
    overall: Mapping[Scheme, Mapping[Measure, Interval]]
    macro: Mapping[Scheme, Interval]
    labels: Mapping[Scheme, Mapping[str, Mapping[Measure, Interval]]]

    @property
    def sentence(self) -> str:
        """What was done, and what to think of it."""
        said = (
            f"{self.level:.0%} intervals by {self.unit}: percentiles of {self.resamples:,} bootstrap resamples of "
            f"{self.units:,} {self.unit}{'' if self.units == 1 else 's'}."
        )
        few = f" So few {self.unit}s make them too narrow: read them as the least that is uncertain."
        return said + few if self.units < FEW else said

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return asdict(self) | {"sentence": self.sentence}


def intervals(
    counted: Counted,
    units: Integers | None = None,
    resamples: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
    *,
    unit: str | None = None,
) -> Intervals:
    """The bootstrap confidence intervals of all measures.

    Args:
        counted: of n documents.
        units: the number of each document's unit, from 0 without gaps, shape (n,): the documents of one article
            are drawn together. None to draw each document by itself.
        resamples: how many corpora are drawn.
        level: the share of them that an interval holds.
        seed: of the random numbers; the same gives the same intervals.
        unit: what a unit is called; by default "article", or "example" where `units` is None.

    Raises:
        ValueRefused: where `units` do not fit the documents, for no resamples, and for a level outside (0, 1).
    """
    refuse(resamples, level)
    rows = totals(counted, units)
    times, distinct = kinds(rows)
    parts = [_measures(sums) for sums in drawn(times, distinct, resamples, np.random.default_rng(seed))]
    found = np.concatenate(parts)  # (resamples, 1 + labels, schemes, measures)
    edges = ((1 - level) / 2, (1 + level) / 2)
    return Intervals(
        unit=unit or ("example" if units is None else "article"),
        units=rows.shape[0],
        resamples=resamples,
        level=level,
        overall={scheme: _row(found[:, 0, number], edges) for number, scheme in enumerate(SCHEMES)},
        macro={scheme: interval(_mean(found[:, 1:, number, -1]), edges) for number, scheme in enumerate(SCHEMES)},
        labels={
            scheme: {label: _row(found[:, 1 + at, number], edges) for at, label in enumerate(counted.labels)}
            for number, scheme in enumerate(SCHEMES)
        },
    )


def _measures(sums: Numbers) -> Numbers:
    """From sums, shape (resamples, columns), to measures, shape (resamples, 1 + labels, schemes, 3)."""
    blocks = sums.reshape(len(sums), -1, BLOCK)
    possible, actual, twice = blocks[..., :1], blocks[..., 1:2], blocks[..., 2:]
    return np.stack([ratio(twice, 2 * actual), ratio(twice, 2 * possible), f1(possible, actual, twice)], axis=-1)


def _mean(scores: Numbers) -> Numbers:
    """The mean over the labels for which a score is defined; shape (resamples,) from (resamples, labels)."""
    defined = ~np.isnan(scores)
    return ratio(np.where(defined, scores, 0).sum(axis=1), defined.sum(axis=1))


def _row(found: Numbers, edges: tuple[float, float]) -> dict[Measure, Interval]:
    return {name: interval(found[:, number], edges) for number, name in enumerate(MEASURES)}
