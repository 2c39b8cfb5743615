"""The project on the server, made or brought up to what the guidelines say: plan first, then apply.

Who works on a project, and as what: a small file, and the members on the server.

    [[member]]
    name = "anna"            # her name on the server
    role = "annotator"       # or annotation_approver, or project_admin
    pseudonym = "a1"         # what her passes are called; optional

Members are added and their roles corrected. Nobody is removed: the work of a former member is in no export.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from goldspan import files
from goldspan.doccano import guideline_page, labels
from goldspan.doccano.client.schema import DoccanoProject
from goldspan.doccano.pull import pass_files
from goldspan.errors import InputError, InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import Member, User
    from goldspan.doccano.labels import LabelPlan

ADMIN = "project_admin"
ROLES = ("annotator", "annotation_approver", ADMIN)
KEYS = {"name", "role", "pseudonym"}
REMEDY = f'Write [[member]], name = "…", role = "…" (one of {", ".join(ROLES)}), and pseudonym = "…" if wanted.'


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A line-up entry: the user's name, the role in the project, and the name of the passes where it is another."""

    name: str
    role: str
    pseudonym: str | None = None


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """What would be done to the members of a project.

    Args:
        add: the users who are to become members.
        correct: the members whose role is another.
        others: the members whom the file does not list; empty if there is no file.
    """

    add: tuple[tuple[User, ListedMember], ...] = ()
    correct: tuple[tuple[Member, ListedMember], ...] = ()
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


def find_members(corpus: Corpus, path: Path | None = None) -> tuple[ListedMember, ...] | None:
    """The members that a file lists: the one that is named, or the project's; None if it has none.

    Raises:
        InputError: as `read` does.
    """
    own = corpus.guidelines / "members.toml"
    return read_members(own if path is None else path) if path is not None or own.is_file() else None


def read_members(path: Path) -> tuple[ListedMember, ...]:
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
        pass_files.pass_folders(names, pseudonyms_of(listed), ())
    except InvalidValueError as error:
        raise InputError(error.message, file=path, remedy=error.remedy) from None
    return listed


def pseudonyms_of(listed: Sequence[ListedMember]) -> dict[str, str]:
    """By name the pseudonyms of those who have one."""
    return {each.name: each.pseudonym for each in listed if each.pseudonym}


def plan_members(
    listed: Sequence[ListedMember] | None, users: Sequence[User], held: Sequence[Member], me: User
) -> MemberPlan:
    """What would be done to the members `held`, so that those who are listed are members in their roles.

    Args:
        listed: what the file says; None if there is no file.
        users: of the server.
        held: the members that the project has.
        me: the user that works on the server, who stays an administrator of the project.

    Raises:
        InvalidValueError: for a user that the server does not have, and for another role of `me`.
    """
    if listed is None:
        return MemberPlan()
    known, members = {user.username: user for user in users}, {member.username: member for member in held}
    if absent := [each.name for each in listed if each.name not in known]:
        raise InvalidValueError(
            f"the server has no user {', '.join(map(repr, absent))}",
            remedy=f"Make an account with: goldspan doccano user {' '.join(absent)}",
        )
    if any(each.name == me.username and each.role != ADMIN for each in listed):
        raise InvalidValueError(
            f"the member {me.username!r} is the user that goldspan works as, and must be {ADMIN}",
            remedy="Give that role in the file, or work as another user than the annotators.",
        )
    names = {each.name for each in listed} | {me.username}
    return MemberPlan(
        add=tuple((known[each.name], each) for each in listed if each.name not in members and each.name != me.username),
        correct=tuple((old, each) for each in listed if (old := members.get(each.name)) and old.role != each.role),
        others=tuple(member for member in held if member.username not in names),
    )


