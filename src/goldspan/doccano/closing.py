"""Closes a round, or a project by itself: once it is closed, nothing is pushed to it any more.

It is refused while a pull would write anything, and while examples are open. What is deleted on the server is gone with
all that people did there; so each project is first read once more, and each example that somebody confirmed is compared
with the line of the corpus: text and spans must be the same, whatever a pull says; so must those of what somebody
began. The project is known by its key, not only by its name, at the moment at which it is deleted.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan.corpus.passes import CONFIRMED
from goldspan.doccano.controls import read_controls, split_controls
from goldspan.doccano.corpus_record import RoundRecord, project_key, read_record, write_record
from goldspan.doccano.human_work import spans_changed
from goldspan.doccano.labels import NOTHING
from goldspan.doccano.members import find_members
from goldspan.doccano.project import closed_description, open_description, project_kind, require_annotation
from goldspan.doccano.project_identity import identify
from goldspan.doccano.pull.pull import snapshot_and_gold
from goldspan.doccano.pull.round import plan_round_pull
from goldspan.doccano.rights import require_administrator
from goldspan.doccano.rounds import Round, find_round
from goldspan.doccano.snapshot import ALL
from goldspan.doccano.status import round_progress
from goldspan.errors import InvalidValueError, NotFoundError, ServerError
from goldspan.formats.doccano import is_text_of
from goldspan.report.text import Table, amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.pull.pull import PullPlan
    from goldspan.doccano.snapshot import StoredExample

NAMED = 5  # examples, or files, in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectClosing:
    """What closing is to do about one project.

    Args:
        name: of the project, as the corpus knows it.
        key: that goldspan wrote into it.
        project: as the server has it; None if it is not there any more.
        description: that it is to have.
        unpulled: what a pull would write, or cannot write, a line each.
        open: by annotator, how many examples wait for them.
        differing: the examples confirmed there that the corpus does not have like that, each with the reason; they
            count where the project is to be deleted.
    """

    name: str
    key: str
    project: DoccanoProject | None
    description: str = ""
    unpulled: tuple[str, ...] = ()
    open: Mapping[str, int] = field(default_factory=dict, hash=False)
    differing: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether its description is as it is to be."""
        return self.project is None or self.project.description == self.description

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "project": self.name,
            "is_there": self.project is not None,
            "unpulled": list(self.unpulled),
            "open": dict(self.open),
            "differing": list(self.differing),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPlan:
    """What is to be done so that a round, or a project by itself, is closed, or open again.

    Args:
        server: where.
        corpus: which remembers it.
        record: what it is to remember.
        known: what it remembers; None for a project by itself that was never closed.
        projects: those of the round.
        unfinished: whether open examples are no reason to refuse.
        delete: whether the projects are deleted on the server.
    """

    server: Doccano
    corpus: Corpus
    record: RoundRecord
    known: RoundRecord | None
    projects: tuple[ProjectClosing, ...]
    unfinished: bool = False
    delete: bool = False

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        is_deleted = not self.delete or all(each.project is None for each in self.projects)
        return self.record == self.known and is_deleted and all(each.is_done for each in self.projects)

    def reasons(self) -> Iterator[str]:
        """Why it is refused, a line each; nothing if it is not."""
        if self.record.closed is None:
            return
        for each in self.projects:
            yield from (f"{each.name}: {line}" for line in each.unpulled)
            for annotator, number in each.open.items() if not self.unfinished else ():
                yield f"{each.name}: {amount(number, 'example')} open for {annotator or 'all'}"
            if self.delete:
                yield from (f"{each.name}: {line}" for line in each.differing)

    @property
    def remedy(self) -> str:
        """What to do about the reasons."""
        name = shlex.quote(self.record.name)
        parts = []
        if any(each.unpulled or (self.delete and each.differing) for each in self.projects):
            parts.append(f"Pull first: goldspan doccano pull --project {name} --apply.")
        if not self.unfinished and any(each.open for each in self.projects):
            parts.append("Have the open examples confirmed, or close with --unfinished.")
        return " ".join(parts)

    def changes(self) -> Iterator[str]:
        """What is to be done, a line each."""
        if self.known is None or self.record.closed != self.known.closed:
            word = f"close {self.record.name!r}" if self.record.closed else f"open {self.record.name!r} again"
            yield f"{word}: pushes to it are {'refused' if self.record.closed else 'possible'} from then on"
        for each in self.projects:
            if each.project is None:
                continue
            if self.delete:
                yield f"delete the project {each.name!r} (number {each.project.id}, key {each.key}) on the server"
            elif not each.is_done:
                yield f"change the description of {each.name!r}: {each.description!r}"

    def table(self) -> Table:
        """A row per project."""
        rows = tuple(
            (
                each.name,
                "yes" if each.project is not None else "no",
                f"{sum(each.open.values()):,}",
                f"{len(each.unpulled):,}",
            )
            for each in self.projects
        )
        return Table(self.record.name, "", ("project", "on the server", "open", "not pulled"), rows)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "name": self.record.name,
            "closed": self.record.closed,
            "delete": self.delete,
            "projects": [each.json() for each in self.projects],
            "changes": list(self.changes()),
            "reasons": list(self.reasons()),
        }

    def apply(self) -> None:
        """Close it, or open it again, and delete its projects if that is asked for.

        Raises:
            InvalidValueError: if there is a reason not to; nothing is written then.
            ServerError: if the server does not answer as it should, or a project is not the one that was read.
        """
        if reasons := list(self.reasons()):
            raise InvalidValueError(f"not closed: {enumerate_names(reasons, most=NAMED)}", remedy=self.remedy)
        there = self._present()
        for each in there if self.delete else ():
            self._require_kept(each, there[each])
        write_record(self.corpus, read_record(self.corpus).with_round(self.record))
        for each, now in there.items():
            if now.description != each.description:
                self.server.update_project(now.id, description=each.description)
        for each, now in there.items() if self.delete else ():
            self._require_kept(each, now)  # once more: somebody may have worked there meanwhile
            self.server.delete_project(now.id)

    def _present(self) -> dict[ProjectClosing, DoccanoProject]:
        """The projects that are still there, each the one that was read.

        Raises:
            ServerError: if a project is not the one that was read.
        """
        now = {one.id: one for one in self.server.projects()}
        there = {}
        for each in self.projects:
            if each.project is None or (current := now.get(each.project.id)) is None:
                continue
            if project_key(current) != each.key or (self.delete and not each.key):
                raise ServerError(
                    f"number {current.id} is not the project {each.name!r} any more: its key is "
                    f"{project_key(current) or 'missing'}, and not {each.key or 'known'}",
                    remedy="Nothing was written. Push once, which writes the key there, or see to it in Doccano.",
                )
            there[each] = current
        return there

    def _require_kept(self, each: ProjectClosing, project: DoccanoProject) -> None:
        """Refuse to delete a project that holds what the corpus does not.

        Raises:
            InvalidValueError: naming the examples.
        """
        if differing := list(differing_work(self.corpus, self.server, project, each.name)):
            raise InvalidValueError(
                f"{each.name!r} is not deleted: {enumerate_names(differing, most=NAMED)}",
                remedy=f"Pull once more: goldspan doccano pull --project {shlex.quote(self.record.name)} --apply",
            )


