"""How far the annotators are, and what differs between the corpus and the server."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import TYPE_CHECKING, Any

from goldspan.annotation import article_of
from goldspan.corpus.assignment_plans import assignment_file, read_assignments
from goldspan.doccano.annotator_progress import AnnotatorProgress, annotating_users, annotators_progress
from goldspan.doccano.assignments import NOTHING_HIDDEN, annotators_of, hidden_examples
from goldspan.doccano.controls import read_controls, split_controls
from goldspan.doccano.label_comparison import TRUSTED, LabelComparison, renamed_types_of
from goldspan.doccano.labels import NOTHING
from goldspan.doccano.member_projects import as_work_of, comments_of, private_member
from goldspan.doccano.members import find_members, pseudonyms_of
from goldspan.doccano.project import project_kind, round_of
from goldspan.doccano.project_identity import identify
from goldspan.doccano.pull.collect import collect
from goldspan.doccano.pull.member_work import find_member, work_of_member
from goldspan.doccano.pull.pass_files import held_lines, pass_changes, pass_folder
from goldspan.doccano.pull.pass_owners import annotator_names
from goldspan.doccano.pull.pull import owners_of, pull_options, snapshot_and_gold
from goldspan.doccano.push.desired_state import desired_examples
from goldspan.doccano.rights import require_administrator
from goldspan.doccano.rounds import Round, find_round
from goldspan.doccano.snapshot import ALL
from goldspan.errors import GoldspanError, InvalidValueError, NotFoundError
from goldspan.formats.doccano import is_text_of
from goldspan.models.order_plan import count_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.assignment_plans import AssignedExample
    from goldspan.doccano.annotator_guide import ProjectKind
    from goldspan.doccano.assignments import HiddenExamples
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.project_identity import ProjectIdentity
    from goldspan.doccano.pull.collect import CollectedWork, PullOptions, PullProblem
    from goldspan.doccano.pull.pass_owners import PassOwners
    from goldspan.doccano.snapshot import Snapshot

OK = 200


@dataclass(frozen=True, slots=True)
class ArticleProgress:
    """How far the annotators are with one article.

    Args:
        id: the article's id; empty for examples that are not of this corpus.
        examples: how many of its examples are in the project.
        done: per annotator how many of these are confirmed.
        disputed: the ids that several confirmed, not with the same spans.
        hidden: per annotator how many of these they neither see, since they are not assigned to them, nor confirmed.
    """

    id: str
    examples: int
    done: Mapping[str, int]
    disputed: tuple[str, ...]
    hidden: Mapping[str, int] = field(default_factory=dict)

    def open(self, annotator: str) -> int:
        """How many examples wait for an annotator: those that are neither confirmed nor hidden from them."""
        return self.examples - self.done[annotator] - self.hidden.get(annotator, 0)

    def json(self, annotators: Iterable[str], *, hidden: bool) -> dict[str, Any]:
        """For `--json`.

        Args:
            annotators: whose counts.
            hidden: whether it is stated how many examples each is not to read.
        """
        return {
            "article": self.id,
            "examples": self.examples,
            "annotators": {
                name: {"done": self.done[name], "open": self.open(name)}
                | ({"not_assigned": self.hidden.get(name, 0)} if hidden else {})
                for name in annotators
            },
            "disputed": self.disputed,
        }


@dataclass(frozen=True, slots=True)
class PendingChanges:
    """What a pull would change in the files of one annotator, and the examples that it would not write."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unfit: int = 0

    def __add__(self, other: PendingChanges) -> PendingChanges:
        """The changes of both."""
        return PendingChanges(
            self.new + other.new,
            self.changed + other.changed,
            self.withdrawn + other.withdrawn,
            self.unfit + other.unfit,
        )

    def json(self) -> dict[str, int]:
        """The counts by name."""
        return {"new": self.new, "changed": self.changed, "withdrawn": self.withdrawn, "unfit": self.unfit}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectProgress:
    """How far a project is.

    Args:
        project: which.
        annotators: those who annotate, sorted; in a shared project there is one without a name.
        articles: those that the project has, in the order of the corpus.
        not_pushed: the ids of the examples that are in the corpus alone, of articles that the project has.
        absent: the articles of the corpus of which the project has nothing; empty for a project of disputes.
        changed: the ids of the examples whose text in the corpus is another one.
        duplicated: the ids of the examples of which the project has several copies.
        unmanaged: the ids, or Doccano's numbers, of what is not of this corpus.
        controls: the ids of the controls in the project; nothing else counts them.
        pending: per annotator what a pull would change; empty if a pull would be refused.
        refusal: why a pull would be refused; empty if it would not.
        hidden: per member who annotates how many examples of the project, controls included, are not assigned to them;
            None on a server without assignments.
        types: the label types of the project, compared with the scheme.
        held: the lines that a pull would leave as they are because of a label type, or of an import of an export.
        lines: by annotator what they confirmed, as a pull would write it; what does not fit is left out.
    """

    project: DoccanoProject
    annotators: tuple[str, ...]
    articles: tuple[ArticleProgress, ...]
    not_pushed: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    duplicated: tuple[str, ...] = ()
    unmanaged: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    pending: Mapping[str, PendingChanges] = field(default_factory=dict)
    refusal: str = ""
    hidden: Mapping[str, int] | None = None
    types: LabelComparison = TRUSTED
    held: tuple[PullProblem, ...] = ()
    lines: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "project": self.project.name,
            "shared": project_kind(self.project) == "shared",
            "kind": project_kind(self.project),
            "articles": [article.json(self.annotators, hidden=self.hidden is not None) for article in self.articles],
            "not_pushed": self.not_pushed,
            "absent": self.absent,
            "changed": self.changed,
            "doubled": self.duplicated,
            "only_there": self.unmanaged,
            "controls": self.controls,
            "unpulled": {annotator: changes.json() for annotator, changes in self.pending.items()},
            "refusal": self.refusal,
            "not_assigned": None if self.hidden is None else dict(self.hidden),
            "labels": [doubt.json() for doubt in self.types.doubts],
            "held": [problem.json() for problem in self.held],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProgress:
    """How far a round is, joined over its projects; or a project that is no round, which then is its only one.

    Args:
        name: of the round, or of the project.
        projects: its projects, each by itself.
        annotators: how far each annotator is, sorted by folder.
        articles: those that some project has, in the order of the corpus. Annotators are named by their user names, as
            in `annotators`; an example that somebody is not to read is hidden from them.
        not_pushed: the examples that fewer annotators are to read in Doccano than should, of articles that are there.
        absent: the articles of the corpus of which no project has anything; empty for a project of disputes.
        round: what the corpus remembers of it; None for a project that is no round.
        unread: by name of a project of the round that could not be read, why; nothing here counts it.
    """

    name: str
    projects: tuple[ProjectProgress, ...]
    annotators: tuple[AnnotatorProgress, ...]
    articles: tuple[ArticleProgress, ...]
    not_pushed: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    round: Round | None = None
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def disputed(self) -> tuple[str, ...]:
        """The examples that several annotators confirmed with other spans, in whatever projects."""
        return tuple(example for article in self.articles for example in article.disputed)

    @property
    def examples(self) -> int:
        """How many examples there are, each counted once."""
        return sum(article.examples for article in self.articles)

    @property
    def pending(self) -> dict[str, PendingChanges]:
        """By folder of passes what a pull would change, in all projects."""
        pending: dict[str, PendingChanges] = {}
        for folder, changes in (item for project in self.projects for item in project.pending.items()):
            pending[folder] = pending.get(folder, PendingChanges()) + changes
        return dict(sorted(pending.items()))

    @property
    def lines(self) -> dict[str, tuple[Example, ...]]:
        """By folder of passes what an annotator confirmed, as a pull would write it."""
        of = {project.project.name: project.lines for project in self.projects}
        return {each.folder: of[each.project].get(each.member, ()) for each in self.annotators}

    def json(self) -> dict[str, Any]:
        """The report for `--json`; that of a single project has all keys of `ProjectProgress.json`, too."""
        of_project = self.projects[0].json() if len(self.projects) == 1 else {}
        names = [each.member for each in self.annotators]
        return {
            **of_project,
            "name": self.name,
            "round": None if self.round is None else self.round.record.name,
            "annotators_per_example": None if self.round is None else self.round.record.annotators_per_example,
            "annotators": [each.json() for each in self.annotators],
            "articles": [article.json(names, hidden=self._hides) for article in self.articles],
            "disputed": list(self.disputed),
            "not_pushed": self.not_pushed,
            "absent": self.absent,
            "unread": dict(self.unread),
            "projects": [] if of_project else [project.json() for project in self.projects],
        }

    @property
    def _hides(self) -> bool:
        """Whether it can be that somebody does not see an example."""
        return len(self.projects) > 1 or any(project.hidden is not None for project in self.projects)


