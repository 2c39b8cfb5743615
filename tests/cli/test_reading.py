"""The options of reading are the same in every command that reads annotation."""

import json
from dataclasses import fields

import pytest
import typer
from typer.testing import CliRunner

from goldspan.cli import app, reading
from goldspan.formats import ReadOptions

RUNNER = CliRunner()
READERS = ["convert", "evaluate", "agree", "check"]
MARSH = '{"id": "a", "at": 0, "text": "Marsh met Ode.", "spans": [[0, 5, "PER", "Marsh"], [10, 13, "X", "Ode"]]}\n'


def commands():
    return typer.main.get_command(app).commands


@pytest.mark.parametrize("command", READERS)
def test_a_command_that_reads_has_every_option(command):
    names = {option for parameter in commands()[command].params for option in parameter.opts}
    wanted = {"--map" if name == "rename" else f"--{name.replace('_', '-')}" for name in reading.OPTIONS}
    assert wanted <= names


def test_every_option_is_a_field_of_the_read_options_and_the_other_way_round():
    by_other_means = {"split", "texts"}  # the split is an option of its own, the texts are those of gold
    assert set(reading.OPTIONS) | by_other_means == {field.name for field in fields(ReadOptions)}


def test_labels_are_mapped_and_chosen_in_a_conversion(tmp_path):
    (tmp_path / "a.jsonl").write_text(MARSH)
    options = ["--to", "gold", "-o", str(tmp_path / "b.jsonl"), "--map", "PER=PERSON", "--only", "PERSON"]
    result = RUNNER.invoke(app, ["convert", str(tmp_path / "a.jsonl"), *options])
    assert result.exit_code == 0
    assert json.loads((tmp_path / "b.jsonl").read_text())["spans"] == [[0, 5, "PERSON", "Marsh"]]
    assert "[10, 13, X] 'Ode' is left out: its label is not among those named by --only" in result.stderr


@pytest.mark.parametrize(
    ("value", "why"), [("PER", "not OLD=NEW"), ("=X", "not OLD=NEW"), ("A=B,A=C", "two new names")]
)
def test_a_map_of_another_form_is_wrong_usage(value, why, tmp_path):
    (tmp_path / "a.jsonl").write_text(MARSH)
    result = RUNNER.invoke(
        app, ["convert", str(tmp_path / "a.jsonl"), "--to", "gold", "-o", str(tmp_path / "b"), "--map", value]
    )
    assert result.exit_code == 2
    assert why in " ".join(result.stderr.split())


def test_of_many_notes_the_first_are_printed_and_the_rest_counted(tmp_path):
    line = json.loads(MARSH)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line | {"id": f"a{n}"}) + "\n" for n in range(9)))
    target, report = str(tmp_path / "b.jsonl"), tmp_path / "r.json"
    options = ["--to", "gold", "-o", target, "--only", "PER", "--json", str(report)]
    result = RUNNER.invoke(app, ["convert", str(tmp_path / "a.jsonl"), *options])
    assert result.stderr.count("is left out") == 3
    assert "6 more of the kind other-label" in result.stderr
    assert len(json.loads(report.read_text())["notes"]) == 9
