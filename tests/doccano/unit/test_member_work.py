"""Whose work counts in a project that one member has alone, and where annotators do not see all examples."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.doccano.assignments import HiddenExamples
from goldspan.doccano.corpus_record import DoccanoRecord, write_record
from goldspan.doccano.project_identity import ProjectIdentity
from goldspan.doccano.pull.collect import CollectedWork, PullProblem
from goldspan.doccano.pull.member_work import find_member, work_of_member, work_on_seen
from goldspan.doccano.pull.merge import pass_line
from goldspan.doccano.snapshot import AnnotatorWork, Snapshot, StoredExample
from goldspan.errors import InvalidValueError
from helpers.doccano_project import INDEPENDENT

ANNAS = ProjectIdentity("kfor-ann", INDEPENDENT, "k0123456789ab", is_known=True, round="kfor", member="anna")
NAMES = ("a.p01", "a.p02", "b.p01")
PEOPLE = ("anna", "bela", "lead")


def line(name, *spans):
    return pass_line(Example(name, "one two three"), tuple(spans), confirmed=True)


lines = st.fixed_dictionaries(
    {
        who: st.fixed_dictionaries(
            {name: st.sampled_from([None, line(name), line(name, Span(0, 3, "X"))]) for name in NAMES}
        )
        for who in PEOPLE
    }
)
problems = st.lists(
    st.builds(PullProblem, st.just("edge"), st.sampled_from((*PEOPLE, "")), st.sampled_from(NAMES), st.just("x"))
)


@given(lines, problems)
def test_of_a_members_project_no_line_is_anybody_elses_and_nothing_of_others_is_dropped_silently(theirs, found):
    work = work_of_member(CollectedWork(lines=theirs, problems=found), "anna")
    assert work.lines == {"anna": theirs["anna"]}
    assert [one for one in work.problems if one.kind != "member"] == [
        one for one in found if one.annotator in {"", "anna"}
    ]
    confirmed = {(who, name) for who in ("bela", "lead") for name, done in theirs[who].items() if done is not None}
    troubled = {(one.annotator, one.example) for one in found if one.annotator in {"bela", "lead"}}
    foreign = [(one.annotator, one.example) for one in work.problems if one.kind == "member"]
    assert (set(foreign), len(foreign)) == (confirmed | troubled, len(confirmed | troubled))


def test_an_example_that_somebody_does_not_see_says_nothing_unless_work_of_theirs_is_there():
    copies = {
        number: StoredExample(
            number, name, "", 0, {}, "one two three", {}, {"anna": AnnotatorWork(confirmed=number == 2)}
        )
        for number, name in enumerate(NAMES, 1)
    }
    snapshot = Snapshot(INDEPENDENT, copies, PEOPLE)
    work = CollectedWork(lines={"anna": {"a.p01": None, "a.p02": line("a.p02"), "b.p01": None}})
    seen = work_on_seen(snapshot, work, HiddenExamples({"anna": frozenset({1, 2})}))
    assert seen.lines == {"anna": {"a.p02": line("a.p02"), "b.p01": None}}
    assert work_on_seen(snapshot, work, HiddenExamples()) is work


def server(*users):
    return SimpleNamespace(users=lambda: [SimpleNamespace(username=name) for name in users])


@pytest.fixture
def recorded(toy):
    write_record(toy, DoccanoRecord().with_account("anna", "ann"))
    return toy


def done(corpus, folder, **others):
    """What an account did on the server: what the pass of a folder has."""
    return CollectedWork(lines={**others, "anna.new": {one.id: one for one in corpus.pass_examples(folder)}})


def test_a_member_whose_account_was_renamed_is_known_by_their_work(recorded):
    assert find_member(recorded, server("anna.new"), ANNAS, done(recorded, "ann"), ()) == "anna.new"
    write_record(recorded, DoccanoRecord().with_account("anna.new", "ann"))  # as a pull leaves it, or a person
    both = CollectedWork(lines={"anna.new": {}, "lead": {}})
    assert find_member(recorded, server(), ANNAS, both, ()) == "anna.new"
    assert find_member(recorded, server(), replace(ANNAS, member="anna.new"), both, ()) == "anna.new"
    assert find_member(recorded, server(), replace(ANNAS, member=None), both, ()) is None


def test_a_member_who_left_a_project_is_not_replaced_by_whoever_works_there(recorded):
    others = CollectedWork(lines={"bela": {"harbour.p01": line("harbour.p01")}})
    assert find_member(recorded, server("anna", "bela"), ANNAS, others, ()) == "anna"
    half = done(recorded, "ann")
    half.lines["anna.new"] = {
        name: one if at % 3 else None for at, (name, one) in enumerate(half.lines["anna.new"].items())
    }
    with pytest.raises(InvalidValueError, match=r"is 'anna\.new' the person"):
        find_member(recorded, server("anna.new"), ANNAS, half, ())
