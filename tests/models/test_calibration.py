"""Probabilities that mean what they say are told from those that do not, by the measures of the literature."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.models.calibration import calibration, span_calibration, token_calibration
from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


@given(PAIRS)
def test_the_measures_are_those_of_their_definitions(pairs):
    found = calibration(pairs)
    share = sum(right for _, right in pairs) / len(pairs)
    assert found.brier == pytest.approx(sum((p - right) ** 2 for p, right in pairs) / len(pairs))
    assert found.constant == pytest.approx(sum((share - right) ** 2 for _, right in pairs) / len(pairs))
    rows = [[(p, right) for p, right in pairs if min(int(p * 10), 9) == n] for n in range(10)]
    error = sum(abs(sum(p for p, _ in row) - sum(right for _, right in row)) for row in rows) / len(pairs)
    assert found.error == pytest.approx(error)
    assert [one.predictions for one in found.bins] == [len(row) for row in rows if row]
    assert all(one.low <= one.mean <= one.high + 1e-9 for one in found.bins)


def test_a_forecast_that_is_never_wrong_has_skill_one():
    found = calibration([(1.0, True), (0.0, False), (1.0, True)])
    assert (found.brier, found.skill, found.error) == (0, 1, 0)


def test_a_forecast_that_always_says_the_share_has_no_skill():
    assert calibration([(0.25, n == 0) for n in range(4)]).skill == pytest.approx(0)


def test_where_all_is_right_there_is_no_skill_to_measure():
    assert calibration([(0.9, True)]).skill is None


def test_nothing_predicted_is_no_calibration():
    found = calibration([])
    assert (found.predictions, found.brier, found.skill, found.error, found.bins) == (0, None, None, None, ())
    assert found.json()["brier"] is None


def test_honest_probabilities_have_a_small_error_and_exaggerated_ones_a_large_one():
    rng = random.Random(1)  # noqa: S311  (no secret)
    honest = [(p, rng.random() < p) for p in (rng.random() for _ in range(5000))]
    exaggerated = [(round(p), right) for p, right in honest]
    assert calibration(honest).error < 0.03
    assert calibration(exaggerated).error > 0.2


GOLD = Example("a.p00", "Ann met Bob in Oslo.", (Span(0, 3, "PERSON"), Span(15, 19, "PLACE")))
TOKENS = ((0, 3), (4, 7), (8, 11), (12, 14), (15, 19), (19, 20))


def prediction(spans, candidates, columns):
    table = np.zeros((len(TOKENS), 3))
    for number, (column, probability) in enumerate(columns):
        table[number, column] = probability
    made = (tuple(PredictedSpan(*one) for one in some) for some in (spans, candidates))
    return {"a.p00": ExamplePrediction("a.p00", *made, TOKENS, ("", "PERSON", "PLACE"), table)}


def test_a_span_is_right_with_its_edges_and_label_and_candidates_count():
    found = prediction(
        [(0, 3, "PERSON", 0.9), (8, 11, "PERSON", 0.6)], [(15, 19, "PLACE", 0.3), (15, 19, "PERSON", 0.2)], []
    )
    assert span_calibration([GOLD], found).brier == pytest.approx((0.1**2 + 0.6**2 + 0.7**2 + 0.2**2) / 4)


def test_a_token_is_right_with_its_label_or_in_no_span():
    columns = [(1, 0.9), (0, 0.8), (1, 0.7), (0, 1.0), (0, 0.6), (0, 1.0)]  # wrong: Bob, and Oslo
    wrong = 0.7**2 + 0.6**2
    right = 0.1**2 + 0.2**2
    assert token_calibration([GOLD], prediction([], [], columns)).brier == pytest.approx((wrong + right) / 6)


def test_what_nobody_annotated_is_not_judged():
    example = Example(GOLD.id, GOLD.text, GOLD.spans[:1], extra={"not_annotated": [[4, 20]]})
    columns = [(1, 0.9)] * 6
    found = prediction([(0, 3, "PERSON", 0.9), (8, 11, "PERSON", 0.6)], [], columns)
    assert span_calibration([example], found).predictions == 1
    assert token_calibration([example], found).predictions == 1
