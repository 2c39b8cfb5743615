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
        ('version = "2.1"', "", "needs a version"),
        ('version = "2.1"', 'version = "2.1', "not TOML"),
        ('name = "SHIP"', "", r"label \?: 'name' is missing"),
        ('page = "ship.md"', "", "label SHIP: 'page' is missing"),
        ('page = "ship.md"', 'page = "ship.md"\nhue = 3', "label SHIP: unknown key 'hue'"),
        ("#112233", "red", "label SHIP: the colour is #rrggbb"),
        ('shortcut = "s"', 'shortcut = "sh"', "one character"),
        ('shortcut = "s"', 'shortcut = "c"', "share the shortcut 'c'"),
        ('name = "CREW"', 'name = "SHIP"', "share the name 'SHIP'"),
        ("[allow]", "[alow]", "unknown key 'alow'"),
    ],
)
def test_a_broken_scheme_is_refused_by_name(tmp_path, old, new, words):
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert "labels.toml" in str(caught.value)
