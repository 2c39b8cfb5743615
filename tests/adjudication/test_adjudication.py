"""From the passes of a small corpus to its gold, as a lead does it: at the terminal, by majority, by hand."""

import json
import shutil

import pytest

from goldspan import files
from goldspan.adjudication import interactive, summary
from goldspan.adjudication.gold import apply_decisions, plan
from goldspan.adjudication.state import DecisionAuthor, adopt_gold, find_rule, majority_decisions, read_state
from goldspan.annotation import Span
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import decisions
from goldspan.formats.gold import line
from helpers.sample_corpus import BELLE, NORD, PORT, set_pass_spans

AUTHOR = DecisionAuthor("lea", "2026-03-01")


class ScriptedPrompt:
    """A person whose answers are given in advance; keeps what is shown. Outcomes are stated where they are given."""

    def __init__(self, *answers, outcomes=()):
        self.outcomes = list(outcomes)
        self.answers, self.shown, self.lines, self.comments = list(answers), [], [], []

    def show(self, dispute, number, total, before, comments):
        self.comments.append([(one.annotator, one.text) for one in comments])
        self.shown.append((dispute.example.id, number, total, before))

    def write(self, text):
        self.lines.append(text)

    def ask(self, question, *_):
        if question == interactive.OUTCOME_QUESTION:
            return self.outcomes.pop(0) if self.outcomes else ""
        return self.answers.pop(0) if self.answers else None


@pytest.fixture
def corpus(toy):
    """The small corpus before anything was decided: one dispute, in storm.p02, and no gold of that article."""
    shutil.rmtree(toy.decisions)
    (toy.gold / "storm.jsonl").unlink()
    return toy


def spans(corpus, example):
    return {one.id: one.spans for one in corpus.gold_examples()}[example]


def test_gold_takes_what_all_agree_on_and_leaves_what_is_disputed(corpus):
    assert [path.name for path in plan(read_state(corpus)).apply()] == ["storm.jsonl"]
    assert [one.id for one in corpus.gold_examples(["storm"])] == ["storm.p01", "storm.p03"]
    assert plan(read_state(corpus)).apply() == []


def test_what_a_person_chooses_is_gold_and_on_record(corpus):
    prompt = ScriptedPrompt("1", "", "a ferry has a name")
    assert interactive.run_session(read_state(corpus), prompt, AUTHOR) == interactive.SessionResult(1, 0, 0)
    assert prompt.shown == [("storm.p02", 1, 1, None)]
    assert spans(corpus, "storm.p02") == (BELLE, NORD, PORT)
    [line] = decisions.read(corpus.decisions / "storm.jsonl")
    assert (line.decision.by, line.decision.when, line.decision.reason) == ("lea", "2026-03-01", "a ferry has a name")
    assert [(one.spans, one.by) for one in line.decision.candidates] == [((BELLE,), ("ann",)), ((), ("bob",))]


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ([""], None),
        (["-"], None),
        (["slip"], "slip"),
        (["U"], "unclear-rule"),
        (["missing rule"], "missing-rule"),
        (["the weather", "ambiguous_text"], "ambiguous-text"),
    ],
)
def test_the_outcome_is_asked_after_rule_and_reason(corpus, typed, outcome):
    prompt = ScriptedPrompt("1", "", "", outcomes=typed)
    interactive.run_session(read_state(corpus), prompt, AUTHOR)
    [line] = decisions.read(corpus.decisions / "storm.jsonl")
    assert line.decision.outcome == outcome
    assert ("outcome" in line.raw) == (outcome is not None)
    assert (len(typed) > 1) == any("is no outcome" in one and "slip, unclear-rule" in one for one in prompt.lines)
    if outcome:
        assert f", guidelines 1.0, {outcome})" in summary.decision_line(line.decision, "")
        assert "by 1 decision of people: 1 by " in summary.outcome_sentence([line.decision])
    assert summary.outcome_counts([line.decision])[outcome or "not stated"] == 1


