"""Compares a server with what a backup states, and with what a corpus has of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan.doccano.backup.contents import ServerContents, compare
from goldspan.doccano.backup.served_contents import served_contents
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.pull.pull import plan_pull
from goldspan.errors import GoldspanError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from goldspan.corpus import Corpus
    from goldspan.doccano.backup.archive import BackupManifest
    from goldspan.doccano.backup.contents import ContentDifference, ProjectContents
    from goldspan.doccano.client.api import Doccano

NOT_SHOWN = "the account is no member of it"
OTHER_TASK = "it is for another task than the labelling of sequences"


@dataclass(frozen=True, slots=True)
class CorpusComparison:
    """What the corpus has of a project that it remembers, compared with the server.

    Args:
        project: the name of the project.
        key: its key.
        is_there: whether the server has a project of that key.
        passes: by folder of passes, or `gold`, how many lines a pull would change.
        lost: how many spans these lines would lose.
        note: why a pull could not be planned, without a full stop; empty if it could.
    """

    project: str
    key: str
    is_there: bool
    passes: Mapping[str, int]
    lost: int = 0
    note: str = ""

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "project": self.project,
            "key": self.key,
            "there": self.is_there,
            "lines_to_pull": dict(self.passes),
            "spans_lost": self.lost,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How a server compares with a backup.

    Args:
        url: the address of the server.
        manifest: what the backup states.
        differences: where the server differs.
        unread: by the number of each project that could not be read over the API, why.
        server: what was read.
        corpus: what the corpus has of the projects that it remembers; None without a corpus.
        in_database: whether all projects were compared in the server's database, too.
    """

    url: str
    manifest: BackupManifest
    differences: tuple[ContentDifference, ...]
    unread: Mapping[int, str]
    server: ServerContents
    corpus: tuple[CorpusComparison, ...] | None = None
    in_database: bool = False

    @property
    def compared(self) -> list[ProjectContents]:
        """The projects of the backup that were compared over the API."""
        return [each for each in self.manifest.contents.projects if each.number not in self.unread]

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        names = {each.number: each.name for each in self.manifest.contents.projects}
        return {
            "url": self.url,
            "backup": {"time": self.manifest.time, "doccano": self.manifest.doccano, "server": self.manifest.server},
            "same": not self.differences,
            "in_database": self.in_database,
            "differences": [each.json() for each in self.differences],
            "projects": [each.model_dump(mode="json") for each in self.compared],
            "not_compared": [
                {"project": names.get(number, ""), "number": number, "why": why} for number, why in self.unread.items()
            ],
            "corpus": None if self.corpus is None else [each.json() for each in self.corpus],
        }


def reconcile(
    manifest: BackupManifest,
    server: Doccano,
    corpus: Corpus | None = None,
    *,
    stored: ServerContents | None = None,
    on_step: Callable[[str], object] = lambda _: None,
) -> Reconciliation:
    """Compare a server with a backup, over the server's API.

    Args:
        manifest: of the backup.
        server: logged in to.
        corpus: to be compared as well.
        stored: what the server's database holds, where it can be read; compared as a whole.
        on_step: called with a line for each step.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    served = served_contents(server, lambda name: on_step(f"Reading {name}"))
    username = server.me().username
    shown = {each.number for each in served.contents.projects}
    unread = dict(served.unread)
    then = []
    for project in manifest.contents.projects:
        if not project.is_sequence_labelling:
            unread[project.number] = OTHER_TASK
        elif project.number not in shown and username not in project.members:
            unread.setdefault(project.number, NOT_SHOWN)
        then.append(project.model_copy(update={"other": {}}))  # which the API does not show
    contents = ServerContents(users=manifest.contents.users, projects=then)
    differences = compare(contents, served.contents, unseen=unread)
    if stored is not None:
        differences += [each for each in compare(manifest.contents, stored) if each not in differences]
    return Reconciliation(
        server.url,
        manifest,
        tuple(differences),
        unread,
        served.contents,
        None if corpus is None else tuple(_compare_corpus(corpus, server, served.contents, on_step)),
        in_database=stored is not None,
    )


def _compare_corpus(
    corpus: Corpus, server: Doccano, served: ServerContents, on_step: Callable[[str], object]
) -> list[CorpusComparison]:
    """What the corpus has of each project that it remembers, by the project's key."""
    names = {each.key: each.name for each in read_record(corpus).projects if each.key}
    there = {each.key: each for each in served.projects if each.key}
    found = []
    for key, name in sorted(names.items(), key=lambda each: each[::-1]):
        if key not in there:
            found.append(CorpusComparison(name, key, is_there=False, passes={}))
            continue
        on_step(f"Comparing {name} with the corpus")
        found.append(_planned_pull(corpus, server, CorpusComparison(name, key, is_there=True, passes={})))
    return found


def _planned_pull(corpus: Corpus, server: Doccano, comparison: CorpusComparison) -> CorpusComparison:
    try:
        plan = plan_pull(corpus, server, comparison.project)
    except GoldspanError as error:
        return replace(comparison, note=error.message)
    lines, lost = Counter[str](), 0
    for change in plan.written:
        merged = change.merged
        lines[change.annotator] += len({*merged.new, *merged.changed, *merged.withdrawn, *merged.left_out})
        lost += sum(len(edit.lost) for edit in merged.edits)
    return replace(comparison, passes=dict(sorted(lines.items())), lost=lost)
