"""Pulls the annotators' work into the corpus: a pass each, or gold from a project that all share.

What a pull does is planned first; the plan has every file as it will be, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from goldspan import files, formats
from goldspan.annotation import article_of
from goldspan.articles.examples import article_examples
from goldspan.corpus.shown_suggestions import read_shown
from goldspan.corpus.withdrawals import read_withdrawals
from goldspan.doccano.annotator_progress import confirmed_work
from goldspan.doccano.assignments import NOTHING_HIDDEN, annotators_of, hidden_examples
from goldspan.doccano.controls import read_controls, score_controls, split_controls
from goldspan.doccano.corpus_record import read_record, record_key
from goldspan.doccano.former_labels import with_split_labels
from goldspan.doccano.label_comparison import TRUSTED, LabelComparison, compare_project_labels, find_renames
from goldspan.doccano.labels import NOTHING
from goldspan.doccano.member_projects import as_work_of, comments_of, is_common, private_member
from goldspan.doccano.members import find_members
from goldspan.doccano.project import project_kind, require_annotation
from goldspan.doccano.project_identity import identify
from goldspan.doccano.pull.collect import Fix, PullOptions, PullProblem, collect
from goldspan.doccano.pull.member_work import find_member, work_of_member, work_on_seen
from goldspan.doccano.pull.pass_files import held_lines, pass_changes, reread_lines, write_passes
from goldspan.doccano.pull.pass_owners import PassOwners, annotator_names, find_owners
from goldspan.doccano.pull.reanchor import MovedLine
from goldspan.doccano.pull.unit_evidence import unit_notes
from goldspan.doccano.rights import require_administrator
from goldspan.doccano.snapshot import ALL, AnnotatorComment, UndecidedSpan, take_full_snapshot
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, Span
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.controls import ControlResult
    from goldspan.doccano.members import ListedMember
    from goldspan.doccano.project_identity import ProjectIdentity
    from goldspan.doccano.pull.collect import CollectedWork
    from goldspan.doccano.pull.pass_files import FileChange
    from goldspan.doccano.snapshot import Snapshot

T = TypeVar("T", PullProblem, Fix, AnnotatorComment, MovedLine, UndecidedSpan)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullPlan:
    """What a pull will do.

    Args:
        project: the project.
        root: the folder of the corpus's project.
        changes: the files of all annotators, those that stay as they are included.
        problems: what does not fit and is not written.
        repairs: what `tidy` repaired.
        comments: on examples.
        unexported: per label how many spans no member's export has: of former members, or drawn during the pull.
        controls: the scores on the controls, of which nothing is written; None if there are none.
        moved: the lines whose spans were moved to a new text.
        owners: whose work each folder of passes holds, and which are renamed.
        papers: the bytes of each other file that changes with the passes: renamed ones, what names their folders, and
            the record of accounts and label types; None for one that goes.
        mentions: the pages that name a renamed folder and are not changed.
        types: the label types of the project, compared with the scheme.
        to_read: the spans of labels that were split, which are to be read again; their lines are not confirmed.
        notes: what else somebody should know.
        confirmed: by the name of a user, or `snapshot.ALL`, how many examples they confirmed on the server, and how
            many words these have; empty where not all articles are pulled.
    """

    project: DoccanoProject
    root: Path
    changes: tuple[FileChange, ...]
    problems: tuple[PullProblem, ...] = ()
    repairs: tuple[Fix, ...] = ()
    comments: tuple[AnnotatorComment, ...] = ()
    unexported: Mapping[str, int] = field(default_factory=dict)
    controls: ControlResult | None = None
    moved: tuple[MovedLine, ...] = ()
    owners: PassOwners = field(default_factory=lambda: PassOwners({}))
    papers: Mapping[Path, bytes | None] = field(default_factory=dict)
    mentions: tuple[Path, ...] = ()
    types: LabelComparison = TRUSTED
    to_read: tuple[UndecidedSpan, ...] = ()
    notes: tuple[str, ...] = ()
    confirmed: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether all fits: there is no problem, nothing to read again, no label type of which spans may be missing."""
        is_new = any(change.merged.new for change in self.changes)
        return not (self.problems or self.to_read or self.types.serious or (is_new and self.types.recreated))

    @property
    def written(self) -> tuple[FileChange, ...]:
        """The files that will be different."""
        return tuple(change for change in self.changes if change.merged.is_changed)

    def apply(self) -> list[Path]:
        """Write what is planned, all files or none; a file without lines is removed.

        Returns:
            The files that were written or removed.

        Raises:
            InputError: if a file would not be read as it was meant.
            OSError: if one cannot be written; then none is.
        """
        return write_passes(self.written, self.papers)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "project": self.project.name,
            "shared": project_kind(self.project) == "shared",
            "kind": project_kind(self.project),
            "files": [change.json(self.root) for change in self.changes],
            **self.owners.json(),
            "problems": [problem.json() for problem in self.problems],
            "moved": [line.json() for line in self.moved],
            "repairs": [fix.json() for fix in self.repairs],
            "comments": [
                {"annotator": comment.annotator, "example": comment.example, "text": comment.text}
                for comment in self.comments
            ],
            "unseen": dict(self.unexported),
            "controls": None if self.controls is None else self.controls.json(),
            "labels": [doubt.json() for doubt in self.types.doubts],
            "read_again": [span.json() for span in self.to_read],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOptions:
    """What is pulled of a project; see `plan_pull`."""

    unconfirmed: bool = False
    tidy: bool = False
    withdraw: bool = False
    articles: Sequence[str] | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectWork:
    """What annotators did in a project, before it is settled whose folders it goes into.

    Args:
        identity: of the project.
        snapshot: what the project holds.
        own: the same without controls.
        controls: the controls alone; None if the project is to have none.
        collected: the work of each annotator, as lines.
        types: the label types of the project, compared with the scheme.
        member: the user whose project it is, in a round in which each has one: all lines are theirs.
        confirmed: see `PullPlan`.
    """

    identity: ProjectIdentity
    snapshot: Snapshot
    own: Snapshot
    controls: Snapshot | None
    collected: CollectedWork
    types: LabelComparison
    member: str | None = None
    confirmed: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def project(self) -> DoccanoProject:
        """The project as the server has it."""
        return self.snapshot.project


