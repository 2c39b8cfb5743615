"""The demo: a sound project in which every command has something to show."""

import json

import pytest

from goldspan import new_project
from goldspan.adjudication import gold
from goldspan.adjudication.state import majority_decisions, read_state
from goldspan.checks import check_project
from goldspan.corpus import Corpus, blanks
from goldspan.export.provenance import Provenance


@pytest.fixture
def demo(tmp_path):
    return new_project.create_demo(tmp_path / "demo")


def test_the_demo_is_sound_and_finished(demo):
    assert list(check_project(demo)) == []
    assert blanks.find_blanks(demo) == []


def test_gold_follows_from_three_passes_and_decisions_and_some_disputes_are_open(demo):
    state = read_state(demo)
    assert len(state.passes) == 3
    assert not state.gold_differences
    assert not state.derived.stale
    assert {one.how for one in state.derived.applied} == {"adjudicated"}
    assert all(one.rule in state.rules and one.reason for one in state.derived.applied)
    open_articles = {dispute.example.article for dispute in state.open}
    assert open_articles == {entry.id for entry in demo.entries} - {example.article for example in state.gold.values()}
    assert len(open_articles) == 2
    assert {name for names in demo.splits().values() for name in names} == {one.article for one in state.gold.values()}


def test_every_label_is_disputed_somewhere(demo):
    state = read_state(demo)
    disputed = {
        span.label
        for example in state.derived.settled.values()
        for case in (*example.applied, *example.disputes)
        for candidate in case.candidates
        for span in candidate.spans
    }
    assert disputed == {*demo.scheme.names}


def test_deciding_what_is_open_completes_the_gold(demo):
    state = read_state(demo)
    planned = gold.plan(state, majority_decisions(state, "2031-01-01"))
    planned.apply()
    new = [finding.check for finding in check_project(Corpus(demo.root))]
    assert {*new} <= {"unsplit-article"}


def test_its_card_says_who_made_it(demo):
    card = (demo.folder / "README.md").read_text()
    assert "written by a language model for this demonstration" in card
    source = Provenance.of(demo, [entry.id for entry in demo.entries])
    assert {one.kind for one in source.annotators} == {"model"}
    assert source.licences.keys() == {"CC0-1.0"}


@pytest.mark.slow
def test_the_commands_that_init_names_run_in_it(tmp_path, monkeypatch, goldspan, capsys):
    monkeypatch.chdir(tmp_path)
    assert goldspan("init", "--demo") == 0
    printed = capsys.readouterr().out
    commands = [line.split("#")[0].split()[1:] for line in printed.splitlines() if line.startswith("  goldspan ")]
    assert len(commands) == 6
    monkeypatch.chdir(tmp_path / "goldspan-demo")
    for command in commands:
        assert goldspan(*command) == 0, command
    for command in (["show", "bridge"], ["split"], ["suggest"], ["stats"], ["agree", "--against", "gold"]):
        assert goldspan(*command) == 0, command
    assert (tmp_path / "goldspan-demo" / "agree.html").is_file()
    assert (tmp_path / "goldspan-demo" / "build" / "site" / "index.html").is_file()
    assert (tmp_path / "goldspan-demo" / "build" / "dataset" / "gold" / "test.parquet").is_file()


def test_its_predictions_have_errors_of_every_kind(demo, goldspan, tmp_path):
    report = tmp_path / "scores.json"
    assert goldspan("evaluate", demo.gold, demo.root / "predictions.jsonl", "--json", report, "--root", demo.root) == 0
    scores = json.loads(report.read_text())
    assert 0.5 < scores["schemes"]["strict"]["overall"]["f1"] < 0.95
