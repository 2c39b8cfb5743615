"""Simulated learning curves, and how often the intervals of points and forecasts hold the true values.

    PYTHONPATH=src python3 tests/helpers/curve_simulation.py

prints the table of docs/learning_curve.md. No model is trained. Articles differ in how many spans they have
(log-normal), in how hard they are, and in how much a model learns from them; models of the same articles differ by
their seeds. What a model finds follows from how much its articles teach, by a curve of one of several forms, of which
two are none that is fitted. The true F1 is that of so many models and articles that chance no longer counts.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from goldspan.models.curve_fit import fit_curves
from goldspan.models.curve_training import MANY, SEEDS, STEPS
from goldspan.models.learning_curve import ModelCounts, estimate_curve, plan_subsets
from goldspan.report.text import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from goldspan.models.learning_curve import CurveScores

    Numbers = NDArray[np.float64]

RUNS = 100  # corpora of each form and size
SIZES = (5, 10, 20, 50)  # articles; of so many as MANY one fold is held out by all models
FOLDS = 5
SPANS = 25  # of an article, on average
HARDNESS = 0.5  # standard deviation on the logit
RICHNESS = 0.5  # of the logarithm of how much an article teaches
SEED_NOISE = 0.15  # of a model on the logit
TOLERANCE = 0.005  # F1 that nobody would annotate for: a curve that has come to its end still grows by a trifle
MODELS = 3_000  # models for the true value, each on some articles of its own
FORMS: Mapping[str, Callable[[Numbers], Numbers]] = {
    "power law": lambda n: 0.9 - 0.6 * n**-0.4,
    "sigmoid": lambda n: 0.85 * n**1.2 / (4 + n**1.2),
    "exponential": lambda n: 0.8 - 0.6 * np.exp(-n / 8),
    "logarithm": lambda n: 0.25 + 0.11 * np.log(n),
    "Weibull": lambda n: 0.75 - 0.7 * np.exp(-0.35 * n**0.7),
    "flat": lambda n: 0.7 + 0 * n,
}
"""What a model finds by how many average articles it has learnt from; the logarithm and Weibull's are not fitted."""


@dataclass(frozen=True)
class Articles:
    """Articles that were drawn.

    Args:
        spans: how many each has.
        ease: how easy each is, on the logit.
        richness: how much a model learns from each, 1 on average.
    """

    spans: NDArray[np.int64]
    ease: Numbers
    richness: Numbers


def draw(shape: tuple[int, ...], rng: np.random.Generator) -> Articles:
    """Articles of any number."""
    return Articles(
        rng.poisson(SPANS * rng.lognormal(-0.125, 0.5, shape)),
        rng.normal(0, HARDNESS, shape),
        rng.lognormal(-(RICHNESS**2) / 2, RICHNESS, shape),
    )


def found(form: str, taught: Numbers, articles: Articles, rng: np.random.Generator) -> Numbers:
    """What models find that were taught so much; shape (models, articles, 3): right, in gold, marked."""
    base = logit(np.clip(FORMS[form](np.maximum(taught, 0.2)), 0.02, 0.98)) + rng.normal(0, SEED_NOISE, taught.shape)
    ease = base[:, None] + articles.ease
    recall, precision = (expit(ease + rng.normal(0, 0.2, ease.shape)) for _ in range(2))
    right = rng.binomial(articles.spans, recall)
    wrong = rng.poisson(articles.spans * recall * (1 - precision) / precision)
    gold = np.broadcast_to(articles.spans, right.shape)
    return np.stack([right, gold, right + wrong], axis=-1).astype(float)


@cache
def true_f1(form: str, articles: int) -> float:
    """F1 of a model of so many articles on articles that it has not seen."""
    rng = np.random.default_rng(list(FORMS).index(form))  # the same for all sizes, so that a difference is theirs
    tested = draw((MODELS, 20), rng)
    taught = draw((articles, MODELS), np.random.default_rng(0)).richness.sum(axis=0)
    counts = found(form, taught, tested, rng).sum(axis=(0, 1))
    return float(2 * counts[0] / (counts[1] + counts[2]))


def simulate(form: str, size: int, seed: int) -> CurveScores:
    """The points of a curve of a corpus of so many articles."""
    rng = np.random.default_rng([list(FORMS).index(form), size, seed])
    corpus = draw((size,), rng)
    names = [f"a{number:03}" for number in range(size)]
    place = {name: number for number, name in enumerate(names)}
    folds = {name: number % FOLDS for number, name in enumerate(names)}
    held_out = 0 if size >= MANY else None
    population = sum(fold != 0 for fold in folds.values()) if held_out == 0 else size
    plan = plan_subsets({name: name for name in names}, folds, STEPS, range(SEEDS), held_out=held_out)
    points = []
    for percent in dict.fromkeys(subset.percent for subset in plan):
        subsets = [subset for subset in plan if subset.percent == percent]
        taught = np.array([corpus.richness[[place[name] for name in subset.training]].sum() for subset in subsets])
        tested = np.array([[name in subset.tested for name in names] for subset in subsets])
        counts = found(form, taught, corpus, rng)[:, :, None]
        articles = float(np.mean([len(subset.training) for subset in subsets]))
        points.append(ModelCounts(articles, articles / population, counts * tested[..., None, None], tested))
    return estimate_curve(points, population)


@dataclass
class Coverage:
    """How good the intervals of one form and size are.

    Args:
        points: share of the points whose interval held the true value.
        forecasts: of the forecasts for twice the articles.
        growth: of the forecasts of how much that brings, to half a point.
        width: of the interval of a forecast, on average.
        error: of a forecast, on average.
        unchanged: the error of expecting no change from the last point.
    """

    points: float
    forecasts: float
    growth: float
    width: float
    error: float
    unchanged: float


def coverage(form: str, size: int, runs: int = RUNS) -> Coverage:
    """How good the intervals of a form and size are, from so many corpora."""
    rows = []
    truth = true_f1(form, 2 * size)
    gain = max(0.0, truth - true_f1(form, size))
    for run in range(runs):
        curve = simulate(form, size, run)
        held = [
            curve.low[0, n] <= true_f1(form, round(articles)) <= curve.high[0, n]
            for n, articles in enumerate(curve.articles)
        ]
        fit = fit_curves(curve.articles, curve.f1[0], curve.covariance[0], (curve.low[0, -1], curve.high[0, -1]))
        forecast, growth = fit.forecast(2 * size), fit.growth(size, 2 * size)
        rows.append(
            (
                np.mean(held),
                forecast.low <= truth <= forecast.high,
                growth.low - TOLERANCE <= gain <= growth.high + TOLERANCE,
                forecast.high - forecast.low,
                abs(forecast.value - truth),
                abs(curve.f1[0, -1] - truth),
            )
        )
    return Coverage(*np.mean(rows, axis=0).tolist())


def table(runs: int = RUNS) -> Table:
    """The coverage of all forms and sizes."""
    rows = []
    for size in SIZES:
        for form in FORMS:
            one = coverage(form, size, runs)
            rows.append(
                (f"{size}", form, *(f"{100 * share:.0f}" for share in (one.points, one.forecasts, one.growth)),
                 *(f"{100 * value:.1f}" for value in (one.width, one.error, one.unchanged)))
            )  # fmt: skip
    header = ("articles", "true curve", "points", "forecasts", "growth", "width", "error", "no change")
    return Table("Coverage of 95% intervals", "", header, tuple(rows))


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS).markdown())
