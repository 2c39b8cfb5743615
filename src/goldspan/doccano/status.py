"""How far the annotators are, and what differs between the corpus and the server."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan.annotation import article_of
from goldspan.doccano.assignments import NOTHING_HIDDEN, annotators_of, hidden_examples
from goldspan.doccano.controls import read_controls, split_controls
from goldspan.doccano.human_work import has_work
from goldspan.doccano.label_comparison import TRUSTED, LabelComparison
from goldspan.doccano.labels import NOTHING
from goldspan.doccano.members import find_members
from goldspan.doccano.project import project_kind
from goldspan.doccano.project_identity import identify
from goldspan.doccano.pull.collect import collect
from goldspan.doccano.pull.pass_files import held_lines, pass_changes, pass_folder
from goldspan.doccano.pull.pull import owners_of, pull_options, snapshot_and_gold
from goldspan.doccano.push.desired_state import desired_examples
from goldspan.doccano.rights import require_administrator
from goldspan.doccano.snapshot import ALL
from goldspan.errors import InvalidValueError
from goldspan.formats.doccano import is_text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.assignments import HiddenExamples
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
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


@dataclass(frozen=True, slots=True)
class PendingChanges:
    """What a pull would change in the files of one annotator, and the examples that it would not write."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unfit: int = 0

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

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "project": self.project.name,
            "shared": self.project.collaborative,
            "articles": [
                {
                    "article": article.id,
                    "examples": article.examples,
                    "annotators": {
                        name: {"done": article.done[name], "open": article.open(name)}
                        | ({} if self.hidden is None else {"not_assigned": article.hidden.get(name, 0)})
                        for name in self.annotators
                    },
                    "disputed": article.disputed,
                }
                for article in self.articles
            ],
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


@dataclass(frozen=True, slots=True)
class ProjectListing:
    """A project in a list: its examples, and how many of them each annotator confirmed, if the server reports it."""

    project: DoccanoProject
    examples: int
    done: Mapping[str, int] | None


def list_projects(server: Doccano) -> Iterator[ProjectListing]:
    """The projects of a server, the newest first."""
    for project in server.projects():
        status, answer = server.probe(f"v1/projects/{project.id}/metrics/member-progress")
        yield ProjectListing(project, server.count(project.id), _parse_done(answer) if status == OK else None)


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
    listed = find_members(corpus, members) or ()
    project = identify(server, corpus, name).require()
    require_administrator(server, project, "what everybody has done")
    control_ids = read_controls(corpus, name, shared=project.collaborative)
    entries = corpus.select_entries()
    everything, gold, types = snapshot_and_gold(corpus, server, project, entries, renamed)
    snapshot, controls = split_controls(everything, control_ids)
    options = pull_options(corpus, entries, snapshot, gold, types)
    names = [member.username for member in annotators_of(server.members(project.id))]
    hidden = hidden_examples(server, project.id, names, everything.copies.keys())
    annotators = [ALL] if project.collaborative else _annotators(names, snapshot)
    collected = collect(snapshot, options)
    of_disputes = project_kind(project) == "disputes"
    pending, refusal, held = (
        ({}, "", ())
        if of_disputes
        else _pending_changes(corpus, collected, types, lambda: owners_of(corpus, server, project, collected, listed))
    )
    known = {example: copies for example, copies in snapshot.by_id.items() if example in options.examples}
    articles = {article_of(example) for example in known}
    pushed = {*known, *controls.by_id}
    missing = [example.id for example in desired_examples(corpus, entries) if example.id not in pushed]
    return ProjectProgress(
        project=project,
        annotators=tuple(annotators),
        articles=tuple(_article_progress(snapshot, options, annotators, hidden or NOTHING_HIDDEN)),
        not_pushed=tuple(name for name in missing if article_of(name) in articles and not of_disputes),
        absent=tuple(entry.id for entry in entries if entry.id not in articles and not of_disputes),
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
        hidden=None if hidden is None else {name: len(numbers) for name, numbers in hidden.of.items()},
        types=types,
        held=(*held, *(problem for problem in collected.problems if problem.kind == "imported")),
    )


def _annotators(names: Iterable[str], snapshot: Snapshot) -> list[str]:
    """Who annotates: all except administrators that did nothing."""
    active = {name for copy in snapshot.copies.values() for name, work in copy.work.items() if has_work(work)}
    return sorted(active.union(names))


def _article_progress(
    snapshot: Snapshot, options: PullOptions, annotators: list[str], hidden: HiddenExamples = NOTHING_HIDDEN
) -> Iterator[ArticleProgress]:
    articles: dict[str, list[str]] = {}
    for example in snapshot.by_id:
        articles.setdefault(article_of(example) if example in options.examples else "", []).append(example)
    confirmed = {example: _confirmed_spans(snapshot, example) for example in snapshot.by_id}
    for article, examples in sorted(articles.items(), key=lambda item: (not item[0], item[0])):
        counts = Counter(annotator for example in examples for annotator in confirmed[example])
        disputed = tuple(example for example in examples if len(set(confirmed[example].values())) > 1)
        done = {name: counts[name] for name in annotators}
        unseen = {
            name: sum(
                all(copy.number in numbers for copy in snapshot.by_id[example]) and name not in confirmed[example]
                for example in examples
            )
            for name, numbers in hidden.of.items()
        }
        yield ArticleProgress(article, len(examples), done, disputed, unseen)


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
