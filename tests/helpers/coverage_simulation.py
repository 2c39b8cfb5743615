"""Simulated corpora of clustered articles, and how often the intervals of several methods hold the true value.

    PYTHONPATH=src python3 tests/helpers/coverage_simulation.py

prints the tables of docs/intervals.md. Articles differ: in how many spans they have (log-normal), and in how hard they
are (normal, on the logit of how often a span is found, for all systems and annotators alike, and for each alone). The
true value is that of so many articles that chance no longer counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri, stdtrit

from goldspan.agreement.alpha import alpha
from goldspan.bootstrap import f1, ratio
from goldspan.jackknife import LeaveOneOut, effective_number_of_mean, kish, t_limits
from goldspan.report.text import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from goldspan.jackknife import Scale

    Numbers = NDArray[np.float64]
    Limits = tuple[Numbers, Numbers]

RUNS = 2_000  # corpora of each kind and size
RESAMPLES = 400  # of each corpus, for the methods that resample
SIZES = (5, 10, 20, 30, 100)  # articles
LARGEST = 30  # articles for which bootstrap-t is simulated: each resample needs the standard error of its own jackknife
LEVEL = 0.95
EDGES = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
MANY = 400_000  # articles whose value is the true one
ANNOTATORS = 3
CELLS = 2**21  # of a table that is in memory at once
PAIRS = tuple(combinations(range(ANNOTATORS), 2))
MARKED = np.array([[pattern >> one & 1 for one in range(ANNOTATORS)] for pattern in range(2**ANNOTATORS)])
"""Which annotators mark a span; shape (patterns, annotators)."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of corpus.

    Args:
        spans: of an article, on average.
        sizes: the standard deviation of the logarithm of how many there are.
        found: the share of the spans that are found in an article of middling hardness, and of those found that are
            right.
        hardness: the standard deviation of the hardness of articles, on the logit; half of it for each system alone.
    """

    spans: float = 20
    sizes: float = 0.5
    found: float = 0.8
    hardness: float = 0.5

    def articles(self, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[NDArray[np.int64], Numbers]:
        """How many spans articles have, and how easy they are."""
        mean = self.spans * rng.lognormal(-(self.sizes**2) / 2, self.sizes, shape)
        return rng.poisson(mean), rng.normal(0, self.hardness, shape)

    def share(self, ease: Numbers, better: float, rng: np.random.Generator) -> Numbers:
        """The share of spans found in articles by one system."""
        return np.asarray(expit(logit(self.found) + better + ease + rng.normal(0, self.hardness / 2, ease.shape)))


KINDS: Mapping[str, Kind] = {
    "typical": Kind(),
    "few spans": Kind(spans=6),
    "many spans": Kind(spans=80),
    "a rare label": Kind(spans=1.5),
    "articles alike": Kind(hardness=0.1),
    "articles unlike": Kind(hardness=0.9),
    "unequal articles": Kind(sizes=1.2),
    "low scores": Kind(found=0.5),
    "high scores": Kind(found=0.92),
    "hardly an error": Kind(found=0.99, spans=40),
    "heavy tails": Kind(hardness=1.2),
}
TYPICAL = "typical"
COMPARED = ("F1", "agreement in F1")
"""The quantities for which methods are compared."""
METHOD_SIZES = (2, 3, *SIZES)  # for which methods are compared
HEAVY = "heavy tails"
"""The kind in which a few articles have nearly all errors: no method holds its level there."""


@dataclass(frozen=True)
class Quantity:
    """What is measured: of which counts, and how values follow from their sums.

    Args:
        articles: draws articles of a kind; shape (..., columns).
        counts: of these, what the values follow from; shape (..., columns).
        values: from sums of counts, shape (..., columns), to values, shape (...).
        weights: how much articles weigh in each measure that the value is the mean of, from counts, shape
            (..., measures).
        scale: see `goldspan.jackknife.t_limits`.
    """

    articles: Callable[[Kind, tuple[int, ...], np.random.Generator], Numbers]
    counts: Callable[[Numbers], Numbers]
    values: Callable[[Numbers], Numbers]
    weights: Callable[[Numbers], Numbers]
    scale: Scale = "share"

    def truth(self, kind: str) -> float:
        """The value of so many articles that chance no longer counts."""
        return float(self.values(self.counts(_sums_of_many(self.articles, kind))))

    def corpora(self, kind: str, size: int) -> Numbers:
        """The counts of corpora of so many articles; shape (runs, articles, columns)."""
        return self.counts(_articles(self.articles, kind, size))


@cache
def _sums_of_many(articles: Callable[..., Numbers], kind: str) -> Numbers:
    return articles(KINDS[kind], (MANY,), np.random.default_rng(1)).sum(axis=0)


@lru_cache(maxsize=2)
def _articles(articles: Callable[..., Numbers], kind: str, size: int) -> Numbers:
    return articles(KINDS[kind], (RUNS, size), np.random.default_rng([list(KINDS).index(kind), size]))


def systems(kind: Kind, shape: tuple[int, ...], rng: np.random.Generator) -> Numbers:
    """Gold spans by article, and of two systems predicted ones and twice the right ones; the second is better."""
    gold, ease = kind.articles(shape, rng)
    columns = [gold]
    for better in (0, 0.3):
        right = rng.binomial(gold, kind.share(ease, better, rng))
        precision = kind.share(ease, better, rng)
        wrong = rng.poisson(gold * kind.found * (1 - precision) / precision)
        columns += [right + wrong, 2 * right]
    return np.stack(columns, axis=-1).astype(np.float64)


def annotators(kind: Kind, shape: tuple[int, ...], rng: np.random.Generator) -> Numbers:
    """How many spans each set of annotators marks in an article, then its words."""
    spans, ease = kind.articles(shape, rng)
    share = np.stack([kind.share(ease, 0, rng) for _ in range(ANNOTATORS)], axis=-1)[..., None, :]
    patterns = rng.multinomial(spans, np.where(MARKED, share, 1 - share).prod(axis=-1))
    for one in range(ANNOTATORS):
        patterns[..., 1 << one] += rng.poisson(spans * (1 - kind.found) * np.exp(-ease))
    words = rng.poisson(20 * spans) + patterns.sum(axis=-1)
    return np.concatenate([patterns, words[..., None]], axis=-1).astype(np.float64)


def system_f1(sums: Numbers) -> Numbers:
    """F1 of the first system."""
    return f1(sums[..., 0], sums[..., 1], sums[..., 2])


def difference(sums: Numbers) -> Numbers:
    """F1 of the first system minus that of the second."""
    return system_f1(sums) - f1(sums[..., 0], sums[..., 3], sums[..., 4])


def pair_counts(articles: Numbers) -> Numbers:
    """Of each pair the spans that either has, then of each twice those that are the same; shape (..., 2 * pairs)."""
    patterns = articles[..., : len(MARKED)]
    either = [MARKED[:, a] + MARKED[:, b] for a, b in PAIRS]
    same = [2 * MARKED[:, a] * MARKED[:, b] for a, b in PAIRS]
    return patterns @ np.array([*either, *same], np.float64).T


def mean_pair_f1(sums: Numbers) -> Numbers:
    """The mean F1 of the pairs for which it is defined."""
    values = ratio(sums[..., len(PAIRS) :], sums[..., : len(PAIRS)])
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0).sum(axis=-1), defined.sum(axis=-1))


def alpha_counts(articles: Numbers) -> Numbers:
    """Words that are judged, those judged to be a span, and pairs of judgements that differ: what alpha is made of."""
    patterns, marks = articles[..., : len(MARKED)], MARKED.sum(axis=1)
    differing = patterns @ (marks * (ANNOTATORS - marks) * 2 / (ANNOTATORS - 1))
    return np.stack([ANNOTATORS * articles[..., -1], patterns @ marks, differing], axis=-1)


def word_alpha(sums: Numbers) -> Numbers:
    """Krippendorff's alpha on words, each span being one."""
    judged, labelled, differing = (sums[..., at : at + 1] for at in range(3))
    return alpha({"judged": judged, "labelled": labelled, "sets": labelled, "differing": differing})[..., 0]


