"""Near-duplicates among 20,000 articles of 300 words that all end in one paragraph."""

import random
import time

import pytest

from goldspan.near_duplicates import find_near_duplicates, jaccard, near_duplicate_clusters

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ARTICLES, WORDS, PLANTED = 20_000, 300, 1_000


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
    started = time.perf_counter()
    found = find_near_duplicates(texts)
    seconds = time.perf_counter() - started
    assert {(i, j) for i, j, _ in found} >= {(n, n + 1) for n in range(0, ARTICLES, ARTICLES // PLANTED)}
    assert all(value == jaccard(texts[i], texts[j]) for i, j, value in found[:200])
    assert len(set(near_duplicate_clusters(texts))) == ARTICLES - len(found)
    started = time.perf_counter()
    for n in range(200):
        jaccard(texts[n], texts[-n])
    all_pairs = (time.perf_counter() - started) / 200 * ARTICLES * (ARTICLES - 1) / 2
    print(f"\n{ARTICLES:,} articles: {len(found):,} pairs in {seconds:.1f} s; ")
    print(f"comparing all pairs as Python sets would take {all_pairs / seconds:,.0f} times as long")
