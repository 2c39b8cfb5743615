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
from goldspan.doccano.push import delete, desired_state, journal, upload, verify
from goldspan.doccano.push.desired_state import upload_rows
from goldspan.doccano.push.plan import Observation, PushOptions, observe
from goldspan.doccano.push.verify import PushTally
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.controls import Controls
    from goldspan.doccano.project import Kind, ProjectPlan
    from goldspan.doccano.push.desired_state import DesiredExample, Prefill
    from goldspan.doccano.push.journal import Journal
    from goldspan.doccano.push.plan import PushPlan

ROUNDS = 8  # a push takes three; each further one means that somebody else was at work
AT_ONCE = 500  # copies to be deleted between two looks


@dataclass(slots=True)
class PushResult:
    """What a push did.

    Args:
        plan: what it found to do when it began.
        left: what is left, for people to decide.
        account: what became of the spans that were sent.
        deleted: how many copies were deleted.
        updated: how many copies got other keys.
    """

    plan: PushPlan
    left: PushPlan
    account: PushTally = field(default_factory=PushTally)
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


def push_examples(
    server: Doccano,
    project: DoccanoProject,
    desired: Sequence[Example],
    *,
    folder: Path,
    more: Mapping[str, Mapping[str, str]] | None = None,
    options: PushOptions | None = None,
) -> PushResult:
    """Bring a project to hold these examples.

    Args:
        server: where, logged in to as an administrator of the project.
        project: as the server has it, with its labels.
        desired: the examples; their spans are filled in, for a shared project.
        folder: where the journal is kept, e.g. `build/doccano`.
        more: further keys per example id, strings; the same keys for each.
        options: how to push.

    Raises:
        InvalidValueError: before anything is sent, for an example that Doccano would drop, bend or refuse.
        ServerError: if the server does not answer as it should, or does not hold what it was sent. Whatever happened,
            the next push puts it in order.
    """
    options = options or PushOptions()
    labels = [kind.name for kind in server.span_types(project.id)] if any(one.spans for one in desired) else []
    wanted = upload_rows(desired, project, labels, more)
    file = journal.journal_path(folder, server.url, project.name)
    with journal.open_journal(file, lambda: options.progress("wait for another push", 0, None)) as book:
        return _PushRun(server, project, wanted, book, options).run()


class _PushRun:
    """A push under way."""

    def __init__(
        self,
        server: Doccano,
        project: DoccanoProject,
        wanted: Sequence[DesiredExample],
        book: Journal,
        options: PushOptions,
    ) -> None:
        self.server = server
        self.project = project
        self.wanted = wanted
        self.book = book
        self.options = options
        self.tell = options.progress

    def run(self) -> PushResult:
        """Look, do, look again, until nothing is left to do."""
        upload.recover(self.server, self.project, self.book, self.tell)
        seen = self._look()
        self.options.planned(seen.plan)
        done = PushResult(seen.plan, seen.plan)
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

    def _send(self, done: PushResult, seen: Observation) -> Observation:
        """Upload what is to be created or takes the place of something, and read it back."""
        uploads, above = seen.plan.uploads, max(seen.copies, default=0)
        errors = upload.upload_and_import(
            self.server, self.project, uploads, above=above, book=self.book, tell=self.tell
        )
        now = self._look()
        verify.vanished(seen.copies, now.copies, ())
        done.account += verify.reconcile(uploads, now.plan, now.copies, errors)
        return now

    def _tidy(self, done: PushResult, seen: Observation) -> Observation:
        """Delete what is to go, update what stays, and look that nothing else went."""
        deleted = self._delete(seen)
        done.deleted += len(deleted)
        done.updated += self._update(seen)
        now = self._look()
        verify.vanished(seen.copies, now.copies, deleted)
        return now

    def _look(self, going: Collection[int] = ()) -> Observation:
        return observe(self.server, self.project, self.wanted, self.options, self.book.batches, going=going)

    def _delete(self, seen: Observation) -> list[int]:
        """Delete the copies that are to go, as far as they still are; their numbers."""
        drops, deleted = sorted(seen.plan.drops), list[int]()
        for begin in range(0, len(drops), AT_ONCE):
            self.tell("delete", begin, len(drops))
            deleted += delete.delete(self.server, self.project, drops[begin : begin + AT_ONCE], self._look)
        return deleted

    def _update(self, seen: Observation) -> int:
        """Give the copies that stay the keys that have changed; how many did."""
        steps = [step for step in seen.plan.steps if step.state == "update"]
        for done, step in enumerate(steps):
            self.tell("update", done, len(steps))
            assert step.keep is not None
            row = {key: value for key, value in seen.copies[step.keep].row.items() if value is not None}
            self.server.update_example(self.project.id, step.keep, meta={**row, **step.meta})
        return len(steps)


