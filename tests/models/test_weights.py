"""What training begins with is known by its content, and read again in other processes."""

import pickle

import pytest
import spacy
from spacy.util import fix_random_seed

from goldspan.errors import InputError, NotFoundError
from goldspan.formats.spacy_pipeline import load_pipeline
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


def test_weights_of_another_language_are_refused(tmp_path):
    spacy.blank("de").to_disk(tmp_path)
    weights = Weights(str(tmp_path), spacy.load(tmp_path), encoder=None, has_vectors=True)
    assert SpacyTrainer(labels=("SHIP",), language="de", weights=weights).weights is weights
    with pytest.raises(InputError, match=r"are for 'de', and labels\.toml has language = 'en'"):
        SpacyTrainer(labels=("SHIP",), language="en", weights=weights)


def test_a_pipeline_that_is_not_whole_is_not_said_to_be_missing(tmp_path):
    save_pipeline(tmp_path, 1)
    for path in (tmp_path / "ner").iterdir():
        path.unlink()
    with pytest.raises(NotFoundError, match="is not whole"):
        load_pipeline(str(tmp_path))
