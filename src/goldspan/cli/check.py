"""`goldspan check`."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values
from goldspan.cli.console import Format, Json, Labels, Language, Root, print_line, split_names, write_json
from goldspan.cli.findings import print_summary, printed_findings
from goldspan.cli.next_step import print_blanks, print_next_step
from goldspan.cli.reading import print_notes, with_read_options
from goldspan.corpus import Corpus
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.formats.label_selection import require_map_used
from goldspan.formats.options import ReadOptions
from goldspan.report.text import amount
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from goldspan.annotation import LabelScheme
    from goldspan.checks import CheckTally, Severities


@with_read_options()
def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Files or folders of any format, a project, or a release. Default: the current project.",
            show_default=False,
        ),
    ] = None,
    *,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="ID,...",
            autocompletion=completion_values.several(completion_values.checks),
            help="Run only these checks: ids, separated by commas.",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="ID,...",
            autocompletion=completion_values.several(completion_values.checks),
            help="Run all checks except these: ids, separated by commas.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 also if there are only warnings.")] = False,
    form: Format = None,
    labels: Labels = None,
    language: Language = None,
    table: Annotated[bool, typer.Option("--list", help="Print the table of all checks in Markdown, and exit.")] = False,
    json: Json = None,
    root: Root = None,
    reading: ReadOptions,
) -> None:
    """Check a project, annotated files or a release for errors.

    Of a project it checks articles, manifest, gold, passes, splits and guidelines. Of a folder that `goldspan
    release` wrote, it compares files, tables and papers with each other.

    Each finding is a line `file:line: error check-id example [start, end, LABEL] the problem: the words around`.
    The exit code is 1 if there are errors. --list and annotation_guidelines/checks.md explain each check and its
    remedy.

    [checks] in goldspan.toml makes the findings of a check errors or warnings, or turns the check off. --select
    runs a check that is turned off, too.

    --json writes the keys checked (files, examples, spans), skipped, off (for each check that is off, where that is
    stated), errors, warnings, counts (per check) and findings (each with check, severity, file, line, example,
    span, message and remedy).
    """
    from goldspan import checks

    if paths and any(_is_release(path) for path in paths):
        _verify(paths, json, others=bool(select or ignore or form or labels or language))
        return
    if table:
        print(checks.check_table(_severities(root)), end="")
        return
    try:
        selection = checks.select_checks(split_names(select), split_names(ignore))
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    if language and not paths:
        raise typer.BadParameter("--language goes with files: a project names its language in labels.toml")
    tally = checks.CheckTally()
    project: Corpus | None = None
    if paths:
        scheme = _scheme(labels, root, language)
        stream = checks.check_paths(
            paths, scheme, form, selection, tally, language=language, reading=reading, severities=_severities(root)
        )
    else:
        project = Corpus.find(root)
        stream = checks.check_project(project, selection, tally)
    if json is not None:  # written before the first line is printed, whose reader may leave
        complete = list(stream)
        write_json(json, "check", checks.report_json(complete, tally))
        stream = iter(complete)
    findings = list(printed_findings(stream))
    require_map_used(reading)
    print_notes(tally.notes)
    print_summary(findings, tally)
    if project is not None and not json:
        print_blanks(project)
    if paths:
        _require_checked(tally)
    _end(project, json, failed=any(strict or finding.severity == "error" for finding in findings))


def _end(project: Corpus | None, json: Path | None, *, failed: bool) -> None:
    """Exit with 1 if something is wrong; else say what comes next in the project, if one was checked."""
    if failed:
        raise typer.Exit(1)
    if project is not None:
        print_next_step(project, "check", json)


def _require_checked(tally: CheckTally) -> None:
    if tally.files == 0:
        raise InputError("nothing was checked: no file could be read", remedy="Name the format with --format.")
    if tally.examples and not tally.annotated:
        raise InputError("nothing was checked: nobody annotated any of the examples")


def _is_release(path: Path) -> bool:
    from goldspan.release.contents import RELEASE

    return (path / RELEASE).is_file()


def _verify(paths: list[Path], json: Path | None, *, others: bool) -> None:
    """Compare the files of a release with each other, and print what differs."""
    from goldspan.release.verification import REMEDIES, verify_release

    if len(paths) > 1 or others:
        raise typer.BadParameter("a release is verified by itself, as a whole: name its folder alone, with no option")
    folder = paths[0]
    result = verify_release(folder)
    write_json(json, "check", result.json())
    findings = list(printed_findings(result.findings))
    for check, number in sorted(Counter(one.check for one in findings).items()):
        print(f"{number:>5} error {check}: {REMEDIES[check]}", file=sys.stderr)
    size = f"{amount(result.files, 'file')}, {amount(result.rows, 'row')}"
    print(f"{amount(len(findings), 'error')} in {size}", file=sys.stderr)
    if findings:
        raise typer.Exit(1)
    if json is None:
        print_line(f"{result.title}, version {result.version}: all files are as its papers say")
        print_line(
            f"Next: see what a push to the Hub would do: goldspan hub push OWNER/NAME {shlex.quote(str(folder))}"
        )


def _severities(root: Path | None) -> Severities:
    """What the project here has chosen for the checks; outside of one the environment alone counts."""
    from goldspan import checks, settings

    try:
        return checks.read_severities(Corpus.find(root).settings)
    except NotFoundError:
        return checks.read_severities(settings.read(None))


def _scheme(labels: Path | None, root: Path | None, language: str | None) -> LabelScheme | None:
    if labels is not None:
        from goldspan.formats import labels_toml

        return labels_toml.read(labels)
    try:
        return Corpus.find(root).scheme
    except NotFoundError:
        assumed = "" if language else f", and the texts are taken to be {DEFAULT_LANGUAGE!r} (--language names another)"
        print(f"goldspan: no project here and no --labels: labels are not checked{assumed}", file=sys.stderr)
        return None
