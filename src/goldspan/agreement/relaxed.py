"""Relaxed agreement: a span agrees where the other annotator has one of the same label that shares a character with it.

Each span agrees with one other at most, and as many as possible do: a maximum matching, so that one long span does not
agree with three short ones. That is the inexact match of the i2b2/VA challenge (Uzuner, South, Shen and DuVall, JAMIA
2011) made one to one; the matching is that of Hopcroft and Karp (1973).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from goldspan.agreement.columns import Columns, Flags, Integers

    Numbers = NDArray[np.float64]


def counts(columns: Columns, first: int, second: int, both: Flags) -> dict[str, Numbers]:
    """How many spans of two annotators agree so, in the items that both read: `overlapping`.

    Args:
        columns: of all annotators.
        first: the number of the one.
        second: the number of the other.
        both: which items count; shape (items,).

    Returns:
        By name, shape (items, 1 + labels): all labels, then each.
    """
    one, other = overlaps(columns, first, second, both)
    return {"overlapping": columns.by_label(one[matched(one, other)])}


def overlaps(columns: Columns, first: int, second: int, both: Flags) -> tuple[Integers, Integers]:
    """All pairs of spans of one label that share a character, in the items that both read: rows of the columns."""
    length = int(columns.offset[-1]) + 1
    sides = []
    for who in (first, second):
        rows = np.flatnonzero(columns.marked(who, both))
        begin = columns.start[rows] + columns.label[rows] * length  # a line of its own for each label
        order = np.argsort(begin, kind="stable")
        rows, begin = rows[order], begin[order]
        sides.append((rows, begin, begin + columns.end[rows] - columns.start[rows]))
    (one, start, end), (other, begin, stop) = sides
    i, j = _ranges(np.searchsorted(begin, start), np.searchsorted(begin, end))  # the other begins inside the one
    n, m = _ranges(np.searchsorted(start, begin, "right"), np.searchsorted(start, stop))  # the one inside the other
    return np.concatenate([one[i], one[m]]), np.concatenate([other[j], other[n]])


def matched(one: Integers, other: Integers) -> Integers:
    """Which pairs a maximum matching holds.

    Args:
        one: the first of each pair, by any number; shape (pairs,).
        other: the second.

    Returns:
        The numbers of the pairs.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    if not one.size:
        return np.zeros(0, np.int64)
    i, j = (np.unique(side, return_inverse=True)[1] for side in (one, other))
    graph = csr_array((np.ones(i.size, np.int8), (i, j)), shape=(int(i.max()) + 1, int(j.max()) + 1))
    partner = np.asarray(maximum_bipartite_matching(graph, perm_type="column"))
    return np.flatnonzero(partner[i] == j)


def _ranges(low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """All k with all numbers from `low[k]` to `high[k]`, half-open, as two columns."""
    count = high - low
    owner = np.repeat(np.arange(count.size), count)
    return owner, np.arange(owner.size) + np.repeat(low - np.cumsum(count) + count, count)


def components(one: Integers, other: Integers) -> Integers:
    """The connected component of each pair, from 0; shape (pairs,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not one.size:
        return np.zeros(0, np.int64)
    left, i = np.unique(one, return_inverse=True)
    right, j = np.unique(other, return_inverse=True)
    size = left.size + right.size
    graph = coo_array((np.ones(one.size, np.int8), (i, left.size + j)), shape=(size, size))
    found: Integers = connected_components(graph, directed=False)[1][i].astype(np.int64)
    return np.unique(found, return_inverse=True)[1]
