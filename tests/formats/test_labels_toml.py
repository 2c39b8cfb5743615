import pytest

from goldspan import InputError
from goldspan.formats import labels_toml

GOOD = """
version = "2.1"
language = "de"
[[label]]
name = "SHIP"
definition = "A ship."
colour = "#112233"
shortcut = "s"
page = "ship.md"
[[label]]
name = "CREW"
definition = "A number of sailors."
colour = "#445566"
shortcut = "c"
page = "crew.md"
quantity = true
[allow]
leading-article = ["The Hague"]
"""


def read(tmp_path, text):
    path = tmp_path / "labels.toml"
    path.write_text(text)
    return labels_toml.read(path)


def test_the_labels_come_in_their_order(tmp_path):
    found = read(tmp_path, GOOD)
    assert found.names == ("SHIP", "CREW")
    assert (found.version, found.language) == ("2.1", "de")
    assert found["CREW"].quantity
    assert not found["SHIP"].quantity
    assert found.allow == {"leading-article": frozenset({"The Hague"})}


def test_the_scheme_of_this_project_is_read(project):
    assert project.scheme.names == ("MILITARY_UNIT", "PERSON", "TROOP_COUNT", "LOCATION")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('version = "2.1"', "", "the key 'version' is missing"),
        ('version = "2.1"', 'version = "2.1', ":2: not TOML"),
        ('version = "2.1"', "version = 2.1", ":2: 'version' is 2.1, not a text"),
        ('language = "de"', 'language = ["de"]', r":3: 'language' is \['de'\], not a language"),
        ('name = "SHIP"', "", ":4: label 1: the key 'name' is missing"),
        ('page = "ship.md"', "", ":4: label SHIP: the key 'page' is missing"),
        ('page = "ship.md"', 'page = ""', ":9: label SHIP: 'page' is '', not a text"),
        (
            'page = "ship.md"',
            'page = "ship.md"\nhue = 3',
            ":10: label SHIP: unknown key 'hue', not one of colour, definition, .*shortcut$",
        ),
        ("colour", "color", ":7: label SHIP: unknown key 'color', did you mean 'colour'"),
        ("#112233", "red", ":7: label SHIP: 'colour' is 'red', not a colour as #rrggbb"),
        ('shortcut = "s"', 'shortcut = "sh"', "'shortcut' is 'sh', not one character"),
        ("quantity = true", 'quantity = "no"', ":16: label CREW: 'quantity' is 'no', not true or false"),
        ('["The Hague"]', '"The Hague"', ":18: allow: 'leading-article' is 'The Hague', not a list of texts"),
        ('["The Hague"]', '["The Hague", 3]', ":18: allow: 'leading-article' holds 3, not a list of texts"),
        ('shortcut = "s"', 'shortcut = "c"', "share the shortcut 'c'"),
        ('name = "CREW"', 'name = "SHIP"', "share the name 'SHIP'"),
        ("[allow]", "[alow]", ":17: unknown key 'alow', did you mean 'allow'"),
        (GOOD, 'version = "1"\n[label]\nname = "SHIP"', ":2: 'label' is {'name': 'SHIP'}, not one or more"),
        (GOOD, 'version = "1"\nlabel = []', ":2: 'label' is \\[\\], not one or more"),
    ],
)
def test_a_broken_scheme_is_refused_by_name(tmp_path, old, new, words):
    with pytest.raises(InputError, match=f"(?m){words}") as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert "labels.toml" in str(caught.value)
    assert caught.value.remedy


def with_display(display):
    return GOOD.replace('name = "CREW"', f'name = "CREW"\ndisplay = {display}')


def test_a_label_may_have_a_display_name(tmp_path):
    assert [label.display for label in read(tmp_path, GOOD).labels] == [None, None]
    assert read(tmp_path, with_display('"Cr"'))["CREW"].display == "Cr"
    assert read(tmp_path, with_display('"CREW"'))["CREW"].display == "CREW"  # its own name, and no other's


@pytest.mark.parametrize("display", ['""', '" Cr"', '"Cr "', f'"{"x" * 101}"', '"a\\nb"', '"a\\u200eb"', "3"])
def test_a_display_name_that_doccano_would_change_is_refused(tmp_path, display):
    with pytest.raises(InputError, match="display"):
        read(tmp_path, with_display(display))


@pytest.mark.parametrize("other", ["SHIP", "Sh"])
def test_a_display_name_means_one_label(tmp_path, other):
    text = with_display(f'"{other}"').replace('name = "SHIP"', 'name = "SHIP"\ndisplay = "Sh"')
    with pytest.raises(InputError, match=f"SHIP and CREW can both be shown as '{other}'"):
        read(tmp_path, text)
