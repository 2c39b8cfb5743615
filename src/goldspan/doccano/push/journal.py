"""What a push is about to do on the server, written down before it does it.

    build/doccano/<host>-<project>.json
    {"batches": [{"upload": "QxY…", "task": "9f2c…", "above": 1043, "ids": ["a.p01", "a.p02"], "whole": false}]}

An import cannot be undone, and its task goes on when the program that started it dies. So the id of the upload is
written here before the import is started, and the id of the task as soon as it is known. The next push finds both,
takes back what has not begun, waits for what has, and distinguishes examples that an import left without their spans
from those that an annotator emptied. If the file is lost, only that last distinction is lost: an example that was half
imported is then treated as one that somebody worked on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from goldspan import files, strict_json
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READABLE = 60  # characters of a project's name in the name of its journal
REMEDY = "Remove the file: what an interrupted push left is then treated as people's work, and left alone."


@dataclass(frozen=True, slots=True)
class JournalBatch:
    """An upload and its import.

    Args:
        upload: the server's id of the uploaded file.
        task: the server's id of the import; None until it is known.
        above: the highest number that an example of the project had before; those of the batch are higher.
        ids: of the examples sent, in the order in which they were sent.
        complete: whether its import is known to have ended, so that each example got its spans.
    """

    upload: str
    task: str | None
    above: int
    ids: tuple[str, ...]
    complete: bool = False

    def json(self) -> dict[str, Any]:
        """The batch as it is written to the file."""
        return {"upload": self.upload, "task": self.task, "above": self.above, "ids": self.ids, "whole": self.complete}


class Journal:
    """The uploads of one project that are not known to be in order. Each change is on the disk before the call ends.

    Args:
        file: where it is kept.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._batches = _read(file)

    @property
    def batches(self) -> tuple[JournalBatch, ...]:
        """The open batches, oldest first."""
        return tuple(self._batches)

    def begin(self, batch: JournalBatch) -> None:
        """Record that a batch was uploaded, and its import is about to be started."""
        self._batches.append(batch)
        self._write()

    def started(self, upload: str, task: str) -> None:
        """Record the task of an upload's import."""
        self._batches = [replace(batch, task=task) if batch.upload == upload else batch for batch in self._batches]
        self._write()

    def ended(self, upload: str) -> None:
        """Record that the import of an upload is over, and imported all that it could."""
        self._batches = [replace(batch, complete=True) if batch.upload == upload else batch for batch in self._batches]
        self._write()

    def close(self) -> None:
        """Remove the file: what the batches imported was verified and put in order."""
        self._batches = []
        self.file.unlink(missing_ok=True)

    def _write(self) -> None:
        batches = [batch.json() for batch in self._batches]
        files.write(self.file, json.dumps({"batches": batches}) + "\n")


def journal_path(folder: Path, url: str, project: str) -> Path:
    """The journal of a project on a server.

    Args:
        folder: where journals are kept.
        url: of the server.
        project: its name; any string.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    digest = hashlib.sha256(f"{host}\n{project}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
    readable = re.sub(r"[^0-9A-Za-z_.]+", "-", f"{host}-{project}").strip("-.")[:READABLE]
    return folder / f"{readable}-{digest}.json"


@contextlib.contextmanager
def open_journal(file: Path, on_wait: Callable[[], object] = lambda: None) -> Iterator[Journal]:
    """The journal, locked against every other push from this folder until the block ends.

    Args:
        file: of the journal.
        on_wait: called once if another push holds it, before waiting for that one to end.

    Raises:
        InputError: if the file is no journal.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with files.lock(file.with_suffix(".lock"), on_wait):
        yield Journal(file)


def _read(file: Path) -> list[JournalBatch]:
    if not files.is_there(file):
        return []
    try:
        value = strict_json.loads(files.read_bytes(file))
        return [_batch(row) for row in value["batches"]]
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"not the journal of a push: {error}", file=file, remedy=REMEDY) from None


def _batch(row: dict[str, Any]) -> JournalBatch:
    match row:
        case {"upload": str(upload), "task": str() | None as task, "above": int(above), "ids": list(ids)}:
            if all(isinstance(name, str) for name in ids):
                return JournalBatch(upload, task, above, tuple(ids), row.get("whole") is True)
    raise ValueError(f"{row!r:.80} is no batch")
