"""What a push is to do: the desired examples compared with those that are there. Every sentence of a plan is here.

    create       no copy is there
    unchanged    a copy with this text is there
    update       a copy with this text is there, but what the metadata panel shows has changed, or its place or its
                 extra keys, or an earlier version of goldspan wrote them
    replace      a copy is there with another text, or other spans filled in, and nobody worked on it
    remove       a copy is there that is not to be there any more, and nobody worked on it: deleted
    conflict     somebody worked on a copy with another text, or on several copies, or a copy is held back (it was
                 imported from an export, or changes at this moment): left alone
    double       a further copy that nobody worked on: deleted
    only there   a copy that is not among the desired examples: left alone

A plan depends on what is there alone, not on how it came about: a push that was interrupted is completed by the next.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from goldspan.annotation import article_of
from goldspan.doccano.assignments import NOTHING_TO_ASSIGN, AssignmentPlan, annotators_of, hidden_examples
from goldspan.doccano.human_work import SPANS_CHANGED, worked_on_examples
from goldspan.doccano.labels import SAME_NAMES
from goldspan.doccano.project import project_kind
from goldspan.doccano.push.upload import half_imported_copies, no_progress
from goldspan.doccano.snapshot import take_full_snapshot
from goldspan.formats.doccano import EARLIER_KEYS, KEY, is_text_of, short_digest
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.doccano.assignments import Assign
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.controls import Controls
    from goldspan.doccano.labels import KeylessLabel, LabelNames, LabelPlan
    from goldspan.doccano.members import MemberPlan
    from goldspan.doccano.project import ProjectPlan
    from goldspan.doccano.push.desired_state import DesiredExample
    from goldspan.doccano.push.journal import JournalBatch
    from goldspan.doccano.push.readers import ProjectReaders
    from goldspan.doccano.push.upload import Progress
    from goldspan.doccano.shown_record import ShownRecord
    from goldspan.doccano.snapshot import Snapshot, StoredExample


State = Literal["create", "unchanged", "update", "replace", "remove", "conflict"]
STATES: tuple[State, ...] = get_args(State)

# Reasons, without a full stop, and remedies
NEW_TEXT = "its text changed"
NEW_SPANS = "other spans are to be filled in"
SPANS_NOT_UPDATED = "somebody worked on it: the spans to fill in now are not added"
UNMANAGED = "is only there, and left alone"
PULL_AND_DELETE = (
    "Pull with --unconfirmed --apply: that moves the spans to the text of the corpus, and lists each that it cannot "
    "move. When nothing of the example is listed as not written, delete it in Doccano and push again."
)
PULL_AND_EDIT = "Pull the work, then change or delete the example in Doccano by hand."
IMPORTED = (
    "Delete in Doccano by hand the examples that were imported from an export: their metadata has keys of an export, "
    "such as id or Comments. Note before what was done there. Then push again."
)
STAYS = "it is not to be here any more, but it was worked on"
AT_WORK = "It stays where it is: the next push plans with it."
NEXT_TIME = "Push again when nobody is at work on it."
KEEP_ONE = "Pull the work, delete all but one of these copies in Doccano by hand, and push again."
DELETE_UNMANAGED = "Delete it in Doccano by hand if it is no longer needed."

OBSERVE = "read what is there"  # a step of the progress


class Attention(NamedTuple):
    """What somebody should look at: the name of the example, the reason, and what to do about it, if anything."""

    example: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PushStep:
    """What is to be done about one example.

    Args:
        desired: the example.
        state: see the module.
        keep: the number of the copy that stays, if one stays and is not in conflict.
        delete: the numbers of the copies that nobody worked on and that are to be deleted.
        reason: what needs attention, without a full stop; empty if nothing does.
        remedy: what people can do about it.
        meta: all keys that the kept copy is to have from now on, in the order of the panel; empty if they stay.
        is_earlier: whether an earlier version of goldspan wrote the keys that it has.
    """

    desired: DesiredExample
    state: State
    keep: int | None = None
    delete: tuple[int, ...] = ()
    reason: str = ""
    remedy: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    is_earlier: bool = False

    @property
    def duplicates(self) -> int:
        """How many copies are deleted without a new copy in their place."""
        return len(self.delete) - (self.state in {"replace", "remove"})


@dataclass(frozen=True, slots=True)
class UnmanagedExample:
    """A copy that is not among the desired examples; `id` is None if goldspan did not push it."""

    number: int
    id: str | None


@dataclass(frozen=True, slots=True)
class PushPlan:
    """What a push is to do.

    Args:
        steps: in the order of the examples.
        unmanaged: the copies that are left alone because nobody asked for them.
        assignments: what annotators are to see that they do not.
    """

    steps: tuple[PushStep, ...]
    unmanaged: tuple[UnmanagedExample, ...] = ()
    assignments: AssignmentPlan = NOTHING_TO_ASSIGN

    @property
    def uploads(self) -> tuple[DesiredExample, ...]:
        """The examples to upload."""
        return tuple(step.desired for step in self.steps if step.state in {"create", "replace"})

    @property
    def deletions(self) -> tuple[int, ...]:
        """The numbers of the copies to delete."""
        return tuple(number for step in self.steps for number in step.delete)

    @property
    def earlier(self) -> int:
        """How many examples have the keys of an earlier version, and get those of this one."""
        return sum(step.is_earlier for step in self.steps)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        examples_are_done = all(step.state in {"unchanged", "conflict"} for step in self.steps)
        return examples_are_done and not self.deletions and self.assignments.is_done

    def counts(self) -> dict[str, int]:
        """How many examples are in each state, how many copies are doubles or only there."""
        states = Counter[str](step.state for step in self.steps)
        return {
            **{state: states[state] for state in STATES},
            "double": sum(step.duplicates for step in self.steps),
            "only there": len(self.unmanaged),
        }

    def articles(self) -> dict[str, dict[str, int]]:
        """The same counts by article, in the order of the examples; copies without an id are under an empty name."""
        steps: dict[str, list[PushStep]] = {}
        unmanaged: dict[str, list[UnmanagedExample]] = {}
        for step in self.steps:
            steps.setdefault(step.desired.example.article, []).append(step)
        for copy in self.unmanaged:
            unmanaged.setdefault(article_of(copy.id or ""), []).append(copy)
        return {
            article: PushPlan(tuple(steps.get(article, ())), tuple(unmanaged.get(article, ()))).counts()
            for article in {**steps, **unmanaged}
        }

    def attention(self) -> Iterator[Attention]:
        """What somebody should look at."""
        for step in self.steps:
            example = step.desired.example.id
            if step.reason:
                yield Attention(example, step.reason, step.remedy)
            if step.duplicates > 0:
                copies = amount(step.duplicates, "further copy", "further copies")
                yield Attention(example, f"{copies} that nobody worked on", "")
        for copy in self.unmanaged:
            yield Attention(copy.id or f"Doccano's number {copy.number}", UNMANAGED, DELETE_UNMANAGED)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "counts": self.counts(),
            "articles": self.articles(),
            "brought_over": self.earlier,
            "examples": {
                state: [step.desired.example.id for step in self.steps if step.state == state]
                for state in STATES
                if state != "unchanged"
            },
            "attention": [
                {"example": item.example, "why": item.reason, "remedy": item.remedy} for item in self.attention()
            ],
            "assignments": self.assignments.json(),
        }


def plan_push(
    desired: Sequence[DesiredExample],
    snapshot: Snapshot | None,
    worked_on: Mapping[int, str],
    *,
    half_imported: Collection[int] = (),
    other_articles: Collection[str] = (),
    taken_away: Collection[str] = (),
) -> PushPlan:
    """What is to be done so that the desired examples are there, each once.

    Args:
        desired: the examples that are to be there.
        snapshot: what is there; None for nothing.
        worked_on: the numbers of the copies that somebody worked on, and what was done. Needed only where
            `depends_on_work` says so.
        half_imported: the numbers of copies that an import left without their spans.
        other_articles: articles that are not asked for this time; their examples are not unmanaged.
        taken_away: the ids of the examples among `desired` that are not to be there any more.
    """
    by_id = {} if snapshot is None else snapshot.by_id
    ids = {each.example.id for each in desired}
    steps = [
        _step_of_taken(each, by_id[each.example.id], worked_on)
        if each.example.id in taken_away
        else _step(each, by_id.get(each.example.id, ()), worked_on, half_imported)
        for each in desired
        if each.example.id not in taken_away or each.example.id in by_id
    ]
    unmanaged = [
        UnmanagedExample(copy.number, copy.id)
        for copy in ([] if snapshot is None else snapshot.copies.values())
        if copy.id not in ids and article_of(copy.id or "") not in other_articles
    ]
    return PushPlan(tuple(steps), tuple(sorted(unmanaged, key=lambda copy: copy.number)))


def depends_on_work(desired: Iterable[DesiredExample], snapshot: Snapshot, taken_away: Collection[str] = ()) -> bool:
    """Whether the plan depends on who worked on what: some example has several copies, or one that is not to stay."""
    return any(
        len(copies) > 1 or (copies and (each.example.id in taken_away or not _fits(each, copies[0])))
        for each in desired
        for copies in [snapshot.by_id.get(each.example.id, ())]
    )


def _has_same_text(desired: DesiredExample, copy: StoredExample) -> bool:
    return copy.corruption is None and is_text_of(copy.text, desired.example.text)


def _fits(desired: DesiredExample, copy: StoredExample) -> bool:
    """Whether the copy has the desired text and was sent with the desired spans."""
    sent = desired.key.sent
    return _has_same_text(desired, copy) and (sent is None or copy.sent == sent)


def _step(
    desired: DesiredExample,
    copies: Sequence[StoredExample],
    worked_on: Mapping[int, str],
    half_imported: Collection[int],
) -> PushStep:
    if held := [copy for copy in copies if copy.held_back is not None]:
        return _step_held_back(desired, copies, held)
    complete = sorted((copy for copy in copies if copy.number not in half_imported), key=lambda copy: copy.number)
    only_one_fits = len(complete) == 1 and _fits(desired, complete[0])
    with_work = [] if only_one_fits else [copy for copy in complete if copy.number in worked_on]
    if with_work:
        # What is broken may be of another example: it is no reason to delete a copy that fits.
        is_broken = any(copy.corruption is not None for copy in with_work)
        fits = [copy for copy in complete if is_broken and _fits(desired, copy)]
        return _step_with_work(desired, with_work, _others(copies, [*with_work, *fits]), worked_on)
    fitting = [copy for copy in complete if _fits(desired, copy)]
    if fitting:
        return _keep(desired, fitting[0], _others(copies, fitting[:1]))
    if copies:
        return PushStep(desired, "replace", delete=_others(copies, ()), reason=_why_replaced(desired, copies))
    return PushStep(desired, "create")


def _step_of_taken(desired: DesiredExample, copies: Sequence[StoredExample], worked_on: Mapping[int, str]) -> PushStep:
    """The step of an example that is not to be there any more: what nobody worked on is deleted."""
    with_work = [copy for copy in copies if copy.number in worked_on or copy.held_back is not None]
    delete = _others(copies, with_work)
    if not with_work:
        return PushStep(desired, "remove", delete=delete)
    work = "; ".join(worked_on.get(copy.number) or str(copy.held_back and copy.held_back.reason) for copy in with_work)
    return PushStep(desired, "conflict", delete=delete, reason=f"{STAYS} ({work})", remedy=AT_WORK)


def _step_held_back(
    desired: DesiredExample, copies: Sequence[StoredExample], held: Sequence[StoredExample]
) -> PushStep:
    """The step where a copy is held back: nothing is written to any of them."""
    reasons = {copy.number: copy.held_back for copy in held if copy.held_back is not None}
    is_imported = any(each.kind == "imported" for each in reasons.values())
    if len(copies) == 1 and not is_imported and _fits(desired, held[0]):
        return PushStep(desired, "unchanged", held[0].number)
    reason = "; ".join(f"number {number}: {each.reason}" for number, each in reasons.items())
    return PushStep(desired, "conflict", reason=reason, remedy=IMPORTED if is_imported else NEXT_TIME)


def _others(copies: Iterable[StoredExample], kept: Collection[StoredExample]) -> tuple[int, ...]:
    """The numbers of the copies that are not kept."""
    numbers = {copy.number for copy in kept}
    return tuple(sorted(copy.number for copy in copies if copy.number not in numbers))


def _step_with_work(
    desired: DesiredExample, with_work: Sequence[StoredExample], delete: tuple[int, ...], worked_on: Mapping[int, str]
) -> PushStep:
    """The step where people worked on a copy, or on several."""
    if len(with_work) > 1:
        work = "; ".join(f"number {copy.number}: {worked_on[copy.number]}" for copy in with_work)
        reason, remedy = f"{len(with_work)} copies were worked on ({work})", KEEP_ONE
        return PushStep(desired, "conflict", delete=delete, reason=reason, remedy=remedy)
    [copy] = with_work
    if _has_same_text(desired, copy):
        return _keep(desired, copy, delete)
    work = worked_on[copy.number]
    if copy.corruption is not None:
        reason, remedy = f"it was worked on ({work}), but {copy.corruption}", PULL_AND_EDIT
    else:
        reason, remedy = f"{NEW_TEXT}, but it was worked on ({work})", PULL_AND_DELETE
    return PushStep(desired, "conflict", delete=delete, reason=reason, remedy=remedy)


def _keep(desired: DesiredExample, copy: StoredExample, delete: tuple[int, ...]) -> PushStep:
    """The step where a copy stays as it is, except for its keys."""
    fits = _fits(desired, copy)
    key = replace(desired.key, text=short_digest(copy.text))  # its line breaks may stand where others are spaces now
    if not fits:
        key = replace(key, sent=copy.sent, extra=copy.extra)
    now = {name: value for name, value in copy.meta.items() if value is not None}  # an export fills gaps with null
    wanted = {**desired.meta, KEY: str(key)}
    is_earlier = any(name in now for name in EARLIER_KEYS)
    meta: dict[str, Any] = {}
    if is_earlier or any(now.get(name) != value for name, value in wanted.items()):
        others = {name: value for name, value in now.items() if name not in {*wanted, *EARLIER_KEYS}}
        meta = {**wanted, **others}
        meta[KEY] = meta.pop(KEY)  # the last of the panel
    reason = "" if fits else SPANS_NOT_UPDATED
    state: State = "update" if meta else "unchanged"
    return PushStep(desired, state, copy.number, delete, reason, meta=meta, is_earlier=is_earlier)


def _why_replaced(desired: DesiredExample, copies: Sequence[StoredExample]) -> str:
    if any(_has_same_text(desired, copy) for copy in copies):
        return NEW_SPANS
    return next((copy.corruption for copy in copies if copy.corruption is not None), NEW_TEXT)


# What is there


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOptions:
    """How to push.

    Args:
        other_articles: articles that are not asked for this time; their examples are not unmanaged.
        assign: whether everybody who annotates is to see every example, where that depends on assignments.
        joining: the names of annotators who become members before anything is assigned.
        on_progress: called with a step, how much of it is done, and of how much.
        on_plan: called with the plan, as soon as it is made and before anything of it is done.
        worked_on: finds the copies that a human worked on, see `worked_on_examples`.
        names: what the labels are called on the server.
        taken_away: the ids of examples that are not to be there any more, where nobody worked on them.
        shown: where what is filled in is recorded; None where nothing of it is.
        readers: who is to read which example, by assignments; None where everybody reads all.
    """

    other_articles: Collection[str] = ()
    assign: Assign = "all"
    joining: tuple[str, ...] = ()
    on_progress: Progress = no_progress
    on_plan: Callable[[PushPlan], None] = lambda _: None
    worked_on: Callable[[Doccano, Snapshot, Collection[int]], Mapping[int, str]] = worked_on_examples
    names: LabelNames = SAME_NAMES
    taken_away: Collection[str] = ()
    shown: ShownRecord | None = None
    readers: ProjectReaders | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What is there at one moment, and what is to be done about it.

    Args:
        snapshot: what is there; None if there is nothing.
        plan: what is to be done about it.
        worked_on: the numbers of the copies that somebody worked on, where the plan depends on it.
    """

    snapshot: Snapshot | None
    plan: PushPlan
    worked_on: Collection[int] = ()

    @property
    def copies(self) -> Mapping[int, StoredExample]:
        """What is there, by number."""
        return {} if self.snapshot is None else self.snapshot.copies