def test_whoever_leaves_at_the_outcome_has_decided_nothing(corpus):
    prompt = ScriptedPrompt("1", "", "", outcomes=["q"])
    assert interactive.run_session(read_state(corpus), prompt, AUTHOR) == interactive.SessionResult(0, 0, 1)
    assert not corpus.decisions.exists()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [(["n", "", ""], ()), (["2", "", ""], ()), (["e", "[Belle]{SHIP} Étoile", "", ""], (Span(12, 17, "SHIP"),))],
)
def test_nothing_and_other_spans_can_be_chosen_too(corpus, answers, expected):
    interactive.run_session(read_state(corpus), ScriptedPrompt(*answers), AUTHOR)
    assert spans(corpus, "storm.p02") == (*expected, NORD, PORT)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (["7"], "is not an answer"),
        (["e", "[Belle Etoile]{SHIP}"], "the words are"),
        (["e", "[Belle]{SHIP} [Étoile"], "never closed"),
        (["e", "[Belle]{BOAT} Étoile"], "no label 'BOAT'"),
        (["e", "[Belle [Étoile]{SHIP}]{SHIP}"], "overlaps itself"),
        (["1", "Z-9"], "there is no rule"),
    ],
)
def test_an_impossible_answer_is_explained_and_asked_again(corpus, answers, why):
    prompt = ScriptedPrompt(*answers)
    assert interactive.run_session(read_state(corpus), prompt, AUTHOR).decided == 0
    assert any(why in line for line in prompt.lines)
    assert not corpus.decisions.exists()


def test_stopping_keeps_what_was_decided_and_goes_on_there(corpus):
    set_pass_spans(corpus, "bob", "harbour.p04")
    assert interactive.run_session(
        read_state(corpus), ScriptedPrompt("1", "", "", "q"), AUTHOR
    ) == interactive.SessionResult(1, 0, 1)
    later = ScriptedPrompt("s")
    assert interactive.run_session(read_state(corpus), later, AUTHOR) == interactive.SessionResult(0, 1, 0)
    assert [shown[0] for shown in later.shown] == ["storm.p02"]


def test_nothing_decided_is_asked_again_until_a_vote_changes(corpus):
    interactive.run_session(read_state(corpus), ScriptedPrompt("1", "", ""), AUTHOR)
    assert not read_state(corpus).open
    set_pass_spans(corpus, "bob", "storm.p02", Span(12, 17, "SHIP"), NORD, PORT)
    state = read_state(corpus)
    assert [one.example.id for one in state.open] == ["storm.p02"]
    assert len(state.derived.stale) == 1


def test_a_new_decision_takes_the_place_of_the_one_that_fell(corpus):
    interactive.run_session(read_state(corpus), ScriptedPrompt("1", "", ""), AUTHOR)
    set_pass_spans(corpus, "bob", "storm.p02", Span(12, 17, "SHIP"), NORD, PORT)
    interactive.run_session(read_state(corpus), ScriptedPrompt("1", "", ""), AUTHOR)
    assert len(decisions.read(corpus.decisions / "storm.jsonl")) == 1
    assert not read_state(corpus).derived.stale
    assert spans(corpus, "storm.p02") == (Span(12, 17, "SHIP"), NORD, PORT)


def test_a_rule_that_changed_reopens_what_rests_on_it_and_nothing_else(corpus):
    (corpus.guidelines / "ship.md").write_text("# SHIP\n\n## S-1 Names of ships\n\n## S-2 Ferries\n", encoding="utf-8")
    set_pass_spans(corpus, "bob", "harbour.p04")
    interactive.run_session(read_state(corpus), ScriptedPrompt("1", "S-1", "", "1", "s-2", ""), AUTHOR)
    assert not read_state(corpus).outdated
    changes = corpus.guidelines / "CHANGELOG.md"
    changes.write_text("# Changes\n\n## 1.1, 2026-04-01\n\n- S-2: ferries are no ships now.\n", encoding="utf-8")
    labels = corpus.guidelines / "labels.toml"
    labels.write_text(labels.read_text("utf-8").replace('"1.0"', '"1.1"'), encoding="utf-8")
    state = read_state(type(corpus)(corpus.root))
    assert [one.rule for one in state.outdated] == ["S-2"]
    assert [one.example for one in state.decided_under("S-2")] == ["storm.p02"]
    prompt = ScriptedPrompt("n", "S-2", "a ferry")
    assert interactive.run_session(state, prompt, AUTHOR).decided == 1
    assert prompt.shown[0][3].rule == "S-2"
    assert spans(corpus, "storm.p02") == (NORD, PORT)
    assert not read_state(type(corpus)(corpus.root)).outdated


def test_a_majority_settles_and_says_so(corpus):
    set_pass_spans(corpus, "cy", "storm.p02", BELLE, NORD, PORT)
    made = majority_decisions(read_state(corpus), "2026-03-01")
    apply_decisions(corpus, made)
    [line] = decisions.read(corpus.decisions / "storm.jsonl")
    assert (line.decision.how, line.decision.by, line.decision.reason) == ("majority", "majority", "2 of 3 readers")
    assert spans(corpus, "storm.p02") == (BELLE, NORD, PORT)


def test_half_the_readers_are_no_majority(corpus):
    assert majority_decisions(read_state(corpus), "2026-03-01") == []


