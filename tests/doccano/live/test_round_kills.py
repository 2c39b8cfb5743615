"""A push of a round that is killed at any request that writes is completed by the next, and no work moves."""

import secrets
from itertools import count

import pytest

from goldspan.doccano.account import Account
from goldspan.doccano.client.api import Doccano
from helpers import doccano_annotator
from helpers.assigning_doccano import AssigningDoccano
from helpers.team_rounds import AssignedRound, TeamRound, require_places

pytestmark = pytest.mark.slow
FOLDERS = ("a1", "a2", "a3", "a4")


class Killed(BaseException):
    """The process is gone: nothing catches this, and nothing more is sent."""


class Death:
    """Kills a client at its n-th request that writes, before it is sent or after the answer."""

    def __init__(self, monkeypatch):
        self.left, self.after, self.writes = None, False, 0
        call = Doccano._call
        death = self

        def dying(client, method, path, **options):
            if method == "GET" or death.left is None:
                return call(client, method, path, **options)
            death.writes += 1
            death.left -= 1
            if death.left < 0 and not death.after:
                raise Killed(path)
            answer = call(client, method, path, **options)
            if death.left < 0:
                raise Killed(path)
            return answer

        monkeypatch.setattr(Doccano, "_call", dying)

    def at(self, number, push, *, after):
        """Push, and die at that write; False if the push ended before."""
        self.left, self.after = number, after
        try:
            push()
        except Killed:
            return True
        finally:
            self.left = None
        return False


def die_everywhere(team, monkeypatch, step):
    """Members join and leave, each time with a push that dies later; after the next one the law holds."""
    death, deaths = Death(monkeypatch), 0
    team.push(per_example=2)
    done = {"a1": set(), "a2": set()}
    for turn, number in enumerate(count(0, step)):
        team.list_members(*(FOLDERS if turn % 2 == 0 else FOLDERS[:3]))
        folder = ("a1", "a2")[turn % 2]
        fresh = sorted(set(team.copies()[folder]) - done[folder])
        if fresh and turn < 6:
            team.confirm(folder, fresh[0])
            done[folder].add(fresh[0])
        killed = death.at(number, team.push, after=turn % 4 < 2)
        deaths += killed
        team.push()
        require_places(team, 2, done)
        if not killed:
            break
    print(f"\n{deaths} pushes died")
    assert deaths > 3


@pytest.fixture
def readers(doccano):
    made = doccano_annotator.create_by_name(doccano, *FOLDERS)
    yield made
    for person in made.values():
        person.close()


def test_with_a_project_for_each_member(server, readers, tmp_path, monkeypatch):
    team = TeamRound(server, tmp_path / "team", f"kfor{secrets.token_hex(3)}", readers, examples=4)
    team.list_members(*FOLDERS[:3])
    try:
        die_everywhere(team, monkeypatch, 3)
    finally:
        team.delete()


@pytest.mark.parametrize("number", [0, 1, 4])
def test_the_first_push_dies_while_it_makes_projects(server, readers, tmp_path, monkeypatch, number):
    team = TeamRound(server, tmp_path / "team", f"kfor{secrets.token_hex(3)}", readers, examples=4)
    team.list_members("a1", "a2")
    try:
        assert Death(monkeypatch).at(number, lambda: team.push(per_example=1), after=True)
        team.push()  # the round and its K are remembered
        require_places(team, 1, {})
        assert team.request().plan().is_done
    finally:
        team.delete()


def test_with_assignments(doccano, readers, tmp_path, monkeypatch):
    with AssigningDoccano(doccano.account.url) as assigning:
        account = Account(assigning.url, doccano.account.username, doccano.account.password)
        with Doccano(account) as client:
            for person in readers.values():
                person.url = assigning.url
            team = AssignedRound(client, tmp_path / "team", readers, examples=4)
            try:
                die_everywhere(team, monkeypatch, 1)
            finally:
                team.delete()
