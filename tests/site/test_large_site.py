"""What a large site costs: 2,000 articles, some 70,000 spans in gold, and about as many in each of two passes.

pytest -m long tests/site/test_large_site.py -s        prints the seconds and the memory
"""

import resource
import subprocess
import sys
import time

import pytest

from helpers import large_corpus

EXAMPLES = 20_000  # of which ten are an article


@pytest.mark.long
def test_a_site_of_2000_articles(tmp_path):
    corpus = large_corpus.make_project(tmp_path / "project", EXAMPLES, annotators=2)
    spans = sum(len(one.spans) for one in corpus.gold_examples())
    command = [sys.executable, "-m", "goldspan", "site", "--root", str(corpus.root), "--output", str(tmp_path / "site")]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert done.returncode == 0, done.stderr
    pages = [path.stat().st_size for path in (tmp_path / "site").rglob("*.html")]
    print(f"\n{len(corpus.entries):,} articles, {spans:,} spans in gold: {seconds:,.0f} s, {memory:,.0f} MiB")
    print(f"{len(pages):,} pages, {sum(pages) / 2**20:,.0f} MiB, the largest {max(pages) / 2**20:,.1f} MiB")
    assert len(pages) > len(corpus.entries)
