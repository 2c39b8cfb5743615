"""F1 of two annotators: on exact spans, on overlapping spans, and on the values that spans state.

Exact: a span agrees where the other annotator has the same boundaries and the same label. The number of spans there
might have been is unknown, so kappa has no true negatives to count, and F1 is what kappa tends to as they grow in
number (Hripcsak and Rothschild, JAMIA 2005). F1 is the same whichever of the two annotators is taken for right. Over
the examples that both confirmed it is 2 · same / (n₁ + n₂): 0 where one of them marked nothing that the other marked,
and undefined only where neither marked anything.

Relaxed: a span agrees where the other annotator has one of the same label that shares a character with it. Each span
agrees with one other at most, and as many as possible do: a maximum matching, so that one long span does not agree
with three short ones. That is the inexact match of the i2b2/VA challenge (Uzuner, South, Shen and DuVall, JAMIA 2011)
made one to one; the matching is that of Hopcroft and Karp (1973).

Values, for labels whose spans state quantities: two annotators may mark *up to 1,000 troops* and *up to 1,000*, and
mean the same; or *up to 1,000* and *1,000*, and not. Of the pairs of spans of such a label that overlap, those are
compared that are in a one-to-one matching: one with the most pairs, then the most equal values, then the most
characters shared; so the counts depend on no order. A pair counts where the words of either span have a value that
`goldspan.quantities.parse_troop_count` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.span_units import ranges
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.agreement.span_units import (
        AgreementData,
        AnnotationTable,
        ColumnCounts,
        Flags,
        Integers,
        Numbers,
    )


def span_counts(data: AgreementData, pair: Sequence[int]) -> dict[str, ColumnCounts]:
    """The spans of two annotators and how many agree, in the documents that both read.

    Args:
        data: of all annotators.
        pair: the numbers of the two.

    Returns:
        By name, each with 1 + labels columns, all labels and then each: `first` and `second`, the spans of either;
        `same`, those that agree exactly; and `overlapping`, those that agree relaxedly.
    """
    table, both = data.spans, data.spans.read_by(pair)
    first, second = (table.rows_of(annotator, both) for annotator in pair)
    same = first[np.isin(table.place[first], table.place[second])]
    left, right = overlaps(table, first, second)
    rows = {"first": first, "second": second, "same": same, "overlapping": left[matched(left, right)]}
    return {name: table.count_by_label(chosen) for name, chosen in rows.items()}


def exact_f1(sums: Mapping[str, Numbers]) -> Numbers:
    """The F1 of exact spans; NaN where neither annotator has any.

    Args:
        sums: of `span_counts`, over any documents; each of shape (..., 1 + labels).
    """
    return _f1(sums, "same")


def relaxed_f1(sums: Mapping[str, Numbers]) -> Numbers:
    """The F1 of overlapping spans of one label; NaN where neither annotator has any.

    Args:
        sums: of `span_counts`, over any documents; each of shape (..., 1 + labels).
    """
    return _f1(sums, "overlapping")


def has_spans(sums: Mapping[str, Numbers]) -> Flags:
    """Where either annotator has spans: what the denominator of F1 counts. Shape (..., 1 + labels)."""
    return np.asarray(sums["first"] + sums["second"] > 0)


def quantity_counts(data: AgreementData, pair: Sequence[int]) -> dict[str, ColumnCounts]:
    """The values that two annotators' spans state and how many agree, in the documents that both read.

    Args:
        data: of all annotators.
        pair: the numbers of the two.

    Returns:
        By name, each with 1 + labels columns: `first` and `second`, the spans with a value; `compared`, the pairs of
        which either has a value; and `equal`, those with the same.
    """
    table, value, both = data.spans, data.value, data.spans.read_by(pair)
    of_both = (table.rows_of(annotator, both) for annotator in pair)
    first, second = (rows[data.quantities[table.label[rows]]] for rows in of_both)
    left, right = overlaps(table, first, second)
    with_value = (value[left] >= 0) | (value[right] >= 0)
    left, right = left[with_value], right[with_value]
    equal = value[left] == value[right]
    starts, ends = (np.stack([column[left], column[right]]) for column in (table.start, table.end))
    chosen = _best_matching(left, right, equal, ends.min(axis=0) - starts.max(axis=0))
    rows = {
        "first": first[value[first] >= 0],
        "second": second[value[second] >= 0],
        "compared": left[chosen],
        "equal": left[chosen & equal],
    }
    return {name: table.count_by_label(of_name) for name, of_name in rows.items()}


def value_agreement(sums: Mapping[str, Numbers]) -> Numbers:
    """The share of the pairs of overlapping spans that have the same value; NaN where none is compared."""
    return ratio(sums["equal"], sums["compared"])


def has_compared_values(sums: Mapping[str, Numbers]) -> Flags:
    """Where values are compared: what the denominator of `value_agreement` counts. Shape (..., 1 + labels)."""
    return np.asarray(sums["compared"] > 0)


def value_f1(sums: Mapping[str, Numbers]) -> Numbers:
    """The F1 of values in their places; NaN where neither annotator has any."""
    return _f1(sums, "equal")


def overlaps(table: AnnotationTable, first: Integers, second: Integers) -> tuple[Integers, Integers]:
    """All pairs of spans of one label that share a character.

    Args:
        table: of all annotators.
        first: the rows of one annotator's spans.
        second: those of another's.

    Returns:
        The row of each pair's first span, and that of its second; shape (pairs,).
    """
    length = int(table.offset[-1]) + 1
    sides = []
    for rows in (first, second):
        begin = table.line_start[rows] + table.label[rows] * length  # a line of its own for each label
        order = np.argsort(begin, kind="stable")
        rows, begin = rows[order], begin[order]  # noqa: PLW2901
        sides.append((rows, begin, begin + table.end[rows] - table.start[rows]))
    (left, start, end), (right, begin, stop) = sides
    i, j = ranges(np.searchsorted(begin, start), np.searchsorted(begin, end))  # the second begins inside the first
    n, m = ranges(np.searchsorted(start, begin, "right"), np.searchsorted(start, stop))  # the first inside the second
    return np.concatenate([left[i], left[m]]), np.concatenate([right[j], right[n]])


def matched(left: Integers, right: Integers) -> Integers:
    """The numbers of the pairs that are in a maximum matching.

    Args:
        left: the first of each pair, by any number; shape (pairs,).
        right: the second.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    if not left.size:
        return np.zeros(0, np.int64)
    i, j = (np.unique(side, return_inverse=True)[1] for side in (left, right))
    graph = csr_array((np.ones(i.size, np.int8), (i, j)), shape=(int(i.max()) + 1, int(j.max()) + 1))
    partner = np.asarray(maximum_bipartite_matching(graph, perm_type="column"))
    return np.flatnonzero(partner[i] == j)


