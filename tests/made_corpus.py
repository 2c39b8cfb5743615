"""A project folder around examples that a test made up, as far as a round in Doccano needs one."""

from itertools import groupby

from goldspan import files
from goldspan.corpus import Corpus
from goldspan.formats import gold, manifest

COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#17becf")


def make(root, examples, labels, keys=None):
    """The folder, with the examples as its gold; the labels get the keys, or their own first letters."""
    corpus = Corpus(root)
    scheme = 'version = "1.0"\n'
    for name, key, colour in zip(labels, keys or [name[0].lower() for name in labels], COLOURS, strict=False):
        scheme += f'\n[[label]]\nname = "{name}"\ndefinition = "Made up."\ncolour = "{colour}"\nshortcut = "{key}"\n'
        scheme += f'page = "{key}.md"\n'
    files.write(corpus.guidelines / "labels.toml", scheme)
    articles = sorted({example.article for example in examples})
    entries = [manifest.Entry(name, f"{name}.txt", "0" * 64) for name in articles]
    manifest.write(corpus.folder / "manifest.jsonl", entries)
    for entry in entries:
        files.write(corpus.seeds / entry.file, "Made up.\n")
    write_gold(corpus, examples)
    return Corpus(root)


def write_gold(corpus, examples):
    """The examples as the gold of their articles."""
    for article, group in groupby(sorted(examples, key=lambda one: one.id), key=lambda one: one.article):
        gold.write(corpus.gold / f"{article}.jsonl", list(group))


def list_members(corpus, people):
    """People as annotators, in the file that lists them; each by the name of their passes."""
    listed = "".join(
        f'[[member]]\nname = "{person.username}"\nrole = "annotator"\npseudonym = "{name}"\n\n'
        for name, person in people.items()
    )
    files.write(corpus.guidelines / "members.toml", listed)
