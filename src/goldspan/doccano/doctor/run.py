"""Runs the doctor's checks, and reports what they found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan.annotation import Finding
from goldspan.doccano.doctor import checks, round_checks
from goldspan.doccano.doctor.auto_labelling_checks import AUTO_LABELLING_CHECKS, services_in_use
from goldspan.doccano.doctor.context import DoctorCheck, DoctorContext, Skipped
from goldspan.doccano.project import project_kind
from goldspan.doccano.project_identity import find_project
from goldspan.doccano.rounds import find_round
from goldspan.errors import NotFoundError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.account import Account

UNREACHABLE = "no-login"  # id of a finding: the server does not answer, or refuses the login
UNANSWERED = "unanswered"  # id of a finding: the server answered a check with an error
CHECKS: tuple[DoctorCheck, ...] = (
    *checks.SERVER_CHECKS,
    *checks.PROJECT_CHECKS,
    *AUTO_LABELLING_CHECKS,
    *checks.EXAMPLE_CHECKS,
)
ROUND_CHECKS: tuple[DoctorCheck, ...] = round_checks.ROUND_CHECKS  # of a round as a whole


@dataclass(slots=True)
class DoctorReport:
    """What was checked, and what was found.

    Args:
        url: of the server.
        facts: what is known of the server and the project, a line each.
        findings: with ids of `CHECKS` or `ROUND_CHECKS`, or `UNREACHABLE`, or `UNANSWERED`.
        passed: the ids of the checks that found nothing.
        skipped: by id, why a check could not be run.
        remedies: by the id of a finding, the remedy of the error that caused it.
    """

    url: str
    facts: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    remedies: dict[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many of the findings are errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    def remedy(self, finding: Finding) -> str:
        """What to do about a finding, as a sentence."""
        return self.remedies.get(finding.check) or remedy(finding.check)

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
            "clear": self.passed,
            "unseen": self.skipped,
        }


def run_doctor(
    account: Account,
    name: str | None = None,
    corpus: Corpus | None = None,
    *,
    home: Path | None = None,
    try_defaults: bool = False,
    members_file: Path | None = None,
    on_check: Callable[[str], None] = lambda _: None,
) -> DoctorReport:
    """Check a server, and one of its projects, or all those of a round and the round as a whole.

    Nothing is changed there, but that a task that does nothing may be left in the queue of a dead worker.

    Args:
        account: the server and the login.
        name: of the project, or of a round; None for the server alone.
        corpus: what the project should hold; None to compare with none.
        home: of the embedded server, of which more is known than of others.
        try_defaults: whether to try well-known passwords on a server that is not on this machine.
        members_file: the list of members; None for the corpus's own.
        on_check: called with the title of each check before it is run.

    Raises:
        NotFoundError: if there is no project of that name, and no round.
        ServerError: if several projects have the name, or one for another task.
        InputError: for guidelines, a list of members or a record that cannot be read.
    """
    from goldspan.doccano.client.api import Doccano

    report = DoctorReport(account.url)
    try:
        server = Doccano(account)
    except ServerError as error:
        report.findings.append(Finding(UNREACHABLE, error.message))
        report.remedies[UNREACHABLE] = error.remedy or remedy(UNREACHABLE)
        report.skipped |= {check.id: "there is no login" for check in CHECKS}
        return report
    with server:
        base = DoctorContext(
            account,
            server,
            embedded=_is_embedded(account, home),
            try_defaults=try_defaults,
            corpus=corpus,
            members_file=members_file,
        )
        whole, parts = _contexts(base, name)
        report.facts += _facts(parts[0])
        for part in parts:
            report.facts += _project_facts(part)
        for check in (*CHECKS, *(ROUND_CHECKS if whole is not None else ())):
            on_check(check.title)
            if check.needs == "round":
                _run_check(check, [whole] if whole else [], report)
            else:
                _run_check(check, parts[:1] if check.needs == "server" else parts, report)
    return report


def _contexts(base: DoctorContext, name: str | None) -> tuple[DoctorContext | None, list[DoctorContext]]:
    """What is checked: a round as a whole, if it is one, and its projects; or one project, or none.

    Raises:
        NotFoundError: if there is no project of that name, and no round.
        ServerError: if several projects have the name, or one for another task.
    """
    if name is None:
        return None, [base]
    found = None if base.corpus is None else find_round(base.corpus, name, base.server.url)
    if found is None:
        return None, [replace(base, project=find_project(base.server, name, base.corpus))]
    base = replace(base, round=found)
    parts, missing = dict[str, DoctorContext](), dict[str, str]()
    for each in found.project_names:
        try:
            parts[each] = replace(base, project=find_project(base.server, each, base.corpus))
        except (NotFoundError, ServerError) as error:
            if not found.record.each:
                raise
            missing[each] = f"{each}: {error.message}"
    return replace(base, parts=parts, missing=missing), [*parts.values()] or [base]


def remedy(check_id: str) -> str:
    """What to do about the findings of a check, as a sentence."""
    if check_id == UNREACHABLE:
        return "Check the address and the login: DOCCANO_URL, DOCCANO_USERNAME, DOCCANO_PASSWORD."
    if check_id == UNANSWERED:
        return "The log of the server says more; run the doctor again when the server works."
    return next(check.remedy for check in (*CHECKS, *ROUND_CHECKS) if check.id == check_id)


def _run_check(check: DoctorCheck, contexts: Sequence[DoctorContext], report: DoctorReport) -> None:
    """Run one check on each of these, and add its outcome to the report; with several, findings name the project."""
    found: list[Finding] = []
    skipped: dict[str, str] = {}
    for context in contexts:
        name = context.project.name if context.project is not None and len(contexts) > 1 else ""
        try:
            _require_needs(check, context)
            findings = list(check.findings(context))
        except Skipped as error:
            skipped[name] = str(error)
        except ServerError as error:
            skipped[name] = "the server did not answer as it should"
            report.findings.append(Finding(UNANSWERED, f"{_of(name)}{check.id}: {error.message}"))
        else:
            found += [replace(finding, message=f"{_of(name)}{finding.message}") for finding in findings]
    report.findings += found
    if skipped:
        same = len(skipped) == len(contexts) and len({*skipped.values()}) == 1
        reasons = [next(iter(skipped.values()))] if same else [f"{_of(name)}{why}" for name, why in skipped.items()]
        report.skipped[check.id] = "; ".join(reasons)
    elif not found:
        report.passed.append(check.id)


def _of(project: str) -> str:
    """The beginning of what is about one of several projects."""
    return f"{project}: " if project else ""


def _require_needs(check: DoctorCheck, context: DoctorContext) -> None:
    """Check that what a check looks at is there.

    Raises:
        Skipped: if it is not.
    """
    if check.needs in {"server", "round"}:
        return
    if context.project is None:
        raise Skipped("no project was named")
    if check is not checks.not_administrator and not context.administers:
        raise Skipped("the login does not administer the project")
    if check.needs == "corpus" and context.corpus is None:
        raise Skipped("there is no corpus here to compare with")
    if check.needs == "examples" and context.worker is not None:
        raise Skipped("exports need the task worker")


def _is_embedded(account: Account, home: Path | None) -> bool:
    from goldspan.doccano.server import embedded_account

    embedded = embedded_account(home)
    return embedded is not None and embedded.url == account.url


def _facts(context: DoctorContext) -> Iterator[str]:
    me = context.me
    rank = "superuser" if me.superuser else "staff" if me.staff else "plain user"
    yield f"{context.account.url}, logged in as {me.username} ({rank})"
    yield "Doccano 1.8.5 or newer" if context.assigns else "Doccano 1.8.4 or older"


def _project_facts(context: DoctorContext) -> Iterator[str]:
    project = context.project
    if project is not None:
        kind, examples = project_kind(project), context.server.count(project.id)
        yield f"project {project.name!r} ({kind}), {examples:,} examples: {project.description}"
        yield from services_in_use(context)
