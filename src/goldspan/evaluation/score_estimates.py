"""Precision, recall and F1 with their intervals, from counts of articles or examples: over all labels and of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.bootstrap import precision_recall_f1
from goldspan.evaluation.result import Counts
from goldspan.intervals import intervals_of_sums
from goldspan.jackknife import effective_number

if TYPE_CHECKING:
    from goldspan.bootstrap import Interval
    from goldspan.intervals import IntervalSettings
    from goldspan.jackknife import Numbers


@dataclass(frozen=True, slots=True)
class ScoreEstimate:
    """The counts of spans against gold, with intervals.

    Args:
        counts: of the spans and of gold's.
        precision: its interval; None if there are fewer than two articles, or examples, to resample.
        recall: its interval, or None.
        f1: its interval, or None.
    """

    counts: Counts
    precision: Interval | None = None
    recall: Interval | None = None
    f1: Interval | None = None

    def json(self) -> dict[str, Any]:
        """The counts, the measures and their intervals."""
        intervals = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return self.counts.report() | {
            f"{name}_interval": None if interval is None else [interval.low, interval.high]
            for name, interval in intervals.items()
        }


def estimate_scores(tables: Numbers, settings: IntervalSettings) -> list[ScoreEstimate]:
    """An estimate for each of k rows of counts.

    Args:
        tables: for each of n articles or examples k rows of what is right, in gold, and marked; shape (n, k, 3).
        settings: of the intervals.
    """
    totals = tables.sum(axis=0)
    if len(tables) < 2:
        return [ScoreEstimate(counts_of(row)) for row in totals]
    gold, marked = tables[..., 1], tables[..., 2]
    once = np.ones(len(tables), np.int64)
    effective = np.stack([effective_number(spans, once) for spans in (marked, gold, gold + marked)], axis=-1)
    found = intervals_of_sums(tables.reshape(len(tables), -1), settings, _precision_recall_f1, effective)
    return [ScoreEstimate(counts_of(row), *found[number]) for number, row in enumerate(totals)]


def counts_of(row: Numbers) -> Counts:
    """The counts of a row: what is right, in gold, and marked."""
    return Counts(*row.astype(int).tolist())


def _precision_recall_f1(sums: Numbers) -> Numbers:
    """From sums, shape (corpora, 3 * k), to measures, shape (corpora, k, 3)."""
    right, gold, marked = np.moveaxis(sums.reshape(len(sums), -1, 3), -1, 0)
    return precision_recall_f1(possible=gold, actual=marked, twice_credit=2 * right)
