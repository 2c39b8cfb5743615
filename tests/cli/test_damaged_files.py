"""Every command over files that are not what it expects: no traceback, no hang, and the file and a remedy are named."""

import os
import shutil

import pytest

from goldspan.cli import TRACEBACK
from goldspan.formats import FORMATS
from helpers.damage import NAMES, ROOT, damage, end_of, require_named, run
from helpers.releasable_projects import state

DATA = ROOT / "tests" / "data"
CASES = DATA / "robustness"

PROJECT_FILES = [
    "annotation_guidelines/labels.toml",
    "annotation_guidelines/ship.md",
    "annotation_guidelines/CHANGELOG.md",
    "corpus/manifest.jsonl",
    "corpus/decisions/storm.jsonl",
    "corpus/passes/ann/storm.jsonl",
    "corpus/gold/storm.jsonl",
    "corpus/splits/train.txt",
    "corpus/README.md",
    "seeds/storm.txt",
]
PROJECT_COMMANDS = [
    ["suggest"],
    ["check"],
    ["split"],
    ["evaluate", "--suggestions"],
    ["agree", "--against", "gold"],
    ["adjudicate"],
    ["export"],
    ["release", "1.0"],
    ["relabel", "SHIP", "PORT"],
    ["withdraw", "harbour", "--requested-by", "other"],
    ["show"],
    ["show", "--pass", "ann"],
    ["stats"],
    ["stats", "--write"],
    ["build"],
]
QUICK = [["check"], ["adjudicate"], ["relabel", "SHIP", "PORT"], ["show", "--pass", "ann"], ["stats"]]
READABLE = {"NUL escaped", "control characters", "unknown article", "a path as id"}  # outside a corpus
NO_PROJECT = {"link that leads nowhere", "link to itself", "empty"}  # as a manifest: no project, or a new one
QUICK_NAMES = ("UTF-16", "unknown article", "pipe", "link that leads nowhere")


def _over_a_project(toy, tmp_path, file, name, commands):
    for command in commands:
        root = tmp_path / "damaged"
        shutil.copytree(toy.root, root)
        damage(root / file, name)
        outcome = run(*command, "--root", root)
        if not file.endswith("manifest.jsonl") or name not in NO_PROJECT:
            require_named(outcome, file.rpartition("/")[2].partition(".")[0], (command, file, name, outcome.error))
        shutil.rmtree(root)


