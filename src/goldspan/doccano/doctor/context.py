"""What a check of the doctor is, and what it looks at: a server, and maybe one of its projects."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, TypeAlias

from goldspan.annotation import Finding, Severity
from goldspan.doccano import labels, members, snapshot
from goldspan.doccano.assignments import annotators_of, hidden_examples
from goldspan.doccano.client import schema
from goldspan.doccano.client.schema import AutoLabelling
from goldspan.doccano.former_labels import corpus_label_names
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.account import Account
    from goldspan.doccano.assignments import HiddenExamples
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject, Member, User
    from goldspan.doccano.rounds import Round
    from goldspan.doccano.snapshot import Snapshot

Needs = Literal["server", "project", "corpus", "examples", "round"]
Problem: TypeAlias = "str | tuple[str, str]"  # the message, or the id of an example and the message
Test: TypeAlias = "Callable[[DoctorContext], Iterator[Problem]]"

PATIENCE = 10.0  # seconds for a task that does nothing
CELERY = "Celery"


class Skipped(Exception):  # noqa: N818  (caught by the doctor)
    """A check cannot be run here, and why."""


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One check.

    Args:
        id: stable; the same in code, report, docs and tests.
        needs: what it looks at: the server, a project, the project and the corpus, the project's examples, or all
            projects of a round.
        severity: an error corrupts or hides annotation; a warning asks a person to decide.
        title: what holds if it passes, as a clause without a full stop.
        remedy: what to do about a finding, as a sentence.
        test: yields what is wrong.
    """

    id: str
    needs: Needs
    severity: Severity
    title: str
    remedy: str
    test: Test

    def findings(self, context: DoctorContext) -> Iterator[Finding]:
        """What is wrong.

        Raises:
            Skipped: if the check cannot be run.
            ServerError: if the server does not answer as it should.
        """
        for problem in self.test(context):
            example, message = (None, problem) if isinstance(problem, str) else problem
            yield Finding(self.id, message, example=example, severity=self.severity)


def doctor_check(
    id: str,  # noqa: A002  (it is the check's id everywhere)
    needs: Needs,
    severity: Severity,
    *,
    title: str,
    remedy: str,
) -> Callable[[Test], DoctorCheck]:
    """Make a check of a test, as a decorator."""

    def make(test: Test) -> DoctorCheck:
        return DoctorCheck(id, needs, severity, title, remedy, test)

    return make


@dataclass(frozen=True)
class DoctorContext:
    """A server that is logged in to, with what several checks need to know of it.

    Args:
        account: the address and the login.
        server: the connection.
        embedded: whether it is the server that `goldspan doccano start` starts.
        try_defaults: whether to try well-known passwords on a server that is not on this machine.
        project: the project to check, if one is named.
        corpus: what the project should hold, if there is a corpus.
        members_file: the list of members, instead of `members.toml`.
        round: the round that is checked, if it is one.
        parts: of a round as a whole, by name the contexts of its projects.
        missing: of a round as a whole, by name why a project of it cannot be checked.
    """

    account: Account
    server: Doccano
    embedded: bool = False
    try_defaults: bool = False
    project: DoccanoProject | None = None
    corpus: Corpus | None = None
    members_file: Path | None = None
    round: Round | None = None
    parts: Mapping[str, DoctorContext] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_planned(self) -> bool:
        """Whether a plan gives each example to some of those who annotate."""
        return self.round is not None and self.round.record.annotators_per_example is not None

    @cached_property
    def me(self) -> User:
        """The user who is logged in."""
        return self.server.me()

    @property
    def project_id(self) -> int:
        """The project's number; 0, which no project has, if none is named."""
        return 0 if self.project is None else self.project.id

    @cached_property
    def role(self) -> str:
        """The role of the user in the project; empty if they are not a member."""
        status, content = self.server.probe(f"v1/projects/{self.project_id}/my-role")
        return str(content.get("rolename", "")) if status == HTTPStatus.OK and isinstance(content, dict) else ""

    @property
    def administers(self) -> bool:
        """Whether the user may see and export all of the project."""
        return self.role == members.ADMIN or (self.me.superuser and not self.assigns)

    @cached_property
    def assigns(self) -> bool:
        """Whether examples are assigned, as from Doccano 1.8.5 on."""
        return self.server.assigns(self.project_id)

    @cached_property
    def hidden(self) -> HiddenExamples | None:
        """What annotators do not see of the project; None on a server without assignments."""
        return hidden_examples(self.server, self.project_id, [member.username for member in self.annotators])

    @cached_property
    def members(self) -> list[Member]:
        """The members of the project."""
        return self.server.members(self.project_id)

    @property
    def annotators(self) -> list[Member]:
        """The members who are not administrators."""
        return annotators_of(self.members)

    @cached_property
    def auto_labellings(self) -> list[AutoLabelling]:
        """The configurations of the project's auto-labelling.

        Raises:
            Skipped: if the server does not list them.
        """
        path = f"v1/projects/{self.project_id}/auto-labeling/configs"
        _, content = self.server.probe(path)
        if not isinstance(content, list):
            raise Skipped("the server does not list its services")
        return schema.parse(list[AutoLabelling], content, f"the answer to GET /{path}")

    @cached_property
    def worker(self) -> str | None:
        """Why the task worker does not work; None if it does.

        Doccano's health check has the worker add two numbers, within three seconds. On a server that hides the health
        check, an import of nothing is tried.

        Raises:
            Skipped: if the health check is hidden, and there is no project to import into.
        """
        _, content = self.server.probe("v1/health/", format="json")
        parts = content if isinstance(content, dict) else {}
        results = [str(result) for part, result in parts.items() if CELERY in part]
        if results:
            return None if results[0] == "OK" else results[0]
        if self.project is None or not self.administers:
            raise Skipped("the server hides its health check, and no project was named to try a task in")
        return self._import_nothing()

    @cached_property
    def snapshot(self) -> Snapshot:
        """What the project holds, without who confirmed what."""
        assert self.project is not None
        names = labels.SAME_NAMES if self.corpus is None else corpus_label_names(self.corpus)
        return snapshot.take_full_snapshot(self.server, self.project, confirmed=False, names=names)

    def _import_nothing(self) -> str | None:
        """The error of an import without files; None if it ends well."""
        try:
            self.server.wait_for_import(self.server.start_import(self.project_id, []), patience=PATIENCE)
        except ServerError as error:
            return error.message
        return None
