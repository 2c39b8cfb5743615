"""Each example to K of the annotators: the laws of an assignment and of the one after it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import combinations, pairwise, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from goldspan.annotation import article_of
from goldspan.assignment.balance import ExampleToAssign, assign
from goldspan.assignment.summary import summarize
from goldspan.errors import InvalidValueError

PEOPLE = ("ann", "ben", "cy", "dee", "eve", "fay", "gus")


def examples_of(lengths):
    return [ExampleToAssign(f"a{at // 5}.p{at % 5:02}", words) for at, words in enumerate(lengths)]


lengths = st.lists(st.one_of(st.integers(0, 300), st.just(40)), max_size=40)
teams = st.integers(1, len(PEOPLE)).map(lambda size: PEOPLE[:size])


@st.composite
def first_plans(draw):
    """Examples, annotators, K, and their first assignment."""
    examples, people = examples_of(draw(lengths)), draw(teams)
    per_example = draw(st.integers(1, len(people)))
    return examples, people, per_example, assign(examples, people, per_example=per_example, before={}, seed="kfor")


@st.composite
def later_plans(draw):
    """A first plan on which some worked; then people, examples and K changed: all that `assign` is given for it."""
    examples, people, per_example, before = draw(first_plans())
    held = [replace(one, held=tuple(draw(st.lists(st.sampled_from(before[one.id]), unique=True)))) for one in examples]
    more = [ExampleToAssign(f"b.p{at:02}", words) for at, words in enumerate(draw(lengths.map(lambda many: many[:10])))]
    stay = draw(st.lists(st.sampled_from(people), unique=True))
    joined = draw(st.lists(st.sampled_from(("hal", "ida", "abe")), unique=True))
    now = (*stay, *joined)
    assume(now)
    wanted = draw(st.one_of(st.just(min(per_example, len(now))), st.integers(1, len(now))))
    return [*held, *more], now, wanted, before


def loads(examples, people, assigned):
    words = dict.fromkeys(people, 0)
    for one in examples:
        for name in words.keys() & set(assigned[one.id]):
            words[name] += one.words
    return words


def spread(examples, people, assigned):
    words = loads(examples, people, assigned).values()
    return max(words) - min(words)


def pair_counts(people, assigned):
    counts = Counter(pair for names in assigned.values() for pair in combinations(sorted(names), 2))
    return [counts[pair] for pair in combinations(sorted(people), 2)]


def imbalance(people, assigned):
    counts = pair_counts(people, assigned)
    return max(counts) - min(counts)


@given(first_plans())
def test_a_first_plan_has_exactly_k_and_loads_within_the_longest_example(plan):
    examples, people, per_example, assigned = plan
    assert [*assigned] == [one.id for one in examples]
    assert all(len(set(names)) == per_example and [*names] == sorted(names) for names in assigned.values())
    assert {name for names in assigned.values() for name in names} <= set(people)
    assert spread(examples, people, assigned) <= max((one.words for one in examples), default=0)


@given(st.integers(2, 7), st.integers(0, 60), st.integers(1, 200))
def test_pairs_differ_by_one_example_at_most_where_all_are_equally_long(size, number, words):
    examples, people = examples_of([words] * number), PEOPLE[:size]
    assert imbalance(people, assign(examples, people, per_example=2, before={}, seed="s")) <= 1


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("number", "size"), [(60, 4), (120, 5), (200, 7), (300, 9)])
def test_pairs_differ_by_one_example_at_most_in_texts_of_many_lengths(number, size, seed):
    chance = random.Random(seed)  # noqa: S311 - the same lengths each time
    examples = examples_of([max(1, int(chance.lognormvariate(3.8, 0.6))) for _ in range(number)])
    people = [f"a{at}" for at in range(size)]
    assert imbalance(people, assign(examples, people, per_example=2, before={}, seed=str(seed))) <= 1


def least_imbalance(examples, people, per_example):
    """The smallest difference of pairs' counts in all assignments that keep loads within the longest example."""
    longest = max(one.words for one in examples)
    ids = [one.id for one in examples]
    return min(
        imbalance(people, assigned)
        for chosen in product([*combinations(people, per_example)], repeat=len(ids))
        if spread(examples, people, assigned := dict(zip(ids, chosen, strict=True))) <= longest
    )


