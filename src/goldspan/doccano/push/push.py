"""Examples into a project, so that exactly those are there that are wanted and nothing that people did is lost.

A push looks, makes a plan of what it sees, carries it out, and looks again, until there is nothing left to do. It sends
new texts in one upload; what was sent is compared with what is there, span by span. Copies that nobody worked on and
that are not wanted are deleted, in the last place and only after a fresh look and one more question (see `deleting`).

What cannot be ruled out: Doccano has no lock, so what somebody does between that question and the delete goes with the
example; nothing that the server tells later shows that it was there. Ten copies of a shared project are asked for one
after the other and go together: that is tenths of a second. Where everybody annotates alone it is as short, but what
cancels out in the counts since the look began goes unseen there, seconds in a large project: the same person takes one
confirmation back and sets another, or a span is set while another of its label is taken away. It can only hit an
example that is being deleted as a double, or because its text or the spans filled in changed.

A push out of a corpus: what is asked for, put together, looked at, carried out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan.doccano import controls, project
from goldspan.doccano.human_work import CHANGED, touched
from goldspan.doccano.progress import silent
from goldspan.doccano.push import delete, desired_state, journal, plan, verify
from goldspan.doccano.push.desired_state import rows
from goldspan.doccano.push.verify import Account
from goldspan.doccano.snapshot import take
from goldspan.errors import ServerError, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import Project
    from goldspan.doccano.controls import Controls
    from goldspan.doccano.progress import Progress
    from goldspan.doccano.project import Kind, Preparation
    from goldspan.doccano.push.desired_state import Prefill, Wanted
    from goldspan.doccano.push.journal import Batch, Journal
    from goldspan.doccano.push.plan import Plan
    from goldspan.doccano.snapshot import Copy, Snapshot

ROUNDS = 8  # a push takes three; each further one means that somebody else was at work
AT_ONCE = 500  # copies to be deleted between two looks


@dataclass(frozen=True, slots=True)
class Options:
    """How to push.

    Args:
        elsewhere: articles that were not asked for this time; their examples are not strays.
        progress: told how far things are.
        planned: given the plan, as soon as it is made and before anything of it is done.
    """

    elsewhere: Collection[str] = ()
    progress: Progress = silent
    planned: Callable[[Plan], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw.

    Args:
        snapshot: what is there; None if there is nothing.
        plan: what is to be done about it.
    """

    snapshot: Snapshot | None
    plan: Plan

    @property
    def copies(self) -> Mapping[int, Copy]:
        """What is there, by number."""
        return {} if self.snapshot is None else self.snapshot.copies


@dataclass(slots=True)
class Pushed:
    """What a push did.

    Args:
        plan: what it found to do when it began.
        left: what is left, for people to decide.
        account: what became of the spans that were sent.
        deleted: how many copies were deleted.
        updated: how many copies got other keys.
    """

    plan: Plan
    left: Plan
    account: Account = field(default_factory=Account)
    deleted: int = 0
    updated: int = 0

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "plan": self.plan.json(),
            "left": self.left.json(),
            "sent": {"examples": self.account.examples, "spans": self.account.spans},
            "stored": self.account.stored,
            "explained": self.account.explained,
            "deleted": self.deleted,
            "updated": self.updated,
        }


def observe(
    server: Doccano,
    project: Project | None,
    wanted: Sequence[Wanted],
    options: Options,
    batches: Sequence[Batch] = (),
    *,
    going: Collection[int] = (),
) -> Seen:
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
    snapshot, worked, half = None, dict[int, str](), set[int]()
    if project is not None and server.count(project.id):
        options.progress("look at what is there", 0, None)
        snapshot = None if going else take(server, project, confirmed=False)
        if snapshot is None or plan.is_doubtful(wanted, snapshot) or verify.half_done(snapshot, batches):
            snapshot = take(server, project, confirmed=True)
            worked = touched(server, snapshot, going)
            # one that was left half done lacks its spans and nothing else
            half = {number for number in verify.half_done(snapshot, batches) if worked.get(number, CHANGED) == CHANGED}
    made = plan.plan(wanted, snapshot, worked, half=half, elsewhere=options.elsewhere)
    return Seen(snapshot, made)


