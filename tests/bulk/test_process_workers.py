"""Processes that work on shards: the same bytes for any number, whatever ends, fails, or never ends."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from goldspan import files
from goldspan.bulk.process_workers import ProcessWorkers
from goldspan.bulk.workers import ThisProcess
from goldspan.errors import InputError
from helpers import bulk_kills, bulk_runs
from helpers.bulk_runs import ENDLESS, lines_of, names_in, write_rows


def workers(size, stall=60.0):
    return lambda recipe: ProcessWorkers(recipe, size, stall)


@pytest.fixture
def articles(tmp_path):
    return bulk_runs.write_articles(tmp_path / "in")


def test_folder_is_the_same_for_this_process_and_several(root, articles, tmp_path):
    makers = {"this": ThisProcess, "two": workers(2)}
    summaries = {name: bulk_runs.run(root, articles, tmp_path / name, make) for name, make in makers.items()}
    assert files.folder_sha256(tmp_path / "this") == files.folder_sha256(tmp_path / "two")
    assert names_in(tmp_path / "two") == [
        ".goldspan.lock", "even/part0.jsonl", "even/part2.jsonl", "ledger.jsonl", "part1.jsonl", "part3.jsonl",
        "recipe.json",
    ]  # fmt: skip
    for summary in summaries.values():
        assert (summary.done, summary.totals["articles"], summary.lost) == (4, 80, 0)
    again = bulk_runs.run(root, articles, tmp_path / "two", ThisProcess)
    assert (again.unchanged, again.new_articles) == (4, 0)
    assert files.folder_sha256(tmp_path / "this") == files.folder_sha256(tmp_path / "two")


def test_killed_worker_costs_its_shard_which_is_given_again(root, articles, tmp_path):
    bulk_runs.run(root, articles, tmp_path / "whole", ThisProcess)
    made = []

    def make(recipe):
        made.append(ProcessWorkers(recipe, 1))
        return made[0]

    kills = []

    def kill(progress):
        if len(kills) < 2 and progress.shards_done == 2 * len(kills):
            kills.append(made[0].numbers[0])
            os.kill(kills[-1], signal.SIGKILL)

    summary = bulk_runs.run(root, articles, tmp_path / "killed", make, on_progress=kill)
    assert (summary.done, summary.failed) == (4, {})
    assert summary.lost <= 2
    assert len({*kills}) == 2
    assert files.folder_sha256(tmp_path / "whole") == files.folder_sha256(tmp_path / "killed")
    assert not [number for number in kills if psutil.pid_exists(number)]


def test_error_while_loading_is_one_error_before_anything_is_written(root, articles, tmp_path):
    files.write(root / "goldspan.toml", '[[recogniser]]\nkind = "regex"\npatterns = { SHIP = "(" }\n')
    with pytest.raises(InputError, match=r"goldspan\.toml:3: "):
        bulk_runs.run(root, articles, tmp_path / "out", workers(2))
    assert not (tmp_path / "out").exists()


def troubled_rows(folder, *words):
    rows = [{"id": f"a{n}", "text": bulk_runs.text_of(n)} for n in range(6)]
    for n, word in enumerate(words):
        rows.insert(2 * n + 1, {"id": f"b{n}", "text": f"Aurora {word} Aurora."})
    write_rows(folder / "troubled.jsonl", rows)
    write_rows(folder / "sound.jsonl", [{"id": "c", "text": "Aurora sailed."}])
    return folder


def test_exception_of_a_recogniser_rejects_its_row(suggest_troubled, tmp_path):
    folder = troubled_rows(tmp_path / "in", "RAISE")
    summary = suggest_troubled(folder, tmp_path / "out", "--workers", "0")
    (reject,) = lines_of(tmp_path / "out" / "troubled.rejects.jsonl")
    assert (reject["row"], summary["articles"]) == (2, 7)
    assert reject["reason"].startswith("troubled: the pipeline fails")


@pytest.mark.slow
def test_rows_that_end_a_worker_are_rejected_with_their_reason(suggest_troubled, tmp_path):
    suggest_troubled(troubled_rows(tmp_path / "without"), tmp_path / "plain", "--workers", "0")
    folder = troubled_rows(tmp_path / "in", "SEGFAULT", "RAISE", "LEAVE", "SLEEP")
    summary = suggest_troubled(folder, tmp_path / "out", "--workers", "1", "--stall", "3")
    assert (summary["done"], summary["failed"], summary["lost_workers"]) == (2, {}, 2)
    reasons = {one["row"]: one["reason"] for one in lines_of(tmp_path / "out" / "troubled.rejects.jsonl")}
    assert list(reasons) == [2, 4, 6, 8]
    assert reasons[2] == "the process of the recognisers ended at it: signal 11, SIGSEGV"
    assert reasons[4].startswith("troubled: the pipeline fails")
    assert reasons[6] == "the process of the recognisers ended at it: code 3"
    assert reasons[8] == "the recognisers did not end within 3 s"
    kept, plain = (lines_of(tmp_path / name / "troubled.jsonl") for name in ("out", "plain"))
    assert [{**line, "row": None} for line in kept] == [{**line, "row": None} for line in plain]
    assert (tmp_path / "out" / "sound.jsonl").read_bytes() == (tmp_path / "plain" / "sound.jsonl").read_bytes()


@pytest.mark.slow
def test_pattern_that_never_ends_costs_its_row(root, tmp_path):
    write_rows(tmp_path / "in" / "a.jsonl", [{"text": "Aurora"}, {"text": f"Berta {ENDLESS}"}, {"text": "Carla"}])
    summary = bulk_runs.run(root, tmp_path / "in", tmp_path / "out", workers(1, stall=2), stall=2)
    assert summary.lost == 2
    assert [row["row"] for row in lines_of(tmp_path / "out" / "a.jsonl")] == [1, 3]
    assert summary.reasons == {"the recognisers did not end within … s": 1}


DRIVER = """
import sys
from pathlib import Path
from goldspan.bulk.process_workers import ProcessWorkers
from helpers import bulk_kills, bulk_runs
made = []
def make(recipe):
    made.append(ProcessWorkers(recipe, 2))
    return made[0]
