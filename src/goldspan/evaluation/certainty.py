"""How sure the measures are: bootstrap confidence intervals.

Percentile intervals of the nonparametric bootstrap (Efron and Tibshirani 1993, chapter 13): as many units as the
corpus has are drawn from it with replacement, the measures are taken anew, and the interval holds the middle share of
what came out. The units are articles, or examples. Examples of one article are alike, so intervals by example are too
narrow for the question how the system does on articles to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from goldspan.evaluation.result import SCHEMES
from goldspan.evaluation.totals import BLOCK, totals
from goldspan.resampling import drawn, f1, interval, kinds, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from goldspan.evaluation.measure import Counted
    from goldspan.evaluation.result import Scheme
    from goldspan.resampling import BootstrapSettings, Interval

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

Measure = Literal["precision", "recall", "f1"]
MEASURES: tuple[Measure, ...] = ("precision", "recall", "f1")
Bounds: TypeAlias = "Mapping[Measure, Interval]"
"""The intervals of precision, recall and F1."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """The confidence intervals of an evaluation.

    Args:
        settings: how corpora were drawn.
        units: how many there are to draw from.
        overall: per scheme, over all labels.
        macro: of the mean F1 over the labels, per scheme.
        labels: per scheme and label.
    """

    settings: BootstrapSettings
    units: int
    overall: Mapping[Scheme, Bounds]
    macro: Mapping[Scheme, Interval]
    labels: Mapping[Scheme, Mapping[str, Bounds]]

    @property
    def method(self) -> str:
        """The name of the method and its source."""
        return "percentile bootstrap, Efron & Tibshirani 1993"

    @property
    def sentence(self) -> str:
        """What the intervals are, and how far to trust them."""
        return self.settings.sentence(self.units)

    def json(self) -> dict[str, Any]:
        """All of it by name, the intervals under `schemes`; null where a measure was defined in no resample."""
        return {
            "unit": self.settings.unit,
            "units": self.units,
            "resamples": self.settings.resamples,
            "level": self.settings.level,
            "method": self.method,
            "sentence": self.sentence,
            "schemes": {
                scheme: {
                    "overall": _ends(bounds),
                    "macro_f1": _limits(self.macro[scheme]),
                    "labels": {label: _ends(row) for label, row in self.labels[scheme].items()},
                }
                for scheme, bounds in self.overall.items()
            },
        }


def intervals(counted: Counted, settings: BootstrapSettings, units: Integers | None = None) -> Intervals:
    """The bootstrap confidence intervals of all measures.

    Args:
        counted: of n documents.
        settings: how corpora are drawn.
        units: the number of each document's unit, from 0 without gaps, shape (n,): the documents of one article
            are drawn together. None to draw each document by itself.

    Raises:
        ValueRefused: where `units` do not fit the documents.
    """
    rows = totals(counted, units)
    times, distinct = kinds(rows)
    rng = np.random.default_rng(settings.seed)
    parts = [_measures(sums) for sums in drawn(times, distinct, settings.resamples, rng)]
    found = np.concatenate(parts)  # (resamples, 1 + labels, schemes, measures)
    edges = settings.edges
    return Intervals(
        settings=settings,
        units=rows.shape[0],
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


def _ends(bounds: Bounds) -> dict[str, Any]:
    return {name: _limits(one) for name, one in bounds.items()}


def _limits(one: Interval) -> dict[str, float] | None:
    """The limits by name; None where the measure was defined in no resample."""
    return None if one.low is None or one.high is None else {"low": one.low, "high": one.high}
