"""What comes next, in each state of a project."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from goldspan import Span, adjudication, new_project
from goldspan.adjudication.state import read_state
from goldspan.articles.examples import article_examples
from goldspan.articles.ingest import add
from goldspan.cli.next_step import next_step, print_next_step
from goldspan.corpus import Corpus
from goldspan.export.marker import MARKER
from goldspan.formats import gold
from goldspan.new_project import ProjectOptions

LABELS = ProjectOptions(labels=["ORG"])


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    made = new_project.create(tmp_path / "krant")
    monkeypatch.chdir(made.root)
    return made


def with_articles(corpus, *names):
    folder = corpus.root.parent / "received"
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.txt").write_text(f"{name.title()} met Ada Vane.\n\nNothing else happened in {name}.\n")
    add(Corpus(corpus.root), [folder], apply=True)
    return Corpus(corpus.root)


def examples(corpus, name, spans=()):
    entry = next(entry for entry in corpus.entries if entry.id == name)
    first, *rest = article_examples(corpus, entry)
    at = first.text.index("Ada Vane")
    marked = {"given": [(at, at + 3)], "full": [(at, at + 8)]}
    return [first.with_spans(Span(start, end, "PERSON") for start, end in marked.get(spans, ())), *rest]


def confirm(corpus, annotator, name, spans="full"):
    lines = [replace(one, extra={"confirmed": True}) for one in examples(corpus, name, spans)]
    gold.write(corpus.passes / annotator / f"{name}.jsonl", lines)


def test_labels_without_a_definition_and_no_article(tmp_path, monkeypatch):
    made = new_project.create(tmp_path / "krant", LABELS)
    monkeypatch.chdir(made.root)
    assert next_step(made, "init") == (
        "say in annotation_guidelines/labels.toml what ORG marks, and add articles: goldspan add PATH... --apply"
    )


def test_no_article(corpus):
    assert next_step(corpus, "init") == "add articles: goldspan add PATH... --apply"


@pytest.mark.parametrize("after", ["add", "pull", "split"])
def test_articles_without_suggestions(corpus, after):
    with_articles(corpus, "rain", "fog")
    assert next_step(corpus, after) == "draft the spans of 2 articles: goldspan suggest"


def test_nothing_pushed(corpus):
    with_articles(corpus, "rain")
    push = "give 1 article to annotators: goldspan doccano push --project krant --apply"
    assert next_step(corpus, "suggest").startswith(f"{push} (first list who annotates in annotation_guidelines/members")
    members = corpus.guidelines / "members.toml"
    members.write_text('[[member]]\nname = "anna"\nrole = "annotator"\n')
    assert next_step(corpus, "suggest") == push


def test_nothing_pushed_and_labels_without_a_definition(tmp_path, monkeypatch):
    made = new_project.create(tmp_path / "krant", LABELS)
    monkeypatch.chdir(made.root)
    with_articles(made, "rain")
    assert next_step(made, "suggest").startswith("say in annotation_guidelines/labels.toml what ORG marks, then push: ")


def test_pushed(corpus):
    with_articles(corpus, "rain")
    (corpus.folder / "doccano.toml").write_text(
        '[[project]]\nname = "my news"\nserver = "http://127.0.0.1:1"\nkey = "k0123456789ab"\noffsets = "utf-16"\n'
    )
    assert next_step(corpus, "push") == (
        "while they annotate and confirm, copy what they have done: goldspan doccano pull --project 'my news' --apply"
    )
    assert "doccano push --project 'my news' --apply" in next_step(corpus, "suggest"), "new articles"


def test_one_annotator(corpus):
    made = with_articles(corpus, "rain")
    confirm(made, "anna", "rain")
    for after in ("pull", "agree", "adjudicate"):
        assert next_step(corpus, after).startswith("gold is what two annotators of an example agree on")


def test_passes_to_compare(corpus):
    made = with_articles(corpus, "rain")
    for name in ("anna", "ben"):
        confirm(made, name, "rain")
    assert next_step(corpus, "pull") == "see how far they agree: goldspan agree"
    assert next_step(corpus, "agree") == "write 2 examples into gold: goldspan adjudicate --apply"


def test_disputes(corpus):
    made = with_articles(corpus, "rain")
    confirm(made, "anna", "rain")
    confirm(made, "ben", "rain", "given")
    decide = "decide 1 dispute: goldspan adjudicate --settle --as NAME (or --push --project P, in Doccano)"
    assert next_step(corpus, "agree") == decide
    assert next_step(corpus, "adjudicate") == decide, "gold of a disputed article is not whole: check refuses it"


def test_gold_of_an_article_with_a_dispute_is_not_sent_to_be_built(corpus):
    made = with_articles(corpus, "rain")
    confirm(made, "anna", "rain")
    confirm(made, "ben", "rain", "given")
    for path, text in adjudication.gold.plan(read_state(made)).texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    made.split_file("test").parent.mkdir()
    made.split_file("test").write_text("rain\n")
    for after in ("split", "build", "adjudicate"):
        assert next_step(corpus, after).startswith("decide 1 dispute")


def test_gold(corpus):
    made = with_articles(corpus, "rain")
    gold.write(made.gold / "rain.jsonl", examples(made, "rain", "full"))
    assert next_step(corpus, "adjudicate") == (
        "assign 1 article with gold to train, validation and test, and export: goldspan build "
        "(goldspan split shows the splits first)"
    )
    made.split_file("test").parent.mkdir()
    made.split_file("test").write_text("rain\n")
    assert next_step(corpus, "split") == "check all, write the tables and export the dataset: goldspan build"
    marker = made.build / "dataset" / MARKER
    marker.parent.mkdir(parents=True)
    marker.write_text("")
    evaluate = "score a model: goldspan evaluate corpus/gold PREDICTIONS --split test"
    assert next_step(corpus, "build") == evaluate
    assert next_step(corpus, "split") == evaluate
    made.split_file("test").rename(made.split_file("train"))
    own = evaluate.replace("a model", "one of yours")
    os.utime(marker)
    assert next_step(corpus, "build") == f"train a model: goldspan train (or {own})"
    (made.model / "goldspan.json").parent.mkdir()
    (made.model / "goldspan.json").write_text("{}")
    assert next_step(corpus, "build") == evaluate
    os.utime(marker, (0, 0))
    assert "goldspan build" in next_step(corpus, "adjudicate"), "gold is newer than the dataset"


def test_what_comes_next_for_new_articles_depends_on_what_was_done(corpus):
    made = with_articles(corpus, "rain")
    confirm(made, "anna", "rain")
    confirm(made, "ben", "rain", "given")
    with_articles(corpus, "fog")
    assert next_step(corpus, "add") == "draft the spans of 1 article: goldspan suggest"
    assert next_step(corpus, "agree").startswith("decide 1 dispute")


def test_a_command_about_a_server_of_its_own_folder_names_it(corpus, tmp_path, monkeypatch, capsys):
    home = tmp_path / "a server"
    after = next_step(corpus, "start", home=home)
    assert after.startswith(f"create an account for each annotator: goldspan doccano user NAME --home '{home}'; then")
    assert f"--apply --home '{home}'" in next_step(corpus, "user", home=home)
    with_articles(corpus, "rain")
    assert f"--apply --home '{home}'" in next_step(corpus, "suggest", home=home)
    assert "--home" not in next_step(corpus, "add", home=home), "no command about a server"
    monkeypatch.chdir(tmp_path)
    print_next_step(None, "user", home=home)
    assert f"goldspan doccano push --home '{home}' --project NAME" in " ".join(capsys.readouterr().out.split())


def test_a_command_for_another_folder_names_it(corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert next_step(corpus, "add") == f"add articles: goldspan add PATH... --apply --root {corpus.root}"
    assert next_step(corpus, "add", corpus.root) == "add articles: goldspan add PATH... --apply"


def test_it_is_not_printed_for_scripts_nor_of_a_project_that_cannot_be_read(corpus, capsys):
    print_next_step(corpus, "add", Path("report.json"))
    assert capsys.readouterr().out == ""
    (corpus.folder / "manifest.jsonl").write_text("{\n")
    print_next_step(Corpus(corpus.root), "add")
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("corpus")
def test_commands_end_with_it(capsys, goldspan, tmp_path):
    (tmp_path / "one.txt").write_text("Ada Vane met Bo Lund.\n")
    for command, end in (
        (["add", tmp_path / "one.txt"], "--apply."),
        (["add", tmp_path / "one.txt", "--apply"], "Next: draft the spans of 1 article: goldspan suggest"),
        (["add", tmp_path / "one.txt"], "Next: draft the spans of 1 article: goldspan suggest"),
    ):
        assert goldspan(*command) == 0
        assert capsys.readouterr().out.strip().endswith(end)
    assert goldspan("suggest") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Next: give 1 article to annotators: ")
    assert goldspan("suggest", "--json", tmp_path / "report.json") == 0
    assert "Next" not in capsys.readouterr().out
    assert json.loads((tmp_path / "report.json").read_text())["spans"] == 1


def test_a_server_gets_accounts_then_members_then_articles(corpus):
    with_articles(corpus, "rain")
    assert next_step(corpus, "start") == (
        "create an account for each annotator: goldspan doccano user NAME; then list them in "
        "annotation_guidelines/members.toml"
    )
    push = "goldspan doccano push --project krant --apply"
    assert next_step(corpus, "user") == f"list them as members in annotation_guidelines/members.toml, then push: {push}"
    (corpus.guidelines / "members.toml").write_text('[[member]]\nname = "anna"\nrole = "annotator"\n')
    for after in ("start", "user", "doctor"):
        assert next_step(corpus, after) == f"give articles to annotators: {push}"
    (corpus.folder / "doccano.toml").write_text(
        '[[project]]\nname = "krant"\nserver = "http://127.0.0.1:1"\nkey = "k0123456789ab"\noffsets = "utf-16"\n'
    )
    status = "see how far the annotators are: goldspan doccano status --project krant"
    assert next_step(corpus, "start") == status


def test_commands_about_models_have_a_follow_up_of_their_own(corpus):
    made = with_articles(corpus, "rain")
    gold.write(made.gold / "rain.jsonl", examples(made, "rain", "full"))
    assert next_step(corpus, "crossval") == "see where gold may be wrong: goldspan label-errors"
    assert "goldspan label-errors --settle --as NAME" in next_step(corpus, "label-errors")
    assert "goldspan add PATH... --apply" in next_step(corpus, "curve")
    assert next_step(corpus, "train") == ("score the model: goldspan evaluate corpus/gold PREDICTIONS --split test")
    with_articles(corpus, "fog")
    (made.model / "goldspan.json").parent.mkdir(parents=True)
    (made.model / "goldspan.json").write_text("{}")
    assert next_step(corpus, "train") == "draft spans with the model: goldspan suggest --model build/model"
    assert next_step(corpus, "curve") == "see which articles to annotate first: goldspan rank"


def test_outside_of_a_project(capsys):
    print_next_step(None, "doctor")
    assert capsys.readouterr().out.startswith("Next: give articles to annotators, in the folder of a project: ")
    print_next_step(None, "stats")
    assert capsys.readouterr().out == ""
