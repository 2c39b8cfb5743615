"""Suggestions against gold, rule by rule."""

import re

import pytest
from hypothesis import given

from goldspan import InputError
from goldspan.annotation import Example, Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation.result import Counts
from goldspan.formats import inline
from goldspan.suggest.rule_scores import score_rules
from helpers import strategies


def suggested(name, marked, rules, at=0):
    text, spans = inline.parse(marked)
    return Example(name, text, spans, at, {"rules": rules})


GOLD = [inline.example("a.p01", "[Ann]{PERSON} left [Rome]{PLACE} for [Ulm]{PLACE}")]
RULES = [suggested("a.p01", "[Ann]{PERSON} left [Rome for]{PLACE} [Ulm]{PLACE}", ["name", "gazetteer", "gazetteer"])]
BOTH = [suggested("a.p01", "[Ann]{PERSON} left [Rome]{PLACE} for [Ulm]{PLACE}", ["name", "model", "gazetteer"])]


def test_the_right_and_wrong_spans_of_each_rule_are_counted():
    (run,) = score_rules(GOLD, {"rules": RULES}).runs
    assert [(one.rule, one.right, one.wrong, one.precision) for one in run.rules] == [
        ("gazetteer", 1, 1, 0.5),
        ("name", 1, 0, 1.0),
    ]
    assert run.scores.overall == Counts(2, 3, 3)
    assert [place.surface for place in run.scores.missed] == ["Rome"]


def test_two_runs_stand_side_by_side():
    found = score_rules(GOLD, {"rules": RULES, "with model": BOTH})
    assert [run.scores.overall.true_positives for run in found.runs] == [2, 3]
    assert found.json()["with model"]["rules"]["model"] == {"right": 1, "wrong": 0, "precision": 1.0}


def test_paragraphs_may_be_cut_in_another_way():
    halves = [
        suggested("a.p01", "[Ann]{PERSON} left ", ["name"]),
        suggested("a.p02", "[Rome]{PLACE} [for Ulm]{PLACE}", ["gazetteer", "guess"], at=9),
    ]
    (run,) = score_rules(GOLD, {"rules": halves}).runs
    assert run.scores.overall == Counts(2, 3, 3)
    assert {one.rule: (one.right, one.wrong) for one in run.rules} == {
        "name": (1, 0),
        "gazetteer": (1, 0),
        "guess": (0, 1),
    }


def test_articles_of_one_side_alone_count_nowhere_and_are_named():
    gold = [*GOLD, inline.example("b.p01", "[Bern]{PLACE}")]
    (run,) = score_rules(gold, {"rules": [*RULES, suggested("c.p01", "[Cork]{PLACE}", ["gazetteer"])]}).runs
    assert run.left_out == ("b", "c")
    assert run.scores.overall == Counts(2, 3, 3)


def test_suggestions_for_other_articles_are_refused():
    with pytest.raises(InvalidValueError, match="no article is in both"):
        score_rules(GOLD, {"rules": [suggested("c.p01", "[Cork]{PLACE}", ["gazetteer"])]})


@pytest.mark.parametrize("rules", [["name"], None, "name", ["name"] * 4])
def test_spans_without_a_rule_each_are_refused(rules):
    with pytest.raises(InputError, match=r"a\.p01.*one rule for each of the 3 spans"):
        score_rules(GOLD, {"rules": [suggested("a.p01", inline.render(GOLD[0].text, GOLD[0].spans), rules)]})


def test_the_tables_hold_the_numbers_and_what_was_missed():
    tables = score_rules(GOLD, {"rules": RULES, "with model": BOTH}).tables()
    assert [table.title for table in tables] == [
        "Suggestions against gold",
        "Suggestions by rule: rules",
        "Suggestions by rule: with model",
        "Missed by the suggestions: rules",
        "Missed by the suggestions: with model",
    ]
    assert tables[0].rows[2] == ("rules: all", "3", "3", "2", "66.7", "66.7", "66.7")
    assert tables[1].rows == (("gazetteer", "1", "1", "50.0"), ("name", "1", "0", "100.0"))
    assert tables[3].rows == (("PERSON", "1", "0", "0", ""), ("PLACE", "2", "1", "1", "Rome (1)"))


def test_a_run_without_suggestions_has_no_table_of_rules():
    (run,) = score_rules(GOLD, {"rules": [suggested("a.p01", GOLD[0].text, [])]}).runs
    assert (run.rules, run.scores.overall) == ((), Counts(0, 3, 0))
    titles = [table.title for table in score_rules(GOLD, {"rules": [suggested("a.p01", GOLD[0].text, [])]}).tables()]
    assert titles == ["Suggestions against gold", "Missed by the suggestions: rules"]


def test_the_tables_are_markdown():
    for table in score_rules(GOLD, {"rules": RULES}).tables():
        assert re.match(r"\| \w", table.markdown())


@given(gold=strategies.corpora(), found=strategies.corpora())
def test_what_the_rules_suggested_is_what_was_suggested(gold, found):
    gold = [*gold, Example("z", "zzz", (Span(0, 1, "UNIT"),))]
    found = [*found, Example("z", "zzz", (Span(0, 1, "UNIT"), Span(1, 2, "UNIT")))]
    ruled = [
        Example(e.id, e.text, e.spans, e.at, {"rules": [f"r{n % 2}" for n, _ in enumerate(e.spans)]}) for e in found
    ]
    (run,) = score_rules(gold, {"rules": ruled}).runs
    here = {example.article for example in gold}
    assert sum(one.right + one.wrong for one in run.rules) == sum(len(e.spans) for e in found if e.article in here)
    assert sum(one.right for one in run.rules) >= 1
