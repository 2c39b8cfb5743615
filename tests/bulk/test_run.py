"""Runs over shards: what is done again, what fails, what is rejected, and what lies in the folder afterwards."""

import gzip
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import files
from goldspan.bulk import run as bulk_run
from goldspan.bulk.article_ids import SharedIds
from goldspan.bulk.ledger import Ledger
from goldspan.bulk.locations import Location
from goldspan.bulk.shard_suggestions import ShardFailure, ShardResult
from goldspan.bulk.workers import ThisProcess, WorkerLost
from goldspan.errors import GoldspanError, InputError
from goldspan.formats.digest_table import DigestTable, short_number
from helpers import bulk_runs
from helpers.bulk_runs import lines_of, names_in, write_rows


@pytest.fixture
def articles(tmp_path):
    return bulk_runs.write_articles(tmp_path / "in", articles=5)


@pytest.fixture
def run(root, articles, tmp_path):
    def run(**options):
        return bulk_runs.run(root, articles, tmp_path / "out", options.pop("workers", ThisProcess), **options)

    return run


def test_ledger_has_no_path_of_the_machine_and_a_moved_input_is_done(run, root, articles, tmp_path):
    run()
    text = (tmp_path / "out" / "ledger.jsonl").read_text() + (tmp_path / "out" / "recipe.json").read_text()
    assert str(tmp_path) not in text
    assert [line["input"] for line in lines_of(tmp_path / "out" / "ledger.jsonl")] == [
        "even/part0.jsonl", "even/part2.jsonl", "part1.jsonl", "part3.jsonl",
    ]  # fmt: skip
    articles.rename(tmp_path / "moved")
    before = files.folder_sha256(tmp_path / "out")
    assert bulk_runs.run(root, tmp_path / "moved", tmp_path / "out", ThisProcess).unchanged == 4
    assert files.folder_sha256(tmp_path / "out") == before


def test_only_what_changed_is_done_again(run, root, articles, tmp_path):
    run()
    write_rows(articles / "part1.jsonl", [{"id": "new", "text": "Aurora sailed."}])
    (tmp_path / "out" / "part3.jsonl").write_text("broken\n")
    (tmp_path / "out" / "even" / "part0.jsonl").unlink()
    summary = run()
    assert (summary.done, summary.unchanged) == (4, 1)
    bulk_runs.run(root, articles, tmp_path / "fresh", ThisProcess)
    assert files.folder_sha256(tmp_path / "out") == files.folder_sha256(tmp_path / "fresh")


def test_half_a_line_of_a_killed_run_is_no_damage(run, tmp_path):
    run()
    whole = files.folder_sha256(tmp_path / "out")
    ledger = tmp_path / "out" / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-100])
    assert [*Ledger(Location.of(str(tmp_path / "out"))).shards] == ["even/part0", "even/part2", "part1"]
    assert run().unchanged == 3
    assert files.folder_sha256(tmp_path / "out") == whole


