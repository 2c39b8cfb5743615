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

All of it is made of sums over items, so that resampled corpora need no recomputation: the chance term depends on the
whole continuum, but through l(c) and s alone, which add up. Where annotators read different items, m is the number of
those who read the item, as in alpha with missing data. A unit does not reach beyond its item. An annotator's own
overlapping spans are cut at their boundaries into stretches that bear sets of labels, as no continuum can hold them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.alpha import disagreement, stacked, uses, uses_and_pairs
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from goldspan.agreement.span_units import AnnotationTable, Flags, Integers, LabelledUnits

if TYPE_CHECKING:
    Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Units:
    """The units of one annotator, none of which overlaps another.

    Args:
        item: the number of each one's item; shape (units,).
        start: where it begins on the line of the columns.
        end: where it ends.
    """

    item: Integers
    start: Integers
    end: Integers


def units(columns: AnnotationTable, annotator: int, label: int | None = None) -> Units:
    """The units of an annotator: his spans, cut where they overlap.

    Args:
        columns: of all annotators.
        annotator: his number.
        label: the number of the label whose spans alone count; None for all.
    """
    rows = columns.annotator == annotator
    rows &= True if label is None else columns.label == label
    start, end = columns.start[rows], columns.end[rows]
    cuts = np.unique(np.concatenate([start, end]))
    covered = np.searchsorted(np.sort(start), cuts, "right") - np.searchsorted(np.sort(end), cuts, "right")
    inside = np.flatnonzero(covered[:-1] > 0)
    item = np.searchsorted(columns.offset, cuts[inside], "right") - 1
    return Units(item, cuts[inside], cuts[inside + 1])


def counts(columns: AnnotationTable, characters: LabelledUnits, read: Flags) -> dict[str, Numbers]:
    """What `u_alpha` and `u_alpha_binary` are made of, in the items that at least two annotators read.

    Args:
        columns: of all annotators.
        characters: the atoms that are runs of characters.
        read: who counts where; shape (annotators, items).

    Returns:
        By name, over items: `uses.<view>`, of shape (items, categories), the l(c), view 0 for all labels, then one
        for each label alone; of shape (items, 1 + labels) `differing`, and `whole`, the s; and of shape (items, 1)
        `split`, the weight of the pairs of a unit and a gap.
    """
    read = read & (read.sum(axis=0) > 1)
    there = read[:, characters.item]
    readers: Integers = np.asarray(there.sum(axis=0), np.int64)
    found: dict[str, Numbers] = {}
    differing, whole = [], []
    for view, (marks, categories) in enumerate(characters.views):
        differing.append(characters.gather @ disagreement(marks, there, readers))
        found[f"uses.{view}"] = uses(characters, marks, categories, there)
        rows = (units(columns, one, view - 1 if view else None) for one in range(len(marks)))
        squares = [_squares(mine, mine.end - mine.start, read[one]) for one, mine in enumerate(rows)]
        whole.append(np.sum(squares, axis=0) + found[f"uses.{view}"][:, 0])
    marked: Integers = np.asarray(characters.bears.any(axis=1), np.int64)
    split = characters.gather @ disagreement(marked, there, readers)
    return found | {"differing": np.stack(differing, axis=1), "whole": np.stack(whole, axis=1), "split": split[:, None]}


def coding_counts(columns: AnnotationTable, characters: LabelledUnits, read: Flags) -> dict[str, Numbers]:
    """What `cu_alpha` is made of, likewise.

    Returns:
        By name, over items: `uses.<view>`, of shape (items, categories), the l(c) of units that coincide; of shape
        (items, 1 + labels) `differing`, and `whole`, the s and each label's share in it.
    """
    read = read & (read.sum(axis=0) > 1)
    marked = characters.bears.any(axis=1) & read[:, characters.item]
    readers = read.sum(axis=0)[characters.item]
    others: Numbers = marked * (
        (marked.sum(axis=0) - marked) / np.maximum(1, readers - 1)
    )  # how much of each coincides
    found: dict[str, Numbers] = {}
    differing = []
    for view, (marks, categories) in enumerate(characters.views):
        differing.append(characters.gather @ disagreement(marks, marked, readers))
        found[f"uses.{view}"] = uses(characters, marks, categories, others)
    whole = np.sum([_coded(columns, characters, one, others[one], read[one]) for one in range(len(read))], axis=0)
    return found | {"differing": np.stack(differing, axis=1), "whole": whole}


def u_alpha(sums: Mapping[str, Numbers]) -> Numbers:
    """Agreement on units and their values; NaN where nothing could differ.

    Args:
        sums: of `counts`, over any items.

    Returns:
        Shape (..., 1 + labels).
    """
    length, could_differ = uses_and_pairs(sums)
    return _alpha(sums["differing"], length, could_differ, sums["whole"])


def u_alpha_binary(sums: Mapping[str, Numbers]) -> Numbers:
    """Agreement on units, whatever their values; NaN where nothing could differ. Shape (..., 1)."""
    length, gaps = sums["uses.0"].sum(axis=-1, keepdims=True), sums["uses.0"][..., :1]
    return _alpha(sums["split"], length, 2 * gaps * (length - gaps), sums["whole"][..., :1])


def cu_alpha(sums: Mapping[str, Numbers]) -> Numbers:
    """Agreement on the values of units, where two have units; NaN where no two have, or all bear one value.

    Args:
        sums: of `coding_counts`, over any items.

    Returns:
        Shape (..., 1 + labels): of all values, then (k)u-alpha of each, where the characters of value k alone are
        looked at: those of them that meet another value, against how many would by chance.
    """
    length, could_differ = uses_and_pairs(sums)
    overall = _alpha(sums["differing"][..., :1], length, could_differ[..., :1], sums["whole"][..., :1])
    bearing = stacked(sums, "uses", lambda use: use[..., -1])[..., 1:]
    expected = bearing**2 * (length - bearing)
    share = sums["differing"][..., 1:] / 2 * (bearing * length - sums["whole"][..., 1:])
    labels = np.where(expected > 0, 1 - ratio(share, expected), np.nan)
    return np.concatenate([overall, labels], axis=-1)


def _alpha(differing: Numbers, length: Numbers, could_differ: Numbers, whole: Numbers) -> Numbers:
    """One less what differs over what would by chance, `length` `could_differ` / (`length`² - `whole`)."""
    expected = length * could_differ
    return np.where(expected > 0, 1 - ratio(differing * (length**2 - whole), expected), np.nan)


def _squares(mine: Units, length: Integers | Numbers, counting: Flags) -> Numbers:
    """The squared lengths of units, summed over each item that counts; shape (items,)."""
    squares = (length * counting[mine.item]).astype(np.float64) ** 2
    return np.asarray(np.bincount(mine.item, squares, minlength=counting.size), np.float64)


def _coded(columns: AnnotationTable, characters: LabelledUnits, one: int, coinciding: Numbers, read: Flags) -> Numbers:
    """The squared lengths of an annotator's units that coincide with others'; shape (items, 1 + labels).

    Args:
        columns: of all annotators.
        characters: n runs of them.
        one: the number of the annotator.
        coinciding: how much each run coincides with units of others; shape (n,).
        read: which items count; shape (items,).
    """
    mine = units(columns, one)
    upto = np.concatenate([[0], np.cumsum(coinciding * characters.weight)])
    first, stop = np.searchsorted(characters.start, mine.start), np.searchsorted(characters.start, mine.end)
    length = upto[stop] - upto[first]
    labels = characters.bears[one][:, first]
    return np.stack([_squares(mine, length * yes, read) for yes in (np.ones(first.size), *labels)], axis=1)
