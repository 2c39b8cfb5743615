import math
import random
from collections import Counter, defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InvalidValueError
from goldspan.settings import SplitSettings
from goldspan.splits import assign

RATIOS = SplitSettings().ratios
COUNTS = st.fixed_dictionaries({"articles": st.just(1), "A": st.integers(0, 9), "B": st.integers(0, 2)})


@st.composite
def corpora(draw, smallest=0, biggest=14):
    """Measures and groups of articles a00, a01, …"""
    size = draw(st.integers(smallest, biggest))
    ids = [f"a{n:02}" for n in range(size)]
    measures = {name: draw(COUNTS) for name in ids}
    return measures, {name: draw(st.sampled_from("pqrstuvwxyz")) for name in ids}


@st.composite
def half_split(draw):
    """A corpus of which some articles stand in splits, wherever they like."""
    measures, groups = draw(corpora())
    taken = [name for name in measures if draw(st.booleans())]
    return measures, groups, {name: draw(st.sampled_from(sorted(RATIOS))) for name in taken}


def by_group(splits, groups):
    places = defaultdict(set)
    for name, group in groups.items():
        places[group].add(splits[name])
    return places


def single(measures):
    return {name: name for name in measures}


def objective(measures, splits):
    total = sum(map(Counter, measures.values()), Counter())
    held = {split: Counter() for split in RATIOS}
    for name, split in splits.items():
        held[split].update(measures[name])
    return sum((held[s][m] / total[m] / ratio - 1) ** 2 for s, ratio in RATIOS.items() for m in total)


@given(half_split())
def test_every_article_has_one_split_and_keeps_the_one_it_had(case):
    measures, groups, existing = case
    splits = assign(measures, groups, existing, RATIOS).splits
    assert list(splits) == sorted(measures)
    assert set(splits.values()) <= set(RATIOS)
    assert existing.items() <= splits.items()


@given(half_split())
def test_a_group_in_two_splits_is_always_reported(case):
    measures, groups, existing = case
    done = assign(measures, groups, existing, RATIOS)
    torn = {group for group, places in by_group(done.splits, groups).items() if len(places) > 1}
    assert {groups[name] for conflict in done.conflicts for name in conflict.splits} == torn
    for conflict in done.conflicts:
        assert set(conflict.new) == set(conflict.splits) - set(existing)
        assert conflict.splits == {name: done.splits[name] for name in conflict.splits}


@given(corpora())
def test_nothing_is_torn_where_nothing_was_assigned_before(case):
    assert assign(*case, {}, RATIOS).conflicts == ()


@given(corpora(), st.integers(0, 14))
def test_nothing_moves_when_the_corpus_grows(case, before):
    measures, groups = case
    old = dict(list(measures.items())[:before])
    first = assign(old, groups, {}, RATIOS).splits
    grown = assign(measures, groups, first, RATIOS)
    assert first.items() <= grown.splits.items()
    assert grown.conflicts == ()


@given(half_split(), st.randoms(use_true_random=False))
def test_the_order_and_the_names_of_groups_do_not_matter(case, rng):
    measures, groups, existing = case
    shuffled = [dict(rng.sample(list(part.items()), len(part))) for part in (measures, groups, existing, RATIOS)]
    renamed = {name: f"group {ord(group) * 7 % 26}" for name, group in shuffled[1].items()}
    done = assign(shuffled[0], renamed, *shuffled[2:])
    assert done.splits == assign(measures, groups, existing, RATIOS).splits


@given(corpora(smallest=3))
def test_no_split_is_empty_where_there_are_three_groups(case):
    measures, groups = case
    if len(set(groups.values())) >= 3:
        assert set(assign(measures, groups, {}, RATIOS).splits.values()) == set(RATIOS)


@given(corpora())
def test_no_split_takes_more_articles_than_its_ratio_rounded_up(case):
    measures, _ = case
    sizes = Counter(assign(measures, single(measures), {}, RATIOS).splits.values())
    assert all(
        sizes[split] <= math.ceil(round(ratio * len(measures), 9))
        for split, ratio in RATIOS.items()
        if sizes[split] > 1
    )


