"""`goldspan check` as people and programs call it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from goldspan import checks
from goldspan.cli import check

INVALID = Path(__file__).parents[1] / "data" / "invalid"
LABELS = INVALID / "missing-gold" / "annotation_guidelines" / "labels.toml"
app = typer.Typer()
app.command()(check.run)


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_an_error_is_a_line_and_exit_code_1():
    path = INVALID / "leading-article.jsonl"
    result = call(path, "--labels", LABELS)
    [line] = result.stdout.splitlines()
    assert result.exit_code == 1
    assert line == (
        f"{checks.relative_path(path)}:1: error leading-article a.p01 [13, 23, PLACE] begins with the article 'the': "
        "Fog lay over [the Litani]{PLACE}."
    )
    assert result.stderr.splitlines()[-1] == "1 error, 0 warnings in 1 file, 1 example, 1 span"
    assert "1 error leading-article: Begin after the article" in result.stderr


def test_a_warning_fails_only_if_strict():
    path = INVALID / "unmarked-repeat.jsonl"
    assert call(path, "--labels", LABELS).exit_code == 0
    assert call(path, "--labels", LABELS, "--strict").exit_code == 1
    assert ": warning unmarked-repeat a.p02 [17, 22, PLACE] " in call(path, "--labels", LABELS).stdout


def test_a_project_is_found_or_named():
    result = call("--root", INVALID / "missing-gold")
    assert (result.exit_code, result.stdout.count("\n")) == (1, 1)
    assert "missing-gold there is no gold/fog.jsonl" in result.stdout


def test_checks_are_selected_and_ignored():
    path = INVALID / "leading-article.jsonl"
    assert call(path, "--select", "bad-line,leading-article", "--labels", LABELS).exit_code == 1
    assert call(path, "--ignore", "bad-line", "--ignore", "leading-article", "--labels", LABELS).exit_code == 0


def test_an_unknown_check_is_wrong_usage():
    result = call("--select", "leading-artcle")
    assert result.exit_code == 2
    assert "Did you mean leading-article" in " ".join(result.stderr.split())


def test_the_report_is_written_as_json(tmp_path):
    result = call(INVALID / "span-overlap.jsonl", "--labels", LABELS, "--json", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert result.exit_code == 1
    assert report["counts"] == {"unknown-label": 2, "span-overlap": 1}
    assert report["errors"] == len(report["findings"]) == 3
    assert all(row["remedy"] for row in report["findings"])


def test_the_table_is_listed():
    assert call("--list").stdout == checks.check_table()


def test_without_project_and_labels_any_label_passes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call(INVALID / "unknown-label.jsonl")
    assert result.exit_code == 0
    assert "labels are not checked" in result.stderr


def test_skipped_files_are_printed(tmp_path):
    (tmp_path / "notes.md").write_text("Notes")
    (tmp_path / "a.jsonl").write_text('{"id": "a", "at": 0, "text": "Nothing.", "spans": []}\n')
    result = call(tmp_path, "--labels", LABELS)
    assert result.exit_code == 0
    assert f"skipped, in no known format: {tmp_path / 'notes.md'}" in result.stderr


def test_a_folder_in_which_nothing_could_be_read_is_an_error(tmp_path):
    (tmp_path / "notes.md").write_text("Notes")
    result = call(tmp_path, "--labels", LABELS)
    assert result.exit_code == 1
    assert "nothing was checked" in str(result.exception)


def test_files_in_which_nobody_annotated_anything_are_an_error(tmp_path):
    line = '{"id": "a", "at": 0, "text": "Nothing.", "spans": [], "not_annotated": "skipped"}\n'
    (tmp_path / "a.jsonl").write_text(line)
    result = call(tmp_path, "--labels", LABELS)
    assert result.exit_code == 1
    assert "nobody annotated any of the examples" in str(result.exception)
    (tmp_path / "b.jsonl").write_text(line.replace(', "not_annotated": "skipped"', ""))
    assert call(tmp_path / "b.jsonl", "--labels", LABELS).exit_code == 0


def test_on_a_terminal_findings_stand_under_their_file(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(typer.Exit):
        check.run([INVALID / "span-overlap.jsonl"], labels=LABELS)
    plain = re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", capsys.readouterr().out)
    shown = re.sub(r". checking\r", "", plain)
    assert re.search(r"span-overlap\.jsonl\n  1: error unknown-label a\.p01 \[15, 36, COUNT\]", shown)


def test_neither_spacy_nor_matrices_are_loaded_where_nothing_needs_them():
    code = (
        "import sys; from pathlib import Path; from goldspan import checks; "
        f"found = list(checks.check_paths([Path({str(INVALID / 'near-duplicate-split')!r})], None)); "
        "print(len(found), sorted({'spacy', 'numpy', 'scipy', 'regex'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1 []\n"
