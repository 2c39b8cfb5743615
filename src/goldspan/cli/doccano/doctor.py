"""`goldspan doccano doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.line_lists import first_lines, print_folded
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus
from goldspan.errors import NotFoundError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from goldspan.annotation import Finding
    from goldspan.doccano.doctor import DoctorReport

SHOWN = 3  # findings of one check on the first screen


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
    full: console.Full = False,
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
    print_folded(_lines(report, full=full))
    if not full:
        console.print_rest(json, page=False)
    if report.errors:
        if json is None:
            print_folded(["Next: correct what is listed above, then run goldspan doccano doctor again"])
        raise typer.Exit(1)
    print_next_step(corpus, "doctor", json, home=home)


def _corpus(root: Path | None) -> Corpus | None:
    """The corpus around the working directory, if there is one; one that is named must be there."""
    try:
        return Corpus.find(root)
    except NotFoundError:
        if root is not None:
            raise
        return None


def _lines(report: DoctorReport, *, full: bool) -> Iterator[str]:
    """The facts, the findings with their remedies, the checks that passed and those that were skipped.

    The first screen counts the checks that passed.
    """
    from goldspan.doccano.doctor import CHECKS, ROUND_CHECKS

    yield from report.facts or [report.url]
    for _, group in groupby(report.findings, lambda finding: finding.check):
        yield from _finding_lines(report, list(group), None if full else SHOWN)
    titles = {check.id: check.title for check in (*CHECKS, *ROUND_CHECKS)}
    if full:
        yield from (f"passed: {titles[name]}" for name in report.passed)
    skipped: dict[str, list[str]] = {}
    for name, why in report.skipped.items():
        skipped.setdefault(why, []).append(name)
    yield from (f"skipped, {why}: {', '.join(names)}" for why, names in skipped.items())
    warnings = len(report.findings) - report.errors
    counts = [amount(report.errors, "error"), amount(warnings, "warning")]
    counts.append(f"{amount(len(report.passed), 'check')} passed")
    yield ", ".join([*counts, f"{len(report.skipped)} skipped"] if skipped else counts)


def _finding_lines(report: DoctorReport, findings: list[Finding], most: int | None) -> Iterator[str]:
    """The findings of one check, and what to do about them."""
    places = (f"{finding.example}: " if finding.example else "" for finding in findings)
    lines = (
        f"{finding.severity} {finding.check}: {place}{finding.message}"
        for place, finding in zip(places, findings, strict=True)
    )
    yield from first_lines(lines, most)
    yield f"  {report.remedy(findings[0])}"
