"""Places of gold in doubt are settled by decisions: where annotators agree, and in gold without passes."""

import json
import shutil

import pytest

from goldspan import files
from goldspan.adjudication.doubt_session import QUESTION, DoubtCase, run_doubt_session
from goldspan.adjudication.gold import apply_decisions, plan
from goldspan.adjudication.interactive import OUTCOME_QUESTION, SessionResult, run_session
from goldspan.adjudication.state import DecisionAuthor, decide_region, doubt_texts, read_state
from goldspan.annotation import Span
from goldspan.corpus import Corpus
from goldspan.doccano.adjudication import disputed_examples
from goldspan.errors import InputError
from goldspan.formats import decisions, doubts
from goldspan.formats.decisions import Candidate, fingerprint
from goldspan.formats.doubts import RegionDoubt
from goldspan.formats.gold import line
from helpers.sample_corpus import BELLE, NORD, PORT, set_pass_spans

AUTHOR = DecisionAuthor("lea", "2026-03-01")
SHORTER = Span(29, 33, "SHIP")  # Nord, of the ship in storm.p02


class ScriptedPrompt:
    """A person whose answers are given in advance; keeps what is shown. Outcomes are stated where they are given."""

    def __init__(self, *answers, outcomes=()):
        self.outcomes = list(outcomes)
        self.answers, self.shown, self.lines = list(answers), [], []

    def show_doubt(self, case, number, total):
        self.shown.append((case.example.id, case.start, number, total))

    def show(self, dispute, number, total, _before, _comments):
        self.shown.append((dispute.example.id, dispute.start, number, total))

    def write(self, text):
        self.lines.append(text)

    def ask(self, question, *_):
        if question == OUTCOME_QUESTION:
            return self.outcomes.pop(0) if self.outcomes else ""
        return self.answers.pop(0) if self.answers else None


@pytest.fixture
def unread(toy):
    """The small corpus as it would be had its gold come from elsewhere: no passes, no decisions."""
    shutil.rmtree(toy.decisions)
    shutil.rmtree(toy.passes)
    return Corpus(toy.root)


def gold_of(corpus, example="storm.p02"):
    return {one.id: one for one in corpus.gold_examples()}[example]


def case_of(corpus, start, end, *alternatives, example="storm.p02"):
    made = tuple(Candidate(tuple(one), ("model",)) for one in alternatives)
    return DoubtCase(gold_of(corpus, example), start, end, made, ("models mark something else",))


def settle(corpus, case, *answers):
    prompt = ScriptedPrompt(*answers)
    return prompt, run_doubt_session(read_state(corpus), [case], prompt, AUTHOR)


def test_the_outcome_of_a_place_in_doubt_is_asked(toy):
    prompt = ScriptedPrompt("k", "", "", outcomes=["s"])
    run_doubt_session(read_state(toy), [case_of(toy, NORD.start, NORD.end, [SHORTER])], prompt, AUTHOR)
    assert the_decision(toy).outcome == "slip"


def the_decision(corpus, start=NORD.start):
    return next(one.decision for one in decisions.read(corpus.decisions / "storm.jsonl") if one.decision.start == start)


@pytest.mark.parametrize("fixture", ["toy", "unread"])
@pytest.mark.parametrize(
    ("answers", "expected", "reason"),
    [
        (("k", "", "as it is"), (NORD,), "as it is"),
        (("1", "", "the name alone"), (SHORTER,), "the name alone"),
        (("n", "", ""), (), None),
        (("e", "[Nord]{PORT} Stern", "", ""), (Span(29, 33, "PORT"),), None),
        (("g", "is Stern part of the name?"), (NORD,), f"{QUESTION}is Stern part of the name?"),
    ],
)
def test_each_answer_is_a_decision_and_gold_follows(fixture, answers, expected, reason, request):
    corpus = request.getfixturevalue(fixture)
    words = gold_of(corpus).surface(NORD)
    answers = tuple(one.replace("Nord]{PORT} Stern", f"{words[:4]}]{{PORT}}{words[4:]}") for one in answers)
    others = [one for one in gold_of(corpus).spans if one != NORD]
    _, result = settle(corpus, case_of(corpus, *(NORD.start, NORD.end), [SHORTER]), *answers)
    assert result == SessionResult(1, 0, 0)
    assert gold_of(corpus).spans == tuple(sorted([*others, *expected]))
    decision = the_decision(corpus)
    assert (decision.choice, decision.how, decision.by, decision.reason) == (expected, "adjudicated", "lea", reason)
    assert decision.outcome == ("missing-rule" if answers[0] == "g" else None)
    state = read_state(corpus)
    assert decision in state.derived.applied
    assert not state.gold_differences
    assert plan(state).apply() == []


def test_a_decision_where_all_agree_has_their_spans_and_holds_until_one_changes_theirs(toy):
    settle(toy, case_of(toy, NORD.start, NORD.end, [SHORTER]), "1", "", "")
    assert the_decision(toy).candidates == (Candidate((NORD,), ("ann", "bob")),)
    set_pass_spans(toy, "bob", "storm.p02", BELLE, PORT)
    state = read_state(toy)
    assert the_decision(toy) in state.derived.stale
    assert [(one.start, one.end) for one in state.open if one.start == NORD.start] == [(NORD.start, NORD.end)]


def test_a_decision_on_gold_alone_is_by_nobody_and_reports_an_edit_by_hand(unread):
    settle(unread, case_of(unread, NORD.start, NORD.end, [SHORTER]), "1", "", "")
    assert the_decision(unread).candidates == (Candidate((NORD,), ()),)
    undone = [one.with_spans((NORD, PORT)) if one.id == "storm.p02" else one for one in unread.gold_examples(["storm"])]
    files.write(unread.gold / "storm.jsonl", "".join(map(line, undone)))
    state = read_state(unread)
    assert set(state.gold_differences) == {"storm.p02"}  # what was chosen is still what follows
    otherwise = [
        one.with_spans((Span(30, 33, "SHIP"),)) if one.id == "storm.p02" else one
        for one in unread.gold_examples(["storm"])
    ]
    files.write(unread.gold / "storm.jsonl", "".join(map(line, otherwise)))
    assert the_decision(unread) in read_state(unread).derived.stale


def test_a_decision_on_gold_alone_is_reviewed_when_its_rule_changes(unread):
    (unread.guidelines / "ship.md").write_text("# SHIP\n\n## S-1 Names of ships\n", encoding="utf-8")
    settle(unread, case_of(unread, NORD.start, NORD.end, [SHORTER]), "1", "S-1", "")
    assert the_decision(unread).rule == "S-1"
    scheme = unread.scheme_file.read_text("utf-8").replace('version = "1.0"', 'version = "1.1"', 1)
    unread.scheme_file.write_text(scheme, encoding="utf-8")
    changes = "# Changes\n\n## 1.1 (2026-04-01)\n\n- S-1: the type of a ship belongs to its name.\n"
    (unread.guidelines / "CHANGELOG.md").write_text(changes, encoding="utf-8")
    state = read_state(Corpus(unread.root))
    assert state.outdated == [the_decision(unread)]
    [asked] = disputed_examples(state)
    assert [(one.start, one.why) for one in asked.doubts] == [(29, ("S-1 has changed since it was decided",))]
    words = gold_of(unread).surface(NORD)
    prompt = ScriptedPrompt("e", f"[{words}]{{SHIP}}", "S-1", "")
    assert run_session(state, prompt, AUTHOR) == SessionResult(1, 0, 0)
    assert NORD in gold_of(unread).spans
    after = read_state(Corpus(unread.root))
    assert (after.outdated, after.gold_differences, after.derived.stale) == ([], {}, [])


def test_gold_from_elsewhere_keeps_the_version_that_the_manifest_states(unread):
    path = unread.folder / "manifest.jsonl"
    path.write_text(path.read_text("utf-8").replace('"guidelines": "1.0"', '"guidelines": null'), encoding="utf-8")
    settle(Corpus(unread.root), case_of(unread, NORD.start, NORD.end, [SHORTER]), "1", "", "")
    assert {one.guidelines for one in Corpus(unread.root).entries} == {None}


def test_checks_find_nothing_wrong_with_a_decision_on_gold_alone(unread, goldspan, capsys):
    goldspan("check", "--root", unread.root)
    before = capsys.readouterr().out
    settle(unread, case_of(unread, NORD.start, NORD.end, [SHORTER]), "1", "", "")
    goldspan("check", "--root", unread.root)
    found = capsys.readouterr().out
    assert not [
        one for one in ("stale-decision", "bad-decision", "gold-underived") if one in found and one not in before
    ]
    assert goldspan("adjudicate", "--root", unread.root) == 0
    assert "No longer valid" not in capsys.readouterr().out


