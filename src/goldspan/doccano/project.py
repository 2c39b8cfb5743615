"""The project on the server, created or brought up to date with the guidelines: plan first, then apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from goldspan.doccano import guideline_page, labels
from goldspan.doccano.client.schema import DoccanoProject
from goldspan.doccano.members import ADMIN, ListedMember, MemberPlan, find_members, plan_members
from goldspan.errors import InvalidValueError, NotFoundError, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import Member
    from goldspan.doccano.labels import LabelPlan

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
    yield from (f"the guideline page {name} is missing" for name in guideline_page.missing_pages(corpus))
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
        guideline=guideline_page.render_page(corpus),
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


def find_project(server: Doccano, name: str) -> DoccanoProject:
    """The project of a name.

    Raises:
        NotFoundError: if there is none.
    """
    project = server.project(name)
    if project is None:
        raise NotFoundError(
            f"the server has no project {name!r} for you",
            remedy="`goldspan doccano status` lists the projects, `goldspan doccano push` makes one.",
        )
    return project
