"""Projects in which one member annotates alone: whose a project is, and that nobody else annotates there.

The corpus remembers the member (`corpus/doccano.toml`); who annotates there on the server must be that member. In a
private project this matters most: Doccano keeps the marks of all members there as one annotation, so nothing would tell
whose they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.doccano.assignments import annotators_of
from goldspan.doccano.corpus_record import project_key, read_record
from goldspan.doccano.members import ADMIN, ListedMember
from goldspan.doccano.snapshot import ALL, NO_WORK
from goldspan.errors import InvalidValueError
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.doccano.annotator_guide import ProjectKind
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject, Member
    from goldspan.doccano.project_identity import ProjectIdentity
    from goldspan.doccano.snapshot import AnnotatorWork, Snapshot

RECORD = "corpus/doccano.toml"


def member_of(identity: ProjectIdentity, kind: ProjectKind, stated: str | None = None) -> str | None:
    """Whose a project is; None if it is not one member's.

    Args:
        identity: of the project.
        kind: of the project.
        stated: the name of the user, where a person states it.

    Raises:
        InvalidValueError: if the project is remembered as another's, or is private and nobody says whose it is.
    """
    remembered = identity.member
    if stated is not None and remembered is not None and stated != remembered:
        raise InvalidValueError(
            f"the project {identity.name!r} is that of {remembered!r}, not of {stated!r}: what one did there would "
            "become the other's",
            remedy=f"Take another name for the project of {stated!r}. If the account was renamed, pull first; or write "
            f'member = "{stated}" in place of "{remembered}" in {RECORD}.',
        )
    member = stated or remembered
    if member is None and kind == "private":
        raise InvalidValueError(
            f"nothing says whose the private project {identity.name!r} is",
            remedy="Push the round that it is part of, with --each; or write member and the name of the user into its "
            f"table [[project]] of {RECORD}.",
        )
    return member


def remembered_member(corpus: Corpus, server: str, project: DoccanoProject | None) -> str | None:
    """Whose a project is by what the corpus remembers; None if it is not one member's, or is not there.

    Raises:
        InputError: for a record that cannot be read.
    """
    if project is None:
        return None
    key = project_key(project)
    known = (
        entry
        for entry in read_record(corpus).projects
        if (entry.key == key if key else (entry.name, entry.server) == (project.name, server))
    )
    return next((entry.member for entry in known if entry.member is not None), None)


def only_member(listed: Sequence[ListedMember] | None, member: str) -> tuple[ListedMember, ...]:
    """The members of a project of one: this member, and the administrators; those alone if this member left.

    Args:
        listed: the members that the file lists; None if there is no file.
        member: the name of the user.

    Raises:
        InvalidValueError: if the file lists this member as an administrator.
    """
    if listed is None:
        return (ListedMember(member, "annotator"),)
    chosen = tuple(each for each in listed if each.role == ADMIN or each.name == member)
    if any(each.role == ADMIN and each.name == member for each in chosen):
        raise InvalidValueError(
            f"{member!r} is listed as {ADMIN}, and nobody annotates alone in that role",
            remedy="Give them the role annotator in the file of the members, or leave them out of the round.",
        )
    return chosen


def require_alone(name: str, member: str, members: Iterable[Member]) -> None:
    """Refuse a project of one member in which somebody else annotates, or another instead.

    Args:
        name: of the project.
        member: the name of the user whose project it is.
        members: those that the project has; administrators do not count.

    Raises:
        InvalidValueError: naming them, with what to do.
    """
    others = sorted(each.username for each in annotators_of(members) if each.username != member)
    if others:
        names = enumerate_names(map(repr, others))
        raise InvalidValueError(
            f"the project {name!r} is that of {member!r}, and {names} may annotate there, too: nobody could tell whose "
            "marks are whose",
            remedy=f"Take {names} out of its members in Doccano; what they did there counts as that of {member!r}, so "
            f"look at it first. If {member!r} has another account now, write its name as member into {RECORD}.",
        )


def private_member(server: Doccano, identity: ProjectIdentity, kind: ProjectKind) -> str | None:
    """Whose the one annotation of a private project is; None for a project of another kind. Nothing is written.

    Raises:
        InvalidValueError: if nothing says whose it is, or somebody else annotates there.
        ServerError: if the server does not answer as it should.
    """
    if kind != "private":
        return None
    member = member_of(identity, kind)
    assert member is not None
    there = annotators_of(server.members(identity.require().id))
    if len(there) == 1 and member not in {user.username for user in server.users()}:
        return there[0].username  # of an account that was renamed, as the owners of passes will tell
    require_alone(identity.name, member, there)
    return member


def is_common(snapshot: Snapshot) -> bool:
    """Whether the work of a snapshot is one annotation of which nobody knows whose it is."""
    return snapshot.project.collaborative and not snapshot.members


def as_work_of(snapshot: Snapshot, member: str, comments: Mapping[int, Sequence[str]]) -> Snapshot:
    """The snapshot of a private project, in which the one annotation is this member's.

    Args:
        snapshot: of the project; its work is under `snapshot.ALL`.
        member: the name of the user.
        comments: by Doccano's number of a copy, what this member wrote; the export does not say who wrote what.
    """
    copies = {
        number: replace(copy, work={member: _with_comments(copy.work.get(ALL), comments.get(number, ()))})
        for number, copy in snapshot.copies.items()
    }
    undecided = tuple(replace(each, annotator=member) for each in snapshot.undecided)
    return replace(snapshot, copies=copies, members=(member,), undecided=undecided)


def comments_of(server: Doccano, project: int, member: str) -> dict[int, list[str]]:
    """By Doccano's number of an example, what a member wrote about it.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    found: dict[int, list[str]] = {}
    for comment in server.comments(project):
        if comment.username == member:
            found.setdefault(comment.example, []).append(comment.text)
    return found


def _with_comments(work: AnnotatorWork | None, comments: Sequence[str]) -> AnnotatorWork:
    return replace(work or NO_WORK, comments=tuple(comments))
