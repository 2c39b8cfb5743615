"""Probabilities of entities, against all analyses of a text as spaCy itself scores them."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import fix_random_seed

from goldspan.models.entity_marginals import entity_marginals

if TYPE_CHECKING:
    from spacy.language import Language

SMALL = {"width": 8, "depth": 1, "embed_size": 50, "window_size": 1, "maxout_pieces": 2, "subword_features": True}
TOK2VEC = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, **SMALL}


def _pipeline(*, upper: bool = True, extra: bool = False, labels: tuple[str, ...] = ("A", "B-x", "-")) -> Language:
    """A recogniser that is not trained, with random weights in all its layers."""
    fix_random_seed(1)
    nlp = spacy.blank("en")
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": extra,
        "hidden_width": 6, "maxout_pieces": 2, "use_upper": upper, "tok2vec": TOK2VEC,
    }  # fmt: skip
    component: Any = nlp.add_pipe("ner", config={"model": model})
    for label in labels:
        component.add_label(label)
    words = ["One", "two", "three"]
    nlp.initialize(lambda: [Example(Doc(nlp.vocab, words), Doc(nlp.vocab, words))])
    draw = np.random.default_rng(2)
    for node in component.model.walk():
        for name in node.param_names:
            node.set_param(name, draw.normal(0, 0.7, node.get_param(name).shape).astype("float32"))
    return nlp


def _all_analyses(nlp: Language, doc: Doc) -> Counter[tuple[int, int, str]]:
    """The probability of each entity, summed over all sequences of actions that spaCy allows."""
    recogniser: Any = nlp.get_pipe("ner")
    moves = recogniser.moves
    names = [moves.get_class_name(number) for number in range(moves.n_moves)]
    step = recogniser.model.predict([doc])
    totals: Counter[tuple[int, int, str]] = Counter()

    def follow(taken: list[int], probability: float) -> None:
        (state,) = moves.init_batch([doc])
        for action in taken:
            forced = np.zeros((1, len(names)), dtype="float32")
            forced[0, action] = 1
            recogniser.transition_states([state], forced)
        if state.is_final():
            copy = Doc(nlp.vocab, [token.text for token in doc])
            moves.set_annotations(state, copy)
            totals.update({(e.start, e.end, e.label_): probability for e in copy.ents})
            return
        scores = step.predict([state])[0]
        valid = [number for number, name in enumerate(names) if moves.is_valid(state, name) and name != "U-"]
        largest = max(scores[number] for number in valid)
        shares = {number: math.exp(scores[number] - largest) for number in valid}
        for number, share in shares.items():
            follow([*taken, number], probability * share / sum(shares.values()))

    follow([], 1.0)
    return totals


@pytest.mark.parametrize(("upper", "extra"), [(True, False), (False, False), (True, True)])
def test_each_entity_has_the_probability_of_all_analyses_with_it(upper: bool, extra: bool) -> None:
    nlp = _pipeline(upper=upper, extra=extra, labels=("A", "B-x"))
    docs = [Doc(nlp.vocab, words) for words in (["Ab", "cd", "\n", "Ef"], [], ["x"], ["Gh", "Ij", "k"])]
    recogniser: Any = nlp.get_pipe("ner")
    for doc, found in zip(docs, entity_marginals(recogniser, docs), strict=True):
        expected = _all_analyses(nlp, doc) if len(doc) else {}
        got = {(one.start, one.end, one.label): one.probability for one in found}
        assert set(got) <= set(expected)
        assert {key: got.get(key, 0.0) for key in expected} == pytest.approx(expected, abs=1e-4)


def test_overlapping_entities_never_sum_to_more_than_one() -> None:
    nlp = _pipeline()
    recogniser: Any = nlp.get_pipe("ner")
    doc = Doc(nlp.vocab, [f"W{number}" for number in range(150)])
    (found,) = entity_marginals(recogniser, [doc])
    sums = np.zeros(len(doc))
    for one in found:
        sums[one.start : one.end] += one.probability
    assert found
    assert sums.max() <= 1 + 1e-6


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = _pipeline()
    recogniser: Any = nlp.get_pipe("ner")
    docs = [Doc(nlp.vocab, [f"W{number}" for number in range(length)]) for length in (3, 0, 7, 1)]
    together = entity_marginals(recogniser, docs)
    monkeypatch.setattr("goldspan.models.entity_marginals.TOKENS_AT_ONCE", 1)
    for one, other in zip(together, entity_marginals(recogniser, docs), strict=True):
        assert [(e.start, e.end, e.label) for e in one] == [(e.start, e.end, e.label) for e in other]


def test_a_recogniser_without_labels_finds_nothing() -> None:
    nlp = spacy.blank("en")
    component: Any = nlp.add_pipe("ner")
    nlp.initialize(lambda: [Example(nlp.make_doc("One"), nlp.make_doc("One"))])
    assert entity_marginals(component, [nlp.make_doc("One two")]) == [[]]
