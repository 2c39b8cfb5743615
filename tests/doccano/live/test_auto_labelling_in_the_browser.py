"""Auto-labelling as an annotator meets it: switched on in the page, with the real service behind it."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from goldspan import files
from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.doccano.auto_labelled import corpus_project_keys
from goldspan.doccano.client.api import Doccano
from goldspan.service.rejections import RejectionLedger, ledger_path
from helpers import doccano_annotator, html_pages, sample_corpus
from helpers.service_process import ServiceProcess

EXAMPLES, SPANS = 10, 20  # 200 spans are offered
BY_HAND = 1  # of the examples are cleared in the page, with the mouse; the others by requests at once
RECOGNISER = "[[recogniser]]\nkind = \"regex\"\n[recogniser.patterns]\nSHIP = ['Ship\\d{4}']\n"
READ_BACK_WITHIN = 40  # seconds


@pytest.fixture(scope="module")
def chromium():
    with html_pages.launch_chromium() as browser:
        yield browser


def text_of(number):
    ships = ", ".join(f"Ship{number:02}{at:02}" for at in range(SPANS))
    return f"Convoy {number} 🚢 had {ships} and Vessel{number:02}."


@pytest.fixture
def corpus(tmp_path):
    examples = [Example(f"convoys.p{at:02}", text_of(at), at=1000 * at) for at in range(1, EXAMPLES + 1)]
    made = sample_corpus.make(tmp_path / "corpus", examples, ("SHIP", "PORT"))
    files.write(made.root / "goldspan.toml", RECOGNISER)
    return Corpus(made.root)


@pytest.fixture
def ann(doccano):
    return doccano_annotator.create_by_name(doccano, "ann")["ann"]


@pytest.fixture
def page(chromium, ann):
    with doccano_annotator.BrowserAnnotator(chromium, ann.url, ann.username, ann.password) as page:
        yield page


@dataclass
class Convoys:
    """The project, the person who works there, and their page.

    Attributes:
        kept: by the number of an example in the list, from 1, where the annotator marked something of their own.
    """

    corpus: Corpus
    project: int
    ann: doccano_annotator.Annotator
    page: doccano_annotator.BrowserAnnotator
    kept: dict[int, int] = field(default_factory=dict)

    def __post_init__(self):
        self.numbers = [row["id"] for row in self.ann.examples(self.project)]

    def go_on(self, number):
        """Go to the next example, which has its suggestions then."""
        self.page.press("ArrowRight")
        assert len(self.page.drawn()) == SPANS
        if number <= BY_HAND:
            self.clear_by_hand()

    def clear_by_hand(self):
        """Delete all spans that are drawn, with the right button of the mouse."""
        for left in range(SPANS, 0, -1):
            assert len(self.page.drawn()) == left
            self.page.click_name("SHIP", button="right")

    def go_on_without_service(self, number, service):
        """Go to the next example while the service is killed, mark something there, and come back when it is there."""
        page = self.page
        service.end(signal.SIGKILL)
        page.press("ArrowRight")
        assert page.text.startswith(f"Convoy {number} "), "the page goes on"
        assert page.drawn() == []
        at = self.kept[number] = page.text.index("Vessel") + 1  # the emoji has two units
        page.mark(at, at + len("Vessel") + 2, key="s")
        assert [one.surface for one in page.drawn()] == [f"Vessel{number:02}"]
        page.press("s")  # no label stays chosen
        service.start()
        page.press("ArrowLeft", "ArrowRight")
        assert len(page.drawn()) == SPANS + 1

    def reject_at_once(self, number):
        """Delete what is there but the annotator's own, and look again at once: nothing was read back by then."""
        for span in self.spans(number):
            if span["start_offset"] != self.kept.get(number):
                self.ann.unmark(self.project, self.numbers[number - 1], span["id"])
        self.page.press("ArrowLeft", "ArrowRight")
        assert len(self.page.drawn()) == (number in self.kept)

    def spans(self, number):
        return self.ann.spans(self.project, self.numbers[number - 1])


@pytest.fixture
def convoys(corpus, ann, page, request):
    """A shared project with the examples."""
    doccano, goldspan, monkeypatch = map(request.getfixturevalue, ("doccano", "goldspan", "monkeypatch"))
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))
    monkeypatch.setenv("XDG_DATA_HOME", str(corpus.root.parent / "data"))
    sample_corpus.list_members(corpus, {"ann": ann})
    assert goldspan("doccano", "push", "--project", "convoys", "--shared", "--root", corpus.root, "--apply") == 0
    project = ann.projects()["convoys"]
    yield Convoys(corpus, project, ann, page)
    with Doccano(doccano.account) as server:
        server.delete_project(project)


def wait_for_rejections(corpus, expected):
    """Wait until so many are read back; gives what was counted."""
    ledger = RejectionLedger(ledger_path(corpus))
    [key] = corpus_project_keys(corpus)
    for _ in range(READ_BACK_WITHIN):
        if (counts := ledger.counts(key)) == {"offered": expected, "rejected": expected}:
            return counts
        time.sleep(1)
    raise AssertionError(ledger.counts(key))


@pytest.mark.slow
def test_none_of_200_rejected_spans_comes_back_and_a_killed_service_costs_nothing(convoys, goldspan):
    page, corpus = convoys.page, convoys.corpus
    with ServiceProcess(corpus.root, "--project", "convoys", "--processes", "1", token=None) as service:
        assert goldspan("doccano", "auto-label", "--project", "convoys", "--root", corpus.root, "--apply") == 0
        page.open(convoys.project, 1)
        assert page.drawn() == [], "nothing is asked for before the annotator wants it"
        page.switch_auto_labelling()
        assert [one.surface for one in page.drawn()] == [f"Ship01{at:02}" for at in range(SPANS)]
        if folder := os.environ.get("SCREENSHOTS"):
            page.page.screenshot(path=Path(folder) / "auto_label.png")
        convoys.clear_by_hand()
        for number in range(2, EXAMPLES + 1):
            if number == EXAMPLES // 2:
                convoys.go_on_without_service(number, service)
            else:
                convoys.go_on(number)
            convoys.reject_at_once(number)

        service.end(signal.SIGKILL)
        service.start()
        page.page.reload()
        page.page.wait_for_selector("#container svg > g > g > text", state="attached")
        page.settle()
        page.switch_auto_labelling()
        for number in range(EXAMPLES, 0, -1):
            page.open(convoys.project, number)
        there = {number: [span["start_offset"] for span in convoys.spans(number)] for number in range(1, EXAMPLES + 1)}
        own = {number: [at] for number, at in convoys.kept.items()}
        assert {number: places for number, places in there.items() if places} == own, "what was marked, and no more"

        for number in convoys.numbers:
            convoys.ann.confirm(convoys.project, number)
        service.end()
        service.start()
        counts = wait_for_rejections(corpus, EXAMPLES * SPANS)
        came_back = sum(map(len, there.values())) - len(own)
        print(f"\n{counts}, came back {came_back}, of the annotator's own marks there {len(own)} of {len(own)}")
