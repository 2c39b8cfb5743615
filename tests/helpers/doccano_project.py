"""Projects in Doccano for the tests: as a snapshot would hold them, and on a live server."""

import contextlib
import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256

from goldspan import offsets
from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.doccano import project
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.client.schema import DoccanoProject
from goldspan.doccano.push import desired_state
from goldspan.doccano.push.plan import PushOptions
from goldspan.doccano.push.push import push_examples
from goldspan.doccano.snapshot import (
    ALL,
    AnnotatorWork,
    Snapshot,
    fingerprint,
    stored_example,
    take_snapshot,
)
from goldspan.formats import doccano
from goldspan.formats.doccano import stored_id
from helpers import doccano_annotator
from helpers.doccano_server import ANNOTATORS

FLAGS = ("collaborative", "grapheme_mode", "allow_overlapping", "use_relation", "random_order", "members_create_labels")
INDEPENDENT = DoccanoProject(1, "p", "", "", **dict.fromkeys(FLAGS, False))
SHARED = replace(INDEPENDENT, collaborative=True)
KFOR = Span(0, 4, "UNIT")
A = Example("a.p01", "KFOR left.")
B = Example("a.p01", "KFOR has left.")
LABELS = ("UNIT", "PLACE")


def rows(*examples, project=INDEPENDENT, views=None):
    """The rows by which examples are imported into a project."""
    return desired_state.upload_rows(examples, project, LABELS, views)


def stored_copy(number, example, *, sent=None, work=None, project=INDEPENDENT, **keys):
    """An example as a push stored it on the server, with what annotators did on it."""
    (want,) = rows(example, project=project)
    key = want.key
    if project.collaborative:
        key = replace(key, sent=fingerprint(example.spans if sent is None else sent))
        work = {ALL: work or AnnotatorWork(spans=example.spans)}
    row = {"text": example.text, **want.meta, doccano.KEY: str(key), **keys}
    return stored_example(number, row, work or {})


def earlier_row(row):
    """A row as goldspan 0.1 pushed it: what the key states in several keys, the digests in eight groups."""
    key = doccano.ExampleKey.parse(row[doccano.KEY])
    others = {name: value for name, value in row.items() if name not in {doccano.KEY, *doccano.PANEL_KEYS}}
    sent = {"goldspan_sent": grouped(key.sent)} if key.sent else {}
    shown = {"shown": grouped(key.shown), "votes": row.get("votes", "")} if key.shown else {}
    return {
        **others,
        "goldspan_id": key.id,
        "goldspan_at": str(key.at),
        "goldspan_sha256": grouped(sha256(row["text"].encode()).hexdigest()),
        "goldspan_extra": json.dumps(dict(key.extra), ensure_ascii=False),
        **sent,
        **shown,
    }


def grouped(digest):
    """A digest of 64 digits in groups of eight; a short one is filled up, since only its beginning is compared."""
    digits = digest.ljust(64, "0")
    return " ".join(digits[at : at + 8] for at in range(0, 64, 8))


def snapshot_of(*copies, project=INDEPENDENT):
    """The snapshot of a project that holds these copies."""
    return Snapshot(project, {one.number: one for one in copies}, ())


class ExampleProject:
    """A project on a live server, of one test, without a corpus: examples are pushed to it directly."""

    def __init__(self, server, folder, **flags):
        self.server, self.folder = server, folder
        self.name = f"project-{secrets.token_hex(4)}"
        self.project = server.create_project(self.name, **{"collaborative": False, **flags})
        for label in LABELS:
            server.create_span_type(self.project.id, label, "#1f6fb2")

    def push(self, *examples, **options):
        """As the command does it: with the project as it is by then."""
        project = self.server.project(self.name)
        return push_examples(self.server, project, examples, folder=self.folder, options=PushOptions(**options))

    def take(self):
        return take_snapshot(self.server, self.server.project(self.name))

    def number(self, name):
        """Doccano's number of an example, of which there is one copy."""
        (found,) = self.take().by_id[name]
        return found.number

    def join(self, person):
        """Make a person a member."""
        self.server.add_member(self.project.id, person.id, self.server.roles()["annotator"])

    def state(self):
        """What the project holds, without anything that depends on when it came there."""
        return normalised(self.take())


