"""Drawing corpora from a corpus: exact resampling of documents, at the price of one draw for each kind of document.

All measures are ratios of sums over documents, and short documents look much alike: where there are a hundred
thousand, a few thousand sets of counts occur. How often each is drawn, when n units are drawn from n with
replacement, follows the multinomial distribution with the shares of the sets as probabilities. So one draw from it
gives exactly the sums that drawing the n units one by one would give, in law, several times sooner.

What a bootstrap draws anew: whole articles, or examples one by one.

Examples of one article are alike, so that drawing them one by one makes intervals too narrow for the question how it
would be on articles to come.
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


def default_unit(examples: Sequence[Example]) -> Unit:
    """What is best drawn anew: articles, or examples where there are not two articles to draw from."""
    return "article" if len({example.article for example in examples}) > 1 else "example"


def units(examples: Sequence[Example], unit: Unit) -> NDArray[np.int64] | None:
    """The number of each example's article, from 0, shape (examples,); None where each example is drawn by itself."""
    if unit == "example":
        return None
    number: dict[str, int] = {}
    return np.array([number.setdefault(example.article, len(number)) for example in examples], np.int64)


RARE = 20  # a kind of so few units is drawn unit by unit
FEW = 20  # units below which percentile intervals are known to be too narrow
CELLS = 2**18  # of a table that stands in memory at once: 2 MiB, which the caches of a processor hold


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
            raise InvalidValueError(f"{self.resamples} resamples are none", remedy="Take 10,000 for a report.")
        if not 0 < self.level < 1:
            raise InvalidValueError(f"a level of {self.level} is no share", remedy="Take 0.95, for 95 %.")

    @property
    def edges(self) -> tuple[float, float]:
        """The shares of the resamples below the lower and the upper limit of an interval."""
        return (1 - self.level) / 2, (1 + self.level) / 2

    def sentence(self, units: int) -> str:
        """What the intervals are, and how far to trust them.

        Args:
            units: how many there are to draw from.
        """
        what = (
            f"{self.level:.0%} intervals by {self.unit}: percentiles of {self.resamples:,} bootstrap resamples of "
            f"{units:,} {self.unit}{'' if units == 1 else 's'}."
        )
        few = f" So few {self.unit}s make them too narrow: read them as the least that is uncertain."
        return what + few if units < FEW else what


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a measure lies.

    Args:
        low: the lower limit; None where the measure was defined in no resample.
        high: the upper limit.
        undefined: in how many resamples the measure was undefined; they are left out.
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
    if (
        distinct[number] - rows
    ).count_nonzero():  # two rows with one mixture: never seen, and then every row is its own kind
        distinct, times = rows, np.ones(rows.shape[0], np.int64)
    return times, np.asarray(distinct.todense(), np.float64)


def resampled_sums(times: Integers, rows: Numbers, resamples: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """The sums of corpora of n units, drawn with replacement from n.

    Args:
        times: how often each row occurs; they sum to n.
        rows: shape (k, columns).
        resamples: how many corpora are drawn.
        rng: the source of chance.

    Yields:
        The sums of some corpora, shape (corpora, columns).
    """
    order = np.argsort(-times, kind="stable")
    times, rows = times[order], rows[order]
    for count in chunk_sizes(resamples, times.size):
        yield _multiplicities(times, count, rng) @ rows


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
    """How often each kind is drawn; shape (count, kinds). `times` must descend.

    Common kinds are drawn by the multinomial distribution; rare ones, for which that costs more than the few units
    that they have, unit by unit. How many draws fall to the rare ones follows the binomial distribution.
    """
    common = int(np.searchsorted(-times, -RARE))
    total, rare = int(times.sum()), times[common:]
    share = int(rare.sum())
    found = np.zeros((count, times.size))
    few = rng.binomial(total, share / total, count) if common else np.full(count, total)
    if common:
        found[:, :common] = rng.multinomial(total - few, times[:common] / (total - share))
    if share:
        kind = np.repeat(np.arange(rare.size), rare)[rng.integers(0, share, few.sum())]
        places = np.repeat(np.arange(count) * rare.size, few) + kind
        found[:, common:] = np.bincount(places, minlength=count * rare.size).reshape(count, -1)
    return found


def chunk_sizes(count: int, width: int) -> Iterator[int]:
    """A number of rows of some width, in parts that fit into memory."""
    step = max(1, CELLS // max(1, width))
    for begin in range(0, count, step):
        yield min(step, count - begin)


def ratio(above: Numbers, below: Numbers) -> Numbers:
    """A quotient, and NaN where nothing is divided by nothing."""
    quotient: Numbers = np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0)
    return quotient


def precision_recall_f1(possible: Numbers, actual: Numbers, twice_credit: Numbers) -> Numbers:
    """The three measures, NaN where they are undefined; shape (..., 3) from three of shape (...)."""
    measures = (ratio(twice_credit, 2 * actual), ratio(twice_credit, 2 * possible), f1(possible, actual, twice_credit))
    return np.stack(measures, axis=-1)


def f1(possible: Numbers, actual: Numbers, twice_credit: Numbers) -> Numbers:
    """F1, and NaN where it is undefined."""
    return ratio(twice_credit, possible + actual)


def interval(values: Numbers, edges: tuple[float, float]) -> Interval:
    """The percentile interval of what came out of the resamples, NaN being undefined.

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
    return [interval(column, settings.edges) for column in values.T]
