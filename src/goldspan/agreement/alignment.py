"""The best alignment of the units of several annotators: the ground of gamma.

After Mathet, Widlöcher and Métivier, "The unified and holistic method gamma (γ) for inter-annotator agreement measure
and alignment" (Computational Linguistics 2015). A unitary alignment takes at most one unit of each annotator; an
alignment is a set of unitary alignments in which each unit occurs once. Two units differ by

    d(u, v) = a ((|start u - start v| + |end u - end v|) / (length u + length v))² + b (0 if the labels agree, else 1)

and a unit differs from a missing one by 1, as two missing ones do. The weights a and b are 1 as in pygamma-agreement,
unless others are asked for; the program of the authors takes 3 and 1. The disorder of a unitary alignment is the mean
over all pairs of annotators; that of an alignment is the sum over its unitary alignments, divided by the mean number
of units of an annotator. The best alignment has the least. It is found exactly, as the solution of an integer program
by HiGHS, through scipy, whose linear relaxation is mostly whole already.

Of the unitary alignments those are left out that no best alignment needs (a sharper form of the paper's section
5.1.1). With n annotators and c = n (n - 1) / 2 pairs of them, taking one unit u out of a unitary alignment of k units
changes the sum over pairs by c + (k - 1) less the sum of d(u, v) over the others: where this sum is above c + k - 1,
u is better off alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

EXACT = 1e-6  # how far from a whole number a solver may end up
CELLS = 2**18  # of a table that stands in memory at once, for each annotator
LARGEST = 500_000  # unitary alignments, of which a solver chooses in minutes rather than seconds


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a difference counts beside a unit that is missing.

    Args:
        place: the weight of a difference of place, the paper's alpha.
        label: the weight of a difference of label, its beta.
    """

    place: float = 1.0
    label: float = 1.0


EQUAL = Weights()


@dataclass(frozen=True, eq=False)
class Units:
    """The units of one annotator on one continuum.

    Args:
        start: where each begins; shape (units,).
        end: where it ends.
        label: its label, as a number.
    """

    start: Numbers
    end: Numbers
    label: Integers

    def __len__(self) -> int:
        return self.start.size


def disorder(continuum: Sequence[Units], weights: Weights = EQUAL) -> float:
    """The disorder of the best alignment of a continuum that at least two annotators have read.

    Args:
        continuum: the units of each annotator; there must be one unit at least.
        weights: of place and label.

    Raises:
        ValueRefused: where too many units of too many annotators lie too close together to be aligned exactly.
    """
    chosen, cost = unitary_alignments(continuum, weights)
    total = sum(len(units) for units in continuum)
    return _least(cost, _covering(chosen)) * len(continuum) / total


def _least(cost: Numbers, covering: csr_array) -> float:
    """The cost of the cheapest choice that covers each unit once.

    Args:
        cost: of each unitary alignment; shape (t,).
        covering: which units each of them holds; shape (units, t).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    once = np.ones(covering.shape[0])
    limits, constraint = Bounds(0, 1), LinearConstraint(covering, once, once)
    loose = milp(cost, bounds=limits, constraints=constraint)
    if loose.success and np.abs(loose.x - np.round(loose.x)).max() < EXACT:
        return float(loose.fun)  # whole by itself, as it mostly is, and then nothing whole is cheaper
    found = milp(cost, integrality=np.ones(cost.size, np.int64), bounds=limits, constraints=constraint)
    assert found.success, "leaving every unit alone covers each once, so there is a cheapest choice"
    return float(found.fun)


def unitary_alignments(continuum: Sequence[Units], weights: Weights = EQUAL) -> tuple[Integers, Numbers]:
    """The unitary alignments that a best alignment may need, and their disorder.

    Args:
        continuum: the units of n annotators.
        weights: of place and label.

    Returns:
        For each of t alignments the number of each annotator's unit, or -1 for none, shape (t, n); and its disorder,
        shape (t,).

    Raises:
        ValueRefused: where there are too many.
    """
    many = len(continuum)
    pairs = many * (many - 1) / 2
    rows = np.full((1, 0), -1)
    apart = np.zeros((1, 0))  # for each unit of a row the sum of its differences from the others
    for number, units in enumerate(continuum):
        differences = [_differences(continuum[before], units, weights) for before in range(number)]
        step = max(1, CELLS // (len(units) + 1))
        parts: list[tuple[Integers, Numbers]] = []
        for begin in range(0, len(rows), step):
            chosen = slice(begin, begin + step)
            parts.append(_joined(rows[chosen], apart[chosen], differences, len(units), pairs + many - 1))
            _refuse_many(sum(len(part[0]) for part in parts))
        rows, apart = (np.concatenate(side) for side in zip(*parts, strict=True))
    there = rows >= 0
    size = there.sum(axis=1)
    needed = (size > 0) & (np.where(there, apart, 0) <= (pairs + size - 1)[:, None]).all(axis=1)
    rows, apart, size = rows[needed], apart[needed], size[needed]
    return rows, (apart.sum(axis=1) / 2 + pairs - size * (size - 1) / 2) / pairs


def _joined(
    rows: Integers, apart: Numbers, differences: Sequence[Numbers], units: int, most: float
) -> tuple[Integers, Numbers]:
    """Rows with each unit of one more annotator, or none, where no unit is too far from the others.

    Args:
        rows: the units of the annotators before; shape (t, annotators).
        apart: the sum of the differences of each from the others; shape (t, annotators).
        differences: per annotator before, that of each of his units from each new one; of shape (units + 1, units + 1).
        units: how many the new annotator has.
        most: the greatest sum of differences that a unit may have.
    """
    steps = np.array([table[rows[:, n]] for n, table in enumerate(differences)])
    steps = steps.reshape(len(differences), len(rows), units + 1)
    grown, mine = apart.T[:, :, None] + steps, steps.sum(axis=0)
    row, unit = np.nonzero((grown <= most).all(axis=0) & (mine <= most))
    return (
        np.concatenate([rows[row], np.where(unit == units, -1, unit)[:, None]], axis=1),
        np.concatenate([grown[:, row, unit].T, mine[row, unit][:, None]], axis=1),
    )


def _differences(one: Units, other: Units, weights: Weights) -> Numbers:
    """d(u, v) for all units of two annotators, and 0 beside a missing one, which is last; shape (u + 1, v + 1)."""
    place = np.abs(one.start[:, None] - other.start) + np.abs(one.end[:, None] - other.end)
    lengths = (one.end - one.start)[:, None] + (other.end - other.start)
    table = np.zeros((len(one) + 1, len(other) + 1))
    differing = one.label[:, None] != other.label
    table[:-1, :-1] = weights.place * (place / lengths) ** 2 + weights.label * differing
    return table


def _covering(chosen: Integers) -> csr_array:
    """Which units each unitary alignment holds, as a sparse table of shape (units, alignments)."""
    from scipy.sparse import csr_array

    sizes = chosen.max(axis=0) + 1
    row, annotator = np.nonzero(chosen >= 0)
    unit = (np.cumsum(sizes) - sizes)[annotator] + chosen[row, annotator]
    return csr_array((np.ones(row.size), (unit, row)), shape=(int(sizes.sum()), len(chosen)))


def _refuse_many(alignments: int) -> None:
    if alignments > LARGEST:
        raise ValueRefused(
            "gamma would have to choose among millions of alignments here: too many units lie too close together",
            remedy="Take gamma for fewer annotators, or do without it: the unitizing alphas need no alignment.",
        )
