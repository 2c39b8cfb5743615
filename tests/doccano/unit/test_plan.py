import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example
from goldspan.doccano.push import plan
from goldspan.doccano.snapshot import ALL, AnnotatorWork, HeldBack, Snapshot, fingerprint, stored_example
from goldspan.formats.doccano import KEY, ExampleKey, ExampleView, short_digest
from helpers.doccano_project import INDEPENDENT, KFOR, SHARED, A, B, earlier_row, rows, snapshot_of, stored_copy


def step(example, *copies, worked_on=(), project=INDEPENDENT, **options):
    wanted = rows(example, project=project)
    return plan.plan_push(
        wanted, snapshot_of(*copies, project=project), dict.fromkeys(worked_on, "labelled"), **options
    ).steps[0]


@pytest.mark.parametrize(
    ("copies", "worked_on", "state", "keep", "delete"),
    [
        ([], [], "create", None, ()),
        ([(1, A)], [], "unchanged", 1, ()),
        ([(1, A)], [1], "unchanged", 1, ()),
        ([(3, A), (2, A), (9, A)], [], "unchanged", 2, (3, 9)),
        ([(2, A), (3, A)], [3], "unchanged", 3, (2,)),
        ([(1, B)], [], "replace", None, (1,)),
        ([(1, B), (2, B)], [], "replace", None, (1, 2)),
        ([(1, B), (2, A)], [], "unchanged", 2, (1,)),
        ([(1, B)], [1], "conflict", None, ()),
        ([(1, B), (2, A)], [1], "conflict", None, (2,)),
        ([(1, B), (2, A)], [2], "unchanged", 2, (1,)),
        ([(1, A), (2, A), (3, A)], [1, 3], "conflict", None, (2,)),
        ([(1, B), (2, A)], [1, 2], "conflict", None, ()),
    ],
)
def test_what_is_done_follows_from_what_is_there(copies, worked_on, state, keep, delete):
    found = step(A, *(stored_copy(number, example) for number, example in copies), worked_on=worked_on)
    assert (found.state, found.keep, found.delete) == (state, keep, delete)


IMPORTED, CHANGED = HeldBack("imported", "it was imported"), HeldBack("changed", "it changes")


@pytest.mark.parametrize("copies", [[(1, A)], [(1, B)], [(1, A), (2, A)], [(1, B), (2, A)]])
@pytest.mark.parametrize("worked_on", [(), [1], [2]])
def test_nothing_is_written_to_what_was_imported_from_an_export_nor_beside_it(copies, worked_on):
    made = [stored_copy(number, example) for number, example in copies]
    found = step(A, replace(made[0], held_back=IMPORTED), *made[1:], worked_on=worked_on)
    assert (found.state, found.keep, found.delete, found.meta) == ("conflict", None, (), {})
    assert found.reason == "number 1: it was imported"
    assert "metadata has keys of an export" in found.remedy


def test_what_changes_at_this_moment_is_left_alone():
    made = replace(stored_copy(1, A, goldspan_at="7"), held_back=CHANGED)
    assert step(A, made).state == "unchanged"
    assert (step(B, made).state, step(B, made).delete) == ("conflict", ())
    assert step(A, made, stored_copy(2, A)).state == "conflict"


def test_who_worked_on_what_is_asked_only_where_it_matters():
    wanted = rows(A)
    assert not plan.depends_on_work(wanted, snapshot_of(stored_copy(1, A)))
    assert plan.depends_on_work(wanted, snapshot_of(stored_copy(1, B)))
    assert plan.depends_on_work(wanted, snapshot_of(stored_copy(1, A), stored_copy(2, A)))
    assert not plan.depends_on_work(wanted, snapshot_of())


def test_other_spans_filled_in_replace_an_example_that_nobody_worked_on():
    with_span = replace(A, spans=(KFOR,))
    old = stored_copy(1, A, project=SHARED)
    assert step(with_span, old, project=SHARED).state == "replace"
    worked = step(with_span, old, worked_on=[1], project=SHARED)
    assert (worked.state, worked.keep) == ("unchanged", 1)
    assert worked.reason == plan.SPANS_NOT_UPDATED


