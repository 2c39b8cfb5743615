"""Who works on a project, and in which folder of passes their work is kept.

`annotation_guidelines/members.toml` lists the members:

    [[member]]
    name = "anna"            # the user's name on the server
    role = "annotator"       # or annotation_approver, or project_admin
    pseudonym = "a1"         # the folder of their passes; optional

Members are added and their roles corrected. Nobody is removed: an export leaves out the work of former members.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from goldspan import files
from goldspan.corpus.folder_names import folded_name, folder_name_problem
from goldspan.errors import InputError, InvalidValueError
from goldspan.validation import StrictModel, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import Member, User

ADMIN = "project_admin"
ROLES = ("annotator", "annotation_approver", ADMIN)
REMEDY = f'Write [[member]], name = "…", role = "…" (one of {", ".join(ROLES)}), and pseudonym = "…" if wanted. '
REMEDY += "A name with a backslash stands in single quotes: 'DOMAIN\\anna'."


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A member as listed: the user's name, the role in the project, and the folder of their passes if it is another."""

    name: str
    role: str
    pseudonym: str | None = None


def _validate_edges(text: str) -> str:
    if not text.strip() or text != text.strip():
        raise ValueError("empty, or with spaces around it")
    return text


Name = Annotated[str, AfterValidator(_validate_edges), Field(description="a text without spaces around it")]


class _Member(StrictModel):
    """A [[member]]."""

    name: Name
    role: Literal["annotator", "annotation_approver", "project_admin"] = Field(description=f"one of {', '.join(ROLES)}")
    pseudonym: Name | None = Field(default=None, description="a text without spaces around it")


class _MembersFile(StrictModel):
    """The whole file."""

    member: list[_Member] = Field(default_factory=list, description="a list of [[member]]")


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """What is to be done to the members of a project.

    Args:
        add: the users who are to become members.
        correct: the members whose role is another.
        unlisted: the members whom the file does not list; empty if there is no file.
    """

    add: tuple[tuple[User, ListedMember], ...] = ()
    correct: tuple[tuple[Member, ListedMember], ...] = ()
    unlisted: tuple[Member, ...] = ()

    @property
    def joining(self) -> tuple[str, ...]:
        """The names of those who are to annotate and do not yet."""
        added = (user.username for user, listed in self.add if listed.role != ADMIN)
        return (*added, *(member.username for member, listed in self.correct if listed.role != ADMIN))

    def apply(self, server: Doccano, project: int) -> None:
        """Add members and correct roles."""
        roles = server.roles() if self.add or self.correct else {}
        for user, listed in self.add:
            server.add_member(project, user.id, roles[listed.role])
        for member, listed in self.correct:
            server.update_member(project, member.id, roles[listed.role])


def plan_members(
    listed: Sequence[ListedMember] | None, users: Sequence[User], current: Sequence[Member], me: User
) -> MemberPlan:
    """What is to be done to the current members, so that those who are listed are members in their roles.

    Args:
        listed: the members of the file; None if there is no file.
        users: of the server.
        current: the members that the project has.
        me: the user that works on the server, who stays an administrator of the project.

    Raises:
        InvalidValueError: for a user that the server does not have, and for another role of `me`.
    """
    if listed is None:
        return MemberPlan()
    by_name, members = {user.username: user for user in users}, {member.username: member for member in current}
    if missing := [each.name for each in listed if each.name not in by_name]:
        raise InvalidValueError(
            f"the server has no user {', '.join(map(repr, missing))}",
            remedy=f"Make an account with: goldspan doccano user {shlex.join(missing)}. If an account was renamed "
            "there, write its new name into the file of the members.",
        )
    if any(each.name == me.username and each.role != ADMIN for each in listed):
        raise InvalidValueError(
            f"the member {me.username!r} is the user that goldspan works as, and must be {ADMIN}",
            remedy="Give that role in the file, or work as another user than the annotators.",
        )
    names = {each.name for each in listed} | {me.username}
    to_add = (each for each in listed if each.name not in members and each.name != me.username)
    return MemberPlan(
        add=tuple((by_name[each.name], each) for each in to_add),
        correct=tuple((old, each) for each in listed if (old := members.get(each.name)) and old.role != each.role),
        unlisted=tuple(member for member in current if member.username not in names),
    )


