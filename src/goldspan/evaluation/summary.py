"""The summary of an evaluation, which a terminal shows first: the headline, a row per label, and what is worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.errors import InvalidValueError
from goldspan.evaluation.text_report import MACRO, MICRO, f1_interval, size, verdict
from goldspan.report.text import Table, amount, brackets_sentence, percent, shortened, with_interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.evaluation.errors import FrequentError, HardExample, SpanOutcome
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.text_report import ReportView

MOST_LABELS = 8  # rows
MOST_ERRORS = 3  # of an example, named one by one


def headline(report: EvaluationReport, view: ReportView) -> str:
    """The F1 over all labels, and what was compared."""
    bounds = report.intervals.overall.get(view.headline)
    f1 = with_interval(report.evaluation.overall[view.headline].f1, f1_interval(bounds))
    return f"{view.predictions} against {view.gold}: {view.headline} F1 {f1}"


def size_and_baseline(report: EvaluationReport, view: ReportView) -> Iterator[str]:
    """How much was evaluated, and how it compares with the baseline if there is one."""
    yield f"{size(report)}."
    if report.comparison is not None:
        yield f"Baseline {view.baseline}: {verdict(report.comparison, view.headline)}"


def label_table(report: EvaluationReport, view: ReportView) -> Table:
    """A row per label with its scores by the leading scheme, the labels with the lowest F1 if there are many."""
    scheme, evaluation = view.headline, report.evaluation
    labels = list(report.labels)
    note = ""
    if len(labels) > MOST_LABELS:
        lowest = sorted(labels, key=lambda name: _badness(report, view, name))[:MOST_LABELS]
        labels = [name for name in labels if name in lowest]
        note = f"The labels with the lowest F1; --full has {len(report.labels) - MOST_LABELS:,} more."
    rows = [(name, evaluation.labels[scheme][name], report.intervals.labels[scheme].get(name)) for name in labels]
    rows.append((MICRO, evaluation.overall[scheme], report.intervals.overall.get(scheme)))
    cells = [
        (
            name,
            f"{counts.possible:,}",
            f"{counts.actual:,}",
            f"{counts.correct:,}",
            percent(counts.precision),
            percent(counts.recall),
            with_interval(counts.f1, f1_interval(bounds)),
        )
        for name, counts, bounds in rows
    ]
    macro = with_interval(evaluation.macro(scheme), report.intervals.macro.get(scheme))
    cells.append((MACRO, "", "", "", "", "", macro))
    header = ("label", "gold", "predicted", "correct", "precision", "recall", "F1")
    return Table(f"Scores in per cent, by the scheme {scheme}", note, header, tuple(cells))


def brackets(report: EvaluationReport, view: ReportView) -> str:
    """What the brackets hold, in one sentence; empty where there are none."""
    intervals = report.intervals
    if intervals.overall[view.headline]["f1"].low is None:
        return ""
    return brackets_sentence(intervals.settings.level, intervals.units, intervals.settings.unit)


def worst(report: EvaluationReport, view: ReportView) -> Iterator[str]:
    """What to look at first: the label with the lowest F1, the most frequent error, and the hardest example.

    Nothing is yielded where every span is right.
    """
    faulty = [name for name in report.labels if (report.evaluation.labels[view.headline][name].f1 or 0) < 1]
    scored = [name for name in faulty if report.evaluation.labels[view.headline][name].f1 is not None]
    if scored:
        yield _lowest_label(report, view, min(scored, key=lambda name: _badness(report, view, name)))
    if report.frequent_errors:
        yield _most_frequent(report.frequent_errors[0])
    if report.hardest:
        yield _hardest(report.hardest[0])


def threshold_sentence(report: EvaluationReport, view: ReportView, least: float) -> str | None:
    """Why the F1 over all labels is under a limit; None if it is not.

    Args:
        report: the evaluation.
        view: its leading scheme is the one that counts.
        least: the lowest F1 that is accepted, in per cent.

    Raises:
        InvalidValueError: for a limit that is no percentage.
    """
    if not 0 <= least <= 100:
        raise InvalidValueError(
            f"{least:g} is no F1 in per cent", remedy="Give a number from 0 to 100, for example --fail-under 75."
        )
    f1 = report.evaluation.overall[view.headline].f1
    if f1 is None:
        return f"{view.headline} F1 is undefined, so it does not reach {least:g}."
    if 100 * f1 >= least:
        return None
    # Two decimals unless the difference would not be seen in them.
    decimals = next(number for number in range(2, 18) if float(f"{100 * f1:.{number}f}") < least or number == 17)
    return f"{view.headline} F1 is {100 * f1:.{decimals}f}, under {least:g}."


def _badness(report: EvaluationReport, view: ReportView, label: str) -> tuple[float, int, str]:
    """Sorts labels by their F1, the lowest first; of equal ones, the one with more errors first."""
    counts = report.evaluation.labels[view.headline][label]
    wrong = counts.possible + counts.actual - 2 * counts.correct
    return (2.0 if counts.f1 is None else counts.f1), -wrong, label


def _lowest_label(report: EvaluationReport, view: ReportView, label: str) -> str:
    counts = report.evaluation.labels[view.headline][label]
    missed, extra = counts.possible - counts.correct, counts.actual - counts.correct
    return (
        f"{label} has the lowest F1, {percent(counts.f1)}: {missed:,} of its {amount(counts.possible, 'gold span')} "
        f"not found, {extra:,} of {counts.actual:,} predicted wrongly."
    )


def _most_frequent(error: FrequentError) -> str:
    times = "once" if error.times == 1 else f"{error.times:,} times"
    place = f"{_quoted(error.surface)} in {error.example}"
    return f"The most frequent error: {error.description}, {times}; for example {place}."


def _hardest(example: HardExample) -> str:
    wrong = [outcome for outcome in example.cases if outcome.kind != "correct"]
    named = [_described(outcome, example.text) for outcome in wrong[:MOST_ERRORS]]
    if len(wrong) > MOST_ERRORS:
        named.append(f"and {len(wrong) - MOST_ERRORS:,} more")
    return f"The hardest example is {example.example}, with {amount(len(wrong), 'error')}: {', '.join(named)}."


def _described(outcome: SpanOutcome, text: str) -> str:
    gold, predicted = outcome.gold, outcome.predicted
    span = outcome.span
    words = _quoted(text[span.start : span.end])
    if gold is None:
        return f"{words} is no {span.label}"
    if predicted is None:
        return f"{words} {span.label} missed"
    if outcome.kind == "boundary":
        return f"{words} {gold.label} found as {_quoted(text[predicted.start : predicted.end])}"
    if outcome.kind == "label":
        return f"{words} {gold.label} labelled {predicted.label}"
    return f"{words} {gold.label} found as {_quoted(text[predicted.start : predicted.end])} {predicted.label}"


def _quoted(words: str) -> str:
    return f"“{shortened(words)}”"
