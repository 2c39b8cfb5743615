"""`goldspan adjudicate` as a lead types it."""

import io
import json
import shutil

import pytest

from goldspan.adjudication.state import DecisionAuthor, decide, read_state
from goldspan.adjudication.undo import write_decision
from goldspan.agreement import run
from goldspan.annotation import Span
from goldspan.checks import check_project
from goldspan.corpus import Corpus
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import decisions
from helpers.first_screen import ROWS, draw, require_one_screen
from helpers.sample_corpus import BELLE, NORD, PORT, set_pass_spans


@pytest.fixture
def lead(goldspan, toy, capsys, monkeypatch):
    """The command on the small corpus, its dispute open; answers are typed in. Gives exit code, output, errors."""
    (toy.decisions / "storm.jsonl").unlink()

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = goldspan("adjudicate", *arguments, "--root", toy.root)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def change(corpus, rule):
    """Raise the guidelines to 1.1, which changes what a rule means."""
    (corpus.guidelines / "CHANGELOG.md").write_text(f"## 1.1, 2026-04-01\n\n{rule} changed.\n", encoding="utf-8")
    replaced(corpus.guidelines / "labels.toml", 'version = "1.0"', 'version = "1.1"')


def replaced(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def versions(corpus):
    return {one.id: one.guidelines for one in Corpus(corpus.root).entries}


def test_without_options_it_shows_where_things_stand_and_writes_nothing(lead, toy):
    before = {path: path.read_bytes() for path in toy.folder.rglob("*.jsonl")}
    code, out, _ = lead()
    assert code == 0
    assert "storm.p02: ann “Belle Étoile” SHIP; bob nothing" in out
    code, out, _ = lead("--full")
    assert code == 0
    assert "storm.p02 [12, 24]: The ferries Belle Étoile and Nordlicht stayed in Valparaíso." in out
    assert "1. [Belle Étoile]{SHIP}  (ann)" in out
    assert "2. nothing  (bob)" in out
    assert "1 dispute to settle" in out
    assert {path: path.read_bytes() for path in toy.folder.rglob("*.jsonl")} == before


@pytest.mark.parametrize("width", [80, pytest.param(60, marks=pytest.mark.slow)])
def test_the_first_screen_fits(toy, width):
    lines = draw("adjudicate", folder=toy.root, width=width)
    require_one_screen(lines, width=width, rows=ROWS if width == 80 else 32)


def comment(corpus, annotator, example, *texts, **keys):
    """Put comments into the line of a pass."""
    path = corpus.passes / annotator / f"{example.rpartition('.')[0]}.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for line in lines:
        line.update({"confirmed": True} | ({"comments": [*texts], **keys} if line["id"] == example else {}))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_comments_stand_under_the_candidates_and_end_with_the_dispute(lead, toy):
    comment(toy, "ann", "storm.p02", "S-1: has a ferry a name?\nI think so", "x" * 1_000, "\x1b[31m\u202ered")
    comment(toy, "bob", "storm.p01", "not here")
    for out in (lead("--settle", "--as", "lea", typed="q\n")[1], lead("--full")[1]):
        candidate, _, comments = out.partition("  comments on the example:\n")
        assert "2. " in candidate
        shown = comments.splitlines()[:3]
        assert shown[0] == "    ann: S-1: has a ferry a name? I think so"
        assert shown[1].endswith("x…")
        assert len(shown[1]) < 300
        assert shown[2] == "    ann: ␛[31m\ufffdred"
        assert "not here" not in out
    lead("--json", toy.root / "r.json")
    [dispute] = json.loads((toy.root / "r.json").read_text("utf-8"))["disputes"]
    assert [one["text"][-9:] for one in dispute["comments"]] == [" think so", "x" * 9, "\x1b[31m\u202ered"]


def test_many_comments_are_counted(lead, toy):
    comment(toy, "ann", "storm.p02", *(f"comment {number}" for number in range(9)))
    out = lead("--settle", "--as", "lea", typed="q\n")[1]
    assert "comment 5\n    and 3 more, which --json lists\nWhich?" in out


def test_a_dispute_is_settled_by_typing(lead, toy):
    code, out, _ = lead("--settle", "--as", "lea", typed="?\n1\n\na ferry has a name\n\n")
    assert code == 0
    assert "number: take that candidate" in out
    assert "1 decided, 0 skipped, 0 not reached." in out
    assert decisions.read(toy.decisions / "storm.jsonl")[0].decision.by == "lea"
    assert "nothing is open" in lead()[1]


SHOWN = """\
# SHIP

## S-1 Names of ships

```ner
The [Belle Étoile]{SHIP} left.
```

## S-2 Ferries
"""


@pytest.mark.parametrize(("typed", "rule"), [("", "S-1"), ("s-2", "S-2"), ("-", None), ("Z-9\n", "S-1")])
def test_enter_takes_the_rule_that_agree_attributes(lead, toy, typed, rule):
    (toy.guidelines / "ship.md").write_text(SHOWN, encoding="utf-8")
    out = lead("--settle", "--as", "lea", typed=f"1\n{typed}\na name\n\n")[1]
    assert "  Suggested rule: S-1 (an example marks these very words)\nRule (Enter for the suggested" in out
    assert "one, - for none) [S-1]: " in out
    assert decisions.read(toy.decisions / "storm.jsonl")[0].decision.rule == rule


def test_a_check_of_one_of_the_passes_suggests_a_rule_too(lead, toy):
    set_pass_spans(toy, "bob", "storm.p02", Span(12, 25, "SHIP"), NORD, PORT)
    page = "## S-3 Tight edges\n\n```ner-fails edge-whitespace\n[Argo ]{SHIP}sank\n```\n"
    (toy.guidelines / "ship.md").write_text(page, encoding="utf-8")
    out = lead("--settle", "--as", "lea", typed="1\n\n\n\n")[1]
    assert "Suggested rule: S-3 (the check edge-whitespace reports a problem in what bob marked)" in out


def test_every_dispute_has_the_rules_that_agree_attributes(toy):
    (toy.decisions / "storm.jsonl").unlink()
    (toy.guidelines / "ship.md").write_text(SHOWN, encoding="utf-8")
    set_pass_spans(toy, "bob", "harbour.p04")
    set_pass_spans(toy, "cy", "storm.p02", BELLE, Span(25, 38, "SHIP"))
    report = run.run_agreement(run.AgreementOptions(root=toy.root))
    attributions = {case.dispute.start: case.attribution for case in report.cases}
    state = read_state(toy)
    hint = run.rule_hints(state)
    found = {one.start: hint(one) for one in state.open}
    assert found == {start: one and (one.rules, one.reason) for start, one in attributions.items()}
    assert {start: one and one.rules for start, one in found.items()} == {0: None, 12: ("S-1",), 25: None, 49: None}


@pytest.mark.parametrize("page", ["## S-1 Names\n", "| ✗ Belle Étoile ✓ `[Belle Étoile]` | a name | Z-9 |\n"])
def test_without_evidence_no_rule_is_suggested(lead, toy, page):
    (toy.guidelines / "ship.md").write_text(page, encoding="utf-8")
    out = lead("--settle", "--as", "lea", typed="1\n\n\n\n")[1]
    assert "Rule (may be empty): Reason" in out
    assert "Suggested rule" not in out
    assert decisions.read(toy.decisions / "storm.jsonl")[0].decision.rule is None


def test_a_session_that_ends_at_a_suggestion_begins_there_again(lead, toy):
    (toy.guidelines / "ship.md").write_text(SHOWN, encoding="utf-8")
    for _ in range(2):
        assert "[S-1]: 0 decided, 0 skipped, 1 not reached." in lead("--settle", "--as", "lea", typed="1\nq\n")[1]
    assert "1 decided" in lead("--settle", "--as", "lea", typed="1\n\n\n\n")[1]
    assert decisions.read(toy.decisions / "storm.jsonl")[0].decision.rule == "S-1"


def test_a_decision_to_review_has_its_rule_suggested_too(lead, toy):
    (toy.guidelines / "ship.md").write_text(SHOWN, encoding="utf-8")
    lead("--settle", "--as", "lea", typed="1\n\n\n\n")
    change(toy, "S-1")
    out = lead("--settle", "--as", "lea", typed="n\n\n\n\n")[1]
    assert "until now: storm.p02 [12, 24] [Belle Étoile]{SHIP}  (decided: lea, " in out
    assert "Suggested rule: S-1 (an example marks these very words)" in out


def test_the_end_of_the_input_ends_the_session(lead, toy):
    assert "0 decided, 0 skipped, 1 not reached." in lead("--settle", "--as", "lea", typed="1\n")[1]
    assert not list(toy.decisions.iterdir())


def test_gold_by_hand_is_shown_refused_and_then_recorded(lead, toy):
    lead("--settle", "--as", "lea", typed="n\n\n\n\n")
    path = toy.gold / "storm.jsonl"
    path.write_text(path.read_text("utf-8").replace('[[11, 21, "PORT", "Valparaíso"]]', "[]"), encoding="utf-8")
    assert "storm.p01 [11, 21] gold: nothing; passes and decisions: [Valparaíso]{PORT}" in " ".join(lead()[1].split())
    code, _, err = lead("--apply")
    assert code == 1
    assert "--adopt" in err
    assert "this is the plan" in lead("--adopt", "--as", "lea", "--reason", "a headline")[1]
    assert lead("--adopt", "--as", "lea", "--reason", "a headline", "--apply")[0] == 0
    assert "nothing is open" in lead("--apply")[1]


def test_a_majority_is_taken_only_where_it_is_asked_for(lead, toy):
    third = toy.passes / "cy"
    third.mkdir()
    (third / "storm.jsonl").write_bytes((toy.passes / "ann" / "storm.jsonl").read_bytes())
    assert "a majority could settle 1" in " ".join(lead("--apply")[1].split())
    code, out, _ = lead("--accept", "majority", "--apply")
    assert (code, "1 decision by majority" in out) == (0, True)
    assert decisions.read(toy.decisions / "storm.jsonl")[0].decision.how == "majority"


def test_what_one_annotator_alone_confirmed_is_gold_only_where_it_is_asked_for(lead, toy):
    shutil.rmtree(toy.passes / "bob")
    for path in toy.gold.glob("*.jsonl"):
        path.unlink()
    code, out, _ = lead("--apply")
    alone = sum(1 for entry in toy.entries for _ in toy.confirmed_examples("ann", [entry.id]))
    assert f"{alone} examples without gold were confirmed by one annotator alone" in out
    assert (code, list(toy.gold_examples())) == (0, [])
    code, out, _ = lead("--accept", "majority,single", "--apply")
    assert f"{alone} examples by the only annotator who confirmed them" in out
    confirmed = [one for entry in toy.entries for one in toy.confirmed_examples("ann", [entry.id])]
    assert [(one.id, one.spans) for one in toy.gold_examples()] == [(one.id, one.spans) for one in confirmed]
    assert not [finding for finding in check_project(Corpus(toy.root)) if finding.check == "gold-underived"]


def test_gold_that_differs_from_an_only_pass_is_replaced_only_where_it_is_asked_for(lead, toy):
    shutil.rmtree(toy.passes / "bob")
    set_pass_spans(toy, "ann", "storm.p02", NORD)
    before = {one.id: one.spans for one in toy.gold_examples()}
    code, _, err = lead("--accept", "single", "--apply")
    assert (code, "storm.p02" in err) == (1, True)
    assert {one.id: one.spans for one in toy.gold_examples()} == before
    assert lead("--accept", "single", "--overwrite", "--apply")[0] == 0
    assert {one.id: one.spans for one in toy.gold_examples()}["storm.p02"] == (NORD,)


def test_what_was_decided_under_a_rule_is_listed(lead, toy, tmp_path):
    (toy.guidelines / "ship.md").write_text("## S-1 Names\n", encoding="utf-8")
    lead("--settle", "--as", "lea", typed="1\nS-1\nbecause\n\n")
    change(toy, "S-1")
    code, out, _ = lead("--rule", "s-1", "--json", tmp_path / "rule.json")
    assert code == 0
    assert "S-1 Names: last changed in version 1.1, 1 decision under it" in out
    assert "review  storm.p02 [12, 24] [Belle Étoile]{SHIP}  (decided: lea, " in out
    assert [one["example"] for one in json.loads((tmp_path / "rule.json").read_text())["read_again"]] == ["storm.p02"]
    assert "1 decision to review" in lead()[1]


def test_gold_that_follows_an_older_version_is_listed_under_a_changed_rule(lead, toy, tmp_path):
    (toy.guidelines / "ship.md").write_text("## S-1 Names\n\n## S-2 Ferries\n", encoding="utf-8")
    change(toy, "- S-1: ferries are out. Read again: `ferry|ferries`. S-3")
    listed = lead("--rule", "S-1", "--json", tmp_path / "rule.json")[1]
    ids = json.loads((tmp_path / "rule.json").read_text())["gold_to_read_again"]
    assert ids == [one.id for one in toy.gold_examples() if "ferr" in one.text.lower()] == ["storm.p02"]
    assert "1 example of gold to read again, annotated before the rule changed:" in listed
    assert "  storm.p02: The ferries [Belle Étoile]{SHIP} and [Nordlicht]{SHIP} stayed in [Valparaíso]{PORT}." in listed
    assert "read again" not in lead("--rule", "S-2")[1]
    replaced(toy.folder / "manifest.jsonl", '"guidelines": "1.0"', '"guidelines": "1.1"')
    assert "read again" not in lead("--rule", "S-1")[1]
    replaced(toy.folder / "manifest.jsonl", '"guidelines": "1.1"', '"guidelines": "draft"')
    code, _, refused = lead("--rule", "S-1")
    assert (code, "manifest.jsonl: 'draft' is no version" in refused) == (1, True)


def test_the_report_goes_to_a_file_too(lead, tmp_path):
    lead("--json", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [one["example"] for one in report["disputes"]] == ["storm.p02"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--settle"], "--as is needed"),
        (["--adopt", "--as", "lea"], "needs a --reason"),
        (["--settle", "--adopt"], "do not go together"),
        (["--adopt", "--as", "lea", "--reason", "x", "--rule", "Z-1"], "there is no rule"),
        (["--push"], "--project is needed"),
        (["--accept", "all"], "majority"),
        (["--settle", "--accept", "majority"], "--settle and --accept do not go together"),
        (["--settle", "--rule", "S-1"], "--settle and --rule do not go together"),
        (["--adopt", "--overwrite"], "--adopt and --overwrite do not go together"),
        (["--pull", "--prefill", "union"], "--pull and --prefill do not go together"),
        (["--rule", " "], "--rule needs the id of a rule"),
        (["--rule", "S-1", "--apply"], "--rule and --apply do not go together"),
        (["--as", "lea"], "--as goes only with --settle or --adopt"),
    ],
)
def test_wrong_usage_is_refused(lead, arguments, why):
    code, _, err = lead(*arguments)
    assert code == 2
    assert why in err.replace("│", " ")


def test_an_unknown_rule_or_article_is_refused(lead):
    assert "there is no rule 'Z-1'" in lead("--rule", "Z-1")[2]
    assert "there is no article 'fog'" in lead("fog")[2]


def test_a_session_is_reported_to_a_file_and_so_is_what_was_adopted(lead, toy, tmp_path):
    lead("--settle", "--as", "lea", "--json", tmp_path / "session.json", typed="n\n\n\n\n")
    report = json.loads((tmp_path / "session.json").read_text("utf-8"))
    assert (report["decided"], report["skipped"], report["left"], report["after"]["disputes"]) == (1, 0, 0, [])
    replaced(toy.gold / "storm.jsonl", '[[11, 21, "PORT", "Valparaíso"]]', "[]")
    lead("--adopt", "--as", "lea", "--reason", "a headline", "--json", tmp_path / "adopted.json")
    report = json.loads((tmp_path / "adopted.json").read_text("utf-8"))
    assert ([one["example"] for one in report["decisions"]], report["applied"]) == (["storm.p01"], False)


@pytest.mark.parametrize("before", ['"1.0"', "null"])
def test_an_article_with_decisions_to_read_again_keeps_its_version(lead, toy, before):
    """Decided under S-1 in 1.0; S-1 changes; the other dispute is settled, and then the sitting ends."""
    (toy.guidelines / "ship.md").write_text("## S-1 Names\n\n## S-2 Ferries\n", encoding="utf-8")
    replaced(toy.folder / "manifest.jsonl", '"guidelines": "1.0"', f'"guidelines": {before}')
    set_pass_spans(toy, "bob", "storm.p03", Span(34, 43, "SHIP"), Span(49, 60, "CREW"))
    lead("--settle", "--as", "lea", typed="1\nS-1\n\n\nq\n")
    kept = versions(toy)
    change(toy, "S-1")
    out = lead("--settle", "--as", "lea", typed="1\nS-2\n\n\nq\n")[1]
    assert "1 decided, 0 skipped, 1 not reached." in out
    assert versions(toy) == kept
    lead("--settle", "--as", "lea", typed="1\nS-1\n\n\n")
    assert versions(toy)["storm"] == ("1.0" if before == '"1.0"' else "1.1")


def test_old_gold_does_not_get_a_new_version_for_some_decisions_in_it(lead, toy):
    change(toy, "S-9")
    lead("--settle", "--as", "lea", typed="n\n\n\n\n")
    assert versions(toy)["storm"] == "1.0"
    assert "old-guidelines" in {finding.check for finding in check_project(Corpus(toy.root))}


def test_two_articles_of_a_session_both_get_their_version(lead, toy):
    set_pass_spans(toy, "bob", "harbour.p04")
    for path in toy.gold.iterdir():
        path.unlink()
    replaced(toy.folder / "manifest.jsonl", '"guidelines": "1.0"', '"guidelines": null')
    lead("--settle", "--as", "lea", typed="1\n\n\n\n1\n\n\n\n")
    assert {name for name, version in versions(toy).items() if version} == {"harbour", "storm"}


def test_new_gold_has_the_oldest_guideline_version_of_its_decisions(lead, toy):
    set_pass_spans(toy, "bob", "storm.p03", Span(34, 43, "SHIP"), Span(49, 60, "CREW"))
    (toy.gold / "storm.jsonl").unlink()
    replaced(toy.folder / "manifest.jsonl", '"guidelines": "1.0"', '"guidelines": null')
    lead("--settle", "--as", "lea", typed="1\n\n\n\nq\n")
    change(toy, "S-9")
    lead("--settle", "--as", "lea", typed="1\n\n\n\n")
    assert versions(toy)["storm"] == "1.0"


def test_a_changelog_ahead_of_the_labels_is_refused_before_any_question(lead, toy):
    (toy.guidelines / "CHANGELOG.md").write_text("## 1.0\n\n## 1.1, 2026-04-01\n\nS-1 changed.\n", encoding="utf-8")
    code, out, err = lead("--settle", "--as", "lea", typed="1\n\n\n\n")
    assert (code, out) == (1, "")
    assert "CHANGELOG.md:3: the newest entry is of version 1.1, but labels.toml has version 1.0" in err
    replaced(toy.guidelines / "labels.toml", 'version = "1.0"', 'version = "first"')
    assert "'first' is no version of the guidelines" in lead()[2]


def test_an_example_that_was_never_opened_is_no_reading_and_makes_no_gold(lead, toy):
    replaced(toy.passes / "bob" / "storm.jsonl", '"at": 0,', '"confirmed": true, "at": 0,')
    (toy.gold / "storm.jsonl").unlink()
    assert lead("--apply")[0] == 0
    agreed = run.run_agreement(run.AgreementOptions(root=toy.root, articles=("storm",), resamples=10))
    assert len(agreed.cases) == 0
    assert [one.id for one in toy.gold_examples(["storm"])] == ["storm.p01"]
    assert "half-confirmed" in {finding.check for finding in check_project(toy)}


def test_a_confirmation_that_is_no_boolean_is_refused_as_by_agree(lead, toy):
    replaced(toy.passes / "bob" / "storm.jsonl", '"at": 0,', '"confirmed": "no", "at": 0,')
    err = lead("--apply")[2]
    assert "bob/storm.jsonl:1: storm.p01: 'confirmed' is 'no', neither true nor false" in err
    with pytest.raises(InputError, match=r"storm\.p01: 'confirmed' is 'no', neither true nor false"):
        run.run_agreement(run.AgreementOptions(root=toy.root))
    assert "bad-confirmation" in {finding.check for finding in check_project(toy)}


def contents(corpus):
    return {path: path.read_bytes() for path in corpus.folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


def test_a_decision_is_taken_back(lead, toy):
    before = contents(toy)
    code, out, _ = lead("--settle", "--as", "lea", typed="1\n\na ferry has a name\n\nu\nq\n")
    assert code == 0
    assert "Taken back: the decision on storm.p02 [12, 24]." in out
    assert "0 decided, 0 skipped, 1 not reached." in out
    assert out.splitlines()[-1].startswith("Next: 1 dispute left. Go on: goldspan adjudicate --settle --as lea")
    assert contents(toy) == before


def test_what_is_skipped_is_asked_again_and_nothing_is_there_to_take_back(lead, toy):
    before = contents(toy)
    out = lead("--settle", "--as", "lea", typed="u\ns\n")[1]
    assert "No decision of this session is left to take back." in out
    assert "0 decided, 1 skipped, 0 not reached." in out
    assert contents(toy) == before
    assert "[1/1] storm.p02" in lead("--settle", "--as", "lea", typed="q\n")[1]


def test_the_end_of_the_input_keeps_what_was_decided(lead, toy):
    assert lead("--settle", "--as", "lea", typed="1\n\n\n\n")[0] == 0
    assert decisions.read(toy.decisions / "storm.jsonl")[0].decision.by == "lea"


def test_a_file_that_changed_since_is_not_overwritten_by_an_undo(toy):
    (toy.decisions / "storm.jsonl").unlink()
    state = read_state(toy)
    [dispute] = state.open
    author = DecisionAuthor("lea", "2026-03-01")
    made = decide(dispute, dispute.candidates[0].spans, author, toy.scheme, "adjudicated")
    written = write_decision(toy, made, dispute.example)
    path = toy.decisions / "storm.jsonl"
    path.write_bytes(path.read_bytes().replace(b"lea", b"leo"))
    now = contents(toy)
    with pytest.raises(InvalidValueError, match="has changed since"):
        written.take_back()
    assert contents(toy) == now


def test_on_a_terminal_ctrl_d_quits_and_the_keys_are_listed(toy):
    (toy.decisions / "storm.jsonl").unlink()
    text = "\n".join(draw("adjudicate", "--settle", "--as", "lea", folder=toy.root, answers="?\n1\n\n\n\nu\n\x04"))
    assert "u: undo; take back the last decision of this session" in text
    assert "Taken back: the decision on storm.p02 [12, 24]." in text
    assert "0 decided, 0 skipped, 1 not reached." in text
    assert not (toy.decisions / "storm.jsonl").exists()
