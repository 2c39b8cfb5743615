"""The environment that Doccano runs in: how it is built, of what, and what is reported when it is broken."""

import re
import sys
from importlib import resources

import pytest

from goldspan.doccano import server
from goldspan.doccano.server import install
from goldspan.doccano.server.environment import VERSION, ServerEnvironment
from goldspan.errors import NotFoundError
from helpers import doccano_server

RUNNING = ".".join(map(str, sys.version_info[:2]))
PINS = resources.files("goldspan.doccano.server").joinpath("requirements.txt").read_text()


def silent(_):
    """Print nothing."""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder in which nothing was ever made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "goldspan"


@pytest.fixture
def fits(monkeypatch):
    """The running Python counts as one that the pins fit: nothing of Doccano is installed in it."""
    monkeypatch.setattr(install, "PYTHON_VERSIONS", (RUNNING,))


def made(cache, python=None):
    """An environment that is marked as complete, with a Python if one is given."""
    key = install.environment_key(install.requirements(), install.find_python()[1])
    environment = ServerEnvironment(cache / f"doccano-{VERSION}-{key}")
    (environment.folder / "bin").mkdir(parents=True)
    environment.stamp.touch()
    if python is not None:
        (environment.folder / "bin" / "python").write_text(python)
        (environment.folder / "bin" / "python").chmod(0o755)
    return environment


@pytest.mark.parametrize(
    ("python", "expected"),
    [
        (None, "its Python does not run \\(No such file or directory\\)"),
        ("\0\0garbled", "its Python does not run \\(Exec format error\\)"),
        ("#!/bin/sh\necho 'No module named django' >&2; exit 1\n", "(?s)ended with 1:\n    No module named django"),
        ("#!/bin/sh\nexit 3\n", "(?s)ended with 3:\n    \\(no output\\)"),
        ("#!/bin/sh\necho 1.8.5\n", "holds Doccano 1.8.5, not 1.8.4"),
    ],
    ids=["gone", "garbled", "a package gone", "silent", "another version"],
)
@pytest.mark.usefixtures("fits")
def test_a_broken_environment_is_reported_with_the_remedy(cache, tmp_path, python, expected):
    environment = made(cache, python)
    with pytest.raises(NotFoundError, match=expected) as caught:
        server.start(tmp_path / "home", 0)
    assert caught.value.file == environment.folder
    assert "Remove this folder" in caught.value.remedy
    assert not server.status(tmp_path / "home").web


@pytest.mark.usefixtures("fits")
@pytest.mark.slow
def test_when_pip_fails_its_last_lines_are_shown(cache, tmp_path, monkeypatch):
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    steps = []
    with pytest.raises(NotFoundError, match=r"(?s)pip ended with 1:.*No matching distribution found"):
        server.start(tmp_path / "home", 0, steps.append)
    assert "Installing Doccano" in steps[0]
    assert not list(cache.glob("doccano-*/complete"))  # the next start builds it again


@pytest.mark.usefixtures("fits")
def test_the_running_python_is_used_if_its_version_was_tested():
    assert install.find_python() == (sys.executable, RUNNING)


def test_a_python_on_the_path_is_found_past_a_broken_one(tmp_path, monkeypatch):
    for folder, does in (("shims", "exit 127"), ("good", "echo 3.12")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "python3.12").write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / folder / "python3.12").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'good'}")
    assert install.find_python() == (str(tmp_path / "good" / "python3.12"), "3.12")


def test_without_a_python_that_fits_the_remedy_names_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "PYTHON_VERSIONS", ("2.7",))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotFoundError, match=r"(?s)needs Python 2\.7, and none .*DOCCANO_URL"):
        install.find_python()


def test_every_package_is_pinned_and_no_place_is_named():
    lines = [line for line in PINS.splitlines() if not line.startswith("#")]
    shape = re.compile(r'[A-Za-z0-9._-]+==[0-9][0-9a-z.+]*(; python_version (<|>=) "3\.12")?')
    assert [line for line in lines if not shape.fullmatch(line)] == []
    assert f"doccano=={VERSION}" in lines


def test_another_pin_or_another_python_is_another_environment():
    keys = {install.environment_key(pins, version) for pins in (b"a==1", b"a==2") for version in ("3.11", "3.12")}
    assert len(keys) == 4


@pytest.mark.slow
def test_an_interrupted_environment_is_built_again_and_works(cache, tmp_path):
    """The whole way, from the package index to a server: about a minute and 700 MB."""
    doccano_server.require_python()
    environment = made(cache)
    environment.stamp.unlink()
    (environment.folder / "half").touch()
    try:
        assert server.start(tmp_path / "home", 0).started == ("web", "worker")
        assert environment.stamp.exists()
        assert not (environment.folder / "half").exists()
    finally:
        server.stop(tmp_path / "home", grace=0)
