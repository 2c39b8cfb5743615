"""Learning curves by article: the subsets that models are trained on, and F1 by their size, with intervals.

Every seed draws a circle of all articles, near-duplicates as one, and every fold begins at another place of it: its
models are trained on growing parts of the circle without the fold, so that each larger part holds the smaller ones, and
the articles take turns. A model is tested on all articles that it was not trained on; an article counts the same at
every size, whatever the number of models that were tested on it. With many articles one fold is held out by all
models instead, and the seeds draw orders of the others.

The points of a curve vary for three reasons, and the intervals have all of them in it:

- *which articles are tested*: the jackknife over articles, as everywhere, here for all points together, since they
  rise and fall with the same articles;
- *which articles are trained on*: how much models of equal size differ on the same articles. The models share their
  articles, which hides a part of that: of n out of N articles, a share of 1 - n/N of the variance of a fresh draw is
  seen. What is seen is scaled up accordingly, as for a sample of a finite population (Cochran 1977, chapter 2; Nadeau
  and Bengio 2003, Machine Learning 52:239, correct cross-validation for the same reason);
- *the seeds* of the models, and how few there are of each size.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from goldspan.errors import InputError, InvalidValueError
from goldspan.jackknife import LeaveOneOut, kish, quantiles, t_limits

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

FEWEST = 3  # groups of articles: one to test on, and two sizes
MODELS = 3  # of each size and seed, at least
OVERLAPPING = 0.9  # share of all articles from which parts of a circle are too alike to differ by their articles
LEVEL = 0.95
NORMAL = 1.959964  # standard errors of an interval of that level, by the normal distribution


@dataclass(frozen=True, slots=True)
class Subset:
    """Articles to train a model on, and those that it is tested on.

    Args:
        percent: of the articles that could be trained on.
        seed: of the circle, and of the model.
        fold: that is not trained on.
        training: articles, sorted.
        tested: articles, sorted.
    """

    percent: int
    seed: int
    fold: int
    training: tuple[str, ...]
    tested: tuple[str, ...]


def plan_subsets(
    groups: Mapping[str, str],
    folds: Mapping[str, int],
    percents: Collection[int],
    seeds: Sequence[int],
    *,
    held_out: int | None = None,
) -> list[Subset]:
    """The subsets of a curve, all that is left without a fold being the last of each.

    Percentages of which the same number of articles follows are taken once.

    Args:
        groups: by article the name of its group, whose articles stay together.
        folds: by article its fold; a group is in one.
        percents: of the articles that could be trained on; 100 is added.
        seeds: of the circles and of the models.
        held_out: the only fold that is tested; each in turn if None.

    Raises:
        InputError: if there are not two sizes and something to test on.
        InvalidValueError: for a percentage outside 1 to 100, and for no seed.
    """
    if not seeds:
        raise InvalidValueError("a curve needs one seed at least")
    if any(not 1 <= percent <= 100 for percent in percents):
        raise InvalidValueError("a step is a percentage from 1 to 100")
    fold_of = {group: folds[article] for article, group in groups.items()}
    require_articles(len(fold_of))
    tested = sorted({*fold_of.values()}) if held_out is None else [held_out]
    fewest = min(sum(fold != number for fold in fold_of.values()) for number in tested)
    steps = _distinct({*percents, 100}, fewest)
    if len(steps) < 2:
        raise InputError(
            "all steps come to the same number of articles", remedy="Take others, as in --steps 20,40,60,80,100."
        )
    members: dict[str, list[str]] = {}
    for article, group in groups.items():
        members.setdefault(group, []).append(article)
    plan = []
    times = {percent: dict.fromkeys(fold_of, 0) for percent in steps}
    for seed in seeds:
        orders = _orders(fold_of, tested, seed)
        for percent in steps:
            parts = [order[: _size(percent, len(order))] for order in orders]
            chosen = _enough(parts, times[percent]) if held_out is None else range(len(parts))
            for number in chosen:
                left = orders[number][len(parts[number]) :] if held_out is None else ()
                fold = tested[number]
                own = [group for group, of_group in fold_of.items() if of_group == fold]
                training = sorted(article for group in parts[number] for article in members[group])
                testing = sorted(article for group in (*own, *left) for article in members[group])
                plan.append(Subset(percent, seed, fold, tuple(training), tuple(testing)))
    return plan


def require_articles(groups: int) -> None:
    """Require that there are enough groups of articles for a curve.

    Raises:
        InputError: for fewer than three.
    """
    if groups < FEWEST:
        there = "there is one" if groups == 1 else f"there are {groups}"
        raise InputError(
            f"a learning curve needs {FEWEST} articles that share no text, to train on one and on two and to test on "
            f"another: {there}",
            remedy="Annotate further articles.",
        )


def _size(percent: int, number: int) -> int:
    return max(1, int(number * percent / 100 + 0.5))


def _distinct(percents: Collection[int], fewest: int) -> list[int]:
    """The percentages of which different numbers of articles follow; of some that are the same, the highest."""
    steps = sorted(percents)
    return [a for a, b in pairwise(steps) if _size(a, fewest) != _size(b, fewest)] + steps[-1:]


def _orders(fold_of: Mapping[str, int], tested: Sequence[int], seed: int) -> list[list[str]]:
    """For each tested fold the other groups, in the order in which they are trained on."""
    circle = sorted(fold_of)
    random.Random(seed).shuffle(circle)  # noqa: S311  (no secret)
    places = {fold: place for place, fold in enumerate(dict.fromkeys(fold_of[group] for group in circle))}
    count = len(places)
    orders = []
    for fold in tested:
        start = places[fold] * len(circle) // count
        orders.append([group for group in (*circle[start:], *circle[:start]) if fold_of[group] != fold])
    return orders


def _enough(parts: Sequence[Sequence[str]], times: dict[str, int]) -> list[int]:
    """Which parts are trained on so that every group is tested, and that there are some models to compare.

    Args:
        parts: of one seed.
        times: how often each group is tested, by the seeds before; those of the chosen parts are added.
    """
    left = {number: {*times}.difference(part) for number, part in enumerate(parts)}
    chosen: list[int] = []
    while left and (len(chosen) < MODELS or not all(times.values())):
        least = min(times.values())
        best = max(left, key=lambda number: (sum(times[group] == least for group in left[number]), -number))
        for group in left.pop(best):
            times[group] += 1
        chosen.append(best)
    return sorted(chosen)


@dataclass(frozen=True, slots=True, eq=False)
class ModelCounts:
    """What the models of one size find.

    Args:
        articles: how many they were trained on, on average.
        share: of all articles that could be drawn, between 0 and 1.
        counts: of each model and tested unit, for all labels together and each by itself, what is right, in gold and
            marked; shape (models, units, rows, 3).
        tested: whether each model was tested on each unit; shape (models, units).
    """

    articles: float
    share: float
    counts: Numbers
    tested: Flags


@dataclass(frozen=True, slots=True, eq=False)
class CurveScores:
    """F1 by the number of articles, for all labels together and for each by itself, the rows.

    Args:
        articles: how many were trained on; shape (points,).
        f1: NaN where there is nothing to find; shape (rows, points).
        low, high: limits of the intervals; NaN where there is none; shape (rows, points).
        covariance: of the points, widened as an interval by Student's t is; NaN where the F1 of a row rests on one
            article; shape (rows, points, points).
        spread: standard deviation of models with the same number of articles on the same tested ones; (rows, points).
    """

    articles: Numbers
    f1: Numbers
    low: Numbers
    high: Numbers
    covariance: Numbers
    spread: Numbers


def estimate_curve(points: Sequence[ModelCounts], population: int, level: float = LEVEL) -> CurveScores:
    """F1 at each point, with intervals that hold which articles are trained on, which are tested, and the seeds.

    Args:
        points: from few articles to many, with the same units.
        population: how many groups of articles are drawn from.
        level: how sure the intervals are.
    """
    usable = np.all([point.tested.any(axis=0) for point in points], axis=0)
    means = np.stack([_means(point, usable) for point in points], axis=2)  # units, rows, points, counts
    total = means.sum(axis=0)
    f1 = _f1(total)
    units = len(means)
    changes = np.moveaxis(_f1(total - means) - f1, 0, -1)  # rows, points, units
    of_tested = (units - 1) / units * changes @ np.swapaxes(changes, 1, 2)
    weights = means[..., 1] + means[..., 2]
    effective = kish(weights.sum(axis=0), (weights**2).sum(axis=0))
    of_models = np.stack([_model_variance(point, usable) for point in points], axis=1)
    covariance = of_tested + _of_training(points, of_models, population)
    squares = units / max(1, units - 1) * np.diagonal(covariance, axis1=1, axis2=2)
    missing = np.isnan(squares).astype(float)
    low, high = t_limits(
        LeaveOneOut(f1, np.nan_to_num(squares), missing, np.array(float(units))), effective, level, "share"
    )
    low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)  # of a score of 0 the limits lie on either side
    widened = (quantiles(effective[:, -1] - 1, LEVEL) / NORMAL) ** 2
    articles = np.array([point.articles for point in points])
    return CurveScores(articles, f1, low, high, covariance * widened[:, None, None], np.sqrt(of_models))


def _means(point: ModelCounts, usable: Flags) -> Numbers:
    """The counts of each unit, averaged over the models that were tested on it; shape (units, rows, 3)."""
    tested = point.tested[:, usable, None, None]
    return np.asarray((point.counts[:, usable] * tested).sum(axis=0) / tested.sum(axis=0))


def _f1(counts: Numbers) -> Numbers:
    """F1 from what is right, in gold and marked, the last axis; NaN where there is nothing."""
    spans = counts[..., 1] + counts[..., 2]
    return np.asarray(np.divide(2 * counts[..., 0], spans, out=np.full(spans.shape, np.nan), where=spans > 1e-9))


def _model_variance(point: ModelCounts, usable: Flags) -> Numbers:
    """How much models of one size vary on the same tested units; NaN if no two were tested on the same; (rows,)."""
    tested, counts = point.tested[:, usable], point.counts[:, usable]
    times = tested.sum(axis=0)
    total = (counts * tested[..., None, None]).sum(axis=0)
    squares = []
    for flags, own in zip(tested, counts, strict=True):
        shared = flags & (times > 1)
        if shared.any():
            others = (total - own)[shared] / (times[shared] - 1)[:, None, None]
            difference = _f1(own[shared].sum(axis=0)) - _f1(others.sum(axis=0))
            models = times[shared].mean()
            squares.append(difference**2 * (models - 1) / models)
    if not squares:
        return np.full(counts.shape[2], np.nan)
    defined = ~np.isnan(squares)
    return np.asarray(np.nansum(squares, axis=0) / np.maximum(1, defined.sum(axis=0)))


def _of_training(points: Sequence[ModelCounts], of_models: Numbers, population: int) -> Numbers:
    """What the trained articles and the seeds add to the covariance of the points; shape (rows, points, points).

    Models of all that can be trained on have the same articles: how much they vary is the part of their seeds, and of
    how few articles test them. What smaller ones vary beyond that is due to their articles.
    """
    shares = np.array([point.share for point in points])
    sizes = shares * population
    tests = np.array([point.tested.sum(axis=1).mean() for point in points])
    by_seed = np.nan_to_num(of_models[:, -1:]) * tests[-1] / tests
    of_article = (of_models - by_seed)[:, :-1] * (sizes / (1 - np.minimum(shares, OVERLAPPING)))[:-1]
    known = ~np.isnan(of_article)
    of_article = np.nansum(of_article, axis=1) / np.maximum(1, known.sum(axis=1))
    of_article = np.maximum(0, of_article)[:, None]
    models = np.array([len(point.tested) for point in points])
    alone = np.where(np.isnan(of_models), of_article / sizes, of_models) / models
    return np.asarray(of_article[..., None] / population + alone[:, :, None] * np.eye(len(points)))
