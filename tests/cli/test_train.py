"""`goldspan train`: from gold to a pipeline that loads, suggests, is evaluated and packaged."""

import json
import subprocess
import sys
import tarfile
from types import SimpleNamespace

import pytest
import spacy

from goldspan import cli, files
from goldspan.cli import train
from goldspan.corpus import Corpus
from goldspan.formats import model_record
from goldspan.models import spacy_training
from helpers import training_project

REGEX = '[[recogniser]]\nkind = "regex"\nname = "ports"\npatterns = { PORT = ["Bergen"] }\n'
RELEASE = """
[release]
licence = "CC-BY-4.0"
contact = "Ann <ann@example.org>"

[model]
name = "ships"
version = "1.2.0"
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project with the model that the command trained there, and what it printed."""
    root = tmp_path_factory.mktemp("train") / "ships"
    corpus = training_project.make(root, toml=REGEX + RELEASE)
    report = root / "report.json"
    printed = subprocess.run(
        [sys.executable, "-m", "goldspan", "train", "--full", "--root", root, "--seed", "3"],
        capture_output=True, text=True, check=True, cwd=root,
    )  # fmt: skip
    assert not report.exists()
    return SimpleNamespace(corpus=corpus, folder=corpus.build / "model", out=printed.stdout, err=printed.stderr)


def test_the_table_has_suggestions_model_and_both_and_the_next_step(trained):
    assert "suggestions, then model" in trained.out
    assert "Scores on validation" in trained.out
    assert "Scores on test" in trained.out
    assert trained.out.rstrip().splitlines()[-1] == "Next: suggest with it: goldspan suggest --model build/model"
    assert "goldspan: training: spaCy, without other weights" in trained.err


def test_the_pipeline_says_what_it_is(trained):
    nlp = spacy.load(trained.folder)
    assert {name: nlp.meta[name] for name in ("lang", "name", "version", "author", "email", "license")} == {
        "lang": "en", "name": "ships", "version": "1.2.0", "author": "Ann", "email": "ann@example.org",
        "license": "CC-BY-4.0",
    }  # fmt: skip
    assert nlp.meta["labels"]["ner"] == ["PORT", "SHIP"]
    assert set(nlp.meta["performance"]) >= {"ents_p", "ents_r", "ents_f", "ents_per_type"}
    assert "goldspan" in nlp.meta["description"]
    assert {ent.label_ for ent in nlp("The Aurora left Port Said.").ents} <= {"SHIP", "PORT"}


def test_the_same_seed_gives_the_same_model(trained, goldspan, tmp_path):
    assert goldspan("train", "--root", trained.corpus.root, "--seed", 3, "--output", tmp_path / "again") == 0
    first, second = (model_record.read(folder) for folder in (trained.folder, tmp_path / "again"))
    changing = {"README.md"}  # has the seconds
    assert {name: digest for name, digest in first.files.items() if name not in changing} == {
        name: digest for name, digest in second.files.items() if name not in changing
    }


def test_the_model_suggests_behind_the_recognisers(trained, goldspan, capsys):
    assert goldspan("suggest", "--root", trained.corpus.root, "--model", trained.folder) == 0
    captured = capsys.readouterr()
    assert "model" in captured.out
    assert "trained by goldspan on the gold of 2 articles" in captured.err


def test_the_model_is_evaluated(trained, goldspan, capsys):
    arguments = ["evaluate", trained.corpus.gold, trained.folder, "--split", "test", "--root", trained.corpus.root]
    assert goldspan(*arguments) == 0
    assert "strict" in capsys.readouterr().out


def test_the_suggestions_of_a_model_are_not_scored_on_what_it_has_seen(trained, goldspan, capsys):
    arguments = ["evaluate", "--suggestions", "--model", trained.folder, "--root", trained.corpus.root]
    assert goldspan(*arguments) == 1
    assert "was trained on some of these articles" in capsys.readouterr().err
    assert goldspan(*arguments, "--split", "test") == 0
    assert "suggestions with" in capsys.readouterr().out


def test_an_evaluation_says_which_articles_the_model_has_seen(trained, goldspan, tmp_path, capsys):
    report = tmp_path / "report.json"
    gold, root = trained.corpus.gold, trained.corpus.root
    for split, seen in ((["--split", "test"], []), ([], ["3 of the 4 articles: a, b and c"])):
        assert goldspan("evaluate", gold, trained.folder, "--root", root, "--json", report, *split) == 0
        notes = [note["message"] for note in json.loads(report.read_text())["notes"] if note["kind"] == "seen-article"]
        assert [note.partition("chosen by, ")[2] for note in notes] == seen
    assert "the pipeline learned from an article of gold" in capsys.readouterr().out


def test_a_seed_that_no_library_takes_is_refused(goldspan, tmp_path):
    assert goldspan("train", "--root", tmp_path, "--seed", 2**31) == 2


def test_text_in_two_splits_is_noted(tmp_path, trained):
    story = "The [Aurora]{SHIP} left [Oslo]{PORT} at noon with a crew of nine, and nobody has seen her since that day."
    corpus = training_project.make(tmp_path, {"a": [story], "d": [story]}, {"train": "a", "test": "d"})
    [remark] = train._shared_text(corpus)
    assert "(near-duplicate-split)" in remark
    assert train._shared_text(trained.corpus) == []