def plan_pull(
    corpus: Corpus,
    server: Doccano,
    name: str,
    *,
    unconfirmed: bool = False,
    tidy: bool = False,
    withdraw: bool = False,
    members: Path | None = None,
    articles: Sequence[str] | None = None,
    renamed: Mapping[str, str] = NOTHING,
    on_step: Callable[[str], None] = lambda _: None,
) -> PullPlan:
    """What a pull would do, from two exports.

    Args:
        corpus: where to.
        server: where from.
        name: of the project.
        unconfirmed: whether examples that the annotator did not confirm are pulled, too.
        tidy: whether slips are repaired.
        withdraw: whether a line of the corpus whose example is open on the server is withdrawn also where nobody did
            anything there: the confirmation was taken back, and nothing else shows that.
        members: the file of the members, for their pseudonyms; None for the project's own, if it has one.
        articles: their ids; None for all.
        renamed: by label, the name that its type was given on the server, as a person states it.
        on_step: called with the name of each step that takes long.

    Raises:
        NotFoundError: if there is no such project, or it has another name by now.
        InvalidValueError: if its offsets count something else than at the first push, or it is another corpus's; if a
            user name cannot name a folder; if somebody's passes would be in two folders; if a shared project has
            controls; if the project is one of disputes.
        InputError: if a file of the corpus cannot be read; for an article that the corpus does not have.
        ServerError: if the server does not answer as it should.
    """
    listed = find_members(corpus, members) or ()
    options = WorkOptions(unconfirmed=unconfirmed, tidy=tidy, withdraw=withdraw, articles=articles, renamed=renamed)
    work = read_work(corpus, server, name, listed, options, on_step=on_step)
    return plan_of_work(corpus, server, work, owners_of(corpus, server, work.project, work.collected, listed))


