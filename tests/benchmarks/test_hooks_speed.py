"""`compute_metrics` and `SpanMetric` against seqeval's report, on what a Trainer hands over after an epoch."""

import time
import warnings
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
from seqeval.metrics import classification_report

from goldspan.evaluation.hooks import IGNORED, compute_metrics
from goldspan.evaluation.span_metric import SpanMetric

pytestmark = pytest.mark.benchmark

DOCUMENTS, TOKENS, ROOM = 20_000, 30, 48  # ROOM: with special tokens, pieces of words and padding
LABELS = ("MILITARY_UNIT", "PERSON", "TROOP_COUNT", "LOCATION")
NAMES = ["O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI")]


def epoch(rng):
    """Logits and labels: about 2.5 spans of one to three tokens a document, one span in five predicted wrong."""
    gold = np.zeros((DOCUMENTS, TOKENS), np.int64)
    predicted = gold.copy()
    for row, column, length, label, wrong in zip(
        *(rng.integers(high, size=DOCUMENTS * 5 // 2).tolist() for high in (DOCUMENTS, TOKENS - 4, 3, 4, 5)),
        strict=True,
    ):
        for side, kind, shift in ((gold, label, 0), (predicted, (label + (wrong == 0)) % 4, wrong == 1)):
            span = side[row, column + shift : column + shift + length + 1]
            span[:] = 2 + 2 * kind
            span[0] = 1 + 2 * kind
    words = np.sort(np.argsort(rng.random((DOCUMENTS, ROOM)))[:, :TOKENS])
    labels = np.full((DOCUMENTS, ROOM), IGNORED)
    np.put_along_axis(labels, words, gold, axis=1)
    classes = rng.integers(len(NAMES), size=(DOCUMENTS, ROOM))
    np.put_along_axis(classes, words, predicted, axis=1)
    logits = rng.random((DOCUMENTS, ROOM, len(NAMES)), np.float32)
    np.put_along_axis(logits, classes[..., None], 2.0, axis=2)
    return SimpleNamespace(predictions=logits, label_ids=labels)


def as_in_the_examples(prediction):
    """The tags, as the examples of `transformers` make them for seqeval."""
    chosen = np.argmax(prediction.predictions, axis=2)
    pairs = [list(zip(*row, strict=True)) for row in zip(chosen, prediction.label_ids, strict=True)]
    predicted = [[NAMES[p] for p, label in row if label != IGNORED] for row in pairs]
    gold = [[NAMES[label] for _, label in row if label != IGNORED] for row in pairs]
    return gold, predicted


def seconds(work, repeats=3):
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - started)
    return best, found


def test_four_schemes_take_a_fraction_of_the_time_of_seqevals_report():
    prediction = epoch(np.random.default_rng(1))
    score, metric = compute_metrics(NAMES), SpanMetric()
    to_tags, (gold, predicted) = seconds(lambda: as_in_the_examples(prediction), 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report, theirs = seconds(lambda: classification_report(gold, predicted, output_dict=True), 1)
    from_logits, ours = seconds(lambda: score(prediction))
    from_tags, same = seconds(lambda: metric.compute(predictions=predicted, references=gold))
    assert ours["strict_f1"] == same["strict_f1"] == pytest.approx(theirs["micro avg"]["f1-score"])
    tokens = sum(1 for _ in chain.from_iterable(gold))
    print(f"\n{DOCUMENTS:,} documents, {tokens:,} tokens, {int(ours['gold_spans']):,} gold spans")
    print(f"seqeval: tags {to_tags:.2f} s and report {report:.2f} s, strict alone")
    print(f"from logits {from_logits:.3f} s, four schemes: {(to_tags + report) / from_logits:.0f} times as fast")
    print(f"from tags   {from_tags:.3f} s, four schemes: {report / from_tags:.0f} times as fast as the report")
