"""A command that is killed at any point ends, when it is repeated, where an unbroken run would have ended."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from goldspan import files
from goldspan.annotation import Example, Span
from goldspan.formats import gold
from helpers.releasable_projects import DATE, allow_texts, state

TESTS = Path(__file__).parents[1]


ALL = "replace,rename,fsync,mkdir,unlink,rmdir,chmod"
QUICK = "replace,fsync"
EACH = pytest.mark.parametrize("calls", [QUICK, pytest.param(ALL, marks=pytest.mark.slow)])


def kills(toy, tmp_path, *arguments, calls):
    """How often the command could be killed at these calls; fails where the next run ends elsewhere."""
    command = [sys.executable, "-m", "helpers.killed_commands", toy.root, tmp_path, calls, *arguments]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["wrong"] == {}
    return report["kills"]


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"The text {name}.")
    return folder


@EACH
def test_adding_articles(toy, tmp_path, inbox, calls):
    assert kills(toy, tmp_path, "add", str(inbox), "--root", "ROOT", "--apply", calls=calls) >= 8


@EACH
def test_adding_annotation(toy, tmp_path, calls):
    examples = [Example(f"{name}.p01", f"Anna of {name}.", (Span(0, 4, "CREW"),)) for name in ("one", "two")]
    gold.write(tmp_path / "x.jsonl", examples)
    arguments = ("add", str(tmp_path / "x.jsonl"), "--as", "lea", "--root", "ROOT", "--apply")
    assert kills(toy, tmp_path, *arguments, calls=calls) >= 6


@pytest.mark.slow
def test_changing_a_label(toy, tmp_path):
    for folder in (toy.gold, toy.passes / "ann", toy.passes / "bob"):
        (folder / "harbour.jsonl").unlink()
    assert kills(toy, tmp_path, "relabel", "SHIP", "PORT", "--root", "ROOT", "--apply", calls=ALL) >= 50


@EACH
def test_withdrawing_an_article(toy, tmp_path, calls):
    arguments = ("withdraw", "storm", "--requested-by", "person", "--date", "2026-12-01", "--root", "ROOT", "--apply")
    assert kills(toy, tmp_path, *arguments, calls=calls) >= 8


@EACH
def test_splitting(toy, tmp_path, calls):
    for name in ("train", "validation", "test"):
        toy.split_file(name).unlink()
    assert kills(toy, tmp_path, "split", "--root", "ROOT", "--apply", calls=calls) >= 6


@EACH
def test_adjudicating(toy, tmp_path, calls):
    shutil.rmtree(toy.decisions)
    shutil.copytree(toy.passes / "ann", toy.passes / "cy")
    (toy.gold / "storm.jsonl").unlink()
    (toy.folder / "manifest.jsonl").write_text(
        (toy.folder / "manifest.jsonl").read_text().replace('"guidelines": "1.0"', '"guidelines": null')
    )
    assert kills(toy, tmp_path, "adjudicate", "--root", "ROOT", "--accept", "majority", "--apply", calls=calls) >= 6


EXPORTS = [
    ("jsonl", "replace"),
    *(pytest.param(name, ALL, marks=pytest.mark.slow) for name in ("jsonl", "brat", "parquet")),
]


@pytest.mark.parametrize(("name", "calls"), EXPORTS)
def test_exporting_over_an_earlier_export(toy, tmp_path, goldspan, name, calls):
    assert goldspan("export", "--format", "conll", "--output", toy.build / "out", "--root", toy.root) == 0
    arguments = ("export", "--format", name, "--output", "ROOT/build/out", "--root", "ROOT")
    assert kills(toy, tmp_path, *arguments, calls=calls) > 4


@pytest.mark.slow
def test_releasing_over_an_earlier_release(toy, tmp_path, goldspan):
    corpus = allow_texts(state(toy), "storm")
    first = ("release", "1.0", "--date", DATE, "--apply")
    assert goldspan(*first, "--output", toy.build / "out", "--root", toy.root) == 0
    allow_texts(corpus, "storm", "strike")
    arguments = ("release", "1.1", "--date", DATE, "--apply", "--output", "ROOT/build/out", "--root", "ROOT")
    assert kills(toy, tmp_path, *arguments, calls="replace") > 10


@pytest.mark.parametrize("name", ["export", "release"])
def test_an_export_or_release_that_is_refused_restores_what_was_there(toy, goldspan, name):
    """The process was killed between the two steps of the swap; then the gold is broken."""
    state(toy)
    out = toy.build / "out"
    command = (name, *(["--format", "jsonl"] if name == "export" else ["1.0"]), "--output", out, "--root", toy.root)
    assert goldspan(*command) == 0
    before = sorted(path.name for path in out.iterdir())
    with files.new_folder(out) as folder:
        aside = folder.with_suffix(files.OLD)
        out.rename(aside.with_name(aside.name.replace(f"-{_process(aside)}-", f"-{_ended()}-")))
    (toy.gold / "storm.jsonl").write_text("{\n")
    assert goldspan(*command) == 1
    assert sorted(path.name for path in out.iterdir()) == before
    assert [path.name for path in toy.build.iterdir()] == ["out"]


def test_temporary_files_of_a_living_process_and_of_others_stay(tmp_path):
    with files.new_folder(tmp_path / "a") as living:
        gone = living.with_name(living.name.replace(f"-{_process(living)}-", f"-{_ended()}-"))
        elsewhere = gone.with_name(
            gone.name.replace(".goldspan-", ".goldspan-00000000-").replace("-00000000-", "-0", 1)
        )
        stranger = tmp_path / ".download.part"
        for path in (gone, stranger, elsewhere):
            path.write_text("half")
        other = tmp_path / "other"
        other.mkdir()
        shutil.copy(gone, other)
        files.write(other / "x.txt", "x")
        assert [path.name for path in other.iterdir()] == ["x.txt"]
        files._remove_abandoned.cache_clear()
        files.write(tmp_path / "x.txt", "x")
        assert living.is_dir()
        assert not gone.exists()
        assert stranger.exists()
        assert elsewhere.exists()


def _process(path):
    return path.name.split(".goldspan-")[1].split("-")[1]


def _ended():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid
