"""F1 on spans, exact and relaxed, and annotators who marked nothing."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given

from goldspan.agreement import f1
from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.span_units import AgreementData
from goldspan.annotation import Example, Span
from helpers.annotations import dense, estimates, of_texts
from helpers.strategies import passes


def test_f1_is_twice_what_is_the_same_over_all_spans():
    values = estimates(of_texts(a=[[(1, "A"), (3, 4, "A"), (6, "B")]], b=[[(1, "A"), (3, "A"), (6, "A"), (8, "B")]]))
    assert values["exact_f1"] == pytest.approx(2 * 1 / 7)  # (1, A)
    assert values["relaxed_f1"] == pytest.approx(2 * 2 / 7)  # and (3, 4, A) with (3, A)


def test_one_long_span_does_not_agree_with_three_short_ones():
    values = estimates(of_texts(a=[[(1, 6, "A")]], b=[[(1, "A"), (3, "A"), (5, "A")]]))
    assert values["relaxed_f1"] == pytest.approx(2 * 1 / 4)


def test_spans_that_touch_do_not_overlap():
    text, spans = "abcdef", (Span(0, 3, "A"), Span(3, 6, "A"))
    values = estimates(
        annotations_of_examples({"a": [Example("x", text, spans[:1])], "b": [Example("x", text, spans[1:])]})
    )
    assert values["relaxed_f1"] == values["exact_f1"] == 0


def test_spans_of_different_texts_never_meet():
    values = estimates(of_texts(a=[[(19, "A")], [(5, "A")]], b=[[(5, "A")], [(0, "A")]]))
    assert values["relaxed_f1"] == 0


def test_nested_spans_are_matched_as_many_as_can_be():
    inner, outer = (2, "A"), (1, 5, "A")
    assert estimates(of_texts(a=[[inner, outer]], b=[[(1, 2, "A"), (4, "A")]]))["relaxed_f1"] == 1


def test_an_annotator_without_spans_agrees_with_none_who_has_some():
    rows = [[(1, "A"), (3, "B")], [(5, "A")]]
    both = measure(of_texts(a=rows, b=[rows[0], [(6, "A")]]), resamples=1)
    three = measure(of_texts(a=rows, b=[rows[0], [(6, "A")]], c=[[], []]), resamples=1)
    assert three.overall["exact_f1"].estimate == pytest.approx(both.overall["exact_f1"].estimate / 3)
    assert three.overall["token_alpha"].estimate < both.overall["token_alpha"].estimate
    assert three.annotators == three.compared == ("a", "b", "c")
    assert three.pairs["a", "c"].overall["exact_f1"].estimate == 0


def test_one_who_never_uses_a_label_counts_in_its_mean():
    annotations = of_texts(a=[[(1, "A"), (3, "B")]], b=[[(1, "A"), (3, "B")]], c=[[(2, "A")]])
    measures = measure(annotations, resamples=1).labels["B"]
    assert measures["exact_f1"].estimate == pytest.approx(1 / 3)
    assert measures.without_spans == ("c",)


def test_two_who_both_marked_nothing_do_not_agree_perfectly():
    agreement = measure(of_texts(a=[[], []], b=[[], []]), resamples=1)
    assert all(value.estimate is None for value in agreement.overall.values.values())
    assert agreement.overall["exact_f1"].undefined.annotators == ("a", "b")
    assert agreement.overall["exact_f1"].undefined.sentence == "a and b marked nothing here"


def test_only_what_both_confirmed_counts():
    rows = [[(1, "A"), (3, "B")], [(5, "A")]]
    both = estimates(of_texts(a=rows, b=[rows[0], [(6, "A")]]))
    more = measure(of_texts(a=[*rows, [(1, "A")], None], b=[rows[0], [(6, "A")], None, [(2, "B")]]), resamples=1)
    assert {name: value.estimate for name, value in more.overall.values.items()} == both
    assert more.overall.examples == 2


def sides(annotations):
    """The spans of the first two annotators in what both read, as sets."""
    first, second = annotations.annotators[:2]
    for item in annotations.shared(first, second):
        yield set(item.spans[first]), set(item.spans[second])


def most(left, right):
    """The size of the largest one-to-one matching of overlapping spans of one label, by trying all."""
    left, right = list(left), list(right)
    pairs = [(i, j) for i, a in enumerate(left) for j, b in enumerate(right) if a.overlaps(b) and a.label == b.label]
    for size in range(min(len(left), len(right)), 0, -1):
        for chosen in combinations(pairs, size):
            if len({i for i, _ in chosen}) == len({j for _, j in chosen}) == size:
                return size
    return 0


@given(passes(annotators=2))
def test_the_counts_are_those_of_sets_and_of_all_matchings(rows):
    annotations = annotations_of_examples(rows)
    data = AgreementData.of(annotations, language="en")
    counts = {name: dense(block, data.spans.documents) for name, block in f1.span_counts(data, (0, 1)).items()}
    values = list(sides(annotations))
    assert counts["same"][:, 0].sum() == sum(len(left & right) for left, right in values)
    assert counts["overlapping"][:, 0].sum() == sum(most(left, right) for left, right in values)
    for block in counts.values():
        assert np.array_equal(block[:, 0], block[:, 1:].sum(axis=1))
