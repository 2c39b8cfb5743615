"""Two large files of made-up gold and predictions, and what an evaluation of them takes.

    python3 tests/helpers/large_evaluation.py EXAMPLES CHARACTERS [FOLDER]

makes the files in a temporary folder (or FOLDER), runs `goldspan evaluate` on them and prints the processor time and
the most memory that it held. An article has ten examples, an example five spans; 15 in 100 predicted spans are wrong or
missing.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

WORDS = [f"token{number}" for number in range(997)] + ["the", "of", "in", "and", "to", "Army"] * 50
LABELS = ("UNIT", "PLACE", "PERSON", "DATE", "WEAPON")
SPANS, LONGEST = 5, 4  # of an example; the most words of a span
AMONG = 50  # the words of an example among which its spans are


@dataclass(frozen=True)
class Measured:
    """What a run took.

    Args:
        seconds: of the processor.
        megabytes: of memory, at most.
    """

    seconds: float
    megabytes: float


def make_files(folder: Path, examples: int, characters: int) -> tuple[Path, Path]:
    """Write gold and predictions, in one order."""
    rng = random.Random(1)  # noqa: S311  (no secrets here)
    gold, predicted = (folder / f"{name}-{examples}-{characters}.jsonl" for name in ("gold", "predicted"))
    with gold.open("w") as first, predicted.open("w") as second:
        for number in range(examples):
            article, place = divmod(number, 10)
            text, spans, guessed = _example(rng, characters)
            base = {"id": f"article-{article:07}.p{place + 1:02}", "at": place * (characters + 20), "text": text}
            first.write(json.dumps(base | {"spans": spans}) + "\n")
            second.write(json.dumps(base | {"spans": guessed}) + "\n")
    return gold, predicted


def _example(rng, characters):
    """A text, its spans, and those that a system finds."""
    words, starts = [], [0]
    while starts[-1] < characters:
        words.append(rng.choice(WORDS))
        starts.append(starts[-1] + len(words[-1]) + 1)
    text = " ".join(words)
    cuts = sorted(rng.sample(range(min(len(words) - 3, AMONG)), 2 * SPANS))
    spans, guessed = [], []
    for begin, stop in zip(cuts[::2], cuts[1::2], strict=True):
        start, end, label = starts[begin], starts[min(stop, begin + LONGEST)] - 1, rng.choice(LABELS)
        spans.append([start, end, label, text[start:end]])
        error = rng.random()
        if error < 0.85:
            guessed.append(spans[-1])
        elif error < 0.9:
            guessed.append([start, end, rng.choice(LABELS), text[start:end]])
        elif error < 0.95:
            end = starts[begin + 1] - 1
            guessed.append([start, end, label, text[start:end]])
    return text, spans, guessed


def evaluate(*arguments: object) -> Measured:
    """Run `goldspan evaluate` in a process of its own."""
    command = [sys.executable, "-c", MEASURING, "evaluate", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "100"})
    seconds, kilobytes = done.stderr.split()[-2:]
    return Measured(float(seconds), int(kilobytes) / 1024)


MEASURING = """
import re, resource, sys
from pathlib import Path
from goldspan.cli import app
try:
    app(sys.argv[1:], standalone_mode=False)
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Not ru_maxrss, which a child inherits from the parent that started it.
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
    print(used.ru_utime + used.ru_stime, peak, file=sys.stderr)
"""


def main(examples: int, characters: int, folder: Path) -> None:
    """Make the files, evaluate them and print what it took."""
    gold, predicted = make_files(folder, examples, characters)
    size = gold.stat().st_size / 1e6
    measured = evaluate(gold, predicted, "--json", folder / "report.json", "--html", folder / "report.html")
    print(
        f"{examples:,} examples of {characters:,} characters, {size:,.0f} MB of gold: {measured.seconds:.0f} s of one "
        f"processor, {measured.megabytes:,.0f} MB of memory at most"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3] if len(sys.argv) > 3 else temporary))
