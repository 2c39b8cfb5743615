"""`--help` of goldspan and of every command: its layout, its words, its examples."""

import contextlib
import re
import shlex

import pytest
import typer
from typer.main import get_command

from goldspan import cli
from goldspan.cli import command_help
from goldspan.cli.command_guide import GUIDES, STAGES
from goldspan.cli.help import PLACES
from goldspan.cli.option_groups import GROUPS
from helpers.command_line import COMMANDS

ALL = get_command(cli.app)
PATHS = [(), *((name,) for name in cli.GROUPS), *COMMANDS]
WORDS = (
    "FILE", "FOLDER", "PATH", "NAME", "NUMBER", "TEXT", "CODE", "LABEL", "ID", "COLUMN", "DATE", "URL", "SIZE",
    "SECONDS", "PATTERN", "OLD", "NEW", "KEY", "VALUE",
)  # fmt: skip
OPTIONS = [
    (path, one) for path, command in COMMANDS.items() for one in command.params if one.param_type_name == "option"
]


def help_of(goldspan, capsys, *words):
    assert goldspan(*words) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_fits_the_terminal_and_cuts_no_word(path, width, goldspan, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    text = help_of(goldspan, capsys, *path, "-h")
    assert text.startswith(f"Usage: goldspan {' '.join((*path, '[OPTIONS]'))}")
    assert not [line for line in text.splitlines() if len(line) > width and len(line.split()) > 1]
    assert not re.search(r"[a-z]\.\.\.", text)
    assert not re.search(r"<|list\[", text.replace("<format>", ""))


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_both_options_print_the_same_help(path, goldspan, capsys):
    assert help_of(goldspan, capsys, *path, "-h") == help_of(goldspan, capsys, *path, "--help")


def test_the_summary_of_every_command_fits_a_line():
    groups = {(name,): ALL.commands[name] for name in cli.GROUPS}
    summaries = {path: command_help.summary(command) for path, command in {**COMMANDS, **groups}.items()}
    assert not {path: text for path, text in summaries.items() if len(text) > 60 or not text.endswith(".")}


def test_goldspan_alone_prints_its_help(goldspan, capsys):
    assert goldspan() == 2
    assert capsys.readouterr().err == help_of(goldspan, capsys, "--help")


def test_every_command_has_its_stage_and_every_stage_is_shown(goldspan, capsys):
    staged = [name for names in STAGES.values() for name in names]
    assert {*cli.COMMANDS, *cli.GROUPS} <= set(staged)
    assert len(set(staged)) == len(staged)
    shown = re.findall(r"^(\w[^:]*):$", help_of(goldspan, capsys, "--help"), re.MULTILINE)
    assert shown == [*STAGES, "Options"]


def test_own_options_come_first_and_shared_ones_in_groups(goldspan, capsys):
    text = help_of(goldspan, capsys, "evaluate", "--help")
    headings = re.findall(r"^(\w[^:\n]*):$", text, re.MULTILINE)
    assert headings == ["Arguments", "Options", "Reading files", "Intervals", "Output and project", "Examples"]
    assert text.index("--baseline") < text.index("--offsets") < text.index("--level") < text.index("--json")
    assert text.rstrip().endswith("More: goldspan help evaluation")


def test_an_option_is_in_one_of_the_groups():
    titles = {one.rich_help_panel for _, one in OPTIONS}
    assert titles <= {None, *GROUPS}


def test_the_words_for_what_options_take_are_standard():
    found = {}
    for path, option in OPTIONS:
        parts = [] if option.is_flag else re.split(r"[|,=]", command_help.value_name(option).removesuffix(",..."))
        odd = [part for part in parts if part not in (*WORDS, *command_help.choices(option)) and not part.islower()]
        if odd:
            found[path, option.name] = odd
    assert not found


def test_ranges_and_defaults_are_words():
    for _, option in OPTIONS:
        text = command_help.text_of(option)
        assert text.endswith((".", "--apply"))
        assert text.count("Default:") <= 1
        assert not re.search(r"<=|>=|\[default|None", text)
        assert option.min is None or re.search(rf"(?:At least|From) {option.min:g}\b", text)


@pytest.mark.parametrize("path", [path for path in GUIDES if tuple(path.split()) in COMMANDS])
def test_examples_can_be_typed_and_pages_are_there(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    guide = GUIDES[path]
    for line, does in guide.examples:
        words = shlex.split(line)
        assert line.startswith(path)
        assert does.endswith(".")
        group, *_ = found = [ALL]
        while hasattr(found[-1], "commands"):
            found.append(found[-1].commands[words.pop(0)])
        context = group.make_context("goldspan", ["--version"], resilient_parsing=True)
        with context, contextlib.suppress(typer.BadParameter):  # of a file that is not here
            found[-1].make_context(path, words, parent=context)
    if guide.page:
        assert (PLACES[1] / f"{guide.page}.md").is_file()


def test_every_command_has_an_example_or_a_page():
    assert {" ".join(path) for path in COMMANDS} <= set(GUIDES)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["evalute"], "Did you mean: goldspan evaluate?"),
        (["push"], "Did you mean: goldspan doccano push or goldspan hub push?"),
        (["statuss"], "Did you mean: goldspan doccano status or goldspan stats"),
        (["doccano", "psh"], "Did you mean: goldspan doccano push?"),
        (["xyzzy"], "goldspan --help lists the commands."),
        (["stats", "--jsn", "x"], "Did you mean --json?"),
        (["evaluate", "--suggest"], "Did you mean --suggestions?"),
        (["--vrsion"], "Did you mean --version?"),
        (["stats", "--colour"], "--help lists the options."),
        (["convert"], "Missing argument 'PATH'."),
        (["doccano", "push"], "Missing option '--project'."),
        (["doccano"], "Usage: goldspan doccano"),
    ],
)
def test_wrong_usage_says_what_may_be_meant(words, hint, goldspan, capsys):
    assert goldspan(*words) == 2
    assert hint in " ".join(capsys.readouterr().err.split())
