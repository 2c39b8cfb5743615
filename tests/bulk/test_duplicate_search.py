"""`goldspan bulk near-duplicates`: from files to pairs, clusters and rejects."""

import json
import os
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

pytest.importorskip("duckdb", reason="pip install 'goldspan[bulk]'")

from goldspan import files, near_duplicates
from goldspan.bulk import duplicate_search
from goldspan.cli import app
from goldspan.errors import GoldspanError
from goldspan.near_duplicates import WordNumbers
from helpers.news_collection import articles

STORY = "the first brigade crossed the river near the old bridge on monday morning said its commander in a statement"
BRIEF = " ".join(STORY.split()[:14])
OTHER = "markets fell in the capital after the bank had raised its rates for the third time within one short year"


def write_rows(path, rows):
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def run(*arguments, code=0):
    done = CliRunner().invoke(app, ["bulk", "near-duplicates", *map(str, arguments)])
    assert done.exit_code == code, (done.output, done.exception)
    assert isinstance(done.exception, (SystemExit, GoldspanError, type(None))), done.exception
    return f"{done.output}{done.exception}"


def rows_of(path):
    return parquet.read_table(path).to_pylist()


def search(folder, *arguments, code=0):
    """The summary of a search in a folder's `in`, its pairs and its clusters."""
    output, report = folder / "out", folder / "report.json"
    run(folder / "in", "--output", output, "--json", report, *arguments, code=code)
    return json.loads(report.read_text()), rows_of(output / "pairs.parquet"), rows_of(output / "clusters.parquet")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path


def test_pairs_clusters_and_rejects_are_written(folder):
    write_rows(
        folder / "in" / "a.jsonl",
        [
            {"id": "story", "text": STORY},
            {"id": "brief", "text": BRIEF},
            "{broken\n",
            {"id": "empty", "text": " "},
            {"id": "signs", "text": "*** !"},
            {"id": "dashes", "text": "---"},
        ],
    )
    parquet.write_table(
        pa.table({"id": ["copy", "other"], "text": [STORY.upper(), OTHER]}), folder / "in" / "b.parquet"
    )
    summary, pairs, clusters = search(folder)
    assert pairs[0] == {
        "first": "story", "second": "brief", "shared": 12, "first_size": 17, "second_size": 12,
        "resemblance": 12 / 17, "containment": 1.0, "copy": False,
        "first_shard": "a", "first_row": 1, "second_shard": "a", "second_row": 2,
    }  # fmt: skip
    assert [(row["first"], row["second"], row["copy"]) for row in pairs[1:]] == [("story", "copy", True)]
    assert clusters == [
        {"id": "story", "cluster": "story", "shard": "a", "row": 1, "size": 3, "keep": True},
        {"id": "brief", "cluster": "story", "shard": "a", "row": 2, "size": 3, "keep": False},
        {"id": "copy", "cluster": "story", "shard": "b", "row": 1, "size": 3, "keep": False},
    ]
    rejects = [json.loads(line) for line in (folder / "out" / "rejects.jsonl").read_text().splitlines()]
    assert [(one["shard"], one["row"]) for one in rejects] == [("a", 3), ("a", 4)]
    counts = {"rows": 8, "articles": 6, "without_words": 2, "pairs": 2, "copies": 1, "clusters": 1, "clustered": 3}
    assert summary | counts | {"largest": 3, "kept": 4, "failed": {}} == summary
    assert summary["rejects"]["rows"] == 2


@pytest.mark.slow
def test_the_files_are_the_same_whatever_the_processes_and_the_memory(folder, monkeypatch):
    texts = [*articles(1_200), *list(articles(1_200))[:50]]
    for number in range(3):
        rows = [{"text": text} for text in texts[number::3]]
        write_rows(folder / "in" / f"part-{number}.jsonl", rows)
    search(folder)
    digest = files.folder_sha256(folder / "out")
    for worth, *arguments in ((1, "--threads", 2), (2**20, "--memory", "640MB", "--temporary", folder / "temporary")):
        monkeypatch.setattr(duplicate_search, "WORTH_A_PROCESS", worth)
        search(folder, *arguments)
        assert files.folder_sha256(folder / "out") == digest
    assert list((folder / "temporary").iterdir()) == []