def test_another_place_in_the_article_is_an_update_that_keeps_the_work():
    moved = replace(A, at=70, extra={"rule": "x"})
    found = step(moved, stored_copy(1, A), worked_on=[1])
    assert (found.state, found.keep) == ("update", 1)
    key = ExampleKey.parse(found.meta[KEY])
    assert (key.at, key.extra, key.text) == (70, {"rule": "x"}, short_digest(A.text))


def test_keys_about_the_sent_spans_stay_with_spans_of_annotators():
    moved = replace(A, at=70, extra={"rule": "x"}, spans=(KFOR,))
    found = step(moved, stored_copy(1, A, project=SHARED), worked_on=[1], project=SHARED)
    key = ExampleKey.parse(found.meta[KEY])
    assert (key.at, key.extra, key.sent) == (70, {}, fingerprint([]))


def test_a_half_imported_copy_is_deleted_and_does_not_count():
    with_span = replace(A, spans=(KFOR,))
    bare = stored_copy(5, with_span, work=AnnotatorWork(), project=SHARED)
    complete = stored_copy(8, with_span, project=SHARED)
    assert step(with_span, bare, worked_on=[5], half_imported={5}, project=SHARED).delete == (5,)
    assert step(with_span, bare, worked_on=[5], half_imported={5}, project=SHARED).state == "replace"
    found = step(with_span, bare, complete, worked_on=[5], half_imported={5}, project=SHARED)
    assert (found.state, found.keep, found.delete) == ("unchanged", 8, (5,))


def test_a_changed_text_with_work_on_it_is_a_conflict_that_a_pull_settles():
    found = step(B, stored_copy(1, A, work={"anna": AnnotatorWork(spans=(KFOR,))}), worked_on=[1])
    assert (found.state, found.keep, found.reason) == (
        "conflict",
        None,
        "its text changed, but it was worked on (labelled)",
    )
    assert found.remedy.startswith("Pull with --unconfirmed --apply")


def test_an_example_edited_on_the_server_is_replaced_or_a_conflict():
    corruption = replace(stored_copy(1, A), text="KFOR stayed.", corruption="its text was changed on the server")
    assert step(A, corruption).state == "replace"
    found = step(A, corruption, worked_on=[1])
    assert (found.state, found.reason[-34:]) == ("conflict", "its text was changed on the server")


def test_a_broken_copy_that_claims_an_id_costs_no_copy_that_fits():
    claiming = stored_copy(9, Example("a.p02", "Another text."))
    key = claiming.meta[KEY].replace("a.p02", A.id)
    broken = stored_example(9, {"text": claiming.text, KEY: key}, {})
    assert (broken.id, broken.corruption) == (A.id, "its goldspan key was edited")
    found = step(A, stored_copy(1, A), broken, worked_on=[9])
    assert (found.state, found.delete) == ("conflict", ())
    found = step(A, stored_copy(1, A), broken)
    assert (found.state, found.keep, found.delete) == ("unchanged", 1, (9,))


def test_what_nobody_asked_for_is_named_and_left_alone():
    other, foreign = stored_copy(4, Example("old.p01", "Gone.")), replace(stored_copy(7, A), id=None)
    far = stored_copy(5, Example("b.p01", "Elsewhere."))
    made = plan.plan_push(rows(A), snapshot_of(stored_copy(1, A), other, foreign, far), {}, other_articles={"b"})
    assert [(copy.number, copy.id) for copy in made.unmanaged] == [(4, "old.p01"), (7, None)]
    assert made.is_done
    assert [name for name, _, _ in made.attention()] == ["old.p01", "Doccano's number 7"]
    assert made.articles()["old"]["only there"] == made.articles()[""]["only there"] == 1


def test_the_counts_add_up_and_the_report_is_json():
    wanted = rows(A, Example("a.p02", "New."), Example("b.p01", "Other."))
    there = snapshot_of(
        stored_copy(1, B),
        stored_copy(2, B),
        stored_copy(3, Example("b.p01", "Other.")),
        stored_copy(4, Example("b.p01", "Other.")),
    )
    made = plan.plan_push(wanted, there, {})
    assert {state: number for state, number in made.counts().items() if number} == {
        "create": 1,
        "unchanged": 1,
        "replace": 1,
        "double": 2,
    }
    for state, number in made.counts().items():
        assert sum(counts[state] for counts in made.articles().values()) == number
    assert json.loads(json.dumps(made.json()))["examples"]["replace"] == ["a.p01"]