@dataclass(frozen=True, slots=True)
class ProjectListing:
    """A project in a list.

    Args:
        project: as the server has it.
        examples: how many it has.
        done: how many of them each member confirmed; None if the server does not report it.
    """

    project: DoccanoProject
    examples: int
    done: Mapping[str, int] | None

    @property
    def round(self) -> str | None:
        """The name of the round that it is part of; None if it is part of none."""
        return round_of(self.project)


def list_projects(server: Doccano) -> Iterator[ProjectListing]:
    """The projects of a server, the newest first; those of a round follow each other, sorted by their names."""
    projects = server.projects()
    rounds: dict[str, list[DoccanoProject]] = {}
    for project in projects:
        if (name := round_of(project)) is not None:
            rounds.setdefault(name, []).append(project)
    together = (
        sorted(rounds.pop(name), key=lambda each: each.name) if name in rounds else [project] * (name is None)
        for project in projects
        for name in [round_of(project)]
    )
    for project in (each for group in together for each in group):
        status, answer = server.probe(f"v1/projects/{project.id}/metrics/member-progress")
        yield ProjectListing(project, server.count(project.id), _parse_done(answer) if status == OK else None)


@dataclass(frozen=True, slots=True)
class _ExampleProgress:
    """What is counted of an example.

    Args:
        article: its id; empty for an example that is not of this corpus.
        confirmed: who confirmed it, and with which spans.
        readers: the annotators who see it, or confirmed it.
    """

    article: str
    confirmed: Mapping[str, object]
    readers: Collection[str]


@dataclass(frozen=True, slots=True)
class _ProjectReading:
    """What is joined of the projects of a round.

    Args:
        progress: of the project by itself.
        annotators: how far each annotator is there.
        examples: those that are there, controls left out.
        lacking: the examples of the corpus that are to be there and are not, whatever their article.
    """

    progress: ProjectProgress
    annotators: tuple[AnnotatorProgress, ...]
    examples: Mapping[str, _ExampleProgress]
    lacking: Collection[str]


def project_progress(
    corpus: Corpus, server: Doccano, name: str, *, members: Path | None = None, renamed: Mapping[str, str] = NOTHING
) -> ProjectProgress:
    """How far a project is, from the same two exports as a pull.

    Args:
        corpus: the corpus.
        server: where the project is.
        name: of the project.
        members: the file of the members, for their pseudonyms; None for the project's own, if it has one.
        renamed: by label, the name that its type was given on the server, as a person states it.

    Raises:
        NotFoundError: if there is no such project.
        InputError: if a file of the corpus cannot be read.
        InvalidValueError: if a shared project has controls.
        ServerError: if the server does not answer as it should.
    """
    found = find_round(corpus, name, server.url)
    return _StatusReader(corpus, server, members).read(name, found, renamed).progress


def round_progress(
    corpus: Corpus, server: Doccano, name: str, *, members: Path | None = None, renamed: Mapping[str, str] = NOTHING
) -> RoundProgress:
    """How far a round is, joined over its projects, or a project that is no round.

    Args:
        corpus: the corpus.
        server: where the projects are.
        name: of the round, or of a project; of a project that a member of a round has alone, it is that project's.
        members: the file of the members, for their pseudonyms; None for the project's own, if it has one.
        renamed: by label, the name that its type was given on the server, as a person states it.

    Raises:
        NotFoundError: if no project is there.
        InputError: if a file of the corpus cannot be read.
        InvalidValueError: if a shared project has controls.
        ServerError: if the server does not answer as it should.
    """
    found = find_round(corpus, name, server.url)
    names = (name,) if found is None else found.project_names
    if not names:
        raise NotFoundError(
            f"the round {name!r} has no project yet", remedy=f"Push it: goldspan doccano push --project {quote(name)}"
        )
    renamed_in = renamed_types_of(corpus, server, names, renamed)
    reader = _StatusReader(corpus, server, members)
    readings: list[_ProjectReading] = []
    unread: dict[str, GoldspanError] = {}
    for each in names:
        try:
            readings.append(reader.read(each, found, renamed_in[each]))
        except GoldspanError as error:
            unread[each] = error
    if not readings:
        raise next(iter(unread.values()))
    return reader.join(name, readings, found, {each: str(error) for each, error in unread.items()})