def read_work(
    corpus: Corpus,
    server: Doccano,
    name: str,
    listed: Sequence[ListedMember],
    options: WorkOptions,
    *,
    on_step: Callable[[str], None] = lambda _: None,
) -> ProjectWork:
    """What annotators did in a project, from two exports.

    Args:
        corpus: where to.
        server: where from.
        name: of the project.
        listed: the members of the members' file.
        options: what is pulled.
        on_step: called with the name of each step that takes long.

    Raises:
        GoldspanError: as `plan_pull`, but for what is wrong with folders.
    """
    entries = corpus.select_entries(options.articles)
    identity = identify(server, corpus, name)
    project = identity.require()
    require_annotation(project)
    require_administrator(server, project, "a pull")
    kind = project_kind(project)
    control_ids = read_controls(corpus, name, kind=kind)
    alone = private_member(server, identity, kind)
    on_step(f"Exporting {name}, twice")
    snapshot, gold, types = snapshot_and_gold(corpus, server, project, entries, options.renamed)
    if alone is not None:
        snapshot = as_work_of(snapshot, alone, comments_of(server, project.id, alone))
    on_step("Comparing")
    own, controls = split_controls(snapshot, control_ids)
    wanted = pull_options(
        corpus,
        entries,
        own,
        gold,
        types,
        unconfirmed=options.unconfirmed,
        tidy=options.tidy,
        withdraw=options.withdraw,
    )
    collected = collect(own, wanted)
    member = find_member(corpus, server, identity, collected, listed)
    if member is not None:
        collected = work_of_member(collected, member)
    elif kind == "independent":
        names = [one.username for one in annotators_of(server.members(project.id))]
        hidden = hidden_examples(server, project.id, names, snapshot.copies.keys())
        collected = work_on_seen(own, collected, hidden or NOTHING_HIDDEN)
    return ProjectWork(
        identity=identity,
        snapshot=snapshot,
        own=own,
        controls=controls if control_ids else None,
        collected=collected,
        types=types,
        member=member,
        confirmed={} if options.articles else _confirmed(own, wanted.examples, member, corpus.scheme.language),
    )


def _confirmed(
    snapshot: Snapshot, examples: Mapping[str, Example], member: str | None, language: str
) -> dict[str, tuple[int, int]]:
    """What each annotator confirmed: all of them, or the one member whose project it is."""
    annotators = (ALL,) if is_common(snapshot) else (member,) if member else snapshot.members
    return {
        name or member or ALL: work for name, work in confirmed_work(snapshot, annotators, examples, language).items()
    }


def plan_of_work(corpus: Corpus, server: Doccano, work: ProjectWork, owners: PassOwners) -> PullPlan:
    """What a pull would do with the work in a project.

    Args:
        corpus: where to.
        server: where from.
        work: what annotators did.
        owners: whose work each folder holds, and the record so far; that of the plan has this project, too.

    Raises:
        InvalidValueError: for a user name that cannot name a folder; if somebody's passes would be in two folders.
        InputError: if a file of the corpus cannot be read.
        ServerError: if the server does not answer as it should.
    """
    project, collected, types = work.project, work.collected, work.types
    identity = replace(work.identity, member=work.member)
    owners = replace(owners, record=identity.added_to(owners.record, server.url))
    pseudonyms = owners.folders
    scores = None if work.controls is None else score_controls(corpus, work.controls, pseudonyms, types)
    comments = collected.comments
    if is_common(work.snapshot):
        comments = _shared_comments(server, work.snapshot)
    changes = tuple(pass_changes(corpus, collected, pseudonyms, owners.renames, types))
    held = [*held_lines(changes, types), *reread_lines(changes)]
    problems = (*_with_pseudonyms(collected.problems, pseudonyms), *held)
    kept = {("" if is_common(work.snapshot) else problem.annotator, problem.example) for problem in held}
    repairs = [
        fix for fix in _with_pseudonyms(collected.repairs, pseudonyms) if (fix.annotator, fix.example) not in kept
    ]
    numbers = types.remembered(_uncertain_labels(types, problems), corpus.scheme.names)
    record = owners.record.with_label_numbers(record_key(project, server.url), numbers)
    owners = replace(owners, record=record)
    return PullPlan(
        project=project,
        root=corpus.root,
        changes=changes,
        problems=problems,
        repairs=tuple(repairs),
        comments=(*_with_pseudonyms(comments, pseudonyms), *(scores.comments if scores else ())),
        unexported=_unexported(server, work.snapshot),
        controls=scores,
        moved=tuple(_with_pseudonyms(collected.moved, pseudonyms)),
        owners=owners,
        papers=owners.contents(corpus),
        mentions=tuple(owners.mentions(corpus)),
        types=types,
        to_read=tuple(_with_pseudonyms(work.own.undecided, pseudonyms)),
        notes=(*identity.notes, *unit_notes(work.snapshot, is_known=identity.is_known)),
        confirmed=work.confirmed,
    )


