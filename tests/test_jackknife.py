"""Intervals by leaving units out: against formulas, for values at their limits, and for many units alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from goldspan.bootstrap import ratio
from goldspan.intervals import IntervalSettings, intervals_of_sums
from goldspan.jackknife import (
    LeaveOneOut,
    effective_number,
    effective_number_of_mean,
    kish,
    leave_one_out,
    t_limits,
)


def share(sums):
    """The share of the first column in the second; shape (corpora, 1)."""
    return ratio(sums[:, :1], sums[:, 1:])


def limits(rows, scale="share", level=0.95, measure=share):
    rows = np.array(rows, float)
    once = np.ones(len(rows), np.int64)
    effective = effective_number(rows[:, 1:2], once)
    low, high = t_limits(leave_one_out(once, rows, measure), effective, level, scale)
    return float(low[0]), float(high[0])


def test_the_standard_error_of_a_mean_is_the_usual_one():
    values = np.random.default_rng(0).normal(0, 1, 12)
    rows = np.stack([values, np.ones(12)], axis=1)
    found = leave_one_out(np.ones(12, np.int64), rows, share)
    assert found.standard_errors[0] == pytest.approx(values.std(ddof=1) / np.sqrt(12))


def test_of_equal_units_the_interval_is_students_on_the_logit():
    right = np.array([6, 7, 8, 9, 5, 8, 7, 6])
    low, high = limits(np.stack([right, np.full(8, 10)], axis=1))
    mean, error = right.mean() / 10, right.std(ddof=1) / 10 / np.sqrt(8)
    reach = stats.t.ppf(0.975, 7) * error / (mean * (1 - mean))
    logit = np.log(mean / (1 - mean))
    assert (low, high) == pytest.approx(tuple(1 / (1 + np.exp(-(logit + side))) for side in (-reach, reach)))


def test_unequal_units_count_as_fewer():
    assert kish(np.array(10.0), np.array(10.0)) == 10
    assert effective_number(np.array([50.0, 50, 1, 1, 1]), np.ones(5, np.int64)) == pytest.approx(2.1, abs=0.1)
    assert effective_number(np.zeros(3), np.ones(3, np.int64)) == 0


@pytest.mark.parametrize(
    ("effective", "number"),
    [([9, 9, 9], 9), ([9, 9, 1.8], 2.94), ([9] * 44 + [1], 9), ([0, 0], 0), ([5, 0], 5)],
)
def test_a_mean_has_the_degrees_of_freedom_of_what_varies_most(effective, number):
    assert effective_number_of_mean(np.array(effective, float)) == pytest.approx(number, abs=0.1)


@pytest.mark.parametrize("articles", [2, 5, 16, 100])
def test_without_an_error_each_unit_is_a_trial(articles):
    assert limits([(8, 8)] * articles) == pytest.approx((0.025 ** (1 / articles), 1))
    assert limits([(0, 8)] * articles) == pytest.approx((0, 1 - 0.025 ** (1 / articles)))


@pytest.mark.parametrize("articles", [2, 16, 100])
def test_equal_units_are_the_trials_of_a_proportion(articles):
    proportion = stats.binomtest(articles // 2, articles).proportion_ci()
    assert limits([(4, 8)] * articles) == pytest.approx((proportion.low, proportion.high))


def test_a_difference_that_never_varies_has_no_interval():
    assert all(map(np.isnan, limits([(1, 4)] * 6, "difference")))


def test_a_coefficient_below_chance_that_never_varies_has_none():
    assert all(map(np.isnan, limits([(-1, 4)] * 6, "coefficient")))


@pytest.mark.parametrize("rows", [[], [(3, 4)], [(3, 4), (0, 0)], [(0, 0), (0, 0)]])
def test_what_one_unit_alone_shows_has_no_interval(rows):
    assert all(map(np.isnan, limits(np.array(rows).reshape(-1, 2))))


def test_beyond_the_range_of_a_scale_the_interval_is_on_the_values():
    low, high = limits([(-9, 4), (-3, 4), (-6, 4)], "coefficient")
    assert low < -1.5 < high
    assert low + high == pytest.approx(-3)


counts = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda n: (n[0], n[0] + n[1])), max_size=9)


@given(counts, st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_an_interval_holds_its_value_and_stays_in_its_range(rows, level):
    low, high = limits(np.array(rows).reshape(-1, 2), level=level)
    if not np.isnan(low):
        right, all_ = np.sum(rows, axis=0)
        assert 0 <= low <= right / all_ + 1e-9
        assert right / all_ - 1e-9 <= high <= 1
        wide = limits(rows, level=0.999)
        assert wide[0] <= low + 1e-9
        assert wide[1] >= high - 1e-9


@given(counts.filter(bool), st.lists(st.integers(1, 4), min_size=9, max_size=9))
def test_units_with_the_same_counts_are_left_out_once_for_all(rows, times):
    times = np.array(times[: len(rows)])
    grouped = leave_one_out(times, np.array(rows, float), share)
    alone = leave_one_out(np.ones(times.sum(), np.int64), np.repeat(np.array(rows, float), times, axis=0), share)
    for name in ("values", "squares", "undefined"):
        assert getattr(grouped, name) == pytest.approx(getattr(alone, name), nan_ok=True)
    assert grouped.units == alone.units


def test_many_units_are_left_out_in_parts(monkeypatch):
    rows = np.random.default_rng(1).integers(1, 9, (50, 2)).astype(float)
    whole = leave_one_out(np.ones(50, np.int64), rows, share)
    monkeypatch.setattr("goldspan.bootstrap.CELLS", 7)
    parts = leave_one_out(np.ones(50, np.int64), rows, share)
    assert parts.squares == pytest.approx(whole.squares)


def test_what_is_undefined_without_some_unit_has_no_standard_error():
    found = LeaveOneOut(np.array([0.5]), np.array([0.1]), np.array([1.0]), np.array(4.0))
    assert np.isnan(found.standard_errors[0])


def test_both_methods_give_intervals_of_the_shape_of_the_measures():
    rows = np.random.default_rng(2).integers(1, 9, (20, 2)).astype(float)
    for method in ("jackknife-t", "percentile"):
        settings = IntervalSettings(unit="article", method=method, resamples=50)
        found = intervals_of_sums(rows, settings, lambda sums: np.repeat(share(sums), 3, axis=1), np.full(3, 20.0))
        assert found.shape == (3,)
        assert found[0] == found[2]
