"""Confidence intervals of all measures, and the significance of the difference between two systems.

*Intervals* are percentile intervals of the nonparametric bootstrap (Efron and Tibshirani 1993, chapter 13): as many
units as the corpus has are drawn from it with replacement, the measures are computed on them, and the interval holds
the middle share of the results. The units are articles or examples; see `goldspan.bootstrap`.

*The difference* between two predictions in micro-averaged F1 has an interval and a p-value, both by unit. The interval
is that of the paired bootstrap: the same units are drawn for both. The p-value is that of approximate randomisation
(Noreen 1989; Yeh 2000 for F1): if both systems were equally good, it would not matter which of them made which
prediction. So in each unit the two predictions are exchanged or not, at random, and p is how often the difference
becomes at least as large as the observed one, whatever its sign: (hits + 1) / (trials + 1). Only units in which the
counts differ matter; where they are few, every way of exchanging them is tried once, and p is exact. Of m units with
the same counts, a binomial draw with m and 1/2 decides how many are exchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from goldspan import bootstrap
from goldspan.bootstrap import chunk_sizes, distinct_rows, f1, interval, precision_recall_f1, ratio, resampled
from goldspan.errors import InvalidValueError
from goldspan.evaluation.result import MEASURES, SCHEMES
from goldspan.evaluation.scores import BLOCK, totals
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from goldspan.bootstrap import BootstrapSettings, Interval
    from goldspan.evaluation.result import MeasureName, Scheme
    from goldspan.evaluation.scores import DocumentCounts

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

Bounds: TypeAlias = "Mapping[MeasureName, Interval]"
"""The intervals of precision, recall and F1."""


NEGLIGIBLE = 1e-12  # two F1 that differ by less are the same number, rounded twice
SMALL = 0.001  # below it, the digits of p mean nothing


@dataclass(frozen=True, slots=True)
class ScoreIntervals:
    """The confidence intervals of an evaluation.

    Args:
        settings: of the bootstrap.
        units: how many there are.
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
        """What the intervals are, and, where there are few units, how far to trust them."""
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
                    "overall": _limits_by_name(bounds),
                    "macro_f1": _limits(self.macro[scheme]),
                    "labels": {label: _limits_by_name(row) for label, row in self.labels[scheme].items()},
                }
                for scheme, bounds in self.overall.items()
            },
        }


def intervals(counted: DocumentCounts, settings: BootstrapSettings, units: Integers | None = None) -> ScoreIntervals:
    """The bootstrap confidence intervals of all measures.

    Args:
        counted: of n documents.
        settings: of the bootstrap.
        units: the number of each document's unit, from 0 without gaps, shape (n,): the documents of one article
            are drawn together. None if each document is a unit.

    Raises:
        InvalidValueError: where `units` do not fit the documents.
    """
    rows = totals(counted, units)
    times, distinct = distinct_rows(rows)
    values = resampled(distinct, settings, _measures, times=times)  # (resamples, 1 + labels, schemes, measures)
    macro = [interval(_mean(values[:, 1:, number, -1]), settings.edges) for number in range(len(SCHEMES))]
    return ScoreIntervals(
        settings=settings,
        units=rows.shape[0],
        overall={scheme: _row(values[:, 0, number], settings) for number, scheme in enumerate(SCHEMES)},
        macro=dict(zip(SCHEMES, macro, strict=True)),
        labels={
            scheme: {label: _row(values[:, 1 + at, number], settings) for at, label in enumerate(counted.labels)}
            for number, scheme in enumerate(SCHEMES)
        },
    )


def _measures(sums: Numbers) -> Numbers:
    """From sums, shape (resamples, columns), to measures, shape (resamples, 1 + labels, schemes, 3)."""
    blocks = sums.reshape(len(sums), -1, BLOCK)
    return precision_recall_f1(possible=blocks[..., :1], actual=blocks[..., 1:2], twice_credit=blocks[..., 2:])


def _mean(scores: Numbers) -> Numbers:
    """The mean over the labels for which a score is defined; shape (resamples,) from (resamples, labels)."""
    defined = ~np.isnan(scores)
    return ratio(np.where(defined, scores, 0).sum(axis=1), defined.sum(axis=1))


def _row(values: Numbers, settings: BootstrapSettings) -> dict[MeasureName, Interval]:
    return dict(zip(MEASURES, bootstrap.intervals(values, settings), strict=True))


