"""Annotators against gold: precision, recall, over time, and what to talk about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.agreement.against_gold import measure_against_gold
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.disagreements import dispute_markup
from goldspan.annotation import Example, Span
from goldspan.errors import InputError, InvalidValueError
from goldspan.evaluation.result import exact
from goldspan.formats.inline import example

LABELS = ("SHIP", "PORT")
GOLD = [
    example("b.p01", "The [Argo]{SHIP} left [Tyre]{PORT}."),
    example("b.p02", "The [Argo]{SHIP} sank."),
    example("a.p01", "Off [Tyre]{PORT} the [Fury]{SHIP} waited."),
]
FEW = {"resamples": 50}


def records(*marked, gold=GOLD, **more):
    passes = {name: [example(e.id, one) for e, one in zip(GOLD, ones, strict=False)] for name, ones in
              zip(("ann", "bob"), marked, strict=False)}  # fmt: skip
    return measure_against_gold(annotations_of_examples(passes), gold, LABELS, **FEW, **more)


ANN = ("The [Argo]{SHIP} left [Tyre]{PORT}.", "The Argo sank.", "[Off Tyre]{PORT} the [Fury]{SHIP} waited.")


def test_precision_is_of_own_spans_and_recall_of_golds():
    (found,) = records(ANN)
    assert (found.overall.counts.precision, found.overall.counts.recall) == (3 / 4, 3 / 5)
    assert found.labels["SHIP"].counts.precision == 1
    assert found.labels["SHIP"].counts.recall == 2 / 3
    assert found.labels["PORT"].counts.f1 == 0.5


def test_only_what_both_have_counts():
    (found,) = records(ANN[:1], gold=GOLD[:2])
    assert (found.examples, found.overall.counts.recall) == (1, 1)


def test_one_who_confirmed_nothing_is_there_with_nothing():
    annotations = annotations_of_examples({"ann": GOLD, "nobody": []})
    nobody = measure_against_gold(annotations, GOLD, LABELS, **FEW)[1]
    assert (nobody.examples, nobody.overall.counts.f1, nobody.articles, nobody.errors) == (0, None, (), ())


def test_articles_come_in_the_order_of_the_manifest_with_their_guidelines():
    (found,) = records(ANN, guidelines={"b": "1.0", "a": "1.1"})
    assert [(one.article, one.guidelines, one.examples) for one in found.articles] == [("b", "1.0", 2), ("a", "1.1", 1)]
    assert {one.guidelines: one.counts.gold for one in found.versions} == {"1.0": 3, "1.1": 2}


def test_what_recurs_comes_first_and_each_error_has_its_places():
    (found,) = records(("The Argo left Tyre.", "The Argo sank.", "Off [Tyre]{PORT} the [Fury]{PORT} waited."))
    first = found.errors[0]
    assert (first.kind, first.times, first.gold, first.own) == ("one-sided", 2, (("SHIP", "Argo"),), ())
    assert [place.example.id for place in first.places] == ["b.p01", "b.p02"]
    assert [dispute_markup(first.places[1], one) for one in first.places[1].candidates] == [
        GOLD_MARKUP,
        "The Argo sank.",
    ]
    assert sorted((one.kind, one.times) for one in found.errors[1:]) == [("label", 1), ("one-sided", 1)]


GOLD_MARKUP = "The [Argo]{SHIP} sank."


def test_intervals_are_by_article_and_hold_the_measure():
    (found,) = records(ANN)
    overall = found.overall
    assert overall.precision.low <= overall.counts.precision <= overall.precision.high
    assert overall.recall.low <= overall.counts.recall <= overall.recall.high


def test_one_example_has_no_interval():
    (found,) = records(ANN[:1])
    assert found.overall.precision is None


def test_another_text_is_refused():
    with pytest.raises(InputError, match="not that of gold"):
        records(("The [Argo]{SHIP} came.",))


def test_no_resamples_are_refused():
    with pytest.raises(InvalidValueError):
        measure_against_gold(annotations_of_examples({"ann": GOLD}), GOLD, LABELS, resamples=0)


def test_the_report_holds_all_of_it():
    (found,) = records(ANN, guidelines={"b": "1.0"})
    said = found.json()
    assert said["labels"]["SHIP"]["precision_interval"] == pytest.approx([0.025**0.5, 1])
    assert said["guidelines"][1]["version"] is None
    assert said["errors"][0]["places"][0]["variants"][0]["annotators"] == ["gold"]


spans = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(LABELS)), max_size=6, unique=True).map(
    lambda drawn: tuple(Span(start, start + 2, label) for start, label in drawn)
)


@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=5))
def test_the_counts_are_those_of_exact_scoring(rows):
    gold = [Example(f"a{n % 2}.p{n:02}", "abcdefghij", right, at=20 * n) for n, (right, _) in enumerate(rows)]
    mine = [Example(e.id, e.text, found, e.at) for e, (_, found) in zip(gold, rows, strict=True)]
    (record,) = measure_against_gold(annotations_of_examples({"ann": mine}), gold, LABELS, resamples=5)
    assert record.overall.counts == exact(gold, mine).overall
    assert sum(article.counts.gold for article in record.articles) == record.overall.counts.gold
    assert sum(error.times for error in record.errors) > 0 or record.overall.counts.f1 in (1, None)