texts = st.sampled_from(["KFOR left.", "KFOR has left.", "They left."])
names = st.sampled_from(["a.p01", "a.p02", "b.p01"])


@st.composite
def worlds(draw):
    """Examples that are wanted, copies that are there, who worked on what, what is half imported."""
    project = draw(st.sampled_from([INDEPENDENT, SHARED]))
    spans = (st.just(()) | st.just((KFOR,))) if project is SHARED else st.just(())
    wanted = [Example(name, draw(texts), draw(spans), draw(st.integers(0, 1))) for name in draw(st.sets(names))]
    copies = [
        stored_copy(number, Example(draw(names), draw(texts), draw(spans)), project=project)
        for number in range(1, draw(st.integers(1, 6)))
    ]
    worked_on = {one.number: "labelled" for one in copies if draw(st.booleans())}
    half_imported = {number for number in worked_on if draw(st.booleans()) and draw(st.booleans())}
    return project, rows(*wanted, project=project), snapshot_of(*copies, project=project), worked_on, half_imported


@given(worlds())
def test_nothing_that_people_worked_on_is_ever_deleted(world):
    _, wanted, there, worked_on, half_imported = world
    made = plan.plan_push(wanted, there, worked_on, half_imported=half_imported)
    assert [one.desired for one in made.steps] == wanted
    assert not set(made.deletions) & (worked_on.keys() - half_imported)
    assert len(set(made.deletions)) == len(made.deletions)
    assert not set(made.deletions) & {one.keep for one in made.steps}
    unmanaged = {copy.number for copy in made.unmanaged}
    assert {one.number for one in there.copies.values()} - unmanaged == {
        one.number for one in there.copies.values() if one.id in {want.example.id for want in wanted}
    }


def applied(made, there, worked_on, project):
    """The project after all of a plan was done, as a server would have it."""
    copies = {number: one for number, one in there.copies.items() if number not in made.deletions}
    for one in made.steps:
        if one.state in {"create", "replace"}:
            number = max([0, *there.copies, *copies]) + 1
            copies[number] = stored_copy(number, one.desired.example, project=project)
        elif one.keep is not None:
            kept = copies[one.keep]
            meta = one.meta or kept.meta
            copies[one.keep] = stored_example(kept.number, {"text": kept.text, **meta}, kept.work)
    return Snapshot(project, copies, ()), {number: how for number, how in worked_on.items() if number in copies}


@given(worlds())
def test_an_applied_plan_leaves_nothing_to_do_and_one_copy_of_each(world):
    project, wanted, there, worked_on, half_imported = world
    made = plan.plan_push(wanted, there, worked_on, half_imported=half_imported)
    after, still = applied(made, there, worked_on, project)
    again = plan.plan_push(wanted, after, still)
    assert again.is_done
    for one in again.steps:
        copies = after.by_id[one.desired.example.id]
        assert len(copies) == 1 or one.state == "conflict"
        if one.state == "unchanged":
            assert copies[0].text == one.desired.example.text


@given(worlds())
def test_a_plan_that_was_interrupted_anywhere_ends_as_if_it_had_not_been(world):
    project, wanted, there, worked_on, _ = world
    made = plan.plan_push(wanted, there, worked_on)
    steps = [one for one in made.steps if one.state in {"create", "replace"}]
    uploaded, still = applied(plan.PushPlan(tuple(replace(one, delete=()) for one in steps)), there, worked_on, project)
    complete, _ = applied(made, there, worked_on, project)
    after, _ = applied(plan.plan_push(wanted, uploaded, still), uploaded, still, project)
    assert texts_of(after) == texts_of(complete)


def texts_of(snapshot):
    return sorted((one.id, one.text, one.sent or "") for one in snapshot.copies.values())


# Examples that an earlier version pushed


