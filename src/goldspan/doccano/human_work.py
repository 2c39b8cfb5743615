"""Which examples of a project a human worked on: what must be known before one is deleted or replaced."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.doccano.snapshot import ALL, AnnotatorWork, StoredExample, fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.snapshot import Snapshot

CHANGED = "its spans are not those that were filled in"


def worked_on_examples(server: Doccano, snapshot: Snapshot, going: Collection[int] = ()) -> dict[int, str]:
    """The examples that a human worked on, by Doccano's number, and how, as words for a message.

    Out of the snapshot, so as of then: spans, comments and confirmations of every current member; in a shared project
    whether the spans are others than `goldspan_sent` says, and without that key whether there is any. Take the snapshot
    with `confirmed=True`, or confirmations of single members are missed.

    Asked of the server now:

    - spans by anybody, former members too. Doccano counts them by label; where it counts as many as the snapshot has,
      they are taken to be the same, else it is asked which examples have them; where copies are about to be deleted,
      it is always asked. Where everybody annotates alone each is
      a human's. In a shared project spans may have been filled in by a push: there an example counts if the labels of
      its spans are no longer those in the snapshot;
    - comments by anybody;
    - in a shared project confirmations by anybody, counted first in the same way.

    What cannot be seen: that a former member confirmed an example and did nothing else there, since Doccano exports
    current members alone; what was done and undone; and of what happens after the snapshot a confirmation by a single
    member, a span of a shared project that is moved without a change of label, and, unless copies are about to be
    deleted, a span that is made while another of its label is taken away elsewhere. So `deleting` asks once more.

    Args:
        server: logged in to as an administrator of the project.
        snapshot: what is there.
        going: the numbers of copies that are about to be deleted; nothing is taken for granted then.
    """
    found: dict[int, dict[str, None]] = {}
    looks = (
        _seen(snapshot),
        _labelled(server, snapshot, going),
        _commented(server, snapshot),
        _confirmed(server, snapshot, going),
    )
    for look in looks:
        for number, how in look:
            found.setdefault(number, {})[how] = None
    return {number: ", ".join(ways) for number, ways in sorted(found.items())}


def _seen(snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    """What the snapshot knows."""
    for number, copy in snapshot.copies.items():
        for annotator, work in copy.work.items():
            by = f" by {annotator}" if annotator != ALL else ""
            if work.confirmed:
                yield number, f"confirmed{by}"
            if work.comments:
                yield number, "commented"
            if (work.spans or work.invalid) and annotator != ALL:
                yield number, f"labelled{by}"
            if annotator == ALL and is_changed(copy, work):
                yield number, CHANGED


def is_changed(copy: StoredExample, work: AnnotatorWork) -> bool:
    """Whether the spans of a shared annotation are others than were filled in."""
    sent = copy.row.get("goldspan_sent") or fingerprint(())
    return bool(work.invalid) or fingerprint(work.spans) != sent


def _labelled(server: Doccano, snapshot: Snapshot, going: Collection[int]) -> Iterator[tuple[int, str]]:
    """What the labels say that are there now."""
    project = snapshot.project
    for kind in server.span_types(project.id):
        then = Counter({number: _times(copy, kind.name) for number, copy in snapshot.copies.items()})
        # with relations Doccano counts a span several times
        if not going and not project.use_relation and server.count(project.id, kind.name) == then.total():
            continue
        now = server.count_spans(project.id, kind.name)
        if not project.collaborative:
            yield from ((number, f"labelled {kind.name}") for number in now)
            continue
        if project.use_relation:
            now, then = Counter(now.keys()), Counter((+then).keys())
        for number in now.keys() | then.keys():
            if now[number] != then[number]:
                yield number, f"labelled {kind.name} since"


def _times(copy: StoredExample, label: str) -> int:
    """How many spans of a label an example has."""
    return sum(
        found == label
        for work in copy.work.values()
        for found in (*(span.label for span in work.spans), *(invalid.label for invalid in work.invalid))
    )


def _commented(server: Doccano, snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    return ((comment.example, "commented") for comment in server.comments(snapshot.project.id))


def _confirmed(server: Doccano, snapshot: Snapshot, going: Collection[int]) -> Iterator[tuple[int, str]]:
    project = snapshot.project
    if not project.collaborative:
        return
    then = sum(copy.work[ALL].confirmed for copy in snapshot.copies.values())
    if going or server.count(project.id, confirmed=True) != then:
        yield from ((row.id, "confirmed") for row in server.examples(project.id, confirmed=True))


def has_work(work: AnnotatorWork) -> bool:
    """Whether the annotator did anything that can be seen."""
    return bool(work.confirmed or work.spans or work.comments or work.invalid)


def worked_on(copies: Sequence[StoredExample], *, shared: bool) -> StoredExample | None:
    """The copy that counts; None if there are several.

    What was filled in by a push is there in every copy of a shared project, and nobody's work.
    """
    if len(copies) == 1:
        return copies[0]
    works = [(copy, work) for copy in copies for work in copy.work.values()]
    filled = shared and len({work.spans for _, work in works}) == 1
    worked = {copy.number: copy for copy, work in works if has_work(replace(work, spans=()) if filled else work)}
    if len(worked) > 1:
        return None
    return next(iter(worked.values()), min(copies, key=lambda copy: copy.number))
