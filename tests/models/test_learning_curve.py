"""The subsets of a learning curve, and the intervals of its points."""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from goldspan.errors import InputError, InvalidValueError
from goldspan.models.curve_report import SIMULATED
from goldspan.models.learning_curve import MODELS, ModelCounts, estimate_curve, plan_subsets
from helpers import curve_simulation


@st.composite
def corpora(draw):
    """By article its group and its fold, with a fold for each group or five."""
    number = draw(st.integers(3, 14))
    groups = {f"a{one:02}": f"a{draw(st.integers(0, one)):02}" for one in range(number)}
    names = sorted({*groups.values()})
    assume(len(names) >= 3)
    folds = {group: place % min(5, len(names)) for place, group in enumerate(names)}
    return groups, {article: folds[group] for article, group in groups.items()}


ROOT = Path(__file__).parents[2]
STEPS = (20, 40, 60, 80, 100)


@given(corpora(), st.integers(1, 3), st.booleans())
def test_no_model_is_tested_on_an_article_that_it_or_its_group_was_trained_on(corpus, seeds, held_out):
    groups, folds = corpus
    for subset in plan_subsets(groups, folds, STEPS, range(seeds), held_out=0 if held_out else None):
        trained = {groups[article] for article in subset.training}
        assert trained.isdisjoint(groups[article] for article in subset.tested)
        assert all(folds[article] != subset.fold for article in subset.training)
        if held_out:
            assert subset.fold == 0
            assert set(subset.tested) == {article for article, fold in folds.items() if fold == 0}
        whole = {article for article in groups if groups[article] in trained}
        assert {*subset.training} == whole, "a group is trained on as a whole"


@given(corpora(), st.integers(1, 3))
def test_subsets_are_nested_and_every_article_is_tested_at_every_size(corpus, seeds):
    groups, folds = corpus
    plan = plan_subsets(groups, folds, STEPS, range(seeds))
    nested, tested = defaultdict(list), defaultdict(set)
    for subset in plan:
        nested[subset.seed, subset.fold].append({*subset.training})
        tested[subset.percent].update(subset.tested)
    for parts in nested.values():
        assert all(small <= large for small, large in pairwise(parts))
    assert all(articles == {*groups} for articles in tested.values())
    full = [subset for subset in plan if subset.percent == 100]
    several = len({*folds.values()})
    assert len(full) == several + (seeds - 1) * min(MODELS, several), "further seeds are replicates"
    for subset in full:
        assert {*subset.training} == {article for article in groups if folds[article] != subset.fold}


def test_with_five_articles_models_are_trained_on_one_to_four():
    names = "abcde"
    plan = plan_subsets(dict(zip(names, names, strict=True)), {name: n for n, name in enumerate(names)}, STEPS, [0])
    sizes = [len(subset.training) for subset in plan]
    assert sizes == [1] * MODELS + [2] * MODELS + [3] * MODELS + [4] * 5


def test_the_seed_alone_decides_on_the_order():
    names = [f"a{number}" for number in range(8)]
    groups, folds = {name: name for name in names}, {name: n % 5 for n, name in enumerate(names)}
    first, again, other = (plan_subsets(groups, folds, STEPS, [seed]) for seed in (0, 0, 1))
    assert first == again
    assert [one.training for one in first] != [one.training for one in other]


@pytest.mark.parametrize(
    ("articles", "steps", "message"),
    [
        (1, STEPS, "needs 3 articles that share no text, to train on one and on two and to test on another: there is"),
        (2, STEPS, "there are 2"),
        (5, (100,), "all steps come to the same number of articles"),
        (5, (95, 100), "all steps come to the same number of articles"),
    ],
)
def test_too_few_articles_and_sizes_are_refused(articles, steps, message):
    names = [f"a{number}" for number in range(articles)]
    with pytest.raises(InputError, match=message):
        plan_subsets({name: name for name in names}, {name: n for n, name in enumerate(names)}, steps, [0])


