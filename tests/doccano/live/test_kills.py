"""A push that is interrupted anywhere is finished by the next, and ends as an undisturbed one does."""

import contextlib
import json
import threading
import time
from dataclasses import replace
from itertools import product

import pytest

from goldspan.annotation import Example
from goldspan.doccano import server
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import desired_state, journal, push
from goldspan.doccano.push.journal import JournalBatch
from goldspan.doccano.snapshot import ALL, AnnotatorWork
from goldspan.errors import ServerError
from goldspan.formats import doccano
from helpers import doccano_annotator, interruptions
from helpers.doccano_annotator import create_unique
from helpers.doccano_project import ExampleProject, record_writes

pytestmark = pytest.mark.slow
SHARED = {"alone": False, "shared": True}


class BreakableServer:
    """A server of its own, which can be broken, with somebody who annotates."""

    def __init__(self, home):
        self.home = home
        self.account = server.start(home, 0).account
        self.client = Doccano(self.account, patience=8.0)
        self.admin = doccano_annotator.admin(self)
        (self.anna,) = create_unique(self, "anna")
        self.undisturbed = {}

    def room(self, kind, folder):
        made = ExampleProject(self.client, folder, collaborative=SHARED[kind])
        return interruptions.prepare(made, kind, self.admin if kind == "shared" else self.anna)

    def expect(self, kind, folder):
        """What an undisturbed push ends in."""
        if kind not in self.undisturbed:
            room = self.room(kind, folder / "undisturbed")
            assert interruptions.push_killed_at(self.account, room, kind, "list").returncode == 0
            self.undisturbed[kind] = room.state()
        return self.undisturbed[kind]

    def restart(self):
        """Start again what was killed."""
        server.start(self.home)


@pytest.fixture(scope="module")
def breakable(tmp_path_factory):
    made = BreakableServer(tmp_path_factory.mktemp("breakable"))
    yield made
    made.client.close()
    server.stop(made.home)


def settled(breakable, room, kind, folder):
    """Push again: the state is the undisturbed one, and a third push has nothing to do."""
    room.push(*interruptions.desired_examples(kind))
    found = room.state()
    assert found == breakable.expect(kind, folder)
    assert len({name for name, *_ in found}) == len(found), "an example is there twice"
    with record_writes(room.server) as written:
        room.push(*interruptions.desired_examples(kind))
    assert not written
    assert not journal.journal_path(room.folder, room.server.url, room.name).exists()


@pytest.mark.parametrize("kind", interruptions.KINDS)
def test_kill_minus_nine_after_every_call_that_changes_something(kind, breakable, tmp_path):
    room = breakable.room(kind, tmp_path / "list")
    every = json.loads(interruptions.push_killed_at(breakable.account, room, kind, "list").stdout)
    points = [
        every[0],
        *(at for at in every if at.endswith("after") and at.partition(".")[0] in interruptions.CHANGING),
    ]
    for at in points:
        room = breakable.room(kind, tmp_path / at)
        assert interruptions.push_killed_at(breakable.account, room, kind, at).returncode == -9, at
        settled(breakable, room, kind, tmp_path)
    print(f"\n{kind}: killed at {len(points)} points: {', '.join(points)}")
    assert {at.partition(".")[0] for at in points[1:]} == set(interruptions.CHANGING)


@pytest.mark.parametrize("kind", interruptions.KINDS)
def test_a_lost_journal_costs_no_label_and_leaves_no_duplicate(kind, breakable, tmp_path):
    room = breakable.room(kind, tmp_path)
    assert interruptions.push_killed_at(breakable.account, room, kind, "started.0:after").returncode == -9
    journal.journal_path(room.folder, room.server.url, room.name).unlink()
    time.sleep(2)
    settled(breakable, room, kind, tmp_path)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", interruptions.KINDS)
def test_a_connection_cut_at_every_request_that_writes(kind, when, breakable, tmp_path, monkeypatch):
    monkeypatch.setattr(push, "DELETE_CHUNK", 1)
    cuts = 0
    for number in range(100):
        room = breakable.room(kind, tmp_path / str(number))
        with (
            interruptions.CuttingProxy(breakable.account, number, when) as cutter,
            Doccano(cutter.account, patience=8.0) as link,
        ):
            try:
                push.push_examples(link, room.project, interruptions.desired_examples(kind), folder=room.folder)
            except ServerError:
                cuts += 1
            else:
                break
        for file in room.folder.glob("*.json"):  # the proxy has an address of its own, and so a journal
            file.rename(journal.journal_path(room.folder, room.server.url, room.name))
        settled(breakable, room, kind, tmp_path)
    print(f"\n{kind}: cut {when} {cuts} requests")
    assert cuts == number == 5  # upload, import, two deletes, an update


def interrupted(room, kind, name, act, monkeypatch, *, patience=3.0):
    """A push during which something happens before a call of the client; the error that it ends with, if any."""
    method, done = getattr(Doccano, name), []

    def call(*arguments, **options):
        if not done:
            done.append(act())
        return method(*arguments, **options)

    with monkeypatch.context() as patch, contextlib.suppress(ServerError):
        patch.setattr(Doccano, name, call)
        patch.setattr(room.server, "patience", patience)
        push.push_examples(room.server, room.project, interruptions.desired_examples(kind), folder=room.folder)
        return None
    return done


