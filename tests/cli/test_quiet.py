"""`--quiet` and `--json -` of all commands, which the command line itself lists."""

import json
import shutil
from pathlib import Path

import pytest

from goldspan.cli.output import ASKING
from goldspan.report.schemas import SCHEMAS
from helpers.command_line import COMMANDS

ROOT = Path(__file__).parents[2]
RUNS = {  # words that make a command do something in the small project; the others only refuse there
    ("add",): ["new.txt"],
    ("agree",): [],
    ("adjudicate",): [],
    ("build",): [],
    ("check",): [],
    ("config",): [],
    ("convert",): ["corpus/gold/storm.jsonl", "--to", "csv", "--output", "out.csv"],
    ("evaluate",): ["corpus/gold", "corpus/passes/ann"],
    ("export",): [],
    ("formats",): [],
    ("outcomes",): [],
    ("recut",): [],
    ("relabel",): ["SHIP", "VESSEL"],
    ("release",): ["1.0"],
    ("split",): [],
    ("stats",): [],
    ("suggest",): [],
    ("withdraw",): ["storm", "--requested-by", "publisher"],
    ("hub", "push"): ["a/b", "corpus"],
    ("audit", "plan"): ["one"],
    ("audit", "report"): ["one"],
    ("rebuild",): ["corpus", "--texts", "seeds", "--output", "rebuilt"],
    ("bulk", "suggest"): ["none.parquet", "--output", "out"],
    ("bulk", "sample"): ["none", "--input", "none.parquet", "--number", "1"],
    ("bulk", "near-duplicates"): ["none.parquet", "--output", "out"],
    ("label-errors",): ["--questions"],
    ("train",): ["--weights", "no_such_pipeline"],
    ("crossval",): ["--weights", "no_such_pipeline"],
    ("curve",): ["--weights", "no_such_pipeline"],
    ("rank",): ["--suggestions"],
}
WITH_JSON = [path for path, command in COMMANDS.items() if any("--json" in one.opts for one in command.params)]
ENDING = [path for path in COMMANDS if path not in (("serve",), ("doccano", "start"))]  # by themselves, and soon


@pytest.fixture
def here(toy, monkeypatch, tmp_path):
    """The small project as the current folder, with no Doccano and no model around."""
    monkeypatch.chdir(toy.root)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("DOCCANO_URL", "DOCCANO_USERNAME", "DOCCANO_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    (toy.root / "new.txt").write_text("The Nora left Lagos.\n")
    return toy


def words(path):
    """A command line of a command: the one above, or one with what it requires."""
    given = list(RUNS.get(path, ()))
    if path not in RUNS:
        for one in COMMANDS[path].params:
            if one.required:
                given += [one.opts[0], "x"] if one.param_type_name == "option" else ["x"]
    return [*path, *given]


@pytest.mark.parametrize("path", WITH_JSON, ids=" ".join)
def test_standard_output_holds_the_json_report_alone(path, here, goldspan, capfd):  # noqa: ARG001
    code = goldspan(*words(path), "--json", "-")
    out = capfd.readouterr().out
    assert code in (0, 1)
    if out:
        report = json.loads(out)
        assert report["report"] == "-".join(path)
        assert report["report"] in SCHEMAS
    else:
        assert code == 1


@pytest.mark.parametrize(
    "path", [path for path in COMMANDS if path not in (("serve",), ("doccano", "start"))], ids=" ".join
)
def test_quiet_prints_nothing_but_errors(path, here, goldspan, capfd):  # noqa: ARG001
    code = goldspan(*(words(path) if path != ("init",) else ["init", "new"]), "--quiet")
    printed = capfd.readouterr()
    assert printed.out == ""
    assert (code == 0) <= (printed.err == "")
    assert code in (0, 1)


def test_quiet_writes_the_reports_that_were_asked_for(here, goldspan, capfd):
    assert goldspan("stats", "-q", "--json", "-") == 0
    assert json.loads(capfd.readouterr().out)["report"] == "stats"
    assert goldspan("stats", "-q", "--json", "stats.json") == 0
    assert (here.root / "stats.json").is_file()
    assert goldspan("convert", "corpus/gold/storm.jsonl", "--to", "csv", "--output", "-", "-q") == 0
    assert capfd.readouterr().out


def test_quiet_keeps_exit_codes_and_says_why(here, goldspan, capfd):
    assert goldspan("show", "nothing", "-q") == 1
    assert "goldspan: " in capfd.readouterr().err
    shutil.rmtree(here.seeds)
    assert goldspan("check", "-q") == 1
    assert "error" in capfd.readouterr().err


@pytest.mark.parametrize(("command", "option"), [("adjudicate", "--settle"), ("label-errors", "--settle")])
def test_quiet_does_not_hide_a_question(command, option, here, goldspan, capsys):  # noqa: ARG001
    assert goldspan(command, option, "--as", "ann", "--quiet") == 2
    assert "asks questions" in capsys.readouterr().err


def test_every_option_that_asks_is_known():
    flags = {one.name for command in COMMANDS.values() for one in command.params}
    assert set(ASKING) <= flags
