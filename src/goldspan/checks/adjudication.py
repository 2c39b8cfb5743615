"""Gold beside the passes and the decisions that it follows from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.adjudication.derive import differences
from goldspan.checks.check import CheckResult, check
from goldspan.checks.project import readable_records
from goldspan.corpus import passes
from goldspan.errors import InputError, InvalidValueError
from goldspan.guidelines import changelog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from goldspan.adjudication.derive import GoldDifference
    from goldspan.annotation import Span
    from goldspan.checks.project import ProjectFiles


@check(
    "bad-confirmation",
    "project",
    title="What a line of a pass says of its confirmation is neither true nor false",
    why="Whether its annotator has read the example is a guess, and agreement and adjudication refuse the pass.",
    remedy=passes.REMEDY,
)
def bad_confirmation(project: ProjectFiles) -> Iterator[CheckResult]:
    """The lines whose confirmation is no boolean."""
    for path in project.pass_files:
        for one in readable_records(path):
            if not passes.is_valid(one):
                yield CheckResult(f"says {one.extra[passes.CONFIRMED]!r:.60}", path, one.line, one.id)


@check(
    "half-confirmed",
    "project",
    "warning",
    title="Some lines of a pass say whether they were confirmed, and others do not",
    why="Those that do not say it count as never opened: agreement and gold take nothing of them.",
    remedy='Write "confirmed": true or false into these lines, or into no line of the file.',
)
def half_confirmed(project: ProjectFiles) -> Iterator[CheckResult]:
    """The first line of a file that does not say what others there do, and how many there are."""
    for path in project.pass_files:
        silent = [one for one in readable_records(path) if not passes.is_stated([one])]
        if silent and passes.is_stated(readable_records(path)):
            message = f"does not say whether it was confirmed, as other lines do; {len(silent)} such line(s) in all"
            yield CheckResult(message, path, silent[0].line, silent[0].id)


@check(
    "bad-decision",
    "project",
    title="A line in corpus/decisions/ is no decision, or its surfaces are not what the text has there",
    why="What cannot be read cannot be followed, and the dispute that it settled is open again.",
    remedy="Correct the line; `goldspan adjudicate` writes them.",
)
def bad_decision(project: ProjectFiles) -> Iterator[CheckResult]:
    """The lines that cannot be read, and those that say other words than their spans cover."""
    yield from map(CheckResult.of, project.decisions.broken)
    for line in project.decisions.lines:
        for span, said, covered in project.derived.surface_mismatches(line):
            message, mark = f"the span says {said!r} but covers {covered!r}", (span.start, span.end, span.label)
            yield CheckResult(message, line.file, line.line, line.decision.example, mark)


@check(
    "gold-underived",
    "project",
    title="Gold is not what two or more readings and the decisions on their disputes give",
    why="Nobody can say any more why gold is what it is, and the next adjudication would undo it.",
    remedy="Settle it with `goldspan adjudicate`, or record the edit with `goldspan adjudicate --adopt`.",
)
def gold_underived(project: ProjectFiles) -> Iterator[CheckResult]:
    """The stretches of gold that do not follow, in the order of the files."""
    for path in project.gold_files:
        for record in project.examples(path):
            settled = project.derived.settled.get(record.example.id)
            if settled is None or settled.example.text != record.example.text:
                continue
            readings = project.readings(record.example.id)
            for one in differences(settled, record.example, readings):
                yield CheckResult(_said(one, record.example.text), path, record.line, record.example.id)


@check(
    "stale-decision",
    "project",
    "warning",
    title="A decision holds no longer: the text, or what the readers marked there, is not what it was",
    why="What it settled is open again, or there is no dispute any more.",
    remedy="Settle the dispute anew with `goldspan adjudicate`, or remove the line.",
)
def stale_decision(project: ProjectFiles) -> Iterator[CheckResult]:
    """The decisions that do not hold."""
    stale = set(map(id, project.derived.stale))
    for line in project.decisions.lines:
        if id(line.decision) in stale:
            one = line.decision
            yield CheckResult(
                f"the decision on [{one.start}, {one.end}] holds no longer", line.file, line.line, one.example
            )


@check(
    "outdated-decision",
    "project",
    "warning",
    title="A decision rests on a rule that has changed in meaning since",
    why="Gold that follows the old rule and gold that follows the new one disagree.",
    remedy="Read it again: `goldspan adjudicate --rule ID` lists the decisions, `--settle` asks for them.",
)
def outdated_decision(project: ProjectFiles) -> Iterator[CheckResult]:
    """The decisions under an older version of their rule."""
    changed = changelog.changed_rules(project.corpus.guidelines)
    for line in project.decisions.lines:
        one = line.decision
        try:
            old = changelog.is_outdated(changed, one.rule, one.guidelines)
        except InvalidValueError as error:
            yield CheckResult(error.message, line.file, line.line, one.example)
            continue
        if old and one.rule is not None:
            message = f"{one.rule} changed with version {changed[one.rule]}; this was decided under {one.guidelines}"
            yield CheckResult(message, line.file, line.line, one.example)


@check(
    "changelog-ahead",
    "project",
    title="The changelog of the guidelines has a later version than labels.toml",
    why="What is decided now would be recorded under the old version, and would have to be read again at once.",
    remedy="Raise the version in labels.toml to that of the newest entry, or correct the entry.",
)
def changelog_ahead(project: ProjectFiles) -> Iterator[CheckResult]:
    """The newest entry, if it is ahead."""
    try:
        changelog.require_no_later_entry(project.corpus.guidelines, project.corpus.scheme.version)
    except InputError as error:
        yield CheckResult.of(error)


def _said(one: GoldDifference, text: str) -> str:
    if one.derived is None:
        follows = "the readers differ and nothing was decided"
    else:
        follows = f"readings and decisions give {_surfaces(one.derived, text)}"
    return f"gold has {_surfaces(one.gold, text)} at [{one.start}, {one.end}], but {follows}"


def _surfaces(spans: Iterable[Span], text: str) -> str:
    return ", ".join(f"{text[span.start : span.end]!r} {span.label}" for span in spans) or "nothing"


CHECKS = (
    bad_confirmation,
    half_confirmed,
    bad_decision,
    gold_underived,
    stale_decision,
    outdated_decision,
    changelog_ahead,
)
