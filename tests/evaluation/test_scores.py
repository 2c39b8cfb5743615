"""What is counted, overall and per label, over any part of the documents; and the laws that it obeys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation.result import SCHEMES, SchemeCounts
from goldspan.evaluation.scores import evaluate, measure
from goldspan.span_table import SpanTable

TEXT = "x" * 20
any_span = st.builds(
    lambda a, n, label: Span(a, a + n, label), st.integers(0, 14), st.integers(1, 6), st.sampled_from("ABC")
)
sides = st.lists(any_span, max_size=5, unique=True)
documents = st.lists(st.tuples(sides, sides), min_size=1, max_size=4)


def counted(documents, labels="ABC"):
    return measure(*(SpanTable.of([pair[side] for pair in documents], labels) for side in (0, 1)))


def of(documents):
    return counted(documents).evaluation()


def rows(evaluation):
    """All measures with the scheme and the label that they are of; None is overall."""
    for scheme in SCHEMES:
        yield scheme, None, evaluation.overall[scheme]
        for label, measures in evaluation.labels[scheme].items():
            yield scheme, label, measures


@given(documents)
def test_possible_and_actual_are_the_spans_of_the_label(documents):
    for _, label, measures in rows(of(documents)):
        gold, predicted = ([s for pair in documents for s in pair[side] if label in {None, s.label}] for side in (0, 1))
        assert (measures.possible, measures.actual) == (len(gold), len(predicted))


@given(documents)
def test_a_label_is_measured_as_if_no_other_existed(documents):
    whole = of(documents)
    for label in "ABC":
        alone = of([tuple([s for s in side if s.label == label] for side in pair) for pair in documents])
        for scheme in SCHEMES:
            assert whole.labels[scheme][label] == alone.labels[scheme][label] == alone.overall[scheme]


@given(documents)
def test_gold_and_prediction_change_places(documents):
    there, back = of(documents), of([pair[::-1] for pair in documents])
    for (_, _, one), (_, _, other) in zip(rows(there), rows(back), strict=True):
        assert (one.correct, one.incorrect, one.partial) == (other.correct, other.incorrect, other.partial)
        assert (one.missed, one.spurious) == (other.spurious, other.missed)
        assert (one.precision, one.recall, one.f1) == (other.recall, other.precision, other.f1)


@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_documents_and_spans_does_not_matter(documents, random):
    shuffled = [tuple(random.sample(side, len(side)) for side in pair) for pair in documents]
    random.shuffle(shuffled)
    assert of(shuffled) == of(documents)


@given(documents, st.integers(2, 4))
def test_documents_given_twice_count_twice(documents, times):
    once, often = of(documents), of(documents * times)
    for (_, _, one), (_, _, more) in zip(rows(once), rows(often), strict=True):
        assert sum([one] * times, SchemeCounts()) == more
        assert one.f1 == pytest.approx(more.f1)


@given(documents)
def test_new_names_for_the_labels_change_nothing_else(documents):
    names = {"A": "C", "B": "A", "C": "B"}
    renamed = [tuple([Span(s.start, s.end, names[s.label]) for s in side] for side in pair) for pair in documents]
    before, after = of(documents), of(renamed)
    assert before.overall == after.overall
    for scheme in SCHEMES:
        assert {names[label]: m for label, m in before.labels[scheme].items()} == after.labels[scheme]


@given(documents)
def test_gold_against_itself_is_right(documents):
    for scheme, label, measures in rows(of([(gold, gold) for gold, _ in documents])):
        assert measures == SchemeCounts(correct=measures.possible), (scheme, label)


@given(documents)
def test_a_laxer_scheme_gives_no_less_credit(documents):
    overall = of(documents).overall
    for lax, severe in (("exact", "strict"), ("type", "strict"), ("partial", "exact")):
        assert overall[lax].credit >= overall[severe].credit


@given(documents)
def test_what_labels_sum_to(documents):
    whole = of(documents)
    for scheme in SCHEMES:
        total = sum(whole.labels[scheme].values(), SchemeCounts())
        assert (total.possible, total.actual) == (whole.overall[scheme].possible, whole.overall[scheme].actual)
        if scheme in {"strict", "type"}:
            assert total.correct == whole.overall[scheme].correct


@given(documents, st.data())
def test_some_documents_are_measured_as_if_they_were_alone(documents, data):
    chosen = data.draw(st.lists(st.integers(0, len(documents) - 1), max_size=5))
    found = counted(documents)
    assert found.of_documents(chosen) == of([documents[n] for n in chosen] or [([], [])])
    flags = np.isin(np.arange(len(documents)), chosen)
    assert found.of_documents(flags) == of([documents[n] for n in sorted(set(chosen))] or [([], [])])


@given(documents)
def test_the_table_holds_the_counts_of_each_document(documents):
    table = counted(documents).table()
    assert table.shape == (len(documents), len(SCHEMES), 4, 5)
    for number, document in enumerate(documents):
        assert table[number].reshape(-1, 5).tolist() == [
            [m.correct, m.incorrect, m.partial, m.missed, m.spurious] for _, _, m in rows(of([document]))
        ]


@given(documents, st.data())
def test_units_hold_the_counts_of_their_documents(documents, data):
    units = [data.draw(st.integers(0, 1)) for _ in documents] + [0, 1]
    found = counted([*documents, ([], []), ([], [])])
    for unit in (0, 1):
        mine = np.flatnonzero(np.array(units) == unit)
        assert np.array_equal(found.table(np.array(units))[unit], found.table()[mine].sum(axis=0))


def one(gold, predicted, scheme):
    found = of([(gold, predicted)])
    return found.overall[scheme], found.labels[scheme]


def test_a_wrong_label_is_incorrect_overall_missed_and_spurious_per_label():
    overall, labels = one([Span(0, 4, "A")], [Span(0, 4, "B")], "strict")
    assert overall == SchemeCounts(incorrect=1)
    assert labels == {"A": SchemeCounts(missed=1), "B": SchemeCounts(spurious=1), "C": SchemeCounts()}
    assert labels["A"].precision is labels["B"].recall is labels["C"].f1 is None


def test_exact_overlooks_labels_overall_but_not_per_label():
    overall, labels = one([Span(0, 4, "A")], [Span(0, 4, "B")], "exact")
    assert overall == SchemeCounts(correct=1)
    assert labels["A"] == SchemeCounts(missed=1)


def test_a_boundary_error_is_half_right_under_partial():
    overall, labels = one([Span(0, 4, "A")], [Span(0, 5, "A")], "partial")
    assert overall == labels["A"] == SchemeCounts(partial=1)
    assert overall.f1 == 0.5


def test_nothing_against_nothing_is_undefined_and_not_perfect():
    found = of([([], [])])
    assert all(m == SchemeCounts() and m.precision is m.recall is m.f1 is None for _, _, m in rows(found))
    assert found.macro("strict") is None


def test_labels_that_only_the_prediction_has_are_counted_too():
    found = measure(SpanTable.of([[]]), SpanTable.of([[Span(0, 1, "NEW")]])).evaluation()
    assert found.labels["strict"] == {"NEW": SchemeCounts(spurious=1)}


def test_examples_are_evaluated_by_their_spans():
    gold = [Example("a.p01", TEXT, (Span(0, 4, "A"),)), Example("a.p02", TEXT)]
    predicted = [gold[0], gold[1].with_spans([Span(0, 1, "A")])]
    assert evaluate(gold, predicted).overall["strict"] == SchemeCounts(correct=1, spurious=1)


def test_a_prediction_on_another_text_is_refused():
    with pytest.raises(InvalidValueError, match=r"a\.p01: the prediction is on another text"):
        evaluate([Example("a.p01", TEXT)], [Example("a.p01", TEXT[:-1])])


def test_another_number_of_examples_is_refused():
    with pytest.raises(InvalidValueError, match="gold has 2 documents and the prediction 1"):
        evaluate([Example("a", TEXT), Example("b", TEXT)], [Example("a", TEXT)])


def test_the_counts_are_numbers_that_json_knows():
    assert {type(value) for value in of([([Span(0, 1, "A")], [])]).overall["strict"].json().values()} <= {
        int,
        float,
        type(None),
    }
