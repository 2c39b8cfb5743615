"""How far the annotators are, and what differs between here and there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan.annotation import article_of
from goldspan.doccano import controls, human_work
from goldspan.doccano.members import ADMIN, find_members, pseudonyms_of
from goldspan.doccano.project import find_project, kind_of
from goldspan.doccano.pull import collect, pass_files, pull
from goldspan.doccano.push import desired_state
from goldspan.doccano.snapshot import ALL
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.pull.collect import CollectedWork, PullOptions
    from goldspan.doccano.snapshot import Snapshot, StoredExample

OK = 200


@dataclass(frozen=True, slots=True)
class ArticleProgress:
    """How far the annotators are with one article.

    Args:
        id: the article's id; empty for what no article of the corpus has.
        examples: how many of its examples are there.
        done: per annotator how many of these are confirmed; the others are open.
        disputed: the ids that several confirmed, not with the same spans.
    """

    id: str
    examples: int
    done: Mapping[str, int]
    disputed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PendingChanges:
    """What a pull would change in the files of one annotator, and the examples that it would not write."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unfit: int = 0


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """How a project stands.

    Args:
        project: which.
        annotators: those who annotate, sorted; in a shared project there is one without a name.
        articles: those that it holds, in the order of the corpus.
        not_pushed: the ids of the examples that are only here, of articles that are there.
        absent: the articles of the corpus of which nothing is there; none for a project of disputes.
        changed: those whose text here is another one.
        doubled: those of which several copies are there.
        only_there: the ids, or Doccano's numbers, of what is not of this corpus.
        controls: the ids of the controls that are there; nothing else counts them.
        unpulled: per annotator what a pull would change; empty if a pull would be refused.
        refusal: why a pull would be refused; empty if it would not.
    """

    project: DoccanoProject
    annotators: tuple[str, ...]
    articles: tuple[ArticleProgress, ...]
    not_pushed: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    only_there: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    unpulled: Mapping[str, PendingChanges] = field(default_factory=dict)
    refusal: str = ""

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
                        name: {"done": article.done[name], "open": article.examples - article.done[name]}
                        for name in self.annotators
                    },
                    "disputed": article.disputed,
                }
                for article in self.articles
            ],
            "not_pushed": self.not_pushed,
            "absent": self.absent,
            "changed": self.changed,
            "doubled": self.doubled,
            "only_there": self.only_there,
            "controls": self.controls,
            "unpulled": {
                name: {"new": one.new, "changed": one.changed, "withdrawn": one.withdrawn, "unfit": one.unfit}
                for name, one in self.unpulled.items()
            },
            "refusal": self.refusal,
        }


@dataclass(frozen=True, slots=True)
class ProjectListing:
    """A project in a list: how many examples it has, and per annotator how many are confirmed, if that is told."""

    project: DoccanoProject
    examples: int
    done: Mapping[str, int] | None


def overview(server: Doccano) -> Iterator[ProjectListing]:
    """The projects of a server, the newest first."""
    for project in server.projects():
        status, told = server.probe(f"v1/projects/{project.id}/metrics/member-progress")
        yield ProjectListing(project, server.count(project.id), _told(told) if status == OK else None)


