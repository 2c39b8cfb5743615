"""The report on an evaluation as tables and sentences: the terminal prints them, and the page shows the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.evaluation.errors import ERROR_KINDS
from goldspan.evaluation.result import SCHEMES
from goldspan.formats.sources import NOTE_KINDS
from goldspan.report.text import Table, amount, level, percent, probability, signed, with_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.bootstrap import Interval
    from goldspan.evaluation.human_ceiling import HumanCeiling
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.result import Scheme, SchemeCounts
    from goldspan.evaluation.scores import ArticleScores
    from goldspan.evaluation.significance import Bounds, SystemComparison
    from goldspan.formats.record import Note

WIDTH = 100  # columns of a terminal
MICRO, MACRO = "all, micro", "all, macro"
VALUE_COUNTS = ("right", "bound_wrong", "wrong", "missed", "spurious", "without_value")
DIMENSIONS = {
    "length": "By length in tokens",
    "seen": "By whether training has the same words under the same label",
    "agreement": "By whether the annotators agreed",
}


@dataclass(frozen=True, slots=True)
class ReportView:
    """The names in a report, and what it leads with.

    Args:
        gold: the name of the gold.
        predictions: the name of the predictions.
        baseline: the name of the baseline; None without one.
        headline: the scheme that the report leads with.
        colours: `#rrggbb` per label, as far as they are chosen.
    """

    gold: str
    predictions: str
    baseline: str | None = None
    headline: Scheme = "strict"
    colours: Mapping[str, str] = field(default_factory=dict)


def report_tables(report: EvaluationReport, view: ReportView) -> dict[str, Table]:
    """The tables of a report by name, with all their rows, in the order of the terminal.

    The names are `measures`, `schemes` and `errors`, and, where there is something to show, `comparison`, `confusion`,
    `slices`, `articles`, `values` and `ceiling`.
    """
    tables = {
        "measures": _measures(report, view.headline),
        "schemes": _schemes(report),
        "comparison": _comparison(report.comparison, view.headline) if report.comparison is not None else None,
        "confusion": _confusion(report),
        "errors": _errors(report),
        "slices": _slices(report),
        "articles": _articles(report),
        "values": _values(report),
        "ceiling": None if report.ceiling is None else ceiling_table(report.ceiling),
    }
    return {name: table for name, table in tables.items() if table is not None and table.rows}


def introduction(report: EvaluationReport, view: ReportView) -> Iterator[str]:
    """What was evaluated, what the brackets hold, and which differences can be told from chance."""
    yield f"{size(report)}." + (f" Baseline: {view.baseline}." if view.baseline else "")
    yield interval_note(report, view)


def size(report: EvaluationReport) -> str:
    """How much was evaluated."""
    counts = report.size
    parts = [amount(counts.examples, "example"), f"{counts.gold:,} gold and {counts.predicted:,} predicted spans"]
    if counts.articles != counts.examples:
        parts.insert(1, amount(counts.articles, "article"))
    return ", ".join(parts)


def interval_note(report: EvaluationReport, view: ReportView) -> str:
    """What the brackets hold, and the minimum detectable difference; that of a comparison stands beside it."""
    intervals = report.intervals
    brackets = "In brackets: " if intervals.overall[view.headline]["f1"].low is not None else ""
    detectable = "" if report.comparison else f" {intervals.detectable_sentence(view.headline)}"
    return f"{brackets}{intervals.sentence}{detectable}"


def remarks(report: EvaluationReport) -> list[str]:
    """How to read the report, without the sentence on the intervals, which `introduction` has."""
    return [sentence for sentence in report.remarks if sentence != report.intervals.sentence]


def conclusion(report: EvaluationReport, most: int) -> Iterator[tuple[str, list[str]]]:
    """What is undefined, how to read the report, and the first notes of each kind, under their titles."""
    for title, sentences in (("Undefined", list(report.undefined)), ("Remarks", remarks(report))):
        if sentences:
            yield title, sentences
    for title, notes in notes_by_kind(report.notes):
        rest = len(notes) - most
        shown = [str(note) for note in notes[:most]]
        yield title, shown + ([f"and {rest:,} more, which --json lists"] if rest > 0 else [])


def notes_by_kind(notes: Iterable[Note]) -> list[tuple[str, list[Note]]]:
    """The notes on the inputs by kind, under a title that counts and explains them."""
    kinds: dict[str, list[Note]] = {}
    for note in notes:
        kinds.setdefault(note.kind, []).append(note)
    return [
        (f"{amount(len(of_kind), 'note')} “{kind}”: {NOTE_KINDS[kind]}", of_kind) for kind, of_kind in kinds.items()
    ]


def f1_interval(bounds: Bounds | None) -> Interval | None:
    """The interval of F1; None where there is none."""
    return None if bounds is None else bounds["f1"]


def _measures(report: EvaluationReport, scheme: Scheme) -> Table:
    """The counts and measures of a scheme; counts that the scheme does not know are left out."""
    intervals = report.intervals
    labels = report.evaluation.labels[scheme]
    rows = [(name, labels[name], intervals.labels[scheme].get(name)) for name in report.labels]
    rows.append((MICRO, report.evaluation.overall[scheme], intervals.overall.get(scheme)))
    wrong = "partial" if scheme == "partial" else "incorrect"
    header = ("label", "correct", wrong, "missed", "spurious", "precision", "recall")
    cells = [
        (
            name,
            *_counts(counts, ("correct", wrong, "missed", "spurious")),
            percent(counts.precision),
            percent(counts.recall),
            with_interval(counts.f1, f1_interval(bounds)),
        )
        for name, counts, bounds in rows
    ]
    f1 = f"F1, {level(intervals.settings.level)} interval"
    return Table(f"Measures by the scheme {scheme}, in per cent", "", (*header, f1), tuple(cells))


def _schemes(report: EvaluationReport) -> Table:
    intervals, evaluation = report.intervals, report.evaluation

    def f1(counts: SchemeCounts, bounds: Bounds | None) -> str:
        return with_interval(counts.f1, f1_interval(bounds))

    rows = [
        (name, *(f1(evaluation.labels[scheme][name], intervals.labels[scheme].get(name)) for scheme in SCHEMES))
        for name in report.labels
    ]
    rows.append((MICRO, *(f1(evaluation.overall[scheme], intervals.overall.get(scheme)) for scheme in SCHEMES)))
    rows.append((MACRO, *(with_interval(evaluation.macro(scheme), intervals.macro.get(scheme)) for scheme in SCHEMES)))
    title = f"F1 by every scheme, with its {level(intervals.settings.level)} interval"
    return Table(title, "", ("label", *SCHEMES), tuple(rows))


def verdict(comparison: SystemComparison, scheme: Scheme) -> str:
    """Whether the difference is significant, and which difference would be."""
    return f"{comparison.sentence(scheme)} {comparison.detectable_sentence(scheme)}".rstrip()


def _comparison(comparison: SystemComparison, scheme: Scheme) -> Table:
    rows = [
        (
            scheme,
            percent(row.f1),
            percent(row.baseline_f1),
            signed(row.difference),
            difference_interval(row.low, row.high),
            probability(row.p_randomisation),
        )
        for scheme, row in comparison.schemes.items()
    ]
    interval = f"{level(comparison.settings.level)} interval"
    header = ("scheme", "F1", "baseline", "difference", interval, "p, randomisation")
    return Table("Against the baseline, over all labels", verdict(comparison, scheme), header, tuple(rows))


def difference_interval(low: float | None, high: float | None) -> str:
    """The interval of a difference; empty where there is none."""
    return "" if low is None or high is None else f"[{signed(low)}, {signed(high)}]"


def _confusion(report: EvaluationReport) -> Table:
    """The confusion matrix, or, where it is too wide, the pairs of labels that are most often confused."""
    names, counts = report.confusion.labels, report.confusion.rows
    if sum(len(name) + 2 for name in names) + max(map(len, names)) <= WIDTH:
        rows = [(name, *(f"{count:,}" for count in row)) for name, row in zip(names, counts, strict=True)]
        return Table("Gold labels (rows) and what was predicted for them (columns)", "", ("", *names), tuple(rows))
    pairs = [
        (-count, gold, predicted)
        for gold, row in zip(names, counts, strict=True)
        for predicted, count in zip(names, row, strict=True)
        if count and gold != predicted
    ]
    rows = [(gold, predicted, f"{-count:,}") for count, gold, predicted in sorted(pairs)]
    return Table("Labels most often confused", "", ("gold", "predicted", "times"), tuple(rows))


def _errors(report: EvaluationReport) -> Table:
    rows = [(name, *_counts(report.errors.labels[name], ERROR_KINDS)) for name in report.labels]
    rows.append(("all", *_counts(report.errors.overall, ERROR_KINDS)))
    note = "A pair of overlapping spans has a wrong boundary, a wrong label, or both; other spans have no partner."
    return Table("Kinds of errors", note, ("label", *ERROR_KINDS), tuple(rows))


def _counts(counts: object, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{getattr(counts, name):,}" for name in names)


def _slices(report: EvaluationReport) -> Table:
    """All dimensions of `DIMENSIONS` in one table; labels and articles have tables of their own."""
    rows = [
        (
            f"{part.dimension}: {part.name}",
            *_counts(part.counts, ("gold", "predicted", "true_positives")),
            *(percent(share) for share in part.counts.measures().values()),
        )
        for dimension in DIMENSIONS
        for part in report.slices
        if part.dimension == dimension
    ]
    header = ("slice", "gold", "predicted", "correct", "precision", "recall", "F1")
    return Table("Slices, by the scheme strict", "", header, tuple(rows))


def _articles(report: EvaluationReport) -> Table:
    rows = [
        (
            article.article,
            f"{article.examples:,}",
            f"{article.evaluation.overall['strict'].possible:,}",
            *(percent(article.evaluation.overall[scheme].f1) for scheme in SCHEMES),
        )
        for article in hardest_first(report.articles)
    ]
    return Table("F1 by article, the hardest first", "", ("article", "examples", "gold", *SCHEMES), tuple(rows))


def hardest_first(articles: Iterable[ArticleScores]) -> list[ArticleScores]:
    """Articles by their strict F1, the lowest first; those where it is undefined at the end."""

    def key(article: ArticleScores) -> tuple[bool, float, str]:
        f1 = article.evaluation.overall["strict"].f1
        return f1 is None, f1 or 0.0, article.article

    return sorted(articles, key=key)


def _values(report: EvaluationReport) -> Table:
    rows = tuple((values.label, *_counts(values, VALUE_COUNTS), percent(values.accuracy)) for values in report.values)
    header = ("label", *(name.replace("_", " ") for name in VALUE_COUNTS), "accuracy")
    return Table("Values of quantities", "Accuracy: the share of the gold values that are right.", header, rows)


def ceiling_table(ceiling: HumanCeiling) -> Table:
    """The agreement of annotators with each other and with gold, and the score of the model on the same examples."""
    rows = [(f"{pair.first} – {pair.second}", pair.examples, pair.f1, pair.model_f1) for pair in ceiling.pairs]
    rows += [(f"{one.name} – gold", one.examples, one.f1, one.model_f1) for one in ceiling.passes]
    cells = tuple((names, f"{examples:,}", percent(f1), percent(model_f1)) for names, examples, f1, model_f1 in rows)
    header = ("annotators", "examples", "their F1", "the model's F1")
    return Table("Human agreement and the model, by the scheme strict", ceiling.sentence, header, cells)
