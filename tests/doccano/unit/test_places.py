"""Who is to read which example of a round: what moves, what stays, and what the file remembers of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.corpus.assignment_plans import AssignedExample, assignment_file, read_assignments
from goldspan.doccano.places import plan_places
from goldspan.errors import InvalidValueError
from helpers import sample_corpus
from helpers.team_rounds import paragraphs

EXAMPLES = paragraphs(12)
IDS = [example.id for example in EXAMPLES]
FOLDERS = ("a1", "a2", "a3", "a4", "a5")
teams = st.lists(st.sampled_from(FOLDERS), min_size=2, unique=True).map(lambda names: tuple(sorted(names)))
work = st.dictionaries(st.sampled_from(IDS), st.lists(st.sampled_from(FOLDERS), min_size=1, max_size=2, unique=True))


def plan(folders, before=None, held=None, examples=EXAMPLES, **options):
    lines = {name: AssignedExample(name, tuple(who)) for name, who in (before or {}).items()}
    options = {"per_example": 2, "before": lines, "held": held or {}, "renamed": {}, "language": "en", **options}
    return plan_places("kfor", examples, folders, **options)


@settings(max_examples=40, deadline=None)
@given(teams, teams, work)
def test_work_stays_where_it_is_and_every_other_example_has_k_places_of_those_who_are_there(first, then, done):
    before = plan(first).places
    held = {name: tuple(sorted(who)) for name, who in done.items()}
    found = plan(then, before, held)
    for example, folders in found.places.items():
        assert {*held.get(example, ())} <= {*folders}
        assert len(folders) == max(2, len(held.get(example, ())))
        assert {*folders} <= {*then, *held.get(example, ())}
        if example in held:  # nor does a place beside that work, unless its annotator left
            kept = {*before[example]} & {*then}
            assert kept <= {*folders} or len({*held[example]} | kept) > 2
    again = plan(then, found.places, held)
    assert again.places == found.places


def test_the_file_names_those_who_are_still_to_lose_an_example(tmp_path):
    corpus = sample_corpus.make(tmp_path, EXAMPLES, ("UNIT",))
    first = plan(("a1", "a2"))
    first.write(corpus, "kfor", leaving=True)
    path = assignment_file(corpus, "kfor")
    assert {name: line.annotators for name, line in read_assignments(path).items()} == first.places
    assert not any(line.leaving for line in read_assignments(path).values())
    second = plan(("a1", "a2", "a3"), before=first.places)
    second.write(corpus, "kfor", leaving=True)
    lines = read_assignments(path)
    assert {name for name, line in lines.items() if line.leaving} == {*second.moved}
    third = plan_places("kfor", EXAMPLES, ("a2", "a3"), per_example=2, before=lines, held={}, renamed={}, language="en")
    third.write(corpus, "kfor", leaving=True)
    for name, line in read_assignments(path).items():
        assert {*lines[name].annotators, *lines[name].leaving} <= {*line.annotators, *line.leaving}
    third.write(corpus, "kfor")
    assert not any(line.leaving for line in read_assignments(path).values())


def test_examples_of_other_articles_keep_their_lines_and_count_for_the_balance(tmp_path):
    corpus = sample_corpus.make(tmp_path, EXAMPLES, ("UNIT",))
    before = dict.fromkeys(IDS[:6], ("a1", "a2"))
    found = plan(("a1", "a2", "a3"), before, examples=EXAMPLES[6:], others=EXAMPLES[:6])
    assert found.places.keys() == {*IDS[6:]}
    new = {folder: len(found.of(folder)) for folder in ("a1", "a2", "a3")}
    assert new["a3"] == max(new.values())  # the two have the others already
    found.write(corpus, "kfor")
    assert {name: line.annotators for name, line in read_assignments(assignment_file(corpus, "kfor")).items()} == {
        **before,
        **found.places,
    }


def test_a_folder_that_was_renamed_is_the_same_annotator():
    before = plan(("a1", "a2", "a3")).places
    found = plan(("a2", "a3", "x1"), before, renamed={"a1": "x1"})
    assert found.places == {
        name: tuple(sorted("x1" if who == "a1" else who for who in whose)) for name, whose in before.items()
    }


def test_more_readers_than_annotators_are_refused():
    with pytest.raises(InvalidValueError, match="by 2 annotators, and there are 1"):
        plan(("a1",))
