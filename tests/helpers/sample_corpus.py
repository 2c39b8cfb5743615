"""Small corpora for the tests: made from given examples, or the toy corpus with disputes added."""

import shutil
from itertools import groupby

from goldspan import files
from goldspan.annotation import Span
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.formats import gold

COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#17becf")


def make(root, examples, labels, keys=None):
    """A project folder with the examples as its gold; the labels get the keys, or their first letters."""
    corpus = Corpus(root)
    scheme = 'version = "1.0"\n'
    for name, key, colour in zip(labels, keys or [name[0].lower() for name in labels], COLOURS, strict=False):
        scheme += f'\n[[label]]\nname = "{name}"\ndefinition = "Made up."\ncolour = "{colour}"\nshortcut = "{key}"\n'
        scheme += f'page = "{key}.md"\n'
    files.write(corpus.guidelines / "labels.toml", scheme)
    write_articles(corpus, examples)
    return Corpus(root)


def write_articles(corpus, examples):
    """The examples as the gold of the corpus, with all articles that they are of in its manifest."""
    articles = sorted({example.article for example in examples})
    entries = [ManifestEntry(name, f"{name}.txt", "0" * 64) for name in articles]
    write_manifest(corpus.folder / "manifest.jsonl", entries)
    for entry in entries:
        files.write(corpus.seeds / entry.file, "Made up.\n")
    write_gold(corpus, examples)


def copy(corpus, root):
    """The curated data of a project in a folder of its own, to be changed at will."""
    for folder in ("annotation_guidelines", "corpus", "seeds"):
        shutil.copytree(corpus.root / folder, root / folder)
    return Corpus(root)


def write_gold(corpus, examples):
    """The examples as the gold of their articles."""
    for article, group in groupby(sorted(examples, key=lambda one: one.id), key=lambda one: one.article):
        gold.write(corpus.gold / f"{article}.jsonl", list(group))


def list_members(corpus, people):
    """Lists annotators as members, each with the name of their passes as pseudonym."""
    listed = "".join(
        f'[[member]]\nname = "{person.username}"\nrole = "annotator"\npseudonym = "{name}"\n\n'
        for name, person in people.items()
    )
    files.write(corpus.guidelines / "members.toml", listed)


BELLE, NORD, PORT = Span(12, 24, "SHIP"), Span(29, 38, "SHIP"), Span(49, 59, "PORT")  # of storm.p02


def set_pass_spans(corpus, annotator, example, *spans):
    """Replaces the spans of an example in a pass; a new annotator has the other examples from the pass of ann."""
    path = corpus.passes / annotator / f"{example.rpartition('.')[0]}.jsonl"
    path.parent.mkdir(exist_ok=True)
    before = {one.id: one for one in corpus.pass_examples(annotator, [path.stem])}
    texts = (before.get(one.id, one) for one in corpus.pass_examples("ann", [path.stem]))
    files.write(path, "".join(gold.line(one.with_spans(spans) if one.id == example else one) for one in texts))
