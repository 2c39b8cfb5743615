"""What the order of reading is worth on CrossNER's politics, by simulation: the tables of docs/reading_order.md.

Ten consecutive sentences are an article. The pool is what is left of train and dev after 3 articles of train, with
which all strategies begin, and 24 of dev, on which they are scored; the test set is not touched. 7 articles are read
between two models, and each strategy reads 28 of the 47.

    CROSSNER=FOLDER python3 -m pytest -m long -s tests/benchmarks/test_reading_order_crossner.py
"""

import os
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from goldspan.formats import sources
from helpers.reading_simulation import STRATEGIES, Reading, table
from helpers.token_classifier import TokenTrainer

pytestmark = pytest.mark.long
SENTENCES = 10
SEEDS = range(int(os.environ.get("CROSSNER_SEEDS", "5")))


@pytest.fixture(scope="module")
def articles():
    """By id the examples of the articles of train and dev."""
    folder = os.environ.get("CROSSNER")
    if folder is None:
        pytest.skip("set CROSSNER to a folder with politics/train.txt and dev.txt of github zliucr/CrossNER")
    found = {}
    for name in ("train", "dev"):
        sentences = list(sources.read_source(Path(folder) / "politics" / f"{name}.txt").examples)
        for number in range(len(sentences) // SENTENCES):
            article, some = f"{name}{number:02}", sentences[number * SENTENCES : (number + 1) * SENTENCES]
            found[article] = [replace(one, id=f"{article}.s{place:02}") for place, one in enumerate(some, 1)]
    return found


@pytest.mark.parametrize("kept", [None, 3], ids=["all labels", "the three rarest labels"])
def test_spans_and_words_for_an_f1(articles, kept):
    counts = Counter(span.label for examples in articles.values() for one in examples for span in one.spans)
    labels = tuple(sorted(name for name, _ in counts.most_common()[-kept:])) if kept else tuple(sorted(counts))
    chosen = {
        name: [replace(one, spans=tuple(span for span in one.spans if span.label in labels)) for one in examples]
        for name, examples in articles.items()
    }
    curves = {name: [] for name in STRATEGIES}
    for seed in SEEDS:
        draw = random.Random(seed)  # noqa: S311  (no secret)
        test = draw.sample([name for name in chosen if name.startswith("dev")], 24)
        start = draw.sample([name for name in chosen if name.startswith("train")], 3)
        reading = Reading(
            articles=chosen,
            start=start,
            pool=[name for name in chosen if name not in {*test, *start}],
            test=[one for name in sorted(test) for one in chosen[name]],
            trainer=TokenTrainer(labels),
            batch=7,
            rounds=4,
            seed=seed,
        )
        for name, options in STRATEGIES.items():
            curves[name].append(reading.curve(options))
        if seed:
            print(f"\n{seed + 1} seeds, {', '.join(labels)}\n{table(curves, (1, 2, 3, 4))}", flush=True)
    assert all(len(one) == len(SEEDS) for one in curves.values())
