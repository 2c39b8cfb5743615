"""A round: what several members annotate together, in one project or in a project each.

Where each member has a project, it is called after the round and the folder of the member's passes: `kfor-a1`. The
projects are pushed, pulled, shown by status and closed as one. `corpus/doccano.toml` keeps the round and its projects.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.doccano.corpus_record import RoundRecord, read_record, record_path
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from goldspan.corpus import Corpus
    from goldspan.doccano.members import ListedMember


@dataclass(frozen=True, slots=True)
class MemberProject:
    """The project that one member of a round has alone.

    Args:
        name: of the project.
        member: the name of the user on the server.
        folder: of the member's passes.
    """

    name: str
    member: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOfMember:
    """What distinguishes the push of one member's project from that of a project by itself.

    Args:
        round: the name of the round.
        member: the name of the user on the server.
        listed: who is a member of the project: that user, unless they left, and the administrators.
        examples: the ids of those that the member is to have; None for all.
        taken_away: the ids of those that the member is not to have any more: a copy that nobody worked on is deleted.
    """

    round: str
    member: str
    listed: tuple[ListedMember, ...]
    examples: frozenset[str] | None = None
    taken_away: frozenset[str] = frozenset()

    def chooses(self, example: str) -> bool:
        """Whether a push of the project is about an example."""
        return self.examples is None or example in self.examples or example in self.taken_away


@dataclass(frozen=True, slots=True)
class Round:
    """A round as the corpus remembers it.

    Args:
        record: what is remembered.
        projects: those of the members, sorted by name; empty where all have one project, which has the round's name.
    """

    record: RoundRecord
    projects: tuple[MemberProject, ...] = ()

    @property
    def project_names(self) -> tuple[str, ...]:
        """The names of its projects on the server."""
        return tuple(each.name for each in self.projects) if self.record.each else (self.record.name,)


def member_project_name(round_name: str, folder: str) -> str:
    """The name of the project that a member of a round has alone."""
    return f"{round_name}-{folder}"


def require_open(record: RoundRecord) -> None:
    """Refuse a round that is closed.

    Raises:
        InvalidValueError: with how to open it again.
    """
    if record.closed is not None:
        raise InvalidValueError(
            f"the round {record.name!r} is closed since {record.closed}: nothing is pushed to it any more",
            remedy=f"Open it again: goldspan doccano close --project {shlex.quote(record.name)} --reopen --apply",
        )


def round_of_members(corpus: Corpus, name: str, server: str) -> tuple[str, str | None] | None:
    """The round in which each member has a project that a name is about; None if it is about none.

    Args:
        corpus: which remembers its rounds.
        name: of the round, or of the project of one member.
        server: the address of the server.

    Returns:
        The name of the round, and the name of the project if it is about one alone.

    Raises:
        InputError: for a record that cannot be read.
    """
    record = read_record(corpus)
    found = record.round(name, server)
    if found is not None:
        return (name, None) if found.each else None
    rounds = {each.round for each in record.projects if each.name == name and each.member is not None} - {None}
    for round_name in sorted(filter(None, rounds)):
        if any(each.name == name for each in record.projects_of_round(round_name, server)):
            return round_name, name
    return None


def find_round(corpus: Corpus, name: str, server: str) -> Round | None:
    """The round of that name on a server; None if the corpus remembers none.

    Args:
        corpus: which remembers its rounds.
        name: of the round.
        server: the address of the server; all addresses of this machine are one place.

    Raises:
        InputError: for a record that cannot be read, or that has projects of the round and not the round.
    """
    record = read_record(corpus)
    found = record.round(name, server)
    if found is None:
        if orphans := record.projects_of_round(name, server):
            raise InputError(
                f"the project {orphans[0].name!r} is of the round {name!r}, which is not there",
                file=record_path(corpus),
                remedy="Restore the table of the round from git, or delete the tables of all of its projects, too.",
            )
        return None
    lost = [each.name for each in record.projects_of_round(name, server) if each.member is None]
    if found.each and lost:
        raise InputError(
            f"the project {lost[0]!r} is of the round {name!r}, and of no member",
            file=record_path(corpus),
            remedy='Restore the key "member" from git: the name of the user whose project it is.',
        )
    projects = (
        MemberProject(each.name, each.member, record.folder(each.member) or each.member)
        for each in record.projects_of_round(name, server)
        if each.member is not None
    )
    return Round(found, tuple(projects))