def normalised(snapshot):
    """The contents of a snapshot without numbers and order, and without annotators who did nothing."""
    return sorted(
        (
            one.id,
            one.text,
            sorted((key, value) for key, value in one.meta.items() if value is not None),
            one.corruption,
            annotator_works(one),
        )
        for one in snapshot.copies.values()
    )


def annotator_works(found):
    """What was done on a copy: by annotator spans, confirmation, comments."""
    return sorted(
        (name, work.spans, work.confirmed, work.comments, work.invalid)
        for name, work in found.work.items()
        if work != AnnotatorWork()
    )


@contextlib.contextmanager
def record_writes(server):
    """Yields the list of requests that write; the request for an export is not one of them."""
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


@dataclass
class CorpusProject:
    """A project that holds the examples of a corpus, and people at work on it."""

    corpus: Corpus
    server: Doccano
    project: DoccanoProject
    people: dict = field(default_factory=dict)

    @property
    def name(self):
        return self.project.name

    def add(self, people, role="annotator"):
        """Make people members, under the names by which the test knows them."""
        number = self.server.roles()[role]
        for name, person in people.items():
            self.people[name] = person
            self.server.add_member(self.project.id, person.id, number)

    def send(self, rows):
        """Import rows as they are."""
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
        errors = self.server.wait_for_import(
            self.server.start_import(self.project.id, [self.server.upload(data, "x.jsonl")])
        )
        assert not errors

    def number(self, name):
        """Doccano's number of an example; of the last, if there are several."""
        return max(row.id for row in self.server.examples(self.project.id) if stored_id(row.meta) == name)

    def mark(self, who, name, surface, label, *, occurrence=0):
        """Mark words, counting as a browser does."""
        person, number = self.people[who], self.number(name)
        [row] = [row for row in person.examples(self.project.id) if row["id"] == number]
        at = -1
        for _ in range(occurrence + 1):
            at = row["text"].index(surface, at + 1)
        start = utf16_length(row["text"][:at])
        person.mark(self.project.id, number, start, start + utf16_length(surface), label)

    def confirm(self, who, *names):
        for name in names:
            self.people[who].confirm(self.project.id, self.number(name))

    def unconfirm(self, who, name):
        self.people[who].unconfirm(self.project.id, self.number(name))

    def comment(self, who, name, text):
        self.people[who].comment(self.project.id, self.number(name), text)

    def passed(self, who):
        """The lines of a pass, by id."""
        return {line.id: line for line in self.corpus.pass_examples(self.people[who].username)}


def utf16_length(text):
    """The length of a text in JavaScript."""
    return len(text.encode("utf-16-le")) // 2


@contextmanager
def from_corpus(server, corpus, kind="independent", prefill="nothing"):
    """Yields a project that holds the whole corpus; it is deleted at the end."""
    name = f"project {secrets.token_hex(4)}"
    with Doccano(server.account) as client:
        made = project.plan_project(client, corpus, name, kind).apply()
        begun = CorpusProject(corpus, client, made)
        examples = desired_state.desired_examples(corpus, corpus.entries, prefill)
        begun.send(dict(want.row) for want in desired_state.upload_rows(examples, made, corpus.scheme.names))
        yield begun
        client.delete_project(made.id)


def import_rows(server, project, rows):
    """Imports rows as they are; returns the errors of the import."""
    upload = server.upload("\n".join(map(json.dumps, rows)).encode(), "rows.jsonl")
    return server.wait_for_import(server.start_import(project.id, [upload]))


def add_member(server, project, name, role="annotator"):
    """Makes a user a member of a project; returns the membership and the annotator, logged in."""
    person = doccano_annotator.get_or_create(server, name)
    return server.add_member(project.id, person.id, server.roles()[role]), person


def remove_member(server, project, member):
    """Removes a member from a project; what they did stays."""
    server._json("DELETE", f"v1/projects/{project.id}/members", json={"ids": [member.id]})


EVERYBODY = "all"  # who works on a shared annotation


