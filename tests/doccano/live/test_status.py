"""Status: how far the annotators are, and what differs between here and there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import doccano_rounds
from goldspan.cli.doccano import status as command
from goldspan.doccano import desired, progress
from goldspan.doccano.answers import Project
from goldspan.doccano.collecting import Wish
from goldspan.doccano.snapshot import ALL, Copy, Snapshot, Work
from goldspan.formats import gold
from goldspan.values import Example, Span

PROJECT = Project(1, "ships", "", "", *[False] * 6)
WISH = Wish({name: Example(name, "one two") for name in ("a.p01", "a.p02", "b.p01")}, set(), {"SHIP"})
works = st.builds(Work, st.sampled_from([(), (Span(0, 3, "SHIP"),), (Span(4, 7, "SHIP"),)]), confirmed=st.booleans())


def snapshot(works_of):
    copies = [Copy(n, name, "", 0, {}, "one two", {}, mine) for n, (name, mine) in enumerate(works_of.items())]
    return Snapshot(PROJECT, {copy.number: copy for copy in copies}, ())


@given(st.fixed_dictionaries({name: st.fixed_dictionaries(dict.fromkeys("xyz", works)) for name in WISH.texts}))
def test_every_example_is_done_or_open_and_disputes_are_those_of_different_spans(works_of):
    articles = list(progress._articles(snapshot(works_of), WISH, ["x", "y", "z"]))
    assert sum(article.examples for article in articles) == len(works_of)
    for who in "xyz":
        assert sum(a.done[who] for a in articles) == sum(mine[who].confirmed for mine in works_of.values())
    disputed = {
        name for name, mine in works_of.items() if len({work.spans for work in mine.values() if work.confirmed}) > 1
    }
    assert {name for article in articles for name in article.disputed} == disputed


def test_what_is_not_of_the_corpus_comes_last_under_no_name():
    there = snapshot({"zz.p01": {"x": Work()}, "b.p01": {"x": Work()}, "a.p01": {"x": Work()}})
    assert [article.id for article in progress._articles(there, WISH, ["x"])] == ["a", "b", ""]


def many(annotators, articles, project=PROJECT):
    names = tuple(f"annotator{number}" for number in range(annotators)) if annotators else (ALL,)
    rows = (
        progress.Article(f"{number:03}_33ff5f20720418a6", 20, dict.fromkeys(names, number % 20), ("a.p01",))
        for number in range(articles)
    )
    return progress.Progress(project, names, tuple(rows))


@pytest.mark.parametrize("annotators", [0, 1, 4, 5, 12])
def test_the_tables_fit_a_hundred_columns_and_show_everybody(annotators, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    found = many(annotators, 3)
    for table in command._articles(found):
        command.terminal.console().print(table)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert all(f" {name} " in shown for name in found.annotators if name)
    assert shown.count("002_33ff5f20720418a6") == max(1, -(-annotators // command.ACROSS))


@pytest.fixture
def begun(doccano, toy, people):
    with doccano_rounds.started(doccano, toy) as begun:
        begun.add(people)
        yield begun


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


def test_without_a_project_the_server_and_its_projects_are_told(begun, status, doccano):
    begun.confirm("ann", "storm.p01")
    code, said, report = status()
    assert code == 0
    assert "task worker  alive" in said
    assert doccano.account.url in said
    [held] = [held for held in report["projects"] if held["project"] == begun.name]
    assert held["examples"] == len(desired.examples(begun.corpus, begun.corpus.entries))
    assert held["done"][begun.people["ann"].username] == 1
    assert held["done"][begun.people["bob"].username] == 0


def test_no_server_is_said_with_the_remedy(tmp_path, goldspan, capsys, monkeypatch):
    monkeypatch.delenv("DOCCANO_URL", raising=False)
    assert goldspan("doccano", "status", "--home", tmp_path / "none", "--json", tmp_path / "s.json") == 0
    assert "goldspan doccano start" in capsys.readouterr().out
    assert json.loads((tmp_path / "s.json").read_text()) == {"embedded": None, "url": None, "projects": []}


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
    assert f"{ann}: a pull would bring 3 new" in said
    assert begun.server.me().username not in rows["storm"]["annotators"]


def test_what_a_pull_brought_is_no_longer_told(begun, status, goldspan):
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
    [row, *_] = desired.rows([Example("x.p01", "The Aurora")], begun.project, ["SHIP"])
    begun.send([dict(row.row)])
    begun.server.delete_examples(begun.project.id, [begun.number("strike.p01")])
    lines = list(begun.corpus.gold_examples(["storm"]))
    gold.write(begun.corpus.gold / "storm.jsonl", [Example("storm.p01", "Storm"), *lines[1:]])
    _, said, report = status("--project", begun.name, "--root", begun.corpus.root)
    assert (report["not_pushed"], report["changed"], report["only_there"]) == (["strike.p01"], ["storm.p01"], ["x.p01"])
    assert f"1 not yet pushed: strike.p01  (goldspan doccano push --project '{begun.name}')" in said


def test_a_shared_project_has_one_column_for_all(doccano, toy, people, status):
    with doccano_rounds.started(doccano, toy, "shared", "gold") as begun:
        begun.add(people)
        begun.confirm("ann", "storm.p01")
        _, said, report = status("--project", begun.name, "--root", toy.root)
        rows = {row["article"]: row["annotators"] for row in report["articles"]}
        assert rows["storm"] == {"": {"done": 1, "open": 2}}
        assert "gold: all is pulled" in said


def test_a_server_that_is_named_without_a_user_is_an_error(goldspan, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("DOCCANO_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("DOCCANO_USERNAME", raising=False)
    assert goldspan("doccano", "status", "--home", tmp_path / "home") == 1
    assert "DOCCANO_USERNAME" in capsys.readouterr().err