def observe(
    server: Doccano,
    project: DoccanoProject | None,
    desired: Sequence[DesiredExample],
    options: PushOptions,
    batches: Sequence[JournalBatch] = (),
    *,
    to_delete: Collection[int] = (),
) -> Observation:
    """What is in a project, and what a push is to do about it. Nothing is written.

    Args:
        server: where.
        project: the project; None if it is not there yet.
        desired: the examples that are to be there.
        options: how to push.
        batches: imports that are not known to be in order.
        to_delete: the numbers of copies that are about to be deleted: nothing about them is taken for granted.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    snapshot: Snapshot | None = None
    worked_on: Mapping[int, str] = {}
    half_imported = set[int]()
    if project is not None and server.count(project.id):
        options.on_progress(OBSERVE, 0, None)
        # The confirmations cost a second export, so they are asked for only where the plan depends on them.
        at_once = bool(to_delete) or options.readers is not None
        snapshot = None if at_once else take_full_snapshot(server, project, confirmed=False, names=options.names)
        if (
            snapshot is None
            or depends_on_work(desired, snapshot, options.taken_away)
            or half_imported_copies(snapshot, batches)
            or (options.shown is not None and options.shown.depends_on_work(snapshot))
        ):
            snapshot = take_full_snapshot(server, project, confirmed=True, names=options.names)
            worked_on = options.worked_on(server, snapshot, to_delete)
            # A half imported copy lacks its spans and nothing else; any other work on it is a human's.
            half_imported = {
                number
                for number in half_imported_copies(snapshot, batches)
                if worked_on.get(number, SPANS_CHANGED) == SPANS_CHANGED
            }
    plan = plan_push(
        desired,
        snapshot,
        worked_on,
        half_imported=half_imported,
        other_articles=options.other_articles,
        taken_away=options.taken_away,
    )
    if not to_delete and options.readers is not None:
        assignments = options.readers.plan(server, project, snapshot, worked_on, plan.deletions)
        plan = replace(plan, assignments=assignments)
    elif not to_delete:
        numbers = () if snapshot is None else snapshot.copies.keys()
        plan = replace(plan, assignments=_plan_assignments(server, project, plan, options, numbers))
    return Observation(snapshot, plan, worked_on.keys())


def _plan_assignments(
    server: Doccano, project: DoccanoProject | None, plan: PushPlan, options: PushOptions, numbers: Collection[int]
) -> AssignmentPlan:
    """What annotators are to see of what is there and of what will be uploaded."""
    number = 0 if project is None else project.id
    current = annotators_of(server.members(number)) if number else []
    names = tuple(dict.fromkeys([*(member.username for member in current), *options.joining]))
    hidden = hidden_examples(server, number, names, numbers)
    if hidden is None:
        return NOTHING_TO_ASSIGN
    wanted = options.assign == "all"
    return AssignmentPlan(hidden.without(plan.deletions), len(plan.uploads), names, wanted)


# The plan in words


def example_changes(plan: PushPlan) -> Iterator[str]:
    """What is to be done to the examples beside what their states say, a line each."""
    if plan.earlier:
        yield f"bring over {amount(plan.earlier, 'example')} to the new metadata panel; work on them stays as it is"


def project_changes(plan: ProjectPlan) -> Iterator[str]:
    """What is to be done around the examples, a line each; nothing if nothing differs."""
    new, old = plan.planned, plan.project
    if old is None:
        page = f"guideline page of {len(new.guideline):,} characters"
        yield f"create the project {new.name!r} ({project_kind(new)}), {page}"
    elif new.description != old.description:
        yield f"change the description: {old.description!r} → {new.description!r}"
    if old is not None and new.guideline != old.guideline:
        yield f"replace the guideline page ({len(old.guideline):,} → {len(new.guideline):,} characters)"
    yield from label_changes(plan.labels)
    yield from member_changes(plan.members)


def project_notes(plan: ProjectPlan) -> Iterator[str]:
    """What is left as it is, though it is not as the guidelines or the members' file have it."""
    yield from plan.notes
    yield from (f"the guideline page {page} is missing" for page in plan.missing_pages)
    if not plan.has_annotators:
        yield (
            "nobody annotates here yet: make accounts with `goldspan doccano user`, "
            "list them in annotation_guidelines/members.toml, and push again"
        )
    yield from label_notes(plan.labels)
    yield from member_notes(plan.members)