def test_two_readers_take_the_place_of_gold_from_elsewhere(unread):
    settle(unread, case_of(unread, NORD.start, NORD.end, [SHORTER]), "1", "", "")
    for name in ("ann", "bob"):
        for article in ("storm",):
            path = unread.passes / name / f"{article}.jsonl"
            files.write(path, "".join(line(one) for one in unread.gold_examples([article])))
    state = read_state(Corpus(unread.root))
    assert state.has_readers("storm.p02")
    assert the_decision(unread) in state.derived.stale


def test_gold_that_differs_elsewhere_keeps_that_and_takes_what_was_decided(toy):
    edited = [one.with_spans((NORD,)) if one.id == "storm.p02" else one for one in toy.gold_examples(["storm"])]
    files.write(toy.gold / "storm.jsonl", "".join(map(line, edited)))
    settle(toy, case_of(toy, NORD.start, NORD.end, [SHORTER]), "1", "", "")
    assert gold_of(toy).spans == (SHORTER,)  # the two other spans stay away
    assert set(read_state(toy).gold_differences) == {"storm.p02"}


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (["9"], "is not an answer"),
        (["e", "[Nord"], "never closed"),
        (["e", "something else"], "the words are"),
        (["k", "Z-9"], "there is no rule"),
        (["?"], "keep gold"),
    ],
)
def test_an_impossible_answer_is_explained_and_nothing_is_written(unread, answers, why):
    prompt, result = settle(unread, case_of(unread, NORD.start, NORD.end), *answers)
    assert result == SessionResult(0, 0, 1)
    assert any(why in text for text in prompt.lines)
    assert not unread.decisions.exists()


def test_skipping_and_quitting_write_nothing(unread):
    cases = [case_of(unread, NORD.start, NORD.end), case_of(unread, PORT.start, PORT.end)]
    result = run_doubt_session(read_state(unread), cases, ScriptedPrompt("s", "q"), AUTHOR)
    assert result == SessionResult(0, 1, 1)
    assert not unread.decisions.exists()


def test_gold_that_overlaps_cannot_be_kept_and_says_why(unread):
    nested = [
        one.with_spans((NORD, SHORTER)) if one.id == "storm.p02" else one for one in unread.gold_examples(["storm"])
    ]
    files.write(unread.gold / "storm.jsonl", "".join(map(line, nested)))
    prompt, result = settle(unread, case_of(unread, NORD.start, NORD.end), "k", "q")
    assert result.decided == 0
    assert any("overlaps itself" in text for text in prompt.lines)


def test_what_is_asked_about_is_read_again_and_goes_when_it_is_decided(toy):
    asked = RegionDoubt("storm.p02", fingerprint(gold_of(toy).text), NORD.start, NORD.end, ("models mark nothing",))
    other = RegionDoubt("storm.p01", "0" * 64, 0, 3, ())
    for path, text in doubt_texts(toy, (), [asked, other]).items():
        files.write(path, text)
    state = read_state(toy)
    assert state.doubts == (other, asked)
    assert state.open_doubts == [asked]  # the text of the other one is another now
    decision = decide_region(state, gold_of(toy), (NORD.start, NORD.end), [NORD], AUTHOR)
    apply_decisions(toy, [(decision, gold_of(toy))])
    assert read_state(toy).doubts == (other,)


@pytest.mark.parametrize(
    "broken",
    [
        "{}",
        "[]",
        "nothing",
        '{"example": 1}',
        '{"example": "a", "region": [0, 4], "why": []}',
        '{"example": "a", "sha256": "0", "region": [4, 4], "why": []}',
        '{"example": "a", "sha256": "0", "region": [true, 4], "why": []}',
        '{"example": "a", "sha256": "0", "region": [0, 4], "why": [], "more": 1}',
    ],
)
def test_a_line_that_is_no_doubt_is_refused_with_its_place(toy, broken):
    files.write(toy.doubts / "storm.jsonl", f"{broken}\n")
    with pytest.raises(InputError, match=r"storm\.jsonl:1"):
        read_state(toy)


def test_the_line_of_a_doubt_is_what_was_written():
    made = RegionDoubt("a.p01", "0" * 64, 3, 9, ("“x” — y", "z"))
    assert json.loads(doubts.line(made)) == {
        "example": "a.p01", "sha256": "0" * 64, "region": [3, 9], "why": ["“x” — y", "z"]
    }  # fmt: skip