def test_gold_edited_by_hand_is_never_overwritten_silently(toy):
    edited = [one.with_spans(()) if one.id == "storm.p01" else one for one in toy.gold_examples(["storm"])]
    files.write(toy.gold / "storm.jsonl", "".join(map(line, edited)))
    with pytest.raises(InputError, match=r"storm\.p01") as caught:
        plan(read_state(toy)).apply()
    assert "--adopt" in caught.value.remedy
    assert list(summary.difference_lines(read_state(toy))) == [
        "storm.p01 [11, 21] gold: nothing; passes and decisions: [Valparaíso]{PORT}"
    ]
    plan(read_state(toy), overwrite=True).apply()
    assert spans(toy, "storm.p01") == (Span(11, 21, "PORT"),)


def test_an_edit_by_hand_can_be_put_on_record(toy):
    edited = [one.with_spans(()) if one.id == "storm.p01" else one for one in toy.gold_examples(["storm"])]
    files.write(toy.gold / "storm.jsonl", "".join(map(line, edited)))
    made = adopt_gold(read_state(toy), DecisionAuthor("lea", "2026-03-01", None, "a headline"))
    assert [path.name for path in apply_decisions(toy, made)] == ["storm.jsonl"]
    state = read_state(toy)
    assert not state.gold_differences
    assert [one.how for one in state.derived.applied] == ["hand", "adjudicated"]
    assert spans(toy, "storm.p01") == ()


def test_a_decision_leaves_other_edits_of_the_example_to_a_person(corpus):
    edited = next(corpus.pass_examples("ann", ["storm"])).with_spans(())
    second = next(one for one in corpus.pass_examples("ann", ["storm"]) if one.id == "storm.p02").with_spans((BELLE,))
    files.write(corpus.gold / "storm.jsonl", line(edited) + line(second))
    interactive.run_session(read_state(corpus), ScriptedPrompt("2", "", ""), AUTHOR)
    assert spans(corpus, "storm.p02") == (BELLE,)
    assert set(read_state(corpus).gold_differences) == {"storm.p01", "storm.p02"}


def test_the_manifest_follows_when_an_article_is_settled(corpus):
    path = corpus.folder / "manifest.jsonl"
    path.write_text(path.read_text("utf-8").replace('"guidelines": "1.0"', '"guidelines": null'), encoding="utf-8")
    fresh = type(corpus)(corpus.root)
    plan(read_state(fresh)).apply()
    assert {one.id: one.guidelines for one in type(corpus)(corpus.root).entries}["storm"] is None
    interactive.run_session(read_state(type(corpus)(corpus.root)), ScriptedPrompt("1", "", ""), AUTHOR)
    assert {one.id: one.guidelines for one in type(corpus)(corpus.root).entries}["storm"] == "1.0"


def test_a_surface_that_is_not_what_the_text_has_is_refused(toy):
    path = toy.decisions / "storm.jsonl"
    path.write_text(path.read_text("utf-8").replace("Belle Étoile", "Belle Etoile"), encoding="utf-8")
    with pytest.raises(InputError, match="says 'Belle Etoile' but covers 'Belle Étoile'") as caught:
        read_state(toy)
    assert (caught.value.line, caught.value.example) == (1, "storm.p02")


def test_an_article_that_is_not_there_is_refused(toy):
    with pytest.raises(InputError, match="no article 'fog'"):
        read_state(toy, ["fog"])


def test_rules_are_found_however_they_are_typed():
    rules = dict.fromkeys(["MU-5", "G-1"])
    assert find_rule(" mu-5 ", rules) == "MU-5"
    assert find_rule("  ", rules) is None
    with pytest.raises(InvalidValueError, match="no rule 'MU-9'") as caught:
        find_rule("MU-9", rules)
    assert "MU-5, G-1" in caught.value.remedy


def test_the_report_is_json_and_counts_what_the_table_counts(corpus):
    state = read_state(corpus)
    report = json.loads(json.dumps(summary.json(state, plan(state))))
    assert report["rows"][-1] == {
        "article": "all", "read twice": "9", "agreed": "8", "majority": "0", "decided": "0", "by hand": "0",
        "disputed": "1", "again": "0", "read once": "0",
    }  # fmt: skip
    assert report["disputes"][0]["candidates"][0] == {"spans": [[12, 24, "SHIP", "Belle Étoile"]], "by": ["ann"]}
    assert report["new_in_gold"] == ["storm.p01", "storm.p03"]


def test_this_projects_gold_follows_from_its_passes_and_decisions(project):
    state = read_state(project)
    assert not state.open
    assert not state.gold_differences
    assert not state.derived.stale