def test_the_pairs_of_a_collection_are_those_of_the_search_in_memory(folder):
    texts = [*articles(2_000), *list(articles(2_000))[:50]]
    write_rows(folder / "in" / "news.jsonl", [{"id": str(number), "text": text} for number, text in enumerate(texts)])
    summary, pairs, clusters = search(folder, "--resemblance", "0.6", "--containment", "0.7", "--fewest", "15")
    similarity = near_duplicates.Similarity(resemblance=0.6, containment=0.7, fewest=15)
    numbers = WordNumbers()
    numbered = [numbers.of(text) for text in texts]
    first = {}
    copies = {n: head for n, text in enumerate(numbered) if (head := first.setdefault(text.tobytes(), n)) != n}
    expected = [pair for pair in near_duplicates.similar_pairs(numbered, similarity) if not {*pair[:2]} & {*copies}]
    found = [
        (int(row["first"]), int(row["second"]), row["shared"], (row["first_size"], row["second_size"]))
        for row in pairs
        if not row["copy"]
    ]
    assert found == expected
    assert [row["resemblance"] for row in pairs if not row["copy"]] == [pair.resemblance for pair in expected]
    assert [row["containment"] for row in pairs if not row["copy"]] == [pair.containment for pair in expected]
    assert {int(row["second"]): int(row["first"]) for row in pairs if row["copy"]} == copies
    labels = near_duplicates.components(numbered, similarity)
    members = {label: [n for n, other in enumerate(labels) if other == label] for label in set(labels)}
    wanted = {str(n): str(group[0]) for group in members.values() if len(group) > 1 for n in group}
    assert {row["id"]: row["cluster"] for row in clusters} == wanted
    assert summary["kept"] == len(members)
    assert sum(row["keep"] for row in clusters) == summary["clusters"]


def test_articles_of_one_id_are_told_apart_by_shard_and_row(folder):
    for name, texts in {"x": [STORY, OTHER], "y": [OTHER, STORY]}.items():
        ids = ["same", "second"] if name == "x" else ["same", "fourth"]
        write_rows(folder / "in" / f"{name}.jsonl", [{"id": i, "text": t} for i, t in zip(ids, texts, strict=True)])
    summary, pairs, clusters = search(folder)
    assert summary["repeated_ids"] == {"ids": 1, "examples": {"same": 2}}
    places = ("first", "first_shard", "first_row", "second", "second_shard", "second_row")
    assert [tuple(row[key] for key in places) for row in pairs] == [
        ("same", "x", 1, "fourth", "y", 2),
        ("second", "x", 2, "same", "y", 1),
    ]
    assert [(row["id"], row["cluster"]) for row in clusters] == [
        ("same", "same (x, row 1)"),
        ("fourth", "same (x, row 1)"),
        ("second", "second"),
        ("same", "second"),
    ]


def test_a_damaged_file_costs_itself_alone(folder):
    write_rows(folder / "in" / "good.jsonl", [{"text": STORY}, {"text": STORY}])
    (folder / "in" / "bad.parquet").write_bytes(b"PAR1 and then nothing of the kind PAR1")
    summary, pairs, _ = search(folder, code=1)
    assert list(summary["failed"]) == ["bad"]
    assert [(row["first_shard"], row["first_row"], row["second_row"]) for row in pairs] == [("good", 1, 2)]
    (line,) = (folder / "out" / "rejects.jsonl").read_text().splitlines()
    assert json.loads(line)["row"] is None
    assert str(folder) not in line


