import threading
from dataclasses import replace

import pytest

from goldspan.annotation import Example, Span
from goldspan.doccano import human_work
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import desired_state, push
from goldspan.doccano.snapshot import ALL
from goldspan.errors import InvalidValueError, ServerError
from goldspan.formats import doccano
from goldspan.formats.doccano import ExampleView, stored_id
from helpers import doccano_annotator
from helpers.doccano_annotator import create_unique
from helpers.doccano_project import ExampleProject, record_writes

TEXTS = ("🚢 KFOR left Kosovo.", "General Özkan spoke in 𝔘-town.", "Nothing here.", "👩‍👩‍👧 KFOR, KFOR.")
PLAIN = tuple(Example(f"a.p{number:02}", text, at=10 * number) for number, text in enumerate(TEXTS, 1))
FILLED = (
    replace(PLAIN[0], spans=(Span(2, 6, "UNIT"), Span(12, 18, "PLACE"))),
    replace(PLAIN[1], spans=(Span(23, 29, "PLACE"),), extra={"rule": ["x"]}),
    PLAIN[2],
    replace(PLAIN[3], spans=(Span(6, 10, "UNIT"), Span(12, 16, "UNIT"))),
)


@pytest.fixture
def alone(server, tmp_path):
    """A project in which everybody annotates alone."""
    return ExampleProject(server, tmp_path)


@pytest.fixture
def shared(server, tmp_path):
    """A project with one common annotation."""
    return ExampleProject(server, tmp_path, collaborative=True)


@pytest.fixture(scope="module")
def team(doccano):
    """Two annotators and the administrator."""
    made = [*create_unique(doccano, "anna", "bela"), doccano_annotator.admin(doccano)]
    yield made
    for person in made:
        person.close()


def changed(examples, name="a.p01", text="Yesterday the 🚢 KFOR left Kosovo."):
    return [replace(one, text=text, spans=()) if one.id == name else one for one in examples]


def test_what_was_pushed_is_there_as_it_was_sent(shared):
    done = shared.push(*FILLED)
    assert (done.tally.examples, done.tally.spans, done.tally.stored) == (4, 5, 5)
    there = shared.take().by_id
    for example in FILLED:
        (one,) = there[example.id]
        assert (one.text, one.at, one.extra, one.corruption) == (example.text, example.at, example.extra, None)
        assert one.work[ALL].spans == example.spans


@pytest.mark.parametrize("kind", ["alone", "shared"])
def test_pushing_twice_changes_nothing(kind, request):
    room = request.getfixturevalue(kind)
    examples = FILLED if kind == "shared" else PLAIN
    room.push(*examples)
    before = room.take().copies.keys()
    with record_writes(room.server) as written:
        done = room.push(*examples)
    assert not written
    assert done.plan.is_done
    assert room.take().copies.keys() == before


def test_examples_keep_their_order(alone):
    alone.push(*PLAIN)
    rows = list(alone.server.examples(alone.project.id))
    assert [stored_id(row.meta) for row in rows] == [example.id for example in PLAIN]


def test_what_the_panel_shows_travels_along(alone):
    more = {example.id: ExampleView(panel={"anna": f"said {example.id}"}) for example in PLAIN}
    push.push_examples(alone.server, alone.project, PLAIN, folder=alone.folder, views=more)
    assert {one.meta["anna"] for one in alone.take().copies.values()} == {f"said {example.id}" for example in PLAIN}
    more["a.p02"] = ExampleView(panel={"anna": "something else"})
    done = push.push_examples(alone.server, alone.project, PLAIN, folder=alone.folder, views=more)
    assert done.updated == 1
    assert alone.take().by_id["a.p02"][0].meta["anna"] == "something else"


def test_a_changed_text_is_replaced_if_nobody_worked_on_it(alone):
    alone.push(*PLAIN)
    done = alone.push(*changed(PLAIN))
    assert (done.plan.counts()["replace"], done.deleted) == (1, 1)
    assert sorted(one.text for one in alone.take().copies.values()) == sorted(one.text for one in changed(PLAIN))


