"""Training with spaCy: what it begins with, what it refuses, and that a saved model needs nothing of goldspan."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import spacy
from spacy.training import Example as TrainingExample
from thinc.api import Adam

from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.models.head_transfer import copy_head, label_shares
from goldspan.models.spacy_training import Schedule, SpacyTrainer
from goldspan.models.weights import Weights

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.models.spacy_model import SpacyModel

SMALL = {"width": 16, "depth": 1, "embed_size": 100, "window_size": 1, "maxout_pieces": 2, "subword_features": True}
TOK2VEC = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, **SMALL}
PARSER = {
    "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": False,
    "hidden_width": 16, "maxout_pieces": 2, "use_upper": True,
}  # fmt: skip
LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": 16, "upstream": "*"}
QUICK = Schedule(epochs=20, batch=2, updates=1)


def _example(number: int, text: str, *spans: tuple[str, str]) -> Example:
    found = tuple(Span(text.index(s), text.index(s) + len(s), label) for s, label in spans)
    return Example(f"a{number}.p01", text, found)


def _examples(label: str = "SHIP", other: str = "PORT") -> list[Example]:
    ships, ports = ["Belle", "Astra", "Vesta", "Norna"], ["Oslo", "Turku", "Gdynia", "Riga"]
    return [
        _example(number, f"The {ship} left {port} at noon .", (ship, label), (port, other))
        for number, (ship, port) in enumerate((s, p) for s in ships for p in ports)
    ]


def _weights(folder: Path, *, listens: bool = False, recogniser: bool = True, lang: str = "en") -> Weights:
    """A tiny pipeline that knows ships and ports as `THING` and `GPE`, read from a folder."""
    nlp = spacy.blank(lang)
    if listens or not recogniser:
        nlp.add_pipe("tok2vec", config={"model": TOK2VEC})
    nlp.add_pipe("ner", config={"model": {**PARSER, "tok2vec": LISTENER if listens else TOK2VEC}})
    data = [
        TrainingExample.from_dict(nlp.make_doc(e.text), {"entities": [(s.start, s.end, s.label) for s in e.spans]})
        for e in _examples("THING", "GPE")
    ]
    nlp.initialize(lambda: data)
    optimizer = Adam(learn_rate=0.005)
    for _ in range(60):
        nlp.update(data, sgd=optimizer)
    if not recogniser:
        nlp.remove_pipe("ner")
    nlp.to_disk(folder)
    return Weights.read(str(folder))


def _trainer(weights: Weights | None = None, labels: tuple[str, ...] = ("SHIP", "PORT"), **keys: Any) -> SpacyTrainer:
    schedule = Schedule(**{"epochs": QUICK.epochs, "batch": QUICK.batch, "updates": 1, **keys})
    return SpacyTrainer(labels=labels, language="en", weights=weights, schedule=schedule)


def _found(model: SpacyModel, text: str = "The Belle left Oslo at noon .") -> list[tuple[str, str]]:
    (one,) = model.predict([_example(99, text)])
    return [(text[span.start : span.end], span.label) for span in one.spans]


@pytest.mark.parametrize(("listens", "recogniser"), [(False, True), (True, True), (False, False)])
def test_an_encoder_is_copied_whether_it_is_shared_or_not(tmp_path: Path, listens: bool, recogniser: bool) -> None:
    weights = _weights(tmp_path, listens=listens, recogniser=recogniser)
    assert weights.encoder == ("ner" if recogniser else "tok2vec")
    assert weights.has_recogniser is recogniser
    model = _trainer(weights).train(_examples())
    assert _found(model) == [("Belle", "SHIP"), ("Oslo", "PORT")]
    model.nlp.to_disk(tmp_path / "model")
    assert spacy.load(tmp_path / "model").pipe_names == ["ner"]


def test_the_rows_of_a_label_begin_with_those_of_like_labels(tmp_path: Path) -> None:
    weights = _weights(tmp_path)
    model = SpacyTrainer(labels=("SHIP", "PORT"), language="en", weights=weights, schedule=Schedule(epochs=0))
    untrained = model.train(_examples())
    assert _found(untrained) == [("Belle", "SHIP"), ("Oslo", "PORT")]


def test_shares_count_the_tokens_of_each_label() -> None:
    nlp = spacy.blank("en")
    text = "Port of Oslo in Norway"
    reference = {"entities": [(0, 12, "PORT"), (16, 22, "LAND")]}
    example = TrainingExample.from_dict(nlp.make_doc(text), reference)
    recognised = nlp.make_doc(text)
    recognised.set_ents([recognised.char_span(8, 12, label="GPE"), recognised.char_span(16, 22, label="GPE")])
    assert label_shares([recognised], [example]) == {
        "PORT": {"": pytest.approx(2 / 3), "GPE": pytest.approx(1 / 3)},
        "LAND": {"GPE": 1.0},
    }


def test_a_head_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    weights = _weights(tmp_path)
    nlp = spacy.blank("en")
    flat: Any = nlp.add_pipe("ner", config={"model": {**PARSER, "use_upper": False, "tok2vec": TOK2VEC}})
    flat.add_label("SHIP")
    nlp.initialize(lambda: [TrainingExample(nlp.make_doc("One"), nlp.make_doc("One"))])
    before = flat.model.to_bytes()
    copy_head(weights.nlp.get_pipe("ner"), flat, {"SHIP": {"GPE": 1.0}})
    assert flat.model.to_bytes() == before


def test_a_seed_makes_the_same_model_again(tmp_path: Path) -> None:
    trainer = _trainer(_weights(tmp_path), epochs=2)
    tables = [trainer.train(_examples(), seed=seed).predict(_examples()[:1])[0].probabilities for seed in (3, 3, 4)]
    assert np.array_equal(tables[0], tables[1])
    assert not np.array_equal(tables[0], tables[2])


@pytest.mark.parametrize(
    ("language", "weights_language", "refused"), [("en", "de", True), ("de", "xx", False), ("de", "de", False)]
)
def test_weights_of_another_language_are_refused(
    tmp_path: Path, language: str, weights_language: str, refused: bool
) -> None:
    weights = _weights(tmp_path, lang=weights_language)
    if refused:
        with pytest.raises(InputError, match=r"are for 'de', and labels\.toml has language = 'en'"):
            SpacyTrainer(labels=("SHIP", "PORT"), language=language, weights=weights)
        return
    model = SpacyTrainer(labels=("SHIP", "PORT"), language=language, weights=weights, schedule=QUICK).train(_examples())
    assert model.nlp.lang == language
    assert _found(model)


def test_word_vectors_are_used_where_there_is_nothing_else(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    draw = np.random.default_rng(0)
    for example in _examples():
        for word in example.text.split():
            nlp.vocab.set_vector(word, draw.normal(size=8).astype("float32"))
    nlp.to_disk(tmp_path)
    weights = Weights.read(str(tmp_path))
    assert weights.encoder is None
    model = _trainer(weights).train(_examples())
    names = {node.name for node in model.nlp.get_pipe("ner").model.walk()}  # type: ignore[attr-defined]
    assert "static_vectors" in names
    assert _found(model) == [("Belle", "SHIP"), ("Oslo", "PORT")]


def test_a_pipeline_with_nothing_to_begin_with_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path)
    with pytest.raises(InputError, match="nothing to begin with"):
        Weights.read(str(tmp_path))


def test_a_recogniser_that_reads_a_transformer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    config = nlp.config
    config["components"]["ner"]["model"]["tok2vec"] = {"@architectures": "spacy-transformers.TransformerListener.v1"}
    monkeypatch.setattr(type(nlp), "config", property(lambda _: config))
    monkeypatch.setattr("goldspan.models.weights.load_pipeline", lambda _: nlp)
    with pytest.raises(InputError, match="reads a transformer") as caught:
        Weights.read("trf")
    assert "--backend transformers" in str(caught.value.remedy)


def test_few_examples_are_seen_more_often() -> None:
    schedule = Schedule(epochs=15, updates=120, batch=8)
    assert [schedule.epochs_for(count) for count in (1, 8, 9, 64, 65, 1000)] == [120, 120, 60, 15, 15, 15]


@pytest.mark.parametrize("label", ["-", "B-x-y", "O", "L-", "Ünïcode label", "0"])
def test_a_label_may_have_any_characters(tmp_path: Path, label: str) -> None:
    weights = _weights(tmp_path)
    model = _trainer(weights, labels=(label, "PORT")).train(_examples(label))
    assert _found(model) == [("Belle", label), ("Oslo", "PORT")]


def test_a_label_that_spacy_reads_as_a_negation_is_refused() -> None:
    with pytest.raises(InputError, match="'!PER' as what a span is not"):
        _trainer(labels=("!PER", "PORT")).train(_examples("!PER"))


def test_a_label_without_a_span_is_never_predicted(tmp_path: Path) -> None:
    model = _trainer(_weights(tmp_path), labels=("NONE", "SHIP", "PORT")).train(_examples())
    (one,) = model.predict(_examples()[:1])
    assert one.labels == ("", "NONE", "SHIP", "PORT")
    assert one.probabilities[:, 1].max() == 0


def test_texts_that_are_empty_or_white_space_are_predicted() -> None:
    model = _trainer().train([*_examples(), _example(50, ""), _example(51, "\n \n")])
    found = model.predict([_example(60, ""), _example(61, "\n\n"), _example(62, "\nThe Belle left Oslo at noon .")])
    assert [len(one.tokens) for one in found] == [0, 0, 7]
    assert all(one.probabilities.shape == (len(one.tokens), 3) for one in found)
    assert model.predict([]) == []


def test_white_space_at_the_edge_of_a_span_is_not_taught() -> None:
    examples = [
        Example(e.id, e.text.replace(" left", " \n left"), (Span(e.spans[0].start, e.spans[0].end + 2, "SHIP"),))
        for e in _examples()
    ]
    model = _trainer().train(examples)
    assert _found(model, examples[0].text) == [("Belle", "SHIP")]


@pytest.mark.parametrize("spans", [(), (Span(4, 7, "SHIP"),)])
def test_without_a_span_to_learn_from_training_is_refused(spans: tuple[Span, ...]) -> None:
    text = "The Belle left ."
    with pytest.raises(InputError, match="no span to learn from"):
        _trainer().train([Example("a.p01", text, spans)])


def test_a_saved_model_loads_without_goldspan(tmp_path: Path) -> None:
    model = _trainer(_weights(tmp_path / "weights")).train(_examples())
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model")
    code = (
        "import sys; sys.modules['goldspan'] = None\n"
        "import spacy; nlp = spacy.load(sys.argv[1])\n"
        "print([(e.text, e.label_) for e in nlp('The Belle left Oslo at noon .').ents])"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    printed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "model")],
        capture_output=True, text=True, check=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert printed.stdout.strip() == "[('Belle', 'SHIP'), ('Oslo', 'PORT')]"