@pytest.mark.parametrize(
    ("lengths", "size", "per_example"),
    [
        ([9, 7, 5, 3, 2, 1], 3, 2), ([10, 10, 1, 1, 1, 1], 3, 2), ([8, 8, 8, 8, 8], 4, 2), ([30, 5, 4, 3, 2], 4, 2),
        ([5, 4, 3, 2, 1], 4, 3), ([12, 11, 3, 3, 1], 4, 3), ([40, 1, 1, 1, 1, 1], 3, 2), ([6, 5, 4], 5, 3),
        ([6, 5, 4, 1], 5, 2), ([100, 60, 40, 20], 4, 2), ([7, 7, 7, 7, 7, 1, 1], 3, 2),
    ],
)  # fmt: skip
def test_no_assignment_of_few_examples_has_better_pairs(lengths, size, per_example):
    examples, people = examples_of(lengths), PEOPLE[:size]
    assigned = assign(examples, people, per_example=per_example, before={}, seed="s")
    assert imbalance(people, assigned) == least_imbalance(examples, people, per_example)


@given(later_plans())
def test_what_is_worked_on_stays_and_each_example_has_k(plan):
    examples, people, per_example, before = plan
    assigned = assign(examples, people, per_example=per_example, before=before, seed="kfor")
    for one in examples:
        names, had = set(assigned[one.id]), set(before.get(one.id, ()))
        assert names - set(people) <= set(one.held) <= names
        assert len(names) == len(assigned[one.id]) == max(per_example, len(one.held))
        if one.held:
            kept = (had & set(people)) | set(one.held)
            assert kept <= names or names <= kept  # places are added, or taken, and none is exchanged


@given(later_plans())
def test_loads_are_as_near_as_the_open_examples_allow(plan):
    examples, people, per_example, before = plan
    assigned = assign(examples, people, per_example=per_example, before=before, seed="kfor")
    words, longest = loads(examples, people, assigned), max((one.words for one in examples), default=0)
    if not any(one.held for one in examples):
        assert max(words.values()) - min(words.values()) <= longest
    counts = Counter(pair for names in assigned.values() for pair in combinations(names, 2))
    for one in examples:
        names = assigned[one.id]
        for giver, taker in product(names, set(people) - set(names)):
            is_open = giver in people and not one.held and one.words > 0
            is_last = any(counts[min(giver, other), max(giver, other)] == 1 for other in names if other != giver)
            assert not is_open or is_last or words[giver] - words[taker] <= longest


@given(later_plans(), st.text(max_size=3))
def test_nothing_moves_when_nothing_changed(plan, seed):
    examples, people, per_example, before = plan
    assigned = assign(examples, people, per_example=per_example, before=before, seed="kfor")
    assert assign(examples, people, per_example=per_example, before=assigned, seed=seed) == assigned


@given(later_plans(), st.randoms())
def test_the_order_of_what_is_given_does_not_count(plan, chance):
    examples, people, per_example, before = plan
    assigned = assign(examples, people, per_example=per_example, before=before, seed="kfor")
    mixed, others = chance.sample(examples, len(examples)), chance.sample(people, len(people))
    earlier = dict(chance.sample([*before.items()], len(before)))
    again = assign(mixed, others, per_example=per_example, before=earlier, seed="kfor")
    assert again == assigned
    assert [*again] == [one.id for one in mixed]


