"""`goldspan withdraw`: what it prints, what it refuses, and when it writes."""

import json
from pathlib import Path

import pytest

from goldspan.corpus import Corpus
from goldspan.corpus.change_journal import journal_path

BY = ("--requested-by", "publisher")


@pytest.fixture
def withdraw(goldspan, toy, capsys):
    """The command on the toy corpus: its exit code and what it printed."""

    def run(*arguments):
        code = goldspan("withdraw", *arguments, "--root", toy.root)
        return code, "".join(capsys.readouterr())

    return run


def state(corpus):
    found = (path for path in corpus.root.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path: path.read_bytes() for path in found}


def test_a_plan_writes_nothing_and_names_all_that_it_would_write(withdraw, toy):
    before = state(toy)
    short = withdraw("storm", *BY)[1]
    assert "\nwould remove 5 files: 1 in seeds, 1 in corpus/gold, " in short
    assert len(short.splitlines()) < len(withdraw("storm", *BY, "--full")[1].splitlines())
    code, printed = withdraw("storm", *BY, "--full")
    assert code == 0
    assert "passes of ann and bob; 1 decision" in printed
    for name in ("seeds/storm.txt", "corpus/gold/storm.jsonl", "corpus/passes/bob/storm.jsonl"):
        assert f"would remove {name}" in printed
    assert "would write corpus/manifest.jsonl, 1 line less" in printed
    assert "would write corpus/withdrawn.jsonl" in printed
    assert "Still elsewhere:" in printed
    assert printed.rstrip().endswith("Carry it out with --apply.")
    assert state(toy) == before


def test_a_withdrawal_is_written_and_says_what_is_next(withdraw, toy, goldspan):
    code, printed = withdraw("storm", "harbour", *BY, "--reason", "By letter.", "--apply", "--full")
    assert (code, "removed seeds/storm.txt" in printed, "then commit: goldspan build" in printed) == (0, True, True)
    assert "Withdrawn: 2 articles. corpus/withdrawn.jsonl says so" in printed
    assert [entry.id for entry in Corpus(toy.root).entries] == ["strike"]
    assert goldspan("check", "--root", toy.root) == 0
    code, printed = withdraw("storm", *BY, "--apply")
    assert (code, "storm was withdrawn on" in printed, "removed" in printed) == (0, True, False)


def test_the_report_has_the_plan(withdraw, tmp_path):
    report = tmp_path / "report.json"
    assert withdraw("storm", *BY, "--date", "2026-12-01", "--json", report)[0] == 0
    value = json.loads(report.read_text(encoding="utf-8"))
    assert (value["applied"], value["date"], value["requested_by"]) == (False, "2026-12-01", "publisher")
    assert "corpus/decisions/storm.jsonl" in value["removed"]
    assert "corpus/manifest.jsonl" in value["written"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("storm",), 2, "Missing option '--requested-by'"),
        (("storm", "--requested-by", "me"), 2, "'me' is not one of"),
        (BY, 2, "Missing argument"),
        (("storm", *BY, "--date", "1 May"), 2, "Write it as in 2026-12-01"),
        (("strom", *BY), 1, "Similar ids: storm"),
        (("storm", "strom", *BY), 1, "there is no article 'strom'"),
        (("", *BY), 1, "there is no article ''"),
        (("../storm", *BY), 1, "there is no article '../storm'"),
    ],
)
def test_what_cannot_be_withdrawn_is_refused_and_nothing_is_written(withdraw, toy, arguments, code, message):
    before = state(toy)
    found, printed = withdraw(*arguments, "--apply")
    assert (found, message in " ".join(printed.replace("│", " ").split())) == (code, True), printed
    assert state(toy) == before


def test_a_file_that_cannot_be_removed_is_removed_by_the_next_run(withdraw, toy, monkeypatch):
    unlink = Path.unlink

    def refusing(path, *, missing_ok=False):
        if path.name == "storm.jsonl" and path.parent.name == "gold":
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refusing)
        code, printed = withdraw("storm", *BY, "--apply")
    assert (code, "Permission denied" in printed, "Traceback" in printed) == (1, True, False)
    assert journal_path(toy).exists()
    code, printed = withdraw("storm", *BY)
    assert (code, "Complete it: goldspan withdraw storm --requested-by publisher --apply" in printed) == (1, True)
    code, printed = withdraw("storm", *BY, "--apply")
    assert (code, "Completed `goldspan withdraw storm --requested-by publisher`" in printed) == (0, True)
    assert not Corpus(toy.root).has_gold("storm")
    assert not journal_path(toy).exists()