def test_other_spans_filled_in_take_the_place_of_the_old_ones(shared):
    shared.push(*FILLED)
    other = [replace(FILLED[0], spans=(Span(12, 18, "PLACE"),)), *FILLED[1:]]
    shared.push(*other)
    assert shared.take().by_id["a.p01"][0].work[ALL].spans == other[0].spans
    assert len(shared.take().copies) == len(FILLED)


def span_by_another(room, team, number):
    room.join(team[0])
    team[0].mark(room.project.id, number, 3, 7, "UNIT")


def span_by_a_former_member(room, team, number):
    span_by_another(room, team, number)
    ids = [member.id for member in room.server.members(room.project.id) if member.username == team[0].username]
    annotators_admin = team[2]
    annotators_admin._call("DELETE", f"projects/{room.project.id}/members", json={"ids": ids})


def confirmation(room, team, number):
    room.join(team[1])
    team[1].confirm(room.project.id, number)


def remark(room, team, number):
    room.join(team[1])
    team[1].comment(room.project.id, number, "Is that right?")


@pytest.mark.parametrize("touch_it", [span_by_another, span_by_a_former_member, confirmation, remark])
def test_a_changed_text_that_people_worked_on_is_reported_and_left_alone(touch_it, alone, team):
    alone.push(*PLAIN)
    touch_it(alone, team, alone.number("a.p01"))
    before = alone.state()
    with record_writes(alone.server) as written:
        done = alone.push(*changed(PLAIN))
    assert (done.left.counts()["conflict"], written) == (1, [])
    assert alone.state() == before


def test_a_prefilled_example_that_people_changed_is_left_alone(shared, team):
    shared.push(*FILLED)
    number = shared.number("a.p01")
    person, project = team[2], shared.project.id
    person.unmark(project, number, person.spans(project, number)[0]["id"])
    before = shared.state()
    assert shared.push(*changed(FILLED)).left.counts()["conflict"] == 1
    assert shared.push(replace(FILLED[0], spans=()), *FILLED[1:]).left.counts()["unchanged"] == 4
    assert shared.state() == before


def test_work_that_begins_during_the_push_is_found_before_the_delete(alone, team):
    alone.push(*PLAIN)
    old, looks = alone.number("a.p01"), []
    alone.join(team[0])

    def look(server, snapshot, going):
        looks.append(1)
        if len(looks) == 3:  # before the plan, after the upload, and now right before the delete
            team[0].mark(alone.project.id, old, 3, 7, "UNIT")
        return human_work.worked_on_examples(server, snapshot, going)

    done = alone.push(*changed(PLAIN), worked_on=look)
    assert len(looks) > 3
    (kept,) = alone.take().by_id["a.p01"]
    assert (kept.number, kept.text) == (old, PLAIN[0].text)
    assert kept.work[team[0].username].spans == (Span(2, 6, "UNIT"),)
    assert done.left.counts()["conflict"] == 1


def again_by_hand(room, *examples):
    """The import that a retried task makes."""
    wanted = desired_state.upload_rows(examples, room.project, ("UNIT", "PLACE"))
    upload = room.server.upload(b"".join(doccano.line(want.row) for want in wanted), "x.jsonl")
    room.server.wait_for_import(room.server.start_import(room.project.id, [upload]))


@pytest.mark.parametrize("kind", ["alone", "shared"])
def test_duplicates_are_deleted_and_the_first_stays(kind, request):
    room = request.getfixturevalue(kind)
    examples = FILLED if kind == "shared" else PLAIN
    room.push(*examples)
    before, state = set(room.take().copies), room.state()
    again_by_hand(room, *examples)
    again_by_hand(room, *examples[:2])
    done = room.push(*examples)
    assert (done.deleted, set(room.take().copies), room.state()) == (6, before, state)


def test_of_duplicates_the_one_that_people_worked_on_stays(alone, team):
    alone.push(*PLAIN)
    again_by_hand(alone, *PLAIN)
    alone.join(team[0])
    second = alone.take().by_id["a.p01"][1].number
    team[0].mark(alone.project.id, second, 3, 7, "UNIT")
    alone.push(*PLAIN)
    assert alone.number("a.p01") == second
    assert len(alone.take().copies) == len(PLAIN)


