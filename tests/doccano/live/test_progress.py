"""The pace of two annotators on a real server over two days, whose times are given."""

import json
import os
import secrets
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from goldspan.doccano import status
from goldspan.doccano.corpus_record import read_record
from goldspan.progress.count_log import log_path, read_log
from goldspan.progress.round_pace import note_progress, round_pace
from helpers import doccano_annotator, sample_corpus
from helpers.html_pages import parse
from helpers.team_rounds import TeamRound

FIRST, SECOND = ("storm.p01", "storm.p02"), ("storm.p03", "harbour.p01", "harbour.p02")
HIDDEN = ("<script", "http://", "https://", "@")


@pytest.fixture
def home(doccano, monkeypatch, tmp_path):
    """An environment that names the server, and a data folder without counts."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))
    return doccano.home


@pytest.fixture
def run(home, goldspan, capsys, begun, tmp_path):
    """A command on the project: its exit code, what it said, and its report."""

    def command(name, *options):
        report = tmp_path / "report.json"
        where = ("--project", begun.name, "--root", begun.corpus.root, "--home", home)
        code = goldspan("doccano", name, *where, *options, "--json", report)
        done = capsys.readouterr()
        return code, done.out + done.err, json.loads(report.read_text())

    return command


def look(begun, now):
    """What a status finds and notes at a moment."""
    found = status.round_progress(begun.corpus, begun.server, begun.name)
    return round_pace(found, note_progress(found, begun.server.url, now), now, zone=UTC)


def test_two_days_of_two_annotators(begun, run, tmp_path):
    now = datetime.now(UTC)
    pseudonyms = {"a1": begun.people["ann"], "b2": begun.people["bob"]}
    sample_corpus.list_members(begun.corpus, pseudonyms)
    pace = look(begun, now - timedelta(days=2, hours=1))
    assert [one.week for one in pace.annotators] == [None, None]
    begun.confirm("ann", *FIRST)
    look(begun, now - timedelta(days=1))
    begun.mark("ann", "harbour.p02", "Aurora", "SHIP")
    begun.confirm("ann", *SECOND)
    begun.confirm("bob", "harbour.p02")
    page = tmp_path / "page.html"
    code, said, report = run("status", "--html", page)
    assert code == 0
    of = report["pace"]["annotators"]
    assert {name: one["last_day"]["examples"] for name, one in of.items()} == {"a1": 3, "b2": 1}
    assert of["a1"]["confirmed"]["examples"] == 5
    assert of["a1"]["last_week"]["hours"] == pytest.approx(49, abs=0.2)
    assert of["a1"]["last_week"]["per_day"]["examples"] == pytest.approx(5 * 24 / 49, abs=0.02)
    total = of["a1"]["assigned"]["examples"]
    days = of["a1"]["open"]["words"] / of["a1"]["last_week"]["per_day"]["words"]
    end = date.fromisoformat(of["a1"]["expected_end"]["day"])
    assert abs(end - (now + timedelta(days=days)).date()) <= timedelta(days=1)  # what is open has a fraction of a day
    assert report["pace"]["together"]["confirmed"]["examples"] == 6
    row = next(line.split() for line in said.splitlines() if line.split()[:1] == ["a1"])
    assert row[:5] == ["a1", str(total), "5", str(total - 5), "3"]
    text = page.read_text(encoding="utf-8").partition("<body>")[2]
    assert all(words in parse(page.read_text()).said for words in ("a1", "b2", "Confirmed over time", "p02"))
    shown = (begun.people[who].username for who in ("ann", "bob"))
    assert not [word for word in (*shown, *HIDDEN) if word in text]
    assert report["agreement"][0]["examples"] == 1
    begun.unconfirm("ann", "harbour.p01")
    _, _, report = run("status")
    assert report["pace"]["annotators"]["a1"]["last_day"]["examples"] == 2


def test_a_pull_that_is_only_planned_notes_what_is_confirmed_and_forget_removes_it(begun, run, goldspan, capsys):
    begun.confirm("bob", *FIRST)
    assert run("pull", "--apply")[0] == 0
    begun.confirm("bob", *SECOND)
    assert run("pull")[0] == 0
    [record] = [one for one in read_record(begun.corpus).projects if one.name == begun.name]
    path = log_path(record.key)
    (noted,) = [one for one in read_log(path).notes[-1].annotators if one.member == begun.people["bob"].username]
    assert (noted.confirmed.examples, noted.assigned) == (5, None)
    words = noted.confirmed.words
    _, _, report = run("status")
    assert report["pace"]["annotators"][noted.passes]["confirmed"] == {"examples": 5, "words": words}
    assert run("pull", "--articles", "storm")[0] == 0
    assert read_log(path).notes[-1].annotators[-1].assigned is not None  # counts of some articles are not noted
    where = ("--project", begun.name, "--root", begun.corpus.root)
    for said in ("removed", "There are no counts"):
        assert goldspan("doccano", "status", *where, "--forget") == 0
        assert said in capsys.readouterr().out
    assert not path.exists()


def test_damaged_counts_stop_status_with_the_remedy_and_no_pull(begun, run, goldspan, capsys):
    run("status")
    [path] = (log_path("x").parent).glob("*.jsonl")
    path.write_text("{}\n" + path.read_text())
    begun.confirm("bob", *FIRST)
    code, said, report = run("pull", "--apply")
    assert code == 0
    assert "was not noted" in said
    assert sum(each["counts"]["new"] if "counts" in each else 1 for each in report["files"])
    where = ("--project", begun.name, "--root", begun.corpus.root)
    assert goldspan("doccano", "status", *where) == 1
    printed = capsys.readouterr()
    assert "--forget" in printed.err
    assert ":1:" in printed.err or "line 1" in printed.err


@pytest.mark.slow
def test_a_round_of_three_and_a_project_of_one_of_them_are_told_alike(home, doccano, server, goldspan, capsys):
    folder = Path(os.environ["XDG_DATA_HOME"]).parent
    people = doccano_annotator.create_by_name(doccano, "a1", "a2", "a3")
    team = TeamRound(server, folder / "team", f"kfor{secrets.token_hex(3)}", people)
    report = folder / "report.json"

    def run(project, *options):
        where = ("--project", project, "--root", team.corpus.root, "--home", home)
        code = goldspan("doccano", "status", *where, *options, "--json", report)
        printed = capsys.readouterr()
        assert code == 0, printed.err
        return printed.out, json.loads(report.read_text())

    try:
        team.push(per_example=2)
        now = datetime.now(UTC)
        assert [*log_path("x").parent.glob("*.jsonl")] == []
        begin = status.round_progress(team.corpus, server, team.name)
        note_progress(begin, server.url, now - timedelta(days=3))
        places = team.places()
        for example in sorted(places)[:6]:
            for who in places[example]:
                team.confirm(who, example)
        page = folder / "page.html"
        said, found = run(team.name, "--html", page)
        pace = found["pace"]
        assert [*pace["annotators"]] == ["a1", "a2", "a3"]
        assert pace["together"]["confirmed"]["examples"] == pace["together"]["last_week"]["examples"] == 12
        assert pace["together"]["assigned"]["examples"] == 2 * len(places)
        assert found["agreement"][0]["examples"] == 6
        assert said.splitlines()[1].strip() == f"{team.name}: progress of each annotator"
        alone, of_one = run(f"{team.name}-a1")
        assert of_one["pace"]["annotators"] == {"a1": pace["annotators"]["a1"]} | of_one["pace"]["annotators"]
        assert (
            of_one["pace"]["annotators"]["a1"]["last_week"]["examples"]
            == pace["annotators"]["a1"]["confirmed"]["examples"]
        )
        rows = [
            [line.split()[:4] for line in text.splitlines() if line.split()[:1] == ["a1"]] for text in (said, alone)
        ]
        assert rows[0] == rows[1]
        assert goldspan("doccano", "status", "--project", team.name, "--root", team.corpus.root, "--forget") == 0
        assert capsys.readouterr().out.count("removed") == 3
    finally:
        team.delete()
        for person in people.values():
            person.close()


def test_a_push_that_creates_a_round_notes_when_the_work_began(home, doccano, server, goldspan):
    folder = Path(os.environ["XDG_DATA_HOME"]).parent
    people = doccano_annotator.create_by_name(doccano, "a1", "a2")
    team = TeamRound(server, folder / "team", f"kfor{secrets.token_hex(3)}", people)
    push = ("doccano", "push", "--project", team.name, "--root", team.corpus.root, "--home", home)
    try:
        for _ in range(2):  # the second push creates nothing
            assert goldspan(*push, "--each", "--apply") == 0
            logs = [read_log(path) for path in log_path("x").parent.glob("*.jsonl")]
            noted = [one for log in logs for note in log.notes for one in note.annotators]
            assert sorted((one.member, one.passes, one.confirmed.examples) for one in noted) == sorted(
                (person.username, who, 0) for who, person in people.items()
            )
    finally:
        team.delete()
        for person in people.values():
            person.close()
