"""Exact-span scores: what counts as right, in whose coordinates, and what is undefined."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.f1 import span_counts
from goldspan.agreement.span_units import AgreementData
from goldspan.annotation import Example, Span, same_spans
from goldspan.evaluation.annotator_scores import score_annotator
from goldspan.evaluation.result import Counts, SchemeCounts, exact
from goldspan.evaluation.scores import evaluate
from helpers.strategies import readings

TEXT = "The 72nd Brigade left Kiev.\n\nThe 9th Corps stayed."
PARTS = ((0, 27), (29, len(TEXT)))


def example(name, text, *spans, at=0):
    return Example(name, text, tuple(Span(*span) for span in spans), at)


def whole(*spans):
    return example("a.p00", TEXT, *spans)


def cut(*spans):
    for number, (start, end) in enumerate(PARTS, 1):
        inside = [(s - start, e - start, label) for s, e, label in spans if start <= s and e <= end]
        yield example(f"a.p{number:02}", TEXT[start:end], *inside, at=start)


SPANS = [(4, 16, "UNIT"), (22, 26, "PLACE"), (33, 42, "UNIT")]


def test_gold_of_a_whole_article_meets_predictions_cut_into_paragraphs():
    scores = exact([whole(*SPANS)], cut(*SPANS))
    assert scores.overall == Counts(3, 3, 3)
    assert scores.overall.f1 == 1.0
    assert not scores.missed
    assert not scores.spurious


def test_a_span_one_character_off_is_missed_and_spurious():
    scores = exact([whole((4, 16, "UNIT"))], [whole((0, 16, "UNIT"))])
    assert scores.overall.true_positives == 0
    assert [place.surface for place in scores.missed] == ["72nd Brigade"]
    assert [place.surface for place in scores.spurious] == ["The 72nd Brigade"]


def test_the_label_must_agree():
    scores = exact([whole((22, 26, "PLACE"))], [whole((22, 26, "UNIT"))])
    assert scores.labels["PLACE"] == Counts(0, 1, 0)
    assert scores.labels["UNIT"] == Counts(0, 0, 1)


def test_the_same_span_of_another_article_does_not_count():
    other = example("b.p00", TEXT, (4, 16, "UNIT"))
    assert exact([whole((4, 16, "UNIT"))], [other]).overall.true_positives == 0


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(0, 0, 0), (None, None, None)),
        (Counts(0, 3, 0), (None, 0.0, 0.0)),
        (Counts(0, 0, 3), (0.0, None, 0.0)),
        (Counts(1, 2, 4), (0.25, 0.5, 1 / 3)),
    ],
)
def test_what_is_undefined_is_none_and_never_zero(counts, expected):
    assert (counts.precision, counts.recall, counts.f1) == expected


def test_the_overall_score_is_micro_averaged_over_the_labels():
    scores = exact([whole(*SPANS)], [whole(*SPANS[:2], (0, 3, "PLACE"))])
    total = [sum(getattr(c, name) for c in scores.labels.values()) for name in ("true_positives", "gold", "predicted")]
    assert total == [2, 3, 3]
    assert scores.overall == Counts(*total)


@given(st.sets(st.tuples(st.integers(0, 20), st.integers(21, 40), st.sampled_from("XY"))), st.data())
def test_scores_are_those_of_the_two_sets(spans, data):
    found = data.draw(st.sets(st.sampled_from(sorted(spans)))) if spans else set()
    scores = exact([whole(*spans)], [whole(*found)])
    assert scores.overall == Counts(len(found), len(spans), len(found))
    assert len(scores.missed) == len(spans) - len(found)
    swapped = exact([whole(*found)], [whole(*spans)])
    assert swapped.overall.f1 == scores.overall.f1
    assert (swapped.missed, swapped.spurious) == (scores.spurious, scores.missed)


def test_spans_are_the_same_if_edges_and_label_are():
    here = Span(4, 16, "UNIT")
    assert same_spans([here, Span(0, 3, "X")], [Span(4, 16, "UNIT")]) == {here}
    assert not same_spans([here], [Span(4, 16, "PLACE"), Span(4, 17, "UNIT"), Span(3, 16, "UNIT")])


@given(readings(fewest=1))
def test_all_measures_take_the_same_spans_for_the_same(sides):
    """Each span with each: scores by article, the scheme strict and the agreement of annotators count as many."""
    first, second = sides
    both = [same_spans(a.spans, b.spans) for a, b in zip(first, second, strict=True)]
    for same, a, b in zip(both, first, second, strict=True):
        assert same == {s for s in a.spans for t in b.spans if (s.start, s.end, s.label) == (t.start, t.end, t.label)}
        assert same == same_spans(b.spans, a.spans)
    number = sum(map(len, both))
    assert evaluate(first, second).overall["strict"].correct == number
    data = AgreementData.of(annotations_of_examples({"a": first, "b": second}), language="en")
    _, column, value = span_counts(data, (0, 1))["same"].joined()
    assert value[column == 0].sum() == number


@given(st.tuples(*[st.integers(0, 9)] * 3))
def test_both_kinds_of_counts_have_the_same_measures(numbers):
    correct, missed, spurious = numbers
    of_scheme = SchemeCounts(correct=correct, missed=missed, spurious=spurious)
    assert Counts(correct, correct + missed, correct + spurious).measures() == of_scheme.measures()


@given(readings())
def test_counts_of_examples_add_up_to_those_of_the_corpus(sides):
    first, second = ([replace(one, id=f"e{n}") for n, one in enumerate(side)] for side in sides)
    each = [score_annotator([(a.spans, b.spans)]).overall for a, b in zip(first, second, strict=True)]
    assert sum(each, Counts(0, 0, 0)) == exact(first, second).overall


def test_the_report_is_json_by_name():
    report = exact([whole(*SPANS)], [whole(*SPANS[1:])]).report()
    assert report["overall"]["recall"] == pytest.approx(2 / 3)
    assert report["missed"] == [{"article": "a", "start": 4, "end": 16, "label": "UNIT", "surface": "72nd Brigade"}]
