"""Predictions for each article by a model that has not seen it: cross-validation by article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.models.recogniser_model import ExamplePrediction, Trainer


@dataclass(frozen=True, slots=True)
class OutOfFoldPredictions:
    """What models predicted for examples that they had not seen.

    Args:
        recipe: of the trainer.
        seed: of the models.
        folds: by article its fold.
        predictions: by the id of an example.
    """

    recipe: str
    seed: int
    folds: Mapping[str, int]
    predictions: Mapping[str, ExamplePrediction]


def cross_validate(
    examples: Sequence[Example], folds: Mapping[str, int], trainer: Trainer, *, seed: int = 0
) -> OutOfFoldPredictions:
    """Train a model without each fold, and let it predict that fold.

    Args:
        examples: annotated.
        folds: by article its fold; see `goldspan.splits.folds`.
        trainer: that makes the models.
        seed: of the models.

    Raises:
        InputError: if there is nothing to learn from.
    """
    predictions: dict[str, ExamplePrediction] = {}
    for fold in sorted(set(folds.values())):
        training = [example for example in examples if folds[example.article] != fold]
        held_out = [example for example in examples if folds[example.article] == fold]
        model = trainer.train(training, seed=seed)
        predictions |= {one.example: one for one in model.predict(held_out)}
    return OutOfFoldPredictions(trainer.recipe, seed, folds, predictions)
