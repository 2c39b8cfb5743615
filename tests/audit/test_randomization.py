"""The design of an audit and its tests: exact by enumeration, and the same as a reference program's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from goldspan.audit.assignment_design import all_orders, count_assignments, draw, template
from goldspan.audit.randomization import (
    IntervalOptions,
    ReaderOutcomes,
    excess,
    holm,
    interval_of_articles,
    p_value,
    quotient,
    strata,
)


@given(st.integers(2, 9), st.integers(2, 40))
def test_the_design_is_balanced_in_both_directions(annotators, articles):
    table = template(annotators, articles)
    of_annotators, of_articles = table.sum(axis=1), table.sum(axis=0)
    assert np.abs(of_annotators - articles / 2).max() <= 0.5 + 1e-9
    assert np.abs(of_articles - annotators / 2).max() <= 0.5 + 1e-9


@given(st.integers(2, 6), st.integers(2, 12), st.integers(0, 9))
def test_each_draw_has_the_balance_of_the_design(annotators, articles, seed):
    table = template(annotators, articles)
    for drawn in draw(table, 20, np.random.default_rng(seed)):
        assert (np.sort(drawn.sum(axis=2)) == np.sort(table.sum(axis=1))).all()
        assert (np.sort(drawn.sum(axis=1)) == np.sort(table.sum(axis=0))).all()


def test_draws_are_as_likely_as_orders_of_rows_and_columns():
    table = template(2, 4)
    every, times = np.unique(all_orders(table).reshape(-1, 8), axis=0, return_counts=True)
    drawn = np.concatenate([*draw(table, 60_000, np.random.default_rng(1))]).reshape(-1, 8)
    found, counts = np.unique(drawn, axis=0, return_counts=True)
    assert (found == every).all()
    assert np.abs(counts / counts.sum() - times / times.sum()).max() < 0.01
    assert count_assignments(table) == len(every) == 6


def outcomes(annotators, articles):
    """Hits and trials of readers, some of which have not read some articles."""
    cells = annotators * articles

    def shaped(values):
        return np.array(values, float).reshape(annotators, articles)

    return st.lists(st.integers(0, 4), min_size=cells, max_size=cells).flatmap(
        lambda trials: st.tuples(*(st.integers(0, one) for one in trials)).map(
            lambda hits: ReaderOutcomes(shaped(hits), shaped(trials))
        )
    )


@settings(max_examples=60)
@given(st.sampled_from([(2, 4), (2, 5), (3, 3), (3, 4)]).flatmap(lambda size: outcomes(*size)), st.booleans())
def test_under_the_sharp_null_the_test_finds_something_at_most_as_often_as_its_level_says(found, two_sided):
    """All assignments of a tiny design, each taken for the one that was drawn."""
    every = all_orders(template(*found.hits.shape))
    null = excess(every, found)
    alternative = "two-sided" if two_sided else "greater"
    values = np.array([p_value(one, null, alternative, with_observed=False) for one in null])
    for level in (0.01, 0.05, 0.1, 0.2, 0.5):
        assert (values <= level + 1e-12).mean() <= level + 1e-9


@settings(max_examples=25)
@given(outcomes(2, 4), st.integers(0, 5))
def test_with_few_draws_it_is_no_less_exact(found, seed):
    """Averaged over the assignment that is used and the draws of the test; draws are few, so p is coarse."""
    every = all_orders(template(2, 4))
    values = excess(every, found)
    rng = np.random.default_rng(seed)
    used = rng.integers(len(every), size=4_000)
    drawn = rng.integers(len(every), size=(4_000, 9))
    p = (1 + (values[drawn] >= values[used][:, None] - 1e-9).sum(axis=1)) / 10
    for level in (0.1, 0.2, 0.5):
        assert (p <= level + 1e-12).mean() <= level + 4 * np.sqrt(level * (1 - level) / 4_000)


@pytest.mark.parametrize("seed", range(5))
def test_the_p_of_two_annotators_is_that_of_scipy(seed):
    """With two annotators each article has one aided reader: a permutation of differences between two halves."""
    rng = np.random.default_rng(seed)
    hits = rng.integers(0, 5, (2, 6)).astype(float)
    found = ReaderOutcomes(hits, np.full((2, 6), 4.0))
    used = np.zeros((2, 6), bool)
    used[0, :3], used[1, 3:] = True, True
    null = excess(all_orders(template(2, 6)), found)
    ours = p_value(float(excess(used[None], found)[0]), null, "greater", with_observed=False)
    difference = hits[0] - hits[1]
    theirs = permutation_test(
        (difference[:3], difference[3:]),
        lambda first, second, axis: first.mean(axis) - second.mean(axis),
        permutation_type="independent",
        alternative="greater",
        n_resamples=np.inf,
        vectorized=True,
    )
    assert ours == pytest.approx(theirs.pvalue)


@given(outcomes(3, 4), st.integers(0, 50))
def test_an_excess_is_the_risk_difference_of_mantel_and_haenszel(found, seed):
    [used] = next(draw(template(3, 4), 1, np.random.default_rng(seed)))
    above = below = 0.0
    for article in range(4):
        aided = [row for row in range(3) if used[row, article]]
        other = [row for row in range(3) if not used[row, article]]
        a, u = found.trials[aided, article].sum(), found.trials[other, article].sum()
        if a + u:
            hits = found.hits[aided, article].sum() * u - found.hits[other, article].sum() * a
            above, below = above + hits / (a + u), below + a * u / (a + u)
    assert excess(used[None], found)[0] == pytest.approx(above / below if below else 0.0)


def test_a_p_is_never_zero():
    null = np.zeros(99)
    assert p_value(1.0, null, "greater") == 0.01
    assert p_value(0.0, null, "greater") == 1.0
    assert p_value(-1.0, null, "two-sided") == 0.01


def test_holm_multiplies_the_smallest_most_and_keeps_the_order():
    assert holm({"a": 0.04, "b": 0.01, "c": 0.03}) == pytest.approx({"a": 0.06, "b": 0.03, "c": 0.06})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


def test_intervals_of_both_methods_hold_the_value():
    rng = np.random.default_rng(0)
    found = ReaderOutcomes(rng.binomial(4, 0.2, (3, 20)).astype(float), np.full((3, 20), 4.0))
    [used] = next(draw(template(3, 20), 1, rng))
    above, below = (part[0] for part in strata(used[None], found))
    rows, value = np.stack([above, below], axis=1), excess(used[None], found)[0]
    for method in ("jackknife-t", "percentile"):
        interval = interval_of_articles(rows, quotient, below, IntervalOptions(method=method))
        assert interval.low < value < interval.high
    assert interval_of_articles(rows[:1], quotient, below[:1], IntervalOptions()).low is None
