"""Where a prediction fails: cases, confusion, kinds of errors, hardest examples, values."""

from collections import Counter
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.evaluation.errors import (
    KindCounts,
    SpanOutcome,
    confusion,
    error_kinds,
    hardest,
    kind_of,
    markup,
    span_outcomes,
)
from goldspan.evaluation.matching import match
from goldspan.evaluation.quantity_values import LabelValues, score_values
from goldspan.formats import inline
from goldspan.quantities import TroopCount, parse_troop_count
from goldspan.quantities.troop_count import compare_counts, named_numbers
from goldspan.span_table import SpanTable
from helpers import strategies
from helpers.annotations import inline_examples
from helpers.strategies import readings

LABELS = ("COUNT", "PLACE", "UNIT")


def kinds(gold, predicted):
    return [[case.kind for case in row] for row in span_outcomes(gold, predicted)]


@pytest.mark.parametrize(
    ("gold", "predicted", "kind"),
    [
        ("[Fort Knox]{PLACE} fell", "[Fort Knox]{PLACE} fell", "correct"),
        ("[Fort Knox]{PLACE} fell", "Fort [Knox]{PLACE} fell", "boundary"),
        ("[Fort Knox]{PLACE} fell", "[Fort Knox]{UNIT} fell", "label"),
        ("[Fort Knox]{PLACE} fell", "[Fort Knox fell]{UNIT}", "both"),
        ("[Fort Knox]{PLACE} fell", "Fort Knox fell", "missed"),
        ("Fort Knox fell", "[Fort Knox]{PLACE} fell", "spurious"),
    ],
)
def test_each_kind_of_error_is_counted(gold, predicted, kind):
    assert kinds(inline_examples(gold), inline_examples(predicted)) == [[kind]]


def test_spans_that_touch_do_not_meet():
    assert kinds(inline_examples("[ab]{UNIT}cd"), inline_examples("ab[cd]{UNIT}")) == [["missed", "spurious"]]


def test_of_two_overlapping_spans_the_one_with_the_same_label_is_matched():
    gold = inline_examples("[a]{UNIT} [bcdef]{PLACE}")
    predicted = inline_examples("[a bcdef]{UNIT}")
    assert kinds(gold, predicted) == [["boundary", "missed"]]


def test_an_identical_span_is_correct_whatever_else_might_pair():
    text = "abcdefghij"
    gold = [Example("a", text, (Span(0, 10, "UNIT"), Span(0, 3, "UNIT")))]
    predicted = [Example("a", text, (Span(0, 10, "UNIT"), Span(7, 10, "UNIT")))]
    assert kinds(gold, predicted) == [["missed", "correct", "spurious"]]


@settings(max_examples=50)
@given(sides=readings())
def test_every_span_is_in_exactly_one_outcome(sides):
    for a, b, row in zip(*sides, span_outcomes(*sides), strict=True):
        assert Counter(case.gold for case in row if case.gold) == Counter(a.spans)
        assert Counter(case.predicted for case in row if case.predicted) == Counter(b.spans)
        assert all(case.kind == kind_of(case.gold, case.predicted) for case in row)
        assert all(case.gold.overlaps(case.predicted) for case in row if case.gold and case.predicted)


@settings(max_examples=50)
@given(sides=readings())
def test_what_is_correct_is_what_both_sides_have(sides):
    for a, b, row in zip(*sides, span_outcomes(*sides), strict=True):
        assert {case.gold for case in row if case.kind == "correct"} == {*a.spans} & {*b.spans}


@settings(max_examples=50)
@given(sides=readings(flat=True))
def test_without_overlaps_the_cases_are_those_of_the_scheme_type(sides):
    columns = [SpanTable.of(side, strategies.LABELS) for side in sides]
    gold, predicted = ([span for example in side for span in example.spans] for side in sides)
    found = match(*columns, "type")
    pairs = [(gold[i], predicted[j]) for i, j in zip(found.gold_index, found.predicted_index, strict=True)]
    count = Counter(case.kind for row in span_outcomes(*sides) for case in row)
    assert count["correct"] + count["boundary"] == sum(a.label == b.label for a, b in pairs)
    assert count["label"] + count["both"] == sum(a.label != b.label for a, b in pairs)
    assert (count["missed"], count["spurious"]) == (len(gold) - len(pairs), len(predicted) - len(pairs))


