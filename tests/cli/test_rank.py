"""`goldspan rank`: the plan in words, what it writes, and what comes next."""

import json
import re
from dataclasses import replace

import pytest

from goldspan.formats import gold
from goldspan.models import order_plan
from helpers.reading_simulation import SurfaceTrainer


@pytest.fixture
def rank(toy, goldspan, capsys, monkeypatch):
    """`goldspan rank` of the toy corpus, of which one article has gold; gives exit code, output and report."""
    monkeypatch.setattr(order_plan, "trainer_of", lambda *_, **__: SurfaceTrainer(tuple(toy.scheme.names)))
    for name in ("storm", "strike"):
        (toy.gold / f"{name}.jsonl").unlink()
    for folder in toy.passes.iterdir():
        for path in folder.iterdir():
            path.unlink()

    def run(*options, json_file=True):
        report = toy.root / "report.json"
        report.unlink(missing_ok=True)
        code = goldspan("rank", "--root", toy.root, *(["--json", report] if json_file else []), *options)
        out = capsys.readouterr()
        return code, out.out + out.err, json.loads(report.read_text()) if report.exists() else None

    return run


def test_a_plan_writes_nothing_and_apply_writes_the_order(rank, toy):
    code, out, report = rank()
    assert (code, report["applied"]) == (0, False)
    assert "would write" in out
    assert "Nothing was written" in out
    assert not toy.order_file.exists()
    code, out, applied = rank("--apply")
    assert (code, applied) == (0, {**report, "applied": True})
    assert [one.article for one in toy.reading_order()] == [row["article"] for row in report["ranked"]]
    assert "Already up to date." in rank("--apply")[1]


def test_each_article_has_its_reasons(rank):
    _, out, report = rank()
    form = r"\d+ spans? expected in 1,000 words, \d+ surfaces? unknown to gold, models differ on \d+"
    assert all(re.fullmatch(form, row["reasons"]) for row in report["ranked"])
    assert all(row["reasons"][:40] in " ".join(out.split()) for row in report["ranked"])
    assert {row["part"] for row in report["ranked"]} == {"ranked", "random"}
    gazetteer = "a gazetteer of gold, trained on 1 article with seed"
    assert f"Expected by {gazetteer} 0; compared with {gazetteer} 1." in out
    assert re.search(r"Not in the order: 1 article, 1 read, with \d+ spans in 1,000 words", out)


def test_what_comes_next_is_a_push_of_the_next_articles(rank):
    _, out, _ = rank("--apply", json_file=False)
    assert re.search(r"Next: give 2 articles to annotators: goldspan doccano push --project \S+ --next 20 --apply", out)


def test_shares_and_seeds(rank):
    def drawn(*options):
        return [row["article"] for row in rank(*options)[2]["ranked"] if row["part"] == "random"]

    assert drawn("--random-share", "0") == []
    assert len(drawn("--random-share", "1")) == 2
    assert {tuple(drawn("--seed", str(seed))) for seed in range(8)} == {("storm",), ("strike",)}


def test_by_suggestions(rank, toy):
    assert "goldspan suggest" in rank("--suggestions")[1]
    for name in ("storm", "strike"):
        texts = order_plan.article_examples(toy, toy.select_entries([name])[0])
        gold.write(toy.suggestions / f"{name}.jsonl", [replace(one, spans=()) for one in texts])
    code, out, report = rank("--suggestions")
    assert code == 0
    assert "Expected by suggestions, each of which counts as one span." in out
    assert f"note: {order_plan.NO_EXPECTATION}" in out
    assert report["notes"] == [order_plan.NO_EXPECTATION]


def test_once_all_is_read_there_is_nothing_to_rank(rank, toy):
    for name in ("storm", "strike"):
        texts = order_plan.article_examples(toy, toy.select_entries([name])[0])
        gold.write(toy.gold / f"{name}.jsonl", texts)
    code, out, _ = rank("--apply")
    assert code == 0
    assert "there is none to rank" in out
    assert not toy.order_file.exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--random-share", "1.5"),
        ("--random-share", "-0.1"),
        ("--seed", "-1"),
        ("--weights", "none", "--model", "build/model"),
        ("--suggestions", "--weights", "none"),
    ],
)
def test_wrong_usage(rank, options):
    assert rank(*options)[0] == 2


def test_a_model_that_is_not_there_is_refused(rank):
    code, out, _ = rank("--model", "nowhere")
    assert code == 1
    assert "there is no model" in out
    assert "goldspan train" in out


def test_a_folder_that_goldspan_did_not_write_is_no_model_of_its_own(rank, toy):
    toy.model.mkdir(parents=True)
    (toy.model / "notes.txt").write_text("mine", encoding="utf-8")
    code, out, _ = rank()
    assert code == 0
    assert "trained on" in out


def test_a_model_that_is_there_is_not_trained_with_a_library(rank):
    assert rank("--backend", "spacy", "--model", "build/model")[0] == 2


def test_scores_on_the_random_part(rank, toy, goldspan, capsys):
    rank("--apply")
    drawn = next(one.article for one in toy.reading_order() if one.part == "random")
    examples = order_plan.article_examples(toy, toy.select_entries([drawn])[0])
    gold.write(toy.gold / f"{drawn}.jsonl", examples)
    report = toy.root / "scores.json"
    assert goldspan("evaluate", toy.gold, toy.gold, "--split", "random", "--json", report, "--root", toy.root) == 0
    assert json.loads(report.read_text())["size"]["examples"] == len(examples)
    capsys.readouterr()
    assert "Estimates for all articles come from the random part alone" in rank()[1]
