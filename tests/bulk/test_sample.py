"""The draw of a sample: laws, on made-up articles."""

from collections import Counter
from itertools import count

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.bulk.cluster_index import ClusterIndex
from goldspan.bulk.sample import (
    BY_CLUSTER,
    BY_ID,
    BY_TEXT,
    REPEATED,
    KnownArticles,
    SampleOptions,
    Sampler,
    draw_sample,
    interleave,
)
from goldspan.bulk.strata import StratumCriteria
from goldspan.bulk.suggested_articles import SuggestedArticle, text_fingerprint
from goldspan.errors import InvalidValueError

LABELS = st.lists(st.sampled_from(["A", "A", "A", "B", ""]), max_size=60)
ALL_STRATA = StratumCriteria(by=("label",), spans={"A": 90, "B": 9})


def collection(labels):
    """An article for each label; none is found where it is empty."""
    rows = [(f"a{number}", label) for number, label in enumerate(labels)]
    return [
        SuggestedArticle(
            name, "s", at, 10 * at, 10 * at + 9,
            [{"id": f"{name}.p01", "text": name, "spans": [[0, 1, label, "a"]] if label else [], "scores": [None]}],
        )
        for at, (name, label) in enumerate(rows, 1)
    ]  # fmt: skip


def draw(articles, criteria=ALL_STRATA, known=None, clusters=None, taken=(), **options):
    sampler = Sampler(SampleOptions(**{"number": 10, **options}), criteria, known, clusters, taken)
    return draw_sample(lambda: articles, sampler)


def ids(sample, part=None):
    return [one.candidate.id for one in sample.articles if part in (None, one.part)]


@given(LABELS, st.integers(1, 80), st.floats(0, 1), st.integers(0, 5), st.randoms(use_true_random=False))
def test_a_sample_depends_on_neither_order_nor_shards(labels, number, share, seed, rng):
    articles = collection(labels)
    moved = [
        SuggestedArticle(one.id, f"s{rng.randrange(5)}", one.row, one.start, one.end, one.examples)
        for one in rng.sample(articles, len(articles))
    ]
    options = {"number": number, "random_share": share, "seed": seed}
    first, second = draw(articles, **options), draw(moved, **options)
    assert [(one.candidate.id, one.part, one.probability) for one in first.articles] == [
        (one.candidate.id, one.part, one.probability) for one in second.articles
    ]
    assert first.strata == second.strata
    assert len(set(ids(first))) == len(first.articles) == min(number, len(labels))
    assert ids(first, "random").__len__() == min(round(share * number), len(labels))
    assert Counter(one.candidate.stratum for one in first.articles) == +Counter(
        {stratum.key: stratum.random + stratum.drawn for stratum in first.strata}
    )


def test_every_article_of_the_random_part_is_equally_likely():
    articles = collection(["A"] * 30 + ["B"] * 5 + [""] * 5)
    drawn = Counter(name for seed in range(400) for name in ids(draw(articles, seed=seed, random_share=0.5), "random"))
    expected = 400 * 5 / 40
    chi_square = sum((drawn[article.id] - expected) ** 2 / expected for article in articles)
    # Of the distribution with 39 degrees of freedom 99.9 % lie below 72.1; without replacement the sum is smaller.
    assert 39 / 3 < chi_square < 72.1


@pytest.mark.parametrize("allocation", ["equal", "square-root", "proportional"])
def test_probabilities_estimate_totals_without_bias(allocation):
    articles = collection(["A"] * 60 + ["B"] * 8 + [""] * 30)
    value = {one.id: 1 + number % 7 + 20 * ("B" in one.labels) for number, one in enumerate(articles)}
    total = sum(value.values())
    both, alone = [], []
    for seed in range(200):
        sample = draw(articles, number=20, seed=seed, allocation=allocation, random_share=0.3)
        assert not sample.unseen
        rows = [(value[one.candidate.id], one.probability, one.part) for one in sample.articles]
        both.append(sum(y if part == "random" else y / p for y, p, part in rows))
        alone.append(sum(y / p for y, p, part in rows if part == "random"))
    for estimates in (both, alone):
        mean = sum(estimates) / len(estimates)
        error = (sum((one - mean) ** 2 for one in estimates) / len(estimates) ** 2) ** 0.5
        assert abs(mean - total) < 3.5 * error
    assert sum(abs(one - total) for one in both) < sum(abs(one - total) for one in alone)


