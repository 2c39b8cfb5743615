"""A push of a round in which each member has a project: one plan for all of them, and all of them pushed.

Each project is pushed as any other is, with its member and the administrators as the only members. Where each example
is to be read by K of the members, what moves from one to another is first taken away: copies that nobody worked on are
deleted, by the machinery that deletes duplicates. Then all is looked at again, and only what is really gone is given to
somebody else; what was opened meanwhile stays, and the plan is made again around it.

The plan depends on what is there and on what the corpus keeps alone. So a push that was interrupted is completed by the
next.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.annotation import article_of
from goldspan.corpus.assignment_plans import assignment_file, read_assignments
from goldspan.corpus.audits import read_audit
from goldspan.doccano.controls import pushed_ids
from goldspan.doccano.corpus_record import RoundRecord, read_record, write_record
from goldspan.doccano.former_labels import corpus_label_names
from goldspan.doccano.human_work import worked_on_examples
from goldspan.doccano.members import ADMIN, find_members, pass_folders, pseudonyms_of
from goldspan.doccano.places import PlacePlan, plan_places, require_enough
from goldspan.doccano.project import is_of_round
from goldspan.doccano.project_identity import identify
from goldspan.doccano.pull.pass_owners import record_pseudonyms
from goldspan.doccano.push import desired_state
from goldspan.doccano.push.journal import journal_path
from goldspan.doccano.push.plan import PushOptions, project_changes, project_notes
from goldspan.doccano.push.push import prepare_push
from goldspan.doccano.rights import require_administrator
from goldspan.doccano.rounds import MemberProject, ProjectOfMember, find_round, member_project_name, require_open
from goldspan.doccano.snapshot import take_full_snapshot
from goldspan.errors import InvalidValueError, ServerError
from goldspan.models.order_plan import count_words
from goldspan.report.text import Table, amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.doccano.annotator_guide import ProjectKind
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.members import ListedMember
    from goldspan.doccano.push.desired_state import Prefill
    from goldspan.doccano.push.example_view import LineBreaks
    from goldspan.doccano.push.plan import PushPlan
    from goldspan.doccano.push.push import PushRequest, PushResult
    from goldspan.doccano.push.upload_order import UploadOrder
    from goldspan.doccano.rounds import Round

ATTEMPTS = 8  # at taking away what moves, while people open examples
MEMBERS_FILE = "annotation_guidelines/members.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOptions:
    """How to push a round.

    Args:
        articles: their ids; None for all.
        most: how many further articles to push, the next of the reading order; None for all articles.
        suggestions: whether suggestions are filled in, which each member corrects alone.
        audit: the name of an audit, whose suggestions are filled in where its plan shows them.
        order: in which what is new goes up; None for the order of reading.
        only: the name of the only project to push; None for those of all members.
        per_example: how many members are to read each example; None for what the round had, at first for all.
        control: how many examples with gold are to be mixed into each project as controls.
        members: the file that lists them.
        line_breaks: what becomes of line breaks in the texts that are new there.
        renamed: by label, the name that its type was given in Doccano, as a person states it.
        new: whether to forget projects that the corpus remembers, and this account does not see.
        push: how to push each project.
    """

    articles: Sequence[str] | None = None
    most: int | None = None
    suggestions: bool = False
    audit: str | None = None
    order: UploadOrder | None = None
    only: str | None = None
    per_example: int | None = None
    control: int = 0
    members: Path | None = None
    line_breaks: LineBreaks = "auto"
    renamed: Mapping[str, str] = field(default_factory=dict)
    new: bool = False
    push: PushOptions = field(default_factory=PushOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPush:
    """The push of one member's project.

    Args:
        project: which.
        has_left: whether the member is not listed any more.
        request: of the push, ready to be planned or applied.
        plan: what is to be done to the examples.
    """

    project: MemberProject
    has_left: bool
    request: PushRequest
    plan: PushPlan

    @property
    def examples(self) -> list[Example]:
        """Those that the member is to have, without controls."""
        others = {*self.request.options.taken_away, *(each.id for each in self.request.controls.examples)}
        return [example for example in self.request.examples if example.id not in others]

    @property
    def words(self) -> int:
        """Of these examples."""
        return count_words(self.examples, self.request.corpus.scheme.language)

    @property
    def removals(self) -> tuple[str, ...]:
        """The ids of the examples that are to be taken away from the member."""
        return tuple(step.desired.example.id for step in self.plan.steps if step.state == "remove")

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do in the project."""
        return self.plan.is_done and not any(project_changes(self.request.project_plan))

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "annotator": self.project.folder,
            "member": self.project.member,
            "left": self.has_left,
            "examples": len(self.examples),
            "words": self.words,
            **self.request.json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """What the push of a round is to do.

    Args:
        record: what the corpus is to remember of the round.
        known: what it remembers; None for a new round.
        members: of each member of the round.
        places: who is to read which example; None where everybody reads all.
        remarks: what a lead should know.
    """

    record: RoundRecord
    known: RoundRecord | None
    members: tuple[MemberPush, ...]
    places: PlacePlan | None = None
    remarks: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        return self.record == self.known and all(each.is_done for each in self.members)

    def changes(self) -> Iterator[str]:
        """What is to be done beside what the table has, a line each; what is alike in several projects stands once."""
        if self.known is None:
            yield f"begin the round {self.record.name!r}: a project for each of {amount(len(self.members), 'member')}"
        elif self.known.annotators_per_example != self.record.annotators_per_example:
            before = self.known.annotators_per_example or "all"
            yield f"annotators per example: {before} → {self.record.annotators_per_example}"
        if self.places is not None:
            yield from self.places.summary.sentences()
        yield from self._grouped(lambda request: project_changes(request.project_plan))

    def notes(self) -> Iterator[str]:
        """What is left as it is, or should be known."""
        yield from self.remarks
        yield from self._grouped(lambda request: [*project_notes(request.project_plan), *request.remarks])

    def _grouped(self, lines_of: Callable[[PushRequest], Iterable[str]]) -> Iterator[str]:
        """Lines about several projects; what is the same in several stands once, with whose they are before it."""
        folders: dict[str, list[str]] = {}
        for each in self.members:
            for line in lines_of(each.request):
                folders.setdefault(line, []).append(each.project.folder)
        for line, whose in folders.items():
            yield line if len(whose) == len(self.members) else f"{enumerate_names(whose)}: {line}"

    def table(self) -> Table:
        """A row per member, a column per kind of step."""
        counts = [each.plan.counts() for each in self.members]
        columns = [name for name in counts[0] if any(row[name] for row in counts)] if counts else []
        rows = [
            (
                each.project.folder + (" (left)" if each.has_left else ""),
                each.project.name,
                f"{len(each.examples):,}",
                f"{each.words:,}",
                *(f"{row[name]:,}" for name in columns),
            )
            for each, row in zip(self.members, counts, strict=True)
        ]
        header = ("annotator", "project", "examples", "words", *columns)
        note = "remove: copies that nobody worked on, which others are to read" if "remove" in columns else ""
        return Table(self.record.name, note, header, (*rows,))

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "round": self.record.name,
            "each": self.record.each,
            "annotators_per_example": self.record.annotators_per_example,
            "suggestions": self.record.suggestions,
            "audit": self.record.audit,
            "new": self.known is None,
            "changes": list(self.changes()),
            "notes": list(self.notes()),
            "members": [{**each.json(), "plan": each.plan.json()} for each in self.members],
            "places": None if self.places is None else self.places.json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """What the push of a round did.

    Args:
        plan: what there was to do when it began.
        results: by project, what was done to its examples.
        removed: how many copies were taken away from members.
    """

    plan: RoundPlan
    results: Mapping[MemberProject, PushResult]
    removed: int = 0

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "removed": self.removed,
            "results": {project.name: result.json() for project, result in self.results.items()},
        }


