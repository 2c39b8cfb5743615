"""Annotations for the tests of agreement and evaluation: in few words, from inline markup, or simulated."""

import random
import re
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

import numpy as np

from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.gamma import ContinuumUnits
from goldspan.annotation import Example, Span
from goldspan.formats import gold, inline

WORD = 5  # characters of a word, without the space after it


def from_ratings(ratings):
    """Annotations in which each unit is an example of one word, and a rating is its label.

    Args:
        ratings: for each annotator a rating per unit; None where they gave none, "" for no label.
    """

    def read(row):
        for number, rating in enumerate(row):
            if rating is not None:
                yield Example(f"c.p{number:03d}", "words", (Span(0, WORD, str(rating)),) if rating != "" else ())

    return annotations_of_examples({name: list(read(row)) for name, row in ratings.items()})


def from_confusion_table(table):
    """Two annotators' ratings of as many units as a confusion table says; categories are the row numbers."""
    cells = [(a, b) for a, row in enumerate(table) for b, times in enumerate(row) for _ in range(times)]
    return from_ratings({"a": [a for a, _ in cells], "b": [b for _, b in cells]})


def of_one_text(length, **passes):
    """Annotations of one text; per annotator tuples of start, end and label."""
    return annotations_of_examples(
        {
            name: [Example("c.p01", "x" * length, tuple(Span(a, b, str(label)) for a, b, label in spans))]
            for name, spans in passes.items()
        }
    )


def of_texts(**passes):
    """Annotations of several texts of twenty words; per annotator a list of lists, None for a text not read.

    A span is a word number or a pair of them, first and last, with a label: `(3, "A")`, `(3, 5, "A")`.
    """
    text = " ".join(["words"] * 20)

    def span(first, *rest):
        last = rest[0] if len(rest) > 1 else first
        return Span(first * (WORD + 1), last * (WORD + 1) + WORD, rest[-1])

    return annotations_of_examples(
        {
            name: [
                Example(f"t{number}.p01", text, tuple(span(*one) for one in row))
                for number, row in enumerate(rows)
                if row is not None
            ]
            for name, rows in passes.items()
        }
    )


def gamma_units(rows):
    """The units of one annotator, from tuples of start, end and the number of a label."""
    table = np.array(rows, np.float64).reshape(-1, 3).T
    return ContinuumUnits(table[0], table[1], table[2].astype(np.int64))


def estimates(annotations, **options):
    """The values of all measures over all labels, None where undefined; no intervals."""
    cell = measure(annotations, resamples=1, **options).overall
    return {name: value.estimate for name, value in cell.values.items()}


def dense(counts, documents):
    """Counts as a table with a row for each document."""
    table = np.zeros((documents, counts.columns))
    document, column, value = counts.joined()
    np.add.at(table, (document, column), value)
    return table if counts.divisor is None else table / counts.divisor[:, None]


def dense_views(data, kind):
    """By view the category of each unit, shape (annotators, n), and their number: of all labels, then of each.

    A cell for each annotator, label and unit: what the counts avoid, and tests compare them with.
    """
    table, units = data.spans, data.units(kind)
    labelled = np.zeros((len(table.annotators), len(table.labels), units.start.size), np.int64)
    for row in range(table.document.size):
        touched = (units.start < table.line_end[row]) & (table.line_start[row] < units.end)
        labelled[table.annotator[row], table.label[row], touched] = 1
    sets = {(0,) * len(table.labels): 0}
    numbers = [[sets.setdefault(tuple(cell), len(sets)) for cell in of_one.T.tolist()] for of_one in labelled]
    return [
        (np.array(numbers, np.int64).reshape(len(labelled), -1), len(sets)),
        *((labelled[:, label], 2) for label in range(len(table.labels))),
    ]


def totals(counts, documents):
    """The sums over all documents, as measures take them."""
    return {name: dense(block, documents).sum(axis=0, keepdims=True) for name, block in counts.items()}


def inline_examples(*marked, article="a"):
    """The examples of one article, from inline markup."""
    return [inline.example(f"{article}.p{number:02}", text) for number, text in enumerate(marked, 1)]


ERROR_RATES = {"anna": 0.04, "bela": 0.12, "cyril": 0.25, "dora": 0.15}  # the share of the spans that each misreads
_WORDS = re.compile(r"\S+")
_CAPITALISED = re.compile(r"\b[A-Z][a-z]{3,}\b")


def _widen(text, span, _labels):
    """The span with the word before it, or else with the word after it."""
    before = [m for m in _WORDS.finditer(text) if m.end() < span.start]
    if before:
        return [Span(before[-1].start(), span.end, span.label)]
    behind = [m for m in _WORDS.finditer(text) if m.start() > span.end]
    return [Span(span.start, behind[0].end(), span.label)] if behind else []


def _narrow(text, span, _labels):
    words = list(_WORDS.finditer(text, span.start, span.end))
    return [Span(words[1].start(), span.end, span.label)] if len(words) > 1 else []


def _relabel(_text, span, labels):
    return [Span(span.start, span.end, labels[(labels.index(span.label) + 1) % len(labels)])]


def _split(text, span, _labels):
    words = list(_WORDS.finditer(text, span.start, span.end))
    return [Span(*word.span(), span.label) for word in words] if len(words) > 1 else []


def _drop(_text, _span, _labels):
    return []


_ERRORS = (_widen, _widen, _narrow, _relabel, _split, _drop, _drop)


def _with_errors(example, rate, labels, rng):
    """An example as somebody reads it who errs with some of the spans; the spans stay flat."""
    found = []
    for span in example.spans:
        slip = rng.choice(_ERRORS) if rng.random() < rate else None
        found += [span] if slip is None else slip(example.text, span, labels)
    for capital in _CAPITALISED.finditer(example.text):
        if rng.random() < rate / 8:
            found.append(Span(*capital.span(), rng.choice(labels)))
    flat = []
    for span in found:
        if not any(span.overlaps(other) for other in flat):
            flat.append(span)
    return tuple(sorted(flat))


def simulate_passes(gold, labels, rates=ERROR_RATES, seed=0):
    """Per annotator the examples of gold as they read them; each has confirmed a little less than the one before."""
    rng = random.Random(seed)  # noqa: S311  (slips, no secrets)
    gold = list(gold)
    passes = {}
    for number, (name, rate) in enumerate(rates.items()):
        until = len(gold) - number * len(gold) // (2 * len(rates))
        passes[name] = [
            replace(example, spans=_with_errors(example, rate, labels, rng), extra={"confirmed": at < until})
            for at, example in enumerate(gold)
        ]
    return passes


def write_passes(folder, passes):
    """The passes as a project has them: a folder per annotator, a file per article."""
    for name, examples in passes.items():
        for article, mine in groupby(sorted(examples, key=attrgetter("article")), key=attrgetter("article")):
            gold.write(folder / name / f"{article}.jsonl", list(mine))
    return folder