def earlier_copy(number, example, *, project=INDEPENDENT, work=None, **keys):
    """An example as an earlier version of goldspan stored it."""
    [want] = rows(example, project=project)
    if project.collaborative:
        work = {ALL: work or AnnotatorWork(spans=example.spans)}
    row = {"id": number, **earlier_row(dict(want.row)), **keys}
    del row["label"]
    return stored_example(number, row, work or {})


@pytest.mark.parametrize("project", [INDEPENDENT, SHARED])
def test_examples_of_an_earlier_version_are_brought_over_with_the_work_on_them(project):
    example = replace(A, at=7, spans=(KFOR,) if project is SHARED else ())
    old = earlier_copy(3, example, project=project, desk="news")
    assert (old.id, old.at, old.corruption) == (A.id, 7, None)
    view = {A.id: ExampleView(panel={"title": "T", "position": "1 of 1"})}
    wanted = rows(example, project=project, views=view)
    assert not plan.depends_on_work(wanted, snapshot_of(old, project=project))
    made = plan.plan_push(wanted, snapshot_of(old, project=project), {3: "labelled"})
    [found] = made.steps
    assert (found.state, found.keep, found.delete, found.reason) == ("update", 3, (), "")
    assert list(found.meta) == ["title", "position", "desk", KEY]
    assert found.meta[KEY] == wanted[0].row[KEY]
    assert list(made.attention()) == []
    assert (made.earlier, made.json()["brought_over"]) == (1, 1)
    [line] = plan.example_changes(made)
    assert line == "bring over 1 example to the new metadata panel; work on them stays as it is"
    after, _ = applied(made, snapshot_of(old, project=project), {}, project)
    again = plan.plan_push(wanted, after, {})
    assert again.is_done
    assert list(plan.example_changes(again)) == []


def test_an_earlier_example_with_other_spans_filled_in_keeps_its_own_statement():
    old = earlier_copy(3, A, project=SHARED, work=AnnotatorWork(confirmed=True))
    made = plan.plan_push(rows(replace(A, spans=(KFOR,)), project=SHARED), snapshot_of(old, project=SHARED), {3: "x"})
    [found] = made.steps
    assert (found.state, found.reason) == ("update", plan.SPANS_NOT_UPDATED)
    assert ExampleKey.parse(found.meta[KEY]).sent == fingerprint([])


def test_an_earlier_example_that_was_edited_is_no_less_broken():
    for keys in ({"goldspan_at": "x"}, {"goldspan_sha256": "0"}, {"goldspan_reanchor": "{}"}):
        old = earlier_copy(3, A, **keys)
        assert old.corruption
        assert plan.plan_push(rows(A), snapshot_of(old), {}).steps[0].state == "replace"
        assert plan.plan_push(rows(A), snapshot_of(old), {3: "labelled"}).steps[0].state == "conflict"


def test_what_the_panel_shows_is_updated_and_never_replaces():
    view = {A.id: ExampleView(panel={"position": "1 of 2"})}
    old = stored_copy(1, A, position="1 of 1", desk="news")
    [found] = plan.plan_push(rows(A, views=view), snapshot_of(old), {1: "labelled"}).steps
    assert (found.state, found.is_earlier) == ("update", False)
    assert {**found.meta, KEY: ""} == {"position": "1 of 2", "desk": "news", KEY: ""}


@pytest.mark.parametrize("worked_on", [{}, {1: "labelled"}])
def test_a_text_that_was_sent_with_or_without_line_breaks_stays_as_it_is(worked_on):
    example = Example("a.p01", "KFOR\r\nleft.")
    spaces = {example.id: ExampleView(text="KFOR  left.")}
    for there, wanted in ((None, spaces), (spaces, None)):
        [row] = rows(example, views=there)
        copy = stored_example(1, dict(row.row), {})
        [found] = plan.plan_push(rows(example, views=wanted), snapshot_of(copy), worked_on).steps
        assert (found.state, found.keep) == ("unchanged", 1)
    shorter = stored_example(1, dict(rows(replace(example, text="KFOR left."))[0].row), {})
    assert plan.plan_push(rows(example), snapshot_of(shorter), {}).steps[0].state == "replace"