def _listed(row: dict[str, Any], path: Path) -> ListedMember:
    name = row.get("name")
    who = f"member {name}" if isinstance(name, str) else "member ?"
    if unknown := sorted(set(row) - KEYS):
        raise InputError(f"{who}: unknown key {unknown[0]!r}", file=path, remedy=REMEDY)
    for key in ("name", "role", *(("pseudonym",) if "pseudonym" in row else ())):
        if not isinstance(row.get(key), str) or not row[key].strip() or row[key] != row[key].strip():
            raise InputError(f"{who}: {key!r} is missing, empty or no plain string", file=path, remedy=REMEDY)
    if row["role"] not in ROLES:
        raise InputError(f"{who}: there is no role {row['role']!r}", file=path, remedy=REMEDY)
    return ListedMember(**row)


Kind = Literal["independent", "shared", "disputes"]  # everyone alone; one common annotation; what is to be adjudicated
PURPOSES: dict[Kind, str] = {
    "independent": "independent annotation",
    "shared": "shared annotation",
    "disputes": "adjudication of disputes",
}
LONGEST = 100  # characters of a name
NEW = 0  # the number of a project that does not exist yet; Doccano counts from 1
FLAGS = {
    "grapheme_mode": False,  # offsets count UTF-16 units
    "allow_overlapping": False,
    "use_relation": False,
    "random_order": False,
    "members_create_labels": False,
}


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """What would be made or changed around the examples of a project.

    Args:
        server: where.
        project: as it is; None if there is none of that name.
        planned: as it would be; its number is `NEW` if there is none yet.
        labels: what would be done to the label types.
        members: what would be done to the members.
        notes: what else there is to say.
        corpus: whose guidelines these are.
        listed: the members that the file lists.
    """

    server: Doccano
    project: DoccanoProject | None
    planned: DoccanoProject
    labels: LabelPlan
    members: MemberPlan
    notes: tuple[str, ...]
    corpus: Corpus
    listed: tuple[ListedMember, ...] | None

    def lines(self) -> Iterator[str]:
        """What would be done, a line each; nothing if nothing differs."""
        new, old = self.planned, self.project
        if old is None:
            page = f"guideline page of {len(new.guideline):,} characters"
            yield f"create the project {new.name!r} ({kind_of(new)}), {page}"
        elif new.description != old.description:
            yield f"change the description: {old.description!r} → {new.description!r}"
        if old is not None and new.guideline != old.guideline:
            yield f"replace the guideline page ({len(old.guideline):,} → {len(new.guideline):,} characters)"
        yield from self.labels.lines()
        yield from self.members.lines()

    def remarks(self) -> Iterator[str]:
        """What is left as it is, though it is not as the guidelines or the members' file have it."""
        yield from self.notes
        yield from self.labels.remarks()
        yield from self.members.remarks()

    def apply(self) -> DoccanoProject:
        """Do it, whatever of it is not done yet; returns the project as it is then.

        Raises:
            ServerError: for what the server refuses, and if the project became one of the other kind meanwhile.
        """
        server, planned = self.server, self.planned
        project = server.project(planned.name) or _created(server, planned)
        _refuse_other_kind(project, planned)
        if (project.description, project.guideline) != (planned.description, planned.guideline):
            project = server.update_project(project.id, description=planned.description, guideline=planned.guideline)
        labels.plan_labels(self.corpus.scheme, server.span_types(project.id)).apply(server, project.id)
        if self.listed is not None:
            held, me = server.members(project.id), server.me()
            plan_members(self.listed, server.users(), held, me).apply(server, project.id)
        return project


