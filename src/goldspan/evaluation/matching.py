"""One-to-one matching of gold and predicted spans: exact optima, over all documents at once.

SemEval-2013 Task 9.1 (Segura-Bedmar et al. 2013) and MUC-5 (Chinchor and Sundheim 1993) say how a matched pair is
judged, and leave open which spans are matched when several overlap. Here a span is matched at most once, with one
that it overlaps, and of all such matchings the one is taken that has, in this order,

1. the greatest credit under the scheme: 1 for each correct pair, 1/2 for each partial one;
2. the most pairs, so that what can be explained as an error of boundary or label is not called missed and spurious;
3. the most characters shared;
4. the most pairs with one label.

What ties remain, the order of the sorted spans breaks; so the order of the input never matters, and the counts, which
1 and 2 determine, depend on no tie at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.evaluation.chains import Chains, straight
from goldspan.evaluation.columns import aligned
from goldspan.evaluation.knots import Knots
from goldspan.evaluation.overlaps import overlaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from goldspan.evaluation.columns import Columns
    from goldspan.evaluation.overlaps import Edges
    from goldspan.evaluation.result import Scheme

    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Matching:
    """Which spans belong together, as rows of the columns; every row stands in exactly one place.

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


def match(gold: Columns, predicted: Columns, scheme: Scheme) -> Matching:
    """The optimal one-to-one matching under a scheme; the rule stands at the top of this module.

    Args:
        gold: the spans of one side.
        predicted: the spans of the other, of the same documents.
        scheme: what counts as right.

    Raises:
        ValueRefused: where the two sides have not equally many documents.
    """
    gold, predicted = aligned(gold, predicted)
    found = overlaps(gold, predicted)
    chosen = Solver(found.edges).best(scheme)
    first = np.concatenate([found.gold, found.edges.gold[chosen]])
    second = np.concatenate([found.predicted, found.edges.predicted[chosen]])
    order = np.argsort(first)
    return Matching(
        gold_index=first[order],
        predicted_index=second[order],
        missed=np.delete(np.arange(gold.start.size), first),
        spurious=np.delete(np.arange(predicted.start.size), second),
    )


FULL = 2  # twice the credit of a correct pair


def credit(edges: Edges, scheme: Scheme) -> Integers:
    """Twice the credit of each edge under a scheme: 2, 1 or 0."""
    if scheme == "partial":
        return 1 + edges.bounds.astype(np.int64)
    right = {"strict": edges.bounds & edges.label, "exact": edges.bounds, "type": edges.label}[scheme]
    return FULL * right.astype(np.int64)


class Solver:
    """The edges of a graph made ready once, to be matched under several schemes.

    An edge without a rival is chosen at once. Components that a sweep can solve, all of flat data among them, are
    solved together (`Chains`), and so are the small ones of the others (`Knots`).
    """

    def __init__(self, edges: Edges) -> None:
        self.edges = edges
        size = np.bincount(edges.component)
        self._alone = size[edges.component] == 1
        self._base = 1 + size[edges.component]  # more than a matching of the component can have pairs
        begin, swept = np.cumsum(size) - size, straight(edges)
        chains = swept & (size > 1)
        self._chains = Chains.of(edges, begin[chains], size[chains])
        self._knots = Knots.of(edges, begin[~swept], size[~swept])

    def best(self, scheme: Scheme) -> Flags:
        """Which edges the best matching has; shape (edges,)."""
        worth = credit(self.edges, scheme)
        chosen: Flags = self._alone.copy()
        tie = self.edges.shared * self._base + self.edges.label
        self._chains.choose(chosen, worth * self._base + 1, tie)
        self._knots.choose(chosen, self.edges, worth)
        return chosen
