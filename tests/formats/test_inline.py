import pytest
from hypothesis import given

from goldspan import Example, InvalidValueError, Span
from goldspan.formats import inline
from helpers.strategies import examples


def test_spans_stand_in_brackets_with_their_label():
    text = "the 72nd Brigade withdrew"
    assert inline.render(text, [Span(4, 16, "UNIT")]) == "the [72nd Brigade]{UNIT} withdrew"


@given(examples())
def test_what_is_rendered_is_parsed_back(example):
    assert inline.parse(inline.render(example.text, example.spans)) == (example.text, example.spans)


def test_brackets_of_the_text_are_escaped():
    assert inline.render(r"so [sic] \o/ {A}", []) == r"so \[sic\] \\o/ {A}"
    assert inline.parse(r"so \[sic\] \\o/ {A}") == (r"so [sic] \o/ {A}", ())


def test_nested_and_touching_spans_are_kept():
    marked = "[[Bosnia]{B} and [Herzegovina]{B}]{A}[!]{C}"
    text, spans = inline.parse(marked)
    assert text == "Bosnia and Herzegovina!"
    assert inline.render(text, spans) == marked


def test_crossing_spans_are_refused():
    with pytest.raises(InvalidValueError, match="cross"):
        inline.render("abcdef", [Span(0, 3, "A"), Span(2, 5, "B")])


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("[one", "never closed"),
        ("one]{A}", "closes nothing"),
        ("[one]", "no label"),
        ("[one] {A}", "no label"),
        ("[]{A}", "0 <= start < end"),
    ],
)
def test_broken_markup_is_refused(marked, words):
    with pytest.raises(InvalidValueError, match=words):
        inline.parse(marked)


def test_an_example_is_made_from_markup():
    assert inline.example("a", "[x]{A} y", 4) == Example("a", "x y", (Span(0, 1, "A"),), 4)


def test_a_span_is_shown_in_its_surroundings_on_one_line():
    text = "word " * 10 + "Camp\nBondsteel" + " word" * 10
    assert inline.around(text, Span(50, 64, "PLACE"), 10) == "…word word [Camp Bondsteel]{PLACE} word word…"
