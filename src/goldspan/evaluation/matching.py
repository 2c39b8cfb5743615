"""One-to-one matching of gold and predicted spans: exact optima, over all documents at once.

SemEval-2013 Task 9.1 (Segura-Bedmar et al. 2013) and MUC-5 (Chinchor and Sundheim 1993) define how a matched pair is
scored, and leave open which spans are matched when several overlap. Here a span is matched at most once, with one
that it overlaps, and the matching is the one that has, in this order,

1. the greatest credit under the scheme: 1 for each correct pair, 1/2 for each partial one;
2. the most pairs, so that an error of boundary or label is not counted as missed and spurious;
3. the most characters shared;
4. the most pairs with one label.

Remaining ties are broken by the order of the sorted spans, so that the order of the input never matters; the counts
follow from 1 and 2 and depend on no tie.

The documents stand end to end on one line, so that spans of different documents never overlap and no loop over
documents is needed. Most predicted spans of a usable system are those of gold. They are paired first where that is
proven to lose nothing (`overlaps`); the other spans form the graph that must be solved, by one sweep where that is
exact (`SweepSolver`) and as an assignment problem elsewhere (`AssignmentSolver`).

**Which identical pairs are safe.** Let g and p be a gold and a predicted span with the same boundaries I and the
same label. If no other gold span has an endpoint strictly inside I, or no other predicted one has, then some
optimal matching holds the pair (g, p), under each of the four schemes.

*Proof.* Say it holds for gold (else change the sides). Take an optimal matching without (g, p).

1. Neither is matched: adding the pair is better, a contradiction.
2. Only one is matched, say (g, p'): (g, p) instead has the greatest credit, the most characters (all of I) and an
   agreeing label, so it is no worse.
3. Both are matched, (g, p') and (g', p). As g' overlaps I and has no endpoint inside, it contains I; so it overlaps
   p', which overlaps I, and (g, p) with (g', p') is another matching, with as many pairs. Characters:
   |I| + |g' and p'| >= |I| + |I and p'|. Agreeing labels: if p' or g' has the label of I, so that the old pairs
   count, then 1 + [g' and p' agree] is at least the old sum in each of the four cases. Credit: for `type` it is
   that same sum. For the others call an old pair *whole* if its credit is 1, so that p' (or g') equals I in what
   the scheme looks at: two whole pairs give two whole pairs; with one whole pair the other's credit moves over
   unchanged, since I is replaced by its equal; with none the old credit is at most 2 * 1/2 under `partial`, where
   the new is at least 1 + 1/2, and 0 under `strict` and `exact`, where the new is at least 1. No worse, again.

Taking a pair out takes endpoints out, so the other pairs stay safe, and by induction all are taken at once. In flat
data no span has another's endpoint inside: every identical pair is safe. That it needs the condition: with
g = p = [0, 10), p' = [0, 3) and g' = [7, 10), all of one label, `type` finds two correct pairs only without (g, p).
Restricting both sides to one label takes endpoints out too: safe pairs are safe within their label.

**Components.** If in a connected component of what remains each gold span has its own identical predicted one, or
each predicted one its gold one, then those pairs are optimal: each span of that side has the greatest credit,
characters and agreement that it can have.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from goldspan.errors import InvalidValueError
from goldspan.span_table import aligned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from goldspan.evaluation.result import Scheme
    from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

LARGEST = 2**62


SMALL = 4  # spans on either side of a small component, which has 24 matchings at most
EXACT = 2**52  # whole numbers up to twice this are exact in the floating point of the solvers
DENSE = 2**22  # cells of a full table, which are 32 MiB
FULL = 2  # twice the credit of a correct pair


@dataclass(frozen=True, eq=False)
class OverlapGraph:
    """The pairs of overlapping spans among which a matching chooses, sorted by component, gold and predicted span.

    Args:
        gold: the row of the gold span in its table.
        predicted: the row of the predicted span.
        shared: how many characters the two share, at least 1.
        bounds: whether they have the same boundaries.
        label: whether they have the same label.
        component: the connected component, from 0 without gaps; no span lies in two.
    """

    gold: Integers
    predicted: Integers
    shared: Integers
    bounds: Flags
    label: Flags
    component: Integers

    def where(self, chosen: Flags) -> OverlapGraph:
        """The chosen edges, with the components that they form."""
        component = components(self.gold[chosen], self.predicted[chosen])
        order = np.argsort(component, kind="stable")
        kept = np.flatnonzero(chosen)[order]
        return OverlapGraph(
            gold=self.gold[kept],
            predicted=self.predicted[kept],
            shared=self.shared[kept],
            bounds=self.bounds[kept],
            label=self.label[kept],
            component=component[order],
        )


@dataclass(frozen=True, eq=False)
class Overlaps:
    """The pairs that some optimal matching holds, and those among which it has to choose.

    Args:
        gold: the rows of the gold spans that are paired with an identical predicted span.
        predicted: the rows of these predicted spans, in the same order.
        edges: the other pairs that may be matched.
    """

    gold: Integers
    predicted: Integers
    edges: OverlapGraph


@dataclass(frozen=True, eq=False)
class _Side:
    """The spans of one side on the line, sorted; `row` is their row in the table."""

    row: Integers
    start: Integers
    end: Integers
    label: Integers
    key: Integers

    def take(self, chosen: Integers) -> _Side:
        return _Side(self.row[chosen], self.start[chosen], self.end[chosen], self.label[chosen], self.key[chosen])


def overlaps(gold: SpanTable, predicted: SpanTable) -> Overlaps:
    """The identical pairs that some optimal matching holds, and all overlapping pairs of the other spans.

    Args:
        gold: the spans of one side.
        predicted: those of the other; `aligned` with gold.

    Raises:
        InvalidValueError: where the documents together are too long to count their characters.
    """
    g, p = _sides(gold, predicted)
    first, second = _identical(g.key, p.key)
    safe = _undivided(g, first) | _undivided(p, second)
    edges = _edges(_without(g, first[safe]), _without(p, second[safe]))
    pairs = (g.row[first[safe]], p.row[second[safe]])
    if safe.all():
        return Overlaps(*pairs, edges)
    more, edges = _optimal_by_component(edges, g.row[first[~safe]], p.row[second[~safe]])
    return Overlaps(np.concatenate([pairs[0], more[0]]), np.concatenate([pairs[1], more[1]]), edges)


def span_keys(gold: SpanTable, predicted: SpanTable) -> tuple[Integers, Integers]:
    """A number for each span of both sides: equal for spans that are the same, and in the order of the text.

    Args:
        gold: the spans of one side.
        predicted: those of the other; `aligned` with gold.
    """
    sides = _sides(gold, predicted)
    keys = tuple(np.zeros_like(side.key) for side in sides)
    for key, side in zip(keys, sides, strict=True):
        key[side.row] = side.key
    return keys[0], keys[1]


def _sides(gold: SpanTable, predicted: SpanTable) -> tuple[_Side, _Side]:
    """Both sides on one line, with keys that order the spans and are equal for identical spans alone."""
    stride = max((int(side.end.max()) for side in (gold, predicted) if side.end.size), default=0)
    if gold.documents * stride >= LARGEST:
        raise InvalidValueError(f"{gold.documents:,} documents of up to {stride:,} characters are too many to count")
    starts = [side.document * stride + side.start for side in (gold, predicted)]
    ends = [side.document * stride + side.end for side in (gold, predicted)]
    number = max(1, len(gold.labels))
    places, widths = starts, [side.end - side.start for side in (gold, predicted)]
    limit = stride + 1
    if gold.documents * stride * limit * number >= LARGEST:  # too large for keys: ranks are small and keep the order
        places, widths = _ranks(starts), _ranks(ends)
        limit = 1 + max((int(width.max()) for width in widths if width.size), default=0)
    sides = []
    for side, start, end, place, width in zip((gold, predicted), starts, ends, places, widths, strict=True):
        sides.append(_sorted(start, end, side.label, (place * limit + width) * number + side.label))
    return sides[0], sides[1]


def _ranks(columns: list[Integers]) -> list[Integers]:
    ranks = np.unique(np.concatenate(columns), return_inverse=True)[1]
    return np.split(ranks, [columns[0].size])


def _sorted(start: Integers, end: Integers, label: Integers, key: Integers) -> _Side:
    side = _Side(np.arange(key.size), start, end, label, key)
    return side if (key[1:] >= key[:-1]).all() else side.take(np.argsort(key, kind="stable"))


def _identical(gold: Integers, predicted: Integers) -> tuple[Integers, Integers]:
    """The indices of equal keys in two sorted arrays; the nth repetition of a key is paired with the nth."""
    if not predicted.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    index = np.searchsorted(predicted, gold)
    if (gold[1:] == gold[:-1]).any():
        index += np.arange(gold.size) - np.searchsorted(gold, gold)
    equal = predicted[np.minimum(index, predicted.size - 1)] == gold
    equal &= index < predicted.size
    return np.flatnonzero(equal), index[equal]


def _undivided(side: _Side, chosen: Integers) -> Flags:
    """Whether no other span of the side has an endpoint strictly inside the chosen ones."""
    if (side.start[1:] >= side.end[:-1]).all():  # flat: no need to search
        return np.ones(chosen.size, np.bool_)
    start, end, ends = side.start[chosen], side.end[chosen], np.sort(side.end)
    begun = np.searchsorted(side.start, end) - np.searchsorted(side.start, start, "right")
    ended = np.searchsorted(ends, end) - np.searchsorted(ends, start, "right")
    return np.asarray((begun == 0) & (ended == 0))


def _without(side: _Side, paired: Integers) -> _Side:
    free = np.ones(side.row.size, np.bool_)
    free[paired] = False
    return side.take(np.flatnonzero(free))


def _edges(g: _Side, p: _Side) -> OverlapGraph:
    """All overlapping pairs: of two overlapping spans one begins inside the other, or both begin together."""
    i, j = _ranges(np.searchsorted(p.start, g.start), np.searchsorted(p.start, g.end))
    second, first = _ranges(np.searchsorted(g.start, p.start, "right"), np.searchsorted(g.start, p.end))
    i, j = np.concatenate([i, first]), np.concatenate([j, second])
    component = components(i, j)
    order = np.lexsort((j, i, component))
    i, j = i[order], j[order]
    return OverlapGraph(
        gold=g.row[i],
        predicted=p.row[j],
        shared=np.minimum(g.end[i], p.end[j]) - np.maximum(g.start[i], p.start[j]),
        bounds=(g.start[i] == p.start[j]) & (g.end[i] == p.end[j]),
        label=g.label[i] == p.label[j],
        component=component[order],
    )


def _ranges(low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """All k with all numbers from `low[k]` to `high[k]`, half-open, as two columns."""
    count = high - low
    owner = np.repeat(np.arange(count.size), count)
    return owner, np.arange(owner.size) + np.repeat(low - np.cumsum(count) + count, count)


def components(gold: Integers, predicted: Integers) -> Integers:
    """The connected component of each edge, numbered from 0; shape (edges,).

    Args:
        gold: the gold span of each edge, by any number.
        predicted: the predicted span of each edge, by any number.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not gold.size:
        return np.zeros(0, np.int64)
    left, i = np.unique(gold, return_inverse=True)
    right, j = np.unique(predicted, return_inverse=True)
    nodes = left.size + right.size
    graph = coo_array((np.ones(i.size, np.int8), (i, j + left.size)), shape=(nodes, nodes))
    component = connected_components(graph, directed=False)[1]
    return component[i].astype(np.int64)


