"""Matching is optimal, one to one and independent of order: checked against all matchings that there are."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation import matching
from goldspan.evaluation.matching import match
from goldspan.evaluation.result import SCHEMES
from goldspan.span_table import SpanTable

places = st.integers(0, 9)
any_span = st.builds(lambda a, n, label: Span(a, a + n, label), places, st.integers(1, 6), st.sampled_from("AB"))
nested = st.lists(any_span, max_size=5)  # spans may repeat, too


@st.composite
def flat(draw):
    cuts = sorted(draw(st.sets(st.integers(0, 14), max_size=10)))
    labels = [draw(st.sampled_from("AB")) for _ in cuts]
    keep = [draw(st.booleans()) for _ in cuts]
    return [Span(a, b, x) for a, b, x, k in zip(cuts, cuts[1:], labels, keep, strict=False) if k]


documents = st.lists(
    st.one_of(st.tuples(flat(), flat()), st.tuples(nested, nested), st.tuples(flat(), nested)), max_size=2
)


def columns(documents):
    """Both sides, over the same labels."""
    return tuple(SpanTable.of([pair[side] for pair in documents], "AB") for side in (0, 1))


def worth(gold, predicted, scheme):
    """What a pair counts: twice the credit, one pair, characters, agreeing labels; None if they share nothing."""
    shared = min(gold.end, predicted.end) - max(gold.start, predicted.start)
    if shared <= 0:
        return None
    bounds = (gold.start, gold.end) == (predicted.start, predicted.end)
    label = gold.label == predicted.label
    right = {"strict": bounds and label, "exact": bounds, "type": label, "partial": bounds}[scheme]
    return (2 if right else int(scheme == "partial"), 1, shared, int(label))


def brute(gold, predicted, scheme):
    """The best that any one-to-one matching reaches, by trying all."""

    @cache
    def best(index, free):
        if index == len(gold):
            return (0, 0, 0, 0)
        found = best(index + 1, free)
        for other in free:
            one = worth(gold[index], predicted[other], scheme)
            if one is not None:
                rest = best(index + 1, free - {other})
                found = max(found, tuple(a + b for a, b in zip(one, rest, strict=True)))
        return found

    return best(0, frozenset(range(len(predicted))))


def reached(gold, predicted, matching, scheme):
    """What a matching reaches, document by document."""
    totals = [(0, 0, 0, 0)] * gold.documents
    for g, p in zip(matching.gold_index, matching.predicted_index, strict=True):
        assert gold.document[g] == predicted.document[p]
        one = worth(span(gold, g), span(predicted, p), scheme)
        number = gold.document[g]
        totals[number] = tuple(a + b for a, b in zip(one, totals[number], strict=True))
    return totals


def span(columns, row):
    return Span(int(columns.start[row]), int(columns.end[row]), columns.labels[columns.label[row]])


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=200)
@given(documents)
def test_no_matching_is_better(scheme, documents):
    gold, predicted = columns(documents)
    found = reached(gold, predicted, match(gold, predicted, scheme), scheme)
    assert found == [brute(tuple(g), tuple(p), scheme) for g, p in documents]


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=50)
@given(documents)
def test_every_span_is_in_exactly_one_place(scheme, documents):
    gold, predicted = columns(documents)
    found = match(gold, predicted, scheme)
    assert sorted([*found.gold_index, *found.missed]) == list(range(gold.start.size))
    assert sorted([*found.predicted_index, *found.spurious]) == list(range(predicted.start.size))


def pairs(gold, predicted, scheme):
    found = match(gold, predicted, scheme)
    return sorted(
        (int(gold.document[g]), span(gold, g), span(predicted, p))
        for g, p in zip(found.gold_index, found.predicted_index, strict=True)
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=50)
@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_the_spans_does_not_matter(scheme, documents, random):
    gold, predicted = columns(documents)
    sides = []
    for side in (gold, predicted):
        order = list(range(side.start.size))
        random.shuffle(order)
        rows = (side.document, side.start, side.end, side.label)
        sides.append(SpanTable(*(row[order] for row in rows), side.documents, side.labels))
    assert pairs(*sides, scheme) == pairs(gold, predicted, scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=50)
@given(documents)
def test_places_too_large_for_one_key_are_ranked(scheme, documents):
    gold, predicted = columns(documents)
    wide = [
        SpanTable(c.document, c.start << 27, c.end << 27, c.label, c.documents, c.labels) for c in (gold, predicted)
    ]
    found = reached(*wide, match(*wide, scheme), scheme)
    best = [brute(tuple(g), tuple(p), scheme) for g, p in documents]
    assert found == [(credit, pairs, shared << 27, labels) for credit, pairs, shared, labels in best]


def reached_within(limits, documents, scheme):
    """What the best matching reaches where the assignment solver has other limits."""
    gold, predicted = columns(documents)
    with pytest.MonkeyPatch.context() as patch:
        for name, limit in limits.items():
            patch.setattr(matching, name, limit)
        return reached(gold, predicted, match(gold, predicted, scheme), scheme)


@pytest.mark.parametrize("limits", [{"SMALL": 0, "DENSE": 0}, {"SMALL": 0}], ids=["sparse", "dense"])
@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=50)
@given(documents)
def test_where_all_matchings_are_too_many_a_solver_is_as_good(scheme, limits, documents):
    found = reached_within(limits, documents, scheme)
    assert found == [brute(tuple(g), tuple(p), scheme) for g, p in documents]


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=50)
@given(documents)
def test_where_weights_must_be_rounded_the_counts_stay_exact(scheme, documents):
    found = reached_within({"SMALL": 0, "EXACT": 2**9}, documents, scheme)
    best = [brute(tuple(g), tuple(p), scheme) for g, p in documents]
    assert [one[:2] for one in found] == [one[:2] for one in best]


def only(gold, predicted, scheme):
    """The pairs of a single document, as spans."""
    return [(g, p) for _, g, p in pairs(SpanTable.of([gold], "AB"), SpanTable.of([predicted], "AB"), scheme)]


def test_an_identical_pair_is_given_up_where_two_better_pairs_need_it():
    whole, begin, end = Span(0, 10, "A"), Span(0, 3, "A"), Span(7, 10, "A")
    assert only([whole, end], [whole, begin], "type") == [(whole, begin), (end, whole)]
    assert only([whole, end], [whole, begin], "strict") == [(whole, whole)]


def test_a_span_between_two_goes_where_it_leaves_room_for_the_other():
    g, h = Span(0, 4, "A"), Span(4, 8, "A")
    p, q = Span(0, 2, "A"), Span(2, 8, "A")  # q shares more with h, and p can only go to g
    assert only([g, h], [p, q], "partial") == [(g, p), (h, q)]
    assert only([g], [p, q], "partial") == [(g, p)]  # equally many characters: the first in the text


def test_of_equal_pairs_the_labels_that_agree_are_taken():
    both = [Span(0, 4, "A"), Span(0, 4, "B")]
    assert only(both, both[::-1], "exact") == [(both[0], both[0]), (both[1], both[1])]
    assert only(both, [Span(1, 3, "B")], "partial") == [(both[1], Span(1, 3, "B"))]


def test_touching_spans_do_not_meet():
    found = match(SpanTable.of([[Span(0, 4, "A")]]), SpanTable.of([[Span(4, 8, "A")]]), "partial")
    assert (found.gold_index.size, list(found.missed), list(found.spurious)) == (0, [0], [0])


def test_spans_of_different_documents_do_not_meet():
    found = match(SpanTable.of([[Span(0, 4, "A")], []]), SpanTable.of([[], [Span(0, 4, "A")]]), "partial")
    assert found.gold_index.size == 0


def test_most_components_of_nested_data_need_no_assignment(monkeypatch):
    tree = [Span(0, 64 >> n, "A") for n in range(6)] + [Span(40, 50, "B")]
    monkeypatch.setattr(matching, "SMALL", 0)
    monkeypatch.setattr(matching, "assign", None)  # would fail
    assert len(only(tree, tree[:5], "partial")) == len(only(tree[:5], tree, "type")) == 5


def test_columns_are_made_of_examples_or_of_spans():
    spans = (Span(0, 2, "A"), Span(1, 3, "B"))
    made = [SpanTable.of([[], spans]), SpanTable.of([Example("x", "text"), Example("y", "text", spans)])]
    for columns in made:
        assert columns.documents == 2
        assert columns.labels == ("A", "B")
        assert [list(c) for c in (columns.document, columns.start, columns.end)] == [[1, 1], [0, 1], [2, 3]]


def test_sides_with_different_tables_of_labels_are_understood():
    gold, predicted = SpanTable.of([[Span(0, 2, "B")]]), SpanTable.of([[Span(0, 1, "A"), Span(1, 2, "B")]])
    assert match(gold, predicted, "type").predicted_index.tolist() == [1]


BAD = {
    "differ in length": {"end": [3, 4]},
    "must be one row of integers": {"start": [0.5]},
    "no such document: 1 in row 0": {"document": [1]},
    "no such label: -1 in row 0": {"label": [-1]},
    "a span needs 0 <= start < end: 3 in row 0": {"start": [3]},
    "named twice": {"labels": ("A", "A")},
}


@pytest.mark.parametrize("message", BAD)
def test_impossible_columns_are_refused(message):
    good = {"document": [0], "start": [1], "end": [3], "label": [0], "documents": 1, "labels": ("A",)}
    with pytest.raises(InvalidValueError, match=message):
        SpanTable(**(good | BAD[message]))


def test_a_label_outside_the_table_is_refused():
    with pytest.raises(InvalidValueError, match="there is no label 'C'"):
        SpanTable.of([[Span(0, 2, "C")]], "AB")


def test_sides_of_different_size_are_refused():
    with pytest.raises(InvalidValueError, match="gold has 1 documents and the prediction 2"):
        match(SpanTable.of([[]]), SpanTable.of([[], []]), "strict")


def test_texts_beyond_counting_are_refused():
    long = SpanTable([0], [0], [2**61], [0], 3, ("A",))
    with pytest.raises(InvalidValueError, match="too many to count"):
        matching.overlaps(long, long)
