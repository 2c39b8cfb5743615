"""Optimal matching of components of any shape: small ones together, by trying all; larger ones by linear assignment.

The criteria, credit before number before characters before labels, become digits of a weight and a tie-breaker.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from goldspan.evaluation.overlaps import Edges

    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

SMALL = 4  # spans of either side, so that there are 24 matchings to try
EXACT = 2**52  # whole numbers up to twice this are exact in the floating point of the solvers
DENSE = 2**22  # cells of a table of 32 MiB


@dataclass(frozen=True, eq=False)
class Knots:
    """The edges of components that cannot be swept.

    Args:
        small: the edges of the small ones; shape (n,).
        knot: which of the small ones each of them belongs to, from 0.
        gold: the gold span of each of them, numbered from 0 within its knot as the spans first occur.
        predicted: the predicted span, likewise.
        large: the stretches of the edges that are the other ones.
    """

    small: Integers
    knot: Integers
    gold: Integers
    predicted: Integers
    large: tuple[slice, ...]

    @classmethod
    def of(cls, edges: Edges, begin: Integers, size: Integers) -> Knots:
        """The knots that start at `begin`, with `size` edges each."""
        knot = np.repeat(np.arange(size.size), size)
        first = np.cumsum(size) - size
        edge = np.arange(knot.size) + (begin - first)[knot]
        sides = [_numbered(side[edge]) for side in (edges.gold, edges.predicted)]
        sides = [side - side[first][knot] for side in sides]  # a knot's first edge has its lowest numbers
        widest = np.maximum(*sides) if size.size else np.zeros(0, np.int64)
        little = np.maximum.reduceat(widest, first) < SMALL if size.size else np.zeros(0, np.bool_)
        kept = little[knot]
        return cls(
            small=edge[kept],
            knot=(np.cumsum(little) - 1)[knot[kept]],
            gold=sides[0][kept],
            predicted=sides[1][kept],
            large=tuple(slice(a, a + n) for a, n in zip(begin[~little].tolist(), size[~little].tolist(), strict=True)),
        )

    def choose(self, chosen: Flags, edges: Edges, credit: Integers) -> None:
        """Mark the edges of the best matching of every knot.

        Args:
            chosen: one flag for each edge, changed in place.
            edges: those that the knots were made of.
            credit: twice the credit of each edge: 0, 1 or 2.
        """
        if self.small.size:
            tie = edges.shared[self.small] * (SMALL + 1) + edges.label[self.small]
            chosen[self.small] = self._tried(credit[self.small] * (SMALL + 1) + 1, tie)
        for part in self.large:
            spans = edges.gold[part], edges.predicted[part]
            chosen[part] = assign(*spans, credit[part], edges.shared[part], edges.label[part])

    def _tried(self, weight: Integers, tie: Integers) -> Flags:
        """Which edges of the small knots the best of all their matchings have."""
        ways = np.array(list(permutations(range(SMALL))))  # what is no edge of the knot weighs nothing
        totals = []
        for worth in (weight, tie):
            table = np.zeros((int(self.knot[-1]) + 1, SMALL, SMALL), np.int64)
            table[self.knot, self.gold, self.predicted] = worth
            total = np.zeros((len(table), len(ways)), np.int64)
            for span in range(SMALL):
                total += table[:, span, ways[:, span]]
            totals.append(total)
        best = totals[0] == totals[0].max(axis=1, keepdims=True)
        way = ways[np.where(best, totals[1], -1).argmax(axis=1)]
        taken: Flags = way[self.knot, self.gold] == self.predicted
        return taken


def assign(gold: Integers, predicted: Integers, credit: Integers, shared: Integers, label: Flags) -> Flags:
    """Which edges the best matching of a component has; shape (edges,).

    Where a component is so large and its texts are so long that the digits do not fit into one number, the last ones,
    characters and labels, are rounded: the credit and the number of pairs stay exact.

    Args:
        gold: the gold span of each edge, by any number; shape (edges,), like all others.
        predicted: its predicted span.
        credit: twice its credit: 0, 1 or 2.
        shared: how many characters its spans share.
        label: whether its labels agree.
    """
    i, j = _numbered(gold), _numbered(predicted)
    rows, columns = int(i.max()) + 1, int(j.max()) + 1
    pairs = min(rows, columns)
    weight = credit * (pairs + 1) + 1
    tie = shared * (pairs + 1) + label
    room = EXACT // (2 * pairs * (pairs + 2))
    if (most := pairs * int(tie.max())) >= room:
        tie = np.floor(tie * ((room - 1) / most)).astype(np.int64)
    solve = _dense if rows * columns <= DENSE else _sparse
    return solve(i, j, (weight * room + tie).astype(np.float64))


def _numbered(spans: Integers) -> Integers:
    """The spans numbered from 0 as they first occur, so that the order of the input plays no part."""
    _, first, number = np.unique(spans, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]


def _dense(i: Integers, j: Integers, weight: NDArray[np.float64]) -> Flags:
    """By the shortest augmenting paths of Crouse (2016) in a full table, where no edge weighs nothing."""
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((int(i.max()) + 1, int(j.max()) + 1))
    table[i, j] = weight
    partner = np.full(table.shape[0], -1)
    rows, columns = linear_sum_assignment(table, maximize=True)
    partner[rows] = columns
    chosen: Flags = partner[i] == j
    return chosen


def _sparse(i: Integers, j: Integers, weight: NDArray[np.float64]) -> Flags:
    """By the sparse variant of Jonker and Volgenant (1987); a column for each row says that it stays alone."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows, columns = int(i.max()) + 1, int(j.max()) + 1
    alone = np.arange(rows)
    cost = np.concatenate([weight.max() + 1 - weight, np.full(rows, weight.max() + 1)])  # 0 would mean no edge
    places = (np.concatenate([i, alone]), np.concatenate([j, columns + alone]))
    partner = min_weight_full_bipartite_matching(csr_array((cost, places), shape=(rows, columns + rows)))[1]
    chosen: Flags = partner[i] == j
    return chosen
