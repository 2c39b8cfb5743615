"""Export against the least it could cost: spaCy's tokenizer and a bare Parquet write of the same table."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import spacy

from goldspan import Example, Span
from goldspan.annotation import Label, LabelScheme
from goldspan.export import parquet
from helpers.timing import seconds

LABELS = (
    Label("UNIT", "A unit.", "#000000", "u", "u.md"),
    Label("COUNT", "How many.", "#000000", "c", "c.md", quantity=True),
)
SCHEME = LabelScheme("1", LABELS)
TEXT = (
    "The {n}th Brigade sent up to {n},000 additional troops to the bridge over the river on Monday, said its "
    "commander, while patrols went on in both towns and nobody was hurt."
)
pytestmark = [pytest.mark.benchmark, pytest.mark.slow]


def make(number):
    n = number % 90 + 10
    spans = (Span(4, 16, "UNIT"), Span(22, 52, "COUNT"))
    return Example(f"a{number // 20}.p{number % 20:02d}", TEXT.format(n=n), spans)


def test_a_hundred_thousand_examples_against_tokenizer_and_bare_write(tmp_path):
    examples = [make(number) for number in range(100_000)]
    parquet.write_table(
        tmp_path / "warm.parquet", [parquet.DatasetRow(examples[0], 0)], SCHEME, "strict"
    )  # imports are not timed
    rows = (parquet.DatasetRow(example, 0) for example in examples)
    ours = seconds(lambda: parquet.write_table(tmp_path / "a.parquet", rows, SCHEME, "strict"))
    table = pq.read_table(tmp_path / "a.parquet")
    nlp = spacy.blank("en")
    nlp.make_doc(examples[0].text)
    tokenizer = seconds(lambda: [nlp.make_doc(example.text) for example in examples])
    write = seconds(lambda: pq.write_table(table, tmp_path / "b.parquet", compression="zstd"))
    limit = tokenizer + write
    print(f"\nexport {ours:.1f} s; tokenizer {tokenizer:.1f} s + bare write {write:.1f} s; ratio {ours / limit:.2f}")
    assert table.num_rows == 100_000


MILLION = """
import re, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], str(Path(sys.argv[1]).parent)]
from test_export_speed import SCHEME, make
from goldspan.export import parquet
rows = (parquet.DatasetRow(make(number), 0) for number in range(1_000_000))
written = parquet.write_table(Path(sys.argv[2]), rows, SCHEME, "strict")
# Not ru_maxrss, which a child inherits from the parent that started it.
print(written.rows, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux, which tells a process its peak")
@pytest.mark.long
def test_a_million_examples_stay_under_their_memory(tmp_path):
    command = [sys.executable, "-c", MILLION, Path(__file__).parent, tmp_path / "a.parquet"]
    rows, kilobytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    print(f"\n1,000,000 examples: {int(kilobytes) / 1e6:.2f} GB at most (limit 1.5)")
    assert int(rows) == 1_000_000
    assert int(kilobytes) < 1.5e6
