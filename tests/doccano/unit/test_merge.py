"""Curated gold under what comes from a project that all share."""

import pytest

from goldspan.annotation import Example, Span
from goldspan.doccano.pull.merge import merge, pass_line

GOLD = Example("a.p01", "The Aurora left", (Span(4, 10, "SHIP"),))


@pytest.mark.parametrize("spans", [GOLD.spans, (), (Span(0, 10, "SHIP"),)])
def test_an_open_example_never_takes_the_place_of_curated_gold(spans):
    there = {GOLD.id: pass_line(GOLD, spans, confirmed=False)}
    merged = merge([GOLD], there, gold=True)
    assert merged.examples == (GOLD,)
    assert merge(merged.examples, {GOLD.id: None}, gold=True).examples == (GOLD,)


def test_a_confirmed_example_does_and_the_same_again_changes_nothing():
    other = (Span(0, 10, "SHIP"),)
    merged = merge([GOLD], {GOLD.id: pass_line(GOLD, other, confirmed=True)}, gold=True)
    assert (merged.examples[0].spans, merged.changed) == (other, (GOLD.id,))
    assert merge([GOLD], {GOLD.id: pass_line(GOLD, GOLD.spans, confirmed=True)}, gold=True).examples == (GOLD,)


def test_a_pass_takes_open_examples_where_they_are_wanted():
    there = {GOLD.id: pass_line(GOLD, (), confirmed=False)}
    assert merge([GOLD], there).examples == (there[GOLD.id],)