def test_five_articles_are_split_three_one_one_as_well_as_can_be():
    rng = random.Random(5)  # noqa: S311  (no secrets here)
    for _ in range(20):
        measures = {
            f"a{n}": {"words": rng.randint(100, 900), "A": rng.randint(0, 30), "B": rng.randint(0, 5)} for n in range(5)
        }
        splits = assign(measures, single(measures), {}, RATIOS).splits
        possible = [
            dict(zip(measures, way, strict=True))
            for way in product(RATIOS, repeat=5)
            if Counter(way) == {"train": 3, "validation": 1, "test": 1}
        ]
        assert Counter(splits.values()) == {"train": 3, "validation": 1, "test": 1}
        assert objective(measures, splits) <= 1.1 * min(objective(measures, way) for way in possible)


def test_a_rare_label_is_spread_over_all_splits():
    rare = {f"a{n:02}": {"articles": 1, "common": 10, "rare": int(n in {3, 4, 9})} for n in range(15)}
    splits = assign(rare, single(rare), {}, RATIOS).splits
    assert {splits[name] for name in ("a03", "a04", "a09")} == set(RATIOS)


def test_two_hundred_articles_are_balanced_within_a_hundredth():
    rng = random.Random(1)  # noqa: S311  (no secrets here)
    measures = {
        f"a{n}": {"words": rng.randint(100, 900), "A": rng.randint(0, 30), "B": rng.randint(0, 3)} for n in range(200)
    }
    splits = assign(measures, single(measures), {}, RATIOS).splits
    for measure in ("words", "A", "B"):
        total = sum(row[measure] for row in measures.values())
        for split, ratio in RATIOS.items():
            held = sum(row[measure] for name, row in measures.items() if splits[name] == split)
            assert held / total == pytest.approx(ratio, abs=0.01)


def test_growth_goes_where_something_is_missing():
    measures = {f"a{n}": {"articles": 1, "A": 5} for n in range(10)}
    existing = dict.fromkeys(["a0", "a1", "a2", "a3", "a4", "a5"], "train")
    sizes = Counter(assign(measures, single(measures), existing, RATIOS).splits.values())
    assert sizes == {"train": 6, "validation": 2, "test": 2}


def test_a_new_near_duplicate_follows_its_group():
    measures = {name: {"articles": 1} for name in ("old", "new", "free")}
    done = assign(measures, {"old": "g", "new": "g", "free": "free"}, {"old": "test"}, RATIOS)
    assert done.splits["new"] == "test"
    assert done.conflicts == ()


def test_a_new_article_between_two_splits_joins_the_most_similar():
    measures = {name: {"articles": 1} for name in ("left", "right", "bridge")}
    existing = {"left": "train", "right": "test"}
    likeness = {("bridge", "left"): 0.5, ("bridge", "right"): 0.6}
    done = assign(measures, dict.fromkeys(measures, "g"), existing, RATIOS, lambda a, b: likeness[a, b])
    assert done.splits == {"bridge": "test", "left": "train", "right": "test"}
    (conflict,) = done.conflicts
    assert conflict.new == ("bridge",)


def test_an_article_that_has_lost_its_gold_keeps_its_split():
    done = assign({"a": {"articles": 1}}, {"a": "a"}, {"gone": "validation"}, RATIOS)
    assert done.splits["gone"] == "validation"


def test_a_split_without_a_ratio_keeps_what_it_has_and_gets_nothing():
    measures = {f"a{n}": {"articles": 1} for n in range(9)}
    splits = assign(measures, single(measures), {"a0": "validation"}, {"train": 0.5, "test": 0.5}).splits
    assert Counter(splits.values()) == {"validation": 1, "train": 4, "test": 4}


@pytest.mark.parametrize(
    "ratios", [{}, {"train": 0.9}, {"train": 1.5, "test": -0.5}, {"train": 1, "test": 0}, {"a": math.nan}]
)
def test_ratios_that_are_no_shares_are_refused(ratios):
    with pytest.raises(InvalidValueError, match="add up to 1"):
        assign({"a": {}}, {"a": "a"}, {}, ratios)
