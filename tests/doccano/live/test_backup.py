"""A backup of a real server while people work, the server that is restored from it, and what is compared."""

import json
import sqlite3
import threading
from contextlib import closing, contextmanager
from types import SimpleNamespace

import pytest
import requests

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


@contextmanager
def team_server(home, toy):
    """A server of its own with a project of each kind and three annotators."""
    running = server.start(home, 0)
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
            yield SimpleNamespace(running=running, client=client, begun=begun, people=people)
            for person in people:
                person.close()
    finally:
        server.stop(home, grace=0)


def span_numbers(file, folder):
    restore.extract_database(file, folder / f"{file.name}.sqlite3")
    with closing(sqlite3.connect(folder / f"{file.name}.sqlite3")) as database:
        return {number for (number,) in database.execute("SELECT id FROM labels_span")}


@pytest.mark.slow
def test_a_backup_while_people_work_is_restored_beside_the_original(toy, tmp_path, goldspan, capsys):
    home, new = tmp_path / "home", tmp_path / "restored"
    with team_server(home, toy) as team:
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
            assert goldspan("doccano", "reconcile", made.file, "--home", home) == 1  # work went on there
            assert goldspan("doccano", "reconcile", made.file, "--home", new) == 0
            anna.comment(team.begun[1].project.id, next(team.client.examples(team.begun[1].project.id)).id, "here")
            assert goldspan("doccano", "reconcile", made.file, "--home", new) == 0
        finally:
            server.stop(new, grace=0)


@pytest.mark.slow
def test_a_backup_of_a_stopped_server_waits_for_its_start_and_holds_the_same(toy, tmp_path):
    home = tmp_path / "home"
    with team_server(home, toy) as team:
        running = backup.make_backup(tmp_path / "running", home).manifest
        manifest_only = backup.write_manifest(tmp_path / "alone", team.client).manifest
        server.stop(home)
        stopped = backup.make_backup(tmp_path / "stopped", home).manifest
        starting = threading.Thread(target=server.start, args=(home,))
        starting.start()
        during = backup.make_backup(tmp_path / "during", home).manifest
        starting.join()
    assert running.contents == stopped.contents == during.contents
    assert [
        compare_projects(*pair) for pair in zip(running.contents.projects, manifest_only.contents.projects, strict=True)
    ] == [
        [],
        [],
    ]
    assert read_manifest(tmp_path / "alone").contents == manifest_only.contents
