"""Colours, keys, pages and rule ids of new labels."""

import itertools
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goldspan.annotation import LabelScheme
from goldspan.corpus.manifest import name_problem
from goldspan.doccano.labels import KEYS, LONGEST, text_colour
from goldspan.errors import InvalidValueError
from goldspan.guidelines import label_choice
from goldspan.guidelines.label_choice import (
    choose_keys,
    choose_labels,
    choose_pages,
    choose_rule_groups,
    validated_names,
)
from goldspan.guidelines.palette import confusion, next_colours
from goldspan.guidelines.rules import GROUP
from goldspan.report.svg import BLACK, WHITE, contrast

NAMES = st.lists(st.text(min_size=1, max_size=12), unique=True, min_size=1, max_size=60)


@settings(max_examples=40)
@given(NAMES)
@example(["ORG", "MISC-ORG", "Ürün", "人名", "CON", "README", "G", "1st", "b/c", "_"])
def test_all_labels_of_a_scheme_differ(names):
    labels = choose_labels(names, ["To be written."] * len(names))
    LabelScheme("1.0", labels)  # refuses names and keys that two labels share
    assert len({label.colour for label in labels}) == len({label.page.casefold() for label in labels}) == len(names)
    assert all(re.fullmatch("#[0-9a-f]{6}", label.colour) and len(label.shortcut) == 1 for label in labels)
    assert sum(label.shortcut in KEYS for label in labels) == min(36, len(names)), "none is wasted"
    assert not any(name_problem(label.page) for label in labels)


@settings(max_examples=40)
@given(NAMES)
@example(["MILITARY_UNIT", "MISC-UNIT", "ORGANIZATION", "ORGANISATION", "G", "人名", "人物", "1", "A1"])
def test_rules_of_different_labels_have_different_ids(names):
    groups = choose_rule_groups(names)
    assert len({*groups}) == len(names)
    assert all(re.fullmatch(GROUP, group) for group in groups)
    assert "G" not in groups, "those are the rules for all labels"


def test_black_can_be_read_on_every_colour_and_every_colour_be_seen_on_a_page():
    for colour in next_colours(60):
        assert contrast(colour, BLACK) >= 4.5  # WCAG 2.2, level AA
        assert contrast(colour, WHITE) >= 1.15
        assert text_colour(colour) == BLACK, "as Doccano shows it"


def test_colours_are_told_apart_by_those_who_confuse_colours():
    colours = next_colours(60)
    assert confusion("#d55e00", "#d55e00") == 0
    assert confusion("#ff4040", "#a0a020") < 0.1 < confusion("#000000", "#ffffff"), "red and green, to a third"
    for number, least in ((12, 0.07), (20, 0.05), (60, 0.025)):
        assert min(confusion(*pair) for pair in itertools.combinations(colours[:number], 2)) >= least


def test_the_colours_of_fewer_labels_are_the_first_of_more():
    assert next_colours(4) == next_colours(40)[:4]


def test_a_further_label_is_far_from_the_colours_that_are_taken():
    taken = ["#e69f00", "#57b4e8"]
    chosen = next_colours(3, taken)
    assert "#56b4e9" not in chosen, "nearly taken"
    assert min(confusion(*pair) for pair in itertools.product(taken, chosen)) >= 0.07


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("ORG", "", "o"),
        ("PRODUCT", "p", "r"),
        ("MISC-ORG", "m", "o"),
        ("Évènement", "", "e"),
        ("事件", "", "1"),
        ("ORG", "org", "1"),
        ("ORG", "org123456789", "0"),
        ("ORG", "org0123456789", "a"),
        ("Org", [*KEYS], "O"),
    ],
)
def test_a_key_is_a_letter_of_the_name_where_it_can_be(name, taken, key):
    assert choose_keys([name], taken) == [key]


def test_keys_are_chosen_for_all_names_together():
    assert choose_keys(["PERSON", "PRODUCT", "EVENT", "ORG"]) == ["p", "r", "e", "o"]
    assert choose_keys(["AB", "A"]) == ["b", "a"], "A has no other letter"


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["ORG", "PRODUCT", "MILITARY_UNIT"], ["ORG", "PRODUCT", "MU"]),
        (["ORGANIZATION", "ORGANISATION", "ORG"], ["ORG", "ORGA", "ORG3"]),
        (["Ürün", "人名"], ["URUN", "L2"]),
    ],
)
def test_the_ids_of_rules_come_from_the_name(names, groups):
    assert choose_rule_groups(names) == groups


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "needs a label"),
        (["ORG", ""], "has no name"),
        (["PRODUCT NAME"], "has a space"),
        (["ORG\u200b"], "has '\\\\u200b'"),
        (["{ORG}"], "has '{'"),
        (["-ORG"], "has '-' at its beginning"),
        (["ORG", "DATE", "ORG"], "ORG is named twice"),
        (["e\u0301", "\u00e9"], "is named twice"),
        (["ORG", "Org"], "ORG and Org differ only in case"),
        (["ORG", "O"], "O is no label"),
        (["B-ORG", "I-ORG"], "are tags of tokens"),
        (["x" * 101], "has 101 characters"),
    ],
)
def test_a_name_that_cannot_be_a_label_is_refused(names, message):
    with pytest.raises(InvalidValueError, match=message) as refused:
        validated_names(names)
    assert refused.value.remedy


def test_names_of_any_script_are_labels():
    names = ["ORG", "MISC-ORG", "Ürün", "人名", "location-road/railway", "व्यक्ति", "x" * 100, "B-ORG", "2nd"]
    assert validated_names(names) == names


def test_a_further_label_differs_from_the_others():
    others = choose_labels(["ORG", "DATE"], ["One.", "Two."])
    (label,) = choose_labels(["Org2"], ["Three."], others)
    LabelScheme("1.0", (*others, label))
    assert label.page == "org2.md"


def test_the_keys_and_the_longest_name_are_those_of_doccano():
    assert {*label_choice.KEYS} == KEYS
    assert label_choice.LONGEST == LONGEST


@pytest.mark.parametrize(
    ("name", "taken", "page"),
    [
        ("ORG", [], "org.md"),
        ("a/b c", [], "a_b_c.md"),
        ("ORG", ["Org.md"], "org2.md"),
        ("README", [], "readme2.md"),
        ("..", [], "label.md"),
        ("Straße", [], "straße.md"),
        ("CON", [], "label_con.md"),
        ("字" * 100, [], "label.md"),
    ],
)
def test_a_page_is_a_plain_name_that_is_free(name, taken, page):
    assert choose_pages([name], taken) == [page]
