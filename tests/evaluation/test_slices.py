"""Slices of the spans, and the human ceiling."""

import pytest
from hypothesis import given, settings

from goldspan.annotation import Example, Span
from goldspan.evaluation.human_ceiling import agreement, human_ceiling
from goldspan.evaluation.result import Counts
from goldspan.evaluation.slices import slices
from helpers.annotations import inline_examples
from helpers.strategies import readings

LABELS = ("PLACE", "UNIT")


def of(dimension, gold, predicted, **given_too):
    found = slices(gold, predicted, LABELS, language="en", **given_too)
    return {part.name: part.counts for part in found if part.dimension == dimension}


def test_slices_by_label_have_a_row_for_every_label():
    gold, predicted = inline_examples("[A]{UNIT} [B]{UNIT}"), inline_examples("[A]{UNIT} [B]{X}")
    assert of("label", gold, predicted) == {"PLACE": Counts(0, 0, 0), "UNIT": Counts(1, 2, 1), "X": Counts(0, 0, 1)}


def test_slices_by_length_count_tokens_not_words():
    gold = inline_examples(
        "[one]{UNIT} [don't]{UNIT} [a b c]{UNIT} [a b c d]{UNIT} [a b c d e f]{UNIT} [a b c d e f g]{UNIT}"
    )
    predicted = inline_examples("[one]{UNIT} don't a [b c]{UNIT} a b c d a b c d e f [a b c d e f g]{UNIT}")
    assert of("length", gold, predicted) == {
        "1": Counts(1, 1, 1),
        "2": Counts(0, 1, 1),
        "3": Counts(0, 1, 0),
        "4–6": Counts(0, 2, 0),
        "7+": Counts(1, 1, 1),
    }


def test_a_token_that_a_span_only_touches_at_its_edge_does_not_count():
    gold = inline_examples("they do[n't]{UNIT}", "they [do]{UNIT}n't", "they d[on']{UNIT}t")
    assert of("length", gold, gold)["1"] == Counts(2, 2, 2)
    assert of("length", gold, gold)["2"] == Counts(1, 1, 1)


def test_a_span_of_spaces_has_no_token_and_a_slice_of_its_own():
    gold = [Example("a.p01", "a   b", (Span(2, 3, "UNIT"),))]
    assert of("length", gold, gold)["1"] == Counts(0, 0, 0)
    blank = [Example("a.p01", " \n a", (Span(0, 1, "UNIT"),))]
    assert of("length", blank, blank)["0"] == Counts(1, 1, 1)


def test_a_span_is_seen_if_training_has_its_words_under_its_label():
    training = inline_examples("[KFOR]{UNIT} in [Camp]{UNIT}", article="t")
    gold = inline_examples("[KFOR]{UNIT} at [Camp]{PLACE}")
    assert of("seen", gold, gold, training=training) == {"seen": Counts(1, 1, 1), "unseen": Counts(1, 1, 1)}
    assert of("seen", gold, gold) == {}


def test_slices_by_article_are_left_out_where_each_example_is_one():
    gold = [*inline_examples("[A]{UNIT}", "b"), *inline_examples("[C]{UNIT}", article="z")]
    none = [example.with_spans(()) for example in gold]
    assert of("article", gold, none) == {"a": Counts(0, 1, 0), "z": Counts(0, 1, 0)}
    assert of("article", gold[1:], none[1:]) == {}


def test_a_span_is_disputed_where_passes_differ_and_unanimous_elsewhere():
    gold = inline_examples("[A]{UNIT} of [B]{PLACE} and C", "[D]{UNIT}")
    passes = {
        "x": inline_examples("[A]{UNIT} of [B]{PLACE} and C"),
        "y": inline_examples("[A of]{UNIT} [B]{PLACE} and C", "[D]{UNIT}"),
    }
    predicted = inline_examples("[A of]{UNIT} [B]{PLACE} and [C]{PLACE}", "[D]{UNIT}")
    assert of("agreement", gold, predicted, passes=passes) == {
        "unanimous": Counts(1, 1, 2),
        "disputed": Counts(0, 1, 1),
    }


