"""Projects of any size, made up word by word from a seed: what the measurements of growth run the commands on."""

import random
from hashlib import sha256

from goldspan import files
from goldspan.annotation import Span
from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.formats import gold
from helpers.annotations import simulate_passes, write_passes

PER_ARTICLE = 10
WORDS = (18, 40)  # of a paragraph, at least and at most
SYLLABLES = tuple(first + last for first in "bdfgklmnprstvz" for last in ("a", "e", "i", "o", "u", "an", "er", "il"))
GUIDELINES = "1.0"


def names_of_labels(number):
    return tuple(f"LABEL_{index}" for index in range(1, number + 1))


def make_project(root, examples, *, labels=8, annotators=3, seed=0):
    """A project folder of so many examples: articles of ten, their gold, and passes of annotators who err.

    Args:
        root: a new folder.
        examples: how many; a multiple of ten.
        labels: how many there are in the scheme; all of them occur.
        annotators: how many there are; each errs in about a tenth of the spans.
        seed: of the random numbers.
    """
    rng = random.Random(seed)  # noqa: S311  (no secrets here)
    corpus, names = Corpus(root), names_of_labels(labels)
    _write_guidelines(corpus, names)
    lexicon = [_word(rng) for _ in range(4_000)]
    surfaces = [(" ".join(_word(rng).title() for _ in range(rng.choice((1, 2, 2, 3))))) for _ in range(200 + examples)]
    entries, everything = [], []
    for number in range(examples // PER_ARTICLE):
        article = f"{_word(rng)}-{number:05d}"
        text, marked = _article(rng, lexicon, surfaces, names)
        files.write(corpus.seeds / f"{article}.txt", text)
        paragraphs = examples_of(article, text, PARAGRAPHS)
        assert [paragraph.text for paragraph in paragraphs] == [words for words, _ in marked]
        everything.append(
            [paragraph.with_spans(spans) for paragraph, (_, spans) in zip(paragraphs, marked, strict=True)]
        )
        gold.write(corpus.gold / f"{article}.jsonl", everything[-1])
        digest = sha256(text.encode()).hexdigest()
        entries.append(
            ManifestEntry(article, f"{article}.txt", digest, title=lexicon[number % 4_000], guidelines=GUIDELINES)
        )
    write_manifest(corpus.folder / "manifest.jsonl", entries)
    rates = {f"annotator_{number:02d}": 0.05 + 0.1 * (number % 3) / 2 for number in range(1, annotators + 1)}
    flat = sorted((example for article in everything for example in article), key=lambda one: one.id)
    write_passes(corpus.passes, simulate_passes(flat, names, rates, seed))
    return Corpus(root)


def _write_guidelines(corpus, names):
    scheme = [f'version = "{GUIDELINES}"\n']
    for number, name in enumerate(names):
        page = f"{name.lower()}.md"
        scheme.append(
            f'\n[[label]]\nname = "{name}"\ndefinition = "Made up."\ncolour = "#{(number * 4_999) % 2**24:06x}"\n'
            f'shortcut = "{chr(0x4E00 + number)}"\npage = "{page}"\n'
        )
        files.write(corpus.guidelines / page, f"# {name}\n\n```ner\nHe saw [Mara {number}]{{{name}}}.\n```\n")
    files.write(corpus.guidelines / "labels.toml", "".join(scheme))


def _article(rng, lexicon, surfaces, names):
    """The text of an article, and each paragraph's words and spans."""
    marked = [_paragraph(rng, lexicon, surfaces, names) for _ in range(PER_ARTICLE)]
    return "\n\n".join(words for words, _ in marked) + "\n", marked


def _paragraph(rng, lexicon, surfaces, names):
    parts, spans, length = ["The"], [], 3
    left = rng.randint(*WORDS)
    next_name = rng.randint(2, 6)
    while left:
        left -= 1
        next_name -= 1
        part = rng.choice(lexicon)
        if next_name == 0 and left:
            # A name has a label of its own; as in any news, few names are frequent and most are rare.
            index = int(len(surfaces) * rng.random() ** 3)
            part = surfaces[index]
            spans.append(Span(length + 1, length + 1 + len(part), names[index % len(names)]))
            next_name = rng.randint(4, 12)
        parts.append(part)
        length += 1 + len(part)
    return " ".join(parts) + ".", tuple(spans)


def _word(rng):
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3, 3, 4))))
