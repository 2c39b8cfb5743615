import os
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from goldspan import __version__, cli
from goldspan.cli import console
from goldspan.errors import InputError


def test_the_version_is_printed(goldspan, capsys):
    assert goldspan("--version") == 0
    assert capsys.readouterr().out == f"goldspan {__version__}\n"


def test_wrong_usage_exits_with_2(goldspan, capsys):
    assert goldspan("stats", "--colour") == 2
    assert goldspan("stat") == 2
    assert "No such command" in capsys.readouterr().err


def test_the_error_outside_a_project_has_a_remedy(goldspan, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert goldspan("stats") == 1
    error = capsys.readouterr().err
    assert error.startswith("goldspan: ")
    assert "--root" in error
    assert len(error.splitlines()) == 2


def test_an_error_of_the_system_is_printed_on_one_line(goldspan, monkeypatch, capsys):
    def fail(_, **__):
        raise PermissionError(13, "Permission denied", "corpus/gold")

    monkeypatch.setattr(cli, "_command", lambda: fail)
    assert goldspan() == 1
    assert capsys.readouterr().err == "goldspan: corpus/gold: Permission denied\n"


def test_an_error_names_file_line_example_and_remedy():
    error = InputError("is wrong", file="a.jsonl", line=3, example="a.p00", remedy="Mend it.")
    assert str(error) == "a.jsonl:3: a.p00: is wrong\n  Mend it."


def test_news_text_is_printed_in_full_under_any_locale(toy):
    command = [sys.executable, "-m", "goldspan", "show", "storm", "--root", toy.root]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert "Valparaíso" in done.stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("given", "names"),
    [(None, []), ([], []), (["a"], ["a"]), (["a, b,,", " c "], ["a", "b", "c"]), (["a,b", "a"], ["a", "b", "a"])],
)
def test_an_option_takes_names_with_commas_between_them_and_again(given, names):
    assert console.split_names(given) == names


@pytest.mark.parametrize("option", ["--articles", "--members", "--labels"])  # those of init are names of new labels
def test_an_option_of_several_commands_is_explained_alike(option):
    groups = [get_command(cli.app), get_command(cli.app).commands["doccano"]]
    commands = [command for group in groups for name, command in group.commands.items() if name != "init"]
    said = [one.help for command in commands for one in command.params if option in one.opts]
    assert len(said) > 1
    assert len(set(said)) == 1


@pytest.mark.parametrize("name", ["push", "pull", "status", "doctor"])
def test_a_command_of_a_group_that_is_typed_without_it_is_named_with_it(name):
    result = CliRunner().invoke(cli.app, [name])
    assert result.exit_code == 2
    assert f"goldspan doccano {name}" in " ".join(result.output.split())
