"""Confidence intervals from corpora that each lack one article or example: the jackknife with Student's t.

The standard error of a measure is that of the delete-one jackknife (Efron and Tibshirani 1993, chapter 11): the
measure is computed without each unit in turn, and sqrt((n - 1) / n * sum of squared differences from the whole)
estimates how much it varies from one corpus of n units to the next. All measures are ratios of sums over units, so
that a corpus without a unit is the sums minus one row, and units with the same counts are computed once.

The interval is symmetric on a scale on which sampling is nearly so, and is then taken back, so that it never leaves
the range of the measure: the logit for shares, which lie between 0 and 1, and Fisher's z (1921) for coefficients and
differences, which lie between -1 and 1. The standard error goes to that scale by the delta method.

The quantile is that of Student's t. Its degrees of freedom are those of the *effective number* of units less one:
Kish's (1965) (Σ w)² / Σ w², where w is how much of the measure's denominator a unit has. Ten articles of which two
have most of the spans tell about as much as two or three. One degree of freedom is the least there is. A mean of
measures, over labels or over pairs of annotators, may have fewer than its units have together: where the measure of
one pair rests on two articles, most of the variation of the mean is that of this pair, and Satterthwaite's (1946)
formula says how little is known of it.

Where a measure is the same without each unit, as where everything is right, there is no variation to estimate. A share
then has the interval of Clopper and Pearson (1934) with each effective unit as one trial, the widest that values
between 0 and 1 allow: of five articles without an error the true share may well be a half, if errors come by the
article.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from goldspan.bootstrap import chunk_sizes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

Scale = Literal["share", "coefficient", "difference"]
ALIKE = 1e-9  # a standard error below it is that of equal values, rounded differently


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """What measures come to on a corpus, and how much on the corpora that each lack one of its units.

    Args:
        values: on the whole; NaN where undefined.
        squares: the sum over the units of the squared difference that leaving it out makes.
        undefined: without how many of the units it is undefined.
        units: how many there are; one number for all, or as many as there are values.
    """

    values: Numbers
    squares: Numbers
    undefined: Numbers
    units: Numbers

    @property
    def standard_errors(self) -> Numbers:
        """The jackknife's; NaN where the measure is undefined, also if only without some unit."""
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.sqrt((self.units - 1) / self.units * self.squares)
        return np.where((self.undefined > 0) | np.isnan(self.values), np.nan, errors)


def leave_one_out(times: Integers, rows: Numbers, measure: Callable[[Numbers], Numbers]) -> LeaveOneOut:
    """Measures of a corpus, and of it without each of its units.

    Args:
        times: how often each of k distinct rows occurs; they sum to the number of units.
        rows: what a unit adds to the sums; shape (k, columns).
        measure: from sums, shape (corpora, columns), to values, shape (corpora, ...).
    """
    total = times @ rows
    values = measure(total[None])[0]
    squares, undefined = np.zeros(values.shape), np.zeros(values.shape)
    begin = 0
    for size in chunk_sizes(len(rows), max(total.size, values.size)):
        part = slice(begin, begin + size)
        begin += size
        changes = measure(total - rows[part]) - values
        missing = np.isnan(changes)
        squares += np.tensordot(times[part], np.where(missing, 0, changes) ** 2, axes=1)
        undefined += np.tensordot(times[part], missing, axes=1)
    return LeaveOneOut(
        values, squares, np.where(np.isnan(values), times.sum(), undefined), np.array(float(times.sum()))
    )


def effective_number(weights: Numbers, times: Integers) -> Numbers:
    """How many equally large units would tell as much, by Kish (1965); shape (...), 0 where nothing has any weight.

    Args:
        weights: of each distinct row; shape (k, ...).
        times: how often each occurs; shape (k,).
    """
    return kish(np.tensordot(times, weights, axes=1), np.tensordot(times, weights**2, axes=1))


def kish(sums: Numbers, squares: Numbers) -> Numbers:
    """The effective number of units, from the sums of their weights and of the squares of these."""
    return np.divide(sums**2, squares, out=np.zeros(np.shape(sums)), where=squares > 0)


def effective_number_of_mean(effective: Numbers) -> Numbers:
    """The effective number of units of a mean of measures, of which some may rest on few units.

    The variance of a mean is made up of those of the measures, which go as one over their effective numbers; its
    degrees of freedom are those of Satterthwaite (1946), and at most those of the measure with the most units.

    Args:
        effective: of each measure; 0 for one that does not count. Shape (measures, ...).

    Returns:
        Shape (...).
    """
    counts = effective > 0
    variance = np.divide(1, effective, out=np.zeros(effective.shape), where=counts)
    spread = (variance**2 / np.maximum(1, effective - 1)).sum(axis=0)
    freedom = np.divide(variance.sum(axis=0) ** 2, spread, out=np.zeros(spread.shape), where=spread > 0)
    return np.asarray(np.minimum(effective.max(axis=0, initial=0), freedom + 1))


def quantiles(freedom: Numbers, level: float) -> Numbers:
    """How many standard errors an interval reaches to either side, by Student's t; at least one degree of freedom."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(1.0, freedom), (1 + level) / 2))


def t_limits(found: LeaveOneOut, effective: Numbers, level: float, scale: Scale) -> tuple[Numbers, Numbers]:
    """The lower and the upper limits of measures; NaN where there is no interval.

    There is none where a measure is undefined, or would be without one of the units; for a single unit; and where a
    difference, or a coefficient below 0, is the same without each.

    Args:
        found: the measures, and how much they change.
        effective: the effective numbers of units.
        level: how sure an interval is, e.g. 0.95.
        scale: what kind of measures they are.
    """
    errors, values = found.standard_errors, found.values
    reach = quantiles(effective - 1, level) * errors
    least = 0.0 if scale == "share" else -1.0
    inside = (values > least) & (values < 1)
    middle = np.where(inside, values, (least + 1) / 2)
    width = 1 - least
    with np.errstate(over="ignore", invalid="ignore"):
        centre = np.log((middle - least) / (1 - middle))
        away = reach * width / ((middle - least) * (1 - middle))
        low, high = (least + width * _expit(centre + side) for side in (-away, away))
    low, high = np.where(inside, low, values - reach), np.where(inside, high, np.minimum(1, values + reach))
    alike = errors <= ALIKE
    if alike.any():
        least_sure, surest = _proportion_limits(values, effective, level, exists=scale != "difference")
        low, high = np.where(alike, least_sure, low), np.where(alike, surest, high)
    several = np.broadcast_to(found.units >= 2, low.shape)
    return np.where(several, low, np.nan), np.where(several, high, np.nan)


def _expit(values: Numbers) -> Numbers:
    from scipy.special import expit

    return np.asarray(expit(values))


def _proportion_limits(shares: Numbers, trials: Numbers, level: float, *, exists: bool) -> tuple[Numbers, Numbers]:
    """The interval of Clopper and Pearson (1934) for shares of so many trials, whole numbers or not; NaN for others."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    inside = exists & (shares >= -ALIKE) & (shares <= 1 + ALIKE)
    right = np.clip(np.where(inside, shares, 0), 0, 1) * trials
    wrong = trials - right
    low = np.where(right > 0, betaincinv(np.maximum(right, 1e-300), wrong + 1, tail), 0.0)
    high = np.where(wrong > 0, betaincinv(right + 1, np.maximum(wrong, 1e-300), 1 - tail), 1.0)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)
