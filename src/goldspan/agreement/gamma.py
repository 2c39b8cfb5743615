"""Gamma: agreement on units under the alignment of them that has the least disorder, beyond chance.

After Mathet, Widlöcher and Métivier, "The unified and holistic method gamma (γ) for inter-annotator agreement measure
and alignment" (Computational Linguistics 2015): gamma = 1 - δ_o / δ_e, where δ_o is the disorder of the best alignment
and δ_e the mean disorder of random continua.

A unitary alignment takes at most one unit of each annotator; an alignment is a set of unitary alignments in which each
unit occurs once. Two units differ by

    d(u, v) = a ((|start u - start v| + |end u - end v|) / (length u + length v))² + b (0 if the labels agree, else 1)

and a unit differs from a missing one by 1, as two missing ones do. The weights a and b are 1 as in pygamma-agreement,
unless others are asked for; the program of the authors takes 3 and 1. The disorder of a unitary alignment is the mean
over all pairs of annotators; that of an alignment is the sum over its unitary alignments, divided by the mean number
of units of an annotator. The best alignment has the least. It is exact: the solution of an integer program by HiGHS,
through scipy, whose linear relaxation mostly has whole numbers as its solution already.

Unitary alignments that no best alignment needs are left out (a sharper form of the paper's section 5.1.1). With n
annotators and c = n (n - 1) / 2 pairs of them, taking one unit u out of a unitary alignment of k units changes the sum
over pairs by c + (k - 1) minus the sum of d(u, v) over the others: where this sum is above c + k - 1, u is better off
alone.

Random continua (section 5.2): for each annotator, the units of one drawn by chance are moved by a chance distance, as
on a ring, and no two distances are closer than the mean length of a unit (half of it in the programs for gamma, not in
the paper). At least 30 are drawn, and so many that δ_e lies, with a probability of 95 %, within a share of itself that
is called the precision (section 5.3).

A continuum is an article: what all have read of it. Over several articles, δ_o and δ_e are summed, each weighted with
the mean number of units of an annotator there, as if the articles were one continuum in which no unit is aligned with
one of another article. So the bootstrap needs nothing but these sums, and for one article it is the gamma of the paper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.intervals import Estimate, NoInterval
from goldspan.agreement.measures import MEASURES
from goldspan.errors import InvalidValueError
from goldspan.intervals import intervals_of_sums
from goldspan.jackknife import effective_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_array

    from goldspan.agreement.intervals import Coverage, MeasureSet, Scarcity
    from goldspan.agreement.span_units import AgreementData, AnnotationTable, Integers, Numbers
    from goldspan.intervals import IntervalSettings

TOLERANCE = 1e-6  # how far from a whole number a solver's result may be
CELLS = 2**18  # of a table that is in memory at once, for each annotator
MOST_ALIGNMENTS = 500_000  # unitary alignments of which a solver chooses in minutes rather than seconds
PRECISION = 0.02
SAMPLES = 30
STANDARD_ERRORS = 1.96  # on either side of the mean, for 95 %


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
        continuum: the units of each annotator; at least one unit in all.
        weights: of place and label.

    Raises:
        InvalidValueError: where too many units of too many annotators lie too close together to be aligned exactly.
    """
    chosen, cost = unitary_alignments(continuum, weights)
    total = sum(len(units) for units in continuum)
    return _least_cost(cost, _covering(chosen)) * len(continuum) / total


