"""The Python environment that Doccano runs in: built once, of pinned packages, shared by all homes of a user.

It is built in place, under a lock, since an environment holds its own path and so cannot be built elsewhere and
renamed. A stamp marks a complete one; one without a stamp was interrupted, and is built again.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = "1.8.4"
_PASSED_ON = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_PROBE = """
import backend, celery, django, gunicorn, sqlalchemy
from importlib.metadata import version
print(version("doccano"))
"""


@dataclass(frozen=True, slots=True)
class ServerEnvironment:
    """A folder with Python and Doccano in it."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, which changes with every pin and with the version of Python."""
        return self.folder.name

    @property
    def python(self) -> str:
        """The interpreter; programs are called as `python -m`, never by their scripts."""
        return str(self.folder / "bin" / "python")

    @property
    def stamp(self) -> Path:
        """The file that marks a complete environment."""
        return self.folder / "complete"

    @property
    def template(self) -> Path:
        """A home whose database has all tables and holds no work."""
        return self.folder / "template"

    @property
    def backend(self) -> Path:
        """Doccano's own code.

        Raises:
            NotFoundError: if it is not there.
        """
        for folder in self.folder.glob("lib/python3.*/site-packages/backend"):
            return folder
        raise self.broken("Doccano is not in it")

    def broken(self, what: str) -> NotFoundError:
        """The error for an environment that does not work."""
        return NotFoundError(
            f"the environment that Doccano runs in is broken: {what}",
            file=self.folder,
            remedy="Remove this folder: the next `goldspan doccano start` builds it again. It holds no work.",
        )

    def check(self) -> None:
        """Check that it works.

        Raises:
            NotFoundError: if it does not.
        """
        done = self.run(_PROBE, {})
        if done.returncode:
            raise self.broken(f"its Python ended with {done.returncode}:\n{last_lines(done.stderr)}")
        if done.stdout.strip() != VERSION:
            raise self.broken(f"it holds Doccano {done.stdout.strip()}, not {VERSION}")

    def run(self, script: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a script with its Python, and give what came out.

        Args:
            script: Python code, passed on standard input.
            variables: environment variables, besides the harmless ones of this process.

        Raises:
            NotFoundError: if there is no Python that runs.
        """
        try:
            return subprocess.run(  # noqa: S603  (our own environment)
                [self.python, "-P", "-"],
                input=script,
                env=clean_variables(variables),
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise self.broken(f"its Python does not run ({error.strerror})") from None


def clean_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Environment variables, without those of the user's that would change Doccano's settings or Python's path."""
    ours = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**ours, "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore", **variables}


def last_lines(output: str, lines: int = 12) -> str:
    """The last lines of an output that are not empty, indented."""
    kept = [line.rstrip() for line in output.splitlines() if line.strip()][-lines:]
    return "\n".join(f"    {line}" for line in kept or ["(no output)"])
