"""Whether the server holds what was sent, span by span, and nothing else was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.doccano.snapshot import ALL
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from goldspan.doccano.push.desired_state import DesiredExample
    from goldspan.doccano.push.plan import PushPlan
    from goldspan.doccano.snapshot import StoredExample

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
        if step.state == "conflict" or step.keep is None or step.reason:
            account += PushTally(1, len(spans), 0, len(spans))
            continue
        difference = _difference(want, copies[step.keep])
        if difference:
            wrong.append(f"{want.example.id} ({difference})")
        account += PushTally(1, len(spans), len(spans))
    if wrong:
        raise ServerError(f"the server does not hold what it was sent: {_names(wrong)}", remedy=REMEDY)
    return account


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
    parts += [f"{invalid.reason}" for invalid in work.invalid]
    if not any(parts) and len(work.spans) != len(want.example.spans):
        parts.append("a span twice")
    return " ".join(part for part in parts if part)


def _name(copy: StoredExample) -> str:
    return copy.id or f"Doccano's number {copy.number}"


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
