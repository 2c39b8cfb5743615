"""Articles with gold for tests of stand-off spans: real ones, and made-up ones that repeat few words."""

# ruff: noqa: S311  (draws that can be repeated, no secrets)
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import goldspan.new_project
from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.standoff.text_tokens import tokenize_text

ROOT = Path(__file__).parents[2]
DEMO = Path(goldspan.new_project.__file__).parent / "demo"
WORDS = ("KFOR", "Kosovo", "the", "of", "“", "’s", "-", "Özkan", "2,000", "troops", "war…", "北约", "said.", "co\xadop")
LABELS = ("UNIT", "PERSON")


@dataclass(frozen=True)
class GoldArticle:
    """The text of an article and its examples with gold."""

    text: str
    examples: tuple[Example, ...]


def project_articles(root):
    """The articles of a project that have gold."""
    corpus = Corpus(root)
    return tuple(
        GoldArticle(corpus.source(entry), tuple(corpus.gold_examples([entry.id])))
        for entry in corpus.entries
        if corpus.has_gold(entry.id)
    )


@cache
def real_articles():
    """The articles of the first corpus and of the demo."""
    return project_articles(ROOT) + project_articles(DEMO)


def made_up_article(seed, *, vocabulary=6, paragraphs=8, longest=24):
    """An article of few words, of which paragraphs repeat, in whole or in part, and some are no examples.

    Args:
        seed: of all draws.
        vocabulary: how many words it has.
        paragraphs: how many paragraphs at most.
        longest: how many words a paragraph has at most.
    """
    rng = random.Random(seed)
    words = rng.sample(WORDS, min(vocabulary, len(WORDS)))
    parts = []
    for _ in range(rng.randint(1, paragraphs)):
        if parts and rng.random() < 0.25:
            other = rng.choice(parts)
            parts.append(other if rng.random() < 0.5 else other[rng.randint(0, len(other) - 1) :])
        else:
            parts.append([rng.choice(words) for _ in range(rng.randint(1, longest))])
    text, examples = "", []
    for number, part in enumerate(parts, 1):
        paragraph = rng.choice((" ", "  ")).join(part)
        if rng.random() < 0.85:
            examples.append(Example(f"a.p{number:02}", paragraph, made_up_spans(rng, paragraph), at=len(text)))
        text += paragraph + rng.choice(("\n", "\n\n"))
    return GoldArticle(text, tuple(examples))


def made_up_spans(rng, text):
    """Spans of a text, which do not overlap; most begin and end with tokens."""
    tokens, spans, at = tokenize_text(text), [], 0
    while at < len(tokens):
        last = min(len(tokens) - 1, at + rng.choice((0, 0, 1, 3)))
        start, end = tokens[at].start, tokens[last].end
        if rng.random() < 0.1:
            start = min(start + 1, end - 1)
        if rng.random() < 0.5:
            spans.append(Span(start, end, rng.choice(LABELS)))
        at = last + 1
    return tuple(spans)
