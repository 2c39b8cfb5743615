"""Token classifiers: trained, saved, read again, and used wherever a model is."""

import json
import pickle

import numpy as np
import pytest

from goldspan import tokens
from goldspan.annotation import Example
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import inline
from goldspan.models import transformers_training
from goldspan.models.cross_validation import cross_validate
from goldspan.models.transformers_model import TransformersModel
from goldspan.models.transformers_training import FineTuning, TransformersTrainer
from goldspan.suggest.token_classifier import TokenClassifier
from helpers import tiny_encoder, training_project

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("default")]  # torch warns of its own use of Python
pytest.importorskip("torch", reason="pip install goldspan[torch]")
pytest.importorskip("transformers", reason="pip install goldspan[torch]")

TEXTS = [
    "The [Aurora]{SHIP} left [Port Said]{PORT}.",
    "In [Oslo]{PORT} the [Belle]{SHIP} was repaired.",
    "Nothing was seen of the [Belle]{SHIP}, nor of the [Aurora]{SHIP}.",
    "It rained.",
]
EXAMPLES = [inline.example(f"{'abcd'[number]}.p01", text) for number, text in enumerate(TEXTS)]
FAST = FineTuning(epochs=40, batch=4, rate=5e-3)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    plain = [text for rows in training_project.TEXTS.values() for text in rows]
    return tiny_encoder.write(
        tmp_path_factory.mktemp("encoder"), [one.text for one in EXAMPLES] + [inline.parse(text)[0] for text in plain]
    )


@pytest.fixture(scope="module")
def trainer(encoder):
    return TransformersTrainer(labels=("SHIP", "PORT", "CREW"), language="en", encoder=str(encoder), schedule=FAST)


@pytest.fixture(scope="module")
def model(trainer):
    return trainer.train(EXAMPLES, seed=1)


def found(model, examples):
    return [
        [(example.text[one.start : one.end], one.label) for one in prediction.spans]
        for example, prediction in zip(examples, model.predict(examples), strict=True)
    ]


def expected(examples):
    return [[(example.surface(span), span.label) for span in example.spans] for example in examples]


def test_it_learns_what_it_is_shown(model):
    assert found(model, EXAMPLES) == expected(EXAMPLES)


def test_the_tokens_are_those_of_the_project_and_their_probabilities_add_up(model):
    for example, prediction in zip(EXAMPLES, model.predict(EXAMPLES), strict=True):
        assert list(prediction.tokens) == tokens.tokenize(example.text, "en")
        assert prediction.labels == ("", "SHIP", "PORT", "CREW")
        assert prediction.probabilities.shape == (len(prediction.tokens), 4)
        assert np.allclose(prediction.probabilities.sum(axis=1), 1)
        keys = [span[:3] for span in (*prediction.spans, *prediction.candidates)]
        assert len(keys) == len(set(keys))
        assert all(0 <= span.probability <= 1 for span in (*prediction.spans, *prediction.candidates))


def test_a_text_longer_than_the_model_reads_is_read_in_windows(model):
    text = " ".join(["It rained."] * 12 + ["The Aurora left Port Said."] + ["It rained."] * 12)
    [prediction] = model.predict([Example("long.p01", text)])
    assert list(prediction.tokens) == tokens.tokenize(text, "en")
    assert [(text[one.start : one.end], one.label) for one in prediction.spans] == [
        ("Aurora", "SHIP"), ("Port Said", "PORT"),
    ]  # fmt: skip


def test_pieces_of_bytes_that_begin_with_a_space_and_positions_behind_the_padding(tmp_path):
    folder = tiny_encoder.write_roberta(tmp_path / "roberta", [example.text for example in EXAMPLES])
    trainer = TransformersTrainer(labels=("SHIP", "PORT"), language="en", encoder=str(folder), schedule=FAST)
    model = trainer.train(EXAMPLES, seed=1)
    assert found(model, EXAMPLES) == expected(EXAMPLES)
    assert model.classifier.window == tiny_encoder.WINDOW
    text = "船 👩‍👩‍👧 " + " ".join(example.text for example in EXAMPLES) * 4
    [prediction] = model.predict([Example("long.p01", text)])
    assert list(prediction.tokens) == tokens.tokenize(text, "en")


@pytest.mark.parametrize("text", ["", " ", "\n\u200b\n", "船 Ünïcödé 👩‍👩‍👧 Aurora"])
def test_any_text_is_read(model, text):
    [prediction] = model.predict([Example("odd.p01", text)])
    assert len(prediction.tokens) == len(prediction.probabilities)
    assert model.predict([]) == []


def test_the_same_seed_gives_the_same_model(trainer, model):
    again, other = (trainer.train(EXAMPLES, seed=seed) for seed in (1, 2))
    first, same, different = (one.predict(EXAMPLES)[0].probabilities for one in (model, again, other))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, different)


