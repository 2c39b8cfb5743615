"""Made-up annotators: gold, misread in all the ways in which people misread, by some more than by others."""

import random
import re
from dataclasses import replace

from goldspan.formats import gold as lines
from goldspan.values import Span

TEAM = {"anna": 0.04, "bela": 0.12, "cyril": 0.25, "dora": 0.15}  # the share of the spans that each misreads
WORD = re.compile(r"\S+")
CAPITAL = re.compile(r"\b[A-Z][a-z]{3,}\b")


def wider(text, span, _labels):
    """The span with the word in front of it, or else with the word behind."""
    before = [m for m in WORD.finditer(text) if m.end() < span.start]
    if before:
        return [Span(before[-1].start(), span.end, span.label)]
    behind = [m for m in WORD.finditer(text) if m.start() > span.end]
    return [Span(span.start, behind[0].end(), span.label)] if behind else []


def narrower(text, span, _labels):
    words = list(WORD.finditer(text, span.start, span.end))
    return [Span(words[1].start(), span.end, span.label)] if len(words) > 1 else []


def relabelled(_text, span, labels):
    return [Span(span.start, span.end, labels[(labels.index(span.label) + 1) % len(labels)])]


def parted(text, span, _labels):
    words = list(WORD.finditer(text, span.start, span.end))
    return [Span(*word.span(), span.label) for word in words] if len(words) > 1 else []


def dropped(_text, _span, _labels):
    return []


SLIPS = (wider, wider, narrower, relabelled, parted, dropped, dropped)


def misread(example, rate, labels, rng):
    """An example as somebody reads it who errs with some of the spans; the spans stay flat."""
    found = []
    for span in example.spans:
        slip = rng.choice(SLIPS) if rng.random() < rate else None
        found += [span] if slip is None else slip(example.text, span, labels)
    for capital in CAPITAL.finditer(example.text):
        if rng.random() < rate / 8:
            found.append(Span(*capital.span(), rng.choice(labels)))
    flat = []
    for span in found:
        if not any(span.overlaps(other) for other in flat):
            flat.append(span)
    return tuple(sorted(flat))


def team(gold, labels, rates=TEAM, seed=0):
    """Per annotator the examples of gold as he reads them; each has confirmed a little less than the one before."""
    rng = random.Random(seed)  # noqa: S311  (slips, no secrets)
    gold = list(gold)
    passes = {}
    for number, (name, rate) in enumerate(rates.items()):
        until = len(gold) - number * len(gold) // (2 * len(rates))
        passes[name] = [
            replace(example, spans=misread(example, rate, labels, rng), extra={"confirmed": at < until})
            for at, example in enumerate(gold)
        ]
    return passes


def write(folder, passes):
    """The passes as a project has them: a folder per annotator, a file per article."""
    for name, examples in passes.items():
        for article in {example.article for example in examples}:
            mine = [example for example in examples if example.article == article]
            lines.write(folder / name / f"{article}.jsonl", mine)
    return folder
