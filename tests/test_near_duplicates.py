import unicodedata
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InvalidValueError, near_duplicates
from goldspan.near_duplicates import find_near_duplicates, jaccard, near_duplicate_clusters

THRESHOLDS = st.sampled_from([0.05, 0.1, 0.3, 1 / 3, 0.5, 0.7, 0.9, 1.0])
WORDS = st.lists(st.sampled_from("abcde"), max_size=12)
PARAGRAPH = "this paragraph stands under every article of the outlet and says who may print it"
TEXTS = st.lists(st.one_of(WORDS, WORDS.map(lambda words: [*words, PARAGRAPH])).map(" ".join), max_size=9)


def brute(texts, threshold):
    scored = ((i, j, jaccard(texts[i], texts[j])) for i, j in combinations(range(len(texts)), 2))
    return [pair for pair in scored if pair[2] >= threshold]


def components(count, pairs):
    labels = list(range(count))
    for i, j, _ in pairs:
        old, new = max(labels[i], labels[j]), min(labels[i], labels[j])
        labels = [new if label == old else label for label in labels]
    return [sorted(set(labels)).index(label) for label in labels]


@given(TEXTS, THRESHOLDS)
def test_the_pairs_are_those_that_comparing_all_would_find(texts, threshold):
    assert find_near_duplicates(texts, threshold) == brute(texts, threshold)


@given(TEXTS, THRESHOLDS)
def test_clusters_are_the_connected_components_of_the_pairs(texts, threshold):
    assert near_duplicate_clusters(texts, threshold) == components(len(texts), brute(texts, threshold))


@pytest.mark.parametrize("budget", [1, 7, 60])
def test_working_in_pieces_finds_the_same(monkeypatch, budget):
    texts = [" ".join(f"w{n % m}" for n in range(m + 9)) for m in (3, 4, 4, 5, 8, 8, 9, 9, 30, 31)] * 2
    expected = brute(texts, 0.3)
    monkeypatch.setattr(near_duplicates, "BUDGET", budget)
    assert find_near_duplicates(texts, 0.3) == expected
    assert near_duplicate_clusters(texts, 0.3) == components(len(texts), expected)


def test_a_similarity_of_just_the_threshold_counts():
    ten, three_of_ten = " ".join("abcdefghijkl"), " ".join("abcde")
    assert jaccard(ten, three_of_ten) == 0.3
    assert find_near_duplicates([ten, three_of_ten], 0.3) == [(0, 1, 0.3)]
    assert find_near_duplicates([ten, three_of_ten], 0.30000000000000004) == []


def test_half_of_all_trigrams_shared_is_a_half():
    assert jaccard("a b c d e", "b c d e f") == 0.5
    assert jaccard("a b c a b c a b c", "a b c a b c") == pytest.approx(1.0), "a set, not a bag"


def test_case_punctuation_and_encoding_do_not_matter():
    assert jaccard("Im STRAẞE-Café, gleich!", unicodedata.normalize("NFD", "im strasse café “gleich”")) == 1


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 1),
        ("", "...", 1),
        ("", "a", 0),
        ("a", "A.", 1),
        ("a b", "b a", 0),
        ("a b", "a b", 1),
        ("a b", "a b c", 0),
    ],
)
def test_short_texts_are_compared_as_a_whole(one, other, expected):
    assert jaccard(one, other) == expected
    assert bool(find_near_duplicates([one, other], 1.0)) is bool(expected)


def test_a_word_of_three_spaces_is_no_trigram_of_short_texts():
    assert find_near_duplicates(["a", "a a", "a a a", "a a a a"], 0.1) == [(2, 3, 1.0)]


def test_no_texts_have_no_pairs():
    assert find_near_duplicates([]) == near_duplicate_clusters([]) == []
    assert near_duplicate_clusters(["alone"]) == [0]


def test_copies_all_find_each_other():
    texts = ["the same words in the same order"] * 30
    assert len(find_near_duplicates(texts)) == 30 * 29 / 2
    assert near_duplicate_clusters(texts) == [0] * 30


def test_a_paragraph_of_every_text_makes_none_similar():
    own = [" ".join(f"{name}{n}" for n in range(20)) for name in "abcdefgh"]
    texts = [f"{text} {PARAGRAPH}" for text in own]
    assert near_duplicate_clusters(texts) == list(range(8))
    assert list(near_duplicates._Index.of(texts, 0.5).candidates()) == [], "nor is one pair of them looked at"


def test_a_chain_of_near_duplicates_is_one_cluster():
    texts = ["x y z", "a b c d e f", "b c d e f g", "q r s", "c d e f g h"]
    assert jaccard(texts[1], texts[4]) < 0.5
    assert near_duplicate_clusters(texts) == [0, 1, 1, 2, 1]


@pytest.mark.parametrize("threshold", [0, -1, 1.01, float("nan")])
def test_a_threshold_that_means_nothing_is_refused(threshold):
    with pytest.raises(InvalidValueError, match="above 0 and at most 1"):
        find_near_duplicates(["a", "b"], threshold)
    with pytest.raises(InvalidValueError, match="above 0 and at most 1"):
        near_duplicate_clusters(["a", "b"], threshold)
