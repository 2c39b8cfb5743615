"""The Pythons that the project promises, and the check that its pinned versions install on them."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERVER = Path("src", "goldspan", "doccano", "server")
PROJECT = """
[project]
dependencies = ["doccano-client"]
[project.optional-dependencies]
test = ["idna"]
"""


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(folder, **variables):
    return subprocess.run(
        [sys.executable, folder / ".ci" / "resolves.py"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def small(tmp_path):
    """A project that asks for little, and pins less."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "resolves.py", tmp_path / ".ci")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / ".ci" / "constraints.txt").write_text("dataclasses-json==0.5.14\ndoccano-client==1.1.1\n")
    server = tmp_path / SERVER
    server.mkdir(parents=True)
    shutil.copy(ROOT / SERVER / "pins.py", server)
    built = load(ROOT / ".ci" / "resolves.py").SOURCE_ONLY_OF_DOCCANO
    lines = (ROOT / SERVER / "requirements.txt").read_text().splitlines()
    (server / "requirements.txt").write_text("".join(f"{line}\n" for line in lines if line.startswith(built)))
    (server / "requirements-3.13.txt").touch()
    return tmp_path


def test_the_oldest_python_is_the_same_everywhere():
    oldest = load(ROOT / ".ci" / "resolves.py").PYTHONS[0]
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert pyproject["project"]["requires-python"] == f">={oldest}"
    assert pyproject["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert ".".join(map(str, load(ROOT / "scripts" / "_run.py").OLDEST)) == oldest
    assert f"Python {oldest} or later" in (ROOT / "README.md").read_text()


@pytest.mark.slow
def test_a_pin_that_a_python_refuses_and_a_package_without_a_pin_are_named(small):
    done = check(small)
    assert done.returncode == 1
    old, _, new = done.stderr.partition("Python 3.13: pip cannot install the pinned versions:")
    assert "Python 3.11: .ci/constraints.txt pins no version of " in old
    assert "Python 3.12: .ci/constraints.txt pins no version of " in old
    assert "idna" in old
    assert "doccano-client 1.1.1 depends on dataclasses-json" in new
    assert "Python 3.14: pip cannot install the pinned versions:" in new


@pytest.mark.slow
def test_without_an_index_the_check_fails(small):
    done = check(small, PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert done.returncode == 1
    assert "is there no package index?" in done.stderr


def test_a_python_without_ensurepip_is_reported_with_the_package_to_install(tmp_path, monkeypatch):
    run = load(ROOT / "scripts" / "_run.py")
    monkeypatch.setattr(run, "VENV", tmp_path / "venv")
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="install python3-venv"):
        run.environment("model")
    assert not (tmp_path / "venv").exists()


def test_the_environment_of_another_python_is_made_again(tmp_path, monkeypatch):
    run, cleared = load(ROOT / "scripts" / "_run.py"), []

    def create(folder, clear, **_):
        cleared.append(clear)
        (folder / "bin").mkdir(parents=True, exist_ok=True)
        (folder / "bin" / "python").touch()

    monkeypatch.setattr(run, "VENV", tmp_path / "venv")
    monkeypatch.setattr(run.venv, "create", create)
    monkeypatch.setattr(run.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0))
    run.environment("model")
    run.environment("model")
    assert cleared == [True], "once, and not again for the same Python"
    monkeypatch.setattr(run.sys, "version", "3.99.0")
    run.environment("model")
    run.environment("model", "test")
    assert cleared == [True, True, False], "again for another Python; completed for a further extra"
