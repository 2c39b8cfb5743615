"""Gamma: agreement on units under the alignment that is kindest to them, beyond chance.

After Mathet, Widlöcher and Métivier (Computational Linguistics 2015): gamma = 1 - δ_o / δ_e, where δ_o is the disorder
of the best alignment (`goldspan.agreement.alignment`) and δ_e the mean disorder of random continua (section 5.2): for
each annotator, the units of one drawn by chance are moved by a chance distance, as on a ring, and no two distances are
closer than the mean length of a unit (half of it in the programs for gamma, not in the paper). At least 30 are drawn,
and so many that δ_e lies, with a probability of 95 %, within a share of itself that is called the precision
(section 5.3).

A continuum is an article: what all have read of it. Over several articles, δ_o and δ_e are summed, each weighted with
the mean number of units of an annotator there, as if the articles were one continuum in which no unit is aligned with
one of another article. So the bootstrap needs nothing new but sums, and for one article it is the gamma of the paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.alignment import EQUAL, Units, Weights, disorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.columns import Columns, Flags

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

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
    annotators: tuple[Units, ...]

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


def continua(columns: Columns, who: Sequence[int], articles: Integers) -> list[Continuum]:
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
    continua: Sequence[Continuum], *, seed: int = 0, precision: float = PRECISION, weights: Weights = EQUAL
) -> Disorders:
    """The observed and the expected disorder of each continuum; 0 where nobody has a unit.

    Args:
        continua: of the same annotators, at least two.
        seed: of the random continua.
        precision: the share of the expected disorder within which it is to be known.
        weights: of place and label.

    Raises:
        ValueRefused: where too many units lie too close together.
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


def _continuum(columns: Columns, who: Sequence[int], items: Flags) -> Continuum:
    """The items laid end to end, with the units that lie in them."""
    lengths = np.diff(columns.offset) * items
    moved = columns.offset[:-1] - (np.cumsum(lengths) - lengths)
    rows = [np.flatnonzero(columns.marked(one, items)) for one in who]
    return Continuum(
        int(lengths.sum()),
        tuple(
            Units(
                (columns.start[row] - moved[columns.item[row]]).astype(np.float64),
                (columns.end[row] - moved[columns.item[row]]).astype(np.float64),
                columns.label[row],
            )
            for row in rows
        ),
    )


def _sampled(continuum: Continuum, count: int, rng: np.random.Generator, weights: Weights) -> Numbers:
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


def _moved(units: Units, pivot: float, length: int) -> Units:
    """The units moved to the right, those that begin beyond the end coming in again at the begin."""
    back = np.where(units.start + pivot >= length, length, 0)
    return Units(units.start + pivot - back, units.end + pivot - back, units.label)
