"""The private environment that Doccano runs in: made once, of pinned packages, shared by all homes of a user.

It is built in place, under a lock, and a stamp says that it is complete: an environment knows its own path, so it
cannot be built beside and renamed. One without a stamp was interrupted, and is made anew.
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
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
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
        """It changes with every pin and with the version of Python."""
        return self.folder.name

    @property
    def python(self) -> str:
        """The interpreter; everything is called as `python -m`, never by a script."""
        return str(self.folder / "bin" / "python")

    @property
    def stamp(self) -> Path:
        """Written when all is there."""
        return self.folder / "complete"

    @property
    def template(self) -> Path:
        """A home whose store has all tables and holds no work."""
        return self.folder / "template"

    @property
    def backend(self) -> Path:
        """Doccano's own code.

        Raises:
            NotFoundError: if it is not there.
        """
        for found in self.folder.glob("lib/python3.*/site-packages/backend"):
            return found
        raise self.broken("Doccano is not in it")

    def broken(self, what: str) -> NotFoundError:
        """The error that says what is wrong with it."""
        return NotFoundError(
            f"the environment that Doccano runs in is broken: {what}",
            file=self.folder,
            remedy="Remove this folder: the next `goldspan doccano start` makes it anew. No work is kept in it.",
        )

    def check(self) -> None:
        """Look whether it works.

        Raises:
            NotFoundError: if it does not.
        """
        done = self.run(_PROBE, {})
        if done.returncode:
            raise self.broken(f"its Python ended with {done.returncode}:\n{tail(done.stderr)}")
        if done.stdout.strip() != VERSION:
            raise self.broken(f"it holds Doccano {done.stdout.strip()}, not {VERSION}")

    def run(self, script: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """What became of a script that its Python was given, on standard input.

        Args:
            script: Python.
            variables: environment variables, besides the harmless ones of ours.

        Raises:
            NotFoundError: if there is no Python that runs.
        """
        try:
            return subprocess.run(  # noqa: S603  (our own environment)
                [self.python, "-P", "-"],
                input=script,
                env=clean(variables),
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise self.broken(f"its Python does not run ({error.strerror})") from None


def clean(variables: Mapping[str, str]) -> dict[str, str]:
    """An environment in which no variable of the user's changes Doccano's settings or Python's path."""
    ours = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**ours, "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore", **variables}


def tail(output: str, lines: int = 12) -> str:
    """The last lines of an output that say something, indented."""
    words = [line.rstrip() for line in output.splitlines() if line.strip()][-lines:]
    return "\n".join(f"    {line}" for line in words or ["(it said nothing)"])
