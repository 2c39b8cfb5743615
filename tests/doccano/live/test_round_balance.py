"""Prints the plan of 300 examples for 7 people with K = 2, and the one after two join, on both kinds of server.

    .ci/test.py tests/doccano/live/test_round_balance.py -m long -s

A third of the articles are confirmed by those who read them before the two join. Docs and the library alone:
`tests/helpers/assignment_balance.py`.
"""

import secrets

import pytest

from goldspan.annotation import Example
from goldspan.doccano.account import Account
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push.plan import assignment_changes
from helpers import assignment_balance, doccano_annotator
from helpers.assigning_doccano import AssigningDoccano
from helpers.team_rounds import AssignedRound, TeamRound, require_places

pytestmark = pytest.mark.long
FOLDERS = tuple(f"a{number}" for number in range(1, 10))


def texts():
    """The 300 examples of the printed balance, with words."""
    made = assignment_balance.made_up_examples()
    return [
        Example(one.id, " ".join(f"word{at}" for at in range(one.words)), at=10_000 * number)
        for number, one in enumerate(made)
    ]


@pytest.fixture
def readers(doccano):
    made = doccano_annotator.create_by_name(doccano, *FOLDERS)
    yield made
    for person in made.values():
        person.close()


def read_a_third(team):
    """Those who are to read the first third confirm it; by example who did."""
    done = {folder: set() for folder in FOLDERS[:7]}
    first = sorted(example.id for example in team.corpus.gold_examples())[:100]
    for folder, numbers in team.copies().items():
        project = team.project_of(folder).id
        for example in set(first) & set(numbers):
            team.people[folder].confirm(project, numbers[example])
            done[folder].add(example)
    return done


def show(team, lines_of):
    team.list_members(*FOLDERS[:7])
    request = team.request(per_example=2)
    print("\n".join(["", f"--- {type(team).__name__}: seven annotators", *lines_of(request.plan())]))
    request.apply()
    require_places(team, 2, {})
    done = read_a_third(team)
    team.list_members(*FOLDERS)
    request = team.request(per_example=2)
    print("\n".join([f"--- {type(team).__name__}: two have joined", *lines_of(request.plan())]))
    request.apply()
    require_places(team, 2, done)
    assert team.request(per_example=2).plan().is_done


def round_lines(plan):
    return [
        *plan.changes(),
        *map(str, plan.notes()),
        plan.table().markdown(),
        plan.places.summary.pair_table().markdown(),
    ]


def assignment_lines(plan):
    places = plan.assignments.places
    summary = places.summary
    return [*assignment_changes(plan.assignments), summary.table().markdown(), summary.pair_table().markdown()]


def test_with_a_project_for_each_member(server, readers, tmp_path):
    team = TeamRound(server, tmp_path / "team", f"kfor{secrets.token_hex(3)}", readers, examples=texts())
    try:
        show(team, round_lines)
    finally:
        team.delete()


def test_with_assignments(doccano, readers, tmp_path):
    with AssigningDoccano(doccano.account.url) as assigning:
        account = Account(assigning.url, doccano.account.username, doccano.account.password)
        with Doccano(account) as client:
            team = AssignedRound(client, tmp_path / "team", readers, examples=texts())
            try:
                show(team, assignment_lines)
            finally:
                team.delete()
