"""The power of an audit by simulation, and its false alarms: the table of docs/audit.md."""

import numpy as np
import pytest

from goldspan.audit.power import ReaderModel, articles_needed, power
from goldspan.corpus.audits import PrimaryTest
from helpers.audit_simulation import planted_numbers, share_found


@pytest.mark.slow
def test_an_excess_of_ten_points_is_found_by_three_annotators_of_twenty_articles():
    shares = [share_found(0.1, seed=seed, runs=2_000) for seed in range(4)]
    assert np.mean(shares) >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize("base", [0.02, 0.03, 0.1])
def test_where_there_is_no_excess_hardly_any_is_found(base):
    """1,000 runs: 6.5 % is two standard errors above 5 %."""
    assert share_found(0.0, base=base) <= 0.065


def test_the_mean_probabilities_are_those_that_were_assumed():
    model = ReaderModel(excess=0.1, base=0.05)
    aided = np.zeros((4_000, 2, 2), bool)
    aided[:, 0, 0] = aided[:, 1, 1] = True
    likely, article = model.probabilities(aided, np.array([2, 2]), np.random.default_rng(0))
    side = aided[:, :, article]
    assert likely[side].mean() == pytest.approx(0.15, abs=0.006)
    assert likely[~side].mean() == pytest.approx(0.05, abs=0.004)


def test_more_articles_are_asked_for_where_power_is_low():
    few = planted_numbers(6)
    assert power(3, few, ReaderModel(), PrimaryTest()) < 0.8
    assert 15 < articles_needed(3, few, ReaderModel(), PrimaryTest()) < 40
    nothing = np.zeros(6, np.int64)
    assert power(3, nothing, ReaderModel(), PrimaryTest()) == 0.0
    assert articles_needed(3, nothing, ReaderModel(), PrimaryTest()) is None