@given(LABELS, st.integers(1, 20), st.integers(1, 20))
def test_a_second_sample_goes_on_where_the_first_one_ended(labels, first, second):
    articles = collection(labels)
    before = ids(draw(articles, number=first, random_share=1))
    after = ids(draw(articles, number=second, random_share=1, known=KnownArticles(ids=set(before))))
    assert [*before, *after] == ids(draw(articles, number=first + second, random_share=1))


def test_what_the_project_has_is_left_out_and_counted():
    articles = collection(["A"] * 12)
    known = KnownArticles(ids={"a1", "b"}, fingerprints={text_fingerprint(["a2"])})
    sample = draw(articles, known=known)
    assert sorted(ids(sample)) == sorted({one.id for one in articles} - {"a1", "a2"})
    assert sample.left_out == {BY_ID: 1, BY_TEXT: 1}
    assert sample.frame == 10


def test_of_equal_texts_one_is_drawn():
    articles = collection(["A"] * 12)
    for one in articles[:6]:
        one.examples[0]["text"] = "the page was not found"
    for share in (0.0, 0.4, 1.0):
        sample = draw(articles, random_share=share)
        texts = [next(a for a in articles if a.id == name).examples[0]["text"] for name in ids(sample)]
        assert len(set(texts)) == len(texts) == 7
        assert sample.repeated


def clusters(path, **names):
    pq.write_table(pa.table({"id": list(names), "cluster": list(names.values())}), path)
    return ClusterIndex([path])


@given(st.lists(st.sampled_from(["", "x", "y", "z"]), max_size=25), st.integers(0, 3), st.booleans())
def test_of_a_cluster_one_article_takes_part_and_none_if_the_project_has_one(tmp_path_factory, names, seed, is_taken):
    articles = collection(["A"] * len(names))
    of = {one.id: name for one, name in zip(articles, names, strict=True) if name}
    index = clusters(tmp_path_factory.mktemp("c") / "c.parquet", **{"p": "x", **of})
    taken = index.clusters(["p"]) if is_taken else ()
    sample = draw(articles, number=99, clusters=index, taken=taken, seed=seed)
    found = [of[name] for name in ids(sample) if name in of]
    assert sorted(found) == sorted(set(of.values()) - ({"x"} if is_taken else set()))
    assert len(ids(sample)) == names.count("") + len(found)
    assert sample.left_out[BY_CLUSTER] == (names.count("x") if is_taken else 0)
    assert sample.left_out[REPEATED] == len(names) - len(ids(sample)) - sample.left_out[BY_CLUSTER]


def test_an_id_in_two_clusters_joins_them(tmp_path):
    path = tmp_path / "c.parquet"
    pq.write_table(pa.table({"id": ["a", "b", "b", "c", "d"], "cluster": [1, 1, 2, 2, 3]}), path)
    index = ClusterIndex([path])
    assert len({index.cluster(name) for name in "abc"}) == 1
    assert index.cluster("d") != index.cluster("a")
    assert index.cluster("e") is None
    assert len(index.clusters("abde")) == 2


@given(st.integers(0, 12), st.integers(0, 40))
def test_each_beginning_of_the_order_has_its_share_of_the_random_part(few, many):
    order = interleave([(n, "random") for n in range(few)], [(n, "ranked") for n in range(many)])
    assert sorted(order) == sorted([*((n, "random") for n in range(few)), *((n, "ranked") for n in range(many))])
    for length in count(1):
        if length > len(order):
            break
        share = sum(part == "random" for _, part in order[:length])
        assert abs(share - length * few / (few + many)) <= 1


def test_each_beginning_of_the_strata_has_their_shares():
    sample = draw(collection(["A"] * 90 + ["B"] * 30), number=60, random_share=0, allocation="proportional", least=0)
    for length in range(4, 61, 4):
        first = Counter(one.candidate.stratum for one in sample.articles[:length])
        assert abs(first[("B",)] - length / 4) <= 1


@pytest.mark.parametrize("options", [{"number": 0}, {"random_share": 1.5}, {"least": -1}])
def test_what_is_no_sample_is_refused(options):
    with pytest.raises(InvalidValueError):
        SampleOptions(**{"number": 1, **options})


def test_nothing_gives_nothing():
    sample = draw([])
    assert (sample.articles, sample.strata, sample.frame) == ([], [], 0)