def _limits_by_name(bounds: Bounds) -> dict[str, Any]:
    return {name: _limits(interval) for name, interval in bounds.items()}


def _limits(interval: Interval) -> dict[str, float] | None:
    """The limits by name; None where the measure was defined in no resample."""
    return None if interval.low is None or interval.high is None else {"low": interval.low, "high": interval.high}


@dataclass(frozen=True, slots=True)
class F1Difference:
    """The micro-averaged F1 of a prediction and of the baseline by one scheme, and their difference.

    Args:
        f1: of the prediction; None where it is undefined. Where one of the two is undefined, so is the difference.
        baseline_f1: of the baseline.
        difference: the first minus the second.
        low: the lower limit of its interval, by paired bootstrap.
        high: the upper limit.
        p_randomisation: two-sided, by approximate or exact randomisation.
        least_p: the smallest `p_randomisation` that so many differing units can give.
        differing: in how many units the counts of the two differ.
    """

    f1: float | None
    baseline_f1: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_randomisation: float | None
    least_p: float
    differing: int


@dataclass(frozen=True, slots=True)
class SystemComparison:
    """A prediction against a baseline on the same gold.

    Args:
        settings: of the bootstrap and of the randomisation; p is small if it is at most 1 - level.
        units: how many there are.
        exact: whether all ways of exchanging predictions were tried.
        schemes: the differences.
    """

    settings: BootstrapSettings
    units: int
    exact: bool
    schemes: Mapping[Scheme, F1Difference]

    @property
    def method(self) -> str:
        """The names of the methods and their sources."""
        randomisation = "exact" if self.exact else "approximate"
        test = f"{randomisation} randomisation, Noreen 1989, Yeh 2000"
        return f"interval: paired bootstrap, Efron & Tibshirani 1993; p: {test}"

    def sentence(self, scheme: Scheme = "strict") -> str:
        """Whether the difference is significant on a corpus of this size."""
        result, unit, largest_p = self.schemes[scheme], self.settings.unit, 1 - self.settings.level
        if result.difference is None or result.p_randomisation is None:
            return f"The {scheme} F1 is undefined, so there is no difference to test."
        if not result.differing:
            return f"The two have the same {scheme} counts in every {unit}: there is no difference."
        difference = f"The difference of {result.difference:+.4f} in {scheme} F1"
        units = f"{amount(self.units, unit)}, {result.differing:,} of them with different counts"
        p = _p(result.p_randomisation)
        if result.p_randomisation <= largest_p:
            return f"{difference} is significant on {units} ({p})."
        if result.least_p > largest_p:
            too_few = f"with so few, no difference is significant ({_p(result.least_p)} at best)"
            return f"{difference} cannot be tested on {units}: {too_few}."
        return f"{difference} is not significant on {units}: it may well be chance ({p})."

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        keys = ("f1", "baseline_f1", "difference", "low", "high", "p_randomisation")
        return {
            "unit": self.settings.unit,
            "units": self.units,
            "resamples": self.settings.resamples,
            "level": self.settings.level,
            "method": self.method,
            "sentence": self.sentence(),
            "schemes": {scheme: {key: getattr(one, key) for key in keys} for scheme, one in self.schemes.items()},
        }


def compare(
    counted: DocumentCounts, baseline: DocumentCounts, settings: BootstrapSettings, units: Integers | None = None
) -> SystemComparison:
    """Compare two predictions on the same gold, by F1 over all labels.

    Args:
        counted: of the prediction, over n documents.
        baseline: of the other prediction, over the same documents.
        settings: of the bootstrap and of the randomisation.
        units: the number of each document's unit, from 0 without gaps; shape (n,). None if each document is a unit.

    Raises:
        InvalidValueError: where the two were not counted against the same gold, or `units` do not fit the documents.
    """
    resamples = settings.resamples
    both = _side_by_side(totals(counted, units), totals(baseline, units))
    rng = np.random.default_rng(settings.seed)
    observed = _differences(np.asarray(both.sum(axis=0), np.float64).reshape(1, -1))[0]
    times, rows = distinct_rows(both)
    boot = resampled(rows, settings, _differences, times=times, rng=rng)
    exchanged, exact = _exchanged(both, resamples, rng)
    schemes: dict[Scheme, F1Difference] = {}
    for number, scheme in enumerate(SCHEMES):
        differences = observed[number], boot[:, number], exchanged[:, number]
        schemes[scheme] = _difference(both, number, differences, settings.edges, exact=exact)
    return SystemComparison(settings, both.shape[0], exact, schemes)


