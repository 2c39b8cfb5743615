"""What trainers of all libraries have in common: what they say of examples that teach nothing."""

import pickle

import pytest

from goldspan.annotation import Example, Span
from goldspan.models.recogniser_model import NothingToLearnError
from goldspan.models.spacy_training import SpacyTrainer
from goldspan.models.transformers_training import TransformersTrainer


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ((), "there is no span to learn from\n  Annotate"),
        (
            (Span(5, 9, "SHIP"),),
            r"a\.p01: \[5, 9, SHIP\] 'uror' cuts 'Aurora'\n  Correct where spans begin",
        ),
    ],
)
@pytest.mark.parametrize("backend", ["spacy", "transformers"])
def test_why_there_is_nothing_to_learn(spans, message, backend, monkeypatch):
    monkeypatch.setattr("goldspan.models.transformers_training.require_library", lambda: None)
    trainer = (
        SpacyTrainer(labels=("SHIP",), language="en")
        if backend == "spacy"
        else TransformersTrainer(labels=("SHIP",), language="en", encoder="none")
    )
    with pytest.raises(NothingToLearnError, match=message) as caught:
        trainer.train([Example("a.p01", "The Aurora left.", spans)])
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301  (of this test)
