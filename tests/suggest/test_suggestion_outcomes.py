"""What became of suggestions: the laws, and the matching against all matchings there are."""

from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Span
from goldspan.errors import InvalidValueError
from goldspan.suggest.suggestion_outcomes import OUTCOMES, outcome_of, suggestion_outcomes

spans = st.builds(
    lambda start, length, label: Span(start, start + length, label),
    st.integers(0, 8),
    st.integers(1, 5),
    st.sampled_from("AB"),
)
span_lists = st.lists(spans, max_size=4, unique=True).map(lambda found: tuple(sorted(found)))


def is_flat(found):
    return not any(a.overlaps(b) for a, b in combinations(found, 2))


flat_lists = span_lists.filter(is_flat)
sides = st.lists(st.tuples(span_lists, span_lists), min_size=1, max_size=4)


@given(sides)
def test_each_suggestion_has_one_outcome_and_each_span_comes_from_one_or_none(examples):
    """Law: suggestions = kept + ... + deleted, spans = kept + ... + added; no span is counted twice."""
    suggested, marked = zip(*examples, strict=True)
    for found, first, second in zip(suggestion_outcomes(suggested, marked), suggested, marked, strict=True):
        assert len(found.outcomes) == len(found.became) == len(first)
        became = [span for span in found.became if span is not None]
        assert sorted([*became, *found.added]) == sorted(second)
        for suggestion, outcome, span in zip(first, found.outcomes, found.became, strict=True):
            assert outcome == outcome_of(suggestion, span)
            assert span is None or suggestion.overlaps(span)


@given(sides)
def test_identical_spans_are_kept_and_nothing_else_is(examples):
    suggested, marked = zip(*examples, strict=True)
    for found, first, second in zip(suggestion_outcomes(suggested, marked), suggested, marked, strict=True):
        assert found.outcomes.count("kept") == len(set(first) & set(second))


@given(st.tuples(span_lists, span_lists))
def test_the_matching_is_the_best_of_all(example):
    """Of all one-to-one matchings: most kept, most pairs, most characters shared, most pairs of one label."""
    first, second = example
    (found,) = suggestion_outcomes([first], [second])
    pairs = [(a, b) for a, b in zip(first, found.became, strict=True) if b is not None]
    assert value(pairs) == max(map(value, matchings(first, second)))


def matchings(first, second):
    """All ways to pair spans that overlap, each at most once."""
    padded = [*second, *[None] * len(first)]
    for chosen in set(permutations(padded, len(first))):
        pairs = [(a, b) for a, b in zip(first, chosen, strict=True) if b is not None]
        if all(a.overlaps(b) for a, b in pairs):
            yield pairs


def value(pairs):
    shared = sum(min(a.end, b.end) - max(a.start, b.start) for a, b in pairs)
    return sum(a == b for a, b in pairs), len(pairs), shared, sum(a.label == b.label for a, b in pairs)


@given(st.tuples(flat_lists, flat_lists))
def test_what_was_added_by_one_was_deleted_by_the_other(example):
    """Law: with the sides exchanged, deleted and added change places, and the other counts stay."""
    (there,), (back,) = suggestion_outcomes([example[0]], [example[1]]), suggestion_outcomes([example[1]], [example[0]])
    assert (there.outcomes.count("deleted"), len(there.added)) == (len(back.added), back.outcomes.count("deleted"))
    assert there.outcomes.count("kept") == back.outcomes.count("kept")


@pytest.mark.parametrize(
    ("marked", "outcome"),
    [
        (Span(2, 6, "A"), "kept"),
        (Span(3, 6, "A"), "moved"),
        (Span(2, 6, "B"), "relabelled"),
        (Span(1, 6, "B"), "moved and relabelled"),
        (Span(6, 8, "A"), "deleted"),
    ],
)
def test_each_outcome(marked, outcome):
    (found,) = suggestion_outcomes([[Span(2, 6, "A")]], [[marked]])
    assert found.outcomes == (outcome,)
    assert found.added == ((marked,) if outcome == "deleted" else ())


def test_a_suggestion_that_was_split_is_moved_and_the_rest_added():
    (found,) = suggestion_outcomes([[Span(0, 9, "A")]], [[Span(0, 3, "A"), Span(4, 9, "A")]])
    assert (found.outcomes, found.became, found.added) == (("moved",), (Span(4, 9, "A"),), (Span(0, 3, "A"),))


def test_nothing_shown_and_nothing_marked():
    (found,) = suggestion_outcomes([[]], [[]])
    assert (found.outcomes, found.added) == ((), ())
    assert suggestion_outcomes([], []) == []
    with pytest.raises(InvalidValueError, match="1 documents and the prediction 2"):
        suggestion_outcomes([[]], [[], []])
    assert len(OUTCOMES) == 5
