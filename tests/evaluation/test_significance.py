"""Intervals and comparisons: against drawing and swapping by hand, and in words that fit the size of the corpus."""

import random
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from goldspan import bootstrap
from goldspan.annotation import Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation import significance
from goldspan.evaluation.result import SCHEMES
from goldspan.evaluation.scores import measure, totals
from goldspan.intervals import METHODS, IntervalSettings
from goldspan.span_table import SpanTable

RIGHT, SHIFTED, RENAMED = [Span(0, 4, "A")], [Span(0, 5, "A")], [Span(0, 4, "B")]
GOLD = RIGHT
spans = st.lists(
    st.builds(lambda a, n, x: Span(a, a + n, x), st.integers(0, 6), st.integers(1, 4), st.sampled_from("AB")),
    max_size=3,
)


def counted(gold, predicted):
    return measure(SpanTable.of(gold, "AB"), SpanTable.of(predicted, "AB"))


def intervals(found, units=None, resamples=10_000, seed=0, method="percentile", **more):
    unit = "example" if units is None else "article"
    settings = IntervalSettings(unit=unit, method=method, resamples=resamples, seed=seed, **more)
    return significance.intervals(found, settings, units)


def compare(ours, theirs, resamples=10_000, method="jackknife-t", **more):
    return significance.compare(
        ours, theirs, IntervalSettings(unit="example", method=method, resamples=resamples, **more)
    )


def mixed(number, seed=1):
    """Predictions of very different quality on as many documents."""
    rng = random.Random(seed)  # noqa: S311  (no secrets here)
    return [rng.choice(([], RIGHT, RIGHT, SHIFTED, RENAMED, [*RIGHT, Span(6, 8, "B")])) for _ in range(number)]


def strict_f1(chosen, matrix):
    return matrix.of_documents(chosen).overall["strict"].f1


def test_the_interval_is_that_of_scipy():
    found = counted([GOLD] * 60, mixed(60))
    ours = intervals(found, resamples=4000).overall["strict"]["f1"]
    theirs = stats.bootstrap(
        (np.arange(60),),
        lambda chosen: strict_f1(chosen, found),
        vectorized=False,
        n_resamples=4000,
        method="percentile",
        rng=np.random.default_rng(7),
    ).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=0.02)
    assert ours.high == pytest.approx(theirs.high, abs=0.02)


@pytest.mark.parametrize("method", METHODS)
def test_every_measure_lies_in_its_interval(method):
    found = counted([GOLD] * 200, mixed(200))
    limits, evaluation = intervals(found, resamples=500, method=method), found.evaluation()
    for scheme in SCHEMES:
        rows = [(evaluation.overall[scheme], limits.overall[scheme])]
        rows += [(evaluation.labels[scheme][label], limits.labels[scheme][label]) for label in "AB"]
        for measures, row in rows:
            for name, limit in row.items():
                value = getattr(measures, name)
                assert (value is limit.low is None) or limit.low <= value <= limit.high
        assert limits.macro[scheme].low <= evaluation.macro(scheme) <= limits.macro[scheme].high


@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=8), st.data())
@settings(max_examples=30)
def test_what_is_drawn_are_sums_of_whole_units(documents, data):
    units = np.array([*(data.draw(st.integers(0, 2)) for _ in documents), 0, 1, 2])
    sides = [[pair[side] for pair in documents] + [[]] * 3 for side in (0, 1)]
    rows = totals(counted(*sides), units)
    possible = {tuple(rows.todense()[list(chosen)].sum(axis=0).tolist()) for chosen in product(range(3), repeat=3)}
    for sums in bootstrap.resampled_sums(*bootstrap.distinct_rows(rows), 30, np.random.default_rng(0)):
        assert {tuple(map(int, row)) for row in sums} <= possible


