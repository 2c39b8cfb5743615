"""The tables of a report on agreement: the same for the terminal and for the page.

Each function makes a whole table. A terminal shows the first rows of it; the page adds plots and colours.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from goldspan.agreement.disagreements import KINDS, MEANING
from goldspan.agreement.measures import HEADLINE, MEASURES
from goldspan.annotation import same_spans
from goldspan.evaluation.annotator_scores import COUNT_COLUMNS, SCORE_COLUMNS, count_cells, score_cells
from goldspan.report.text import (
    UNDEFINED,
    Table,
    amount,
    brackets,
    enumerate_names,
    level,
    percent,
    signed,
    with_interval,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.agreement.agreement import MeasureGroup, PairwiseAgreement
    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.annotator_record import AnnotatorRecord, ArticleScore
    from goldspan.agreement.intervals import Estimate, MeasureSet
    from goldspan.agreement.report import AgreementReport, PairTally
    from goldspan.evaluation.result import Counts
    from goldspan.evaluation.score_estimates import ScoreEstimate

DASH = "–"
MAX_NAMES = 12  # that are listed in a sentence
ASSUMED = "Confirmation by {whose} is assumed: the files do not state it."
ALL_LABELS = "all labels"
COLUMNS = tuple(measure for measure in MEASURES.values() if measure.in_columns)
TALLY_COLUMNS = ("agreed", "boundary", "label", "split", "first_alone", "second_alone")
SHARE_WIDTH = len(percent(1.0, 1))
PRECISION_RECALL = "precision / recall in per cent; – where the annotator marked no span of the label, or gold has none"


def of_measure(name: str, value: Estimate | None) -> str:
    """A value with its interval, written as its measure is; a dash where the measure does not apply."""
    return DASH if value is None else f"{number(name, value)} {interval(name, value)}".rstrip()


def number(name: str, value: Estimate) -> str:
    """A value without its interval: F1 and shares in per cent, coefficients as they are."""
    if value.estimate is None:
        return UNDEFINED
    return percent(value.estimate) if MEASURES[name].scale == "per cent" else f"{value.estimate:.3f}"


def interval(name: str, value: Estimate) -> str:
    """The interval of a value in brackets; empty without one."""
    if value.estimate is None or value.low is None or value.high is None:
        return ""
    return brackets(value) if MEASURES[name].scale == "per cent" else f"[{value.low:.2f}, {value.high:.2f}]"


def assumption(sets: Iterable[MeasureSet]) -> str:
    """Whose confirmation some measures take for granted, in a sentence; empty where all of it is stated."""
    coverages = [measures.coverage for measures in sets]
    names = {name for coverage in coverages for name in coverage.assumed}
    readers = {name for coverage in coverages for name in coverage.readers}
    if names == readers and len(names) > 2:
        return ASSUMED.format(whose="all of them")
    return ASSUMED.format(whose=enumerate_names(sorted(names), most=MAX_NAMES)) if names else ""


def coverage_table(report: AgreementReport) -> Table:
    """How many examples each annotator confirmed, and how many spans are in them."""
    annotations = report.annotations
    rows = []
    for name in annotations.annotators:
        own = annotations.of(name)
        shared = sum(len(item.spans) >= 2 for item in own)
        articles = len({item.article for item in own})
        spans = sum(len(item.spans[name]) for item in own)
        rows.append((name, *(f"{n:,}" for n in (len(own), shared, articles, spans, annotations.unread(name)))))
    header = ("annotator", "confirmed", "of these shared", "articles", "spans", "not confirmed")
    note = "Only shared examples are compared: those that at least two annotators confirmed."
    return Table("Who confirmed what", note, header, tuple(rows))


def pair_table(report: AgreementReport) -> Table:
    """The leading measures of each two annotators; no rows for two annotators only."""
    return _measure_rows("Pair by pair", "pair", measures_by_pair(report))


def measures_by_pair(report: AgreementReport) -> dict[str, MeasureSet]:
    """The measures of each pair by the name of its row; empty for two annotators only."""
    pairs = report.agreement.pairs
    return {" – ".join(pair): part.overall for pair, part in pairs.items()} if len(pairs) > 1 else {}


def label_table(report: AgreementReport) -> Table:
    """The leading measures of each label, and of all."""
    return _measure_rows("Label by label", "label", measures_by_label(report))


def measures_by_label(report: AgreementReport) -> dict[str, MeasureSet]:
    """The measures of each label and of all by the name of their row."""
    return {**report.agreement.labels, ALL_LABELS: report.agreement.overall}


def article_table(report: AgreementReport) -> Table:
    """The leading measures of each article, the lowest agreement first; see `measures_by_article`."""
    articles, note = measures_by_article(report), "Intervals are by example."
    return _measure_rows("Article by article, the lowest agreement first", "article", articles, note)


def measures_by_article(report: AgreementReport) -> dict[str, MeasureSet]:
    """The measures of each article, the lowest exact F1 first, undefined ones last."""

    def key(row: tuple[str, MeasureSet]) -> tuple[bool, float, str]:
        name, measures = row
        f1 = measures[HEADLINE].estimate
        return f1 is None, f1 or 0.0, name

    return dict(sorted(report.agreement.articles.items(), key=key))


def _measure_rows(title: str, of: str, measures: Mapping[str, MeasureSet], note: str = "") -> Table:
    """A row per set of measures; F1 in per cent with its interval, coefficients as they are."""
    rows = tuple(
        (
            name,
            f"{one.examples:,}",
            _span_counts(one),
            *(of_measure(measure.id, one.values.get(measure.id)) for measure in COLUMNS),
        )
        for name, one in measures.items()
    )
    note = " ".join(filter(None, (note, assumption(measures.values()))))
    return Table(title, note, (of, "examples", "spans", *(measure.short for measure in COLUMNS)), rows)


def _span_counts(measures: MeasureSet) -> str:
    """How many spans there are: of each of two annotators, of more all together."""
    numbers = measures.spans.values()
    return " / ".join(f"{n:,}" for n in numbers) if len(measures.spans) == 2 else f"{sum(numbers):,}"


def measure_table(report: AgreementReport, *, leave_out: Collection[str] = ()) -> Table:
    """Every measure over all labels, with its meaning.

    Args:
        report: what it is about.
        leave_out: measures that the table leaves to the page and `--json`.
    """
    overall = report.agreement.overall
    rows = [
        (MEASURES[name].title, of_measure(name, value), _meaning(name, overall))
        for name, value in overall.values.items()
        if name not in leave_out
    ]
    note = "F1 and shares are in per cent. A coefficient of 0 is agreement by chance, 1 is full agreement."
    if leave_out:
        note += " Kappas and alpha on characters are in --html and --json."
    note = " ".join(filter(None, (note, assumption([overall]))))
    return Table("All measures, over all labels", note, ("measure", "value", "meaning"), tuple(rows))


def _meaning(name: str, measures: MeasureSet) -> str:
    """The meaning of a measure, and on how many examples it rests if these are not all."""
    measure, common = MEASURES[name], measures.coverage.common
    if measure.scope != "common" or common == measures.examples:
        return measure.meaning
    return f"{measure.meaning}; on {common:,} of {amount(measures.examples, 'example')}"


def tally_table(report: AgreementReport) -> Table:
    """The agreed and the differing spans of each pair."""
    rows = [(name, *tally_cells(tally)) for name, tally in tallies_by_row(report).items()]
    note = "; ".join(f"{kind}: {MEANING[kind]}" for kind in KINDS) + "."
    header = ("pair", *(column.replace("_", " ") for column in TALLY_COLUMNS))
    return Table("Agreed and differing spans", note, header, tuple(rows))


def tallies_by_row(report: AgreementReport) -> dict[str, PairTally]:
    """The tally of each pair by the name of its row, and that of all pairs together if there are several."""
    tallies = {" – ".join(pair): tally for pair, tally in report.tallies.items()}
    if len(tallies) > 1:
        first, *rest = tallies.values()
        tallies["all pairs"] = sum(rest, first)
    return tallies


def tally_cells(tally: PairTally) -> tuple[str, ...]:
    """The cells of a tally for `TALLY_COLUMNS`."""
    return tuple(f"{getattr(tally, name):,}" for name in TALLY_COLUMNS)


def confusion_table(report: AgreementReport) -> Table:
    """The confusion matrix of the labels."""
    confusion = report.confusion
    rows = tuple((name, *(f"{n:,}" for n in row)) for name, row in zip(confusion.labels, confusion.rows, strict=True))
    title, note = "Label confusion", "“none”: the other annotator marked nothing there."
    if confusion.first:
        title += f", {confusion.first} (rows) and {confusion.second} (columns)"
    else:
        note += " Over all pairs, so the matrix is symmetric; the diagonal counts each match once."
    return Table(title, note, ("", *confusion.labels), rows)


def confused_labels_table(report: AgreementReport) -> Table:
    """The pairs of labels that are confused most often, where a terminal is too narrow for the matrix."""
    names = report.confusion.labels
    counts = {
        tuple(sorted((first, second))): count
        for first, row in zip(names, report.confusion.rows, strict=True)
        for second, count in zip(names, row, strict=True)
        if count and first != second
    }
    rows = [
        (first, second, f"{n:,}") for (first, second), n in sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    ]
    return Table("Labels that are confused most often", "", ("label", "other", "times"), tuple(rows))


def rule_table(report: AgreementReport) -> Table:
    """The rules that disputes fall under, with the number of disputes of each kind."""
    rows = []
    for rules, cases in report.by_rule.items():
        kinds = [case.kind for case in cases]
        counts = (f"{n:,}" for n in (len(cases), *(kinds.count(kind) for kind in KINDS)))
        rows.append((rules, report.rule_titles(cases[0]), *counts))
    header = ("rule", "title", "disputes", *KINDS)
    return Table("Guideline rules that the disagreements fall under", "", header, tuple(rows))


def surface_table(report: AgreementReport) -> Table:
    """The words that are disputed most often."""
    rows = tuple(
        (
            surface.words,
            f"{surface.disputed:,}",
            f"{surface.agreed:,}",
            ", ".join(f"{label} {n:,}" for label, n in surface.labels.items()),
        )
        for surface in report.surfaces
    )
    note = "In how many disputes the words are, and how often all annotators marked them alike."
    return Table(
        "Words that are disputed most often", note, ("words", "disputed", "agreed", "labels in disputes"), rows
    )


def score_table(record: AnnotatorRecord, share: float) -> Table:
    """One annotator against gold, by label.

    Args:
        record: of the annotator.
        share: the level of the intervals.
    """
    rows = [(name, *_score_cells(score)) for name, score in scores_by_row(record).items()]
    columns = (f"precision, {level(share)} interval", f"recall, {level(share)} interval", "F1")
    title = f"{record.annotator} against gold, {amount(record.examples, 'example')}"
    note = ASSUMED.format(whose=record.annotator) if record.assumed else ""
    return Table(title, note, ("label", *COUNT_COLUMNS, *columns), tuple(rows))


def scores_by_row(record: AnnotatorRecord) -> dict[str, ScoreEstimate]:
    """The scores of each label and of all by the name of their row."""
    return {**record.labels, ALL_LABELS: record.overall}


def _score_cells(score: ScoreEstimate) -> tuple[str, ...]:
    counts = score.counts
    shares = ((counts.precision, score.precision), (counts.recall, score.recall))
    return (
        *count_cells(counts),
        *(with_interval(s, span if s is not None else None) for s, span in shares),
        percent(counts.f1),
    )


def article_score_table(record: AnnotatorRecord) -> Table:
    """One annotator against gold, article by article."""
    rows = tuple(
        (one.article, one.guidelines or DASH, f"{one.examples:,}", *score_cells(one.counts)) for one in record.articles
    )
    title = f"{record.annotator}, article by article in the order of the manifest"
    return Table(title, "", ("article", "guidelines", "examples", *SCORE_COLUMNS), rows)


def version_score_table(record: AnnotatorRecord) -> Table:
    """One annotator against gold, by version of the guidelines."""
    rows = tuple((one.guidelines or DASH, *score_cells(one.counts)) for one in record.versions)
    return Table(f"{record.annotator}, by version of the guidelines", "", ("guidelines", *SCORE_COLUMNS), rows)


def article_matrix(record: AnnotatorRecord) -> Table:
    """Precision and recall of each label (columns) in each article (rows)."""
    by_article = {article.article: article.labels for article in record.articles}
    return _matrix(f"{record.annotator}, label by label and article", "article", by_article)


def version_matrix(record: AnnotatorRecord) -> Table:
    """Precision and recall of each label (columns) by version of the guidelines (rows)."""
    by_version = {version.guidelines or DASH: version.labels for version in record.versions}
    return _matrix(f"{record.annotator}, label by label and version", "guidelines", by_version)


def _matrix(title: str, of: str, rows: Mapping[str, Mapping[str, Counts]]) -> Table:
    header = (of, *next(iter(rows.values()), {}))
    cells = tuple((name, *map(precision_recall, labels.values())) for name, labels in rows.items())
    return Table(title, f"In each cell: {PRECISION_RECALL}.", header, cells)


def precision_recall(counts: Counts) -> str:
    """Precision and recall in short and aligned, e.g. `87.5 / 100.0`."""
    shares = (counts.precision, counts.recall)
    return " / ".join((DASH if share is None else percent(share, 1)).rjust(SHARE_WIDTH) for share in shares)


def trend_table(record: AnnotatorRecord) -> Table:
    """F1 of each label that two articles have, in the first of them and the last."""
    rows = tuple(
        (
            trend.label,
            *(_f1_in_article(article, trend.label) for article in (trend.first, trend.last)),
            signed(trend.change),
        )
        for trend in record.trends
    )
    title = f"{record.annotator}, F1 in the first article that has a label and in the last, the largest change first"
    return Table(title, "", ("label", "first", "last", "change"), rows)


def _f1_in_article(article: ArticleScore, label: str) -> str:
    return f"{percent(article.labels[label].f1)} in {article.article}"


def passes_table(annotations: Annotations, agreement: PairwiseAgreement, labels: Sequence[str]) -> Table | None:
    """The agreement of each two annotators, for statistics and data cards; None without two annotators.

    Args:
        annotations: of any number of annotators.
        agreement: of these.
        labels: in the order wanted.
    """
    parts = agreement.pairs
    rows = [row for pair, part in parts.items() for row in _pass_rows(annotations, pair, part, labels)]
    if not rows:
        return None
    note = (
        "F1 of one pass against the other, on the examples that both annotators confirmed: same start, same end, same "
        f"label. {agreement.sentence}"
    )
    if assumed := assumption(part.overall for part in parts.values()):
        note += f" {assumed}"
    values = [measures[HEADLINE] for part in parts.values() for measures in (part.overall, *part.labels.values())]
    if any(value.estimate == 1 and value.low is not None for value in values):
        unit = agreement.settings.unit
        note += f" Where nothing differs, the interval is that of a proportion with each {unit} as one trial."
    header = ("passes and label", "first", "second", "same", f"F1, {level(agreement.settings.level)} interval")
    return Table("Agreement of the passes", note, header, tuple(rows))


def _pass_rows(
    annotations: Annotations, pair: tuple[str, str], part: MeasureGroup, labels: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    first, second = pair
    shared = annotations.shared(first, second)
    same = Counter(span.label for item in shared for span in same_spans(item.spans[first], item.spans[second]))
    rows: list[tuple[str, MeasureSet, int]] = [(name, part.labels[name], same[name]) for name in labels]
    for name, measures, count in (*rows, ("all", part.overall, same.total())):
        spans = (f"{measures.spans[annotator]:,}" for annotator in pair)
        yield f"{first} – {second}: {name}", *spans, f"{count:,}", _one_decimal(measures[HEADLINE])


def _one_decimal(value: Estimate) -> str:
    return DASH if value.estimate is None else f"{100 * value.estimate:.1f} {brackets(value)}".rstrip()
