"""Speed of all measures of agreement, with their intervals, beside one gamma of pygamma-agreement."""

import random
import time

import pytest

from goldspan import tokens
from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.annotation import Example, Span
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