def components(left: Integers, right: Integers) -> Integers:
    """The connected component of each pair, from 0; shape (pairs,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not left.size:
        return np.zeros(0, np.int64)
    lefts, i = np.unique(left, return_inverse=True)
    rights, j = np.unique(right, return_inverse=True)
    size = lefts.size + rights.size
    graph = coo_array((np.ones(left.size, np.int8), (i, lefts.size + j)), shape=(size, size))
    component: Integers = connected_components(graph, directed=False)[1][i].astype(np.int64)
    return np.unique(component, return_inverse=True)[1]


def _f1(sums: Mapping[str, Numbers], agreeing: str) -> Numbers:
    return ratio(2 * sums[agreeing], sums["first"] + sums["second"])


def _best_matching(left: Integers, right: Integers, equal: Flags, shared: Integers) -> Flags:
    """Which pairs are in the matching with most pairs, then most equal values, then most characters shared.

    Args:
        left: the first of each pair; shape (pairs,).
        right: the second.
        equal: whether the two have one value.
        shared: how many characters they share.
    """
    from scipy.optimize import linear_sum_assignment

    group = components(left, right)
    chosen: Flags = np.bincount(group, minlength=1)[group] == 1
    for number in np.unique(group[~chosen]):
        part = np.flatnonzero(group == number)
        rows, i = np.unique(left[part], return_inverse=True)
        columns, j = np.unique(right[part], return_inverse=True)
        characters = 1 + int(shared[part].sum())
        worth = np.zeros((rows.size, columns.size))
        worth[i, j] = characters * (1 + part.size + equal[part]) + shared[part]
        partner = np.full(rows.size, -1)
        matched_rows, to = linear_sum_assignment(worth, maximize=True)
        partner[matched_rows] = to
        chosen[part] = partner[i] == j
    return chosen
