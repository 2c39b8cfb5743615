"""Many counts side by side in one table, so that a resampled corpus is one row of a matrix product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """Counts over items, by family and name.

    Args:
        shapes: the shape of each count, by `<family>/<name>`, in the order of the columns.
        rows: what each item adds to each; shape (items, columns).
    """

    shapes: Mapping[str, tuple[int, ...]]
    rows: Numbers

    @classmethod
    def of(cls, families: Mapping[str, Mapping[str, Numbers]]) -> Table:
        """The table of counts, each of shape (items, ...)."""
        named = {f"{family}/{name}": block for family, blocks in families.items() for name, block in blocks.items()}
        return cls({name: block.shape[1:] for name, block in named.items()}, _side_by_side(named))

    def overall(self, views: int) -> Table:
        """The same without what is counted for one label alone.

        Args:
            views: how many views the counts have: one for all labels, and one for each.
        """
        kept = {
            f"{family}/{name}": block[..., :1] if block.shape[-1] == views and not name.startswith("uses.") else block
            for family in self._places
            for name, block in self.family(self.rows, family).items()
            if name == "uses.0" or not name.startswith("uses.")
        }
        return Table({name: block.shape[1:] for name, block in kept.items()}, _side_by_side(kept))

    def family(self, sums: Numbers, family: str) -> dict[str, Numbers]:
        """The counts of a family, by name, from sums of rows.

        Args:
            sums: shape (k, columns).
            family: its name.

        Returns:
            Each of shape (k, ...).
        """
        return {
            name: sums[:, place].reshape(len(sums), *shape) for name, (place, shape) in self._places[family].items()
        }

    @cached_property
    def _places(self) -> Mapping[str, Mapping[str, tuple[slice, tuple[int, ...]]]]:
        """The columns and the shape of each count, by family and name."""
        places: defaultdict[str, dict[str, tuple[slice, tuple[int, ...]]]] = defaultdict(dict)
        begin = 0
        for key, shape in self.shapes.items():
            family, _, name = key.rpartition("/")
            places[family][name] = slice(begin, begin + prod(shape)), shape
            begin += prod(shape)
        return places


def _side_by_side(blocks: Mapping[str, Numbers]) -> Numbers:
    """Counts, each of shape (items, ...), as one table of shape (items, columns)."""
    flat = [block.reshape(len(block), prod(block.shape[1:])) for block in blocks.values()]
    return np.concatenate(flat, axis=1, dtype=np.float64)
