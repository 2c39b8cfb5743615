"""How the processor time of each command grows with the corpus: nothing is worse than n log n in examples."""

import contextlib
import functools
import gc
import math
import os
import shutil
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from goldspan.cli import app
from helpers.large_corpus import make_project
from helpers.timing import seconds

SIZES = (600, 1_800, 5_400)
LARGE_SIZES = (1_000, 3_000, 9_000)
COMMANDS = {
    "check": ["check"],
    "stats": ["stats"],
    "agree": ["agree", "--json", "agree.json"],
    "adjudicate": ["adjudicate", "--accept", "majority", "--overwrite", "--apply"],
    "adjudicate --adopt": ["adjudicate", "--adopt", "--as", "zoe", "--reason", "It is right.", "--apply"],
    "split": ["split", "--apply"],
    "export": ["export", "--output", "exported"],
}
SAID = {"check": 1}  # the exit codes but 0: the annotators differ, so that check has findings
STEEPEST = 1.3  # n log n has an exponent of 1.1 here
pytestmark = [pytest.mark.benchmark, pytest.mark.slow]


@pytest.fixture(
    scope="module", params=[SIZES, pytest.param(LARGE_SIZES, marks=pytest.mark.long)], ids=["small", "large"]
)
def taken(request, tmp_path_factory):
    """Per size the processor seconds of each command."""
    folder = tmp_path_factory.mktemp("growth")
    _run_all(make_project(folder / "warm", 100).root)  # imports are not timed
    return {size: _run_all(make_project(folder / str(size), size).root) for size in request.param}


def _run_all(root):
    times = {}
    with contextlib.chdir(root):
        for name in COMMANDS:
            gc.collect()
            gc.freeze()  # a command has a process of its own: what the others left is not searched for garbage here
            times[name] = seconds(functools.partial(_run, name), time.process_time)
    return times


def _run(name):
    done = CliRunner().invoke(app, COMMANDS[name])
    assert done.exit_code == SAID.get(name, 0), done.output[-500:]


def exponents(taken, command):
    """The exponents of growth between neighbouring sizes."""
    times = [times[command] for times in taken.values()]
    return [
        math.log(later / earlier) / math.log(large / small)
        for (earlier, later), (small, large) in zip(pairwise(times), pairwise(taken), strict=True)
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_grows_much_faster_than_the_corpus(command, taken):
    times = ", ".join(f"{size:,} examples {times[command]:.2f} s" for size, times in taken.items())
    print(f"\n{command}: {times}; exponents {', '.join(f'{one:.2f}' for one in exponents(taken, command))}")
    assert exponents(taken, command)[-1] < STEEPEST


@pytest.mark.parametrize(
    ("size", "people", "commands", "limit"),
    [
        (50_000, {}, COMMANDS, 60),
        (830, {"labels": 60, "annotators": 9}, {"agree": COMMANDS["agree"]}, 20),
        (1_000, {"labels": 200, "annotators": 40}, {"stats": ["stats"], "agree": ["agree"]}, 300),
    ],
    ids=["examples", "labels", "annotators"],
)
@pytest.mark.long
def test_large_projects_in_bounded_time(size, people, commands, limit, tmp_path):
    root = make_project(tmp_path / "project", size, **people).root
    print(f"\n{size:,} examples {people}")
    slow = []
    for name, arguments in commands.items():
        command = [sys.executable, "-m", "goldspan", *arguments]
        running = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        processor = usage.ru_utime + usage.ru_stime
        print(f"  {name}: {processor:.1f} s, {usage.ru_maxrss / 1e6:.2f} GB")
        assert running.returncode == SAID.get(name, 0)
        slow += [name] if processor >= limit else []
    shutil.rmtree(root)
    assert not slow
