"""`goldspan doccano push` on a live server."""

import json
import secrets
from dataclasses import replace

import pytest

from goldspan.corpus.reading_order import OrderedArticle
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import desired_state
from goldspan.formats import gold
from goldspan.formats.doccano import stored_id
from helpers import doccano_annotator


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


def test_a_plan_writes_nothing_and_apply_does_what_is_planned(push, toy):
    number = len(desired_state.desired_examples(toy, toy.select_entries()))
    code, out, report = push()
    assert (code, report["new"], report["plan"]["counts"]["create"]) == (0, True, number)
    assert "Nothing was written" in out
    code, out, report = push("--apply")
    assert (code, report["new"], report["sent"]["examples"]) == (0, True, number)
    assert f"sent {number} examples" in out
    code, out, report = push()
    assert (report["new"], report["plan"]["counts"]["unchanged"], report["changes"]) == (False, number, [])
    assert "Already up to date." in out
    assert "nothing was written" in push("--apply")[1]
    labels = toy.guidelines / "labels.toml"
    labels.write_text(labels.read_text().replace("#1f6fb2", "#1f6fb3"))
    assert "the project was changed as listed above" in push("--apply")[1]


def test_gold_is_filled_into_a_shared_project(push, toy):
    spans = sum(len(example.spans) for example in gold_of(toy, "harbour"))
    code, out, report = push("--shared", "--gold", "--articles", "harbour", "--apply")
    assert (code, report["shared"], report["sent"]["spans"], report["stored"]) == (0, True, spans, spans)
    assert f"{spans} spans as sent" in out


def test_a_push_of_no_suggestions_says_why(push, toy):
    (toy.root / "names.txt").write_text("", encoding="utf-8")
    (toy.root / "goldspan.toml").write_text(
        '[[recogniser]]\nkind = "gazetteer"\nfiles = { SHIP = "names.txt" }\n', encoding="utf-8"
    )
    for article in {example.article for example in gold_of(toy)}:
        without = [example.with_spans(()) for example in gold_of(toy, article)]
        gold.write(toy.build / "suggestions" / f"{article}.jsonl", without)
    code, out, report = push("--shared", "--suggestions")
    assert code == 0
    assert "note: no span is filled in, since the suggestions for the " in out
    assert "note: Gazetteer: no name is in names.txt yet: add some, one a line." in out
    assert any(remark.startswith("gazetteer does not know SHIP, PORT and CREW.") for remark in report["remarks"])


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


def test_articles_that_are_not_asked_for_are_not_unmanaged(push):
    push("--apply")
    assert push("--articles", "harbour")[2]["plan"]["counts"]["only there"] == 0


def test_a_conflict_is_named_with_what_to_do_and_the_exit_code_is_one(push, toy, doccano):
    push("--apply", "--articles", "harbour")
    with_admin = doccano_annotator.admin(doccano)
    project = with_admin.projects()[push.project]
    first = with_admin.examples(project)[0]
    with_admin.confirm(project, first["id"])
    with_admin.close()
    name, file = stored_id(first["meta"]), toy.gold / "harbour.jsonl"
    changed = [replace(one, text=f"{one.text}!") if one.id == name else one for one in gold_of(toy, "harbour")]
    gold.write(file, changed)
    code, out, report = push("--articles", "harbour", "--apply")
    assert (code, report["left"]["counts"]["conflict"]) == (1, 1)
    assert f"{name}: its text changed, but it was worked on (confirmed by" in out
    assert "delete it in Doccano and push again" in out


def test_an_unknown_article_is_refused_with_the_nearest_names(push):
    code, out, _ = push("--articles", "harbuor")
    assert code == 1
    assert "there is no article 'harbuor'" in out
    assert "harbour" in out.replace("harbuor", "")


def test_gold_and_suggestions_exclude_each_other(push):
    assert push("--gold", "--suggestions")[0] == 2


def ordered(article, part="ranked"):
    return OrderedArticle(
        article=article, part=part, words=100, expected=3.0, new=1.0, differing=None, score=40.0
    )  # fmt: skip


def ids_there(doccano, push):
    """The ids of the examples in the project, in the order in which Doccano shows them."""
    with Doccano(doccano.account) as server:
        rows = server.examples(server.project(push.project).id)
        return [stored_id(row.meta) for row in rows]


def in_text_order(toy, *articles):
    return [one.id for name in articles for one in desired_state.desired_examples(toy, toy.select_entries([name]))]


def test_new_examples_are_sent_in_the_reading_order_and_nothing_is_moved(push, toy, doccano):
    toy.order_file.write_text(ordered("strike").line() + ordered("harbour", "random").line())
    assert push("--apply")[0] == 0
    sent = in_text_order(toy, "storm", "strike", "harbour")  # one that was never ranked comes first
    assert ids_there(doccano, push) == sent
    assert [(one.article, one.part, one.pushed) for one in toy.reading_order()] == [
        ("strike", "ranked", push.project), ("harbour", "random", push.project)
    ]  # fmt: skip
    toy.order_file.write_text(ordered("harbour").line() + ordered("strike").line() + ordered("storm").line())
    code, out, report = push("--apply")
    assert (code, report["plan"]["counts"]["unchanged"]) == (0, len(sent))
    assert "nothing was written" in out
    assert ids_there(doccano, push) == sent


def test_the_next_articles_are_sent_until_there_is_none(push, toy, doccano, goldspan, capsys):
    for name in ("storm", "strike"):
        (toy.gold / f"{name}.jsonl").unlink()
    toy.order_file.write_text("".join(ordered(name).line() for name in ("strike", "harbour", "storm")))
    code, _, report = push("--next", "1")
    assert (code, list(report["plan"]["articles"])) == (0, ["strike"])
    assert push("--next", "1", "--apply")[0] == 0
    assert ids_there(doccano, push) == in_text_order(toy, "strike")
    assert push("--next", "5", "--apply")[0] == 0
    assert ids_there(doccano, push) == in_text_order(toy, "strike", "storm")  # harbour has gold
    code, out, report = push("--next", "5", "--apply")
    assert (code, report["sent"]["examples"]) == (0, 0)
    assert "the project has every article without gold: there is no next one" in out
    with Doccano(doccano.account) as server:  # an interrupted push: one example is missing
        found = server.project(push.project)
        *_, last = server.examples(found.id)
        server.delete_examples(found.id, [last.id])
    assert push("--next", "1", "--apply")[2]["sent"]["examples"] == 1
    toy.order_file.unlink()
    report = toy.root / "rank.json"
    assert goldspan("rank", "--root", toy.root, "--project", push.project, "--weights", "none", "--json", report) == 0
    assert sorted(json.loads(report.read_text())["in_progress"]) == ["storm", "strike"]
    assert goldspan("rank", "--root", toy.root, "--project", f"no {push.project}") == 1
    assert "there is no project" in capsys.readouterr().err
