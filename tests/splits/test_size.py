import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.splits import too_small, wilson


@pytest.mark.parametrize(
    ("proportion", "n", "low", "high"),
    [(0.8, 10, 0.4902, 0.9433), (0.8, 100, 0.7112, 0.8666), (0.0, 10, 0.0, 0.2775), (1.0, 10, 0.7225, 1.0)],
)
def test_the_interval_is_that_of_the_formula(proportion, n, low, high):
    assert wilson(proportion, n) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_the_interval_is_that_of_scipy():
    from scipy.stats import binomtest

    theirs = binomtest(37, 50).proportion_ci(0.95, method="wilson")
    assert wilson(37 / 50, 50) == (pytest.approx(theirs.low), pytest.approx(theirs.high))


def test_without_trials_nothing_is_known():
    assert wilson(0.8, 0) == (0.0, 1.0)


def test_the_sentence_on_a_small_split_has_numbers():
    sentence = too_small({"A": 10, "B": 5000}, 30)
    assert "0.49 to 0.94 for A (10 spans)" in sentence
    assert " B " not in sentence
    assert "independent article" not in sentence


def test_one_article_is_too_few_however_many_spans_it_has():
    assert "it has 1 independent article" in too_small({"A": 5000}, 1)


def test_of_many_labels_the_worst_are_named_and_the_others_counted():
    sentence = too_small({f"L{n}": n for n in range(20)}, 30)
    assert "0.00 to 1.00 for L0 (0 spans)" in sentence
    assert "L4" not in sentence
    assert "16 more labels no better" in sentence


@given(st.integers(0, 3000))
def test_the_verdict_is_that_of_the_interval(n):
    low, high = wilson(0.8, n)
    assert (too_small({"A": n}, 2) is None) == (high - low <= 0.1)
