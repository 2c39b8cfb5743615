"""How much faster two processes are than one, what a run costs besides the suggestions, and the memory of a worker.

python -m pytest tests/benchmarks/test_bulk_speed.py -m benchmark -s
"""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goldspan import files
from goldspan.articles.documents import documents
from goldspan.articles.examples import Segmentation
from goldspan.bulk.process_workers import ProcessWorkers
from goldspan.corpus import Corpus
from goldspan.formats import gold
from goldspan.suggest.run import suggest_documents
from goldspan.suggest.suggester import Suggester
from helpers import bulk_runs

TOY = Path(__file__).parents[1] / "data" / "toy"
# Some work for each word, as models have it, by a recogniser that every installation has.
REGEX = """
[[recogniser]]
kind = "regex"
name = "words"
patterns = { SHIP = ['\\p{Lu}\\p{L}+(?:\\s\\p{Lu}\\p{L}+)*', '(?:\\p{L}+\\s){0,8}sailed'], PORT = ['\\p{N}+'] }
"""
SHARDS, ARTICLES = 20, 80  # in each
WANTED = 1.8  # times as fast with two workers, on two processors that have nothing else to do


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speed")
    shutil.copytree(TOY, folder / "project")
    files.write(folder / "project" / "goldspan.toml", REGEX)
    bulk_runs.write_articles(folder / "in", SHARDS, ARTICLES, words=300)
    return folder


def run_seconds(root, number):
    """How long a run takes with so many workers that have loaded the recognisers."""
    loaded = []

    def make(recipe):
        workers = ProcessWorkers(recipe, number)
        loaded.append(time.perf_counter())
        return workers

    output = root / f"out-{number}"
    shutil.rmtree(output, ignore_errors=True)
    bulk_runs.run(root / "project", root / "in", output, make)
    return time.perf_counter() - loaded[0]


@pytest.mark.benchmark
def test_two_workers_are_faster_than_one(root):
    pairs = [(run_seconds(root, 1), run_seconds(root, 2)) for _ in range(2)]
    one, two = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    articles = SHARDS * ARTICLES
    print(
        f"\n{articles:,} articles: one worker {articles / one:,.0f} a second, two workers {articles / two:,.0f}; "
        f"ratio {one / two:.2f} ({WANTED} is wanted on two free processors)"
    )
    assert files.folder_sha256(root / "out-1") == files.folder_sha256(root / "out-2")


@pytest.mark.benchmark
def test_cost_besides_the_suggestions(root):
    corpus = Corpus(root / "project")
    suggester, segmentation = Suggester.of(corpus), Segmentation.of(corpus)

    def plain():
        started = time.perf_counter()
        for _, found in suggest_documents(documents([root / "in"]), suggester=suggester, segmentation=segmentation):
            for example in found.examples:
                gold.line(example)
        return time.perf_counter() - started

    pairs = [(plain(), run_seconds(root, 1)) for _ in range(2)]
    alone, bulk = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    print(f"\nsuggestions alone {alone:.2f} s, as a run with one worker {bulk:.2f} s; ratio {bulk / alone:.2f}")


MEMORY = """
import re, sys
from pathlib import Path
from goldspan.bulk.locations import Location
from goldspan.bulk.shard_suggestions import ShardSuggester, ShardTask
from helpers import bulk_runs
root = Path(sys.argv[1])
recipe, shards = bulk_runs.recipe_of(root / "project", root / "in")
suggester = ShardSuggester(recipe)
for shard in shards:
    for _ in suggester.run(ShardTask(shard=shard, output=Location.of(str(root / "out")))):
        pass
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
RULER = '[[recogniser]]\nkind = "military-news"\nlabels = { MILITARY_UNIT = "SHIP" }\n'


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux, which tells a process its peak")
def test_memory_of_a_worker_is_flat_over_10_000_articles_of_ever_new_words(tmp_path):
    shutil.copytree(TOY, tmp_path / "project")
    files.write(tmp_path / "project" / "goldspan.toml", RULER)
    chance = random.Random(1)  # noqa: S311  (the same in each run)

    def word():
        return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=7))

    for shard in range(10):
        rows = ({"text": f"General {word().title()} left {' '.join(word() for _ in range(20))}."} for _ in range(1000))
        bulk_runs.write_rows(tmp_path / "in" / f"{shard}.jsonl", rows)
    environment = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, tmp_path], check=True, capture_output=True, text=True, env=environment
    )
    peaks = [int(kilobytes) / 1024 for kilobytes in done.stdout.split()]
    print(f"\n10,000 articles: {peaks[-1]:.0f} MiB at the peak, {peaks[-1] - peaks[1]:.0f} more than after 2,000")
    assert peaks[-1] - peaks[1] < 60  # caches of a limited size fill
