"""Agreement of value beside agreement of span."""

import pytest

from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.annotation import Example, Label, LabelScheme, Span
from helpers.annotations import estimates

TEXT = "It sent up to 1,000 troops, about 300 men and twelve soldiers; some stayed."
SCHEME = LabelScheme(
    "1",
    (
        Label("COUNT", "A number.", "#000000", "c", "c.md", quantity=True),
        Label("NAME", "A name.", "#111111", "n", "n.md"),
    ),
)


def marked(*surfaces, label="COUNT"):
    places = [TEXT.index(surface) for surface in surfaces]
    return [Example("t.p01", TEXT, tuple(Span(at, at + len(s), label) for at, s in zip(places, surfaces, strict=True)))]


def compared(first, second):
    return estimates(annotations_of_examples({"a": marked(*first), "b": marked(*second)}), scheme=SCHEME)


def test_other_words_of_one_value_agree():
    values = compared(["up to 1,000 troops", "about 300 men"], ["up to 1,000", "about 300 men"])
    assert (values["exact_f1"], values["relaxed_f1"]) == (0.5, 1)
    assert (values["value_agreement"], values["value_f1"]) == (1, 1)


def test_a_bound_that_one_left_out_makes_another_value():
    values = compared(["up to 1,000 troops", "about 300 men"], ["1,000 troops", "about 300 men"])
    assert (values["value_agreement"], values["value_f1"]) == (0.5, 0.5)


def test_a_value_that_one_alone_marked_counts_in_f1():
    values = compared(["up to 1,000 troops", "twelve soldiers"], ["up to 1,000 troops"])
    assert values["value_agreement"] == 1
    assert values["value_f1"] == pytest.approx(2 / 3)


def test_words_without_a_value_are_no_value():
    values = compared(["some stayed", "about 300 men"], ["some stayed", "about 300 men"])
    assert (values["value_agreement"], values["value_f1"]) == (1, 1)
    measures = measure(
        annotations_of_examples({"a": marked("some stayed"), "b": marked("some")}), scheme=SCHEME
    ).overall
    assert measures["value_agreement"].undefined.reason == measures["value_f1"].undefined.reason == "no_value"


def test_of_several_ways_to_match_the_one_with_most_equal_values_counts():
    crossing = "1,000 troops, about 300 men"
    values = compared([crossing, "about 300"], [crossing, "300 men"])
    assert values["value_agreement"] == compared([crossing, "300 men"], [crossing, "about 300"])["value_agreement"]


def test_only_labels_of_quantities_have_values():
    annotations = annotations_of_examples({"a": marked("twelve soldiers"), "b": marked("twelve soldiers")})
    agreement = measure(annotations, scheme=SCHEME, resamples=1)
    assert "value_f1" in agreement.labels["COUNT"].values
    assert "value_f1" not in agreement.labels["NAME"].values
    assert "value_f1" not in measure(annotations, resamples=1).overall.values
