"""What people did in a Doccano, kept beside it by their own sessions alone: never by the code under test.

It knows their spans by Doccano's numbers. What a human marked and did not take away must stay on the example on which
it was marked, with the label and on the words that were marked.
"""

from dataclasses import dataclass, field

from goldspan import offsets
from goldspan.doccano import server
from goldspan.doccano.client import Doccano
from goldspan.values import Span
from helpers import doccano_annotator

NAMES = ("ann", "bob")
ALL = "all"  # who works on a shared annotation


@dataclass
class Held:
    """What people did on one example of the server.

    Args:
        name: its id.
        text: as it was when they did it.
        spans: per person, by number, start and end in the project's unit, and the label.
        sent: the spans that were filled in, in code points.
        confirmed: by whom.
        comments: their numbers.
    """

    name: str
    text: str
    spans: dict = field(default_factory=dict)
    sent: tuple = ()
    confirmed: set = field(default_factory=set)
    comments: set = field(default_factory=set)


class Ground:
    """A server of its own, with two annotators and a link to it."""

    def __init__(self, home):
        self.home = home
        self.account = server.start(home, 0).account
        self.link = Doccano(self.account, patience=20.0)
        self.admin = doccano_annotator.admin(self)
        self.people = doccano_annotator.create_by_name(self, *NAMES)

    def mend(self):
        server.start(self.home)

    def close(self):
        for person in (self.admin, *self.people.values()):
            person.close()
        self.link.close()
        server.stop(self.home)


class Model:
    """What people did in one project.

    Args:
        ground: where it is.
        unit: what the project counts, `utf16` or `graphemes`.
        shared: whether all work on one annotation.

    Attributes:
        project: its number, once it is there.
        held: by Doccano's number, what people did on an example.
    """

    def __init__(self, ground, unit, *, shared):
        self.ground, self.unit, self.shared = ground, unit, shared
        self.project = None
        self.held = {}

    def owner(self, who):
        return ALL if self.shared else who

    def rows(self):
        """The examples by number, as an annotator sees them."""
        return {row["id"]: row for row in self.ground.people["ann"].examples(self.project)}

    def there(self, who, number):
        """The spans on the server, as one who works there sees them."""
        person = self.ground.people["ann" if self.shared else who]
        labels = {number: name for name, number in person.labels(self.project).items()}
        return {
            span["id"]: (span["start_offset"], span["end_offset"], labels[span["label"]])
            for span in person.spans(self.project, number)
        }

    def turn_to(self, who, which):
        """Somebody turns to an example."""
        rows = self.rows()
        number = sorted(rows)[which % len(rows)]
        row = rows[number]
        held = self.held.setdefault(number, Held(row["meta"]["goldspan_id"], row["text"]))
        owner = self.owner(who)
        if owner not in held.spans:
            held.spans[owner] = self.there(who, number)
            if self.shared:
                held.sent = self.spans(held, owner)
        return self.ground.people[who], number, held

    def let_go(self, number):
        """Forget an example on which nothing is left to be lost."""
        held = self.held[number]
        marked = any(self.spans(held, who) != held.sent for who in held.spans)
        if not (marked or held.confirmed or held.comments):
            del self.held[number]

    def look(self):
        """Nothing that people did is lost or moved."""
        rows = self.rows()
        comments = self.ground.admin._call("GET", f"projects/{self.project}/comments?limit=1000")["results"]
        said = {comment["id"]: comment["example"] for comment in comments}
        for number, held in self.held.items():
            assert number in rows, f"{held.name}, that people worked on, is gone"
            assert rows[number]["meta"]["goldspan_id"] == held.name
            assert {one for one in held.comments if said.get(one) == number} == held.comments
            for who in NAMES if not self.shared else (ALL,):
                person = self.ground.people["ann" if self.shared else who]
                assert person.confirmed(self.project, number) == (who in held.confirmed)
            assert rows[number]["text"] == held.text
            for who, mine in held.spans.items():
                assert self.there(who, number) == mine

    def spans(self, held, who):
        """The spans of the model in code points."""
        back = offsets.from_graphemes if self.unit == "graphemes" else offsets.from_utf16
        spans = held.spans[who].values()
        return tuple(sorted(Span(*back(held.text, [start, end]).tolist(), label) for start, end, label in spans))

    def by_name(self, texts):
        """The texts of the examples with these numbers, by id."""
        rows, found = self.rows(), {}
        for number, text in texts.items():
            found.setdefault(rows[number]["meta"]["goldspan_id"], []).append(text)
        return found

    def places(self, text, *positions):
        convert = offsets.to_graphemes if self.unit == "graphemes" else offsets.to_utf16
        return convert(text, positions).tolist()