GOLD = inline_examples("[A]{UNIT} at [B]{PLACE}", "[9 men]{COUNT} at [C]{PLACE}", "none here")
PREDICTED = inline_examples("[A]{PLACE} at [B]{PLACE}", "9 [men at C]{UNIT}", "none [here]{PLACE}")


def test_the_confusion_matrix_of_a_small_corpus():
    found = confusion(span_outcomes(GOLD, PREDICTED), LABELS)
    assert found.labels == ("COUNT", "PLACE", "UNIT", "none")
    assert found.rows == ((0, 0, 1, 0), (0, 1, 0, 1), (0, 1, 0, 0), (0, 1, 0, 0))


def test_the_kinds_of_errors_of_a_small_corpus():
    found = error_kinds(span_outcomes(GOLD, PREDICTED), LABELS)
    assert found.overall == KindCounts(correct=1, label=1, both=1, missed=1, spurious=1)
    assert found.labels["COUNT"] == KindCounts(both=1)
    assert found.labels["PLACE"] == KindCounts(correct=1, missed=1, spurious=1)
    assert found.labels["UNIT"] == KindCounts(label=1)


@settings(max_examples=50)
@given(sides=readings())
def test_rows_and_columns_of_the_confusion_matrix_sum_to_the_spans(sides):
    rows = confusion(span_outcomes(*sides), strategies.LABELS).rows
    gold, predicted = (Counter(span.label for example in side for span in example.spans) for side in sides)
    assert [sum(row) for row in rows[:-1]] == [gold[label] for label in strategies.LABELS]
    assert [sum(column) for column in list(zip(*rows, strict=True))[:-1]] == [
        predicted[label] for label in strategies.LABELS
    ]
    assert rows[-1][-1] == 0


@settings(max_examples=50)
@given(sides=readings())
def test_swapping_gold_and_prediction_turns_the_confusion_matrix_over(sides):
    gold, predicted = sides
    there = error_kinds(span_outcomes(gold, predicted), strategies.LABELS).overall
    back = error_kinds(span_outcomes(predicted, gold), strategies.LABELS).overall
    assert (there.correct, there.missed, there.spurious) == (back.correct, back.spurious, back.missed)


def test_the_worst_example_comes_first_and_one_without_error_not_at_all():
    gold = inline_examples("[A]{UNIT} b", "[A]{UNIT} [b]{UNIT}", "a [b]{PLACE}", "[A]{UNIT}")
    predicted = inline_examples("[A]{UNIT} [b]{UNIT}", "A b", "a b", "[A]{UNIT}")
    found = hardest(gold, predicted, span_outcomes(gold, predicted))
    assert [(hard.example, hard.errors) for hard in found] == [("a.p02", 2), ("a.p03", 1), ("a.p01", 1)]
    assert (found[0].gold_markup, found[0].predicted_markup) == ("[A]{UNIT} [b]{UNIT}", "A b")
    assert hardest(gold, predicted, span_outcomes(gold, predicted), most=1) == found[:1]


def test_the_markup_puts_crossing_spans_on_a_further_line():
    nested = [Span(0, 4, "A"), Span(0, 2, "B")]
    assert markup("abcd", nested) == "[[ab]{B}cd]{A}"
    assert markup("abcd", [Span(0, 4, "A"), Span(2, 4, "B")]) == "[ab[cd]{B}]{A}"
    assert markup("abcd", [Span(0, 2, "A"), Span(2, 4, "B")]) == "[ab]{A}[cd]{B}"
    assert markup("abcd", [Span(0, 3, "A"), Span(1, 4, "B")]) == "[abc]{A}d\na[bcd]{B}"


