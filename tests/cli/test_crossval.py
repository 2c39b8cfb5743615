"""`goldspan crossval`: what it prints, what it writes, and what it refuses."""

import json
import subprocess
import sys

import pytest

from goldspan.annotation import Example, Span
from goldspan.models import trainers
from helpers import sample_corpus
from helpers.fake_trainers import MemorisingTrainer
from helpers.html_pages import ATTACK, parse

LABELS = ("PERSON", "PLACE")
NAMES = ("Ann", "Bob", "Carol", "Dan", "Eve", "Finn")


def story(number, names, place="Oslo"):
    text = f"In {place} number {number} met {' and '.join(names)}."
    spans = [Span(3, 3 + len(place), "PLACE")]
    spans += [Span(text.index(name), text.index(name) + len(name), "PERSON") for name in names]
    return Example(f"story{number}.p01", text, tuple(spans))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Six articles, whose names others have too; a trainer that takes no time in place of spaCy's."""
    monkeypatch.setattr(trainers, "trainer_of", lambda *_, **__: MemorisingTrainer(LABELS, sure=0.5))
    examples = [story(n, [NAMES[n], NAMES[(n + 1) % 6]]) for n in range(6)]
    corpus = sample_corpus.make(tmp_path / "project", examples, LABELS, ("e", "l"))
    (corpus.root / "goldspan.toml").write_text('[[recogniser]]\nkind = "gold"\n')
    return corpus


def test_the_report_is_printed_and_progress_is_on_standard_error(project, goldspan, capsys):
    assert goldspan("crossval", "--root", project.root, "--full", "--processes", 1, "--folds", 3) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Cross-validation of surfaces by heart: 3 folds of 6 articles, seed 0")
    for part in ("model ", "suggestions ", "PERSON", "all labels", "By fold", "Probabilities of spans"):
        assert part in out
    assert err.count("trained without it and predicted it in") == 3
    assert "fold 3:" in err
    assert f"wrote {project.build / 'folds'}" in err
    assert goldspan("crossval", "--root", project.root, "--full", "--folds", 3) == 0
    again, err = capsys.readouterr()
    assert again == out
    assert f"read from {project.build / 'folds'}: made from the same gold with the same settings" in err


def test_json_and_html_have_the_same_scores(project, goldspan, capsys, tmp_path):
    report, page = tmp_path / "report.json", tmp_path / "report.html"
    options = ("--seeds", 2, "--json", report, "--html", page, "--processes", 1)
    assert goldspan("crossval", "--root", project.root, *options) == 0
    out = capsys.readouterr().out
    assert f"wrote {report}" in out
    found = json.loads(report.read_text())
    assert [*found["scores"]] == ["suggestions", "model", "suggestions, then model", "model, then suggestions"]
    f1 = found["scores"]["model"]["all"]["f1"]
    parsed = parse(page.read_text())
    assert f"{100 * f1:.2f}" in parsed.said
    assert f"{100 * f1:.2f}" in out
    assert {"svg", "table"} <= parsed.names
    assert len(found["folds"]) == 5
    assert found["by_seed"]["standard_deviation"] is not None


def test_json_on_standard_output_leaves_the_tables_to_standard_error(project, goldspan, capfd):
    assert goldspan("crossval", "--root", project.root, "--json", "-", "--processes", 1) == 0
    out, err = capfd.readouterr()
    assert json.loads(out)["recipe"] == "surfaces by heart"
    assert "all labels" in err


def test_the_page_runs_no_code_of_a_text_or_a_label(tmp_path, goldspan, monkeypatch):
    monkeypatch.setattr(trainers, "trainer_of", lambda *_, **__: MemorisingTrainer(("X",), recipe=ATTACK))
    texts = [f"{name} {ATTACK} {' '.join(f'{name}{n}' for n in range(60))}" for name in NAMES]
    examples = [Example(f"{text[:3]}.p01", text, (Span(0, len(text), "X"),)) for text in texts]
    corpus = sample_corpus.make(tmp_path / "project", examples, ("X",))
    (corpus.root / "goldspan.toml").write_text("recogniser = []\n")
    page = tmp_path / "page.html"
    assert goldspan("crossval", "--root", corpus.root, "--html", page, "--processes", 1) == 0
    parsed = parse(page.read_text())
    assert not {"script", "img"} & parsed.names


