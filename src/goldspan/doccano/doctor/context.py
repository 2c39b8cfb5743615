"""The patient: a server, and maybe one of its projects, with what several questions want to know of it.

What the doctor asks: a question with a stable id, and the words that explain the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from goldspan.annotation import Finding, Severity
from goldspan.doccano import members, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.account import Account
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject, Member, User
    from goldspan.doccano.snapshot import Snapshot

Needs = Literal["server", "project", "corpus", "examples"]
Said: TypeAlias = "str | tuple[str, str]"
Test: TypeAlias = "Callable[[DoctorContext], Iterator[Said]]"


class Skipped(Exception):  # noqa: N818  (caught by the doctor)
    """A question that cannot be answered here, and why."""


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One question.

    Args:
        id: stable; the same in code, report, docs and tests.
        needs: what it looks at: the server, a project, the project beside the corpus, or the project's examples.
        severity: an error spoils or hides annotation; a warning asks a person to decide.
        title: what is looked at, as it stands in the list of all that is well.
        remedy: what to do about a finding, as a sentence.
        test: gives what is wrong in words, or the id of an example and the words.
    """

    id: str
    needs: Needs
    severity: Severity
    title: str
    remedy: str
    test: Test

    def findings(self, patient: DoctorContext) -> Iterator[Finding]:
        """What is wrong with the patient.

        Raises:
            NotSeen: if that cannot be told.
            ServerError: if the server does not answer as it should.
        """
        for said in self.test(patient):
            example, message = (None, said) if isinstance(said, str) else said
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


OK = 200
PATIENCE = 10.0  # seconds for a task that does nothing
PAGE = 1000
CELERY = "Celery"


@dataclass(frozen=True)
class DoctorContext:
    """A server that is logged in to.

    Args:
        account: the address and the login.
        server: the connection.
        embedded: whether it is the server that `goldspan doccano start` makes.
        try_defaults: whether to try well-known passwords on a server that is not on this machine.
        project: the project to look at, if one is named.
        corpus: what the project should hold, if there is a corpus around.
        members_file: who should work on it, if not `members.toml` says.
    """

    account: Account
    server: Doccano
    embedded: bool = False
    try_defaults: bool = False
    project: DoccanoProject | None = None
    corpus: Corpus | None = None
    members_file: Path | None = None

    @cached_property
    def me(self) -> User:
        """Who is logged in."""
        return self.server.me()

    @property
    def number(self) -> int:
        """The project's number; 0, which none has, if no project is named."""
        return 0 if self.project is None else self.project.id

    @cached_property
    def role(self) -> str:
        """What the user is in the project; empty if nothing."""
        status, said = self.server.probe(f"v1/projects/{self.number}/my-role")
        return str(said.get("rolename", "")) if status == OK and isinstance(said, dict) else ""

    @property
    def administers(self) -> bool:
        """Whether the user may see and export all of the project."""
        return self.me.superuser or self.role == members.ADMIN

    @cached_property
    def assigns(self) -> bool:
        """Whether examples are assigned, as from Doccano 1.8.5 on: the older ones answer with the page of the app."""
        _, said = self.server.probe(f"v1/projects/{self.number}/assignments")
        return isinstance(said, dict | list)

    @cached_property
    def members(self) -> list[Member]:
        """The members of the project."""
        return self.server.members(self.number)

    @property
    def annotators(self) -> list[Member]:
        """Those of them who are no administrators."""
        return [member for member in self.members if member.role != members.ADMIN]

    @cached_property
    def worker(self) -> str | None:
        """Why the task worker does not work; None if it does.

        Doccano's health check has the worker add two numbers, within three seconds. A server that hides that check is
        asked for an import of nothing.

        Raises:
            NotSeen: if the one is hidden and the other needs a project.
        """
        _, said = self.server.probe("v1/health/", format="json")
        told = [str(how) for what, how in said.items() if CELERY in what] if isinstance(said, dict) else []
        if told:
            return None if told[0] == "OK" else told[0]
        if self.project is None or not self.administers:
            raise Skipped("the server hides its health check, and no project was named to try a task in")
        return self._idle_import()

    @cached_property
    def snapshot(self) -> Snapshot:
        """What the project holds; who confirmed what is not asked."""
        assert self.project is not None
        return snapshot.take_snapshot(self.server, self.project, confirmed=False)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The examples as the server lists them, whatever keys they have."""
        offset = 0
        while True:
            status, said = self.server.probe(f"v1/projects/{self.number}/examples", limit=str(PAGE), offset=str(offset))
            listed = said if status == OK and isinstance(said, dict) else {}
            rows, count = listed.get("results"), listed.get("count", 0)
            if not isinstance(rows, list) or type(count) is not int:
                raise Skipped(f"the list of examples answers {status}")
            yield from (row for row in rows if isinstance(row, dict))
            offset += len(rows)
            if not rows or offset >= count:
                return

    def _idle_import(self) -> str | None:
        from goldspan.errors import ServerError

        try:
            self.server.wait_for_import(self.server.start_import(self.number, []), patience=PATIENCE)
        except ServerError as error:
            return error.message
        return None
