"""The tables of docs/rounds.md on who reads how much, as `tests/helpers/assignment_balance.py` prints them."""

from pathlib import Path

from helpers import assignment_balance

PAGE = Path(__file__).parents[2] / "docs" / "rounds.md"


def test_the_page_has_what_is_printed():
    assert assignment_balance.page() in PAGE.read_text(encoding="utf-8")


def test_the_figures_are_as_the_page_says():
    before, after = assignment_balance.rounds()
    assert before.is_balanced
    assert after.is_balanced
    assert before.most - before.fewest <= 1
    assert after.fewest > 0
    got = {load.annotator: load.got for load in after.loads}
    assert {name for name, number in got.items() if number} == {"a8", "a9"}
