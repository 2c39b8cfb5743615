import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import annotators
from goldspan.doccano import carrying, journal, push
from goldspan.doccano.plan import MARKER
from goldspan.errors import ServerError, ValueRefused
from goldspan.values import Example, Span
from pushing import Room, people

OLD = Example("a.p01", "🚢 KFOR left Kosovo. Anna and Bela stayed.")
NEW = replace(OLD, text="On Monday 🚢🚢 KFOR left Kosovo. Bela and Anna stayed.")
REST = Example("a.p02", "Nothing here.")
WORDS = {"KFOR": (3, 7), "Kosovo": (13, 19), "Anna": (21, 25), "Bela": (30, 34)}  # in UTF-16 units


@pytest.fixture(scope="module")
def team(doccano):
    made = people(doccano, "anna", "bela")
    yield made
    for person in made:
        person.close()


@pytest.fixture
def room(server, tmp_path, team):
    """Two people marked words of one example, one confirmed it and the other said something about it."""
    room = Room(server, tmp_path)
    room.push(OLD, REST)
    number = room.number("a.p01")
    for person, words in zip(team, (WORDS, ("KFOR", "Anna")), strict=True):
        room.join(person)
        for word in words:
            person.mark(room.project.id, number, *WORDS[word], "UNIT")
    team[0].confirm(room.project.id, number)
    team[1].comment(room.project.id, number, "Two ships?")
    return room


def surfaces(room):
    """What each annotator marked, word by word."""
    (one,) = room.take().by_id["a.p01"]
    return {
        name.rpartition("-")[0]: [one.text[span.start : span.end] for span in work.spans]
        for name, work in one.work.items()
        if work.spans
    }


def test_everybodys_spans_are_on_the_same_words_in_the_new_text(room, team):
    number = room.number("a.p01")
    assert room.push(NEW, REST).left.counts()["conflict"] == 1
    done = room.push(NEW, REST, reanchoring=True)
    assert done.carried == ["a.p01"]
    (one,) = room.take().by_id["a.p01"]
    assert (one.number, one.text, one.spoiled) == (number, NEW.text, None)
    assert surfaces(room) == {"anna": ["KFOR", "Kosovo", "Bela", "Anna"], "bela": ["KFOR", "Anna"]}
    assert one.work[team[0].username].confirmed
    assert one.work[team[1].username].comments == ("Two ships?",)
    assert room.server.project(room.name) == room.project
    assert room.push(NEW, REST).plan.is_done


def test_a_shared_annotation_is_carried_over_too(server, tmp_path, doccano):
    room = Room(server, tmp_path, collaborative=True, use_relation=True)
    filled = replace(OLD, spans=(Span(2, 6, "UNIT"),))
    room.push(filled)
    person = annotators.admin(doccano)
    person.mark(room.project.id, room.number("a.p01"), *WORDS["Kosovo"], "PLACE")
    person.close()
    room.push(replace(NEW, spans=(Span(13, 17, "UNIT"),)), reanchoring=True)
    (one,) = room.take().by_id["a.p01"]
    assert [one.text[span.start : span.end] for span in one.work[""].spans] == ["KFOR", "Kosovo"]
    assert MARKER not in one.row


def test_what_does_not_find_its_words_is_left_alone(room):
    before = room.state()
    done = room.push(replace(OLD, text="🚢 KFOR left."), REST, reanchoring=True)
    assert done.left.counts()["conflict"] == 1
    assert "'Kosovo' is not in the new text" in next(why for _, why, _ in done.left.attention())
    assert room.state() == before


class Cut(Exception):  # noqa: N818  (what happens)
    """The push ended here."""


