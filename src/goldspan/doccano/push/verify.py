"""Whether the server holds what was sent, span by span, and nothing else was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.doccano.snapshot import ALL
from goldspan.errors import ServerError
from goldspan.report.text import enumerate_names

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
        spans: how many spans were sent with them.
        stored: how many of these spans are there as they were sent.
        explained: how many are not, for a known reason: somebody worked on their example.
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
    """Compare what one import was sent with what is there after it: sent = stored + explained.

    Args:
        sent: the uploaded examples.
        plan: made after the import; it decides which copy of each example stays.
        copies: what is there after the import, by number.
        errors: what the import itself reports as not taken.

    Raises:
        ServerError: naming the examples that are not there, or hold other spans than were sent; for what the import
            refused.
    """
    steps = {step.desired.example.id: step for step in plan.steps}
    missing = [desired.example.id for desired in sent if steps[desired.example.id].state in {"create", "replace"}]
    if missing or errors:
        reported = f"; it reports: {'; '.join(errors[:NAMED])}" if errors else ""
        names = enumerate_names(missing, most=NAMED, empty="something")
        raise ServerError(f"the import left out {names}{reported}", remedy=REMEDY)
    tally, wrong = PushTally(), []
    for desired in sent:
        step = steps[desired.example.id]
        spans = len(desired.example.spans)
        if step.state == "conflict" or step.keep is None or step.reason:
            tally += PushTally(1, spans, 0, spans)
            continue
        if difference := _difference(desired, copies[step.keep]):
            wrong.append(f"{desired.example.id} ({difference})")
        tally += PushTally(1, spans, spans)
    if wrong:
        names = enumerate_names(wrong, most=NAMED)
        raise ServerError(f"the server does not hold what it was sent: {names}", remedy=REMEDY)
    return tally


def verify_deletions(
    before: Mapping[int, StoredExample], now: Mapping[int, StoredExample], deleted: Collection[int]
) -> None:
    """Make sure that what was deleted is gone, and nothing else.

    A copy that another push deleted as a duplicate may be missing, too, as long as its example is still there.

    Raises:
        ServerError: naming the examples, if more is gone, or what was deleted is not.
    """
    if stayed := [before[number].name for number in deleted if number in now]:
        names = enumerate_names(stayed, most=NAMED)
        raise ServerError(f"the server did not delete {names}", remedy="Push again.")
    present = {copy.id for copy in now.values()} - {None}
    gone = [before[number] for number in before.keys() - now.keys() - set(deleted)]
    if lost := [copy.name for copy in gone if copy.id not in present]:
        names = enumerate_names(lost, most=NAMED)
        raise ServerError(
            f"gone from the server, and not by this push: {names}",
            remedy="Ask who deleted them. Pushing again restores the examples, but not what people did on them.",
        )


def _difference(desired: DesiredExample, copy: StoredExample) -> str:
    """Which of the spans that were sent are missing, and which others are there; empty for no difference."""
    work = copy.work.get(ALL)
    if work is None:  # everybody annotates alone: nothing was filled in, and all spans are theirs
        return ""
    stored = {(span.start, span.end, span.label) for span in work.spans}
    sent = {(span.start, span.end, span.label) for span in desired.example.spans}
    parts = [
        f"not {sorted(sent - stored)}" if sent - stored else "",
        f"but {sorted(stored - sent)}" if stored - sent else "",
    ]
    parts += [span.reason for span in work.invalid]
    if not any(parts) and len(work.spans) != len(desired.example.spans):
        parts.append("a span twice")
    return " ".join(part for part in parts if part)
