"""The annotators' work out of a project and into the corpus: a pass each, or gold where all worked on one annotation.

What a pull does is planned first; the plan holds every file as it will be, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from goldspan.annotation import article_of
from goldspan.articles.paragraphs import examples_of
from goldspan.doccano import controls
from goldspan.doccano.members import find_members, pseudonyms_of
from goldspan.doccano.project import find_project, refuse_disputes
from goldspan.doccano.pull import collect, pass_files
from goldspan.doccano.pull.collect import Fix, PullOptions, PullProblem
from goldspan.doccano.pull.reanchor import MovedLine
from goldspan.doccano.snapshot import AnnotatorComment, take_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.manifest import ManifestEntry
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.controls import ControlResult
    from goldspan.doccano.snapshot import Snapshot

T = TypeVar("T", PullProblem, Fix, AnnotatorComment, MovedLine)


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What a pull will do.

    Args:
        project: the name of the project.
        root: the folder of the corpus's project.
        changes: the files of all annotators, those that stay as they are among them.
        problems: what does not fit and is not written.
        repairs: what `tidy` set right.
        comments: what was said about examples.
        unseen: per label how many spans no member of the project has: of former members, or drawn meanwhile.
        controls: how the annotators did on the controls, of which nothing is written; None if there are none.
        moved: the lines whose spans were moved to a new text.
    """

    project: DoccanoProject
    root: Path
    changes: tuple[pass_files.FileChange, ...]
    problems: tuple[PullProblem, ...] = ()
    repairs: tuple[Fix, ...] = ()
    comments: tuple[AnnotatorComment, ...] = ()
    unseen: Mapping[str, int] = field(default_factory=dict)
    controls: ControlResult | None = None
    moved: tuple[MovedLine, ...] = ()

    @property
    def written(self) -> tuple[pass_files.FileChange, ...]:
        """The files that will be other ones."""
        return tuple(change for change in self.changes if change.writes)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "project": self.project.name,
            "shared": self.project.collaborative,
            "files": [change.json(self.root) for change in self.changes],
            "problems": [problem.json() for problem in self.problems],
            "moved": [line.json() for line in self.moved],
            "repairs": [_repaired(repaired) for repaired in self.repairs],
            "comments": [
                {"annotator": said.annotator, "example": said.example, "text": said.text} for said in self.comments
            ],
            "unseen": dict(self.unseen),
            "controls": None if self.controls is None else self.controls.json(),
        }


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
    say: Callable[[str], None] = lambda _: None,
) -> PullPlan:
    """What a pull would do, from two exports.

    Args:
        corpus: where to.
        server: whence.
        name: of the project.
        unconfirmed: whether examples that the annotator did not confirm are wanted, too.
        tidy: whether slips are to be set right.
        withdraw: whether a line that is here and open there is withdrawn also where nobody did anything there: the
            confirmation was taken back, and nothing else was to be seen.
        members: the file of the members, for their pseudonyms; None for the project's own, if it has one.
        articles: their ids; None for all.
        say: is told what takes long.

    Raises:
        NotFoundError: if there is no such project.
        InvalidValueError: if a user name cannot name a folder; if somebody's passes would lie in two; if a shared
            project has controls; if the project is one of disputes.
        InputError: if a file that is here cannot be read; for an article that the corpus does not have.
        ServerError: if the server does not answer as it should.
    """
    known = pseudonyms_of(find_members(corpus, members) or ())
    entries = corpus.select_entries(articles)
    project = find_project(server, name)
    refuse_disputes(project)
    listed = controls.read(corpus, name, shared=project.collaborative)
    say(f"Exporting {name}, twice")
    snapshot, texts = snapshot_and_corpus(corpus, server, project, entries)
    say("Comparing")
    work, planted = controls.split_controls(snapshot, listed)
    scored = controls.score_controls(corpus, planted, known) if listed else None
    wanted = pull_options(corpus, entries, work, texts, unconfirmed=unconfirmed, tidy=tidy, withdraw=withdraw)
    found = collect.collect(work, wanted)
    comments = _comments(server, snapshot, known) if project.collaborative else _named(found.comments, known)
    return PullPlan(
        project,
        corpus.root,
        tuple(pass_files.pass_changes(corpus, found, known)),
        (*_named(found.problems, known), *_hidden(snapshot)),
        tuple(_named(found.repairs, known)),
        (*comments, *(scored.comments if scored else ())),
        _unseen(server, snapshot),
        scored,
        tuple(_named(found.moved, known)),
    )


