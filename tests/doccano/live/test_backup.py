"""A backup of a real server while people work, the server that is restored from it, and what is compared."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from goldspan.corpus import Corpus
from goldspan.doccano import project, server
from goldspan.doccano.backup import backup, restore
from goldspan.doccano.backup.archive import read_manifest
from goldspan.doccano.backup.contents import ContentDifference, compare_projects
from goldspan.doccano.backup.reconcile import reconcile
from goldspan.doccano.backup.served_contents import served_contents
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import desired_state
from helpers import doccano_annotator
from helpers.doccano_project import CorpusProject, from_corpus, remove_member
from helpers.doccano_team import BusyTeam

TOY = Path(__file__).parents[2] / "data" / "toy"


def work(begun, people):
    """Some of everything that a project can hold; the last of the people is no member any more."""
    begun.add(people)
    (label, *_), rows = begun.corpus.scheme.names, begun.server.examples(begun.project.id)
    numbers = [row.id for row in rows]
    for place, (name, person) in enumerate(people.items()):
        for number in numbers[: 3 + place]:
            start = 3 * place if begun.project.collaborative else 0
            person.mark(begun.project.id, number, start, start + 2, label)
        if place == 0 or not begun.project.collaborative:
            person.confirm(begun.project.id, numbers[place])
        person.comment(begun.project.id, numbers[0], f"is it? 🚢 {name}")
    members = {member.username: member for member in begun.server.members(begun.project.id)}
    remove_member(begun.server, begun.project, members[list(people.values())[-1].username])


def of(contents, number):
    (found,) = (each for each in contents.projects if each.number == number)
    return found


@pytest.mark.parametrize("kind", ["independent", "shared"])
def test_the_api_shows_what_the_database_holds(kind, doccano, toy, people, tmp_path):
    with from_corpus(doccano, toy, kind) as begun:
        work(begun, people)
        made = backup.make_backup(tmp_path / "a.backup", doccano.home)
        stored = of(made.manifest.contents, begun.project.id)
        served = of(served_contents(begun.server).contents, begun.project.id)
        assert compare_projects(stored, served) == []
        assert (stored.examples, sum(stored.spans.values()), stored.comments) == (9, 7, 2)
        people["ann"].comment(begun.project.id, next(begun.server.examples(begun.project.id)).id, "one more")
        found = reconcile(made.manifest, begun.server, toy)
        assert ContentDifference(begun.name, "comments", "2", "3") in found.differences
        (mine,) = (each for each in found.corpus if each.project == begun.name)
        assert (mine.is_there, bool(mine.passes)) == (True, True)


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    """A server of its own with a project of each kind and three annotators."""
    folder = tmp_path_factory.mktemp("team")
    toy = Corpus(shutil.copytree(TOY, folder / "toy"))
    running = server.start(folder / "home", 0)
    try:
        with Doccano(running.account) as client:
            people = doccano_annotator.create(running, ["ann", "bob", "cleo"])
            begun = []
            for kind in ("independent", "shared"):
                made = project.plan_project(client, toy, f"room {kind}", kind).apply()
                begun.append(CorpusProject(toy, client, made))
                examples = desired_state.desired_examples(toy, toy.entries, "nothing")
                begun[-1].send(dict(want.row) for want in desired_state.upload_rows(examples, made, toy.scheme.names))
                work(begun[-1], {person.username: person for person in people})
            yield SimpleNamespace(running=running, client=client, begun=begun, people=people, toy=toy)
            for person in people:
                person.close()
    finally:
        server.stop(folder / "home", grace=0)


def span_numbers(file, folder):
    restore.extract_database(file, folder / f"{file.name}.sqlite3")
    with closing(sqlite3.connect(folder / f"{file.name}.sqlite3")) as database:
        return {number for (number,) in database.execute("SELECT id FROM labels_span")}


@pytest.mark.slow
def test_a_backup_while_people_work_is_restored_beside_the_original(team, tmp_path, goldspan, capsys):
    home, new, toy = team.running.home, tmp_path / "restored", team.toy
    with BusyTeam(team.begun[0], team.people[:2]) as busy:
        number = 0
        while len(busy.done) < 100 or number < 4:
            number, before = number + 1, set(busy.done)
            made = backup.make_backup(tmp_path / f"{number}.backup", home)
            there = span_numbers(made.file, tmp_path)
            assert before <= there  # what was acknowledged before is in it
    capsys.readouterr()
    try:
        options = ["--home", new, "--root", toy.root, "--json", tmp_path / "report"]
        assert goldspan("doccano", "restore", made.file, *options) == 0
        printed = capsys.readouterr().out
        with capsys.disabled():
            print(f"\n{printed}")
        restored = server.embedded_account(new)
        assert "all the same" in printed
        assert server.status(home).running
        assert server.status(new).running
        assert restored.url != team.running.account.url
        assert restored.password != team.running.account.password
        report = json.loads((tmp_path / "report").read_text())
        assert [each["project"] for each in report["corpus"]] == ["room independent", "room shared"]
        anna = team.people[0]
        with doccano_annotator.Annotator(restored.url, anna.username, anna.password) as there_too:
            assert sorted(there_too.projects()) == ["room independent", "room shared"]
        session = requests.get(f"{restored.url}/v1/me", cookies=anna.session.cookies.get_dict(), timeout=60)
        assert session.status_code in {401, 403}
        pull = ["--project", "room independent", "--home", new, "--root", toy.root, "--tidy"]
        assert goldspan("doccano", "pull", *pull) == 0  # at another address, by its key
        # They are two servers: what is done in one is a difference to the other.
        anna.comment(team.begun[1].project.id, next(team.client.examples(team.begun[1].project.id)).id, "here")
        report = ("--json", tmp_path / "reconciliation.json")
        assert goldspan("doccano", "reconcile", made.file, "--home", home, *report) == 1
        assert goldspan("doccano", "reconcile", made.file, "--home", new) == 0
    finally:
        server.stop(new, grace=0)


@pytest.mark.slow
def test_a_backup_of_a_stopped_server_waits_for_its_start_and_holds_the_same(team, tmp_path):
    home = team.running.home
    running = backup.make_backup(tmp_path / "running", home).manifest
    manifest_only = backup.write_manifest(tmp_path / "alone", team.client).manifest
    server.stop(home)
    stopped = backup.make_backup(tmp_path / "stopped", home).manifest
    starting = threading.Thread(target=server.start, args=(home,))
    starting.start()
    during = backup.make_backup(tmp_path / "during", home).manifest
    starting.join()
    assert running.contents == stopped.contents == during.contents
    for stored, served in zip(running.contents.projects, manifest_only.contents.projects, strict=True):
        assert compare_projects(stored, served) == []
    assert read_manifest(tmp_path / "alone").contents == manifest_only.contents


@pytest.mark.slow
def test_a_restore_that_is_killed_while_it_starts_is_complete_and_can_be_started(team, tmp_path, goldspan, capsys):
    file = backup.make_backup(tmp_path / "a.backup", team.running.home).file
    for stage in (".", "web.log"):  # the home is there, the web server begins
        home = tmp_path / f"restored{len(stage)}"
        command = [sys.executable, "-m", "goldspan", "doccano", "restore", str(file), "--home", str(home)]
        try:
            with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as running:
                while not (home / stage).exists():
                    assert running.poll() is None
                    time.sleep(0.01)
                running.kill()
            assert goldspan("doccano", "restore", file, "--home", home) == 1
            assert "If an interrupted restore made this one, it is complete" in capsys.readouterr().err
            server.stop(home, grace=1)  # what the killed one had launched
            assert goldspan("doccano", "start", "--home", home) == 0
            assert goldspan("doccano", "reconcile", file, "--home", home, "--root", team.toy.root) == 0
        finally:
            server.stop(home, grace=0)
