"""`goldspan init`: what it prints, and what it refuses."""

import subprocess

import pytest

from goldspan import Span
from goldspan.articles.examples import article_examples
from goldspan.corpus import Corpus
from goldspan.formats import gold

NEWS = ["--labels", "ORG,PRODUCT,MONEY,DATE,EVENT", "--language", "nl", "--example-unit", "sentence"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder, which is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_makes_the_project_that_was_asked_for(here, goldspan, capsys):
    assert goldspan("init", "krant", *NEWS) == 0
    printed = capsys.readouterr().out
    corpus = Corpus(here / "krant")
    assert corpus.scheme.names == ("ORG", "PRODUCT", "MONEY", "DATE", "EVENT")
    assert corpus.scheme.language == "nl"
    assert corpus.settings.examples.unit == "sentence"
    assert "cd krant\n" in printed
    assert printed.splitlines()[-1] == (
        "Next: say in annotation_guidelines/labels.toml what ORG, PRODUCT, MONEY, DATE and EVENT mark, and add "
        "articles: goldspan add PATH... --apply"
    )
    assert "taken to be" not in printed


@pytest.mark.usefixtures("here")
def test_it_says_what_was_assumed(goldspan, capsys):
    assert goldspan("init", ".") == 0
    printed = capsys.readouterr().out
    assert "The labels are PERSON, ORGANIZATION and LOCATION; --labels ORG,PRODUCT,DATE names your own." in printed
    assert "taken to be 'en'; --language names another" in printed
    assert "cd " not in printed, "that is where it is"
    assert printed.splitlines()[-1] == "Next: add articles: goldspan add PATH... --apply"


def test_labels_can_be_named_one_by_one(tmp_path, goldspan):
    assert goldspan("init", tmp_path / "new", "--labels", "ORG, DATE", "--labels", "人名") == 0
    assert Corpus(tmp_path / "new").scheme.names == ("ORG", "DATE", "人名")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ([], (2, "name the folder of the new project")),
        (["new", "--labels", "ORG,,DATE"], (2, "a label has no name")),
        (["new", "--labels", ""], (2, "a label has no name")),
        (["new", "--labels", "ORG,ORG"], (2, "the label ORG is named twice")),
        (["new", "--labels", "ORG PRODUCT"], (2, "has a space")),
        (["new", "--language", "klingon"], (1, "no tokenizer for the language 'klingon'")),
        (["new", "--language", "Dutch"], (1, "Did you mean 'nl'?")),
        (["new", "--language", ""], (1, "no tokenizer for the language ''")),
        (["full/a.txt/new"], (1, "a.txt: is a file")),
        (["link/new"], (1, "link: is a link that leads nowhere")),
        (["new", "--example-unit", "page"], (2, "page")),
        (["--demo", "--labels", "ORG"], (2, "--demo has labels")),
        (["full"], (1, "is not an empty folder: it holds a.txt")),
        (["full/a.txt"], (1, "is a file")),
        (["--demo", "full"], (1, "is not an empty folder")),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(here, goldspan, capsys, arguments, refusal):
    code, words = refusal
    (here / "full").mkdir()
    (here / "full" / "a.txt").write_text("mine")
    (here / "link").symlink_to("nowhere")
    assert goldspan("init", *arguments) == code
    assert words in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert sorted(path.name for path in here.rglob("*")) == ["a.txt", "full", "link"]


def test_a_new_project_stays_sound_with_articles(tmp_path, monkeypatch, goldspan, capsys):
    (tmp_path / "one.txt").write_text("Zelvania koopt Norvale.\n\nDat meldde de krant op 3 maart.\n")
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q", "krant"], check=True)
    assert goldspan("init", "krant", *NEWS) == 0
    monkeypatch.chdir(tmp_path / "krant")
    assert goldspan("add", tmp_path / "one.txt", "--apply") == 0
    capsys.readouterr()
    assert goldspan("check", "--strict") == 0
    out, err = capsys.readouterr()
    assert "0 errors, 0 warnings" in err
    assert "still to be filled in, marked TO FILL IN: " in out
    for command in (["stats"], ["suggest"], ["adjudicate"], ["split"], ["split", "--apply"]):
        assert goldspan(*command) == 0, command
    capsys.readouterr()
    assert goldspan("build") == 0
    printed = capsys.readouterr().out
    assert "there is nothing to export yet" in printed
    assert "Next: " in printed
    assert goldspan("export") == 1
    assert "no article has gold yet" in capsys.readouterr().err
    assert goldspan("doccano", "push", "--project", "krant") == 1, "without a server"
    assert "goldspan doccano start" in capsys.readouterr().err
    assert goldspan("check", "--strict") == 0


def test_a_release_says_what_was_never_filled_in(here, goldspan, capsys, monkeypatch):
    (here / "one.txt").write_text("Zelvania koopt Norvale.\n")
    assert goldspan("init", "krant", "--labels", "ORG", "--language", "nl") == 0
    monkeypatch.chdir(here / "krant")
    assert goldspan("add", here / "one.txt", "--apply") == 0
    corpus = Corpus(here / "krant")
    (example,) = article_examples(corpus, corpus.entries[0])
    gold.write(corpus.gold / "one.jsonl", [example.with_spans([Span(0, 8, "ORG"), Span(15, 22, "ORG")])])
    capsys.readouterr()
    assert goldspan("build") == 0
    printed = capsys.readouterr().out
    assert "lines still to be filled in, marked TO FILL IN: goldspan.toml (3), annotation_guidelines/labels" in printed
    assert "Next: train a model: goldspan train (or score one of yours: goldspan evaluate corpus/gold" in printed
    assert goldspan("export") == 0
    assert "corpus/README.md (4)" in capsys.readouterr().out
