"""Completion: what goldspan answers to a shell, and what bash makes of it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from goldspan import cli
from goldspan.cli import completion, completion_values

SHELLS = ("bash", "zsh", "fish", "powershell")
BASH = shutil.which("bash")


@pytest.fixture
def answer(monkeypatch, capsys):
    """What goldspan prints for a line that a shell completes, and its exit code."""

    def ask(line, folder, shell="fish", **more):
        monkeypatch.chdir(folder)
        environment = {
            completion.VARIABLE: f"complete_{shell}",
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "_TYPER_COMPLETE_WORD_TO_COMPLETE": line.rpartition(" ")[2],
            "COMP_WORDS": line,
            "COMP_CWORD": str(line.count(" ")),
            **more,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            cli.main([])
        for name in environment:
            monkeypatch.delenv(name)
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out, end.value.code

    return ask


@pytest.fixture
def values(answer):
    """The values that are offered for a line."""
    return lambda line, folder: [one.partition("\t")[0] for one in answer(line, folder)[0].splitlines() if one]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_its_script(shell, goldspan, capsys):
    assert goldspan("completion", shell) == 0
    script = capsys.readouterr().out
    assert f"complete_{shell}" in script
    assert goldspan("completion") == 0
    assert f"goldspan completion {shell}" in capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_commands_with_whole_summaries(shell, answer, tmp_path):
    shown, _ = answer("goldspan doccano pu", tmp_path, shell)
    assert "push" in shown
    assert "pull" in shown
    if shell != "bash":
        assert "Upload examples for annotators." in shown


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("show ", ["harbour", "storm", "strike"]),
        ("show --label ", ["SHIP", "PORT", "CREW"]),
        ("show --pass ", ["ann", "bob"]),
        ("agree --articles storm,st", ["storm,strike"]),
        ("check --select span-em", ["span-empty"]),
        ("config splits.tr", ["splits.train"]),
        ("evaluate --split t", ["train", "test"]),
        ("convert --to bra", ["brat"]),
        ("help set", ["settings"]),
        ("completion f", ["fish"]),
        ("evaluate --qui", ["--quiet"]),
    ],
)
def test_names_of_the_project_are_completed(line, some, values, toy):
    assert values(f"goldspan {line}", toy.root) == some


@pytest.mark.parametrize("line", ["show ", "show --pass ", "show --label ", "audit report ", "doccano pull --project "])
def test_outside_a_project_there_is_nothing_to_offer(line, values, tmp_path):
    assert values(f"goldspan {line}", tmp_path) == []


@pytest.mark.parametrize("broken", ["corpus/manifest.jsonl", "annotation_guidelines/labels.toml"])
def test_a_broken_project_prints_no_traceback(broken, values, toy):
    (toy.root / broken).write_bytes(b"\xff{")
    assert values("goldspan show ", toy.root) in ([], ["harbour", "storm", "strike"])
    assert values("goldspan show --label ", toy.root) in ([], ["SHIP", "PORT", "CREW"])


@pytest.mark.parametrize("instruction", ["", "complete", "complete_", "complete_csh", "x_bash", "source_bash"])
def test_a_strange_question_gets_no_traceback(instruction, answer, tmp_path):
    shown, code = answer("goldspan sh", tmp_path, **{completion.VARIABLE: instruction})
    assert "Traceback" not in shown
    assert code in (0, 1)


def test_completion_writes_nothing(answer, toy):
    before = {path: path.stat().st_mtime_ns for path in sorted(toy.root.rglob("*"))}
    for line in ("show ", "--version ", "stats --json ", "doccano push --project "):
        answer(f"goldspan {line}", toy.root)
    assert {path: path.stat().st_mtime_ns for path in sorted(toy.root.rglob("*"))} == before


def test_fish_learns_by_the_exit_code_whether_files_are_to_be_named(answer, tmp_path):
    assert answer("goldspan st", tmp_path, _TYPER_COMPLETE_FISH_ACTION="is-args")[1] == 0
    assert answer("goldspan stats --json x", tmp_path, _TYPER_COMPLETE_FISH_ACTION="is-args")[1] == 1


def test_names_that_are_given_are_not_offered_again():
    complete = completion_values.several(lambda last: [one for one in ("a1", "a2") if one.startswith(last)])
    assert complete("a") == ["a1", "a2"]
    assert complete("a1,") == ["a1,a2"]


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "some"),
    [
        (["doccano", "pu"], "push pull"),
        (["convert", "--to", "=", "bra"], "brat"),
        (["show", "st"], "storm strike"),
        (["show", "x"], ""),
    ],
)
def test_bash_completes(words, some, toy, goldspan, capsys):
    """The script in a real bash, which is told the words as its line editor would tell them."""
    assert goldspan("completion", "bash") == 0
    script = capsys.readouterr().out
    program = toy.root / "goldspan"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m goldspan "$@"\n')
    program.chmod(0o755)
    asked = f"""{script}
COMP_WORDS=(goldspan {" ".join(words)}); COMP_CWORD={len(words)}
_goldspan_completion "{program}"
printf '%s' "${{COMPREPLY[*]}}"
complete -p goldspan
"""
    done = subprocess.run([BASH, "--norc", "-c", asked], cwd=toy.root, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == f"{some}complete -o default -F _goldspan_completion goldspan\n"


def test_the_page_has_the_line_for_every_shell():
    page = (Path(__file__).parents[2] / "docs" / "completion.md").read_text(encoding="utf-8")
    assert all(line.replace("|", "\\|") in page for line, _ in completion.LINES.values())


@pytest.mark.parametrize(("shell", "check"), [("zsh", ["-n"]), ("fish", ["--no-execute"])])
def test_another_shell_reads_its_script(shell, check, tmp_path):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(completion.SCRIPTS[shell])
    subprocess.run([program, *check, tmp_path / "script"], check=True)
