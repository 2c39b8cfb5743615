"""What training begins with is known by its content, and read again in other processes."""

import pickle

import spacy
from spacy.util import fix_random_seed

from goldspan.models.spacy_training import SpacyTrainer
from goldspan.models.weights import Weights


def save_pipeline(folder, seed):
    """A pipeline with an entity recogniser that has learned nothing, from random weights."""
    fix_random_seed(seed)
    nlp = spacy.blank("en")
    nlp.add_pipe("ner").add_label("SHIP")
    nlp.initialize()
    nlp.to_disk(folder)


def trainer(folder):
    return SpacyTrainer(labels=("SHIP",), language="en", weights=Weights.read(str(folder)))


def test_a_trainer_is_the_same_in_another_process_and_another_with_other_weights(tmp_path):
    save_pipeline(tmp_path, 1)
    made = trainer(tmp_path)
    moved = pickle.loads(pickle.dumps(made))  # noqa: S301  (made here)
    assert repr(moved) == repr(made) == repr(trainer(tmp_path))
    assert moved.weights.encoder == "ner"
    save_pipeline(tmp_path, 2)
    assert repr(trainer(tmp_path)) != repr(made), "the same folder holds other weights"
