"""The doctor's checks: of the server and the login, of a project's settings and members, and of its examples."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from goldspan.annotation import article_of
from goldspan.corpus.shown_suggestions import read_shown
from goldspan.doccano import guideline_page, label_comparison, labels, members
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.doctor.context import DoctorCheck, Skipped, doctor_check
from goldspan.doccano.former_labels import former_names
from goldspan.doccano.member_projects import only_member, remembered_member
from goldspan.doccano.project import FLAGS, project_kind
from goldspan.doccano.project_identity import KEY_LINE, identify
from goldspan.doccano.pull import span_issues
from goldspan.doccano.shown_record import NOT_ON_RECORD, aid_of
from goldspan.doccano.snapshot import DUPLICATE
from goldspan.errors import InvalidValueError, NotFoundError, ServerError
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.account import Account
    from goldspan.doccano.doctor.context import DoctorContext
    from goldspan.doccano.labels import LabelPlan
    from goldspan.doccano.snapshot import StoredExample

DEFAULT_LOGINS = (("admin", "password"), ("admin", "pass"))  # of `doccano createuser`, and of Doccano's README
PLANNED = "each example is for some of those who annotate, which round-readers compares"
SAMPLE = 6  # examples: more than the five of a page without a limit
SQLITE_WRITERS = 5  # people; SQLite lets only one write at a time (https://www.sqlite.org/whentouse.html)


# The server and the login


@doctor_check(
    "plain-http",
    "server",
    "warning",
    title="the connection is encrypted, or does not leave this machine",
    remedy="Put a proxy with TLS in front of Doccano, and use its https address.",
)
def plain_http(context: DoctorContext) -> Iterator[str]:
    """The address sends passwords and texts unencrypted to another machine."""
    url = context.account.url
    if urlsplit(url).scheme == "http" and not is_loopback(url):
        yield f"{url} is another machine, and anyone between can read passwords and texts"


@doctor_check(
    "default-password",
    "server",
    "error",
    title="no well-known password is accepted",
    remedy="Change that password in Doccano's /admin/ page.",
)
def default_password(context: DoctorContext) -> Iterator[str]:
    """An administrator's password is one of those in Doccano's documentation.

    They are tried only on this machine, unless the user asks for it: the owner of another may take it for an attack,
    and a proxy may lock the account after some failures. Doccano itself locks none. There is one attempt per password.
    """
    account = context.account
    if (account.username, account.password) in DEFAULT_LOGINS:
        yield f"the user {account.username!r} has a password from Doccano's documentation"
        return
    if not (is_loopback(account.url) or context.try_defaults):
        raise Skipped("it is another machine: --try-defaults tries well-known passwords there")
    for name, password in DEFAULT_LOGINS:
        if can_log_in(replace(account, username=name, password=password)):
            yield f"the user {name!r} has a password from Doccano's documentation"


def can_log_in(account: Account) -> bool:
    """Whether the server accepts this login; the session is closed at once.

    Raises:
        ServerError: if it answers otherwise.
    """
    from goldspan.doccano.client.api import Doccano, LoginRefusedError

    try:
        Doccano(account).close()
    except LoginRefusedError:
        return False
    return True


@doctor_check(
    "not-staff",
    "server",
    "warning",
    title="the login may create projects and accounts",
    remedy="Log in as a superuser: Doccano's /admin/ page makes a user one.",
)
def not_staff(context: DoctorContext) -> Iterator[str]:
    """The login cannot create the project of a first push."""
    if not (context.me.staff or context.me.superuser):
        yield f"the user {context.me.username!r} is not staff: it can create neither projects nor accounts"


@doctor_check(
    "worker-dead",
    "server",
    "error",
    title="the task worker completes tasks",
    remedy="Wait if it is busy with an import. Else start it beside the web server: `doccano task`, or "
    "`goldspan doccano start` for the embedded one.",
)
def worker_dead(context: DoctorContext) -> Iterator[str]:
    """Imports and exports would wait for ever."""
    why = context.worker
    if why is not None:
        yield f"a task is not completed: {why.rstrip('.')}"


@doctor_check(
    "assigning-version",
    "project",
    "warning",
    title="nobody misses an example for the version's sake",
    remedy="Push again: it assigns every example to everybody who annotates. Later pushes do it by themselves.",
)
def assigning_version(context: DoctorContext) -> Iterator[str]:
    """Doccano is 1.8.5 or newer, where annotators see only what is assigned to them, and not all is."""
    if context.is_planned:
        raise Skipped(PLANNED)
    if context.hidden is not None and context.hidden.of:
        yield "this is Doccano 1.8.5 or newer: annotators see only the examples that are assigned to them"


@doctor_check(
    "page-size",
    "project",
    "error",
    title="lists are as long as requested",
    remedy="Check the settings of the server, or of the proxy in front of it: `limit` and `offset` must reach Doccano.",
)
def page_size(context: DoctorContext) -> Iterator[str]:
    """The server gives five entries, however many are requested."""
    path = f"v1/projects/{context.project_id}/examples"
    _, content = context.server.probe(path, limit=str(SAMPLE))
    count = content.get("count", 0) if isinstance(content, dict) else None
    if type(count) is not int or not isinstance(content.get("results"), list):
        raise Skipped("the list of examples has another form than in Doccano 1.8")
    expected, given = min(SAMPLE, count), len(content["results"])
    if given != expected:
        yield f"asked for {expected} examples, the server gave {given}"


SERVER_CHECKS = (plain_http, default_password, not_staff, worker_dead, page_size)


# The settings and the members of a project


@doctor_check(
    "not-administrator",
    "project",
    "error",
    title="the login administers the project",
    remedy="Let an administrator of the project give this user the role project_admin.",
)
def not_administrator(context: DoctorContext) -> Iterator[str]:
    """The login may export nothing."""
    if not context.administers:
        yield f"the user {context.me.username!r} is {context.role or 'no member'} there: it can neither push nor pull"


def _flag(name: str, title: str, message: str, remedy: str) -> DoctorCheck:
    """The check that a flag is as in a project that goldspan creates."""

    def test(context: DoctorContext) -> Iterator[str]:
        if getattr(context.project, name) != FLAGS[name]:
            yield message

    return DoctorCheck(f"flag-{name.replace('_', '-')}", "project", "warning", title, remedy, test)


NEW_PROJECT = "Push under another name, which creates a project without it: Doccano's settings cannot switch it off."
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
        "relations can be drawn between spans, and no pull takes them",
        NEW_PROJECT,
    ),
    _flag(
        "random_order",
        "examples come in the order of their article",
        "examples come in random order: annotators do not see what the article says before",
        "Switch 'Randomize document order' off under Settings in Doccano.",
    ),
    _flag(
        "members_create_labels",
        "annotators cannot create labels",
        "annotators may create labels, which the scheme does not have",
        "Switch 'Allow project members to create label types' off under Settings in Doccano.",
    ),
)


@doctor_check(
    "assignments-hide",
    "project",
    "error",
    title="every annotator sees every example",
    remedy="Push again: it assigns every example to everybody who annotates. Or leave it, if you assign by hand.",
)
def assignments_hide(context: DoctorContext) -> Iterator[str]:
    """An annotator does not see examples that are not assigned to them; from Doccano 1.8.5 on."""
    if context.is_planned:
        raise Skipped(PLANNED)
    if context.hidden is not None and context.hidden.of:
        total = context.server.count(context.project_id)
        for name, numbers in context.hidden.of.items():
            yield f"{name!r} sees {total - len(numbers):,} of {total:,} examples"


@doctor_check(
    "sqlite-crowd",
    "project",
    "warning",
    title="the database can serve all annotators",
    remedy="Use a Doccano on PostgreSQL for this many, and name it in DOCCANO_URL.",
)
def sqlite_crowd(context: DoctorContext) -> Iterator[str]:
    """Many annotators write to one SQLite file."""
    if not context.embedded:
        raise Skipped("only the embedded server's database is known")
    if len(context.annotators) > SQLITE_WRITERS:
        yield f"{len(context.annotators)} annotators on SQLite, where one can write at a time: some will wait or fail"


@doctor_check(
    "label-missing",
    "corpus",
    "error",
    title="all labels of the scheme exist",
    remedy="Give a type that was renamed its name back in Doccano, or push with --label-renamed OLD=NEW. One that was "
    "deleted took its spans with it: restore a backup, or push, which creates it, and have the spans drawn again.",
)
def label_missing(context: DoctorContext) -> Iterator[str]:
    """Annotators cannot set a label of the scheme."""
    yield from (f"the label {wanted.label} is missing" for wanted in _labels(context).create)


@doctor_check(
    "label-unknown",
    "corpus",
    "warning",
    title="there is no other label",
    remedy="If it is a label under a new name, give it its name back. Else add it to labels.toml, or give its spans "
    "another label in Doccano and delete it: what spans it still has go with it.",
)
def label_unknown(context: DoctorContext) -> Iterator[str]:
    """Annotators can set a label that no pull takes."""
    yield from (f"the scheme has no label {held.name!r}" for held in _labels(context).unknown)


@doctor_check(
    "label-identity",
    "corpus",
    "error",
    title="each label type is the one that was pushed",
    remedy="Put it right before the next pull, which leaves the lines that it concerns as they are.",
)
def label_identity(context: DoctorContext) -> Iterator[str]:
    """A label type was renamed, exchanged with another one, or deleted and created again, or is there twice."""
    assert context.corpus is not None
    assert context.project is not None
    comparison = label_comparison.compare_project_labels(context.corpus, context.server, context.project)
    for doubt in comparison.doubts:
        if doubt.kind not in {"missing", "unknown"}:  # label-missing and label-unknown report these
            yield f"{doubt.message}. {doubt.remedy.rstrip('.')}"


@doctor_check(
    "label-drift",
    "corpus",
    "warning",
    title="the labels have the colours and keys of the scheme",
    remedy="Push again: it restores colours and keys.",
)
def label_drift(context: DoctorContext) -> Iterator[str]:
    """A label's colour or key is not the one that the guidelines show."""
    for current, label in _labels(context).change:
        yield f"the label {label.label} differs: {', '.join(map(str, label.differences(current)))}"


