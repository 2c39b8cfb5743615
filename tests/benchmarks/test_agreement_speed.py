"""Speed of all measures of agreement with their intervals: beside one gamma of a peer, and of many annotators."""

import json
import random
import time
from itertools import accumulate, pairwise

import pytest

from goldspan import tokens
from goldspan.agreement import text_report
from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.html_report import page
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import RuleAttributor
from goldspan.annotation import Example, Span
from goldspan.guidelines.rules import Rulebook
from helpers.pygamma import gammas

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

DOCUMENTS, WORDS, LABELS, ANNOTATORS = 500, 40, "ABCD", ("ann", "bob", "eve")
TEXT = " ".join(["words"] * WORDS)


def read(gold, rng):
    """What one annotator makes of the spans that are there."""
    for start, end, label in gold:
        error = rng.random()
        if error < 0.8:
            yield start, end, label
        elif error < 0.87:
            yield start, end, rng.choice(LABELS)
        elif error < 0.94:
            yield start, end + 6, label


@pytest.fixture(scope="module")
def documents():
    """Per document and annotator the spans, about three, as start, end and label."""
    rng = random.Random(1)  # noqa: S311  (no secrets here)
    made = []
    for _ in range(DOCUMENTS):
        cuts = sorted(rng.sample(range(WORDS - 1), 2 * rng.choice((2, 3, 3, 4))))
        gold = [(6 * a, 6 * b - 1, rng.choice(LABELS)) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
        made.append([list(read(gold, rng)) for _ in ANNOTATORS])
    return made


@pytest.mark.long
def test_all_measures_with_intervals_beside_one_gamma(documents):
    passes = {
        name: [
            Example(f"d{n:04d}", TEXT, tuple(Span(*span) for span in set(rows[who])))
            for n, rows in enumerate(documents)
        ]
        for who, name in enumerate(ANNOTATORS)
    }
    annotations = annotations_of_examples(passes)
    tokens.tokenize("", "en")  # spaCy is imported
    measure(annotations_of_examples({name: rows[:5] for name, rows in passes.items()}), resamples=1)  # and scipy
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        agreement = measure(annotations, resamples=1_000)
        taken.append(time.perf_counter() - started)
    assert agreement.overall["u_alpha"].low < agreement.overall["u_alpha"].estimate < 1
    step = len(TEXT) + 1
    continuum = [
        [[n * step + a, n * step + b, label] for n, rows in enumerate(documents) for a, b, label in rows[who]]
        for who in range(len(ANNOTATORS))
    ]
    ((*_, seconds),) = gammas([continuum], fast=True)
    print(
        f"\n{DOCUMENTS:,} documents by {len(ANNOTATORS)} annotators, all measures but gamma, 1,000 resamples: "
        f"{min(taken):.2f} s\npygamma-agreement, one gamma of them, by its fast approximation: "
        f"{seconds:.1f} s, {seconds / min(taken):.0f} times as long"
    )
    assert seconds > 20 * min(taken)


MANY, CORPUS, KINDS = 9, 827, [f"LABEL_{number:02d}" for number in range(36)]
SECONDS = 20  # of processor time


def seen(gold, begins, shares, rng):
    """What one annotator makes of the spans that are there, as numbers of words."""
    for first, end, label in gold:
        slip = rng.random()
        if slip >= 0.1:
            last = min(end + (slip >= 0.92), len(begins) - 1)
            name = rng.choices(KINDS, shares)[0] if slip < 0.18 else label
            yield Span(begins[first], begins[last] - 1, name)


def many_passes():
    """Nine annotators of 827 documents of 80 to 200 words, with 36 labels of which few are common; some spans nest."""
    rng = random.Random(1)  # noqa: S311  (no secrets here)
    shares = [1 / (1 + number) for number in range(len(KINDS))]
    vocabulary = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(3, 8))) for _ in range(2_000)]
    passes = {f"annotator {number}": [] for number in range(MANY)}
    for document in range(CORPUS):
        words = rng.choices(vocabulary, k=rng.randint(80, 200))
        begins = [0, *accumulate(len(word) + 1 for word in words)]
        cuts = sorted(rng.sample(range(len(words)), 32))
        gold = [(a, min(b, a + rng.randint(1, 4)), rng.choices(KINDS, shares)[0]) for a, b in pairwise(cuts[::2])]
        gold += [(a, min(b + 2, len(words)), rng.choices(KINDS, shares)[0]) for a, b, _ in gold if rng.random() < 0.2]
        for rows in passes.values():
            spans = {*seen(gold, begins, shares, rng)}
            rows.append(Example(f"d{document:04d}", " ".join(words), tuple(sorted(spans))))
    return passes


def test_nine_annotators_with_dozens_of_labels_take_seconds():
    """From the annotations to the whole report, its JSON and its page."""
    annotations = annotations_of_examples(many_passes())
    tokens.tokenize("", "en")  # spaCy is imported
    started = time.process_time()
    report = make_report(annotations, measure(annotations), RuleAttributor(Rulebook(), {}))
    measured = time.process_time()
    data = json.dumps(text_report.report_json(report))
    html = page(report)
    taken = time.process_time() - started
    assert report.agreement.overall["exact_f1"].low < report.agreement.overall["exact_f1"].estimate < 1
    assert len(report.agreement.labels) == len(KINDS)
    spans = sum(len(spans) for item in annotations.items for spans in item.spans.values())
    print(
        f"\n{CORPUS} documents by {MANY} annotators, {spans:,} spans of {len(KINDS)} labels, all measures but gamma "
        f"with intervals: {measured - started:.1f} s of processor time; with JSON ({len(data) / 1e6:.0f} MB) and page "
        f"({len(html) / 1e6:.0f} MB) {taken:.1f} s"
    )
    assert taken < SECONDS
