import json
import os
import pty
import re
import secrets
import subprocess
import sys
from dataclasses import replace

import pytest

import annotators
from goldspan.articles.cut import examples as cut
from goldspan.doccano import desired
from goldspan.errors import InputError, MissingPart
from goldspan.formats import gold


@pytest.fixture
def push(doccano, toy, goldspan, monkeypatch, capsys):
    """`goldspan doccano push` of the toy corpus to a project of its own; gives exit code, output and report."""
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))
    project, report = f"toy-{secrets.token_hex(4)}", toy.root / "report.json"

    def run(*options):
        report.unlink(missing_ok=True)
        code = goldspan("doccano", "push", "--project", project, "--root", toy.root, "--json", report, *options)
        out = capsys.readouterr()
        return code, out.out + out.err, json.loads(report.read_text()) if report.exists() else None

    run.project = project
    return run


def gold_of(corpus, *articles):
    return list(corpus.gold_examples(articles or None))


def test_a_plan_writes_nothing_and_apply_does_what_it_says(push, toy):
    number = len(desired.examples(toy, desired.chosen(toy, None)))
    code, out, report = push()
    assert (code, report["new"], report["plan"]["counts"]["create"]) == (0, True, number)
    assert "Nothing was written" in out
    code, out, report = push("--apply")
    assert (code, report["new"], report["sent"]["examples"]) == (0, True, number)
    assert f"sent {number} example(s)" in out
    code, out, report = push()
    assert (report["new"], report["plan"]["counts"]["unchanged"], report["changes"]) == (False, number, [])
    assert "nothing to do" in out
    assert "nothing was written" in push("--apply")[1]
    labels = toy.guidelines / "labels.toml"
    labels.write_text(labels.read_text().replace("#1f6fb2", "#1f6fb3"))
    assert "around them the above was changed" in push("--apply")[1]


def test_gold_is_filled_into_a_shared_project(push, toy):
    spans = sum(len(example.spans) for example in gold_of(toy, "harbour"))
    code, out, report = push("--shared", "--gold", "--articles", "harbour", "--apply")
    assert (code, report["shared"], report["sent"]["spans"], report["stored"]) == (0, True, spans, spans)
    assert f"{spans} span(s) as sent" in out


@pytest.mark.parametrize("option", ["--gold", "--suggestions"])
def test_nothing_is_filled_in_where_everybody_annotates_alone(option, push):
    code, out, _ = push(option)
    assert code == 1
    assert "agreement is measured" in out
    assert f"--shared {option}" in out


def test_an_existing_project_keeps_its_kind(push):
    assert push("--shared", "--apply")[0] == 0
    assert push()[2]["shared"]
    code, out, _ = push("--independent")
    assert code == 1
    assert "is for shared annotation, not for independent annotation" in out


def test_articles_that_are_not_asked_for_are_no_strays(push):
    push("--apply")
    assert push("--articles", "harbour")[2]["plan"]["counts"]["only there"] == 0


def test_a_conflict_is_named_with_what_to_do_and_the_exit_code_is_one(push, toy, doccano):
    push("--apply", "--articles", "harbour")
    with_admin = annotators.admin(doccano)
    project = with_admin.projects()[push.project]
    first = with_admin.examples(project)[0]
    with_admin.confirm(project, first["id"])
    with_admin.close()
    name, file = first["meta"]["goldspan_id"], toy.gold / "harbour.jsonl"
    changed = [replace(one, text=f"{one.text}!") if one.id == name else one for one in gold_of(toy, "harbour")]
    gold.write(file, changed)
    code, out, report = push("--articles", "harbour", "--apply")
    assert (code, report["left"]["counts"]["conflict"]) == (1, 1)
    assert f"{name}: its text changed, but it was worked on (confirmed by" in out
    assert "--reanchor" in out
    code, out, report = push("--articles", "harbour", "--apply", "--reanchor")
    assert (code, report["carried"]) == (0, [name])


def test_an_unknown_article_is_refused_with_the_nearest_names(push):
    code, out, _ = push("--articles", "harbuor")
    assert code == 1
    assert "there is no article 'harbuor'" in out
    assert "harbour" in out.replace("harbuor", "")


def test_gold_and_suggestions_exclude_each_other(push):
    assert push("--gold", "--suggestions")[0] == 2


def test_the_paragraphs_are_those_of_the_gold_or_else_those_of_the_text(toy):
    entries = desired.chosen(toy, ["storm"])
    reviewed = desired.examples(toy, entries)
    assert [one.text for one in reviewed] == [one.text for one in gold_of(toy, "storm")]
    assert not any(one.spans or one.extra for one in reviewed)
    (toy.gold / "storm.jsonl").unlink()
    assert desired.examples(toy, entries) == cut("storm", toy.source(entries[0]))


def suggest(toy, examples):
    gold.write(toy.build / "suggestions" / "harbour.jsonl", examples)


def test_suggestions_come_without_their_rules(toy):
    suggest(toy, [replace(one, extra={"rules": ["x"] * len(one.spans)}) for one in gold_of(toy, "harbour")])
    found = desired.examples(toy, desired.chosen(toy, ["harbour"]), "suggestions")
    assert [(one.id, one.spans, one.extra) for one in found] == [
        (one.id, one.spans, {}) for one in gold_of(toy, "harbour")
    ]


def test_missing_and_stale_suggestions_are_refused_with_a_remedy(toy):
    entries = desired.chosen(toy, ["harbour"])
    with pytest.raises(MissingPart, match="has no suggestions") as caught:
        desired.examples(toy, entries, "suggestions")
    assert "goldspan suggest" in caught.value.remedy
    suggest(toy, [replace(one, text=f"{one.text} ") for one in gold_of(toy, "harbour")])
    with pytest.raises(InputError, match="was suggested for another text") as caught:
        desired.examples(toy, entries, "suggestions")
    assert caught.value.example
    suggest(toy, gold_of(toy, "harbour")[:-1])
    with pytest.raises(InputError, match="was suggested for another text"):
        desired.examples(toy, entries, "suggestions")


def test_gold_that_is_not_there_cannot_be_filled_in(toy):
    (toy.gold / "storm.jsonl").unlink()
    with pytest.raises(MissingPart, match="the article storm has no gold") as caught:
        desired.examples(toy, desired.chosen(toy, None), "gold")
    assert caught.value.remedy


def test_an_empty_manifest_is_said_plainly(toy):
    (toy.folder / "manifest.jsonl").write_text("")
    with pytest.raises(InputError, match="lists no article"):
        desired.chosen(toy, None)


BAR = """
import time
from goldspan.cli import terminal
with terminal.bar() as tell:
    for done in range(0, 1001, 100):
        tell("import", done, 1000)
        time.sleep(0.05)
"""


def test_a_bar_shows_rate_and_remaining_time_on_a_terminal_and_nothing_in_a_pipe():
    done = subprocess.run([sys.executable, "-c", BAR], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    lead, follow = pty.openpty()
    shown = subprocess.run([sys.executable, "-c", BAR], stderr=follow, check=True)
    os.close(follow)
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", os.read(lead, 1 << 16).decode())
    os.close(lead)
    assert shown.returncode == 0
    assert re.search(r"import .*[0-9]+/1000.* [0-9,]+/s.* 0:00:0[0-9]", said)
