"""A round of a made-up corpus in which several members read, on any server: what each has, and what each did."""

import json
from collections import Counter
from itertools import chain

from goldspan.annotation import Example
from goldspan.doccano.push.round import RoundOptions, prepare_round
from goldspan.doccano.snapshot import take_full_snapshot
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


class TeamRound:
    """The lead of a round, and who reads there.

    Args:
        client: logged in as the lead.
        folder: of the corpus.
        name: of the round.
        people: by the folder of their passes.
        examples: how many the corpus has.
    """

    def __init__(self, client, folder, name, people, examples=12):
        self.client, self.name, self.people = client, name, dict(people)
        self.corpus = sample_corpus.make(folder, paragraphs(examples), LABELS)
        self.listed = list(self.people)
        self.list_members(*self.listed)

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

    def worked_on(self):
        """By folder the examples that somebody did something on."""
        found = {}
        for folder, project in self.projects().items():
            snapshot = take_full_snapshot(self.client, project, confirmed=True)
            done = {
                copy.id
                for copy in snapshot.copies.values()
                for work in copy.work.values()
                if work.confirmed or work.spans or work.comments
            }
            found[folder] = done
        return found

    def confirm(self, folder, example):
        """A member confirms an example."""
        self.people[folder].confirm(self.projects()[folder].id, self.copies()[folder][example])

    def delete(self):
        """Delete the projects of the round."""
        for project in self.projects().values():
            self.client.delete_project(project.id)


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
