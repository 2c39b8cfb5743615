"""Planted errors found in the 200 training sentences of CrossNER's politics, beside cleanlab and chance.

Five spans of a hundred are damaged, a quarter each in label, edge, deleted and invented, with three seeds; nothing was
chosen by these plantings. A sentence counts as an article. Recognisers and tokens are predicted in five folds, on the
damaged gold. When as many sentences are read as are damaged, how many of the damaged ones are among them? The numbers
are those of docs/label_errors.md.

    CROSSNER=FOLDER CROSSNER_WEIGHTS=PIPELINE python3 -m pytest -m long -s -o faulthandler_timeout=0 \
        tests/benchmarks/test_label_errors_crossner.py

With recognisers it takes many minutes for each planting; `-k tokens` leaves them out.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from goldspan.annotation import Example
from goldspan.formats import sources
from goldspan.models.cross_validation import cross_validate
from goldspan.models.spacy_training import SpacyTrainer
from goldspan.models.token_classifier import out_of_fold_tokens
from goldspan.models.weights import Weights
from goldspan.tokens import tokenize
from helpers.label_error_recall import damaged_gold, found_by, intervals

pytestmark = pytest.mark.long
SEEDS = tuple(map(int, os.environ.get("CROSSNER_SEEDS", "1,2,3").split(",")))
FOLDS = 5


@pytest.fixture(scope="module")
def sentences():
    folder = os.environ.get("CROSSNER")
    if folder is None:
        pytest.skip("set CROSSNER to a folder with politics/train.txt of github zliucr/CrossNER")
    read = sources.read_source(Path(folder) / "politics" / "train.txt").examples
    return [Example(f"sentence{number:04}", one.text, one.spans) for number, one in enumerate(read)]


@pytest.mark.parametrize("quick", [True, False], ids=["tokens alone", "with recognisers"])
def test_planted_errors_in_crossner(sentences, quick):
    pytest.importorskip("cleanlab")
    name = os.environ.get("CROSSNER_WEIGHTS")
    weights = None if name is None else Weights.read(name)
    labels = tuple(sorted({span.label for one in sentences for span in one.spans}))
    tokens = {one.id: tokenize(one.text, "en") for one in sentences}
    draw = np.random.default_rng(0)
    order = draw.permutation(len(sentences))
    folds = {sentences[at].id: place % FOLDS for place, at in enumerate(order)}
    found = []
    for seed in SEEDS:
        gold, damaged = damaged_gold(sentences, tokens, seed)
        predictions = {}
        if not quick:
            trainer = SpacyTrainer(labels=labels, language="en", weights=weights)
            predictions = cross_validate(gold, folds, trainer, processes=1).predictions
        tables = out_of_fold_tokens(gold, tokens, folds, labels, weights)
        found.append(found_by(gold, damaged, tokens, labels, predictions, tables))
        print(f"\nplanting {seed}: {len(damaged)} of {len(gold)} sentences damaged", flush=True)
        for way, recall in found[-1].items():
            print(f"  {recall:.3f}  {way}", flush=True)
    print(f"\nmean of {len(SEEDS)} plantings, with 95% intervals over them:")
    for way, (mean, low, high) in intervals(found).items():
        print(f"  {mean:.3f} [{low:.3f}, {high:.3f}]  {way}")
    means = {way: mean for way, (mean, _, _) in intervals(found).items()}
    assert means["goldspan, tokens"] >= 0.6 > means["chance"]