def owners_of(
    corpus: Corpus,
    server: Doccano,
    project: DoccanoProject,
    collected: CollectedWork,
    listed: Sequence[ListedMember],
) -> PassOwners:
    """Whose work each folder of passes holds after a pull; in a shared project nothing of it changes.

    Raises:
        InvalidValueError: if a person would get a second folder, or a folder a second person's work.
        InputError: for a file that cannot be read.
    """
    if project_kind(project) not in {"independent", "private"}:
        return PassOwners(annotator_names(corpus, listed), record=read_record(corpus))
    return find_owners(corpus, collected.lines, lambda: {user.username for user in server.users()}, listed)


def _uncertain_labels(types: LabelComparison, problems: Iterable[PullProblem]) -> set[str]:
    """The labels for whose sake a line is held back."""
    about_labels = [problem for problem in problems if problem.kind in {"gone", "mixed"}]
    labels = {problem.span[2] for problem in about_labels if problem.span}
    return labels if all(problem.span for problem in about_labels) else labels | types.gone.keys()


def snapshot_and_gold(
    corpus: Corpus,
    server: Doccano,
    project: DoccanoProject,
    entries: Sequence[ManifestEntry],
    renamed: Mapping[str, str] = NOTHING,
) -> tuple[Snapshot, dict[str, Example], LabelComparison]:
    """What the project holds, the gold of these articles by id, which is read while the server exports, and the labels.

    Raises:
        InputError: if a file cannot be read.
        InvalidValueError: if a person names a label type that is not there.
        ServerError: if the server does not answer as it should, or its label types change meanwhile.
    """
    with ThreadPoolExecutor(1) as reading:
        gold = reading.submit(
            lambda: {example.id: example for example in corpus.gold_examples(entry.id for entry in entries)}
        )
        snapshot, types = snapshot_and_labels(corpus, server, project, renamed)
        return snapshot, gold.result(), types


def snapshot_and_labels(
    corpus: Corpus, server: Doccano, project: DoccanoProject, renamed: Mapping[str, str] = NOTHING
) -> tuple[Snapshot, LabelComparison]:
    """What the project holds, and its label types compared with the scheme.

    Raises:
        InputError: if a file cannot be read.
        InvalidValueError: if a person names a label type that is not there.
        ServerError: if the server does not answer as it should, or its label types change meanwhile.
    """
    before = server.span_types(project.id)
    types = compare_project_labels(corpus, server, project, renamed)
    snapshot = take_full_snapshot(server, project, confirmed=True, names=types.names)
    after = server.span_types(project.id)
    if [(each.id, each.name) for each in after] != [(each.id, each.name) for each in before]:
        raise ServerError("the label types changed while the project was exported", remedy="Try again.")
    if any(doubt.kind == "missing" for doubt in types.doubts):
        types = find_renames(types, snapshot, _corpus_lines(corpus))
    return with_split_labels(snapshot, read_record(corpus), corpus.scheme), types


