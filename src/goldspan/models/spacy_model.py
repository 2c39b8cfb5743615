"""A spaCy pipeline with an entity recogniser, as a model with probabilities.

The probability of a span is its share in the beam: the analyses of a text that a beam search keeps, each weighted by
its score (`EntityRecognizer.scored_ents`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan import tokens
from goldspan.models.recogniser_model import OUTSIDE, ExamplePrediction, PredictedSpan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example

NER = "ner"
BEAM_WIDTH = 16
BEAM_DENSITY = 0.0001  # analyses of a lower share of the best score are dropped
LEAST = 0.001  # the lowest probability of a candidate


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
        recogniser: Any = self.nlp.get_pipe(NER)
        docs = list(self.nlp.pipe(example.text for example in examples))
        bare = [self.nlp.make_doc(example.text) for example in examples]
        beams = recogniser.beam_parse(bare, beam_width=BEAM_WIDTH, beam_density=BEAM_DENSITY)
        scores = recogniser.scored_ents(beams)
        return [
            self._prediction(example.id, doc, found) for example, doc, found in zip(examples, docs, scores, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the pipeline to a folder."""
        self.nlp.to_disk(folder)

    def _prediction(self, example: str, doc: Doc, scores: dict[tuple[int, int, str], float]) -> ExamplePrediction:
        columns = (OUTSIDE, *self.labels)
        table = np.zeros((len(doc), len(columns)))
        for (start, end, label), probability in scores.items():
            table[start:end, columns.index(label)] += probability
        table[:, 0] = np.maximum(0, 1 - table[:, 1:].sum(axis=1))
        table /= table.sum(axis=1, keepdims=True)
        kept = [token.i for token in doc if not token.is_space]
        predicted = {(span.start, span.end, span.label_) for span in doc.ents}
        spans = [_span(doc, key, min(1.0, scores.get(key, 0.0))) for key in predicted]
        others = [
            _span(doc, key, min(1.0, value)) for key, value in scores.items() if key not in predicted and value >= LEAST
        ]
        return ExamplePrediction(
            example, tuple(sorted(spans)), tuple(sorted(others)), tuple(tokens.extents(doc)), columns, table[kept]
        )


def _span(doc: Doc, key: tuple[int, int, str], probability: float) -> PredictedSpan:
    start, end, label = key
    span = doc[start:end]
    return PredictedSpan(span.start_char, span.end_char, label, probability)