def _optimal_by_component(
    edges: OverlapGraph, gold: Integers, predicted: Integers
) -> tuple[tuple[Integers, Integers], OverlapGraph]:
    """The identical pairs that are optimal by their component, and the edges of the other components."""
    count = int(edges.component[-1]) + 1
    solved = np.zeros(count, np.bool_)
    component = np.zeros(int(edges.gold.max()) + 1, np.int64)
    for side, identical in ((edges.gold, gold), (edges.predicted, predicted)):
        solved |= np.bincount(edges.component, ~np.isin(side, identical), count) == 0
    component[edges.gold] = edges.component
    chosen = solved[component[gold]]
    return (gold[chosen], predicted[chosen]), edges.where(~solved[edges.component])


@dataclass(frozen=True, eq=False)
class SweepSolver:
    """Optimal matching by one sweep, for the components in which that is exact: all of flat data, and more.

    Let the edges of a component, sorted by gold and then predicted span, hold the edges of each span in one unbroken
    run, as they do wherever neither side overlaps itself: the pairs then move along the text like a staircase. The
    edges before an edge k that exclude it are then the last few before k, from the first that shares a span with k. So
    the best of the first k edges is

        best[k + 1] = max(best[k], weight[k] + best[first[k]])

    as in weighted interval scheduling (Kleinberg and Tardos 2006, section 6.1): one step for each edge. All components
    take the step at once, so that many short ones cost as little as a few.

    Args:
        begin: the first edge of each of c components, the longest first; shape (c,).
        size: how many edges it has; shape (c,), descending.
        first: for each edge, of any component, how many edges of its component come before the first that excludes
            it or is itself; shape (edges,).
    """

    begin: Integers
    size: Integers
    first: Integers

    @classmethod
    def of(cls, edges: OverlapGraph, begin: Integers, size: Integers) -> SweepSolver:
        """The components that start at `begin`, with `size` edges each; all must be sweepable."""
        order = np.argsort(-size, kind="stable")
        start = np.minimum(_run_starts(edges.gold), _run_starts(edges.predicted))
        return cls(begin[order], size[order], start - _run_starts(edges.component))

    def choose(self, chosen: Flags, weight: Integers, tie: Integers) -> None:
        """Mark the edges of the best matching of every component.

        Args:
            chosen: one flag for each edge, changed in place.
            weight: what is maximised, not negative; shape (edges,).
            tie: what is maximised where the weight is equal, not negative.
        """
        taken = self._sweep(weight, tie)
        unfinished = np.arange(self.size.size)
        left = self.size.copy()  # how many edges of each component are still to be decided, from its end
        while unfinished.size:
            edge = self.begin[unfinished] + left[unfinished] - 1
            chosen[edge] = taken[edge]
            left[unfinished] = np.where(taken[edge], self.first[edge], left[unfinished] - 1)
            unfinished = unfinished[left[unfinished] > 0]

    def _sweep(self, weight: Integers, tie: Integers) -> Flags:
        """Whether each edge is in the best matching of the edges of its component up to itself."""
        taken = np.zeros(weight.size, np.bool_)
        slot = np.cumsum(self.size + 1) - self.size - 1  # n edges have n + 1 slots, the first for no edge
        best = np.zeros((2, int(slot[-1] + self.size[-1] + 1) if slot.size else 0), np.int64)
        longer = np.searchsorted(-self.size, -np.arange(self.size[0] if slot.size else 0))
        for step, count in enumerate(longer):  # so many components, the first ones, have more than `step` edges
            edge, here = self.begin[:count] + step, slot[:count] + step
            including = best[:, slot[:count] + self.first[edge]] + (weight[edge], tie[edge])
            excluding = best[:, here]
            better = (including[0] > excluding[0]) | ((including[0] == excluding[0]) & (including[1] > excluding[1]))
            best[:, here + 1] = np.where(better, including, excluding)
            taken[edge] = better
        return taken