class _StatusReader:
    """Reads the projects of a round one by one, and joins what they hold."""

    def __init__(self, corpus: Corpus, server: Doccano, members: Path | None) -> None:
        self.corpus, self.server = corpus, server
        self.listed = find_members(corpus, members) or ()
        self.names = annotator_names(corpus, self.listed)
        self.entries = corpus.select_entries()
        self.desired = {example.id: example for example in desired_examples(corpus, self.entries)}

    def read(self, name: str, found: Round | None, renamed: Mapping[str, str]) -> _ProjectReading:
        """How far one project is."""
        corpus, server = self.corpus, self.server
        identity = identify(server, corpus, name)
        project = identity.require()
        require_administrator(server, project, "what everybody has done")
        kind = project_kind(project)
        control_ids = read_controls(corpus, name, kind=kind)
        refusal, alone = self._private_member(identity, kind)
        if found is None and identity.round is not None:  # one member's project, named by itself
            found = find_round(corpus, identity.round, server.url)
        everything, gold, types = snapshot_and_gold(corpus, server, project, self.entries, renamed)
        if alone is not None:
            everything = as_work_of(everything, alone, comments_of(server, project.id, alone))
        snapshot, controls = split_controls(everything, control_ids)
        options = pull_options(corpus, self.entries, snapshot, gold, types)
        names = [member.username for member in annotators_of(server.members(project.id))]
        hidden = hidden_examples(server, project.id, names, everything.copies.keys())
        unseen = hidden or NOTHING_HIDDEN
        collected = collect(snapshot, options)
        member = find_member(corpus, server, identity, collected, self.listed)
        if member is not None:
            collected = work_of_member(collected, member)
        annotators = annotating_users(snapshot, names, member=member)
        people = {ALL: member or ALL}
        of_disputes = kind == "disputes"
        pending, refusal, held = (
            ({}, refusal, ())
            if of_disputes or refusal
            else _pending_changes(
                corpus, collected, types, lambda: owners_of(corpus, server, project, collected, self.listed)
            )
        )
        known = {example: copies for example, copies in snapshot.by_id.items() if example in options.examples}
        examples = _examples(snapshot, options, annotators, unseen, people)
        articles = {article_of(example) for example in known}
        theirs = self._to_read(name, found)
        pushed = {*known, *controls.by_id}
        lacking = () if of_disputes else [each for each in self.desired if each in theirs and each not in pushed]
        wanted = {article_of(example) for example in theirs}
        progress = ProjectProgress(
            project=project,
            annotators=tuple(people.get(each, each) for each in annotators),
            articles=tuple(_articles(examples, [people.get(each, each) for each in annotators])),
            not_pushed=tuple(each for each in lacking if article_of(each) in articles),
            absent=tuple(
                entry.id
                for entry in self.entries
                if entry.id not in articles and entry.id in wanted and not of_disputes
            ),
            changed=tuple(
                example
                for example, copies in known.items()
                if not any(is_text_of(copy.text, options.examples[example].text) for copy in copies)
            ),
            duplicated=tuple(
                example
                for example, copies in known.items()
                if len(copies) > 1 and all(copy.held_back is None for copy in copies)
            ),
            unmanaged=tuple(
                copy.id or f"number {copy.number}" for copy in snapshot.copies.values() if copy.id not in known
            ),
            controls=tuple(sorted(controls.by_id)),
            pending=pending,
            refusal=refusal,
            hidden=None if hidden is None else self._unassigned(everything, hidden, control_ids, found),
            types=types,
            held=(*held, *(problem for problem in collected.problems if problem.kind in {"imported", "member"})),
            lines={people.get(each, each): _confirmed_lines(collected, each) for each in annotators},
        )
        words = {example: self._count_words(options.examples[example]) for example in known}
        folders = self.names | ({ALL: self.names.get(member, member)} if member else {})
        counted = annotators_progress(snapshot, annotators, words, folders=folders, members=people, hidden=unseen.of)
        return _ProjectReading(progress, tuple(counted), examples, frozenset(lacking))

    def join(
        self, name: str, readings: Sequence[_ProjectReading], found: Round | None, unread: Mapping[str, str]
    ) -> RoundProgress:
        """How far a round is."""
        examples = _joined(each.examples for each in readings)
        annotators = sorted(one for each in readings for one in each.annotators)
        articles = {example.article for example in examples.values()}
        of_disputes = any(project_kind(each.progress.project) == "disputes" for each in readings)
        lacking = {example for each in readings for example in each.lacking}
        if found is not None and not of_disputes:  # what no plan has yet is nobody's
            plan = self._plan(found)
            here = {*examples, *(control for each in readings for control in each.progress.controls)}
            lacking |= {example for example in self.desired if example not in here and example not in plan}
        return RoundProgress(
            name=name,
            projects=tuple(each.progress for each in readings),
            annotators=tuple(annotators),
            articles=tuple(_articles(examples, [each.member for each in annotators])),
            not_pushed=tuple(each for each in self.desired if each in lacking and article_of(each) in articles),
            absent=tuple(entry.id for entry in self.entries if entry.id not in articles and not of_disputes),
            round=found,
            unread=unread,
        )

    def _private_member(self, identity: ProjectIdentity, kind: ProjectKind) -> tuple[str, str | None]:
        """Why a pull of a private project would be refused, and whose its one annotation is."""
        try:
            return "", private_member(self.server, identity, kind)
        except InvalidValueError as error:
            if identity.member is None:
                raise
            return str(error), identity.member

    def _count_words(self, example: Example) -> int:
        return count_words([example], self.corpus.scheme.language)

    def _plan(self, found: Round | None) -> Mapping[str, AssignedExample]:
        """Who is to read which example, by example; empty where everybody reads all."""
        if found is None or found.record.annotators_per_example is None:
            return {}
        return read_assignments(assignment_file(self.corpus, found.record.name))

    def _to_read(self, name: str, found: Round | None) -> Collection[str]:
        """The examples that are to be in a project."""
        plan, member = self._plan(found), _member_of(name, found)
        if not plan:
            return self.desired.keys()
        folders = None if member is None else self._folders(member)
        return {one.example for one in plan.values() if folders is None or folders.intersection(one.annotators)}

    def _folders(self, member: str) -> frozenset[str]:
        """The names that the folder of a member's passes may have in a plan: a new pseudonym waits for a pull."""
        return frozenset({self.names.get(member, member), pseudonyms_of(self.listed).get(member, member)})

    def _unassigned(
        self, snapshot: Snapshot, hidden: HiddenExamples, controls: Collection[str], found: Round | None
    ) -> dict[str, int]:
        """By member how many examples they do not see, of those that they are to read."""
        plan = self._plan(found) if found is None or not found.record.each else {}
        if not plan:
            return {name: len(numbers) for name, numbers in hidden.of.items()}
        counts = {}
        for name, numbers in hidden.of.items():
            folders, ids = self._folders(name), (snapshot.copies[number].id or "" for number in numbers)
            theirs = (
                each
                for each in ids
                if each in controls or (each in plan and folders.intersection(plan[each].annotators))
            )
            counts[name] = sum(1 for _ in theirs)
        return {name: count for name, count in counts.items() if count}


