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
    from goldspan.models.fixed_split import FixedSplit
    from goldspan.models.recogniser_model import Trainer

FEWEST = 2  # folds
TEST_SPLIT = -1  # in place of a fold: the fixed split


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
        fold: its number, from 0; `TEST_SPLIT` for the test split.
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
    training = HeldOutTraining(examples, folds, None, trainer)
    made = training.predict(range(seed, seed + seeds), processes, on_fold)
    return training.out_of_fold(made)


@dataclass(frozen=True, slots=True)
class HeldOutTraining:
    """Trains models that predict what they have not seen: each fold, the test split, or both.

    Args:
        examples: annotated.
        folds: by article its fold; empty to train for no fold.
        split: the fixed split; None to train for none.
        trainer: that makes the models.

    Raises:
        InputError: if there is nothing to learn from without some fold.
        InvalidValueError: for one fold.
    """

    examples: Sequence[Example]
    folds: Mapping[str, int]
    split: FixedSplit | None
    trainer: Trainer

    def __post_init__(self) -> None:
        if not self.folds and self.split is not None:
            return
        if len(self._held_out) < FEWEST:
            raise InvalidValueError(
                f"cross-validation needs at least {FEWEST} folds with examples, not {len(self._held_out)}"
            )
        _require_spans_elsewhere(self.examples, self.folds, self._held_out)

    @property
    def _held_out(self) -> list[int]:
        return sorted({self.folds[example.article] for example in self.examples}) if self.folds else []

    def __call__(self, task: tuple[int, int]) -> TrainedFold:
        """Train with a seed and without a fold, or on the train split, and predict the rest."""
        fold, seed = task
        begin = time.perf_counter()
        if fold == TEST_SPLIT:
            assert self.split is not None
            parts = self.split.training, self.split.validation, self.split.test
        else:
            training = [example for example in self.examples if self.folds[example.article] != fold]
            held_out = [example for example in self.examples if self.folds[example.article] == fold]
            parts = training, (), held_out
        learned, chosen_by, predicted = (sorted(part, key=_place) for part in parts)
        predictions = self.trainer.train(learned, chosen_by, seed=seed).predict(predicted)
        return TrainedFold(fold, seed, predictions, time.perf_counter() - begin)

    def predict(
        self, seeds: Sequence[int], processes: int, on_fold: Callable[[TrainedFold], object]
    ) -> list[TrainedFold]:
        """All folds and the test split, each with all seeds.

        Args:
            seeds: of the models.
            processes: how many are trained at once.
            on_fold: called whenever one has been predicted.
        """
        if not seeds:
            raise InvalidValueError("cross-validation needs at least one seed, not 0")
        parts = [*self._held_out, *([] if self.split is None else [TEST_SPLIT])]
        tasks = [(fold, seed) for seed in seeds for fold in parts]
        done: dict[tuple[int, int], TrainedFold] = {}
        for task, one in worker_processes.results(self, tasks, processes):
            done[task] = one
            on_fold(one)
        return [done[task] for task in tasks]

    def out_of_fold(self, made: Sequence[TrainedFold]) -> OutOfFoldPredictions:
        """What was predicted for the folds."""
        return self._together([one for one in made if one.fold != TEST_SPLIT], self.examples, self.folds)

    def of_test_split(self, made: Sequence[TrainedFold]) -> OutOfFoldPredictions:
        """What was predicted for the test split, each of whose articles has the fold `TEST_SPLIT`."""
        assert self.split is not None
        folds = {example.article: TEST_SPLIT for example in self.split.test}
        return self._together([one for one in made if one.fold == TEST_SPLIT], self.split.test, folds)

    def _together(
        self, made: Sequence[TrainedFold], examples: Sequence[Example], folds: Mapping[str, int]
    ) -> OutOfFoldPredictions:
        by_seed: defaultdict[int, dict[str, ExamplePrediction]] = defaultdict(dict)
        for one in made:
            by_seed[one.seed] |= {prediction.example: prediction for prediction in one.predictions}
        order = [example.id for example in examples]
        return OutOfFoldPredictions(
            self.trainer.recipe,
            tuple(by_seed),
            folds,
            {name: average([found[name] for found in by_seed.values()]) for name in order},
            {seed: {name: found[name].spans for name in order} for seed, found in by_seed.items()},
        )


def _place(example: Example) -> tuple[str, int, str]:
    """The order in which models see examples, whatever the order of the manifest."""
    return example.article, example.at, example.id


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
        raise InputError(
            "gold has no span, so there is nothing to learn",
            remedy="Annotate articles that have some, and make gold of them: goldspan adjudicate --apply.",
        )
    if len(having_spans) == 1:
        articles = sorted({example.article for example in examples if example.spans})
        raise InputError(
            f"all spans are in one of {len(held_out)} folds (of {', '.join(articles[:3])}): when it is held out, there "
            "is nothing to learn",
            remedy="Annotate further articles.",
        )