def is_sweepable(edges: OverlapGraph) -> Flags:
    """Which components can be swept: each span's edges are one unbroken run; shape (components,)."""
    count = int(edges.component[-1]) + 1 if edges.component.size else 0
    sweepable = np.ones(count, np.bool_)
    for side in (edges.gold, edges.predicted):
        runs = np.bincount(edges.component[_begins(side)], minlength=count)
        spans = np.bincount(edges.component[np.unique(side, return_index=True)[1]], minlength=count)
        sweepable &= runs == spans
    return sweepable


def _begins(values: Integers) -> Flags:
    """Whether a run of equal values begins at each index."""
    begins = np.ones(values.size, np.bool_)
    begins[1:] = values[1:] != values[:-1]
    return begins


def _run_starts(values: Integers) -> Integers:
    """For each index, where the run of equal values that it belongs to begins."""
    return np.maximum.accumulate(np.where(_begins(values), np.arange(values.size), 0))


@dataclass(frozen=True, eq=False)
class AssignmentSolver:
    """Optimal matching of the components that cannot be swept: small ones by trying all ways, others by assignment.

    The criteria, credit before number before characters before labels, become digits of a weight and a tie-breaker.

    Args:
        small: the edges of the small components; shape (n,).
        component: the small component of each of them, from 0.
        gold: the gold span of each of them, numbered from 0 within its component as the spans first occur.
        predicted: the predicted span of each of them, numbered in the same way.
        large: the stretches of the edges of the other components.
    """

    small: Integers
    component: Integers
    gold: Integers
    predicted: Integers
    large: tuple[slice, ...]

    @classmethod
    def of(cls, edges: OverlapGraph, begin: Integers, size: Integers) -> AssignmentSolver:
        """The components that start at `begin`, with `size` edges each."""
        component = np.repeat(np.arange(size.size), size)
        first = np.cumsum(size) - size
        edge = np.arange(component.size) + (begin - first)[component]
        sides = [_numbered(side[edge]) for side in (edges.gold, edges.predicted)]
        sides = [side - side[first][component] for side in sides]  # the first edge of each has its lowest numbers
        highest = np.maximum(*sides) if size.size else np.zeros(0, np.int64)
        is_small = np.maximum.reduceat(highest, first) < SMALL if size.size else np.zeros(0, np.bool_)
        kept = is_small[component]
        large = zip(begin[~is_small].tolist(), size[~is_small].tolist(), strict=True)
        return cls(
            small=edge[kept],
            component=(np.cumsum(is_small) - 1)[component[kept]],
            gold=sides[0][kept],
            predicted=sides[1][kept],
            large=tuple(slice(start, start + count) for start, count in large),
        )

    def choose(self, chosen: Flags, edges: OverlapGraph, credit: Integers) -> None:
        """Mark the edges of the best matching of every component.

        Args:
            chosen: one flag for each edge, changed in place.
            edges: those that the solver was made for.
            credit: twice the credit of each edge: 0, 1 or 2.
        """
        if self.small.size:
            tie = edges.shared[self.small] * (SMALL + 1) + edges.label[self.small]
            chosen[self.small] = self._best_of_small(credit[self.small] * (SMALL + 1) + 1, tie)
        for part in self.large:
            spans = edges.gold[part], edges.predicted[part]
            chosen[part] = assign(*spans, credit[part], edges.shared[part], edges.label[part])

    def _best_of_small(self, weight: Integers, tie: Integers) -> Flags:
        """Whether each edge of the small components is in the best of all matchings; shape (n,)."""
        ways = np.array(list(permutations(range(SMALL))))  # pairs that are not edges weigh 0
        totals = []
        for value in (weight, tie):
            table = np.zeros((int(self.component[-1]) + 1, SMALL, SMALL), np.int64)
            table[self.component, self.gold, self.predicted] = value
            total = np.zeros((len(table), len(ways)), np.int64)
            for span in range(SMALL):
                total += table[:, span, ways[:, span]]
            totals.append(total)
        best = totals[0] == totals[0].max(axis=1, keepdims=True)
        way = ways[np.where(best, totals[1], -1).argmax(axis=1)]
        taken: Flags = way[self.component, self.gold] == self.predicted
        return taken


