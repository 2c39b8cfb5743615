"""Who works on a project, and as what: a small file, and the members on the server.

    [[member]]
    name = "anna"            # her name on the server
    role = "annotator"       # or annotation_approver, or project_admin
    pseudonym = "a1"         # what her passes are called; optional

Members are added and their roles corrected. Nobody is removed: the work of a former member is in no export.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.doccano import folders
from goldspan.errors import InputError, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.answers import Member, User
    from goldspan.doccano.client import Doccano

ADMIN = "project_admin"
ROLES = ("annotator", "annotation_approver", ADMIN)
KEYS = {"name", "role", "pseudonym"}
REMEDY = f'Write [[member]], name = "…", role = "…" (one of {", ".join(ROLES)}), and pseudonym = "…" if wanted.'


@dataclass(frozen=True, slots=True)
class Listed:
    """A line-up entry: the user's name, the role in the project, and the name of the passes where it is another."""

    name: str
    role: str
    pseudonym: str | None = None


@dataclass(frozen=True, slots=True)
class Members:
    """What would be done to the members of a project.

    Args:
        add: the users who are to become members.
        correct: the members whose role is another.
        others: the members whom the file does not list; empty if there is no file.
    """

    add: tuple[tuple[User, Listed], ...] = ()
    correct: tuple[tuple[Member, Listed], ...] = ()
    others: tuple[Member, ...] = ()

    def lines(self) -> Iterator[str]:
        """What would be done, a line each."""
        for user, listed in self.add:
            yield f"add the member {user.username} ({listed.role})"
        for member, listed in self.correct:
            yield f"change the role of {member.username}: {member.role} → {listed.role}"

    def remarks(self) -> Iterator[str]:
        """Who is a member, but not listed."""
        for member in self.others:
            yield f"the member {member.username!r} ({member.role}) is not listed: left alone"

    def apply(self, server: Doccano, project: int) -> None:
        """Do it."""
        roles = server.roles() if self.add or self.correct else {}
        for user, listed in self.add:
            server.add_member(project, user.id, roles[listed.role])
        for member, listed in self.correct:
            server.update_member(project, member.id, roles[listed.role])


def find(corpus: Corpus, path: Path | None = None) -> tuple[Listed, ...] | None:
    """The members that a file lists: the one that is named, or the project's; None if it has none.

    Raises:
        InputError: as `read` does.
    """
    own = corpus.guidelines / "members.toml"
    return read(own if path is None else path) if path is not None or own.is_file() else None


def read(path: Path) -> tuple[Listed, ...]:
    """The members that a file lists, in its order.

    Raises:
        InputError: naming file and member, if it is no TOML or something is missing, doubled or unknown; if two would
            write into one folder of passes.
    """
    try:
        value = tomllib.loads(files.decode(files.read_bytes(path), path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", file=path, remedy=REMEDY) from None
    unknown, rows = sorted(set(value) - {"member"}), value.get("member")
    if unknown or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        what = f"unknown key {unknown[0]!r}" if unknown else "needs at least one [[member]]"
        raise InputError(what, file=path, remedy=REMEDY)
    listed = tuple(_listed(row, path) for row in rows)
    names = [each.name for each in listed]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"the member {twice[0]!r} is listed twice", file=path, remedy="Remove one of the two.")
    try:
        folders.folders(names, pseudonyms(listed), ())
    except ValueRefused as error:
        raise InputError(error.message, file=path, remedy=error.remedy) from None
    return listed


def pseudonyms(listed: Sequence[Listed]) -> dict[str, str]:
    """By name the pseudonyms of those who have one."""
    return {each.name: each.pseudonym for each in listed if each.pseudonym}


def plan(listed: Sequence[Listed] | None, users: Sequence[User], held: Sequence[Member], me: User) -> Members:
    """What would be done to the members `held`, so that those who are listed are members in their roles.

    Args:
        listed: what the file says; None if there is no file.
        users: of the server.
        held: the members that the project has.
        me: the user that works on the server, who stays an administrator of the project.

    Raises:
        ValueRefused: for a user that the server does not have, and for another role of `me`.
    """
    if listed is None:
        return Members()
    known, members = {user.username: user for user in users}, {member.username: member for member in held}
    if absent := [each.name for each in listed if each.name not in known]:
        raise ValueRefused(
            f"the server has no user {', '.join(map(repr, absent))}",
            remedy=f"Make an account with: goldspan doccano user {' '.join(absent)}",
        )
    if any(each.name == me.username and each.role != ADMIN for each in listed):
        raise ValueRefused(
            f"the member {me.username!r} is the user that goldspan works as, and must be {ADMIN}",
            remedy="Give that role in the file, or work as another user than the annotators.",
        )
    names = {each.name for each in listed} | {me.username}
    return Members(
        add=tuple((known[each.name], each) for each in listed if each.name not in members and each.name != me.username),
        correct=tuple((old, each) for each in listed if (old := members.get(each.name)) and old.role != each.role),
        others=tuple(member for member in held if member.username not in names),
    )


def _listed(row: dict[str, Any], path: Path) -> Listed:
    name = row.get("name")
    who = f"member {name}" if isinstance(name, str) else "member ?"
    if unknown := sorted(set(row) - KEYS):
        raise InputError(f"{who}: unknown key {unknown[0]!r}", file=path, remedy=REMEDY)
    for key in ("name", "role", *(("pseudonym",) if "pseudonym" in row else ())):
        if not isinstance(row.get(key), str) or not row[key].strip() or row[key] != row[key].strip():
            raise InputError(f"{who}: {key!r} is missing, empty or no plain string", file=path, remedy=REMEDY)
    if row["role"] not in ROLES:
        raise InputError(f"{who}: there is no role {row['role']!r}", file=path, remedy=REMEDY)
    return Listed(**row)
