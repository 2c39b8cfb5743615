"""Which examples annotators see: from Doccano 1.8.5 on, those that are assigned to them.

Everybody who annotates is to see every example of a project, as on servers without assignments, unless each example is
to be read by K annotators (see `push.readers`). Annotators are all members but the project's administrators, who see
every example without. An assignment is taken back only if a plan for K annotators gave it and nobody worked on it.

Whether a server has assignments shows in its answers, not in its version.
"""

from __future__ import annotations

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from goldspan.doccano.client.http_errors import HTTPStatusError
from goldspan.doccano.members import ADMIN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import ExampleRow, Member
    from goldspan.doccano.places import PlacePlan

Assign = Literal["all", "none"]  # every example to everybody who annotates, or nothing to anybody
PARALLEL = 4  # requests
FEW = 20  # assignments that are made one by one, even where one request could make them


@dataclass(frozen=True, slots=True)
class HiddenExamples:
    """What the annotators of a project do not see.

    Args:
        of: by user name the numbers of the examples that are not assigned to them; only those who lack some.
        unassigned: the numbers of the examples that are assigned to nobody at all, as far as is known.
    """

    of: Mapping[str, frozenset[int]] = field(default_factory=dict)
    unassigned: frozenset[int] = frozenset()

    def without(self, numbers: Collection[int]) -> HiddenExamples:
        """The same but for these examples."""
        left = {name: hidden.difference(numbers) for name, hidden in self.of.items()}
        return HiddenExamples({name: hidden for name, hidden in left.items() if hidden}, self.unassigned)


NOTHING_HIDDEN = HiddenExamples()


def annotators_of(members: Iterable[Member]) -> list[Member]:
    """The members who see only what is assigned to them."""
    return [member for member in members if member.role != ADMIN]


def hidden_examples(
    server: Doccano, project: int, names: Iterable[str], numbers: Collection[int] = ()
) -> HiddenExamples | None:
    """What these users do not see of a project; None on a server without assignments.

    The server's own counts decide where they can: a list of examples costs it several queries for each.

    Args:
        server: where.
        project: its number; 0 for one that is not there yet, of which nothing is hidden.
        names: of the users.
        numbers: of all examples of the project, if they are known.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    if not server.assigns(project):
        return None
    names = [*names]
    counts = _count_assigned(server, project, names) if project and names else {}
    total = server.count(project) if counts else 0
    if not (project and names) or (counts and set(counts.values()) == {total}):
        return NOTHING_HIDDEN
    if counts and len(numbers) == total and set(counts.values()) <= {0, total}:
        everything = frozenset(numbers)
        unassigned = everything if not any(counts.values()) else frozenset[int]()
        return HiddenExamples({name: everything for name, count in counts.items() if not count}, unassigned)
    return hidden_among(server.examples(project), names)


def hidden_among(rows: Iterable[ExampleRow], names: Iterable[str]) -> HiddenExamples:
    """What these users do not see of these examples."""
    hidden: dict[str, set[int]] = {name: set() for name in names}
    unassigned = set[int]()
    for row in rows:
        assignees = row.assignees or frozenset()
        if not assignees:
            unassigned.add(row.id)
        for name in hidden.keys() - assignees:
            hidden[name].add(row.id)
    lacking = {name: frozenset(numbers) for name, numbers in hidden.items() if numbers}
    return HiddenExamples(lacking, frozenset(unassigned))


def _count_assigned(server: Doccano, project: int, names: Iterable[str]) -> dict[str, int]:
    """How many examples each has, by the server's count; nothing if it does not heed who is asked for."""
    if server.count_assigned(project, secrets.token_hex(8)):  # the name of nobody
        return {}
    return {name: server.count_assigned(project, name) for name in names}