@pytest.mark.parametrize("name", QUICK_NAMES)
@pytest.mark.parametrize("file", PROJECT_FILES)
def test_some_commands_over_a_damaged_project(toy, tmp_path, file, name):
    _over_a_project(toy, tmp_path, file, name, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("file", PROJECT_FILES)
def test_every_command_over_a_damaged_project(toy, tmp_path, file, name):
    """Each command meets each damage in some files, and each file in some damages: all of it would take too long."""
    state(toy)  # what a release needs
    number = NAMES.index(name) + PROJECT_FILES.index(file)
    _over_a_project(toy, tmp_path, file, name, PROJECT_COMMANDS[number % 6 :: 6])


def _file_commands(path, tmp_path):
    good = DATA / "formats" / "gold.jsonl"
    yield ["check", path]
    yield ["convert", path, "--to", "gold", "-o", tmp_path / "out.jsonl"]
    yield ["show", "--file", path]
    yield ["evaluate", path, good]
    yield ["evaluate", good, path]
    yield ["agree", path, good]
    yield ["add", path, "--root", tmp_path / "toy"]
    yield ["suggest", path, "--root", tmp_path / "toy", "--output", tmp_path / "suggested"]
    yield ["check", good, "--labels", path]
    yield ["suggest", "--against", path, "--root", tmp_path / "toy"]


def _over_a_file(tmp_path, name):
    path = tmp_path / "odd.jsonl"
    damage(path, name)
    for command in _file_commands(path, tmp_path):
        outcome = run(*command)
        if name not in READABLE:
            require_named(outcome, "odd", (command, name, outcome.error))


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("name", QUICK_NAMES)
def test_every_command_over_some_damaged_files(tmp_path, name):
    _over_a_file(tmp_path, name)


@pytest.mark.slow
@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("name", NAMES)
def test_every_command_over_a_damaged_file(tmp_path, name):
    _over_a_file(tmp_path, name)


def _over_a_format(tmp_path, entry, names):
    for name in names:
        path = tmp_path / f"odd{entry.suffixes[0]}"
        damage(path, name)
        if entry.name == "brat":
            (tmp_path / "odd.txt").write_text("Any text.\n")
        for source in (["--from", entry.name], []):
            outcome = run("convert", path, "--to", "gold", "-o", tmp_path / "out.jsonl", *source)
            require_named(outcome, "odd", (entry.name, name, source, outcome.error))


@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_every_format_over_some_damaged_files(tmp_path, entry):
    _over_a_format(tmp_path, entry, QUICK_NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_every_format_over_every_damaged_file(tmp_path, entry):
    _over_a_format(tmp_path, entry, NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".parquet"])
@pytest.mark.parametrize("name", NAMES)
def test_articles_of_every_kind_of_file(toy, tmp_path, suffix, name):
    path = tmp_path / f"odd{suffix}"
    damage(path, name)
    for command in (["suggest", path, "--output", tmp_path / "out"], ["add", path]):
        outcome = run(*command, "--root", toy.root)
        require_named(outcome, "odd", (command, name, outcome.error))


def test_a_pipe_is_refused_and_never_waited_for(tmp_path):
    path = tmp_path / "pipe.jsonl"
    os.mkfifo(path)
    outcome = run("check", path)
    assert outcome.code == 1
    assert outcome.error == f"goldspan: {path}: is a pipe, not a file\n  Save its content to a file, and name that.\n"


CASE_ERRORS = {
    "dup_key.jsonl": ":1: not JSON: a second key 'spans' at column 77\n  Keep one of the two",
    "extra_1e999.jsonl": ":1: not JSON: 1e999 does not fit a number of 64 bits at column 81\n  Write it as a string",
    "extra_surrogate.jsonl": r":1: not JSON: the lone surrogate \ud800 at column 82",
}


@pytest.mark.parametrize("name", CASE_ERRORS)
def test_lines_that_another_reader_would_lose_are_refused(tmp_path, name):
    outcome = run("convert", CASES / name, "--to", "conll", "-o", tmp_path / "out")
    assert (outcome.code, outcome.error.count(CASE_ERRORS[name])) == (1, 1), outcome.error


def test_control_characters_of_a_text_are_shown_as_pictures():
    outcome = run("show", "--file", CASES / "esc.jsonl")
    assert (outcome.code, "\x1b" in outcome.out, "\x07" in outcome.out) == (0, False, False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 100_000, "not JSON: nested deeper than 200 levels"),
        ((CASES / "nul_file_manifest.jsonl").read_bytes(), r"'a\x00.txt' is"),
    ],
    ids=["deep", "NUL in a name"],
)
def test_a_manifest_is_refused_with_its_line(toy, content, words):
    (toy.folder / "manifest.jsonl").write_bytes(content)
    for command in (["stats"], ["check"], ["split"], ["show"]):
        outcome = run(*command, "--root", toy.root)
        assert outcome.code == 1
        assert "manifest.jsonl:1: " in outcome.out + outcome.error
        assert words in outcome.out + outcome.error


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("label_table.toml", "labels.toml:2: 'label' is "),
        ("allow_string_quantity_no.toml", "labels.toml:8: label TROOPS: 'quantity' is 'no', not true or false"),
    ],
)
def test_a_label_scheme_of_another_shape_is_refused_with_its_line(toy, case, words):
    shutil.copy(CASES / case, toy.scheme_file)
    for command in (["stats"], ["check"], ["suggest"], ["export"]):
        outcome = run(*command, "--root", toy.root)
        assert outcome.code == 1
        assert words in outcome.out + outcome.error


def test_a_string_where_a_list_belongs_is_refused(toy):
    text = (CASES / "allow_string_quantity_no.toml").read_text().replace('quantity = "no"\n', "")
    toy.scheme_file.write_text(text)
    outcome = run("stats", "--root", toy.root)
    assert "labels.toml:9: allow: 'leading-article' is 'The Hague', not a list of texts" in outcome.error


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (
            KeyError("odd"),
            1,
            ": KeyError: 'odd'\n  This is a fault of goldspan. Please report it",
        ),
        (RecursionError("too deep"), 1, "goldspan: unexpected error in"),
        (MemoryError(), 1, "goldspan: there is not enough memory for this\n  Divide"),
        (KeyboardInterrupt(), 130, "goldspan: interrupted\n"),
    ],
)
def test_what_nobody_thought_of_is_a_line(monkeypatch, toy, error, code, words):
    def fail(*_):
        raise error

    monkeypatch.setattr("goldspan.stats.gold_tables", fail)
    outcome = end_of("stats", "--root", toy.root)
    assert (outcome.code, words in outcome.error, "Traceback" in outcome.error) == (code, True, False), outcome.error


def test_the_traceback_is_printed_where_it_is_asked_for(goldspan, capsys, monkeypatch, toy):
    monkeypatch.setattr("goldspan.stats.gold_tables", lambda *_: 1 / 0)
    monkeypatch.setenv(TRACEBACK, "1")
    assert goldspan("stats", "--root", toy.root) == 1
    message = capsys.readouterr().err
    assert "unexpected error in goldspan.cli.stats:" in message
    assert "Traceback (most recent call last)" in message
