"""Suggestions for the tests: a label scheme, a suggester, and texts with the suggested spans in brackets."""

import re
from dataclasses import replace
from functools import cache

from goldspan.annotation import Example, Label, LabelScheme
from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.suggest.military_news.recogniser import MilitaryNews
from goldspan.suggest.recogniser_table import RecogniserTable
from goldspan.suggest.recognisers import recogniser_of
from goldspan.suggest.suggester import Suggester

NAMES = ("MILITARY_UNIT", "PERSON", "TROOP_COUNT", "LOCATION")


def scheme(*names):
    return LabelScheme("1", tuple(Label(name, "x", "#000000", str(n), "x.md") for n, name in enumerate(names)))


@cache
def suggester(*names):
    return Suggester([MilitaryNews(scheme(*(names or NAMES)))])


def suggest(text, finder=None):
    return (finder or suggester()).suggest(examples_of("a", text, PARAGRAPHS))


def in_brackets(text, label, finder=None):
    """The text with the spans of one label in brackets; brackets of `text` itself are taken off first."""
    plain = re.sub(r"[\[\]]", "", text)
    spans = [
        (example.at + span.start, example.at + span.end)
        for example in suggest(plain, finder)
        for span in example.spans
        if span.label == label
    ]
    for start, end in sorted(spans, reverse=True):
        plain = f"{plain[:start]}[{plain[start:end]}]{plain[end:]}"
    return plain


def table(kind, root, names=("ORG", "PRODUCT", "MONEY"), language="en", **keys):
    """The `[[recogniser]]` table of a project in a folder, with these labels."""
    return RecogniserTable.of_values(root, replace(scheme(*names), language=language), {"kind": kind, **keys})


def recogniser(kind, root, names=("ORG", "PRODUCT", "MONEY"), language="en", **keys):
    """The recogniser of a `[[recogniser]]` table."""
    return recogniser_of(table(kind, root, names, language, **keys))


def recognised(finder, *texts):
    """What a recogniser finds in texts that are the examples of one document: label, surface and rule of each span."""
    examples = [Example(f"a.p{number:02}", text) for number, text in enumerate(texts, 1)]
    return [
        (span.label, example.surface(span), rule)
        for example in Suggester([finder]).suggest(examples)
        for span, rule in zip(example.spans, example.extra["rules"], strict=True)
    ]