def test_of_several_copies_that_people_worked_on_none_is_deleted(alone, team):
    alone.push(*PLAIN)
    again_by_hand(alone, *PLAIN)
    for person, one in zip(team, alone.take().by_id["a.p01"], strict=False):
        alone.join(person)
        person.confirm(alone.project.id, one.number)
    done = alone.push(*PLAIN)
    assert len(alone.take().by_id["a.p01"]) == 2
    assert "2 copies were worked on" in next(why for _, why, _ in done.left.attention())


def test_what_nobody_asked_for_stays(alone):
    alone.push(*PLAIN)
    done = alone.push(*PLAIN[:2])
    assert [stray.id for stray in done.left.unmanaged] == ["a.p03", "a.p04"]
    assert len(alone.take().copies) == 4


@pytest.mark.parametrize(
    "example",
    [
        Example("b", ""),
        Example("b", "KFOR left", (Span(0, 4, "UNIT"), Span(2, 6, "UNIT"))),
        Example("b", "KFOR left", (Span(0, 4, "NAVY"),)),
        Example("b", "e\u0301", (Span(0, 1, "UNIT"),)),
    ],
)
def test_what_cannot_be_stored_is_refused_before_anything_is_sent(example, server, tmp_path):
    room = ExampleProject(server, tmp_path, collaborative=True, grapheme_mode=True)
    with record_writes(server) as written, pytest.raises(InvalidValueError) as caught:
        room.push(*FILLED, example)
    assert (caught.value.example, written) == ("b", [])


def test_spans_are_not_filled_in_where_everybody_annotates_alone(alone):
    with record_writes(alone.server) as written, pytest.raises(InvalidValueError, match="everybody annotates alone"):
        alone.push(*FILLED)
    assert not written


def test_grapheme_clusters_are_counted_where_the_project_does(server, tmp_path):
    room = ExampleProject(server, tmp_path, collaborative=True, grapheme_mode=True)
    assert room.push(*FILLED).tally.stored == 5
    assert room.take().by_id["a.p04"][0].work[ALL].spans == FILLED[3].spans


def test_a_span_that_the_server_drops_is_an_error_that_names_the_example(shared, monkeypatch):
    line = doccano.line

    def dropping(row):
        return line({**row, "label": row["label"][1:]} if stored_id(row) == "a.p04" else row)

    monkeypatch.setattr(doccano, "line", dropping)
    with pytest.raises(ServerError, match=r"does not hold what it was sent: a\.p04 \(not \[\(6, 10, 'UNIT'\)\]\)"):
        shared.push(*FILLED)


def test_an_example_that_the_import_leaves_out_is_an_error_that_names_it(alone, monkeypatch):
    line = doccano.line

    def breaking(row):
        return line({**row, "text": ""} if stored_id(row) == "a.p02" else row)

    monkeypatch.setattr(doccano, "line", breaking)
    with pytest.raises(ServerError, match=r"left out a\.p02; it reports: .*line 2"):
        alone.push(*PLAIN)
    monkeypatch.undo()
    alone.push(*PLAIN)
    assert len(alone.take().copies) == 4


def test_what_somebody_deletes_meanwhile_is_an_error_that_names_it(alone):
    alone.push(*PLAIN)
    lost, deleted = alone.number("a.p03"), []

    def delete_before_upload(step, _done, _total):
        if step == "upload":
            alone.server.delete_examples(alone.project.id, [lost])
            deleted.append(lost)

    with pytest.raises(ServerError, match=r"not by this push: a\.p03"):
        alone.push(*changed(PLAIN), on_progress=delete_before_upload)
    assert deleted == [lost]


@pytest.mark.parametrize("kind", ["alone", "shared"])
def test_two_pushes_at_once_end_as_one(kind, request, doccano, tmp_path):
    room = request.getfixturevalue(kind)
    examples = FILLED if kind == "shared" else PLAIN
    start, errors = threading.Barrier(2), []

    def lead(number):
        with Doccano(doccano.account) as server:
            start.wait()
            try:
                push.push_examples(server, room.project, examples, folder=tmp_path / str(number))
            except ServerError as error:  # one may see the other at work; nothing may come of it
                errors.append(error)

    threads = [threading.Thread(target=lead, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    room.push(*examples)
    there = room.take()
    assert sorted(one.id for one in there.copies.values()) == sorted(example.id for example in examples)
    with record_writes(room.server) as written:
        room.push(*examples)
    assert not written
