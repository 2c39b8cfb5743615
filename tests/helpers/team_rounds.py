"""A round of a made-up corpus in which several members read, on any server: what each has, and what each did."""

import json
import secrets
from collections import Counter
from itertools import chain

from goldspan.annotation import Example
from goldspan.doccano.push.push import prepare_push
from goldspan.doccano.push.round import RoundOptions, prepare_round
from goldspan.formats.doccano import stored_id
from helpers import sample_corpus

LABELS = ("UNIT", "PLACE")


def paragraphs(number, *, each=6, first=0):
    """Examples of different lengths, `each` of them an article."""
    names = [f"t{at // each:02}.p{at % each + 1:02}" for at in range(first, first + number)]
    return [
        Example(name, " ".join([f"Text {name}", *["troops left"] * (1 + at * 7 % 5)]) + ".", at=1000 * at)
        for at, name in enumerate(names)
    ]


def made_up(examples):
    """So many paragraphs, or the examples that are given."""
    return paragraphs(examples) if isinstance(examples, int) else examples


class TeamRound:
    """The lead of a round, and who reads there.

    Args:
        client: logged in as the lead.
        folder: of the corpus.
        name: of the round.
        people: by the folder of their passes.
        examples: those of the corpus, or how many it has.
    """

    def __init__(self, client, folder, name, people, examples=12):
        self.client, self.name, self.people = client, name, dict(people)
        self.corpus = sample_corpus.make(folder, made_up(examples), LABELS)
        self.list_members(*self.people)

    @classmethod
    def of_corpus(cls, client, corpus, name, people, listed):
        """A round of a corpus that is there."""
        made = cls.__new__(cls)
        made.client, made.corpus, made.name, made.people = client, corpus, name, dict(people)
        made.list_members(*listed)
        return made

    def list_members(self, *folders):
        """List these as members, and nobody else."""
        self.listed = [*folders]
        sample_corpus.list_members(self.corpus, {folder: self.people[folder] for folder in folders})

    def request(self, **options):
        return prepare_round(self.client, self.corpus, self.name, RoundOptions(**options))

    def push(self, **options):
        return self.request(**options).apply()

    def projects(self):
        """By folder the project of each member, those who left included."""
        named = {project.name: project for project in self.client.projects()}
        return {folder: named[f"{self.name}-{folder}"] for folder in self.people if f"{self.name}-{folder}" in named}

    def copies(self):
        """By folder the number of each example in the member's project; an example that is there twice fails."""
        found = {}
        for folder, project in self.projects().items():
            rows = [(stored_id(row.meta), row.id) for row in self.client.examples(project.id)]
            assert len(dict(rows)) == len(rows), f"an example is there twice for {folder}"
            found[folder] = dict(rows)
        return found

    def places(self):
        """By example the folders of those who have it."""
        found = {}
        for folder, numbers in self.copies().items():
            for example in numbers:
                found.setdefault(example, []).append(folder)
        return {example: tuple(sorted(folders)) for example, folders in found.items()}

    def confirm(self, folder, example):
        """A member confirms an example."""
        self.people[folder].confirm(self.projects()[folder].id, self.copies()[folder][example])

    def project_of(self, folder):
        return self.projects()[folder]

    def delete(self):
        """Delete the projects of the round."""
        for project in self.projects().values():
            self.client.delete_project(project.id)


class AssignedRound:
    """A round in one project with assignments, and who sees what there.

    Args:
        client: logged in as the lead.
        folder: of the corpus.
        people: by the folder of their passes.
        examples: those of the corpus, or how many it has.
    """

    def __init__(self, client, folder, people, examples=12):
        self.client, self.people, self.name = client, people, f"kfor{secrets.token_hex(3)}"
        self.corpus = sample_corpus.make(folder, made_up(examples), LABELS)
        self.list_members("a1", "a2", "a3")

    def list_members(self, *folders):
        sample_corpus.list_members(self.corpus, {folder: self.people[folder] for folder in folders})

    def request(self, per_example=None):
        return prepare_push(self.client, self.corpus, self.name, per_example=per_example)

    def push(self, per_example=None):
        return self.request(per_example).apply()

    @property
    def project(self):
        return self.client.project(self.name)

    def project_of(self, _):
        return self.project

    def numbers(self):
        return {stored_id(row.meta): row.id for row in self.client.examples(self.project.id)}

    def places(self):
        """By example the folders of those who see it."""
        names = {person.username: folder for folder, person in self.people.items()}
        rows = self.client.examples(self.project.id)
        return {stored_id(row.meta): tuple(sorted(names[name] for name in row.assignees)) for row in rows}

    def copies(self):
        """By folder the number of each example that they see."""
        numbers = self.numbers()
        found = {folder: {} for folder in self.people}
        for example, folders in self.places().items():
            for folder in folders:
                found[folder][example] = numbers[example]
        return found

    def confirm(self, folder, example):
        self.people[folder].confirm(self.project.id, self.numbers()[example])

    def delete(self):
        if self.project is not None:
            self.client.delete_project(self.project.id)


def require_places(team, per_example, worked_on):
    """After any push each example that nobody worked on has exactly K places, and no example with work moved."""
    places, examples = team.places(), {example.id for example in team.corpus.gold_examples()}
    opened = set(chain.from_iterable(worked_on.values()))
    assert set(places) == examples
    counts = Counter(len(places[example]) for example in examples - opened)
    assert set(counts) <= {per_example}, counts
    for folder, done in worked_on.items():
        assert done <= {example for example in places if folder in places[example]}, folder
    lines = (team.corpus.assignments / f"{team.name}.jsonl").read_text().splitlines()
    assert {row["example"]: tuple(row["annotators"]) for row in map(json.loads, lines)} == places
