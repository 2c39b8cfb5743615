"""Gamma: agreement on units under the alignment that is kindest to them, beyond chance.

After Mathet, Widlöcher and Métivier (Computational Linguistics 2015): gamma = 1 - δ_o / δ_e, where δ_o is the disorder
of the best alignment (`unitary_alignments`) and δ_e the mean disorder of random continua (section 5.2): for
each annotator, the units of one drawn by chance are moved by a chance distance, as on a ring, and no two distances are
closer than the mean length of a unit (half of it in the programs for gamma, not in the paper). At least 30 are drawn,
and so many that δ_e lies, with a probability of 95 %, within a share of itself that is called the precision
(section 5.3).

A continuum is an article: what all have read of it. Over several articles, δ_o and δ_e are summed, each weighted with
the mean number of units of an annotator there, as if the articles were one continuum in which no unit is aligned with
one of another article. So the bootstrap needs nothing new but sums, and for one article it is the gamma of the paper.

The best alignment of the units of several annotators: the ground of gamma.

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

Gamma beside the other measures: over all articles, with its interval, and within each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.intervals import Estimate, UndefinedReason
from goldspan.bootstrap import interval, resampled
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from goldspan.agreement.intervals import MeasureSet
    from goldspan.agreement.measures import AgreementData
    from goldspan.agreement.span_units import AnnotationTable, Flags
    from goldspan.bootstrap import BootstrapSettings

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

EXACT = 1e-6  # how far from a whole number a solver may end up
CELLS = 2**18  # of a table that stands in memory at once, for each annotator
LARGEST = 500_000  # unitary alignments, of which a solver chooses in minutes rather than seconds


@dataclass(frozen=True, slots=True)
class DissimilarityWeights:
    """How much a difference counts beside a unit that is missing.

    Args:
        place: the weight of a difference of place, the paper's alpha.
        label: the weight of a difference of label, its beta.
    """

    place: float = 1.0
    label: float = 1.0


EQUAL = DissimilarityWeights()


@dataclass(frozen=True, eq=False)
class ContinuumUnits:
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


def disorder(continuum: Sequence[ContinuumUnits], weights: DissimilarityWeights = EQUAL) -> float:
    """The disorder of the best alignment of a continuum that at least two annotators have read.

    Args:
        continuum: the units of each annotator; there must be one unit at least.
        weights: of place and label.

    Raises:
        InvalidValueError: where too many units of too many annotators lie too close together to be aligned exactly.
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