def assign(gold: Integers, predicted: Integers, credit: Integers, shared: Integers, label: Flags) -> Flags:
    """Whether each edge of a component is in its best matching; shape (edges,).

    Where the digits do not fit into one number, because the component is very large and its texts are very long, the
    last ones, characters and labels, are rounded: the credit and the number of pairs stay exact.

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
    """The spans numbered from 0 as they first occur, so that the order of the input does not matter."""
    _, first, number = np.unique(spans, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]


def _dense(i: Integers, j: Integers, weight: NDArray[np.float64]) -> Flags:
    """By the shortest augmenting paths of Crouse (2016) in a full table, in which every edge weighs more than 0."""
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((int(i.max()) + 1, int(j.max()) + 1))
    table[i, j] = weight
    partner = np.full(table.shape[0], -1)
    rows, columns = linear_sum_assignment(table, maximize=True)
    partner[rows] = columns
    chosen: Flags = partner[i] == j
    return chosen


def _sparse(i: Integers, j: Integers, weight: NDArray[np.float64]) -> Flags:
    """By the sparse variant of Jonker and Volgenant (1987), with a column for each row that means no partner."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows, columns = int(i.max()) + 1, int(j.max()) + 1
    alone = np.arange(rows)
    cost = np.concatenate([weight.max() + 1 - weight, np.full(rows, weight.max() + 1)])  # 0 would mean no edge
    places = (np.concatenate([i, alone]), np.concatenate([j, columns + alone]))
    partner = min_weight_full_bipartite_matching(csr_array((cost, places), shape=(rows, columns + rows)))[1]
    chosen: Flags = partner[i] == j
    return chosen


