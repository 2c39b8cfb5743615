import pickle
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import Article, Example, InvalidValueError, Label, LabelScheme, Span
from goldspan.annotation import first_overlap
from helpers import strategies


def label(name="A", shortcut="a"):
    return Label(name, "a definition", "#000000", shortcut, "a.md")


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2)])
def test_an_impossible_span_does_not_exist(start, end):
    with pytest.raises(InvalidValueError, match="0 <= start < end"):
        Span(start, end, "A")


def test_a_span_needs_a_label():
    with pytest.raises(InvalidValueError, match="no label"):
        Span(0, 1, "")


@given(st.text(min_size=1).flatmap(lambda text: strategies.spans(text, flat=False)))
def test_the_first_overlap_is_found_if_any_two_spans_overlap(spans):
    spans = sorted(spans)
    overlap = first_overlap(spans)
    pairs = [(first, second) for first, second in combinations(spans, 2) if first.overlaps(second)]
    assert overlap in pairs if pairs else overlap is None


def test_touching_spans_do_not_overlap():
    assert not Span(0, 2, "A").overlaps(Span(2, 3, "A"))
    assert Span(0, 3, "A").overlaps(Span(2, 3, "B"))


def test_spans_are_kept_sorted_whatever_their_order():
    spans = (Span(4, 6, "B"), Span(0, 2, "A"), Span(0, 1, "B"))
    assert Example("a.p00", "abcdefg", spans).spans == (Span(0, 1, "B"), Span(0, 2, "A"), Span(4, 6, "B"))


def test_a_value_cannot_be_changed():
    with pytest.raises(AttributeError):
        Span(0, 1, "A").start = 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("", "text"), "needs an id"),
        (("a", "text", (), -1), "begin at -1"),
        (("a", "text", (Span(0, 5, "A"),)), "ends outside the text of 4"),
        (("a", "text", (Span(0, 1, "A"), Span(0, 1, "A"))), "occurs twice"),
        (("a", "te\ud800xt"), "lone surrogate at 2"),
    ],
)
def test_an_impossible_example_does_not_exist(arguments, words):
    with pytest.raises(InvalidValueError, match=words):
        Example(*arguments)


@pytest.mark.parametrize(
    ("name", "article"),
    [("isw-2023.p03", "isw-2023"), ("a.p100", "a"), ("a.page", "a.page"), ("12", "12"), ("a.p1.p02", "a.p1")],
)
def test_the_article_is_what_stands_before_the_paragraph_number(name, article):
    assert Example(name, "x").article == article


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.data())
def test_the_surface_is_the_slice(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))), "A")
    assert Example("a", text, (span,)).surface(span) == text[span.start : span.end]


def test_other_spans_lose_the_extra_keys_of_the_old_ones():
    example = Example("a", "text", (Span(0, 1, "A"),), 3, {"rules": ["x"]})
    assert example.with_spans([]) == Example("a", "text", (), 3)


def test_an_example_can_be_hashed_and_pickled():
    example = Example("a", "text", (Span(0, 1, "A"),), 3, {"rules": ["x"]})
    assert pickle.loads(pickle.dumps(example)) == example  # noqa: S301  (our own bytes)
    assert len({example, example}) == 1


def test_an_article_holds_only_slices_of_its_source():
    Article("a", "one two", (Example("a.p00", "one"), Example("a.p01", "two", at=4)))
    with pytest.raises(InvalidValueError, match="differs from article a at 3"):
        Article("a", "one two", (Example("a.p00", "two", at=3),))
    with pytest.raises(InvalidValueError, match="inside the example before it"):
        Article("a", "one two", (Example("a.p00", "one"), Example("a.p01", "ne", at=1)))


def test_a_scheme_knows_its_labels_in_order():
    scheme = LabelScheme("1", (label("B", "b"), label("A", "a")))
    assert scheme.names == ("B", "A")
    assert "A" in scheme
    assert "C" not in scheme
    assert scheme["A"].shortcut == "a"
    with pytest.raises(InvalidValueError, match="no label 'C'"):
        scheme["C"]


@pytest.mark.parametrize("second", [label("A", "b"), label("B", "a")])
def test_two_labels_share_neither_name_nor_shortcut(second):
    with pytest.raises(InvalidValueError, match="two labels share"):
        LabelScheme("1", (label("A", "a"), second))


def test_no_part_of_an_example_is_half_a_character():
    with pytest.raises(InvalidValueError, match="the label has a lone surrogate at 1"):
        Span(0, 1, "A\ud800")
    with pytest.raises(InvalidValueError, match="the id has a lone surrogate at 0"):
        Example("\ud800", "text")