def test_interrupted_run_is_continued(run, tmp_path):
    run()
    whole = files.folder_sha256(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")

    def interrupt(progress):
        if progress.shards_done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(on_progress=interrupt)
    assert len(lines_of(tmp_path / "out" / "ledger.jsonl")) >= 1
    assert not [name for name in names_in(tmp_path / "out") if name.endswith(".part")]
    assert run().unchanged >= 1
    assert files.folder_sha256(tmp_path / "out") == whole


def test_shards_that_are_gone_are_not_removed_unasked(run, articles, tmp_path):
    run()
    (articles / "part1.jsonl").unlink()
    with pytest.raises(InputError, match="has suggestions for 1 shard that the input does not have: part1") as raised:
        run()
    assert "--prune" in raised.value.remedy
    assert (tmp_path / "out" / "part1.jsonl").exists()
    assert run(prune=True).done == 3
    assert "part1.jsonl" not in names_in(tmp_path / "out")


def test_shard_that_fails_now_has_no_suggestions_of_an_earlier_input(run, articles, tmp_path):
    pq.write_table(pa.table({"id": ["x"], "text": ["Aurora"]}), articles / "table.parquet")
    run()
    assert (tmp_path / "out" / "table.jsonl").exists()
    data = (articles / "table.parquet").read_bytes()
    (articles / "table.parquet").write_bytes(data[:-20])
    (articles / "part1.jsonl").write_text('{"id": "a", "text": "Aurora"}\n{"id": "b", "te')
    summary = run()
    assert list(summary.failed) == ["table"]
    assert "table.jsonl" not in names_in(tmp_path / "out")
    (failure,) = lines_of(tmp_path / "out" / "failures.jsonl")
    assert (failure["shard"], failure["input"]) == ("table", "table.parquet")
    assert failure["reason"].startswith("not a Parquet file")
    assert str(tmp_path) not in json.dumps(failure)
    assert (summary.done, summary.totals["rejects"]) == (4, 1)
    (articles / "table.parquet").write_bytes(data)
    assert run().failed == {}
    assert "failures.jsonl" not in names_in(tmp_path / "out")


def test_shard_that_cannot_be_read_keeps_what_was_suggested(run, tmp_path, monkeypatch):
    from goldspan.bulk import shards

    run()
    before = (tmp_path / "out" / "part1.jsonl").read_bytes()
    digest_of = shards.digest_of

    def unreachable(shard):
        if shard.name == "part1":
            raise InputError("cannot be reached", file=shard.location.text, remedy="Check the network.")
        return digest_of(shard)

    monkeypatch.setattr(shards, "digest_of", unreachable)
    assert run().failed == {"part1": "cannot be reached. Check the network"}
    assert (tmp_path / "out" / "part1.jsonl").read_bytes() == before
    monkeypatch.undo()
    assert run().unchanged == 4


def test_second_run_into_a_folder_is_refused_at_once(run, tmp_path):
    with (
        bulk_run.locked(Location.of(str(tmp_path / "out"))),
        pytest.raises(InputError, match="another run writes into this folder"),
    ):
        run()


def test_rejected_rows_have_reasons_that_are_counted_by_kind(root, tmp_path):
    write_rows(tmp_path / "in" / "a.jsonl", [
        {"id": "one", "text": "Aurora"}, {"id": "one", "text": "Aurora"}, {"id": "two", "text": "Berta"},
        {"id": "two", "text": "Berta"}, {"id": "x", "text": " "}, {"id": "y", "text": 7}, {"id": "z", "text": "a" * 31},
    ])  # fmt: skip
    with (tmp_path / "in" / "a.jsonl").open("ab") as stream:
        stream.write(
            b"no json\n[1]\n\n" + b'{"text": "\xff"}\n' + b'{"text": "' + b"b" * 2000 + b'"}\n' + b'{"text": "C'
        )
    recipe, shards = bulk_runs.recipe_of(root, tmp_path / "in", longest_text=30)
    output = Location.of(str(tmp_path / "out"))
    with bulk_run.locked(output):
        summary = bulk_run.run(shards, output, recipe, ThisProcess(recipe))
    rejects = {one["row"]: one["reason"] for one in lines_of(tmp_path / "out" / "a.rejects.jsonl")}
    assert rejects[2] == "the id 'one' is that of row 1, too"
    assert rejects[5] == "it has no text"
    assert rejects[7] == "the text has 31 characters, more than 30 (--longest-text)"
    assert rejects[12] == "the line has more than 480 bytes"
    assert list(rejects) == [2, 4, 5, 6, 7, 8, 9, 11, 12, 13]
    assert summary.reasons["the id … is that of row …, too"] == 2
    assert summary.reasons["… is …, no text"] == summary.reasons["not UTF-8: byte … at byte …"] == 1
    assert summary.reasons["not a line of JSON: Expecting value at column …"] == 1
    assert summary.reasons.total() == summary.totals["rejects"] == 10
    (line,) = lines_of(tmp_path / "out" / "ledger.jsonl")
    assert (line["rows"], line["articles"], line["rejects"]) == (12, 2, 10)


def test_byte_order_mark_is_no_fault(root, tmp_path):
    files.write(tmp_path / "in" / "a.jsonl", '\ufeff{"text": "Aurora"}\n')
    assert bulk_runs.run(root, tmp_path / "in", tmp_path / "out", ThisProcess).totals["articles"] == 1


def test_shards_without_rows_or_with_other_columns_cost_nothing_else(root, tmp_path):
    files.write(tmp_path / "in" / "0.jsonl", "")
    files.write(tmp_path / "in" / "1.jsonl", "no json\n")
    pq.write_table(pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())}),
                   tmp_path / "in" / "2.parquet")  # fmt: skip
    pq.write_table(pa.table({"id": ["a"], "corps": ["Aurora"]}), tmp_path / "in" / "4.parquet")
    write_rows(tmp_path / "in" / "3.jsonl", [{"id": "b", "text": "Aurora"}])
    summary = bulk_runs.run(root, tmp_path / "in", tmp_path / "out", ThisProcess)
    assert summary.failed == {"4": "there is no column 'text'. It has id and corps. "
                              "Work on it by itself, or rename the column"}  # fmt: skip
    assert (summary.done, summary.totals["articles"], summary.totals["rejects"]) == (4, 1, 1)
    assert (tmp_path / "out" / "0.jsonl").read_bytes() == b""


