"""What was sent against what is stored: sent = stored + explained, span by span."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.doccano.snapshot import ALL, fingerprint
from goldspan.errors import ServerError
from goldspan.formats.doccano import SENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from goldspan.doccano.push.desired_state import DesiredExample
    from goldspan.doccano.push.journal import JournalBatch
    from goldspan.doccano.push.plan import PushPlan
    from goldspan.doccano.snapshot import Snapshot, StoredExample

AT_ONCE = 1000  # examples that an import stores together, before their spans
NAMED = 5  # examples in a message
REMEDY = (
    "If somebody began to work on them in these seconds, push again: people's work is left alone. "
    "Else Doccano changed what it was sent: look at the log of its task worker."
)


@dataclass(frozen=True, slots=True)
class PushTally:
    """What became of what was sent.

    Args:
        examples: how many were sent.
        spans: how many spans went with them.
        stored: how many of these spans are there as they were sent.
        explained: how many are not, for a known reason: they are those of an example that was found worked on.
    """

    examples: int = 0
    spans: int = 0
    stored: int = 0
    explained: int = 0

    def __add__(self, other: PushTally) -> PushTally:
        return PushTally(
            self.examples + other.examples,
            self.spans + other.spans,
            self.stored + other.stored,
            self.explained + other.explained,
        )


def reconcile(
    sent: Sequence[DesiredExample], plan: PushPlan, copies: Mapping[int, StoredExample], errors: Sequence[str] = ()
) -> PushTally:
    """Compare what one import was sent with what is there after it.

    Args:
        sent: the examples that went up.
        plan: made after the import: it says which copy of each stays.
        copies: what is there after the import, by number.
        errors: what the import itself says it did not take.

    Raises:
        ServerError: naming the examples that are not there, or hold other spans than were sent; for what the import
            refused.
    """
    steps = {step.wanted.example.id: step for step in plan.steps}
    missing = [want.example.id for want in sent if steps[want.example.id].state in {"create", "replace"}]
    if missing or errors:
        told = f"; it says: {'; '.join(errors[:NAMED])}" if errors else ""
        raise ServerError(f"the import left out {_names(missing) or 'something'}{told}", remedy=REMEDY)
    account, wrong = PushTally(), []
    for want in sent:
        step = steps[want.example.id]
        spans = want.example.spans
        if step.state == "conflict" or step.keep is None or step.why:
            account += PushTally(1, len(spans), 0, len(spans))
            continue
        difference = _difference(want, copies[step.keep])
        if difference:
            wrong.append(f"{want.example.id} ({difference})")
        account += PushTally(1, len(spans), len(spans))
    if wrong:
        raise ServerError(f"the server does not hold what it was sent: {_names(wrong)}", remedy=REMEDY)
    return account


def half_done(snapshot: Snapshot, batches: Iterable[JournalBatch]) -> set[int]:
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


def vanished(before: Mapping[int, StoredExample], now: Mapping[int, StoredExample], deleted: Collection[int]) -> None:
    """See that exactly what was deleted has gone.

    A copy that another push deleted as a double may be missing, too, as long as its example is still there.

    Raises:
        ServerError: naming the examples, if more is gone, or what was deleted is not.
    """
    stayed = [_name(before[number]) for number in deleted if number in now]
    if stayed:
        raise ServerError(f"the server did not delete {_names(stayed)}", remedy="Push again.")
    there = {copy.id for copy in now.values()} - {None}
    lost = [_name(before[number]) for number in before.keys() - now.keys() - set(deleted)]
    lost = [name for name in lost if name not in there]
    if lost:
        raise ServerError(
            f"gone from the server, and not by this push: {_names(lost)}",
            remedy="Ask who deleted them. Pushing again brings the examples back, but not what people did on them.",
        )


def _difference(want: DesiredExample, copy: StoredExample) -> str:
    """What of the spans that were sent is not there, or is there beside them; empty for nothing."""
    work = copy.work.get(ALL)
    if work is None:  # everybody annotates alone: nothing was filled in, and what is there is theirs
        return ""
    there = {(span.start, span.end, span.label) for span in work.spans}
    sent = {(span.start, span.end, span.label) for span in want.example.spans}
    parts = [
        f"not {sorted(sent - there)}" if sent - there else "",
        f"but {sorted(there - sent)}" if there - sent else "",
    ]
    parts += [f"{refused.why}" for refused in work.refused]
    if not any(parts) and len(work.spans) != len(want.example.spans):
        parts.append("a span twice")
    return " ".join(part for part in parts if part)


def _spans(copy: StoredExample) -> bool:
    """Whether a copy has any span."""
    return any(work.spans or work.refused for work in copy.work.values())


def _is_bare(copy: StoredExample) -> bool:
    """Whether a copy has no span, nor anything else that people leave."""
    return not _spans(copy) and not any(work.confirmed or work.comments for work in copy.work.values())


def _name(copy: StoredExample) -> str:
    return copy.id or f"Doccano's number {copy.number}"


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
