"""Compares annotators with gold: precision, recall and F1, article by article, and the recurring differences.

Precision is the share of the annotator's spans that gold has, recall the share of gold's spans that the annotator has;
a span is right if its extent and its label are. A pass records no times, and must not: when somebody worked is not for
the readers of a corpus to know, and the history of a repository shows when work was pulled, not when it was done. So
the development is shown in the order of the articles in the manifest, and by the version of the guidelines that each
follows.

Gold that was made from the same passes flatters them. An example counts where gold has it, too; gold with another text
for it is refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from goldspan.adjudication.derive import Dispute
from goldspan.agreement.annotator_record import AnnotatorError, AnnotatorRecord, ArticleScore
from goldspan.agreement.disagreements import disagreements_between
from goldspan.corpus.gold_source import GOLD
from goldspan.errors import InputError
from goldspan.evaluation.annotator_scores import score_annotator
from goldspan.evaluation.score_estimates import counts_of, estimate_scores
from goldspan.formats.decisions import Candidate
from goldspan.intervals import IntervalSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import AnnotatedExample, Annotations
    from goldspan.agreement.annotator_record import LabelledWords
    from goldspan.agreement.disagreements import Kind
    from goldspan.annotation import Example, Span
    from goldspan.intervals import Method

if TYPE_CHECKING:
    Numbers: TypeAlias = NDArray[np.float64]


def measure_against_gold(
    annotations: Annotations,
    gold: Sequence[Example],
    labels: Sequence[str],
    *,
    guidelines: Mapping[str, str | None] | None = None,
    method: Method = "jackknife-t",
    resamples: int = 1_000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[AnnotatorRecord, ...]:
    """Each annotator against gold, by name.

    Args:
        annotations: what they marked, all aided or all unaided.
        gold: the curated examples.
        labels: all that occur, in the order wanted.
        guidelines: by article the version that it follows, in the order in which the articles are reported; articles
            that it lacks come last.
        method: of the intervals, article by article.
        resamples: how many corpora are drawn by methods that resample.
        level: how sure the intervals are.
        seed: of the random numbers.

    Raises:
        InputError: where gold has another text for an example.
        InvalidValueError: for no resamples, for a level outside (0, 1), and for annotations of which some are aided and
            some are not.
    """
    annotations.require_one_condition()
    comparison = _Comparison(
        gold={example.id: example for example in gold},
        labels=tuple(labels),
        guidelines=dict(guidelines or {}),
        settings=IntervalSettings(unit="article", method=method, resamples=resamples, level=level, seed=seed),
    )
    items = [item for item in annotations.items if comparison.has(item)]
    rank = {article: number for number, article in enumerate(comparison.guidelines)}
    items.sort(key=lambda item: (rank.get(item.article, len(rank)), item.article, item.at))
    records = (
        comparison.record(name, [item for item in items if name in item.spans]) for name in annotations.annotators
    )
    return tuple(replace(record, assumed=record.annotator in annotations.assumed) for record in records)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """The gold that annotators are compared with, and how."""

    gold: Mapping[str, Example]
    labels: tuple[str, ...]
    guidelines: Mapping[str, str | None]
    settings: IntervalSettings

    def has(self, item: AnnotatedExample) -> bool:
        """Whether gold has an example.

        Raises:
            InputError: if it has another text.
        """
        if item.id in self.gold and self.gold[item.id].text != item.text:
            raise InputError(
                "the text is not that of gold",
                example=item.id,
                remedy="Compare annotations with gold of the same text; `goldspan doccano pull` moves passes to a new "
                "text.",
            )
        return item.id in self.gold

    def record(self, name: str, items: Sequence[AnnotatedExample]) -> AnnotatorRecord:
        """One annotator on the examples that they confirmed and gold has."""
        tables = np.stack([self._table(name, item) for item in items]) if items else self._no_tables()
        number = {article: at for at, article in enumerate(dict.fromkeys(item.article for item in items))}
        by_article = np.zeros((len(number), *tables.shape[1:]))
        np.add.at(by_article, [number[item.article] for item in items], tables)
        overall, *rest = estimate_scores(by_article if len(number) >= 2 else tables, self.settings)
        examples = Counter(item.article for item in items)
        articles = tuple(
            self._article(article, examples[article], table) for article, table in zip(number, by_article, strict=True)
        )
        labels = dict(zip(self.labels, rest, strict=True))
        return AnnotatorRecord(name, len(items), overall, labels, articles, self._errors(name, items))

    def _no_tables(self) -> Numbers:
        return np.zeros((0, 1 + len(self.labels), 3))

    def _table(self, name: str, item: AnnotatedExample) -> Numbers:
        """The counts of one example, over all labels and of each: right, gold, marked; shape (1 + labels, 3)."""
        scores = score_annotator([(self.gold[item.id].spans, item.spans[name])], self.labels)
        rows = [scores.overall, *scores.labels.values()]
        return np.array([(counts.true_positives, counts.gold, counts.predicted) for counts in rows], np.float64)

    def _article(self, article: str, examples: int, table: Numbers) -> ArticleScore:
        """One article, from its counts over all labels and of each; shape (1 + labels, 3)."""
        overall, *rest = map(counts_of, table)
        labels = dict(zip(self.labels, rest, strict=True))
        return ArticleScore(article, self.guidelines.get(article), examples, overall, labels)

    def _errors(self, name: str, items: Sequence[AnnotatedExample]) -> tuple[AnnotatorError, ...]:
        """The differences from gold, those of the same kind on the same words with the same labels as one."""
        groups: dict[tuple[Kind, tuple[LabelledWords, ...], tuple[LabelledWords, ...]], list[Dispute]] = {}
        for item in items:
            gold = self.gold[item.id]
            for found in disagreements_between(item.spans[name], gold.spans):
                candidates = Candidate(found.second, (GOLD,)), Candidate(found.first, (name,))
                key = found.kind, _labelled_words(item, found.first), _labelled_words(item, found.second)
                place = Dispute(gold.with_spans(()), found.start, found.end, candidates)
                groups.setdefault(key, []).append(place)
        errors = [AnnotatorError(*key, tuple(places)) for key, places in groups.items()]
        return tuple(sorted(errors, key=lambda error: (-error.times, error.places[0].start - error.places[0].end)))


def _labelled_words(item: AnnotatedExample, spans: Sequence[Span]) -> tuple[LabelledWords, ...]:
    return tuple((span.label, " ".join(item.surface(span).split())) for span in spans)
