"""Who reads which example of one project, by assignments: what is to be given to whom, and taken away from whom.

Taken away is only what an earlier plan gave and nobody worked on. An assignment that somebody made by hand stays, and
is reported. An example is given to somebody else only once it is gone from those who are not to read it any more.
"""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.corpus.assignment_plans import AssignedExample, assignment_file, read_assignments
from goldspan.doccano.assignments import AssignmentPlan, HiddenExamples, TakenAssignment, annotators_of
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.human_work import has_work
from goldspan.doccano.members import ADMIN, pass_folders, pseudonyms_of
from goldspan.doccano.places import plan_places
from goldspan.doccano.rounds import require_open
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.annotator_guide import ProjectKind
    from goldspan.doccano.assignments import Assign
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject, ExampleRow
    from goldspan.doccano.corpus_record import RoundRecord
    from goldspan.doccano.members import ListedMember
    from goldspan.doccano.places import PlacePlan
    from goldspan.doccano.project_identity import ProjectIdentity
    from goldspan.doccano.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectReaders:
    """Who is to read the examples of one project, of which each is read by K annotators.

    Args:
        corpus: which keeps the plan.
        record: of the round, as it is to be remembered.
        listed: the members.
        examples: all examples of the articles that the push is about, without controls.
        others: further examples of the corpus, whose places stay.
        controls: the ids of the controls, which all are to read.
    """

    corpus: Corpus
    record: RoundRecord
    listed: tuple[ListedMember, ...]
    examples: tuple[Example, ...]
    others: tuple[Example, ...] = ()
    controls: frozenset[str] = frozenset()

    def plan(
        self,
        server: Doccano,
        project: DoccanoProject | None,
        snapshot: Snapshot | None,
        worked_on: Collection[int],
        deletions: Collection[int],
    ) -> AssignmentPlan:
        """What is to be assigned, and what is to be taken away, given what is there.

        Args:
            server: where.
            project: the project; None if it is not there yet.
            snapshot: what is there; None if there is nothing.
            worked_on: the numbers of the copies that somebody worked on.
            deletions: the numbers of the copies that are going to be deleted.

        Raises:
            InvalidValueError: for more readers of each example than annotators.
            InputError: for a plan that cannot be read.
            ServerError: if the server does not answer as it should.
        """
        names, folders = self._names(), self._folders()
        rows = {} if project is None or snapshot is None else {row.id: row for row in server.examples(project.id)}
        assigned = _assigned(snapshot, rows, deletions)
        held = self._held(snapshot, worked_on)
        everybody = frozenset[str]()
        if project is not None:
            everybody = frozenset(member.username for member in annotators_of(server.members(project.id)))
        places = self._places(held, assigned, everybody)
        readers = {**places.places, **dict.fromkeys(self.controls, tuple(names))}
        hidden: defaultdict[str, set[int]] = defaultdict(set)
        new, taken, by_hand = Counter[str](), list[TakenAssignment](), list[tuple[str, str]]()
        for example, who in readers.items():
            there, users = assigned.get(example), {names[folder] for folder in who if folder in names}
            if there is None:
                new.update(users)
                continue
            others = {name: folder for name in sorted(there.of) if (folder := self._folder(name)) not in who}
            ours = _ours(places.before.get(example))
            leaving = [name for name, folder in others.items() if folder in ours]
            taken += [TakenAssignment(example, name, one) for name in leaving for one in there.of[name]]
            by_hand += [(example, name) for name in others if name not in leaving]
            if not leaving:
                for name in users - there.of.keys():
                    hidden[name].add(there.number)
        return AssignmentPlan(
            HiddenExamples({name: frozenset(numbers) for name, numbers in hidden.items()}),
            annotators=tuple(folders),
            places=places,
            new_of=dict(new),
            taken=tuple(taken),
            by_hand=tuple(by_hand),
        )

    def _names(self) -> dict[str, str]:
        """By folder of passes the name of the user."""
        return {folder: name for name, folder in self._folders().items()}

    def _folders(self) -> dict[str, str]:
        """By user name the folder of passes of those who annotate now."""
        names = [each.name for each in self.listed if each.role != ADMIN]
        return pass_folders(names, pseudonyms_of(self.listed), ())

    def _folder(self, name: str) -> str:
        """The folder of anybody, those who left included."""
        return self._folders().get(name) or read_record(self.corpus).folder(name) or name

    def _held(self, snapshot: Snapshot | None, worked_on: Collection[int]) -> dict[str, tuple[str, ...]]:
        """By example who worked on it; nobody by name where an administrator did, or somebody who is no member."""
        held: defaultdict[str, set[str]] = defaultdict(set)
        admins = {each.name for each in self.listed if each.role == ADMIN}
        for number, copy in {} if snapshot is None else snapshot.copies.items():
            if copy.id is None or number not in worked_on:
                continue
            who = {name for name, work in copy.work.items() if has_work(work) and name not in admins}
            held[copy.id] |= {self._folder(name) for name in who}
        return {example: tuple(sorted(folders)) for example, folders in held.items()}

    def _places(
        self,
        held: Mapping[str, tuple[str, ...]],
        assigned: Mapping[str, _Assigned],
        everybody: frozenset[str],
    ) -> PlacePlan:
        """Who is to read which example now."""
        record, folders = read_record(self.corpus), self._folders()
        before = read_assignments(assignment_file(self.corpus, self.record.name))
        # What all see was assigned by a push for all, before there was a plan.
        before |= {
            example: AssignedExample(example, tuple(sorted(map(self._folder, everybody))))
            for example, there in assigned.items()
            if example not in before and everybody and everybody <= there.of.keys() and example not in self.controls
        }
        return plan_places(
            self.record.name,
            self.examples,
            tuple(folders.values()),
            per_example=self.record.annotators_per_example or len(folders),
            before=before,
            held=held,
            renamed={
                old: now for name, now in folders.items() if (old := record.folder(name)) is not None and old != now
            },
            language=self.corpus.scheme.language,
            others=self.others,
        )