def apply(planned: PullPlan) -> list[Path]:
    """Write what was planned, all files or none; a file without lines is removed.

    Returns:
        The files that were written or removed.

    Raises:
        InputError: if a file would not be read again as it was meant.
        OSError: if one cannot be written; then none is.
    """
    return pass_files.write_passes(planned.written)


def snapshot_and_corpus(
    corpus: Corpus, server: Doccano, project: DoccanoProject, entries: Sequence[ManifestEntry]
) -> tuple[Snapshot, dict[str, Example]]:
    """What the project holds, and what the gold of these articles holds, by id; this is read while the server works.

    Raises:
        InputError: if a file cannot be read.
        ServerError: if the server does not answer as it should.
    """
    with ThreadPoolExecutor(1) as reading:
        gold = reading.submit(lambda: {one.id: one for one in corpus.gold_examples(entry.id for entry in entries)})
        return take_snapshot(server, project, confirmed=True), gold.result()


def pull_options(
    corpus: Corpus,
    entries: Sequence[ManifestEntry],
    snapshot: Snapshot,
    gold: Mapping[str, Example],
    *,
    unconfirmed: bool = False,
    tidy: bool = False,
    withdraw: bool = False,
) -> PullOptions:
    """What of the work in a snapshot is wanted: that on the examples of these articles, as gold and seeds have them.

    An article is cut anew only where the snapshot has examples of it that its gold, which may be unfinished, lacks.

    Raises:
        InputError: if a file cannot be read.
    """
    chosen, texts = {entry.id for entry in entries}, dict(gold)
    strange = {article_of(name) for name in snapshot.by_id if name not in texts}
    for entry in entries:
        if entry.id in strange:
            texts = {example.id: example for example in examples_of(entry.id, corpus.source(entry))} | texts
    elsewhere = {entry.id for entry in corpus.entries} - chosen
    return PullOptions(texts, elsewhere, frozenset(corpus.scheme.names), unconfirmed, tidy, withdraw)


def _comments(server: Doccano, snapshot: Snapshot, known: Mapping[str, str]) -> list[AnnotatorComment]:
    """What was said in a shared project, and by whom."""
    return [
        AnnotatorComment(
            known.get(comment.username, comment.username), snapshot.copies[comment.example].id or "", comment.text
        )
        for comment in server.comments(snapshot.project.id)
        if comment.example in snapshot.copies
    ]


def _named(things: Iterable[T], known: Mapping[str, str]) -> list[T]:
    """The same with pseudonyms in the place of user names, where there are any."""
    return [replace(one, annotator=known.get(one.annotator, one.annotator)) for one in things]


def _hidden(snapshot: Snapshot) -> list[PullProblem]:
    if not snapshot.hidden:
        return []
    return [PullProblem("foreign", "", f"{snapshot.hidden:,} without a number", "hide it behind a key of their own")]


def _unseen(server: Doccano, snapshot: Snapshot) -> dict[str, int]:
    """Per label the spans that the server counts and no member's export has."""
    if snapshot.project.collaborative:
        return {}
    works = [work for copy in snapshot.copies.values() for work in copy.work.values()]
    held = Counter(span.label for work in works for span in work.spans)
    held.update(span.label for work in works for span in work.invalid)
    project = snapshot.project.id
    more = {kind.name: server.count(project, kind.name) - held[kind.name] for kind in server.span_types(project)}
    return {label: number for label, number in more.items() if number > 0}


def _repaired(repaired: Fix) -> dict[str, Any]:
    issue, after = repaired.repair.issue, repaired.repair.after
    return {
        "annotator": repaired.annotator,
        "example": repaired.example,
        "kind": issue.kind,
        "before": [issue.start, issue.end, issue.label, issue.surface],
        "after": None if after is None else [after.start, after.end, after.label, repaired.repair.surface],
    }
