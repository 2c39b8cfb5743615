"""Pictures of what annotators and judges of this corpus see, at 1280 × 900, for people to look at.

pytest -m long tests/doccano/live/test_screens.py -s        prints where they are

The one of the gold is in README: `cp build/screens/gold.png annotation_guidelines/doccano.png`.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from goldspan import formats
from goldspan.corpus import Corpus
from goldspan.corpus.comments import COMMENTS
from goldspan.doccano.client.api import Doccano
from goldspan.formats import gold
from helpers import html_pages, sample_corpus
from helpers.doccano_annotator import BrowserAnnotator

ROOT = Path(__file__).parents[3]
SCREENS = ROOT / "build" / "screens"
SIZE = {"width": 1280, "height": 900}
GOLD = "002_053e1d64d12656fb.p13"  # all labels in a few lines


@pytest.fixture
def disputed(tmp_path):
    """This project, with a reader who left out two spans and commented on it."""
    corpus = sample_corpus.copy(Corpus(ROOT), tmp_path / "disputed")
    for path in sorted((corpus.passes / "reader-b").glob("*.jsonl")):
        lines = formats.load(path, "gold")
        at, line = next((place, each) for place, each in enumerate(lines) if len(each.spans) > 2)
        extra = {**line.extra, COMMENTS: ["G-3: is this a name here?"]}
        lines[at] = replace(line, spans=line.spans[2:], extra=extra)
        gold.write(path, lines)
    return corpus


@pytest.mark.long
def test_what_annotators_and_judges_see(doccano, disputed, people, goldspan, monkeypatch):
    ann = people["ann"]
    (disputed.guidelines / "members.toml").write_text(f'[[member]]\nname = "{ann.username}"\nrole = "annotator"\n')
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))
    commands = {"panel": "doccano push", "gold": "doccano push --shared --gold", "dispute": "adjudicate --push"}
    for project, command in commands.items():
        assert goldspan(*command.split(), "--project", project, "--root", disputed.root, "--apply") == 0
    place = [example.id for example in disputed.gold_examples()].index(GOLD) + 1
    page_of_agree = SCREENS / "agree.html"
    SCREENS.mkdir(parents=True, exist_ok=True)
    assert goldspan("agree", "--root", disputed.root, "--html", page_of_agree) == 0
    with (
        html_pages.launch_chromium() as chromium,
        BrowserAnnotator(chromium, ann.url, ann.username, ann.password) as screen,
        Doccano(doccano.account) as server,
    ):
        screen.page.set_viewport_size(SIZE)
        for project, number in (("panel", 2), ("gold", place), ("dispute", 2)):
            screen.page.goto(ann.url)  # or the page would show the project before in its header
            screen.settle()
            screen.open(server.project(project).id, number)
            take(screen.page, project)
            screen.read_guideline()
            take(screen.page, f"{project}-guideline")
        page = chromium.new_page(viewport=SIZE)
        page.goto(page_of_agree.as_uri())
        page.locator(".comments").first.evaluate("one => one.scrollIntoView({block: 'center'})")
        take(page, "agree")


def take(page, name):
    """Take a picture, which must show something."""
    path = SCREENS / f"{name}.png"
    page.screenshot(path=path)
    print(path)
    assert path.stat().st_size > 10_000  # an empty page has some 5 kB
