"""Work in several processes gives what it gives in one, and leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from functools import partial

import psutil
import pytest

from goldspan.models import worker_processes
from goldspan.models.worker_processes import ONE_THREAD, results, usable_processors
from helpers import training_process


def squared(number):
    return number * number, os.getpid(), {name: os.environ.get(name) for name in ONE_THREAD}


def end_elsewhere(number, home):
    """Ends the process, unless it is the one that started the others."""
    if os.getpid() != home:
        os._exit(9)
    return -number


def test_each_task_has_its_result_from_a_process_with_one_thread(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    found = dict(results(squared, range(6), 2))
    assert {task: value[0] for task, value in found.items()} == {n: n * n for n in range(6)}
    assert os.getpid() not in {value[1] for value in found.values()}
    assert all(value[2] == ONE_THREAD for value in found.values())
    assert "OMP_NUM_THREADS" not in os.environ, "this process keeps its own"


@pytest.mark.parametrize(
    ("tasks", "processes"), [([3], 4), ([1, 2, 3], 1), ([], 2)], ids=["one task", "one process", "nothing"]
)
def test_what_one_process_can_do_is_done_here(tasks, processes):
    assert {value[1] for _, value in results(squared, tasks, processes)} <= {os.getpid()}


def test_work_that_cannot_be_moved_is_done_here():
    assert dict(results(lambda number: number + 1, [1, 2], 2)) == {1: 2, 2: 3}


def test_what_killed_processes_leave_over_is_done_here():
    work = partial(end_elsewhere, home=os.getpid())
    assert dict(results(work, [1, 2, 3], 2)) == {1: -1, 2: -2, 3: -3}


def test_no_process_can_be_started(monkeypatch):
    def refuse(*_arguments, **_options):
        raise OSError("no semaphores here")

    monkeypatch.setattr(worker_processes, "ProcessPoolExecutor", refuse)
    assert {value[1] for _, value in results(squared, [1, 2], 2)} == {os.getpid()}


def test_there_is_a_processor():
    assert usable_processors() >= 1


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_processes_end_with_the_one_that_started_them(tmp_path, sent):
    program = subprocess.Popen(
        [sys.executable, training_process.__file__, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: len([*tmp_path.glob("*.began")]) == 2)
    children = [psutil.Process(int(path.stem)) for path in tmp_path.glob("*.began")]
    program.send_signal(sent)
    assert program.wait(10) != 0
    wait_until(lambda: not any(child.is_running() and child.status() != "zombie" for child in children), seconds=10)


def test_a_program_that_guards_nothing_begins_once(tmp_path):
    """As the scripts of goldspan's commands, whose file would otherwise run again in each process."""
    program = tmp_path / "program.py"
    program.write_text(
        "import os\nfrom helpers.training_process import process_number\n"
        "from goldspan.models.worker_processes import results\n"
        "print('begins')\n"
        "found = [pid for _, (_, pid) in results(process_number, [1, 2, 3], 2)]\n"
        "print(len(found), os.getpid() in found, __file__)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (f"begins\n3 False {program}\n", "")


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