CALLS = ("upload", "start_import", "wait_for_import", "delete_examples")


@pytest.mark.parametrize("broken", [f"{role} {name}" for role, name in product(("web", "worker"), CALLS)])
@pytest.mark.parametrize("kind", interruptions.KINDS)
def test_the_server_is_killed_before_a_call(kind, broken, breakable, tmp_path, monkeypatch):
    role, name = broken.split()
    room = breakable.room(kind, tmp_path)
    try:
        interrupted(room, kind, name, lambda: interruptions.kill_processes(breakable.home, role), monkeypatch)
    finally:
        breakable.restart()
    settled(breakable, room, kind, tmp_path)


MANY = 4_000


def many(kind):
    texts = [f"KFOR {number} left Kosovo." for number in range(MANY)]
    spans = (replace(interruptions.FILLED[0], start=0, end=4),) if kind == "shared" else ()
    return [Example(f"b.p{number:04}", text, spans) for number, text in enumerate(texts)]


@pytest.mark.parametrize("role", ["web", "worker"])
@pytest.mark.parametrize("kind", interruptions.KINDS)
def test_the_server_is_killed_while_the_import_runs(kind, role, breakable, tmp_path):
    room = ExampleProject(breakable.client, tmp_path, collaborative=SHARED[kind])
    ended = threading.Event()

    def kill_when_some_are_there():
        while not ended.is_set() and not breakable.client.count(room.project.id):
            time.sleep(0.01)
        interruptions.kill_processes(breakable.home, role)

    with Doccano(breakable.account, patience=4.0) as link:
        killer = threading.Thread(target=kill_when_some_are_there)
        killer.start()
        try:
            with contextlib.suppress(ServerError):
                push.push_examples(link, room.project, many(kind), folder=room.folder)
        finally:
            ended.set()
            killer.join()
            breakable.restart()
    room.push(*many(kind))
    there = room.take()
    assert sorted(one.id for one in there.copies.values()) == [example.id for example in many(kind)]
    if kind == "shared":
        assert {one.work[ALL].spans for one in there.copies.values()} == {many(kind)[0].spans}
    with record_writes(room.server) as written:
        room.push(*many(kind))
    assert not written


@pytest.mark.parametrize("confirmed", [False, True])
def test_examples_imported_without_spans_are_replaced_unless_worked_on(confirmed, breakable, tmp_path):
    room = ExampleProject(breakable.client, tmp_path, collaborative=True)
    rows = desired_state.upload_rows(interruptions.examples_before("shared"), room.project, ("UNIT", "PLACE"))
    bare = b"".join(doccano.line({**want.row, "label": []}) for want in rows)
    upload = room.server.upload(bare, "half.jsonl")
    with journal.open_journal(journal.journal_path(tmp_path, room.server.url, room.name)) as book:
        book.begin(JournalBatch(upload, None, 0, tuple(want.example.id for want in rows)))
    room.server.wait_for_import(room.server.start_import(room.project.id, [upload]))
    if confirmed:
        breakable.admin.confirm(room.project.id, room.number("a.p02"))
    room.push(*interruptions.examples_before("shared"))
    there = room.take().by_id
    assert {len(copies) for copies in there.values()} == {1}
    spans = [copies[0].work[ALL].spans for copies in there.values()]
    assert spans.count(interruptions.FILLED) == (4 if confirmed else 5)
    if confirmed:
        assert there["a.p02"][0].work[ALL] == AnnotatorWork(confirmed=True)


@pytest.mark.parametrize(("kind", "bare"), [("alone", False), ("shared", False), ("shared", True)])
def test_an_import_that_runs_twice_leaves_no_duplicate(kind, bare, breakable, tmp_path, monkeypatch):
    room, start = breakable.room(kind, tmp_path), Doccano.start_import
    new = [one for one in interruptions.desired_examples(kind) if one.id in {"a.p04", "a.p06", "a.p07"}]
    sent = [dict(want.row) for want in desired_state.upload_rows(new, room.project, ("UNIT", "PLACE"))]
    rows = [{**row, "label": []} if bare else row for row in sent]  # the first run died before it came to the spans

    def twice(self, project, uploads):
        again = self.upload(b"".join(map(doccano.line, rows)), "again.jsonl")
        self.wait_for_import(start(self, project, [again]))
        return start(self, project, uploads)

    with monkeypatch.context() as patch:
        patch.setattr(Doccano, "start_import", twice)
        push.push_examples(room.server, room.project, interruptions.desired_examples(kind), folder=room.folder)
    assert room.state() == breakable.expect(kind, tmp_path)
    settled(breakable, room, kind, tmp_path)


@pytest.mark.parametrize("kind", interruptions.KINDS)
def test_a_dead_worker_is_reported_and_its_late_import_makes_no_duplicate(kind, breakable, tmp_path):
    room = breakable.room(kind, tmp_path)
    interruptions.kill_processes(breakable.home, "worker")
    try:
        with Doccano(breakable.account, patience=2.0) as link, pytest.raises(ServerError, match="worker"):
            push.push_examples(link, room.project, interruptions.desired_examples(kind), folder=room.folder)
    finally:
        breakable.restart()
    settled(breakable, room, kind, tmp_path)