def _side_by_side(ours: csr_array, theirs: csr_array) -> csr_array:
    """Possible, then actual and credits of the first, then of the second; shape (units, 2 * BLOCK - 1)."""
    from scipy.sparse import csr_array, hstack

    if ours.shape[0] != theirs.shape[0] or (ours[:, [0]] - theirs[:, [0]]).count_nonzero():
        raise InvalidValueError(
            "the two predictions were not counted against the same gold",
            remedy="Count both on the same documents, in the same order.",
        )
    return csr_array(hstack([ours[:, :BLOCK], theirs[:, 1:BLOCK]]))


def _differences(sums: Numbers) -> Numbers:
    """The differences of F1; shape (n, schemes) from (n, 2 * BLOCK - 1)."""
    possible, ours, theirs = sums[:, :1], sums[:, 1:BLOCK], sums[:, BLOCK:]
    return f1(possible, ours[:, :1], ours[:, 1:]) - f1(possible, theirs[:, :1], theirs[:, 1:])


def _exchanged(both: csr_array, resamples: int, rng: np.random.Generator) -> tuple[Numbers, bool]:
    """The differences of F1 after exchanging the predictions in some units, and whether all ways were tried."""
    change = both[:, BLOCK:] - both[:, 1:BLOCK]
    times, rows = distinct_rows(change[change.count_nonzero(axis=1) > 0])
    base = np.asarray(both.sum(axis=0), np.float64)
    number = int(times.sum())
    exact = number < resamples.bit_length()  # there are at most as many ways as resamples
    ways: Iterator[Numbers] = _all_ways(times) if exact else _some_ways(times, resamples, rng)
    differences = []
    for exchanged in ways:
        shift = exchanged @ rows
        sums = np.concatenate([np.zeros((len(shift), 1)), shift, -shift], axis=1) + base
        differences.append(_differences(sums))
    return np.concatenate(differences), exact


def _all_ways(times: Integers) -> Iterator[Numbers]:
    """How many units of each row are exchanged, for all subsets of the units; shape (2 ** units, rows)."""
    units = int(times.sum())
    bits = np.arange(2**units)[:, None] >> np.arange(units) & 1
    kind = np.repeat(np.eye(times.size), times, axis=0)
    yield bits @ kind


def _some_ways(times: Integers, resamples: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """How many units of each row are exchanged at random; shape (some, rows)."""
    for count in chunk_sizes(resamples, times.size):
        yield rng.binomial(times, 0.5, (count, times.size)).astype(np.float64)


def _difference(
    both: csr_array,
    number: int,
    differences: tuple[float, Numbers, Numbers],
    edges: tuple[float, float],
    *,
    exact: bool,
) -> F1Difference:
    """The difference under the scheme of a number: from the observed one, those of resamples and of exchanges."""
    observed, boot, exchanged = differences
    sums = np.asarray(both.sum(axis=0), np.float64).reshape(1, -1)
    scores = [f1(sums[:, 0], sums[:, at], sums[:, at + 1 + number])[0] for at in (1, BLOCK)]
    change = both[:, [BLOCK, BLOCK + 1 + number]] - both[:, [1, 2 + number]]
    differing = int((change.count_nonzero(axis=1) > 0).sum())
    least = min(1.0, max(2.0 ** (1 - differing), 0 if exact else 1 / (exchanged.size + 1)))
    if np.isnan(observed):
        first, second = (None if np.isnan(score) else float(score) for score in scores)
        return F1Difference(first, second, None, None, None, None, least, differing)
    hits = int((np.abs(exchanged) >= abs(observed) - NEGLIGIBLE).sum())
    limits = interval(boot, edges)
    return F1Difference(
        f1=float(scores[0]),
        baseline_f1=float(scores[1]),
        difference=float(observed),
        low=limits.low,
        high=limits.high,
        p_randomisation=hits / exchanged.size if exact else (hits + 1) / (exchanged.size + 1),
        least_p=least,
        differing=differing,
    )


def _p(value: float) -> str:
    return f"p = {value:.2g}" if value >= SMALL else f"p < {SMALL}"
