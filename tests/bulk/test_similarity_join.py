"""The search out of core finds what the one in memory finds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb", reason="pip install 'goldspan[bulk]'")

import duckdb

from goldspan import near_duplicates
from goldspan.bulk import similarity_join, tokenised_texts
from goldspan.bulk.similarity_join import JoinLimits
from goldspan.errors import GoldspanError, InputError, InvalidValueError
from goldspan.near_duplicates import Similarity, WordNumbers
from helpers.news_collection import articles
from helpers.similarity_search import all_pairs, joined, written_pairs
from helpers.wire_stories import NewsAgency

SHARES = st.sampled_from([0.05, 0.1, 0.3, 1 / 3, 0.5, 0.7, 0.9, 1.0])
SIMILARITIES = st.builds(Similarity, resemblance=SHARES, containment=SHARES, fewest=st.integers(1, 12))
WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "Ä", "新闻"]), max_size=14)
PARAGRAPH = "this paragraph stands under every article of the outlet and says who may print it"
TEXTS = st.lists(
    st.one_of(WORDS, WORDS.map(lambda words: [*words, PARAGRAPH]), st.sampled_from([[], ["a"], ["a", "b"]])).map(
        " ".join
    ),
    max_size=12,
)


def in_memory(texts, similarity=near_duplicates.SIMILAR):
    numbers = WordNumbers()
    numbered = [numbers.of(text) for text in texts]
    return near_duplicates.similar_pairs(numbered, similarity), near_duplicates.components(numbered, similarity)


def first_members(labels):
    first = {}
    return [first.setdefault(label, number) for number, label in enumerate(labels)]


def check(texts, similarity=near_duplicates.SIMILAR, limits=None):
    with joined(texts, similarity, limits) as join:
        found, clusters, count = all_pairs(join), join.first_members().tolist(), join.pairs
        assert count == len(written_pairs(join)[0])
    pairs, labels = in_memory(texts, similarity)
    assert found == pairs
    assert clusters == first_members(labels)
    return found


@pytest.fixture
def in_pieces(monkeypatch):
    """Batches of two texts, and the matches of one text looked up at once."""
    monkeypatch.setattr(tokenised_texts, "MOST_TEXTS", 2)
    monkeypatch.setattr(similarity_join, "BYTES_PER_MATCH", 2**28)


@given(TEXTS, SIMILARITIES)
@settings(max_examples=25)
def test_the_pairs_are_those_of_the_search_in_memory(texts, similarity):
    check(texts, similarity)


@pytest.mark.usefixtures("in_pieces")
@given(TEXTS, SIMILARITIES)
@settings(max_examples=10)
def test_working_in_pieces_finds_the_same(texts, similarity):
    check(texts, similarity)


@given(TEXTS)
@settings(max_examples=10)
def test_a_digest_that_different_texts_have_changes_nothing(texts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokenised_texts, "digest", lambda _: 7)
        check(texts)


@pytest.mark.slow
@given(TEXTS, SIMILARITIES)
@settings(max_examples=150)
def test_the_pairs_are_those_of_the_search_in_memory_in_many_cases(texts, similarity):
    check(texts, similarity)


def test_two_thousand_articles_have_the_pairs_of_the_search_in_memory():
    assert len(check(list(articles(2_000)))) > 500


@pytest.mark.parametrize("threshold", [0.2, 0.8, 1.0])
def test_what_newspapers_make_of_the_stories_of_an_agency_is_found(threshold):
    agency = NewsAgency(3)
    texts = []
    for _ in range(40):
        story = agency.story()
        edits = (agency.edited, agency.brief, agency.reordered, agency.one_paragraph_kept)
        texts += [" ".join(version) for version in [story, story, *(edit(story) for edit in edits)]]
    agency.rng.shuffle(texts)
    check(texts, Similarity(resemblance=threshold, containment=threshold), JoinLimits(threads=2))


def test_a_paragraph_of_all_articles_makes_none_similar():
    own = [" ".join(f"{name}{number}" for number in range(30)) for name in "abcdefghijk"]
    assert check([f"{text} {PARAGRAPH}" for text in own]) == []


def test_copies_are_tied_to_the_first_and_not_to_each_other():
    with joined(["one story of some words", "another text entirely", *["one story of some words"] * 998]) as join:
        pairs, first = written_pairs(join)
        assert len(pairs) == join.pairs == join.copies == 998
        assert set(first.values()) == {0}
        assert join.first_members().tolist() == [0, 1, *[0] * 998]


@pytest.mark.parametrize("texts", [[], ["alone"], ["", ""], ["", "...", "a"], ["a b", "a b", "b a", "a b c"]])
def test_few_and_short_texts(texts):
    check(texts)


def test_texts_without_spaces_and_long_ones():
    chinese = "外交部发言人星期一表示，双方将继续谈判，并签署协议，会议在北京举行，代表团昨天抵达，记者会取消了。"
    long = " ".join(f"w{number * number % 9_973}" for number in range(150_000))
    check([chinese, chinese.replace("昨天", "今天"), "ผู้แทนเดินทางมาถึงเมื่อวานนี้", long, f"{long} and more", "a" * 10**6])


@pytest.mark.parametrize(
    ("limits", "words"), [({"memory": 10**8}, "memory are too few"), ({"threads": 0}, "one thread")]
)
def test_limits_that_nothing_can_be_done_in_are_refused(limits, words):
    with pytest.raises(InvalidValueError, match=words):
        JoinLimits(**limits)


def test_the_more_texts_the_less_memory_is_left_for_their_trigrams():
    limits = JoinLimits(memory=2**30)
    assert limits.duckdb(0) > limits.duckdb(10**6) > 2**28
    assert JoinLimits(memory=similarity_join.LEAST_MEMORY).duckdb(10**6) > 2**27
    with pytest.raises(InvalidValueError, match="too few for 10,000,000 texts"):
        limits.duckdb(10**7)
    assert JoinLimits(memory=2**31).duckdb(10**7) > 2**29


@given(st.integers(1, 400), SIMILARITIES)
def test_the_fewest_trigrams_are_the_least_that_are_enough(size, similarity):
    import numpy as np

    sizes = np.array([size])
    fewest = int(similarity_join._fewest(similarity, sizes)[0])
    enough = [bool(similarity.hold(np.array([shared]), sizes, sizes)[0]) for shared in range(1, size + 1)]
    assert enough == [shared >= fewest for shared in range(1, size + 1)]


@pytest.mark.parametrize(
    ("error", "raised", "words"),
    [
        (duckdb.OutOfMemoryException("failed to allocate"), GoldspanError, "too little memory.*\n.*--memory"),
        (duckdb.IOException("Could not write: No space left on device"), InputError, "the disk is full\n.*--temporary"),
        (duckdb.OutOfMemoryException("the limit max_temp_directory_size"), InputError, "the disk is full"),
        (duckdb.InternalException("what\nnobody thought of"), GoldspanError, "DuckDB: what nobody thought of"),
        (RuntimeError("Query interrupted"), KeyboardInterrupt, None),
        (RuntimeError("of goldspan"), RuntimeError, "of goldspan"),
    ],
)
def test_errors_of_duckdb_say_what_to_do(error, raised, words):
    with joined([]) as join, pytest.raises(raised, match=words), join.reporting():
        raise error


def test_a_search_that_runs_out_of_memory_says_so(monkeypatch):
    monkeypatch.setattr(JoinLimits, "duckdb", lambda *_: 2**20)
    with pytest.raises(GoldspanError, match="too little memory"), joined(articles(500)):
        pass
