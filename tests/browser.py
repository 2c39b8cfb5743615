"""Doccano as an annotator sees and uses it: Chromium, its mouse and its keys.

Doccano draws each line of a text as an SVG `<text>`, whose id is `<start>:<end>` in UTF-16 units, and under it a line
with round ends, of the label's colour, per span. Lines that it has no use for now it keeps far above the page. What is
drawn is read back from the geometry alone: the characters that stand above a coloured line.
"""

import contextlib
import re
import shutil
from dataclasses import dataclass
from typing import Self

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PASSWORD_FIELD = "input[name=password]"  # noqa: S105  (the name of a field)
LINES = """
const lines = () => [...document.querySelectorAll("#container svg > g > g > text")]
    .filter(text => !text.closest(".vue-recycle-scroller__item-view").style.transform.includes("-9999px"))
    .map(text => ({text, start: parseInt(text.id)})).sort((a, b) => a.start - b.start);
"""
TEXT = f"() => {{ {LINES} return lines().map(line => line.text.textContent) }}"
# A zero-width part of a cluster stands where the cluster stands: it is above a line if the cluster's middle is.
DRAWN = f"""() => {{ {LINES}
    const drawn = [];
    for (const {{text, start}} of lines()) {{
        const middles = [...text.textContent].length ? [...Array(text.getNumberOfChars()).keys()].map(at => {{
            const extent = text.getExtentOfChar(at);
            return extent.x + extent.width / 2;
        }}) : [];
        for (const group of text.parentNode.querySelectorAll(":scope > g")) {{
            const label = group.querySelector("text").textContent;
            for (const line of group.querySelectorAll("line")) {{
                const cap = parseFloat(line.getAttribute("stroke-width")) / 2;
                const [left, right] = ["x1", "x2"].map(end => parseFloat(line.getAttribute(end)));
                const under = middles.map((middle, at) => left - cap < middle && middle < right + cap ? at : -1)
                    .filter(at => at >= 0);
                if (under.length) drawn.push([
                    start + under[0], start + under.at(-1) + 1, label, line.getAttribute("stroke"),
                    text.textContent.slice(under[0], under.at(-1) + 1),
                ]);
            }}
        }}
    }}
    return drawn;
}}"""
PLACE = f"""([at, end]) => {{ {LINES}
    const found = lines().filter(line => line.start <= at).at(-1);
    found.text.scrollIntoView({{block: "center"}});
    const extent = found.text.getExtentOfChar(at - found.start);
    const origin = found.text.getScreenCTM();
    return [extent.x + (end ? extent.width - 1 : 1) + origin.e, extent.y + extent.height / 2 + origin.f];
}}"""


@dataclass(frozen=True)
class Drawn:
    """A coloured line: the UTF-16 units above it, the label under it, its colour, and the words above it."""

    start: int
    end: int
    label: str
    colour: str
    surface: str


def program():
    """Where Chromium is; the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return found or pytest.skip("needs Chromium; on Debian: apt-get install chromium")


@contextlib.contextmanager
def chromium():
    """A browser without a window; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs: pip install -e '.[test]'")
    path = program()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


class Annotator:
    """Somebody who logs in at the page and works there.

    Args:
        browser: of `chromium`.
        url: of the server; nothing else is let through.
        username: whose account it is.
        password: the account's.
    """

    def __init__(self, browser, url, username, password):
        self.url = url
        self.context = browser.new_context(viewport={"width": 1400, "height": 900})
        self.page = self.context.new_page()
        self.page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(url) else route.abort())
        self.pending, self.asked = 0, 0
        self.page.on("request", lambda _: self._count(1))
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, lambda _: self._count(-1))
        self.page.goto(f"{url}/auth")
        self.page.locator("input[name=username]").fill(username)
        self.page.locator(PASSWORD_FIELD).fill(password)
        self.page.locator(PASSWORD_FIELD).press("Enter")
        self.page.wait_for_url("**/projects")
        self.settle()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.context.close()

    def _count(self, step):
        self.pending += step
        self.asked += step > 0

    def settle(self):
        """Wait until the page has asked and drawn all that follows from what was done: a moment without a request."""
        while True:
            asked = self.asked
            self.page.wait_for_timeout(200)
            if not self.pending and asked == self.asked:
                return

    def go(self, path):
        """Go to another page as a click does, without loading the application again."""
        self.page.evaluate("path => window.$nuxt.$router.push(path)", path)
        self.page.wait_for_url(f"{self.url}{path}")
        self.settle()

    def open(self, project, number=1):
        """Open the example of that number, from 1, of a project."""
        self.go(f"/projects/{project}/sequence-labeling?page={number}")
        self.page.get_by_text(re.compile(rf"^{number} of \d+$")).wait_for()
        self.page.wait_for_selector("#container svg > g > g > text", state="attached")

    @property
    def text(self):
        """The lines as they are drawn, one after the other."""
        return "".join(self.page.evaluate(TEXT))

    def drawn(self):
        """What stands above each coloured line, from the top left."""
        return [Drawn(*found) for found in sorted(self.page.evaluate(DRAWN))]

    def drag(self, start, end):
        """Mark the UTF-16 units from `start` to `end` with the mouse."""
        self.page.mouse.move(*self.page.evaluate(PLACE, [start, False]))
        self.page.mouse.down()
        self.page.mouse.move(*self.page.evaluate(PLACE, [end - 1, True]), steps=5)
        self.page.mouse.up()

    def mark(self, start, end, *, key=None, label=None):
        """Mark a stretch: with the key of a label, which stays chosen, or without, choosing the label from the menu."""
        if key:
            self.page.keyboard.press(key)
            self.page.locator(".v-chip--active").wait_for()
        with self.page.expect_response(lambda answer: answer.request.method == "POST" and "/spans" in answer.url):
            self.drag(start, end)
            if label:
                self.page.locator(".menuable__content__active").get_by_text(label, exact=True).click()
        self.settle()

    def confirm(self):
        """Say that the example is done, or no longer."""
        with self.page.expect_response("**/states"):
            self.page.locator(".toolbar-control button").first.click()
        self.settle()

    @property
    def chips(self):
        """The labels in the list: name, key and colour."""
        return [
            (*chip.inner_text().split(), chip.evaluate("chip => getComputedStyle(chip).backgroundColor"))
            for chip in self.page.locator(".v-chip").all()
        ]

    def read_guideline(self):
        """Open the guideline; gives what it is drawn in."""
        self.page.locator(".toolbar-control button").nth(3).click()
        contents = self.page.locator(".v-dialog--active .tui-editor-contents")
        contents.wait_for()
        self.settle()
        return contents