@dataclass(frozen=True, slots=True)
class _Share:
    """A member's project as it is: what is there, and what somebody worked on.

    Args:
        project: which.
        listed: who is to be a member of it.
        has_left: whether its member is not listed any more.
        found: as the server has it; None if it is not there yet.
    """

    project: MemberProject
    listed: tuple[ListedMember, ...]
    has_left: bool
    found: DoccanoProject | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRequest:
    """A push of a round, ready to be planned or applied.

    Args:
        server: where to.
        corpus: where from.
        record: what the corpus is to remember of the round.
        known: the round as it is remembered; None for a new one.
        listed: the members.
        options: how to push.
    """

    server: Doccano
    corpus: Corpus
    record: RoundRecord
    known: Round | None
    listed: tuple[ListedMember, ...]
    options: RoundOptions

    def plan(self) -> RoundPlan:
        """What is to be done; nothing is written.

        Raises:
            InvalidValueError: for a name that a project that is not of this round has; for more readers of each example
                than there are annotators; for what a push of one project refuses.
            NotFoundError: if there is nothing to fill in, or a project was renamed, or this account does not see it.
            InputError: for a file that cannot be read.
            ServerError: if the server does not answer as it should.
        """
        shares, options = self._shares(), self.options
        present = {share.project: {*pushed_ids(self.server, share.found)} for share in shares}
        entries, remarks = self._entries(shares, present)
        if self.record.annotators_per_example is None:
            shares = [share for share in shares if not share.has_left and options.only in {None, share.project.name}]
            members = [self._member_push(share, entries, None, frozenset()) for share in shares]
            return self._round_plan(members, None, [*remarks, *self._left_alone()])
        examples = desired_state.desired_examples(self.corpus, entries)
        places = self._places(shares, examples, {entry.id for entry in entries})
        members = []
        for share in shares:
            if share.has_left and share.found is None:
                continue  # no project is made for somebody who left
            wanted = places.of(share.project.folder)
            away = frozenset(one.id for one in examples if one.id not in wanted and one.id in present[share.project])
            # Nothing new is given to those who left.
            kept = wanted & present[share.project] if share.has_left else wanted
            members.append(self._member_push(share, entries, kept, away))
        return self._round_plan(members, places, remarks)

    def apply(self) -> RoundResult:
        """Carry the plan out: take away what moves, look again, and push the project of each member.

        Raises:
            InvalidValueError: before anything is written, as `plan` does.
            ServerError: if the server does not answer as it should, or people are so busy that no plan holds. Whatever
                happened, the next push puts it in order.
        """
        lock = journal_path(self.corpus.build / "doccano", self.server.url, f"round {self.record.name}")
        lock.parent.mkdir(parents=True, exist_ok=True)
        progress = self.options.push.on_progress
        with files.lock(lock.with_suffix(".lock"), lambda: progress("wait for another push", 0, None)):
            return self._apply()

    def _apply(self) -> RoundResult:
        plan = begin = self.plan()
        write_record(self.corpus, read_record(self.corpus).with_round(self.record))
        record_pseudonyms(self.corpus, self.listed)
        removed = 0
        for _ in range(ATTEMPTS):
            if plan.places is not None:
                plan.places.write(self.corpus, self.record.name, leaving=True)
            leaving = [each for each in plan.members if each.removals]
            if not leaving:
                break
            for each in leaving:
                removed += _take_away(each)
            plan = self.plan()
        else:
            raise ServerError(
                f"people opened examples each time that others were to be moved, {ATTEMPTS} times",
                remedy="Push again when fewer people are at work. Nothing is lost.",
            )
        results = {each.project: each.request.apply() for each in plan.members}
        if plan.places is not None:
            plan.places.write(self.corpus, self.record.name)
        return RoundResult(plan=begin, results=results, removed=removed)

    def _shares(self) -> list[_Share]:
        """The projects of those who are listed, and then of those who were."""
        recorded = {} if self.known is None else {each.member: each for each in self.known.projects}
        admins = tuple(each for each in self.listed if each.role == ADMIN)
        annotators = {each.name: each for each in self.listed if each.role != ADMIN}
        folders = self._folders()
        shares = []
        for name, listed in annotators.items():
            known = recorded.get(name)
            project_name = member_project_name(self.record.name, folders[name]) if known is None else known.name
            shares.append(self._share(MemberProject(project_name, name, folders[name]), (listed, *admins)))
        left = (each for member, each in recorded.items() if member not in annotators)
        return shares + [self._share(each, admins, has_left=True) for each in left]

    def _share(self, project: MemberProject, listed: tuple[ListedMember, ...], *, has_left: bool = False) -> _Share:
        identity = identify(self.server, self.corpus, project.name, new=self.options.new)
        found = identity.project
        if found is not None:
            if identity.round != self.record.name and not is_of_round(found, self.record.name):
                raise InvalidValueError(
                    f"the project {project.name!r} (number {found.id}) is not of the round {self.record.name!r}",
                    remedy="Take another name for the round with --project, or rename that project in Doccano.",
                )
            require_administrator(self.server, found, "a push")
        return _Share(project, listed, has_left, found)

    def _folders(self) -> dict[str, str]:
        """By user name the folder of passes of those who annotate."""
        names = [each.name for each in self.listed if each.role != ADMIN]
        return pass_folders(names, pseudonyms_of(self.listed), ())

    def _entries(
        self, shares: Sequence[_Share], present: Mapping[MemberProject, set[str]]
    ) -> tuple[list[ManifestEntry], list[str]]:
        """The articles of this push, and that there is no next one where the next ones were asked for."""
        options, prefill = self.options, self._prefill
        if options.most is None:
            return desired_state.entries_to_push(self.corpus, options.articles, prefill=prefill), []
        there = [ids for share in shares if (ids := present[share.project])]
        everywhere = set.intersection(*there) if there else set[str]()
        anywhere = set[str]().union(*there)
        pushed = anywhere if self.record.annotators_per_example is not None else everywhere
        following = desired_state.entries_to_push(
            self.corpus, options.articles, most=options.most, pushed=pushed, prefill=prefill
        )
        articles = {article_of(example) for example in anywhere} | {entry.id for entry in following}
        entries = desired_state.entries_to_push(self.corpus, options.articles, prefill=prefill)
        remarks = [] if following else ["the round has every article without gold: there is no next one"]
        return [entry for entry in entries if entry.id in articles], remarks

    @property
    def _prefill(self) -> Prefill:
        return "suggestions" if self._kind == "private" else "nothing"

    @property
    def _kind(self) -> ProjectKind:
        return "private" if self.record.suggestions or self.record.audit else "independent"

    def _places(self, shares: Sequence[_Share], examples: Sequence[Example], chosen: set[str]) -> PlacePlan:
        """Who is to read which example, given what somebody worked on."""
        held: dict[str, tuple[str, ...]] = {}
        for share in shares:
            for example in self._worked_on(share) | self._pulled(share):
                held[example] = (*held.get(example, ()), share.project.folder)
        record, folders = read_record(self.corpus), self._folders()
        former = {old: now for name, now in folders.items() if (old := record.folder(name)) not in {None, now}}
        others = [entry for entry in self.corpus.entries if entry.id not in chosen]
        return plan_places(
            self.record.name,
            examples,
            tuple(folders.values()),
            per_example=self.record.annotators_per_example or len(folders),
            before=read_assignments(assignment_file(self.corpus, self.record.name)),
            held={example: tuple(sorted(who)) for example, who in held.items()},
            renamed={old: now for old, now in former.items() if old is not None},
            language=self.corpus.scheme.language,
            others=desired_state.desired_examples(self.corpus, others),
        )

    def _pulled(self, share: _Share) -> set[str]:
        """The ids of the examples that somebody read, whose project is not on the server any more."""
        folder = share.project.folder
        if share.found is not None or folder not in self.corpus.annotators():
            return set()
        plan = read_assignments(assignment_file(self.corpus, self.record.name))
        articles = {article_of(name) for name in plan} & {entry.id for entry in self.corpus.entries}
        read = self.corpus.confirmed_examples(folder, sorted(articles))
        return {example.id for example in read if example.id in plan and folder in plan[example.id].annotators}

    def _worked_on(self, share: _Share) -> set[str]:
        """The ids of the examples that somebody worked on in a project."""
        if share.found is None or not self.server.count(share.found.id):
            return set()
        self.options.push.on_progress(f"{share.project.folder}: read what is there", 0, None)
        names = corpus_label_names(self.corpus, self.options.renamed)
        snapshot = take_full_snapshot(self.server, share.found, confirmed=True, names=names)
        worked_on = worked_on_examples(self.server, snapshot)
        return {copy.id for number in worked_on if (copy := snapshot.copies.get(number)) is not None and copy.id}

    def _member_push(
        self, share: _Share, entries: Sequence[ManifestEntry], examples: frozenset[str] | None, away: frozenset[str]
    ) -> MemberPush:
        options, folder = self.options, share.project.folder
        audit = None if self.record.audit is None else read_audit(self.corpus, self.record.audit)

        def on_progress(step: str, done: int, total: int | None) -> None:
            options.push.on_progress(f"{folder}: {step}", done, total)

        request = prepare_push(
            self.server,
            self.corpus,
            share.project.name,
            articles=[entry.id for entry in entries],
            prefill=self._prefill,
            kind=self._kind,
            control=options.control,
            line_breaks=options.line_breaks,
            options=replace(options.push, on_progress=on_progress),
            renamed=options.renamed,
            new=options.new,
            aided_articles=None if audit is None else audit.shown_to(folder),
            suggestions_folder=None if audit is None else audit.suggestions_folder,
            order=options.order,
            of_member=ProjectOfMember(
                round=self.record.name,
                member=share.project.member,
                listed=share.listed,
                examples=examples,
                taken_away=away,
            ),
        )
        return MemberPush(project=share.project, has_left=share.has_left, request=request, plan=request.plan())

    def _left_alone(self) -> Iterator[str]:
        """The projects of those who left, where everybody reads all."""
        names = {each.name for each in self.listed if each.role != ADMIN}
        for each in () if self.known is None else self.known.projects:
            if each.member not in names:
                yield f"{each.member!r} is not listed any more: {each.name} is left as it is"

    def _round_plan(self, members: Sequence[MemberPush], places: PlacePlan | None, remarks: Iterable[str]) -> RoundPlan:
        return RoundPlan(
            record=self.record,
            known=None if self.known is None else self.known.record,
            members=tuple(members),
            places=places,
            remarks=tuple(remarks),
        )