def test_the_assignment_is_the_same_in_another_process():
    program = (
        "from goldspan.assignment.balance import ExampleToAssign as E, assign\n"
        "print(sorted(assign([E(f'a{n // 9}.p{n % 9}', 10 + n * 7 % 60) for n in range(80)], ['x', 'y', 'z', 'u'],"
        " per_example=2, before={}, seed='kfor').items()))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_a_late_joiner_gets_open_examples_of_all_and_no_other_place_moves():
    examples = examples_of([20 + at * 13 % 70 for at in range(150)])
    before = assign(examples, PEOPLE[:5], per_example=2, before={}, seed="kfor")
    held = [replace(one, held=before[one.id][:1]) if at < 50 else one for at, one in enumerate(examples)]
    now = (*PEOPLE[:5], "hal")
    after = assign(held, now, per_example=2, before=before, seed="kfor")
    assert all(after[one.id] == before[one.id] for one in held if one.held)
    assert all(set(after[one.id]) - set(before[one.id]) <= {"hal"} for one in held)
    assert spread(held, now, after) <= max(one.words for one in held)
    assert min(pair_counts(now, after)) >= 7
    summary = summarize(held, now, after, per_example=2, before=before)
    assert summary.moved == sum("hal" in names for names in after.values()) == summary.changed
    assert summary.is_balanced


def test_an_annotator_who_left_gives_open_places_alone():
    examples = examples_of([30 + at % 7 for at in range(60)])
    before = assign(examples, PEOPLE[:5], per_example=2, before={}, seed="kfor")
    held = [
        replace(one, held=("ann",)) if "ann" in before[one.id] and at < 30 else one for at, one in enumerate(examples)
    ]
    after = assign(held, PEOPLE[1:5], per_example=2, before=before, seed="kfor")
    for one in held:
        if one.held or "ann" not in before[one.id]:
            assert after[one.id] == before[one.id]
        else:
            assert len({*after[one.id]} - {*before[one.id]}) == 1
            assert "ann" not in after[one.id]


def test_the_summary_says_when_work_that_is_done_keeps_loads_apart():
    examples = examples_of([40] * 20)
    before = assign(examples, PEOPLE[:3], per_example=2, before={}, seed="kfor")
    held = [replace(one, held=before[one.id]) if at < 18 else one for at, one in enumerate(examples)]
    now = (*PEOPLE[:3], "hal")
    after = assign(held, now, per_example=2, before=before, seed="kfor")
    summary = summarize(held, now, after, per_example=2, before=before)
    assert not summary.is_balanced
    assert "Loads cannot come within the longest example: " in " ".join(summary.sentences())
    assert summary.json()["balanced"] is False
    assert [row[0] for row in summary.table().rows] == [*now]


def test_a_pair_without_an_example_is_named():
    examples = examples_of([40])
    people = PEOPLE[:3]
    assigned = assign(examples, people, per_example=2, before={}, seed="kfor")
    said = " ".join(summarize(examples, people, assigned, per_example=2, before={}).sentences())
    assert "Agreement cannot be measured for " in said


def test_examples_that_follow_each_other_seldom_have_the_same_pair():
    examples = examples_of([25 + at * 17 % 90 for at in range(100)])
    assigned = assign(examples, PEOPLE[:3], per_example=2, before={}, seed="kfor")
    alike = sum(
        assigned[one.id] == assigned[other.id]
        for one, other in pairwise(examples)
        if article_of(one.id) == article_of(other.id)
    )
    assert alike <= 5  # by chance a third of 80
    assert imbalance(PEOPLE[:3], assigned) <= 1


@pytest.mark.parametrize("per_example", [2, 6, 11])
def test_thousands_of_examples_are_assigned_to_many_people(per_example):
    examples = examples_of([5 + at * 31 % 120 for at in range(2000)])
    people = [f"a{at:02}" for at in range(12)]
    assigned = assign(examples, people, per_example=per_example, before={}, seed="kfor")
    assert spread(examples, people, assigned) <= 124
    assert imbalance(people, assigned) <= 2


@pytest.mark.parametrize(
    ("examples", "people", "per_example", "message"),
    [
        (examples_of([1]), ("ann",), 2, "each example is to have 2 annotators, and there are 1"),
        (examples_of([1]), ("ann",), 0, "0 annotators per example are too few"),
        (examples_of([1]) * 2, ("ann",), 1, "the example a0.p00 is there twice"),
        (examples_of([1]), ("ann", "ann"), 1, "the annotator ann is there twice"),
        (examples_of([-1]), ("ann",), 1, "-1 words are no length"),
    ],
)
def test_what_cannot_be_assigned_is_refused(examples, people, per_example, message):
    with pytest.raises(InvalidValueError, match=message):
        assign(examples, people, per_example=per_example, before={}, seed="s")
