"""`goldspan doccano doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.corpus import Corpus
from goldspan.errors import NotFoundError

if TYPE_CHECKING:
    from goldspan.annotation import Finding
    from goldspan.doccano.doctor import DoctorReport

SHOWN = 20  # findings of one check


def run(
    *,
    project: Annotated[
        str | None,
        typer.Option(
            "--project",
            metavar="NAME",
            autocompletion=completion_values.projects,
            help="Also check this project, or all projects of this round.",
            show_default=False,
        ),
    ] = None,
    members: console.Members = None,
    try_defaults: Annotated[
        bool,
        typer.Option("--try-defaults", help="Try well-known passwords also on a server that is not on this machine."),
    ] = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Check a server and its projects before work begins.

    It lists what would damage, hide or lose annotation, and what to do about it. Nothing is changed. The exit code
    is 1 if there are errors. --json writes the keys url, facts, errors, warnings, findings (each with check,
    severity, example, message, remedy), clear (ids of the checks that passed) and unseen (per id the reason why a
    check was skipped).
    """
    from goldspan.doccano import credentials, doctor

    corpus = _corpus(root)
    with console.spinner("Checking the server") as say:
        report = doctor.run_doctor(
            credentials.find_account(home),
            project,
            corpus,
            home=home,
            try_defaults=try_defaults,
            members_file=members,
            on_check=lambda title: say(f"Checking that {title}"),
        )
    console.write_json(json, "doccano-doctor", report.json())
    for line in _lines(report):
        console.print_line(line)
    if report.errors:
        raise typer.Exit(1)


def _corpus(root: Path | None) -> Corpus | None:
    """The corpus around the working directory, if there is one; one that is named must be there."""
    try:
        return Corpus.find(root)
    except NotFoundError:
        if root is not None:
            raise
        return None


def _lines(report: DoctorReport) -> Iterator[str]:
    """The facts, the findings with their remedies, the checks that passed and those that were skipped."""
    from goldspan.doccano.doctor import CHECKS, ROUND_CHECKS

    yield from report.facts or [report.url]
    for _, group in groupby(report.findings, lambda finding: finding.check):
        yield from _finding_lines(report, list(group))
    titles = {check.id: check.title for check in (*CHECKS, *ROUND_CHECKS)}
    yield from (f"passed: {titles[name]}" for name in report.passed)
    skipped: dict[str, list[str]] = {}
    for name, why in report.skipped.items():
        skipped.setdefault(why, []).append(name)
    yield from (f"skipped, {why}: {', '.join(names)}" for why, names in skipped.items())
    warnings = len(report.findings) - report.errors
    counts = [f"{report.errors} error(s)", f"{warnings} warning(s)", f"{len(report.passed)} passed"]
    yield ", ".join([*counts, f"{len(report.skipped)} skipped"] if skipped else counts)


def _finding_lines(report: DoctorReport, findings: list[Finding]) -> Iterator[str]:
    """The findings of one check, and what to do about them."""
    for finding in findings[:SHOWN]:
        place = f"{finding.example}: " if finding.example else ""
        yield f"{finding.severity} {finding.check}: {place}{finding.message}"
    if len(findings) > SHOWN:
        yield f"  and {len(findings) - SHOWN:,} more, which --json lists"
    yield f"  {report.remedy(findings[0])}"
