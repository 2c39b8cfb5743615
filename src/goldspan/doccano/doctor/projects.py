"""Questions about the settings of a project, and about who works on it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from goldspan.doccano import guideline, labels, members
from goldspan.doccano.doctor.check import Check, NotSeen, check
from goldspan.doccano.project import FLAGS
from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.doctor.patient import Patient
    from goldspan.doccano.labels import Labels

SEVERAL = 5  # people who write at once; SQLite lets one write at a time (https://www.sqlite.org/whentouse.html)


@check(
    "not-administrator",
    "project",
    "error",
    title="the login administers the project",
    remedy="Let an administrator of the project give this user the role project_admin.",
)
def not_administrator(patient: Patient) -> Iterator[str]:
    """A login that may export nothing."""
    if not patient.administers:
        yield f"the user {patient.me.username!r} is {patient.role or 'no member'} there: it can neither push nor pull"


def _flag(name: str, title: str, message: str, remedy: str) -> Check:
    """The question whether a flag is as in a project that goldspan makes."""

    def test(patient: Patient) -> Iterator[str]:
        if getattr(patient.project, name) != FLAGS[name]:
            yield message

    return Check(f"flag-{name.replace('_', '-')}", "project", "warning", title, remedy, test)


NEW_PROJECT = "Push under another name, which makes a project without it: Doccano's settings cannot switch it off."
FLAG_CHECKS = (
    _flag(
        "grapheme_mode",
        "offsets count UTF-16 units",
        "grapheme_mode is on: offsets count grapheme clusters, and examples where libraries disagree are refused",
        NEW_PROJECT,
    ),
    _flag(
        "allow_overlapping",
        "spans cannot overlap",
        "spans may overlap, and gold is flat",
        NEW_PROJECT,
    ),
    _flag(
        "use_relation",
        "spans cannot be related",
        "relations can be drawn between spans, and no pull takes them along",
        NEW_PROJECT,
    ),
    _flag(
        "random_order",
        "examples come in the order of their article",
        "examples come in random order: nobody sees what the article said before",
        "Switch 'Randomize document order' off under Settings in Doccano.",
    ),
    _flag(
        "members_create_labels",
        "annotators cannot make labels",
        "annotators may make labels, which the scheme will not know",
        "Switch 'Allow project members to create label types' off under Settings in Doccano.",
    ),
)


@check(
    "auto-labelling",
    "project",
    "warning",
    title="no program labels in the annotators' names",
    remedy="Delete it under Settings, Auto Labeling: give drafts by `push --shared --suggestions` instead.",
)
def auto_labelling(patient: Patient) -> Iterator[str]:
    """A service whose spans are stored as those of whoever looks at an example."""
    _, said = patient.server.probe(f"v1/projects/{patient.number}/auto-labeling/configs")
    if not isinstance(said, list):
        raise NotSeen("the server does not tell")
    if said:
        yield f"{len(said)} auto-labelling service(s) mark spans that count as the annotator's own"


@check(
    "assignments-hide",
    "project",
    "error",
    title="every annotator sees every example",
    remedy="Assign the examples in Doccano: Dataset, Actions, Assign to member, each annotator with 100 per cent.",
)
def assignments_hide(patient: Patient) -> Iterator[str]:
    """Examples that an annotator does not see, for they are not assigned to them; from Doccano 1.8.5 on."""
    if not patient.assigns or not patient.annotators:
        return
    assigned: Counter[str] = Counter()
    total = 0
    for row in patient.rows():
        total += 1
        assigned.update({str(one.get("assignee")) for one in row.get("assignments") or () if isinstance(one, dict)})
    for member in patient.annotators:
        if assigned[member.username] < total:
            yield f"{member.username!r} sees {assigned[member.username]:,} of {total:,} examples"


@check(
    "sqlite-crowd",
    "project",
    "warning",
    title="the store bears as many annotators as there are",
    remedy="Use a Doccano on PostgreSQL for this many, and name it by DOCCANO_URL.",
)
def sqlite_crowd(patient: Patient) -> Iterator[str]:
    """A file as a store for many who write at once."""
    if not patient.embedded:
        raise NotSeen("only of the embedded server it is known what its store is")
    if len(patient.annotators) > SEVERAL:
        yield f"{len(patient.annotators)} annotators on SQLite, where one can write at a time: some will wait or fail"


@check(
    "label-missing",
    "corpus",
    "error",
    title="all labels of the scheme are there",
    remedy="Push again: it makes the labels.",
)
def label_missing(patient: Patient) -> Iterator[str]:
    """Labels that annotators cannot set."""
    yield from (f"the label {wanted.name} is missing" for wanted in _labels(patient).create)


@check(
    "label-unknown",
    "corpus",
    "warning",
    title="no other label is there",
    remedy="Add it to labels.toml, or delete it in Doccano if none of its spans is wanted: they go with it.",
)
def label_unknown(patient: Patient) -> Iterator[str]:
    """Labels that annotators can set, and that no pull takes."""
    yield from (f"the scheme has no label {held.name!r}" for held in _labels(patient).unknown)


@check(
    "label-drift",
    "corpus",
    "warning",
    title="the labels have the colours and keys of the scheme",
    remedy="Push again: it brings colours and keys back.",
)
def label_drift(patient: Patient) -> Iterator[str]:
    """Colours and keys that are others than the guidelines show."""
    for held, wanted in _labels(patient).change:
        yield f"the label {wanted.name} looks otherwise: {', '.join(wanted.differs(held))}"


@check(
    "guideline-drift",
    "corpus",
    "warning",
    title="the guideline page is that of the guidelines here",
    remedy="Push again: it brings the page there up to date.",
)
def guideline_drift(patient: Patient) -> Iterator[str]:
    """Annotators who read something else than the guidelines."""
    assert patient.project is not None
    assert patient.corpus is not None
    if patient.project.guideline != guideline.page(patient.corpus):
        here, there = patient.corpus.scheme.version, patient.project.description.rpartition("guidelines ")[2]
        why = "one of the two was changed since" if here == there else f"it was pushed with version {there or '?'}"
        yield f"the guideline page is not that of version {here} here: {why}"


@check(
    "member-drift",
    "corpus",
    "warning",
    title="the members are those of the list, in their roles",
    remedy="Push again to add members and correct roles; list the others in members.toml, or remove them in Doccano.",
)
def member_drift(patient: Patient) -> Iterator[str]:
    """People who work there without being listed, or are listed and cannot work."""
    assert patient.corpus is not None
    listed = members.find(patient.corpus, patient.members_file)
    try:
        planned = members.plan(listed, patient.server.users(), patient.members, patient.me)
    except ValueRefused as error:
        yield error.message
        return
    alone = patient.project is not None and not patient.project.collaborative
    if alone and not planned.add and all(member.role == members.ADMIN for member in patient.members):
        yield "nobody annotates: there is no member but administrators"
    yield from (f"{each.name!r} is listed, and no member" for _, each in planned.add)
    yield from (f"{held.username!r} is {held.role}, not {each.role}" for held, each in planned.correct)
    yield from (f"{member.username!r} ({member.role}) is not listed" for member in planned.others)


def _labels(patient: Patient) -> Labels:
    assert patient.corpus is not None
    return labels.plan(patient.corpus.scheme, patient.server.span_types(patient.number))


CHECKS = (
    not_administrator,
    *FLAG_CHECKS,
    auto_labelling,
    assignments_hide,
    sqlite_crowd,
    label_missing,
    label_unknown,
    label_drift,
    guideline_drift,
    member_drift,
)
