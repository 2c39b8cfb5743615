"""HTML for the tests: a parser that insists on well-formed pages, hostile strings, and Chromium."""

import contextlib
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from goldspan.report.html import VOID

ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'>&amp;</style>"


class ParsedPage(HTMLParser):
    """What a page says and of which elements it is made; each must be closed where it should be."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.said, self.tags = [], "", []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said += data

    @property
    def names(self):
        return {tag for tag, _ in self.tags}


def parse(markup):
    words = ParsedPage()
    words.feed(markup)
    words.close()
    assert not words.open
    return words


def run_chromium(page, folder, *arguments):
    """What Chromium prints for a file, from a profile of its own and without a network."""
    command = [
        chromium_program(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}", *arguments, page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode("utf-8")


CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_program():
    """Where Chromium is; the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    return found or pytest.skip("needs Chromium; on Debian: apt-get install chromium")


@contextlib.contextmanager
def launch_chromium():
    """A browser without a window; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs: pip install -e '.[test]'")
    path = chromium_program()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()