def test_each_unit_is_drawn_as_often_as_any_other():
    gold = [[Span(n, n + 1, "A") for n in range(size)] for size in (1, 10, 100, 1000)]  # sums tell who was drawn
    rows = totals(counted(gold, gold), None)
    parts = bootstrap.resampled_sums(*bootstrap.distinct_rows(rows), 20_000, np.random.default_rng(0))
    possible = np.concatenate([part[:, 0] for part in parts]).astype(int)
    for size in (1, 10, 100, 1000):
        times = np.bincount(possible // size % 10, minlength=5)[:5] / possible.size
        assert times == pytest.approx(stats.binom.pmf(range(5), 4, 1 / 4), abs=0.015)


@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=8))
@settings(max_examples=50)
def test_totals_equal_the_evaluation(documents):
    found = counted(*([pair[side] for pair in documents] for side in (0, 1)))
    row = totals(found, np.zeros(len(documents), int)).todense()[0].reshape(3, -1).tolist()
    evaluation = found.evaluation()
    for number, scheme in enumerate(SCHEMES):
        measures = [evaluation.overall[scheme], *evaluation.labels[scheme].values()]
        assert [[m.possible, m.actual, 2 * m.credit] for m in measures] == [[r[0], r[1], r[2 + number]] for r in row]


def test_kinds_are_not_confused_where_their_mixtures_collide(monkeypatch):
    rows = totals(counted([GOLD] * 20, mixed(20)), None)

    class Nought:
        def integers(self, _low, _high, size):
            return np.zeros(size, np.int64)

    times, distinct = bootstrap.distinct_rows(rows)
    monkeypatch.setattr(np.random, "default_rng", lambda _seed: Nought())
    assert bootstrap.distinct_rows(rows)[0].size == 20
    assert np.array_equal(times @ distinct, bootstrap.distinct_rows(rows)[1].sum(axis=0))


def test_articles_of_similar_examples_give_wider_intervals_than_examples():
    predicted = [one for one in mixed(10) for _ in range(20)]
    found = counted([GOLD] * 200, predicted)
    by_example = intervals(found, resamples=500).overall["strict"]["f1"]
    by_article = intervals(found, np.arange(200) // 20, resamples=500).overall["strict"]["f1"]
    assert by_article.high - by_article.low > 2 * (by_example.high - by_example.low)


def test_a_single_article_has_no_width():
    limits = intervals(counted([GOLD] * 3, mixed(3)), np.zeros(3, int), resamples=50)
    assert limits.overall["strict"]["f1"].low == limits.overall["strict"]["f1"].high
    assert limits.units == 1
    assert "of 1 article." in limits.sentence
    assert "too narrow" in limits.sentence
    without = intervals(counted([GOLD] * 3, mixed(3)), np.zeros(3, int), method="jackknife-t")
    assert without.overall["strict"]["f1"].low is None
    assert (
        without.sentence == "There are no intervals: they show how much articles differ, and there is only 1 article."
    )


def test_where_a_measure_is_undefined_is_counted():
    limits = intervals(counted([GOLD, []], [RIGHT, []]), resamples=1000)
    found = limits.overall["strict"]["f1"]
    assert (found.low, found.high) == (1, 1)
    assert found.undefined == pytest.approx(250, abs=60)
    nothing = limits.labels["strict"]["B"]["f1"]
    assert (nothing.low, nothing.high, nothing.undefined) == (None, None, 1000)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    found = counted([GOLD] * 50, mixed(50))
    one, same, other = (intervals(found, resamples=99, seed=seed) for seed in (3, 3, 4))
    assert one == same != other


def test_intervals_say_by_what_they_are():
    found = counted([GOLD] * 100, mixed(100))
    assert intervals(found, resamples=9).sentence == (
        "95% intervals by example: percentiles of 9 bootstrap resamples of 100 examples."
    )
    assert "percentiles of 1 bootstrap resample of 100" in intervals(found, resamples=1).sentence
    assert intervals(found, np.arange(100), resamples=9, level=0.9, method="jackknife-t").sentence == (
        "90% intervals by article: Student's t with the standard error of the jackknife over 100 articles."
    )


def swapped_by_hand(gold, ours, theirs, scheme):
    """How often the difference is as large as the real one, over all ways of changing places."""
    hits = []
    for ways in product((False, True), repeat=len(gold)):
        sides = [
            [pair[way ^ side] for pair, way in zip(zip(ours, theirs, strict=True), ways, strict=True)]
            for side in (0, 1)
        ]
        scores = [counted(gold, side).evaluation().overall[scheme].f1 for side in sides]
        hits.append(abs(scores[0] - scores[1]))
    return float(np.mean([hit >= hits[0] - 1e-12 for hit in hits]))


@pytest.mark.parametrize("seed", range(4))
def test_few_units_are_swapped_in_all_ways(seed):
    gold, ours, theirs = [GOLD] * 6, mixed(6, seed), mixed(6, seed + 50)
    found = compare(counted(gold, ours), counted(gold, theirs), resamples=64)
    assert found.exact
    for scheme in SCHEMES:
        assert found.schemes[scheme].p_randomisation == pytest.approx(swapped_by_hand(gold, ours, theirs, scheme))


def test_many_units_are_swapped_by_chance_with_nearly_the_same_result():
    ours = [RIGHT, SHIFTED, RENAMED, [], RIGHT, RIGHT, SHIFTED, RIGHT]
    theirs = [SHIFTED, RIGHT, [], RENAMED, SHIFTED, [], RIGHT, RENAMED]  # different in each
    sides = counted([GOLD] * 8, ours), counted([GOLD] * 8, theirs)
    exact, chance = compare(*sides, resamples=256), compare(*sides, resamples=255)
    assert (exact.exact, chance.exact) == (True, False)
    for scheme in SCHEMES:
        ps = [found.schemes[scheme].p_randomisation for found in (exact, chance)]
        assert ps[0] == pytest.approx(ps[1], abs=0.1)


def test_comparing_the_other_way_round_changes_the_sign_alone():
    sides = counted([GOLD] * 40, mixed(40, 1)), counted([GOLD] * 40, mixed(40, 2))
    there, back = compare(*sides).schemes["strict"], compare(*sides[::-1]).schemes["strict"]
    assert there.difference == -back.difference
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=0.02)
    assert there.p_randomisation == pytest.approx(back.p_randomisation, abs=0.02)


