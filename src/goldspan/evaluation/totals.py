"""The sums that the bootstrap draws from: what each unit adds to every measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.errors import ValueRefused
from goldspan.evaluation.measure import CORRECT, IDENTICAL, PAIRED, WIDTH
from goldspan.evaluation.result import SCHEMES

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from goldspan.evaluation.measure import Counted

    Integers = NDArray[np.int64]

BLOCK = 2 + len(SCHEMES)  # for each block of columns: possible, actual, and twice the credit under each scheme


def totals(counted: Counted, units: Integers | None) -> csr_array:
    """Possible, actual and twice the credit under each scheme, summed over the documents of each unit.

    Args:
        counted: of n documents.
        units: the number of each document's unit, from 0 without gaps; shape (n,). None for each document alone.

    Returns:
        Whole numbers, shape (units, BLOCK * (1 + labels)); the first block is overall.

    Raises:
        ValueRefused: where `units` has another shape or leaves a number out.
    """
    if units is not None:
        units = np.asarray(units)
        if units.shape != (counted.documents,):
            raise ValueRefused(f"there are {counted.documents:,} documents, and units of shape {units.shape}")
        if units.size and (units.min() < 0 or (np.bincount(units) == 0).any()):
            raise ValueRefused("the units must be numbered from 0 without gaps")
    from scipy.sparse import csr_array

    return csr_array(counted.summed(units) @ _from_columns(1 + len(counted.labels)))


def _from_columns(blocks: int) -> csr_array:
    """The linear map from the columns of `Counted` to those of `totals`."""
    from scipy.sparse import csr_array

    table = np.zeros((blocks, WIDTH, blocks, BLOCK), np.int64)
    for block in range(blocks):
        for target in {0, block} if block else ():
            table[block, [0, 1], target, [0, 1]] = 1
            table[block, IDENTICAL, target, 2:] = 2
        for number, scheme in enumerate(SCHEMES):
            partial = scheme == "partial"  # a pair has half the credit there, and a correct one the other half
            table[block, CORRECT + number, block, 2 + number] = 1 if partial else 2
            table[block, PAIRED + number, block, 2 + number] = int(partial)
    return csr_array(table.reshape(blocks * WIDTH, blocks * BLOCK))