@pytest.mark.slow
def test_a_package_of_the_model_is_loaded_without_goldspan(trained, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "spacy", "package", trained.folder, tmp_path], capture_output=True, check=True
    )
    [archive] = tmp_path.glob("*/dist/en_ships-1.2.0.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "unpacked", filter="data")
    program = (
        "import sys; sys.modules['goldspan'] = None\nimport spacy, en_ships\nnlp = en_ships.load()\n"
        "print(nlp.meta['name'], en_ships.__version__, spacy.load('en_ships').pipe_names)\n"
    )
    printed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=tmp_path / "unpacked" / "en_ships-1.2.0", capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert printed == "ships 1.2.0 ['ner']\n"
    unpacked = tmp_path / "unpacked" / "en_ships-1.2.0"
    assert (unpacked / "README.md").read_text() == (trained.folder / "README.md").read_text()
    assert (unpacked / "en_ships" / "en_ships-1.2.0" / "goldspan.json").is_file()


def test_the_report_is_written(trained, goldspan, tmp_path, capsys):
    output, report = tmp_path / "model", tmp_path / "report.json"
    assert goldspan("train", "--root", trained.corpus.root, "--output", output, "--json", report) == 0
    made = json.loads(report.read_text())
    assert made["folder"] == str(output)
    assert made["scores"]["test"]["suggestions"]["labels"]["PORT"]["f1"] == pytest.approx(2 / 3)
    assert made["gold"].keys() == {"train", "validation", "test"}
    assert "Next:" not in capsys.readouterr().out


@pytest.fixture
def untrained(monkeypatch):
    """Has every training fail: for what is refused before."""
    monkeypatch.setattr(spacy_training.SpacyTrainer, "train", _raise_if_called)


def _raise_if_called(*_, **__):
    raise AssertionError("nothing is to be trained")


@pytest.mark.parametrize("output", ["corpus/gold", "annotation_guidelines", ".", "seeds/model"])
@pytest.mark.usefixtures("untrained")
def test_sources_are_no_output(tmp_path, goldspan, capsys, output):
    corpus = training_project.make(tmp_path)
    assert goldspan("train", "--root", corpus.root, "--output", corpus.root / output) == 1
    assert "Name a" in capsys.readouterr().err


@pytest.mark.usefixtures("untrained")
def test_the_weights_are_no_output(trained, goldspan, capsys):
    folder = trained.folder
    assert goldspan("train", "--root", trained.corpus.root, "--weights", folder, "--output", folder) == 1
    assert "lies in a folder that is read" in capsys.readouterr().err


@pytest.mark.usefixtures("untrained")
def test_weights_that_have_seen_what_they_are_measured_with_are_refused(trained, goldspan, capsys):
    assert goldspan("crossval", "--root", trained.corpus.root, "--weights", trained.folder) == 1
    assert "the model is to be measured with: a, b and c" in capsys.readouterr().err
    output = trained.corpus.build / "other"
    assert goldspan("train", "--root", trained.corpus.root, "--weights", trained.folder, "--output", output) == 1
    assert "the model is to be measured with: c" in capsys.readouterr().err


@pytest.mark.usefixtures("untrained")
def test_a_folder_of_others_is_left_alone(tmp_path, goldspan, capsys):
    corpus = training_project.make(tmp_path)
    files.write(corpus.build / "model" / "mine.txt", "mine")
    assert goldspan("train", "--root", corpus.root) == 1
    assert "files that goldspan did not write: mine.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--weights", "no_such_pipeline"], 1, "there is no spaCy pipeline 'no_such_pipeline'"),
        (["--without", "HARBOUR"], 1, "labels.toml has no label 'HARBOUR'"),
        (["--backend", "flair"], 2, "flair"),
        (["--seed", "-1"], 2, "'--seed'"),
    ],
)
@pytest.mark.usefixtures("untrained")
def test_what_cannot_be_trained_is_refused(trained, goldspan, capsys, arguments, code, message):  # noqa: PLR0917
    assert goldspan("train", "--root", trained.corpus.root, *arguments) == code
    assert message in capsys.readouterr().err


@pytest.mark.usefixtures("untrained")
def test_weights_and_settings_win_in_their_order(tmp_path, goldspan, monkeypatch, capsys):
    corpus = training_project.make(tmp_path, toml='[model]\nweights = "weights"\n')
    seen = []
    monkeypatch.setattr("goldspan.models.weights.Weights.read", lambda name: seen.append(name) or _raise_if_called())
    (corpus.root / "weights").mkdir()
    for arguments in ([], ["--weights", "other"]):
        goldspan("train", "--root", corpus.root, *arguments)
    assert seen == [str(corpus.root / "weights"), "other"]
    goldspan("train", "--root", corpus.root, "--weights", "none")
    assert len(seen) == 2
    capsys.readouterr()


@pytest.mark.usefixtures("untrained")
def test_without_torch_the_command_says_what_to_install(tmp_path, goldspan, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    corpus = training_project.make(tmp_path)
    assert goldspan("train", "--root", corpus.root, "--backend", "transformers", "--weights", "bert") == 1
    assert "pip install 'goldspan[torch]'" in capsys.readouterr().err


def test_a_killed_training_leaves_the_old_model(tmp_path, monkeypatch):
    corpus = training_project.make(tmp_path)
    old = corpus.build / "model"

    def stop(*_, **__):
        raise KeyboardInterrupt

    cli_train = ["train", "--root", str(corpus.root)]
    with pytest.raises(SystemExit) as ended:
        cli.main(cli_train)
    assert not ended.value.code
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    monkeypatch.setattr(files, "replace_folder", stop)
    with pytest.raises(SystemExit) as ended:
        cli.main(cli_train)
    assert ended.value.code == 130
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before
    assert Corpus(corpus.root).build.is_dir()
    assert [path.name for path in corpus.build.iterdir()] == ["model"]
