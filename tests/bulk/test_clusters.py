"""Clusters are the connected components of the pairs, in whatever batches these come."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from goldspan.bulk.clusters import Clusters
from goldspan.near_duplicates import connect

ARTICLES = 12
NUMBERS = st.integers(0, ARTICLES - 1)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20)


@given(st.lists(PAIRS, max_size=5))
def test_clusters_are_the_components_named_by_their_first_member(batches):
    clusters = Clusters(ARTICLES)
    for batch in batches:
        clusters.join(*np.array(batch, dtype=np.int64).reshape(-1, 2).T)
    labels = connect(range(ARTICLES), [pair for batch in batches for pair in batch])
    first = {label: labels.index(label) for label in labels}
    assert clusters.first_members().tolist() == [first[label] for label in labels]


def test_a_chain_of_a_million_is_one_cluster():
    clusters, numbers = Clusters(1_000_000), np.random.default_rng(1).permutation(1_000_000)
    for start in range(0, 999_999, 250_000):
        part = numbers[start : start + 250_001]
        clusters.join(part[:-1], part[1:])
    assert not clusters.first_members().any()


def test_no_articles_have_no_clusters():
    assert Clusters(0).first_members().tolist() == []
