"""A team at work on a Doccano with PostgreSQL, several web processes, and a lead who pushes and pulls meanwhile."""

import shutil
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from goldspan.corpus import Corpus
from goldspan.doccano.pull import merge
from goldspan.doccano.push import push
from goldspan.errors import ServerError
from helpers import doccano_annotator
from helpers.doccano_postgres import PostgresDoccano
from helpers.doccano_project import remove_member
from helpers.doccano_team import Room, SimulatedAnnotator, name_in

pytestmark = pytest.mark.slow

OPERATIONS = 1_000
ROUNDS = 3  # of the lead of each project, at least: a pull and a push
MOST = 800  # seconds, after which something hangs
PEOPLE = ("ann", "bob", "cleo", "dan", "eve", "finn")


@pytest.fixture(scope="module")
def busy_server(tmp_path_factory):
    """The server."""
    made = PostgresDoccano(tmp_path_factory.mktemp("postgres"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def team(busy_server):
    """Six annotators, logged in."""
    made = doccano_annotator.create_by_name(busy_server, *PEOPLE)
    yield made
    for person in made.values():
        person.close()


def test_six_annotators_while_leads_push_and_pull(busy_server, team, tmp_path, capsys):
    begin = time.monotonic()
    with busy_server.client() as one, busy_server.client() as other:
        rooms = [Room(one, tmp_path / "a", "independent", team), Room(other, tmp_path / "s", "shared", team)]
        annotators = [SimulatedAnnotator(number, person, rooms) for number, person in enumerate(team.values())]
        begun = time.monotonic()
        work_together(annotators, rooms)
        ended = time.monotonic()
        results = [finish(room) for room in rooms]
    done = sum((annotator.done for annotator in annotators), Counter())
    with capsys.disabled():
        print(f"\n{done.total():,} operations of six annotators: {named(done)}")
        print(f"  refused, since the copy was gone: {named(sum((one.refused for one in annotators), Counter()))}")
        for room, (tally, differing, problems) in zip(rooms, results, strict=True):
            print(f"{room.kind}: {named(room.done)}")
            for message, times in room.messages.items():
                print(f"  {times} x {message}")
            print(f"  in the corpus at the end: {named(tally)}; problems: {problems}; differing: {differing}")
        print(f"{begun - begin:.0f} s to begin, {ended - begun:.0f} s of work, {time.monotonic() - ended:.0f} s to end")
    assert done.total() >= OPERATIONS
    for tally, differing, problems in results:
        assert not differing
        assert (tally["lost"], tally["moved"], tally["doubled"]) == (0, 0, 0)
        assert tally["kept"]
        assert not problems


def work_together(annotators, rooms):
    """All at work at once, until enough is done, or one of them fails."""
    ended, until = threading.Event(), time.monotonic() + MOST
    with ThreadPoolExecutor(len(annotators) + len(rooms)) as pool:
        for room in rooms:
            room.annotators = annotators
        works = [pool.submit(each.work, ended) for each in (*annotators, *rooms)]
        while time.monotonic() < until and not any(work.done() for work in works):
            enough = sum(annotator.done.total() for annotator in annotators) >= OPERATIONS
            if enough and all(room.done["round"] >= ROUNDS for room in rooms):
                break
            time.sleep(0.2)
        ended.set()
    for work in works:
        work.result()


def finish(room):
    """When all have stopped: a push, what people are asked to decide, a push, a pull."""
    room.push()
    room.resolve_doubles()
    if room.shared:
        room.confirm_all()
    room.push()
    planned = room.plan_pull(unconfirmed=not room.shared)
    planned.apply()
    return *room.compare(planned), [(problem.kind, problem.example) for problem in planned.problems]


def named(counts):
    """Counts in words."""
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()) if number) or "none"


@pytest.fixture(params=["independent", "shared"])
def room(request, busy_server, team, tmp_path):
    """A small project, in which each annotator drew some spans and confirmed them."""
    with busy_server.client(patience=5.0) as client:
        made = Room(client, tmp_path / "corpus", request.param, team, articles=2, paragraphs=6)
        made.annotators = [SimulatedAnnotator(number, person, [made]) for number, person in enumerate(team.values())]
        for annotator in made.annotators:
            for _ in range(3):
                annotator.visit(made, threading.Event())
        yield made
        client.delete_project(made.id)