def test_steps_outside_1_to_100_and_no_seed_are_refused():
    groups = {name: name for name in "abc"}
    folds = {name: n for n, name in enumerate("abc")}
    for steps, seeds in (((0, 100), [0]), ((50, 101), [0]), (STEPS, [])):
        with pytest.raises(InvalidValueError):
            plan_subsets(groups, folds, steps, seeds)


def models(counts, tested=None, share=1.0, articles=4):
    """Models with these counts of one row, shape (models, units, 3)."""
    table = np.array(counts, dtype=float)[:, :, None]
    flags = np.ones(table.shape[:2], dtype=bool) if tested is None else np.array(tested)
    return ModelCounts(articles, share, table * flags[..., None, None], flags)


def test_f1_is_that_of_all_articles_each_counting_once():
    point = models(
        [[[4, 10, 10], [0, 0, 0]], [[0, 0, 0], [10, 10, 10]], [[8, 10, 10], [0, 0, 0]]],
        [[True, False], [False, True], [True, False]],
    )
    curve = estimate_curve([point], 4)
    assert curve.f1[0, 0] == pytest.approx(2 * (6 + 10) / 40), "two models of the first article count as one"


def test_models_that_differ_by_their_articles_widen_the_interval():
    alike = [[[6, 10, 10], [7, 10, 10], [5, 10, 10]]] * 3
    unlike = [[[3, 10, 10], [4, 10, 10], [2, 10, 10]], alike[0], [[9, 10, 10], [10, 10, 10], [8, 10, 10]]]
    widths = []
    for small in (alike, unlike):
        curve = estimate_curve([models(small, share=0.25, articles=1), models(alike)], 4)
        assert curve.f1[0] == pytest.approx([0.6, 0.6])
        widths.append(curve.high[0] - curve.low[0])
    assert (widths[1] > 1.1 * widths[0]).all(), "also where all articles are trained on"


def test_what_one_article_has_alone_has_no_interval_and_what_none_has_no_f1():
    point = models([[[6, 10, 10], [0, 0, 0]]] * 2)
    curve = estimate_curve([point, point], 4)
    assert curve.f1[0] == pytest.approx([0.6, 0.6])
    assert np.isnan(curve.low).all()
    assert np.isnan(curve.covariance).all()
    nothing = models([[[0, 0, 0], [0, 0, 0]]] * 2)
    assert np.isnan(estimate_curve([nothing, nothing], 4).f1).all()


def test_the_interval_of_a_score_of_0_does_not_leave_0_to_1():
    nothing = models([[[0, 10, 4], [0, 10, 2], [0, 10, 0]]] * 3, share=0.25, articles=1)
    varied = models([[[3, 10, 10], [9, 10, 10], [5, 10, 10]], [[9, 10, 10], [1, 10, 10], [5, 10, 10]]] * 2, share=0.5)
    alike = models([[[6, 10, 10], [5, 10, 10], [5, 10, 10]]] * 3)
    curve = estimate_curve([nothing, varied, alike], 4)
    assert curve.f1[0, 0] == 0
    assert curve.low[0, 0] == 0
    assert 0 < curve.high[0, 0] <= 1


def documented():
    """By size and form the six numbers of docs/learning_curve.md."""
    found = {}
    for line in (ROOT / "docs" / "learning_curve.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 8 and cells[1] in curve_simulation.FORMS:
            found[int(cells[0]), cells[1]] = [float(cell) for cell in cells[2:]]
    return found


def test_the_report_states_the_coverage_of_the_document():
    table = documented()
    assert {size for size, _ in table} == {*curve_simulation.SIZES} == {*SIMULATED}
    for size, stated in SIMULATED.items():
        rows = [table[size, form] for form in curve_simulation.FORMS]
        assert stated == tuple(round(np.mean([row[column] for row in rows])) for column in (0, 1))


@pytest.mark.slow
@pytest.mark.parametrize(("size", "form"), [(5, "flat"), (10, "logarithm"), (20, "sigmoid")])
def test_simulated_curves_are_held_as_often_as_the_document_says(size, form):
    one = curve_simulation.coverage(form, size)
    found = [100 * value for value in (one.points, one.forecasts, one.growth, one.width, one.error, one.unchanged)]
    assert found == pytest.approx(documented()[size, form], abs=2)
