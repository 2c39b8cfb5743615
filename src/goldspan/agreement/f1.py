"""Agreement of value beside agreement of span, for labels whose spans state quantities.

Two annotators may mark *up to 1,000 troops* and *up to 1,000*, and mean the same; or *up to 1,000* and *1,000*, and
not. Of the pairs of spans of such a label that overlap, those are compared that a one-to-one matching holds: one with
the most pairs, then the most equal values, then the most characters shared; so the counts depend on no order. A pair
counts where the words of either span have a value that `goldspan.quantities.parse_troop_count` reads.

Relaxed agreement: a span agrees where the other annotator has one of the same label that shares a character with it.

Each span agrees with one other at most, and as many as possible do: a maximum matching, so that one long span does not
agree with three short ones. That is the inexact match of the i2b2/VA challenge (Uzuner, South, Shen and DuVall, JAMIA
2011) made one to one; the matching is that of Hopcroft and Karp (1973).

Exact-span agreement: a span agrees where the other annotator has the same boundaries and the same label.

Where nobody can say how many spans there might have been, kappa has no true negatives to count, and F1 is what kappa
tends to as they grow in number (Hripcsak and Rothschild, JAMIA 2005). F1 is the same whichever of the two is held
to be right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.bootstrap import ratio
from goldspan.quantities import parse_troop_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.span_units import AnnotationTable, Flags, Integers

if TYPE_CHECKING:
    Numbers = NDArray[np.float64]


def relaxed_counts(columns: AnnotationTable, first: int, second: int, both: Flags) -> dict[str, Numbers]:
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


def overlaps(columns: AnnotationTable, first: int, second: int, both: Flags) -> tuple[Integers, Integers]:
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


def quantity_values(columns: AnnotationTable, annotations: Annotations, labels: Sequence[str]) -> Integers:
    """A number for the value of each span: equal ones for equal values, -1 for none; shape (spans,).

    Args:
        columns: of the annotations.
        annotations: whose words are read.
        labels: those whose spans state quantities; spans of others have no value.
    """
    known: dict[object, int] = {None: -1}
    wanted = [number for number, name in enumerate(columns.labels) if name in labels]
    found = np.full(columns.item.size, -1)
    for row in np.flatnonzero(np.isin(columns.label, wanted)).tolist():
        item = columns.item[row]
        start, end = columns.start[row] - columns.offset[item], columns.end[row] - columns.offset[item]
        value = parse_troop_count(annotations.items[item].text[start:end])
        found[row] = known.setdefault(value, len(known))
    return found


def quantity_counts(
    columns: AnnotationTable, value: Integers, first: int, second: int, both: Flags
) -> dict[str, Numbers]:
    """What the agreement of two annotators on values is made of, in the items that both read.

    Args:
        columns: of all annotators.
        value: of each span, by `values`.
        first: the number of the one.
        second: the number of the other.
        both: which items count; shape (items,).

    Returns:
        By name, each of shape (items, 1 + labels): `first` and `second`, the spans with a value; `compared`, the
        pairs of which either has a value; and `equal`, those with the same.
    """
    sides = [columns.by_label(columns.marked(who, both) & (value >= 0)) for who in (first, second)]
    one, other = overlaps(columns, first, second, both)
    having = (value[one] >= 0) | (value[other] >= 0)
    one, other = one[having], other[having]
    equal = value[one] == value[other]
    shared = np.minimum(columns.end[one], columns.end[other]) - np.maximum(columns.start[one], columns.start[other])
    chosen = _best(one, other, equal, shared)
    return {
        "first": sides[0],
        "second": sides[1],
        "compared": columns.by_label(one[chosen]),
        "equal": columns.by_label(one[chosen & equal]),
    }


def quantity_agreement(sums: Mapping[str, Numbers]) -> Numbers:
    """The share of the pairs of overlapping spans that have the same value; NaN where none is compared."""
    return ratio(sums["equal"], sums["compared"])


def quantity_f1(sums: Mapping[str, Numbers]) -> Numbers:
    """The F1 of values in their places; NaN where either annotator has none."""
    first, second = sums["first"], sums["second"]
    return np.where((first > 0) & (second > 0), ratio(2 * sums["equal"], first + second), np.nan)


def _best(one: Integers, other: Integers, equal: Flags, shared: Integers) -> Flags:
    """Which pairs the matching holds; shape (pairs,)."""
    from scipy.optimize import linear_sum_assignment

    group = components(one, other)
    chosen: Flags = np.bincount(group, minlength=1)[group] == 1
    for number in np.unique(group[~chosen]):
        part = np.flatnonzero(group == number)
        rows, i = np.unique(one[part], return_inverse=True)
        columns, j = np.unique(other[part], return_inverse=True)
        characters = 1 + int(shared[part].sum())
        worth = np.zeros((rows.size, columns.size))
        worth[i, j] = characters * (1 + part.size + equal[part]) + shared[part]
        partner = np.full(rows.size, -1)
        matched, to = linear_sum_assignment(worth, maximize=True)
        partner[matched] = to
        chosen[part] = partner[i] == j
    return chosen


def exact_counts(columns: AnnotationTable, first: int, second: int, both: Flags) -> dict[str, Numbers]:
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


def exact_f1(sums: Mapping[str, Numbers], agreeing: str = "same") -> Numbers:
    """The F1 of two annotators; NaN where either has nothing, for then there is nothing to compare.

    Args:
        sums: of `counts`, over any items; each of shape (..., 1 + labels).
        agreeing: the name of what agrees.
    """
    first, second = sums["first"], sums["second"]
    return np.where((first > 0) & (second > 0), ratio(2 * sums[agreeing], first + second), np.nan)


def _keys(columns: AnnotationTable, rows: NDArray[np.int64]) -> NDArray[np.void]:
    """Something that is equal for spans with equal boundaries and labels; shape (rows,)."""
    table = np.stack([columns.start[rows], columns.end[rows], columns.label[rows]], axis=1)
    return np.ascontiguousarray(table).view([("", np.int64)] * 3).ravel()
