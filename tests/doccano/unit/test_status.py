"""Status: what is counted, and how the tables fit the terminal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.cli import console
from goldspan.doccano import server
from goldspan.doccano.assignments import NOTHING_HIDDEN
from goldspan.doccano.client.schema import DoccanoProject
from goldspan.doccano.pull.collect import PullOptions
from goldspan.doccano.snapshot import ALL, AnnotatorWork, Snapshot, StoredExample
from goldspan.doccano.status import ArticleProgress, _article_progress, _articles, _examples, _joined
from goldspan.progress import report_tables
from goldspan.progress.round_pace import round_pace
from helpers import made_up_round

PROJECT = DoccanoProject(1, "ships", "", "", *[False] * 6)
OPTIONS = PullOptions(
    examples={name: Example(name, "one two") for name in ("a.p01", "a.p02", "b.p01")},
    other_articles=set(),
    labels={"SHIP"},
)
works = st.builds(
    AnnotatorWork, st.sampled_from([(), (Span(0, 3, "SHIP"),), (Span(4, 7, "SHIP"),)]), confirmed=st.booleans()
)


def snapshot(works_of):
    copies = [StoredExample(n, name, "", 0, {}, "one two", {}, mine) for n, (name, mine) in enumerate(works_of.items())]
    return Snapshot(PROJECT, {copy.number: copy for copy in copies}, ())


@given(st.fixed_dictionaries({name: st.fixed_dictionaries(dict.fromkeys("xyz", works)) for name in OPTIONS.examples}))
def test_every_example_is_done_or_open_and_different_spans_are_disputes(works_of):
    articles = list(_article_progress(snapshot(works_of), OPTIONS, ["x", "y", "z"]))
    assert sum(article.examples for article in articles) == len(works_of)
    for who in "xyz":
        assert sum(a.done[who] for a in articles) == sum(mine[who].confirmed for mine in works_of.values())
    disputed = {
        name for name, mine in works_of.items() if len({work.spans for work in mine.values() if work.confirmed}) > 1
    }
    assert {name for article in articles for name in article.disputed} == disputed


@given(st.fixed_dictionaries({who: st.dictionaries(st.sampled_from(sorted(OPTIONS.examples)), works) for who in "xyz"}))
def test_projects_of_members_are_counted_as_one(work_of):
    """Each member has some of the examples; what all of them have is counted once."""
    parts = [
        _examples(snapshot({name: {who: work} for name, work in mine.items()}), OPTIONS, [who], NOTHING_HIDDEN)
        for who, mine in work_of.items()
    ]
    articles = list(_articles(_joined(parts), "xyz"))
    assert sum(article.examples for article in articles) == len(set().union(*work_of.values()))
    for who, mine in work_of.items():
        assert sum(article.done[who] for article in articles) == sum(work.confirmed for work in mine.values())
        assert sum(article.open(who) for article in articles) == sum(not work.confirmed for work in mine.values())
    spans = {
        name: {mine[name].spans for mine in work_of.values() if name in mine and mine[name].confirmed}
        for name in OPTIONS.examples
    }
    disputed = {name for article in articles for name in article.disputed}
    assert disputed == {name for name, found in spans.items() if len(found) > 1}


def test_what_is_not_of_the_corpus_comes_last_under_no_name():
    there = snapshot(
        {"zz.p01": {"x": AnnotatorWork()}, "b.p01": {"x": AnnotatorWork()}, "a.p01": {"x": AnnotatorWork()}}
    )
    assert [article.id for article in _article_progress(there, OPTIONS, ["x"])] == ["a", "b", ""]


def many(annotators, articles):
    people = [made_up_round.annotator(f"annotator{number}", number % 20) for number in range(annotators)]
    if not annotators:
        people = [made_up_round.annotator("gold", 5, member=ALL)]
    rows = (
        ArticleProgress(
            f"{number:03}_33ff5f20720418a6", 20, {one.member: number % 20 for one in people}, ("a.p01",)[: number % 2]
        )
        for number in range(articles)
    )
    return made_up_round.progress(*people, articles_of=tuple(rows))


@pytest.mark.parametrize("annotators", [0, 1, 4, 5, 12])
def test_the_tables_fit_eighty_columns_and_show_everybody_once(annotators, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    found = many(annotators, 3)
    pace = round_pace(found, {"kfor": made_up_round.CountLog()}, made_up_round.NOW)
    tables = (report_tables.annotator_table(found, pace), *report_tables.article_tables(found))
    for table in tables:
        console.make_console().print(console.rich_table(table.title, table.header, table.rows))
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    first = [line.split()[0] for line in shown.splitlines() if line.strip()]
    assert all(first.count(one.folder) == 1 for one in found.annotators)
    assert shown.count("002_33ff5f20720418a6") == 1


def test_of_many_articles_those_are_listed_in_which_something_is_going_on():
    found = many(5, 60)
    (table,) = report_tables.article_tables(found)
    listed = [row[0] for row in table.rows]
    assert len(listed) == 58  # all but those that nobody has begun, and the total
    assert listed[-1] == "all"
    assert "3 further articles: nobody has begun" in table.note


def test_a_missing_server_is_reported_with_the_remedy(tmp_path, goldspan, capsys, monkeypatch):
    monkeypatch.delenv("DOCCANO_URL", raising=False)
    assert goldspan("doccano", "status", "--home", tmp_path / "none", "--json", tmp_path / "s.json") == 0
    assert "goldspan doccano start" in capsys.readouterr().out
    report = json.loads((tmp_path / "s.json").read_text())
    assert {key: report[key] for key in ("embedded", "url", "projects")} == {
        "embedded": None,
        "url": None,
        "projects": [],
    }


def test_a_server_that_is_named_without_a_user_is_an_error(goldspan, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("DOCCANO_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("DOCCANO_USERNAME", raising=False)
    assert goldspan("doccano", "status", "--home", tmp_path / "home") == 1
    assert "DOCCANO_USERNAME" in capsys.readouterr().err


@pytest.mark.parametrize("worker", [True, False])
def test_a_server_that_was_stopped_is_not_dead(goldspan, monkeypatch, capsys, tmp_path, worker):
    found = server.ServerStatus(
        running=False, url="http://127.0.0.1:1", username="admin", web=False, worker=worker, home=tmp_path
    )
    monkeypatch.setattr(server, "status", lambda _: found)
    monkeypatch.delenv("DOCCANO_URL", raising=False)
    assert goldspan("doccano", "status", "--home", tmp_path) == 0
    said = capsys.readouterr().out
    assert f"web server   {'DEAD: ' if worker else 'stopped; '}" in said
    assert f"task worker  {'running' if worker else 'stopped; '}" in said
    assert "doccano start --home" in said
