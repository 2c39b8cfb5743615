"""What a push is to do: the examples that are wanted against those that are there.

    create       no copy is there
    unchanged    a copy with this text is there
    update       likewise, but what travels with it has changed: its place in the article, further keys
    replace      a copy is there with another text, or other spans filled in, and nobody worked on it
    conflict     somebody worked on a copy with another text, or on several copies: left alone
    double       a further copy that nobody worked on: deleted
    only there   nobody asked for it: left alone

A plan is made of what is seen alone, so it does not matter how things came to be as they are: a push that was
interrupted is finished by the next.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from goldspan.annotation import article_of
from goldspan.doccano.human_work import CHANGED, worked_on_examples
from goldspan.doccano.progress import no_progress
from goldspan.doccano.push.upload import half_imported_copies
from goldspan.doccano.snapshot import take_snapshot
from goldspan.formats.doccano import SENT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.progress import Progress
    from goldspan.doccano.push.desired_state import DesiredExample
    from goldspan.doccano.push.journal import JournalBatch
    from goldspan.doccano.snapshot import Snapshot, StoredExample

State = Literal["create", "unchanged", "update", "replace", "conflict"]
STATES: tuple[State, ...] = get_args(State)
SPOKE_OF_SPANS = (SENT, "goldspan_extra")

OLDER_TEXT = (
    "Pull with --unconfirmed --apply: it moves the spans to the text here, and lists each that it cannot move. "
    "When nothing of the example is listed as not written, delete it in Doccano and push again."
)
BY_HAND = "Pull the work, then change or delete the example in Doccano by hand."
SEVERAL = "Pull the work, delete all but one of these copies in Doccano by hand, and push again."
LOOK = "read what is there"  # a step of the progress
ONLY_THERE = "Delete it in Doccano by hand if it is no longer wanted."


@dataclass(frozen=True, slots=True)
class PushStep:
    """What is to be done about one example.

    Args:
        wanted: the example.
        state: as above.
        keep: the number of the copy that stays, if one does and was not left alone.
        drop: the numbers of the copies that nobody worked on and that go.
        reason: what needs saying about it, without a full stop.
        remedy: what people can do about it.
        meta: what is to travel with the kept copy from now on, where that differs.
    """

    wanted: DesiredExample
    state: State
    keep: int | None = None
    drop: tuple[int, ...] = ()
    reason: str = ""
    remedy: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)

    @property
    def duplicates(self) -> int:
        """How many copies go for which no other comes."""
        return len(self.drop) - (self.state == "replace")


@dataclass(frozen=True, slots=True)
class UnmanagedExample:
    """A copy that nobody asked for."""

    number: int
    id: str | None


@dataclass(frozen=True, slots=True)
class PushPlan:
    """The steps, in the order of the examples, and what is only there."""

    steps: tuple[PushStep, ...]
    only_there: tuple[UnmanagedExample, ...] = ()

    @property
    def uploads(self) -> tuple[DesiredExample, ...]:
        """What is to go up."""
        return tuple(step.wanted for step in self.steps if step.state in {"create", "replace"})

    @property
    def drops(self) -> tuple[int, ...]:
        """The numbers of the copies that are to go."""
        return tuple(number for step in self.steps for number in step.drop)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        return not self.drops and all(step.state in {"unchanged", "conflict"} for step in self.steps)

    def counts(self) -> dict[str, int]:
        """How many examples are in each state, how many copies are doubles or only there."""
        found = Counter[str](step.state for step in self.steps)
        return {
            **{state: found[state] for state in STATES},
            "double": sum(step.duplicates for step in self.steps),
            "only there": len(self.only_there),
        }

    def articles(self) -> dict[str, dict[str, int]]:
        """The same counts by article, as the examples come; what is only there and has no id has an empty name."""
        steps: dict[str, list[PushStep]] = {}
        strays: dict[str, list[UnmanagedExample]] = {}
        for step in self.steps:
            steps.setdefault(step.wanted.example.article, []).append(step)
        for stray in self.only_there:
            strays.setdefault(article_of(stray.id or ""), []).append(stray)
        return {
            name: PushPlan(tuple(steps.get(name, ())), tuple(strays.get(name, ()))).counts()
            for name in {**steps, **strays}
        }

    def attention(self) -> Iterator[tuple[str, str, str]]:
        """What is not plain: the name of the example, what is the matter, what to do."""
        for step in self.steps:
            if step.reason:
                yield step.wanted.example.id, step.reason, step.remedy
            if step.duplicates > 0:
                copies = "copy" if step.duplicates == 1 else "copies"
                yield step.wanted.example.id, f"{step.duplicates} further {copies} that nobody worked on", ""
        for stray in self.only_there:
            yield stray.id or f"Doccano's number {stray.number}", "is only there, and left alone", ONLY_THERE

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        names = ("example", "why", "remedy")
        return {
            "counts": self.counts(),
            "articles": self.articles(),
            "examples": {
                state: [step.wanted.example.id for step in self.steps if step.state == state]
                for state in STATES
                if state != "unchanged"
            },
            "attention": [dict(zip(names, row, strict=True)) for row in self.attention()],
        }


def plan_push(
    wanted: Sequence[DesiredExample],
    snapshot: Snapshot | None,
    touched: Mapping[int, str],
    *,
    half: Collection[int] = (),
    elsewhere: Collection[str] = (),
) -> PushPlan:
    """The plan.

    Args:
        wanted: the examples that are to be there.
        snapshot: what is there; None for nothing.
        touched: the numbers of the copies that somebody worked on, and how. Asked for only where `is_doubtful` says so.
        half: the numbers of copies that an import left half done.
        elsewhere: articles that were not asked for this time; their examples are not strays.
    """
    by_id = {} if snapshot is None else snapshot.by_id
    names = {want.example.id for want in wanted}
    steps = [_step(want, by_id.get(want.example.id, ()), touched, half) for want in wanted]
    strays = [
        UnmanagedExample(copy.number, copy.id)
        for copy in ([] if snapshot is None else snapshot.copies.values())
        if copy.id not in names and article_of(copy.id or "") not in elsewhere
    ]
    return PushPlan(tuple(steps), tuple(sorted(strays, key=lambda stray: stray.number)))


def is_doubtful(wanted: Iterable[DesiredExample], snapshot: Snapshot) -> bool:
    """Whether the plan depends on who worked on what: some example has several copies, or one that does not fit."""
    return any(
        len(copies) > 1 or (copies and not fits(want, copies[0]))
        for want in wanted
        for copies in [snapshot.by_id.get(want.example.id, ())]
    )


def same_text(want: DesiredExample, copy: StoredExample) -> bool:
    """Whether the copy holds the wanted text."""
    return copy.corruption is None and copy.text == want.example.text


def fits(want: DesiredExample, copy: StoredExample) -> bool:
    """Whether the copy holds the wanted text and, as it was sent, the wanted spans."""
    sent = want.row.get(SENT)
    return same_text(want, copy) and (sent is None or copy.row.get(SENT) == sent)


def _step(
    want: DesiredExample, copies: Sequence[StoredExample], touched: Mapping[int, str], half: Collection[int]
) -> PushStep:
    whole = sorted((copy for copy in copies if copy.number not in half), key=lambda copy: copy.number)
    worked = [copy for copy in whole if copy.number in touched and not _fits_alone(want, whole)]
    if worked:
        return _worked(want, worked, _others(copies, worked), touched)
    fitting = [copy for copy in whole if fits(want, copy)]
    if fitting:
        return _kept(want, fitting[0], _others(copies, fitting[:1]))
    if copies:
        return PushStep(want, "replace", drop=_others(copies, ()), reason=_why_replaced(want, copies))
    return PushStep(want, "create")


def _fits_alone(want: DesiredExample, copies: Sequence[StoredExample]) -> bool:
    return len(copies) == 1 and fits(want, copies[0])


def _others(copies: Iterable[StoredExample], kept: Collection[StoredExample]) -> tuple[int, ...]:
    stay = {copy.number for copy in kept}
    return tuple(sorted(copy.number for copy in copies if copy.number not in stay))


def _worked(
    want: DesiredExample, worked: Sequence[StoredExample], drop: tuple[int, ...], touched: Mapping[int, str]
) -> PushStep:
    """The step where people worked on a copy, or on several."""
    if len(worked) > 1:
        told = "; ".join(f"number {copy.number}: {touched[copy.number]}" for copy in worked)
        return PushStep(
            want, "conflict", drop=drop, reason=f"{len(worked)} copies were worked on ({told})", remedy=SEVERAL
        )
    copy = worked[0]
    if same_text(want, copy):
        return _kept(want, copy, drop)
    how = touched[copy.number]
    if copy.corruption is not None:
        why = f"it was worked on ({how}), but {copy.corruption}"
        return PushStep(want, "conflict", drop=drop, reason=why, remedy=BY_HAND)
    return PushStep(
        want, "conflict", drop=drop, reason=f"its text changed, but it was worked on ({how})", remedy=OLDER_TEXT
    )


def _kept(want: DesiredExample, copy: StoredExample, drop: tuple[int, ...]) -> PushStep:
    """The step where a copy stays as it is, but for what travels with it."""
    spoke = () if fits(want, copy) else SPOKE_OF_SPANS
    meta = {key: value for key, value in want.meta.items() if key not in spoke and copy.row.get(key) != value}
    why = "" if not spoke else "it was worked on: what is filled in now does not reach it"
    return PushStep(want, "update" if meta else "unchanged", copy.number, drop, why, meta=meta)


def _why_replaced(want: DesiredExample, copies: Sequence[StoredExample]) -> str:
    if any(same_text(want, copy) for copy in copies):
        return "other spans are filled in"
    return next((copy.corruption for copy in copies if copy.corruption is not None), "its text changed")


@dataclass(frozen=True, slots=True)
class PushOptions:
    """How to push.

    Args:
        elsewhere: articles that were not asked for this time; their examples are not strays.
        progress: called with a step, how much of it is done, and of how much.
        planned: called with the plan, as soon as it is made and before anything of it is done.
        worked_on: finds the copies that a human worked on, see `worked_on_examples`.
    """

    elsewhere: Collection[str] = ()
    progress: Progress = no_progress
    planned: Callable[[PushPlan], None] = lambda _: None
    worked_on: Callable[[Doccano, Snapshot, Collection[int]], Mapping[int, str]] = worked_on_examples


@dataclass(frozen=True, slots=True)
class Observation:
    """What a look saw.

    Args:
        snapshot: what is there; None if there is nothing.
        plan: what is to be done about it.
    """

    snapshot: Snapshot | None
    plan: PushPlan

    @property
    def copies(self) -> Mapping[int, StoredExample]:
        """What is there, by number."""
        return {} if self.snapshot is None else self.snapshot.copies


def observe(
    server: Doccano,
    project: DoccanoProject | None,
    wanted: Sequence[DesiredExample],
    options: PushOptions,
    batches: Sequence[JournalBatch] = (),
    *,
    going: Collection[int] = (),
) -> Observation:
    """What is in a project, and what a push is to do about it. Nothing is written.

    Args:
        server: where.
        project: the project; None if it is not there yet.
        wanted: the examples that are to be there.
        options: how to push.
        batches: imports that are not known to be settled.
        going: the numbers of copies that are about to be deleted: about them nothing is left to guesses.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    snapshot: Snapshot | None = None
    worked: Mapping[int, str] = {}
    half = set[int]()
    if project is not None and server.count(project.id):
        options.progress(LOOK, 0, None)
        snapshot = None if going else take_snapshot(server, project, confirmed=False)
        if snapshot is None or is_doubtful(wanted, snapshot) or half_imported_copies(snapshot, batches):
            snapshot = take_snapshot(server, project, confirmed=True)
            worked = options.worked_on(server, snapshot, going)
            # one that was left half done lacks its spans and nothing else
            half = {
                number for number in half_imported_copies(snapshot, batches) if worked.get(number, CHANGED) == CHANGED
            }
    made = plan_push(wanted, snapshot, worked, half=half, elsewhere=options.elsewhere)
    return Observation(snapshot, made)
