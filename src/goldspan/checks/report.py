"""Findings as lines, as JSON, and as an error."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.checks.registry import remedy
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.annotation import Finding
    from goldspan.checks.runner import CheckTally


class FindingsError(InputError):
    """The checks find errors in what is to be used, and nothing was written.

    Args:
        findings: the errors, as `goldspan check` reports them.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(
            f"{len(findings)} error(s) of the checks: nothing was written. The first: {first.check}: {first.message}",
            file=first.file,
            line=first.line,
            example=first.example,
            remedy="`goldspan check` lists all of them, each with its remedy.",
        )
        self.findings = tuple(findings)


def finding_line(finding: Finding, *, with_file: bool = True) -> str:
    """A finding on one line: `file:line: error check-id example [start, end, LABEL] what is wrong`.

    Characters that cannot be printed (line ends, halves of UTF-16 pairs) are escaped.
    """
    place = [relative_path(finding.file) if finding.file and with_file else "", str(finding.line or "")]
    span = "[{}, {}, {}]".format(*finding.span) if finding.span else ""
    parts = (finding.severity, finding.check, finding.example or "", span, finding.message)
    text = " ".join(part for part in parts if part)
    return "".join(_escaped(c) for c in f"{':'.join(part for part in place if part)}: {text}".removeprefix(": "))


def relative_path(file: Path) -> str:
    """A path relative to the working directory, if it lies in it."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def report_json(findings: Iterable[Finding], tally: CheckTally) -> dict[str, Any]:
    """The findings and the tally as JSON values.

    Returns:
        `{"checked": {"files", "examples", "spans"}, "skipped": [file], "notes", "off": {check: where that is stated},
        "errors", "warnings", "counts": {check: number}, "findings": [{"check", "severity", "file", "line", "example",
        "span": [start, end, label], "message", "remedy"}]}`; an unknown place is null.
    """
    rows = [_row(finding) for finding in findings]
    severities = Counter(row["severity"] for row in rows)
    return {
        "checked": {"files": tally.files, "examples": tally.examples, "spans": tally.spans},
        "skipped": [relative_path(path) for path in tally.skipped],
        "notes": [note.json() for note in tally.notes],
        "off": tally.off,
        "errors": severities["error"],
        "warnings": severities["warning"],
        "counts": dict(Counter(row["check"] for row in rows).most_common()),
        "findings": rows,
    }


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "file": relative_path(finding.file) if finding.file else None,
        "line": finding.line,
        "example": None if finding.example is None else _unicode(finding.example),
        "span": None if finding.span is None else [*finding.span[:2], _unicode(finding.span[2])],
        "message": _unicode(finding.message),
        "remedy": remedy(finding.check),
    }


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _unicode(words: str) -> str:
    return words.encode("utf-8", "backslashreplace").decode()
