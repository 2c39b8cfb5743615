"""On whom the numbers of a cell rest: who read there, on how many pairs the means rest, and what all have read."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.value import Basis, Undefined, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.columns import Columns, Integers
    from goldspan.agreement.value import Cell

    Numbers = NDArray[np.float64]

TWO = 2


def bases(columns: Columns, who: Sequence[int], groups: Integers) -> list[list[Basis]]:
    """The bases of some annotators, in each group of items: over all labels, then of each label.

    Args:
        columns: of all annotators.
        who: the numbers of those who count.
        groups: the number of each item's group, from 0 without gaps; shape (items,).
    """
    many = max(1, int(groups.max(initial=-1)) + 1)
    read = columns.read[list(who)]
    there = _anywhere(read & (read.sum(axis=0) >= TWO), groups, many)
    common = np.bincount(groups, read.all(axis=0), many) if len(who) else np.zeros(many)
    shared = np.zeros(many, np.int64)
    counted = np.zeros((many, 1 + len(columns.labels)), np.int64)
    for pair in combinations(who, TWO):
        both = columns.read[pair[0]] & columns.read[pair[1]]
        shared += _anywhere(both[None], groups, many)[0]
        counted += np.logical_and(*(_having(columns, one, both, groups, many) for one in pair))
    names = [columns.annotators[one] for one in who]
    return [
        [
            Basis(
                tuple(name for name, reads in zip(names, there[:, group], strict=True) if reads),
                int(common[group]), int(shared[group]), int(counted[group, view]),
            )
            for view in range(counted.shape[1])
        ]
        for group in range(many)
    ]  # fmt: skip


def resting(cell: Cell, basis: Basis, silent: Sequence[str] = ()) -> Cell:
    """The cell with its basis, and with reasons that blame nobody for what he has not read.

    Args:
        cell: as the measures have it.
        basis: of the cell.
        silent: those who are not compared and read, beside others, what is measured here: where no two of the compared
            read an example, they were the second.
    """
    values = {name: replace(value, undefined=_reason(value, basis, silent)) for name, value in cell.values.items()}
    return replace(cell, values=values, basis=basis)


def _reason(value: Value, basis: Basis, silent: Sequence[str]) -> Undefined | None:
    why = value.undefined
    if why and why.reason == "no_example" and silent:
        return Undefined("silent_second", tuple(silent))
    if why and why.reason == "nothing":
        return Undefined("nothing", tuple(name for name in why.who if name in basis.readers) or why.who)
    return why


def silent(columns: Columns, who: Sequence[int], groups: Integers) -> list[tuple[str, ...]]:
    """Who of those that do not count read an example beside others, in each group of items, and never marked any."""
    many = max(1, int(groups.max(initial=-1)) + 1)
    beside = columns.read.sum(axis=0) >= TWO
    there = _anywhere(columns.read & beside, groups, many)
    marking = {*who, *columns.annotator[beside[columns.item]].tolist()}
    others = [one for one in range(len(columns.annotators)) if one not in marking]
    return [tuple(columns.annotators[one] for one in others if there[one, group]) for group in range(many)]


def _anywhere(flags: NDArray[np.bool_], groups: Integers, many: int) -> NDArray[np.bool_]:
    """Whether a flag is up anywhere in each group; shape (rows, groups) from (rows, items)."""
    found = np.zeros((len(flags), many), np.bool_)
    for row, mine in zip(found, flags, strict=True):
        row[groups[mine]] = True
    return found


def _having(columns: Columns, one: int, items: NDArray[np.bool_], groups: Integers, many: int) -> NDArray[np.bool_]:
    """Whether an annotator has a span in some items of each group, by view; shape (groups, 1 + labels)."""
    found = np.zeros((many, 1 + len(columns.labels)))
    np.add.at(found, groups, columns.by_label(columns.marked(one, items)))
    return found > 0