def shown(progress):
    print(*made[0].numbers, flush=True)
bulk_runs.run(*map(Path, sys.argv[1:]), make, on_progress=shown)
"""


@pytest.mark.slow
@pytest.mark.parametrize("text", ["Aurora", ENDLESS])
def test_workers_end_with_a_driver_that_is_killed_and_the_next_run_goes_on(root, tmp_path, text):
    for n in range(3):
        write_rows(tmp_path / "in" / f"{n}.jsonl", [{"text": bulk_runs.text_of(n)}] * 1500)
    write_rows(tmp_path / "in" / "sub" / "last.jsonl", [{"text": bulk_runs.text_of(9)}])
    if text == ENDLESS:
        write_rows(tmp_path / "in" / "0.jsonl", [{"text": "Berta"}, {"text": ENDLESS}])
    driver = ("-c", DRIVER, root, tmp_path / "in", tmp_path / "out")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, *driver], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        numbers = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
    assert len(numbers) == 2
    ends = time.monotonic() + 30
    while any(map(psutil.pid_exists, numbers)):
        assert time.monotonic() < ends
        time.sleep(0.05)
    if text == ENDLESS:
        return
    bulk_runs.run(root, tmp_path / "in", tmp_path / "out", ThisProcess)
    bulk_runs.run(root, tmp_path / "in", tmp_path / "whole", ThisProcess)
    assert files.folder_sha256(tmp_path / "out") == files.folder_sha256(tmp_path / "whole")
    assert not [name for name in names_in(tmp_path / "out") if name.endswith(".part")]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_command_that_is_interrupted_is_continued_by_the_next(tmp_path, number, code):
    runs = bulk_kills.Runs(tmp_path / "runs", 12, 200)
    whole, continued = runs.whole("whole", 0), runs.continued("continued", 2, number)
    assert continued["sha256"] == whole["sha256"]
    assert (continued["ended"][0], continued["done"], continued["left"]) == (code, 12, [])
    assert continued["unchanged"] >= 3


@pytest.mark.long
def test_folder_is_the_same_after_twenty_kills_and_after_interruptions(tmp_path):
    """As `python -m helpers.bulk_kills`; it prints the digests."""
    found = bulk_kills.main(tmp_path / "runs")
    assert len({one["sha256"] for one in found}) == 1
    assert not [one for one in found if one["left"]]
    (killed,) = (one for one in found if one["run"] == "lost-workers")
    assert killed["kills"] == 20


def test_worker_that_is_replaced_does_not_work_with_a_project_that_changed(root, articles, tmp_path):
    def make(recipe):
        (root / "goldspan.toml").write_text((root / "goldspan.toml").read_text() + "\n[examples]\nunit = 'article'\n")
        return ProcessWorkers(recipe, 1)

    with pytest.raises(InputError, match="the project changed while it was worked with: project"):
        bulk_runs.run(root, articles, tmp_path / "out", make)
