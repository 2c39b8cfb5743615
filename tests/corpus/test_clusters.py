"""The clusters of a project: the file, and what is read from the tables of a collection."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.corpus import clusters
from goldspan.errors import InputError
from goldspan.splits.cluster_tables import clusters_of

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)


@given(st.dictionaries(NAMES, NAMES))
def test_clusters_are_read_as_they_were_written(tmp_path_factory, kept):
    path = tmp_path_factory.mktemp("clusters") / clusters.FILE
    path.write_text(clusters.content(kept), encoding="utf-8", newline="")
    read = clusters.read_clusters(path)
    assert {one.article: one.cluster for one in read} == kept
    assert [one.article for one in read] == sorted(kept)


def test_no_file_is_no_cluster(tmp_path):
    assert clusters.read_clusters(tmp_path / clusters.FILE) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("[]", "not a JSON object"),
        ('{"article": "b"}', "the key 'cluster' is missing"),
        ('{"article": "b", "cluster": 7}', "'cluster' is 7"),
        ('{"article": "", "cluster": "c"}', "'article' is empty"),
        ('{"article": "b", "cluster": "c", "size": 2}', "unknown key 'size'"),
        ('{"article": "a", "cluster": "d"}', "the article 'a' is listed twice"),
    ],
)
def test_what_is_no_line_of_clusters_is_refused(tmp_path, row, message):
    path = tmp_path / clusters.FILE
    path.write_text('{"article": "a", "cluster": "c"}\n' + row + "\n")
    with pytest.raises(InputError) as caught:
        clusters.read_clusters(path)
    assert (caught.value.line, message in caught.value.message) == (2, True), caught.value.message
    assert caught.value.remedy


def parquet(path, rows):
    ids, names = zip(*rows, strict=True)
    pq.write_table(pa.table({"cluster": list(names), "id": list(ids), "size": [2] * len(rows)}), path)
    return path


def jsonl(path, rows):
    path = path.with_suffix(".jsonl")
    path.write_text("".join(json.dumps({"id": name, "cluster": cluster}) + "\n" for name, cluster in rows))
    return path


@pytest.mark.parametrize("write", [parquet, jsonl])
def test_the_clusters_of_the_articles_of_a_project_are_found(tmp_path, write):
    table = write(tmp_path / "c.parquet", [("x", 4), ("a", 4), ("b", 5), ("c", 4), ("a", 6), ("y", 6), ("d", 6)])
    wanted = {name: [name] for name in "abcde"}
    assert clusters_of([table], wanted) == {"a": "4", "b": "5", "c": "4", "d": "4"}  # a is in two, which it joins
    assert clusters_of([table], {"x": ["one", "two"], "b": []}) == {"one": "4", "two": "4"}
    assert clusters_of([], wanted) == {}


def test_numbers_of_two_tables_are_no_clusters_in_common_and_names_are(tmp_path):
    first = parquet(tmp_path / "1.parquet", [("a", 0), ("b", 1)])
    second = parquet(tmp_path / "2.parquet", [("c", 0), ("d", 0)])
    assert clusters_of([first, second], {name: [name] for name in "abcd"}) == {
        "a": "0",
        "b": "1",
        "c": "0/2",
        "d": "0/2",
    }
    third = parquet(tmp_path / "3.parquet", [("c", "x"), ("e", "y")])
    known = {"a": "x", "b": "x", "e": "z", "f": "z"}
    assert clusters_of([third], {name: [name] for name in "cde"}, known) == {
        "a": "x",
        "b": "x",
        "c": "x",
        "e": "y",
        "f": "y",
    }


@pytest.mark.parametrize("cluster", [None, "", 1.5, True])
def test_a_row_without_a_cluster_is_refused_with_its_number(tmp_path, cluster):
    table = parquet(tmp_path / "c.parquet", [("b", None if cluster is None else cluster), ("a", cluster)])
    with pytest.raises(InputError, match=r"neither a name nor a number") as caught:
        clusters_of([table], {"a": ["a"]})
    assert caught.value.line == 2
