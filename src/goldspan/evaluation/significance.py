"""Whether one prediction is better than another on the same gold, or was lucky with these documents.

The difference of micro-averaged F1 has a p-value and an interval, both by unit (article or example):

*Approximate randomisation* (Noreen 1989; Yeh 2000 for F1) gives the p-value. If both systems were equally good, it
would not matter which of the two gave which prediction. So in each unit the two predictions change places or not, at
random, and p is how often the difference becomes at least as large as the real one, whichever its sign:
(hits + 1) / (trials + 1). Only units in which the counts differ matter; where they are few, every way of changing
places is tried, once each, and p is exact.

*Paired bootstrap* (Efron and Tibshirani 1993) gives the interval. The same units are drawn for both, and the interval
holds the middle share of the differences.

The multiplicities are drawn for each kind of unit rather than unit by unit, which gives the same in law: see
`resampling`; of m units alike, as many change places as a binomial draw with m and 1/2 says.

How sure the measures are: bootstrap confidence intervals.

Percentile intervals of the nonparametric bootstrap (Efron and Tibshirani 1993, chapter 13): as many units as the
corpus has are drawn from it with replacement, the measures are taken anew, and the interval holds the middle share of
what came out. The units are articles, or examples. Examples of one article are alike, so intervals by example are too
narrow for the question how the system does on articles to come.
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


@dataclass(frozen=True, slots=True)
class ScoreIntervals:
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


def intervals(counted: DocumentCounts, settings: BootstrapSettings, units: Integers | None = None) -> ScoreIntervals:
    """The bootstrap confidence intervals of all measures.

    Args:
        counted: of n documents.
        settings: how corpora are drawn.
        units: the number of each document's unit, from 0 without gaps, shape (n,): the documents of one article
            are drawn together. None to draw each document by itself.

    Raises:
        InvalidValueError: where `units` do not fit the documents.
    """
    rows = totals(counted, units)
    times, distinct = distinct_rows(rows)
    found = resampled(distinct, settings, _measures, times=times)  # (resamples, 1 + labels, schemes, measures)
    macro = [interval(_mean(found[:, 1:, number, -1]), settings.edges) for number in range(len(SCHEMES))]
    return ScoreIntervals(
        settings=settings,
        units=rows.shape[0],
        overall={scheme: _row(found[:, 0, number], settings) for number, scheme in enumerate(SCHEMES)},
        macro=dict(zip(SCHEMES, macro, strict=True)),
        labels={
            scheme: {label: _row(found[:, 1 + at, number], settings) for at, label in enumerate(counted.labels)}
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


def _row(found: Numbers, settings: BootstrapSettings) -> dict[MeasureName, Interval]:
    return dict(zip(MEASURES, bootstrap.intervals(found, settings), strict=True))


def _ends(bounds: Bounds) -> dict[str, Any]:
    return {name: _limits(one) for name, one in bounds.items()}


def _limits(one: Interval) -> dict[str, float] | None:
    """The limits by name; None where the measure was defined in no resample."""
    return None if one.low is None or one.high is None else {"low": one.low, "high": one.high}


NEGLIGIBLE = 1e-12  # two F1 that differ by less are the same number, rounded twice
SMALL = 0.001  # below which the digits of p say nothing


@dataclass(frozen=True, slots=True)
class F1Difference:
    """The micro-averaged F1 of a prediction by one scheme, and how far that of the baseline is from it.

    Args:
        f1: of the prediction; None where it is undefined. Where one of the two is, the difference is, too.
        baseline_f1: of the baseline.
        difference: the first less the second.
        low: the lower limit of its interval, by paired bootstrap.
        high: the upper limit.
        p_randomisation: two-sided, by approximate or exact randomisation.
        least_p: the smallest `p_randomisation` that so many differing units can give at all.
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
        settings: how corpora were drawn, and how often units changed places; 1 - level is how small p must be.
        units: how many units there are.
        exact: whether all ways of changing places were tried.
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
        """Whether the difference means anything on a corpus of this size."""
        found, unit, largest_p = self.schemes[scheme], self.settings.unit, 1 - self.settings.level
        if found.difference is None or found.p_randomisation is None:
            return f"There is no {scheme} F1 to compare: it is undefined."
        if not found.differing:
            return f"The two make the same {scheme} counts in every {unit}: there is no difference."
        gap = f"A difference of {found.difference:+.4f} in {scheme} F1"
        size = f"on {self.units:,} {unit}s, of which {found.differing:,} differ,"
        if found.p_randomisation <= largest_p:
            return f"{gap} {size} is more than chance would bring ({_p(found.p_randomisation)})."
        if found.least_p > largest_p:
            least = f"so few could show no difference at all ({_p(found.least_p)} at the least)"
            return f"{gap} means nothing: {size} {least}."
        return f"{gap} {size} may well be chance ({_p(found.p_randomisation)}): it means nothing yet."

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
        settings: how corpora are drawn, and how often units change places.
        units: the number of each document's unit, from 0 without gaps; shape (n,). None for each document alone.

    Raises:
        InvalidValueError: where the two were not counted against the same gold, and as `intervals` does.
    """
    resamples = settings.resamples
    both = _side_by_side(totals(counted, units), totals(baseline, units))
    rng = np.random.default_rng(settings.seed)
    real = _differences(np.asarray(both.sum(axis=0), np.float64).reshape(1, -1))[0]
    times, rows = distinct_rows(both)
    boot = resampled(rows, settings, _differences, times=times, rng=rng)
    swaps, exact = _swapped(both, resamples, rng)
    schemes: dict[Scheme, F1Difference] = {}
    for number, scheme in enumerate(SCHEMES):
        found = real[number], boot[:, number], swaps[:, number]
        schemes[scheme] = _difference(both, number, found, settings.edges, exact=exact)
    return SystemComparison(settings, both.shape[0], exact, schemes)


def _side_by_side(ours: csr_array, theirs: csr_array) -> csr_array:
    """Possible, then actual and credits of one, then those of the other; shape (units, 2 * BLOCK - 1)."""
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


def _swapped(both: csr_array, resamples: int, rng: np.random.Generator) -> tuple[Numbers, bool]:
    """The differences of F1 after some units changed places, and whether all ways were tried."""
    change = both[:, BLOCK:] - both[:, 1:BLOCK]
    times, rows = distinct_rows(change[change.count_nonzero(axis=1) > 0])
    base = np.asarray(both.sum(axis=0), np.float64)
    number = int(times.sum())
    exact = number < resamples.bit_length()  # that is, there are no more ways than that
    ways: Iterator[Numbers] = _all_ways(times) if exact else _some_ways(times, resamples, rng)
    found = []
    for moved in ways:
        shift = moved @ rows
        sums = np.concatenate([np.zeros((len(shift), 1)), shift, -shift], axis=1) + base
        found.append(_differences(sums))
    return np.concatenate(found), exact


def _all_ways(times: Integers) -> Iterator[Numbers]:
    """How many units of each kind change places, for all subsets of the units; shape (2 ** units, kinds)."""
    units = int(times.sum())
    bits = np.arange(2**units)[:, None] >> np.arange(units) & 1
    kind = np.repeat(np.eye(times.size), times, axis=0)
    yield bits @ kind


def _some_ways(times: Integers, resamples: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """The same by chance; shape (some, kinds)."""
    for count in chunk_sizes(resamples, times.size):
        yield rng.binomial(times, 0.5, (count, times.size)).astype(np.float64)


def _difference(
    both: csr_array, number: int, found: tuple[float, Numbers, Numbers], edges: tuple[float, float], *, exact: bool
) -> F1Difference:
    """The difference under the scheme of a number, from the real one, those of resamples and those of swaps."""
    real, boot, swaps = found
    sums = np.asarray(both.sum(axis=0), np.float64).reshape(1, -1)
    scores = [f1(sums[:, 0], sums[:, at], sums[:, at + 1 + number])[0] for at in (1, BLOCK)]
    change = both[:, [BLOCK, BLOCK + 1 + number]] - both[:, [1, 2 + number]]
    differing = int((change.count_nonzero(axis=1) > 0).sum())
    least = min(1.0, max(2.0 ** (1 - differing), 0 if exact else 1 / (swaps.size + 1)))
    if np.isnan(real):
        first, second = map(_defined, scores)
        return F1Difference(first, second, None, None, None, None, least, differing)
    hits = int((np.abs(swaps) >= abs(real) - NEGLIGIBLE).sum())
    within = interval(boot, edges)
    return F1Difference(
        f1=float(scores[0]),
        baseline_f1=float(scores[1]),
        difference=float(real),
        low=within.low,
        high=within.high,
        p_randomisation=hits / swaps.size if exact else (hits + 1) / (swaps.size + 1),
        least_p=least,
        differing=differing,
    )


def _defined(score: float) -> float | None:
    return None if np.isnan(score) else float(score)


def _p(value: float) -> str:
    return f"p = {value:.2g}" if value >= SMALL else f"p < {SMALL}"
