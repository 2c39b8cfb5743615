"""Runs of `goldspan bulk suggest` that are killed in several ways, each with the digest of the folder at its end.

    python -m helpers.bulk_kills FOLDER [KILLS [SHARDS [ARTICLES]]]

FOLDER is made: the project, SHARDS shards of ARTICLES articles, an output per run. All digests are to be the same.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from goldspan import files
from helpers import bulk_runs

TOY = Path(__file__).parents[1] / "data" / "toy"
PAUSE = 0.5  # seconds from the end of a shard to the next kill, at most
SEED = 7


class Runs:
    """Runs into folders of their own.

    Args:
        folder: for all.
        shards: how many there are.
        articles: in each.
    """

    def __init__(self, folder, shards, articles):
        self.folder = folder
        shutil.copytree(TOY, folder / "project")
        files.write(folder / "project" / "goldspan.toml", bulk_runs.REGEX)
        bulk_runs.write_articles(folder / "in", shards, articles, words=120)

    def start(self, name, workers):
        """Start a run."""
        options = ("--workers", str(workers), "--json", str(self.folder / f"{name}.json"))
        command = ("bulk", "suggest", str(self.folder / "in"), "--output", str(self.folder / name), *options)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen(
            [sys.executable, "-m", "goldspan", *command, "--root", str(self.folder / "project")],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self, name, process):
        """Wait for its end; returns the summary, with the digest of its folder and what should not be there."""
        words = process.communicate()[1]
        assert process.returncode == 0, words
        summary = json.loads((self.folder / f"{name}.json").read_text())
        left = [path for path in bulk_runs.names_in(self.folder / name) if path.endswith(".part")]
        return {
            "run": name,
            "sha256": files.folder_sha256(self.folder / name),
            **{key: summary[key] for key in ("done", "unchanged", "lost_workers", "seconds")},
            "left": left,
        }

    def whole(self, name, workers):
        """A run that nobody disturbs."""
        return self.end(name, self.start(name, workers))

    def with_lost_workers(self, name, size, kills):
        """A run in which so many workers are killed, at random; those that have nothing to do included."""
        process, chance, killed, done = self.start(name, size), random.Random(SEED), 0, 0  # noqa: S311
        while killed < kills and process.poll() is None:
            self._wait_for(name, process, done + 1)
            time.sleep(chance.uniform(0, PAUSE))
            done = self._done(name)
            with contextlib.suppress(psutil.Error):  # the run, or the worker, has just ended
                children = psutil.Process(process.pid).children()
                workers = [child for child in children if "process_workers" in str(child.cmdline())]
                if workers:
                    chance.choice(workers).kill()
                    killed += 1
        return {**self.end(name, process), "kills": killed}

    def continued(self, name, workers, number):
        """A run that gets a signal once some shards are done, and the next run."""
        process = self.start(name, workers)
        self._wait_for(name, process, 3)
        started = time.monotonic()
        process.send_signal(number)
        process.communicate()
        took = round(time.monotonic() - started, 2)
        return {**self.whole(name, workers), "ended": [process.returncode, took]}

    def _done(self, name):
        ledger = self.folder / name / "ledger.jsonl"
        return ledger.read_bytes().count(b"\n") if ledger.exists() else 0

    def _wait_for(self, name, process, shards):
        while self._done(name) < shards and process.poll() is None:
            time.sleep(0.02)


def main(folder, kills=20, shards=40, articles=400):
    """Print a line of JSON for each run; returns them."""
    runs = Runs(Path(folder), shards, articles)
    works = (
        lambda: runs.whole("this-process", 0),
        *(lambda number=number: runs.whole(f"workers-{number}", number) for number in (1, 2, 4)),
        lambda: runs.with_lost_workers("lost-workers", 2, kills),
        lambda: runs.continued("killed-driver", 2, signal.SIGKILL),
        lambda: runs.continued("ctrl-c", 2, signal.SIGINT),
    )
    found = []
    for work in works:
        found.append(work())
        print(json.dumps(found[-1]), flush=True)
    return found


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
