"""How often categories are used: what kappa and alpha share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from goldspan.agreement.atoms import Atoms
    from goldspan.agreement.columns import Flags, Integers

    Numbers = NDArray[np.float64]


def uses(atoms: Atoms, marks: Integers, categories: int, where: Flags | Numbers) -> Numbers:
    """How often some annotators use each category in each item, by weight.

    Args:
        atoms: n of them.
        marks: the category that each annotator gave to each; shape (annotators, n).
        categories: how many there are.
        where: which judgements count, or how much; shape (annotators, n).

    Returns:
        Shape (items, categories).
    """
    items = atoms.gather.shape[0]
    table = np.zeros(items * categories)
    for mark, counting in zip(marks, where, strict=True):
        table += np.bincount(atoms.item * categories + mark, atoms.weight * counting, minlength=table.size)
    return table.reshape(items, categories)


def stacked(sums: Mapping[str, Numbers], name: str, function: Callable[[Numbers], Numbers]) -> Numbers:
    """A function of the sums `<name>.0`, `<name>.1` and so on, side by side; shape (..., views)."""
    views = sum(key.startswith(f"{name}.") for key in sums)
    return np.stack([function(sums[f"{name}.{view}"]) for view in range(views)], axis=-1)


def uses_and_pairs(sums: Mapping[str, Numbers]) -> tuple[Numbers, Numbers]:
    """How often categories are used, l, and how many ordered pairs of uses are of two categories, l² - Σ l(c)².

    Args:
        sums: with `uses.<view>`, over any items.

    Returns:
        l, of shape (..., 1), for it is the same in each view; and the pairs, of shape (..., views).
    """
    total = sums["uses.0"].sum(axis=-1, keepdims=True)
    return total, total**2 - stacked(sums, "uses", lambda use: (use**2).sum(axis=-1))
