"""Examples and what several readers mark in them, for the tests of the evaluation."""

from hypothesis import strategies as st

import strategies
from goldspan.formats import inline
from goldspan.values import Example, Span


def examples(*marked, article="a"):
    """The examples of one article, from inline markup."""
    return [inline.example(f"{article}.p{number:02}", text) for number, text in enumerate(marked, 1)]


@st.composite
def spans(draw, text):
    """A few spans of a short text, which may overlap, nest and cross."""
    size = len(text)
    places = st.integers(0, size - 1).flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, size)))
    found = draw(st.sets(st.tuples(places, strategies.labels), max_size=5))
    return tuple(Span(start, end, label) for (start, end), label in found)


@st.composite
def readings(draw, sides=2, *, flat=False, fewest=0):
    """The same few examples of two articles, as several readers mark them, who often mark the same."""
    texts = draw(st.lists(st.text("ab ", min_size=1, max_size=12), min_size=fewest, max_size=4))
    some = strategies.spans if flat else spans
    return [[Example(f"e{n % 2}.p{n}", text, draw(some(text))) for n, text in enumerate(texts)] for _ in range(sides)]