QUANTITIES: Mapping[str, Quantity] = {
    "F1": Quantity(systems, lambda all_: all_[..., :3], system_f1, lambda counts: counts[..., :2].sum(-1)[..., None]),
    "a difference of F1": Quantity(
        systems,
        lambda all_: all_,
        difference,
        lambda counts: counts[..., [0, 0, 1, 3]].sum(-1)[..., None],
        "difference",
    ),
    "agreement in F1": Quantity(annotators, pair_counts, mean_pair_f1, lambda counts: counts[..., : len(PAIRS)]),
    "agreement in alpha": Quantity(
        annotators, alpha_counts, word_alpha, lambda counts: counts[..., 1:2], "coefficient"
    ),
}


def without_each(quantity: Quantity, counts: Numbers) -> tuple[Numbers, Numbers]:
    """The values of corpora, shape (runs,), and of each without each of its articles, shape (runs, articles)."""
    return quantity.values(counts.sum(axis=1)), quantity.values(counts.sum(axis=1, keepdims=True) - counts)


def jackknife_t(quantity: Quantity, counts: Numbers) -> Limits:
    """The intervals of the default method; NaN where there is none."""
    values, without = without_each(quantity, counts)
    changes = without - values[:, None]
    missing = np.isnan(changes)
    found = LeaveOneOut(
        values, np.where(missing, 0, changes**2).sum(axis=1), missing.sum(axis=1), np.array(float(counts.shape[1]))
    )
    weights = quantity.weights(counts)
    effective = kish(weights.sum(axis=1), (weights**2).sum(axis=1)).T  # (measures, runs)
    together = kish(weights.sum(axis=(1, 2)), (weights.sum(axis=2) ** 2).sum(axis=1))
    number = np.minimum(together, effective_number_of_mean(effective)) if len(effective) > 1 else together
    return t_limits(found, number, LEVEL, quantity.scale)


