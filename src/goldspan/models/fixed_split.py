"""What a model that was trained on the train split predicts for the test split: one division of the articles.

It is what a model that is published is measured by. Its test articles are few, so that it says less than
cross-validation, in which each article is tested; and it must not be used to choose anything, as then it is no test any
more. The validation split is handed to the trainer, as `goldspan train` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.models import worker_processes
from goldspan.models.cross_validation import average

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan, Trainer

TRAIN, VALIDATION, TEST = "train", "validation", "test"


@dataclass(frozen=True, slots=True)
class SplitPredictions:
    """What models predicted for the test split.

    Args:
        articles: by split those that took part.
        predictions: by the id of an example.
        by_seed: for each seed the spans that its model predicted, by the id of an example.
    """

    articles: Mapping[str, Sequence[str]]
    predictions: Mapping[str, ExamplePrediction]
    by_seed: Mapping[int, Mapping[str, tuple[PredictedSpan, ...]]]


def predict_split(
    examples: Sequence[Example],
    splits: Mapping[str, Sequence[str]],
    trainer: Trainer,
    *,
    seed: int = 0,
    seeds: int = 1,
    processes: int = 1,
) -> SplitPredictions | None:
    """Train on the train split and predict the test split; None if train has no span or test no annotated example.

    Args:
        examples: annotated.
        splits: by name the ids of articles.
        trainer: that makes the models.
        seed: the first of the models' seeds.
        seeds: how many there are, counted on from the first.
        processes: how many models are trained at once.
    """
    parts = {
        name: [example for example in examples if example.article in {*splits.get(name, ())}]
        for name in (TRAIN, VALIDATION, TEST)
    }
    if not any(example.spans for example in parts[TRAIN]) or not parts[TEST]:
        return None
    numbers = range(seed, seed + seeds)
    training = _SplitTraining(parts[TRAIN], parts[VALIDATION], parts[TEST], trainer)
    done = dict(worker_processes.results(training, numbers, processes))
    by_seed = {number: {one.example: one for one in done[number]} for number in numbers}
    return SplitPredictions(
        articles={name: sorted({example.article for example in part}) for name, part in parts.items()},
        predictions={example.id: average([by_seed[n][example.id] for n in numbers]) for example in parts[TEST]},
        by_seed={number: {name: one.spans for name, one in found.items()} for number, found in by_seed.items()},
    )


@dataclass(frozen=True, slots=True)
class _SplitTraining:
    """Trains a model on the train split and predicts the test split."""

    training: Sequence[Example]
    validation: Sequence[Example]
    test: Sequence[Example]
    trainer: Trainer

    def __call__(self, seed: int) -> list[ExamplePrediction]:
        """Train with a seed, and predict."""
        return self.trainer.train(self.training, self.validation, seed=seed).predict(self.test)
