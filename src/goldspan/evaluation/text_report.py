"""How a report is called, and what its sentences are: in the terminal and on the page alike.

A report as tables of text that fit a terminal of 100 columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.evaluation.errors import ERROR_KINDS
from goldspan.evaluation.result import SCHEMES
from goldspan.formats.sources import NOTE_KINDS
from goldspan.report.text import Table, amount, beside, cut_cell, level, percent, probability, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.bootstrap import Interval
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.evaluation.result import Scheme, SchemeCounts
    from goldspan.evaluation.scores import ArticleScores
    from goldspan.evaluation.significance import Bounds
    from goldspan.formats.sources import SourceNote


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a report is called, and what of it stands first.

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


def f1_interval(bounds: Bounds | None) -> Interval | None:
    """The interval of F1; None where there is none."""
    return None if bounds is None else bounds["f1"]


def size(report: EvaluationReport) -> str:
    """How much was evaluated."""
    held = report.size
    parts = [amount(held.examples, "example"), f"{held.gold:,} gold and {held.predicted:,} predicted spans"]
    if held.articles != held.examples:
        parts.insert(1, amount(held.articles, "article"))
    return ", ".join(parts)


def certainty(report: EvaluationReport) -> str:
    """What the brackets hold."""
    return f"In brackets: {report.intervals.sentence}"


def wording_remarks(report: EvaluationReport) -> list[str]:
    """How to read what is there; what the brackets hold is said at the top."""
    return [sentence for sentence in report.remarks if sentence != report.intervals.sentence]


WIDTH = 100  # columns of a terminal
MICRO, MACRO = "all, micro", "all, macro"


def opening(report: EvaluationReport, view: ReportView) -> Iterator[str]:
    """What was evaluated, and what the brackets hold."""
    yield f"{size(report)}." + (f" Baseline: {view.baseline}." if view.baseline else "")
    yield certainty(report)


def closing(report: EvaluationReport, most: int) -> Iterator[tuple[str, list[str]]]:
    """What is undefined, what there is to remark, and the notes on the inputs: of each kind the first ones."""
    for title, sentences in (("Undefined", report.undefined), ("Remarks", wording_remarks(report))):
        if sentences:
            yield title, list(sentences)
    for title, notes in by_kind(report.notes):
        shown = [str(note) for note in notes[:most]]
        rest = len(notes) - len(shown)
        yield title, shown + ([f"and {rest:,} more, which --json lists"] if rest else [])


def by_kind(notes: Iterable[SourceNote]) -> list[tuple[str, list[SourceNote]]]:
    """The notes on the inputs, kind by kind, under a title that counts and explains them."""
    kinds: dict[str, list[SourceNote]] = {}
    for note in notes:
        kinds.setdefault(note.kind, []).append(note)
    return [(f"{amount(len(held), 'note')} “{kind}”: {NOTE_KINDS[kind]}", held) for kind, held in kinds.items()]


def report_tables(report: EvaluationReport, view: ReportView) -> Iterator[Table]:
    """Every table of a report, in the order in which a reader asks: how good, how sure, and where it fails."""
    yield _measures(report, view)
    yield _schemes(report)
    if report.comparison is not None:
        yield _comparison(report)
    yield _confusion(report)
    yield _kinds(report)
    yield from _slices(report)
    if report.articles:
        yield _articles(report)
    if report.values:
        yield _values(report)
    if report.ceiling is not None:
        yield _ceiling(report)


def _measures(report: EvaluationReport, view: ReportView) -> Table:
    """The counts and measures of the scheme that leads; counts that the scheme does not know are left out."""
    scheme, sure = view.headline, report.intervals
    labels = report.evaluation.labels[scheme]
    rows = [(name, labels[name], sure.labels[scheme].get(name)) for name in report.labels]
    rows.append((MICRO, report.evaluation.overall[scheme], sure.overall.get(scheme)))
    wrong = "partial" if scheme == "partial" else "incorrect"
    f1 = f"F1, {level(sure.settings.level)} interval"
    header = ("label", "correct", wrong, "missed", "spurious", "precision", "recall", f1)
    cells = [
        (name, *_counts(one, wrong), percent(one.precision), percent(one.recall), beside(one.f1, f1_interval(bounds)))
        for name, one, bounds in rows
    ]
    return Table(f"Measures by the scheme {scheme}, in per cent", "", header, tuple(cells))


def _counts(one: SchemeCounts, wrong: str) -> tuple[str, ...]:
    return tuple(f"{getattr(one, kind):,}" for kind in ("correct", wrong, "missed", "spurious"))


def _schemes(report: EvaluationReport) -> Table:
    sure, measured = report.intervals, report.evaluation
    rows = [
        (name, *(beside(measured.labels[s][name].f1, f1_interval(sure.labels[s].get(name))) for s in SCHEMES))
        for name in report.labels
    ]
    rows.append((MICRO, *(beside(measured.overall[s].f1, f1_interval(sure.overall.get(s))) for s in SCHEMES)))
    rows.append((MACRO, *(beside(measured.macro(s), sure.macro.get(s)) for s in SCHEMES)))
    return Table(
        f"F1 by every scheme, with its {level(sure.settings.level)} interval", "", ("label", *SCHEMES), tuple(rows)
    )


def _comparison(report: EvaluationReport) -> Table:
    against = report.comparison
    assert against is not None
    rows = [
        (
            scheme,
            percent(row.f1),
            percent(row.baseline_f1),
            signed(row.difference),
            "" if row.low is None or row.high is None else f"[{signed(row.low)}, {signed(row.high)}]",
            probability(row.p_randomisation),
        )
        for scheme, row in against.schemes.items()
    ]
    span = f"{level(against.settings.level)} interval"
    header = ("scheme", "F1", "baseline", "difference", span, "p, randomisation")
    return Table("Against the baseline, over all labels", against.sentence(), header, tuple(rows))


def _confusion(report: EvaluationReport) -> Table:
    """The matrix where it fits, or else the pairs of labels that are most often taken for each other."""
    names, counts = report.confusion.labels, report.confusion.rows
    title = "Gold labels (rows) and what was predicted for them (columns)"
    if sum(len(name) + 2 for name in names) + max(map(len, names)) <= WIDTH:
        rows = [(name, *(f"{n:,}" for n in row)) for name, row in zip(names, counts, strict=True)]
        return Table(title, "", ("", *names), tuple(rows))
    pairs = [
        (-number, gold, predicted)
        for gold, row in zip(names, counts, strict=True)
        for predicted, number in zip(names, row, strict=True)
        if number and gold != predicted
    ]
    most = [(gold, predicted, f"{-number:,}") for number, gold, predicted in sorted(pairs)]
    return cut_cell("Labels most often taken for others", ("gold", "predicted", "times"), most)


def _kinds(report: EvaluationReport) -> Table:
    errors = report.errors
    rows = [(name, *_each(errors.labels[name], ERROR_KINDS)) for name in report.labels]
    rows.append(("all", *_each(errors.overall, ERROR_KINDS)))
    note = "A pair that overlaps has a wrong boundary, a wrong label, or both; the rest stands alone."
    return Table("Kinds of errors", note, ("label", *ERROR_KINDS), tuple(rows))


def _each(held: object, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{getattr(held, name):,}" for name in names)


def _slices(report: EvaluationReport) -> Iterator[Table]:
    """One table for all dimensions; labels and articles have tables of their own."""
    rows = [
        (f"{part.dimension}: {part.name}", f"{one.gold:,}", f"{one.predicted:,}", f"{one.true_positives:,}",
         percent(one.precision), percent(one.recall), percent(one.f1))
        for part in report.slices
        if part.dimension not in ("label", "article")
        for one in (part.counts,)
    ]  # fmt: skip
    if rows:
        header = ("slice", "gold", "predicted", "correct", "precision", "recall", "F1")
        yield Table("Slices, by the scheme strict", "", header, tuple(rows))


def _articles(report: EvaluationReport) -> Table:
    cells = [
        (one.article, f"{one.examples:,}", f"{held['strict'].possible:,}", *(percent(held[s].f1) for s in SCHEMES))
        for one in hardest_first(report.articles)
        for held in (one.evaluation.overall,)
    ]
    return cut_cell("F1 by article, the hardest first", ("article", "examples", "gold", *SCHEMES), cells)


def hardest_first(articles: Iterable[ArticleScores]) -> list[ArticleScores]:
    """Articles by their strict F1, the lowest first; those where it is undefined at the end."""

    def key(one: ArticleScores) -> tuple[bool, float, str]:
        f1 = one.evaluation.overall["strict"].f1
        return f1 is None, f1 or 0.0, one.article

    return sorted(articles, key=key)


def _values(report: EvaluationReport) -> Table:
    names = ("right", "bound_wrong", "wrong", "missed", "spurious", "without_value")
    rows = tuple((one.label, *_each(one, names), percent(one.accuracy)) for one in report.values)
    header = ("label", *(name.replace("_", " ") for name in names), "accuracy")
    return Table("Values of quantities", "Accuracy: the share of the gold values that came out right.", header, rows)


def _ceiling(report: EvaluationReport) -> Table:
    ceiling = report.ceiling
    assert ceiling is not None
    rows = [
        (f"{one.first} – {one.second}", f"{one.examples:,}", percent(one.f1), percent(one.model_f1))
        for one in ceiling.pairs
    ]
    rows += [
        (f"{one.name} – gold", f"{one.examples:,}", percent(one.f1), percent(one.model_f1)) for one in ceiling.passes
    ]
    header = ("readers", "examples", "their F1", "the model's F1")
    return Table("People beside the model, by the scheme strict", ceiling.sentence, header, tuple(rows))
