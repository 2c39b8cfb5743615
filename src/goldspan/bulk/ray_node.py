"""What runs on a node of a cluster of Ray: the project is unpacked once, and a worker suggests for shards.

The folder of a project stands below the temporary folder of the node while some worker uses it. What a worker left
that was killed is removed by the next one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.bulk import project_snapshot
from goldspan.bulk.shard_suggestions import ShardProgress, ShardResult, ShardSuggester, files_of
from goldspan.errors import InputError
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from goldspan.bulk.locations import Location
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shard_suggestions import ShardEvent, ShardTask

TOKEN = ".goldspan.nodes"  # noqa: S105  (a file of the output folder, by which a node knows that it is the same one)
SETTLE = 5.0  # seconds until a network file system shows what was written elsewhere
PAUSE = 0.1
USED = ".used"
MOST_NAMED = 3
STORAGE_REMEDY = (
    "All nodes must see the input and the output under the same path: put them on storage that they share, or name "
    "them by an address such as s3://…."
)
SAME_REMEDY = (
    "Install the same versions on all nodes, and put what the project names by an absolute path at the same place "
    "there."
)


@dataclass(frozen=True, kw_only=True)
class ClusterRecipe:
    """What a worker needs besides goldspan.

    Args:
        recipe: with what shards are worked on, on the machine that gives them out.
        snapshot: the digest of the project's files.
        environment: the variables that state settings.
    """

    recipe: BulkRecipe
    snapshot: str
    environment: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """What a worker has done for a while.

    Args:
        events: what is to be told; the last one ends the shard, or there is more to do.
        output_size: of a shard that was done, the bytes of the file with its suggestions, as this node sees it.
        unseen: what this node does not see, so that it cannot work on the shard.
    """

    events: tuple[ShardEvent, ...] = ()
    output_size: int | None = None
    unseen: str | None = None


class NodeWorker:
    """The recognisers of a recipe on a node of a cluster.

    Args:
        cluster: what it works with.
        pieces: the files of the project, packed; called if they are not on this node yet.

    Raises:
        InputError, NotFoundError: as the recognisers give it; if this node has other versions or other files.
    """

    def __init__(self, cluster: ClusterRecipe, pieces: Callable[[], Sequence[bytes]]) -> None:
        project_snapshot.state_environment(cluster.environment)
        recipe = cluster.recipe
        self._folder = _SnapshotFolder(cluster.snapshot)
        root = self._folder.fill(lambda folder: project_snapshot.unpack(pieces(), folder, recipe.suggester.root))
        own = replace(recipe.suggester, root=root / project_snapshot.mirrored_root(recipe.suggester.root))
        found = replace(recipe, suggester=own)
        if others := found.changes():
            raise InputError(
                f"other suggestions would be made there: {enumerate_names(others, most=MOST_NAMED)}", remedy=SAME_REMEDY
            )
        self._suggester = ShardSuggester(found)
        self._events: Iterator[ShardEvent] = iter(())
        self._task: ShardTask | None = None
        self._heard = time.monotonic()

    @property
    def silence(self) -> float:
        """Seconds since there was any progress."""
        return time.monotonic() - self._heard

    def step(self, task: ShardTask | None, token: str, seconds: float) -> StepResult:
        """Work on for a while.

        Args:
            task: the shard that is to be begun; None for the one that was.
            token: what the file `TOKEN` in the output folder holds.
            seconds: after which there is a result, once there is any progress.
        """
        self._beat()
        if task is not None:
            if unseen := _unseen(task, token):
                return StepResult(unseen=unseen)
            self._task, self._events = task, self._suggester.run(task, self._beat)
        assert self._task is not None
        until = time.monotonic() + seconds
        last: ShardEvent | None = None
        for event in self._events:
            self._beat()
            last = event
            if not isinstance(event, ShardProgress):
                break
            if time.monotonic() >= until:
                break
        size = None
        if isinstance(last, ShardResult) and not last.unchanged:
            size = files_of(last.line.shard, self._task.output)[0].size()
        return StepResult(events=() if last is None else (last,), output_size=size)

    def leave(self) -> None:
        """Remove the project from this node, unless another worker uses it."""
        self._folder.leave()

    def _beat(self) -> None:
        self._heard = time.monotonic()


def _unseen(task: ShardTask, token: str) -> str | None:
    """What of a shard this node does not see: its input, or the output folder."""
    if not task.shard.location.is_address and not task.shard.location.exists():
        return str(task.shard.location)
    if task.output.is_address or is_seen(task.output, token):
        return None
    return str(task.output)


def is_seen(output: Location, token: str) -> bool:
    """Whether an output folder is the one into which this token was written."""
    until = time.monotonic() + SETTLE
    while True:
        with contextlib.suppress(OSError):
            if (output.path / TOKEN).read_text(encoding="utf-8") == token:
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(PAUSE)


class _SnapshotFolder:
    """The folder of a snapshot on this machine, which is there as long as some process uses it.

    Args:
        digest: of the snapshot.
    """

    def __init__(self, digest: str) -> None:
        self._base = _base()
        self._base.mkdir(mode=0o700, exist_ok=True)
        is_foreign = hasattr(os, "getuid") and self._base.stat().st_uid != os.getuid()
        if is_foreign or self._base.is_symlink():
            raise InputError("belongs to another user", file=self._base, remedy="Remove it, or set TMPDIR there.")
        self._path = self._base / digest
        self._use = self._base / f"{digest}.{os.getpid()}{USED}"

    def fill(self, unpack: Callable[[Path], object]) -> Path:
        """The folder, unpacked by the first process that needs it."""
        with _locked(self._base):
            self._use.touch()
            _remove_unused(self._base)
            files.remove_abandoned(self._base)
            if not self._path.is_dir():
                with files.new_folder(self._path) as new:
                    unpack(new)
                    files.replace_folder(new, self._path)
        return self._path

    def leave(self) -> None:
        """Remove it, unless another process uses it."""
        with _locked(self._base):
            self._use.unlink(missing_ok=True)
            _remove_unused(self._base)


def remove_unused_projects() -> None:
    """Remove from this node what workers have left that were ended."""
    base = _base()
    if base.is_dir():
        with _locked(base):
            _remove_unused(base)


def _base() -> Path:
    """The folder of all projects of this user on this node."""
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"  # on Windows, each user has a temporary folder
    return Path(tempfile.gettempdir()) / f"goldspan-nodes-{user}"


def _remove_unused(base: Path) -> None:
    """Remove the folders that no process uses, and what processes have left that ended."""
    import psutil  # here, since a node alone needs it

    used = set()
    for mark in base.glob(f"*{USED}"):
        digest, _, process = mark.stem.partition(".")
        if process.isdecimal() and psutil.pid_exists(int(process)):
            used.add(digest)
        else:
            mark.unlink(missing_ok=True)
    for folder in base.iterdir():
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(base: Path) -> Iterator[None]:
    with files.lock(base / "lock"):
        yield
