"""What a push is about to do on the server, written down before it does it.

    build/doccano/<host>-<project>.json
    {"batches": [{"upload": "QxY…", "task": "9f2c…", "above": 1043, "ids": ["a.p01", "a.p02"], "whole": false}]}

An import cannot be undone, and its task goes on when the program that asked for it dies. So the upload's id stands here
before the import is asked for, and the task's id as soon as it is known. The next push finds both, takes back what has
not begun, waits for what has, and tells examples that an import left half done from those that a person emptied. If the
file is lost, so is only that last distinction: a half imported example is then taken for one that a person worked on.

Rows into a project by one upload and one import, written down so that an interruption can be put right.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from goldspan import files
from goldspan.errors import InputError, ServerError
from goldspan.formats import doccano

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.progress import Progress
    from goldspan.doccano.push.desired_state import DesiredExample

READABLE = 60  # characters of a project's name in the name of its journal
REMEDY = "Remove the file: what an interrupted push left is then taken for people's work, and left alone."


@dataclass(frozen=True, slots=True)
class JournalBatch:
    """An upload and its import.

    Args:
        upload: the server's id of the uploaded file.
        task: the server's id of the import; None until it is known.
        above: the highest number that an example of the project had before; those of the batch are higher.
        ids: of the examples sent, in the order in which they were sent.
        whole: whether its import is known to have ended, so that each example got its spans.
    """

    upload: str
    task: str | None
    above: int
    ids: tuple[str, ...]
    whole: bool = False

    def json(self) -> dict[str, Any]:
        """As it is written down."""
        return {"upload": self.upload, "task": self.task, "above": self.above, "ids": self.ids, "whole": self.whole}


class Journal:
    """What is open in one project. Each change is on the disk before the call ends.

    Args:
        file: where it is kept.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._batches = _read(file)

    @property
    def batches(self) -> tuple[JournalBatch, ...]:
        """The batches that are open, oldest first."""
        return tuple(self._batches)

    def begin(self, batch: JournalBatch) -> None:
        """A batch was uploaded; its import is about to be asked for."""
        self._batches.append(batch)
        self._write()

    def started(self, upload: str, task: str) -> None:
        """The import of an upload has this task."""
        self._batches = [replace(batch, task=task) if batch.upload == upload else batch for batch in self._batches]
        self._write()

    def ended(self, upload: str) -> None:
        """The import of an upload is over, and brought all that it was to bring."""
        self._batches = [replace(batch, whole=True) if batch.upload == upload else batch for batch in self._batches]
        self._write()

    def close(self) -> None:
        """All is settled: what the batches brought was looked at and put in order."""
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
def open_journal(file: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[Journal]:
    """The journal, kept from every other push from this folder until it is closed.

    Args:
        file: of the journal.
        waiting: called if another push holds it, before waiting for that one to end.

    Raises:
        InputError: if the file is no journal.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with files.lock(file.with_suffix(".lock"), waiting):
        yield Journal(file)


def _read(file: Path) -> list[JournalBatch]:
    if not file.is_file():
        return []
    try:
        value = json.loads(files.read_bytes(file))
        return [_batch(row) for row in value["batches"]]
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"not the journal of a push: {error}", file=file, remedy=REMEDY) from None


def _batch(row: dict[str, Any]) -> JournalBatch:
    match row:
        case {"upload": str(upload), "task": str() | None as task, "above": int(above), "ids": list(ids)}:
            if all(isinstance(name, str) for name in ids):
                return JournalBatch(upload, task, above, tuple(ids), row.get("whole") is True)
    raise ValueError(f"{row!r:.80} is no batch")


UPLOAD = "goldspan.jsonl"
QUIET = 10.0  # seconds without a new example after which an interrupted import is over
UNKNOWN = 2.0  # likewise, if it is not known to have begun
PAUSE = 0.2


def upload_and_import(
    server: Doccano,
    project: DoccanoProject,
    uploads: Sequence[DesiredExample],
    *,
    above: int,
    book: Journal,
    tell: Progress,
) -> list[str]:
    """Send rows up and have them imported.

    Args:
        server: where.
        project: into which.
        uploads: the examples.
        above: the highest number that an example of the project has.
        book: told of each step before it is done.
        tell: told how many examples are there.

    Returns:
        What the import did not take, in words.

    Raises:
        ServerError: if the import fails or does not end; the book then knows of it.
    """
    tell("upload", 0, len(uploads))
    upload = server.upload(b"".join(doccano.line(want.row) for want in uploads), UPLOAD)
    book.begin(JournalBatch(upload, None, above, tuple(want.example.id for want in uploads)))
    task = server.start_import(project.id, [upload])
    book.started(upload, task)
    before = server.count(project.id)

    def news() -> int:
        count = server.count(project.id)
        tell("import", count - before, len(uploads))
        return count

    errors = server.wait_for_import(task, news=news)
    book.ended(upload)
    return errors


def recover(server: Doccano, project: DoccanoProject, book: Journal, tell: Progress) -> None:
    """Take back what an interrupted push left to be imported, and wait for what is being imported.

    An import whose upload is taken away before it begins brings nothing. The server forgets an upload as soon as its
    import is over: where it has, and says that the import ended without an error, what was imported is whole. Where the
    upload was still there, an import that failed may have been tried again without it, and that ends without an error,
    too.
    """
    for batch in (batch for batch in book.batches if not batch.whole):
        tell("settle what an interrupted push left", 0, None)
        is_open = server.discard_upload(batch.upload)
        if batch.task is not None:
            # A task whose worker was killed is never ready, and one that failed has said so to no one.
            with contextlib.suppress(ServerError):
                server.wait_for_import(
                    batch.task, news=lambda: server.count(project.id), patience=min(QUIET, server.patience)
                )
                if not is_open:
                    book.ended(batch.upload)
        elif is_open:
            _outlast(server, project, min(UNKNOWN, server.patience))


def _outlast(server: Doccano, project: DoccanoProject, quiet: float) -> None:
    """Wait until no example has come for some seconds."""
    last, since = server.count(project.id), time.monotonic()
    while time.monotonic() - since < quiet:
        time.sleep(PAUSE)
        if (now := server.count(project.id)) != last:
            last, since = now, time.monotonic()
