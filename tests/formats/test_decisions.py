import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Span
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import decisions
from goldspan.formats.decisions import Candidate, Decision

TEXT = "The 72nd Brigade 🚀 withdrew."
UNIT = Span(4, 16, "UNIT")


def decision(**changes):
    held = {
        "example": "a.p03", "sha256": decisions.fingerprint(TEXT), "start": 0, "end": 16,
        "candidates": (Candidate((UNIT,), ("ben", "ann")), Candidate((), ("cy",))), "choice": (UNIT,),
        "how": "adjudicated", "by": "lea", "when": "2026-03-01", "guidelines": "1.0", "rule": "MU-5", "reason": "…",
    }  # fmt: skip
    return Decision(**held | changes)


def test_a_line_has_all_parts_of_a_finding_in_order():
    value = json.loads(decisions.line(decision(), TEXT))
    assert tuple(value) == decisions.KEYS
    assert value["candidates"][0] == {"spans": [[4, 16, "UNIT", "72nd Brigade"]], "by": ["ann", "ben"]}
    assert value["choice"] == [[4, 16, "UNIT", "72nd Brigade"]]


def test_what_is_written_is_read_and_gives_the_same_bytes(tmp_path):
    path = tmp_path / "a.jsonl"
    made = [decision(), decision(start=17, end=20, candidates=(), choice=(), rule=None, reason=None, how="hand")]
    assert decisions.write(path, [decisions.line(one, TEXT) for one in made])
    read = decisions.read(path)
    assert [one.decision for one in read] == made
    assert [one.line for one in read] == [1, 2]
    assert read[0].surfaces == ((UNIT, "72nd Brigade"), (UNIT, "72nd Brigade"))
    assert not decisions.write(path, [one.raw + "\n" for one in read])


@pytest.mark.parametrize("outcome", decisions.OUTCOMES)
def test_an_outcome_is_the_last_key_and_an_older_line_stays_as_it_is(tmp_path, outcome):
    old, new = decisions.line(decision(), TEXT), decisions.line(decision(outcome=outcome), TEXT)
    assert new == old.replace("}\n", f', "outcome": "{outcome}"}}\n')
    path = tmp_path / "a.jsonl"
    decisions.write(path, [old, new])
    assert [one.decision.outcome for one in decisions.read(path)] == [None, outcome]
    assert [decisions.line(one.decision, TEXT) for one in decisions.read(path)] == [old, new]
    renamed = [*decisions.with_names(path, {"ann": "anna"})]
    assert renamed == [old.replace('"ann"', '"anna"'), new.replace('"ann"', '"anna"')]
    relabelled = [decisions.relabelled(one, lambda _, label: label.lower()) for one in decisions.read(path)]
    assert [json.loads(one).get("outcome") for one in relabelled] == [None, outcome]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (None, None), (" ", None), ("Slip", "slip"), ("s", "slip"), ("unclear rule", "unclear-rule"),
        ("MISSING_RULE", "missing-rule"), ("ambiguous", "ambiguous-text"),
    ],
)  # fmt: skip
def test_an_outcome_is_found_by_what_people_type(typed, found):
    assert decisions.find_outcome(typed) == found


@pytest.mark.parametrize("typed", ["slips", "rule", "other", "unclear-text"])
def test_what_is_no_outcome_is_refused(typed):
    with pytest.raises(InvalidValueError, match="is no outcome") as raised:
        decisions.find_outcome(typed)
    assert "slip, unclear-rule, missing-rule, ambiguous-text" in raised.value.remedy


@given(st.lists(st.tuples(st.integers(0, 27), st.integers(1, 28), st.sampled_from("AB")), max_size=4), st.data())
def test_any_decision_that_can_be_made_comes_back(numbers, data):
    spans = tuple(Span(start, end, label) for start, end, label in numbers if start < end)
    names = data.draw(st.lists(st.text(min_size=1, max_size=3), unique=True, max_size=3))
    made = decision(start=0, end=28, candidates=(Candidate(spans, tuple(names)),), choice=spans[:1])
    assert decisions.parse(decisions.line(made, TEXT).rstrip("\n").encode(), Path("a.jsonl"), 1).decision == made


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"start": 5}, "leaves the region"),
        ({"start": 16}, "needs 0 <= start < end"),
        ({"choice": (UNIT, Span(10, 16, "UNIT"))}, "overlaps itself"),
        ({"candidates": (Candidate((), ("ann",)), Candidate((UNIT,), ("ann",)))}, "two candidates"),
        ({"how": "guessed"}, "not one of"),
        ({"when": "2026-3-1"}, "not YYYY-MM-DD"),
        ({"when": "20260301"}, "not YYYY-MM-DD"),
        ({"outcome": "bad luck"}, "'outcome' is 'bad luck', not one of slip"),
    ],
)
def test_an_impossible_decision_is_refused(changes, why):
    with pytest.raises(InvalidValueError, match=why):
        decision(**changes)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"votes": 1}, "'votes' is unknown"),
        ({"region": [1]}, "'region' is"),
        ({"region": [True, 16]}, "'region' is"),
        ({"choice": [[4, 16, "UNIT"]]}, "not \\[start, end, label, surface\\]"),
        ({"candidates": [[]]}, "the candidate"),
        ({"candidates": [{"spans": [], "by": [1]}]}, "the candidate"),
        ({"rule": 5}, "'rule' is 5"),
        ({"by": ""}, "'by' is"),
        ({"choice": "none"}, "'choice' is"),
        ({"outcome": None}, "'outcome' is None"),
        ({"outcome": ["slip"]}, "'outcome' is"),
        ({"outcome": "bad luck"}, "'outcome' is 'bad luck', not one of slip"),
    ],
)
def test_a_broken_line_is_refused_with_its_place(change, why):
    value = json.loads(decisions.line(decision(), TEXT)) | change
    with pytest.raises(InputError, match=why) as caught:
        decisions.parse(json.dumps(value).encode(), Path("decisions/a.jsonl"), 7)
    assert (caught.value.line, caught.value.example) == (7, "a.p03")


def test_a_missing_key_is_named():
    value = json.loads(decisions.line(decision(), TEXT))
    del value["reason"]
    with pytest.raises(InputError, match="'reason' is missing"):
        decisions.parse(json.dumps(value).encode(), Path("a.jsonl"), 1)
