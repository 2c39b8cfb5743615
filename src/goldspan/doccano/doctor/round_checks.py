"""The doctor's checks of a round as a whole: who has a project, who works in it, and who reads which example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.corpus.assignment_plans import assignment_file, read_assignments
from goldspan.doccano import members
from goldspan.doccano.assignments import annotators_of
from goldspan.doccano.controls import read_controls
from goldspan.doccano.doctor.context import doctor_check
from goldspan.doccano.project import project_kind
from goldspan.doccano.pull.pass_owners import annotator_names
from goldspan.formats.doccano import stored_id
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.corpus import Corpus
    from goldspan.doccano.doctor.context import DoctorContext
    from goldspan.doccano.rounds import Round


@doctor_check(
    "round-projects",
    "round",
    "error",
    title="each member of the round has a project",
    remedy="Push the round: it creates what is missing. A project that is gone, or was renamed, is named with what to "
    "do by `goldspan doccano pull`.",
)
def round_projects(context: DoctorContext) -> Iterator[str]:
    """A member who is to annotate has no project, or the project is not on the server."""
    found, corpus = _round(context), _corpus(context)
    yield from context.missing.values()
    if found.record.each:
        names = annotator_names(corpus, _listed(context) or ())
        having = {each.member for each in found.projects}
        for each in _listed(context) or ():
            if each.role != members.ADMIN and each.name not in having:
                yield f"{each.name!r}, whose passes are {names.get(each.name, each.name)}, has no project in the round"


@doctor_check(
    "round-annotators",
    "round",
    "error",
    title="in each member's project that member annotates, and nobody else",
    remedy="Take the others out of the members of that project in Doccano: a pull takes nothing of what they confirm "
    "there, and in a private project their marks count as the member's. A push adds a member who is missing.",
)
def round_annotators(context: DoctorContext) -> Iterator[str]:
    """Somebody else annotates in the project of a member, or the member does not."""
    listed = _listed(context)
    for each in _round(context).projects:
        part = context.parts.get(each.name)
        if part is None:
            continue
        others = [one.username for one in part.annotators if one.username != each.member]
        if others:
            yield f"{each.name}: {enumerate_names(map(repr, others))} may annotate there, beside {each.member!r}"
        is_expected = listed is None or any(one.name == each.member for one in listed)
        if is_expected and all(one.username != each.member for one in part.members):
            yield f"{each.name}: {each.member!r} is no member of it"


@doctor_check(
    "round-administrators",
    "round",
    "error",
    title="no administrator of a private project annotates in the round",
    remedy="Take them out of the administrators of that project in Doccano: all marks there are one annotation, so "
    "nobody could tell theirs from the member's, and they see what the member does before they read themselves.",
)
def round_administrators(context: DoctorContext) -> Iterator[str]:
    """Somebody who annotates in the round administers the private project of another."""
    found = _round(context)
    readers = {each.member for each in found.projects}
    readers |= {each.name for each in _listed(context) or () if each.role != members.ADMIN}
    for each in found.projects:
        part = context.parts.get(each.name)
        if part is None or part.project is None or project_kind(part.project) != "private":
            continue
        for one in part.members:
            if one.role == members.ADMIN and one.username in readers:
                yield f"{each.name}: {one.username!r} administers it, and annotates in the round"


@doctor_check(
    "round-readers",
    "round",
    "warning",
    title="each example is there for those who are to read it",
    remedy="Push again: it gives what is missing, and takes away what a plan gave and nobody worked on. What more have "
    "worked on than are to read it stays theirs.",
)
def round_readers(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """More or fewer have an example than are to read it, or others."""
    found, corpus = _round(context), _corpus(context)
    names = annotator_names(corpus, _listed(context) or ())
    readers = _readers_each(context, names) if found.record.each else _readers_by_assignment(context, names)
    number = found.record.annotators_per_example
    plan = {} if number is None else read_assignments(assignment_file(corpus, found.record.name))
    everybody = _everybody(context, names)
    for example in dict.fromkeys([*readers, *plan]):
        who = readers.get(example, frozenset())
        has = f"{enumerate_names(sorted(who)) or 'nobody'} {'have' if len(who) > 1 else 'has'} it"
        if number is None:
            if lacking := everybody - who:
                yield example, f"{enumerate_names(sorted(lacking))} cannot read it, and everybody is to read it"
        elif example in plan and who != {*plan[example].annotators}:
            yield example, f"is for {enumerate_names(plan[example].annotators)} by the plan, and {has}"
        elif len(who) != number:
            yield example, f"is to be read by {number}, and {has}"


def _readers_each(context: DoctorContext, names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By example the folders of the members in whose projects it is, controls left out."""
    readers: dict[str, frozenset[str]] = {}
    for each in _round(context).projects:
        part = context.parts.get(each.name)
        if part is None:
            continue
        controls = read_controls(_corpus(context), each.name)
        for row in part.server.examples(part.project_id):
            example = stored_id(row.meta)
            if example and example not in controls:
                readers[example] = readers.get(example, frozenset()) | {names.get(each.member, each.member)}
    return readers


def _readers_by_assignment(context: DoctorContext, names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By example the folders of the annotators who see it in the one project, controls left out."""
    [(name, part)] = context.parts.items()
    controls = read_controls(_corpus(context), name)
    annotators = {one.username for one in part.annotators}
    readers: dict[str, frozenset[str]] = {}
    for row in part.server.examples(part.project_id):
        example = stored_id(row.meta)
        if example and example not in controls:
            seen = annotators if row.assignees is None else annotators.intersection(row.assignees)
            who = frozenset(names.get(each, each) for each in seen)
            readers[example] = readers.get(example, frozenset()) | who
    return readers


def _everybody(context: DoctorContext, names: Mapping[str, str]) -> frozenset[str]:
    """The folders of those who are to read all examples where no plan says who reads which."""
    found, listed = _round(context), _listed(context)
    if found.record.each:
        users = [each.member for each in found.projects if each.name in context.parts]
    else:
        users = [one.username for part in context.parts.values() for one in annotators_of(part.members)]
    if listed is not None:
        users = [user for user in users if any(one.name == user for one in listed)]
    return frozenset(names.get(user, user) for user in users)


def _round(context: DoctorContext) -> Round:
    assert context.round is not None
    return context.round


def _corpus(context: DoctorContext) -> Corpus:
    assert context.corpus is not None
    return context.corpus


def _listed(context: DoctorContext) -> tuple[members.ListedMember, ...] | None:
    return members.find_members(_corpus(context), context.members_file)


ROUND_CHECKS = (round_projects, round_annotators, round_administrators, round_readers)
