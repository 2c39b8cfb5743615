"""Rounds of annotation on a live server, for the tests of what comes back from it."""

import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field

import annotators
from goldspan.corpus import Corpus
from goldspan.doccano import desired, project
from goldspan.doccano.answers import Project
from goldspan.doccano.client import Doccano


@dataclass
class Round:
    """A project that holds the examples of a corpus, and people at work on it."""

    corpus: Corpus
    server: Doccano
    project: Project
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
        errors = self.server.wait(self.server.start_import(self.project.id, [self.server.upload(data, "x.jsonl")]))
        assert not errors

    def number(self, name):
        """Doccano's number of an example; of the last, if there are several."""
        return max(row.id for row in self.server.examples(self.project.id) if row.meta.get("goldspan_id") == name)

    def mark(self, who, name, surface, label, *, occurrence=0):
        """Mark words, counting as a browser does."""
        person, number = self.people[who], self.number(name)
        [row] = [row for row in person.examples(self.project.id) if row["id"] == number]
        at = -1
        for _ in range(occurrence + 1):
            at = row["text"].index(surface, at + 1)
        start = units(row["text"][:at])
        person.mark(self.project.id, number, start, start + units(surface), label)

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


def people(server, *names):
    """New users by the name given here; on the server it has a tail, since tests share one."""
    return dict(zip(names, annotators.make(server, [f"{name}{secrets.token_hex(3)}" for name in names]), strict=True))


def units(text):
    """The length that JavaScript gives a text."""
    return len(text.encode("utf-16-le")) // 2


@contextmanager
def started(server, corpus, kind="independent", prefill="nothing"):
    """A round whose project holds the whole corpus."""
    name = f"round {secrets.token_hex(4)}"
    with Doccano(server.account) as client:
        made = project.prepare(client, corpus, name, kind).apply()
        begun = Round(corpus, client, made)
        examples = desired.examples(corpus, corpus.entries, prefill)
        begun.send(dict(want.row) for want in desired.rows(examples, made, corpus.scheme.names))
        yield begun
        client.delete_project(made.id)
