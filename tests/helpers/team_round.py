"""A round on a live server in which each member has a project, and members at work in them."""

import secrets
from dataclasses import dataclass, field

from goldspan import files
from goldspan.corpus import Corpus
from goldspan.corpus.assignment_plans import AssignedExample, assignment_file, content
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.corpus_record import RoundRecord, read_record, write_record
from goldspan.doccano.members import ListedMember
from goldspan.doccano.push.push import prepare_push
from goldspan.doccano.rounds import ProjectOfMember, member_project_name
from goldspan.formats.doccano import stored_id
from helpers.sample_corpus import list_members


@dataclass
class TeamRound:
    """A round, whose members are known by the folders of their passes.

    Args:
        corpus: whose examples they read.
        server: logged in to as the lead.
        people: the members, by folder.
        plan: by example the folders of those who are to read it; empty if everybody reads all.
    """

    corpus: Corpus
    server: Doccano
    people: dict
    plan: dict = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"kfor{secrets.token_hex(3)}")

    def push(self):
        """A project for each member."""
        list_members(self.corpus, self.people)
        each = len(next(iter(self.plan.values()))) if self.plan else None
        record = RoundRecord(name=self.name, server=self.server.url, each=True, annotators_per_example=each)
        write_record(self.corpus, read_record(self.corpus).with_round(record))
        if self.plan:
            plan = (AssignedExample(name, tuple(sorted(who))) for name, who in self.plan.items())
            files.write(assignment_file(self.corpus, self.name), content(plan))
        for folder, person in self.people.items():
            theirs = {name for name, who in self.plan.items() if folder in who} if self.plan else None
            part = ProjectOfMember(
                round=self.name,
                member=person.username,
                listed=(ListedMember(person.username, "annotator", folder),),
                examples=None if theirs is None else frozenset(theirs),
            )
            prepare_push(
                self.server, self.corpus, self.project_name(folder), kind="independent", of_member=part
            ).apply()
        return self

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
