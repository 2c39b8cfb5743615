"""A team at work on a Doccano with PostgreSQL, several web processes, and a lead who pushes and pulls meanwhile."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers import doccano_annotator
from helpers.doccano_postgres import PostgresDoccano
from helpers.doccano_team import Room, SimulatedAnnotator

pytestmark = pytest.mark.slow

OPERATIONS = 2_000
ROUNDS = 5  # of the lead of each project, at least: a pull and a push
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
