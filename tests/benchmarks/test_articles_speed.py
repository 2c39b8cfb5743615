"""How fast articles are cut, in megabytes a second, and that the time grows with the length and no faster."""

import time
from pathlib import Path

import pytest

from goldspan.articles.paragraphs import paragraphs

pytestmark = pytest.mark.benchmark
SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]
LINE = " ".join(" ".join(SEEDS).split())
WRAPPED = "The force said on Monday that the bridge over the river would\nremain open to everybody, and so on.\n\n"
MEGABYTE = 1_000_000


def seconds(text):
    started = time.perf_counter()
    paragraphs(text)
    return time.perf_counter() - started


def test_articles_are_cut_at_several_megabytes_a_second():
    articles = SEEDS * 300
    started = time.perf_counter()
    found = sum(len(paragraphs(article)) for article in articles)
    speed = sum(map(len, articles)) / MEGABYTE / (time.perf_counter() - started)
    print(f"\narticles: {speed:.1f} MB/s")
    assert found == 300 * sum(len(paragraphs(article)) for article in SEEDS)


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("one line", LINE),
        ("blank lines", "\n" * 100 + "a"),
        ("one line without blanks", "x"),
        ("full stops", "."),
        ("brackets", "(" * 50 + ")" * 50),
        ("brackets left open", "("),
        ("quotation marks", '"'),
        ("short sentences", "Ab. "),
        ("short lines", "a b\n"),
        ("wrapped lines", WRAPPED),
        ("page breaks", "12\n\nS/2004/348\n\n"),
        ("related posts", "Related posts\n\nA headline\n\n"),
        ("boxes of related posts", "Related posts\n\nThe force left the bridge.\n\n"),
        ("blanks", " a" + " " * 1000),
    ],
)
def test_ten_times_the_text_takes_about_ten_times_the_time(name, piece):
    short, long = (piece * (size // len(piece)) for size in (MEGABYTE // 5, 2 * MEGABYTE))
    once = min(seconds(short) for _ in range(2))
    ratio = seconds(long) / max(once, 0.02)
    print(f"\n{name}: ten times the text takes {ratio:.1f} times as long")
    assert paragraphs(short)[-1].end == len(short.rstrip())