@dataclass(frozen=True, slots=True)
class _Assigned:
    """To whom an example is assigned: the number of the copy to assign, and by user name the assignments that are."""

    number: int
    of: Mapping[str, tuple[str, ...]]


def _assigned(
    snapshot: Snapshot | None, rows: Mapping[int, ExampleRow], deletions: Collection[int]
) -> dict[str, _Assigned]:
    """By example to whom it is assigned, of the copies that stay."""
    assigned: dict[str, _Assigned] = {}
    for example, copies in {} if snapshot is None else snapshot.by_id.items():
        staying = [copy.number for copy in copies if copy.number not in deletions and copy.number in rows]
        of: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
        for number in staying:
            for name, one in (rows[number].assignments or {}).items():
                of[name] += (one,)
        if staying:
            assigned[example] = _Assigned(min(staying), dict(of))
    return assigned


def _ours(before: AssignedExample | None) -> set[str]:
    """The folders to which an earlier plan gave an example."""
    return set() if before is None else {*before.annotators, *before.leaving}


def round_of_project(corpus: Corpus, identity: ProjectIdentity, server: str) -> RoundRecord | None:
    """What the corpus remembers of the round that a project is, if it is one; None for a project by itself.

    Args:
        corpus: which remembers its rounds.
        identity: of the project.
        server: the address of the server.

    Raises:
        InvalidValueError: for a round that is closed, or one in which each member has a project.
    """
    if identity.round is not None and identity.member is not None:
        raise InvalidValueError(
            f"the project {identity.name!r} is the part of {identity.member!r} in the round {identity.round!r}",
            remedy=f"Push the round: --project {shlex.quote(identity.round)}",
        )
    known = read_record(corpus).round(identity.name, server)
    if known is None:
        return None
    require_open(known)
    if known.each:
        raise InvalidValueError(f"in the round {known.name!r} each member has a project", remedy="Push it with --each.")
    return known


def require_assignable(
    server: Doccano, project: DoccanoProject | None, name: str, kind: ProjectKind, assign: Assign
) -> None:
    """Refuse to give each example to some of those who annotate where that does not work.

    Args:
        server: where.
        project: the project; None if it is not there yet.
        name: of the project.
        kind: of the project.
        assign: what a push is to assign.

    Raises:
        InvalidValueError: where all work on one annotation, where nothing is to be assigned, or where the server has no
            assignments.
    """
    if kind != "independent":
        raise InvalidValueError(
            "each example is to be read by some of those who annotate, and here they do not annotate alone",
            remedy="Take a project in which everybody annotates alone, --independent, or give each member one: --each",
        )
    if assign == "none":
        raise InvalidValueError(
            "who reads which example is not assigned, as --assign none asks", remedy="Leave out one of the two options."
        )
    if not server.assigns(0 if project is None else project.id):
        raise InvalidValueError(
            "this server has no assignments, which Doccano has from 1.8.5 on: all see all examples of a project",
            remedy=f"Give each member a project: --project {shlex.quote(name)} --each",
        )
