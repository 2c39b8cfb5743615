"""What the corpus remembers of its projects on servers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.doccano.corpus_record import (
    AccountRecord,
    DoccanoRecord,
    ProjectRecord,
    RoundRecord,
    pushed_as,
    read_record,
    record_key,
    record_path,
    write_record,
)
from goldspan.doccano.rounds import find_round
from goldspan.errors import InputError
from helpers import sample_corpus
from helpers.doccano_project import SHARED

KFOR = ProjectRecord(name="kfor", server="https://doccano.example.org", key="k3f9", offsets="utf-16")
ACCOUNT = '[[account]]\nname = "{}"\npasses = "{}"\n'
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def shared_corpus(tmp_path_factory):
    return sample_corpus.make(tmp_path_factory.mktemp("record"), [], [])


@pytest.fixture
def corpus(tmp_path):
    return sample_corpus.make(tmp_path, [], [])


@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT), unique_by=lambda row: row[:2], max_size=3),
    st.dictionaries(TEXT, TEXT, max_size=3).filter(lambda rows: len(set(rows.values())) == len(rows)),
)
def test_what_is_written_is_read(shared_corpus, projects, accounts):
    record = DoccanoRecord()
    for name, server, key in projects:
        record = record.with_project(ProjectRecord(name=name, server=server, key=key, offsets="graphemes"))
    for name, folder in accounts.items():
        record = record.with_account(name, folder)
    record_path(shared_corpus).write_bytes(record.content())
    read = read_record(shared_corpus)
    assert read.content() == record.content()
    assert {(each.name, each.server, each.key) for each in read.projects} == set(projects)
    assert {each.name: each.passes for each in read.accounts} == accounts


def test_a_corpus_without_the_file_remembers_nothing_and_gets_none(corpus):
    assert read_record(corpus) == DoccanoRecord()
    write_record(corpus, DoccanoRecord())
    assert not record_path(corpus).exists()


def test_a_project_and_an_account_are_replaced_not_doubled(corpus):
    record = DoccanoRecord().with_project(KFOR).with_account("anna", "a1")
    write_record(corpus, record.with_project(KFOR.model_copy(update={"key": "k4"})).with_account("anna", "a2"))
    read = read_record(corpus)
    assert read.accounts == (AccountRecord(name="anna", passes="a2"),)
    assert read.project("kfor", KFOR.server).key == "k4"
    assert read.folder("anna") == "a2"
    assert read.project("kfor", "https://elsewhere.example.org") is read.folder("ben") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[project]\n", "not valid TOML|not TOML|TOML"),
        ('[[project]]\nname = "kfor"\n', "server"),
        (
            '[[account]]\nname = "anna"\npasses = "a"\n[[account]]\nname = "anna"\npasses = "b"\n',
            "'anna' is there twice",
        ),
        ('[[account]]\nname = "anna"\npasses = "a"\n[[account]]\nname = "ben"\npasses = "a"\n', "'a' is there twice"),
        ('[[accounts]]\nname = "anna"\npasses = "a"\n', "account"),
        ('[[project]]\nname = "k"\nserver = "s"\nkey = "k"\noffsets = "bytes"\n', "utf-16"),
    ],
)
def test_a_broken_file_is_refused_with_its_name(corpus, content, message):
    record_path(corpus).write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        read_record(corpus)
    assert caught.value.file == record_path(corpus)
    assert "table" in caught.value.remedy


def test_the_numbers_of_label_types_are_kept_per_project(corpus):
    one, other = {"SHIP": 3, 'a "b"': 0, "ä": 2}, {"SHIP": 9}
    record = DoccanoRecord((KFOR,)).with_label_numbers("k1", one).with_label_numbers("k2", other)
    write_record(corpus, record)
    read = read_record(corpus)
    assert (read.label_numbers("k1"), read.label_numbers("k2")) == (one, other)
    assert (read.label_numbers("k3"), read.project("kfor", KFOR.server)) == ({}, KFOR)
    assert read.with_label_numbers("k2", {}).label_numbers("k2") == {}
    assert read.content() == record.content()


@pytest.mark.parametrize(
    ("description", "guideline", "name"),
    [
        ("goldspan: shared annotation, guidelines 1, key k0123456789ab", "", "k0123456789ab"),
        ("edited by hand", "a page\n\n---\n\ngoldspan: shared annotation, key k0123456789ab", "k0123456789ab"),
        ("goldspan: shared annotation, guidelines 1", "a page", "http://127.0.0.1:8000/projects/7"),
    ],
)
def test_label_types_are_remembered_by_the_key_of_their_project_wherever_it_is(description, guideline, name):
    """The address alone would mix up the servers of two people, who both start theirs on the same port."""
    project = replace(SHARED, id=7, description=description, guideline=guideline)
    assert record_key(project, "http://127.0.0.1:8000") == name


@pytest.mark.parametrize("numbers", ['{ "SHIP" = -1 }', '{ "SHIP" = "1" }', "3", "{ SHIP = 1.5 }"])
def test_numbers_that_are_none_are_refused(corpus, numbers):
    record_path(corpus).write_text(f'[[label_types]]\nproject = "k1"\nnumbers = {numbers}\n')
    with pytest.raises(InputError, match=r"numbers|SHIP"):
        read_record(corpus)


def test_a_round_is_found_where_a_server_of_this_machine_has_another_port():
    here, later, far = "http://127.0.0.1:8000", "http://localhost:8123", "https://doccano.example.org"
    record = DoccanoRecord().with_round(RoundRecord(name="kfor", server=here, each=True, annotators_per_example=2))
    for key, server in (("k1", here), ("k1", later), ("k9", far)):
        project = KFOR.model_copy(update={"name": "kfor-a1", "server": server, "key": key})
        record = record.with_project(project.model_copy(update={"round": "kfor", "member": "anna"}))
    assert record.round("kfor", later).annotators_per_example == 2
    assert record.round("kfor", far) is None
    assert [each.server for each in record.projects_of_round("kfor", later)] == [later]
    moved = record.with_round(RoundRecord(name="kfor", server=later, each=True))
    assert [each.server for each in moved.rounds] == [later]


def test_projects_of_a_round_that_is_not_there_are_no_round_of_a_new_name(corpus):
    project = KFOR.model_copy(update={"name": "kfor-a1", "round": "kfor", "member": "anna"})
    assert (pushed_as(KFOR), pushed_as(project)) == ("kfor", "kfor")
    write_record(corpus, DoccanoRecord().with_project(project))
    with pytest.raises(InputError, match="'kfor-a1' is of the round 'kfor', which is not there"):
        find_round(corpus, "kfor", KFOR.server)
    assert find_round(corpus, "other", KFOR.server) is None


def test_a_project_of_a_round_that_is_of_no_member_is_refused(corpus):
    project = KFOR.model_copy(update={"name": "kfor-a1", "round": "kfor"})
    known = RoundRecord(name="kfor", server=KFOR.server, each=True)
    write_record(corpus, DoccanoRecord().with_round(known).with_project(project))
    with pytest.raises(InputError, match="'kfor-a1' is of the round 'kfor', and of no member"):
        find_round(corpus, "kfor", KFOR.server)
