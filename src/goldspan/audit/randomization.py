"""Excesses among aided readers, and whether the assignment alone explains them: randomization tests (Fisher 1935).

Under Fisher's sharp null hypothesis nobody would have marked anything else, had they seen suggestions or not. Then the
marks are fixed, and the assignment alone is random. What an excess would be under other draws of the same design is its
null distribution, whatever the marks are: no model of readers is assumed.

With R draws p is (1 + number of draws that are at least as large) / (1 + R), which is never 0 and makes the test exact
at any R (Phipson & Smyth 2010). A two-sided p compares distances from zero.

An excess compares readers of the same article. It is the risk difference of Mantel and Haenszel with the articles as
strata (Greenland & Robins 1985): the sum of (A·u - U·a) / (a + u), over that of a·u / (a + u). Of one article a is the
number of aided readings of an error, u that of unaided ones, A and U are how many of them have it. Articles that are
easy to get wrong do not count as an effect of suggestions, and an article that only one side has read adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.bootstrap import Interval, intervals_of_rows, ratio, resampled
from goldspan.jackknife import effective_number, leave_one_out, t_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from goldspan.corpus.audits import Alternative
    from goldspan.intervals import Method

    Numbers = NDArray[np.float64]
    Table = NDArray[np.bool_]
    Measure = Callable[[Numbers], Numbers]
    Statistic = Callable[[Table], Numbers]  # from assignments, shape (n, annotators, articles), to values, shape (n,)

ALIKE = 1e-9  # values that differ by less are equal but for rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalOptions:
    """How intervals over articles are made: `method` as in `goldspan.intervals`, the level, draws of percentiles."""

    method: Method = "jackknife-t"
    level: float = 0.95
    resamples: int = 1_000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ReaderOutcomes:
    """How often readers have what is looked for, per annotator and article.

    Args:
        hits: how often; shape (annotators, articles).
        trials: of how many that they read; of the same shape.
    """

    hits: Numbers
    trials: Numbers

    @property
    def is_empty(self) -> bool:
        """Whether nobody read anything of it."""
        return not self.trials.any()


def contrasts(assignments: Table, trials: Numbers) -> tuple[Numbers, Numbers]:
    """The weights with which an excess adds up hits, and what each article adds to its denominator.

    With h the hits and t the trials of an article, A·u - U·a over a + u is A - h·a / t: linear in the hits.

    Args:
        assignments: shape (n, annotators, articles).
        trials: of each annotator in each article; shape (annotators, articles).

    Returns:
        Shape (n, annotators, articles), and (n, articles).
    """
    total = trials.sum(axis=0)
    aided = np.einsum("nka,ka->na", assignments, trials)
    share = np.divide(aided, total, out=np.zeros(aided.shape), where=total > 0)
    return assignments - share[:, None, :], share * (total - aided)


def strata(assignments: Table, outcomes: ReaderOutcomes) -> tuple[Numbers, Numbers]:
    """What each article adds to the numerator and to the denominator of an excess; shape (n, articles) each.

    Args:
        assignments: shape (n, annotators, articles).
        outcomes: of the readers.
    """
    weights, below = contrasts(assignments, outcomes.trials)
    return np.einsum("nka,ka->na", weights, outcomes.hits), below


def excess(assignments: Table, outcomes: ReaderOutcomes) -> Numbers:
    """The risk difference of Mantel and Haenszel for each assignment; 0 where no article has readers of both sides."""
    above, below = (part.sum(axis=1) for part in strata(assignments, outcomes))
    return np.asarray(np.divide(above, below, out=np.zeros(above.shape), where=below > ALIKE))


def is_defined(assignment: Table, outcomes: ReaderOutcomes) -> bool:
    """Whether some article has readers of both sides."""
    return bool(strata(assignment[None], outcomes)[1].sum() > ALIKE)


def p_value(observed: float, null: Numbers, alternative: Alternative, *, with_observed: bool = True) -> float:
    """The p of a randomization test.

    Args:
        observed: the excess under the assignment that was used.
        null: what it is under other draws.
        alternative: which excesses count.
        with_observed: whether the assignment that was used is added to the draws; not where they are all there are.
    """
    if alternative == "two-sided":
        null, observed = np.abs(null), abs(observed)
    reached = int((null >= observed - ALIKE).sum())
    return (reached + with_observed) / (null.size + with_observed)


def interval_of_articles(rows: Numbers, measure: Measure, weights: Numbers, options: IntervalOptions) -> Interval:
    """The interval of a measure over articles.

    Args:
        rows: what each article adds to the sums, shape (articles, columns).
        measure: from sums, shape (n, columns), to values, shape (n,); NaN where undefined.
        weights: how much each article weighs; those without weight are left out.
        options: the method.
    """
    rows, weights = rows[weights > ALIKE], weights[weights > ALIKE]
    if len(rows) < 2:
        return Interval(None, None)
    times = np.ones(len(rows), np.int64)
    if options.method == "percentile":
        values = resampled(rows, options.resamples, measure, times=times, rng=options.seed)
        [interval] = intervals_of_rows(values[None], ((1 - options.level) / 2, (1 + options.level) / 2))
        return interval
    found = leave_one_out(times, rows, measure)
    limits = t_limits(found, effective_number(weights, times), options.level, "difference")
    return Interval.of(*(float(limit) for limit in limits))


def quotient(sums: Numbers) -> Numbers:
    """The first column over the second; NaN where that is 0."""
    return ratio(sums[:, 0], np.where(sums[:, 1] > ALIKE, sums[:, 1], 0))


def difference_of_f1(sums: Numbers) -> Numbers:
    """The F1 of the first two columns less that of the last two; NaN where one is undefined.

    Args:
        sums: twice the common spans and all spans, on one side and on the other; shape (n, 4).
    """
    return ratio(sums[:, 0], sums[:, 1]) - ratio(sums[:, 2], sums[:, 3])


def holm(values: dict[str, float]) -> dict[str, float]:
    """The p-values of several tests, corrected by the method of Holm (1979)."""
    corrected: dict[str, float] = {}
    largest = 0.0
    for place, (name, value) in enumerate(sorted(values.items(), key=lambda item: item[1])):
        largest = max(largest, min(1.0, (len(values) - place) * value))
        corrected[name] = largest
    return {name: corrected[name] for name in values}
