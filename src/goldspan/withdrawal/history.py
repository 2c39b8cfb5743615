"""What the history of git has of files that are removed: the commits before keep them."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECONDS = 60  # for git to answer


@dataclass(frozen=True, slots=True)
class GitHistory:
    """The history around a project.

    Args:
        root: the folder of the repository.
        paths: of the files that are removed, seen from there.
        commits: how many commits have changed one of them; None if git could not be asked.
        remotes: the names of the remotes that are known here.
    """

    root: Path
    paths: tuple[str, ...]
    commits: int | None = None
    remotes: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command that takes the files out of all commits."""
        return f"git filter-repo --invert-paths {' '.join(f'--path {shlex.quote(path)}' for path in self.paths)}"

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"commits": self.commits, "remotes": list(self.remotes), "command": self.command}


def git_history(root: Path, paths: Sequence[Path]) -> GitHistory | None:
    """What the history has of some files of a project; None outside of a repository.

    Args:
        root: the folder of the project.
        paths: of the files, which need not be there any more.
    """
    repository = files.git_repository(root)
    if repository is None:
        return None
    names = tuple(path.relative_to(repository).as_posix() for path in paths)
    commits = _git(repository, "rev-list", "--count", "--all", "--", *names) if names else "0"
    remotes = _git(repository, "remote")
    number = int(commits) if commits is not None and commits.strip().isdigit() else None
    return GitHistory(repository, names, number, tuple((remotes or "").split()))


def _git(repository: Path, *words: str) -> str | None:
    """What a command of git prints; None if it cannot be run."""
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  (git, with names of files as arguments)
            [program, "-C", str(repository), *words], capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout if done.returncode == 0 else None
