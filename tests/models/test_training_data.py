"""The gold of each split, and the projects from which nothing can be learned."""

import subprocess

import pytest

from goldspan import files
from goldspan.corpus.gold_digest import gold_digest
from goldspan.errors import GoldspanError, InputError
from goldspan.models.training_data import TrainingData
from helpers import training_project

TEXTS = training_project.TEXTS


def test_the_examples_are_those_of_the_splits(tmp_path):
    data = TrainingData.of(training_project.make(tmp_path))
    assert data.articles == {"train": ["a", "b"], "validation": ["c"], "test": ["d"]}
    assert data.remarks() == []
    assert data.table().rows[0] == ("train", "2", "4", "5", "3", "2")


def test_the_digest_is_what_sha256sum_prints(tmp_path):
    corpus = training_project.make(tmp_path)
    command = "LC_ALL=C sha256sum a.jsonl b.jsonl | sha256sum"
    printed = subprocess.run(["bash", "-c", command], cwd=corpus.gold, capture_output=True, text=True, check=True)
    assert TrainingData.of(corpus).digests["train"] == printed.stdout.split()[0]
    assert gold_digest(corpus) != gold_digest(corpus, "ab") == gold_digest(corpus, ["b", "a", "unknown"])


@pytest.mark.parametrize(
    ("texts", "splits", "message"),
    [
        ({}, None, "no gold"),
        (TEXTS, {}, "no article is in any split"),
        (TEXTS, {"train": "", "test": "abcd"}, "no article is in train"),
        ({"a": TEXTS["a"]}, {"train": "a"}, None),
        ({"a": ["Nothing."]}, {"train": "a"}, "no span of SHIP and PORT is in the gold of train"),
        ({"a": ["[Oslo]{PORT}"], "b": ["[Belle]{SHIP}"]}, {"train": "a", "test": "b"}, "--without SHIP"),
    ],
)
def test_a_project_from_which_nothing_can_be_learned_is_refused(tmp_path, texts, splits, message):
    corpus = training_project.make(tmp_path, texts, splits)
    if message is None:
        assert "No article is in validation" in " ".join(TrainingData.of(corpus).remarks())
        return
    with pytest.raises(InputError) as caught:
        TrainingData.of(corpus)
    assert message in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_split_without_gold_is_named(tmp_path, split):
    corpus = training_project.make(tmp_path)
    for article in training_project.SPLITS[split]:
        (corpus.gold / f"{article}.jsonl").unlink()
    with pytest.raises(InputError, match=f"no article of {split}, .*, has gold: {training_project.SPLITS[split][0]}"):
        TrainingData.of(corpus)


def test_articles_without_gold_are_named_where_others_have_some(tmp_path):
    corpus = training_project.make(tmp_path)
    for article in "bd":
        (corpus.gold / f"{article}.jsonl").unlink()
    data = TrainingData.of(corpus)
    assert data.remarks() == [
        "b of train has no annotated gold, and took no part.",
        "d of test has no annotated gold, and took no part.",
    ]
    assert "test" not in data.digests


def test_labels_can_be_left_out(tmp_path):
    data = TrainingData.of(training_project.make(tmp_path), ["PORT"])
    assert data.labels == ("SHIP",)
    assert {span.label for examples in data.examples.values() for one in examples for span in one.spans} == {"SHIP"}


@pytest.mark.parametrize(("without", "message"), [(["HARBOUR"], "no label 'HARBOUR'"), (["PORT", "SHIP"], "left")])
def test_labels_that_cannot_be_left_out_are_refused(tmp_path, without, message):
    with pytest.raises(GoldspanError, match=message):
        TrainingData.of(training_project.make(tmp_path), without)


def test_what_nobody_annotated_teaches_nothing(tmp_path):
    corpus = training_project.make(tmp_path)
    path = corpus.gold / "a.jsonl"
    lines = path.read_text().splitlines()
    files.write(path, lines[0] + "\n" + lines[1][:-1] + ', "not_annotated": "skipped"}\n')
    assert [one.id for one in TrainingData.of(corpus).examples["train"]] == ["a.p01", "b.p01", "b.p02"]


def test_spans_that_cut_a_token_are_named(tmp_path):
    texts = training_project.TEXTS | {"b": ["The [Bel]{SHIP}le left [Oslo]{PORT}."]}
    [remark] = TrainingData.of(training_project.make(tmp_path, texts)).remarks()
    assert remark.startswith("1 span of train cannot be learned, since tokens are whole: b.p01: [4, 7, SHIP] 'Bel'")


def test_gold_that_changes_is_noticed(tmp_path):
    corpus = training_project.make(tmp_path)
    data = TrainingData.of(corpus)
    data.require_unchanged(corpus)
    (corpus.gold / "d.jsonl").unlink()
    with pytest.raises(InputError, match="the gold of test changed while the model was trained"):
        data.require_unchanged(corpus)
