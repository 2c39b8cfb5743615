"""A training: what the model and the suggestions may know, what is measured, what is written."""

import json

import pytest
import yaml

from goldspan import files
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import model_record
from goldspan.models import model_card, training_run
from goldspan.models.model_card import CardSources
from goldspan.models.training_run import TrainingOptions
from goldspan.report.text import Table
from helpers import training_project
from helpers.fake_trainers import FailingTrainer, SpyModel, SpyTrainer

LICENCES = Table("Sources and licences", "", ("licence", "articles", "publishers"), (("MIT", "4", "x"),))


@pytest.fixture
def learned(monkeypatch):
    """A trainer that notes what it is given, in the place of the one of the project."""
    spy = SpyTrainer(("SHIP", "PORT"))
    monkeypatch.setattr(training_run, "trainer_of", lambda *_, **__: spy)
    monkeypatch.setattr(SpyModel, "save", lambda self, folder: self.model.save(folder), raising=False)
    return spy


def card_of(run, scheme, **keys):
    stated = {"project": "ships", "licence": None, "release_licence": None, "contact": None, "paragraphs": ["By Ann."]}
    return model_card.render(run, scheme, CardSources(text_licences=LICENCES, **stated | keys))


def train(corpus, **options):
    options = TrainingOptions(output=options.pop("output", corpus.build / "model"), **options)
    return training_run.train(corpus, options, lambda run: card_of(run, corpus.scheme))


def ids(examples):
    return {example.article for example in examples}


def test_the_model_learns_from_train_and_test_is_predicted_once_it_is_trained(tmp_path, learned):
    run = train(training_project.make(tmp_path), seed=7)
    [note] = learned.seen
    assert (ids(note["training"]), ids(note["validation"]), note["seed"]) == ({"a", "b"}, {"c"}, 7)
    assert [example.article for example in note["predicted"]] == ["c", "d", "d"]
    assert run.record.articles == {"train": ["a", "b"], "validation": ["c"], "test": ["d"]}


def test_the_scores_are_those_of_suggestions_model_and_both(tmp_path, learned):
    run = train(
        training_project.make(tmp_path, toml='[[recogniser]]\nkind = "regex"\npatterns = { PORT = ["Bergen"] }\n')
    )
    f1 = {voice: scores.f1 for voice, scores in run.scores["test"].items()}
    # of Aurora, Oslo and Bergen the model knows the first two, the expression the last
    assert f1 == pytest.approx(
        {"suggestions": 0.5, "model": 0.8, "suggestions, then model": 1.0, "model, then suggestions": 1.0}
    )
    assert run.best_voice == "model"
    assert run.performance["ents_f"] == pytest.approx(0.8)
    assert set(run.performance["ents_per_type"]) == {"SHIP", "PORT"}
    assert learned.seen


def test_the_suggestions_know_the_gold_of_train_alone(tmp_path, learned):
    texts = training_project.TEXTS | {"e": ["[Bergen]{PORT} is far."], "c": ["[Bergen]{PORT} and [Oslo]{PORT}"]}
    splits = training_project.SPLITS | {"test": "de"}
    run = train(training_project.make(tmp_path, texts, splits))
    # Bergen is in validation and twice in test, never in train
    assert run.scores["test"]["suggestions"].estimates["PORT"].counts.credit == 1
    assert run.recognisers == ("gold",)
    assert learned.seen


def test_an_earlier_model_in_the_same_folder_takes_no_part(tmp_path, learned):
    toml = '[[recogniser]]\nkind = "spacy"\nmodel = "build/model"\n'
    corpus = training_project.make(tmp_path, toml=toml)
    run = train(corpus)
    assert run.recognisers == ()
    assert [*run.scores["test"]] == ["model"]
    assert learned.seen


def test_gold_that_changes_meanwhile_leaves_the_old_model(tmp_path, learned):
    corpus = training_project.make(tmp_path)
    train(corpus)
    before = model_record.read(corpus.build / "model")

    def change(run):
        files.write(corpus.gold / "c.jsonl", (corpus.gold / "d.jsonl").read_text().replace("d.p0", "c.p0"))
        return card_of(run, corpus.scheme)

    with pytest.raises(InputError, match="the gold of validation changed"):
        training_run.train(corpus, TrainingOptions(output=corpus.build / "model", seed=1), change)
    assert model_record.read(corpus.build / "model") == before
    assert learned.seen


def test_a_training_that_fails_leaves_nothing(tmp_path, monkeypatch):
    corpus = training_project.make(tmp_path)
    monkeypatch.setattr(training_run, "trainer_of", lambda *_, **__: FailingTrainer("raise"))
    with pytest.raises(InputError, match="nothing to learn"):
        train(corpus)
    assert not corpus.build.exists()


def test_a_folder_of_others_is_refused_before_anything_is_trained(tmp_path, learned):
    corpus = training_project.make(tmp_path)
    files.write(corpus.build / "model" / "notes.txt", "mine")
    with pytest.raises(InputError, match="did not write"):
        train(corpus)
    assert not learned.seen


def test_without_validation_and_test_there_are_no_scores(tmp_path, learned):
    corpus = training_project.make(tmp_path, splits={"train": "abcd"})
    run = train(corpus)
    assert (run.scores, run.best_voice, run.performance) == ({}, None, {})
    card = (corpus.build / "model" / "README.md").read_text()
    assert "how good it is, is not known" in card
    assert "there was nothing to choose it by" in card
    assert learned.seen


def test_the_report_is_json(tmp_path, learned):
    run = train(training_project.make(tmp_path), without=("PORT",))
    report = json.loads(json.dumps(run.json()))
    assert report["labels"] == ["SHIP"]
    assert report["scores"]["test"]["model"]["all"]["f1_interval"] is not None
    assert "files" not in report
    assert learned.seen


def test_the_card_states_the_data_and_its_header_is_that_of_the_hub(tmp_path, learned):
    from huggingface_hub import ModelCard

    corpus = training_project.make(tmp_path)
    run = train(corpus)
    card = ModelCard(
        card_of(run, corpus.scheme, licence="cc-by-4.0", release_licence="CC-BY-4.0", contact="A <a@b.org>")
    )
    assert card.data.to_dict()["license"] == "cc-by-4.0"
    assert "language" not in card.data.to_dict(), "the scheme states none"
    assert card.data.eval_results[0].dataset_split == "test"
    assert yaml.safe_load(card.content.split("---")[1])["pipeline_tag"] == "token-classification"
    for digest in run.record.gold.values():
        assert digest in card.text
    for text in (
        "By Ann.",
        "its schedule is fixed",
        "CC-BY-4.0",
        "A &lt;a@b.org>",
        "surfaces by heart",
        "| train | 2 | 4 | 5 | 3 | 2 |",
    ):
        assert text in card.text
    assert learned.seen


def test_names_of_pipelines_are_made_of_that_of_the_folder(tmp_path, learned):
    names = {
        "Ships 2": "ships_2", "2024-news": "news", "船": "news", "a--b__c": "a_b_c",
    }  # fmt: skip
    found = {folder: train(training_project.make(tmp_path / folder)).name for folder in names}
    assert found == names
    assert learned.seen


def test_weights_that_are_not_there_are_refused(tmp_path):
    corpus = training_project.make(tmp_path)
    with pytest.raises(NotFoundError, match="no spaCy pipeline 'no_such_pipeline'"):
        train(corpus, weights="no_such_pipeline")
