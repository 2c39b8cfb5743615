from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from goldspan.annotation import Span
from goldspan.doccano.pull import reanchor
from helpers import strategies


def span(text, surface, label="UNIT", nth=0):
    start = -1
    for _ in range(nth + 1):
        start = text.index(surface, start + 1)
    return Span(start, start + len(surface), label)


def moved(old, new, *spans):
    """The surfaces of the spans that were found again, with what stands before each."""
    found = reanchor.find_moves(old, new, spans)
    return {new[: to.start] + "[" + new[to.start : to.end] + "]": to.label for to in found.moved.values()}


def test_a_span_moves_with_its_words():
    old, new = "The 72nd Brigade left.", "On Monday the 72nd Brigade left."
    assert moved(old, new, span(old, "72nd Brigade")) == {"On Monday the [72nd Brigade]": "UNIT"}


def test_a_repeated_name_is_found_if_the_other_end_of_the_text_changed():
    old = "KFOR came. Later KFOR left."
    new = "KFOR came. Later KFOR left in haste."
    found = reanchor.find_moves(old, new, [span(old, "KFOR"), span(old, "KFOR", nth=1)])
    assert [to.start for to in found.moved.values()] == [0, 17]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            "KFOR and KFOR met.",
            "KFOR met KFOR and KFOR there.",
            "is ambiguous: it is in 3 place(s) of the new text, and in 2 of the old one",
        ),
        ("Anna came. KFOR left.", "Anna came. It left.", "is not in the new text"),
        ("one KFOR patrol", "two KFOR patrols, one by KFOR", "is ambiguous: it is in 2 place"),
        ("a KFOR b", "x KFORs y", "is not in the new text"),
        ("a KFOR b", "x KFOR\u0301 y", "is not in the new text"),
        ("KFOR", "KFOR KFOR", "is ambiguous: it is in 2 place"),
    ],
)
def test_a_span_in_doubt_is_lost_with_a_reason(old, new, why):
    only = span(old, "KFOR")
    found = reanchor.find_moves(old, new, [only])
    assert not found.moved
    assert why in found.lost[only]


def test_of_equal_neighbours_none_is_chosen():
    old, new = "KFOR KFOR left", "KFOR KFOR KFOR left"
    found = reanchor.find_moves(old, new, [span(old, "KFOR"), span(old, "KFOR", nth=1)])
    assert len(found.lost) == 2


def test_two_spans_never_come_to_overlap():
    old, new = "x ab y bc z", "q abc r"
    found = reanchor.find_moves(old, new, [span(old, "ab"), span(old, "bc")])
    assert not found.moved
    old, new = "a b, b c", "a b c"
    assert "would overlap" in reanchor.find_moves(old, new, [span(old, "a b"), span(old, "b c")]).lost[span(old, "a b")]


def test_equal_spans_of_several_people_move_alike():
    old, new = "KFOR left.", "Then KFOR left."
    assert reanchor.find_moves(old, new, [span(old, "KFOR")] * 3).moved == {Span(0, 4, "UNIT"): Span(5, 9, "UNIT")}


@st.composite
def changes(draw):
    """A text with spans, and the text after some other piece took the place of one of its pieces."""
    old = draw(strategies.texts)
    cuts = sorted(draw(st.tuples(st.integers(0, len(old)), st.integers(0, len(old)))))
    flat = draw(strategies.spans(old))
    return old, old[: cuts[0]] + draw(strategies.texts) + old[cuts[1] :], flat


@given(changes())
def test_a_span_keeps_surface_and_label_or_is_named_as_lost(change):
    old, new, spans = change
    found = reanchor.find_moves(old, new, spans)
    assert {*found.moved, *found.lost} == set(spans)
    assert not {*found.moved} & {*found.lost}
    for before, after in found.moved.items():
        assert old[before.start : before.end] == new[after.start : after.end]
        assert before.label == after.label


@given(changes())
def test_flat_spans_stay_flat(change):
    old, new, spans = change
    after = sorted(reanchor.find_moves(old, new, spans).moved.values())
    assert all(one.end <= other.start for one, other in pairwise(after))


@given(strategies.examples())
def test_in_an_equal_text_every_span_stays(example):
    found = reanchor.find_moves(example.text, example.text, example.spans)
    assert found.moved == {span: span for span in example.spans}


@given(strategies.examples(), strategies.texts)
def test_what_was_moved_there_is_moved_back(example, other):
    new = other + example.text
    there = reanchor.find_moves(example.text, new, example.spans).moved
    assume(there)
    back = reanchor.find_moves(new, example.text, there.values())
    assert all(back.moved.get(after, before) == before for before, after in there.items())


@pytest.mark.parametrize(
    ("old", "new", "is_one"),
    [
        ("The 72nd Brigade left.", "On Monday “the 72nd  Brigade” left.", True),
        ("KFOR left.", "KFOR left in haste.", True),
        ("KFOR left.", "KFOR left at dawn, in great haste.", False),
        ("NATO met in Riga on Monday.", "Riga: NATO was not asked, officials said.", False),
        ("🚢", "🚢🚢", True),
    ],
)
def test_a_changed_form_has_at_least_half_of_the_words(old, new, is_one):
    assert reanchor.is_changed_form(old, new) is is_one


def test_the_words_that_only_the_new_text_has_are_named_in_runs():
    old, new = "KFOR left Kosovo today.", "Then, at dawn, “KFOR” left  Kosovo for Riga."
    assert reanchor.added_words(old, new) == ("Then, at dawn", "for Riga")
    assert reanchor.added_words(new, old) == ("today",)