def progress(corpus: Corpus, server: Doccano, name: str, *, members: Path | None = None) -> ProjectProgress:
    """How a project stands, from the same two exports as a pull.

    Args:
        corpus: what is here.
        server: what is there.
        name: of the project.
        members: the file of the members, for their pseudonyms; None for the project's own, if it has one.

    Raises:
        NotFoundError: if there is no such project.
        InputError: if a file that is here cannot be read.
        InvalidValueError: if a shared project has controls.
        ServerError: if the server does not answer as it should.
    """
    known = pseudonyms_of(find_members(corpus, members) or ())
    project = find_project(server, name)
    listed = controls.read(corpus, name, shared=project.collaborative)
    entries = corpus.select_entries()
    held, gold = pull.snapshot_and_corpus(corpus, server, project, entries)
    snapshot, planted = controls.split_controls(held, listed)
    wish = pull.pull_options(corpus, entries, snapshot, gold)
    annotators = [ALL] if project.collaborative else _annotators(server, snapshot)
    found = collect.collect(snapshot, wish)
    of_disputes = kind_of(project) == "disputes"
    unpulled, refusal = ({}, "") if of_disputes else _unpulled(corpus, found, known)
    ours = {name: copies for name, copies in snapshot.by_id.items() if name in wish.texts}
    here, there = {*ours, *planted.by_id}, {article_of(name) for name in ours}
    not_pushed = [example.id for example in desired_state.desired_examples(corpus, entries) if example.id not in here]
    return ProjectProgress(
        project,
        tuple(annotators),
        tuple(_articles(snapshot, wish, annotators)),
        not_pushed=tuple(name for name in not_pushed if article_of(name) in there and not of_disputes),
        absent=tuple(entry.id for entry in entries if entry.id not in there and not of_disputes),
        changed=tuple(name for name, copies in ours.items() if _changed(copies, wish.texts[name].text)),
        doubled=tuple(name for name, copies in ours.items() if len(copies) > 1),
        only_there=tuple(
            copy.id or f"number {copy.number}" for copy in snapshot.copies.values() if copy.id not in ours
        ),
        controls=tuple(sorted(planted.by_id)),
        unpulled=unpulled,
        refusal=refusal,
    )


def _changed(copies: Sequence[StoredExample], text: str) -> bool:
    return all(copy.text != text for copy in copies)


def _annotators(server: Doccano, snapshot: Snapshot) -> list[str]:
    """Who annotates: all but administrators that did nothing."""
    begun = {name for copy in snapshot.copies.values() for name, work in copy.work.items() if human_work.has_work(work)}
    members = server.members(snapshot.project.id)
    return sorted(begun | {member.username for member in members if member.role != ADMIN})


def _articles(snapshot: Snapshot, wish: PullOptions, annotators: list[str]) -> Iterator[ArticleProgress]:
    there: dict[str, list[str]] = {}
    for name in snapshot.by_id:
        there.setdefault(article_of(name) if name in wish.texts else "", []).append(name)
    done = {name: _confirmed(snapshot, name) for name in snapshot.by_id}
    for article, names in sorted(there.items(), key=lambda item: (not item[0], item[0])):
        counts = Counter(who for name in names for who in done[name])
        disputed = tuple(name for name in names if len(set(done[name].values())) > 1)
        yield ArticleProgress(article, len(names), {who: counts[who] for who in annotators}, disputed)


def _confirmed(snapshot: Snapshot, name: str) -> dict[str, object]:
    """Who confirmed an example, and with which spans."""
    works = [item for copy in snapshot.by_id[name] for item in copy.work.items()]
    return {who: (frozenset(work.spans), frozenset(work.invalid)) for who, work in works if work.confirmed}


def _unpulled(
    corpus: Corpus, found: CollectedWork, pseudonyms: Mapping[str, str]
) -> tuple[dict[str, PendingChanges], str]:
    try:
        changes = list(pass_files.pass_changes(corpus, found, pseudonyms))
    except InvalidValueError as error:
        return {}, str(error)
    counts: dict[str, Counter[str]] = {change.annotator: Counter() for change in changes}
    for change in changes:
        merged = change.merged
        for what, ids in (("new", merged.new), ("changed", merged.changed), ("withdrawn", merged.withdrawn)):
            counts[change.annotator][what] += len(ids)
    for who, _ in {(problem.annotator, problem.example) for problem in found.problems}:
        if who or ALL in found.lines:  # else it is nobody's work
            counts.setdefault(pass_files.pass_folder(who, pseudonyms), Counter())["unfit"] += 1
    return {who: PendingChanges(**counts[who]) for who in sorted(counts)}, ""


def _told(told: object) -> dict[str, int] | None:
    """The confirmations per user, in what the server tells of its members' progress."""
    match told:
        case {"progress": [*rows]}:
            return {
                row["user"]: row["done"]
                for row in rows
                if isinstance(row, dict) and isinstance(row.get("user"), str) and isinstance(row.get("done"), int)
            }
    return None
