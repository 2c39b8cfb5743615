"""What a push is prepared from, and its progress bar."""

import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.corpus.reading_order import OrderedArticle
from goldspan.doccano.push import desired_state
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold


def gold_of(corpus, *articles):
    return list(corpus.gold_examples(articles or None))


def test_the_paragraphs_are_those_of_the_gold_or_else_those_of_the_text(toy):
    entries = toy.select_entries(["storm"])
    reviewed = desired_state.desired_examples(toy, entries)
    assert [one.text for one in reviewed] == [one.text for one in gold_of(toy, "storm")]
    assert not any(one.spans or one.extra for one in reviewed)
    (toy.gold / "storm.jsonl").unlink()
    assert desired_state.desired_examples(toy, entries) == examples_of("storm", toy.source(entries[0]), PARAGRAPHS)


def suggest(toy, examples):
    gold.write(toy.build / "suggestions" / "harbour.jsonl", examples)


def test_suggestions_come_without_their_rules(toy):
    suggest(toy, [replace(one, extra={"rules": ["x"] * len(one.spans)}) for one in gold_of(toy, "harbour")])
    found = desired_state.desired_examples(toy, toy.select_entries(["harbour"]), "suggestions")
    assert [(one.id, one.spans, one.extra) for one in found] == [
        (one.id, one.spans, {}) for one in gold_of(toy, "harbour")
    ]


def test_missing_and_stale_suggestions_are_refused_with_a_remedy(toy):
    entries = toy.select_entries(["harbour"])
    with pytest.raises(NotFoundError, match="has no suggestions") as caught:
        desired_state.desired_examples(toy, entries, "suggestions")
    assert "goldspan suggest" in caught.value.remedy
    suggest(toy, [replace(one, text=f"{one.text} ") for one in gold_of(toy, "harbour")])
    with pytest.raises(InputError, match="was suggested for another text") as caught:
        desired_state.desired_examples(toy, entries, "suggestions")
    assert caught.value.example
    suggest(toy, gold_of(toy, "harbour")[:-1])
    with pytest.raises(InputError, match="was suggested for another text"):
        desired_state.desired_examples(toy, entries, "suggestions")


def test_gold_that_is_not_there_cannot_be_filled_in(toy):
    (toy.gold / "storm.jsonl").unlink()
    with pytest.raises(NotFoundError, match="the article storm has no gold") as caught:
        desired_state.desired_examples(toy, toy.select_entries(), "gold")
    assert caught.value.remedy


def test_an_empty_manifest_is_refused(toy):
    (toy.folder / "manifest.jsonl").write_text("")
    with pytest.raises(InputError, match="lists no article"):
        toy.select_entries()


def order(toy, *articles):
    lines = (
        OrderedArticle(article=each, part="ranked", words=9, expected=2.0, new=1.0, differing=None, score=3.5)
        for each in articles
    )
    toy.order_file.write_text("".join(each.line() for each in lines), encoding="utf-8")


def pushed_entries(toy, articles=None, **options):
    return [entry.id for entry in desired_state.entries_to_push(toy, articles, **options)]


def test_articles_are_pushed_in_the_reading_order(toy):
    assert pushed_entries(toy) == ["harbour", "storm", "strike"]
    order(toy, "strike", "harbour")
    assert pushed_entries(toy) == ["storm", "strike", "harbour"]
    assert pushed_entries(toy, ["harbour", "strike"]) == ["strike", "harbour"]
    order(toy, "strike", "nowhere")
    with pytest.raises(InputError, match="the manifest has no article 'nowhere'"):
        pushed_entries(toy)


def test_the_next_articles_are_those_without_gold_of_which_something_is_missing(toy):
    for name in ("storm", "strike"):
        (toy.gold / f"{name}.jsonl").unlink()
    order(toy, "strike", "harbour", "storm")
    assert pushed_entries(toy, most=5) == ["strike", "storm"]
    assert pushed_entries(toy, most=1) == ["strike"]
    assert pushed_entries(toy, ["storm"], most=1) == ["storm"]
    assert pushed_entries(toy, most=5, prefill="gold") == ["harbour"]
    strike = [one.id for one in desired_state.desired_examples(toy, toy.select_entries(["strike"]))]
    assert pushed_entries(toy, most=1, pushed=strike) == ["storm"]
    assert pushed_entries(toy, most=1, pushed=strike[1:]) == ["strike"]


BAR = """
import time
from goldspan.cli import console
with console.progress_bar() as tell:
    for done in range(0, 1001, 100):
        tell("import", done, 1000)
        time.sleep(0.05)
"""


def test_a_progress_bar_is_shown_on_a_terminal_and_not_in_a_pipe():
    done = subprocess.run([sys.executable, "-c", BAR], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    lead, follow = pty.openpty()
    shown = subprocess.run([sys.executable, "-c", BAR], stderr=follow, check=True)
    os.close(follow)
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", os.read(lead, 1 << 16).decode())
    os.close(lead)
    assert shown.returncode == 0
    assert re.search(r"import .*[0-9]+/1000.* [0-9,]+/s.* 0:00:0[0-9]", said)