@given(example=strategies.examples(spans=partial(strategies.spans, flat=False)))
def test_the_markup_shows_every_span_once(example):
    marked = markup(example.text, example.spans)
    lines = example.text.count("\n") + 1
    pieces = marked.split("\n")
    parts = ["\n".join(pieces[at : at + lines]) for at in range(0, len(pieces), lines)]
    assert sorted(span for part in parts for span in inline.parse(part)[1]) == sorted(example.spans)


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("up to 1,000 troops", "up to 1,000", "right"),
        ("up to 1,000 troops", "1,000 troops", "bound_wrong"),
        ("more than 5,000", "5,000", "bound_wrong"),
        ("fewer than 500", "500", "bound_wrong"),
        ("at least 780", "780", "bound_wrong"),
        ("about 3,800", "3,800", "bound_wrong"),
        ("nearly 50,000", "50,000", "bound_wrong"),
        ("4,000 to 5,000", "5,000", "bound_wrong"),
        ("more than 5,000", "fewer than 5,000", "bound_wrong"),
        ("14,000 soldiers", "4,000 soldiers", "wrong"),
        ("5,000 troops", "troops", "wrong"),
    ],
)
def test_a_value_is_right_or_its_bound_is_wrong_or_all_of_it(gold, predicted, expected):
    assert compare_counts(parse_troop_count(gold), parse_troop_count(predicted)) == expected


@given(low=st.none() | st.integers(0, 50), width=st.none() | st.integers(0, 50), about=st.booleans())
def test_a_value_agrees_with_itself_and_with_itself_called_approximate(low, width, about):
    if low is None and width is None:
        return
    high = None if width is None else (low or 0) + width
    value = TroopCount(low, high, about)
    assert named_numbers(value)
    assert compare_counts(value, value) == "right"
    assert compare_counts(value, TroopCount(low, high, not about)) == "bound_wrong"


def test_the_values_of_a_small_corpus():
    gold = inline_examples(
        "[up to 50 men]{COUNT}",
        "[about 70 men]{COUNT}",
        "[14 men]{COUNT}",
        "[9 men]{COUNT}",
        "[some men]{COUNT}",
        "8 men",
    )
    predicted = inline_examples(
        "[up to 50]{COUNT} men",
        "about [70 men]{COUNT}",
        "1[4 men]{COUNT}",
        "[9 men]{UNIT}",
        "[some men]{COUNT}",
        "[8]{COUNT} men",
    )
    found = score_values(gold, span_outcomes(gold, predicted), "COUNT")
    counts = LabelValues("COUNT", right=1, bound_wrong=1, wrong=1, missed=1, spurious=1, without_value=1)
    assert found == LabelValues(*(getattr(counts, name) for name in counts.__slots__[:-1]), cases=found.cases)
    assert (found.possible, found.accuracy) == (4, 0.25)
    assert [(c.example, c.verdict, c.predicted_surface) for c in found.cases] == [
        ("a.p02", "bound_wrong", "70 men"),
        ("a.p03", "wrong", "4 men"),
    ]


def test_a_rate_keeps_its_span_and_has_no_value():
    gold = inline_examples("It trains [300 troops]{COUNT} a month.", "It trained [300 troops]{COUNT} a month ago.")
    found = score_values(gold, span_outcomes(gold, gold), "COUNT")
    assert (found.right, found.without_value) == (1, 1)


def test_values_without_a_gold_value_have_no_accuracy():
    assert LabelValues("COUNT", spurious=2).accuracy is None


@settings(max_examples=50)
@given(sides=readings())
def test_every_gold_quantity_is_accounted_for(sides):
    found = score_values(sides[0], span_outcomes(*sides), "TROOP_COUNT")
    there = [span for example in sides[0] for span in example.spans if span.label == "TROOP_COUNT"]
    assert found.possible + found.without_value == len(there)


def test_the_json_of_an_outcome_has_its_spans():
    assert SpanOutcome.of(Span(0, 2, "A"), None).json() == {"kind": "missed", "gold": [0, 2, "A"], "predicted": None}