def _corpus_lines(corpus: Corpus) -> Iterator[Example]:
    """All lines of gold and of passes."""
    yield from corpus.gold_examples()
    for annotator in corpus.annotators():
        yield from corpus.pass_examples(annotator)


def pull_options(
    corpus: Corpus,
    entries: Sequence[ManifestEntry],
    snapshot: Snapshot,
    gold: Mapping[str, Example],
    types: LabelComparison,
    *,
    unconfirmed: bool = False,
    tidy: bool = False,
    withdraw: bool = False,
) -> PullOptions:
    """The options to pull the work on the examples of these articles, as gold and seeds have them.

    An article is cut into paragraphs only if the snapshot has examples of it that its gold, which may be unfinished,
    lacks.

    Raises:
        InputError: if a file cannot be read.
    """
    chosen, examples = {entry.id for entry in entries}, dict(gold)
    unfinished = {article_of(name) for name in snapshot.by_id if name not in examples}
    for entry in entries:
        if entry.id in unfinished:
            for example in article_examples(corpus, entry):
                examples.setdefault(example.id, example)
    return PullOptions(
        examples=examples,
        other_articles={entry.id for entry in corpus.entries} - chosen,
        labels=frozenset(corpus.scheme.names),
        unconfirmed=unconfirmed,
        tidy=tidy,
        withdraw=withdraw,
        types=types,
        to_read=frozenset((one.annotator, one.example) for one in snapshot.undecided if one.confirmed),
        filled_in=_filled_in(corpus, snapshot.project.name, entries, gold)
        if types.gone and snapshot.project.collaborative
        else {},
        withdrawn={one.article: one.date for one in read_withdrawals(corpus.withdrawal_file)},
        shown=read_shown(corpus, snapshot.project.name) if project_kind(snapshot.project) == "private" else None,
    )


def _filled_in(
    corpus: Corpus, project: str, entries: Iterable[ManifestEntry], gold: Mapping[str, Example]
) -> dict[str, list[tuple[Span, ...]]]:
    """By example, the spans that a push may have filled in: of gold, of the record, and of the suggestions."""
    filled_in = {name: [example.spans] for name, example in gold.items()}
    for name, lines in read_shown(corpus, project).items():
        filled_in.setdefault(name, []).extend(line.spans for line in lines)
    for entry in entries:
        file = corpus.suggestions / f"{entry.id}.jsonl"
        for example in formats.load(file, "gold") if files.is_there(file) else ():
            filled_in.setdefault(example.id, []).append(example.spans)
    return filled_in


def _shared_comments(server: Doccano, snapshot: Snapshot) -> list[AnnotatorComment]:
    """The comments in a shared project, whose export does not say who wrote them."""
    return [
        AnnotatorComment(comment.username, snapshot.copies[comment.example].id or "", comment.text)
        for comment in server.comments(snapshot.project.id)
        if comment.example in snapshot.copies
    ]


def _with_pseudonyms(items: Iterable[T], pseudonyms: Mapping[str, str]) -> list[T]:
    """The same items with pseudonyms instead of user names, where there are any."""
    return [replace(item, annotator=pseudonyms.get(item.annotator, item.annotator)) for item in items]


def _unexported(server: Doccano, snapshot: Snapshot) -> dict[str, int]:
    """Per label the spans that the server counts and no member's export has."""
    if snapshot.project.collaborative:
        return {}
    works = [work for copy in snapshot.copies.values() for work in copy.work.values()]
    exported = Counter(span.label for work in works for span in work.spans)
    exported.update(span.label for work in works for span in work.invalid)
    exported.update(snapshot.unread)
    exported.subtract(snapshot.relabelled)
    counted = Counter[str]()
    for each in server.span_types(snapshot.project.id):
        counted[snapshot.names.label(each.name)] += server.count(snapshot.project.id, each.name)
    missing = {label: number - exported[label] for label, number in counted.items()}
    return {label: number for label, number in missing.items() if number > 0}
