"""Puts examples into a project, so that exactly these are there and nothing that people did is lost.

A push observes the project, plans, does what is planned, and observes again, until there is nothing left to do. New
texts are sent in one upload; what was sent is compared with what is there, span by span. Copies that nobody worked on
and that are not desired are deleted last, and only after a new observation and one more question (see `delete`).

What cannot be ruled out: Doccano has no lock, so what somebody does between that question and the delete is deleted
with the example; nothing that the server reports later shows that it was there. Ten copies of a shared project are
asked for one after the other and deleted together: that is tenths of a second. Where everybody annotates alone it is as
short, but what cancels out in the counts since the observation began is not seen there, seconds in a large project: the
same person takes one confirmation back and sets another, or a span is set while another of its label is taken away. It
can only affect an example that is being deleted as a duplicate, or because its text or the spans filled in changed.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from goldspan.assignment.example_order import order_examples
from goldspan.corpus.audits import unread_articles
from goldspan.corpus.reading_order import mark_pushed
from goldspan.doccano.auto_labelling import require_not_auto_labelled
from goldspan.doccano.controls import mix_controls, plan_controls, pushed_ids
from goldspan.doccano.corpus_record import RoundRecord, read_record, write_record
from goldspan.doccano.former_labels import corpus_label_names
from goldspan.doccano.labels import NOTHING
from goldspan.doccano.project import plan_project, project_kind, require_annotation
from goldspan.doccano.project_identity import identify
from goldspan.doccano.pull.pass_owners import record_pseudonyms
from goldspan.doccano.push import desired_state, upload
from goldspan.doccano.push.delete import delete
from goldspan.doccano.push.example_view import example_views
from goldspan.doccano.push.journal import journal_path, open_journal
from goldspan.doccano.push.plan import PushOptions, observe, project_changes, project_notes
from goldspan.doccano.push.readers import ProjectReaders, require_assignable, round_of_project
from goldspan.doccano.push.upload_order import order_notes
from goldspan.doccano.push.verify import PushTally, reconcile, verify_deletions
from goldspan.doccano.rights import require_administrator, require_staff
from goldspan.doccano.shown_record import ShownRecord, lines_of_read_examples, with_digest
from goldspan.errors import InvalidValueError, ServerError
from goldspan.report.text import amount
from goldspan.suggest.suggestion_counts import explain_no_suggestions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.doccano.annotator_guide import ProjectKind
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.controls import Controls
    from goldspan.doccano.project import ProjectPlan
    from goldspan.doccano.push.desired_state import DesiredExample, Prefill
    from goldspan.doccano.push.example_view import LineBreaks
    from goldspan.doccano.push.journal import Journal
    from goldspan.doccano.push.plan import Observation, PushPlan
    from goldspan.doccano.push.upload_order import UploadOrder
    from goldspan.doccano.rounds import ProjectOfMember
    from goldspan.formats.doccano import ExampleView

ROUNDS = 8  # a push takes three; each further one means that somebody else was at work
DELETE_CHUNK = 500  # copies to be deleted between two observations


@dataclass(slots=True)
class PushResult:
    """What a push did.

    Args:
        plan: what there was to do when it began.
        left: what is left, for people to decide.
        tally: what became of the spans that were sent.
        deleted: how many copies were deleted.
        updated: how many copies got other keys.
        assigned: how many assignments were made, each of one example to one annotator.
        taken_back: how many assignments were taken back, for others to read these examples.
    """

    plan: PushPlan
    left: PushPlan
    tally: PushTally = field(default_factory=PushTally)
    deleted: int = 0
    updated: int = 0
    assigned: int = 0
    taken_back: int = 0

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "plan": self.plan.json(),
            "left": self.left.json(),
            "sent": {"examples": self.tally.examples, "spans": self.tally.spans},
            "stored": self.tally.stored,
            "explained": self.tally.explained,
            "deleted": self.deleted,
            "updated": self.updated,
            "assigned": self.assigned,
            "taken_back": self.taken_back,
        }


def push_examples(
    server: Doccano,
    project: DoccanoProject,
    examples: Sequence[Example],
    *,
    folder: Path,
    views: Mapping[str, ExampleView] | None = None,
    options: PushOptions | None = None,
) -> PushResult:
    """Make a project hold these examples.

    Args:
        server: where, logged in to as an administrator of the project.
        project: as the server has it, with its labels.
        examples: what is to be there; in a shared project their spans are filled in.
        folder: where the journal is kept, e.g. `build/doccano`.
        views: per example id, how it is shown; the same keys in the panel for each example.
        options: how to push.

    Raises:
        InvalidValueError: before anything is sent, for an example that Doccano would drop, bend or refuse.
        ServerError: if the server does not answer as it should, or does not hold what it was sent. Whatever happened,
            the next push puts it in order.
    """
    options = options or PushOptions()
    has_spans = any(example.spans for example in examples)
    names = options.names
    labels = [names.label(each.name) for each in server.span_types(project.id)] if has_spans else []
    desired = desired_state.upload_rows(examples, project, labels, views, names=names)
    file = journal_path(folder, server.url, project.name)
    with open_journal(file, lambda: options.on_progress("wait for another push", 0, None)) as journal:
        return _PushRun(server, project, desired, journal, options).run()


class _PushRun:
    """A push in progress."""

    def __init__(
        self,
        server: Doccano,
        project: DoccanoProject,
        desired: Sequence[DesiredExample],
        journal: Journal,
        options: PushOptions,
    ) -> None:
        self.server = server
        self.project = project
        self.desired = desired
        self.journal = journal
        self.options = options
        self.on_progress = options.on_progress

    def run(self) -> PushResult:
        """Observe, act, observe again, until nothing is left to do."""
        upload.recover(self.server, self.project, self.journal, self.on_progress)
        observation = self._observe()
        self.options.on_plan(observation.plan)
        result = PushResult(observation.plan, observation.plan)
        for _ in range(ROUNDS):
            plan = observation.plan
            self._keep_places(plan)
            if plan.is_done:
                self._record_shown(observation)
                self.journal.close()
                result.left = plan
                return result
            # Nothing is deleted before all uploads are there, verified, and seen by those who are to annotate them.
            if plan.uploads:
                observation = self._upload(result, observation)
            elif not plan.assignments.is_done:
                observation = self._assign(result, observation)
            else:
                observation = self._clean_up(result, observation)
        raise ServerError(
            f"the project was not as desired after {ROUNDS} rounds: something else changes it all the time",
            remedy="Make sure that no other push is at work with other texts, then push again.",
        )

    def _keep_places(self, plan: PushPlan) -> None:
        """Write who is to read which example, before anything of it is done, and once more when all is."""
        readers, places = self.options.readers, plan.assignments.places
        if readers is not None and places is not None:
            places.write(readers.corpus, readers.record.name, leaving=not plan.is_done)

    def _upload(self, result: PushResult, before: Observation) -> Observation:
        """Upload what is to be created or replaced, and verify what is there then."""
        uploads, above = before.plan.uploads, max(before.copies, default=0)
        # First of all: what is there and not on record would be pulled as if its annotator had seen nothing.
        self._record_shown(before, [desired.example.id for desired in uploads])
        errors = upload.upload_and_import(
            self.server, self.project, uploads, above=above, journal=self.journal, on_progress=self.on_progress
        )
        now = self._observe()
        verify_deletions(before.copies, now.copies, ())
        result.tally += reconcile(uploads, now.plan, now.copies, errors)
        return now

    def _record_shown(self, now: Observation, uploads: Collection[str] = ()) -> None:
        """Write what is filled in for annotators: of what is there, and of what is about to be uploaded."""
        if self.options.shown is not None:
            by_id = {} if now.snapshot is None else now.snapshot.by_id
            self.options.shown.write(by_id, now.worked_on, uploads)

    def _assign(self, result: PushResult, before: Observation) -> Observation:
        """Assign to annotators what they do not see yet; before that, take back what others are to read."""
        assignments, on_progress = before.plan.assignments, partial(self.on_progress, "assign")
        if assignments.taken:
            result.taken_back += assignments.take_back(self.server, self.project.id, on_progress)
        else:
            result.assigned += assignments.apply(self.server, self.project.id, on_progress)
        now = self._observe()
        verify_deletions(before.copies, now.copies, ())
        return now

    def _clean_up(self, result: PushResult, before: Observation) -> Observation:
        """Delete the copies that are to be deleted, update those that stay, and verify that nothing else is gone."""
        deleted = self._delete(before)
        result.deleted += len(deleted)
        result.updated += self._update(before)
        now = self._observe()
        verify_deletions(before.copies, now.copies, deleted)
        return now

    def _observe(self, to_delete: Collection[int] = ()) -> Observation:
        batches = self.journal.batches
        return observe(self.server, self.project, self.desired, self.options, batches, to_delete=to_delete)

    def _delete(self, before: Observation) -> list[int]:
        """Delete the copies that are to be deleted and still may be; returns their numbers."""
        numbers, deleted = sorted(before.plan.deletions), list[int]()
        for begin in range(0, len(numbers), DELETE_CHUNK):
            self.on_progress("delete", begin, len(numbers))
            deleted += delete(self.server, self.project, numbers[begin : begin + DELETE_CHUNK], self._observe)
        return deleted

    def _update(self, before: Observation) -> int:
        """Give the copies that stay the keys that have changed; returns how many did."""
        steps = [step for step in before.plan.steps if step.state == "update"]
        for done, step in enumerate(steps):
            self.on_progress("update", done, len(steps))
            assert step.keep is not None
            self.server.update_example(self.project.id, step.keep, meta=dict(step.meta))
        return len(steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """A push from a corpus, ready to be planned or applied.

    Args:
        server: where to.
        corpus: where from.
        project_plan: what is to be done around the examples.
        examples: those that are to be there, the controls included.
        views: how each of them is shown.
        options: how to push.
        controls: the controls; their list is not written yet.
        record: what the corpus is to remember of the round, where each example is read by some of the members only.
        remarks: that there is no next article; why no span is filled in, where suggestions were to be and there are
            none; what no recogniser read.
    """

    server: Doccano
    corpus: Corpus
    project_plan: ProjectPlan
    examples: Sequence[Example]
    views: Mapping[str, ExampleView]
    options: PushOptions
    controls: Controls
    record: RoundRecord | None = None
    remarks: Sequence[str] = ()

    def plan(self) -> PushPlan:
        """What is to be done to the examples; nothing is written.

        Raises:
            InvalidValueError: for an example that does not fit the project.
            ServerError: if the server does not answer as it should.
        """
        return observe(self.server, self.project_plan.project, self._desired(), self.options).plan

    def apply(self) -> PushResult:
        """Create or update the project, and make it hold the examples.

        Raises:
            InvalidValueError: before anything is written, for an example that does not fit the project.
            ServerError: if the server does not answer as it should, or does not hold what it was sent.
        """
        self._desired()  # refuses what does not fit before anything is written
        self.controls.record()  # first of all: a control that is there and not on the list would be pulled as work
        if self.record is not None:
            write_record(self.corpus, read_record(self.corpus).with_round(self.record))
        project = self.project_plan.apply()
        record_pseudonyms(self.corpus, self.project_plan.listed or ())
        folder = self.corpus.build / "doccano"
        options = replace(self.options, names=corpus_label_names(self.corpus))  # by now each type has its own name
        result = push_examples(self.server, project, self.examples, folder=folder, views=self.views, options=options)
        controls = {example.id for example in self.controls.examples}
        articles = {example.article for example in self.examples if example.id not in controls}
        mark_pushed(self.corpus.order_file, articles, self.project_plan.round or project.name)
        return result

    def json(self) -> dict[str, Any]:
        """What is to be done around the examples, for `--json`."""
        planned = self.project_plan.planned
        return {
            "project": planned.name,
            "shared": project_kind(planned) == "shared",
            "kind": project_kind(planned),
            "new": self.project_plan.project is None,
            "changes": list(project_changes(self.project_plan)),
            "remarks": [*project_notes(self.project_plan), *self.remarks],
            "controls": self.controls.json(),
            "annotators_per_example": None if self.record is None else self.record.annotators_per_example,
        }

    def _desired(self) -> list[DesiredExample]:
        planned, labels = self.project_plan.planned, self.corpus.scheme.names
        return desired_state.upload_rows(self.examples, planned, labels, self.views, names=self.options.names)


def prepare_push(
    server: Doccano,
    corpus: Corpus,
    name: str,
    *,
    articles: Sequence[str] | None = None,
    most: int | None = None,
    prefill: Prefill = "nothing",
    kind: ProjectKind | None = None,
    control: int = 0,
    members: Path | None = None,
    line_breaks: LineBreaks = "auto",
    options: PushOptions | None = None,
    renamed: Mapping[str, str] = NOTHING,
    new: bool = False,
    of_member: ProjectOfMember | None = None,
    aided_articles: Collection[str] | None = None,
    suggestions_folder: Path | None = None,
    per_example: int | None = None,
    order: UploadOrder | None = None,
) -> PushRequest:
    """Put a push from a corpus together.

    Args:
        server: where to.
        corpus: where from.
        name: of the project.
        articles: their ids; None for all.
        most: how many articles to push of which the project lacks something, the next of the reading order; None for
            all articles.
        prefill: which spans are filled in.
        kind: of the project; None for that of an existing one, and for `independent` in a new one.
        control: how many examples with gold are to be mixed in as controls; those that the project has stay, however
            many they are.
        members: the file that lists them.
        line_breaks: what becomes of line breaks in the texts that are new there.
        options: how to push.
        renamed: by label, the name that its type was given in Doccano, as a person states it.
        new: whether to forget a project of that name that the corpus remembers, and this account does not see.
        of_member: whose project it is, where each member of a round has one, and what they are to have.
        aided_articles: the ids of the articles whose suggestions are filled in; the others are read unaided. None for
            all articles.
        suggestions_folder: with the suggestions, a file per article; None for `build/suggestions`.
        per_example: how many annotators are to read each example, by assignments; None for what it was, at first for
            all of them.
        order: in which what is new goes up; None for the order of reading.

    Raises:
        InvalidValueError: if spans are to be filled in where everybody annotates alone, or nothing but suggestions in a
            private project; if controls are to be mixed in where all work on one annotation, or into a private project;
            if there is not enough gold for the controls; for what `plan_project` refuses.
        InputError: for an article that the corpus does not have, or a file that is not valid.
        NotFoundError: if there is nothing to fill in; if the project was renamed, or this account does not see it.
        ServerError: if the project is of the other kind.
    """
    corpus.select_entries(articles)  # refuses what is not there before the server is asked
    identity = identify(server, corpus, name, new=new)
    project = identity.project
    known = None if of_member is not None else round_of_project(corpus, identity, server.url)
    if per_example is None and known is not None:
        per_example = known.annotators_per_example
    if project is None:
        require_staff(server, name)
    else:
        require_annotation(project)
        require_administrator(server, project, "a push")
    kind = kind or ("independent" if project is None else project_kind(project))
    if prefill != "nothing" and kind == "independent":
        raise InvalidValueError(
            f"{prefill} cannot be filled in where everybody annotates alone: the annotators would not see the spans, "
            "and agreement is measured on what each found unaided",
            remedy=f"Take a shared project: --shared --{prefill}",
        )
    if prefill != "suggestions" and kind == "private":
        raise InvalidValueError(
            f"the project {name!r} is for the correction of suggestions: without them, those that nobody worked on "
            "would be taken out of it",
            remedy="Push with --suggestions.",
        )
    if prefill != "nothing" and project is not None:
        require_not_auto_labelled(server, project)
    pushed = {*pushed_ids(server, project)} if most is not None else ()
    entries = desired_state.entries_to_push(corpus, articles, most=most, pushed=pushed, prefill=prefill)
    chosen = {entry.id for entry in entries}
    _require_not_audited(corpus, () if suggestions_folder is not None else chosen, prefill)
    others = frozenset(entry.id for entry in corpus.entries if entry.id not in chosen)
    controls = plan_controls(server, corpus, name, project, chosen, number=control, kind=kind)
    project_plan = plan_project(server, corpus, name, kind, members, renamed=renamed, new=new, of_member=of_member)
    names, joining = corpus_label_names(corpus, renamed), project_plan.members.joining
    options = replace(options or PushOptions(), other_articles=others, names=names, joining=joining)
    desired = desired_state.desired_examples(corpus, entries, "gold" if prefill == "gold" else "nothing")
    if of_member is not None:
        desired = [example for example in desired if of_member.chooses(example.id)]
        options = replace(options, taken_away=of_member.taken_away)
    suggested: list[Example] = []
    if prefill == "suggestions":
        aided = [entry for entry in entries if aided_articles is None or entry.id in aided_articles]
        suggested = desired_state.suggested_examples(corpus, aided, suggestions_folder)
        options = replace(options, shown=_shown_record(corpus, name, suggested, desired, options.taken_away))
        desired = _with_suggestions(desired, options)
    record = None
    if per_example is not None:
        require_assignable(server, project, name, kind, options.assign)
        record = known or RoundRecord(name=name, server=server.url)
        record = record.model_copy(update={"server": server.url, "annotators_per_example": per_example})
        readers = ProjectReaders(
            corpus=corpus,
            record=record,
            listed=project_plan.listed or (),
            examples=tuple(desired),
            others=tuple(desired_state.desired_examples(corpus, corpus.select_entries(others) if others else ())),
            controls=frozenset(each.id for each in controls.examples),
        )
        options = replace(options, readers=readers)
    if order is not None:
        desired = order_examples(desired, order, seed=name)
    examples = mix_controls(desired, controls.examples, name)
    return PushRequest(
        server=server,
        corpus=corpus,
        project_plan=project_plan,
        examples=examples,
        views=example_views(corpus, examples, line_breaks, complete=chosen if of_member is None else ()),
        options=options,
        controls=controls,
        record=record,
        remarks=[
            *_of_readers(known, record),
            *order_notes(order, desired),
            *_without_next(entries, most, prefill),
            *(_of_suggestions(corpus, suggested) if suggested else ()),
            *_of_record(options.shown),
        ],
    )


def _of_record(shown: ShownRecord | None) -> list[str]:
    """Where it is recorded which suggestions are shown."""
    if shown is None:
        return []
    folder = shown.corpus.shown.relative_to(shown.corpus.root).as_posix()
    return [f"what is filled in is recorded in {folder}/: keep it in git, beside the passes"]


def _require_not_audited(corpus: Corpus, articles: Collection[str], prefill: Prefill) -> None:
    """Refuse to show spans of an article that annotators of an audit are still to read, some of them unaided.

    Raises:
        InvalidValueError: naming the first such article, and the audit.
        InputError: for an audit or a pass that cannot be read.
    """
    unread = {} if prefill == "nothing" else unread_articles(corpus, articles)
    if unread:
        article, audit = min(unread.items())
        raise InvalidValueError(
            f"{prefill} would be shown in {amount(len(unread), 'article')} such as {article!r} of the audit {audit!r}, "
            "which not all of its annotators have read: who saw them would show nothing any more",
            remedy=f"Name other articles with --articles, push the audit itself with --audit {shlex.quote(audit)}, or "
            f"wait until all is read: goldspan audit report {shlex.quote(audit)}",
        )


def _of_readers(known: RoundRecord | None, record: RoundRecord | None) -> list[str]:
    """That another number of annotators reads each example than before."""
    if record is None or known is None or known.annotators_per_example == record.annotators_per_example:
        return []
    return [f"annotators per example: {known.annotators_per_example or 'all'} → {record.annotators_per_example}"]


def _without_next(entries: Sequence[ManifestEntry], most: int | None, prefill: Prefill) -> list[str]:
    """That there is no next article, where the next ones were asked for."""
    if entries or most is None:
        return []
    return [f"the project has every article {'with' if prefill == 'gold' else 'without'} gold: there is no next one"]


def _shown_record(
    corpus: Corpus, name: str, suggested: Iterable[Example], desired: Iterable[Example], taken_away: Collection[str]
) -> ShownRecord:
    """What is to be recorded of the suggestions that are filled in; what somebody read is shown again as it was."""
    pushed = {example.id: example for example in desired if example.id not in taken_away}
    lines = {example.id: with_digest(example) for example in suggested if example.id in pushed}
    read = lines_of_read_examples(corpus, name)
    lines |= {id_: line for id_, line in read.items() if id_ in lines and line.text == pushed[id_].text}
    return ShownRecord(
        corpus=corpus,
        project=name,
        suggested=lines,
        pushed=pushed,
        taken_away=frozenset(taken_away).difference(read),
    )


def _with_suggestions(examples: Sequence[Example], options: PushOptions) -> list[Example]:
    """The examples with the spans that are recorded for them, without rules and scores, since people change spans."""
    lines = {} if options.shown is None else options.shown.suggested
    return [example.with_spans(lines[example.id].spans if example.id in lines else ()) for example in examples]


def _of_suggestions(corpus: Corpus, suggested: Sequence[Example]) -> list[str]:
    """What a project leader should know of the suggestions that are filled in."""
    unread = desired_state.unread_examples(suggested)
    return [
        *_without_suggestions(corpus, suggested),
        *(
            f"{name} did not read {amount(number, 'example')}: that it suggests nothing there does not mean that there "
            "is nothing"
            for name, number in unread.items()
        ),
    ]


def _without_suggestions(corpus: Corpus, suggested: Sequence[Example]) -> list[str]:
    """Why no span is filled in; nothing if some are."""
    if any(example.spans for example in suggested):
        return []
    articles = len({example.article for example in suggested})
    what = f"no span is filled in, since the suggestions for the {amount(articles, 'article')} have none"
    return [what, *explain_no_suggestions(corpus)]
