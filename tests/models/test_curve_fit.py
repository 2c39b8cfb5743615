"""Fitted curves never leave 0 to 1; more data never predicts less unless the points fall; few points refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.errors import InvalidValueError
from goldspan.models.curve_fit import RISING, fit_curves, forecast_of_last

SIZES = np.array([20.0, 40, 60, 80, 100])


def covariance(error, common=0.0):
    return common**2 + error**2 * np.eye(len(SIZES))


@st.composite
def points(draw):
    """Scores of five sizes with their covariance, of any course."""
    scores = np.array(draw(st.lists(st.floats(0, 1), min_size=5, max_size=5)))
    root = np.array(draw(st.lists(st.lists(st.floats(-0.1, 0.1), min_size=5, max_size=5), min_size=5, max_size=5)))
    return scores, root @ root.T


@given(points(), st.floats(1, 100_000), st.sampled_from([None, (0.0, 1.0), (0.2, 0.4), (0.9, 1.0)]))
def test_no_forecast_leaves_0_to_1_and_its_limits_hold_it(drawn, articles, limits):
    one = fit_curves(SIZES, *drawn, limits).forecast(articles)
    assert 0 <= one.low <= one.value <= one.high <= 1


@given(points(), st.floats(10, 10_000), st.floats(1, 50))
def test_more_data_never_predicts_less_unless_the_points_fall(drawn, articles, times):
    fit = fit_curves(SIZES, *drawn)
    growth = fit.growth(articles, times * articles)
    if fit.trend == "falls":
        assert growth.high <= 1e-9
    else:
        assert growth.low >= -1e-9


@given(st.floats(0.05, 0.95))
def test_a_flat_curve_forecasts_flat(score):
    fit = fit_curves(SIZES, np.full(5, score), covariance(0.003))
    assert fit.trend == "is flat"
    assert fit.forecast(200).value == pytest.approx(score, abs=0.006)
    low = fit.growth(100, 200).low
    assert low == 0
    assert f"{low:.1f}" == "0.0", "and not -0.0"


def test_a_curve_that_falls_beyond_chance_is_said_to_fall_and_forecasts_less():
    fit = fit_curves(SIZES, np.array([0.8, 0.75, 0.72, 0.7, 0.69]), covariance(0.005))
    assert fit.trend == "falls"
    assert fit.forecast(200).value < 0.69
    assert fit_curves(SIZES, np.array([0.8, 0.79, 0.8, 0.79, 0.79]), covariance(0.02)).trend == "rises"


@pytest.mark.parametrize(
    "curve",
    [
        lambda n: 0.9 - 2.2 * n**-0.5,
        lambda n: 0.8 * n**1.2 / (90 + n**1.2),
        lambda n: 0.75 - 0.6 * np.exp(-n / 60),
        lambda n: 0.1 + 0.1 * np.log(n),
    ],
    ids=["power law", "sigmoid", "exponential", "logarithm, which is not fitted"],
)
def test_the_forecast_for_twice_the_data_is_near_the_curve_that_made_the_points(curve):
    fit = fit_curves(SIZES, curve(SIZES), covariance(0.004))
    forecast = fit.forecast(200)
    assert forecast.value == pytest.approx(curve(200.0), abs=0.02)
    assert forecast.low - 0.005 <= curve(200.0) <= forecast.high + 0.005


def test_what_all_points_have_in_common_moves_the_level_and_not_the_growth():
    scores = 0.8 - 2 * SIZES**-0.5
    alone = fit_curves(SIZES, scores, covariance(0.005))
    together = fit_curves(SIZES, scores, covariance(0.005, 0.05), (0.5, 0.7))
    assert together.forecast(200).value == pytest.approx(alone.forecast(200).value)
    assert together.growth(100, 200).value == pytest.approx(alone.growth(100, 200).value)
    last = together.forecast(100)
    assert (last.low, last.high) == pytest.approx((0.5, 0.7), abs=0.02), "the interval of the last point"
    assert together.growth(100, 200).high < 0.1


@pytest.mark.parametrize(("score", "limits"), [(1.0, (0.48, 1.0)), (0.9, (0.3, 1.0))])
def test_points_without_an_error_are_as_uncertain_as_their_interval(score, limits):
    one = fit_curves(SIZES, np.full(5, score), np.zeros((5, 5)), limits).forecast(200)
    assert (one.low, one.high) == pytest.approx(limits, abs=0.04)


def test_noisier_points_make_wider_intervals():
    scores = 0.8 - 2 * SIZES**-0.5
    widths = []
    for error in (0.002, 0.01, 0.05):
        one = fit_curves(SIZES, scores, covariance(error)).forecast(200)
        widths.append(one.high - one.low)
    assert widths == sorted(widths)


def test_points_that_no_curve_fits_widen_the_interval():
    smooth, rough = 0.8 - 2 * SIZES**-0.5, np.array([0.35, 0.6, 0.4, 0.7, 0.5])
    one, other = (fit_curves(SIZES, scores, covariance(0.002)).forecast(200) for scores in (smooth, rough))
    assert other.high - other.low > 2 * (one.high - one.low)


def test_the_weights_of_the_forms_sum_to_one_and_the_level_of_limits_counts():
    fit = fit_curves(SIZES, 0.8 - 2 * SIZES**-0.5, covariance(0.01))
    assert [*fit.shares] == [*RISING]
    assert sum(fit.shares.values()) == pytest.approx(1)
    narrow, wide = fit.forecast(200, 0.5), fit.forecast(200, 0.99)
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


@pytest.mark.parametrize("number", [1, 2, 3])
def test_three_points_or_fewer_refuse(number):
    with pytest.raises(InvalidValueError, match=rf"a forecast needs 4 points at least, not {number}"):
        fit_curves(SIZES[:number], np.full(number, 0.5), np.eye(number) * 1e-4)


@pytest.mark.parametrize(
    ("sizes", "scores", "message"),
    [
        ([1, 2, 2, 4], [0.1, 0.2, 0.3, 0.4], "must be positive and rise"),
        ([0, 1, 2, 3], [0.1, 0.2, 0.3, 0.4], "must be positive and rise"),
        ([1, 2, 3, 4], [0.1, 0.2, 0.3, 1.4], "must lie between 0 and 1"),
        ([1, 2, 3, 4], [0.1, 0.2, 0.3, float("nan")], "must lie between 0 and 1"),
    ],
)
def test_what_is_no_curve_is_refused(sizes, scores, message):
    with pytest.raises(InvalidValueError, match=message):
        fit_curves(np.array(sizes, float), np.array(scores), np.eye(4) * 1e-4)


def test_the_points_before_the_last_forecast_it_if_they_are_enough():
    scores = 0.8 - 2 * SIZES**-0.5
    found = forecast_of_last(SIZES, scores, covariance(0.005))
    assert found.low <= scores[-1] <= found.high
    assert forecast_of_last(SIZES[1:], scores[1:], covariance(0.005)[1:, 1:]) is None
