"""Whatever interrupts a push that carries spans over, the next one ends with every span on its words."""

import shutil
import signal
from itertools import product

import pytest

import doccano_rounds
import interrupting
from goldspan.doccano import carrying
from goldspan.doccano.plan import MARKER
from goldspan.doccano.snapshot import take
from goldspan.errors import ServerError
from interrupting import CALLS, MARKED, NAME, go
from pushing import A, copy

POINTS = [(number, False) for number in range(CALLS)] + [(0, True), (CALLS - 1, True)]


@pytest.fixture
def begun(doccano, toy, people):
    with doccano_rounds.started(doccano, toy) as made:
        made.add(people)
        yield interrupting.furnish(made)


def there(begun):
    (found,) = take(begun.server, begun.server.project(begun.name)).by_id[NAME]
    return found


def surfaces(begun):
    """The words that each marked, as the next reader sees them."""
    found = there(begun)
    done = {name: found.work[person.username].spans for name, person in begun.people.items()}
    return {name: tuple((found.text[at.start : at.end], at.label) for at in spans) for name, spans in done.items()}


def assert_done(begun):
    """All is as an undisturbed push leaves it."""
    found = there(begun)
    assert surfaces(begun) == MARKED
    assert (found.text[:11], found.spoiled, found.row.get(MARKER)) == ("Yesterday: ", None, None)
    assert found.work[begun.people["ann"].username].confirmed
    assert begun.server.project(begun.name) == begun.project
    assert not list((begun.corpus.build / "doccano").glob("*.json"))


def interrupted(begun, number, *, over=False, for_good=True):
    """A push that fails."""
    with (
        interrupting.failing(begun.server, number, over=over, for_good=for_good),
        pytest.raises(ServerError, match="went away"),
    ):
        go(begun.server, begun.corpus.root, begun.name, reanchoring=True)


def test_an_undisturbed_push_makes_that_many_changing_calls(begun):
    seen = []
    with interrupting.hooked(begun.server, lambda number, **_: seen.append(number)):
        done = go(begun.server, begun.corpus.root, begun.name, reanchoring=True)
    assert (done.carried, max(seen) + 1) == ([NAME], CALLS)
    assert_done(begun)


def test_spans_that_were_not_moved_yet_are_moved_by_the_next_push(begun):
    interrupted(begun, 3)
    assert begun.server.project(begun.name).use_relation
    assert surfaces(begun) != MARKED
    assert go(begun.server, begun.corpus.root, begun.name).carried == [NAME]
    assert_done(begun)


@pytest.mark.slow
@pytest.mark.parametrize(("point", "for_good"), [*product(POINTS, [False, True])])
def test_a_push_that_failed_anywhere_is_finished_by_the_next(point, for_good, begun):
    interrupted(begun, point[0], over=point[1], for_good=for_good)
    go(begun.server, begun.corpus.root, begun.name, reanchoring=True)
    assert_done(begun)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(CALLS))
def test_a_push_that_was_killed_anywhere_is_finished_by_the_next(number, begun, doccano):
    assert interrupting.killed(doccano.account, begun.corpus.root, begun.name, number) == -signal.SIGKILL
    assert begun.server.project(begun.name).use_relation == (number > 0)
    go(begun.server, begun.corpus.root, begun.name, reanchoring=True)
    assert_done(begun)


@pytest.mark.slow
def test_a_push_that_is_interrupted_again_and_again_ends_well(begun):
    for number in (2, 1, 2, 0, 1):
        interrupted(begun, number)
    go(begun.server, begun.corpus.root, begun.name)
    assert_done(begun)


def between(monkeypatch, look, act):
    """Have something done right before one of the looks at the numbers: 0 before spans are moved, 1 after."""
    left = [look]

    def then(*arguments, **options):
        left[0] -= 1
        if left[0] == -1:
            act()
        return take(*arguments, **options)

    monkeypatch.setattr(carrying, "take", then)


@pytest.mark.parametrize("look", [0, 1])
def test_where_another_push_takes_the_numbers_away_nothing_is_taken_for_done(look, begun, monkeypatch):
    between(monkeypatch, look, lambda: begun.server.update_project(begun.project.id, use_relation=False))
    with pytest.raises(ServerError, match=f"{NAME}: the export does not tell the numbers") as caught:
        go(begun.server, begun.corpus.root, begun.name, reanchoring=True)
    assert caught.value.remedy
    assert (there(begun).row.get(MARKER) is None) == (look == 0)
    assert surfaces(begun) == MARKED
    assert go(begun.server, begun.corpus.root, begun.name, reanchoring=True).carried == [NAME]
    assert_done(begun)


@pytest.mark.slow
@pytest.mark.parametrize("look", [0, 1])
def test_two_leads_who_carry_over_at_once_end_well(look, begun, monkeypatch, tmp_path):
    elsewhere = shutil.copytree(begun.corpus.root, tmp_path / "elsewhere")
    between(monkeypatch, look, lambda: go(begun.server, elsewhere, begun.name, reanchoring=True))
    go(begun.server, begun.corpus.root, begun.name, reanchoring=True)
    assert_done(begun)
    assert go(begun.server, elsewhere, begun.name).plan.is_done


def test_a_member_who_left_meanwhile_is_waited_for(begun):
    interrupted(begun, 3)
    bob = begun.people["bob"]
    (member,) = [one.id for one in begun.server.members(begun.project.id) if one.username == bob.username]
    begun.server._send("DELETE", f"v1/projects/{begun.project.id}/members", {"ids": [member]})
    with pytest.raises(ServerError, match=f"{NAME}: has spans SHIP of somebody who is no member any more"):
        go(begun.server, begun.corpus.root, begun.name)
    assert there(begun).row.get(MARKER)
    begun.add({"bob": bob})
    go(begun.server, begun.corpus.root, begun.name)
    assert_done(begun)


def test_a_span_that_its_owner_took_away_meanwhile_is_not_missed(begun):
    interrupted(begun, 3)
    bob, number = begun.people["bob"], begun.number(NAME)
    (span,) = bob.spans(begun.project.id, number)
    bob.unmark(begun.project.id, number, span["id"])
    go(begun.server, begun.corpus.root, begun.name)
    assert surfaces(begun) == {**MARKED, "bob": ()}
    assert there(begun).row.get(MARKER) is None


@pytest.mark.parametrize(
    "marker",
    [
        "",
        "{}",
        "[]",
        '{"text": "a", "meta": {}, "spans": {"x": [0, 1]}, "known": []}',
        '{"text": "a", "meta": {}, "spans": {"1": [0]}, "known": []}',
        '{"text": "a", "meta": {}, "spans": {}, "known": ["x"]}',
        {"text": "a"},
        "[" * 100_000,
    ],
)
def test_a_marker_that_no_push_wrote_is_refused_by_the_name_of_its_example(marker):
    with pytest.raises(ServerError, match=f"{A.id}: its key {MARKER} is not what a push writes") as caught:
        carrying._begun(copy(1, A), marker)
    assert caught.value.remedy
