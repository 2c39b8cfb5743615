"""Annotations for the tests of agreement: passes in few words, and hypothesis strategies."""

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from goldspan.agreement.alignment import Units
from goldspan.agreement.measure import measure
from goldspan.agreement.pairing import of_examples
from goldspan.values import Example, Span

WORD = 5  # characters of a word, and a blank


def coded(ratings):
    """Annotations in which each unit is an example of one word, and a rating the label of it.

    Args:
        ratings: for each annotator a rating per unit; None where he gave none, "" for no label.
    """

    def read(row):
        for number, rating in enumerate(row):
            if rating is not None:
                yield Example(f"c.p{number:03d}", "words", (Span(0, WORD, str(rating)),) if rating != "" else ())

    return of_examples({name: list(read(row)) for name, row in ratings.items()})


def crossed(table):
    """Two annotators' ratings of as many units as a confusion table says; categories are the row numbers."""
    cells = [(a, b) for a, row in enumerate(table) for b, times in enumerate(row) for _ in range(times)]
    return coded({"a": [a for a, _ in cells], "b": [b for _, b in cells]})


def continuum(length, **passes):
    """Annotations of one text; per annotator tuples of start, end and label."""
    return of_examples(
        {
            name: [Example("c.p01", "x" * length, tuple(Span(a, b, str(label)) for a, b, label in spans))]
            for name, spans in passes.items()
        }
    )


def texts(**passes):
    """Annotations of several texts of twenty words; per annotator a list of lists, None for a text not read.

    A span is a word number or a pair of them, first and last, with a label: `(3, "A")`, `(3, 5, "A")`.
    """
    text = " ".join(["words"] * 20)

    def span(first, *rest):
        last = rest[0] if len(rest) > 1 else first
        return Span(first * (WORD + 1), last * (WORD + 1) + WORD, rest[-1])

    return of_examples(
        {
            name: [
                Example(f"t{number}.p01", text, tuple(span(*one) for one in row))
                for number, row in enumerate(rows)
                if row is not None
            ]
            for name, rows in passes.items()
        }
    )


def units(rows):
    """The units of one annotator, from tuples of start, end and the number of a label."""
    table = np.array(rows, np.float64).reshape(-1, 3).T
    return Units(table[0], table[1], table[2].astype(np.int64))


def estimates(annotations, **options):
    """The values of all measures over all labels, None where undefined; no intervals."""
    cell = measure(annotations, resamples=1, **options).overall
    return {name: value.estimate for name, value in cell.values.items()}


def totals(counts):
    """The sums over all items, as measures take them."""
    return {name: np.asarray(block.sum(axis=0, keepdims=True)) for name, block in counts.items()}


@st.composite
def passes(draw, annotators=3, items=3, *, flat=False, length=30):
    """What annotators marked: per name an example of each text, and now and then none."""
    found = {}
    for name in "abcdef"[: draw(st.integers(2, annotators))]:
        found[name] = [
            Example(f"d{number % 2}.p{number:02d}", "sixx 😀 of " * (length // 10), draw(_spans(length, flat=flat)))
            for number in range(items)
            if draw(st.integers(0, 4))
        ]
    return found


@st.composite
def _spans(draw, length, *, flat):
    places = st.integers(0, length)
    if flat:
        cuts = sorted(draw(st.sets(places, max_size=8)))
        return tuple(Span(a, b, draw(st.sampled_from("AB"))) for a, b in pairwise(cuts) if draw(st.booleans()))
    pairs = draw(st.lists(st.tuples(places, places).filter(lambda pair: pair[0] < pair[1]), max_size=4))
    return tuple({Span(a, b, draw(st.sampled_from("AB"))) for a, b in pairs})
