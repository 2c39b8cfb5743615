"""Who keeps more suggestions than others do of the same ones: the test against all permutations, its false alarms."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.agreement.acceptance import ALPHA, JudgedSuggestion, compare_acceptance
from goldspan.agreement.outcome_report import stands_out_sentences


def judged(table):
    """Suggestions from a table: by article, of each suggestion who kept it (1) or not (0)."""
    return [
        JudgedSuggestion(name, article, number, bool(kept))
        for article, suggestions in table.items()
        for number, answers in enumerate(suggestions)
        for name, kept in answers.items()
    ]


def by_name(tests):
    return {one.annotator: one for one in tests}


blocks = st.lists(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=4), min_size=1, max_size=5
)


@given(blocks)
def test_the_p_value_is_that_of_all_permutations(found):
    """Oracle: in each article the annotators' answers are exchanged as wholes, in all ways that there are."""
    table = {f"t{n}": [dict(zip("abc", row, strict=True)) for row in rows] for n, rows in enumerate(found)}
    kept = np.array([[sum(row[n] for row in rows) for n in range(3)] for rows in found])
    sums = np.array([sum(block[reader] for block, reader in zip(kept, way, strict=True))
                     for way in product(range(3), repeat=len(kept))])  # fmt: skip
    own = kept[:, 0].sum()
    two_sided = min(1.0, 2 * min((sums <= own).mean(), (sums >= own).mean()))
    test = by_name(compare_acceptance(judged(table)))["a"]
    if test.compared == ("b", "c"):  # nobody had stood out before
        assert test.p_value == pytest.approx(min(1, 3 * two_sided))


def test_who_accepts_everything_stands_out_and_makes_nobody_look_strict():
    table = {f"t{n}": [{"a": k < 3, "b": k < 3, "c": 1} for k in range(4)] for n in range(8)}
    tests = by_name(compare_acceptance(judged(table)))
    assert [name for name, one in tests.items() if one.stands_out] == ["c"]
    assert tests["c"].compared == ("a", "b")
    assert tests["a"].compared == ("b",)
    (sentence,) = stands_out_sentences(list(tests.values()))
    assert sentence == (
        "c stands out: kept 100.0% of 32 suggestions, more than the 75.0% that a and b kept of the same ones "
        "(p = 0.0009)."
    )


def test_of_two_it_is_not_said_who_is_unusual():
    table = {f"t{n}": [{"a": 1, "b": 0}] for n in range(8)}
    tests = compare_acceptance(judged(table))
    (sentence,) = stands_out_sentences(tests)
    assert sentence == (
        "a kept 100.0% of 8 suggestions, and b 0.0% of the same ones: they differ (p = 0.0078). "
        "Of two, it cannot be said who is unusual."
    )


@pytest.mark.parametrize("articles", [1, 2, 4, 5])
def test_few_articles_show_nothing_however_many_suggestions_there_are(articles):
    """Two readers of five articles: 2 / 2 ** 5 is more than 0.05."""
    table = {f"t{n}": [{"a": 1, "b": 0}] * 100 for n in range(articles)}
    assert not any(one.stands_out for one in compare_acceptance(judged(table)))


def test_what_nobody_else_judged_is_not_compared():
    tests = by_name(compare_acceptance(judged({"t": [{"a": 1}, {"b": 0}, {"b": 1, "c": 1}]})))
    assert (tests["a"].p_value, tests["a"].rate, tests["a"].compared) == (None, None, ())
    assert tests["b"].suggestions == 1
    assert compare_acceptance([]) == []


def simulate(rng, articles, rates):
    """Annotators with moods: in each article each keeps more or fewer than on average; who keeps all has no mood."""
    table = {}
    for number in range(articles):
        mood = {name: np.clip(rate + rng.normal(0, 0.1), 0, 1) for name, rate in rates.items()}
        hard = rng.normal(0, 0.05, rng.integers(2, 9))
        table[f"t{number}"] = [
            {name: rate == 1 or rng.random() < mood[name] + one for name, rate in rates.items()} for one in hard
        ]
    return judged(table)


def most(runs):
    """How many false alarms are to be expected at most, with three standard errors of room."""
    return runs * ALPHA + 3 * (runs * ALPHA * (1 - ALPHA)) ** 0.5


@pytest.mark.slow
def test_false_alarms_are_as_rare_as_stated_and_who_accepts_all_is_found():
    rng, runs = np.random.default_rng(17), 1_000
    alike = dict.fromkeys("abcd", 0.85)
    alarms = sum(any(one.stands_out for one in compare_acceptance(simulate(rng, 15, alike))) for _ in range(runs))
    assert alarms <= most(runs)
    found = wrong = 0
    for _ in range(200):
        out = [one.annotator for one in compare_acceptance(simulate(rng, 20, {**alike, "d": 1.0})) if one.stands_out]
        found += "d" in out
        wrong += bool(set(out) - {"d"})
    print(f"{alarms} false alarms in {runs}; who accepts everything was found {found} times in 200, others {wrong}")
    assert found >= 180
    assert wrong <= most(200)