def find_members(corpus: Corpus, path: Path | None = None) -> tuple[ListedMember, ...] | None:
    """The members that a file lists: the file that is named, or the project's own; None if there is neither.

    A file of the project's own that lists nobody, since its template is still to be filled in, is like none.

    Raises:
        InputError: as `read_members` does.
    """
    own = corpus.guidelines / "members.toml"
    if path is not None:
        return read_members(path)
    return (read_members(own) or None) if files.is_there(own) else None


def read_members(path: Path) -> tuple[ListedMember, ...]:
    """The members that a file lists, in its order.

    Raises:
        InputError: naming the file, the line and the member, if it is no TOML or something is missing, there twice,
            unknown or of a wrong type; if two would write into one folder of passes.
    """
    rows = read_toml(path, _MembersFile, REMEDY).member
    listed = tuple(ListedMember(row.name, row.role, row.pseudonym) for row in rows)
    names = [each.name for each in listed]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"the member {repeated[0]!r} is listed twice", file=path, remedy="Remove one of the two.")
    try:
        pass_folders(names, pseudonyms_of(listed), ())
    except InvalidValueError as error:
        raise InputError(error.message, file=path, remedy=error.remedy) from None
    return listed


def pseudonyms_of(listed: Sequence[ListedMember]) -> dict[str, str]:
    """The pseudonyms by user name, of those who have one."""
    return {each.name: each.pseudonym for each in listed if each.pseudonym}


def pass_folders(annotators: Iterable[str], pseudonyms: Mapping[str, str], existing: Iterable[str]) -> dict[str, str]:
    """The folder of each annotator's passes: the pseudonym, or else the name.

    Args:
        annotators: their names on the server.
        pseudonyms: by name, where a pseudonym replaces it.
        existing: the folders that are there.

    Raises:
        InvalidValueError: for a name that no file system, or not every one, takes as a folder's, and for two that
            differ in nothing but case or normal form, of annotators or of what is there already; for a name that is
            somebody's pseudonym; for one that has a pseudonym and a folder of its own from before.
    """
    folders: dict[str, str] = {}
    annotators, existing = [*annotators], [*existing]
    _require_folder_names(annotators, pseudonyms)
    owners = {folded_name(pseudonym): name for name, pseudonym in pseudonyms.items() if name not in annotators}
    taken = {folded_name(folder): (folder, f"the folder {folder!r} that is there") for folder in existing}
    for name in annotators:
        folder = pseudonyms.get(name, name)
        who = f"the annotator {name!r}" + ("" if folder == name else f", whose pseudonym is {folder!r},")
        remedy = f"Give {name!r} a pseudonym of their own, in the file of --members."
        if folder != name and name in existing:
            raise InvalidValueError(
                f"{who} has passes in the folder {name!r} from before: one person would count as two",
                remedy=f"Rename it first: git mv corpus/passes/{name} corpus/passes/{folder}",
            )
        other, where = taken.get(folded_name(folder), (folder, ""))
        if other != folder or folder in folders.values():
            raise InvalidValueError(f"{who} would write into {where}", remedy=remedy)
        if owner := owners.get(folded_name(folder)):
            raise InvalidValueError(f"{who} would write into the folder of {owner!r}", remedy=remedy)
        folders[name] = folder
        taken[folded_name(folder)] = (folder, f"the folder {folder!r} of {name!r}")
    return folders


def _require_folder_names(annotators: Iterable[str], pseudonyms: Mapping[str, str]) -> None:
    """Refuse the names that cannot be folders, all of them at once: a directory of users has the same sign in each."""
    problems = {name: folder_name_problem(pseudonyms.get(name, name)) for name in annotators}
    wrong = {name: problem for name, problem in problems.items() if problem}
    if not wrong:
        return
    first, problem = next(iter(wrong.items()))
    folder = pseudonyms.get(first, first)
    who = f"the annotator {first!r}" + ("" if folder == first else f", whose pseudonym is {folder!r},")
    others = [repr(name) for name in wrong if name != first]
    more = f"; nor can {', '.join(others)}" if others else ""
    raise InvalidValueError(
        f"{who} cannot have a folder: the name {problem}{more}",
        remedy=f"Give {first!r} a pseudonym of their own, in the file of --members."
        if not others
        else f"Give each of these {len(wrong)} a pseudonym of their own, in the file of --members; a name with a "
        "backslash stands in single quotes there.",
    )