def label_changes(plan: LabelPlan) -> Iterator[str]:
    """What is to be done to the label types."""
    for label in plan.create:
        name = f"shown as {label.name!r}, " if label.name != label.label else ""
        key = f", key {label.key}" if label.key else ""
        yield f"create the label {label.label} ({name}{label.colour}{key})"
    for current, label in plan.change:
        yield f"change the label {label.label}: {', '.join(map(str, label.differences(current)))}"


def label_notes(plan: LabelPlan) -> Iterator[str]:
    """Which label types are not as the scheme has them."""
    yield from (f"the label {label.name!r} is not in the scheme: left alone" for label in plan.unknown)
    yield from (
        f"the label type {label.name!r} is a second one of its label: left alone; give its spans the other type in "
        "Doccano, then delete it"
        for label in plan.further
    )
    yield from (
        f"the label {label.name!r} was merged or split: it keeps its spans, which a pull reads as labels of today, and "
        "has no key; once no span has it any more, delete it in Doccano"
        for label in plan.former
    )
    further = {label.name for label in plan.further}
    yield from (f"the label {label.name} gets no key: {_why_keyless(label, further)}" for label in plan.keyless)


def _why_keyless(label: KeylessLabel, further: Collection[str]) -> str:
    if label.used_by in further:
        return f"its second type {label.used_by!r} has {label.key}"
    if label.used_by is None:
        return f"Doccano takes 0-9 and a-z, not {label.key!r}"
    return f"{label.used_by!r}, which is not in the scheme, has {label.key}"


