from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import Example, InvalidValueError, Span, new_project
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.formats import gold
from goldspan.splits.folds import article_sizes, assign_folds, folds, groups

SPANS = st.dictionaries(st.sampled_from("ABC"), st.integers(0, 9), max_size=3)


@st.composite
def corpora(draw):
    ids = [f"a{n:02}" for n in range(draw(st.integers(0, 20)))]
    return {name: draw(st.sampled_from("pqrstuvwxyz")) for name in ids}, {name: draw(SPANS) for name in ids}


@given(corpora(), st.integers(2, 6))
def test_every_article_has_one_fold_and_every_group_stays_whole(case, k):
    group, spans = case
    folds = assign_folds(group, spans, k)
    assert list(folds) == sorted(group)
    places = defaultdict(set)
    for article, fold in folds.items():
        places[group[article]].add(fold)
    assert all(len(folds) == 1 for folds in places.values())
    assert set(folds.values()) == set(range(min(k, len(places)))), "no fold is empty"


@given(corpora(), st.randoms(use_true_random=False))
def test_folds_do_not_depend_on_order_or_on_the_names_of_groups(case, rng):
    group, spans = case
    shuffled = dict(rng.sample(list(group.items()), len(group)))
    renamed = {article: f"{ord(name) * 7 % 26}" for article, name in shuffled.items()}
    assert assign_folds(renamed, spans) == assign_folds(group, spans)


def test_five_articles_are_left_out_one_at_a_time():
    folds = assign_folds({article: article for article in "abcde"}, {article: {"A": 1} for article in "abcde"})
    assert folds == {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4}


def test_labels_are_balanced_over_the_folds():
    spans = {f"a{n:03}": {"A": 1 + n % 7, "B": n % 3} for n in range(100)}
    folds = assign_folds({article: article for article in spans}, spans)
    for label in "AB":
        held = Counter()
        for article, fold in folds.items():
            held[fold] += spans[article][label]
        assert max(held.values()) - min(held.values()) <= 0.06 * sum(held.values()) / 5


def test_a_label_rarer_than_the_folds_is_no_obstacle():
    spans = {f"a{n}": {"A": 3, "rare": int(n == 0)} for n in range(10)}
    assert sorted(Counter(assign_folds({a: a for a in spans}, spans).values()).values()) == [2, 2, 2, 2, 2]


def test_one_fold_is_no_cross_validation():
    with pytest.raises(InvalidValueError, match="at least 2 folds"):
        assign_folds({"a": "a"}, {"a": {}}, 1)


def test_an_article_is_the_sum_of_its_examples_in_their_order():
    examples = [
        Example("b.p01", "Then Bob left.", (Span(5, 8, "P"),), 20),
        Example("a.p00", "Nobody."),
        Example("b.p00", "Ann and Bob came.", (Span(0, 3, "P"), Span(8, 11, "P")), 0),
    ]
    found = article_sizes(examples)
    assert list(found) == ["a", "b"]
    assert (found["b"].text, found["b"].examples, found["b"].words) == ("Ann and Bob came.\nThen Bob left.", 2, 7)
    assert found["b"].spans == {"P": 3}


def test_a_group_is_named_after_its_first_article():
    texts = {"c": "one two three four", "a": "one two three four", "b": "five six seven"}
    found = groups(article_sizes(Example(f"{name}.p00", text) for name, text in texts.items()))
    assert found.names == {"a": "a", "b": "b", "c": "a"}


def test_the_folds_of_a_corpus_are_those_of_its_articles_with_gold(tmp_path):
    corpus = new_project.create(tmp_path / "project")
    write_manifest(corpus.folder / "manifest.jsonl", [ManifestEntry(name, name, "0") for name in "abcd"])
    for name, text in {"a": "one two three four", "b": "five six seven", "d": "One, two, three four!"}.items():
        gold.write(corpus.gold / f"{name}.jsonl", [Example(f"{name}.p00", text)])
    assert folds(corpus) == {"a": 0, "b": 1, "d": 0}
    assert folds(corpus, threshold=1.0) == {"a": 0, "b": 1, "d": 0}