def test_ids_of_several_shards_are_counted_and_named_also_when_continued(articles, run):
    write_rows(
        articles / "z.jsonl", [{"id": name, "text": "Aurora"} for name in ("a0-1", "a3-2", 'q", "at": 7', "new")]
    )
    write_rows(articles / "zz.jsonl", [{"id": name, "text": "Aurora"} for name in ('q", "at": 7', "other")])
    for _ in range(2):
        summary = run()
        assert summary.shared_ids == 3
        assert [(one.id, one.shards) for one in summary.first_shared] == [
            ("a0-1", ("even/part0", "z")), ("a3-2", ("part3", "z")), ('q", "at": 7', ("z", "zz")),
        ]  # fmt: skip


@given(st.lists(st.lists(st.integers(0, 40).map(str), unique=True), max_size=5), st.integers(1, 4))
def test_shared_ids_are_those_of_two_shards(shards, together):
    from goldspan.bulk import article_ids

    names = [f"s{number}" for number in range(len(shards))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(article_ids, "TOGETHER", together)
        found = SharedIds(names)
        for name, ids in zip(names, shards, strict=True):
            found.add(name, b"".join(short_number(one).to_bytes(8, "little") for one in ids))
        lines = {name: [f'{{"id": "{one}", '.encode() for one in ids] for name, ids in zip(names, shards, strict=True)}
        count, first = found.find(3, lines.__getitem__)
        found.close()
    places = {
        one: [name for name, ids in zip(names, shards, strict=True) if one in ids] for ids in shards for one in ids
    }
    shared = {one: tuple(where[:2]) for one, where in places.items() if len(where) > 1}
    assert count == len(shared)
    assert len(first) == min(3, count)
    assert {one.id: one.shards for one in first}.items() <= shared.items()


@given(st.lists(st.integers(0, 900).map(str)))
def test_rows_by_id_are_those_of_a_dictionary(names):
    rows, expected = DigestTable(), {}
    for row, name in enumerate([*names, *map(str, range(800))], 1):
        assert rows.setdefault(row, name) == expected.setdefault(name, row)


class ScriptedWorkers:
    """Workers of whom it is known what happens: an outcome for each attempt at a shard."""

    def __init__(self, outcomes, size=2):
        self.size = size
        self.outcomes = {name: list(outcome) for name, outcome in outcomes.items()}
        self.tasks = []
        self.waiting = []

    def submit(self, task):
        self.tasks.append(task)
        self.waiting.append(task)
        assert len(self.waiting) <= self.size

    def next_event(self):
        task = self.waiting.pop()
        outcome = self.outcomes[task.shard.name].pop(0)
        return outcome(task) if callable(outcome) else outcome

    def close(self):
        pass


def lost(task):
    return WorkerLost(task.shard.name, "it ended: signal 9, SIGKILL")


def test_third_attempt_at_a_shard_is_careful_and_the_fifth_the_last(root, articles, run):
    recipe, _ = bulk_runs.recipe_of(root, articles)
    sound = ThisProcess(recipe)._suggester

    def done(task):
        return next(event for event in sound.run(task) if isinstance(event, (ShardResult, ShardFailure)))

    workers = ScriptedWorkers({"even/part0": [lost, done], "even/part2": [lost] * 5, "part1": [done],
                               "part3": [done]})  # fmt: skip
    summary = run(workers=lambda _: workers)
    assert (summary.done, summary.lost) == (3, 6)
    assert summary.failed == {"even/part2": "5 workers were lost at it: it ended: signal 9, SIGKILL"}
    careful = {task.shard.name: task.careful for task in workers.tasks}  # the last attempt at each
    assert careful == {"even/part0": False, "even/part2": True, "part1": False, "part3": False}


def test_workers_that_are_only_lost_end_the_run(root, tmp_path):
    folder = bulk_runs.write_articles(tmp_path / "many", shards=30, articles=1)
    _, shards = bulk_runs.recipe_of(root, folder)
    workers = ScriptedWorkers({shard.name: [lost] * 5 for shard in shards}, size=1)
    with pytest.raises(GoldspanError, match="10 workers were lost one after the other") as raised:
        bulk_runs.run(root, folder, tmp_path / "out", lambda _: workers)
    assert "memory" in raised.value.remedy


def test_compressed_file_that_is_cut_fails_alone(root, tmp_path):
    write_rows(tmp_path / "in" / "a.jsonl", [{"id": "a", "text": "Aurora"}])
    data = gzip.compress((b'{"id": "b", "text": "Berta"}\n') * 2000)
    (tmp_path / "in" / "b.jsonl.gz").write_bytes(data[: len(data) // 2])
    summary = bulk_runs.run(root, tmp_path / "in", tmp_path / "out", ThisProcess)
    assert list(summary.failed) == ["b"]
    assert summary.done == 1
