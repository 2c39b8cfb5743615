"""Agreement of value beside agreement of span, for labels whose spans state quantities.

Two annotators may mark *up to 1,000 troops* and *up to 1,000*, and mean the same; or *up to 1,000* and *1,000*, and
not. Of the pairs of spans of such a label that overlap, those are compared that a one-to-one matching holds: one with
the most pairs, then the most equal values, then the most characters shared; so the counts depend on no order. A pair
counts where the words of either span have a value that `goldspan.quantities.parse_troop_count` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.relaxed import components, overlaps
from goldspan.quantities import parse_troop_count
from goldspan.resampling import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.columns import Columns, Flags, Integers

    Numbers = NDArray[np.float64]


def values(columns: Columns, annotations: Annotations, labels: Sequence[str]) -> Integers:
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


def counts(columns: Columns, value: Integers, first: int, second: int, both: Flags) -> dict[str, Numbers]:
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


def agreement(sums: Mapping[str, Numbers]) -> Numbers:
    """The share of the pairs of overlapping spans that have the same value; NaN where none is compared."""
    return ratio(sums["equal"], sums["compared"])


def f1(sums: Mapping[str, Numbers]) -> Numbers:
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
