"""A learned arbiter between suggestions and a model: which of all their spans are right, by logistic regression.

It is the second way of using suggestions beside precedence, and measured in tests/benchmarks/test_training_crossner.py:
stacked generalisation (Wolpert 1992), fitted on predictions for what the model had not seen.
"""

import math

import numpy as np
from sklearn.linear_model import LogisticRegression

LEAST = 0.03  # the probability of a candidate of the model


def candidates(prediction, found, labels):
    """The spans that somebody proposes in an example, each with what is known of it."""
    proposed = {span[:3]: (span.probability, True) for span in prediction.spans}
    for span in prediction.candidates:
        if span.probability >= LEAST:
            proposed.setdefault(span[:3], (span.probability, False))
    for spans in found.values():
        for span in spans:
            proposed.setdefault(span[:3], (0.0, False))
    return [(key, _features(key, proposed, found, labels)) for key in proposed]


def _features(key, proposed, found, labels):
    start, end, label = key
    probability, predicted = proposed[key]
    rival = max((p for other, (p, _) in proposed.items() if other != key and other[0] < end and start < other[1]),
                default=0.0)  # fmt: skip
    known = [
        math.log((probability + 0.01) / (1.01 - probability)),
        probability,
        predicted,
        rival,
        math.log(end - start),
    ]
    for spans in found.values():
        same = next((one for one in spans if (one.start, one.end) == (start, end)), None)
        touching = any(one.start < end and start < one.end for one in spans)
        agrees = same is not None and same.label == label
        known += [
            agrees,
            same is not None and not agrees,
            touching and same is None,
            (same.score or 0) if agrees else 0,
        ]
    return [*known, *(label == one for one in labels)]


def arbitrate(examples, folds, predictions, found, labels, *, least=0.25):
    """By example the spans that the arbiter keeps, which has learned from the other folds.

    Args:
        examples: of gold.
        folds: by article its fold.
        predictions: out of fold, by example.
        found: out of fold, by example and recogniser.
        labels: of the scheme.
        least: the probability from which a span is kept.
    """
    rows = {one.id: candidates(predictions[one.id], found[one.id], labels) for one in examples}
    gold = {one.id: {(span.start, span.end, span.label) for span in one.spans} for one in examples}
    kept = {}
    for fold in sorted(set(folds.values())):
        learning = [one.id for one in examples if folds[one.article] != fold]
        features = np.array([values for name in learning for _, values in rows[name]], dtype=float)
        right = np.array([key in gold[name] for name in learning for key, _ in rows[name]])
        model = LogisticRegression(C=10, max_iter=5000).fit(features, right)
        for one in examples:
            if folds[one.article] == fold:
                kept[one.id] = _strongest(model, rows[one.id], least)
    return kept


def _strongest(model, rows, least):
    if not rows:
        return []
    shares = model.predict_proba(np.array([values for _, values in rows], dtype=float))[:, 1]
    kept = []
    for share, (key, _) in sorted(zip(shares, rows, strict=True), key=lambda row: -row[0]):
        if share >= least and all(key[1] <= start or end <= key[0] for start, end, _ in kept):
            kept.append(key)
    return kept
