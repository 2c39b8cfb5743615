"""Probabilities of tags as spans: compared with all sequences of tags there are."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.suggest.token_classifier import TokenStates, piece_of_token

LABELS = ("ORG", "PORT")
STATES = [None, *((prefix, label) for label in range(2) for prefix in "BI")]


@st.composite
def token_states(draw, most=4):
    """Any probabilities of a few tokens, with zeros among them."""
    size = draw(st.integers(1, most))
    rows = []
    for _ in range(size):
        row = np.array(draw(st.lists(st.sampled_from([0, 1, 2, 5, 9, 40]), min_size=5, max_size=5)), float)
        row[0] += 1 if not row.any() else 0
        rows.append(row / row.sum())
    table = np.array(rows)
    return TokenStates(LABELS, table[:, 1::2], table[:, 2::2], table[:, 0])


def spans_of(tags):
    """The spans of a sequence of tags: a tag that continues nothing begins a span."""
    found, before = [], None
    for number, tag in enumerate([*tags, None]):
        label = None if tag is None else tag[1]
        if found and found[-1][1] is None and (tag is None or tag[0] == "B" or label != before):
            found[-1][1] = number
        if tag is not None and (tag[0] == "B" or label != before):
            found.append([number, None, LABELS[label]])
        before = label
    return {tuple(span) for span in found}


def sequences(states):
    """Every sequence of tags with its probability."""
    size = len(states.outside)
    for tags in product(STATES, repeat=size):
        share = 1.0
        for number, tag in enumerate(tags):
            share *= (
                states.outside[number]
                if tag is None
                else (states.begins if tag[0] == "B" else states.continues)[number, tag[1]]
            )
        yield tags, share


@given(token_states(3))
def test_the_probability_of_a_span_is_that_of_all_sequences_that_have_it(states):
    expected = {}
    for tags, share in sequences(states):
        for span in spans_of(tags):
            expected[span] = expected.get(span, 0.0) + share
    found = {one[:3]: one.probability for one in states.candidates()}
    assert {span for span, share in expected.items() if share > 0.01} <= found.keys()
    for span, probability in found.items():
        assert probability == pytest.approx(expected[span])
    for one in states.spans():
        assert one.probability == pytest.approx(expected[one[:3]])


@given(token_states(4))
def test_the_spans_are_those_of_the_most_probable_segmentation(states):
    """A span may begin with either tag, and the path takes both together: of all segmentations it is the likeliest."""
    by_spans = {}
    for tags, share in sequences(states):
        by_spans[frozenset(spans_of(tags))] = by_spans.get(frozenset(spans_of(tags)), 0.0) + share
    chosen = frozenset(one[:3] for one in states.spans())
    assert by_spans[chosen] == pytest.approx(max(by_spans.values()))


@given(token_states())
def test_no_span_overlaps_another(states):
    ends = 0
    for one in states.spans():
        assert one.first >= ends
        ends = one.stop


def test_a_text_without_tokens_has_no_spans():
    empty = TokenStates(LABELS, np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))
    assert (empty.spans(), list(empty.candidates())) == ([], [])


@pytest.mark.parametrize(
    ("offsets", "tokens", "found"),
    [
        ([(0, 0), (0, 2), (2, 4), (5, 6), (0, 0)], [(0, 4), (5, 6)], {0: 1, 1: 3}),
        ([(0, 4)], [(0, 2), (2, 4)], {0: 0, 1: 0}),
        ([(0, 3), (3, 8)], [(0, 3), (4, 8)], {0: 0, 1: 1}),  # a piece that begins with the space before its word
        ([(0, 3), (3, 6), (6, 8)], [(0, 3), (4, 8)], {0: 0, 1: 1}),
        ([(0, 6), (6, 8)], [(0, 3), (3, 8)], {0: 0, 1: 1}),  # a piece of two tokens is that of the first
        ([(4, 8)], [(0, 3), (4, 8), (9, 10)], {1: 0}),
        ([], [(0, 3)], {}),
        ([(0, 1), (1, 2), (1, 2), (2, 3)], [(0, 3)], {0: 0}),  # bytes of one character
    ],
)
def test_a_token_has_the_first_piece_of_its_own(offsets, tokens, found):
    assert piece_of_token(offsets, tokens) == found
