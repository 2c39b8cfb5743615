"""The five articles of the corpus are cut where a reader would cut them, and the manifest tells what they are."""

import hashlib
from pathlib import Path

import pytest

from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.articles.paragraphs import paragraphs
from goldspan.corpus import Corpus

ROOT = Path(__file__).parents[2]
CUTS = (Path(__file__).parents[1] / "data" / "articles" / "seeds.tsv").read_text().splitlines()
CORPUS = Corpus(ROOT)
FURNITURE = [
    "European Western Balkans",
    "Photo: Flickr / KFOR Kosovo",
    "Related posts",
    "Rutte: We are not against EU enlargement, Albania is not ready to open negotiations",
    "Adamson: Authorities in BiH to translate commitments into concrete reforms",
    "Kurti and Vučić confirmed attendance at EU crisis meeting in Brussels",
    "Kfor",
    "Source: Fejsbuk",
]
entries = pytest.mark.parametrize("entry", CORPUS.entries[:5], ids=lambda entry: entry.id)


@entries
def test_the_seeds_are_cut_as_they_were_read(entry):
    text = CORPUS.source(entry)
    found = [
        f"{entry.id}.p{n:02}\t{p.kind}\t{p.start}\t{p.end}\t{' '.join(text[p.start : p.end].split()[:6])}"
        for n, p in enumerate(paragraphs(text), 1)
    ]
    assert found == [line for line in CUTS if line.startswith(entry.id)]


def test_the_boilerplate_of_the_seeds_is_this_and_nothing_else():
    found = []
    for entry in CORPUS.entries[:5]:
        text = CORPUS.source(entry)
        found += [text[p.start : p.end] for p in paragraphs(text) if p.kind == "furniture"]
    assert found == FURNITURE


@entries
def test_no_paragraph_of_the_seeds_is_cut_in_two(entry):
    lines = [line.strip() for line in CORPUS.source(entry).splitlines() if line.strip()]
    assert [e.text for e in examples_of(entry.id, CORPUS.source(entry), PARAGRAPHS)] == [
        x for x in lines if x not in FURNITURE
    ]


@entries
def test_the_manifest_has_the_hash_and_the_source_of_each_seed(entry):
    data = (CORPUS.seeds / entry.file).read_bytes()
    assert entry.sha256 == hashlib.sha256(data).hexdigest()
    assert "All rights belong to the publisher" in entry.licence
    assert entry.guidelines


@entries
def test_what_the_manifest_states_of_a_seed_is_in_the_seed(entry):
    text = CORPUS.source(entry)
    assert entry.title is None or entry.title in text.splitlines()
    assert entry.publisher is None or entry.publisher in text
    assert (entry.author, entry.url, entry.published) == (None, None, None)


def test_every_seed_is_in_the_manifest():
    assert {entry.file for entry in CORPUS.entries} == {path.name for path in CORPUS.seeds.iterdir()}
