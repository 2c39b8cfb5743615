"""What the tests of the page share: a parser that insists on well-formed HTML, hostile strings, a browser."""

import subprocess
from html.parser import HTMLParser

import browser
from goldspan.pages.element import VOID

ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'>&amp;</style>"


class Words(HTMLParser):
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


def read(markup):
    words = Words()
    words.feed(markup)
    words.close()
    assert not words.open
    return words


def chromium(page, folder, *arguments):
    """What Chromium prints for a file, from a profile of its own and without a network."""
    command = [
        browser.program(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}", *arguments, page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode("utf-8")
