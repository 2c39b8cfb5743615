"""Make the picture of Doccano holding this project's articles: `python tests/screenshot.py doccano.png`."""

import shutil
import sys
import tempfile
from pathlib import Path

from goldspan.corpus import Corpus
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push.push import prepare_push
from helpers import doccano_annotator, doccano_server, html_pages, sample_corpus

SHOWN = "002_053e1d64d12656fb.p13"  # all labels in a few lines
SIZE = {"width": 1400, "height": 860}


def copied(corpus, root):
    """The corpus in a folder of its own, to which members can be added."""
    for folder in ("annotation_guidelines", "corpus", "seeds"):
        shutil.copytree(corpus.root / folder, root / folder)
    return Corpus(root)


def push(corpus, account, name, person):
    """Put the gold into a shared project with one annotator; gives its number."""
    sample_corpus.list_members(corpus, {"ann": person})
    with Doccano(account) as server:
        prepare_push(server, corpus, name, prefill="gold", kind="shared").apply()
        return server.project(name).id


def shoot(corpus, server, path):
    """The picture, taken as an annotator sees the page."""
    person = doccano_annotator.create_by_name(server, "anna")["anna"]
    number = push(corpus, server.account, "KFOR", person)
    at = [example.id for example in corpus.gold_examples()].index(SHOWN)
    with (
        html_pages.launch_chromium() as chromium,
        doccano_annotator.BrowserAnnotator(chromium, person.url, person.username, person.password) as ann,
    ):
        ann.page.set_viewport_size(SIZE)
        ann.open(number, at + 1)
        ann.page.screenshot(path=path)
    person.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, doccano_server.running(Path(folder) / "home") as server:
        shoot(copied(Corpus.find(), Path(folder) / "corpus"), server, sys.argv[1])
