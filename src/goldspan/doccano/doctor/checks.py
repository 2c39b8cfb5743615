"""Questions about the settings of a project, and about who works on it.

Questions about the examples of a project, asked of one export.

Questions about the server itself, and about the login.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from goldspan.doccano import guideline_page, labels, members
from goldspan.doccano.account import Account
from goldspan.doccano.client import http
from goldspan.doccano.doctor.context import DoctorCheck, Skipped, doctor_check
from goldspan.doccano.project import FLAGS
from goldspan.doccano.pull import span_issues
from goldspan.doccano.snapshot import DUPLICATE
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.doctor.context import DoctorContext
    from goldspan.doccano.labels import LabelPlan
    from goldspan.doccano.snapshot import StoredExample


@doctor_check(
    "foreign-example",
    "examples",
    "warning",
    title="all examples are of this corpus",
    remedy="Delete in Doccano what does not belong there; no push and no pull touches it.",
)
def foreign_example(patient: DoctorContext) -> Iterator[tuple[str, str]]:
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


@doctor_check(
    "doubled-id",
    "examples",
    "error",
    title="each example is there once",
    remedy="Push again: of copies that nobody worked on, one stays. If several were worked on, decide in Doccano.",
)
def doubled_id(patient: DoctorContext) -> Iterator[tuple[str, str]]:
    """Examples that were pushed twice."""
    for name, copies in patient.snapshot.by_id.items():
        if len(copies) > 1:
            numbers = ", ".join(str(copy.number) for copy in copies)
            yield name, f"is there {len(copies)} times, under the numbers {numbers}"


@doctor_check(
    "spoiled-text",
    "examples",
    "error",
    title="no text was changed on the server",
    remedy="Push again: a copy that nobody worked on is replaced. Else put the text back in Doccano, letter by letter; "
    "where spans were being moved, note the work, delete the example in Doccano and push again.",
)
def spoiled_text(patient: DoctorContext) -> Iterator[tuple[str, str]]:
    """Texts that are not those that were pushed, so that no offset can be trusted."""
    for copy in patient.snapshot.copies.values():
        if copy.id is not None and copy.corruption is not None:
            yield copy.id, f"number {copy.number}: {copy.corruption}"


@doctor_check(
    "unfit-span",
    "examples",
    "warning",
    title="all spans are spans of their texts",
    remedy="Correct them in Doccano; `pull --tidy` repairs some.",
)
def unfit_span(patient: DoctorContext) -> Iterator[tuple[str, str]]:
    """Spans that no pull can take as they are."""
    for copy in patient.snapshot.copies.values():
        for annotator, work in copy.work.items():
            who = f" by {annotator}" if annotator else ""
            labels = {span.label for span in work.spans}  # what the scheme lacks is said elsewhere
            wrong = [(one.start, one.end, one.label, one.reason) for one in work.invalid if one.reason != DUPLICATE]
            issues = span_issues.find_issues(
                copy.text, replace(work, invalid=()), labels, "utf16"
            )  # these are in code points
            for start, end, label, why in [*wrong, *((one.start, one.end, one.label, one.message) for one in issues)]:
                yield copy.id or f"number {copy.number}", f"the span [{start}, {end}, {label}]{who} {why}"


@doctor_check(
    "former-member",
    "examples",
    "error",
    title="nobody who left took spans along",
    remedy="Make them members again before the pull: an export holds the work of present members alone.",
)
def former_member(patient: DoctorContext) -> Iterator[tuple[str, str]]:
    """Spans that somebody set who is no member now: Doccano finds them by label, and exports them for nobody."""
    assert patient.project is not None
    if patient.project.collaborative:
        return
    if patient.project.use_relation:
        raise Skipped("with relations on, Doccano counts spans several times over")
    lost = list(_lost(patient))
    whose = _strangers(patient) if lost else ""
    yield from ((name, f"{message} in no member's export; {whose}") for name, message in lost)


def _lost(patient: DoctorContext) -> Iterator[tuple[str, str]]:
    """The spans that are there, and in no export."""
    copies = patient.snapshot.copies
    for kind in patient.server.span_types(patient.number):
        held = {number: _spans(copy, kind.name) for number, copy in copies.items()}
        for number, times in sorted(patient.server.count_spans(patient.number, kind.name).items()):
            if times > held.get(number, 0):
                copy = copies.get(number)
                name = (copy and copy.id) or f"number {number}"
                yield name, f"{times - held.get(number, 0)} span(s) of {kind.name}"


def _spans(copy: StoredExample, label: str) -> int:
    """How many spans of a label the members have in an example, unfit ones too."""
    found: Counter[str] = Counter()
    for work in copy.work.values():
        found.update(span.label for span in work.spans)
        found.update(invalid.label for invalid in work.invalid)
    return found[label]


def _strangers(patient: DoctorContext) -> str:
    """Who it may have been: those who commented and are no members, or else every user who is none."""
    inside = {member.username for member in patient.members}
    commented = {comment.username for comment in patient.server.comments(patient.number)} - inside
    if commented:
        return f"comments without being a member: {', '.join(sorted(commented))}"
    others = sorted({user.username for user in patient.server.users()} - inside)
    return f"users who are no members: {', '.join(others) or 'none, so the account was deleted'}"


EXAMPLE_CHECKS = (foreign_example, doubled_id, spoiled_text, unfit_span, former_member)


SEVERAL = 5  # people who write at once; SQLite lets one write at a time (https://www.sqlite.org/whentouse.html)


@doctor_check(
    "not-administrator",
    "project",
    "error",
    title="the login administers the project",
    remedy="Let an administrator of the project give this user the role project_admin.",
)
def not_administrator(patient: DoctorContext) -> Iterator[str]:
    """A login that may export nothing."""
    if not patient.administers:
        yield f"the user {patient.me.username!r} is {patient.role or 'no member'} there: it can neither push nor pull"


def _flag(name: str, title: str, message: str, remedy: str) -> DoctorCheck:
    """The question whether a flag is as in a project that goldspan makes."""

    def test(patient: DoctorContext) -> Iterator[str]:
        if getattr(patient.project, name) != FLAGS[name]:
            yield message

    return DoctorCheck(f"flag-{name.replace('_', '-')}", "project", "warning", title, remedy, test)


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


@doctor_check(
    "auto-labelling",
    "project",
    "warning",
    title="no program labels in the annotators' names",
    remedy="Delete it under Settings, Auto Labeling: give drafts by `push --shared --suggestions` instead.",
)
def auto_labelling(patient: DoctorContext) -> Iterator[str]:
    """A service whose spans are stored as those of whoever looks at an example."""
    _, said = patient.server.probe(f"v1/projects/{patient.number}/auto-labeling/configs")
    if not isinstance(said, list):
        raise Skipped("the server does not tell")
    if said:
        yield f"{len(said)} auto-labelling service(s) mark spans that count as the annotator's own"


@doctor_check(
    "assignments-hide",
    "project",
    "error",
    title="every annotator sees every example",
    remedy="Assign the examples in Doccano: Dataset, Actions, Assign to member, each annotator with 100 per cent.",
)
def assignments_hide(patient: DoctorContext) -> Iterator[str]:
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


@doctor_check(
    "sqlite-crowd",
    "project",
    "warning",
    title="the store bears as many annotators as there are",
    remedy="Use a Doccano on PostgreSQL for this many, and name it by DOCCANO_URL.",
)
def sqlite_crowd(patient: DoctorContext) -> Iterator[str]:
    """A file as a store for many who write at once."""
    if not patient.embedded:
        raise Skipped("only of the embedded server it is known what its store is")
    if len(patient.annotators) > SEVERAL:
        yield f"{len(patient.annotators)} annotators on SQLite, where one can write at a time: some will wait or fail"


@doctor_check(
    "label-missing",
    "corpus",
    "error",
    title="all labels of the scheme are there",
    remedy="Push again: it makes the labels.",
)
def label_missing(patient: DoctorContext) -> Iterator[str]:
    """Labels that annotators cannot set."""
    yield from (f"the label {wanted.name} is missing" for wanted in _labels(patient).create)


@doctor_check(
    "label-unknown",
    "corpus",
    "warning",
    title="no other label is there",
    remedy="Add it to labels.toml, or delete it in Doccano if none of its spans is wanted: they go with it.",
)
def label_unknown(patient: DoctorContext) -> Iterator[str]:
    """Labels that annotators can set, and that no pull takes."""
    yield from (f"the scheme has no label {held.name!r}" for held in _labels(patient).unknown)


@doctor_check(
    "label-drift",
    "corpus",
    "warning",
    title="the labels have the colours and keys of the scheme",
    remedy="Push again: it brings colours and keys back.",
)
def label_drift(patient: DoctorContext) -> Iterator[str]:
    """Colours and keys that are others than the guidelines show."""
    for held, wanted in _labels(patient).change:
        yield f"the label {wanted.name} looks otherwise: {', '.join(wanted.differs(held))}"


@doctor_check(
    "guideline-drift",
    "corpus",
    "warning",
    title="the guideline page is that of the guidelines here",
    remedy="Push again: it brings the page there up to date.",
)
def guideline_drift(patient: DoctorContext) -> Iterator[str]:
    """Annotators who read something else than the guidelines."""
    assert patient.project is not None
    assert patient.corpus is not None
    if patient.project.guideline != guideline_page.render_page(patient.corpus):
        here, there = patient.corpus.scheme.version, patient.project.description.rpartition("guidelines ")[2]
        why = "one of the two was changed since" if here == there else f"it was pushed with version {there or '?'}"
        yield f"the guideline page is not that of version {here} here: {why}"


@doctor_check(
    "member-drift",
    "corpus",
    "warning",
    title="the members are those of the list, in their roles",
    remedy="Push again to add members and correct roles; list the others in members.toml, or remove them in Doccano.",
)
def member_drift(patient: DoctorContext) -> Iterator[str]:
    """People who work there without being listed, or are listed and cannot work."""
    assert patient.corpus is not None
    listed = members.find_members(patient.corpus, patient.members_file)
    try:
        planned = members.plan_members(listed, patient.server.users(), patient.members, patient.me)
    except InvalidValueError as error:
        yield error.message
        return
    alone = patient.project is not None and not patient.project.collaborative
    if alone and not planned.add and all(member.role == members.ADMIN for member in patient.members):
        yield "nobody annotates: there is no member but administrators"
    yield from (f"{each.name!r} is listed, and no member" for _, each in planned.add)
    yield from (f"{held.username!r} is {held.role}, not {each.role}" for held, each in planned.correct)
    yield from (f"{member.username!r} ({member.role}) is not listed" for member in planned.others)


def _labels(patient: DoctorContext) -> LabelPlan:
    assert patient.corpus is not None
    return labels.plan_labels(patient.corpus.scheme, patient.server.span_types(patient.number))


PROJECT_CHECKS = (
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


# What `doccano createuser` sets if nothing is said, and what Doccano's README shows.
DEFAULTS = (("admin", "password"), ("admin", "pass"))
REFUSED = (400, 401, 403)
ASKED = 6  # more than the page of five that Doccano gives unasked


@doctor_check(
    "plain-http",
    "server",
    "warning",
    title="the way to the server is encrypted, or does not leave this machine",
    remedy="Put a proxy with TLS in front of Doccano, and give its https address.",
)
def plain_http(patient: DoctorContext) -> Iterator[str]:
    """Passwords and texts that anybody on the way can read."""
    url = patient.account.url
    if urlsplit(url).scheme == "http" and not http.is_loopback(url):
        yield f"{url} is another machine, and everybody on the way can read passwords and texts"


@doctor_check(
    "default-password",
    "server",
    "error",
    title="no well-known password opens it",
    remedy="Change that password in Doccano's /admin/ page.",
)
def default_password(patient: DoctorContext) -> Iterator[str]:
    """An administrator whose password stands in Doccano's own documents.

    Tried on this machine alone, unless it is asked for: on another one an owner may take it for an attack, and a proxy
    may lock the account after some failures. Doccano itself locks none. There is one attempt per password.
    """
    account = patient.account
    if (account.username, account.password) in DEFAULTS:
        yield f"the user {account.username!r} has a password that stands in Doccano's documents"
        return
    if not (http.is_loopback(account.url) or patient.try_defaults):
        raise Skipped("another machine: --try-defaults tries well-known passwords there")
    for name, password in DEFAULTS:
        if opens(Account(account.url, name, password)):
            yield f"the user {name!r} has a password that stands in Doccano's documents"


def opens(account: Account) -> bool:
    """Whether the server lets this account in; what it made of the session is closed at once.

    Raises:
        ServerError: if that cannot be told.
    """
    from goldspan.doccano.client.api import Doccano

    try:
        Doccano(account).close()
    except ServerError as error:
        if "password refused" in error.message:
            return False
        raise
    return True


@doctor_check(
    "not-staff",
    "server",
    "warning",
    title="the login may make projects and accounts",
    remedy="Work as a superuser: Doccano's /admin/ page makes one of a user.",
)
def not_staff(patient: DoctorContext) -> Iterator[str]:
    """A login that cannot make what a first push needs."""
    if not (patient.me.staff or patient.me.superuser):
        yield f"the user {patient.me.username!r} is no staff: it can make neither projects nor accounts"


@doctor_check(
    "worker-dead",
    "server",
    "error",
    title="the task worker does its tasks",
    remedy="Wait if it is busy with an import. Else start it beside the web server: `doccano task`, or "
    "`goldspan doccano start` for the embedded one.",
)
def worker_dead(patient: DoctorContext) -> Iterator[str]:
    """Imports and exports that would wait for ever."""
    why = patient.worker
    if why is not None:
        yield f"a task is not done: {why.rstrip('.')}"


@doctor_check(
    "assigning-version",
    "server",
    "warning",
    title="it is a version without assignments (1.8.4 or older)",
    remedy="Assign every example to every annotator after each push, or use 1.8.4, which goldspan is tested with.",
)
def assigning_version(patient: DoctorContext) -> Iterator[str]:
    """Doccano from 1.8.5 on."""
    if patient.assigns:
        yield "this is Doccano 1.8.5 or newer: annotators see only the examples that are assigned to them"


@doctor_check(
    "page-size",
    "project",
    "error",
    title="lists are as long as they are asked for",
    remedy="Look at the settings of the server, or of the proxy before it: `limit` and `offset` must reach Doccano.",
)
def page_size(patient: DoctorContext) -> Iterator[str]:
    """A server that gives five entries whatever is asked."""
    path = f"v1/projects/{patient.number}/examples"
    _, said = patient.server.probe(path, limit=str(ASKED))
    count = said.get("count", 0) if isinstance(said, dict) else None
    if type(count) is not int or not isinstance(said.get("results"), list):
        raise Skipped("the list of examples has another shape than in Doccano 1.8")
    wanted, given = min(ASKED, count), len(said["results"])
    if given != wanted:
        yield f"asked for {wanted} examples, the server gave {given}"


SERVER_CHECKS = (plain_http, default_password, not_staff, worker_dead, assigning_version, page_size)
