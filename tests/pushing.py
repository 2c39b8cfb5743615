"""What the tests of a push share: values as a server would hold them, and rooms on a live one."""

import contextlib
import secrets
from dataclasses import replace

import annotators
from goldspan.doccano import desired
from goldspan.doccano.answers import Project
from goldspan.doccano.push import Options, push
from goldspan.doccano.snapshot import ALL, Copy, Snapshot, Work, fingerprint, take
from goldspan.values import Example, Span

FLAGS = ("collaborative", "grapheme_mode", "allow_overlapping", "use_relation", "random_order", "members_create_labels")
ALONE = Project(1, "p", "", "", **dict.fromkeys(FLAGS, False))
SHARED = replace(ALONE, collaborative=True)
KFOR = Span(0, 4, "UNIT")
A = Example("a.p01", "KFOR left.")
B = Example("a.p01", "KFOR has left.")
LABELS = ("UNIT", "PLACE")


def rows(*examples, project=ALONE, more=None):
    """The rows that carry examples to a project."""
    return desired.rows(examples, project, LABELS, more)


def copy(number, example, *, sent=None, work=None, project=ALONE, **keys):
    """A copy as a push of this example left it, with what was done on it."""
    (want,) = rows(example, project=project)
    row = {**want.meta, **keys}
    if project.collaborative:
        row["goldspan_sent"] = fingerprint(example.spans if sent is None else sent)
        work = {ALL: work or Work(spans=example.spans)}
    return Copy(number, example.id, row["goldspan_sha256"], example.at, {}, example.text, row, work or {})


def seen(*copies, project=ALONE):
    """A project that holds these copies."""
    return Snapshot(project, {one.number: one for one in copies}, ())


class Room:
    """A project of its own on a live server."""

    def __init__(self, server, folder, **flags):
        self.server, self.folder = server, folder
        self.name = f"room-{secrets.token_hex(4)}"
        self.project = server.create_project(self.name, **{"collaborative": False, **flags})
        for label in LABELS:
            server.create_span_type(self.project.id, label, "#1f6fb2")

    def push(self, *examples, **options):
        """As the command does it: with the project as it is by then."""
        project = self.server.project(self.name)
        return push(self.server, project, examples, folder=self.folder, options=Options(**options))

    def take(self):
        return take(self.server, self.server.project(self.name))

    def number(self, name):
        """Doccano's number of an example, of which there is one copy."""
        (found,) = self.take().by_id[name]
        return found.number

    def join(self, person):
        """Make a person a member."""
        self.server.add_member(self.project.id, person.id, self.server.roles()["annotator"])

    def state(self):
        """What the project holds, without anything that depends on when it came there."""
        return normal(self.take())


def normal(snapshot):
    """A snapshot without numbers and order, and without annotators who did nothing."""
    return sorted(
        (
            one.id,
            one.text,
            sorted((key, value) for key, value in one.row.items() if value is not None),
            one.spoiled,
            works(one),
        )
        for one in snapshot.copies.values()
    )


def works(found):
    """What was done on a copy: by annotator spans, confirmation, comments."""
    return sorted(
        (name, work.spans, work.confirmed, work.comments, work.refused)
        for name, work in found.work.items()
        if work != Work()
    )


@contextlib.contextmanager
def counting(server):
    """The requests that would write; to ask for an export is none of them."""
    session, written = server._client.session, []
    send = session.send

    def counted(request, **options):
        if request.method not in {"GET", "HEAD"} and not request.url.endswith("/download"):
            written.append(f"{request.method} {request.path_url}")
        return send(request, **options)

    session.send = counted
    try:
        yield written
    finally:
        session.send = send


def people(server, *names):
    """New annotators, with names that no other test has."""
    return annotators.make(server, [f"{name}-{secrets.token_hex(3)}" for name in names])