@dataclass
class ExampleWork:
    """What annotators did on one example of the server.

    Args:
        name: its goldspan id.
        text: as it was when they did it.
        spans: per annotator, by Doccano's id, start and end in the project's unit, and the label.
        sent: the spans that were filled in, in code points.
        confirmed: by whom.
        comments: their ids.
    """

    name: str
    text: str
    spans: dict = field(default_factory=dict)
    sent: tuple = ()
    confirmed: set = field(default_factory=set)
    comments: set = field(default_factory=set)


class WorkModel:
    """What annotators did in one project: by their own sessions alone, never by the code under test.

    It knows their spans by Doccano's ids. What an annotator marked and did not take away must stay on the example on
    which it was marked, with the label and on the words that were marked.

    Args:
        server: the `AnnotatedServer` of the project.
        unit: the unit of the project's offsets, `utf16` or `graphemes`.
        shared: whether all work on one annotation.

    Attributes:
        project: its id, once it exists.
        work: by Doccano's id, what annotators did on an example.
    """

    def __init__(self, server, unit, *, shared):
        self.server, self.unit, self.shared = server, unit, shared
        self.project = None
        self.work = {}
        self.labels = {}  # by Doccano's number

    def owner(self, who):
        return EVERYBODY if self.shared else who

    def rows(self):
        """The examples by id, as an annotator sees them."""
        return {row["id"]: row for row in self.server.people["ann"].examples(self.project)}

    def server_spans(self, who, number):
        """The spans on the server, as an annotator sees them."""
        person = self.server.people["ann" if self.shared else who]
        found = person.spans(self.project, number)
        if not {span["label"] for span in found} <= self.labels.keys():
            self.labels = {number: name for name, number in person.labels(self.project).items()}
        return {span["id"]: (span["start_offset"], span["end_offset"], self.labels[span["label"]]) for span in found}

    def open_example(self, who, which):
        """An annotator opens an example; returns the annotator, its id and its work."""
        rows = self.rows()
        number = sorted(rows)[which % len(rows)]
        row = rows[number]
        held = self.work.setdefault(number, ExampleWork(stored_id(row["meta"]), row["text"]))
        owner = self.owner(who)
        if owner not in held.spans:
            held.spans[owner] = self.server_spans(who, number)
            if self.shared:
                held.sent = self.spans_of(held, owner)
        return self.server.people[who], number, held

    def forget_if_unworked(self, number):
        """Forgets an example on which nothing is left to lose."""
        held = self.work[number]
        marked = any(self.spans_of(held, who) != held.sent for who in held.spans)
        if not (marked or held.confirmed or held.comments):
            del self.work[number]

    def check_nothing_lost(self):
        """Asserts that nothing that annotators did is lost or moved."""
        rows = self.rows()
        comments = self.server.admin._call("GET", f"projects/{self.project}/comments?limit=1000")["results"]
        said = {comment["id"]: comment["example"] for comment in comments}
        for number, held in self.work.items():
            assert number in rows, f"{held.name}, that annotators worked on, is gone"
            assert stored_id(rows[number]["meta"]) == held.name
            assert {one for one in held.comments if said.get(one) == number} == held.comments
            for who in ANNOTATORS if not self.shared else (EVERYBODY,):
                person = self.server.people["ann" if self.shared else who]
                assert person.confirmed(self.project, number) == (who in held.confirmed)
            assert rows[number]["text"] == held.text
            for who, mine in held.spans.items():
                assert self.server_spans(who, number) == mine

    def spans_of(self, held, who):
        """The spans of the model in code points."""
        back = offsets.from_graphemes if self.unit == "graphemes" else offsets.from_utf16
        spans = held.spans[who].values()
        return tuple(sorted(Span(*back(held.text, [start, end]).tolist(), label) for start, end, label in spans))

    def texts_by_id(self, texts):
        """The texts of these examples, by their goldspan id."""
        rows, found = self.rows(), {}
        for number, text in texts.items():
            found.setdefault(stored_id(rows[number]["meta"]), []).append(text)
        return found

    def positions(self, text, *positions):
        convert = offsets.to_graphemes if self.unit == "graphemes" else offsets.to_utf16
        return convert(text, positions).tolist()
