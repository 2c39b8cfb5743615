"""Sums of counts from which measures are computed: over whole corpora, and over all rows of a corpus but one.

Sums of most counts are tables of numbers. A block with a column for each set of labels is wide, and a measure takes
nothing from it but sums of products over its columns. Of the corpora that each lack one row these follow from the
whole and from what little the row holds, so that no wide table is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csc_array

    from goldspan.agreement.span_units import Integers, Numbers


ROUNDING = 1e-12  # the share of a sum of counts, or of its square, that may be an error of rounding


@dataclass(frozen=True, eq=False)
class SumsWithoutOne:
    """The sums of a block of columns over all rows of a group but one, for each row.

    Args:
        total: the sums over all rows of each group; shape (groups, columns).
        rows: what each row adds, kept column by column; shape (rows, columns).
        group: of each row; shape (rows,).
    """

    total: Numbers
    rows: csc_array
    group: Integers

    def products(self, other: SumsWithoutOne) -> Numbers:
        """The sums, over the columns, of the products with the same sums of another block; shape (rows,)."""
        of_group = (self.total * other.total).sum(axis=-1)[self.group]
        mixed = self._weighted(other.total) + (
            self._weighted(self.total) if other is self else other._weighted(self.total)
        )
        own = self.rows.multiply(other.rows).sum(axis=1)
        return np.asarray(of_group - mixed + np.asarray(own).reshape(-1))

    def _weighted(self, total: Numbers) -> Numbers:
        """The sums, over the columns, of the products of what each row adds with totals of its group; shape (rows,)."""
        row = self.rows.indices
        weighted = self.rows.data * total[self.group[row], self._column]
        return np.bincount(row, weighted, minlength=self.rows.shape[0]).astype(np.float64)

    @cached_property
    def _column(self) -> Integers:
        """The column of each cell that is not 0."""
        return np.repeat(np.arange(self.rows.shape[1]), np.diff(self.rows.indptr))


def sum_of_products(first: Numbers | SumsWithoutOne, second: Numbers | SumsWithoutOne) -> Numbers:
    """The sum, over the columns, of the products of two blocks of sums; shape (...) from shape (..., columns)."""
    if isinstance(first, SumsWithoutOne):
        assert isinstance(second, SumsWithoutOne), "the blocks of one measure are of one kind"
        return first.products(second)
    assert not isinstance(second, SumsWithoutOne), "the blocks of one measure are of one kind"
    return np.asarray((first * second).sum(axis=-1))


def difference(whole: Numbers, part: Numbers) -> Numbers:
    """The whole without the part; 0 where they differ by no more than rounding does.

    Chance terms divide by such differences: an error of rounding there would be a value where there is none.
    """
    rest = whole - part
    return np.where(rest > ROUNDING * whole, rest, 0.0)
