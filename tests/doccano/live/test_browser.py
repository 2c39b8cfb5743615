"""A round through the page itself: pushed, seen, marked with the mouse, confirmed, pulled."""

import json
import os
import secrets
from pathlib import Path

import pytest

from goldspan import offsets
from goldspan.annotation import Example, Span
from goldspan.doccano.annotator_guide import OPEN_ITEMS
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.labels import server_name
from goldspan.doccano.push.push import prepare_push
from helpers import doccano_annotator, html_pages, sample_corpus

LABELS = ("SHIP", "PORT", "CREW")
# What stands before the name in the same text, and would shift it in a browser that were told other offsets.
BEFORE = {
    "nothing": "",
    "an emoji": "🚢 ",
    "emoji with joiners and modifiers": "👩🏽‍🚀👩‍👩‍👧☝️🏽🏴‍☠️ ",
    "emoji younger than the library": "🫱🏻‍🫲🏿🧑‍🤝‍🧑👩‍🦰 ",
    "flags, one of them half": "🇽🇰🇷🇸🇽 ",
    "a flag that is marked twice": "🇽🇰\u0301\u0301 ",
    "combining marks": "Ö e\u0301\u0323 ",
    "a conjunct": "क्षि ",
    "Hangul jamo": "\u1100\u1161\u11a8 한국 ",
    "beyond the BMP": "𝔘𝔫𝔦 ",
    "right to left": "שָׁלוֹם العربية ",
    "a line before it": "A line.\r\n",
    "separators": "a\u2028b\x85c\td ",
    "tags": "🏴󠁧󠁢󠁳󠁣󠁴󠁿 ",
}
CLUSTERS = ("emoji younger than the library", "a flag that is marked twice", "a conjunct", "a line before it")


def text(before):
    return f"{before}Aurora left for Port Said."


def surface(example, words, label):
    start = example.text.rindex(words)
    return Span(start, start + len(words), label)


def examples(names=BEFORE):
    plain = [Example(f"harbour.p{at:02}", text(BEFORE[name]), at=100 * at) for at, name in enumerate(names)]
    return [one.with_spans([surface(one, "Aurora", "SHIP")]) for one in plain]


@pytest.fixture(scope="module")
def chromium():
    with html_pages.launch_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def ann(doccano):
    return doccano_annotator.create_by_name(doccano, "ann")["ann"]


@pytest.fixture
def page(chromium, ann):
    with doccano_annotator.BrowserAnnotator(chromium, ann.url, ann.username, ann.password) as page:
        yield page


@pytest.fixture
def begin(doccano, ann, tmp_path, goldspan, monkeypatch):
    """Push examples into a new project; gives the corpus, the project's number, and how to pull."""
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))

    def begin(pushed, *options, **flags):
        corpus = sample_corpus.make(tmp_path / "corpus", pushed, LABELS)
        sample_corpus.list_members(corpus, {"ann": ann})
        name = f"page {secrets.token_hex(4)}"
        if flags:
            with Doccano(doccano.account) as server:
                server.create_project(name, collaborative=True, description="by hand", **flags)
        where = ["--project", name, "--root", corpus.root, "--apply"]
        assert goldspan("doccano", "push", *options, *where) == 0
        return corpus, ann.projects()[name], lambda: goldspan("doccano", "pull", *where)

    return begin


