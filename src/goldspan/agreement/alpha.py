"""Krippendorff's alpha for nominal data, on tokens or characters, of any number of annotators and with gaps.

Krippendorff (2011), "Computing Krippendorff's alpha-reliability": alpha = 1 - D_o / D_e. A place that m annotators
have read has m (m - 1) ordered pairs of judgements, each of weight 1 / (m - 1); D_o is the weight of those that
disagree. D_e is what would disagree if the judgements were dealt out to the places by chance. A place that only one
annotator has read has no pair and does not count.

The counts of how often categories are used, which kappa and the unitizing alphas share, are here, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.span_units import ColumnCounts
from goldspan.agreement.sums import difference, sum_of_products
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.agreement.span_units import AgreementData, Flags, Integers, LabelledUnits, Numbers, UnitKind


@dataclass(frozen=True, eq=False)
class Judgements:
    """How many annotators gave units the same labels, of those whose judgements count.

    Args:
        unit: of each label that a unit was given; shape (given,).
        label: the label.
        times: how many gave it.
        set_unit: of each set of labels that a unit was given; shape (sets given,).
        set_number: the number of the set.
        set_times: how many gave it.
        marked: how many gave each unit any label; shape (n,).
    """

    unit: Integers
    label: Integers
    times: Integers
    set_unit: Integers
    set_number: Integers
    set_times: Integers
    marked: Integers

    @classmethod
    def of(cls, units: LabelledUnits, readings: Flags) -> Judgements:
        """The judgements on n units.

        Args:
            units: n of them.
            readings: which judgements count; shape (annotators, documents).
        """
        sets = units.label_sets
        given, together = units.counted(readings)
        unit, label, times = _counted(units.unit[given], units.label[given], units.labels)
        set_unit, set_number, set_times = _counted(sets.unit[together], sets.number[together], sets.sets)
        marked = np.bincount(sets.unit[together], minlength=units.start.size)
        return cls(unit, label, times, set_unit, set_number, set_times, marked)

    def same(self) -> Integers:
        """How many ordered pairs of annotators gave each unit the same labels, each with themselves too; shape (n,)."""
        return np.bincount(self.set_unit, self.set_times**2, minlength=self.marked.size).astype(np.int64)

    def uses(self, units: LabelledUnits, weight: Integers) -> dict[str, ColumnCounts]:
        """How often labels are used.

        Args:
            units: n of them.
            weight: how much each judgement on a unit counts; shape (n,).

        Returns:
            `labelled`, with 1 + labels columns, the weight of the judgements with any label and with each; and `sets`,
            with a column for each set of labels but the empty one.
        """
        marked = np.flatnonzero(self.marked)
        labelled = ColumnCounts(1 + units.labels).add(units.document[marked], 0, (weight * self.marked)[marked])
        labelled = labelled.add(units.document[self.unit], 1 + self.label, weight[self.unit] * self.times)
        of_sets = weight[self.set_unit] * self.set_times
        sets = ColumnCounts(units.label_sets.sets - 1).add(units.document[self.set_unit], self.set_number - 1, of_sets)
        return {"labelled": labelled, "sets": sets}


def _counted(unit: Integers, what: Integers, kinds: int) -> tuple[Integers, Integers, Integers]:
    """Each unit and what it was given, with the number of times."""
    key, times = np.unique(unit * kinds + what, return_counts=True)
    return *np.divmod(key, max(1, kinds)), times


def judgements_on(data: AgreementData, unit: UnitKind, readings: Flags) -> Judgements:
    """The judgements on tokens or characters.

    Args:
        data: of all annotators.
        unit: tokens or characters.
        readings: which judgements count; shape (annotators, documents).
    """
    return data.latest.of(f"{unit} judgements", readings, lambda: Judgements.of(data.units(unit), readings))


def nominal_counts(data: AgreementData, unit: UnitKind, readings: Flags) -> dict[str, ColumnCounts]:
    """What the coefficients for nominal data are computed from.

    Args:
        data: of all annotators.
        unit: tokens or characters.
        readings: which judgements count, in documents with at least two; shape (annotators, documents).

    Returns:
        By name: `judged`, one column, the weight of all judgements; `labelled` and `sets`, see `Judgements.uses`; and
        `differing`, with 1 + labels columns, the weight of the ordered pairs of judgements that differ, each counting
        1 / (m - 1) where m annotators have read.
    """
    return data.latest.of(f"{unit} counts", readings, lambda: _nominal_counts(data, unit, readings))


def _nominal_counts(data: AgreementData, unit: UnitKind, readings: Flags) -> dict[str, ColumnCounts]:
    units, judgements, readers = data.units(unit), judgements_on(data, unit, readings), readings.sum(axis=0)
    read = np.flatnonzero(readers)
    m = readers[units.document]
    unmarked = m - judgements.marked
    apart = units.weight * (m**2 - unmarked**2 - judgements.same())
    of_label = 2 * units.weight[judgements.unit] * judgements.times * (m[judgements.unit] - judgements.times)
    marked = np.flatnonzero(judgements.marked)
    differing = ColumnCounts(1 + units.labels, divisor=np.maximum(1, readers - 1).astype(np.float64))
    differing = differing.add(units.document[marked], 0, apart[marked])
    return {
        "judged": ColumnCounts(1).add(read, 0, (readers * units.sizes)[read]),
        **judgements.uses(units, units.weight),
        "differing": differing.add(units.document[judgements.unit], 1 + judgements.label, of_label),
    }


def uses_and_pairs(sums: Mapping[str, Numbers]) -> tuple[Numbers, Numbers]:
    """How often categories are used, l, and how many ordered pairs of uses are of two categories, l² - Σ l(c)².

    The categories are the sets of labels, or, for one label alone, whether it was given.

    Args:
        sums: with `judged`, `labelled` and `sets`, over any documents.

    Returns:
        l, of shape (..., 1), for it is the same in each view; and the pairs, of shape (..., 1 + labels).
    """
    total, labelled = sums["judged"], sums["labelled"]
    squares = labelled**2
    squares[..., 0] = sum_of_products(sums["sets"], sums["sets"])
    squares += (total - labelled) ** 2
    return total, difference(total**2, squares)


def has_labels(sums: Mapping[str, Numbers]) -> Flags:
    """Where any annotator has given a label; shape (..., 1 + labels)."""
    return np.asarray(sums["labelled"] > 0)


def alpha_counts(data: AgreementData, annotators: Sequence[int], unit: UnitKind) -> dict[str, ColumnCounts]:
    """What alpha is computed from, in the documents that at least two annotators read; see `nominal_counts`.

    Args:
        data: of all annotators.
        annotators: the numbers of those who count.
        unit: tokens or characters.
    """
    return nominal_counts(data, unit, data.spans.readings(annotators))


def alpha(sums: Mapping[str, Numbers]) -> Numbers:
    """Krippendorff's alpha; NaN where all judgements are of one category, so that none could differ.

    Args:
        sums: of `alpha_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels).
    """
    judged, could_differ = uses_and_pairs(sums)
    return np.where(could_differ > 0, 1 - ratio(sums["differing"] * (judged - 1), could_differ), np.nan)
