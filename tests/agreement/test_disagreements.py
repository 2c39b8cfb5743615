"""Where annotators do not agree: every span exactly once, in the right kind, whoever comes first."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.adjudication.derive import settle
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.disagreements import (
    NONE,
    Disagreement,
    confused,
    disagreements_between,
    dispute_markup,
    disputed_surfaces,
    disputes,
    kinds_of,
    main_kind,
)
from goldspan.annotation import Example, Span, same_spans
from goldspan.formats.inline import example

TEXT = "abcdefghijklmnopqrstuvwxyz"
places = st.tuples(st.integers(0, 25), st.integers(1, 8), st.sampled_from("XYZ"))
sides = st.lists(places, max_size=9).map(
    lambda drawn: tuple(sorted({Span(start, min(26, start + size), label) for start, size, label in drawn}))
)


def read(*marked):
    """Annotators a, b, … of one example, by their inline forms."""
    return annotations_of_examples({name: [example("e.p01", one)] for name, one in zip("abcdef", marked, strict=False)})


def kinds(first, second):
    (item,) = read(first, second).items
    return [found.kind for found in disagreements_between(item.spans["a"], item.spans["b"])]


def met_labels(first, second):
    return confused(same_spans(first, second), disagreements_between(first, second))


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("the [Red Ship]{X} sank", "[the Red Ship]{X} sank", "boundary"),
        ("the [Red Ship]{X} sank", "the [Red Ship]{Y} sank", "label"),
        ("the [Red Ship]{X} sank", "the Red [Ship]{Y} sank", "label"),
        ("the [Red Ship]{X} sank", "the [Red]{X} [Ship]{X} sank", "split"),
        ("the [Red]{X} [Ship]{Y} sank", "the [Red Ship]{X} sank", "split"),
        ("the [Red Ship]{X} sank", "the Red Ship sank", "one-sided"),
    ],
)
def test_a_disagreement_is_of_its_kind_from_either_side(first, second, kind):
    assert kinds(first, second) == kinds(second, first) == [kind]


def test_touching_spans_do_not_meet():
    assert kinds("[ab]{X}cd", "ab[cd]{X}") == ["one-sided", "one-sided"]


def test_what_is_the_same_takes_no_part_even_where_something_overlaps_it():
    assert disagreements_between([Span(0, 4, "X")], [Span(0, 4, "X"), Span(2, 8, "X")]) == (
        Disagreement((), (Span(2, 8, "X"),)),
    )


def test_a_span_meets_its_own_label_rather_than_a_longer_overlap():
    far, near = Span(0, 6, "Y"), Span(6, 8, "X")
    found = disagreements_between([Span(2, 8, "X"), Span(0, 1, "Y")], [far, near])
    assert found == (Disagreement((Span(0, 1, "Y"),), (far,)), Disagreement((Span(2, 8, "X"),), (near,)))


def test_a_chain_is_parted_so_that_nobody_stands_alone():
    first = [Span(0, 4, "X"), Span(6, 10, "X"), Span(12, 16, "X")]
    second = [Span(3, 7, "X"), Span(9, 13, "X")]
    found = disagreements_between(first, second)
    assert all(one.first and one.second for one in found)
    assert sum(len(one.spans) for one in found) == 5


@given(sides, sides)
def test_every_span_on_which_they_differ_counts_exactly_once(first, second):
    found = disagreements_between(first, second)
    assert Counter(s for one in found for s in one.first) == Counter(set(first) - set(second))
    assert Counter(s for one in found for s in one.second) == Counter(set(second) - set(first))


@given(sides, sides)
def test_the_order_of_the_two_does_not_matter(first, second):
    mirrored = {Disagreement(one.second, one.first) for one in disagreements_between(second, first)}
    assert mirrored == set(disagreements_between(first, second))


@given(sides, sides)
def test_one_meets_one_or_several_and_only_where_they_overlap(first, second):
    for one in disagreements_between(first, second):
        assert min(len(one.first), len(one.second)) <= 1
        assert all(a.overlaps(b) for a in one.first for b in one.second)


@given(sides, sides)
def test_a_span_is_one_sided_only_where_nothing_is_left_to_meet(first, second):
    left = {"first": set(first) - set(second), "second": set(second) - set(first)}
    for one in disagreements_between(first, second):
        if one.kind == "one-sided":
            others = left["second"] if one.first else left["first"]
            assert not any(one.spans[0].overlaps(other) for other in others)


@given(sides, sides)
def test_the_confusion_counts_each_one_sided_span_and_each_agreement(first, second):
    met = met_labels(first, second)
    alone = [one for one in disagreements_between(first, second) if one.kind == "one-sided"]
    assert sum(number for labels, number in met.items() if NONE in labels) == len(alone)
    assert met == Counter({(b, a): n for (a, b), n in met_labels(second, first).items()})


def test_a_split_meets_each_of_its_pieces():
    (item,) = read("[Red Ship]{X} sank", "[Red]{X} [Ship]{Y} sank").items
    met = met_labels(item.spans["a"], item.spans["b"])
    assert met == {("X", "X"): 1, ("X", "Y"): 1}


@given(st.lists(sides, min_size=2, max_size=4))
def test_every_span_on_which_not_all_agree_is_in_exactly_one_place(readings):
    annotations = annotations_of_examples(
        {name: [Example("e", TEXT, r)] for name, r in zip("abcd", readings, strict=False)}
    )
    found = disputes(annotations)
    held = Counter((name, span) for one in found for c in one.candidates for name in c.by for span in c.spans)
    unanimous = set.intersection(*map(set, readings))
    wanted = {(name, s) for name, r in zip("abcd", readings, strict=False) for s in r if s not in unanimous}
    assert held == Counter(wanted)
    assert all(kinds_of(one) and one.pairs for one in found)
    assert all(sorted(n for c in one.candidates for n in c.by) == list(annotations.annotators) for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


flat_sides = sides.map(
    lambda spans: tuple(span for span in spans if not any(other < span and other.overlaps(span) for other in spans))
)


def in_both(readings):
    """The disputes of the same readings as agreement and as adjudication see them."""
    examples = {name: Example("e", TEXT, spans) for name, spans in zip("abcd", readings, strict=False)}
    return disputes(annotations_of_examples({n: [one] for n, one in examples.items()})), settle(examples).disputes


@given(st.lists(flat_sides, min_size=2, max_size=4))
def test_where_no_reader_overlaps_themselves_agreement_and_adjudication_see_the_same_disputes(readings):
    agreement, adjudication = in_both(readings)
    assert agreement == adjudication


@given(st.lists(sides, min_size=2, max_size=4))
def test_each_dispute_of_agreement_lies_in_one_of_adjudication_with_the_same_disagreements(readings):
    agreement, adjudication = in_both(readings)
    unanimous = set.intersection(*map(set, readings))
    for wide in adjudication:
        inside = [one for one in agreement if wide.start <= one.start and one.end <= wide.end]
        assert {span for one in inside for span in one.spans} == set(wide.spans) - unanimous
    assert len(agreement) == sum(
        wide.start <= one.start and one.end <= wide.end for one in agreement for wide in adjudication
    )


def test_a_place_shows_who_marked_what_the_most_common_reading_first():
    (found,) = disputes(read("the Ship sank", "the [Ship]{X} sank", "[the Ship]{X} sank", "the [Ship]{X} sank"))
    assert [(one.by, dispute_markup(found, one)) for one in found.candidates] == [
        (("b", "d"), "the [Ship]{X} sank"), (("c",), "[the Ship]{X} sank"), (("a",), "the Ship sank"),
    ]  # fmt: skip
    assert kinds_of(found) == {"boundary": 2, "one-sided": 3}
    assert (main_kind(kinds_of(found)), found.pairs) == ("one-sided", 5)


def test_an_extract_is_cut_between_words_and_says_where():
    words = "word " * 40
    (found,) = disputes(read(f"{words}[Ship]{{X}} {words}", f"{words}Ship {words}"))
    markup = dispute_markup(found, found.candidates[0])
    assert markup.startswith("…word")
    assert markup.endswith("word…")
    assert len(markup) < 150


def test_crossing_spans_of_one_annotator_are_both_shown():
    spans = (Span(0, 4, "X"), Span(2, 8, "Y"))
    annotations = annotations_of_examples({"a": [Example("e", TEXT, spans)], "b": [Example("e", TEXT)]})
    (found,) = disputes(annotations)
    assert dispute_markup(found, found.candidates[0]).count(" + ") == 1


def test_words_are_counted_by_place_and_beside_what_is_agreed():
    annotations = annotations_of_examples({
        "a": [example("1", "[Tyre]{X} and [Tyre]{X}"), example("2", "[Tyre]{X}"), example("3", "[Odesa]{Y}")],
        "b": [example("1", "[Tyre]{Y} and Tyre"), example("2", "[Tyre]{X}"), example("3", "Odesa")],
    })  # fmt: skip
    rows = [
        (one.words, one.disputed, one.agreed, dict(one.labels))
        for one in disputed_surfaces(annotations, disputes(annotations))
    ]
    assert rows == [("Tyre", 2, 1, {"X": 2, "Y": 1}), ("Odesa", 1, 0, {"Y": 1})]


def test_what_one_alone_has_read_is_not_disputed():
    annotations = annotations_of_examples({"a": [example("e.p01", "[Tyre]{X}")], "b": [example("e.p02", "Odesa")]})
    assert disputes(annotations) == ()