def _member_of(name: str, found: Round | None) -> str | None:
    """The user name of the member of a round who has a project alone; None for a project of several."""
    return next((each.member for each in (found.projects if found else ()) if each.name == name), None)


def _article_progress(
    snapshot: Snapshot, options: PullOptions, annotators: Sequence[str], hidden: HiddenExamples = NOTHING_HIDDEN
) -> Iterator[ArticleProgress]:
    """How far annotators are with each article of a project."""
    yield from _articles(_examples(snapshot, options, annotators, hidden), annotators)


def _examples(
    snapshot: Snapshot,
    options: PullOptions,
    annotators: Collection[str],
    hidden: HiddenExamples,
    people: Mapping[str, str] = NOTHING,
) -> dict[str, _ExampleProgress]:
    """What is counted of each example of a project, of these annotators, who may have other names then."""
    examples = {}
    for example, copies in snapshot.by_id.items():
        spans = _confirmed_spans(snapshot, example)
        confirmed = {people.get(name, name): spans[name] for name in annotators if name in spans}
        seen = (name for name in annotators if any(copy.number not in hidden.of.get(name, ()) for copy in copies))
        readers = {*confirmed, *(people.get(name, name) for name in seen)}
        article = article_of(example) if example in options.examples else ""
        examples[example] = _ExampleProgress(article, confirmed, readers)
    return examples


