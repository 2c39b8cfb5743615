"""Checks of passes, decisions and the gold that is derived from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.adjudication.derive import differences
from goldspan.adjudication.planted import unearned_spans
from goldspan.checks.check import CheckResult, check
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
    title="The confirmation of a line of a pass is neither true nor false",
    why="Whether the annotator has read the example is unknown, and agreement and adjudication refuse the pass.",
    remedy=passes.REMEDY,
    required="agreement, adjudication and export refuse the pass",
)
def bad_confirmation(project: ProjectFiles) -> Iterator[CheckResult]:
    """The lines whose confirmation is not a boolean."""
    for path, lines in project.confirmations.items():
        for line in lines:
            if line.invalid is not None:
                message = f"{passes.CONFIRMED!r} is {line.invalid.extra[passes.CONFIRMED]!r:.60}"
                yield CheckResult(message, path, line.line, line.example)


@check(
    "half-confirmed",
    "project",
    "warning",
    title="Some lines of a pass state whether they were confirmed, and others do not",
    why="Those that do not count as never opened: agreement and gold ignore them.",
    remedy='Write "confirmed": true or false into these lines, or into no line of the file.',
)
def half_confirmed(project: ProjectFiles) -> Iterator[CheckResult]:
    """The first line of a file without the key that other lines have, and the number of such lines."""
    for path, lines in project.confirmations.items():
        without = [line for line in lines if not line.is_stated]
        if 0 < len(without) < len(lines):
            message = f"does not state whether it was confirmed, as other lines do; {len(without)} such line(s) in all"
            yield CheckResult(message, path, without[0].line, without[0].example)


@check(
    "aided-unknown",
    "project",
    title="A line of a pass was read with suggestions, and there is no record of them",
    why="Agreement keeps aided and unaided lines apart by this key, and what became of a suggestion is asked of the "
    "record.",
    remedy="Restore corpus/shown from git. The value of `aided` is the name of the project in Doccano that showed the "
    "suggestions, or true where that is not known.",
    required="what became of suggestions cannot be said",
)
def aided_unknown(project: ProjectFiles) -> Iterator[CheckResult]:
    """The lines whose key `aided` has no such value, or names a project without a record of the example."""
    for path, lines in project.confirmations.items():
        for line in lines:
            if isinstance(line.aided, str) and line.aided:
                if not project.is_shown(line.example, line.aided):
                    message = f"was read with the suggestions of {line.aided!r:.60}, and corpus/shown does not have it"
                    yield CheckResult(message, path, line.line, line.example)
            elif line.aided is not None and not isinstance(line.aided, bool):
                yield CheckResult(f"{passes.AIDED!r} is {line.aided!r:.60}", path, line.line, line.example)


@check(
    "bad-decision",
    "project",
    title="A line in corpus/decisions/ is not a decision, or has a surface that is not the text at its offsets",
    why="The decision cannot be applied, and the dispute that it settled is open again.",
    remedy="Correct the line, or remove it and settle the dispute again with `goldspan adjudicate`.",
    required="adjudication and export refuse the decisions",
)
def bad_decision(project: ProjectFiles) -> Iterator[CheckResult]:
    """The lines that cannot be read, and those with surfaces that differ from the text."""
    yield from map(CheckResult.of, project.decisions.broken)
    for line in project.decisions.lines:
        for span, surface, covered in project.derived.surface_mismatches(line):
            message, place = f"has the surface {surface!r} but covers {covered!r}", (span.start, span.end, span.label)
            yield CheckResult(message, line.file, line.line, line.decision.example, place)


@check(
    "gold-underived",
    "project",
    title="Gold differs from what two or more passes and the decisions on their disputes give",
    why="The reason for the difference is not recorded, and the next adjudication would undo it.",
    remedy="Settle it with `goldspan adjudicate`, or record the edit with `goldspan adjudicate --adopt`.",
)
def gold_underived(project: ProjectFiles) -> Iterator[CheckResult]:
    """The regions of gold that are not derived, in the order of the files."""
    for path in project.gold_files:
        for record in project.examples(path):
            settled = project.derived.settled.get(record.example.id)
            if settled is None or settled.example.text != record.example.text:
                continue
            for difference in differences(settled, record.example, project.confirmed(record.example.id)):
                message = _difference(difference, record.example.text)
                yield CheckResult(message, path, record.line, record.example.id)


@check(
    "planted-span",
    "project",
    title="Gold has a span that an audit planted and no unaided reader marked, or an audit cannot be read",
    why="The error was made up to see who keeps it: nothing speaks for it but that it was shown.",
    remedy="Correct the span in gold, or have the example read by somebody who sees no suggestions.",
    required="gold would have errors that were made on purpose",
)
def planted_span(project: ProjectFiles) -> Iterator[CheckResult]:
    """The planted spans in gold, and the first error of an audit that cannot be read."""
    shown, error = project.planted
    if error is not None:
        yield CheckResult.of(error)
    for path in project.gold_files if shown else ():
        for record in project.examples(path):
            example = record.example
            errors = shown.get(example.id, ())
            spans = unearned_spans(errors, project.readings(example.id), example.text) if errors else ()
            for span in sorted(set(spans).intersection(example.spans)):
                message = f"has {example.surface(span)!r}, which an audit planted"
                yield CheckResult(message, path, record.line, example.id, (span.start, span.end, span.label))


@check(
    "stale-decision",
    "project",
    "warning",
    title="A decision is no longer valid: the text, or the annotators' spans there, have changed",
    why="The dispute that it settled is open again, or has gone.",
    remedy="Settle the dispute again with `goldspan adjudicate`, or remove the line.",
)
def stale_decision(project: ProjectFiles) -> Iterator[CheckResult]:
    """The decisions that are no longer valid."""
    stale = set(map(id, project.derived.stale))
    for line in project.decisions.lines:
        if id(line.decision) in stale:
            decision = line.decision
            message = f"the decision on [{decision.start}, {decision.end}] is no longer valid"
            yield CheckResult(message, line.file, line.line, decision.example)


@check(
    "outdated-decision",
    "project",
    "warning",
    title="A decision is based on a rule that has changed in meaning since",
    why="Gold that follows the old rule and gold that follows the new one disagree.",
    remedy="Review it: `goldspan adjudicate --rule ID` lists the decisions, `--settle` asks for each again.",
)
def outdated_decision(project: ProjectFiles) -> Iterator[CheckResult]:
    """The decisions under an older version of their rule."""
    changed = changelog.changed_rules(project.corpus.guidelines)
    for line in project.decisions.lines:
        rule, version, example = line.decision.rule, line.decision.guidelines, line.decision.example
        try:
            is_outdated = changelog.is_outdated(changed, rule, version)
        except InvalidValueError as error:
            yield CheckResult(error.message, line.file, line.line, example)
            continue
        if is_outdated and rule is not None:
            message = f"{rule} changed with version {changed[rule]}; this was decided under {version}"
            yield CheckResult(message, line.file, line.line, example)


@check(
    "changelog-ahead",
    "project",
    title="The changelog of the guidelines has a later version than labels.toml",
    why="Decisions made now would be recorded under the old version, and would be outdated at once.",
    remedy="Set the version in labels.toml to that of the newest entry, or correct the entry.",
)
def changelog_ahead(project: ProjectFiles) -> Iterator[CheckResult]:
    """The newest entry, if its version is later."""
    try:
        changelog.require_no_later_entry(project.corpus.guidelines, project.corpus.scheme.version)
    except InputError as error:
        yield CheckResult.of(error)


def _difference(difference: GoldDifference, text: str) -> str:
    if difference.derived is None:
        derived = "the annotators differ and nothing was decided"
    else:
        derived = f"passes and decisions give {_surfaces(difference.derived, text)}"
    gold = _surfaces(difference.gold, text)
    return f"gold has {gold} at [{difference.start}, {difference.end}], but {derived}"


def _surfaces(spans: Iterable[Span], text: str) -> str:
    return ", ".join(f"{text[span.start : span.end]!r} {span.label}" for span in spans) or "nothing"


CHECKS = (
    bad_confirmation,
    half_confirmed,
    aided_unknown,
    bad_decision,
    gold_underived,
    planted_span,
    stale_decision,
    outdated_decision,
    changelog_ahead,
)
