"""Intervals lie around their estimates; there is none where only one unit contributes to a measure."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.agreement import text_report
from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.intervals import fewest_resamples
from goldspan.annotation import Example, Span
from helpers.annotations import of_texts

TEXT = " ".join(["words"] * 20)


def covering(rng, coverage, errors, articles=12):
    """Annotators who find each span, or cut it short with a probability of their own, in the articles they cover."""
    rows = {name: [] for name in errors}
    for number in range(3 * articles):
        there = np.flatnonzero(rng.random(20) < 0.4).tolist()
        for name, error in errors.items():
            if number // 3 in coverage.get(name, range(articles)):
                spans = tuple(Span(6 * n, 6 * n + 5 - int(rng.random() < error), "X") for n in there)
                rows[name].append(Example(f"d{number // 3:02d}.p{number % 3}", TEXT, spans))
    return annotations_of_examples(rows)


def articles(**passes):
    """Annotations of articles of two examples each; per annotator a list of lists of words, None for one not read."""
    return annotations_of_examples(
        {
            name: [
                Example(f"d{n}.p{p}", TEXT, tuple(Span(6 * w, 6 * w + 5, label) for w, label in row))
                for n, row in enumerate(rows)
                if row is not None
                for p in range(2)
            ]
            for name, rows in passes.items()
        }
    )


def test_the_interval_of_a_poor_reader_with_few_articles_has_its_estimate():
    rng = np.random.default_rng(0)
    errors = dict.fromkeys("abcd", 0.1) | {"e": 0.6}
    found = [
        measure(covering(rng, {"e": {0, 1}}, errors), method="percentile", resamples=300).overall["exact_f1"]
        for _ in range(5)
    ]
    estimate = np.mean([value.estimate for value in found])
    middle = np.mean([(value.low + value.high) / 2 for value in found])
    assert middle == pytest.approx(estimate, abs=0.015)
    assert all(value.undefined_resamples > 0 for value in found)


def test_a_resample_that_lacks_a_pair_does_not_count():
    value = measure(
        covering(np.random.default_rng(1), {"c": {0}}, dict.fromkeys("abc", 0.2)), method="percentile", resamples=2_000
    )
    lacking = (11 / 12) ** 12  # the share of the corpora of twelve articles without a certain one
    assert value.overall["exact_f1"].undefined_resamples / 2_000 == pytest.approx(lacking, abs=0.04)
    assert value.pairs["a", "b"].overall["exact_f1"].undefined_resamples == 0


def test_a_mean_over_pairs_is_that_of_resamples_with_all_pairs():
    annotations = covering(np.random.default_rng(2), {"c": {0, 1, 2}}, {"a": 0.1, "b": 0.2, "c": 0.5}, articles=6)
    value = measure(annotations, method="percentile", resamples=4_000).overall["exact_f1"]
    pairs = list(annotations.pairs)
    table = np.zeros((6, len(pairs), 2))
    for item in annotations.items:
        for n, (one, other) in enumerate(pairs):
            if {one, other} <= set(item.spans):
                first, second = {*item.spans[one]}, {*item.spans[other]}
                table[int(item.article[1:]), n] += 2 * len(first & second), len(first) + len(second)
    sums = table[np.random.default_rng(3).integers(0, 6, (4_000, 6))].sum(axis=1)
    sums = sums[(sums[..., 1] > 0).all(axis=1)]
    low, high = np.quantile((sums[..., 0] / sums[..., 1]).mean(axis=1), (0.025, 0.975))
    assert (value.low, value.high) == pytest.approx((low, high), abs=0.01)


def test_a_label_of_one_article_has_no_interval():
    rows = [[(1, "A")], [(2, "A"), (4, "B")], [(3, "A")]]
    others = [[(1, "A")], [(2, "A"), (4, "B"), (6, "B")], [(5, "A")]]
    agreement = measure(articles(a=rows, b=others), resamples=200)
    for name in ("exact_f1", "relaxed_f1", "token_kappa", "token_fleiss", "token_alpha", "u_alpha"):
        value = agreement.labels["B"][name]
        assert value.estimate is not None
        assert value.low is value.high is None
        assert value.no_interval.sentence == "only one article contributes to it"
        assert agreement.overall[name].no_interval is None
        assert agreement.overall[name].low < agreement.overall[name].high


def test_fleiss_on_one_common_article_has_no_interval():
    rng = np.random.default_rng(4)
    agreement = measure(covering(rng, {"c": {0, 1}, "d": {1, 2}}, dict.fromkeys("abcd", 0.3)), resamples=200)
    fleiss, alpha = agreement.overall["character_fleiss"], agreement.overall["character_alpha"]
    assert fleiss.no_interval.sentence == "only one article was confirmed by all annotators"
    assert fleiss.estimate is not None
    assert fleiss.low is None
    assert alpha.low < alpha.high


def test_a_pair_that_shares_one_article_has_no_interval_but_a_reason():
    agreement = measure(covering(np.random.default_rng(5), {"c": {0}}, dict.fromkeys("abc", 0.2)), resamples=200)
    values = agreement.pairs["a", "c"].overall.values.values()
    assert {value.no_interval.sentence for value in values if value.estimate is not None} == {
        "only one article was confirmed by two annotators"
    }
    assert all(value.low is None for value in values)


def test_pairs_that_each_share_one_article_have_no_interval_together():
    a, b, c = [[(1, "A"), (2, "A")], None], [[(1, "A")], [(3, "A")]], [None, [(3, "A"), (4, "A")]]
    value = measure(articles(a=a, b=b, c=c), resamples=200).overall["exact_f1"]
    assert value.no_interval.sentence == "no two annotators share two articles that contribute to it"


def test_full_agreement_in_several_units_keeps_its_interval():
    rows = [[(1, "A")], [(2, "A")], [(3, "A")]]
    value = measure(articles(a=rows, b=rows, c=rows), method="percentile", resamples=100).overall["exact_f1"]
    assert (value.low, value.high, value.no_interval) == (1, 1, None)


def test_too_few_resamples_with_all_pairs_give_no_interval():
    everyone = dict.fromkeys("abcdefgh", 0.2)
    coverage = {name: {n} for n, name in enumerate("cdefgh")}
    value = measure(
        covering(np.random.default_rng(6), coverage, everyone), method="percentile", resamples=1_000
    ).overall["exact_f1"]
    assert value.low is None
    assert value.no_interval.reason == "few_draws"
    assert value.no_interval.defined == 1_000 - value.undefined_resamples < 100
    assert value.no_interval.sentence == f"it was defined in only {value.no_interval.defined} of 1,000 resamples"


@pytest.mark.parametrize(("resamples", "least"), [(1, 0.5), (50, 25), (300, 100), (1_000, 100), (10_000, 1_000)])
def test_an_interval_needs_a_hundred_resamples_and_a_tenth_of_them(resamples, least):
    assert fewest_resamples(resamples) == least


def test_the_json_form_has_the_reason_for_a_missing_interval():
    rows = [[(1, "A"), (2, "B")], [(1, "A")]]
    agreement = measure(articles(a=rows, b=rows), resamples=20).json()
    why = json.loads(json.dumps(agreement))["labels"]["B"]["measures"]["exact_f1"]["unbounded"]
    assert why == {"reason": "one_bearing", "sentence": "only one article contributes to it"}
    assert agreement["overall"]["measures"]["exact_f1"]["unbounded"] is None


def test_the_report_names_dropped_resamples_and_missing_intervals():
    annotations = covering(np.random.default_rng(7), {"c": {0}}, dict.fromkeys("abc", 0.2))
    agreement = measure(annotations, method="percentile", resamples=200)
    said = text_report.remarks(SimpleNamespace(annotations=annotations, agreement=agreement, records=()))
    lacking = agreement.overall["exact_f1"].undefined_resamples
    assert any(f"of 200 resamples up to {lacking} for all labels" in sentence for sentence in said)
    (apart,) = (sentence for sentence in said if sentence.startswith("No interval for a – c and b – c"))
    assert apart.endswith(": only one article was confirmed by two annotators.")


read = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("AB")), max_size=3, unique=True)
passes = st.lists(st.lists(st.none() | read, min_size=4, max_size=4), min_size=3, max_size=3)


@settings(max_examples=20, deadline=None)
@given(passes, st.permutations("abc"))
def test_the_order_of_annotators_changes_no_interval(rows, names):
    first, other = (
        measure(of_texts(**{name: rows[n] for n, name in enumerate(order)}), resamples=60).overall
        for order in ("abc", names)
    )
    for name, value in first.values.items():
        mine, theirs = ([-1 if end is None else end for end in (v.low, v.high)] for v in (value, other[name]))
        assert mine == pytest.approx(theirs, abs=1e-9)
        assert value.undefined_resamples == other[name].undefined_resamples


@settings(max_examples=20, deadline=None)
@given(passes)
def test_a_value_has_an_interval_or_a_reason_and_never_both(rows):
    agreement = measure(of_texts(a=rows[0], b=rows[1], c=rows[2]), resamples=60)
    for measures in (agreement.overall, *agreement.labels.values(), *agreement.articles.values()):
        for value in measures.values.values():
            assert [value.undefined is None, value.no_interval is None].count(True) == 1 + (value.low is not None)
            assert (value.estimate is None) == (value.undefined is not None)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.lists(read.map(lambda row: [*row, (9, "A"), (12, "B")]), min_size=3, max_size=3), min_size=3, max_size=3
    )
)
def test_where_all_pairs_share_everything_each_resample_counts(rows):
    agreement = measure(of_texts(a=rows[0], b=rows[1], c=rows[2]), method="percentile", resamples=60)
    for measures in (agreement.overall, *agreement.labels.values()):
        assert measures["exact_f1"].undefined_resamples == 0
        assert measures["exact_f1"].low <= measures["exact_f1"].high
