"""Colours, keys and pages of new labels."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import LabelScheme
from goldspan.doccano.labels import KEYS
from goldspan.guidelines.label_choice import choose_key, choose_labels, choose_page
from goldspan.report.svg import WHITE, contrast


@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=60))
def test_all_labels_of_a_scheme_differ(names):
    labels = choose_labels(names, "To be written.")
    LabelScheme("1.0", labels)  # refuses names and keys that two labels share
    assert len({label.colour for label in labels}) == len({label.page.casefold() for label in labels}) == len(names)
    assert all(re.fullmatch("#[0-9a-f]{6}", label.colour) and len(label.shortcut) == 1 for label in labels)
    assert {label.shortcut for label in labels[:36]} <= KEYS


def test_the_colours_of_a_large_scheme_are_dark_enough_for_white_text():
    colours = [label.colour for label in choose_labels([f"L{number}" for number in range(40)], "Made up.")]
    assert min(contrast(colour, WHITE) for colour in colours[:10]) >= 4.5  # WCAG 2.2, level AA
    assert len(set(colours)) == 40


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("ORG", "", "o"),
        ("PRODUCT", "p", "r"),
        ("Évènement", "", "e"),
        ("事件", "", "a"),
        ("ORG", "org", "a"),
    ],
)
def test_a_key_is_a_letter_of_the_name_where_it_can_be(name, taken, key):
    assert choose_key(name, taken) == key


@pytest.mark.parametrize(
    ("name", "taken", "page"),
    [
        ("ORG", [], "org.md"),
        ("a/b c", [], "a_b_c.md"),
        ("ORG", ["Org.md"], "org2.md"),
        ("README", [], "readme2.md"),
        ("..", [], "label.md"),
        ("Straße", [], "straße.md"),
    ],
)
def test_a_page_is_a_plain_name_that_is_free(name, taken, page):
    assert choose_page(name, taken) == page