def plan_closing(
    corpus: Corpus,
    server: Doccano,
    name: str,
    *,
    day: str,
    unfinished: bool = False,
    delete: bool = False,
    members: Path | None = None,
    renamed: Mapping[str, str] = NOTHING,
) -> ClosingPlan:
    """What is to be done to close a round, or a project by itself.

    Args:
        corpus: which remembers it.
        server: where it is.
        name: of the round, or of the project.
        day: today, as 2026-12-01.
        unfinished: whether open examples are no reason to refuse.
        delete: whether its projects are deleted on the server.
        members: the file of the members.
        renamed: by label, the name that its type was given on the server, as a person states it.

    Raises:
        InvalidValueError: for the project of one member of a round, and for one of disputes.
        NotFoundError: if there is no such project.
        InputError: for a file that cannot be read.
        ServerError: if the server does not answer as it should.
    """
    found = _found(corpus, server, name)
    known = None if found is None else found.record
    record = known or RoundRecord(name=name, server=server.url)
    record = record.model_copy(update={"server": server.url, "closed": record.closed or day})
    projects = _projects(corpus, server, name, found)
    there = [project for project in projects.values() if project is not None]
    plans: dict[str, PullPlan] = {}
    open_of: dict[str, dict[str, int]] = {}
    if there:
        plans = (
            {
                plan.project.name: plan
                for plan in plan_round_pull(corpus, server, name, only=None, members=members, renamed=renamed).plans
            }
            if len(there) == len(projects)
            else {}
        )
        progress = round_progress(corpus, server, name, members=members, renamed=renamed)
        left = _left(corpus, found, members)
        for one in progress.annotators:
            if one.open and one.member not in left:
                open_of.setdefault(one.project, {})[one.folder] = one.open
    closings = []
    for each, project in projects.items():
        key = "" if project is None else project_key(project)
        closings.append(
            ProjectClosing(
                name=each,
                key=key,
                project=project,
                description="" if project is None else closed_description(project.description, record.closed or day),
                unpulled=tuple(_unpulled(plans[each])) if each in plans else (),
                open=open_of.get(each, {}),
                differing=tuple(differing_work(corpus, server, project, each)) if delete and project else (),
            )
        )
    return ClosingPlan(
        server=server,
        corpus=corpus,
        record=record,
        known=known,
        projects=tuple(closings),
        unfinished=unfinished,
        delete=delete,
    )


