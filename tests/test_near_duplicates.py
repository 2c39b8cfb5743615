import unicodedata
from array import array
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InvalidValueError, near_duplicates
from goldspan.near_duplicates import Similarity, SimilarPair, WordNumbers, compare, components, similar_pairs, words

SHARES = st.sampled_from([0.05, 0.1, 0.3, 1 / 3, 0.5, 0.7, 0.9, 1.0])
SIMILARITIES = st.builds(Similarity, resemblance=SHARES, containment=SHARES, fewest=st.integers(1, 12))
WORDS = st.lists(st.sampled_from("abcde"), max_size=14)
PARAGRAPH = "this paragraph stands under every article of the outlet and says who may print it"
TEXTS = st.lists(st.one_of(WORDS, WORDS.map(lambda words: [*words, PARAGRAPH])).map(" ".join), max_size=9)
ONLY_RESEMBLANCE = {"containment": 1.0, "fewest": 1_000}


def numbered(texts):
    numbers = WordNumbers()
    return [numbers.of(text) for text in texts]


def trigrams(text):
    found = words(text)
    return {tuple(found[at : at + 3]) for at in range(max(1, len(found) - 2))}


def brute(texts, similarity):
    """The pairs by their definition, with the number of trigrams shared."""
    sets = [trigrams(text) for text in texts]
    for (i, a), (j, b) in combinations(enumerate(sets), 2):
        shared = len(a & b)
        contained = shared >= similarity.fewest and shared / min(len(a), len(b)) >= similarity.containment
        if contained or shared / len(a | b) >= similarity.resemblance:
            yield i, j, shared, (len(a), len(b))


def joined(count, pairs):
    labels = list(range(count))
    for i, j in pairs:
        old, new = max(labels[i], labels[j]), min(labels[i], labels[j])
        labels = [new if label == old else label for label in labels]
    return [sorted(set(labels)).index(label) for label in labels]


@pytest.fixture(params=[0, near_duplicates.FEW_TEXTS], ids=["matrix", "one by one"])
def few(request, monkeypatch):
    """Both ways to compare texts: that for many, and that for a few."""
    monkeypatch.setattr(near_duplicates, "FEW_TEXTS", request.param)


@pytest.mark.usefixtures("few")
class TestBothWays:
    @given(TEXTS, SIMILARITIES)
    def test_the_pairs_are_those_that_comparing_all_would_find(self, texts, similarity):
        assert similar_pairs(numbered(texts), similarity) == list(brute(texts, similarity))

    @given(TEXTS, SIMILARITIES, st.data())
    def test_pairs_inside_a_part_are_left_out(self, texts, similarity, data):
        parts = [data.draw(st.integers(0, 2)) for _ in texts]
        expected = [pair for pair in brute(texts, similarity) if parts[pair[0]] != parts[pair[1]]]
        assert similar_pairs(numbered(texts), similarity, parts) == expected

    @given(TEXTS, SIMILARITIES, st.data())
    def test_texts_with_a_known_passage_in_common_are_similar_by_resemblance_alone(self, texts, similarity, data):
        passages = [sorted(data.draw(st.sets(st.integers(0, 3), max_size=2))) for _ in texts]
        expected = [
            pair
            for pair in map(SimilarPair._make, brute(texts, similarity))
            if pair.resemblance >= similarity.resemblance or not {*passages[pair[0]]} & {*passages[pair[1]]}
        ]
        assert similar_pairs(numbered(texts), similarity, passages=passages) == expected

    @given(TEXTS, SIMILARITIES, st.data())
    def test_components_are_those_of_the_pairs_that_are_not_unrelated(self, texts, similarity, data):
        numbers = st.integers(0, max(0, len(texts) - 1))
        drawn = data.draw(st.sets(st.tuples(numbers, numbers), max_size=4)) if texts else set()
        unrelated = {(i, j) for i, j in drawn if i < j}
        pairs = [pair[:2] for pair in brute(texts, similarity) if pair[:2] not in unrelated]
        assert components(numbered(texts), similarity, unrelated) == joined(len(texts), pairs)

    def test_no_texts_have_no_pairs(self):
        assert similar_pairs([]) == components([]) == []
        assert components(numbered(["alone"])) == [0]

    def test_copies_all_find_each_other(self):
        texts = numbered(["the same words in the same order"] * 30)
        assert len(similar_pairs(texts)) == 30 * 29 / 2
        assert components(texts) == [0] * 30


@pytest.mark.parametrize("budget", [1, 7, 60])
def test_working_in_pieces_finds_the_same(monkeypatch, budget):
    texts = [" ".join(f"w{n % m}" for n in range(m + 9)) for m in (3, 4, 4, 5, 8, 8, 9, 9, 30, 31)] * 2
    similarity = Similarity(resemblance=0.3, containment=0.6, fewest=4)
    expected = list(brute(texts, similarity))
    monkeypatch.setattr(near_duplicates, "FEW_TEXTS", 0)
    monkeypatch.setattr(near_duplicates, "BUDGET", budget)
    assert similar_pairs(numbered(texts), similarity) == expected
    assert components(numbered(texts), similarity) == joined(len(texts), [pair[:2] for pair in expected])


