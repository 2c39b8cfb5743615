"""A round on a live server in which each member has a project, and members at work in them."""

import secrets
from dataclasses import dataclass, field

from goldspan.corpus import Corpus
from goldspan.corpus.assignment_plans import assignment_file, read_assignments
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push.round import RoundOptions, prepare_round
from goldspan.doccano.rounds import member_project_name
from goldspan.formats.doccano import stored_id
from helpers.sample_corpus import list_members


@dataclass
class TeamRound:
    """A round, whose members are known by the folders of their passes.

    Args:
        corpus: whose examples they read.
        server: logged in to as the lead.
        people: the members, by folder.
    """

    corpus: Corpus
    server: Doccano
    people: dict
    name: str = field(default_factory=lambda: f"kfor{secrets.token_hex(3)}")

    def push(self, **options):
        """A project for each member."""
        list_members(self.corpus, self.people)
        prepare_round(self.server, self.corpus, self.name, RoundOptions(**options)).apply()
        return self

    @property
    def plan(self):
        """By example the folders of those who are to read it."""
        assigned = read_assignments(assignment_file(self.corpus, self.name))
        return {name: one.annotators for name, one in assigned.items()}

    def of(self, *folders):
        """The examples that these are to read, and nobody else."""
        return [name for name, who in self.plan.items() if who == folders]

    def project_name(self, folder):
        return member_project_name(self.name, folder)

    def project(self, folder):
        return self.server.project(self.project_name(folder))

    def delete(self):
        for project in self.server.projects():
            if project.name.startswith(self.name):
                self.server.delete_project(project.id)

    def number(self, folder, example):
        """Doccano's number of an example in a member's project."""
        [found] = [row.id for row in self.server.examples(self.project(folder).id) if stored_id(row.meta) == example]
        return found

    def confirm(self, folder, *examples, by=None, surface=None, label="SHIP"):
        """Confirm examples in the project of a member, with a span; `by` somebody else than that member."""
        person, project = by or self.people[folder], self.project(folder).id
        for example in examples:
            number = self.number(folder, example)
            if surface is not None:
                text = next(row["text"] for row in person.examples(project) if row["id"] == number)
                start = text.index(surface)
                person.mark(project, number, start, start + len(surface), label)
            person.confirm(project, number)

    def join(self, folder, person, role="annotator"):
        """Make somebody else a member of a member's project."""
        self.server.add_member(self.project(folder).id, person.id, self.server.roles()[role])
