"""Annotators against gold: how much of it each finds, how much of his work stands, and what to talk about with him.

Precision is the share of his spans that gold has, recall the share of the gold spans that he has; both count a span as
a whole, with its label. A pass holds no times, and must not: when somebody worked is nobody's business who reads the
corpus, and the history of a repository tells when work was pulled, not when it was done. So development over time is
told in the order of the articles, as the manifest has it, and by the version of the guidelines that each follows;
both over all labels and of each.

Gold that was made from these very passes flatters them. An example counts where gold has it, too; gold with another
text for it is refused.

How an annotator's labels go on, article by article: what each measures, and which has moved most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from goldspan.agreement.annotator_record import AnnotatorError, AnnotatorRecord, ArticleQuality, Quality
from goldspan.agreement.disagreements import DisagreementRegion, RegionReading, disagreements_between
from goldspan.bootstrap import BootstrapSettings, interval, ratio, resampled_sums
from goldspan.errors import InputError
from goldspan.evaluation.result import Counts
from goldspan.report.text import amount, percent, signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import AnnotatedExample, Annotations
    from goldspan.agreement.annotator_record import Mark
    from goldspan.agreement.disagreements import Disagreement, Kind
    from goldspan.annotation import Example, Span

if TYPE_CHECKING:
    Numbers: TypeAlias = NDArray[np.float64]

GOLD = "gold"


def measure_against_gold(
    annotations: Annotations,
    gold: Sequence[Example],
    labels: Sequence[str],
    *,
    guidelines: Mapping[str, str | None] | None = None,
    resamples: int = 1_000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[AnnotatorRecord, ...]:
    """Each annotator against gold, by name.

    Args:
        annotations: what they marked.
        gold: the curated examples.
        labels: all that occur, in the order wanted.
        guidelines: by article the version that it follows, in the order in which the articles are to be told of;
            articles that it lacks come last.
        resamples: how many corpora are drawn for the intervals, article by article.
        level: the share of them that an interval holds.
        seed: of the random numbers.

    Raises:
        InputError: where gold has another text for an example.
        InvalidValueError: for no resamples, and for a level outside (0, 1).
    """
    settings = BootstrapSettings(unit="article", resamples=resamples, level=level, seed=seed)
    right = {example.id: example for example in gold}
    order = dict(guidelines or {})
    items = [item for item in annotations.items if _has(right, item)]
    place = {article: number for number, article in enumerate(order)}
    items.sort(key=lambda item: (place.get(item.article, len(place)), item.article, item.at))
    terms = _GoldOptions(right, tuple(labels), order, settings)
    return tuple(
        _record(name, [item for item in items if name in item.spans], terms) for name in annotations.annotators
    )


def _has(right: Mapping[str, Example], item: AnnotatedExample) -> bool:
    """Whether gold has an example.

    Raises:
        InputError: if it has another text.
    """
    if item.id in right and right[item.id].text != item.text:
        remedy = (
            "Compare what was annotated with gold of the same text; `goldspan doccano pull` moves passes to a new text."
        )
        raise InputError("the text is not that of gold", example=item.id, remedy=remedy)
    return item.id in right


@dataclass(frozen=True, slots=True)
class _GoldOptions:
    """Against what is measured, and how."""

    right: Mapping[str, Example]
    labels: tuple[str, ...]
    guidelines: Mapping[str, str | None]
    settings: BootstrapSettings


def _record(name: str, items: Sequence[AnnotatedExample], terms: _GoldOptions) -> AnnotatorRecord:
    tables = np.stack([_counted(name, item, terms) for item in items]) if items else _nothing(terms)
    number = {article: at for at, article in enumerate(dict.fromkeys(item.article for item in items))}
    of_article = np.zeros((len(number), *tables.shape[1:]))
    np.add.at(of_article, [number[item.article] for item in items], tables)
    overall, *rest = _qualities(of_article if len(number) >= 2 else tables, terms)
    stages = tuple(
        _stage(article, sum(item.article == article for item in items), row, terms)
        for article, row in zip(number, of_article, strict=True)
    )
    labels = dict(zip(terms.labels, rest, strict=True))
    return AnnotatorRecord(name, len(items), overall, labels, stages, _errors(name, items, terms.right))


def _stage(article: str, examples: int, table: Numbers, terms: _GoldOptions) -> ArticleQuality:
    """One article, from its counts over all labels and of each; shape (1 + labels, 3)."""
    overall, *rest = map(_counts, table)
    labels = dict(zip(terms.labels, rest, strict=True))
    return ArticleQuality(article, terms.guidelines.get(article), examples, overall, labels)


def _nothing(terms: _GoldOptions) -> Numbers:
    return np.zeros((0, 1 + len(terms.labels), 3))


def _counted(name: str, item: AnnotatedExample, terms: _GoldOptions) -> Numbers:
    """Of one example, over all labels and of each: what is the same, gold's spans and his; shape (1 + labels, 3)."""
    own, gold = item.spans[name], terms.right[item.id].spans
    table = np.zeros((1 + len(terms.labels), 3))
    for column, spans in enumerate(({*own} & {*gold}, gold, own)):
        for span in spans:
            table[[0, 1 + terms.labels.index(span.label)], column] += 1
    return table