def test_what_is_written_is_evaluated_as_it_is(project, goldspan, capsys, tmp_path):
    report, evaluation = tmp_path / "crossval.json", tmp_path / "evaluation.json"
    assert goldspan("crossval", "--root", project.root, "--json", report, "--processes", 1) == 0
    assert goldspan("evaluate", project.gold, project.build / "folds", "--json", evaluation) == 0
    capsys.readouterr()
    found, evaluated = (json.loads(path.read_text()) for path in (report, evaluation))
    for label in LABELS:
        mine, other = found["scores"]["model"]["labels"][label], evaluated["schemes"]["strict"]["labels"][label]
        assert (mine["true_positives"], mine["f1"]) == (other["correct"], other["f1"])
    assert found["scores"]["model"]["all"]["f1"] == evaluated["schemes"]["strict"]["overall"]["f1"]
    assert evaluated["notes"] == []


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([], "there is no gold to learn from"),
        ([story(1, ["Ann"])], "there is one article with gold, story1"),
        ([Example("a.p01", "Ann."), Example("b.p01", "Bob.")], "gold has no span"),
    ],
)
def test_a_refusal_says_what_to_do(project, goldspan, capsys, examples, message):
    for path in project.gold.glob("*.jsonl"):
        path.unlink()
    sample_corpus.write_articles(project, examples or [story(1, ["Ann"])])
    if not examples:
        (project.gold / "story1.jsonl").unlink()
    assert goldspan("crossval", "--root", project.root) == 1
    err = capsys.readouterr().err
    assert message in err
    assert "Annotate" in err


@pytest.mark.parametrize(
    "options",
    [("--folds", 1), ("--folds", "many"), ("--seeds", 0), ("--seed", -1), ("--seed", 2**31), ("--processes", 0)],
)
def test_wrong_usage(project, goldspan, options):
    assert goldspan("crossval", "--root", project.root, *options) == 2


def test_a_broken_list_of_a_split_is_refused_before_anything_is_trained(project, goldspan, capsys, monkeypatch):
    monkeypatch.setattr(trainers, "trainer_of", lambda *_, **__: MemorisingTrainer(None))
    project.split_file("train").parent.mkdir(exist_ok=True)
    project.split_file("train").write_text("story9\n")
    assert goldspan("crossval", "--root", project.root) == 1
    assert "the manifest has no article 'story9'" in capsys.readouterr().err
    assert not (project.build / "folds").exists()


@pytest.mark.slow
def test_spacy_trains_in_two_processes_what_it_trains_in_one(tmp_path):
    """The command as people run it: three articles, spaCy without weights, twice."""
    examples = [story(n, [NAMES[n], NAMES[(n + 1) % 3]]) for n in range(3)]
    contents = []
    for processes in (1, 2):
        corpus = sample_corpus.make(tmp_path / str(processes), examples, LABELS, ("e", "l"))
        (corpus.root / "goldspan.toml").write_text("recogniser = []\n")
        command = [sys.executable, "-m", "goldspan", "crossval", "--weights", "none", "--processes", str(processes)]
        done = subprocess.run(command, cwd=corpus.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        contents.append({path.name: path.read_bytes() for path in sorted((corpus.build / "folds").iterdir())})
    assert contents[0] == contents[1]


def test_the_first_screen_has_the_labels_and_what_is_worst(project, goldspan, capsys):
    assert goldspan("crossval", "--root", project.root, "--processes", 1, "--folds", 3) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    shown = "\n".join(lines)
    for part in ("Cross-validation of", "model: F1", "PERSON", "has the lowest F1", "The whole report: --full"):
        assert part in shown
    assert "Probabilities of spans" not in shown
