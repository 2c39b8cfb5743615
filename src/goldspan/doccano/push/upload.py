"""Rows into a project by one upload and one import, and what an interrupted import left there.

Every step is written to the journal before it is done, so that the next push can complete or undo it.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from goldspan.doccano.push.journal import JournalBatch
from goldspan.doccano.snapshot import fingerprint
from goldspan.errors import ServerError
from goldspan.formats import doccano
from goldspan.formats.doccano import SENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.progress import Progress
    from goldspan.doccano.push.desired_state import DesiredExample
    from goldspan.doccano.push.journal import Journal
    from goldspan.doccano.snapshot import Snapshot, StoredExample

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


AT_ONCE = 1000  # examples that an import stores together, before their spans


def half_imported_copies(snapshot: Snapshot, batches: Iterable[JournalBatch]) -> set[int]:
    """The copies that an import of these batches made and died before it gave them their spans.

    An import stores a thousand examples at a time and then, at once, their spans. So what it leaves half done is a
    thousand without a single span where some were sent; where one of them has any, a person emptied the others. An
    import that failed and was tried again leaves such a thousand, too, and ends well: where that is known, a copy is
    half done only if another copy of the example has its spans.
    """
    found = set[int]()
    for batch in batches:
        for chunk in _chunks(snapshot, batch):
            if not any(_spans(copy) for copy in chunk):
                found |= {copy.number for copy in chunk if _is_bare(copy) and _may_be_half(copy, snapshot, batch)}
    return found


def _chunks(snapshot: Snapshot, batch: JournalBatch) -> Iterable[Sequence[StoredExample]]:
    """The copies that were sent with spans in one batch, as an import stores them together.

    Doccano numbers them in the order in which they were sent; where that order starts anew, so did the import.
    """
    places = {name: place for place, name in enumerate(batch.ids)}
    found: dict[tuple[int, int], list[StoredExample]] = {}
    run, last = 0, -1
    for number in sorted(number for number, copy in snapshot.copies.items() if number > batch.above):
        copy = snapshot.copies[number]
        place = places.get(copy.id or "")
        if place is None:
            continue
        run, last = run + (place <= last), place
        if copy.row.get(SENT) not in {None, fingerprint(())}:
            found.setdefault((run, place // AT_ONCE), []).append(copy)
    return found.values()


def _may_be_half(copy: StoredExample, snapshot: Snapshot, batch: JournalBatch) -> bool:
    return not batch.whole or any(
        fingerprint(work.spans) == copy.row.get(SENT)
        for other in snapshot.by_id[copy.id or ""]
        for work in other.work.values()
    )


def _spans(copy: StoredExample) -> bool:
    """Whether a copy has any span."""
    return any(work.spans or work.invalid for work in copy.work.values())


def _is_bare(copy: StoredExample) -> bool:
    """Whether a copy has no span, nor anything else that people leave."""
    return not _spans(copy) and not any(work.confirmed or work.comments for work in copy.work.values())
