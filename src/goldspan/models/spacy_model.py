"""A spaCy pipeline with an entity recogniser, as a model with probabilities.

A span is predicted if it is more likely than not: its exact probability by the model is over one half, see
`entity_marginals`. No two such spans can overlap. The pipeline itself, used without goldspan, takes the best action at
each token instead, which finds nearly the same spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan import tokens
from goldspan.models.entity_marginals import entity_marginals
from goldspan.models.recogniser_model import OUTSIDE, ExamplePrediction, PredictedSpan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example
    from goldspan.models.entity_marginals import EntityMarginal

NER = "ner"
LEAST = 0.001  # the lowest probability of a candidate
LIKELY = 0.5  # the probability over which a span is predicted


class SpacyModel:
    """A pipeline with an entity recogniser.

    Args:
        nlp: the pipeline, whose component `ner` is read.
        labels: of the scheme, in its order.
    """

    def __init__(self, nlp: Language, labels: tuple[str, ...]) -> None:
        self.nlp = nlp
        self.labels = labels

    def predict(self, examples: Sequence[Example]) -> list[ExamplePrediction]:
        """What it predicts for each example; their own spans are not read."""
        docs = [self.nlp.make_doc(example.text) for example in examples]
        found = entity_marginals(self.nlp.get_pipe(NER), docs)
        return [
            self._prediction(example.id, doc, entities)
            for example, doc, entities in zip(examples, docs, found, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the pipeline to a folder."""
        self.nlp.to_disk(folder)

    def _prediction(self, example: str, doc: Doc, entities: Sequence[EntityMarginal]) -> ExamplePrediction:
        columns = (OUTSIDE, *self.labels)
        table = np.zeros((len(doc), len(columns)))
        for one in entities:
            table[one.start : one.end, columns.index(one.label)] += one.probability
        table[:, 0] = np.maximum(0, 1 - table[:, 1:].sum(axis=1))
        table /= table.sum(axis=1, keepdims=True)
        kept = [token.i for token in doc if not token.is_space]
        spans = sorted(_span(doc, one) for one in entities if one.probability > LIKELY)
        others = sorted(_span(doc, one) for one in entities if LEAST <= one.probability <= LIKELY)
        return ExamplePrediction(example, tuple(spans), tuple(others), tuple(tokens.extents(doc)), columns, table[kept])


def _span(doc: Doc, one: EntityMarginal) -> PredictedSpan:
    span = doc[one.start : one.end]
    return PredictedSpan(span.start_char, span.end_char, one.label, one.probability)
