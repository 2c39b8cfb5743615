"""The report of a cross-validation as tables and sentences: the terminal prints them, and the page shows the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.evaluation.text_report import ceiling_table
from goldspan.models.combined_suggestions import comparison_table
from goldspan.models.cross_validation_report import SETTINGS
from goldspan.models.fixed_split import TEST, TRAIN, VALIDATION
from goldspan.models.strict_scores import ALL
from goldspan.report.text import UNDEFINED, Table, amount, enumerate_names, level, percent, with_interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.bootstrap import Interval
    from goldspan.evaluation.score_estimates import ScoreEstimate
    from goldspan.models.calibration import Calibration
    from goldspan.models.cross_validation_report import CrossValidationReport, SeedScores
    from goldspan.models.strict_scores import StrictScores

ALL_LABELS = "all labels"
FIXED_SPLIT = "model, fixed split"
NAMED = 3  # articles in a cell
MOST_LABELS = 8  # rows of the first screen


def title(report: CrossValidationReport) -> str:
    """What was cross-validated, and how."""
    seeds = f"seed {report.seeds[0]}" if len(report.seeds) == 1 else f"{len(report.seeds)} seeds"
    return f"Cross-validation of {report.recipe}: {folds_clause(report)}, {seeds}"


def folds_clause(report: CrossValidationReport) -> str:
    """How the articles were divided."""
    if report.is_leave_one_out:
        return f"{amount(report.articles, 'article')}, each left out in turn"
    return f"{amount(len(report.folds), 'fold')} of {amount(report.articles, 'article')}"


def introduction(report: CrossValidationReport) -> Iterator[str]:
    """What the scores are, and what the brackets hold."""
    yield (
        "Each article is predicted by a model that was trained without it, and without the articles that share its "
        "text. A span counts as a whole, edges and label, or not at all."
    )
    brackets = "In brackets: " if report.articles > 1 else ""
    yield f"{brackets}{report.model.interval_sentence}"


def systems(report: CrossValidationReport) -> list[tuple[str, StrictScores]]:
    """What is compared, by name."""
    found: list[tuple[str, StrictScores]] = [*report.voices.items()]
    return found if report.split is None else [*found, (FIXED_SPLIT, report.split.scores)]


def report_tables(report: CrossValidationReport) -> dict[str, Table]:
    """The tables of a report by name, in the order of the terminal."""
    tables = {
        "systems": _systems(report),
        "model": _model(report),
        "labels": replace(comparison_table("F1 by label, in per cent", report.voices), note=""),
        "ceiling": None if report.ceiling is None else ceiling_table(report.ceiling),
        "folds": _folds(report),
        "seeds": _seeds(report) if len(report.seeds) > 1 else None,
        "spans": _calibration("Probabilities of spans", "Right: gold has exactly this span", report.spans),
        "tokens": _calibration(
            "Probabilities of the most probable label of tokens", "Right: gold has the token so", report.tokens
        ),
    }
    if len(report.voices) == 1:
        del tables["labels"]  # the table of the model has all of it
    return {name: table for name, table in tables.items() if table is not None}


def summary(report: CrossValidationReport) -> Iterator[str]:
    """The F1 of what is compared over all labels, in per cent, in a sentence or two."""
    of_all = [(name, scores.estimates[ALL]) for name, scores in systems(report)]
    yield "; ".join(f"{name}: F1 {with_interval(one.counts.f1, one.f1)}" for name, one in of_all) + "."
    if report.ceiling is not None and report.ceiling.mean_f1 is not None:
        yield f"Pairs of annotators reach {percent(report.ceiling.mean_f1)} on average."


def summary_table(report: CrossValidationReport) -> Table:
    """The scores of the model by label; of many labels, those with the lowest F1."""
    table = _model(report)
    if len(report.labels) <= MOST_LABELS:
        return table
    lowest = set(sorted(report.labels, key=lambda label: _sortable(report, label))[:MOST_LABELS])
    rows = tuple(row for row in table.rows if row[0] in lowest or row[0] == ALL_LABELS)
    more = len(report.labels) - len(lowest)
    return replace(table, rows=rows, note=f"The {MOST_LABELS} labels with the lowest F1; {more:,} more with --full.")


def worst(report: CrossValidationReport) -> Iterator[str]:
    """What to look at first: the label, and the fold, with the lowest F1; nothing where every span is right."""
    scored = [label for label in report.labels if (report.model.estimates[label].counts.f1 or 0) < 1]
    if scored:
        label = min(scored, key=lambda name: _sortable(report, name))
        one = report.model.estimates[label].counts
        yield (
            f"{label} has the lowest F1, {percent(one.f1)}: {one.gold - one.true_positives:,} of its "
            f"{amount(one.gold, 'gold span')} not found, {one.predicted - one.true_positives:,} of "
            f"{one.predicted:,} predicted wrongly."
        )
    folds = [fold for fold in report.folds if fold.counts.f1 is not None and fold.counts.f1 < 1]
    if len(report.folds) > 1 and folds:
        hardest = min(folds, key=lambda fold: fold.counts.f1 or 0)
        names = enumerate_names(hardest.articles, most=NAMED)
        yield f"Fold {hardest.fold + 1} has the lowest F1, {percent(hardest.counts.f1)}: {names}."


def _sortable(report: CrossValidationReport, label: str) -> tuple[float, str]:
    """Sorts labels by F1, the lowest first, and those without one last."""
    f1 = report.model.estimates[label].counts.f1
    return (2.0 if f1 is None else f1), label


def conclusion(report: CrossValidationReport) -> list[str]:
    """How to read the report, and why something is missing."""
    return [f"{note[0].upper()}{note[1:]}." for note in (*report.notes, *_split_notes(report), *_ceiling_notes(report))]


def _f1_name() -> str:
    return f"F1, {level(SETTINGS.level)} interval"


def _scores(estimate: ScoreEstimate) -> tuple[str, ...]:
    """Gold, predicted and right, and the three measures with their intervals."""
    counts = estimate.counts
    numbers = (f"{number:,}" for number in (counts.gold, counts.predicted, counts.true_positives))
    return *numbers, *(with_interval(value, interval) for value, interval in _measures(estimate))


def _measures(estimate: ScoreEstimate) -> tuple[tuple[float | None, Interval | None], ...]:
    counts = estimate.counts
    return (counts.precision, estimate.precision), (counts.recall, estimate.recall), (counts.f1, estimate.f1)


def _systems(report: CrossValidationReport) -> Table:
    ceiling = report.ceiling
    rows = [(name, f"{scores.units:,}", *_scores(scores.estimates[ALL])[-3:]) for name, scores in systems(report)]
    if ceiling is not None and ceiling.mean_f1 is not None:
        rows.append(("annotators, in pairs", "–", "–", "–", percent(ceiling.mean_f1)))
    header = ("", "articles", "precision", "recall", _f1_name())
    return Table("What is found in articles that were not seen, in per cent", "", header, tuple(rows))


def _model(report: CrossValidationReport) -> Table:
    estimates = report.model.estimates
    rows = [(label, *_scores(estimates[label])) for label in report.labels]
    rows.append((ALL_LABELS, *_scores(estimates[ALL])))
    header = ("label", "gold", "predicted", "right", "precision", "recall", "F1")
    return Table("The model by label, in per cent", "", header, tuple(rows))


def _folds(report: CrossValidationReport) -> Table:
    rows = tuple(
        (
            f"{fold.fold + 1}",
            enumerate_names(fold.articles, most=NAMED),
            f"{len(fold.articles):,}",
            f"{fold.examples:,}",
            f"{fold.counts.gold:,}",
            *(percent(value) for value in (fold.counts.precision, fold.counts.recall, fold.counts.f1)),
        )
        for fold in report.folds
    )
    header = ("fold", "held out", "articles", "examples", "gold", "precision", "recall", "F1")
    return Table("By fold, in per cent", "", header, rows)


def _seeds(report: CrossValidationReport) -> Table:
    columns = [report.by_seed, *([report.split.by_seed] if report.split is not None else [])]
    rows = [(f"seed {seed}", *(percent(one.f1[seed]) for one in columns)) for seed in report.seeds]
    rows.append(("mean", *(percent(one.mean) for one in columns)))
    rows.append(("standard deviation", *(_deviation(one) for one in columns)))
    header = ("", "F1, out of fold", *([f"F1, {FIXED_SPLIT.removeprefix('model, ')}"] if len(columns) > 1 else []))
    return Table("F1 of single models by seed, in per cent", "", header, tuple(rows))


def _deviation(scores: SeedScores) -> str:
    return UNDEFINED if scores.deviation is None else percent(scores.deviation)


def _calibration(name: str, meaning: str, found: Calibration) -> Table | None:
    if not found.predictions:
        return None
    rows = tuple(
        (
            f"{100 * one.low:.0f}–{100 * one.high:.0f}",
            f"{one.predictions:,}",
            percent(one.mean),
            percent(one.share),
        )
        for one in found.bins
    )
    note = (
        f"Brier score {found.brier:.4f}, that of a constant {found.constant:.4f}; expected calibration error "
        f"{percent(found.error, 1)} points. {meaning}."
    )
    return Table(f"{name}, in per cent", note, ("probability", "predictions", "mean", "right"), rows)


def _ceiling_notes(report: CrossValidationReport) -> Iterator[str]:
    if report.ceiling is None:
        yield "there are no passes, so human agreement is not known"


def _split_notes(report: CrossValidationReport) -> Iterator[str]:
    if report.split is None:
        yield (
            "there is no fixed split to compare with: corpus/splits has no lists of train and test with gold "
            "(goldspan split)"
        )
        return
    articles = report.split.articles
    chosen = f", chooses by {enumerate_names(articles[VALIDATION], most=NAMED)}" if articles[VALIDATION] else ""
    yield (
        f"the fixed split trains on {enumerate_names(articles[TRAIN], most=NAMED)}{chosen} and tests on "
        f"{enumerate_names(articles[TEST], most=NAMED)}: other articles than above, and nothing may be chosen by it"
    )
