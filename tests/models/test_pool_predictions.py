"""What models predicted is kept, so that none is trained twice, and the next is compared with the one before."""

import json
from dataclasses import dataclass, field, replace

import pytest

from goldspan.annotation import Example, Span
from goldspan.errors import InputError, NotFoundError
from goldspan.models import pool_predictions
from goldspan.models.pool_predictions import PoolPredictions, SavedModel, TrainedModel
from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan
from helpers.reading_simulation import SurfaceTrainer

TRAINING = [Example("storm.p01", "Belle sailed", (Span(0, 5, "SHIP"),))]
ARTICLES = [
    [Example("a.p01", "The Belle left"), Example("a.p02", "Nothing here", at=20)],
    [Example("b.p01", "Belle and Nord")],
]


@dataclass
class CountedModel:
    """A model of a given digest that counts how often it was loaded."""

    digest: str = "d" * 64
    labels: tuple[str, ...] = ("SHIP", "PORT")
    description: str = "a counted model"
    loads: list = field(default_factory=list)

    def load(self):
        """The model."""
        self.loads.append(1)
        return SurfaceTrainer().train(TRAINING)


def predicted(store, model, articles=ARTICLES):
    return {examples[0].article: spans for examples, spans in store.predict(model, iter(articles))}


def test_a_model_is_loaded_only_for_what_it_has_not_predicted(tmp_path):
    model, store = CountedModel(), PoolPredictions(tmp_path / "rank")
    first = predicted(store, model)
    assert [one[:3] for one in first["a"]["a.p01"]] == [(0, 3, "SHIP"), (4, 9, "SHIP")]
    assert first["a"]["a.p01"][1].probability == 1.0
    assert predicted(PoolPredictions(tmp_path / "rank"), model) == first
    assert len(model.loads) == 1
    changed = [[replace(ARTICLES[0][0], text="The Nord left"), ARTICLES[0][1]], ARTICLES[1]]
    again = predicted(store, model, changed)
    assert len(model.loads) == 2
    assert again["b"] == first["b"]
    assert again["a"] != first["a"]


def test_articles_are_predicted_in_batches_and_come_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(pool_predictions, "BATCH", 1)
    store, taken = PoolPredictions(tmp_path), []

    def articles():
        for examples in ARTICLES:
            taken.append(examples[0].article)
            yield examples

    results = store.predict(CountedModel(), articles())
    assert not taken
    next(results)
    assert taken == ["a"]  # the second article was not read yet
    assert len(list(results)) == 1


def test_the_last_two_models_are_kept_and_the_former_has_the_same_labels(tmp_path):
    store = PoolPredictions(tmp_path)
    models = [CountedModel(digest=letter * 64) for letter in "abc"]
    assert store.former(models[0]) is None
    for model in models:
        predicted(store, model)
        store.record(model)
    again = PoolPredictions(tmp_path)
    assert [one.digest[0] for one in again.models] == ["b", "c"]
    assert sorted(path.name[0] for path in tmp_path.iterdir() if path.is_dir()) == ["b", "c"]
    assert again.former(models[2]).digest == models[1].digest
    assert again.former(models[1]).digest == models[2].digest
    assert again.former(CountedModel(digest="e" * 64, labels=("VESSEL", "PORT"))) is None
    again.record(models[1])
    assert [one.digest[0] for one in PoolPredictions(tmp_path).models] == ["c", "b"]


def test_a_trained_model_is_known_by_all_that_it_depends_on():
    model = TrainedModel(SurfaceTrainer(), TRAINING, ("SHIP",), 0)
    digests = {
        one.digest
        for one in (
            model,
            replace(model, seed=1),
            replace(model, labels=("SHIP", "PORT")),
            replace(model, trainer=SurfaceTrainer(("SHIP",))),
            replace(model, examples=[TRAINING[0].with_spans(())]),
        )
    }
    assert len(digests) == 5
    assert replace(model).digest == model.digest
    assert "seed 0" in model.description


def test_hardly_possible_spans_are_not_kept():
    spans = (PredictedSpan(0, 3, "SHIP", 0.9),)
    others = (PredictedSpan(0, 3, "SHIP", 0.4), PredictedSpan(0, 7, "SHIP", 0.05), PredictedSpan(4, 7, "PORT", 0.04))
    prediction = ExamplePrediction("a", spans, others, (), ("",), None)
    assert pool_predictions.possible_spans(prediction) == [spans[0], others[1]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("models.json", '{"models": 3}'),
        ("models.json", "no JSON"),
        (f"{'d' * 16}/a.jsonl", '{"id": "a.p01", "at": 0, "text": "x", "spans": [[0, 1, "S", "x"]]}\n'),
        (f"{'d' * 16}/a.jsonl", '{"id": "a.p01", "at": 0, "te'),
        (f"{'d' * 16}/a.jsonl", '{"id": "a.p01", "at": 1e999, "text": "x", "spans": []}\n'),
        (
            f"{'d' * 16}/a.jsonl",
            '{"id": "a.p01", "at": 0, "text": "x", "spans": [[0, 1, "S", "x"]], "probabilities": [2]}\n',
        ),
    ],
)
def test_a_damaged_folder_is_refused_with_what_to_do(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        PoolPredictions(tmp_path).read("d" * 64, [Example("a.p01", "x")])
    assert caught.value.file == path
    assert "Remove the folder" in caught.value.remedy


def test_a_saved_model_is_known_by_its_files_and_refused_where_it_does_not_fit(toy):
    import spacy

    toy.build.mkdir(exist_ok=True)
    folder = toy.build / "model"
    with pytest.raises(NotFoundError, match="there is no model"):
        SavedModel.of(toy, folder)
    nlp = spacy.blank("en")
    nlp.add_pipe("ner").add_label("SHIP")
    nlp.initialize()
    nlp.to_disk(folder)
    model = SavedModel.of(toy, folder)
    assert model.description == "the model in build/model"
    assert model.load().predict([Example("a", "The Belle left.")])[0].labels == ("", *toy.scheme.names)
    (folder / "note.json").write_text(json.dumps({}), encoding="utf-8")
    assert SavedModel.of(toy, folder).digest != model.digest
    nlp = spacy.blank("en")
    nlp.add_pipe("ner").add_label("VESSEL")
    nlp.initialize()
    nlp.to_disk(folder)
    with pytest.raises(InputError, match="predicts 'VESSEL', which the scheme lacks"):
        SavedModel.of(toy, folder).load()
    nlp.remove_pipe("ner")
    nlp.to_disk(folder)
    with pytest.raises(InputError, match="no component 'ner'"):
        SavedModel.of(toy, folder).load()
