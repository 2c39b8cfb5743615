"""Bootstrap resampling of documents, and the percentile intervals of measures (Efron and Tibshirani 1993).

The resampling unit is the article or the example. Examples of one article are alike, so that intervals by example are
too narrow for the question of how a system does on other articles.

All measures are ratios of sums over units, and short units look much alike: a hundred thousand of them have a few
thousand different sets of counts. How often each set is drawn, when n units are drawn from n with replacement, follows
the multinomial distribution with the shares of the sets as probabilities. So the multiplicities are drawn from it for
each set rather than unit by unit: the sums have the same distribution and are there several times sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

Unit = Literal["article", "example"]


RARE = 20  # sets of counts that so few units have are drawn unit by unit
CELLS = 2**18  # of a table that is in memory at once: 2 MiB, which fit into the caches of a processor


def default_unit(articles: Integers) -> Unit:
    """The article, or the example where there are not two articles to resample; of the article of each example."""
    return "article" if (articles != articles[:1]).any() else "example"


@dataclass(frozen=True, slots=True)
class Interval:
    """The confidence interval of a measure.

    Args:
        low: the lower limit; None where there is no interval.
        high: the upper limit.
        undefined: in how many of the corpora that it is made from the measure was undefined: of resampled corpora,
            which percentiles leave out, or of those that each lack one unit, where one is too many.
    """

    low: float | None
    high: float | None
    undefined: int = 0

    @classmethod
    def of(cls, low: float, high: float, undefined: float = 0) -> Interval:
        """The interval of limits that are NaN where there is none."""
        exists = not np.isnan(low)
        return cls(float(low) if exists else None, float(high) if exists else None, int(undefined))


def distinct_rows(rows: csr_array) -> tuple[Integers, Numbers]:
    """The distinct rows of a table and how often each occurs.

    Args:
        rows: whole numbers, shape (n, columns).

    Returns:
        How often each of k rows occurs, shape (k,), and the rows, shape (k, columns).
    """
    mixer = np.random.default_rng(0).integers(-(2**62), 2**62, rows.shape[1])
    _, first, number, times = np.unique(rows @ mixer, return_index=True, return_inverse=True, return_counts=True)
    distinct = rows[first]
    collided = (distinct[number] - rows).count_nonzero()  # two rows with one mixture: all but impossible
    if collided:
        distinct, times = rows, np.ones(rows.shape[0], np.int64)
    return times, np.asarray(distinct.todense(), np.float64)


def resampled_sums(times: Integers, rows: Numbers, resamples: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """The sums of corpora of n units, drawn with replacement from n.

    Args:
        times: how often each row occurs; they sum to n.
        rows: shape (k, columns).
        resamples: how many corpora are drawn.
        rng: where the random numbers come from.

    Yields:
        The sums of some of the corpora, shape (corpora, columns).
    """
    order = np.argsort(-times, kind="stable")
    times, rows = times[order], rows[order]
    for drawn in multiplicities(times, resamples, rng):
        yield drawn @ rows


def multiplicities(times: Integers, resamples: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """How often each row is drawn for corpora of n units, drawn with replacement from n.

    Args:
        times: how often each row occurs, descending; they sum to n.
        resamples: how many corpora are drawn.
        rng: where the random numbers come from.

    Yields:
        The multiplicities in some of the corpora, shape (corpora, rows).
    """
    for count in chunk_sizes(resamples, times.size):
        yield _multiplicities(times, count, rng)


def resampled(
    rows: Numbers,
    resamples: int,
    measure: Callable[[Numbers], Numbers],
    *,
    times: Integers,
    rng: np.random.Generator | int,
) -> Numbers:
    """What a measure comes to on each of the resampled corpora; shape (resamples, ...).

    Args:
        rows: what each unit adds to the sums, shape (n, columns), or the distinct rows of units.
        resamples: how many corpora are drawn.
        measure: from sums, shape (corpora, columns), to values, shape (corpora, ...).
        times: how often each row occurs.
        rng: where the random numbers come from, or their seed.
    """
    rng = np.random.default_rng(rng)
    return np.concatenate([measure(sums) for sums in resampled_sums(times, rows, resamples, rng)])


def _multiplicities(times: Integers, count: int, rng: np.random.Generator) -> Numbers:
    """How often each row is drawn; shape (count, rows). `times` must descend.

    Common rows are drawn by the multinomial distribution. For rare rows that costs more than their few units, so they
    are drawn unit by unit. How many draws fall to rare rows follows the binomial distribution.
    """
    common = int(np.searchsorted(-times, -RARE))
    total, rare = int(times.sum()), times[common:]
    rare_units = int(rare.sum())
    drawn = np.zeros((count, times.size))
    rare_draws = rng.binomial(total, rare_units / total, count) if common else np.full(count, total)
    if common:
        drawn[:, :common] = rng.multinomial(total - rare_draws, times[:common] / (total - rare_units))
    if rare_units:
        row = np.repeat(np.arange(rare.size), rare)[rng.integers(0, rare_units, rare_draws.sum())]
        cells = np.repeat(np.arange(count) * rare.size, rare_draws) + row
        drawn[:, common:] = np.bincount(cells, minlength=count * rare.size).reshape(count, -1)
    return drawn


def chunk_sizes(count: int, width: int) -> Iterator[int]:
    """The sizes of the parts in which so many rows of that width fit into memory."""
    step = max(1, CELLS // max(1, width))
    for begin in range(0, count, step):
        yield min(step, count - begin)


def ratio(numerator: Numbers, denominator: Numbers) -> Numbers:
    """The quotient, NaN where the denominator is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, np.divide(numerator, denominator), np.nan)


def precision_recall_f1(possible: Numbers, actual: Numbers, twice_credit: Numbers) -> Numbers:
    """The three measures, NaN where they are undefined; shape (..., 3) from three of shape (...)."""
    measures = (ratio(twice_credit, 2 * actual), ratio(twice_credit, 2 * possible), f1(possible, actual, twice_credit))
    return np.stack(measures, axis=-1)


def f1(possible: Numbers, actual: Numbers, twice_credit: Numbers) -> Numbers:
    """F1, NaN where possible and actual are 0."""
    return ratio(twice_credit, possible + actual)


def intervals_of_rows(values: Numbers, edges: tuple[float, float]) -> list[Interval]:
    """The percentile intervals of k measures over the resamples, where NaN means undefined.

    Args:
        values: shape (k, resamples).
        edges: the shares of the resamples below the lower and the upper limit.
    """
    defined = (~np.isnan(values)).sum(axis=1)
    limits = np.full((2, len(values)), np.nan)
    for number in np.unique(defined[defined > 0]).tolist():  # one call for all rows of one length
        rows = values[defined == number]
        known = rows if number == values.shape[1] else np.sort(rows, axis=1)[:, :number]  # NaN comes last
        limits[:, defined == number] = np.quantile(known, edges, axis=1)
    undefined = values.shape[1] - defined
    return [
        Interval(low, high, missing) if missing < values.shape[1] else Interval(None, None, missing)
        for low, high, missing in zip(*limits.tolist(), undefined.tolist(), strict=True)
    ]