@doctor_check(
    "project-identity",
    "corpus",
    "error",
    title="the project is the one that the corpus remembers, and counts offsets as at its first push",
    remedy="Until that is in order push, pull and status stop, with what to do about it.",
)
def wrong_identity(context: DoctorContext) -> Iterator[str]:
    """The project has another corpus's key, or none that can be told, or counts offsets in another unit."""
    assert context.project is not None
    assert context.corpus is not None
    try:
        identify(context.server, context.corpus, context.project.name)
    except (InvalidValueError, NotFoundError) as error:
        yield f"{error.message}. {error.remedy}"


@doctor_check(
    "guideline-drift",
    "corpus",
    "warning",
    title="the guideline page is that of the corpus",
    remedy="Push again: it updates the page.",
)
def guideline_drift(context: DoctorContext) -> Iterator[str]:
    """Annotators read another guideline page."""
    assert context.project is not None
    assert context.corpus is not None
    kind = project_kind(context.project)
    keyless: list[list[str]] = [[]]
    with contextlib.suppress(ServerError):  # that the server does not give its label types is reported elsewhere
        keyless.append([each.name for each in _labels(context).keyless])
    pages = (guideline_page.render_page(context.corpus, kind, names) for names in keyless)
    if context.project.guideline.partition(KEY_LINE)[0] not in pages:
        description = context.project.description.partition(", key ")[0]
        current, pushed = context.corpus.scheme.version, description.rpartition("guidelines ")[2]
        same = "one of the two was changed since the push"
        why = same if current == pushed else f"it was pushed with version {pushed or '?'}"
        yield f"the guideline page is not that of version {current} of the corpus: {why}"


