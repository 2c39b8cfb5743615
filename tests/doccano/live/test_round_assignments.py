"""One project in which each example is read by K annotators, by assignments: given, taken back, and never from work."""

import pytest

from goldspan.doccano.account import Account
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push.push import prepare_push
from goldspan.errors import InvalidValueError, ServerError
from helpers import doccano_annotator
from helpers.assigning_doccano import AssigningDoccano
from helpers.team_rounds import AssignedRound, require_places


@pytest.fixture(scope="module")
def assigning(doccano):
    with AssigningDoccano(doccano.account.url) as server:
        yield server


@pytest.fixture(scope="module")
def readers(doccano, assigning):
    made = doccano_annotator.create_by_name(doccano, "a1", "a2", "a3", "a4")
    for person in made.values():
        person.url = assigning.url
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def client(doccano, assigning):
    with Doccano(Account(assigning.url, doccano.account.username, doccano.account.password)) as client:
        yield client


@pytest.fixture
def team(client, readers, tmp_path):
    made = AssignedRound(client, tmp_path / "team", readers)
    yield made
    made.delete()


def require_settled(team, per_example):
    require_places(team, per_example, {})
    assert team.request().plan().is_done


@pytest.mark.slow
def test_who_joins_gets_what_nobody_worked_on_and_who_leaves_keeps_their_work(team):
    assert team.push(2).assigned == 24
    require_settled(team, 2)
    done = {folder: sorted(one for one, who in team.places().items() if folder in who)[:2] for folder in ("a1", "a3")}
    for folder, examples in done.items():
        for example in examples:
            team.confirm(folder, example)
    before = team.places()
    team.list_members("a1", "a2", "a3", "a4")
    result = team.push()
    assert result.taken_back == result.assigned > 0
    require_settled(team, 2)
    opened = {*done["a1"], *done["a3"]}
    assert {one: before[one] for one in opened} == {one: team.places()[one] for one in opened}
    team.list_members("a1", "a2", "a4")
    team.push()
    require_settled(team, 2)
    assert {one for one, who in team.places().items() if "a3" in who} == set(done["a3"])


@pytest.mark.slow
def test_what_is_opened_while_it_is_taken_back_is_planned_again(team, monkeypatch):
    team.push(2)
    team.list_members("a1", "a2", "a3", "a4")
    taken = team.request().plan().assignments.taken
    worked, unassign = [], Doccano.unassign

    def work_meanwhile(client, project, one):
        done = unassign(client, project, one)
        if not worked:
            lost = next(each for each in taken if each.id == one)
            folder = next(folder for folder, person in team.people.items() if person.username == lost.name)
            worked.append((folder, lost.example))
            team.confirm(folder, lost.example)  # they had it open
        return done

    monkeypatch.setattr(Doccano, "unassign", work_meanwhile)
    team.push()
    require_settled(team, 2)
    ((folder, example),) = worked
    assert folder in team.places()[example]


@pytest.mark.slow
def test_a_push_that_broke_off_is_completed_and_what_is_assigned_by_hand_is_left_alone(team, assigning):
    assigning.fail_after = 7
    with pytest.raises(ServerError):
        team.push(2)
    assigning.fail_after = None
    team.push()
    require_settled(team, 2)
    team.list_members("a1", "a2", "a3", "a4")
    assigning.fail_after = 2  # what moves is taken away by then
    with pytest.raises(ServerError):
        team.push()
    assigning.fail_after = None
    team.push()
    require_settled(team, 2)
    example, number = min(team.numbers().items())
    outside = next(folder for folder in team.people if folder not in team.places()[example])
    team.client.assign(team.project.id, number, team.people[outside].id)
    plan = team.request().plan()
    assert (plan.is_done, plan.assignments.by_hand) == (True, ((example, team.people[outside].username),))


@pytest.mark.slow
def test_another_number_of_annotators_is_stated_and_what_all_saw_is_taken_back(team):
    team.push()
    assert set(map(len, team.places().values())) == {3}

    assert team.push(2).taken_back == 12
    require_settled(team, 2)
    assert "annotators per example: 2 → 3" in team.request(3).json()["remarks"]
    team.push(3)
    require_settled(team, 3)


def test_where_nothing_is_assigned_a_project_each_is_the_remedy(server, team):
    with pytest.raises(InvalidValueError, match="has no assignments") as refusal:
        prepare_push(server, team.corpus, team.name, per_example=2)
    assert "--each" in refusal.value.remedy
