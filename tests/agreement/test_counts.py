"""The sparse counts give what the definitions give on tables with a cell for each annotator, label and unit."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.agreement import alpha, kappa, unitizing
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.counts import CountTable, CountTables, pairs_of, wanted_measures
from goldspan.agreement.span_units import AgreementData
from goldspan.bootstrap import intervals_of_rows
from helpers.annotations import dense_views, totals
from helpers.strategies import passes


def weights(category, categories, weight):
    """How much each category is used by each annotator, from categories of shape (annotators, n)."""
    return np.array(
        [np.bincount(row, of, minlength=categories) for row, of in zip(category, weight, strict=True)]
    ).reshape(-1, categories)


def apart(category, counted, readers):
    """The weight of the ordered pairs of annotators who differ on each unit."""
    pairs = np.zeros(category.shape[1])
    for one, other in np.argwhere(~np.eye(len(category), dtype=bool)):
        pairs += (category[one] != category[other]) & counted[one] & counted[other]
    return pairs / np.maximum(1, readers - 1)


def quotient(above, below):
    return above / below if below > 1e-9 else np.nan


def dense_fleiss(units, view, readings):
    category, categories = view
    counted = readings[:, units.document]
    uses = weights(category, categories, counted * units.weight).sum(axis=0)
    judged, differing = uses.sum(), apart(category, counted, counted.sum(axis=0)) @ units.weight
    return quotient((judged - differing) * judged - (uses**2).sum(), judged**2 - (uses**2).sum())


def dense_alpha(units, view, readings):
    category, categories = view
    counted = readings[:, units.document]
    uses = weights(category, categories, counted * units.weight).sum(axis=0)
    differing = apart(category, counted, counted.sum(axis=0)) @ units.weight
    return 1 - quotient(differing * (uses.sum() - 1), uses.sum() ** 2 - (uses**2).sum())


def dense_cohen(units, view, both):
    category, categories = view
    place = units.weight * both[units.document]
    first, second = weights(category, categories, np.broadcast_to(place, category.shape))
    by_chance, agreed = first @ second, (category[0] == category[1]) @ place
    return quotient(agreed * place.sum() - by_chance, place.sum() ** 2 - by_chance)


def dense_coding(data, units, view, readings):
    """The label alone: all values."""
    category, categories = view
    marked = (category > 0) & readings[:, units.document]
    readers = readings.sum(axis=0)[units.document]
    coinciding = marked * ((marked.sum(axis=0) - marked) / np.maximum(1, readers - 1))
    uses = weights(category, categories, coinciding * units.weight).sum(axis=0)
    differing, whole = apart(category, marked, readers) @ units.weight, 0.0
    for annotator in range(len(category)):
        rows = np.flatnonzero(data.spans.annotator == annotator)
        cuts = np.unique(np.concatenate([data.spans.line_start[rows], data.spans.line_end[rows]]))
        for start, end in pairwise(cuts):
            inside = (units.start >= start) & (units.end <= end)
            whole += (coinciding[annotator] * units.weight)[inside].sum() ** 2
    length, squares = uses.sum(), (uses**2).sum()
    return 1 - quotient(differing * (length**2 - whole), length * (length**2 - squares))


@given(passes(annotators=4), st.sampled_from(["token", "character"]))
def test_the_coefficients_are_those_of_full_tables(rows, kind):
    annotations = annotations_of_examples(rows)
    data, everyone = AgreementData.of(annotations, language="en"), range(len(rows))
    units, documents, views = data.units(kind), data.spans.documents, dense_views(data, kind)
    all_read = np.zeros_like(data.spans.read)
    all_read[:] = data.spans.read_by(everyone)
    found = {
        "alpha": (alpha.alpha(totals(alpha.alpha_counts(data, everyone, kind), documents)), dense_alpha),
        "fleiss": (kappa.fleiss(totals(kappa.fleiss_counts(data, everyone, kind), documents)), dense_fleiss),
    }
    readings = {"alpha": data.spans.readings(everyone), "fleiss": all_read}
    for name, (values, definition) in found.items():
        expected = [definition(units, view, readings[name]) for view in views]
        assert values[0] == pytest.approx(expected, nan_ok=True), name
    if kind == "character":
        value = unitizing.cu_alpha(totals(unitizing.coding_counts(data, everyone), documents))[0, 0]
        assert value == pytest.approx(dense_coding(data, units, views[0], data.spans.readings(everyone)), nan_ok=True)


@given(passes(annotators=3), st.sampled_from(["token", "character"]))
def test_the_kappa_of_two_is_that_of_full_tables(rows, kind):
    data = AgreementData.of(annotations_of_examples(rows), language="en")
    pair = (0, len(rows) - 1)
    both = data.spans.read_by(pair)
    values = kappa.cohen(totals(kappa.cohen_counts(data, pair, kind), data.spans.documents))[0]
    expected = [dense_cohen(data.units(kind), (of[[*pair]], number), both) for of, number in dense_views(data, kind)]
    assert values == pytest.approx(expected, nan_ok=True)


@given(passes(annotators=4), st.integers(1, 3))
def test_sets_of_labels_may_be_numbered_anew_in_each_group(rows, size):
    data = AgreementData.of(annotations_of_examples(rows), language="en")
    groups = np.arange(data.spans.documents) // size
    for annotators in ((0, 1), tuple(range(len(rows)))):
        table = CountTable.of(data, annotators, wanted_measures(data))
        whole, renumbered = table.summed(groups, 1 + groups.max(initial=-1)), table.overall(groups)
        renumbered = renumbered.summed(groups, whole.rows.shape[0])
        old = whole.values(whole.rows.toarray())
        for name, values in renumbered.values(renumbered.rows.toarray()).items():
            assert values[:, 0] == pytest.approx(old[name][:, 0], nan_ok=True), name


@given(passes(annotators=4), st.integers(1, 3))
def test_the_measures_without_a_row_are_those_of_the_other_rows(rows, size):
    data = AgreementData.of(annotations_of_examples(rows), language="en")
    groups = np.arange(data.spans.documents) // size
    numbers = tuple(range(len(rows)))
    measures = wanted_measures(data)
    pairs = tuple(CountTable.of(data, pair, measures) for pair in pairs_of(numbers))
    everyone = pairs[0] if len(pairs) == 1 else CountTable.of(data, numbers, measures)
    tables = CountTables(everyone, pairs, measures)
    whole = tables.map(lambda one: one.summed(groups, 1 + groups.max(initial=-1)))
    found = tables.values_without_one(whole, groups)
    for row, group in enumerate(groups.tolist()):
        others = (groups == group) & (np.arange(groups.size) != row)
        expected = tables.values(lambda table, others=others: table.rows[others].toarray().sum(axis=0, keepdims=True))
        for name, values in expected.items():
            assert found[name][row] == pytest.approx(values[0], nan_ok=True), name


@given(st.lists(st.lists(st.sampled_from([np.nan, 0.0, 0.25, 0.5, 1.0]), min_size=7, max_size=7), min_size=1))
def test_the_intervals_of_many_rows_are_those_of_each(rows):
    found = intervals_of_rows(np.array(rows), (0.025, 0.975))
    for row, interval in zip(rows, found, strict=True):
        defined = np.array(row)[~np.isnan(row)]
        assert interval.undefined == len(row) - defined.size
        limits = np.quantile(defined, (0.025, 0.975)).tolist() if defined.size else [None, None]
        assert [interval.low, interval.high] == limits
