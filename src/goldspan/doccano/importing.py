"""Rows into a project by one upload and one import, written down so that an interruption can be put right."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from goldspan.doccano.journal import Batch
from goldspan.errors import ServerError
from goldspan.formats import doccano

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.doccano.answers import Project
    from goldspan.doccano.client import Doccano
    from goldspan.doccano.desired import Wanted
    from goldspan.doccano.journal import Journal
    from goldspan.doccano.telling import Progress

UPLOAD = "goldspan.jsonl"
QUIET = 10.0  # seconds without a new example after which an interrupted import is over
UNKNOWN = 2.0  # likewise, if it is not known to have begun
PAUSE = 0.2


def bring(
    server: Doccano, project: Project, uploads: Sequence[Wanted], *, above: int, book: Journal, tell: Progress
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
    book.begin(Batch(upload, None, above, tuple(want.example.id for want in uploads)))
    task = server.start_import(project.id, [upload])
    book.started(upload, task)
    before = server.count(project.id)

    def news() -> int:
        count = server.count(project.id)
        tell("import", count - before, len(uploads))
        return count

    errors = server.wait(task, news=news)
    book.ended(upload)
    return errors


def settle(server: Doccano, project: Project, book: Journal, tell: Progress) -> None:
    """Take back what an interrupted push left to be imported, and wait for what is being imported.

    An import whose upload is taken away before it begins brings nothing. The server forgets an upload as soon as its
    import is over: where it has, and says that the import ended without an error, what was imported is whole. Where the
    upload was still there, an import that failed may have been tried again without it, and that ends without an error,
    too.
    """
    for batch in (batch for batch in book.batches if not batch.whole):
        tell("settle what an interrupted push left", 0, None)
        is_open = server.revert(batch.upload)
        if batch.task is not None:
            # A task whose worker was killed is never ready, and one that failed has said so to no one.
            with contextlib.suppress(ServerError):
                server.wait(batch.task, news=lambda: server.count(project.id), patience=min(QUIET, server.patience))
                if not is_open:
                    book.ended(batch.upload)
        elif is_open:
            _outlast(server, project, min(UNKNOWN, server.patience))


def _outlast(server: Doccano, project: Project, quiet: float) -> None:
    """Wait until no example has come for some seconds."""
    last, since = server.count(project.id), time.monotonic()
    while time.monotonic() - since < quiet:
        time.sleep(PAUSE)
        if (now := server.count(project.id)) != last:
            last, since = now, time.monotonic()
