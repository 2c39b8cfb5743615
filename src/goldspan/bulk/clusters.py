"""Clusters of similar articles: the connected components of their pairs, kept in one array of integers.

Union by the smallest member, for many pairs at once: the pairs of a batch are pairs of roots, their components are
found among these roots alone, and each root gets the smallest of its component as its parent. So a batch takes time in
its own pairs, and what is kept is one number for each article, however many pairs there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]


class Clusters:
    """The clusters of so many articles, each alone at first.

    Args:
        articles: how many there are.
    """

    def __init__(self, articles: int) -> None:
        import numpy as np

        self._parent = np.arange(articles, dtype=np.int64)

    def join(self, first: Numbers, second: Numbers) -> None:
        """Join the clusters of articles, pair by pair."""
        import numpy as np
        from scipy import sparse

        one, other = self._roots(first), self._roots(second)
        apart = one != other
        if not apart.any():
            return
        roots, numbers = np.unique(np.concatenate([one[apart], other[apart]]), return_inverse=True)
        edges = (np.ones(len(numbers) // 2), (numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]))
        graph = sparse.coo_array(edges, shape=(len(roots), len(roots)))
        count, labels = sparse.csgraph.connected_components(graph, directed=False)
        smallest = np.full(count, len(self._parent), dtype=np.int64)
        np.minimum.at(smallest, labels, roots)
        self._parent[roots] = smallest[labels]

    def first_members(self) -> Numbers:
        """For each article the first of its cluster."""
        self._parent = self._roots(self._parent)
        return self._parent

    def _roots(self, articles: Numbers) -> Numbers:
        """The root of each article; on the way there, what was asked for is tied to its root."""
        import numpy as np

        roots = self._parent[articles]
        while not np.array_equal(above := self._parent[roots], roots):
            roots = above
        self._parent[articles] = roots
        return roots
