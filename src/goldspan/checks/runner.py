"""Runs the checks on files of any format, or on a whole project."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from goldspan import formats
from goldspan.annotation import NOT_ANNOTATED
from goldspan.checks import adjudication, files, guidelines, releases, splits
from goldspan.checks.boundaries import token_misaligned
from goldspan.checks.project import ProjectFiles
from goldspan.checks.records import PASS_CHECKS, check_records
from goldspan.checks.registry import ALL_CHECKS, read_severities, validate_allowances
from goldspan.checks.severities import OWN_SEVERITIES
from goldspan.corpus import Corpus
from goldspan.errors import InputError
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.registry import try_detect
from goldspan.formats.tagging_schemes import is_to_be_detected, with_one_scheme
from goldspan.tokens import DEFAULT_LANGUAGE, require_language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from goldspan.annotation import Finding, LabelScheme
    from goldspan.checks.check import Check, SeenIds
    from goldspan.checks.project import ProjectTest
    from goldspan.checks.severities import CheckSelection, Severities
    from goldspan.formats.record import Note, Record

MANIFEST = Path("corpus") / files.MANIFEST


@dataclass
class CheckTally:
    """The number of files, examples and spans checked, updated while findings are produced.

    Args:
        files: files of examples, and folders that are one document.
        examples: examples that could be read.
        annotated: those of them that somebody annotated; of the others there is nothing to check.
        spans: their spans.
        skipped: files of folders that are in no known format.
        notes: what had to be decided or repaired while reading.
        off: the checks that did not run, since a project has turned them off, and where that is stated.
    """

    files: int = 0
    examples: int = 0
    annotated: int = 0
    spans: int = 0
    skipped: list[Path] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    off: dict[str, str] = field(default_factory=dict)

    def counted(self, records: Iterable[Record | InputError]) -> Iterator[Record | InputError]:
        """The records of one file, each counted when it is taken."""
        self.files += 1
        for record in records:
            if not isinstance(record, InputError):
                self.examples += 1
                self.annotated += not isinstance(record.extra.get(NOT_ANNOTATED), str)
                self.spans += len(record.spans)
                self.notes += record.notes
            yield record


def check_paths(
    paths: Sequence[Path],
    scheme: LabelScheme | None,
    format: str | None = None,  # noqa: A002 (as the option of the command)
    selection: CheckSelection = ALL_CHECKS,
    tally: CheckTally | None = None,
    *,
    language: str | None = None,
    reading: ReadOptions = DEFAULT,
    severities: Severities = OWN_SEVERITIES,
) -> Iterator[Finding]:
    """The findings about files and folders of any format, file by file; a project folder is checked as a project.

    Args:
        paths: files, brat folders, project folders, or folders of these.
        scheme: the labels; without it the checks that need one are skipped. A project has its own.
        format: the format of all files; detected from their content by default.
        selection: the checks to run.
        tally: updated while the findings are produced.
        language: of the texts; if None, that of the scheme, or English without one. A project has its own.
        reading: how to read the files.
        severities: how severe the findings are, and which checks are off. A project has its own.

    Raises:
        InputError: for a file that cannot be read or whose format cannot be detected.
        NotFoundError: if there is no tokenizer for the language, and spans are compared with tokens.
        InvalidValueError: for an `[allow]` of the scheme that has no effect.
    """
    tally = CheckTally() if tally is None else tally
    if scheme is not None:
        validate_allowances(scheme)
        language = language or scheme.language
    wanted = _wanted(selection, severities, tally)
    if token_misaligned.id in wanted:
        require_language(language or DEFAULT_LANGUAGE)
    if is_to_be_detected(reading):
        reading = with_one_scheme(reading, _annotated_files(paths, format))
    seen_ids: dict[Path, SeenIds] = {}
    for path in paths:
        for unit in _find_files(path, format, tally):
            if isinstance(unit, Corpus):
                yield from check_project(unit, selection, tally)
                continue
            file, name = unit
            seen = seen_ids.setdefault(_id_space(file, name), {})
            context = _FileContext(scheme, wanted, seen, tally, language, reading)
            yield from severities.applied(_check_file(file, name, context))


def check_project(
    corpus: Corpus, selection: CheckSelection = ALL_CHECKS, tally: CheckTally | None = None
) -> Iterator[Finding]:
    """The findings about a project: seeds, manifest, gold, passes, splits, guidelines.

    Raises:
        InputError: if labels.toml or goldspan.toml cannot be read.
        NotFoundError: if there is no tokenizer for the language, and spans are compared with tokens.
        InvalidValueError: for an `[allow]` that has no effect.
    """
    tally = CheckTally() if tally is None else tally
    validate_allowances(corpus.scheme)
    severities = read_severities(corpus.settings)
    wanted = _wanted(selection, severities, tally)
    if token_misaligned.id in wanted:
        corpus.require_tokenizer()
    yield from severities.applied(_check_files(ProjectFiles(corpus, severities), wanted, tally))


def _wanted(selection: CheckSelection, severities: Severities, tally: CheckTally) -> frozenset[str]:
    """The ids of the checks that run; those that a project has turned off are added to the tally."""
    wanted = selection.wanted(severities)
    if not selection.select:
        tally.off.update({name: place for name, place in severities.off.items() if name not in selection.ignore})
    return wanted


def _check_files(project: ProjectFiles, wanted: Collection[str], tally: CheckTally) -> Iterator[Finding]:
    """The findings about the files of a project, whatever their severity."""
    seen_ids: dict[Path, SeenIds] = {}
    yield from _check_lists(project, wanted)
    yield from _run_project_checks(project, files.SOURCE_CHECKS, wanted)
    for path in project.annotated:
        wanted_here = wanted if project.is_gold(path) else PASS_CHECKS.intersection(wanted)
        yield from _check_file(
            path, "gold", _FileContext(project.corpus.scheme, wanted_here, seen_ids.setdefault(path.parent, {}), tally)
        )
    yield from _check_paragraphs(project, wanted)
    others = (*adjudication.CHECKS, *splits.CHECKS, *releases.CHECKS, *guidelines.CHECKS)
    yield from _run_project_checks(project, others, wanted)


def _check_lists(project: ProjectFiles, wanted: Collection[str]) -> Iterator[Finding]:
    """The findings of the checks of lines about the manifest, the splits and the articles."""
    if files.bad_line.id in wanted:
        yield from map(files.bad_line.finding, project.unreadable)
    for path in project.lists if files.non_canonical.id in wanted else ():
        yield from map(files.non_canonical.finding, files.non_canonical.test(path))


def _run_project_checks(
    project: ProjectFiles, checks: Iterable[Check[ProjectTest]], wanted: Collection[str]
) -> Iterator[Finding]:
    for check in checks:
        if check.id in wanted:
            yield from map(check.finding, check.test(project))


def _check_paragraphs(project: ProjectFiles, wanted: Collection[str]) -> Iterator[Finding]:
    checks = [check for check in files.SLICE_CHECKS if check.id in wanted]
    for article_file in files.article_files(project) if checks else ():
        for check in checks:
            yield from map(check.finding, check.test(article_file))


class _FileContext(NamedTuple):
    """The options for one file: labels, ids of the checks, ids of earlier examples, tally, the language if named."""

    scheme: LabelScheme | None
    wanted: Collection[str]
    seen: SeenIds
    tally: CheckTally
    language: str | None = None
    reading: ReadOptions = DEFAULT


def _check_file(path: Path, name: str, context: _FileContext) -> Iterator[Finding]:
    """The findings about a file of a format."""
    if name == "gold" and files.non_canonical.id in context.wanted:
        yield from map(files.non_canonical.finding, files.non_canonical.test(path))
    scanned = context.tally.counted(formats.get(name).scan(path, context.reading))
    yield from check_records(scanned, context.scheme, context.wanted.__contains__, context.seen, context.language)


def _find_files(path: Path, name: str | None, tally: CheckTally) -> Iterator[tuple[Path, str] | Corpus]:
    """The project at a path, or the files and brat folders there with their formats."""
    if not path.is_dir():
        yield path, formats.canonical(name) if name else formats.detect(path)
    elif (path / MANIFEST).is_file():
        yield Corpus(path)
    elif (folder_format := _folder_format(path, name)) is not None:
        yield path, folder_format
    else:
        for inner in sorted(path.iterdir()):
            if inner.name.startswith("."):
                continue
            if (inner.is_dir() and not inner.is_symlink()) or (inner.is_file() and _has_format(inner, name)):
                yield from _find_files(inner, name, tally)
            else:
                tally.skipped.append(inner)


def _annotated_files(paths: Iterable[Path], name: str | None) -> Iterator[tuple[Path, str]]:
    """The files outside projects, as far as their formats can be told: why not is said where they are checked."""
    for path in paths:
        with contextlib.suppress(InputError):
            for unit in _find_files(path, name, CheckTally()):
                if not isinstance(unit, Corpus):
                    yield unit


def _folder_format(path: Path, name: str | None) -> str | None:
    """The format of a folder that is in a format of folders, such as brat's."""
    detected = try_detect(path)
    return name if detected is None and name is not None and formats.get(name).is_folder else detected


def _has_format(path: Path, name: str | None) -> bool:
    """Whether a file of a folder is annotation, rather than a README or a picture."""
    return path.suffix in formats.get(name).suffixes if name else try_detect(path) is not None


def _id_space(path: Path, name: str) -> Path:
    """Where ids must be unique: in a folder of gold; else in a file, since annotators share the ids of examples."""
    return path.parent if name == "gold" else path
