"""`goldspan check`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.console import Format, Json, Labels, Root, listed, make_console, plain, write_json
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.annotation import Finding, LabelScheme
    from goldspan.checks import CheckTally


def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders of any format, or a project. Default: the project.", show_default=False),
    ] = None,
    *,
    select: Annotated[
        list[str] | None, typer.Option("--select", help="Run these checks alone: ids, separated by commas.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="Leave these checks out, likewise.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings, too.")] = False,
    form: Format = None,
    labels: Labels = None,
    table: Annotated[
        bool, typer.Option("--list", help="Print the table of all checks, in Markdown, and exit.")
    ] = False,
    json: Json = None,
    root: Root = None,
) -> None:
    """Check annotation: seeds, manifest, gold, passes, splits and guidelines of a project, or files of any format.

    Each finding is a line `file:line: error check-id example [start, end, LABEL] what is wrong: the words around`.
    Exits with 1 if there are errors. What each check finds, why, and what to do about it: `--list`, or
    annotation_guidelines/checks.md.

    The report of --json has the keys checked (files, examples, spans), skipped, errors, warnings, counts (per check)
    and findings, each with check, severity, file, line, example, span, message and remedy.
    """
    from goldspan import checks

    if table:
        print(checks.check_table(), end="")
        return
    try:
        wanted = checks.select_checks(listed(select), listed(ignore))
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    account = checks.CheckTally()
    if paths:
        found = checks.check_paths(paths, _scheme(labels, root), form, wanted, account)
    else:
        found = checks.check_project(Corpus.find(root), wanted, account)
    findings = list(_shown(found))
    _summarise(findings, account)
    write_json(json, checks.report_json(findings, account))
    if any(strict or finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _scheme(labels: Path | None, root: Path | None) -> LabelScheme | None:
    if labels is not None:
        from goldspan.formats import labels_toml

        return labels_toml.read(labels)
    try:
        return Corpus.find(root).scheme
    except NotFoundError:
        print("goldspan: no project here and no --labels: any label is let pass", file=sys.stderr)
        return None


def _shown(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, printed as they pass: by file on a terminal, a line each in a pipe."""
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
                console.print(plain(f"\n{relative_path(file)}"), style="bold")
            text = plain(f"  {finding_line(finding, with_file=False)}")
            text.highlight_words([finding.check], "red" if finding.severity == "error" else "yellow")
            console.print(text)
            yield finding


def _summarise(findings: list[Finding], account: CheckTally) -> None:
    """Say what was looked at, and per check how often it found something and what to do about it."""
    from goldspan.checks import relative_path, remedy

    for path in account.skipped:
        print(f"goldspan: passed over, in no known format: {relative_path(path)}", file=sys.stderr)
    counts = Counter((finding.severity, finding.check) for finding in findings)
    for (severity, name), number in sorted(counts.items()):
        print(f"{number:>5} {severity} {name}: {remedy(name)}", file=sys.stderr)
    errors = sum(number for (severity, _), number in counts.items() if severity == "error")
    said = f"{errors} error(s), {len(findings) - errors} warning(s)"
    looked = f"{account.files} file(s), {account.examples} example(s), {account.spans} span(s)"
    print(f"{said} in {looked}", file=sys.stderr)
