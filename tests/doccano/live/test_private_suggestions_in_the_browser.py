"""Two members correct the same suggestions in the browser, each alone: what each sees, does and gets as a pass."""

import os
import secrets
from pathlib import Path

import pytest

from goldspan.annotation import Example, Span
from goldspan.corpus.passes import AIDED
from goldspan.corpus.shown_suggestions import shown_examples
from goldspan.doccano.client.api import Doccano
from goldspan.formats import gold
from goldspan.offsets import to_utf16
from helpers import doccano_annotator, html_pages, sample_corpus

LABELS = ("SHIP", "PORT", "CREW")
TEXTS = {
    "harbour.p01": "🚢 Aurora left Port Said for Riga.",
    "harbour.p02": "Captain Reyes of the Belle waited in Valparaíso.",
    "harbour.p03": "Nobody saw the ferry.",
}
SUGGESTED = {
    "harbour.p01": {"Aurora": "SHIP", "Said": "PORT", "Riga": "CREW"},
    "harbour.p02": {"Captain": "CREW", "Belle": "SHIP"},
    "harbour.p03": {},
}


def span_of(example, words, label):
    start = example.text.index(words)
    return Span(start, start + len(words), label)


@pytest.fixture(scope="module")
def chromium():
    with html_pages.launch_chromium() as chromium:
        yield chromium


@pytest.fixture
def corpus(tmp_path, people):
    """A corpus with suggestions, some of them wrong, and two members."""
    examples = [Example(name, text, (), 100 * number) for number, (name, text) in enumerate(TEXTS.items())]
    corpus = sample_corpus.make(tmp_path / "corpus", examples, LABELS)
    sample_corpus.list_members(corpus, people)
    lines = []
    for example in examples:
        spans = sorted(span_of(example, words, label) for words, label in SUGGESTED[example.id].items())
        keys = {"rules": ["r"] * len(spans), "scores": [0.5] * len(spans), "recognisers": ["x"] * len(spans)}
        lines.append(Example(example.id, example.text, tuple(spans), example.at, keys))
    gold.write(corpus.suggestions / "harbour.jsonl", lines)
    return corpus


def shoot(page, name):
    """Keep a picture, where somebody wants to look at them."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.page.screenshot(path=Path(folder) / f"{name}.png")


def drawn(page):
    return [(one.surface, one.label) for one in page.drawn()]


def mark(page, text, words, key):
    start = text.index(words)
    page.mark(*to_utf16(text, [start, start + len(words)]).tolist(), key=key)


@pytest.fixture
def lead(doccano, monkeypatch):
    """The account of the lead, as the commands find it."""
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))
    return doccano.account


def test_two_members_correct_the_same_suggestions_and_neither_sees_the_others_marks(
    lead, corpus, people, chromium, goldspan
):
    round_name = f"kfor{secrets.token_hex(3)}"
    where = ["--project", round_name, "--root", corpus.root, "--apply"]
    assert goldspan("doccano", "push", "--suggestions", "--each", *where) == 0
    with Doccano(lead) as server:
        projects = {who: server.project(f"{round_name}-{who}") for who in people}
    for who, person in people.items():
        assert [name for name in person.projects() if name.startswith(round_name)] == [projects[who].name]
    shown = {"harbour.p01": [("Aurora", "SHIP"), ("Said", "PORT"), ("Riga", "CREW")]}
    shown |= {"harbour.p02": [("Captain", "CREW"), ("Belle", "SHIP")], "harbour.p03": []}
    pages = {}
    for who, person in people.items():
        pages[who] = doccano_annotator.BrowserAnnotator(chromium, person.url, person.username, person.password)
        for number, name in enumerate(TEXTS, 1):
            pages[who].open(projects[who].id, number)
            assert drawn(pages[who]) == shown[name]
    shoot(pages["ann"], "private-before")
    for number in (1, 2, 3):  # ann keeps all
        pages["ann"].open(projects["ann"].id, number)
        pages["ann"].confirm()
    bob = pages["bob"]
    bob.open(projects["bob"].id, 1)
    shoot(bob, "private-filled-in")
    bob.click_name("PORT", button="right")  # deletes it, to move its edge
    mark(bob, TEXTS["harbour.p01"], "Port Said", "p")
    bob.click_name("CREW")
    bob.page.locator(".menuable__content__active").get_by_text("PORT", exact=True).click()
    bob.settle()
    corrected = [("Aurora", "SHIP"), ("Port Said", "PORT"), ("Riga", "PORT")]
    assert drawn(bob) == corrected
    shoot(bob, "private-corrected")
    bob.confirm()
    bob.open(projects["bob"].id, 2)
    bob.click_name("CREW", button="right")
    mark(bob, TEXTS["harbour.p02"], "Valparaíso", "p")
    bob.confirm()
    guideline = bob.read_guideline()
    assert "This project is yours: nobody else works here." in guideline.inner_text()
    shoot(bob, "private-guideline")
    for number, name in enumerate(TEXTS, 1):  # what bob did is nowhere in the project of ann
        pages["ann"].open(projects["ann"].id, number)
        assert drawn(pages["ann"]) == shown[name]
    for page in pages.values():
        page.context.close()
    assert goldspan("doccano", "pull", *where) == 0
    passes = {who: {line.id: line for line in corpus.pass_examples(who)} for who in people}
    wanted = {
        "ann": shown,
        "bob": {"harbour.p01": corrected, "harbour.p02": [("Belle", "SHIP"), ("Valparaíso", "PORT")]},
    }
    for who, lines in passes.items():
        found = {name: [(line.surface(one), one.label) for one in line.spans] for name, line in lines.items()}
        print(f"{who}: {found}")
        assert found == wanted[who]
        assert all(line.extra == {"confirmed": True, AIDED: projects[who].name} for line in lines.values())
        record = {line.id: line for line in shown_examples(corpus, projects[who].name)}
        assert {name: [(line.surface(one), one.label) for one in line.spans] for name, line in record.items()} == shown
    assert not [line for line in corpus.gold_examples() if line.spans]
    assert goldspan("check", "--root", corpus.root, "--select", "aided-unknown") == 0