@dataclass(frozen=True, slots=True)
class TakenAssignment:
    """An assignment that is to be taken back: of which example, from whom, and its id on the server."""

    example: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """What is to be assigned.

    Args:
        hidden: what annotators do not see of what is there; nothing of it on a server without assignments.
        new: how many examples are to be uploaded, which everybody is to see.
        annotators: the user names of those who annotate.
        wanted: whether they are to see every example, or those that `places` gives them.
        places: who is to read which example, where not everybody reads all.
        new_of: with `places`, by user name how many of the examples to be uploaded they are to see.
        taken: what is taken back first.
        by_hand: the examples that somebody sees by an assignment that no plan made, each with their user name.
    """

    hidden: HiddenExamples = NOTHING_HIDDEN
    new: int = 0
    annotators: tuple[str, ...] = ()
    wanted: bool = True
    places: PlacePlan | None = None
    new_of: Mapping[str, int] = field(default_factory=dict)
    taken: tuple[TakenAssignment, ...] = ()
    by_hand: tuple[tuple[str, str], ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing of what is there is to be assigned, or taken back."""
        return not (self.wanted and (self.hidden.of or self.taken))

    def counts(self) -> dict[str, int]:
        """By user name how many examples they do not see yet."""
        hidden = self.hidden.of
        counts = {name: len(hidden.get(name, ())) + self.new + self.new_of.get(name, 0) for name in self.annotators}
        return {name: count for name, count in counts.items() if count}

    def taken_counts(self) -> dict[str, int]:
        """By user name how many examples they are not to see any more."""
        return dict(Counter(one.name for one in self.taken))

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        report: dict[str, Any] = {
            "assign": self.counts() if self.wanted else {},
            "hidden": {} if self.wanted else self.counts(),
        }
        if self.places is not None:
            report["take_back"] = self.taken_counts()
            report["by_hand"] = [{"example": example, "name": name} for example, name in self.by_hand]
            report["places"] = self.places.json()
        return report

    def take_back(self, server: Doccano, project: int, on_progress: Callable[[int, int], None]) -> int:
        """Take back what is to be taken back; returns how many assignments were.

        Raises:
            ServerError: if the server does not answer as it should. What was taken back stays so.
        """
        done = 0
        for number, one in enumerate(self.taken):
            on_progress(number, len(self.taken))
            done += server.unassign(project, one.id)
        return done

    def apply(self, server: Doccano, project: int, on_progress: Callable[[int, int], None]) -> int:
        """Assign what is hidden, in one request what nobody has at all.

        Args:
            server: logged in to as an administrator of the project.
            project: its number.
            on_progress: called with how many requests have been made, and of how many.

        Returns:
            How many assignments were made.

        Raises:
            ServerError: if the server does not answer as it should. What was assigned stays so.
        """
        people = {member.username: member for member in annotators_of(server.members(project))}
        hidden = {name: set(numbers) for name, numbers in self.hidden.of.items() if name in people}
        total = sum(map(len, hidden.values()))
        of_nobody = self.hidden.unassigned
        if len(of_nobody) * len(people) > FEW and _assign_at_once(server, project, people.values()):
            # Who has none then was wrong to be taken for nobody's: former members have them all.
            at_once = {name for name in hidden if server.count_assigned(project, name)}
            hidden = {name: numbers - of_nobody if name in at_once else numbers for name, numbers in hidden.items()}
        pairs = [(number, people[name].user) for name, numbers in hidden.items() for number in sorted(numbers)]
        with ThreadPoolExecutor(PARALLEL) as pool:
            for done, _ in enumerate(pool.map(lambda pair: _assign(server, project, *pair), sorted(pairs)), 1):
                on_progress(done, len(pairs))
        return total


NOTHING_TO_ASSIGN = AssignmentPlan()


def _assign_at_once(server: Doccano, project: int, members: Iterable[Member]) -> bool:
    """Whether the server assigned all examples of nobody to all; if it refused, each is assigned by itself."""
    try:
        server.assign_unassigned(project, [member.id for member in members])
    except HTTPStatusError as error:
        # Else a manager assigned some meanwhile, the server has no such request, or it takes a proxy too long.
        if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise
        return False
    return True


def _assign(server: Doccano, project: int, example: int, user: int) -> None:
    """Assign one example, unless it has been deleted meanwhile."""
    try:
        server.assign(project, example, user)
    except HTTPStatusError as error:
        if error.status != HTTPStatus.BAD_REQUEST or server.has_example(project, example):
            raise
