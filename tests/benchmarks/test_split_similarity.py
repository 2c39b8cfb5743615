"""Near-duplicates among 20,000 articles of 300 words that all end in one paragraph."""

import random
import time

import pytest

from goldspan.near_duplicates import WordNumbers, compare, components, similar_pairs, words

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ARTICLES, WORDS, PLANTED = 20_000, 300, 1_000
MOST = 7  # times what it takes to find the words; 5 when only the resemblance was computed, 4 to 5 now


def articles():
    """Articles with a common paragraph of 60 words; every twentieth copies the one before but for a few words."""
    rng = random.Random(1)  # noqa: S311  (no secrets here)
    vocabulary = [f"w{n}" for n in range(30_000)]
    weights = [1 / (n + 3) for n in range(30_000)]
    stream = rng.choices(vocabulary, weights, k=ARTICLES * (WORDS - 60))
    paragraph = rng.choices(vocabulary, weights, k=60)
    texts = [stream[n * (WORDS - 60) : (n + 1) * (WORDS - 60)] for n in range(ARTICLES)]
    for n in range(0, ARTICLES, ARTICLES // PLANTED):
        texts[n + 1] = [word if rng.random() > 0.05 else "changed" for word in texts[n]]
    return [" ".join([*text, *paragraph]) for text in texts]


def test_the_planted_pairs_are_found_far_sooner_than_by_comparing_all():
    texts = articles()
    reading = seconds(lambda: [words(text) for text in texts])
    numbers = WordNumbers()
    started = time.process_time()
    numbered = [numbers.of(text) for text in texts]
    found = similar_pairs(numbered)
    taken = time.process_time() - started
    assert {pair[:2] for pair in found} >= {(n, n + 1) for n in range(0, ARTICLES, ARTICLES // PLANTED)}
    assert all(pair[2:] == compare(texts[pair.first], texts[pair.second])[2:] for pair in found[:200])
    assert len(set(components(numbered))) == ARTICLES - len(found)
    all_pairs = (
        seconds(lambda: [compare(texts[n], texts[-n]) for n in range(200)]) / 200 * ARTICLES * (ARTICLES - 1) / 2
    )
    print(f"\n{ARTICLES:,} articles: {len(found):,} pairs in {taken:.1f} s of processor time;")
    print(f"that is {taken / reading:.1f} times what it takes to find their words;")
    print(f"comparing all pairs as Python sets would take {all_pairs / taken:,.0f} times as long")
    assert taken < MOST * reading


def seconds(work):
    started = time.process_time()
    work()
    return time.process_time() - started
