"""Strata, and how a sample is shared among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.bulk.strata import NO_LABEL, NO_SCORE, NO_SPAN, POWERS, StratumCriteria, allocate
from goldspan.bulk.suggested_articles import SuggestedArticle
from goldspan.errors import InvalidValueError
from goldspan.models.reading_order import surface_key

SIZES = st.dictionaries(
    st.tuples(st.sampled_from(["A", "B", "C", NO_LABEL]), st.sampled_from("xyz")), st.integers(0, 10**6), max_size=12
)


def suggested(spans=(), scores=None, article="a"):
    row = {"id": f"{article}.p01", "at": 0, "text": "t", "spans": [[0, 1, *span] for span in spans]}
    row["scores"] = [None] * len(spans) if scores is None else scores
    return SuggestedArticle(article, "s", 1, 0, 9, [row])


@given(SIZES, st.integers(0, 10**5), st.sampled_from(sorted(POWERS.values())), st.integers(0, 50))
def test_an_allocation_adds_up_and_gives_no_stratum_more_than_it_has(sizes, number, power, least):
    plan = allocate(sizes, number, power=power, least=least, label_at=0)
    assert sum(plan.numbers.values()) == min(number, sum(sizes.values()))
    assert all(0 <= given <= sizes[key] for key, given in plan.numbers.items())
    assert plan.numbers.keys() == {key for key, size in sizes.items() if size}
    if number >= len(plan.numbers):
        assert all(plan.numbers.values()), "each stratum has one, where there are enough"
    assert 0 <= plan.least <= least
    for label in {key[0] for key in sizes} - {NO_LABEL}:
        there = sum(size for key, size in sizes.items() if key[0] == label)
        assert sum(given for key, given in plan.numbers.items() if key[0] == label) >= min(plan.least, there)


@given(SIZES, st.integers(0, 10**5), st.integers(0, 50))
def test_the_minimum_of_a_label_is_the_largest_that_there_is_room_for(sizes, number, least):
    plan = allocate(sizes, number, least=least, label_at=0)
    if plan.least == least:
        return
    labels = {key[0]: 0 for key in plan.numbers if key[0] != NO_LABEL}
    one = int(min(number, sum(sizes.values())) >= len(plan.numbers))
    for key in plan.numbers:
        labels[key[0]] = labels.get(key[0], 0) + sizes[key]
    of_label = {label: sum(one for key in plan.numbers if key[0] == label) for label in labels}
    floors = (
        one * sum(key[0] == NO_LABEL for key in plan.numbers),
        *(max(min(plan.least + 1, size), of_label[label]) for label, size in labels.items() if label != NO_LABEL),
    )
    assert sum(floors) > min(number, sum(sizes.values()))


def test_the_powers_are_those_of_the_documentation():
    sizes = {("A",): 10_000, ("B",): 2_500, ("C",): 100}
    numbers = {name: list(allocate(sizes, 160, power=power).numbers.values()) for name, power in POWERS.items()}
    assert numbers == {"equal": [54, 53, 53], "square-root": [100, 50, 10], "proportional": [127, 32, 1]}


def test_what_a_stratum_cannot_use_goes_to_the_others():
    assert allocate({("A",): 1000, ("B",): 3, ("C",): 1000}, 103, power=0).numbers == {
        ("A",): 50,
        ("B",): 3,
        ("C",): 50,
    }


def test_a_rare_label_gets_its_minimum():
    sizes = {("A", "x"): 10**6, ("A", "y"): 10**6, ("B", "x"): 30, ("B", "y"): 4}
    assert sum(allocate(sizes, 100, power=1, least=20, label_at=0).numbers[key] for key in sizes if key[0] == "B") == 20
    assert allocate(sizes, 10, power=1, least=20, label_at=0).least == 5


@pytest.mark.parametrize(
    ("article", "key"),
    [
        (suggested(), (NO_LABEL, NO_SPAN, NO_SPAN, "s")),
        (suggested([("A", "Ann"), ("B", "Oslo")], [0.9, 0.4]), ("B", "uncertain", "mostly new", "s")),
        (suggested([("A", "Ann"), ("A", "ann")], [0.9, 0.8]), ("A", "sure", "nothing new", "s")),
        (suggested([("A", "Ann"), ("A", "Bo"), ("A", "Al")], [0.9, 0.79, None]), ("A", "middle", "mostly new", "s")),
        (suggested([("C", "Ann")]), ("C", NO_SCORE, "mostly new", "s")),
    ],
)
def test_an_article_is_described_by_its_rarest_label_its_lowest_score_and_what_is_new(article, key):
    known = {surface_key("A", "Ann")}
    criteria = StratumCriteria(by=("label", "score", "novelty", "source"), spans={"A": 9, "B": 2}, known=known)
    assert criteria.key(article, "s") == key


def test_the_mean_score_counts_where_it_is_wanted():
    article = suggested([("A", "Ann"), ("A", "Bo")], [1.0, 0.4])
    assert StratumCriteria(by=("score",)).key(article, "") == ("uncertain",)
    assert StratumCriteria(by=("score",), score="mean").key(article, "") == ("middle",)


@pytest.mark.parametrize("options", [{"by": ("label", "label")}, {"by": ("size",)}, {"edges": (0.8, 0.5)}])
def test_what_describes_nothing_is_refused(options):
    with pytest.raises(InvalidValueError):
        StratumCriteria(**options)