@doctor_check(
    "member-drift",
    "corpus",
    "warning",
    title="the members are those of the list, in their roles",
    remedy="Push again to add members and correct roles; list the others in members.toml, or remove them in Doccano.",
)
def member_drift(context: DoctorContext) -> Iterator[str]:
    """People are members without being listed, or are listed and are not members."""
    assert context.corpus is not None
    listed = members.find_members(context.corpus, context.members_file)
    try:
        if (member := remembered_member(context.corpus, context.server.url, context.project)) is not None:
            listed = only_member(listed, member)
        planned = members.plan_members(listed, context.server.users(), context.members, context.me)
    except InvalidValueError as error:
        yield error.message
        return
    independent = context.project is not None and not context.project.collaborative
    if independent and not planned.add and all(member.role == members.ADMIN for member in context.members):
        yield "nobody annotates: all members are administrators"
    yield from (f"{each.name!r} is listed, and no member" for _, each in planned.add)
    yield from (f"{held.username!r} is {held.role}, not {each.role}" for held, each in planned.correct)
    yield from (f"{member.username!r} ({member.role}) is not listed" for member in planned.unlisted)


def _labels(context: DoctorContext) -> LabelPlan:
    assert context.corpus is not None
    scheme = context.corpus.scheme
    former = former_names(read_record(context.corpus), scheme)
    return labels.plan_labels(scheme, context.server.span_types(context.project_id), former=former)


