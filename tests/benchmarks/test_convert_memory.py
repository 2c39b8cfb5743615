"""How the memory and the time of `goldspan convert` grow with the number of examples, by format.

python -m pytest -m benchmark -s tests/benchmarks/test_convert_memory.py
python -m pytest -m long -s tests/benchmarks/test_convert_memory.py        # 100,000 and 1,000,000 rows
"""

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

SENTENCE = (
    "The 72nd Brigade withdrew from Kosovo on Monday and the commander said that 350 soldiers of KFOR would remain "
    "near Mitrovica until further notice"
)
WORDS = SENTENCE.split()
LABELS = {"KFOR": "UNIT", "Kosovo": "PLACE", "Mitrovica": "PLACE"}
TIMES = 4
FEW = 1_500
FEW_OF = {".conll": 400, ".parquet": 6_000}  # a line for each word; a library that takes its memory at the beginning
MOST_RATIO = 1.1  # of the memory at four times the rows
RATIO_OF_ARROW = 1.25  # its threads and its allocator keep some memory; if all rows are held it is 1.34
RUN = """
import re, sys, time
from pathlib import Path
from goldspan.formats.convert import convert
started = time.perf_counter()
account = convert([Path(sys.argv[1])], Path(sys.argv[2]), to=sys.argv[3])
assert not account.refused, account.refused[:3]
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(account.examples, int(peak) / 1024, time.perf_counter() - started)
"""


@dataclass(frozen=True)
class Measured:
    """What one conversion took."""

    rows: int
    megabytes: float
    seconds: float


def rows(number):
    """Made-up rows of about 500 bytes: the words of a text, and its spans as start, end and label."""
    rng = random.Random(1)  # noqa: S311  (made-up text)
    for _ in range(number):
        words = rng.choices(WORDS, k=62)
        starts, at = [], 0
        for word in words:
            starts.append(at)
            at += len(word) + 1
        marked = [n for n, word in enumerate(words) if word in LABELS][:3]
        yield words, [(starts[n], starts[n] + len(words[n]), LABELS[words[n]]) for n in marked], marked


def _json_row(number, words, spans):
    entities = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return {"id": f"r{number:07}", "text": " ".join(words), "entities": entities}


def _task(number, words, spans):
    regions = [
        {"id": str(n), "from_name": "label", "to_name": "text", "type": "labels",
         "value": {"start": start, "end": end, "labels": [label]}}
        for n, (start, end, label) in enumerate(spans)
    ]  # fmt: skip
    annotations = [{"completed_by": 1, "result": regions}]
    return {"id": number, "data": {"text": " ".join(words)}, "annotations": annotations}


def _prodigy(number, words, spans):
    marked = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return {"text": " ".join(words), "spans": marked, "answer": "accept", "_task_hash": number, "_annotator_id": "ines"}


def _gold(number, words, spans):
    text = " ".join(words)
    return {
        "id": f"g.p{number:07}",
        "at": 0,
        "text": text,
        "spans": [[*span, text[span[0] : span[1]]] for span in spans],
    }


def _doccano(number, words, spans):
    return {"id": number, "text": " ".join(words), "label": [list(span) for span in spans]}


JSON = {"rows.jsonl": _json_row, "doccano.jsonl": _doccano, "gold.jsonl": _gold, "prodigy.jsonl": _prodigy,
        "rows.json": _json_row, "tasks.json": _task}  # fmt: skip


def write_file(path, number):
    """A file of so many rows; what it holds is told by its name."""
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        values = (_json_row(n, words, spans) for n, (words, spans, _) in enumerate(rows(number)))
        schema = pa.Table.from_pylist([_json_row(0, ["KFOR"], [(0, 4, "UNIT")])]).schema
        with pq.ParquetWriter(path, schema) as out:
            while some := list(islice(values, 500)):
                out.write_table(pa.Table.from_pylist(some, schema=schema))
        return
    with path.open("w", encoding="utf-8") as stream:
        is_array = path.suffix == ".json"
        stream.write("[" * is_array)
        for n, (words, spans, marked) in enumerate(rows(number)):
            if path.suffix == ".conll":
                tags = [f"B-{LABELS[word]}" if place in marked else "O" for place, word in enumerate(words)]
                stream.writelines(f"{word} {tag}\n" for word, tag in zip(words, tags, strict=True))
                stream.write("\n")
            else:
                stream.write(", " * (is_array and n > 0) + json.dumps(JSON[path.name](n, words, spans)))
                stream.write("\n" * (not is_array))
        stream.write("]" * is_array)


def measure(folder, name, number, to="gold"):
    """What the conversion of a file of so many rows takes, in a process of its own."""
    path = folder / name
    write_file(path, number)
    command = [sys.executable, "-c", RUN, path, folder / f"new.{to}", to]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    path.unlink()
    return Measured(int(out[0]), float(out[1]), float(out[2]))


def show(name, to, *measured):
    for one in measured:
        rate = one.rows / one.seconds
        print(
            f"\n{name} to {to}: {one.rows:>9,} rows, {one.megabytes:6.0f} MB, {one.seconds:6.1f} s, {rate:7,.0f}/s",
            end="",
        )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is read from /proc")
@pytest.mark.benchmark
@pytest.mark.parametrize(
    ("name", "to"),
    [*((name, "gold") for name in (*JSON, "rows.parquet")), ("sentences.conll", "gold"), ("gold.jsonl", "doccano")],
)
def test_four_times_the_rows_take_no_more_memory(name, to, tmp_path):
    number = FEW_OF.get(Path(name).suffix, FEW)
    few, many = (measure(tmp_path, name, size, to) for size in (number, TIMES * number))
    show(name, to, few, many)
    assert (few.rows, many.rows) == (number, TIMES * number)
    assert many.megabytes / few.megabytes < (RATIO_OF_ARROW if name.endswith(".parquet") else MOST_RATIO)


@pytest.mark.long
@pytest.mark.parametrize("name", [*JSON, "rows.parquet", "sentences.conll"])
def test_ten_times_the_rows_take_the_digests_of_their_ids_besides(name, tmp_path):
    most = 100_000 if name.endswith(".conll") else 1_000_000
    few, many = (measure(tmp_path, name, number) for number in (most // 10, most))
    show(name, "gold", few, many)
    assert many.megabytes - few.megabytes < 100
