"""A project of made-up news with suggestions and three annotators, and their made-up readings of an audit."""

import hashlib
from dataclasses import replace

import numpy as np

from goldspan import files
from goldspan.annotation import Span
from goldspan.articles.examples import article_examples
from goldspan.audit.plan import AuditOptions, plan_audit
from goldspan.audit.power import ReaderModel
from goldspan.corpus import Corpus
from goldspan.corpus.audits import read_audit
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.formats import gold
from helpers.audit_simulation import made_up_reading

PEOPLE = ("Anna Berg", "Luis Moreno", "Mira Kovač", "Tom Hale", "Ines Duarte", "Jon Bakke")
PLACES = ("Lisbon", "Bergen", "Porto", "Tallinn", "Split", "Galway")
SHIPS = ("Nordlys", "Belle Mare", "Sea Crane", "Halcyon", "Vega Star", "Tern")
SENTENCES = (
    "On arrival in {place} the crew of the {ship} met {person} near the Harbour Office.",
    "The owner, {person}, said that the {ship} would leave {place} with 40 crates on Tuesday.",
    "Reports from {place} named {person} and the Coast Guard, but not the {ship}.",
    "It was the Maritime Board that asked {person} to bring the {ship} to {place} before noon.",
)
SCHEME = 'version = "1.0"\n' + "".join(
    f'\n[[label]]\nname = "{name}"\ndefinition = "Made up."\ncolour = "{colour}"\nshortcut = "{name[1].lower()}"\n'
    f'page = "{name.lower()}.md"\n'
    for name, colour in (("PERSON", "#d62728"), ("PLACE", "#1f77b4"), ("SHIP", "#2ca02c"))
)
ANNOTATORS = ("ann", "bob", "cy")
DAY = "2026-03-01"
EASY = ReaderModel(excess=0.6)  # that any audit finds, so that no larger one is looked for


def make_project(root, articles=20, *, annotators=ANNOTATORS, seed=0):
    """A project with so many articles of four paragraphs and 12 suggestions each; nobody has read any."""
    rng = np.random.default_rng(seed)
    corpus = Corpus(root)
    files.write(corpus.scheme_file, SCHEME)
    members = "".join(f'[[member]]\nname = "{name}"\nrole = "annotator"\n\n' for name in annotators)
    files.write(corpus.guidelines / "members.toml", members)
    entries, named = [], {}
    for number in range(articles):
        texts = []
        for sentence in SENTENCES:
            names = {
                kind: values[int(rng.integers(len(values)))]
                for kind, values in (("person", PEOPLE), ("place", PLACES), ("ship", SHIPS))
            }
            texts.append(sentence.format(**names))
            named[texts[-1]] = names
        text = "\n\n".join(texts) + "\n"
        name = f"port{number:02}"
        files.write(corpus.seeds / f"{name}.txt", text)
        entries.append(ManifestEntry(name, f"{name}.txt", hashlib.sha256(text.encode()).hexdigest()))
    write_manifest(corpus.folder / "manifest.jsonl", entries)
    corpus = Corpus(root)
    for entry in entries:
        lines = []
        for example in article_examples(corpus, entry):
            spans = [
                Span(at := example.text.index(words), at + len(words), kind.upper())
                for kind, words in named[example.text].items()
            ]
            extra = {"rules": ["made.up"] * 3, "scores": [0.9] * 3, "recognisers": ["made-up"] * 3}
            lines.append(gold.line(replace(example, spans=tuple(sorted(spans)), extra=extra)))
        files.write(corpus.suggestions / f"{entry.id}.jsonl", "".join(lines))
    return corpus


def planned(corpus, name="spring", **options):
    """An audit that is planned and written; errors are planted with the seed 0 unless another is named."""
    plan_audit(corpus, name, AuditOptions(**{"day": DAY, "redraws": 999, "model": EASY, **options})).apply()
    return read_audit(corpus, name)


def read_made_up(corpus, audit, *, accepts, seed=0, annotators=None, swapped=()):
    """Writes the passes of made-up annotators, who have planted errors so much more often if they see them.

    Of the pairs of annotator and article in `swapped`, the lines say the contrary of the plan.
    """
    rng = np.random.default_rng(seed)
    for name in annotators or audit.annotators:
        for article in audit.articles:
            is_aided = (article in audit.shown_to(name)) != ((name, article) in swapped)
            lines = []
            for example in audit.examples.values():
                if example.article == article:
                    planted = audit.planted.get(example.id, ())
                    reading = made_up_reading(example, planted, aided=is_aided, rng=rng, accepts=accepts)
                    extra = {"confirmed": True} | ({"aided": f"{audit.name}-{name}"} if is_aided else {})
                    lines.append(gold.line(replace(reading, extra=extra)))
            files.write(corpus.passes / name / f"{article}.jsonl", "".join(lines))
