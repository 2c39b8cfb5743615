"""A quick recogniser: a linear model of the spelling of words and their neighbours, which learns in a second or two."""

import re
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan

WORD = re.compile(r"\S+")
HASHER = FeatureHasher(2**18, input_type="string")


def features(words, place):
    """What is known of a word: its own spelling, that of its neighbours, and the words further away."""
    yield "bias"
    for step in (-2, -1, 0, 1, 2):
        word = words[place + step] if 0 <= place + step < len(words) else "<>"
        yield f"word{step}={word.lower()}"
        if abs(step) < 2:
            yield f"shape{step}={shape(word)}"
            yield f"begin{step}={word[:3]}"
            yield f"end{step}={word[-3:]}"


def shape(word):
    for pattern, sign in (("[a-z]", "x"), ("[A-Z]", "X"), ("[0-9]", "d")):
        word = re.sub(pattern, sign, word)
    return re.sub(r"(.)\1+", r"\1", word)


def table(examples):
    sentences = [WORD.findall(example.text) for example in examples]
    return HASHER.transform(features(words, place) for words in sentences for place in range(len(words)))


def tags(example):
    """The IOB2 tag of each word."""
    begin = {span.start: span.label for span in example.spans}
    inside = [(span.start, span.end, span.label) for span in example.spans]
    for match in WORD.finditer(example.text):
        label = next((label for start, end, label in inside if start <= match.start() < end), None)
        yield "O" if label is None else f"{'B' if match.start() in begin else 'I'}-{label}"


@dataclass(frozen=True)
class SpellingTrainer:
    """Trains linear models on the spelling of words."""

    labels: tuple
    recipe: str = "a linear model of spelling"

    def train(self, training, validation=(), *, seed=0):
        del validation
        model = SGDClassifier(loss="modified_huber", alpha=1e-4, max_iter=12, tol=None, average=True, random_state=seed)
        return SpellingModel(model.fit(table(training), [tag for example in training for tag in tags(example)]))


@dataclass(frozen=True)
class SpellingModel:
    """A linear model; it predicts spans without probabilities."""

    model: SGDClassifier

    def predict(self, examples):
        predicted = iter(self.model.predict(table(examples)))
        return [self._prediction(example, predicted) for example in examples]

    def _prediction(self, example, predicted):
        spans = []
        for match in WORD.finditer(example.text):
            tag = next(predicted)
            if tag.startswith("I-") and spans and spans[-1][2] == tag[2:] and spans[-1][1] == match.start() - 1:
                spans[-1][1] = match.end()
            elif tag != "O":
                spans.append([match.start(), match.end(), tag[2:]])
        found = tuple(PredictedSpan(*span, 1.0) for span in spans)
        return ExamplePrediction(example.id, found, (), (), (), np.zeros((0, 0)))
