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

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from goldspan.annotation import Example

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

Unit = Literal["article", "example"]


RARE = 20  # sets of counts that so few units have are drawn unit by unit
FEW = 20  # units below which percentile intervals are known to be too narrow
CELLS = 2**18  # of a table that is in memory at once: 2 MiB, which fit into the caches of a processor


def default_unit(examples: Sequence[Example]) -> Unit:
    """The article, or the example where there are not two articles to resample."""
    return "article" if len({example.article for example in examples}) > 1 else "example"


def unit_numbers(examples: Sequence[Example], unit: Unit) -> NDArray[np.int64] | None:
    """The number of each example's unit, from 0, shape (examples,); None where each example is a unit."""
    if unit == "example":
        return None
    number: dict[str, int] = {}
    return np.array([number.setdefault(example.article, len(number)) for example in examples], np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapSettings:
    """How corpora are resampled for the intervals.

    Args:
        unit: the resampling unit.
        resamples: how many corpora are drawn.
        level: the share of them that an interval holds, e.g. 0.95.
        seed: of the random numbers; the same gives the same intervals.

    Raises:
        InvalidValueError: for no resamples, and for a level outside (0, 1).
    """

    unit: Unit
    resamples: int
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
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

    def sentence(self, units: int) -> str:
        """What the intervals are, and, where there are few units, how far to trust them.

        Args:
            units: how many there are to resample.
        """
        what = (
            f"{self.level:.0%} intervals by {self.unit}: percentiles of {self.resamples:,} bootstrap resamples of "
            f"{units:,} {self.unit}{'' if units == 1 else 's'}."
        )
        few = f" With so few {self.unit}s they are too narrow: the uncertainty is larger than they show."
        return what + few if units < FEW else what


@dataclass(frozen=True, slots=True)
class Interval:
    """The percentile interval of a measure.

    Args:
        low: the lower limit; None where the measure was defined in no resample.
        high: the upper limit.
        undefined: in how many resamples the measure was undefined; these are left out.
    """

    low: float | None
    high: float | None
    undefined: int = 0


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
    settings: BootstrapSettings,
    measure: Callable[[Numbers], Numbers],
    *,
    times: Integers | None = None,
    rng: np.random.Generator | None = None,
) -> Numbers:
    """What a measure comes to on each of the resampled corpora; shape (resamples, ...).

    Args:
        rows: what each unit adds to the sums, shape (n, columns), or the distinct rows of units.
        settings: how many corpora are drawn, and the seed.
        measure: from sums, shape (corpora, columns), to values, shape (corpora, ...).
        times: how often each row occurs; once by default.
        rng: where the random numbers come from, if not from the seed.
    """
    times = np.ones(len(rows), np.int64) if times is None else times
    rng = np.random.default_rng(settings.seed) if rng is None else rng
    return np.concatenate([measure(sums) for sums in resampled_sums(times, rows, settings.resamples, rng)])


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


def interval(values: Numbers, edges: tuple[float, float]) -> Interval:
    """The percentile interval of a measure over the resamples, where NaN means undefined.

    Args:
        values: shape (resamples,).
        edges: the shares of the resamples below the lower and the upper limit.
    """
    defined = values[~np.isnan(values)]
    if not defined.size:
        return Interval(None, None, values.size)
    low, high = np.quantile(defined, edges).tolist()
    return Interval(low, high, values.size - defined.size)


def intervals(values: Numbers, settings: BootstrapSettings) -> list[Interval]:
    """The percentile intervals of k measures, from shape (resamples, k)."""
    return intervals_of_rows(values.T, settings.edges)


def intervals_of_rows(values: Numbers, edges: tuple[float, float]) -> list[Interval]:
    """The percentile intervals of k measures over the resamples, where NaN means undefined; those of `interval`.

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