def _take_away(each: MemberPush) -> int:
    """Delete what is to be taken away from a member and may still be; returns how many copies were."""
    away = {*each.removals}
    examples = [example for example in each.request.examples if example.id in away]
    return replace(each.request, examples=examples).apply().deleted


def prepare_round(server: Doccano, corpus: Corpus, name: str, options: RoundOptions) -> RoundRequest:
    """Put the push of a round together in which each member has a project.

    Args:
        server: where to.
        corpus: where from.
        name: of the round.
        options: how to push.

    Raises:
        InvalidValueError: if nobody is listed who annotates; for a round that is closed, has one project for all, or
            was begun otherwise; for a name that a project has; for more readers of each example than annotators.
        InputError: for a file that cannot be read.
    """
    corpus.select_entries(options.articles)  # refuses what is not there before the server is asked
    listed = find_members(corpus, options.members) or ()
    annotators = sum(each.role != ADMIN for each in listed)
    file = str(options.members or MEMBERS_FILE)
    if not annotators:
        raise InvalidValueError(
            "nobody is listed who annotates, and each is to have a project",
            remedy=f"Make accounts with `goldspan doccano user`, and list them in {file}, in the role annotator.",
        )
    known = find_round(corpus, name, server.url)
    if options.suggestions and options.audit is not None:
        raise InvalidValueError(
            "an audit has its own suggestions, and its plan says who sees them", remedy="Push without --suggestions."
        )
    record = _round_record(corpus, server, name, None if known is None else known.record, options)
    if record.audit is not None:
        _require_audited(corpus, record.audit, listed)
        _require_no_other_round(corpus, record)
    if record.audit is not None and record.annotators_per_example is not None:
        raise InvalidValueError(
            f"in an audit all read every example, and each is to be read by {record.annotators_per_example}",
            remedy="Push without --annotators-per-example.",
        )
    if options.control and (record.suggestions or record.audit):
        raise InvalidValueError(
            "controls score what annotators find unaided, and here suggestions are shown",
            remedy="Push without --control.",
        )
    if options.only is not None and record.annotators_per_example is not None:
        raise InvalidValueError(
            f"{options.only!r} is part of a round in which each example is read by {record.annotators_per_example}: "
            "what one reads depends on what the others do",
            remedy=f"Push the round: --project {shlex.quote(name)}",
        )
    if record.annotators_per_example is not None:
        require_enough(record.annotators_per_example, annotators, file)
    return RoundRequest(server=server, corpus=corpus, record=record, known=known, listed=listed, options=options)


