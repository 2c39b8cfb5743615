"""The project on the server, created or brought up to date with the guidelines: plan first, then apply."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar, get_args

from goldspan.doccano import guideline_page, labels
from goldspan.doccano.annotator_guide import ProjectKind
from goldspan.doccano.client.http_errors import HTTPStatusError
from goldspan.doccano.client.schema import DoccanoProject
from goldspan.doccano.corpus_record import project_key, read_record, record_key, write_record
from goldspan.doccano.export_archive import require_exportable
from goldspan.doccano.former_labels import former_names
from goldspan.doccano.label_comparison import (
    NEVER,
    LabelComparison,
    compare_project_labels,
    require_own_names,
    with_former_labels,
)
from goldspan.doccano.member_projects import member_of, only_member, require_alone
from goldspan.doccano.members import ADMIN, ListedMember, MemberPlan, find_members, plan_members
from goldspan.doccano.project_identity import DISPUTES, KEY_LINE, create_project, identify, key_line, new_key
from goldspan.doccano.rights import require_administrator, require_staff
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.labels import LabelPlan
    from goldspan.doccano.project_identity import ProjectIdentity
    from goldspan.doccano.rounds import ProjectOfMember

T = TypeVar("T")

PURPOSES: dict[ProjectKind, str] = {
    "independent": "independent annotation",
    "shared": "shared annotation",
    "private": "correction of suggestions by one annotator",
    "disputes": DISPUTES,
}
CLOSED = re.compile(r", closed [0-9]{4}-[0-9]{2}-[0-9]{2}$")  # the end of the description of a project that is closed
LONGEST = 100  # characters of a name
NEW = 0  # the number of a project that does not exist yet; Doccano counts from 1
FLAGS = {
    "grapheme_mode": False,  # offsets count UTF-16 units
    "allow_overlapping": False,
    "use_relation": False,
    "random_order": False,
    "members_create_labels": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPlan:
    """What is to be created or changed around the examples of a project; `push.plan` has it in words.

    Args:
        server: where.
        corpus: whose guidelines these are.
        project: as it is; None if no project has the name.
        planned: as it is to be; its number is `NEW` if it does not exist yet.
        labels: what is to be done to the label types.
        members: what is to be done to the members.
        listed: the members that the file lists; None if there is no file.
        missing_pages: the pages of the guidelines that are missing.
        has_annotators: whether anybody is to annotate there, except administrators.
        renamed: by label, the name that its type was given there; it gets its own back.
        notes: on what the corpus knew about the project.
        forget: whether a project of the name that the corpus remembers is forgotten.
        round: the name of the round that it is part of; None for a project by itself.
        member: the user whose project it is, in a round in which each has one.
    """

    server: Doccano
    corpus: Corpus
    project: DoccanoProject | None
    planned: DoccanoProject
    labels: LabelPlan
    members: MemberPlan
    listed: tuple[ListedMember, ...] | None
    missing_pages: tuple[str, ...] = ()
    has_annotators: bool = True
    renamed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    forget: bool = False
    round: str | None = None
    member: str | None = None

    def apply(self) -> DoccanoProject:
        """Do whatever of the plan is not done yet; returns the project as it is then.

        Raises:
            ServerError: for what the server refuses, and if a project of the other kind has that name by now.
        """
        server, planned = self.server, self.planned
        identity, is_new = self._create_missing()
        project = identity.require()
        _require_same_kind(project, project_kind(planned))
        identity = replace(identity, round=self.round, member=self.member)
        write_record(self.corpus, identity.added_to(read_record(self.corpus), server.url))
        planned = self._with_key(identity.key)
        before = LabelComparison() if is_new else compare_project_labels(self.corpus, server, project, self.renamed)
        former = record_key(project, server.url)
        if (project.description, project.guideline) != (planned.description, planned.guideline):
            project = server.update_project(project.id, description=planned.description, guideline=planned.guideline)
        self._apply_labels(project, before, former, is_new=is_new)
        if self.listed is not None:
            listed, me, users = self.listed, server.me(), server.users()
            _act_on(
                lambda: server.members(project.id),
                lambda current: plan_members(listed, users, current, me).apply(server, project.id),
            )
        return project

    def _create_missing(self) -> tuple[ProjectIdentity, bool]:
        """The project by now, with the key that it is to have, and whether it was created here."""
        identity = identify(self.server, self.corpus, self.planned.name, new=self.forget)
        is_new = identity.project is None
        if is_new:
            made, is_new = create_project(self.server, self.planned.name, lambda: _create(self.server, self.planned))
            if is_new:
                identity = replace(identity, project=made, key=project_key(made))
            else:  # another push was first
                identity = identify(self.server, self.corpus, self.planned.name, new=self.forget)
        return (identity if identity.key else replace(identity, key=project_key(self.planned))), is_new

    def _with_key(self, key: str) -> DoccanoProject:
        """The planned project with a key that may have become known since."""
        old = project_key(self.planned)
        description, guideline = (text.replace(old, key) for text in (self.planned.description, self.planned.guideline))
        return replace(self.planned, description=description, guideline=guideline)

    def _apply_labels(self, project: DoccanoProject, before: LabelComparison, former: str, *, is_new: bool) -> None:
        """Bring the label types in order, and have the corpus remember their numbers.

        Args:
            project: as it is by now, with its key.
            before: its label types compared with the scheme.
            former: its `record_key` before it had that key.
            is_new: whether it was created just now.
        """
        server, scheme = self.server, self.corpus.scheme
        require_own_names(before, project.name)
        former_labels = former_names(read_record(self.corpus), scheme)
        _act_on(
            lambda: server.span_types(project.id),
            lambda current: labels.plan_labels(scheme, current, self.renamed, former_labels).apply(server, project.id),
        )
        types, _ = labels.types_by_label(scheme, server.span_types(project.id))
        numbers = {label: group[0].id for label, group in types.items()}
        # A pull recognises a type that was deleted and created again by the number that it had: so that one stays.
        before_push = before.recorded.items()
        numbers |= {label: number for label, number in before_push if label in scheme and label not in before.settled}
        # In a project without an example no span can have gone with a type, whoever created it.
        if not (is_new or before.recorded) and server.examples_at(project.id, 0, 1):
            numbers |= dict.fromkeys(before.gone.keys() - before.settled, NEVER)
        record = read_record(self.corpus).with_label_numbers(former, {})
        numbers = with_former_labels(numbers, before.recorded)
        write_record(self.corpus, record.with_label_numbers(record_key(project, server.url), numbers))


def plan_project(
    server: Doccano,
    corpus: Corpus,
    name: str,
    kind: ProjectKind,
    members_file: Path | None = None,
    *,
    renamed: Mapping[str, str] = labels.NOTHING,
    new: bool = False,
    of_member: ProjectOfMember | None = None,
) -> ProjectPlan:
    """What is to be created or changed, so that the project is there and agrees with the guidelines.

    Args:
        server: where.
        corpus: whose guidelines these are.
        name: of the project.
        kind: `independent` if everybody annotates alone, `shared` if there is one common annotation, `private` if one
            member corrects suggestions there, `disputes` if it is to settle disputes.
        members_file: who works on it; else `members.toml` beside the labels, if it is there.
        renamed: by label, the name that its type was given there, as a person states it.
        new: whether to forget a project of that name that the corpus remembers, and this account does not see.
        of_member: whose it is, where each member of a round has a project; who else works on it is listed there, too.

    Raises:
        NotFoundError: if the corpus remembers the project under another name, or this account does not see it.
        InputError: for guidelines or a members' file that cannot be read.
        ServerError: if several projects have the name, or one for another task; if a label type was renamed there, and
            nobody states how.
        InvalidValueError: for a name that no project can have, a project of the other kind, or members whom the server
            does not know; for a project of one member that is another's, or a private one in which others annotate.
    """
    _validate(name, kind)
    listed = find_members(corpus, members_file) if of_member is None else of_member.listed
    identity = identify(server, corpus, name, new=new)
    project = identity.project
    member = member_of(identity, kind, None if of_member is None else of_member.member)
    if member is not None and of_member is None:
        listed = only_member(listed, member)
    if kind == "independent":
        require_exportable(each.name for each in listed or ())
    if project is None:
        require_staff(server, name)
    else:
        require_administrator(server, project, "a push")
        _require_same_kind(project, kind)
        require_own_names(compare_project_labels(corpus, server, project, renamed), name)
    current = [] if project is None else server.members(project.id)
    if member is not None and kind == "private":
        require_alone(name, member, current)
    types = [] if project is None else server.span_types(project.id)
    former = former_names(read_record(corpus), corpus.scheme)
    label_plan = labels.plan_labels(corpus.scheme, types, renamed, former)
    roles = {*(member.role for member in listed or ()), *(member.role for member in current)}
    part_of = identity.round if of_member is None else of_member.round
    return ProjectPlan(
        server=server,
        corpus=corpus,
        project=project,
        planned=_planned_project(
            project,
            corpus,
            name,
            kind,
            key=identity.key or new_key(),
            keyless=[each.name for each in label_plan.keyless],
            round_name=part_of,
        ),
        labels=label_plan,
        members=plan_members(listed, server.users() if listed else [], current, server.me()),
        listed=listed,
        missing_pages=tuple(guideline_page.missing_pages(corpus)),
        has_annotators=kind != "independent" or bool(roles - {ADMIN}),
        renamed=renamed,
        notes=identity.notes,
        forget=new,
        round=part_of,
        member=member,
    )


def describe(kind: ProjectKind, version: str, key: str, round_name: str | None = None) -> str:
    """The description of a project: what it is for, the version of the guidelines, the key, and the round if any."""
    part_of = "" if round_name is None else f", round {round_name}"
    return f"goldspan: {PURPOSES[kind]}, guidelines {version}, key {key}{part_of}"


def closed_description(description: str, day: str) -> str:
    """The description of a project that is closed since a day."""
    return open_description(description) + f", closed {day}"


def open_description(description: str) -> str:
    """The description of a project that is not closed, or not any more."""
    return CLOSED.sub("", description)


def round_of(project: DoccanoProject) -> str | None:
    """The name of the round that a project is part of, as its description says; None if it names none."""
    _, found, name = CLOSED.sub("", project.description).partition(f", key {project_key(project)}, round ")
    return name if found and name else None


def is_of_round(project: DoccanoProject, round_name: str) -> bool:
    """Whether the description of a project names a round as the one that it is part of."""
    return round_of(project) == round_name


def project_kind(project: DoccanoProject) -> ProjectKind:
    """What a project is for, as its description says, or the end of its page where somebody edited that."""
    if not project.collaborative:
        return "independent"
    page = project.guideline.partition(KEY_LINE)[2]
    kinds: tuple[ProjectKind, ...] = ("disputes", "private")
    for kind in kinds:
        if project.description.startswith(f"goldspan: {PURPOSES[kind]}") or page.startswith(PURPOSES[kind]):
            return kind
    return "shared"


def require_annotation(project: DoccanoProject) -> None:
    """Refuse a project of disputes where one of annotation is needed.

    Raises:
        InvalidValueError: what is confirmed there is a decision, and must be recorded as one.
    """
    if project_kind(project) == "disputes":
        raise InvalidValueError(
            f"the project {project.name!r} is for {PURPOSES['disputes']}",
            remedy=f"Use `goldspan adjudicate --push` and `--pull --project {project.name}`, or name another project.",
        )


def _planned_project(
    project: DoccanoProject | None,
    corpus: Corpus,
    name: str,
    kind: ProjectKind,
    *,
    key: str,
    keyless: Sequence[str],
    round_name: str | None,
) -> DoccanoProject:
    """The project as it is to be; the flags of an existing one stay, since offsets and labels depend on them."""
    flags = FLAGS if project is None else {flag: getattr(project, flag) for flag in FLAGS}
    return DoccanoProject(
        id=NEW if project is None else project.id,
        name=name,
        description=describe(kind, corpus.scheme.version, key, round_name),
        guideline=guideline_page.render_page(corpus, kind, keyless) + key_line(PURPOSES[kind], key),
        collaborative=kind != "independent",
        author="" if project is None else project.author,
        **flags,
    )


def _act_on(observe: Callable[[], T], act: Callable[[T], None]) -> None:
    """Act on what is there; where another push acts at the same moment, look again at what it did.

    Raises:
        ServerError: for what the server refuses although nobody else changes anything.
    """
    now = observe()
    while True:
        try:
            act(now)
        except HTTPStatusError as error:
            before, now = now, observe()
            if error.status != HTTPStatus.BAD_REQUEST or now == before:
                raise
        else:
            return


def _create(server: Doccano, planned: DoccanoProject) -> DoccanoProject:
    return server.create_project(
        planned.name,
        collaborative=planned.collaborative,
        description=planned.description,
        guideline=planned.guideline,
        **FLAGS,
    )


def _validate(name: str, kind: str) -> None:
    if not name or name != name.strip() or len(name) > LONGEST or not name.isprintable():
        raise InvalidValueError(
            f"{name[:LONGEST]!r} cannot be the name of a project",
            remedy=f"It has 1 to {LONGEST} characters that can be seen, and no space at an edge.",
        )
    if kind not in get_args(ProjectKind):
        raise InvalidValueError(
            f"there is no kind {kind!r} of project", remedy=f"The kinds are {', '.join(get_args(ProjectKind))}."
        )


def _require_same_kind(project: DoccanoProject, desired: ProjectKind) -> None:
    current = project_kind(project)
    if current == desired:
        return
    option = f"Give --{current}, or take" if {current, desired} <= {"independent", "shared"} else "Take"
    raise ServerError(
        f"the project {project.name!r} is for {PURPOSES[current]}, not for {PURPOSES[desired]}",
        remedy=f"{option} another name: what people did there cannot change its kind.",
    )
