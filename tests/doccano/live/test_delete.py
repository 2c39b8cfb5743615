"""A copy goes only while nobody worked on it and another stays, however late somebody begins."""

import itertools
import threading
from dataclasses import replace

import pytest

from goldspan.annotation import Example, Span
from goldspan.doccano import human_work
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import delete, push
from goldspan.doccano.push.plan import OBSERVE
from goldspan.doccano.snapshot import ALL
from goldspan.errors import ServerError
from helpers import doccano_annotator
from helpers.doccano_annotator import create_unique
from helpers.doccano_project import KFOR, ExampleProject
from helpers.interruptions import import_again

ONE = Example("a.p01", "KFOR left Kosovo.", (Span(0, 4, "UNIT"),))
OTHER = replace(ONE, text="KFOR left Kosovo!")
LEADS = 2


@pytest.fixture
def room(server, tmp_path, request):
    """A shared project, or one in which everybody annotates alone."""
    return ExampleProject(server, tmp_path, collaborative=getattr(request, "param", True))


@pytest.fixture(scope="module")
def anna(doccano):
    """An annotator."""
    (made,) = create_unique(doccano, "anna")
    yield made
    made.close()


class ActAfterLastLook:
    """Finds what was worked on, and has something done once after that was asked for a delete, before the delete."""

    def __init__(self, act):
        self.act, self.acted = act, False

    def __call__(self, server, snapshot, going):
        worked_on = human_work.worked_on_examples(server, snapshot, going)
        if going and not self.acted:
            self.acted = True
            self.act()
        return worked_on


def test_a_boundary_that_is_redrawn_after_the_last_look_is_kept(room, anna):
    room.push(ONE)
    room.join(anna)
    project, number = room.project.id, room.number(ONE.id)

    def redraw():
        anna.unmark(project, number, anna.spans(project, number)[0]["id"])
        anna.mark(project, number, 5, 9, "UNIT")  # the same label: no count shows it

    look = ActAfterLastLook(redraw)
    done = room.push(OTHER, worked_on=look)
    kept = room.take().copies[number]
    assert look.acted
    assert (kept.text, kept.work[ALL].spans) == (ONE.text, (Span(5, 9, "UNIT"),))
    assert done.left.counts()["conflict"] == 1


@pytest.mark.parametrize("room", [True, False], ids=["shared", "alone"], indirect=True)
def test_a_bare_confirmation_after_the_last_look_is_kept(room, anna):
    spans = ONE.spans if room.project.collaborative else ()
    room.push(replace(ONE, spans=spans))
    room.join(anna)
    number = room.number(ONE.id)
    look = ActAfterLastLook(lambda: anna.confirm(room.project.id, number))
    assert room.push(replace(OTHER, spans=spans), worked_on=look).left.counts()["conflict"] == 1
    assert look.acted
    assert any(work.confirmed for work in room.take().copies[number].work.values())


@pytest.mark.parametrize("room", [True, False], ids=["shared", "alone"], indirect=True)
def test_a_duplicate_stays_where_the_copy_that_was_to_stay_is_deleted(room):
    example = replace(ONE, spans=ONE.spans if room.project.collaborative else ())
    room.push(example)
    import_again(room, example)
    first, second = sorted(room.take().copies)
    look = ActAfterLastLook(lambda: room.server.delete_examples(room.project.id, [first]))
    room.push(example, worked_on=look)
    assert look.acted
    assert set(room.take().copies) == {second}


def test_people_who_never_rest_are_an_error_and_nothing_is_deleted(server, tmp_path, monkeypatch):
    room = ExampleProject(server, tmp_path)
    example = replace(ONE, spans=())
    room.push(example)
    import_again(room, example)
    ticks = itertools.count()
    monkeypatch.setattr(delete, "_activity", lambda *_: next(ticks))
    with pytest.raises(ServerError, match="people were at work each time"):
        room.push(example)
    assert len(room.take().copies) == 2


@pytest.mark.parametrize("room", [True, False], ids=["shared", "alone"], indirect=True)
def test_two_leads_at_once_end_with_each_example_once_with_its_spans(room, doccano, tmp_path):
    spans = (KFOR,) if room.project.collaborative else ()
    examples = [Example(f"a.p{number:02}", f"KFOR left {number}.", spans) for number in range(40)]
    start, told = threading.Barrier(LEADS), []

    def lead(number):
        with Doccano(doccano.account) as server:
            start.wait()
            try:
                push.push_examples(server, room.project, examples, folder=tmp_path / str(number))
            except ServerError as error:
                told.append(error)

    threads = [threading.Thread(target=lead, args=(number,)) for number in range(LEADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    there = room.take().by_id
    assert len(told) < LEADS
    assert sorted(there) == [example.id for example in examples]
    assert {len(copies) for copies in there.values()} == {1}
    assert all(set(work.spans) == set(spans) for (copy,) in there.values() for work in copy.work.values())


class Dead(BaseException):
    """What ends a push as a kill would."""


def test_a_suggestion_that_is_taken_away_after_a_push_died_stays_away(room, doccano):
    def die(step, _done, _total):
        if step == OBSERVE:  # the first look: nothing is there before the import, which has succeeded now
            raise Dead

    with pytest.raises(Dead):
        room.push(ONE, on_progress=die)
    number, admin = room.number(ONE.id), doccano_annotator.admin(doccano)
    admin.unmark(room.project.id, number, admin.spans(room.project.id, number)[0]["id"])
    admin.close()
    done = room.push(ONE)
    assert (done.deleted, room.number(ONE.id), room.take().copies[number].work[ALL].spans) == (0, number, ())
