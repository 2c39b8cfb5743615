"""Precision, recall and F1 of predicted spans against gold, of each label, with intervals over articles.

A span is right if gold has the same edges and the same label, as in the CoNLL shared tasks (Tjong Kim Sang and De
Meulder 2003). What is predicted where nobody annotated does not count: whether it is right is not known.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.evaluation.score_estimates import estimate_scores
from goldspan.intervals import IntervalSettings
from goldspan.suggest.extents import Extents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.bootstrap import Unit
    from goldspan.evaluation.score_estimates import ScoreEstimate
    from goldspan.jackknife import Numbers

ALL = ""  # in place of a label, which is never empty: all labels
RESAMPLES = 1_000  # of methods that resample


@dataclass(frozen=True, slots=True)
class StrictScores:
    """The scores of predictions.

    Args:
        estimates: by label, and under `ALL` of all labels.
        unit: of the intervals.
        units: how many there are.
    """

    estimates: Mapping[str, ScoreEstimate]
    unit: Unit
    units: int

    @property
    def f1(self) -> float | None:
        """F1 over all labels; None if there is nothing in gold or nothing predicted."""
        return self.estimates[ALL].counts.f1

    @property
    def interval_sentence(self) -> str:
        """What the intervals are, and how far to trust them."""
        return interval_settings(self.unit).sentence(self.units)

    def json(self) -> dict[str, Any]:
        """The scores as JSON values; those of all labels have the key `all`."""
        total = self.estimates[ALL].json()
        labels = {label: one.json() for label, one in self.estimates.items() if label != ALL}
        return {"unit": self.unit, "units": self.units, "all": total, "labels": labels}


def interval_settings(unit: Unit) -> IntervalSettings:
    """How the intervals are computed."""
    return IntervalSettings(unit=unit, resamples=RESAMPLES)


def score(
    gold: Sequence[Example],
    predicted: Mapping[str, Iterable[tuple[int, int, str]]],
    labels: Sequence[str],
    settings: IntervalSettings | None = None,
) -> StrictScores:
    """The scores of predictions for examples of gold.

    Args:
        gold: the examples, with their spans.
        predicted: by the id of an example, start, end and label of each span; an example without a key has none.
        labels: those that count.
        settings: of the intervals; None for those over articles, or over examples where there is one article.
    """
    articles = {example.article for example in gold}
    if settings is None:
        settings = interval_settings("article" if len(articles) > 1 else "example")
    rows: dict[str, Numbers] = {}
    for example in gold:
        unit = example.article if settings.unit == "article" else example.id
        rows[unit] = rows.get(unit, 0) + span_counts(example, predicted.get(example.id, ()), labels)
    tables = np.stack([*rows.values()]) if rows else np.zeros((0, 1 + len(labels), 3))
    estimates = estimate_scores(tables, settings)
    return StrictScores(dict(zip((ALL, *labels), estimates, strict=True)), settings.unit, len(rows))


def span_counts(example: Example, predicted: Iterable[tuple[int, int, str]], labels: Sequence[str]) -> Numbers:
    """For all labels and each: how many spans are right, in gold, and predicted; shape (1 + labels, 3)."""
    unknown = Extents(example.unannotated_parts)
    marked = {(start, end, label) for start, end, label in predicted if not unknown.touch(start, end)}
    gold = {(span.start, span.end, span.label) for span in example.spans if not unknown.touch(span.start, span.end)}
    by_label = [Counter(label for _, _, label in spans) for spans in (marked & gold, gold, marked)]
    rows = [[counts[label] for counts in by_label] for label in labels]
    return np.array([np.sum(rows, axis=0), *rows], dtype=np.float64).reshape(1 + len(labels), 3)
