"""Optimal matching by one sweep, for the components in which that is exact: all of flat data, and more.

Say the edges of a component, sorted by gold and then predicted span, hold the edges of each span in one unbroken run.
So it is wherever neither side overlaps itself, because the pairs then move along the text like a staircase. The
edges that exclude an edge k and come before it are then the last few before k, from the first that shares a span with
k on. So the best of the first k edges is

    best[k + 1] = max(best[k], weight[k] + best[first[k]])

as in weighted interval scheduling (Kleinberg and Tardos 2006, section 6.1): one step for each edge. All components
take the step at once, so that many short ones cost as little as a few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from goldspan.evaluation.overlaps import Edges

    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Chains:
    """Components of c chains, the longest first; each is a stretch of the edges.

    Args:
        begin: the first edge of each chain; shape (c,).
        size: how many edges it has; shape (c,), descending.
        first: for each edge, of any component, how many edges of its component come before the first that excludes
            it or is itself; shape (edges,).
    """

    begin: Integers
    size: Integers
    first: Integers

    @classmethod
    def of(cls, edges: Edges, begin: Integers, size: Integers) -> Chains:
        """The chains that start at `begin`, with `size` edges each; all must be straight."""
        order = np.argsort(-size, kind="stable")
        start = np.minimum(_run_starts(edges.gold), _run_starts(edges.predicted))
        return cls(begin[order], size[order], start - _run_starts(edges.component))

    def choose(self, chosen: Flags, weight: Integers, tie: Integers) -> None:
        """Mark the edges of the best matching of every chain.

        Args:
            chosen: one flag for each edge, changed in place.
            weight: what is maximised, not negative; shape (edges,).
            tie: what is maximised where the weight is equal, not negative.
        """
        taken = self._sweep(weight, tie)
        live = np.arange(self.size.size)
        left = self.size.copy()  # how many edges of each chain are still to be decided, from its end
        while live.size:
            edge = self.begin[live] + left[live] - 1
            chosen[edge] = taken[edge]
            left[live] = np.where(taken[edge], self.first[edge], left[live] - 1)
            live = live[left[live] > 0]

    def _sweep(self, weight: Integers, tie: Integers) -> Flags:
        """Whether each edge is in the best matching of the edges of its chain up to itself."""
        taken = np.zeros(weight.size, np.bool_)
        slot = np.cumsum(self.size + 1) - self.size - 1  # a chain of n edges has n + 1 slots, the first for no edge
        best = np.zeros((2, int(slot[-1] + self.size[-1] + 1) if slot.size else 0), np.int64)
        going = np.searchsorted(-self.size, -np.arange(self.size[0] if slot.size else 0))
        for step, count in enumerate(going):  # the chains longer than `step` come first
            edge, here = self.begin[:count] + step, slot[:count] + step
            more = best[:, slot[:count] + self.first[edge]] + (weight[edge], tie[edge])
            less = best[:, here]
            better = (more[0] > less[0]) | ((more[0] == less[0]) & (more[1] > less[1]))
            best[:, here + 1] = np.where(better, more, less)
            taken[edge] = better
        return taken


def straight(edges: Edges) -> Flags:
    """Which components can be swept: each span's edges are one unbroken run; shape (components,)."""
    count = int(edges.component[-1]) + 1 if edges.component.size else 0
    good = np.ones(count, np.bool_)
    for side in (edges.gold, edges.predicted):
        runs = np.flatnonzero(_begins(side))
        spans = np.unique(side, return_index=True)[1]
        good &= np.bincount(edges.component[runs], minlength=count) == np.bincount(
            edges.component[spans], minlength=count
        )
    return good


def _begins(values: Integers) -> Flags:
    begins = np.ones(values.size, np.bool_)
    begins[1:] = values[1:] != values[:-1]
    return begins


def _run_starts(values: Integers) -> Integers:
    """For each place, where the run of equal values that it belongs to begins."""
    return np.maximum.accumulate(np.where(_begins(values), np.arange(values.size), 0))