def plain_jackknife_t(quantity: Quantity, counts: Numbers) -> Limits:
    """On the scale of the measure, with n - 1 degrees of freedom."""
    values, without = without_each(quantity, counts)
    n = counts.shape[1]
    error = np.sqrt((n - 1) / n * ((without - values[:, None]) ** 2).sum(axis=1))
    reach = stdtrit(n - 1, (1 + LEVEL) / 2) * error
    return values - reach, values + reach


def draws(counts: Numbers, rng: np.random.Generator) -> Iterator[tuple[slice, Numbers]]:
    """How often each article is drawn, of some of the runs at a time; shape (runs, resamples, articles)."""
    runs, n, columns = counts.shape
    step = max(1, CELLS // (RESAMPLES * n * columns))
    for begin in range(0, runs, step):
        part = slice(begin, min(runs, begin + step))
        yield part, rng.multinomial(n, np.full(n, 1 / n), (part.stop - begin, RESAMPLES)).astype(np.float64)


def bootstrap_limits(quantity: Quantity, counts: Numbers) -> dict[str, Limits]:
    """The intervals of the methods that resample, of the same resamples: percentile, BCa and bootstrap-t."""
    found: dict[str, list[Limits]] = {"percentile": [], "BCa": [], "bootstrap-t": []}
    for part, drawn in draws(counts, np.random.default_rng(counts.shape[1])):
        here = counts[part]
        sums = drawn @ here
        values = quantity.values(sums)
        whole, without = without_each(quantity, here)
        found["percentile"].append(tuple(np.nanquantile(values, EDGES, axis=1)))
        found["BCa"].append(bca(values, whole, without))
        if SIZES[0] <= counts.shape[1] <= LARGEST:
            found["bootstrap-t"].append(bootstrap_t(quantity, here, drawn))
    return {name: tuple(map(np.concatenate, zip(*parts, strict=True))) for name, parts in found.items() if parts}


def bca(values: Numbers, whole: Numbers, without: Numbers) -> Limits:
    """Bias-corrected and accelerated (Efron 1987), from resamples and the jackknife."""
    ordered = np.sort(values, axis=1)
    below = (values < whole[:, None]).mean(axis=1) + (values == whole[:, None]).mean(axis=1) / 2
    bias = ndtri(np.clip(below, 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    influence = np.nanmean(without, axis=1, keepdims=True) - without
    with np.errstate(invalid="ignore", divide="ignore"):
        skewed = np.nansum(influence**3, axis=1) / (6 * np.nansum(influence**2, axis=1) ** 1.5)
    skewed = np.nan_to_num(skewed)
    limits = []
    for quantile in ndtri(EDGES):
        share = ndtr(bias + (bias + quantile) / (1 - skewed * (bias + quantile)))
        place = np.clip((share * RESAMPLES).astype(int), 0, RESAMPLES - 1)
        limits.append(ordered[np.arange(len(values)), place])
    return limits[0], limits[1]


def bootstrap_t(quantity: Quantity, counts: Numbers, drawn: Numbers) -> Limits:
    """Bootstrap-t (Efron and Tibshirani 1993, chapter 12), each resample with the standard error of its jackknife."""
    n, sums = counts.shape[1], drawn @ counts
    whole, without = without_each(quantity, counts)
    error = np.sqrt((n - 1) / n * ((without - np.nanmean(without, axis=1, keepdims=True)) ** 2).sum(axis=1))
    left = quantity.values(sums[:, :, None] - counts[:, None])  # without one copy; shape (runs, resamples, articles)
    times = np.where(np.isnan(left), 0, drawn)
    left = np.nan_to_num(left)
    mean = (times * left).sum(axis=2) / np.maximum(1, times.sum(axis=2))
    errors = np.sqrt((n - 1) / n * (times * (left - mean[..., None]) ** 2).sum(axis=2))
    with np.errstate(invalid="ignore", divide="ignore"):
        t = (quantity.values(sums) - whole[:, None]) / errors
    t = np.where(np.isfinite(t), t, np.nan)
    low, high = np.nanquantile(t, EDGES, axis=1)
    return whole - high * error, whole - low * error


def coverage(limits: Limits, truth: float) -> float:
    """In which share of the corpora that have an interval it holds the true value."""
    low, high = limits
    exists = ~np.isnan(low)
    return float(((low <= truth) & (truth <= high))[exists].mean())


def default_coverage(name: str, kind: str, size: int) -> float:
    """How often the default method holds the true value."""
    quantity = QUANTITIES[name]
    return coverage(jackknife_t(quantity, quantity.corpora(kind, size)), quantity.truth(kind))


@cache
def method_coverage(name: str, kind: str, size: int) -> dict[str, float]:
    """How often each method holds the true value."""
    quantity = QUANTITIES[name]
    counts = quantity.corpora(kind, size)
    limits = bootstrap_limits(quantity, counts)
    limits |= {"plain jackknife-t": plain_jackknife_t(quantity, counts), "jackknife-t": jackknife_t(quantity, counts)}
    return {method: coverage(ends, quantity.truth(kind)) for method, ends in limits.items()}


def kind_tables() -> list[Table]:
    """The coverage of the default method for each quantity and kind of corpus."""
    cells = {
        (kind, size, name): f"{default_coverage(name, kind, size):.3f}"
        for kind in KINDS
        for size in SIZES
        for name in QUANTITIES
    }
    header = ("kind", *map(_column, SIZES))
    return [
        Table(name, "", header, tuple((kind, *(cells[kind, size, name] for size in SIZES)) for kind in KINDS))
        for name in QUANTITIES
    ]


def method_table(name: str, sizes: tuple[int, ...] = METHOD_SIZES) -> Table:
    """The coverage of each method for typical corpora."""
    found = [method_coverage(name, TYPICAL, size) for size in sizes]
    methods = dict.fromkeys(chain.from_iterable(found))
    rows = [(method, *(f"{one[method]:.3f}" if method in one else "–" for one in found)) for method in methods]
    return Table(name, "", ("method", *map(_column, sizes)), tuple(rows))


def _column(size: int) -> str:
    return f"{size} articles"


def titled(table: Table) -> str:
    """A table under its title, in Markdown."""
    return f"{table.title[0].upper()}{table.title[1:]}:\n\n{table.markdown()}"


def main() -> None:
    """Print the tables of docs/intervals.md."""
    print("\n\n".join(map(titled, [*map(method_table, COMPARED), *kind_tables()])))


if __name__ == "__main__":
    main()