@dataclass(frozen=True, eq=False)
class Matching:
    """The pairs of a matching and the spans without a partner, as rows of the tables.

    Args:
        gold_index: the gold span of each pair, ascending.
        predicted_index: the predicted span of each pair.
        missed: the gold spans without a partner, ascending.
        spurious: the predicted spans without a partner, ascending.
    """

    gold_index: Integers
    predicted_index: Integers
    missed: Integers
    spurious: Integers


def match(gold: SpanTable, predicted: SpanTable, scheme: Scheme) -> Matching:
    """The optimal one-to-one matching under a scheme, as the documentation of this module defines it.

    Args:
        gold: the spans of one side.
        predicted: the spans of the other, of the same documents.
        scheme: which pairs are right.

    Raises:
        InvalidValueError: where the two sides have not equally many documents.
    """
    gold, predicted = aligned(gold, predicted)
    pairs = overlaps(gold, predicted)
    chosen = Solver(pairs.edges).best(scheme)
    first = np.concatenate([pairs.gold, pairs.edges.gold[chosen]])
    second = np.concatenate([pairs.predicted, pairs.edges.predicted[chosen]])
    order = np.argsort(first)
    return Matching(
        gold_index=first[order],
        predicted_index=second[order],
        missed=np.delete(np.arange(gold.start.size), first),
        spurious=np.delete(np.arange(predicted.start.size), second),
    )


