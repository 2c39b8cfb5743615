"""Recognisers for the tests that find what they are told to, in texts in inline notation."""

from collections import Counter
from dataclasses import replace
from itertools import groupby

from goldspan.formats import inline
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.recogniser_analysis import RecogniserAnalysis
from goldspan.suggest.suggester import Suggester


class Stated:
    """A recogniser that finds given spans.

    Args:
        name: its name.
        found: by example, its spans; each may have a rule behind its label.
    """

    notes = ()

    def __init__(self, name, found):
        self.name = name
        self.found = found
        self.labels = {span[2] for spans in found.values() for span in spans}

    def found_in(self, example):
        spans = self.found.get(example.id, ())
        return [RecognisedSpan(*span[:3], span[3] if len(span) > 3 else "rule") for span in spans]

    def recognise(self, documents):
        for examples in documents:
            yield [self.found_in(example) for example in examples]


def stated(name, **marked):
    """A recogniser that finds what is marked in texts in inline notation; `a1` is the example a.p01."""
    found = {}
    for key, text in marked.items():
        _, spans = inline.parse(text)
        found[f"{key[0]}.p0{key[1]}"] = [(span.start, span.end, span.label) for span in spans]
    return Stated(name, found)


def suggested(recognisers, examples):
    """What recognisers suggest in the examples of one document."""
    return next(Suggester(recognisers).suggest_all([[one.with_spans(()) for one in examples]]))


def in_articles(*examples):
    """The examples one after the other in their articles."""
    ends, placed = Counter(), []
    for example in examples:
        placed.append(replace(example, at=ends[example.article]))
        ends[example.article] += len(example.text) + 2
    return placed


def analyse(gold, recognisers, texts=None):
    """The scores of recognisers on the articles of gold, or on other texts."""
    analysis = RecogniserAnalysis([one.name for one in recognisers])
    by_article = {}
    for example in gold:
        by_article.setdefault(example.article, []).append(example)
    for article, examples in groupby(texts or gold, key=lambda one: one.article):
        analysis.add(article, by_article.pop(article, []), suggested(recognisers, list(examples)))
    return analysis.scores(by_article)


# The gold of the worked example of docs/recogniser_analysis.md.
GOLD = in_articles(
    inline.example("a.p01", "[Ada Wiel]{PERSON} leads [Rood]{ORG} in [Gent]{PLACE}."),
    inline.example("a.p02", "[Rood]{ORG} sold red paint."),
    inline.example("b.p01", "It rained in [Gent]{PLACE}."),
)
