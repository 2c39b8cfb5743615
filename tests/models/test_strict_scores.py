"""Scores of predictions: those of the evaluation, without what nobody annotated."""

from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.evaluation import result
from goldspan.models import strict_scores
from helpers import strategies


def triples(examples):
    return {example.id: [(span.start, span.end, span.label) for span in example.spans] for example in examples}


SPANS = st.lists(st.builds(lambda at, size, label: Span(at, at + size, label), st.integers(0, 7), st.integers(1, 2),
                           strategies.labels), max_size=4, unique=True).map(tuple)  # fmt: skip


@given(st.lists(st.tuples(SPANS, SPANS), max_size=6))
def test_the_counts_are_those_of_the_evaluation(pairs):
    gold, predicted = (
        [
            Example(f"a{number % 3}.p0{number}", "Rood Blauw", pair[side], at=12 * number)
            for number, pair in enumerate(pairs)
        ]
        for side in (0, 1)
    )
    found = strict_scores.score(gold, triples(predicted), strategies.LABELS)
    expected = result.exact(gold, predicted)
    assert found.estimates[strict_scores.ALL].counts == expected.overall
    for label in strategies.LABELS:
        counts = found.estimates[label].counts
        other = expected.labels.get(label, result.Counts(0, 0, 0))
        assert counts == other


def test_what_nobody_annotated_does_not_count():
    read = Example("a.p01", "Rood and Blauw", (Span(0, 4, "ORG"),), extra={"not_annotated": [[9, 14]]})
    unread = Example("a.p02", "Groen", (), extra={"not_annotated": "skipped"})
    predicted = {"a.p01": [(0, 4, "ORG"), (9, 14, "ORG")], "a.p02": [(0, 5, "ORG")]}
    found = strict_scores.score([read, unread], predicted, ["ORG"])
    assert found.estimates["ORG"].counts == result.Counts(1, 1, 1)


def test_intervals_are_over_articles_or_over_examples_where_there_is_one():
    first, second = (Example(f"a.p0{n}", "Rood", (Span(0, 4, "ORG"),)) for n in (1, 2))
    alone = strict_scores.score([first, second], {}, ["ORG"])
    assert (alone.unit, alone.units) == ("example", 2)
    other = Example("b.p01", "Rood", (Span(0, 4, "ORG"),))
    both = strict_scores.score([first, second, other], triples([first, other]), ["ORG"])
    assert (both.unit, both.units) == ("article", 2)
    assert both.estimates["ORG"].f1 is not None
    assert strict_scores.score([first], {}, ["ORG"]).estimates["ORG"].f1 is None
    assert strict_scores.score([], {}, ["ORG"]).f1 is None
