"""Which annotator sees which article of an audit with suggestions: the design, and draws from it.

Each annotator sees half of the articles with suggestions, and each article is seen with suggestions by half of the
annotators; where a half is no whole number, numbers differ by at most one. A fixed table with these properties has its
rows (annotators) and its columns (articles) put into random order, each order as likely as any other. The draws of a
randomization test are made in the same way, so that the test is of the assignment as it really was drawn (Fisher 1935).
"""

from __future__ import annotations

from itertools import combinations, permutations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Table = NDArray[np.bool_]

CELLS = 1 << 20  # of tables that are in memory at once


def template(annotators: int, articles: int) -> Table:
    """The table whose rows and columns are put into random order: True where an annotator sees suggestions.

    Column by column those annotators get suggestions who have fewest so far; among these, the set that was used least.
    Columns have in turn the smaller and the larger half of the annotators, so that pairs of two aided and of two
    unaided readers are equally many.

    Args:
        annotators: how many there are, at least 2.
        articles: how many there are, at least 2.

    Returns:
        Shape (annotators, articles).
    """
    sizes = (annotators // 2, (annotators + 1) // 2)
    table = np.zeros((annotators, articles), bool)
    counts = np.zeros(annotators, int)
    together = np.zeros((annotators, annotators), int)
    quota = articles // 2 if articles % 2 == 0 else (articles + 1) // 2
    for column in range(articles):
        chosen: list[int] = []
        for _ in range(sizes[column % 2]):
            free = [row for row in range(annotators) if row not in chosen and counts[row] < quota]
            chosen.append(min(free, key=lambda row: (counts[row], sum(together[row, other] for other in chosen), row)))
            counts[chosen[-1]] += 1
        for first, second in combinations(chosen, 2):
            together[first, second] += 1
            together[second, first] += 1
        table[chosen, column] = True
    return table


def draw(table: Table, number: int, rng: np.random.Generator) -> Iterator[Table]:
    """Assignments of the design, each as likely as any other.

    Args:
        table: from `template`.
        number: how many are drawn.
        rng: where the random numbers come from.

    Yields:
        Some of them, shape (assignments, annotators, articles).
    """
    annotators, articles = table.shape
    step = max(1, CELLS // table.size)
    for begin in range(0, number, step):
        size = min(step, number - begin)
        rows = np.argsort(rng.random((size, annotators)), axis=1)
        columns = np.argsort(rng.random((size, articles)), axis=1)
        yield table[rows[:, :, None], columns[:, None, :]]


def count_assignments(table: Table) -> int:
    """How many assignments the order of the columns alone gives: fewer than the design has in all."""
    _, times = np.unique(table, axis=1, return_counts=True)
    number, left = 1, int(times.sum())
    for one in times.tolist():
        number *= comb(left, one)
        left -= one
    return number


def all_orders(table: Table) -> Table:
    """The assignments of all orders of rows and columns, as often as orders give each: for designs that are tiny.

    Returns:
        Shape (orders, annotators, articles).
    """
    annotators, articles = table.shape
    rows = [*permutations(range(annotators))]
    columns = [*permutations(range(articles))]
    return np.stack([table[np.ix_(row, column)] for row in rows for column in columns])
