"""Whose work each folder of passes holds: records, pseudonyms that change, accounts that change."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import files
from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.doccano.corpus_record import DoccanoRecord, read_record, write_record
from goldspan.doccano.members import ListedMember
from goldspan.doccano.pull import pass_files, pass_owners
from goldspan.doccano.pull.collect import CollectedWork
from goldspan.errors import InputError, InvalidValueError

TEXT = "The Aurora left Port Said on Monday."
NAMES = [f"storm.p{number:02}" for number in range(1, 7)]


def line(name, start=4, comments=()):
    extra = {"confirmed": True, **({"comments": list(comments)} if comments else {})}
    return Example(name, TEXT, (Span(start, 10, "SHIP"),), int(name[-2:]) * 50, extra)


def work(start=4, done=6):
    """What an account did: all examples, the first `done` of them confirmed; `start` tells people apart."""
    return {name: line(name, start) if number < done else None for number, name in enumerate(NAMES)}


ANNA, BOB, CY = work(4), work(5), work(6)


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "corpus" / "passes").mkdir(parents=True)
    (tmp_path / "annotation_guidelines").mkdir()
    return Corpus(tmp_path)


def listed(**pseudonyms):
    return tuple(ListedMember(name, "annotator", pseudonym or None) for name, pseudonym in pseudonyms.items())


def pull(corpus, lines, members=(), users=()):
    """As a pull does it, with --apply; returns what it planned."""
    owners = pass_owners.find_owners(corpus, lines, lambda: {*lines, *users}, members)
    collected = CollectedWork(lines={name: dict(theirs) for name, theirs in lines.items()})
    changes = list(pass_files.pass_changes(corpus, collected, owners.folders, owners.renames))
    pass_files.write_passes([each for each in changes if each.merged.is_changed], owners.contents(corpus))
    return owners


def held(corpus):
    """By folder, where the spans of its lines begin: that is, whose work it holds."""
    return {name: {e.spans[0].start for e in corpus.pass_examples(name, ["storm"])} for name in corpus.annotators()}


def recorded(corpus):
    return {account.name: account.passes for account in read_record(corpus).accounts}


def test_a_pull_records_accounts_with_the_passes(empty):
    pull(empty, {"anna": ANNA, "bob": BOB, "idle": work(7, 0)}, listed(anna="a1", bob=""))
    assert held(empty) == {"a1": {4}, "bob": {5}}
    assert recorded(empty) == {"anna": "a1", "bob": "bob"}


def test_a_list_of_members_that_was_given_once_counts_from_then_on(empty):
    pull(empty, {"anna": work(done=3)}, listed(anna="a1"))
    for members in ((), listed(anna="")):
        assert pull(empty, {"anna": ANNA}, members).renames == {}
        assert held(empty) == {"a1": {4}}


def test_a_pseudonym_of_a_push_counts_at_the_pull(empty):
    pass_owners.record_pseudonyms(empty, listed(anna="a1"))
    pull(empty, {"anna": ANNA})
    assert held(empty) == {"a1": {4}}


def test_a_changed_pseudonym_renames_the_pass(empty):
    pull(empty, {"anna": work(done=3)}, listed(anna="a1"))
    (empty.passes / "a1" / "notes.txt").write_text("mine")
    assert pull(empty, {"anna": ANNA}, listed(anna="r7")).renames == {"a1": "r7"}
    assert held(empty) == {"r7": {4}}
    assert (empty.passes / "r7" / "notes.txt").read_text() == "mine"
    assert recorded(empty) == {"anna": "r7"}


def test_pseudonyms_that_are_swapped_swap_the_passes(empty):
    pull(empty, {"anna": ANNA, "bob": BOB}, listed(anna="a1", bob="b1"))
    assert pull(empty, {"anna": ANNA}, listed(anna="b1", bob="a1")).renames == {"a1": "b1", "b1": "a1"}
    assert held(empty) == {"a1": {5}, "b1": {4}}
    assert recorded(empty) == {"anna": "b1", "bob": "a1"}


def test_a_pseudonym_that_is_anothers_is_refused(empty):
    pull(empty, {"anna": ANNA, "bob": BOB}, listed(anna="a1", bob="b1"))
    before = held(empty)
    with pytest.raises(InvalidValueError, match="one folder is one person's") as caught:
        pull(empty, {"anna": ANNA, "bob": BOB}, listed(anna="b1"))
    assert "--members" in caught.value.remedy
    with pytest.raises(InvalidValueError, match="one folder is one person's"):
        pull(empty, {"anna": ANNA, "bob": BOB, "cy": CY}, listed(cy="b1"))
    (empty.passes / "other").mkdir()
    with pytest.raises(InvalidValueError, match="'other' is there, too"):
        pull(empty, {"anna": ANNA, "bob": BOB}, listed(anna="other"))
    (empty.passes / "other").rmdir()
    assert held(empty) == before


def test_a_renamed_account_keeps_its_passes(empty):
    pull(empty, {"anna": work(done=4), "bob": BOB}, listed(anna="a1"))
    owners = pull(empty, {"anna.smith": ANNA, "bob": BOB}, listed(anna="a1"))
    assert owners.accounts == {"anna": "anna.smith"}
    assert recorded(empty) == {"anna.smith": "a1", "bob": "bob"}
    assert held(empty) == {"a1": {4}, "bob": {5}}
    assert pull(empty, {"anna.smith": ANNA, "bob": BOB}, listed(anna="a1")).accounts == {}


def test_a_renamed_account_may_get_a_pseudonym_at_once(empty):
    pull(empty, {"anna": ANNA})
    assert pull(empty, {"anna.smith": ANNA}, listed(**{"anna.smith": "a1"})).renames == {"anna": "a1"}
    assert (held(empty), recorded(empty)) == ({"a1": {4}}, {"anna.smith": "a1"})


def test_a_new_account_for_the_same_person_is_asked_about(empty):
    pull(empty, {"anna": ANNA}, listed(anna="a1"))
    with pytest.raises(InvalidValueError, match="'anna', another account") as caught:
        pull(empty, {"anna2": work(4, 1)}, listed(anna2="a1"), users=["anna"])
    assert caught.value.remedy.startswith('If so, write name = "anna2" in place of "anna" in corpus/doccano.toml.')
    write_record(empty, DoccanoRecord().with_account("anna2", "a1"))  # as it says
    pull(empty, {"anna2": work(4, 1)}, listed(anna2="a1"), users=["anna"])
    assert recorded(empty) == {"anna2": "a1"}


def test_somebody_new_does_not_get_the_passes_of_a_deleted_account(empty):
    pull(empty, {"anna": ANNA}, listed(anna="a1"))
    pull(empty, {"cy": work(6, 2)})
    assert held(empty) == {"a1": {4}, "cy": {6}}
    with pytest.raises(InvalidValueError, match="whom the server no longer has"):
        pull(empty, {"cy2": work(6, 2)}, listed(cy2="a1"))


def test_who_did_the_half_of_a_deleted_account_is_asked_about(empty):
    pull(empty, {"anna": ANNA})
    with pytest.raises(InvalidValueError, match="is 'dan' the person whose passes are in the folder 'anna'"):
        pull(empty, {"dan": work(4, 4)})


@pytest.mark.parametrize("accounts", [{"anna": "../evil"}, {"anna": "a1", "bob": "A1"}, {"anna": ".git"}])
def test_a_record_of_folders_that_cannot_be_is_refused(empty, accounts):
    record = DoccanoRecord()
    for name, folder in accounts.items():
        record = record.with_account(name, folder)
    write_record(empty, record)
    with pytest.raises(InputError, match="has for the account") as caught:
        pull(empty, {"anna": ANNA})
    assert caught.value.file == empty.folder / "doccano.toml"


# A corpus of before the record


def without_record(corpus):
    (corpus.folder / "doccano.toml").unlink()


def test_passes_without_a_record_are_adopted(empty):
    pull(empty, {"anna": ANNA, "bob": BOB}, listed(anna="a1"))
    without_record(empty)
    pull(empty, {"anna": ANNA, "bob": BOB}, listed(anna="a1"))
    assert recorded(empty) == {"anna": "a1", "bob": "bob"}
    assert held(empty) == {"a1": {4}, "bob": {5}}


def test_a_pseudonym_that_came_later_renames_a_pass_without_a_record(empty):
    pull(empty, {"anna": ANNA})
    without_record(empty)
    assert pull(empty, {"anna": ANNA}, listed(anna="a1")).renames == {"anna": "a1"}
    assert held(empty) == {"a1": {4}}


def test_swapped_pseudonyms_without_a_record_are_refused(empty):
    pull(empty, {"anna": ANNA, "bob": BOB}, listed(anna="a1", bob="b1"))
    without_record(empty)
    with pytest.raises(InvalidValueError, match="holds the work of 'bob'"):
        pull(empty, {"anna": ANNA, "bob": BOB}, listed(anna="b1", bob="a1"))


def test_a_forgotten_list_of_members_without_a_record_is_noticed(empty):
    pull(empty, {"anna": ANNA}, listed(anna="a1"))
    without_record(empty)
    with pytest.raises(InvalidValueError, match="'a1', which is nobody's, holds the same work on 6 examples"):
        pull(empty, {"anna": ANNA})
    assert held(empty) == {"a1": {4}}


def test_a_folder_that_was_renamed_by_hand_is_noticed(empty):
    pull(empty, {"anna": ANNA})
    (empty.passes / "anna").rename(empty.passes / "a1")
    with pytest.raises(InvalidValueError, match="the folder 'a1', which is nobody's"):
        pull(empty, {"anna": ANNA})
    pull(empty, {"anna": ANNA}, listed(anna="a1"))
    assert (held(empty), recorded(empty)) == ({"a1": {4}}, {"anna": "a1"})


def test_the_pass_of_a_model_is_no_persons(empty):
    pull(empty, {"anna": ANNA})
    (empty.passes / "anna").rename(empty.passes / "parser")
    without_record(empty)
    (empty.folder / "annotators.toml").write_text('[[annotator]]\nname = "parser"\nkind = "model"\n')
    pull(empty, {"anna": ANNA})
    assert held(empty) == {"anna": {4}, "parser": {4}}


# What names a folder


def test_what_names_a_renamed_folder_is_kept_in_step(toy):
    annotators = toy.folder / "annotators.toml"
    annotators.write_text("""# who