def _joined(parts: Iterable[Mapping[str, _ExampleProgress]]) -> dict[str, _ExampleProgress]:
    """What is counted of each example of several projects."""
    examples: dict[str, _ExampleProgress] = {}
    for example, theirs in (item for part in parts for item in part.items()):
        before = examples.get(example, theirs)
        confirmed = {**before.confirmed, **theirs.confirmed}
        examples[example] = _ExampleProgress(theirs.article, confirmed, {*before.readers, *theirs.readers})
    return examples


def _articles(examples: Mapping[str, _ExampleProgress], annotators: Sequence[str]) -> Iterator[ArticleProgress]:
    """How far these annotators are with each article, sorted by their ids; what is of no article of the corpus last."""
    articles: dict[str, list[str]] = {}
    for example, each in examples.items():
        articles.setdefault(each.article, []).append(example)
    for article, names in sorted(articles.items(), key=lambda item: (not item[0], item[0])):
        counts = Counter(annotator for example in names for annotator in examples[example].confirmed)
        seen = Counter(annotator for example in names for annotator in examples[example].readers)
        yield ArticleProgress(
            article,
            len(names),
            {name: counts[name] for name in annotators},
            tuple(example for example in names if len(set(examples[example].confirmed.values())) > 1),
            {name: len(names) - seen[name] for name in annotators},
        )


def _confirmed_lines(collected: CollectedWork, annotator: str) -> tuple[Example, ...]:
    """What an annotator confirmed, as a pull would write it."""
    return tuple(line for line in collected.lines.get(annotator, {}).values() if line is not None)


def _confirmed_spans(snapshot: Snapshot, example: str) -> dict[str, object]:
    """Who confirmed an example, and with which spans."""
    works = [item for copy in snapshot.by_id[example] for item in copy.work.items()]
    return {annotator: (frozenset(work.spans), frozenset(work.invalid)) for annotator, work in works if work.confirmed}


def _pending_changes(
    corpus: Corpus, collected: CollectedWork, types: LabelComparison, owners_now: Callable[[], PassOwners]
) -> tuple[dict[str, PendingChanges], str, tuple[PullProblem, ...]]:
    """What a pull would change for each annotator, or why it would be refused; what a label type holds back."""
    try:
        owners = owners_now()
        pseudonyms = owners.folders
        changes = list(pass_changes(corpus, collected, pseudonyms, owners.renames, types))
    except InvalidValueError as error:
        return {}, str(error), ()
    counts: dict[str, Counter[str]] = {change.annotator: Counter() for change in changes}
    for change in changes:
        merged = change.merged
        for what, ids in (("new", merged.new), ("changed", merged.changed), ("withdrawn", merged.withdrawn)):
            counts[change.annotator][what] += len(ids)
    for change in changes:
        counts[change.annotator]["unfit"] += len(change.merged.held)
    for annotator, _ in {(problem.annotator, problem.example) for problem in collected.problems}:
        if annotator or ALL in collected.lines:  # else it is nobody's work
            counts.setdefault(pass_folder(annotator, pseudonyms), Counter())["unfit"] += 1
    about_labels = [
        replace(problem, annotator=pseudonyms.get(problem.annotator, problem.annotator))
        for problem in collected.problems
        if problem.kind in {"gone", "mixed"} or (problem.kind == "label" and problem.particular)
    ]
    pending = {annotator: PendingChanges(**counts[annotator]) for annotator in sorted(counts)}
    return pending, "", (*about_labels, *held_lines(changes, types))


def _parse_done(answer: object) -> dict[str, int] | None:
    """The confirmations per user, from the server's answer about the progress of its members."""
    match answer:
        case {"progress": [*rows]}:
            return {
                row["user"]: row["done"]
                for row in rows
                if isinstance(row, dict) and isinstance(row.get("user"), str) and isinstance(row.get("done"), int)
            }
    return None
