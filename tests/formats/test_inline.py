import pytest
from hypothesis import given

from goldspan import Example, InvalidValueError, Span
from goldspan.formats import inline
from helpers.strategies import examples, spans


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
    shown = inline.excerpt(text, [Span(50, 64, "PLACE")], 50, 64, around=10)
    assert shown == "…word word [Camp Bondsteel]{PLACE} word word…"


def test_an_excerpt_has_a_region_alone_or_with_words_around_it():
    text, ship = "word " * 10 + "the Argo sank" + " word" * 10, Span(54, 58, "SHIP")
    assert inline.excerpt(text, [ship], 50, 63) == "the [Argo]{SHIP} sank"
    assert inline.excerpt(text, [], 50, 63) == "the Argo sank"
    assert inline.excerpt(text, [ship], 50, 63, around=7) == "…d word the [Argo]{SHIP} sank word w…"
    assert inline.excerpt(text, [ship], 50, 63, around=7, whole_words=True) == "…word the [Argo]{SHIP} sank word…"
    assert inline.excerpt(text, [ship], 0, len(text), around=7).startswith("word word")


def test_spans_that_cross_are_shown_one_copy_after_another():
    crossing = [Span(0, 3, "A"), Span(2, 5, "B"), Span(0, 1, "C")]
    assert inline.excerpt("abcdef", crossing, 0, 5, around=1) == "[[a]{C}bc]{A}def + ab[cde]{B}f"


@given(examples(spans=lambda text: spans(text, flat=False)))
def test_no_two_spans_of_a_layer_cross_and_each_is_in_one(example):
    groups = inline.layers(example.spans)
    assert sorted(span for group in groups for span in group) == list(example.spans)
    for group in groups:
        inline.render(example.text, group)