PROJECT_CHECKS = (
    not_administrator,
    *FLAG_CHECKS,
    assigning_version,
    assignments_hide,
    sqlite_crowd,
    label_missing,
    label_unknown,
    label_drift,
    label_identity,
    wrong_identity,
    guideline_drift,
    member_drift,
)


# The examples of a project, by one export


@doctor_check(
    "foreign-example",
    "examples",
    "warning",
    title="all examples belong to this corpus",
    remedy="Delete in Doccano what does not belong there; push and pull leave it alone.",
)
def foreign_example(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """An example was not pushed by goldspan, or belongs to no article of the manifest."""
    snapshot = context.snapshot
    for copy in snapshot.copies.values():
        if copy.id is None:
            yield f"number {copy.number}", f"was not pushed by goldspan: {copy.text[:40]!r}"
    if context.corpus is None:
        return
    known = {entry.id for entry in context.corpus.entries}
    for name in snapshot.by_id:
        if article_of(name) not in known:
            yield name, "belongs to no article of the manifest"


@doctor_check(
    "imported-example",
    "examples",
    "error",
    title="no example was imported from an export",
    remedy="Delete in Doccano those whose metadata has keys of an export, such as id or Comments, and push again. "
    "Until then push and pull leave them alone, and those whose old numbers they have.",
)
def imported_example(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """An example came from an import of an export, so that its row in exports shows the number of another."""
    for copy in context.snapshot.copies.values():
        if copy.held_back is not None and copy.held_back.kind == "imported":
            yield copy.name, f"number {copy.number}: {copy.held_back.reason}"


@doctor_check(
    "doubled-id",
    "examples",
    "error",
    title="each example exists once",
    remedy="Push again: it deletes copies that nobody worked on. If several were worked on, decide in Doccano.",
)
def doubled_id(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """An example was pushed twice."""
    for name, copies in context.snapshot.by_id.items():
        if len(copies) > 1 and all(copy.held_back is None for copy in copies):
            numbers = ", ".join(str(copy.number) for copy in copies)
            yield name, f"exists {len(copies)} times, under the numbers {numbers}"


@doctor_check(
    "spoiled-text",
    "examples",
    "error",
    title="no text was changed on the server",
    remedy="Push again: a copy that nobody worked on is replaced. Else put the text back in Doccano, letter by letter; "
    "where its key was edited, or spans were being moved, note the work, delete the example in Doccano and push again.",
)
def spoiled_text(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """A text is not the one that was pushed, so that its offsets cannot be trusted."""
    for copy in context.snapshot.copies.values():
        if copy.id is not None and copy.corruption is not None:
            yield copy.id, f"number {copy.number}: {copy.corruption}"


@doctor_check(
    "unfit-span",
    "examples",
    "warning",
    title="all spans fit their texts",
    remedy="Correct them in Doccano; `pull --tidy` repairs some.",
)
def unfit_span(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """A pull cannot take a span as it is."""
    for copy in context.snapshot.copies.values():
        for annotator, work in copy.work.items():
            by = f" by {annotator}" if annotator else ""
            labels = {span.label for span in work.spans}  # label-unknown reports labels that the scheme lacks
            issues = span_issues.find_issues(copy.text, replace(work, invalid=()), labels, "utf16")
            invalid = [span for span in work.invalid if span.reason != DUPLICATE]
            problems = [(each.start, each.end, each.label, each.reason) for each in invalid]
            problems += [(each.start, each.end, each.label, each.message) for each in issues]
            for start, end, label, why in problems:
                yield copy.id or f"number {copy.number}", f"the span [{start}, {end}, {label}]{by} {why}"


@doctor_check(
    "former-member",
    "examples",
    "error",
    title="no spans belong to former members",
    remedy="Make them members again before the pull: an export holds the work of present members only.",
)
def former_member(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """Spans of people who are no longer members: Doccano counts them by label, and exports them for nobody."""
    assert context.project is not None
    if context.project.collaborative:
        return
    if context.project.use_relation:
        raise Skipped("with relations on, Doccano counts spans several times over")
    orphans = list(_orphans(context))
    authors = _possible_authors(context) if orphans else ""
    yield from ((name, f"{message} in no member's export; {authors}") for name, message in orphans)


def _orphans(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """The spans that Doccano counts, and that are in no export."""
    copies = context.snapshot.copies
    exported = {number: _count_by_label(copy) for number, copy in copies.items()}
    counted: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for kind in context.server.span_types(context.project_id):
        label = context.snapshot.names.label(kind.name)
        counted[label] += context.server.count_spans(context.project_id, kind.name)
    for label, counts in counted.items():
        for number, count in sorted(counts.items()):
            if number in copies and copies[number].held_back is not None:
                continue
            more = count - (exported[number][label] if number in exported else 0)
            if more > 0:
                copy = copies.get(number)
                yield (copy and copy.id) or f"number {number}", f"{more} span(s) of {label}"


def _count_by_label(copy: StoredExample) -> Counter[str]:
    """How many spans of each label the members have in an example, invalid ones included."""
    counts: Counter[str] = Counter()
    for work in copy.work.values():
        counts.update(span.label for span in work.spans)
        counts.update(span.label for span in work.invalid)
    return counts


def _possible_authors(context: DoctorContext) -> str:
    """Who may have set them: the users who commented and are no members, or else every user who is not a member."""
    inside = {member.username for member in context.members}
    commented = {comment.username for comment in context.server.comments(context.project_id)} - inside
    if commented:
        return f"comments without being a member: {', '.join(sorted(commented))}"
    others = sorted({user.username for user in context.server.users()} - inside)
    return f"users who are not members: {', '.join(others) or 'none, so the account was deleted'}"


@doctor_check(
    "shown-unrecorded",
    "examples",
    "error",
    title="corpus/shown says what the member of a private project was shown",
    remedy="Get the newest corpus/shown from git, where whoever pushed committed it. Until then a pull leaves these "
    "examples in Doccano.",
)
def shown_unrecorded(context: DoctorContext) -> Iterator[tuple[str, str]]:
    """Suggestions were filled into an example of a private project, and the record does not have them."""
    assert context.project is not None
    if context.corpus is None or project_kind(context.project) != "private":
        return
    record = read_shown(context.corpus, context.project.name)
    for copy in context.snapshot.copies.values():
        if copy.id is not None and copy.corruption is None and aid_of(copy, record.get(copy.id, ())) == "unknown":
            yield copy.id, NOT_ON_RECORD


EXAMPLE_CHECKS = (
    foreign_example,
    imported_example,
    doubled_id,
    spoiled_text,
    unfit_span,
    former_member,
    shown_unrecorded,
)