def plan_reopening(corpus: Corpus, server: Doccano, name: str) -> ClosingPlan:
    """What is to be done to open a round, or a project by itself, that was closed.

    Raises:
        InvalidValueError: for the project of one member of a round, and for what is not closed.
        NotFoundError: if there is no such project.
        InputError: for a record that cannot be read.
        ServerError: if the server does not answer as it should.
    """
    found = _found(corpus, server, name)
    if found is None or found.record.closed is None:
        raise InvalidValueError(f"{name!r} is not closed", remedy="Push to it as before.")
    projects = tuple(
        ProjectClosing(
            name=each,
            key="" if project is None else project_key(project),
            project=project,
            description="" if project is None else open_description(project.description),
        )
        for each, project in _projects(corpus, server, name, found).items()
    )
    record = found.record.model_copy(update={"server": server.url, "closed": None})
    return ClosingPlan(server=server, corpus=corpus, record=record, known=found.record, projects=projects)


def _found(corpus: Corpus, server: Doccano, name: str) -> Round | None:
    """The round of a name; None for a project by itself, which must not be one member's."""
    found = find_round(corpus, name, server.url)
    if found is None:
        of = next((each for each in read_record(corpus).projects if each.name == name and each.round is not None), None)
        if of is not None and of.round is not None and of.member is not None:
            raise InvalidValueError(
                f"the project {name!r} is the part of {of.member!r} in the round {of.round!r}",
                remedy=f"Close the round: --project {shlex.quote(of.round)}",
            )
    return found


def _left(corpus: Corpus, found: Round | None, members: Path | None) -> set[str]:
    """Those who have a project in a round and are not listed any more: nobody waits for them."""
    listed = {each.name for each in find_members(corpus, members) or ()}
    return set() if found is None or not listed else {each.member for each in found.projects} - listed


def _projects(corpus: Corpus, server: Doccano, name: str, found: Round | None) -> dict[str, DoccanoProject | None]:
    """By name the projects as the server has them; None for one that was deleted after it was closed."""
    names = (name,) if found is None else found.project_names
    is_closed = found is not None and found.record.closed is not None
    projects: dict[str, DoccanoProject | None] = {}
    for each in names:
        try:
            project = identify(server, corpus, each).require()
        except NotFoundError:
            if not is_closed:
                raise
            projects[each] = None
            continue
        require_annotation(project)
        require_administrator(server, project, "to close it")
        projects[each] = project
    return projects


def _unpulled(plan: PullPlan) -> Iterator[str]:
    """What a pull would write, or cannot write."""
    for change in plan.written:
        yield f"a pull would write {change.path.name} of {change.annotator or 'gold'}"
    problems = [f"{problem.example} ({problem.kind})" for problem in plan.problems]
    if problems:
        yield f"a pull cannot write {enumerate_names(problems, most=NAMED)}"
    if plan.unexported:
        spans = amount(sum(plan.unexported.values()), "span")
        yield f"{spans} of former members that no export has"


def differing_work(corpus: Corpus, server: Doccano, project: DoccanoProject, name: str) -> Iterator[str]:
    """What people did in a project and is not in the corpus with the same text and the same spans, a line each.

    It is asked of the server now, and compared line by line with the files, apart from what a pull would do.

    Args:
        corpus: the corpus.
        server: where the project is.
        project: as the server has it.
        name: of the project, as the corpus knows it.

    Raises:
        InputError: for a file that cannot be read.
        ServerError: if the server does not answer as it should.
    """
    entries = corpus.select_entries()
    snapshot, gold, _ = snapshot_and_gold(corpus, server, project, entries)
    work, _ = split_controls(snapshot, read_controls(corpus, name, kind=project_kind(project)))
    record = read_record(corpus)
    member = next(
        (each.member for each in record.projects if each.name == name and each.key == project_key(project)), None
    )
    lines: dict[str, dict[str, Example]] = {}
    for copy in work.copies.values():
        for annotator, done in copy.work.items():
            begun = spans_changed(copy, done) if annotator == ALL else bool(done.spans or done.invalid)
            if not done.confirmed and not begun:
                continue
            if annotator == ALL and member is None:
                line = gold.get(copy.id or "")
            else:
                user = member if annotator == ALL and member is not None else annotator
                folder = record.folder(user) or user
                if folder not in lines:
                    lines[folder] = _lines(corpus, folder)
                line = lines[folder].get(copy.id or "")
            if line is not None and done.confirmed and line.extra.get(CONFIRMED) is False:
                line = None
            if line is None or not _is_same(line, copy, annotator):
                whose = "" if annotator == ALL else f" by {annotator}"
                state = "confirmed" if done.confirmed else "begun"
                yield f"{copy.name} is {state}{whose}, and the corpus has it {'otherwise' if line else 'not'}"


def _lines(corpus: Corpus, folder: str) -> dict[str, Example]:
    """The lines of a folder of passes, by example."""
    return {line.id: line for line in corpus.pass_examples(folder)} if folder in corpus.annotators() else {}


def _is_same(line: Example, copy: StoredExample, annotator: str) -> bool:
    """Whether a line has the text of a copy, and the spans that the annotator set there, each of them valid."""
    done = copy.work[annotator]
    is_sound = copy.corruption is None and not done.invalid
    return is_sound and is_text_of(copy.text, line.text) and sorted(line.spans) == sorted(done.spans)
