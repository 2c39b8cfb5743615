"""Making the environment: a Python that fits, `venv`, `pip` with every version pinned."""

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
from goldspan.doccano.server.environment import VERSION, ServerEnvironment, tail
from goldspan.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSIONS = ("3.11", "3.12")  # that the pins were tried with
_ASK = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"


def ready(say: Callable[[str], None]) -> ServerEnvironment:
    """The environment, made if it is not there; `say` is told what takes long.

    Raises:
        NotFoundError: if no Python fits, pip fails, or what is there does not work.
    """
    python, version = fitting_python()
    listed = pins()
    folder = home.cache() / f"doccano-{VERSION}-{key(listed, version)}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = ServerEnvironment(folder)
    with files.lock(folder.with_suffix(".lock"), lambda: say("Waiting for another start, which makes the environment")):
        if made.stamp.exists():
            made.check()
        else:
            _build(made, python, listed, say)
    return made


def pins() -> bytes:
    """The list of packages, each with its version."""
    return resources.files(__package__).joinpath("requirements.txt").read_bytes()


def key(listed: bytes, version: str) -> str:
    """What an environment's name ends with: another list or another Python is another environment."""
    return hashlib.sha256(listed + version.encode()).hexdigest()[:12]


def _build(made: ServerEnvironment, python: str, listed: bytes, say: Callable[[str], None]) -> None:
    shutil.rmtree(made.folder, ignore_errors=True)
    say(f"Installing Doccano {VERSION} into {made.folder} (once; a minute or two)")
    _call([python, "-I", "-m", "venv", str(made.folder)], "venv")
    beside = made.folder / "requirements.txt"
    beside.write_bytes(listed)
    # The list is complete, so nothing is resolved: what was tested is what comes.
    _call([made.python, "-I", "-m", "pip", "install", "--no-deps", "--no-input", "-r", str(beside)], "pip")
    made.check()
    say("Making the tables of Doccano's store")
    database.make_template(made)
    made.stamp.touch()


def _call(command: list[str], what: str) -> None:
    # The user's variables stay: pip may need its proxy, its index and its certificates.
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotFoundError(
            f"Doccano's environment cannot be made: {what} ended with {done.returncode}:\n{tail(done.stdout)}",
            remedy="Look at the lines above; with the network and the disk in order, start again.",
        )


def fitting_python() -> tuple[str, str]:
    """A Python that the pins fit, the running one before those on the PATH, and its version.

    Raises:
        NotFoundError: if there is none.
    """
    for candidate in _candidates():
        version = _version(candidate)
        if version in VERSIONS:
            return candidate, version
    raise NotFoundError(
        f"Doccano {VERSION} needs Python {' or '.join(VERSIONS)}, and none that works is on the PATH",
        remedy="Install one (with its venv module), or use a Doccano elsewhere: set DOCCANO_URL, DOCCANO_USERNAME "
        "and DOCCANO_PASSWORD.",
    )


def _candidates() -> Iterator[str]:
    yield sys.executable
    for folder in os.get_exec_path():  # every folder: the first of a name may be a shim that leads nowhere
        for version in VERSIONS:
            found = shutil.which(f"python{version}", path=folder)
            if found:
                yield found


def _version(python: str) -> str:
    try:
        asked = subprocess.run([python, "-I", "-c", _ASK], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return ""
    return asked.stdout.strip()
