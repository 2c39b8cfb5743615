"""Invitations: complete, short enough for a mail, without a secret; an address that nobody can reach is noted."""

import re

import pytest

from goldspan.doccano import invitation
from goldspan.doccano.account import Account
from goldspan.doccano.invitation import Invitation
from goldspan.errors import InputError

KEYS = (("m", "UNIT"), ("p", "PERSON"))
MADE = Invitation(names=("ann",), url="https://ner.example.org", project="first", number=7, keys=KEYS)


def test_it_has_all_that_a_new_annotator_needs():
    text = MADE.text
    for words in (
        "You are invited to annotate in “first”.",
        "Address        https://ner.example.org\n",
        "User name      ann\n",
        "Password       comes separately\n",
        "https://ner.example.org/projects/7/sequence-labeling?page=1&isChecked=false\n",
        "Log in at the address first",
        "Show Guideline",
        "m\N{NO-BREAK SPACE}UNIT, p\N{NO-BREAK SPACE}PERSON",
        "Enter ",
        "→ ",
        "← ",
        "right click ",
        "comment with the rule's id",
        "Only what you confirmed counts",
    ):
        assert words in text
    assert MADE.notes == ()
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("url", "reachable"),
    [
        ("https://ner.example.org", True),
        ("https://example.org/tools/doccano", True),
        ("http://10.0.0.4:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://127.1.2.3", False),
        ("https://localhost/doccano", False),
        ("http://[::1]:8000", False),
    ],
)
def test_the_link_is_of_the_address_and_one_that_nobody_can_reach_is_noted(url, reachable):
    made = Invitation(
        names=("ann",), url=Account(f"{url}/", "lead", "secret").url, project="first", number=3, keys=KEYS
    )
    assert made.link == f"{url}/projects/3/sequence-labeling?page=1&isChecked=false"
    assert [note.partition(" is an address of this machine alone")[0] for note in made.notes] == (
        [] if reachable else [url]
    )


def test_many_people_have_one_text_with_their_names_and_a_file_each(tmp_path):
    names = tuple(f"annotator-{number:02}@example.org" for number in range(40))
    made = Invitation(names=names, url=MADE.url, project="first", number=7, keys=KEYS)
    assert all(name in made.text for name in names)
    assert max(map(len, made.text.splitlines())) <= 100
    paths = made.write(tmp_path / "mails")
    assert sorted(tmp_path.glob("mails/*")) == sorted(paths)
    for path, name in zip(paths, names, strict=True):
        assert re.findall(r"annotator-\d\d@example.org", path.read_text("utf-8")) == [name]
    assert made.write(tmp_path / "mails") == paths


@pytest.mark.parametrize("name", ["..", "a/b", "DOM\\anna", "x" * 90, "é ü", "con", "a\nb", "\x1b[2J"])
def test_any_name_gets_a_file_of_its_own_and_no_control_character(tmp_path, name):
    made = Invitation(names=(name, "ann"), url=MADE.url)
    paths = made.write(tmp_path / "mails")
    assert len(paths) == 2
    assert {path.parent for path in paths} == {tmp_path / "mails"}
    assert all(path.is_file() for path in paths)
    assert "\x1b" not in made.text
    assert "a\nb" not in made.text, "a name is on one line"


def test_a_file_that_is_no_invitation_is_left_alone(tmp_path):
    (tmp_path / "invitation-ann.txt").write_text("notes of mine")
    with pytest.raises(InputError, match="no invitation"):
        MADE.write(tmp_path)
    assert (tmp_path / "invitation-ann.txt").read_text() == "notes of mine"


@pytest.mark.parametrize(
    ("keys", "keyless", "words"),
    [
        ((), 3, "a label without a key: click its name"),
        (KEYS, 1, "a label without a key: click its name"),
        (
            tuple((key, f"LABEL_{key}") for key in "abcdefghijklmnopqrstuvwxyz0123"),
            0,
            "and others: the guidelines have all keys",
        ),
    ],
)
def test_labels_without_keys_and_many_labels(keys, keyless, words):
    made = Invitation(names=("ann",), url=MADE.url, project="first", number=7, keys=keys, keyless=keyless)
    assert words in made.text
    assert len(made.text.splitlines()) < 25


def test_without_a_project_there_is_no_link_and_the_lead_is_told_how_to_get_it():
    made = Invitation(names=("ann",), url=MADE.url)
    assert made.link is None
    assert "sequence-labeling" not in made.text
    assert made.notes == (
        "With --project NAME the invitation has the link to the open examples, and the labels' keys.",
    )
    assert made.json()["users"] == [{"name": "ann", "text": made.text}]


def test_the_opening_is_what_files_are_known_by():
    assert MADE.text.startswith(invitation.OPENING)
    assert Invitation(names=("ann",), url=MADE.url).text.startswith(invitation.OPENING)
