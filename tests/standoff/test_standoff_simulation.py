"""The tables of the section "Fingerprints" of docs/rebuild.md; `python3 -m helpers.standoff_simulation` prints them."""

from collections import Counter

import pytest

from goldspan.standoff.examples import FingerprintSettings
from helpers.standoff_articles import real_articles
from helpers.standoff_simulation import (
    EDITS,
    SALT,
    difflib_outcomes,
    edited,
    guess_table,
    made_up_news,
    offsets_outcomes,
    outcomes,
    placement_table,
)

ARTICLES = [*real_articles()[:2], *made_up_news(2)]


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_no_span_comes_to_stand_on_other_words(edit):
    how = FingerprintSettings(8, 6, 1, SALT)
    counts = sum((outcomes(edited(article, edit, 0), how) for article in ARTICLES), start=Counter())
    assert not counts["wrong"]
    assert counts["found"] > 0.6 * counts["possible"] > 0


def test_other_ways_put_spans_on_other_words():
    copies = [edited(article, "dropped", 0) for article in ARTICLES]
    assert sum(offsets_outcomes(one)["wrong"] for one in copies)
    assert sum(difflib_outcomes(one)["wrong"] for one in copies)


def test_the_tables_have_a_row_for_each_setting():
    assert placement_table(ARTICLES[:1], 1, windows=((8, 6), (6, 6))).count("\n") == 3
    assert guess_table(1_000, steps=(1, 8)).splitlines()[-1].startswith("| 8 | 14 hours |")
