"""Which gold span meets which predicted one, over all documents at once.

The documents are laid end to end on one line, so that spans of different documents never overlap and no loop over
documents is needed. Most predicted spans of a usable system are those of gold. They are paired first where that is
proven to lose nothing; only the rest makes up the graph that must be solved.

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
from typing import TYPE_CHECKING

import numpy as np

from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from goldspan.evaluation.columns import Columns

    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

LARGEST = 2**62


@dataclass(frozen=True, eq=False)
class Edges:
    """Pairs of overlapping spans, of which a matching must choose; one row each, sorted by component, gold, predicted.

    Args:
        gold: the row of the gold span in its columns.
        predicted: the row of the predicted span.
        shared: how many characters the two share, at least 1.
        bounds: whether they have the same boundaries.
        label: whether they have the same label.
        component: the connected component, from 0, without gaps; no span lies in two.
    """

    gold: Integers
    predicted: Integers
    shared: Integers
    bounds: Flags
    label: Flags
    component: Integers

    def where(self, chosen: Flags) -> Edges:
        """The edges chosen, with the components that they form."""
        component = components(self.gold[chosen], self.predicted[chosen])
        order = np.argsort(component, kind="stable")
        kept = np.flatnonzero(chosen)[order]
        return Edges(
            gold=self.gold[kept],
            predicted=self.predicted[kept],
            shared=self.shared[kept],
            bounds=self.bounds[kept],
            label=self.label[kept],
            component=component[order],
        )


@dataclass(frozen=True, eq=False)
class Overlaps:
    """What a matching starts from.

    Args:
        gold: the rows of the gold spans that are paired already, with an identical predicted span.
        predicted: the rows of the predicted spans, in the same order.
        edges: the other pairs that may be matched.
    """

    gold: Integers
    predicted: Integers
    edges: Edges


@dataclass(frozen=True, eq=False)
class _Side:
    """The spans of one side on the line, sorted; `row` leads back to the columns."""

    row: Integers
    start: Integers
    end: Integers
    label: Integers
    key: Integers

    def take(self, chosen: Integers) -> _Side:
        return _Side(self.row[chosen], self.start[chosen], self.end[chosen], self.label[chosen], self.key[chosen])


def overlaps(gold: Columns, predicted: Columns) -> Overlaps:
    """The identical pairs that some optimal matching holds, and all overlapping pairs of the other spans.

    Args:
        gold: the spans of one side.
        predicted: those of the other; `aligned` with gold.

    Raises:
        ValueRefused: where the documents together are too long to count their characters.
    """
    g, p = _sides(gold, predicted)
    first, second = _identical(g.key, p.key)
    safe = _undivided(g, first) | _undivided(p, second)
    rest_g, rest_p = _others(g, first[safe]), _others(p, second[safe])
    edges = _edges(rest_g, rest_p)
    pairs = (g.row[first[safe]], p.row[second[safe]])
    if safe.all():
        return Overlaps(*pairs, edges)
    also, edges = _settled(edges, g.row[first[~safe]], p.row[second[~safe]])
    return Overlaps(np.concatenate([pairs[0], also[0]]), np.concatenate([pairs[1], also[1]]), edges)


def _sides(gold: Columns, predicted: Columns) -> tuple[_Side, _Side]:
    """Both sides on one line, with keys that order the spans by start, end and label and tell them apart."""
    stride = max((int(side.end.max()) for side in (gold, predicted) if side.end.size), default=0)
    if gold.documents * stride >= LARGEST:
        raise ValueRefused(f"{gold.documents:,} documents of up to {stride:,} characters are too many to count")
    starts = [side.document * stride + side.start for side in (gold, predicted)]
    ends = [side.document * stride + side.end for side in (gold, predicted)]
    number = max(1, len(gold.labels))
    places, widths = starts, [side.end - side.start for side in (gold, predicted)]
    limit = stride + 1
    if gold.documents * stride * limit * number >= LARGEST:  # then by rank, which keeps the order and is small
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
    """The places of equal keys in two sorted rows; the nth of a key's repetitions meets the nth of the other side."""
    if not predicted.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    place = np.searchsorted(predicted, gold)
    if (gold[1:] == gold[:-1]).any():
        place += np.arange(gold.size) - np.searchsorted(gold, gold)
    found = predicted[np.minimum(place, predicted.size - 1)] == gold
    found &= place < predicted.size
    return np.flatnonzero(found), place[found]


def _undivided(side: _Side, chosen: Integers) -> Flags:
    """Whether no other span of the side has an endpoint strictly inside the chosen ones."""
    if (side.start[1:] >= side.end[:-1]).all():  # flat: no need to search
        return np.ones(chosen.size, np.bool_)
    start, end, ends = side.start[chosen], side.end[chosen], np.sort(side.end)
    begun = np.searchsorted(side.start, end) - np.searchsorted(side.start, start, "right")
    ended = np.searchsorted(ends, end) - np.searchsorted(ends, start, "right")
    return np.asarray((begun == 0) & (ended == 0))


def _others(side: _Side, taken: Integers) -> _Side:
    free = np.ones(side.row.size, np.bool_)
    free[taken] = False
    return side.take(np.flatnonzero(free))


def _edges(g: _Side, p: _Side) -> Edges:
    """All overlapping pairs: of any two, one begins inside the other or where it begins."""
    i, j = _ranges(np.searchsorted(p.start, g.start), np.searchsorted(p.start, g.end))
    second, first = _ranges(np.searchsorted(g.start, p.start, "right"), np.searchsorted(g.start, p.end))
    i, j = np.concatenate([i, first]), np.concatenate([j, second])
    component = components(i, j)
    order = np.lexsort((j, i, component))
    i, j = i[order], j[order]
    return Edges(
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
        predicted: likewise.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not gold.size:
        return np.zeros(0, np.int64)
    left, i = np.unique(gold, return_inverse=True)
    right, j = np.unique(predicted, return_inverse=True)
    nodes = left.size + right.size
    graph = coo_array((np.ones(i.size, np.int8), (i, j + left.size)), shape=(nodes, nodes))
    found = connected_components(graph, directed=False)[1]
    return found[i].astype(np.int64)


def _settled(edges: Edges, gold: Integers, predicted: Integers) -> tuple[tuple[Integers, Integers], Edges]:
    """Which of the identical pairs are optimal by their component, and the edges of the other components."""
    count = int(edges.component[-1]) + 1
    settled = np.zeros(count, np.bool_)
    home = np.zeros(int(edges.gold.max()) + 1, np.int64)
    for side, own in ((edges.gold, gold), (edges.predicted, predicted)):
        settled |= np.bincount(edges.component, ~np.isin(side, own), count) == 0
    home[edges.gold] = edges.component
    chosen = settled[home[gold]]
    return (gold[chosen], predicted[chosen]), edges.where(~settled[edges.component])
