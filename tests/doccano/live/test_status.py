"""Status of a live project: how far the annotators are, and what differs from the corpus."""

import json

import pytest

from goldspan.annotation import Example
from goldspan.doccano.push import desired_state
from goldspan.formats import gold
from helpers import doccano_project


@pytest.fixture
def status(doccano, goldspan, monkeypatch, capsys, tmp_path):
    """The command: its exit code, what it said, and its report."""
    monkeypatch.setenv("DOCCANO_URL", doccano.account.url)
    monkeypatch.setenv("DOCCANO_USERNAME", doccano.account.username)
    monkeypatch.setenv("DOCCANO_PASSWORD", doccano.account.password)

    def run(*options):
        report = tmp_path / "status.json"
        code = goldspan("doccano", "status", "--home", doccano.home, "--json", report, *options)
        done = capsys.readouterr()
        assert doccano.account.password not in done.out + done.err
        return code, done.out + done.err, json.loads(report.read_text())

    return run


def test_without_a_project_the_server_and_its_projects_are_listed(begun, status, doccano):
    begun.confirm("ann", "storm.p01")
    code, said, report = status()
    assert code == 0
    assert "task worker  running" in said
    assert doccano.account.url in said
    [held] = [held for held in report["projects"] if held["project"] == begun.name]
    assert held["examples"] == len(desired_state.desired_examples(begun.corpus, begun.corpus.entries))
    assert held["done"][begun.people["ann"].username] == 1
    assert held["done"][begun.people["bob"].username] == 0


def test_done_open_and_disputed_are_counted_per_annotator_and_article(begun, status):
    begun.mark("ann", "harbour.p02", "Aurora", "SHIP")
    begun.confirm("ann", "harbour.p02", "storm.p01", "storm.p02")
    begun.confirm("bob", "harbour.p02", "storm.p01")
    code, said, report = status("--project", begun.name, "--root", begun.corpus.root)
    assert code == 0
    rows = {row["article"]: row for row in report["articles"]}
    ann, bob = (begun.people[who].username for who in ("ann", "bob"))
    assert rows["storm"]["annotators"] == {ann: {"done": 2, "open": 1}, bob: {"done": 1, "open": 2}}
    assert rows["harbour"]["disputed"] == ["harbour.p02"]
    assert rows["storm"]["disputed"] == []
    assert report["unpulled"][ann] == {"new": 3, "changed": 0, "withdrawn": 0, "unfit": 0}
    assert f"{ann}: a pull would write 3 new" in said
    assert begun.server.me().username not in rows["storm"]["annotators"]


def test_what_a_pull_wrote_is_no_longer_pending(begun, status, goldspan):
    begun.confirm("ann", "harbour.p02")
    where = ["--project", begun.name, "--root", begun.corpus.root]
    goldspan("doccano", "pull", "--apply", *where)
    _, said, report = status(*where)
    assert "all is pulled" in said
    assert set(report["unpulled"][begun.people["ann"].username].values()) == {0}
    begun.unconfirm("ann", "harbour.p02")
    assert set(status(*where)[2]["unpulled"][begun.people["ann"].username].values()) == {0}
    begun.comment("ann", "harbour.p02", "once more")
    assert status(*where)[2]["unpulled"][begun.people["ann"].username]["withdrawn"] == 1


def test_what_differs_between_here_and_there_is_named(begun, status):
    [row, *_] = desired_state.upload_rows([Example("x.p01", "The Aurora")], begun.project, ["SHIP"])
    begun.send([dict(row.row)])
    begun.server.delete_examples(begun.project.id, [begun.number("strike.p01")])
    lines = list(begun.corpus.gold_examples(["storm"]))
    gold.write(begun.corpus.gold / "storm.jsonl", [Example("storm.p01", "Storm"), *lines[1:]])
    _, said, report = status("--project", begun.name, "--root", begun.corpus.root)
    assert (report["not_pushed"], report["changed"], report["only_there"]) == (["strike.p01"], ["storm.p01"], ["x.p01"])
    assert f"1 not yet pushed: strike.p01  (goldspan doccano push --project '{begun.name}')" in said


def test_a_shared_project_has_one_column_for_all(doccano, toy, people, status):
    with doccano_project.from_corpus(doccano, toy, "shared", "gold") as begun:
        begun.add(people)
        begun.confirm("ann", "storm.p01")
        _, said, report = status("--project", begun.name, "--root", toy.root)
        rows = {row["article"]: row["annotators"] for row in report["articles"]}
        assert rows["storm"] == {"": {"done": 1, "open": 2}}
        assert "gold: all is pulled" in said
