"""Questions about the examples of a project, asked of one export."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.doccano import tidy
from goldspan.doccano.doctor.check import NotSeen, check
from goldspan.doccano.snapshot import TWICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.copies import Copy
    from goldspan.doccano.doctor.patient import Patient


@check(
    "foreign-example",
    "examples",
    "warning",
    title="all examples are of this corpus",
    remedy="Delete in Doccano what does not belong there; no push and no pull touches it.",
)
def foreign_example(patient: Patient) -> Iterator[tuple[str, str]]:
    """Examples that somebody else put there, or that are of no article of the manifest."""
    snapshot = patient.snapshot
    for copy in snapshot.copies.values():
        if copy.id is None:
            yield f"number {copy.number}", f"was not pushed by goldspan: {copy.text[:40]!r}"
    if snapshot.hidden:
        yield f"{snapshot.hidden} without a number", "were not pushed by goldspan, and hide Doccano's number of theirs"
    if patient.corpus is None:
        return
    known = {entry.id for entry in patient.corpus.entries}
    for name in snapshot.by_id:
        if name.rpartition(".p")[0] not in known:
            yield name, "is of no article of the manifest"


@check(
    "doubled-id",
    "examples",
    "error",
    title="each example is there once",
    remedy="Push again: of copies that nobody worked on, one stays. If several were worked on, decide in Doccano.",
)
def doubled_id(patient: Patient) -> Iterator[tuple[str, str]]:
    """Examples that were pushed twice."""
    for name, copies in patient.snapshot.by_id.items():
        if len(copies) > 1:
            numbers = ", ".join(str(copy.number) for copy in copies)
            yield name, f"is there {len(copies)} times, under the numbers {numbers}"


@check(
    "spoiled-text",
    "examples",
    "error",
    title="no text was changed on the server",
    remedy="Push again: a copy that nobody worked on is replaced. Else put the text back in Doccano, letter by letter; "
    "where spans were being moved, note the work, delete the example in Doccano and push again.",
)
def spoiled_text(patient: Patient) -> Iterator[tuple[str, str]]:
    """Texts that are not those that were pushed, so that no offset can be trusted."""
    for copy in patient.snapshot.copies.values():
        if copy.id is not None and copy.spoiled is not None:
            yield copy.id, f"number {copy.number}: {copy.spoiled}"


@check(
    "unfit-span",
    "examples",
    "warning",
    title="all spans are spans of their texts",
    remedy="Correct them in Doccano; `pull --tidy` repairs some.",
)
def unfit_span(patient: Patient) -> Iterator[tuple[str, str]]:
    """Spans that no pull can take as they are."""
    for copy in patient.snapshot.copies.values():
        for annotator, work in copy.work.items():
            who = f" by {annotator}" if annotator else ""
            labels = {span.label for span in work.spans}  # what the scheme lacks is said elsewhere
            wrong = [(one.start, one.end, one.label, one.why) for one in work.refused if one.why != TWICE]
            flaws = tidy.judge(copy.text, replace(work, refused=()), labels, "utf16")  # these are in code points
            for start, end, label, why in [*wrong, *((one.start, one.end, one.label, one.message) for one in flaws)]:
                yield copy.id or f"number {copy.number}", f"the span [{start}, {end}, {label}]{who} {why}"


@check(
    "former-member",
    "examples",
    "error",
    title="nobody who left took spans along",
    remedy="Make them members again before the pull: an export holds the work of present members alone.",
)
def former_member(patient: Patient) -> Iterator[tuple[str, str]]:
    """Spans that somebody set who is no member now: Doccano finds them by label, and exports them for nobody."""
    assert patient.project is not None
    if patient.project.collaborative:
        return
    if patient.project.use_relation:
        raise NotSeen("with relations on, Doccano counts spans several times over")
    lost = list(_lost(patient))
    whose = _strangers(patient) if lost else ""
    yield from ((name, f"{message} in no member's export; {whose}") for name, message in lost)


def _lost(patient: Patient) -> Iterator[tuple[str, str]]:
    """The spans that are there, and in no export."""
    copies = patient.snapshot.copies
    for kind in patient.server.span_types(patient.number):
        held = {number: _spans(copy, kind.name) for number, copy in copies.items()}
        for number, times in sorted(patient.server.labelled(patient.number, kind.name).items()):
            if times > held.get(number, 0):
                copy = copies.get(number)
                name = (copy and copy.id) or f"number {number}"
                yield name, f"{times - held.get(number, 0)} span(s) of {kind.name}"


def _spans(copy: Copy, label: str) -> int:
    """How many spans of a label the members have in an example, unfit ones too."""
    found: Counter[str] = Counter()
    for work in copy.work.values():
        found.update(span.label for span in work.spans)
        found.update(refused.label for refused in work.refused)
    return found[label]


def _strangers(patient: Patient) -> str:
    """Who it may have been: those who commented and are no members, or else every user who is none."""
    inside = {member.username for member in patient.members}
    commented = {comment.username for comment in patient.server.comments(patient.number)} - inside
    if commented:
        return f"comments without being a member: {', '.join(sorted(commented))}"
    others = sorted({user.username for user in patient.server.users()} - inside)
    return f"users who are no members: {', '.join(others) or 'none, so the account was deleted'}"


CHECKS = (foreign_example, doubled_id, spoiled_text, unfit_span, former_member)