@contextlib.contextmanager
def cut_before(server, steps, monkeypatch):
    """Let so many writes pass, and end the push before the next."""
    left = [steps]

    def cutting(method):
        def call(*arguments, **options):
            if left[0] == 0:
                raise Cut
            left[0] -= 1
            return method(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in ("update_example", "update_span", "update_project"):
            patch.setattr(server, name, cutting(getattr(server, name)))
        patch.setattr(carrying, "restore", lambda _, project, __: project)  # as a killed process leaves the project
        yield


@pytest.mark.slow
@pytest.mark.parametrize("steps", range(10))
def test_a_push_that_was_cut_while_it_carried_over_is_finished_by_the_next(steps, room, monkeypatch):
    with cut_before(room.server, steps, monkeypatch), pytest.raises(Cut):
        room.push(NEW, REST, reanchoring=True)
    file = journal.path(room.folder, room.server.url, room.name)
    assert file.exists()
    room.push(NEW, REST, reanchoring=True)
    assert surfaces(room) == {"anna": ["KFOR", "Kosovo", "Bela", "Anna"], "bela": ["KFOR", "Anna"]}
    (one,) = room.take().by_id["a.p01"]
    assert (one.text, one.spoiled, one.row.get(MARKER)) == (NEW.text, None, None)
    assert room.server.project(room.name) == room.project
    assert not file.exists()


def test_what_was_begun_is_finished_though_nobody_asks_for_it_again(room, monkeypatch):
    with cut_before(room.server, 3, monkeypatch), pytest.raises(Cut):
        room.push(NEW, REST, reanchoring=True)
    (one,) = room.take().by_id["a.p01"]
    assert one.row[MARKER]
    room.push(NEW, REST)
    assert surfaces(room)["bela"] == ["KFOR", "Anna"]


def test_a_span_that_is_set_while_the_text_changes_below_is_named_and_never_moved(room, team, monkeypatch):
    update, project, number = room.server.update_example, room.project.id, room.number("a.p01")

    def and_mark(*arguments, **options):
        made = update(*arguments, **options)
        if options.get("text"):
            team[1].mark(project, number, 60, 61, "PLACE")
        return made

    monkeypatch.setattr(room.server, "update_example", and_mark)
    with pytest.raises(ServerError, match=r"somebody set spans while .* a\.p01 \(\[60, 61\]\)") as caught:
        room.push(NEW, REST, reanchoring=True)
    assert caught.value.remedy
    assert room.server.project(room.name) == room.project
    room.push(NEW, REST)
    places = [(span["start_offset"], span["end_offset"]) for span in team[1].spans(project, number)]
    assert (60, 61) in places
    assert room.take().by_id["a.p01"][0].row.get(MARKER) is None


def test_the_spans_of_former_members_are_not_left_behind(room, team, doccano):
    gone = [member.id for member in room.server.members(room.project.id) if member.username == team[1].username]
    lead = annotators.admin(doccano)
    lead._call("DELETE", f"projects/{room.project.id}/members", json={"ids": gone})
    lead.close()
    before = room.state()
    with pytest.raises(ServerError, match=r"a\.p01: has spans UNIT of somebody who is no member") as caught:
        room.push(NEW, REST, reanchoring=True)
    assert caught.value.remedy
    assert room.state() == before
    assert room.server.project(room.name) == room.project


def test_only_a_superuser_may_move_what_others_set(room, monkeypatch):
    monkeypatch.setattr(room.server, "me", lambda me=room.server.me: replace(me(), superuser=False))
    with pytest.raises(ValueRefused, match="only a superuser"):
        room.push(NEW, REST, reanchoring=True)


def test_work_added_since_the_plan_that_cannot_be_carried_over_is_left_alone(room, team, monkeypatch):
    look, number = push.look, room.number("a.p01")

    def then_mark(*arguments, **options):
        found = look(*arguments, **options)
        monkeypatch.undo()
        team[1].mark(room.project.id, number, 19, 21, "PLACE")  # ". ", which the new text has twice
        return found

    monkeypatch.setattr(push, "look", then_mark)
    done = room.push(replace(NEW, text=NEW.text + " Done. Over."), REST, reanchoring=True)
    assert (done.carried, done.left.counts()["conflict"]) == ([], 1)


def flat(draw, numbers):
    """Places for these numbers, which do not overlap, in any order."""
    cuts = sorted(draw(st.sets(st.integers(0, 40), min_size=2 * len(numbers), max_size=2 * len(numbers))))
    places = list(zip(cuts[::2], cuts[1::2], strict=True))
    return dict(zip(numbers, draw(st.permutations(places)), strict=True))


@st.composite
def journeys(draw):
    """Where the spans of two annotators are, and where they go, each keeping its length."""
    now, to = {}, {}
    for owner, numbers in (("anna", range(1, draw(st.integers(1, 7)))), ("bela", range(10, draw(st.integers(10, 14))))):
        now |= {number: (owner, place) for number, place in flat(draw, numbers).items()}
        to |= flat(draw, numbers)
    return now, to


@given(journeys())
def test_spans_never_overlap_on_their_way_and_all_arrive(journey):
    now, to = journey
    places = {number: place for number, (_, place) in now.items()}
    for number, place in carrying.order(now, to):
        places[number] = place
        for other, (start, end) in places.items():
            if other != number and now[other][0] == now[number][0]:
                assert end <= place[0] or place[1] <= start
    assert places == to


def test_spans_that_change_places_wait_behind_the_others():
    now = {1: ("anna", (0, 4)), 2: ("anna", (5, 9))}
    assert list(carrying.order(now, {1: (5, 9), 2: (0, 4)})) == [(1, (10, 14)), (2, (0, 4)), (1, (5, 9))]


def test_a_span_that_is_gone_or_there_already_is_not_moved():
    assert not list(carrying.order({1: ("anna", (0, 4))}, {1: (0, 4), 2: (5, 9)}))