def push_examples(
    server: Doccano,
    project: Project,
    desired: Sequence[Example],
    *,
    folder: Path,
    more: Mapping[str, Mapping[str, str]] | None = None,
    options: Options | None = None,
) -> Pushed:
    """Bring a project to hold these examples.

    Args:
        server: where, logged in to as an administrator of the project.
        project: as the server has it, with its labels.
        desired: the examples; their spans are filled in, for a shared project.
        folder: where the journal is kept, e.g. `build/doccano`.
        more: further keys per example id, strings; the same keys for each.
        options: how to push.

    Raises:
        ValueRefused: before anything is sent, for an example that Doccano would drop, bend or refuse.
        ServerError: if the server does not answer as it should, or does not hold what it was sent. Whatever happened,
            the next push puts it in order.
    """
    options = options or Options()
    labels = [kind.name for kind in server.span_types(project.id)] if any(one.spans for one in desired) else []
    wanted = rows(desired, project, labels, more)
    file = journal.path(folder, server.url, project.name)
    with journal.opened(file, lambda: options.progress("wait for another push", 0, None)) as book:
        return _Push(server, project, wanted, book, options).run()


class _Push:
    """A push under way."""

    def __init__(
        self, server: Doccano, project: Project, wanted: Sequence[Wanted], book: Journal, options: Options
    ) -> None:
        self.server = server
        self.project = project
        self.wanted = wanted
        self.book = book
        self.options = options
        self.tell = options.progress

    def run(self) -> Pushed:
        """Look, do, look again, until nothing is left to do."""
        journal.recover(self.server, self.project, self.book, self.tell)
        seen = self._look()
        self.options.planned(seen.plan)
        done = Pushed(seen.plan, seen.plan)
        for _ in range(ROUNDS):
            if seen.plan.is_done:
                self.book.close()
                done.left = seen.plan
                return done
            seen = self._send(done, seen) if seen.plan.uploads else self._tidy(done, seen)
        raise ServerError(
            f"the project was not as wanted after {ROUNDS} rounds: something else changes it all the time",
            remedy="See that no other push is at work with other texts, then push again.",
        )

    def _send(self, done: Pushed, seen: Seen) -> Seen:
        """Upload what is to be created or takes the place of something, and read it back."""
        uploads, above = seen.plan.uploads, max(seen.copies, default=0)
        errors = journal.upload_and_import(
            self.server, self.project, uploads, above=above, book=self.book, tell=self.tell
        )
        now = self._look()
        verify.vanished(seen.copies, now.copies, ())
        done.account += verify.reconcile(uploads, now.plan, now.copies, errors)
        return now

    def _tidy(self, done: Pushed, seen: Seen) -> Seen:
        """Delete what is to go, update what stays, and look that nothing else went."""
        deleted = self._delete(seen)
        done.deleted += len(deleted)
        done.updated += self._update(seen)
        now = self._look()
        verify.vanished(seen.copies, now.copies, deleted)
        return now

    def _look(self, going: Collection[int] = ()) -> Seen:
        return observe(self.server, self.project, self.wanted, self.options, self.book.batches, going=going)

    def _delete(self, seen: Seen) -> list[int]:
        """Delete the copies that are to go, as far as they still are; their numbers."""
        drops, deleted = sorted(seen.plan.drops), list[int]()
        for begin in range(0, len(drops), AT_ONCE):
            self.tell("delete", begin, len(drops))
            deleted += delete.delete(self.server, self.project, drops[begin : begin + AT_ONCE], self._look)
        return deleted

    def _update(self, seen: Seen) -> int:
        """Give the copies that stay the keys that have changed; how many did."""
        steps = [step for step in seen.plan.steps if step.state == "update"]
        for done, step in enumerate(steps):
            self.tell("update", done, len(steps))
            assert step.keep is not None
            row = {key: value for key, value in seen.copies[step.keep].row.items() if value is not None}
            self.server.update_example(self.project.id, step.keep, meta={**row, **step.meta})
        return len(steps)


