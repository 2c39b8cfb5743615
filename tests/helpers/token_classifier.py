"""A learner of spelling: logistic regression over words and their neighbours, by the token, trained in a second or two.

It stands for models in simulations that train hundreds of them. On CrossNER's politics it comes near a spaCy recogniser
that begins with no weights.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np
from scipy import sparse
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from goldspan.models.recogniser_model import OUTSIDE, ExamplePrediction, PredictedSpan

TOKEN = re.compile(r"\w+|[^\w\s]")
LEAST = 0.05
HASHER = FeatureHasher(n_features=2**18, input_type="string")


def extents(text):
    """Where the tokens of a text are."""
    return [match.span() for match in TOKEN.finditer(text)]


def shape(word):
    """The word with a letter for each run of capitals, small letters, digits and other signs."""
    kinds = ("X" if c.isupper() else "x" if c.isalpha() else "9" if c.isdigit() else c for c in word)
    return "".join(kind for kind, _ in groupby(kinds))


def features(text):
    """The features of each token of a text."""
    words = [text[start:end] for start, end in extents(text)]
    padded = ["<<", "<", *words, ">", ">>"]
    rows = []
    for at in range(len(words)):
        before, word, after = padded[at + 1 : at + 4]
        rows.append([
            "bias", f"w={word}", f"l={word.casefold()}", f"s={shape(word)}", f"3={word[:3]}", f"e={word[-3:]}",
            f"f={word[-2:]}", f"b={before}", f"a={after}", f"bs={shape(before)}", f"as={shape(after)}",
            f"bb={padded[at]}", f"aa={padded[at + 4]}", f"bw={before}|{word}", f"wa={word}|{after}",
            f"ss={shape(before)}|{shape(word)}|{shape(after)}",
        ])  # fmt: skip
    return rows


@cache
def hashed(text):
    """The features of each token of a text as a sparse matrix; simulations ask for those of a text again and again."""
    return HASHER.transform(features(text))


def tags(example):
    """Of each token B- or I- with its label, or O."""
    found = []
    for start, end in extents(example.text):
        span = next((one for one in example.spans if one.start < end and start < one.end), None)
        found.append("O" if span is None else f"{'B' if start <= span.start else 'I'}-{span.label}")
    return found


@dataclass(frozen=True)
class TokenModel:
    """A classifier of tokens, whose runs of one label are spans; each is as likely as its least likely token."""

    labels: tuple
    classifier: object

    def predict(self, examples):
        """What it predicts for each example."""
        rows = [hashed(example.text) for example in examples]
        shares = self.classifier.predict_proba(sparse.vstack(rows)) if rows else np.zeros((0, 1))
        ends = np.cumsum([one.shape[0] for one in rows])
        return [
            self._prediction(example, table)
            for example, table in zip(examples, np.split(shares, ends[:-1]), strict=True)
        ]

    def save(self, folder):
        """Nothing is kept."""

    def _prediction(self, example, table):
        classes = list(self.classifier.classes_)
        columns = (OUTSIDE, *self.labels)
        merged, begins = np.zeros((len(table), len(columns))), np.zeros((len(table), len(columns)))
        for number, name in enumerate(classes):
            column = columns.index(name[2:]) if name != "O" else 0
            merged[:, column] += table[:, number]
            if name.startswith("B-"):
                begins[:, column] += table[:, number]
        tokens = extents(example.text)
        spans = self._runs(merged.argmax(axis=1), merged, begins, tokens)
        possible = self._runs(1 + merged[:, 1:].argmax(axis=1), merged, begins, tokens) if len(table) else []
        taken = {span[:3] for span in spans}
        others = [span for span in possible if span[:3] not in taken and span.probability >= LEAST]
        return ExamplePrediction(example.id, tuple(spans), tuple(sorted(others)), tuple(tokens), columns, merged)

    def _runs(self, best, merged, begins, tokens):
        """The runs of tokens of one label; one ends where the next token is a first one rather than a further one."""
        spans, at = [], 0
        while at < len(best):
            column, end = int(best[at]), at + 1
            if column:
                possible = merged[at, column] >= LEAST
                while (
                    end < len(best) and best[end] == column and (merged[end, column] >= LEAST) == possible
                    and begins[end, column] <= merged[end, column] / 2
                ):  # fmt: skip
                    end += 1
                probability = float(merged[at:end, column].min())
                spans.append(
                    PredictedSpan(tokens[at][0], tokens[end - 1][1], columns_label(self.labels, column), probability)
                )
            at = end
        return spans


def columns_label(labels, column):
    """The label of a column."""
    return labels[column - 1]


@dataclass(frozen=True)
class TokenTrainer:
    """Trains `TokenModel`s."""

    labels: tuple
    recipe: str = "logistic regression over the spelling of words"

    def train(self, training, validation=(), *, seed=0):
        """A model of what is annotated."""
        del validation
        rows = sparse.vstack([hashed(example.text) for example in training])
        wanted = [tag for example in training for tag in tags(example)]
        classifier = SGDClassifier(loss="log_loss", alpha=2e-5, max_iter=12, tol=None, random_state=seed, average=True)
        return TokenModel(self.labels, classifier.fit(rows, wanted))
