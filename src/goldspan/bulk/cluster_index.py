"""The cluster of each article of a collection, in 16 bytes an article: ids are kept as hashes of 64 bits.

Two of 10 million ids have one hash with a probability of 3 in a million (n² / 2⁶⁵); the articles would then count as
one.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from goldspan import near_duplicates
from goldspan.formats.digest_table import short_number
from goldspan.splits import cluster_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from goldspan.splits.cluster_tables import ClusterKey


class ClusterIndex:
    """The clusters of some tables; see `cluster_tables`.

    Args:
        paths: the tables, or folders with a `clusters.parquet`.

    Raises:
        InputError: for a path that is no such table.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        import numpy as np

        numbers: dict[ClusterKey, int] = {}
        hashes, clusters = array("Q"), array("q")
        for name, key in cluster_tables.scan(paths):
            hashes.append(short_number(name))
            clusters.append(numbers.setdefault(key, len(numbers)))
        found, labels = np.array(hashes, dtype=np.uint64), np.array(clusters, dtype=np.int64)
        order = np.argsort(found, kind="stable")
        found, labels = found[order], labels[order]
        again = np.flatnonzero(found[1:] == found[:-1])  # an id in several clusters joins them
        if len(again):
            pairs = zip(labels[again].tolist(), labels[again + 1].tolist(), strict=True)
            labels = np.array(near_duplicates.connect(range(len(numbers)), pairs), dtype=np.int64)[labels]
        self._hashes, self._clusters = found, labels
        self.size = len(numbers)

    def cluster(self, article: str) -> int | None:
        """The number of the cluster of an article; None if it is in none."""
        own = short_number(article)
        at = int(self._hashes.searchsorted(own))
        return int(self._clusters[at]) if at < len(self._hashes) and int(self._hashes[at]) == own else None

    def clusters(self, articles: Iterable[str]) -> set[int]:
        """The numbers of the clusters that some articles are in."""
        return {number for article in articles if (number := self.cluster(article)) is not None}