def shoot(page, name):
    """Keep a picture, where somebody wants to look at them."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize(
    ("grapheme_mode", "names"), [(False, BEFORE), (True, CLUSTERS), pytest.param(True, BEFORE, marks=pytest.mark.slow)]
)
def test_pushed_spans_are_drawn_on_their_names_and_marked_ones_come_back(begin, page, grapheme_mode, names):
    pushed = examples(names)
    corpus, project, pull = begin(pushed, "--gold", "--shared", grapheme_mode=grapheme_mode)
    for number, example in enumerate(pushed, start=1):
        page.open(project, number)
        (drawn,) = page.drawn()
        (pushed_span,) = example.spans
        place = offsets.to_utf16(example.text, [pushed_span.start, pushed_span.end]).tolist()
        assert (drawn.surface, drawn.label, drawn.colour) == ("Aurora", "SHIP", sample_corpus.COLOURS[0]), example.text
        assert [drawn.start, drawn.end] == place
        marked = surface(example, "Port Said", "PORT")
        page.mark(*offsets.to_utf16(example.text, [marked.start, marked.end]).tolist(), key="p")
        assert [one.surface for one in page.drawn()] == ["Aurora", "Port Said"]
        page.confirm()
        shoot(page, f"{'graphemes' if grapheme_mode else 'utf16'}-{number:02}")
    assert pull() == 0
    wanted = [one.with_spans([*one.spans, surface(one, "Port Said", "PORT")]) for one in pushed]
    assert [one.with_spans(one.spans) for one in corpus.gold_examples()] == wanted


def test_an_independent_annotator_sees_no_spans_and_marks_from_the_menu(begin, page):
    pushed = [one.with_spans([]) for one in examples()[:3]]
    corpus, project, pull = begin(pushed)
    page.open(project, 3)
    assert page.drawn() == []
    marked = surface(pushed[2], "Aurora", "SHIP")
    page.mark(*offsets.to_utf16(pushed[2].text, [marked.start, marked.end]).tolist(), label="SHIP")
    shoot(page, "alone")
    page.confirm()
    page.open(project, 1)
    page.confirm()
    assert pull() == 0
    found = {one.id: one for one in corpus.pass_examples("ann")}
    assert {name: [one.surface(span) for span in one.spans] for name, one in found.items()} == {
        "harbour.p00": [],
        "harbour.p02": ["Aurora"],
    }


def test_what_is_confirmed_by_mistake_and_taken_back_is_not_pulled(begin, page):
    corpus, project, pull = begin([one.with_spans([]) for one in examples()[:2]])
    for number in (1, 2):
        page.open(project, number)
        page.confirm()
    page.confirm()
    assert pull() == 0
    assert [one.id for one in corpus.pass_examples("ann")] == ["harbour.p00"]


def test_labels_keys_colours_and_guideline_are_those_of_the_scheme(page, ann, project, doccano, tmp_path):
    corpus, name = sample_corpus.copy(project, tmp_path / "corpus"), f"page {secrets.token_hex(4)}"
    sample_corpus.list_members(corpus, {"ann": ann})
    with Doccano(doccano.account) as server:
        prepare_push(server, corpus, name, prefill="gold", kind="shared").apply()
        page.open(server.project(name).id)
    scheme = corpus.scheme.labels
    assert page.chips == [(server_name(label), label.shortcut, rgb(label.colour)) for label in scheme]
    guideline = page.read_guideline()
    shoot(page, "guideline")
    words = guideline.inner_text()
    for label in scheme:
        assert label.definition in words
        mark = guideline.locator(f"mark[title={label.name}]").first
        assert mark.evaluate("mark => getComputedStyle(mark).backgroundColor") == rgb(label.colour)
    for leak in ("```", "](", "<div", "**", "~~"):
        assert leak not in words


def drawn(page):
    return [(one.surface, one.label) for one in page.drawn()]


def open_items(page, ann, project):
    page.page.goto(f"{ann.url}/projects/{project}/sequence-labeling{OPEN_ITEMS}")
    page.page.wait_for_selector("#container svg > g > g > text", state="attached")
    page.settle()


def position(page):
    return page.page.locator(".v-data-footer").first.inner_text().strip()


def test_what_the_guideline_page_says_about_marks_is_so(begin, page):
    _, project, _ = begin([one.with_spans([]) for one in examples()[:2]])
    page.open(project)
    page.press("s")
    page.drag(0, 6)
    page.settle()
    page.press("ArrowRight")
    assert page.chosen() == ["SHIP"], "a label stays chosen"
    page.press("ArrowLeft")
    page.page.locator(".v-chip--active").wait_for()
    page.drag(7, 11)
    page.settle()
    assert drawn(page) == [("Aurora", "SHIP"), ("left", "SHIP")]
    page.drag(3, 9)
    page.settle()
    assert len(page.drawn()) == 2, "an overlapping mark is refused without a word"
    page.press("Control+z", "Delete", "Backspace")
    assert len(page.drawn()) == 2, "there is no undo"
    page.click_name("SHIP")
    page.page.locator(".menuable__content__active").get_by_text("CREW", exact=True).click()
    page.settle()
    assert drawn(page) == [("Aurora", "CREW"), ("left", "SHIP")]
    page.click_name("CREW", button="right")
    assert drawn(page) == [("left", "SHIP")]


def test_what_the_guideline_page_says_about_confirming_is_so(begin, page, ann):
    _, project, _ = begin([one.with_spans([]) for one in examples()[:6]])
    numbers = [row["id"] for row in ann.examples(project)]

    def confirmed():
        return [number for number, row in enumerate(ann.examples(project), start=1) if row["is_confirmed"]]

    page.open(project, 1)
    page.press("Enter", "Enter")
    assert confirmed() == [], "a second Enter takes it back"
    open_items(page, ann, project)
    page.press("Enter")
    assert (confirmed(), position(page)) == ([1], "1 of 5"), "the next open one comes at once"
    page.press("Enter")
    assert confirmed() == [1, 2], "and a second Enter confirms it unread"
    page.open(project, 4)
    page.read_guideline().get_by_text("Only what is confirmed counts").wait_for()
    page.press("Enter", "ArrowRight")
    assert confirmed() == [1, 2, 4], "keys act on what lies behind the page"
    assert page.page.url.endswith("page=5")
    page.page.locator(".v-dialog--active .tui-editor-contents a").first.click()
    page.page.wait_for_url(f"**/projects/{project}/sequence-labeling{OPEN_ITEMS}")
    page.settle()
    assert position(page) == "1 of 3"
    page.page.locator(".toolbar-control button").nth(4).click()
    page.page.locator(".v-dialog--active textarea").first.fill("S-1: a ship?")
    page.page.locator(".v-dialog--active").get_by_text("Send").click()
    page.settle()
    comments = ann._call("GET", f"projects/{project}/comments?example={numbers[2]}")["results"]
    assert [one["text"] for one in comments] == ["S-1: a ship?"]


def test_the_link_to_the_open_items_needs_a_login_first(begin, chromium, ann):
    _, project, _ = begin([one.with_spans([]) for one in examples()[:1]])
    page = chromium.new_context().new_page()
    page.goto(f"{ann.url}/projects/{project}/sequence-labeling{OPEN_ITEMS}")
    page.wait_for_url("**/auth")
    page.locator("input[name=username]").fill(ann.username)
    page.locator(doccano_annotator.PASSWORD_FIELD).fill(ann.password)
    page.locator(doccano_annotator.PASSWORD_FIELD).press("Enter")
    page.wait_for_url("**/projects*")
    page.context.close()


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_a_span_told_in_code_points_would_be_drawn_beside_the_name(page, doccano, ann):
    """What the tests above see is not there of itself."""
    row = {"text": text(BEFORE["an emoji"]), "label": [[2, 8, "SHIP"]]}
    with Doccano(doccano.account) as server:
        project = server.create_project(f"page {secrets.token_hex(4)}", collaborative=True, description="by hand").id
        server.create_span_type(project, "SHIP", "#d62728")
        server.add_member(project, ann.id, server.roles()["annotator"])
        upload = server.upload(json.dumps(row).encode(), "row.jsonl")
        assert server.wait_for_import(server.start_import(project, [upload])) == []
    page.open(project)
    assert [one.surface for one in page.drawn()] == [" Auror"]
