"""Trainers that learn without a library, so that what is done with models can be tested in no time."""

import random
import re
from dataclasses import dataclass, field

import numpy as np

from goldspan.models.recogniser_model import OUTSIDE, ExamplePrediction, PredictedSpan

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class SurfaceModel:
    """Finds the surfaces that it knows, and nothing else, with a probability that depends on its seed."""

    labels: tuple
    surfaces: dict
    seed: int = 0
    sure: float = 1.0

    def predict(self, examples):
        return [self._predict(example) for example in examples]

    def save(self, folder):
        (folder / "surfaces.txt").write_text("\n".join(self.surfaces))

    def _predict(self, example):
        drawn = random.Random(f"{self.seed} {example.id}")  # noqa: S311  (no secret)
        tokens = tuple(match.span() for match in WORD.finditer(example.text))
        columns = (OUTSIDE, *self.labels)
        table = np.zeros((len(tokens), len(columns)))
        table[:, 0] = 1
        spans, candidates, end = [], [], 0
        for start, stop, label in sorted(self._places(example.text), key=lambda place: (place[0], -place[1])):
            if start < end:
                continue
            end = stop
            probability = 1.0 if self.sure == 1 else round(drawn.uniform(self.sure, 1), 3)
            is_predicted = self.sure == 1 or drawn.random() < 0.8
            (spans if is_predicted else candidates).append(PredictedSpan(start, stop, label, probability))
            for number, (first, last) in enumerate(tokens):
                if start < last and first < stop:
                    table[number, columns.index(label)] = probability
                    table[number, 0] = 1 - probability
        return ExamplePrediction(example.id, tuple(spans), tuple(candidates), tokens, columns, table)

    def _places(self, text):
        for surface, label in self.surfaces.items():
            for match in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", text):
                yield *match.span(), label


@dataclass(frozen=True)
class MemorisingTrainer:
    """Trains models that know the surfaces of their training examples by heart.

    `sure` is the least probability of what they find; below 1 they also leave out a fifth of it, by chance.
    """

    labels: tuple
    sure: float = 1.0
    recipe: str = "surfaces by heart"

    def train(self, training, validation=(), *, seed=0):
        del validation
        surfaces = {example.surface(span): span.label for example in training for span in example.spans}
        return SurfaceModel(self.labels, surfaces, seed, self.sure)


@dataclass
class SpyTrainer:
    """Notes what each model was trained on, and what it was asked to predict."""

    labels: tuple
    seen: list = field(default_factory=list, repr=False)
    recipe: str = "surfaces by heart, watched"

    def train(self, training, validation=(), *, seed=0):
        model = MemorisingTrainer(self.labels).train(training, seed=seed)
        note = {"seed": seed, "training": list(training), "validation": list(validation), "predicted": []}
        self.seen.append(note)
        return SpyModel(model, note)


@dataclass
class SpyModel:
    """A model that notes what it was asked to predict."""

    model: SurfaceModel
    note: dict

    @property
    def labels(self):
        return self.model.labels

    def predict(self, examples):
        self.note["predicted"] += examples
        return self.model.predict(examples)


@dataclass(frozen=True)
class FailingTrainer:
    """Raises, or ends its process, as soon as it is to train."""

    how: str
    recipe: str = "none"

    def train(self, training, validation=(), *, seed=0):
        del training, validation, seed
        if self.how == "raise":
            raise_failure()
        raise AssertionError(self.how)


def raise_failure():
    from goldspan.errors import InputError

    raise InputError("there is nothing to learn", file="gold", remedy="Annotate.")