def _counts(row: Numbers) -> Counts:
    return Counts(*row.astype(int).tolist())


def _qualities(table: Numbers, terms: _GoldOptions) -> list[Quality]:
    """Over all labels and of each: counts and intervals, from counts of shape (units, 1 + labels, 3)."""
    totals = table.sum(axis=0)
    if len(table) < 2:
        return [Quality(_counts(row)) for row in totals]
    each, rng = np.ones(len(table), np.int64), np.random.default_rng(terms.settings.seed)
    parts = [*resampled_sums(each, table.reshape(len(table), -1), terms.settings.resamples, rng)]
    same, gold, own = np.moveaxis(np.concatenate(parts).reshape(terms.settings.resamples, -1, 3), -1, 0)
    measures = (ratio(same, own), ratio(same, gold), ratio(2 * same, gold + own))
    return [
        Quality(_counts(row), *(interval(measure[:, number], terms.settings.edges) for measure in measures))
        for number, row in enumerate(totals)
    ]


def _errors(name: str, items: Sequence[AnnotatedExample], right: Mapping[str, Example]) -> tuple[AnnotatorError, ...]:
    groups: dict[tuple[Kind, tuple[Mark, ...], tuple[Mark, ...]], list[DisagreementRegion]] = {}
    for item in items:
        for found in disagreements_between(item.spans[name], right[item.id].spans):
            key = found.kind, _marks(item, found.first), _marks(item, found.second)
            groups.setdefault(key, []).append(_place(name, item, found))
    errors = [AnnotatorError(*key, tuple(places)) for key, places in groups.items()]
    return tuple(sorted(errors, key=lambda error: (-error.times, error.places[0].start - error.places[0].end)))


def _marks(item: AnnotatedExample, spans: Sequence[Span]) -> tuple[Mark, ...]:
    return tuple((span.label, " ".join(item.surface(span).split())) for span in spans)


def _place(name: str, item: AnnotatedExample, found: Disagreement) -> DisagreementRegion:
    variants = RegionReading((GOLD,), found.second), RegionReading((name,), found.first)
    return DisagreementRegion(item, found.start, found.end, variants)


DASH = "–"
HOW = "precision / recall in per cent; – where he marked no span of the label, or gold has none."


@dataclass(frozen=True, slots=True)
class VersionChange:
    """How F1 of a label went from the first article that has it to the last.

    Args:
        label: its name.
        first: the first article in which the annotator or gold has it.
        last: the last one, another.
    """

    label: str
    first: ArticleQuality
    last: ArticleQuality

    @property
    def change(self) -> float:
        """Of F1, from the first to the last."""
        return (self.last.labels[self.label].f1 or 0.0) - (self.first.labels[self.label].f1 or 0.0)


def version_changes(record: AnnotatorRecord) -> list[VersionChange]:
    """The labels that two articles at least have, what moved most first."""
    found = []
    for label in record.labels:
        having = [stage for stage in record.stages if stage.labels[label].f1 is not None]
        if len(having) > 1:
            found.append(VersionChange(label, having[0], having[-1]))
    return sorted(found, key=lambda move: -abs(move.change))


def moved(record: AnnotatorRecord) -> str:
    """Which label moved most, in a sentence; with the spans that it rests on, which may be few."""
    found = version_changes(record)
    if not found:
        return "No label is in two articles, so that none can be followed."
    most = found[0]
    if not most.change:
        return "No label's F1 is another in the last article that has it than in the first."
    first, last = (_end(stage, most.label) for stage in (most.first, most.last))
    return f"{most.label} moved most: F1 from {first} to {last}, {signed(most.change)} points."


def in_both_versions(counts: Counts, width: int = 0) -> str:
    """Precision and recall in short, e.g. `87.5 / 100.0`, each as wide as is wanted at least."""
    return " / ".join(_short(share).rjust(width) for share in (counts.precision, counts.recall))


def _short(share: float | None) -> str:
    return DASH if share is None else percent(share, 1)


def _end(stage: ArticleQuality, label: str) -> str:
    counts = stage.labels[label]
    return f"{percent(counts.f1)} in {stage.article} ({amount(counts.gold, 'gold span')})"
