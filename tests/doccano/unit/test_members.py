"""Members: the file that lists them, what is planned, and the folders of their passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.corpus.folder_names import folder_name_problem
from goldspan.doccano import members
from goldspan.doccano.client.schema import Member, User
from goldspan.doccano.push.plan import member_changes, member_notes
from goldspan.errors import InputError, InvalidValueError
from helpers import strategies

GOOD = """
[[member]]
name = "anna"
role = "annotator"
pseudonym = "a1"
[[member]]
name = "bob"
role = "annotation_approver"
"""


def listed(tmp_path, text):
    path = tmp_path / "members.toml"
    path.write_text(text, encoding="utf-8")
    return members.read_members(path)


def test_the_members_are_read(tmp_path):
    found = listed(tmp_path, GOOD)
    assert [(each.name, each.role) for each in found] == [("anna", "annotator"), ("bob", "annotation_approver")]
    assert members.pseudonyms_of(found) == {"anna": "a1"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"anna"', '"anna', "not TOML"),
        ("[[member]]", "[[members]]", ":2: unknown key 'members', did you mean 'member'"),
        (GOOD, "", "empty"),
        (GOOD, "member = 3", r":1: 'member' is 3, not a list of \[\[member\]\]"),
        ('name = "anna"', "", ":2: member 1: the key 'name' is missing"),
        ('role = "annotator"', "", ":2: member anna: the key 'role' is missing"),
        ('role = "annotator"', "role = 3", ":4: member anna: 'role' is 3, not one of annotator, "),
        ('role = "annotator"', 'role = "boss"', ":4: member anna: 'role' is 'boss', not one of annotator, "),
        ('pseudonym = "a1"', 'pseudonym = " a1"', ":5: member anna: 'pseudonym' is ' a1', not a text without spaces"),
        ('pseudonym = "a1"', "pseudonym = 1", ":5: member anna: 'pseudonym' is 1, not a text"),
        ('pseudonym = "a1"', 'pseudonym = "../a1"', "cannot have a folder: the name has the character '/'"),
        ('pseudonym = "a1"', 'pseudonym = "bob"', "'bob' would write into the folder 'bob' of 'anna'"),
        ('pseudonym = "a1"', 'nick = "a1"', "member anna: unknown key 'nick'"),
        ('"bob"', '"anna"', "the member 'anna' is listed twice"),
    ],
)
def test_a_broken_list_of_members_is_refused_by_name(tmp_path, old, new, words):
    with pytest.raises(InputError, match=words) as caught:
        listed(tmp_path, GOOD.replace(old, new, 1))
    assert "members.toml" in str(caught.value)


ME, ANNA, BOB = (
    User(number, name, superuser=number == 1, staff=number == 1)
    for number, name in enumerate(["lead", "anna", "bob"], 1)
)


def test_members_are_added_and_corrected_and_nobody_is_removed(tmp_path):
    there = [Member(7, 1, "lead", "project_admin"), Member(8, 3, "bob", "annotator"), Member(9, 4, "eve", "annotator")]
    planned = members.plan_members(listed(tmp_path, GOOD), [ME, ANNA, BOB], there, ME)
    assert list(member_changes(planned)) == [
        "add the member anna (annotator)",
        "change the role of bob: annotator → annotation_approver",
    ]
    assert list(member_notes(planned)) == ["the member 'eve' (annotator) is not listed: left alone"]


def test_a_missing_user_is_refused_with_the_command_that_creates_one(tmp_path):
    with pytest.raises(InvalidValueError, match="no user 'anna', 'bob'") as caught:
        members.plan_members(listed(tmp_path, GOOD), [ME], [], ME)
    assert "goldspan doccano user anna bob" in str(caught.value)
    text = "[[member]]\nname = 'eva lind'\nrole = 'annotator'\n"
    with pytest.raises(InvalidValueError, match="no user 'eva lind'") as caught:
        members.plan_members(listed(tmp_path, text), [ME], [], ME)
    assert "goldspan doccano user 'eva lind'." in str(caught.value)


def test_the_user_that_goldspan_works_as_stays_an_administrator(tmp_path):
    with pytest.raises(InvalidValueError, match="must be project_admin"):
        members.plan_members(listed(tmp_path, GOOD), [ANNA, BOB], [], ANNA)


# Folders


@pytest.mark.parametrize("name", ["ann", "Ann B.c", "ann@example.org", "über", "a+b-c_d", "COM", "console", "nul-a"])
def test_a_plain_name_is_a_folder(name):
    assert members.pass_folders([name], {}, ["bob"]) == {name: name}


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".git", "a/b", "a\\b", "/etc", "C:", "a\0b", "a\nb", "a\u202eb", "con", "NUL", "Com1", "lpt9.txt",
     "aux .x", "COM¹", "ann.", "ann ", " ann", "a*", "a?", "<a>", "a" * 101],
)  # fmt: skip
def test_any_other_name_is_refused_and_a_pseudonym_helps(name):
    with pytest.raises(InvalidValueError, match="pseudonym"):
        members.pass_folders([name], {}, [])
    assert members.pass_folders([name], {name: "r1"}, []) == {name: "r1"}
    with pytest.raises(InvalidValueError, match="pseudonym"):
        members.pass_folders(["ann"], {"ann": name}, [])


@pytest.mark.parametrize("pair", [("ann", "Ann"), ("straße", "STRASSE"), ("é", "e\u0301"), ("É", "e\u0301")])
def test_two_names_that_some_file_system_takes_for_one_are_refused(pair):
    with pytest.raises(InvalidValueError, match="would write into the folder"):
        members.pass_folders(pair, {}, [])
    with pytest.raises(InvalidValueError, match="that is there"):
        members.pass_folders(pair[:1], {}, pair[1:])


def test_two_annotators_never_share_a_folder():
    with pytest.raises(
        InvalidValueError, match="'bob', whose pseudonym is 'r1', would write into the folder 'r1' of 'ann'"
    ):
        members.pass_folders(["ann", "bob"], {"ann": "r1", "bob": "r1"}, [])
    with pytest.raises(InvalidValueError, match="of 'ann'"):
        members.pass_folders(["ann", "bob"], {"bob": "ann"}, [])


def test_a_folder_that_is_there_is_written_into_again():
    assert members.pass_folders(["ann", "bob"], {"ann": "r1"}, ["r1", "bob"]) == {"ann": "r1", "bob": "bob"}


@given(st.text(strategies.characters, max_size=6))
def test_a_name_that_fits_stays_one_level_down(tmp_path_factory, name):
    if folder_name_problem(name) is None:
        root = tmp_path_factory.getbasetemp()
        assert (root / name).resolve().parent == root.resolve()