def member_changes(plan: MemberPlan) -> Iterator[str]:
    """What is to be done to the members."""
    yield from (f"add the member {user.username} ({listed.role})" for user, listed in plan.add)
    for member, listed in plan.correct:
        yield f"change the role of {member.username}: {member.role} → {listed.role}"


def member_notes(plan: MemberPlan) -> Iterator[str]:
    """Which members are not listed."""
    yield from (f"the member {each.username!r} ({each.role}) is not listed: left alone" for each in plan.unlisted)


def assignment_changes(assignments: AssignmentPlan) -> Iterator[str]:
    """Who is to read which, where not everybody reads all; who is to see how many more examples."""
    if assignments.places is not None:
        yield from assignments.places.summary.sentences()
    for name, number in assignments.taken_counts().items():
        yield f"take {amount(number, 'example')} that nobody worked on from {name}"
    names: dict[int, list[str]] = {}
    for name, number in assignments.counts().items() if assignments.wanted else ():
        names.setdefault(number, []).append(name)
    for number, annotators in names.items():
        yield f"assign {amount(number, 'example')} to {'each of ' if annotators[1:] else ''}{', '.join(annotators)}"


def assignment_notes(assignments: AssignmentPlan) -> Iterator[str]:
    """Who does not see all, though nothing is to be assigned; what is assigned by hand."""
    hands = Counter(name for _, name in assignments.by_hand)
    yield from (f"{name!r} sees {amount(number, 'example')} by hand: left alone" for name, number in hands.items())
    for name, number in assignments.counts().items() if not assignments.wanted else ():
        yield f"{name!r} does not see {amount(number, 'example')}: not assigned, as --assign none asks"


def control_changes(controls: Controls, root: Path) -> Iterator[str]:
    """Which controls are mixed in, and where their list is; nothing if there are none."""
    if controls.examples:
        new = f", {len(controls.new):,} of them new" if controls.new else ""
        file = controls.file.relative_to(root)
        yield f"mix in {amount(len(controls.examples), 'control')}{new}; their list is {file}"
