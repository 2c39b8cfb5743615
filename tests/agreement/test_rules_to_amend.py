"""Which rules of the guidelines are to be amended, by the outcomes of decisions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from goldspan.agreement.rules_to_amend import rules_to_amend
from goldspan.corpus import Corpus
from goldspan.formats import decisions


@pytest.fixture
def decided(toy):
    """The small corpus with a decision for each outcome, two of them under one rule."""
    path = toy.decisions / "storm.jsonl"
    (toy.guidelines / "ship.md").write_text("# SHIP\n\n## S-1 Names of ships\n\n## S-2 Ferries\n", encoding="utf-8")
    first = decisions.read(path)[0].decision
    text = {one.id: one.text for one in toy.gold_examples()}[first.example]
    outcomes = [
        ("unclear-rule", "S-1", "which part?"), ("unclear-rule", "S-1", None), ("missing-rule", None, "ferries"),
        ("ambiguous-text", "S-2", None), ("slip", "S-1", None), (None, None, None),
    ]  # fmt: skip
    made = [replace(first, outcome=outcome, rule=rule, reason=reason) for outcome, rule, reason in outcomes]
    decisions.write(path, [decisions.line(one, text) for one in made])
    return Corpus(toy.root)


def test_rules_are_listed_with_most_decisions_first(decided):
    found = rules_to_amend(decided)
    assert [(one.rule, one.outcome, len(one.examples)) for one in found.rules] == [
        ("S-1", "unclear-rule", 2),
        ("S-2", "ambiguous-text", 1),
        (None, "missing-rule", 1),
    ]
    assert (found.slips, found.not_stated, found.amended) == (1, 1, 0)
    assert found.rules[0].title
    assert found.rules[0].reasons == ("which part?",)
    table = found.table()
    assert [row[0] for row in table.rows] == ["S-1", "S-2", "–"]
    assert table.rows[0][3:] == ("2", "storm.p02")
    assert "Slips of annotators, which ask for nothing: 1 decision." in table.note
    assert rules_to_amend(decided, ["harbour"]).rules == ()


def test_a_rule_that_changed_since_is_not_to_be_amended_again(decided):
    changes = "# Changes\n\n## 1.1, 2026-04-01\n\n- S-1: ferries are no ships now.\n"
    (decided.guidelines / "CHANGELOG.md").write_text(changes, encoding="utf-8")
    decided.scheme_file.write_text(decided.scheme_file.read_text("utf-8").replace('"1.0"', '"1.1"'), encoding="utf-8")
    found = rules_to_amend(Corpus(decided.root))
    assert found.amended == 2
    assert [one.rule for one in found.rules] == ["S-2", None]


def test_agree_shows_them_in_text_html_and_json(decided, goldspan, tmp_path, capsys):
    page, report = tmp_path / "p.html", tmp_path / "r.json"
    assert goldspan("agree", "--full", "--root", decided.root, "--html", page, "--json", report) == 0
    out = capsys.readouterr().out
    assert "Rules to amend" in out
    assert "unclear: write it anew" in out
    assert "Rules to amend" in page.read_text("utf-8")
    made = json.loads(report.read_text("utf-8"))["rules_to_amend"]
    assert made["rules"][0] == {
        "rule": "S-1", "title": rules_to_amend(decided).rules[0].title, "outcome": "unclear-rule", "decisions": 2,
        "examples": ["storm.p02"], "reasons": ["which part?"],
    }  # fmt: skip
    assert made["slips"] == 1


def test_without_an_outcome_nothing_is_shown(toy, goldspan, tmp_path, capsys):
    page = tmp_path / "p.html"
    assert goldspan("agree", "--root", toy.root, "--html", page) == 0
    assert "Rules to amend" not in capsys.readouterr().out + page.read_text("utf-8")
    assert rules_to_amend(toy).not_stated == len(decisions.read(toy.decisions / "storm.jsonl"))
