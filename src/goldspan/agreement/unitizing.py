"""Krippendorff's alpha for unitizing: agreement on where units lie in a continuum and on what they are called.

The definitions are those of Krippendorff, Mathet, Bouvry and Widlöcher, "On the reliability of unitizing textual
continua: further developments" (Quality & Quantity 2016), in the notation of Krippendorff, *Content Analysis* (2019),
section 12.6. Each annotator cuts the continuum into units with values and gaps without one. What coincides is counted
in characters, as alpha on characters does; what is expected by chance differs, because units are dealt out whole:
with l(c) for the length of all units of value c (gaps being a value too), l for the sum of these and

    s = the sum of the squared lengths of the units, plus the lengths of the gaps,

a pair of characters drawn by chance is of two values with the weight l (l² - Σ l(c)²) / (l² - s).

- `u_alpha`: all values and gaps. For one label, of that label's spans against all else, as in Krippendorff (1995).
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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.alpha import category_uses, disagreement, has_labels, stack_views, uses_and_pairs
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.agreement.span_units import AgreementData, AnnotationTable, Flags, Integers, LabelledUnits, Numbers


@dataclass(frozen=True, eq=False)
class FlatUnits:
    """The units of one annotator, none of which overlaps another.

    Args:
        document: the number of each one's document; shape (units,).
        start: where it begins on the line of the table.
        end: where it ends.
    """

    document: Integers
    start: Integers
    end: Integers


def units_of(table: AnnotationTable, annotator: int, label: int | None = None) -> FlatUnits:
    """The units of an annotator: their spans, cut where they overlap.

    Args:
        table: of all annotators.
        annotator: the number of the annotator.
        label: the number of the label whose spans alone count; None for all.
    """
    rows = table.annotator == annotator
    rows &= True if label is None else table.label == label
    start, end = table.line_start[rows], table.line_end[rows]
    cuts = np.unique(np.concatenate([start, end]))
    covered = np.searchsorted(np.sort(start), cuts, "right") - np.searchsorted(np.sort(end), cuts, "right")
    inside = np.flatnonzero(covered[:-1] > 0)
    document = np.searchsorted(table.offset, cuts[inside], "right") - 1
    return FlatUnits(document, cuts[inside], cuts[inside + 1])


def unit_counts(data: AgreementData, annotators: Sequence[int]) -> dict[str, Numbers]:
    """What `u_alpha` and `u_alpha_binary` are computed from, in the documents that at least two annotators read.

    Args:
        data: of all annotators.
        annotators: the numbers of those who count.

    Returns:
        By name, over documents: `uses.<view>`, of shape (documents, categories), the l(c), view 0 for all labels, then
        one for each label alone; of shape (documents, 1 + labels) `differing`, and `whole`, the s; and of shape
        (documents, 1) `split`, the weight of the pairs of a unit and a gap.
    """
    characters, readings = data.units["character"], data.spans.readings(annotators)
    counted = readings[:, characters.document]
    readers: Integers = np.asarray(counted.sum(axis=0), np.int64)
    counts: dict[str, Numbers] = {}
    differing, whole = [], []
    for view, (category, categories) in enumerate(characters.views):
        differing.append(characters.gather @ disagreement(category, counted, readers))
        counts[f"uses.{view}"] = category_uses(characters, category, categories, counted)
        of_each = (units_of(data.spans, annotator, view - 1 if view else None) for annotator in range(len(category)))
        squares = [
            _squares(units, units.end - units.start, read) for units, read in zip(of_each, readings, strict=True)
        ]
        whole.append(np.sum(squares, axis=0) + counts[f"uses.{view}"][:, 0])
    marked: Integers = np.asarray(characters.has_label.any(axis=1), np.int64)
    split = characters.gather @ disagreement(marked, counted, readers)
    return counts | {
        "differing": np.stack(differing, axis=1),
        "whole": np.stack(whole, axis=1),
        "split": split[:, None],
    }


def coding_counts(data: AgreementData, annotators: Sequence[int]) -> dict[str, Numbers]:
    """What `cu_alpha` is computed from, in the documents that at least two annotators read.

    Args:
        data: of all annotators.
        annotators: the numbers of those who count.

    Returns:
        By name, over documents: `uses.<view>`, of shape (documents, categories), the l(c) of units that coincide; of
        shape (documents, 1 + labels) `differing`, and `whole`, the s and each label's share in it.
    """
    characters, readings = data.units["character"], data.spans.readings(annotators)
    marked = characters.has_label.any(axis=1) & readings[:, characters.document]
    readers = readings.sum(axis=0)[characters.document]
    # how much of each stretch coincides with units of others
    coinciding: Numbers = marked * ((marked.sum(axis=0) - marked) / np.maximum(1, readers - 1))
    counts: dict[str, Numbers] = {}
    differing = []
    for view, (category, categories) in enumerate(characters.views):
        differing.append(characters.gather @ disagreement(category, marked, readers))
        counts[f"uses.{view}"] = category_uses(characters, category, categories, coinciding)
    whole = np.sum(
        [
            _coinciding_squares(data.spans, characters, annotator, coinciding[annotator], read)
            for annotator, read in enumerate(readings)
        ],
        axis=0,
    )
    return counts | {"differing": np.stack(differing, axis=1), "whole": whole}


def u_alpha(sums: Mapping[str, Numbers]) -> Numbers:
    """Agreement on units and their values; NaN where nothing could differ.

    Args:
        sums: of `unit_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels).
    """
    length, could_differ = uses_and_pairs(sums)
    return _alpha(sums["differing"], length, could_differ, sums["whole"])


def u_alpha_binary(sums: Mapping[str, Numbers]) -> Numbers:
    """Agreement on units, whatever their values; NaN where nothing could differ. Shape (..., 1)."""
    length, gaps = sums["uses.0"].sum(axis=-1, keepdims=True), sums["uses.0"][..., :1]
    return _alpha(sums["split"], length, 2 * gaps * (length - gaps), sums["whole"][..., :1])


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
    of_value = stack_views(sums, lambda uses: uses[..., -1])[..., 1:]
    expected = of_value**2 * (length - of_value)
    share = sums["differing"][..., 1:] / 2 * (of_value * length - sums["whole"][..., 1:])
    labels = np.where(expected > 0, 1 - ratio(share, expected), np.nan)
    return np.concatenate([overall, labels], axis=-1)


def _alpha(differing: Numbers, length: Numbers, could_differ: Numbers, whole: Numbers) -> Numbers:
    """1 minus what differs over what would by chance, `length` `could_differ` / (`length`² - `whole`)."""
    expected = length * could_differ
    return np.where(expected > 0, 1 - ratio(differing * (length**2 - whole), expected), np.nan)


def _squares(units: FlatUnits, length: Integers | Numbers, read: Flags) -> Numbers:
    """The squared lengths of units, summed over each document that counts; shape (documents,)."""
    squares = (length * read[units.document]).astype(np.float64) ** 2
    return np.asarray(np.bincount(units.document, squares, minlength=read.size), np.float64)


def _coinciding_squares(
    table: AnnotationTable, characters: LabelledUnits, annotator: int, coinciding: Numbers, read: Flags
) -> Numbers:
    """The squared lengths of an annotator's units that coincide with others'; shape (documents, 1 + labels).

    Args:
        table: of all annotators.
        characters: n runs of them.
        annotator: the number of the annotator.
        coinciding: how much each run coincides with units of others; shape (n,).
        read: which documents count; shape (documents,).
    """
    units = units_of(table, annotator)
    until = np.concatenate([[0], np.cumsum(coinciding * characters.weight)])
    first, stop = np.searchsorted(characters.start, units.start), np.searchsorted(characters.start, units.end)
    length = until[stop] - until[first]
    labels = characters.has_label[annotator][:, first]
    return np.stack([_squares(units, length * flags, read) for flags in (np.ones(first.size), *labels)], axis=1)
