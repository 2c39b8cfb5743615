"""Speed and memory of the recognisers of lists, patterns and expressions, as ratios to spaCy's own matchers."""

import gc
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goldspan.annotation import Example
from helpers.suggestions import recogniser

pytestmark = pytest.mark.benchmark
SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]
SYLLABLES = ("ka", "lo", "mi", "ster", "van", "berg", "dorp", "el", "ar", "tun", "is", "on", "ta", "ré", "sü")


def names(number):
    """Different names of one to three words, and the capitalised words of the seeds."""
    chance = random.Random(1)  # noqa: S311  (names, not keys)
    found = set(re.findall(r"\b[A-Z][a-z]{3,}\b", " ".join(SEEDS)))
    while len(found) < number:
        words = [
            "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).title() for _ in range(chance.randint(1, 3))
        ]
        found.add(" ".join(words))
    return sorted(found)


def documents(times):
    return [[Example(f"a{n}.p{m:02}", part) for m, part in enumerate(text.split("\n\n")) if part.strip()]
            for n, text in enumerate(SEEDS * times)]  # fmt: skip


def texts_of(found):
    return [example.text for examples in found for example in examples]


def seconds(work):
    """The time of the processor, since other programs may share it; pytest's own values are no garbage of ours."""
    gc.collect()
    gc.freeze()
    started = time.process_time()
    work()
    return time.process_time() - started


def in_turns(mine, theirs, times=3):
    """The best times of both, measured in turns, so that a busy machine slows both."""
    both = [(seconds(mine), seconds(theirs)) for _ in range(times)]
    return min(pair[0] for pair in both), min(pair[1] for pair in both)


def test_a_gazetteer_against_the_phrase_matcher(tmp_path):
    import spacy
    from spacy.matcher import PhraseMatcher

    listed = names(50_000)
    (tmp_path / "org.txt").write_text("\n".join(listed), encoding="utf-8")
    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab)
    theirs = seconds(lambda: matcher.add("ORG", list(nlp.tokenizer.pipe(listed))))
    made = []
    mine = seconds(lambda: made.append(recogniser("gazetteer", tmp_path, files={"ORG": "org.txt"})))
    found = documents(20)
    texts = texts_of(found)
    finds, matches = in_turns(lambda: list(made[0].recognise(found)), lambda: [matcher(doc) for doc in nlp.pipe(texts)])
    print(f"\ngazetteer: read in {mine / theirs:.2f}, find in {finds / matches:.2f} of the time of PhraseMatcher")
    assert mine < theirs
    assert finds < matches


def test_patterns_against_a_span_ruler(tmp_path):
    import json

    import spacy

    words = names(0)[:300]
    lines = [{"label": "ORG", "pattern": word} for word in words]
    lines += [{"label": "ORG", "pattern": [{"LOWER": word.lower()}, {"IS_TITLE": True, "OP": "+"}]} for word in words]
    (tmp_path / "patterns.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    finder = recogniser("patterns", tmp_path, files=["patterns.jsonl"])
    nlp = spacy.blank("en")
    nlp.add_pipe("span_ruler").add_patterns(lines)
    found = documents(10)
    texts = texts_of(found)
    assert any(spans for examples in finder.recognise(found) for spans in examples)
    mine, theirs = in_turns(lambda: list(finder.recognise(found)), lambda: list(nlp.pipe(texts)))
    print(f"\npatterns: {mine / theirs:.2f} of the time of a span ruler (2 at most is wanted)")
    assert mine < 2 * theirs  # its words are forgotten after each batch, so that memory does not grow


MEMORY = """
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
folder = Path(sys.argv[2])
from goldspan.articles.documents import Document
from goldspan.articles.examples import PARAGRAPHS
from goldspan.suggest import run
from goldspan.suggest.suggester import Suggester
from helpers.suggestions import recogniser
finder = Suggester([
    recogniser("gazetteer", folder, files={"ORG": "org.txt"}),
    recogniser("patterns", folder, files=["patterns.jsonl"]),
    recogniser("regex", folder, patterns={"MONEY": r"\\d+ euro"}),
])
def stand_ins(first, last):
    for n in range(first, last):
        yield Document(f"a{n}", f"Firm{n} paid {n} euro to Kalomi, and Thing{n} sued the Karlo Group." * 5, Path("x"))
for first, last in ((0, 2_000), (2_000, 10_000)):
    spans = 0
    for _, suggested in run.suggest_documents(stand_ins(first, last), suggester=finder, segmentation=PARAGRAPHS):
        spans += sum(len(example.spans) for example in suggested.examples)
    assert spans >= 15 * (last - first)
    # Not ru_maxrss, which a child inherits from the parent that started it.
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux, which tells a process its peak")
def test_memory_stays_flat_over_10_000_articles(tmp_path):
    (tmp_path / "org.txt").write_text("\n".join(["Kalomi", *names(2_000)]), encoding="utf-8")
    (tmp_path / "patterns.jsonl").write_text(
        '{"label": "ORG", "pattern": [{"IS_TITLE": true}, {"LOWER": "group"}]}', encoding="utf-8"
    )
    command = [sys.executable, "-c", MEMORY, Path(__file__).parents[1], tmp_path]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    few, many = (int(kilobytes) / 1024 for kilobytes in done.stdout.split())
    print(f"\n10,000 articles: {many:.0f} MiB at the peak, {many - few:.0f} more than after 2,000")
    assert many - few < 50


MILLION = """
import re, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from helpers.suggestions import recogniser
started = time.perf_counter()
finder = recogniser("gazetteer", Path(sys.argv[2]), files={"ORG": "org.txt"})
read = time.perf_counter() - started
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(f"{read:.1f} s to read, {peak:.0f} MiB at the peak")
assert peak < 1_500
"""


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux, which tells a process its peak")
def test_a_million_names(tmp_path):
    (tmp_path / "org.txt").write_text("\n".join(names(1_000_000)), encoding="utf-8")
    command = [sys.executable, "-c", MILLION, Path(__file__).parents[1], tmp_path]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    print(f"\na million names: {done.stdout.strip()}")
