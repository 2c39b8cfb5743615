"""What is true of every measure, whatever annotators do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.annotation import Span
from helpers.strategies import passes


def values(agreement):
    """Every estimate and limit of an agreement, in order."""
    measure_sets = [agreement.overall, *agreement.labels.values(), *agreement.articles.values()]
    for part in agreement.pairs.values():
        measure_sets += [part.overall, *part.labels.values()]
    return [
        number if (number := getattr(value, field)) is not None else np.nan
        for measures in measure_sets
        for value in measures.values.values()
        for field in ("estimate", "low", "high")
    ]


def taken(rows, **options):
    return measure(annotations_of_examples(rows), resamples=20, **options)


@settings(max_examples=40)
@given(passes(), st.randoms(use_true_random=False))
def test_the_order_of_annotators_and_examples_does_not_matter(rows, rng):
    names = list(rows)
    rng.shuffle(names)
    shuffled = {name: rng.sample(rows[name], len(rows[name])) for name in names}
    assert values(taken(shuffled)) == pytest.approx(values(taken(rows)), nan_ok=True)


@settings(max_examples=40)
@given(passes(annotators=2))
def test_two_annotators_may_change_places(rows):
    swapped = {"a": rows["b"], "b": rows["a"]}
    assert values(taken(swapped)) == pytest.approx(values(taken(rows)), nan_ok=True)


@settings(max_examples=40)
@given(passes())
def test_other_names_of_the_labels_change_nothing(rows):
    def renamed(example):
        return replace(example, spans=tuple(Span(s.start, s.end, {"A": "Z", "B": "Y"}[s.label]) for s in example.spans))

    new = taken({name: [renamed(example) for example in row] for name, row in rows.items()})
    old = taken(rows)
    assert values(replace(new, labels={}, pairs={})) == pytest.approx(
        values(replace(old, labels={}, pairs={})), nan_ok=True
    )
    assert list(new.labels) == sorted({"A": "Z", "B": "Y"}[label] for label in old.labels)
    for label, measures in old.labels.items():
        assert new.labels[{"A": "Z", "B": "Y"}[label]] == measures


@settings(max_examples=40)
@given(passes(annotators=2))
def test_everything_is_one_among_the_same(rows):
    agreement = taken(dict.fromkeys("abc", rows["a"]))
    for measures in (agreement.overall, *agreement.labels.values(), agreement.pairs["a", "c"].overall):
        for name, value in measures.values.items():
            assert value.estimate == pytest.approx(1) or value.undefined, name


@settings(max_examples=60)
@given(passes(annotators=5))
def test_no_measure_is_above_one_and_each_has_a_value_or_a_reason(rows):
    agreement = taken(rows)
    for measures in (agreement.overall, *agreement.labels.values(), *agreement.articles.values()):
        for value in measures.values.values():
            assert (value.estimate is None) == (value.undefined is not None)
            assert value.estimate is None or -np.inf < value.estimate <= 1 + 1e-12
            assert value.low is None or value.low <= value.high <= 1 + 1e-12
    assert "NaN" not in repr(agreement.json())


@settings(max_examples=40)
@given(passes(annotators=2, flat=True))
def test_the_relaxed_measure_is_never_below_the_exact_one(rows):
    measures = taken(rows).overall
    assume(measures["exact_f1"].estimate is not None)
    assert measures["relaxed_f1"].estimate >= measures["exact_f1"].estimate


@settings(max_examples=30)
@given(passes(annotators=3))
def test_an_annotator_who_shares_nothing_changes_nothing(rows):
    apart = [replace(example, id=f"z-{example.id}", text=example.text + "!") for example in rows["a"]]
    old, new = taken(rows), taken(rows | {"z": apart})
    if old.overall.examples:
        assert new.overall == old.overall
    for pair, part in old.pairs.items():
        assert new.pairs[pair] == part
    assert all(value.undefined.reason == "no_example" for value in new.pairs["a", "z"].overall.values.values())