def _require_audited(corpus: Corpus, audit: str, listed: Sequence[ListedMember]) -> None:
    """Refuse annotators whom the plan of an audit does not have: nothing says what they are to see.

    Raises:
        InvalidValueError: naming them.
        NotFoundError: if there is no such audit.
    """
    names = [each.name for each in listed if each.role != ADMIN]
    planned = read_audit(corpus, audit).annotators
    if others := sorted({*pass_folders(names, pseudonyms_of(listed), ()).values()} - {*planned}):
        raise InvalidValueError(
            f"the audit {audit!r} was planned for {enumerate_names(planned)}, and not for {enumerate_names(others)}",
            remedy="Name a file that lists the annotators of the audit alone: --members FILE",
        )


def _require_no_other_round(corpus: Corpus, record: RoundRecord) -> None:
    """Refuse a second round of one audit: everybody would read everything again.

    Raises:
        InvalidValueError: naming the first.
    """
    for other in read_record(corpus).rounds:
        if other.audit == record.audit and other.name != record.name:
            raise InvalidValueError(
                f"the audit {record.audit!r} is read in the round {other.name!r} already",
                remedy=f"Push that round: --project {shlex.quote(other.name)}; or plan another audit.",
            )


def _round_record(
    corpus: Corpus, server: Doccano, name: str, known: RoundRecord | None, options: RoundOptions
) -> RoundRecord:
    """What the corpus is to remember of a round."""
    if known is None:
        if read_record(corpus).projects_of(name, server.url):
            raise InvalidValueError(
                f"{name!r} is a project by itself: a round of that name would be taken for it",
                remedy="Take another name for the round with --project.",
            )
        return RoundRecord(
            name=name,
            server=server.url,
            each=True,
            suggestions=options.suggestions,
            annotators_per_example=options.per_example,
            audit=options.audit,
        )
    require_open(known)
    if not known.each:
        raise InvalidValueError(
            f"in the round {name!r} all have one project", remedy="Push without --each, or take another name."
        )
    if options.audit is not None and options.audit != known.audit:
        raise InvalidValueError(
            f"the round {name!r} was begun "
            + ("without an audit" if known.audit is None else f"with the audit {known.audit!r}"),
            remedy="Begin another round, with another name.",
        )
    if options.suggestions and not known.suggestions:
        raise InvalidValueError(
            f"the round {name!r} was begun without suggestions: its members work unaided",
            remedy="Push without --suggestions, or begin another round.",
        )
    per_example = options.per_example or known.annotators_per_example
    return known.model_copy(update={"server": server.url, "annotators_per_example": per_example})
