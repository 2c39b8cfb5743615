"""Gamma: the best alignment is the best of all, and the published example has its published value."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.agreement.agreement import measure
from goldspan.agreement.gamma import DissimilarityWeights, continua, disorder, disorders, gamma
from goldspan.agreement.span_units import AnnotationTable
from goldspan.errors import InvalidValueError
from helpers.annotations import gamma_units, of_one_text, of_texts

# The example of the authors' program, as pygamma-agreement has it among its data, and what comes out there with the
# weights of that program: a disorder of 0.96 and a gamma from 0.44 to 0.47.
PUBLISHED = {
    "alex": [(2, 9, 1), (11, 17, 2), (24, 30, 5), (32, 36, 6), (36, 44, 6), (44, 60, 7)],
    "paul": [(2, 9, 1), (11, 17, 3), (19, 25, 5), (32, 44, 6)],
    "suzan": [(2, 9, 1), (11, 17, 4), (21, 27, 5), (32, 36, 6), (36, 40, 6), (40, 44, 6)],
}


def read(annotations):
    table = AnnotationTable.of_annotations(annotations)
    return continua(table, range(len(table.annotators)), np.zeros(table.documents, np.int64))


def test_the_published_example_comes_out():
    whole = read(of_one_text(60, **PUBLISHED))
    weights = DissimilarityWeights(place=3, label=1)
    assert disorder(whole[0].annotators, weights) == pytest.approx(0.96, abs=0.01)
    found = disorders(whole, weights=weights)
    assert 0.44 <= gamma(found.observed, found.expected)[0] <= 0.48  # shifts are further apart than in the program


def differ(u, v):
    place = (abs(u[0] - v[0]) + abs(u[1] - v[1])) / (u[1] - u[0] + v[1] - v[0])
    return place**2 + (u[2] != v[2])


def least(rows):
    """The least disorder, by trying every alignment."""
    everything = list(product(*[[None, *range(len(row))] for row in rows]))
    pairs = list(combinations(range(len(rows)), 2))

    def cost(one):
        return sum(
            1 if one[a] is None or one[b] is None else differ(rows[a][one[a]], rows[b][one[b]]) for a, b in pairs
        ) / len(pairs)

    def best(left):
        if not left:
            return 0
        first = min(left)
        holding = [one for one in everything if one[first[0]] == first[1]]
        inside = [(one, {(a, unit) for a, unit in enumerate(one) if unit is not None}) for one in holding]
        return min(cost(one) + best(left - units) for one, units in inside if units <= left)

    total = sum(map(len, rows))
    return best({(a, unit) for a, row in enumerate(rows) for unit in range(len(row))}) * len(rows) / total


row = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 6), st.integers(0, 1)).map(
        lambda one: (one[0], one[0] + one[1], one[2])
    ),
    max_size=2,
)


@settings(max_examples=60)
@given(st.lists(row, min_size=2, max_size=4).filter(any))
def test_the_best_alignment_is_the_best_of_all(rows):
    assert disorder([gamma_units(row) for row in rows]) == pytest.approx(least(rows), abs=1e-6)


def test_gamma_is_one_where_all_is_the_same_and_low_where_nothing_meets():
    rows = [[(1, "A"), (5, 7, "B")], [(3, "A")], [(10, "B"), (15, "A")]]
    same = measure(of_texts(a=rows, b=rows, c=rows), gamma=True, resamples=50).overall["gamma"]
    assert (same.estimate, same.high) == pytest.approx((1, 1))
    assert 0.02 < same.low < 0.3  # three articles, one trial each: as much as 0.025 ** (1 / 3), or less
    other = [[(12, "B")], [(18, "B"), (10, "B")], [(2, "A")]]
    assert measure(of_texts(a=rows, b=other), gamma=True, resamples=1).overall["gamma"].estimate < 0.3


def test_gamma_is_given_for_pairs_and_articles_and_has_an_interval():
    rows = {"a": [[(1, "A"), (5, "B")], [(3, "A")]], "b": [[(1, "A")], [(3, 4, "A")]], "c": [[(2, "A")], [(3, "A")]]}
    agreement = measure(of_texts(**rows), gamma=True, resamples=100)
    value = agreement.overall["gamma"]
    assert value.low <= value.estimate <= value.high
    assert all(part.overall["gamma"].estimate <= 1 for part in agreement.pairs.values())
    shares = [measures["gamma"].estimate for measures in agreement.articles.values()]
    assert min(shares) <= value.estimate <= max(shares)
    assert "gamma" not in agreement.labels["A"].values


def estimate(annotations, seed):
    return measure(annotations, gamma=True, resamples=1, seed=seed).overall["gamma"].estimate


def test_gamma_comes_from_the_seed():
    annotations = of_texts(a=[[(1, "A"), (5, "B")]], b=[[(2, "A"), (5, 6, "B")]])
    first, again, other = (estimate(annotations, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_who_marked_nothing_agrees_by_chance_alone():
    """Every unit is unaligned, in the data as in nearly all random continua."""
    nothing = measure(of_texts(a=[[(1, "A")], [(3, "B")]], b=[[], []]), gamma=True, resamples=20).overall["gamma"]
    assert nothing.estimate == pytest.approx(0, abs=0.05)


def test_an_undefined_gamma_has_its_reason():
    nothing = measure(of_texts(a=[[]], b=[[]]), gamma=True).overall["gamma"]
    assert nothing.undefined.reason == "nothing"
    apart = of_texts(
        a=[[(1, "A")], [(2, "A")], None], b=[[(1, "A")], None, [(1, "A")]], c=[None, [(2, "A")], [(1, "A")]]
    )
    assert measure(apart, gamma=True).overall["gamma"].undefined.reason == "no_common"
    alone = measure(of_texts(a=[[(1, "A")]]), gamma=True).overall["gamma"]
    assert alone.undefined.reason == "no_example"


def test_a_gamma_that_takes_too_long_is_refused():
    crowd = gamma_units([(0, 10 + n, 0) for n in range(60)])
    with pytest.raises(InvalidValueError, match="too many units"):
        disorder([crowd] * 6)
