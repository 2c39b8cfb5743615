"""The examination: every question that can be asked, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan.annotation import Finding
from goldspan.doccano.doctor import checks
from goldspan.doccano.doctor.context import DoctorCheck, DoctorContext, Skipped
from goldspan.doccano.project import find_project
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.account import Account

UNREACHABLE = "no-login"  # the server does not answer, or lets this login not in
UNANSWERED = "unanswered"  # a question that the server answered with an error
CHECKS: tuple[DoctorCheck, ...] = (*checks.SERVER_CHECKS, *checks.PROJECT_CHECKS, *checks.EXAMPLE_CHECKS)


@dataclass(slots=True)
class DoctorReport:
    """What was looked at, and what was found.

    Args:
        url: of the server.
        facts: what is known of it, in words.
        findings: with ids of `CHECKS`, or `UNREACHABLE`, or `UNANSWERED`.
        clear: the ids of the questions that found nothing.
        unseen: by id, why a question could not be answered.
        said: by the id of a finding, the remedy of the error behind it.
    """

    url: str
    facts: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many of the findings are errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    def remedy(self, finding: Finding) -> str:
        """What to do about a finding, as a sentence."""
        return self.said.get(finding.check) or remedy(finding.check)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "url": self.url,
            "facts": self.facts,
            "errors": self.errors,
            "warnings": len(self.findings) - self.errors,
            "findings": [
                {
                    "check": finding.check,
                    "severity": finding.severity,
                    "example": finding.example,
                    "message": finding.message,
                    "remedy": self.remedy(finding),
                }
                for finding in self.findings
            ],
            "clear": self.clear,
            "unseen": self.unseen,
        }


def run_doctor(
    account: Account,
    name: str | None = None,
    corpus: Corpus | None = None,
    *,
    home: Path | None = None,
    try_defaults: bool = False,
    members_file: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> DoctorReport:
    """Look at a server, and at one of its projects.

    Nothing is changed there, but that a task that does nothing may be left in the queue of a dead worker.

    Args:
        account: the server and the login.
        name: of the project; None for the server alone.
        corpus: what the project should hold; None to look without one.
        home: of the embedded server, of which more is known than of others.
        try_defaults: whether to try well-known passwords on a server that is not on this machine.
        members_file: who should work on the project; None for the corpus's own list.
        say: is told what is looked at.

    Raises:
        NotFoundError: if there is no project of that name.
        ServerError: if the name means several projects, or one for another task.
        InputError: for guidelines or a members' file that cannot be read.
    """
    from goldspan.doccano.client.api import Doccano

    report = DoctorReport(account.url)
    try:
        server = Doccano(account)
    except ServerError as error:
        report.findings.append(Finding(UNREACHABLE, error.message))
        report.said[UNREACHABLE] = error.remedy or remedy(UNREACHABLE)
        report.unseen |= {check.id: "there is no login" for check in CHECKS}
        return report
    with server:
        project = None if name is None else find_project(server, name)
        patient = DoctorContext(
            account, server, _is_embedded(account, home), try_defaults, project, corpus, members_file
        )
        report.facts += _facts(patient)
        for check in CHECKS:
            say(check.title)
            _ask(check, patient, report)
    return report


def remedy(name: str) -> str:
    """What to do about the findings of the question of this id, as a sentence."""
    if name == UNREACHABLE:
        return "Look at the address and the login: DOCCANO_URL, DOCCANO_USERNAME, DOCCANO_PASSWORD."
    if name == UNANSWERED:
        return "The log of the server says more; ask again when it is well."
    return next(check.remedy for check in CHECKS if check.id == name)


def _ask(check: DoctorCheck, patient: DoctorContext, report: DoctorReport) -> None:
    """Ask one question, and enter the answer in the report."""
    try:
        _refuse_unseen(check, patient)
        found = list(check.findings(patient))
    except Skipped as error:
        report.unseen[check.id] = str(error)
    except ServerError as error:
        report.unseen[check.id] = "the server did not answer as it should"
        report.findings.append(Finding(UNANSWERED, f"{check.id}: {error.message}"))
    else:
        report.findings += found
        if not found:
            report.clear.append(check.id)


def _refuse_unseen(check: DoctorCheck, patient: DoctorContext) -> None:
    """Leave out a question that cannot be asked.

    Raises:
        NotSeen: saying why.
    """
    if check.needs == "server":
        return
    if patient.project is None:
        raise Skipped("no project was named")
    if check is not checks.not_administrator and not patient.administers:
        raise Skipped("the login does not administer the project")
    if check.needs == "corpus" and patient.corpus is None:
        raise Skipped("there is no corpus here to compare with")
    if check.needs == "examples" and patient.worker is not None:
        raise Skipped("exports need the task worker")


def _is_embedded(account: Account, home: Path | None) -> bool:
    from goldspan.doccano.server import embedded_account

    kept = embedded_account(home)
    return kept is not None and kept.url == account.url


def _facts(patient: DoctorContext) -> Iterator[str]:
    me = patient.me
    rank = "superuser" if me.superuser else "staff" if me.staff else "plain user"
    yield f"{patient.account.url}, logged in as {me.username} ({rank})"
    yield "Doccano 1.8.5 or newer" if patient.assigns else "Doccano 1.8.4 or older"
    if patient.project is not None:
        kind = "shared" if patient.project.collaborative else "independent"
        count = patient.server.count(patient.project.id)
        yield f"project {patient.project.name!r} ({kind}), {count:,} examples: {patient.project.description}"