def credit(edges: OverlapGraph, scheme: Scheme) -> Integers:
    """Twice the credit of each edge under a scheme: 2, 1 or 0."""
    if scheme == "partial":
        return 1 + edges.bounds.astype(np.int64)
    right = {"strict": edges.bounds & edges.label, "exact": edges.bounds, "type": edges.label}[scheme]
    return FULL * right.astype(np.int64)


class Solver:
    """The edges of a graph, prepared once to be matched under several schemes.

    An edge that is alone in its component is chosen at once. Components that a sweep can solve, all of flat data among
    them, are solved together (`SweepSolver`), and so are the small ones of the others (`AssignmentSolver`).
    """

    def __init__(self, edges: OverlapGraph) -> None:
        self.edges = edges
        size = np.bincount(edges.component)
        self._alone = size[edges.component] == 1
        self._base = 1 + size[edges.component]  # more than a matching of the component can have pairs
        begin, sweepable = np.cumsum(size) - size, is_sweepable(edges)
        swept = sweepable & (size > 1)
        self._sweep = SweepSolver.of(edges, begin[swept], size[swept])
        self._assignment = AssignmentSolver.of(edges, begin[~sweepable], size[~sweepable])

    def best(self, scheme: Scheme) -> Flags:
        """Whether each edge is in the best matching; shape (edges,)."""
        twice_credit = credit(self.edges, scheme)
        chosen: Flags = self._alone.copy()
        tie = self.edges.shared * self._base + self.edges.label
        self._sweep.choose(chosen, twice_credit * self._base + 1, tie)
        self._assignment.choose(chosen, self.edges, twice_credit)
        return chosen
