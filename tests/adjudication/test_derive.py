"""From readings and decisions to gold: the laws, and cases as a lead meets them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.adjudication.derive import candidates_in, derive, settle
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats.decisions import Decision, fingerprint
from helpers import strategies

TEXT = "The 72nd Brigade left Kosovo on Monday."
DAY = "2026-03-01"
UNIT, WIDE, PLACE = Span(4, 16, "UNIT"), Span(0, 16, "UNIT"), Span(22, 28, "PLACE")


def read(*spans, text=TEXT, **extra):
    return Example("a.p00", text, spans, 7, extra)


def decided(readings, start, end, choice, **changes):
    sets = {name: example.spans for name, example in readings.items()}
    made = Decision(
        "a.p00",
        fingerprint(TEXT),
        start,
        end,
        candidates_in(sets, start, end),
        choice,
        "adjudicated",
        "lea",
        "2026-03-01",
        "1.0",
    )
    return replace(made, **changes)


@st.composite
def readings(draw):
    text = draw(strategies.texts.filter(bool))
    names = draw(st.lists(st.sampled_from("abcde"), min_size=2, max_size=4, unique=True))
    return {name: Example("a.p00", text, draw(strategies.spans(text, flat=draw(st.booleans())))) for name in names}


@given(readings())
def test_each_span_of_each_reader_is_in_gold_or_in_a_dispute(readings):
    made = settle(readings)
    disputed = {span for one in made.disputes for candidate in one.candidates for span in candidate.spans}
    marked = {span for example in readings.values() for span in example.spans}
    assert marked == set(made.example.spans) | disputed
    assert not set(made.example.spans) & disputed


@given(readings(), st.randoms(use_true_random=False))
def test_the_order_of_the_readers_does_not_matter(readings, chance):
    names = list(readings)
    chance.shuffle(names)
    assert settle({name: readings[name] for name in names}) == settle(readings)


@given(readings())
def test_readers_who_agree_make_gold(readings):
    same = dict.fromkeys(readings, next(iter(readings.values())))
    made = settle(same)
    assert made.example.spans == next(iter(same.values())).spans
    assert not made.disputes


@given(readings(), st.data())
def test_deciding_every_dispute_settles_the_example_for_good(readings, data):
    text = next(iter(readings.values())).text
    made = settle(readings)
    decisions = [
        Decision(
            "a.p00", fingerprint(text), one.start, one.end, one.candidates,
            _flat(data.draw(st.sampled_from(one.candidates)).spans), "adjudicated", "lea", DAY, "1.0",
        )
        for one in made.disputes
    ]  # fmt: skip
    again = settle(readings, data.draw(st.permutations(decisions)))
    assert again.disputes == again.stale == ()
    assert set(again.example.spans) == {*made.example.spans, *(span for one in decisions for span in one.choice)}


def _flat(spans):
    kept = []
    for span in spans:
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
    return tuple(kept)


@given(readings(), st.data())
def test_a_changed_vote_reopens_what_it_concerns_and_nothing_else(readings, data):
    disputes = settle(readings).disputes
    if not disputes:
        return
    text = next(iter(readings.values())).text
    decisions = [
        Decision(
            "a.p00", fingerprint(text), d.start, d.end, d.candidates, (), "adjudicated", "lea", "2026-03-01", "1.0"
        )
        for d in disputes
    ]
    chosen = data.draw(st.sampled_from(disputes))
    name = chosen.candidates[0].by[0]
    rest = [s for s in readings[name].spans if not (s.start < chosen.end and chosen.start < s.end)]
    moved = (Span(chosen.start, chosen.end, "OTHER"),)
    after = settle(readings | {name: readings[name].with_spans([*rest, *moved])}, decisions)
    assert [(one.start, one.end) for one in after.stale] == [(chosen.start, chosen.end)]
    assert all(one.start < chosen.end and chosen.start < one.end for one in after.disputes)


def test_touching_spans_are_no_dispute_and_overlapping_ones_are_one():
    made = settle({"ann": read(Span(0, 4, "A"), Span(4, 8, "A")), "ben": read(Span(0, 4, "A"))})
    assert made.example.spans == (Span(0, 4, "A"),)
    assert [(one.start, one.end) for one in made.disputes] == [(4, 8)]


def test_a_dispute_shows_who_said_what_most_votes_first():
    made = settle({"ann": read(UNIT, PLACE), "ben": read(WIDE, PLACE), "cy": read(UNIT, PLACE), "dora": read(PLACE)})
    assert made.example.spans == (PLACE,)
    [dispute] = made.disputes
    assert (dispute.start, dispute.end, dispute.readers) == (0, 16, 4)
    assert [(one.spans, one.by) for one in dispute.candidates] == [
        ((UNIT,), ("ann", "cy")), ((WIDE,), ("ben",)), ((), ("dora",)),
    ]  # fmt: skip


@pytest.mark.parametrize(("spans", "majority"), [([UNIT, UNIT, WIDE], True), ([UNIT, UNIT, WIDE, WIDE], False)])
def test_a_majority_is_more_than_half(spans, majority):
    made = settle({str(number): read(span) for number, span in enumerate(spans)})
    assert (made.disputes[0].majority is not None) is majority


def test_a_decision_that_no_reader_proposed_is_gold():
    readings = {"ann": read(UNIT), "ben": read(WIDE)}
    choice = (Span(4, 8, "NUMBER"), Span(9, 16, "UNIT"))
    made = settle(readings, [decided(readings, 0, 16, choice)])
    assert made.example.spans == choice
    assert len(made.applied) == 1


def test_a_decision_by_hand_overrules_even_what_all_agree_on():
    readings = {"ann": read(UNIT, PLACE), "ben": read(UNIT, PLACE)}
    made = settle(readings, [decided(readings, 22, 28, (), how="hand")])
    assert made.example.spans == (UNIT,)


def test_a_decision_by_hand_adds_what_nobody_marked():
    readings = {"ann": read(UNIT), "ben": read(UNIT)}
    made = settle(readings, [decided(readings, 22, 28, (PLACE,), how="hand")])
    assert made.example.spans == (UNIT, PLACE)


def test_of_two_decisions_on_a_region_the_later_holds():
    readings = {"ann": read(UNIT), "ben": read(WIDE)}
    first, second = (decided(readings, 0, 16, (span,)) for span in (UNIT, WIDE))
    made = settle(readings, [first, second])
    assert made.example.spans == (WIDE,)
    assert made.stale == (first,)


def test_a_decision_falls_with_its_text():
    readings = {"ann": read(UNIT), "ben": read(WIDE)}
    old = decided(readings, 0, 16, (UNIT,), sha256=fingerprint("another text"))
    made = settle(readings, [old])
    assert len(made.disputes) == 1
    assert made.stale == (old,)


def test_a_span_across_the_border_of_a_region_reopens_it():
    readings = {"ann": read(UNIT), "ben": read(WIDE)}
    old = decided(readings, 0, 16, (UNIT,))
    made = settle(readings | {"ben": read(WIDE, Span(10, 20, "X"))}, [old])
    assert made.stale == (old,)
    assert [(one.start, one.end) for one in made.disputes] == [(0, 20)]


def test_single_readings_are_named():
    passes = {"ann": [read(UNIT)], "ben": [], "cy": [replace(read(WIDE), id="b.p00")]}
    made = derive(passes)
    assert not made.settled
    assert made.read_once == {"a.p00": "ann", "b.p00": "cy"}


def test_a_decision_about_an_example_that_nobody_read_is_named():
    readings = {"ann": read(UNIT), "ben": read(WIDE)}
    orphan = replace(decided(readings, 0, 16, (UNIT,)), example="gone.p01")
    made = derive({name: [example] for name, example in readings.items()}, [orphan])
    assert made.stale == [orphan]
    assert len(made.disputes) == 1


def test_different_texts_of_one_example_are_refused():
    with pytest.raises(InputError, match="differs between the passes ann and ben"):
        derive({"ann": [read(UNIT)], "ben": [read(text=TEXT + " ")]})


def test_what_the_two_passes_of_this_project_agree_on_is_its_gold(project):
    passes = {name: list(project.pass_examples(name)) for name in ("reader-a", "reader-b")}
    derived = derive(passes)
    gold = {example.id: example.spans for example in project.gold_examples()}
    assert not derived.disputes
    assert {name: one.example.spans for name, one in derived.settled.items()} == gold


@given(readings())
def test_a_dispute_has_all_that_each_reader_has_in_its_region(readings):
    sets = {name: example.spans for name, example in readings.items()}
    for dispute in settle(readings).disputes:
        assert dispute.candidates == candidates_in(sets, dispute.start, dispute.end)
