"""A token classifier of transformers, as a model with probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan import tokens
from goldspan.models.recogniser_model import OUTSIDE, ExamplePrediction, PredictedSpan
from goldspan.suggest.token_classifier import quiet_library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.suggest.token_classifier import ClassifiedSpan, TokenClassifier, TokenStates


class TransformersModel:
    """A token classifier.

    Args:
        classifier: the model with its tokenizer.
        labels: of the scheme, in its order.
        language: of the texts, for their tokens.
    """

    def __init__(self, classifier: TokenClassifier, labels: tuple[str, ...], language: str) -> None:
        self.classifier = classifier
        self.labels = labels
        self.language = language

    def predict(self, examples: Sequence[Example]) -> list[ExamplePrediction]:
        """What it predicts for each example; their own spans are not read."""
        texts = [example.text for example in examples]
        extents = list(tokens.tokenize_all(texts, self.language))
        states = self.classifier.states(texts, extents)
        return [
            self._prediction(example.id, of_text, one)
            for example, of_text, one in zip(examples, extents, states, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the model and its tokenizer to a folder."""
        with quiet_library():
            self.classifier.model.save_pretrained(str(folder))
            self.classifier.tokenizer.save_pretrained(str(folder))

    def _prediction(self, example: str, extents: Sequence[tuple[int, int]], states: TokenStates) -> ExamplePrediction:
        place = [states.labels.index(label) for label in self.labels]
        table = np.column_stack([states.outside, (states.begins + states.continues)[:, place]])
        table = table / table.sum(axis=1, keepdims=True)
        predicted = states.spans()
        known = {one[:3] for one in predicted}
        spans = sorted(_span(one, extents) for one in predicted)
        others = sorted(_span(one, extents) for one in states.candidates() if one[:3] not in known)
        return ExamplePrediction(example, tuple(spans), tuple(others), tuple(extents), (OUTSIDE, *self.labels), table)


def _span(one: ClassifiedSpan, extents: Sequence[tuple[int, int]]) -> PredictedSpan:
    start, end = extents[one.first][0], extents[one.stop - 1][1]
    return PredictedSpan(start, end, one.label, min(one.probability, 1.0))