def prepare_project(
    server: Doccano, corpus: Corpus, name: str, kind: Kind, members_file: Path | None = None
) -> ProjectPlan:
    """What would be made or changed, so that the project is there and says what the guidelines say.

    Args:
        server: where.
        corpus: whose guidelines these are.
        name: of the project.
        kind: `independent` if everyone annotates alone, `shared` if there is one common annotation, `disputes` if that
            is to settle disputes.
        members_file: who works on it; else `members.toml` beside the labels, if it is there.

    Raises:
        InputError: for guidelines or a members' file that cannot be read.
        ServerError: if the name means several projects, or one for another task.
        InvalidValueError: for a name that cannot be, a project of the other kind, or members whom the server does not
            know.
    """
    _check(name, kind)
    listed = find_members(corpus, members_file)
    project = server.project(name)
    planned = _planned(project, corpus, name, kind)
    if project is not None:
        _refuse_other_kind(project, planned)
    held = [] if project is None else server.members(project.id)
    return ProjectPlan(
        server=server,
        project=project,
        planned=planned,
        labels=labels.plan_labels(corpus.scheme, [] if project is None else server.span_types(project.id)),
        members=plan_members(listed, server.users() if listed else [], held, server.me()),
        notes=tuple(_notes(corpus, kind, listed, held)),
        corpus=corpus,
        listed=listed,
    )


def description(kind: Kind, version: str) -> str:
    """What a project of ours says of itself."""
    return f"goldspan: {PURPOSES[kind]}, guidelines {version}"


def kind_of(project: DoccanoProject) -> Kind:
    """What a project is for."""
    if not project.collaborative:
        return "independent"
    return "disputes" if project.description.startswith(f"goldspan: {PURPOSES['disputes']}") else "shared"


def refuse_disputes(project: DoccanoProject) -> None:
    """Refuse to take a project of disputes for one of annotation.

    Raises:
        InvalidValueError: what is confirmed there is a decision, and must be recorded as one.
    """
    if kind_of(project) == "disputes":
        raise InvalidValueError(
            f"the project {project.name!r} is for {PURPOSES['disputes']}",
            remedy=f"Use `goldspan adjudicate --push` and `--pull --project {project.name}`, or name another project.",
        )


def _notes(corpus: Corpus, kind: Kind, listed: Sequence[ListedMember] | None, held: Sequence[Member]) -> Iterator[str]:
    yield from (f"the guideline page {name} is missing" for name in guideline_page.missing(corpus))
    roles = {*(one.role for one in listed or ()), *(one.role for one in held)}
    if kind == "independent" and not roles - {ADMIN}:
        yield (
            "nobody annotates here yet: make accounts with `goldspan doccano user`, "
            "list them in annotation_guidelines/members.toml, and push again"
        )


def _planned(project: DoccanoProject | None, corpus: Corpus, name: str, kind: Kind) -> DoccanoProject:
    """The project as it would be; the flags of one that exists stay, for offsets and labels hang on them."""
    flags = FLAGS if project is None else {flag: getattr(project, flag) for flag in FLAGS}
    return DoccanoProject(
        id=NEW if project is None else project.id,
        name=name,
        description=description(kind, corpus.scheme.version),
        guideline=guideline_page.page(corpus),
        collaborative=kind != "independent",
        **flags,
    )


def _created(server: Doccano, planned: DoccanoProject) -> DoccanoProject:
    return server.create_project(
        planned.name,
        collaborative=planned.collaborative,
        description=planned.description,
        guideline=planned.guideline,
        **FLAGS,
    )


def _check(name: str, kind: str) -> None:
    if not name or name != name.strip() or len(name) > LONGEST or not name.isprintable():
        raise InvalidValueError(
            f"{name[:LONGEST]!r} cannot be the name of a project",
            remedy=f"It has 1 to {LONGEST} characters that can be seen, and no blank at an edge.",
        )
    if kind not in get_args(Kind):
        raise InvalidValueError(
            f"there is no kind {kind!r} of project", remedy=f"The kinds are {', '.join(get_args(Kind))}."
        )


def _refuse_other_kind(project: DoccanoProject, planned: DoccanoProject) -> None:
    here, there = kind_of(project), kind_of(planned)
    if here == there:
        return
    option = f"Say --{here}, or take" if "disputes" not in {here, there} else "Take"
    raise ServerError(
        f"the project {project.name!r} is for {PURPOSES[here]}, not for {PURPOSES[there]}",
        remedy=f"{option} another name: what people did there cannot change its kind.",
    )