@pytest.mark.parametrize(
    "rows", [[{"text": STORY}], [{"text": "*"}, {"text": "-"}], [{"text": STORY}, {"text": OTHER}]]
)
def test_nothing_similar_gives_empty_tables(folder, rows):
    write_rows(folder / "in" / "news.jsonl", rows)
    summary, pairs, clusters = search(folder)
    assert (pairs, clusters, summary["kept"]) == ([], [], len(rows))
    assert parquet.read_schema(folder / "out" / "clusters.parquet").names[:2] == ["id", "cluster"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--resemblance", "0"], 2, "above 0 and at most 1"),
        (["--containment", "1.5"], 2, "above 0 and at most 1"),
        (["--memory", "100MB"], 2, "too few"),
        (["--memory", "much"], 2, "is no size"),
        (["--threads", "0"], 2, "threads"),
        (["--text", "nowhere"], 1, "nowhere"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(folder, arguments, code, words):
    write_rows(folder / "in" / "news.jsonl", [{"text": STORY}])
    output = run(folder / "in", "--output", folder / "out", *arguments, code=code)
    assert words in output
    assert sorted(path.name for path in folder.iterdir()) == ["in"]


def test_a_folder_with_other_files_is_left_alone(folder):
    write_rows(folder / "in" / "news.jsonl", [{"text": STORY}])
    (folder / "out").mkdir()
    (folder / "out" / "thesis.txt").write_text("mine")
    assert "thesis.txt" in run(folder / "in", "--output", folder / "out", code=1)
    assert [path.name for path in (folder / "out").iterdir()] == ["thesis.txt"]


def test_an_input_without_rows_is_refused(folder):
    write_rows(folder / "in" / "news.jsonl", [])
    assert "no shard has a row" in run(folder / "in", "--output", folder / "out", code=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "begun"),
    [
        (signal.SIGINT, "*.vocabulary"),
        (signal.SIGINT, "texts.duckdb"),
        (signal.SIGINT, "pairs.parquet"),
        (signal.SIGTERM, "*.vocabulary"),
        (signal.SIGKILL, "texts.duckdb"),
    ],
)
def test_a_run_that_ends_early_leaves_the_earlier_result_and_the_next_one_removes_what_it_left(folder, number, begun):
    write_rows(folder / "in" / "news.jsonl", [{"text": text} for text in articles(4_000)])
    output = folder / "out"
    output.mkdir()
    (output / "rejects.jsonl").write_text("earlier")
    command = [sys.executable, "-m", "goldspan", "bulk", "near-duplicates", folder / "in", "--output", output]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while running.poll() is None and not list(folder.glob(f".*.part/{begun}")):
        time.sleep(0.002)
    os.kill(running.pid, number)
    _, errors = running.communicate(timeout=60)
    assert running.returncode != 0
    if number == signal.SIGINT:
        assert (running.returncode, errors) == (130, b"goldspan: interrupted\n")
        assert sorted(path.name for path in folder.iterdir()) == ["in", "out"]
    assert (output / "rejects.jsonl").read_text() == "earlier" or begun == "pairs.parquet"
    search(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["in", "out", "report.json"]
    assert sorted(path.name for path in output.iterdir()) == ["clusters.parquet", "pairs.parquet"]


@pytest.mark.parametrize("rows", [1, 3, 7, 100])
def test_row_groups_do_not_depend_on_how_the_rows_come(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(duplicate_search, "ROWS", rows)
    schema = pa.schema({"shared": pa.int64()})
    numbers = list(range(28))
    batches = (pa.record_batch({"shared": pa.array(numbers[a:b], pa.uint32())}) for a, b in ((0, 9), (9, 9), (9, 28)))
    duplicate_search._write_table(tmp_path / "table.parquet", batches, schema)
    assert [row["shared"] for row in rows_of(tmp_path / "table.parquet")] == numbers
    metadata = parquet.read_metadata(tmp_path / "table.parquet")
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    assert sizes == [rows] * (28 // rows) + [28 % rows] * bool(28 % rows)