@pytest.mark.parametrize("rare", [0, 1, 3, 10_000])
def test_the_length_of_the_heads_does_not_matter_to_the_result(monkeypatch, rare):
    texts = [" ".join(f"w{n % m}" for n in range(m + 9)) for m in range(3, 33)]
    monkeypatch.setattr(near_duplicates, "FEW_TEXTS", 0)
    monkeypatch.setattr(near_duplicates, "RARE", rare)
    assert similar_pairs(numbered(texts)) == list(brute(texts, near_duplicates.SIMILAR))


def test_a_similarity_of_just_the_threshold_counts():
    texts = [" ".join("abcdefghijkl"), " ".join("abcde")]
    assert compare(*texts).resemblance == 0.3
    assert similar_pairs(numbered(texts), Similarity(resemblance=0.3, **ONLY_RESEMBLANCE)) == [(0, 1, 3, (10, 3))]
    assert similar_pairs(numbered(texts), Similarity(resemblance=0.30000000000000004, **ONLY_RESEMBLANCE)) == []


@pytest.mark.parametrize(
    ("own", "kept", "is_similar"),
    [
        (10, 12, True),  # 10 of 20 trigrams of the brief are in the story
        (11, 12, False),  # 10 of 21
        (7, 11, False),  # 9 of 16: more than half, but fewer than 10
        (0, 12, True),  # a story's first words are its brief
    ],
)
def test_a_brief_is_similar_if_half_of_it_and_ten_trigrams_stand_in_the_story(own, kept, is_similar):
    story = [f"s{n}" for n in range(400)]
    brief = [*story[:kept], *(f"b{n}" for n in range(own))]
    texts = [" ".join(story), " ".join(brief)]
    pair = compare(*texts)
    assert (pair.shared, pair.sizes) == (kept - 2, (398, kept + own - 2))
    assert bool(similar_pairs(numbered(texts))) is is_similar


def test_half_of_all_trigrams_shared_is_a_half():
    assert compare("a b c d e", "b c d e f").resemblance == 0.5
    assert compare("a b c a b c a b c", "a b c a b c").resemblance == pytest.approx(1.0), "a set, not a bag"


def test_case_punctuation_and_encoding_do_not_matter():
    assert compare("Im STRAẞE-Café, gleich!", unicodedata.normalize("NFD", "im strasse café “gleich”")).resemblance == 1


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
    assert compare(one, other).resemblance == expected
    assert bool(similar_pairs(numbered([one, other]), Similarity(resemblance=1.0))) is bool(expected)


def test_a_word_of_three_spaces_is_no_trigram_of_short_texts():
    texts = ["a", "a a", "a a a", "a a a a"]
    assert similar_pairs(numbered(texts), Similarity(resemblance=0.1)) == [(2, 3, 1, (1, 1))]


@pytest.mark.usefixtures("few")
def test_a_paragraph_of_every_text_makes_none_similar(monkeypatch):
    own = [" ".join(f"{name}{n}" for n in range(20)) for name in "abcdefgh"]
    texts = numbered(f"{text} {PARAGRAPH}" for text in own)
    assert components(texts) == list(range(8))
    monkeypatch.setattr(near_duplicates, "RARE", 7)
    candidates = near_duplicates._Index.of(texts, near_duplicates.SIMILAR, [()] * 8).candidates()
    assert sum(len(first) for first, _ in candidates) == 0, "nor is one pair of them looked at"


def test_a_chain_of_near_duplicates_is_one_component():
    texts = ["x y z", "a b c d e f", "b c d e f g", "q r s", "c d e f g h"]
    assert compare(texts[1], texts[4]).resemblance < 0.5
    assert components(numbered(texts)) == [0, 1, 1, 2, 1]


def test_equal_texts_that_are_unrelated_are_joined_by_a_third_alone():
    texts = numbered(["a b c d"] * 3)
    assert components(texts[:2], unrelated=[(0, 1)]) == [0, 1]
    assert components(texts, unrelated=[(0, 1)]) == [0, 0, 0]
    assert components(texts, unrelated=[(0, 1), (0, 2), (1, 2)]) == [0, 1, 2]


@given(st.lists(st.integers(0, 5), min_size=6, max_size=6), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_connected_labels_are_equal_where_a_chain_of_pairs_joins_them(labels, pairs):
    found = near_duplicates.connect(labels, pairs)
    expected = joined(6, pairs)
    for i, j in combinations(range(6), 2):
        assert (found[i] == found[j]) == (expected[labels[i]] == expected[labels[j]])


def test_words_have_the_same_number_wherever_they_are():
    numbers = WordNumbers()
    assert numbers.of("Fog, fog and mist") == array("q", [0, 0, 1, 2])
    assert numbers.of("Mist") == array("q", [2])


@pytest.mark.parametrize("threshold", [0, -1, 1.01, float("nan")])
@pytest.mark.parametrize("what", ["resemblance", "containment"])
def test_a_threshold_that_means_nothing_is_refused(what, threshold):
    with pytest.raises(InvalidValueError, match="above 0 and at most 1"):
        Similarity(**{what: threshold})
