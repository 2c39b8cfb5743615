"""Krippendorff's alpha for unitizing: agreement on where units lie in a continuum and on what they are called.

The definitions are those of Krippendorff, Mathet, Bouvry and Widlöcher, "On the reliability of unitizing textual
continua: further developments" (Quality & Quantity 2016), in the notation of Krippendorff, *Content Analysis* (2019),
section 12.6. Each annotator cuts the continuum into units with values and gaps without one. What coincides is counted
in characters, as alpha on characters does; what is expected by chance differs, because units are dealt out whole:
with l(c) for the length of all units of value c (gaps being a value too), l for the sum of these and

    s = the sum of the squared lengths of the units, plus the lengths of the gaps,

a pair of characters drawn by chance is of two values with the weight l (l² - Σ l(c)²) / (l² - s).

- `u_alpha`: all values and gaps. For one label it is the same coefficient restricted to that label: its spans are the
  units, all else is gaps. The alpha_U of Krippendorff (1995; *Content Analysis*, 2004) for one category is another
  coefficient, which squares the distances between the ends of units that overlap: its value on the example of the book
  of 2004 is .7286, where this one is .5163.
- `u_alpha_binary`: units against gaps, whatever their values.
- `cu_alpha`: of the values alone, where both of two annotators have units. l(c) and l then count coincidences of
  units, and s is the sum, over the units, of the squared length that coincides with units of others (each other
  annotator counting 1 / (m - 1) of m). For one label it is the coefficient (k)u-alpha of that paper.

All of it is computed from sums over documents, so that resampled corpora need no recomputation: the chance term
depends on the whole continuum, but only through l(c) and s, which add up. Where annotators read different documents, m
is the number of those who read the document, as in alpha with missing data. A unit does not reach beyond its document.
An annotator's own overlapping spans are cut at their boundaries into stretches with sets of labels, because a
continuum has one value in each place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.alpha import has_labels, judgements_on, nominal_counts, uses_and_pairs
from goldspan.agreement.span_units import ColumnCounts, ranges
from goldspan.agreement.sums import difference
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.agreement.span_units import AgreementData, Flags, FlatUnits, Integers, LabelledUnits, Numbers


def unit_counts(data: AgreementData, annotators: Sequence[int]) -> dict[str, ColumnCounts]:
    """What `u_alpha` and `u_alpha_binary` are computed from, in the documents that at least two annotators read.

    Args:
        data: of all annotators.
        annotators: the numbers of those who count.

    Returns:
        Those of `nominal_counts`, on characters; `whole`, with 1 + labels columns, the s without the gaps; and `split`,
        one column, the weight of the pairs of a unit and a gap.
    """
    characters, readings, table = data.units("character"), data.spans.readings(annotators), data.spans
    marked, readers = judgements_on(data, "character", readings).marked, readings.sum(axis=0)
    apart = 2 * characters.weight * marked * (readers[characters.document] - marked)
    some = np.flatnonzero(apart)
    split = ColumnCounts(1, divisor=np.maximum(1, readers - 1).astype(np.float64))
    split = split.add(characters.document[some], 0, apart[some])
    labels = len(table.labels)
    units = data.flat.of(annotators)
    squares = (units.end - units.start) ** 2 * readings[units.owner, units.document]
    whole = ColumnCounts(1 + labels).add(units.document, 0, squares)
    units = data.flat_by_label.of(annotators, labels)
    annotator, label = np.divmod(units.owner, max(1, labels))
    squares = (units.end - units.start) ** 2 * readings[annotator, units.document]
    whole = whole.add(units.document, 1 + label, squares)
    return nominal_counts(data, "character", readings) | {"whole": whole, "split": split}


def coding_counts(data: AgreementData, annotators: Sequence[int]) -> dict[str, ColumnCounts]:
    """What `cu_alpha` is computed from, in the documents that at least two annotators read.

    Args:
        data: of all annotators.
        annotators: the numbers of those who count.

    Returns:
        By name: `judged`, one column, and `labelled` and `sets`, the l(c) of units that coincide; with 1 + labels
        columns `differing`, and `whole`, the s and each label's share in it.
    """
    characters, readings = data.units("character"), data.spans.readings(annotators)
    judgements, weight = judgements_on(data, "character", readings), characters.weight
    marked = judgements.marked
    divisor = np.maximum(1, readings.sum(axis=0) - 1).astype(np.float64)
    coinciding = weight * np.maximum(0, marked - 1)  # how much of each stretch coincides with units of others
    several = np.flatnonzero(marked > 1)
    document = characters.document
    judged = ColumnCounts(1, divisor=divisor).add(document[several], 0, (coinciding * marked)[several])
    apart = weight * (marked**2 - judgements.same())
    of_label = weight[judgements.unit] * 2 * judgements.times * (marked[judgements.unit] - judgements.times)
    differing = ColumnCounts(1 + characters.labels, divisor=divisor).add(document[several], 0, apart[several])
    return {
        "judged": judged,
        **{name: replace(of, divisor=divisor) for name, of in judgements.uses(characters, coinciding).items()},
        "differing": differing.add(document[judgements.unit], 1 + judgements.label, of_label),
        "whole": _coinciding_squares(data.flat.of(annotators), characters, coinciding, readings, divisor),
    }


def u_alpha(sums: Mapping[str, Numbers]) -> Numbers:
    """Agreement on units and their values; NaN where nothing could differ.

    Args:
        sums: of `unit_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels).
    """
    length, could_differ = uses_and_pairs(sums)
    return _alpha(sums["differing"], length, could_differ, _whole(sums))


def u_alpha_binary(sums: Mapping[str, Numbers]) -> Numbers:
    """Agreement on units, whatever their values; NaN where nothing could differ. Shape (..., 1)."""
    length, units = sums["judged"], sums["labelled"][..., :1]
    return _alpha(sums["split"], length, 2 * (length - units) * units, _whole(sums)[..., :1])


def _whole(sums: Mapping[str, Numbers]) -> Numbers:
    """The s: the squared lengths of the units, and the lengths of the gaps; shape (..., 1 + labels)."""
    return sums["whole"] + (sums["judged"] - sums["labelled"])


def has_any_label(sums: Mapping[str, Numbers]) -> Flags:
    """Where any annotator has a unit, whatever its value; shape (..., 1)."""
    return has_labels(sums)[..., :1]


def cu_alpha(sums: Mapping[str, Numbers]) -> Numbers:
    """Agreement on the values of units, where two have units; NaN where no two have, or all have one value.

    Args:
        sums: of `coding_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels): of all values, then (k)u-alpha of each, which compares only the characters of value k:
        those of them that meet another value, against how many would by chance.
    """
    length, could_differ = uses_and_pairs(sums)
    overall = _alpha(sums["differing"][..., :1], length, could_differ[..., :1], sums["whole"][..., :1])
    of_value = sums["labelled"][..., 1:]
    expected = of_value**2 * difference(length, of_value)
    share = sums["differing"][..., 1:] / 2 * (of_value * length - sums["whole"][..., 1:])
    labels = np.where(expected > 0, 1 - ratio(share, expected), np.nan)
    return np.concatenate([overall, labels], axis=-1)


def _alpha(differing: Numbers, length: Numbers, could_differ: Numbers, whole: Numbers) -> Numbers:
    """1 minus what differs over what would by chance, `length` `could_differ` / (`length`² - `whole`)."""
    expected = length * could_differ
    return np.where(expected > 0, 1 - ratio(differing * (length**2 - whole), expected), np.nan)


def _coinciding_squares(
    units: FlatUnits, characters: LabelledUnits, coinciding: Integers, readings: Flags, divisor: Numbers
) -> ColumnCounts:
    """The squared lengths of the annotators' units that coincide with others', with 1 + labels columns.

    Args:
        units: of the annotators.
        characters: n runs of them.
        coinciding: how much each run coincides with units of others, times `divisor`; shape (n,).
        readings: which judgements count; shape (annotators, documents).
        divisor: one less than how many read each document; shape (documents,).
    """
    until = np.concatenate([[0], np.cumsum(coinciding)])
    first, stop = np.searchsorted(characters.start, units.start), np.searchsorted(characters.start, units.end)
    squares = (until[stop] - until[first]) ** 2 * readings[units.owner, units.document]
    key = units.owner * characters.start.size + first
    keys = characters.annotator * characters.start.size + characters.unit
    owner, row = ranges(np.searchsorted(keys, key), np.searchsorted(keys, key, "right"))
    of_labels = (units.document[owner], 1 + characters.label[row], squares[owner])
    return ColumnCounts(1 + characters.labels, divisor=divisor**2).add(units.document, 0, squares).add(*of_labels)
