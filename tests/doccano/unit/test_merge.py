"""The work on the server merged into a file of the corpus: laws, and single cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.doccano.pull import merge
from goldspan.formats import gold
from helpers import strategies


def lines_of(name, spans=(), text="one two three", at=0, **extra):
    return Example(name, text, tuple(spans), at, extra)


@st.composite
def here_and_there(draw):
    ids = [f"a.p{number:02}" for number in range(8)]
    here = [
        lines_of(name, draw(strategies.spans("one two three")), at=ids.index(name), **draw(strategies.extras))
        for name in draw(st.permutations(ids))[: draw(st.integers(0, 8))]
    ]
    there = {}
    for name in draw(st.lists(st.sampled_from(ids), unique=True)):
        new = lines_of(name, draw(strategies.spans("one two three")), at=ids.index(name))
        comments = draw(st.lists(st.text(strategies.characters), max_size=2))
        line = merge.pass_line(new, new.spans, confirmed=draw(st.booleans()), comments=comments)
        there[name] = draw(st.sampled_from([line, None]))
    return here, there


@given(here_and_there(), st.booleans())
def test_merging_twice_is_merging_once(case, is_gold):
    here, there = case
    merged = merge.merge(here, there, gold=is_gold)
    assert merge.merge(merged.examples, there, gold=is_gold) == merge.MergedPass(merged.examples)
    untouched = {name: () for name, line in there.items() if line is None}
    kept = merge.merge(here, there, untouched, gold=is_gold)
    again = merge.merge(kept.examples, there, untouched, gold=is_gold)
    assert again == merge.MergedPass(kept.examples, kept=kept.kept)


@given(here_and_there(), st.booleans())
def test_no_work_goes_for_an_example_on_which_nothing_was_done(case, is_gold):
    here, there = case
    untouched = {name: () for name, line in there.items() if line is None or line.extra["confirmed"] is False}
    there = {name: None if name in untouched else line for name, line in there.items()}
    merged = merge.merge(here, there, untouched, gold=is_gold)
    assert not {*merged.withdrawn} & untouched.keys()
    for old in here:
        if old.id in untouched and old not in merged.examples:
            assert (old.spans, old.extra["confirmed"], old.extra.get("comments", [])) == ((), False, [])
    by_itself = merge.merge(here, there, gold=is_gold)
    assert {*merged.kept} == {e.id for e in merged.examples} - {e.id for e in by_itself.examples}


@given(here_and_there(), st.booleans())
def test_lines_that_the_server_does_not_hold_stay_as_they_are(case, is_gold):
    here, there = case
    merged = {e.id: e for e in merge.merge(here, there, gold=is_gold).examples}
    for example in here:
        if example.id not in there or (there[example.id] is None and "confirmed" not in example.extra):
            assert merged[example.id] is example


@given(here_and_there())
def test_a_pass_has_what_the_server_has(case):
    here, there = case
    merged = {e.id: e for e in merge.merge(here, there).examples}
    for name, line in there.items():
        if line is not None:
            assert merged[name].spans == line.spans
            assert {k: v for k, v in merged[name].extra.items() if k in ("confirmed", "comments")} == line.extra
            assert list(merged[name].extra)[: len(line.extra)] == list(line.extra) or merged[name] in here
        else:
            assert "confirmed" not in getattr(merged.get(name), "extra", {})


@given(here_and_there(), st.booleans())
def test_every_line_is_accounted_for(case, is_gold):
    here, there = case
    merged = merge.merge(here, there, gold=is_gold)
    old, new = {e.id: e for e in here}, {e.id: e for e in merged.examples}
    assert set(merged.new) == new.keys() - old.keys()
    assert set(merged.changed) == {name for name in new.keys() & old.keys() if new[name] != old[name]}
    assert old.keys() - new.keys() <= {*merged.withdrawn, *merged.left_out}
    assert [e.id for e in merged.examples] == sorted(new)  # here `at` rises with the id
    assert not {*merged.withdrawn} & {*merged.left_out}


def test_the_order_is_that_of_the_article_not_of_the_ids():
    there = {
        name: merge.pass_line(lines_of(name, at=at), (), confirmed=True) for name, at in [("a.p100", 9), ("a.p99", 3)]
    }
    assert [e.id for e in merge.merge([lines_of("a.p02", at=5)], there).examples] == ["a.p99", "a.p02", "a.p100"]


def test_confirmed_without_spans_is_a_line_and_open_is_none():
    there = {"a.p01": merge.pass_line(lines_of("a.p01"), (), confirmed=True), "a.p02": None}
    [example] = merge.merge([], there).examples
    assert gold.line(example).endswith('"spans": [], "confirmed": true}\n')


def test_what_was_confirmed_here_and_is_open_there_is_withdrawn():
    old = lines_of("a.p01", confirmed=True)
    assert merge.merge([old], {"a.p01": None}) == merge.MergedPass((), withdrawn=("a.p01",))
    reopened = merge.pass_line(lines_of("a.p01"), (), confirmed=False)
    merged = merge.merge([old], {"a.p01": reopened})
    assert (merged.examples, merged.changed, merged.withdrawn) == ((reopened,), ("a.p01",), ("a.p01",))


def test_an_unconfirmed_line_that_is_not_pulled_is_left_out_and_named():
    merged = merge.merge([lines_of("a.p01", confirmed=False)], {"a.p01": None})
    assert merged == merge.MergedPass((), left_out=("a.p01",))


def test_further_keys_stay_while_the_spans_do():
    old = lines_of("a.p01", [Span(0, 3, "UNIT")], note="read twice", confirmed=False)
    same = merge.pass_line(old, old.spans, confirmed=True)
    [kept] = merge.merge([old], {"a.p01": same}).examples
    assert dict(kept.extra) == {"confirmed": True, "note": "read twice"}
    [lost] = merge.merge([old], {"a.p01": merge.pass_line(lines_of("a.p01"), (), confirmed=True)}).examples
    assert dict(lost.extra) == {"confirmed": True}


def test_gold_without_the_key_counts_as_confirmed():
    old = lines_of("a.p01", [Span(0, 3, "UNIT")], comments=["of the lead"])
    there = {"a.p01": merge.pass_line(old, old.spans, confirmed=True)}
    assert merge.merge([old], there, gold=True) == merge.MergedPass((old,))
    assert merge.merge([old], there).changed == ("a.p01",)
    assert merge.merge([old], {"a.p01": None}, gold=True) == merge.MergedPass((old,))


# Curated gold and open examples


GOLD = Example("a.p01", "The Aurora left", (Span(4, 10, "SHIP"),))


@pytest.mark.parametrize("spans", [GOLD.spans, (), (Span(0, 10, "SHIP"),)])
def test_an_open_example_never_takes_the_place_of_curated_gold(spans):
    there = {GOLD.id: merge.pass_line(GOLD, spans, confirmed=False)}
    merged = merge.merge([GOLD], there, gold=True)
    assert merged.examples == (GOLD,)
    assert merge.merge(merged.examples, {GOLD.id: None}, gold=True).examples == (GOLD,)


def test_a_confirmed_example_does_and_the_same_again_changes_nothing():
    other = (Span(0, 10, "SHIP"),)
    merged = merge.merge([GOLD], {GOLD.id: merge.pass_line(GOLD, other, confirmed=True)}, gold=True)
    assert (merged.examples[0].spans, merged.changed) == (other, (GOLD.id,))
    assert merge.merge([GOLD], {GOLD.id: merge.pass_line(GOLD, GOLD.spans, confirmed=True)}, gold=True).examples == (
        GOLD,
    )


def test_a_pass_takes_open_examples_if_they_are_pulled():
    there = {GOLD.id: merge.pass_line(GOLD, (), confirmed=False)}
    assert merge.merge([GOLD], there).examples == (there[GOLD.id],)


SHIP, PORT = Span(0, 3, "SHIP"), Span(4, 7, "PORT")


def test_what_each_line_loses_and_gains_is_listed():
    here = [lines_of("a.p01", [SHIP, PORT], confirmed=True), lines_of("a.p02", [SHIP], confirmed=True)]
    there = {
        "a.p01": lines_of("a.p01", [PORT, Span(8, 13, "SHIP")], confirmed=True),
        "a.p02": None,
        "a.p03": lines_of("a.p03", [SHIP], confirmed=True),
    }
    assert merge.merge(here, there).edits == (
        merge.LineEdit("a.p01", ((0, 3, "SHIP", "one"),), ((8, 13, "SHIP", "three"),)),
        merge.LineEdit("a.p02", ((0, 3, "SHIP", "one"),), ()),
    )


def test_in_a_new_text_a_span_is_lost_if_its_words_are():
    here = [lines_of("a.p01", [SHIP, PORT], confirmed=True)]
    new = lines_of("a.p01", [Span(1, 4, "SHIP")], "a" + "one two three", confirmed=True)
    assert merge.merge(here, {"a.p01": new}).edits == (merge.LineEdit("a.p01", ((4, 7, "PORT", "two"),), ()),)


@given(here_and_there(), st.booleans(), st.sets(st.sampled_from(strategies.LABELS)))
def test_no_line_loses_a_span_of_a_label_that_is_gone(case, is_gold, gone):
    here, there = case
    merged = merge.merge(here, there, gold=is_gold, gone=gone)
    after = {line.id: set(line.spans) for line in merged.examples}
    for line in here:
        lost = {span for span in line.spans if span.label in gone} - after.get(line.id, set())
        assert not lost
    held = {edit.example for edit in merged.held}
    assert {line for line in here if line.id in held} <= {*merged.examples}
    assert all(span[2] in gone for edit in merged.held for span in edit.lost)
    others = {name: line for name, line in there.items() if name not in held}
    assert merged.examples == merge.merge(here, others, gold=is_gold).examples


READINGS = [None, "kfor-a1", "ships"]


@given(here_and_there(), st.data())
def test_a_line_of_another_reading_stays_unless_nobody_confirmed_it(case, data):
    here, there = case
    readings = {line.id: data.draw(st.sampled_from(READINGS)) for line in here}
    here = [
        Example(line.id, line.text, line.spans, line.at, {**line.extra, **({"aided": aided} if aided else {})})
        for line in here
        if (aided := readings[line.id]) or "aided" not in line.extra
    ]
    aided = {name: found for name in there if (found := data.draw(st.sampled_from(READINGS))) is not None}
    there = {
        name: line and merge.pass_line(line, line.spans, confirmed=line.extra["confirmed"], aided=aided.get(name))
        for name, line in there.items()
    }
    merged = merge.merge(here, there, aided=aided)
    after = {line.id: line for line in merged.examples}
    for old in here:
        counts = old.extra.get("confirmed") is not False or old.extra.get("comments")
        if old.id in there and counts and old.extra.get("aided") != aided.get(old.id):
            assert after[old.id] is old
            assert (old.id in merged.reread) == (there[old.id] is not None and there[old.id].extra["confirmed"])
        elif there.get(old.id) is not None:
            assert after[old.id].extra.get("aided") == aided.get(old.id)
    for name, line in there.items():
        if name not in {old.id for old in here} and line is not None:
            assert after[name].extra.get("aided") == aided.get(name)
    again = merge.merge(merged.examples, there, aided=aided)
    assert (again.is_changed, again.examples, again.reread) == (False, merged.examples, merged.reread)
