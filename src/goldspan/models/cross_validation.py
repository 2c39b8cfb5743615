"""Predictions for each article by models that have not seen it: cross-validation by article.

Each fold is predicted by a model that was trained on the other folds. With several seeds there is a model for each fold
and seed, and their probabilities are averaged. Folds can be trained in several processes at once, each with one thread:
the predictions are the same to the last bit, however many there are.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from goldspan.errors import InputError, InvalidValueError
from goldspan.models import worker_processes
from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.models.recogniser_model import Trainer

FEWEST = 2  # folds


@dataclass(frozen=True, slots=True)
class OutOfFoldPredictions:
    """What models predicted for examples that they had not seen.

    Args:
        recipe: of the trainer.
        seeds: of the models.
        folds: by article its fold.
        predictions: by the id of an example; of several seeds, what `average` makes of them.
        by_seed: for each seed the spans that its models predicted, by the id of an example.
    """

    recipe: str
    seeds: tuple[int, ...]
    folds: Mapping[str, int]
    predictions: Mapping[str, ExamplePrediction]
    by_seed: Mapping[int, Mapping[str, tuple[PredictedSpan, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrainedFold:
    """A fold that has been predicted.

    Args:
        fold: its number, from 0.
        seed: of the model.
        predictions: for its examples.
        seconds: that the training and the prediction took.
    """

    fold: int
    seed: int
    predictions: Sequence[ExamplePrediction]
    seconds: float


def cross_validate(
    examples: Sequence[Example],
    folds: Mapping[str, int],
    trainer: Trainer,
    *,
    seed: int = 0,
    seeds: int = 1,
    processes: int = 1,
    on_fold: Callable[[TrainedFold], object] = lambda _: None,
) -> OutOfFoldPredictions:
    """Train a model without each fold, and let it predict that fold.

    Args:
        examples: annotated.
        folds: by article its fold; see `goldspan.splits.folds`.
        trainer: that makes the models; it must be picklable to be used in several processes.
        seed: the first of the models' seeds.
        seeds: how many there are, counted on from the first.
        processes: how many folds are trained at once, if the trainer can be moved to other processes.
        on_fold: called whenever a fold has been predicted, in the order in which they end.

    Raises:
        InputError: if there is nothing to learn from without some fold.
        InvalidValueError: for fewer than two folds or no seed.
    """
    held_out = sorted({folds[example.article] for example in examples})
    if len(held_out) < FEWEST:
        raise InvalidValueError(f"cross-validation needs at least {FEWEST} folds with examples, not {len(held_out)}")
    if seeds < 1:
        raise InvalidValueError(f"cross-validation needs at least one seed, not {seeds}")
    numbers = range(seed, seed + seeds)
    _require_spans_elsewhere(examples, folds, held_out)
    tasks = [(fold, number) for number in numbers for fold in held_out]
    done: dict[tuple[int, int], TrainedFold] = {}
    for task, one in worker_processes.results(_FoldTraining(examples, folds, trainer), tasks, processes):
        done[task] = one
        on_fold(one)
    by_example: defaultdict[str, list[ExamplePrediction]] = defaultdict(list)
    for task in tasks:
        for prediction in done[task].predictions:
            by_example[prediction.example].append(prediction)
    order = [example.id for example in examples]
    return OutOfFoldPredictions(
        trainer.recipe,
        tuple(numbers),
        folds,
        {name: average(by_example[name]) for name in order},
        {number: {name: by_example[name][place].spans for name in order} for place, number in enumerate(numbers)},
    )


def average(predictions: Sequence[ExamplePrediction]) -> ExamplePrediction:
    """What several models predict for one example together; the prediction of a single one stays as it is.

    The probabilities are averaged, those of spans over the models that do not think of them, too (as 0). Predicted are
    the spans that half of the models or more predict: first those of more models, then the more probable ones, each
    unless it overlaps one before it.

    Args:
        predictions: by models of the same labels, on the same tokens.
    """
    first, *others = predictions
    if not others:
        return first
    votes = Counter(span[:3] for one in predictions for span in one.spans)
    sums: defaultdict[tuple[int, int, str], float] = defaultdict(float)
    for one in predictions:
        for span in (*one.spans, *one.candidates):
            sums[span[:3]] += span.probability
    means = {key: value / len(predictions) for key, value in sums.items()}
    chosen: list[tuple[int, int, str]] = []
    for key in sorted(votes, key=lambda key: (-votes[key], -means[key], key)):
        if 2 * votes[key] >= len(predictions) and not any(key[0] < end and start < key[1] for start, end, _ in chosen):
            chosen.append(key)
    spans = tuple(sorted(PredictedSpan(*key, means[key]) for key in chosen))
    candidates = tuple(sorted(PredictedSpan(*key, mean) for key, mean in means.items() if key not in {*chosen}))
    table = np.mean([one.probabilities for one in predictions], axis=0)
    return ExamplePrediction(first.example, spans, candidates, first.tokens, first.labels, table)


def _require_spans_elsewhere(examples: Sequence[Example], folds: Mapping[str, int], held_out: Sequence[int]) -> None:
    """Require that there is something to learn from without each fold."""
    having_spans = {folds[example.article] for example in examples if example.spans}
    if not having_spans:
        raise InputError("gold has no span, so there is nothing to learn", remedy="Annotate, and derive gold.")
    if len(having_spans) == 1:
        articles = sorted({example.article for example in examples if example.spans})
        raise InputError(
            f"all spans are in one of {len(held_out)} folds (of {', '.join(articles[:3])}): when it is held out, there "
            "is nothing to learn",
            remedy="Annotate further articles.",
        )


@dataclass(frozen=True, slots=True)
class _FoldTraining:
    """Trains the model for a fold and predicts it."""

    examples: Sequence[Example]
    folds: Mapping[str, int]
    trainer: Trainer

    def __call__(self, task: tuple[int, int]) -> TrainedFold:
        """Train with a seed and without a fold, and predict that fold."""
        fold, seed = task
        begin = time.perf_counter()
        training = [example for example in self.examples if self.folds[example.article] != fold]
        held_out = [example for example in self.examples if self.folds[example.article] == fold]
        predictions = self.trainer.train(training, seed=seed).predict(held_out)
        return TrainedFold(fold, seed, predictions, time.perf_counter() - begin)