def test_a_difference_that_is_clear_is_called_significant():
    found = compare(counted([GOLD] * 100, [RIGHT] * 100), counted([GOLD] * 100, mixed(100)))
    one = found.schemes["strict"]
    assert 0 < one.low < one.difference < one.high
    assert one.p_randomisation == pytest.approx(1 / 10_001)
    assert "is significant on" in found.sentence()
    assert found.sentence().endswith("(p < 0.001).")


def test_a_difference_that_chance_explains_is_not_significant():
    predicted = [RIGHT] * 60 + [SHIFTED] * 40
    found = compare(counted([GOLD] * 100, predicted), counted([GOLD] * 100, [*predicted[5:], *predicted[:5]]))
    assert found.schemes["strict"].p_randomisation == 1
    worse = [SHIFTED, *predicted[1:]]
    found = compare(counted([GOLD] * 100, predicted), counted([GOLD] * 100, [*worse[5:], *worse[:5]]))
    assert "may well be chance" in found.sentence()


def test_a_corpus_too_small_for_any_difference_is_reported():
    found = compare(counted([GOLD] * 5, [RIGHT] * 5), counted([GOLD] * 5, [[]] * 5))
    assert found.schemes["strict"].low is found.schemes["strict"].detectable is None  # it is the same without each
    assert found.schemes["strict"].p_randomisation == found.schemes["strict"].least_p == 2 / 32
    assert found.sentence() == (
        "The difference of +100.00 points in strict F1 cannot be tested on 5 examples, 5 of them with different "
        "counts: with so few, no difference is significant (p = 0.062 at best)."
    )


def test_the_same_prediction_twice_shows_no_difference():
    found = counted([GOLD] * 9, mixed(9))
    same = compare(found, found)
    assert same.schemes["type"].p_randomisation == 1
    assert same.sentence() == "The two have the same strict counts in every example: there is no difference."


def test_the_difference_of_undefined_scores_is_undefined():
    nothing = counted([[], []], [[], []])
    found = compare(nothing, nothing)
    assert found.schemes["exact"].difference is None
    assert found.sentence("exact") == "The exact F1 is undefined, so there is no difference to test."


def test_labels_that_one_system_alone_invents_do_no_harm():
    gold = [GOLD] * 3
    ours = measure(SpanTable.of(gold), SpanTable.of([RENAMED] * 3))
    found = compare(ours, measure(SpanTable.of(gold), SpanTable.of(gold)))
    assert found.schemes["strict"].difference == -1