@dataclass(frozen=True, slots=True)
class Errand:
    """A push that is ready to be looked at or carried out.

    Args:
        server: where to.
        corpus: whence.
        preparation: what would be done around the examples.
        examples: those that are to be there, the controls among them.
        options: how to push.
        controls: the controls, their list not yet written.
    """

    server: Doccano
    corpus: Corpus
    preparation: Preparation
    examples: Sequence[Example]
    options: Options
    controls: Controls

    def look(self) -> Plan:
        """What would be done to the examples; nothing is written.

        Raises:
            ValueRefused: for an example that does not fit the project.
            ServerError: if the server does not answer as it should.
        """
        prepared = self.preparation
        wanted = desired_state.rows(self.examples, prepared.planned, self.corpus.scheme.names)
        return observe(self.server, prepared.project, wanted, self.options).plan

    def carry_out(self) -> Pushed:
        """Make or update the project, and bring it to hold the examples.

        Raises:
            ValueRefused: before anything is written, for an example that does not fit the project.
            ServerError: if the server does not answer as it should, or does not hold what it was sent.
        """
        desired_state.rows(self.examples, self.preparation.planned, self.corpus.scheme.names)
        self.controls.record()  # first of all: what went up unrecorded would be taken for work
        made = self.preparation.apply()
        folder = self.corpus.build / "doccano"
        return push_examples(self.server, made, self.examples, folder=folder, options=self.options)

    def json(self) -> dict[str, Any]:
        """What would be done around the examples, for `--json`."""
        planned = self.preparation.planned
        return {
            "project": planned.name,
            "shared": planned.collaborative,
            "new": self.preparation.project is None,
            "changes": list(self.preparation.lines()),
            "remarks": list(self.preparation.remarks()),
            "controls": self.controls.json(),
        }


def prepare(
    server: Doccano,
    corpus: Corpus,
    name: str,
    *,
    articles: Sequence[str] | None = None,
    prefill: Prefill = "nothing",
    kind: Kind | None = None,
    control: int = 0,
    members: Path | None = None,
    options: Options | None = None,
) -> Errand:
    """Put a push together.

    Args:
        server: where to.
        corpus: whence.
        name: of the project.
        articles: their ids; None for all.
        prefill: which spans are filled in.
        kind: of the project; None for that which it has, and `independent` for a new one.
        control: how many examples with gold are to be mixed in as controls; those that the project has stay, however
            many they are.
        members: the file that lists them.
        options: how to push.

    Raises:
        ValueRefused: if spans are to be filled in where everybody annotates alone, or controls mixed in where all work
            on one annotation; if there is not enough gold for the controls; for what `project.prepare` refuses.
        InputError: for an article that the corpus does not have, or a file that is not valid.
        MissingPart: if there is nothing to be filled in.
        ServerError: if the project is of the other kind.
    """
    entries = desired_state.chosen(corpus, articles)
    found = server.project(name)
    if found is not None:
        project.refuse_disputes(found)
    kind = kind or ("independent" if found is None else project.kind_of(found))
    if prefill != "nothing" and kind == "independent":
        raise ValueRefused(
            f"{prefill} cannot be filled in where everybody annotates alone: the annotators would not see the spans, "
            "and agreement is measured on what each found unaided",
            remedy=f"Take a shared project: --shared --{prefill}",
        )
    chosen = {entry.id for entry in entries}
    elsewhere = frozenset(entry.id for entry in corpus.entries if entry.id not in chosen)
    planted = controls.prepare(server, corpus, name, found, chosen, number=control, shared=kind == "shared")
    return Errand(
        server,
        corpus,
        project.prepare_project(server, corpus, name, kind, members),
        controls.mix(desired_state.examples(corpus, entries, prefill), planted.examples, name),
        replace(options or Options(), elsewhere=elsewhere),
        planted,
    )
