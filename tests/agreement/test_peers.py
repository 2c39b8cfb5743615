"""Gamma against pygamma-agreement, whose values are recorded: its environment takes minutes to make.

`pytest -m long tests/agreement/test_peers.py` makes it, and compares the recorded values with what it says.
"""

import random

import pytest

from goldspan.agreement.gamma import Continuum, disorder, disorders, gamma
from helpers.annotations import gamma_units
from helpers.pygamma import gammas

LENGTH = 400
# Of each continuum, what pygamma-agreement 0.5.9 says: the disorder of the best alignment, and gamma.
PEER = ((0.3701005, 0.67645), (0.3173975, 0.74034), (0.5825409, 0.56620))


def made(rng, annotators):
    """What some annotators make of one text: mostly the same, with other boundaries and labels now and then."""
    begins = range(5, LENGTH - 20, 20)
    gold = [(begin, begin + rng.randint(4, 15), rng.randrange(3)) for begin in begins]

    def read():
        for start, end, label in gold:
            if rng.random() < 0.85:
                yield start, end + rng.choice((0, 0, 0, 3)), rng.choice((label, label, label, 0))

    return [list(read()) for _ in range(annotators)]


@pytest.fixture(scope="module")
def continua():
    rng = random.Random(1)  # noqa: S311  (no secrets here)
    return [made(rng, annotators) for annotators in (2, 3, 4)]


@pytest.mark.long
def test_the_recorded_values_are_those_of_pygamma(continua):
    for (observed, *_, value, _), recorded in zip(gammas(continua, samples=60), PEER, strict=True):
        assert recorded == (pytest.approx(observed, rel=1e-6), pytest.approx(value, abs=0.01))


def test_the_disorder_of_the_best_alignment_is_that_of_pygamma(continua):
    for annotators, (observed, _) in zip(continua, PEER, strict=True):
        assert disorder([gamma_units(row) for row in annotators]) == pytest.approx(observed, rel=1e-5)


def test_gamma_is_near_that_of_pygamma(continua):
    """The continua drawn by chance differ, in chance and in how far shifts must lie apart."""
    for annotators, (_, value) in zip(continua, PEER, strict=True):
        found = disorders([Continuum(LENGTH, tuple(gamma_units(row) for row in annotators))], precision=0.05)
        assert gamma(found.observed, found.expected)[0] == pytest.approx(value, abs=0.05)