@settings(max_examples=50)
@given(sides=readings(4))
def test_the_slices_of_a_dimension_sum_to_the_whole(sides):
    gold, predicted, training, other = sides
    whole = agreement(gold, predicted)
    found = slices(gold, predicted, LABELS, language="en", training=training, passes={"x": training, "y": other})
    for dimension in {part.dimension for part in found}:
        parts = [part.counts for part in found if part.dimension == dimension]
        assert whole == Counts(
            sum(part.true_positives for part in parts),
            sum(part.gold for part in parts),
            sum(part.predicted for part in parts),
        )


@settings(max_examples=50)
@given(sides=readings(3))
def test_swapping_the_sides_swaps_precision_and_recall_in_every_slice(sides):
    gold, predicted, training = sides
    there = slices(gold, predicted, LABELS, language="en", training=training)
    back = {
        (part.dimension, part.name): part.counts
        for part in slices(predicted, gold, LABELS, language="en", training=training)
    }
    for part in there:
        swapped = back[part.dimension, part.name]
        assert (part.counts.precision, part.counts.recall) == (swapped.recall, swapped.precision)


def test_human_agreement_stands_beside_the_model_on_the_same_examples():
    gold = inline_examples("[A]{UNIT} [B]{UNIT}", "[C]{UNIT}", "[D]{UNIT}")
    predicted = inline_examples("[A]{UNIT} B", "C", "[D]{UNIT}")
    passes = {
        "y": inline_examples("[A]{UNIT} B", "[C]{UNIT}", "D"),
        "x": inline_examples("[A]{UNIT} [B]{UNIT}", "[C]{UNIT}"),
    }
    found = human_ceiling(gold, predicted, passes)
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.examples) == ("y", "x", 2)
    assert (pair.f1, pair.model_f1) == (pytest.approx(0.8), pytest.approx(0.5))
    assert [(one.name, one.examples, one.f1) for one in found.passes] == [("y", 3, pytest.approx(2 / 3)), ("x", 2, 1.0)]
    assert (found.mean_f1, found.mean_model_f1) == (pair.f1, pair.model_f1)
    assert "F1 0.800" in found.sentence
    assert "0.300 below" in found.sentence


def test_a_model_above_the_ceiling_is_reported():
    gold = inline_examples("[A]{UNIT} [B]{UNIT}")
    found = human_ceiling(gold, gold, {"x": inline_examples("[A]{UNIT} B"), "y": inline_examples("A [B]{UNIT}")})
    assert (found.mean_f1, found.mean_model_f1) == (0, 1)
    assert "closer to this gold than one annotator is to another" in found.sentence


def test_passes_that_never_differ_are_doubted():
    gold = inline_examples("[A]{UNIT} [B]{UNIT}")
    assert "not work independently" in human_ceiling(gold, gold, {"x": gold, "y": gold}).sentence


def test_there_is_no_ceiling_without_passes_over_the_examples():
    gold = inline_examples("[A]{UNIT}")
    assert human_ceiling(gold, gold, {"x": inline_examples("[A]{UNIT}", article="z")}) is None
    assert human_ceiling(gold, gold, {"x": inline_examples("[B]{UNIT}")}) is None, "another text is another example"


def test_one_annotator_alone_gives_no_mean():
    gold = inline_examples("[A]{UNIT}")
    found = human_ceiling(gold, gold, {"x": gold})
    assert (found.pairs, found.mean_f1) == ((), None)
    assert "is not known" in found.sentence


@settings(max_examples=50)
@given(sides=readings(3))
def test_the_mean_of_the_pairs_does_not_depend_on_their_order(sides):
    gold, *passes = sides
    there = human_ceiling(gold, gold, {"x": passes[0], "y": passes[1], "z": gold})
    back = human_ceiling(gold, gold, {"z": gold, "y": passes[1], "x": passes[0]})
    assert (
        there.mean_f1 == pytest.approx(back.mean_f1)
        if there and there.mean_f1 is not None
        else not (back and back.mean_f1)
    )