[[annotator]]
name = "ann"  # ours
kind = "person"

[[annotator]]
name = 'lea'
kind = "person"
""")
    (toy.folder / "README.md").write_text("Annotated by ann, not by anna.\n")
    write_record(toy, DoccanoRecord().with_account("ann", "ann"))
    owners = pull(toy, {"ann": {}}, listed(ann="a1"))
    assert 'name = "a1"  # ours' in annotators.read_text()
    [decision] = map(json.loads, (toy.decisions / "storm.jsonl").read_text().splitlines())
    assert [each["by"] for each in decision["candidates"]] == [["a1"], ["bob"]]
    assert [page.name for page in owners.mentions(toy)] == ["README.md"]
    assert toy.annotators() == ["a1", "bob"]


def test_a_name_that_goldspan_cannot_change_stops_the_rename(toy):
    (toy.folder / "annotators.toml").write_text('annotator = [{name = "ann", kind = "person"}]\n')
    write_record(toy, DoccanoRecord().with_account("ann", "ann"))
    with pytest.raises(InputError, match="names ann, which would be renamed"):
        pull(toy, {"ann": {}}, listed(ann="a1"))
    assert toy.annotators() == ["ann", "bob"]


steps = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(["anna", "bob", "cy"]), st.sampled_from("xyz"), max_size=3),
              st.dictionaries(st.sampled_from(["anna", "bob", "cy"]), st.integers(1, 6), max_size=3)),
    max_size=5,
)  # fmt: skip


@given(steps)
def test_no_folder_is_two_peoples_and_nobody_has_two(tmp_path_factory, steps):
    corpus = Corpus(tmp_path_factory.mktemp("owners"))
    (corpus.root / "corpus" / "passes").mkdir(parents=True)
    starts = {"anna": 4, "bob": 5, "cy": 6}
    for pseudonyms, done in steps:
        if len({*pseudonyms.values()}) < len(pseudonyms):
            continue
        with contextlib.suppress(InvalidValueError):
            pull(corpus, {name: work(starts[name], number) for name, number in done.items()}, listed(**pseudonyms))
        owners = [tuple(people) for people in held(corpus).values()]
        assert all(len(people) == 1 for people in owners)
        assert len(set(owners)) == len(owners)
        assert files.is_there(corpus.folder / "doccano.toml") or not owners
