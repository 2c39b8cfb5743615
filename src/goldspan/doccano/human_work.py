"""Which examples of a project a human worked on: what must be known before one is deleted or replaced."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.doccano.snapshot import ALL, AnnotatorWork, StoredExample, fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.snapshot import Snapshot

SPANS_CHANGED = "its spans are not those that were filled in"


def has_work(work: AnnotatorWork) -> bool:
    """Whether there is anything of the annotator's that can be seen."""
    return bool(work.confirmed or work.spans or work.comments or work.invalid)


def spans_changed(copy: StoredExample, work: AnnotatorWork) -> bool:
    """Whether the spans of a shared annotation are not those that were filled in."""
    sent = copy.sent or fingerprint(())
    return bool(work.invalid) or fingerprint(work.spans) != sent


def copy_worked_on(copies: Sequence[StoredExample], *, shared: bool) -> StoredExample | None:
    """The copy that counts: the one with work, or the oldest if none has any; None if several have.

    Spans that a push filled in are in every copy of a shared project, and are nobody's work.
    """
    if len(copies) == 1:
        return copies[0]
    works = [(copy, work) for copy in copies for work in copy.work.values()]
    prefilled = shared and len({work.spans for _, work in works}) == 1
    with_work = {copy.number: copy for copy, work in works if has_work(replace(work, spans=()) if prefilled else work)}
    if len(with_work) > 1:
        return None
    return next(iter(with_work.values()), min(copies, key=lambda copy: copy.number))


def worked_on_examples(server: Doccano, snapshot: Snapshot, to_delete: Collection[int] = ()) -> dict[int, str]:
    """The copies that a human worked on, by Doccano's number, and what was done, as words for a message.

    From the snapshot, so as of then: spans, comments and confirmations of every current member; in a shared project
    whether the spans differ from those that were filled in, as the example's key states them, and where it states none
    whether there are any. Take the snapshot with `confirmed=True`, or confirmations of single members are missed.

    From the server, as of now:

    - spans by anybody, former members included. Doccano counts them by label; where it counts as many as the snapshot
      has, they are taken to be the same, else it is asked which examples have them; where copies are about to be
      deleted, it is always asked. Where everybody annotates alone each span is a human's. In a shared project spans may
      have been filled in by a push: there an example counts if the labels of its spans are no longer those in the
      snapshot;
    - comments by anybody;
    - in a shared project confirmations by anybody, counted first in the same way.

    What cannot be seen: that a former member confirmed an example and did nothing else there, since Doccano exports
    current members alone; what was done and undone; and of what happens after the snapshot a confirmation by a single
    member, a span of a shared project that is moved without a change of label, and, unless copies are about to be
    deleted, a span that is created while another of its label is deleted elsewhere. So `push.delete` asks once more.

    Args:
        server: logged in to as an administrator of the project.
        snapshot: what is there.
        to_delete: the numbers of copies that are about to be deleted; nothing is taken for granted then.
    """
    worked_on: dict[int, dict[str, None]] = {}
    sources = (
        _in_snapshot(snapshot),
        _labelled(server, snapshot, to_delete),
        _commented(server, snapshot),
        _confirmed(server, snapshot, to_delete),
    )
    for source in sources:
        for number, how in source:
            worked_on.setdefault(number, {})[how] = None
    return {number: ", ".join(ways) for number, ways in sorted(worked_on.items())}


def _in_snapshot(snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    for number, copy in snapshot.copies.items():
        if copy.held_back is not None:
            yield number, copy.held_back.reason
        for annotator, work in copy.work.items():
            by = f" by {annotator}" if annotator != ALL else ""
            if work.confirmed:
                yield number, f"confirmed{by}"
            if work.comments:
                yield number, "commented"
            if (work.spans or work.invalid) and annotator != ALL:
                yield number, f"labelled{by}"
            if annotator == ALL and spans_changed(copy, work):
                yield number, SPANS_CHANGED


def _labelled(server: Doccano, snapshot: Snapshot, to_delete: Collection[int]) -> Iterator[tuple[int, str]]:
    """What the spans on the server show now."""
    project = snapshot.project
    types: defaultdict[str, set[str]] = defaultdict(set)
    for each in server.span_types(project.id):
        types[snapshot.names.label(each.name)].add(each.name)
    for label, names in types.items():
        then = Counter({number: _count_spans(copy, label) for number, copy in snapshot.copies.items()})
        # With relations Doccano counts a span several times.
        is_countable = not to_delete and not project.use_relation
        if is_countable and sum(server.count(project.id, name) for name in names) == then.total():
            continue
        now = sum((server.count_spans(project.id, name) for name in names), Counter[int]())
        if not project.collaborative:
            yield from ((number, f"labelled {label}") for number in now)
            continue
        if project.use_relation:
            now, then = Counter(now.keys()), Counter((+then).keys())
        for number in now.keys() | then.keys():
            if now[number] != then[number]:
                yield number, f"labelled {label} since"


def _count_spans(copy: StoredExample, label: str) -> int:
    """How many spans of a label a copy has, invalid ones included."""
    works = copy.work.values()
    valid = sum(span.label == label for work in works for span in work.spans)
    return valid + sum(span.label == label for work in works for span in work.invalid)


def _commented(server: Doccano, snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    return ((comment.example, "commented") for comment in server.comments(snapshot.project.id))


def _confirmed(server: Doccano, snapshot: Snapshot, to_delete: Collection[int]) -> Iterator[tuple[int, str]]:
    project = snapshot.project
    if not project.collaborative:
        return
    then = sum(copy.work[ALL].confirmed for copy in snapshot.copies.values())
    if to_delete or server.count(project.id, confirmed=True) != then:
        yield from ((row.id, "confirmed") for row in server.examples(project.id, confirmed=True))