def unitary_alignments(
    continuum: Sequence[ContinuumUnits], weights: DissimilarityWeights = EQUAL
) -> tuple[Integers, Numbers]:
    """The unitary alignments that a best alignment may need, and their disorder.

    Args:
        continuum: the units of n annotators.
        weights: of place and label.

    Returns:
        For each of t alignments the number of each annotator's unit, or -1 for none, shape (t, n); and its disorder,
        shape (t,).

    Raises:
        InvalidValueError: where there are too many.
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


def _differences(one: ContinuumUnits, other: ContinuumUnits, weights: DissimilarityWeights) -> Numbers:
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
        raise InvalidValueError(
            "gamma would have to choose among millions of alignments here: too many units lie too close together",
            remedy="Take gamma for fewer annotators, or do without it: the unitizing alphas need no alignment.",
        )


PRECISION = 0.02
SAMPLES = 30
CONFIDENCE = 1.96  # standard errors, for 95 %


@dataclass(frozen=True, eq=False)
class Continuum:
    """What several annotators have all read of one article.

    Args:
        length: of the text, in characters.
        annotators: the units of each.
    """

    length: int
    annotators: tuple[ContinuumUnits, ...]

    @property
    def mean(self) -> float:
        """The mean number of units of an annotator."""
        return sum(len(units) for units in self.annotators) / len(self.annotators)


@dataclass(frozen=True, eq=False)
class Disorders:
    """What gamma is made of.

    Args:
        observed: the disorder of each article, times the mean number of units there; shape (articles,).
        expected: the mean disorder of random continua, likewise.
        samples: how many random continua were drawn for each article.
    """

    observed: Numbers
    expected: Numbers
    samples: int


def continua(columns: AnnotationTable, who: Sequence[int], articles: Integers) -> list[Continuum]:
    """The continua of annotators, one for each article: empty where they have nothing to read in common.

    Args:
        columns: of all annotators.
        who: the numbers of those who count.
        articles: the number of each item's article; shape (items,).
    """
    common = columns.read[list(who)].all(axis=0)
    many = int(articles.max(initial=-1)) + 1
    return [_continuum(columns, who, common & (articles == number)) for number in range(many)]


def disorders(
    continua: Sequence[Continuum], *, seed: int = 0, precision: float = PRECISION, weights: DissimilarityWeights = EQUAL
) -> Disorders:
    """The observed and the expected disorder of each continuum; 0 where nobody has a unit.

    Args:
        continua: of the same annotators, at least two.
        seed: of the random continua.
        precision: the share of the expected disorder within which it is to be known.
        weights: of place and label.

    Raises:
        InvalidValueError: where too many units lie too close together.
    """
    marked = [number for number, one in enumerate(continua) if one.mean]
    rngs = {number: np.random.default_rng([seed, number]) for number in marked}
    drawn = {number: _sampled(continua[number], SAMPLES, rngs[number], weights) for number in marked}
    means, spread = sum(row.mean() for row in drawn.values()), sum(row.var() for row in drawn.values())
    needed = int(np.ceil((CONFIDENCE / precision) ** 2 * spread / means**2)) if marked else SAMPLES
    for number in marked if needed > SAMPLES else ():
        more = _sampled(continua[number], needed - SAMPLES, rngs[number], weights)
        drawn[number] = np.concatenate([drawn[number], more])
    observed, expected = np.zeros(len(continua)), np.zeros(len(continua))
    for number, row in drawn.items():
        observed[number] = continua[number].mean * disorder(continua[number].annotators, weights)
        expected[number] = row.mean()
    return Disorders(observed, expected, max(needed, SAMPLES))


def gamma(observed: Numbers, expected: Numbers) -> Numbers:
    """Gamma from summed disorders; NaN where nothing is expected to differ."""
    quotient = np.divide(observed, expected, out=np.full(np.shape(observed), np.nan), where=expected > 0)
    return np.asarray(1 - quotient)


def _continuum(columns: AnnotationTable, who: Sequence[int], items: Flags) -> Continuum:
    """The items laid end to end, with the units that lie in them."""
    lengths = np.diff(columns.offset) * items
    moved = columns.offset[:-1] - (np.cumsum(lengths) - lengths)
    rows = [np.flatnonzero(columns.marked(one, items)) for one in who]
    return Continuum(
        int(lengths.sum()),
        tuple(
            ContinuumUnits(
                (columns.start[row] - moved[columns.item[row]]).astype(np.float64),
                (columns.end[row] - moved[columns.item[row]]).astype(np.float64),
                columns.label[row],
            )
            for row in rows
        ),
    )


def _sampled(continuum: Continuum, count: int, rng: np.random.Generator, weights: DissimilarityWeights) -> Numbers:
    """The disorders of random continua, times the mean number of units of the one they are drawn from."""
    return continuum.mean * np.array([disorder(_shuffled(continuum, rng).annotators, weights) for _ in range(count)])


def _shuffled(continuum: Continuum, rng: np.random.Generator) -> Continuum:
    """A random continuum of as many annotators, not all of them without units."""
    while True:
        source = rng.integers(0, len(continuum.annotators), len(continuum.annotators))
        pivots = _pivots(continuum, rng)
        moved = [
            _moved(continuum.annotators[one], pivot, continuum.length)
            for one, pivot in zip(source, pivots, strict=True)
        ]
        if any(len(units) for units in moved):
            return Continuum(continuum.length, tuple(moved))


def _pivots(continuum: Continuum, rng: np.random.Generator) -> Numbers:
    """By how much each annotator's units are moved: at least the mean length of a unit apart, where there is room.

    So no two of them stay aligned by accident.
    """
    sizes = np.concatenate([units.end - units.start for units in continuum.annotators])
    least = float(sizes.mean())
    found: list[float] = []
    for _ in continuum.annotators:
        places = np.arange(continuum.length)
        for pivot in found:
            gap = np.abs(places - pivot)
            places = places[np.minimum(gap, continuum.length - gap) >= least]
        found.append(float(rng.choice(places)) if places.size else float(rng.uniform(0, continuum.length)))
    return np.array(found)


def _moved(units: ContinuumUnits, pivot: float, length: int) -> ContinuumUnits:
    """The units moved to the right, those that begin beyond the end coming in again at the begin."""
    back = np.where(units.start + pivot >= length, length, 0)
    return ContinuumUnits(units.start + pivot - back, units.end + pivot - back, units.label)


NO_GROUND = ("no_example", "nothing")  # why there is no agreement to speak of, by any measure


def add_gamma(
    cells: Sequence[MeasureSet],
    ground: AgreementData,
    who: Sequence[int],
    articles: Integers,
    settings: BootstrapSettings,
) -> list[MeasureSet]:
    """The cells with gamma: the first over all articles, any others within each of them.

    Args:
        cells: the overall cell of some annotators, then perhaps one for each article.
        ground: of all annotators.
        who: their numbers.
        articles: the number of each item's article; shape (items,).
        settings: how corpora are drawn.

    Raises:
        InvalidValueError: where too many units lie too close together.
    """
    why = cells[0]["u_alpha"].undefined
    if len(who) < 2 or (why and why.reason in NO_GROUND):
        values = [Estimate(None, undefined=cell["u_alpha"].undefined) for cell in cells]
    else:
        read = continua(ground.columns, who, articles)
        found = disorders(read, seed=settings.seed)
        values = [_overall(cells[0], read, found, settings)]
        each = gamma(found.observed, found.expected).tolist()
        values += [_value(cell, one.length, share) for cell, one, share in zip(cells[1:], read, each, strict=False)]
    return [replace(cell, values={**cell.values, "gamma": value}) for cell, value in zip(cells, values, strict=True)]


def _overall(cell: MeasureSet, read: Sequence[Continuum], found: Disorders, settings: BootstrapSettings) -> Estimate:
    counting = [number for number, one in enumerate(read) if one.length]
    sums = np.stack([found.observed, found.expected], axis=1)[counting]
    total = sums.sum(axis=0)
    value = _value(cell, sum(one.length for one in read), float(gamma(total[0], total[1])))
    if value.estimate is None or len(sums) < 2:
        return value
    values = resampled(sums, settings, lambda disorders: gamma(disorders[:, 0], disorders[:, 1]))
    limits = interval(values, settings.edges)
    return Estimate(value.estimate, limits.low, limits.high, undefined_resamples=limits.undefined)


def _value(cell: MeasureSet, length: int, share: float) -> Estimate:
    """A gamma, or why there is none: as a rule what leaves the unitizing alpha without a value."""
    why = cell["u_alpha"].undefined
    if why is not None and why.reason in NO_GROUND:
        return Estimate(None, undefined=why)
    if not length:
        return Estimate(None, undefined=UndefinedReason("no_common"))
    return Estimate(None, undefined=UndefinedReason("no_variation")) if np.isnan(share) else Estimate(share)
