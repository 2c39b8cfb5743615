"""Findings of the checks as the commands print them: each on a line, then what to do about each kind."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from goldspan.cli.console import make_console, plain_text
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from goldspan.annotation import Finding
    from goldspan.checks import CheckTally


def printed_findings(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, each printed when it is taken: by file on a terminal, a line each in a pipe."""
    from goldspan.checks import finding_line, relative_path

    if not sys.stdout.isatty():
        for finding in findings:
            print(finding_line(finding))
            yield finding
        return
    console, file = make_console(), None
    with console.status("checking"):
        for finding in findings:
            if finding.file and finding.file != file:
                file = finding.file
                console.print(plain_text(f"\n{relative_path(file)}"), style="bold")
            text = plain_text(f"  {finding_line(finding, with_file=False)}")
            text.highlight_words([finding.check], "red" if finding.severity == "error" else "yellow")
            console.print(text)
            yield finding


def print_remedies(findings: Iterable[Finding]) -> None:
    """Print the number of findings and the remedy of each check."""
    from goldspan.checks import remedy

    counts = Counter((finding.severity, finding.check) for finding in findings)
    for (severity, name), number in sorted(counts.items()):
        print(f"{number:>5} {severity} {name}: {remedy(name)}", file=sys.stderr)


def print_off(tally: CheckTally) -> None:
    """Print which checks did not run, since the project has turned them off, and where that is stated."""
    if tally.off:
        stated = ", ".join(f"{name} ({place})" for name, place in tally.off.items())
        print(f"goldspan: off, so not checked: {stated}", file=sys.stderr)


def print_summary(findings: Sequence[Finding], tally: CheckTally) -> None:
    """Print the number of findings and the remedy of each check, and the size of what was checked."""
    from goldspan.checks import relative_path

    for path in tally.skipped:
        print(f"goldspan: skipped, in no known format: {relative_path(path)}", file=sys.stderr)
    print_remedies(findings)
    print_off(tally)
    errors = sum(finding.severity == "error" for finding in findings)
    result = f"{amount(errors, 'error')}, {amount(len(findings) - errors, 'warning')}"
    size = f"{amount(tally.files, 'file')}, {amount(tally.examples, 'example')}, {amount(tally.spans, 'span')}"
    print(f"{result} in {size}", file=sys.stderr)
