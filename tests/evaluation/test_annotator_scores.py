"""Counting one annotator against gold: the same counts as exact scoring, and marks that could not become spans."""

from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.evaluation.annotator_scores import SCORE_COLUMNS, score_annotator, score_cells
from goldspan.evaluation.result import Counts, exact

spans = st.lists(st.tuples(st.integers(0, 8), st.sampled_from("AB")), max_size=6, unique=True).map(
    lambda drawn: tuple(Span(start, start + 2, label) for start, label in drawn)
)


@given(st.lists(st.tuples(spans, spans), max_size=5))
def test_the_counts_are_those_of_exact_scoring(texts):
    sides = [
        [Example(f"a.p{n:02}", "abcdefghij", side, at=20 * n) for n, side in enumerate(sides)]
        for sides in ([gold for gold, _ in texts], [own for _, own in texts])
    ]
    scores, wanted = score_annotator(texts), exact(*sides)
    assert (scores.overall, dict(scores.labels)) == (wanted.overall, wanted.labels)


def test_a_mark_that_is_no_span_counts_as_marked_and_wrong():
    ship = Span(0, 4, "SHIP")
    scores = score_annotator([((ship,), (ship,))], invalid=["SHIP", "PORT"])
    assert scores.overall == Counts(1, 1, 3)
    assert scores.labels == {"PORT": Counts(0, 0, 1), "SHIP": Counts(1, 1, 2)}


def test_labels_come_in_the_order_wanted_even_where_they_do_not_occur():
    scores = score_annotator([((), (Span(0, 1, "X"), Span(2, 3, "A")))], ["SHIP", "A"])
    assert list(scores.labels) == ["SHIP", "A", "X"]
    assert scores.labels["SHIP"] == Counts(0, 0, 0)


def test_cells_are_gold_marked_right_and_shares_in_per_cent():
    cells = dict(zip(SCORE_COLUMNS, score_cells(Counts(1_000, 2_000, 1_250), 1), strict=True))
    assert cells == {
        "gold": "2,000", "marked": "1,250", "right": "1,000", "precision": "80.0", "recall": "50.0", "F1": "61.5",
    }  # fmt: skip
    assert score_cells(Counts(0, 0, 0))[3:] == ("undefined",) * 3