@contextmanager
def during(client, path, act):
    """Directly after the server has answered the first request to such a path, something happens."""
    send, acted = client._client.session.send, []

    def sent(request, **options):
        answer = send(request, **options)
        if path in request.path_url and not acted:
            acted.append(path)
            act()
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client._client.session, "send", sent)
        yield acted
    assert acted


def attempt(action):
    """What an error of the server says; None if all went well."""
    try:
        action()
    except ServerError as error:
        return str(error)
    return None


def require_all(room):
    """The next push and pull complete it: each example is there once, with all that was done, and nothing is left."""
    tally, differing, problems = finish(room)
    assert not differing
    assert (tally["lost"], tally["moved"], tally["doubled"]) == (0, 0, 0)
    assert tally["kept"]
    assert not problems
    names = Counter(name_in(row.text) for row in room.client.examples(room.id))
    assert names == dict.fromkeys(room.texts, 1)


@pytest.mark.parametrize("room", ["independent"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "spans"),
    [
        ("lost", lambda spans: spans[1:]),
        ("moved", lambda spans: tuple(replace(span, end=span.end - 1) for span in spans)),
    ],
    ids=["lost", "moved"],
)
def test_the_bookkeeping_sees_what_a_pull_gets_wrong(room, monkeypatch, fault, spans):
    line = merge.pass_line
    monkeypatch.setattr(merge, "pass_line", lambda here, found, **said: line(here, spans(found), **said))
    with pytest.raises(AssertionError, match="never had"):
        room.pull()
    planned = room.plan_pull(unconfirmed=True)
    planned.apply()
    tally, differing = room.compare(planned)
    assert tally[fault]
    assert differing


def test_pulls_while_confirmations_are_toggled(room):
    for annotator in room.annotators:
        annotator.pause, annotator.kinds, annotator.each = 0.2, {"confirm": 1}, None
    ended = threading.Event()
    with ThreadPoolExecutor(len(room.annotators)) as pool:
        works = [pool.submit(annotator.work, ended) for annotator in room.annotators]
        said = [attempt(room.pull) for _ in range(4)]  # checks each line against what was there meanwhile
        ended.set()
    for work in works:
        work.result()
    print(said)
    require_all(room)


def test_two_pushes_at_once_from_two_clones(room, busy_server, tmp_path):
    room.change_texts(4)
    room.add_article()
    shutil.copytree(room.corpus.root, tmp_path / "clone")
    with busy_server.client(patience=5.0) as client, ThreadPoolExecutor(2) as pool:
        other = push.prepare_push(client, Corpus(tmp_path / "clone"), room.name, kind=room.kind)
        works = [pool.submit(attempt, room.push), pool.submit(attempt, other.apply)]
        print([work.result() for work in works])
    require_all(room)


@pytest.mark.parametrize(
    ("room", "what", "path"),
    [
        ("independent", "worker", "/upload"),
        ("independent", "database", "/download"),
        ("shared", "worker", "/download"),
        ("shared", "database", "/upload"),
    ],
    indirect=["room"],
)
def test_what_breaks_during_a_push_is_said_and_the_next_completes_it(room, busy_server, what, path):
    room.paragraphs = 300
    room.change_texts(4)
    room.add_article()

    def break_it():
        time.sleep(0.3)  # the worker has begun
        if what == "worker":
            busy_server.kill("worker")
        else:
            busy_server.restart_database()

    try:
        with during(room.client, path, break_it):
            print(attempt(room.push))
    finally:
        busy_server.restart()
        busy_server.renew_connections()
    require_all(room)


def test_pulls_while_a_member_is_removed_and_added_again(room, busy_server):
    room.pull()
    lines = room.lines()
    person, roles = room.people["ann"], room.client.roles()
    said = []
    with busy_server.client() as client:
        project = client.project(room.name)

        def leave():
            [member] = [each for each in client.members(room.id) if each.username == person.username]
            remove_member(client, project, member)

        def come_back():
            client.add_member(room.id, person.id, roles["annotator"])

        for before, meanwhile in ((None, leave), (None, come_back), (leave, come_back)):
            if before is not None:
                before()
            with during(room.client, "/download", meanwhile):
                said.append(attempt(room.pull))
            assert room.lines() == lines
    print(said)
    require_all(room)
