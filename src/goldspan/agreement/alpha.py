"""Krippendorff's alpha for nominal data, on tokens or characters, of any number of annotators and with gaps.

Krippendorff (2011), "Computing Krippendorff's alpha-reliability": alpha = 1 - D_o / D_e. A place that m annotators
have read holds m (m - 1) ordered pairs of judgements, each of weight 1 / (m - 1); D_o is the weight of those that
disagree. D_e is what would disagree if the judgements were dealt out to the places by chance. A place that one
annotator alone has read has no pair and does not count.

How often categories are used: what kappa and alpha share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from goldspan.agreement.span_units import Flags, Integers, LabelledUnits

if TYPE_CHECKING:
    Numbers = NDArray[np.float64]


def uses(atoms: LabelledUnits, marks: Integers, categories: int, where: Flags | Numbers) -> Numbers:
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


def alpha_counts(atoms: LabelledUnits, read: Flags) -> dict[str, Numbers]:
    """What alpha is made of, in the items that at least two annotators read.

    Args:
        atoms: of all annotators.
        read: who counts where; shape (annotators, items).

    Returns:
        `differing`, of shape (items, 1 + labels), the weight of the pairs that disagree; and `uses.<view>`, of shape
        (items, categories), how often each category is used: view 0 for all labels, then one for each label alone.
    """
    read = read & (read.sum(axis=0) > 1)
    there, found, differing = read[:, atoms.item], {}, []
    for view, (marks, categories) in enumerate(atoms.views):
        differing.append(atoms.gather @ disagreement(marks, there, there.sum(axis=0)))
        found[f"uses.{view}"] = uses(atoms, marks, categories, there)
    return found | {"differing": np.stack(differing, axis=1)}


def disagreement(marks: Integers, counting: Flags, readers: Integers) -> Numbers:
    """The weight of the ordered pairs of annotators who disagree, for each atom; shape (n,).

    Args:
        marks: the category that each annotator gave it; shape (annotators, n).
        counting: whether his judgement counts; shape (annotators, n).
        readers: how many annotators have read it, at least 2 where anything counts; shape (n,).
    """
    pairs = np.zeros(marks.shape[1])
    for one in range(1, len(marks)):
        apart = (marks[one] != marks[:one]) & counting[one] & counting[:one]
        pairs += 2 * apart.sum(axis=0)
    weights: Numbers = pairs / np.maximum(1, readers - 1)
    return weights


def alpha(sums: Mapping[str, Numbers]) -> Numbers:
    """Krippendorff's alpha; NaN where all judgements are of one category, so that none could differ.

    Args:
        sums: of `counts`, over any items.

    Returns:
        Shape (..., 1 + labels).
    """
    judged, could_differ = uses_and_pairs(sums)
    return np.where(could_differ > 0, 1 - ratio(sums["differing"] * (judged - 1), could_differ), np.nan)