def test_what_nobody_annotated_and_what_a_span_cuts_teaches_nothing():
    example = inline.example("a.p01", "The [Aur]{SHIP}ora left [Oslo]{PORT}.")
    partly = Example(example.id, example.text, example.spans, extra={"not_annotated": [[11, 15]]})
    extents = tokens.tokenize(example.text, "en")
    assert transformers_training._taught(example, extents) == ["O", None, "O", "B-PORT", "O"]
    assert transformers_training._taught(partly, extents) == ["O", None, None, "B-PORT", "O"]


def test_the_best_epoch_on_validation_stays(trainer, monkeypatch):
    scores = iter([0.1, 0.9, 0.2, 0.3])
    kept = []
    monkeypatch.setattr(
        TransformersTrainer, "_f1", lambda _, model, __: kept.append(found(model, EXAMPLES)) or next(scores)
    )
    schedule = FineTuning(epochs=4, batch=4, rate=5e-3)
    short = TransformersTrainer(labels=trainer.labels, language="en", encoder=trainer.encoder, schedule=schedule)
    model = short.train(EXAMPLES, EXAMPLES[:1], seed=1)
    assert found(model, EXAMPLES) == kept[1]


def test_a_saved_model_is_read_again(model, tmp_path):
    model.save(tmp_path)
    again = TransformersModel(TokenClassifier.read(tmp_path), model.labels, "en")
    for one, other in zip(model.predict(EXAMPLES), again.predict(EXAMPLES), strict=True):
        assert one.spans == other.spans
        assert np.array_equal(one.probabilities, other.probabilities)


def test_folds_are_trained_in_other_processes(trainer):
    assert pickle.loads(pickle.dumps(trainer)) == trainer  # noqa: S301  (ours)
    folds = {example.article: number % 2 for number, example in enumerate(EXAMPLES)}
    made = cross_validate(EXAMPLES, folds, trainer)
    assert made.predictions.keys() == {example.id for example in EXAMPLES}


def test_without_a_span_there_is_nothing_to_learn_from(trainer):
    with pytest.raises(InputError, match="no span to learn from"):
        trainer.train(EXAMPLES[3:])


@pytest.mark.parametrize("folder", [None, "no/such/folder"])
def test_without_an_encoder_it_says_so(folder):
    with pytest.raises(NotFoundError, match="with which training by transformers begins"):
        TransformersTrainer.of(("SHIP",), "en", folder)


@pytest.mark.parametrize("config", ["{}", "{", '{"model_type": "bert"}', '{"model_type": "no-such"}'])
def test_a_folder_that_is_no_encoder_is_refused(tmp_path, config):
    (tmp_path / "config.json").write_text(config)
    trainer = TransformersTrainer.of(("SHIP",), "en", str(tmp_path))
    with pytest.raises(InputError, match="no encoder can be read"):
        trainer.train(EXAMPLES)
    with pytest.raises(InputError, match="no token classifier of transformers can be read"):
        TokenClassifier.read(tmp_path)


def test_the_command_trains_and_the_folder_suggests(tmp_path, encoder, goldspan, capsys, monkeypatch):
    monkeypatch.setattr(TransformersTrainer, "of", lambda labels, language, folder: TransformersTrainer(
        labels=labels, language=language, encoder=folder, schedule=FAST))  # fmt: skip
    corpus = training_project.make(tmp_path / "ships", toml=f'[model]\nweights = "{encoder}"\n')
    report = tmp_path / "report.json"
    assert goldspan("train", "--root", corpus.root, "--backend", "transformers", "--json", report) == 0
    made = json.loads(report.read_text())
    assert made["recipe"] == f"transformers, all of {encoder.name} with a new head"
    assert "torch" in made["libraries"]
    folder = corpus.build / "model"
    names = {path.name for path in folder.iterdir()}
    assert names >= {"config.json", "model.safetensors", "tokenizer.json", "README.md", "goldspan.json"}
    capsys.readouterr()
    suggested = tmp_path / "suggested"
    assert goldspan("suggest", "--root", corpus.root, "--model", folder, "--output", suggested) == 0
    captured = capsys.readouterr()
    assert "trained by goldspan on the gold of 2 articles" in captured.err
    (corpus.root / "goldspan.toml").write_text('[[recogniser]]\nkind = "transformers"\nmodel = "build/model"\n')
    assert goldspan("suggest", "--root", corpus.root, "--output", tmp_path / "other", "--against", "gold") == 0
    assert "transformers" in capsys.readouterr().out


def test_a_recogniser_without_its_folder_is_refused(tmp_path, goldspan, capsys):
    corpus = training_project.make(tmp_path, toml='[[recogniser]]\nkind = "transformers"\nmodel = "none"\n')
    assert goldspan("suggest", "--root", corpus.root) == 1
    assert "goldspan.toml:3: there is no folder 'none' with a model" in capsys.readouterr().err