@dataclass(frozen=True, slots=True)
class PushRequest:
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
    project_plan: ProjectPlan
    examples: Sequence[Example]
    options: PushOptions
    controls: Controls

    def look(self) -> PushPlan:
        """What would be done to the examples; nothing is written.

        Raises:
            InvalidValueError: for an example that does not fit the project.
            ServerError: if the server does not answer as it should.
        """
        prepared = self.project_plan
        wanted = desired_state.upload_rows(self.examples, prepared.planned, self.corpus.scheme.names)
        return observe(self.server, prepared.project, wanted, self.options).plan

    def apply(self) -> PushResult:
        """Make or update the project, and bring it to hold the examples.

        Raises:
            InvalidValueError: before anything is written, for an example that does not fit the project.
            ServerError: if the server does not answer as it should, or does not hold what it was sent.
        """
        desired_state.upload_rows(self.examples, self.project_plan.planned, self.corpus.scheme.names)
        self.controls.record()  # first of all: what went up unrecorded would be taken for work
        made = self.project_plan.apply()
        folder = self.corpus.build / "doccano"
        return push_examples(self.server, made, self.examples, folder=folder, options=self.options)

    def json(self) -> dict[str, Any]:
        """What would be done around the examples, for `--json`."""
        planned = self.project_plan.planned
        return {
            "project": planned.name,
            "shared": planned.collaborative,
            "new": self.project_plan.project is None,
            "changes": list(self.project_plan.lines()),
            "remarks": list(self.project_plan.remarks()),
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
    options: PushOptions | None = None,
) -> PushRequest:
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
        InvalidValueError: if spans are to be filled in where everybody annotates alone, or controls mixed in where all
            work on one annotation; if there is not enough gold for the controls; for what `project.prepare` refuses.
        InputError: for an article that the corpus does not have, or a file that is not valid.
        NotFoundError: if there is nothing to be filled in.
        ServerError: if the project is of the other kind.
    """
    entries = corpus.select_entries(articles)
    found = server.project(name)
    if found is not None:
        project.refuse_disputes(found)
    kind = kind or ("independent" if found is None else project.kind_of(found))
    if prefill != "nothing" and kind == "independent":
        raise InvalidValueError(
            f"{prefill} cannot be filled in where everybody annotates alone: the annotators would not see the spans, "
            "and agreement is measured on what each found unaided",
            remedy=f"Take a shared project: --shared --{prefill}",
        )
    chosen = {entry.id for entry in entries}
    elsewhere = frozenset(entry.id for entry in corpus.entries if entry.id not in chosen)
    planted = controls.prepare(server, corpus, name, found, chosen, number=control, shared=kind == "shared")
    return PushRequest(
        server,
        corpus,
        project.prepare_project(server, corpus, name, kind, members),
        controls.mix_controls(desired_state.desired_examples(corpus, entries, prefill), planted.examples, name),
        replace(options or PushOptions(), elsewhere=elsewhere),
        planted,
    )
