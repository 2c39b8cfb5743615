"""How time, memory and pairs of `goldspan bulk near-duplicates` grow with the collection.

The large sizes, each in a fresh process, whose memory and that of its children is read many times a second:

    python -m pytest tests/benchmarks/test_near_duplicates_growth.py -m long -s

The collection is made up (`helpers/news_collection.py`). Real articles are read from the JSONL file that the
environment variable NEWS_COLLECTION names.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest

pytest.importorskip("duckdb", reason="pip install 'goldspan[bulk]'")

from goldspan import near_duplicates
from goldspan.near_duplicates import WordNumbers
from helpers.news_collection import articles

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

SMALL, LARGE = (2_000, 4_000, 8_000), (25_000, 50_000, 100_000, 200_000)
LIMIT_SECONDS, LIMIT_MEMORY = 180, 2 * 2**30  # for 200,000 short articles on two cores
FORECAST = (1_000_000, 10_000_000)
INTERVAL = 0.05  # seconds between two readings of the memory
REAL = os.environ.get("NEWS_COLLECTION")


@dataclass
class Measurement:
    """What a search took.

    Args:
        articles: how many there were.
        seconds: from the start of the process to its end.
        processor: seconds, of all processes.
        memory: the most that the process and its children had at a moment, in bytes.
        summary: that it wrote.
    """

    articles: int
    seconds: float
    processor: float
    memory: int
    summary: dict

    @property
    def line(self):
        return (
            f"{self.articles:>10,} articles: {self.seconds:7.1f} s, {self.processor:7.1f} s of processors, "
            f"{self.memory / 2**20:7,.0f} MB, {self.summary['pairs']:>9,} pairs, "
            f"{self.summary['clusters']:>8,} clusters"
        )


def measure(source, folder, *arguments):
    """Search in a fresh process."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "goldspan", "bulk", "near-duplicates", source, "--output", folder / "out"]
    started = time.perf_counter()
    running = psutil.Popen([*map(str, command), "--json", str(report), *arguments], stdout=subprocess.DEVNULL)
    memory, processor = 0, {}
    while running.poll() is None:
        resident = 0
        for process in [running, *children(running)]:
            try:
                times = process.cpu_times()
                resident += process.memory_info().rss
            except psutil.Error:
                continue
            processor[process.pid] = times.user + times.system
        memory = max(memory, resident)
        time.sleep(INTERVAL)
    seconds = time.perf_counter() - started
    assert running.returncode == 0
    summary = json.loads(report.read_text())
    return Measurement(summary["articles"], seconds, sum(processor.values()), memory, summary)


def children(process):
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def exponent(sizes, values):
    """The slope of the straight line through the logarithms, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def write_collection(path, texts):
    with path.open("w", encoding="utf-8") as stream:
        for number, text in enumerate(texts):
            stream.write(json.dumps({"id": f"a{number}", "text": text}) + "\n")
    return path


def growth(folder, sizes):
    """The measurements of collections of these sizes, each the beginning of the next."""
    found = []
    for size in sizes:
        source = write_collection(folder / f"{size}.jsonl", articles(size))
        found.append(measure(source, folder))
        print(found[-1].line)
        source.unlink()
    return found


def exponents(found):
    sizes = [one.articles for one in found]
    return {
        name: exponent(sizes, values)
        for name, values in {
            "processor time": [one.processor for one in found],
            "time": [one.seconds for one in found],
            "memory": [one.memory for one in found],
            "pairs": [one.summary["pairs"] for one in found],
        }.items()
    }


def test_time_grows_about_as_the_collection(tmp_path):
    print()
    slopes = exponents(growth(tmp_path, SMALL))
    print("exponents: " + ", ".join(f"{name} {slope:.2f}" for name, slope in slopes.items()))
    assert slopes["processor time"] < 1.3


@pytest.mark.long
def test_two_hundred_thousand_articles_in_three_minutes_and_two_gigabytes(tmp_path):
    print()
    found = growth(tmp_path, LARGE)
    slopes = exponents(found)
    print("exponents: " + ", ".join(f"{name} {slope:.2f}" for name, slope in slopes.items()))
    last = found[-1]
    for size in FORECAST:
        factor = size / last.articles
        print(
            f"extrapolated to {size:,} articles: "
            f"{last.processor * factor ** slopes['processor time'] / 60:,.0f} minutes of one processor, "
            f"{last.seconds * factor ** slopes['time'] / 60:,.0f} minutes on this machine, "
            f"{last.summary['pairs'] * factor ** slopes['pairs']:,.0f} pairs"
        )
    assert last.seconds < LIMIT_SECONDS
    assert last.memory < LIMIT_MEMORY


@pytest.mark.long
def test_one_passage_in_thousands_of_articles_takes_time_and_no_memory(tmp_path):
    """Three thousand versions of one report are four and a half million pairs."""
    texts = list(articles(30_000))
    report = texts[0].split()
    rng = np.random.default_rng(5)
    versions = [" ".join(w if rng.random() > 0.02 else f"n{rng.integers(10**6)}" for w in report) for _ in range(3_000)]
    texts[10_000:13_000] = versions
    plain = measure(write_collection(tmp_path / "plain.jsonl", articles(30_000)), tmp_path)
    crowded = measure(write_collection(tmp_path / "crowded.jsonl", texts), tmp_path)
    print(f"\n{plain.line}\n{crowded.line}")
    assert crowded.summary["pairs"] > 2_000_000
    assert crowded.memory < LIMIT_MEMORY


@pytest.mark.long
@pytest.mark.skipif(REAL is None, reason="NEWS_COLLECTION names no file of real articles")
def test_real_articles_have_the_pairs_of_the_search_in_memory(tmp_path):
    from pyarrow import parquet

    found = measure(Path(REAL), tmp_path, "--shard-size", "1TB")
    print(f"\n{found.line}\n{json.dumps(found.summary, indent=2)}")
    with Path(REAL).open(encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream]
    numbers = WordNumbers()
    numbered = [numbers.of(text) for text in texts]
    pairs = parquet.read_table(tmp_path / "out" / "pairs.parquet")
    copies = set(pairs.filter(pairs["copy"])["second_row"].to_pylist())
    expected = [
        pair for pair in near_duplicates.similar_pairs(numbered) if not {pair.first + 1, pair.second + 1} & copies
    ]
    rows = pairs.filter(np.invert(pairs["copy"].to_numpy())).select(["first_row", "second_row", "shared"]).to_pylist()
    assert [(pair.first + 1, pair.second + 1, pair.shared) for pair in expected] == [
        tuple(row.values()) for row in rows
    ]
