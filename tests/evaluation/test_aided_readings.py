"""What annotators read with suggestions takes no part in the human ceiling, nor in what they agree on."""

import json

import pytest

from goldspan.annotation import Example, Span
from goldspan.evaluation.human_ceiling import human_ceiling
from goldspan.formats import gold

TEXT = "one two three"
WORDS = (Span(0, 3, "A"), Span(4, 7, "A"), Span(8, 13, "A"))


def read(number, words, **extra):
    return Example(f"a{number}.p01", TEXT, tuple(WORDS[word] for word in words), extra=extra)


GOLD = [read(0, (0, 1)), read(1, (0, 1)), read(2, (0, 1))]
PASSES = {
    "ann": [read(0, (0, 1)), read(1, (0,)), read(2, (2,), aided="p")],
    "bob": [read(0, (0,)), read(1, (0,), aided=True), read(2, (2,), aided="p")],
}


def test_the_ceiling_is_of_unaided_readings():
    found = human_ceiling(GOLD, GOLD, PASSES)
    assert [(pair.examples, pair.f1) for pair in found.pairs] == [(1, pytest.approx(2 / 3))]
    assert {one.name: one.examples for one in found.passes} == {"ann": 2, "bob": 1}
    assert found.sentence.endswith("3 readings of examples were made by correcting suggestions and were left out.")


def test_where_all_was_aided_the_ceiling_says_so():
    found = human_ceiling(GOLD, GOLD, {name: [read(2, (2,), aided="p")] for name in PASSES})
    assert (found.pairs, found.passes, found.mean_f1) == ((), (), None)
    assert "2 readings of examples were made by correcting suggestions" in found.sentence


@pytest.mark.parametrize("named", [True, False])
def test_evaluate_knows_aided_passes(goldspan, toy, tmp_path, named):
    """Also where the passes are named as a folder, whose lines are read apart from their keys."""
    path = toy.passes / "ann" / "storm.jsonl"
    gold.write(
        path, [Example(e.id, e.text, e.spans, e.at, {"aided": "p"}) for e in toy.pass_examples("ann", ["storm"])]
    )
    passes = ("--passes", toy.passes) if named else ()
    assert goldspan("evaluate", toy.gold, toy.gold, *passes, "--root", toy.root, "--json", tmp_path / "r.json") == 0
    ceiling = json.loads((tmp_path / "r.json").read_text("utf-8"))["ceiling"]
    assert ceiling["pairs"][0]["examples"] == 6
    assert "3 readings of examples" in ceiling["sentence"]