@pytest.mark.parametrize("other", [[GOLD, []], [GOLD]])
def test_another_gold_is_refused(other):
    with pytest.raises(InvalidValueError, match="same gold"):
        compare(counted([GOLD, GOLD], mixed(2)), counted(other, mixed(len(other))))


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("units of shape", {"units": np.zeros(2, int)}),
        ("without gaps", {"units": np.array([0, 0, 2])}),
        ("one resample at least", {"resamples": 0}),
        ("between 0 and 1", {"level": 95}),
        ("no method of intervals 'bca'", {"method": "bca"}),
    ],
)
def test_what_cannot_be_drawn_is_refused(message, options):
    with pytest.raises(InvalidValueError, match=message):
        intervals(counted([GOLD] * 3, mixed(3)), **options)


def test_both_have_a_json_form():
    found = counted([GOLD] * 9, mixed(9))
    told = intervals(found, resamples=9).json()
    assert set(told) == {
        "unit", "units", "resamples", "level", "method", "source", "sentence", "detectable", "schemes",
    }  # fmt: skip
    assert (told["method"], told["resamples"]) == ("percentile", 9)
    assert intervals(found, method="jackknife-t").json()["resamples"] is None
    assert set(told["schemes"]["strict"]["overall"]["f1"]) == {"low", "high"}
    assert set(compare(found, found, resamples=9).json()["schemes"]["strict"]) == {
        "f1", "baseline_f1", "difference", "low", "high", "p_randomisation", "detectable",
    }  # fmt: skip


def test_an_interval_of_what_is_nowhere_defined_is_null():
    found = intervals(counted([GOLD], [RIGHT]), resamples=9).json()["schemes"]["strict"]["labels"]
    assert found["B"] == {"precision": None, "recall": None, "f1": None}
    assert found["A"]["f1"] == {"low": 1.0, "high": 1.0}


@pytest.mark.parametrize("number", [0, 1])
def test_no_documents_or_empty_ones_leave_all_undefined(number):
    found = counted([[]] * number, [[]] * number)
    assert found.table().shape == (number, 4, 3, 5)
    limits = intervals(found, resamples=9)
    assert (limits.units, limits.macro["strict"].undefined) == (number, 9)


def outcomes(number):
    return st.lists(
        st.sampled_from([[], RIGHT, SHIFTED, RENAMED, [*RIGHT, Span(6, 8, "B")]]), min_size=number, max_size=number
    )


@given(st.integers(1, 14).flatmap(lambda n: st.tuples(outcomes(n), outcomes(n))), st.sampled_from([50, 20_000]))
@settings(max_examples=60)
def test_a_difference_is_significant_from_the_minimum_detectable_one_on(sides, resamples):
    gold = [GOLD] * len(sides[0])
    found = compare(*(counted(gold, side) for side in sides), resamples=resamples)
    for one in found.schemes.values():
        if one.difference is None:
            assert one.detectable is one.p_randomisation is None
        else:
            reached = one.detectable is not None and abs(one.difference) >= one.detectable - 1e-9
            assert reached == (one.p_randomisation <= 0.05)
            assert one.detectable is None or one.least_p <= 0.05


def test_only_one_verdict_is_printed_where_interval_and_p_differ():
    many = [Span(2 * n, 2 * n + 1, "A") for n in range(10)]
    gold, ours, theirs = [many] * 5, [many[:9], many[:8]] * 2 + [many], [many[: 4 + n] for n in range(5)]
    found = compare(counted(gold, ours), counted(gold, theirs))
    assert found.schemes["strict"].low > 0
    start, decides = found.sentence().split(" at best). ")
    assert start.endswith("5 of them with different counts: with so few, no difference is significant (p = 0.062")
    assert decides == (
        "The p-value decides, though the interval of the difference excludes 0: it estimates the size only."
    )
    assert found.detectable_sentence() == (
        "With these 5 test examples no difference in strict F1 can be told from chance: there is no minimum."
    )