def _least_cost(cost: Numbers, covering: csr_array) -> float:
    """The cost of the cheapest choice that covers each unit once.

    Args:
        cost: of each unitary alignment; shape (t,).
        covering: which units each of them takes; shape (units, t).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    once = np.ones(covering.shape[0])
    limits, constraint = Bounds(0, 1), LinearConstraint(covering, once, once)
    relaxed = milp(cost, bounds=limits, constraints=constraint)
    if relaxed.success and np.abs(relaxed.x - np.round(relaxed.x)).max() < TOLERANCE:
        return float(relaxed.fun)  # whole numbers already, as mostly, and then no others are cheaper
    whole = milp(cost, integrality=np.ones(cost.size, np.int64), bounds=limits, constraints=constraint)
    assert whole.success, "leaving every unit alone covers each once, so there is a cheapest choice"
    return float(whole.fun)


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
    annotators = len(continuum)
    pairs = annotators * (annotators - 1) / 2
    rows = np.full((1, 0), -1)
    distance = np.zeros((1, 0))  # for each unit of a row the sum of its differences from the others
    for number, units in enumerate(continuum):
        differences = [_differences(continuum[before], units, weights) for before in range(number)]
        step = max(1, CELLS // (len(units) + 1))
        parts: list[tuple[Integers, Numbers]] = []
        for begin in range(0, len(rows), step):
            chosen = slice(begin, begin + step)
            parts.append(_joined(rows[chosen], distance[chosen], differences, len(units), pairs + annotators - 1))
            _require_few(sum(len(part[0]) for part in parts))
        rows, distance = (np.concatenate(side) for side in zip(*parts, strict=True))
    has_unit = rows >= 0
    size = has_unit.sum(axis=1)
    needed = (size > 0) & (np.where(has_unit, distance, 0) <= (pairs + size - 1)[:, None]).all(axis=1)
    rows, distance, size = rows[needed], distance[needed], size[needed]
    return rows, (distance.sum(axis=1) / 2 + pairs - size * (size - 1) / 2) / pairs


def _joined(
    rows: Integers, distance: Numbers, differences: Sequence[Numbers], units: int, most: float
) -> tuple[Integers, Numbers]:
    """Rows with each unit of one more annotator, or none, where no unit is too far from the others.

    Args:
        rows: the units of the annotators before; shape (t, annotators).
        distance: the sum of the differences of each from the others; shape (t, annotators).
        differences: per annotator before, that of each of their units from each new one; of shape
            (units + 1, units + 1).
        units: how many the new annotator has.
        most: the greatest sum of differences that a unit may have.
    """
    steps = np.array([table[rows[:, n]] for n, table in enumerate(differences)])
    steps = steps.reshape(len(differences), len(rows), units + 1)
    of_others, of_new = distance.T[:, :, None] + steps, steps.sum(axis=0)
    row, unit = np.nonzero((of_others <= most).all(axis=0) & (of_new <= most))
    return (
        np.concatenate([rows[row], np.where(unit == units, -1, unit)[:, None]], axis=1),
        np.concatenate([of_others[:, row, unit].T, of_new[row, unit][:, None]], axis=1),
    )


def _differences(first: ContinuumUnits, second: ContinuumUnits, weights: DissimilarityWeights) -> Numbers:
    """d(u, v) for all units of two annotators, and 0 beside a missing one, which is last; shape (u + 1, v + 1)."""
    place = np.abs(first.start[:, None] - second.start) + np.abs(first.end[:, None] - second.end)
    lengths = (first.end - first.start)[:, None] + (second.end - second.start)
    table = np.zeros((len(first) + 1, len(second) + 1))
    differing = first.label[:, None] != second.label
    table[:-1, :-1] = weights.place * (place / lengths) ** 2 + weights.label * differing
    return table


def _covering(chosen: Integers) -> csr_array:
    """Which units each unitary alignment takes, as a sparse table of shape (units, alignments)."""
    from scipy.sparse import csr_array

    sizes = chosen.max(axis=0) + 1
    row, annotator = np.nonzero(chosen >= 0)
    unit = (np.cumsum(sizes) - sizes)[annotator] + chosen[row, annotator]
    return csr_array((np.ones(row.size), (unit, row)), shape=(int(sizes.sum()), len(chosen)))


def _require_few(alignments: int) -> None:
    if alignments > MOST_ALIGNMENTS:
        raise InvalidValueError(
            "gamma would have to choose among millions of alignments here: too many units lie too close together",
            remedy="Compute gamma for fewer annotators, or leave it out: the unitizing alphas need no alignment.",
        )


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
    """What gamma is computed from.

    Args:
        observed: the disorder of each article, times the mean number of units there; shape (articles,).
        expected: the mean disorder of random continua, times the same; shape (articles,).
        samples: how many random continua were drawn for each article.
    """

    observed: Numbers
    expected: Numbers
    samples: int


def continua(table: AnnotationTable, annotators: Sequence[int], articles: Integers) -> list[Continuum]:
    """The continua of annotators, one for each article: empty where there is no document that all of them read.

    Args:
        table: of all annotators.
        annotators: the numbers of those who count.
        articles: the number of each document's article; shape (documents,).
    """
    common = np.flatnonzero(table.read_by(annotators))
    number = int(articles.max(initial=-1)) + 1
    documents = _by_article(common, articles[common], number)
    of_annotators = []
    for annotator in annotators:
        rows = table.rows_of(annotator, table.read_by(annotators))
        of_annotators.append(_by_article(rows, articles[table.document[rows]], number))
    return [
        _continuum(table, documents[article], [rows[article] for rows in of_annotators]) for article in range(number)
    ]


def disorders(
    continua: Sequence[Continuum], *, seed: int = 0, precision: float = PRECISION, weights: DissimilarityWeights = EQUAL
) -> Disorders:
    """The observed and the expected disorder of each continuum; 0 where nobody has a unit.

    Args:
        continua: of the same annotators, at least two.
        seed: of the random continua.
        precision: the share of the expected disorder within which it must be known.
        weights: of place and label.

    Raises:
        InvalidValueError: where too many units lie too close together.
    """
    marked = [number for number, continuum in enumerate(continua) if continuum.mean]
    rngs = {number: np.random.default_rng([seed, number]) for number in marked}
    drawn = {number: _sampled(continua[number], SAMPLES, rngs[number], weights) for number in marked}
    mean, variance = sum(row.mean() for row in drawn.values()), sum(row.var() for row in drawn.values())
    needed = int(np.ceil((STANDARD_ERRORS / precision) ** 2 * variance / mean**2)) if marked else SAMPLES
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


def _by_article(numbers: Integers, articles: Integers, number: int) -> list[Integers]:
    """Numbers of documents or spans, split by their articles, in the order that they have.

    Args:
        numbers: of documents or spans; shape (n,).
        articles: the number of the article of each; shape (n,).
        number: how many articles there are.
    """
    order = np.argsort(articles, kind="stable")
    return np.split(numbers[order], np.searchsorted(articles[order], np.arange(1, number))) if number else []


def _continuum(table: AnnotationTable, documents: Integers, rows: Sequence[Integers]) -> Continuum:
    """The documents laid end to end, with the units in them.

    Args:
        table: of all annotators.
        documents: the numbers of the documents, ascending.
        rows: for each annotator the rows of their spans in these documents.
    """
    lengths = np.diff(table.offset)[documents]
    before = np.cumsum(lengths) - lengths  # the length of the documents before each

    def units(rows: Integers) -> ContinuumUnits:
        moved = before[np.searchsorted(documents, table.document[rows])]
        start, end = (table.start[rows] + moved).astype(np.float64), (table.end[rows] + moved).astype(np.float64)
        return ContinuumUnits(start, end, table.label[rows])

    return Continuum(int(lengths.sum()), tuple(map(units, rows)))


def _sampled(continuum: Continuum, count: int, rng: np.random.Generator, weights: DissimilarityWeights) -> Numbers:
    """The disorders of random continua, times the mean number of units of the one they are drawn from."""
    return continuum.mean * np.array([disorder(_shuffled(continuum, rng).annotators, weights) for _ in range(count)])


def _shuffled(continuum: Continuum, rng: np.random.Generator) -> Continuum:
    """A random continuum of as many annotators, not all of them without units."""
    while True:
        source = rng.integers(0, len(continuum.annotators), len(continuum.annotators))
        pivots = _pivots(continuum, rng)
        moved = [
            _moved(continuum.annotators[annotator], pivot, continuum.length)
            for annotator, pivot in zip(source, pivots, strict=True)
        ]
        if any(len(units) for units in moved):
            return Continuum(continuum.length, tuple(moved))


def _pivots(continuum: Continuum, rng: np.random.Generator) -> Numbers:
    """By how much each annotator's units are moved: at least the mean length of a unit apart, where there is room.

    So no two of them stay aligned by accident.
    """
    sizes = np.concatenate([units.end - units.start for units in continuum.annotators])
    least = float(sizes.mean())
    pivots: list[float] = []
    for _ in continuum.annotators:
        places = np.arange(continuum.length)
        for pivot in pivots:
            gap = np.abs(places - pivot)
            places = places[np.minimum(gap, continuum.length - gap) >= least]
        pivots.append(float(rng.choice(places)) if places.size else float(rng.uniform(0, continuum.length)))
    return np.array(pivots)


def _moved(units: ContinuumUnits, pivot: float, length: int) -> ContinuumUnits:
    """The units moved to the right; those that would begin beyond the end begin from the left again."""
    back = np.where(units.start + pivot >= length, length, 0)
    return ContinuumUnits(units.start + pivot - back, units.end + pivot - back, units.label)


def add_gamma(
    sets: Sequence[MeasureSet],
    data: AgreementData,
    annotators: Sequence[int],
    articles: Integers,
    settings: IntervalSettings,
) -> list[MeasureSet]:
    """The measures with gamma among them.

    Args:
        sets: the measures of some annotators over all labels: over all articles, then perhaps within each.
        data: of all annotators.
        annotators: their numbers.
        articles: the number of each document's article; shape (documents,).
        settings: of the intervals.

    Raises:
        InvalidValueError: where too many units lie too close together.
    """
    if sets[0].coverage.nothing_to_compare:
        return [_with_gamma(measures, _estimate(measures.coverage, np.nan)) for measures in sets]
    read = continua(data.spans, annotators, articles)
    disorder_sums = disorders(read, seed=settings.seed)
    overall, *of_articles = sets
    each = gamma(disorder_sums.observed, disorder_sums.expected).tolist()
    return [
        _with_gamma(overall, _overall(overall.coverage, read, disorder_sums, settings)),
        *(
            _with_gamma(measures, _estimate(measures.coverage, value))
            for measures, value in zip(of_articles, each, strict=False)
        ),
    ]


def _with_gamma(measures: MeasureSet, value: Estimate) -> MeasureSet:
    return replace(measures, values={**measures.values, "gamma": value})


def _overall(
    coverage: Coverage, read: Sequence[Continuum], disorder_sums: Disorders, settings: IntervalSettings
) -> Estimate:
    """Gamma over all articles, with its interval."""
    with_text = [number for number, continuum in enumerate(read) if continuum.length]
    sums = np.stack([disorder_sums.observed, disorder_sums.expected], axis=1)[with_text]
    total = sums.sum(axis=0)
    value = _estimate(coverage, float(gamma(total[0], total[1])))
    if value.estimate is None or len(sums) < 2:
        return value
    effective = effective_number(sums[:, 1:], np.ones(len(sums), np.int64))  # by expected disorder, the denominator
    (limits,) = intervals_of_sums(
        sums, settings, lambda disorders: gamma(disorders[:, :1], disorders[:, 1:]), effective, scale="coefficient"
    )
    if limits.low is None:
        reason: Scarcity = "one_bearing" if limits.undefined else "alike"
        return Estimate(value.estimate, no_interval=NoInterval(reason, settings.unit))
    missing = limits.undefined if settings.drawn else 0
    return Estimate(value.estimate, limits.low, limits.high, undefined_resamples=missing)


def _estimate(coverage: Coverage, value: float) -> Estimate:
    """A gamma, or why there is none."""
    if coverage.nothing_to_compare or np.isnan(value):
        return Estimate(None, undefined=coverage.why_undefined(MEASURES["gamma"]))
    return Estimate(value)
