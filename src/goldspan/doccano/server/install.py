"""Installs Doccano into an environment: a Python of a tested version, `venv`, and `pip` with every version pinned.

The running Python is taken if its version was tested, else one on the PATH, else one that `uv` has or installs. An
environment that was built before is used as long as it works, whatever Python it was built with.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.server import database, home
from goldspan.doccano.server.environment import VERSION, ServerEnvironment, last_lines
from goldspan.doccano.server.pins import PYTHON_VERSIONS, requirements
from goldspan.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UV_VERSION = "3.12"  # that uv installs where there is none
_PREFERENCES = ("UV_MANAGED_PYTHON", "UV_NO_MANAGED_PYTHON")  # variables beside which uv refuses a preference
_PRINT_VERSION = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"


def require_posix() -> None:
    """Refuse to go on where goldspan cannot run a Doccano.

    Raises:
        NotFoundError: on Windows.
    """
    if os.name != "posix":
        raise NotFoundError(
            "goldspan starts a Doccano on Linux and macOS only",
            remedy="Start it in WSL (Windows Subsystem for Linux), or use a Doccano on another machine: set "
            "DOCCANO_URL, DOCCANO_USERNAME and DOCCANO_PASSWORD.",
        )


def ensure_environment(on_step: Callable[[str], None]) -> ServerEnvironment:
    """The environment, built if it is missing; `on_step` gets a line for each step that takes long.

    Raises:
        NotFoundError: if there is no Python of a tested version, if pip fails, or if the environment does not work; on
            Windows.
    """
    require_posix()
    found = _found_python()
    if found is None or not find_environment(found[1]).stamp.exists():
        for version in PYTHON_VERSIONS:
            if _works(environment := find_environment(version)):
                return environment
    python, version = found or _python_of_uv(on_step)
    environment = find_environment(version)
    environment.folder.parent.mkdir(parents=True, exist_ok=True)
    waiting = "Waiting for another start, which builds the environment"
    with files.lock(environment.folder.with_suffix(".lock"), lambda: on_step(waiting)):
        if environment.stamp.exists():
            environment.check()
        else:
            _build(environment, python, requirements(version), on_step)
    return environment


def find_environment(version: str) -> ServerEnvironment:
    """The environment for a version of Python, whether it is there or not."""
    key = environment_key(requirements(version), version)
    return ServerEnvironment(home.cache_folder() / f"doccano-{VERSION}-{key}")


def environment_key(pins: bytes, version: str) -> str:
    """The end of an environment's name: other pins or another Python make another environment."""
    return hashlib.sha256(pins + version.encode()).hexdigest()[:12]


def _works(environment: ServerEnvironment) -> bool:
    """Whether it is complete, and still works: the Python that it was built with may have been removed."""
    try:
        if environment.stamp.exists():
            environment.check()
            return True
    except NotFoundError:
        pass
    return False


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


def find_python(on_step: Callable[[str], None] = lambda _: None) -> tuple[str, str]:
    """A Python of a tested version, and its version: the running one, one on the PATH, or one of uv's, in this order.

    Raises:
        NotFoundError: if there is none.
    """
    return _found_python() or _python_of_uv(on_step)


def _found_python() -> tuple[str, str] | None:
    for candidate in _candidates():
        version = _version(candidate)
        if version in PYTHON_VERSIONS:
            return candidate, version
    return None


def _candidates() -> Iterator[str]:
    yield sys.executable
    for folder in os.get_exec_path():  # every folder: the first of a name may be a broken shim
        for version in PYTHON_VERSIONS:
            python = shutil.which(f"python{version}", path=folder)
            if python:
                yield python


def _python_of_uv(on_step: Callable[[str], None]) -> tuple[str, str]:
    """A Python that uv has, or that it installs.

    Raises:
        NotFoundError: if there is no uv, or it cannot install one.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise _no_python("there is no uv that could install one")
    if (found := _known_to_uv(uv)) is not None:
        return found
    on_step(f"Installing Python {UV_VERSION} with uv (once)")
    done = _asked([uv, "python", "install", UV_VERSION])
    if (found := _known_to_uv(uv)) is not None:
        return found
    raise _no_python(f"uv installs none (it ended with {done.returncode}):\n{last_lines(done.stderr)}")


def _known_to_uv(uv: str) -> tuple[str, str] | None:
    # Its own alone: those of the PATH were tried, and a broken one there would end its search.
    find = [uv, "python", "find", "--no-project", "--system", "--python-preference", "only-managed"]
    for wanted in (UV_VERSION, *PYTHON_VERSIONS):
        python = _asked([*find, wanted], without=_PREFERENCES).stdout.strip()
        version = _version(python) if python else ""
        if version in PYTHON_VERSIONS:
            return python, version
    return None


def _no_python(why: str) -> NotFoundError:
    return NotFoundError(
        f"Doccano {VERSION} needs Python {' or '.join(PYTHON_VERSIONS)}, and none that works is on the PATH; {why}",
        remedy="Install one with its venv module (on Debian and Ubuntu: `apt install python3-venv`) or uv, or use a "
        "Doccano elsewhere: set DOCCANO_URL, DOCCANO_USERNAME and DOCCANO_PASSWORD.",
    )


def _version(python: str) -> str:
    """The version of a Python that can make environments; empty for any other program."""
    done = _asked([python, "-I", "-c", _PRINT_VERSION])
    return "" if done.returncode else done.stdout.strip()


def _asked(command: list[str], without: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """What a program answers, without some environment variables; nothing if it does not run."""
    variables = {name: value for name, value in os.environ.items() if name not in without}
    try:
        return subprocess.run(  # noqa: S603  (programs of the user's PATH)
            command, env=variables, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))