@pytest.mark.slow
def test_p_is_uniform_where_the_systems_are_equally_good():
    rng = random.Random(3)  # noqa: S311  (no secrets here)
    ps = []
    for _ in range(300):
        sides = [[rng.choice(([], RIGHT, RIGHT, SHIFTED, [*RIGHT, Span(6, 8, "B")])) for _ in range(20)] for _ in "12"]
        ps.append(
            compare(*(counted([GOLD] * 20, side) for side in sides), resamples=199).schemes["strict"].p_randomisation
        )
    assert stats.kstest(ps, "uniform").pvalue > 0.01
    assert np.mean(np.array(ps) <= 0.05) == pytest.approx(0.05, abs=0.035)


@pytest.mark.parametrize(
    ("number", "predicted", "words"),
    [
        (1, [RIGHT], "With one test article no difference in strict F1 can be told from chance: there is no minimum."),
        (5, mixed(5), "With these 5 test articles no difference in strict F1 can be told from chance: there is no min"),
        (9, [RIGHT] * 9, "Over 9 articles strict F1 varies too little or too much to foresee a minimum detectable dif"),
        (
            80,
            mixed(80),
            "With these 80 test articles a difference under about 13.5 points in strict F1 cannot be told ",
        ),
    ],
)
def test_the_minimum_detectable_difference_is_foreseen_for_one_system(number, predicted, words):
    found = intervals(counted([GOLD] * number, predicted), np.arange(number), method="jackknife-t")
    assert found.detectable_sentence().startswith(words)


def test_by_example_there_is_no_minimum_for_other_articles():
    ours, theirs = counted([GOLD] * 80, mixed(80)), counted([GOLD] * 80, mixed(80, 2))
    words = "For other articles there is no minimum: examples of one article are alike."
    assert words in intervals(ours, method="jackknife-t").detectable_sentence()
    assert words in compare(ours, theirs).detectable_sentence()
    assert words not in intervals(ours, np.arange(80), method="jackknife-t").detectable_sentence()
    assert words not in compare(counted([GOLD] * 5, [RIGHT] * 5), counted([GOLD] * 5, [[]] * 5)).detectable_sentence()


def test_what_is_foreseen_is_what_two_independent_systems_need():
    found = intervals(counted([GOLD] * 300, mixed(300)), method="jackknife-t").detectable["strict"]
    needed = compare(counted([GOLD] * 300, mixed(300)), counted([GOLD] * 300, mixed(300, 2))).schemes["strict"]
    assert found == pytest.approx(needed.detectable, rel=0.1)


def test_a_label_of_one_article_has_no_interval_and_the_report_says_so():
    predicted = [[*RIGHT, Span(6, 8, "B")], *mixed(7)[1:3], *[RIGHT] * 5]
    predicted = [[span for span in spans if n == 0 or span.label != "B"] for n, spans in enumerate(predicted)]
    found = intervals(counted([GOLD] * 8, predicted), np.arange(8), method="jackknife-t")
    assert found.labels["strict"]["B"]["f1"].low is None
    assert found.missing == "No interval for B: only one article has spans of the label."


def test_percentiles_are_the_numbers_that_they_were():
    gold, units = [GOLD] * 12, np.arange(12) // 2
    found = intervals(counted(gold, mixed(12)), units, resamples=1_000)
    rows = [*found.overall["strict"].values(), found.macro["strict"]]
    assert [round(end, 12) for one in rows for end in (one.low, one.high)] == [
        0.166346153846, 0.714285714286, 0.166666666667, 0.5, 0.1665, 0.555952380952, 0.090909090909, 0.4,
    ]  # fmt: skip
    settings = IntervalSettings(unit="article", method="percentile", resamples=1_000)
    one = significance.compare(counted(gold, mixed(12)), counted(gold, mixed(12, 2)), settings, units).schemes["strict"]
    assert (one.low, one.high, one.p_randomisation) == pytest.approx((-0.554401635402, 0.129411764706, 0.4375))


def test_the_minimum_as_it_is_printed_is_not_above_a_significant_difference():
    for seed in range(6):
        found = compare(counted([GOLD] * 40, [RIGHT] * 40), counted([GOLD] * 40, mixed(40, seed)), resamples=999)
        printed = float(re.search(r"under ([\d.]+) points", found.detectable_sentence())[1])
        assert printed / 100 <= found.schemes["strict"].detectable
