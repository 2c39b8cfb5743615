"""What is kept of a release: its examples and decisions, without a word of their texts."""

import json

import pytest
from hypothesis import HealthCheck, given, settings

from goldspan import export, new_project
from goldspan.annotation import NOT_ANNOTATED
from goldspan.corpus import Corpus
from goldspan.corpus.releases import read_releases
from goldspan.release.record import release_record
from helpers.damage import NAMES, damage, require_named, run
from helpers.releasable_projects import state
from helpers.release_records import records

IN_ONE_FOLDER = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
COMMANDS = (["check"], ["release", "1.1"], ["withdraw", "harbour", "--requested-by", "other"])
QUICK = ("UTF-16", "an object without keys", "link that leads nowhere")


@pytest.fixture
def demo(tmp_path):
    return new_project.create_demo(tmp_path / "demo")


def test_a_record_holds_what_an_export_holds(demo, tmp_path):
    record = release_record(demo, "1.0", "2026-12-01")
    written = export.export(demo, tmp_path / "out")
    assert len(record.examples) == sum(written.rows["gold"].values())
    assert sum(len(example.spans) for example in record.examples) == sum(written.spans["gold"].values())
    assert [*record.articles] == ["atlas", "bridge", "cheese", "ferry", "rovers", "solar"]
    assert record.guidelines == demo.scheme.version
    splits = {(name, article) for name, ids in demo.splits().items() for article in ids}
    assert {(split, article) for article, split in record.splits.items()} == splits
    for example, one in zip(demo.gold_examples(record.articles), record.examples, strict=True):
        assert (one.id, one.at, one.length) == (example.id, example.at, len(example.text))
        assert demo.source(demo.select_entries([one.article])[0])[one.at :][: one.length] == example.text


def test_it_has_the_decisions_that_gold_follows(demo):
    examples = {example.id: example for example in release_record(demo, "1.0", "2026-12-01").examples}
    assert examples["atlas.p02"].decisions == [(23, 27, "DATE-1"), (46, 66, "G-3")]
    assert examples["atlas.p01"].decisions == []
    assert examples["cheese.p02"].decisions == [(13, 32, "PERSON-2"), (45, 57, "ORG-2")], "also that nothing is marked"


def test_a_decision_that_gold_does_not_follow_is_not_in_it(demo):
    path = demo.gold / "atlas.jsonl"
    path.write_text(path.read_text().replace('[23, 27, "DATE", "1688"], ', ""))
    examples = {example.id: example for example in release_record(demo, "1.0", "2026-12-01").examples}
    assert examples["atlas.p02"].decisions == [(46, 66, "G-3")]


def test_what_nobody_annotated_and_what_is_in_no_split_is_not_in_it(demo):
    path = demo.gold / "atlas.jsonl"
    first, *others = path.read_text().splitlines()
    row = json.loads(first) | {NOT_ANNOTATED: "skipped"}
    path.write_text("\n".join([json.dumps(row), *others]) + "\n")
    demo.split_file("test").write_text("")
    record = release_record(demo, "1.0", "2026-12-01")
    assert record.articles.keys() == {"atlas", "bridge", "cheese", "rovers", "solar"}
    assert [example.id for example in record.examples if example.article == "atlas"] == [
        "atlas.p02",
        "atlas.p03",
        "atlas.p04",
    ]
    lines = [json.loads(line) | {NOT_ANNOTATED: "skipped"} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "atlas" not in release_record(demo, "1.0", "2026-12-01").articles


def test_it_holds_no_word_of_a_text_and_reads_as_it_was_written(demo):
    record = release_record(demo, "1.0", "2026-12-01")
    demo.releases.mkdir()
    (demo.releases / "1.0.jsonl").write_text(record.text())
    assert read_releases(demo.releases) == [record]
    words = {word for example in demo.gold_examples() for word in example.text.split()} - record.articles.keys()
    assert not [word for word in words if len(word) > 5 and word in record.text()]
    assert release_record(Corpus(demo.root), "1.0", "2026-12-01").text() == record.text()


@given(record=records(overlapping=True))
@IN_ONE_FOLDER
def test_any_record_is_read_as_it_was_written(record, tmp_path):
    path = tmp_path / "1.0.jsonl"
    path.write_text(record.text(), encoding="utf-8")
    assert read_releases(tmp_path) == [record]
    assert path.read_text(encoding="utf-8") == record.text()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        pytest.param(file, name, marks=() if name in QUICK else pytest.mark.slow)
        for file in ("releases/1.0.jsonl", "withdrawn.jsonl")
        for name in NAMES
    ],
)
def test_commands_over_a_damaged_record_name_it(toy, file, name):
    corpus = state(toy)
    damage(corpus.folder / file, name)
    for command in COMMANDS:
        outcome = run(*command, "--root", corpus.root)
        require_named(outcome, file.rpartition("/")[2], (command, file, name, outcome.error))
