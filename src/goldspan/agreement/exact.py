"""Exact-span agreement: a span agrees where the other annotator has the same boundaries and the same label.

Where nobody can say how many spans there might have been, kappa has no true negatives to count, and F1 is what kappa
tends to as they grow in number (Hripcsak and Rothschild, JAMIA 2005). F1 is the same whichever of the two is held
to be right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.resampling import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from goldspan.agreement.columns import Columns, Flags

    Numbers = NDArray[np.float64]


def counts(columns: Columns, first: int, second: int, both: Flags) -> dict[str, Numbers]:
    """What two annotators marked in the items that both read: `first`, `second`, and `same` in both.

    Args:
        columns: of all annotators.
        first: the number of the one.
        second: the number of the other.
        both: which items count; shape (items,).

    Returns:
        By name, each of shape (items, 1 + labels): all labels, then each.
    """
    one, other = (np.flatnonzero(columns.marked(who, both)) for who in (first, second))
    same = one[np.isin(_keys(columns, one), _keys(columns, other))]
    return {name: columns.by_label(rows) for name, rows in (("first", one), ("second", other), ("same", same))}


def f1(sums: Mapping[str, Numbers], agreeing: str = "same") -> Numbers:
    """The F1 of two annotators; NaN where either has nothing, for then there is nothing to compare.

    Args:
        sums: of `counts`, over any items; each of shape (..., 1 + labels).
        agreeing: the name of what agrees.
    """
    first, second = sums["first"], sums["second"]
    return np.where((first > 0) & (second > 0), ratio(2 * sums[agreeing], first + second), np.nan)


def _keys(columns: Columns, rows: NDArray[np.int64]) -> NDArray[np.void]:
    """Something that is equal for spans with equal boundaries and labels; shape (rows,)."""
    table = np.stack([columns.start[rows], columns.end[rows], columns.label[rows]], axis=1)
    return np.ascontiguousarray(table).view([("", np.int64)] * 3).ravel()
