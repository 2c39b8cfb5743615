"""What a change of a label is: names, versions, the scheme after it."""

import pytest

from goldspan.annotation import Label, LabelScheme
from goldspan.errors import InvalidValueError
from goldspan.relabel import change
from goldspan.relabel.change import next_version, plan_change, similar_labels

SCHEME = LabelScheme(
    "1.1",
    (
        Label("SHIP", "The name of a ship.", "#1f6fb2", "s", "ship.md", display="Sh"),
        Label("PORT", "The name of a harbour.", "#2f6f4f", "p", "port.md"),
        Label("CREW", "How many sailors.", "#b5651d", "c", "crew.md", quantity=True),
    ),
)


@pytest.mark.parametrize(
    ("version", "rename", "other"),
    [("1.1", "1.2", "2.0"), ("3", "3.1", "4.0"), ("1.9", "1.10", "2.0"), ("1.2.3", "1.3.0", "2.0.0")],
)
def test_a_rename_raises_the_second_number_and_other_labels_the_first(version, rename, other):
    assert next_version(version, "rename") == rename
    assert next_version(version, "merge") == next_version(version, "split") == other


@pytest.mark.parametrize("version", ["draft", "1.x", "", "1..2", "１.0"])
def test_a_version_that_is_not_numbers_is_not_raised(version):
    with pytest.raises(InvalidValueError, match="no version"):
        next_version(version, "rename")


@pytest.mark.parametrize(
    ("new", "names", "moved"),
    [
        (["VESSEL"], ("VESSEL", "PORT", "CREW"), {}),
        (["PORT"], ("PORT", "CREW"), {"PORT": (1, 0), "CREW": (2, 1)}),
        (["FERRY", "TUG"], ("FERRY", "PORT", "CREW", "TUG"), {}),
        (["SHIP", "TUG"], ("SHIP", "PORT", "CREW", "TUG"), {}),
        (["TUG", "SHIP"], ("SHIP", "PORT", "CREW", "TUG"), {}),
        (["PORT", "TUG"], ("TUG", "PORT", "CREW"), {}),
        (["PORT", "CREW"], ("PORT", "CREW"), {"PORT": (1, 0), "CREW": (2, 1)}),
    ],
)
def test_class_ids_stay_unless_a_label_leaves_without_a_new_one(new, names, moved):
    change = plan_change(SCHEME, "SHIP", new)
    assert (change.after.names, change.moved_classes) == (names, moved)


def test_new_labels_differ_in_colour_key_and_page_and_keep_what_the_old_one_was():
    renamed = plan_change(SCHEME, "SHIP", ["VESSEL"]).after["VESSEL"]
    assert (renamed.colour, renamed.shortcut, renamed.page, renamed.display) == ("#1f6fb2", "s", "ship.md", "Sh")
    split = plan_change(SCHEME, "CREW", ["SAILORS", "OFFICERS"]).after
    assert split["SAILORS"].quantity
    assert split["OFFICERS"].quantity
    assert len({label.colour for label in split.labels}) == len({label.page for label in split.labels}) == 4
    assert plan_change(SCHEME, "SHIP", ["TUG", "FERRY"]).after["TUG"].display is None  # it was the name of both


@pytest.mark.parametrize(
    ("old", "new", "conditions", "message"),
    [
        ("SHP", ["X"], [], "no label 'SHP'"),
        ("SHIP", ["SHIP"], [], "its name already"),
        ("SHIP", ["A", "A"], [], "named twice"),
        ("SHIP", ["port"], [], "nothing but case"),
        ("SHIP", ["a b"], [], "has a space"),
        ("SHIP", ["x{y}"], [], "has '{'"),
        ("SHIP", [""], [], "no name"),
        ("SHIP", ["O"], [], "O is no label"),
        ("SHIP", ["e\u0301t"], [], "normal form C"),
        ("PORT", ["Sh"], [], "can both be shown as 'Sh'"),
        ("SHIP", ["X"], ["a=X"], "--if is for a split"),
        ("SHIP", ["X", "Y"], ["a=Z"], "does not end in ="),
        ("SHIP", ["X", "Y"], ["(=X"], "no regular expression"),
    ],
)
def test_what_cannot_be_is_refused(old, new, conditions, message):
    with pytest.raises(InvalidValueError, match=message.replace("(", r"\(").replace("{", r"\{")):
        plan_change(SCHEME, old, new, conditions)


def test_the_first_pattern_that_is_found_decides_and_a_line_break_is_a_space():
    change = plan_change(SCHEME, "SHIP", ["FERRY", "TUG"], ["^Belle Étoile$=FERRY", "a=b|Nord=TUG", ".=FERRY"])
    assert change.decide("Belle\nÉtoile") == ("FERRY", True)
    assert change.decide("Nordlicht") == ("TUG", True)
    assert plan_change(SCHEME, "SHIP", ["FERRY", "TUG"]).decide("Nordlicht") == ("FERRY", False)
    assert change.label_of("Nordlicht", "PORT") == "PORT"


def test_a_name_that_is_nearly_one_of_the_scheme_is_pointed_out():
    assert similar_labels(plan_change(SCHEME, "SHIP", ["PROT"])) == ["PORT"]
    assert similar_labels(plan_change(SCHEME, "SHIP", ["Ships"])) == []


def test_a_condition_that_tries_all_ways_is_stopped(monkeypatch):
    monkeypatch.setattr(change, "SECONDS", 0.1)
    split = plan_change(SCHEME, "SHIP", ["FERRY", "TUG"], ["(a|aa)+$=TUG"])
    with pytest.raises(InvalidValueError, match="does not come to an end in the words 'aaa"):
        split.decide("a" * 60 + "b")
