"""`goldspan curve` prints tables and an answer, writes a page and JSON, and refuses what it cannot read."""

import json

import pytest

from goldspan import files
from goldspan.annotation import Example, Span
from goldspan.cli import console, main
from goldspan.models import trainers
from helpers import first_screen
from helpers.curve_project import LABELS, article, make, project
from helpers.fake_trainers import MemorisingTrainer
from helpers.html_pages import ATTACK, parse


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(trainers, "trainer_of", lambda _corpus, _weights=None, **_: MemorisingTrainer(LABELS))
    return project(tmp_path / "project")


def run(corpus, *arguments):
    """The exit code of the command."""
    with pytest.raises(SystemExit) as ended:
        main(["curve", "--root", str(corpus.root), "--processes", "1", *arguments])
    return ended.value.code


def test_the_command_prints_the_points_the_labels_and_the_answer(corpus, capsys):
    assert run(corpus, "--full") == 0
    out = capsys.readouterr().out
    assert "F1 by the number of articles" in out
    assert "●" in out
    assert "PERSON" in out
    assert "Is more data worth it? " in out
    assert "twice the articles (10 instead of 5)" in " ".join(out.split())
    assert run(corpus, "--full") == 0
    again = capsys.readouterr()
    assert again.out == out
    assert "all 38 models were in build/curve" in again.err


@pytest.mark.parametrize("width", [80, pytest.param(60, marks=pytest.mark.slow)])
def test_the_first_screen_fits(corpus, width, capsys, monkeypatch):
    monkeypatch.setattr(console, "WIDTH", width)
    assert run(corpus) == 0
    lines = capsys.readouterr().out.splitlines()
    first_screen.require_one_screen(lines[:-1], width=width)  # the next step names a temporary folder
    assert lines[0].startswith("Is more data worth it? ")
    assert "The whole report: --full or --html FILE or --json FILE" in lines


def test_the_page_and_json_have_the_same_answer(corpus, tmp_path, capsys):
    page, report = tmp_path / "curve.html", tmp_path / "curve.json"
    assert run(corpus, "--html", str(page), "--json", str(report)) == 0
    assert f"wrote {page}" in capsys.readouterr().out
    values = json.loads(report.read_text("utf-8"))
    parsed = parse(page.read_text("utf-8"))
    assert values["answer"] in parsed.said
    plots = [attributes for tag, attributes in parsed.tags if tag == "svg"]
    assert len(plots) == 1 + len(LABELS)
    assert all("forecast for 10 articles" in plot["aria-label"] and plot["role"] == "img" for plot in plots)


@pytest.mark.parametrize("steps", ["", "0,100", "20,,40", "a", "50,101", "-5"])
def test_steps_that_are_no_percentages_are_wrong_usage(corpus, steps, capsys):
    assert run(corpus, "--steps", steps) == 2
    assert "no list of per cents from 1 to 100" in " ".join(capsys.readouterr().err.split())


def test_two_points_refuse_a_forecast_and_say_so(corpus, capsys):
    assert run(corpus, "--steps", "50%,100", "--seeds", "1") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "What more articles would bring cannot be said: a curve passes through any 2 points" in said
    assert "With fewer than three seeds" in said


def test_one_article_is_refused_in_a_line(corpus, capsys):
    for path in sorted(corpus.gold.glob("*.jsonl"))[1:]:
        path.unlink()
    assert run(corpus) == 1
    error = capsys.readouterr().err
    assert "a learning curve needs 3 articles that share no text" in error
    assert "Annotate further articles." in error


def test_without_gold_the_refusal_says_what_to_do(corpus, capsys):
    for path in corpus.gold.glob("*.jsonl"):
        path.unlink()
    assert run(corpus) == 1
    assert "there is no gold to learn from" in capsys.readouterr().err


def test_hostile_names_of_labels_stay_words(tmp_path, monkeypatch):
    label = ATTACK.replace("\n", " ")
    monkeypatch.setattr(trainers, "trainer_of", lambda _corpus, _weights=None, **_: MemorisingTrainer((label,)))
    examples = [
        Example(one.id, one.text, tuple(Span(span.start, span.end, label) for span in one.spans), one.at)
        for number in range(5)
        for one in article(number)
    ]
    corpus = make(tmp_path / "project", examples, ["HOSTILE"])
    scheme = corpus.scheme_file.read_text("utf-8").replace('"HOSTILE"', json.dumps(label))
    files.write(corpus.scheme_file, scheme)
    page = tmp_path / "curve.html"
    assert run(corpus, "--html", str(page)) == 0
    parsed = parse(page.read_text("utf-8"))
    assert label in parsed.said
    assert parsed.names.isdisjoint({"script", "img"})
