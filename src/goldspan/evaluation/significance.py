"""Confidence intervals of all measures, and the significance of the difference between two systems.

*Intervals* are those of the chosen method, see `goldspan.intervals`; the units are articles or examples.

*The difference* between two predictions in micro-averaged F1 has an interval and a p-value, both by unit. The interval
is that of the same method on the pairs: both predictions of a unit are left out, or drawn, together. The p-value is
that of approximate randomisation (Noreen 1989; Yeh 2000 for F1): if both systems were equally good, it would not matter
which of them made which prediction. So in each unit the two predictions are exchanged or not, at random, and p is how
often the difference becomes at least as large as the observed one, whatever its sign: (hits + 1) / (trials + 1). Only
units in which the counts differ matter; where they are few, every way of exchanging them is tried once, and p is exact.
Of m units with the same counts, a binomial draw with m and 1/2 decides how many are exchanged. p alone decides whether
a difference is called significant; the interval estimates its size, and where it says something else, the report says
which decides.

*The minimum detectable difference* is the one at which the test becomes significant: one that is smaller cannot be told
from chance on this corpus. A true difference of that size is found in about half of such corpora; to be found in 80 of
100 it must be larger, by the factor (t(.975) + t(.80)) / t(.975) (Bloom, Evaluation Review 1995). Of two systems it is
the critical value of their own randomisation test. For one system it is foreseen from its standard error by unit, for
another that varies as much and errs in other places: t(.975) · √2 · standard error. Systems that err in the same places
differ less by chance. Where no way of exchanging predictions is rare enough, there is none: with five units or fewer at
the level of 95 %, as 2 / 2⁵ > .05.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from goldspan.bootstrap import chunk_sizes, distinct_rows, f1, precision_recall_f1, ratio
from goldspan.errors import InvalidValueError
from goldspan.evaluation.result import MEASURES, SCHEMES
from goldspan.evaluation.scores import BLOCK, totals
from goldspan.intervals import intervals_of_sums
from goldspan.jackknife import effective_number, effective_number_of_mean, leave_one_out, quantiles
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from goldspan.bootstrap import Interval
    from goldspan.evaluation.result import MeasureName, Scheme
    from goldspan.evaluation.scores import DocumentCounts
    from goldspan.intervals import IntervalSettings

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

Bounds: TypeAlias = "Mapping[MeasureName, Interval]"
"""The intervals of precision, recall and F1."""


NEGLIGIBLE = 1e-12  # two F1 that differ by less are the same number, rounded twice
ROUNDED = 1e-6  # hundredths of a point that are lost in computing
SMALL = 0.001  # below it, the digits of p mean nothing


@dataclass(frozen=True, slots=True)
class ScoreIntervals:
    """The confidence intervals of an evaluation.

    Args:
        settings: of the method.
        units: how many there are.
        overall: per scheme, over all labels.
        macro: of the mean F1 over the labels, per scheme.
        labels: per scheme and label.
        detectable: per scheme the minimum detectable difference in F1 over all labels from a system that varies as much
            and errs in other places; None where there is none.
    """

    settings: IntervalSettings
    units: int
    overall: Mapping[Scheme, Bounds]
    macro: Mapping[Scheme, Interval]
    labels: Mapping[Scheme, Mapping[str, Bounds]]
    detectable: Mapping[Scheme, float | None]

    @property
    def sentence(self) -> str:
        """What the intervals are, and, where there are few units, how far to trust them."""
        return self.settings.sentence(self.units)

    def detectable_sentence(self, scheme: Scheme = "strict") -> str:
        """The difference from another system that this corpus can tell from chance, in words."""
        least, settings = self.detectable[scheme], self.settings
        if least is None and least_p(self.units) <= 1 - settings.level:
            these = amount(self.units, settings.unit)
            return f"Over {these} {scheme} F1 varies too little or too much to foresee a minimum detectable difference."
        found = _detectable_sentence(least, self.units, settings, scheme, foreseen=True)
        other = "if the other system errs in other places; of two systems, --baseline measures it"
        return found if least is None else f"{found.removesuffix('.')}, {other}.{_of_other_articles(settings)}"

    @property
    def missing(self) -> str:
        """Which labels have an F1 and no interval, and why; empty if none."""
        names = [
            label
            for label, bounds in self.labels["strict"].items()
            if bounds["f1"].low is None and 0 < bounds["f1"].undefined < self.units
        ]
        unit = self.settings.unit
        return f"No interval for {enumerate_names(names)}: only one {unit} has spans of the label." if names else ""

    def json(self) -> dict[str, Any]:
        """All of it by name, the intervals under `schemes`; null where there is none."""
        return {
            "unit": self.settings.unit,
            "units": self.units,
            "resamples": self.settings.drawn,
            "level": self.settings.level,
            "method": self.settings.method,
            "source": self.settings.source,
            "sentence": self.sentence,
            "detectable": {"sentence": self.detectable_sentence(), "schemes": dict(self.detectable)},
            "schemes": {
                scheme: {
                    "overall": _limits_by_name(bounds),
                    "macro_f1": _limits(self.macro[scheme]),
                    "labels": {label: _limits_by_name(row) for label, row in self.labels[scheme].items()},
                }
                for scheme, bounds in self.overall.items()
            },
        }


def intervals(counted: DocumentCounts, settings: IntervalSettings, units: Integers | None = None) -> ScoreIntervals:
    """The confidence intervals of all measures.

    Args:
        counted: of n documents.
        settings: of the method.
        units: the number of each document's unit, from 0 without gaps, shape (n,): the documents of one article
            are left out or drawn together. None if each document is a unit.

    Raises:
        InvalidValueError: where `units` do not fit the documents.
    """
    rows = totals(counted, units)
    times, distinct = distinct_rows(rows)
    effective = _effective_numbers(times, distinct)  # (1 + labels, measures)
    of_macro = np.minimum(effective[0, -1], np.full(len(SCHEMES), effective_number_of_mean(effective[1:, -1])))
    of_all = np.concatenate([np.repeat(effective[:, None], len(SCHEMES), axis=1).ravel(), of_macro])
    found = intervals_of_sums(distinct, settings, _measures, of_all, times=times)
    by_scheme = found[: -len(SCHEMES)].reshape(1 + len(counted.labels), len(SCHEMES), len(MEASURES))

    def bounds(block: int, number: int) -> Bounds:
        return dict(zip(MEASURES, by_scheme[block, number], strict=True))

    return ScoreIntervals(
        settings=settings,
        units=rows.shape[0],
        overall={scheme: bounds(0, number) for number, scheme in enumerate(SCHEMES)},
        macro=dict(zip(SCHEMES, found[-len(SCHEMES) :], strict=True)),
        labels={
            scheme: {label: bounds(1 + at, number) for at, label in enumerate(counted.labels)}
            for number, scheme in enumerate(SCHEMES)
        },
        detectable=_foreseen(times, distinct, effective[0, -1], settings),
    )


def _measures(sums: Numbers) -> Numbers:
    """From sums, shape (corpora, columns), to all measures of blocks, schemes and kinds, then macro F1 by scheme.

    Returns:
        Shape (corpora, (1 + labels) * schemes * 3 + schemes).
    """
    blocks = sums.reshape(len(sums), -1, BLOCK)
    found = precision_recall_f1(possible=blocks[..., :1], actual=blocks[..., 1:2], twice_credit=blocks[..., 2:])
    return np.concatenate([found.reshape(len(sums), -1), _mean(found[:, 1:, :, -1])], axis=1)


def _mean(scores: Numbers) -> Numbers:
    """The mean over the labels for which a score is defined; shape (corpora, schemes) from (corpora, labels, ...)."""
    defined = ~np.isnan(scores)
    return ratio(np.where(defined, scores, 0).sum(axis=1), defined.sum(axis=1))


def _effective_numbers(times: Integers, rows: Numbers) -> Numbers:
    """The effective numbers of units of precision, recall and F1; shape (blocks, 3)."""
    blocks = rows.reshape(len(rows), rows.shape[1] // BLOCK, BLOCK)
    possible, actual = blocks[..., 0], blocks[..., 1]
    return np.stack([effective_number(weights, times) for weights in (actual, possible, actual + possible)], axis=-1)


def _foreseen(
    times: Integers, rows: Numbers, effective: float, settings: IntervalSettings
) -> dict[Scheme, float | None]:
    """The minimum detectable difference from a system that varies as much and errs in other places, by scheme."""

    def overall(sums: Numbers) -> Numbers:
        return f1(sums[:, :1], sums[:, 1:2], sums[:, 2:BLOCK])

    with_spans = int(times[rows[:, :2].any(axis=1)].sum())
    errors = leave_one_out(times, rows, overall).standard_errors
    reach = np.sqrt(2) * quantiles(np.array(effective - 1), settings.level) * errors
    some = least_p(with_spans) <= 1 - settings.level
    return {
        scheme: float(one) if some and NEGLIGIBLE < one < 1 else None
        for scheme, one in zip(SCHEMES, reach, strict=True)
    }


def least_p(units: int) -> float:
    """The smallest two-sided p-value that exchanging predictions in so many units can give."""
    return min(1.0, 2.0 ** (1 - units))


def _limits_by_name(bounds: Bounds) -> dict[str, Any]:
    return {name: _limits(interval) for name, interval in bounds.items()}


def _limits(interval: Interval) -> dict[str, float] | None:
    """The limits by name; None where there is no interval."""
    return None if interval.low is None or interval.high is None else {"low": interval.low, "high": interval.high}


@dataclass(frozen=True, slots=True)
class F1Difference:
    """The micro-averaged F1 of a prediction and of the baseline by one scheme, and their difference.

    Args:
        f1: of the prediction; None where it is undefined. Where one of the two is undefined, so is the difference.
        baseline_f1: of the baseline.
        difference: the first minus the second.
        low: the lower limit of its interval; None where there is none.
        high: the upper limit.
        p_randomisation: two-sided, by approximate or exact randomisation.
        least_p: the smallest `p_randomisation` that so many differing units can give.
        differing: in how many units the counts of the two differ.
        detectable: the minimum detectable difference; None where none can be told from chance.
    """

    f1: float | None
    baseline_f1: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_randomisation: float | None
    least_p: float
    differing: int
    detectable: float | None


@dataclass(frozen=True, slots=True)
class SystemComparison:
    """A prediction against a baseline on the same gold.

    Args:
        settings: of the interval and of the randomisation; p is small if it is at most 1 - level.
        units: how many there are.
        exact: whether all ways of exchanging predictions were tried.
        schemes: the differences.
    """

    settings: IntervalSettings
    units: int
    exact: bool
    schemes: Mapping[Scheme, F1Difference]

    @property
    def method(self) -> str:
        """The names of the methods and their sources."""
        randomisation = "exact" if self.exact else "approximate"
        test = f"{randomisation} randomisation, Noreen 1989, Yeh 2000"
        return f"interval: {self.settings.source}, on the pairs; p: {test}"

    def sentence(self, scheme: Scheme = "strict") -> str:
        """Whether the difference is significant on a corpus of this size."""
        result, unit, largest_p = self.schemes[scheme], self.settings.unit, 1 - self.settings.level
        if result.difference is None or result.p_randomisation is None:
            return f"The {scheme} F1 is undefined, so there is no difference to test."
        if not result.differing:
            return f"The two have the same {scheme} counts in every {unit}: there is no difference."
        difference = f"The difference of {100 * result.difference:+.2f} points in {scheme} F1"
        units = f"{amount(self.units, unit)}, {result.differing:,} of them with different counts"
        p = _p(result.p_randomisation)
        if result.p_randomisation <= largest_p:
            return f"{difference} is significant on {units} ({p}).{self._decides(result, significant=True)}"
        if result.least_p > largest_p:
            too_few = f"with {self._scarcity(result)}, no difference is significant ({_p(result.least_p)} at best)"
            return f"{difference} cannot be tested on {units}: {too_few}.{self._decides(result, significant=False)}"
        verdict = f"{difference} is not significant on {units}: it may well be chance ({p})."
        return verdict + self._decides(result, significant=False)

    def _scarcity(self, result: F1Difference) -> str:
        """What there is too little of for any difference to be significant: units, or ways of exchanging them."""
        if least_p(result.differing) > 1 - self.settings.level:
            return "so few"
        return f"so few exchanges of predictions (--resamples {self.settings.resamples:,})"

    def _decides(self, result: F1Difference, *, significant: bool) -> str:
        """That p decides, where the interval of the difference suggests something else; empty otherwise."""
        if result.low is None or result.high is None or (result.low > 0 or result.high < 0) == significant:
            return ""
        which = "includes" if significant else "excludes"
        return f" The p-value decides, though the interval of the difference {which} 0: it estimates the size only."

    def detectable_sentence(self, scheme: Scheme = "strict") -> str:
        """The difference between the two that this corpus can tell from chance, in words; empty if nothing differs."""
        if not self.schemes[scheme].differing:
            return ""
        least = self.schemes[scheme].detectable
        if least is None and self._scarcity(self.schemes[scheme]) != "so few":
            return f"With {self._scarcity(self.schemes[scheme])} there is no minimum detectable difference."
        found = _detectable_sentence(least, self.units, self.settings, scheme)
        return found if least is None else f"{found}{_of_other_articles(self.settings)}"

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        keys = ("f1", "baseline_f1", "difference", "low", "high", "p_randomisation", "detectable")
        return {
            "unit": self.settings.unit,
            "units": self.units,
            "resamples": self.settings.resamples,
            "level": self.settings.level,
            "method": self.settings.method,
            "source": self.method,
            "sentence": self.sentence(),
            "detectable_sentence": self.detectable_sentence(),
            "schemes": {scheme: {key: getattr(one, key) for key in keys} for scheme, one in self.schemes.items()},
        }


def compare(
    counted: DocumentCounts, baseline: DocumentCounts, settings: IntervalSettings, units: Integers | None = None
) -> SystemComparison:
    """Compare two predictions on the same gold, by F1 over all labels.

    Args:
        counted: of the prediction, over n documents.
        baseline: of the other prediction, over the same documents.
        settings: of the interval and of the randomisation.
        units: the number of each document's unit, from 0 without gaps; shape (n,). None if each document is a unit.

    Raises:
        InvalidValueError: where the two were not counted against the same gold, or `units` do not fit the documents.
    """
    both = _side_by_side(totals(counted, units), totals(baseline, units))
    rng = np.random.default_rng(settings.seed)
    observed = _differences(np.asarray(both.sum(axis=0), np.float64).reshape(1, -1))[0]
    times, rows = distinct_rows(both)
    effective = effective_number(2 * rows[:, 0] + rows[:, 1] + rows[:, BLOCK], times)
    limits = intervals_of_sums(rows, settings, _differences, effective, times=times, scale="difference", rng=rng)
    exchanged, exact = _exchanged(both, settings.resamples, rng)
    schemes: dict[Scheme, F1Difference] = {}
    for number, scheme in enumerate(SCHEMES):
        values = observed[number], limits[number], exchanged[:, number]
        schemes[scheme] = _difference(both, number, values, settings.level, exact=exact)
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
    both: csr_array, number: int, values: tuple[float, Interval, Numbers], level: float, *, exact: bool
) -> F1Difference:
    """The difference under the scheme of a number: from the observed one, its interval, and those of exchanges."""
    observed, limits, exchanged = values
    sums = np.asarray(both.sum(axis=0), np.float64).reshape(1, -1)
    scores = [f1(sums[:, 0], sums[:, at], sums[:, at + 1 + number])[0] for at in (1, BLOCK)]
    change = both[:, [BLOCK, BLOCK + 1 + number]] - both[:, [1, 2 + number]]
    differing = int((change.count_nonzero(axis=1) > 0).sum())
    least = max(least_p(differing), 0 if exact else 1 / (exchanged.size + 1))
    if np.isnan(observed):
        first, second = (None if np.isnan(score) else float(score) for score in scores)
        return F1Difference(first, second, None, None, None, None, least, differing, None)
    sizes = np.sort(np.abs(exchanged))

    def p_of(differences: Numbers) -> Numbers:
        """Their p-values; few exchanges may by chance give less than all would."""
        hits = sizes.size - np.searchsorted(sizes, differences - NEGLIGIBLE)
        return np.maximum(least_p(differing), hits / sizes.size if exact else (hits + 1) / (sizes.size + 1))

    known = np.unique(np.append(sizes, abs(observed)))
    significant = known[(p_of(known) <= 1 - level) & (known > NEGLIGIBLE)]
    return F1Difference(
        f1=float(scores[0]),
        baseline_f1=float(scores[1]),
        difference=float(observed),
        low=limits.low,
        high=limits.high,
        p_randomisation=float(p_of(np.abs([observed]))[0]),
        least_p=least,
        differing=differing,
        detectable=float(significant[0]) if significant.size else None,
    )


def _detectable_sentence(
    difference: float | None, units: int, settings: IntervalSettings, scheme: Scheme, *, foreseen: bool = False
) -> str:
    these = f"one test {settings.unit}" if units == 1 else f"these {amount(units, f'test {settings.unit}')}"
    if difference is None:
        return f"With {these} no difference in {scheme} F1 can be told from chance: there is no minimum."
    points = 100 * difference
    least = f"about {points:.1f}" if foreseen else f"{floor(100 * points + ROUNDED) / 100:.2f}"  # never above itself
    return f"With {these} a difference under {least} points in {scheme} F1 cannot be told from chance."


def _of_other_articles(settings: IntervalSettings) -> str:
    """That examples tell nothing of other articles, where they are the unit, as with one article; else empty."""
    alone = " For other articles there is no minimum: examples of one article are alike."
    return "" if settings.unit == "article" else alone


def _p(value: float) -> str:
    return f"p = {value:.2g}" if value >= SMALL else f"p < {SMALL}"
