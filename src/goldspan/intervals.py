"""Confidence intervals of measures that are functions of sums over articles or examples: the methods, and their words.

`jackknife-t`, the default, covers what it says it does with few articles as with many; see `goldspan.jackknife`.
`percentile` holds the middle share of what the measure comes to on resampled corpora (Efron and Tibshirani 1993,
chapter 13); with few articles it is too narrow. `COVERAGE` has the shares of simulated corpora in which either held
the true value, and docs/intervals.md all that was simulated, with other methods and other kinds of corpora.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from goldspan.bootstrap import Interval, intervals_of_rows, resampled
from goldspan.errors import InvalidValueError
from goldspan.jackknife import leave_one_out, t_limits
from goldspan.report.text import amount, level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from goldspan.bootstrap import Unit
    from goldspan.jackknife import Integers, Numbers, Scale

Method = Literal["jackknife-t", "percentile"]
METHODS: tuple[Method, ...] = get_args(Method)
SOURCES: Mapping[Method, str] = {
    "jackknife-t": "delete-one jackknife, Efron & Tibshirani 1993, with Student's t on the logit or Fisher's z",
    "percentile": "percentile bootstrap, Efron & Tibshirani 1993",
}
COVERAGE: Mapping[Method, Mapping[int, float]] = {
    "jackknife-t": {2: 0.96, 3: 0.96, 5: 0.96, 10: 0.95, 20: 0.94, 30: 0.95, 100: 0.94},
    "percentile": {2: 0.48, 3: 0.70, 5: 0.81, 10: 0.87, 20: 0.90, 30: 0.92, 100: 0.93},
}
"""By method and number of articles: in which share of simulated corpora 95 % intervals held the true value.

The lower of F1 and agreement in corpora of the kind `typical`; a test simulates them again.
"""
ENOUGH = 0.93  # the least coverage with which 95 % intervals are not called too narrow
SMALL = 30  # units below which it is said beside the intervals what was simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalSettings:
    """How the intervals are computed, and the significance of differences.

    Args:
        unit: what is left out, resampled or exchanged.
        method: of the intervals.
        resamples: how many corpora are drawn by methods that resample, and in how many ways predictions are exchanged.
        level: how sure the intervals are, e.g. 0.95.
        seed: of the random numbers; the same gives the same intervals.

    Raises:
        InvalidValueError: for an unknown method, for no resamples, and for a level outside (0, 1).
    """

    unit: Unit
    method: Method = "jackknife-t"
    resamples: int
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InvalidValueError(
                f"there is no method of intervals {self.method!r}", remedy=f"The methods are {', '.join(METHODS)}."
            )
        if self.resamples < 1:
            raise InvalidValueError(
                f"there must be one resample at least, not {self.resamples}", remedy="Take 10,000 for a report."
            )
        if not 0 < self.level < 1:
            raise InvalidValueError(
                f"a level must lie between 0 and 1, unlike {self.level}", remedy="Take 0.95, for 95 %."
            )

    @property
    def edges(self) -> tuple[float, float]:
        """The shares of the resamples below the lower and the upper limit of an interval."""
        return (1 - self.level) / 2, (1 + self.level) / 2

    @property
    def source(self) -> str:
        """The method in words, and where it is from."""
        return SOURCES[self.method]

    @property
    def definition(self) -> str:
        """How the intervals are computed, in words, with the source."""
        if self.method == "percentile":
            how = (
                f"Of {self.resamples:,} corpora drawn from this one with replacement, {self.unit} by {self.unit}, the "
                f"middle {level(self.level)} lie within"
            )
        else:
            how = (
                f"What leaving out each {self.unit} changes shows how much the measure varies; the fewer {self.unit}s "
                "there are, and the more unequal, the wider the interval. Where nothing changes, as without an error, "
                f"each {self.unit} counts as one trial of a proportion"
            )
        return f"{how}. {self.source[0].upper()}{self.source[1:]}."

    @property
    def drawn(self) -> int | None:
        """How many corpora are drawn for an interval; None by a method that draws none."""
        return self.resamples if self.method == "percentile" else None

    def is_too_narrow(self, units: int) -> bool:
        """Whether intervals of so many units hold the true value too rarely, by the next smaller size simulated."""
        return self._simulated(units)[1] < ENOUGH

    def sentence(self, units: int) -> str:
        """What the intervals are, and, where there are few units, how far to trust them.

        Args:
            units: how many there are.
        """
        of = amount(units, self.unit)
        if self.method == "percentile":
            what = f"percentiles of {amount(self.resamples, 'bootstrap resample')} of {of}."
        elif units < 2:
            return f"There are no intervals: they show how much {self.unit}s differ, and there is only {of}."
        else:
            what = f"Student's t with the standard error of the jackknife over {of}."
        return f"{level(self.level)} intervals by {self.unit}: {what}{self._trust(units)}"

    def _trust(self, units: int) -> str:
        """How far to trust the intervals of few units; empty for many."""
        size, share = self._simulated(units)
        simulated = (
            f"in simulated corpora of {size} {self.unit}s, 95% intervals held the true value {100 * share:.0f} times "
            "in 100 (goldspan help intervals)."
        )
        if self.is_too_narrow(units):
            return f" With so few {self.unit}s they are too narrow: the uncertainty is larger than shown; {simulated}"
        if units >= SMALL:
            return ""
        others = "" if self.unit == "article" else " are about other examples like these, and"
        return f" They{others} hold with few {self.unit}s, too: {simulated}"

    def _simulated(self, units: int) -> tuple[int, float]:
        """The largest number of units simulated that is not larger, else the smallest, and the coverage there."""
        sizes = COVERAGE[self.method]
        size = max((size for size in sizes if size <= units), default=min(sizes))
        return size, sizes[size]


def intervals_of_sums(
    rows: Numbers,
    settings: IntervalSettings,
    measure: Callable[[Numbers], Numbers],
    effective: Numbers,
    *,
    times: Integers | None = None,
    scale: Scale = "share",
    rng: np.random.Generator | None = None,
) -> NDArray[np.object_]:
    """The intervals of measures, as an array of `Interval` of the shape of the measures.

    Args:
        rows: what each unit adds to the sums, shape (n, columns), or the distinct rows of units.
        settings: the method.
        measure: from sums, shape (corpora, columns), to values, shape (corpora, ...).
        effective: the effective number of units of each measure, of the shape of the measures; see
            `goldspan.jackknife`.
        times: how often each row occurs; once by default.
        scale: what kind of measures they are.
        rng: where the random numbers come from, if not from the seed.
    """
    times = np.ones(len(rows), np.int64) if times is None else times
    if settings.method == "percentile":
        values = resampled(rows, settings.resamples, measure, times=times, rng=rng or settings.seed)
        shape = values.shape[1:]
        found = intervals_of_rows(values.reshape(len(values), -1).T, settings.edges)
    else:
        without = leave_one_out(times, rows, measure)
        shape = without.values.shape
        limits = t_limits(without, effective, settings.level, scale)
        found = [Interval.of(*ends) for ends in zip(*map(np.ravel, (*limits, without.undefined)), strict=True)]
    intervals = np.empty(len(found), np.object_)
    intervals[:] = found
    return intervals.reshape(shape)
