"""Rows into a project by one upload and one import, and what an interrupted import left there.

Every step is written to the journal before it is done, so that the next push can complete it or take it back.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from goldspan.doccano.push.journal import JournalBatch
from goldspan.doccano.snapshot import fingerprint
from goldspan.errors import ServerError
from goldspan.formats import doccano

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.push.desired_state import DesiredExample
    from goldspan.doccano.push.journal import Journal
    from goldspan.doccano.snapshot import Snapshot, StoredExample

FILE = "goldspan.jsonl"
QUIET_STARTED = 10.0  # seconds without a new example after which an import that was started is over
QUIET_UNKNOWN = 2.0  # seconds without a new example after which an import that may not have been started is over
PAUSE = 0.2  # seconds
IMPORTED_TOGETHER = 1000  # examples that an import stores together, before their spans

# Called with the name of a step, how many items are done, and of how many, None if that is not known.
Progress: TypeAlias = Callable[[str, int, int | None], None]


def no_progress(step: str, done: int, total: int | None) -> None:
    """Show nothing."""


def upload_and_import(
    server: Doccano,
    project: DoccanoProject,
    uploads: Sequence[DesiredExample],
    *,
    above: int,
    journal: Journal,
    on_progress: Progress,
) -> list[str]:
    """Upload rows and import them.

    Args:
        server: where the project is.
        project: where to import.
        uploads: the examples.
        above: the highest number that an example of the project has.
        journal: where each step is written down before it is done.
        on_progress: called with the number of examples that are imported.

    Returns:
        What the import did not take, in words.

    Raises:
        ServerError: if the import fails or does not end; the journal then has it.
    """
    on_progress("upload", 0, len(uploads))
    upload = server.upload(b"".join(doccano.line(desired.row) for desired in uploads), FILE)
    journal.begin(JournalBatch(upload, None, above, tuple(desired.example.id for desired in uploads)))
    task = server.start_import(project.id, [upload])
    journal.started(upload, task)
    before = server.count(project.id)

    def news() -> int:
        count = server.count(project.id)
        on_progress("import", count - before, len(uploads))
        return count

    errors = server.wait_for_import(task, news=news)
    journal.ended(upload)
    return errors


def recover(server: Doccano, project: DoccanoProject, journal: Journal, on_progress: Progress) -> None:
    """Take back what an interrupted push uploaded and did not import, and wait for what is being imported.

    An import whose upload is discarded before it begins imports nothing. The server forgets an upload as soon as its
    import is over: where it has, and reports that the import ended without an error, all of it was imported. Where the
    upload was still there, a failed import may have been tried again without it, and that ends without an error, too.
    """
    for batch in (batch for batch in journal.batches if not batch.complete):
        on_progress("complete what an interrupted push left", 0, None)
        was_open = server.discard_upload(batch.upload)
        if batch.task is not None:
            # A task whose worker was killed is never ready, and one that failed may not have reported it.
            with contextlib.suppress(ServerError):
                server.wait_for_import(
                    batch.task, news=lambda: server.count(project.id), patience=min(QUIET_STARTED, server.patience)
                )
                if not was_open:
                    journal.ended(batch.upload)
        elif was_open:
            _wait_until_quiet(server, project, min(QUIET_UNKNOWN, server.patience))


def _wait_until_quiet(server: Doccano, project: DoccanoProject, quiet: float) -> None:
    """Wait until no example has been added for some seconds."""
    last, since = server.count(project.id), time.monotonic()
    while time.monotonic() - since < quiet:
        time.sleep(PAUSE)
        if (now := server.count(project.id)) != last:
            last, since = now, time.monotonic()


def half_imported_copies(snapshot: Snapshot, batches: Iterable[JournalBatch]) -> set[int]:
    """The copies that an import of these batches stored, and died before it gave them their spans.

    An import stores a thousand examples at a time and then, at once, their spans. So what it leaves half imported is a
    thousand without a single span where some were sent; where one of them has any, a person emptied the others. An
    import that failed and was tried again leaves such a thousand, too, and ends well: where that is known, a copy is
    half imported only if another copy of the example has its spans.
    """
    half_imported = set[int]()
    for batch in batches:
        for chunk in _import_chunks(snapshot, batch):
            if not any(_has_spans(copy) for copy in chunk):
                half_imported |= {
                    copy.number for copy in chunk if _is_empty(copy) and _may_lack_spans(copy, snapshot, batch)
                }
    return half_imported


def _import_chunks(snapshot: Snapshot, batch: JournalBatch) -> Iterable[Sequence[StoredExample]]:
    """The copies that were sent with spans in one batch, as an import stores them together.

    Doccano numbers them in the order in which they were sent; where that order starts again, so did the import.
    """
    places = {example: place for place, example in enumerate(batch.ids)}
    chunks: dict[tuple[int, int], list[StoredExample]] = {}
    run, last = 0, -1
    for number in sorted(number for number, copy in snapshot.copies.items() if number > batch.above):
        copy = snapshot.copies[number]
        place = places.get(copy.id or "")
        if place is None:
            continue
        run, last = run + (place <= last), place
        if copy.sent not in {None, fingerprint(())}:
            chunks.setdefault((run, place // IMPORTED_TOGETHER), []).append(copy)
    return chunks.values()


def _may_lack_spans(copy: StoredExample, snapshot: Snapshot, batch: JournalBatch) -> bool:
    """Whether a copy may lack spans that were sent: not if its import ended well, unless another copy has them."""
    return not batch.complete or any(
        fingerprint(work.spans) == copy.sent for other in snapshot.by_id[copy.id or ""] for work in other.work.values()
    )


def _has_spans(copy: StoredExample) -> bool:
    return any(work.spans or work.invalid for work in copy.work.values())


def _is_empty(copy: StoredExample) -> bool:
    """Whether a copy has no span, nor anything else that people leave."""
    return not _has_spans(copy) and not any(work.confirmed or work.comments for work in copy.work.values())
