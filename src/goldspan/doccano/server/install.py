"""Installs Doccano into an environment: a Python of a tested version, `venv`, and `pip` with every version pinned."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib import resources
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.server import database, home
from goldspan.doccano.server.environment import VERSION, ServerEnvironment, last_lines
from goldspan.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PYTHON_VERSIONS = ("3.11", "3.12")  # that the pins were tested with
_PRINT_VERSION = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"


def ensure_environment(on_step: Callable[[str], None]) -> ServerEnvironment:
    """The environment, built if it is missing; `on_step` gets a line for each step that takes long.

    Raises:
        NotFoundError: if there is no Python of a tested version, if pip fails, or if the environment does not work.
    """
    python, version = find_python()
    pins = requirements()
    folder = home.cache_folder() / f"doccano-{VERSION}-{environment_key(pins, version)}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    environment = ServerEnvironment(folder)
    waiting = "Waiting for another start, which builds the environment"
    with files.lock(folder.with_suffix(".lock"), lambda: on_step(waiting)):
        if environment.stamp.exists():
            environment.check()
        else:
            _build(environment, python, pins, on_step)
    return environment


def requirements() -> bytes:
    """The list of packages, each with its version."""
    return resources.files(__package__).joinpath("requirements.txt").read_bytes()


def environment_key(pins: bytes, version: str) -> str:
    """The end of an environment's name: other pins or another Python make another environment."""
    return hashlib.sha256(pins + version.encode()).hexdigest()[:12]


def _build(environment: ServerEnvironment, python: str, pins: bytes, on_step: Callable[[str], None]) -> None:
    shutil.rmtree(environment.folder, ignore_errors=True)
    on_step(f"Installing Doccano {VERSION} into {environment.folder} (once; a minute or two)")
    _call([python, "-I", "-m", "venv", str(environment.folder)], "venv")
    listed = environment.folder / "requirements.txt"
    listed.write_bytes(pins)
    # The list is complete, so nothing is resolved: the versions that were tested are installed.
    _call([environment.python, "-I", "-m", "pip", "install", "--no-deps", "--no-input", "-r", str(listed)], "pip")
    environment.check()
    on_step("Creating the tables of Doccano's database")
    database.make_template(environment)
    environment.stamp.touch()


def _call(command: list[str], what: str) -> None:
    # The user's variables stay: pip may need its proxy, its index and its certificates.
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotFoundError(
            f"Doccano's environment cannot be built: {what} ended with {done.returncode}:\n{last_lines(done.stdout)}",
            remedy="See the lines above; when network and disk are in order, start again.",
        )


def find_python() -> tuple[str, str]:
    """A Python of a tested version, the running one before those on the PATH; and its version.

    Raises:
        NotFoundError: if there is none.
    """
    for candidate in _candidates():
        version = _version(candidate)
        if version in PYTHON_VERSIONS:
            return candidate, version
    raise NotFoundError(
        f"Doccano {VERSION} needs Python {' or '.join(PYTHON_VERSIONS)}, and none that works is on the PATH",
        remedy="Install one (with its venv module), or use a Doccano elsewhere: set DOCCANO_URL, DOCCANO_USERNAME "
        "and DOCCANO_PASSWORD.",
    )


def _candidates() -> Iterator[str]:
    yield sys.executable
    for folder in os.get_exec_path():  # every folder: the first of a name may be a broken shim
        for version in PYTHON_VERSIONS:
            python = shutil.which(f"python{version}", path=folder)
            if python:
                yield python


def _version(python: str) -> str:
    try:
        printed = subprocess.run([python, "-I", "-c", _PRINT_VERSION], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return ""
    return printed.stdout.strip()
