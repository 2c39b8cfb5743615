"""Which project on a server a corpus means by a name: the one with the key that goldspan wrote into it and remembers.

A name is not enough: anybody can rename a project, copy it, or create another of the same name, and an account sees
only the projects of which it is a member. So a push writes a key into the description and at the end of the guideline
page, and into `corpus/doccano.toml` beside the name, the address of the server and the unit of the offsets:

    goldspan: independent annotation, guidelines 1.0, key k3f9a1c2e4d5a

What does not agree is refused with what happened and how to go on; nothing is written then, and no second project is
created. An address of this machine, such as 127.0.0.1:8000, is that of many servers: there the corpus may remember
several keys under one name.
"""

from __future__ import annotations

import secrets
import shlex
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.annotation import article_of
from goldspan.corpus.shown_suggestions import shown_folder
from goldspan.doccano.controls import controls_file
from goldspan.doccano.corpus_record import KEY, DoccanoRecord, ProjectRecord, project_key, read_record
from goldspan.doccano.members import ADMIN
from goldspan.errors import InvalidValueError, NotFoundError, ServerError
from goldspan.formats.doccano import stored_id
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.corpus_record import OffsetUnit

DISPUTES = "adjudication of disputes"  # what such a project is for, in its description
KEY_LINE = "\n\n---\n\ngoldspan: "  # before the last line of a guideline page
LOOKED_AT = 20  # examples from either end of a project's list, to see whose they are
PATIENCE, PAUSE = 15.0, 0.5  # seconds that another push gets to take back the second project of a name
COUNTED: dict[OffsetUnit, str] = {"utf-16": "UTF-16 units", "graphemes": "grapheme clusters"}
ADMIN_PAGE = "{url}/admin/projects/sequencelabelingproject/{number}/change/"  # Doccano's other pages lack the setting


@dataclass(frozen=True, slots=True)
class ProjectIdentity:
    """A project as the corpus and the server know it.

    Args:
        name: of the project.
        project: as the server has it; None if there is none, and one may be created.
        key: what is, or is to be, written into it; empty if it has none and nothing is written now.
        notes: what somebody should know, without a full stop.
        is_known: whether the corpus remembers it, and so what its offsets count.
        round: the name of the round that it is part of, as the corpus remembers it.
        member: the user whose project it is, in a round in which each has one.
    """

    name: str
    project: DoccanoProject | None
    key: str
    notes: tuple[str, ...] = ()
    is_known: bool = False
    round: str | None = None
    member: str | None = None

    def require(self) -> DoccanoProject:
        """The project.

        Raises:
            NotFoundError: if there is none.
        """
        if self.project is None:
            raise NotFoundError(
                f"the server has no project {self.name!r} for you",
                remedy="`goldspan doccano status` lists the projects, `goldspan doccano push` creates one. If it is "
                f"there, let an administrator of it make you a member, in the role {ADMIN}.",
            )
        return self.project

    def added_to(self, record: DoccanoRecord, server: str) -> DoccanoRecord:
        """A record with this project, as it is by now.

        What it has of the project under another name or address stays: whoever uses that name is told the present one,
        and a team may reach one server in several ways.

        Args:
            record: what the corpus remembers.
            server: the address of the server.
        """
        project = self.require()
        is_of_disputes = f"goldspan: {DISPUTES}" in (project.description + project.guideline)
        return record.with_project(
            ProjectRecord(
                name=self.name,
                server=server,
                key=self.key,
                offsets=offset_unit(project),
                number=project.id,
                round=self.round,
                member=self.member,
                kind="disputes" if is_of_disputes else None,
            )
        )


def new_key() -> str:
    """A key that no other project has."""
    return f"k{secrets.token_hex(6)}"


def key_line(purpose: str, key: str) -> str:
    """The end of a guideline page, from which a push restores kind and key where somebody edits the description."""
    return f"{KEY_LINE}{purpose}, key {key}"


def offset_unit(project: DoccanoProject) -> OffsetUnit:
    """What offsets count in a project."""
    return "graphemes" if project.grapheme_mode else "utf-16"


def identify(server: Doccano, corpus: Corpus, name: str, *, new: bool = False) -> ProjectIdentity:
    """The project that a corpus means by a name. Nothing is written.

    Args:
        server: where.
        corpus: which remembers its projects.
        name: of the project.
        new: whether to forget a project of that name that the corpus remembers, and this account does not see.

    Raises:
        NotFoundError: if the project was renamed, or this account does not see it.
        InvalidValueError: if it is another corpus's, or its offsets count something else than before.
        ServerError: if there are two of one name or key, or one for another task.
        InputError: for a record that cannot be read.
    """
    return _Search(server, corpus, name, read_record(corpus)).run(new=new)


def find_project(server: Doccano, name: str, corpus: Corpus | None = None) -> DoccanoProject:
    """The project of a name, whatever a corpus remembers of it.

    Args:
        server: where.
        name: of the project.
        corpus: may know what the project is called by now, if none has the name.

    Raises:
        NotFoundError: if there is none.
        ServerError: if there are several.
    """
    project = server.project(name)
    if project is None and corpus is not None:
        project = identify(server, corpus, name).project
    return ProjectIdentity(name, project, "").require()


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for a project, by name and by key."""

    server: Doccano
    corpus: Corpus
    name: str
    record: DoccanoRecord

    def run(self, *, new: bool) -> ProjectIdentity:
        projects = self.server.projects()
        entries = self.record.projects_of(self.name, self.server.url)
        keys = {entry.key for entry in entries if entry.key}
        named = [project for project in projects if project.name == self.name]
        require_one(self.server, named, f"are called {self.name!r}", RENAME)
        holders = [project for project in projects if project_key(project) in keys]
        for key in keys | {project_key(project) for project in named} - {""}:
            require_one(self.server, [one for one in projects if project_key(one) == key], f"have the key {key}", COPY)
        if named:
            return self._named(named[0], entries, holders, new=new)
        if holders and not new:
            raise self._renamed(holders[0])
        if entries and not new:
            raise self._unseen()
        self.server.project(self.name)  # refuses one for another task
        return ProjectIdentity(self.name, None, new_key())

    def _named(
        self,
        project: DoccanoProject,
        entries: Sequence[ProjectRecord],
        holders: Sequence[DoccanoProject],
        *,
        new: bool,
    ) -> ProjectIdentity:
        """The identity of the project that has the name."""
        key = project_key(project)
        known = [entry for entry in self.record.projects if key and entry.key == key]
        if known:  # best by the same name and address, else by the same name
            place = (self.name, self.server.url)
            return self._known(
                project, max(known, key=lambda one: ((one.name, one.server) == place, one.name == self.name))
            )
        if holders:
            raise self._replaced(project, holders[0])
        if key and any(entry.key for entry in entries) and not new:
            raise self._not_the_remembered(project, key, [entry.key for entry in entries if entry.key])
        if key:
            self._require_own_examples(project)
            return ProjectIdentity(self.name, project, key)
        if entries:
            self._require_own_examples(project)
            return self._known(project, self._entry_of_page(project, entries))
        return ProjectIdentity(self.name, project, "")

    def _entry_of_page(self, project: DoccanoProject, entries: Sequence[ProjectRecord]) -> ProjectRecord:
        """What is remembered of a project whose description has no key: by the key of its page, or the last of it."""
        found = set(KEY.findall(project.guideline))
        return next((entry for entry in entries if entry.key in found), entries[-1])

    def _known(self, project: DoccanoProject, entry: ProjectRecord) -> ProjectIdentity:
        """The identity of a project that is remembered, perhaps under another name or address."""
        require_same_unit(self.server, project, entry)
        notes = []
        if entry.name != project.name:
            self._require_moved_controls(entry.name)
            self._require_nothing_shown(entry.name)
            notes.append(f"the project was called {entry.name!r} before; from now on the corpus calls it {self.name!r}")
        elif entry.server != self.server.url:
            notes.append(f"the corpus knows the project from {entry.server}, by its key")
        if entry.key and not project_key(project):
            notes.append(f"somebody took the key {entry.key} out of the description; a push writes it there again")
        return ProjectIdentity(
            self.name, project, entry.key, tuple(notes), is_known=True, round=entry.round, member=entry.member
        )

    def _require_moved_controls(self, former: str) -> None:
        old, new = controls_file(self.corpus, former), controls_file(self.corpus, self.name)
        if old.is_file() and not new.is_file():
            root = self.corpus.root
            raise InvalidValueError(
                f"the project {self.name!r} was called {former!r}, and the list of its controls still is",
                file=old,
                remedy=f"Rename it, or they would be pulled as work: git mv {old.relative_to(root)} "
                f"{new.relative_to(root)}",
            )

    def _require_nothing_shown(self, former: str) -> None:
        """Refuse another name where the lines of passes name the project by the former one."""
        folder = shown_folder(self.corpus, former)
        if files.is_there(folder):
            raise InvalidValueError(
                f"the project {self.name!r} was called {former!r}, and what its annotators were shown is recorded "
                "under that name, which the lines of their passes have, too",
                file=folder,
                remedy=f"Give it the name {former!r} back in Doccano, under its settings.",
            )

    def _require_own_examples(self, project: DoccanoProject) -> None:
        """Require that a project is empty, or has an example of an article of this corpus."""
        count = self.server.count(project.id)
        ends = {0: LOOKED_AT, max(0, count - LOOKED_AT): LOOKED_AT}
        ids = [
            example
            for offset, limit in (ends.items() if count else ())
            for row in self.server.examples_at(project.id, offset, limit)
            if (example := stored_id(row.meta))
        ]
        own = {entry.id for entry in self.corpus.entries}
        if ids and not any(article_of(example) in own for example in ids):
            key = project_key(project)
            raise InvalidValueError(
                f"the project {self.name!r} on {self.server.url} is another corpus's: this one does not know its key "
                f"({key or 'it has none'}), and of its {amount(count, 'example')} none that was looked at is of this "
                f"one ({enumerate_names(ids, most=2)})",
                remedy="Take another name with --project: what annotators do in one project belongs to one corpus.",
            )

    # What is refused

    def _renamed(self, project: DoccanoProject) -> NotFoundError:
        return NotFoundError(
            f"the project {self.name!r} is now called {project.name!r} on {self.server.url} "
            f"(number {project.id}, known by its key {project_key(project)})",
            remedy=f"Go on with --project {shlex.quote(project.name)}, or give it its old name back in Doccano, under "
            "its settings.",
        )

    def _replaced(self, project: DoccanoProject, holder: DoccanoProject) -> InvalidValueError:
        return InvalidValueError(
            f"the project that this corpus calls {self.name!r} is now called {holder.name!r} (number {holder.id}), and "
            f"another has its name (number {project.id}, by {project.author or 'somebody'})",
            remedy=f"Go on with --project {shlex.quote(holder.name)}, or rename both in Doccano.",
        )

    def _unseen(self) -> NotFoundError:
        user = self.server.me().username
        elsewhere = "another server has this address now, " if self.server.is_here else ""
        return NotFoundError(
            f"the corpus remembers the project {self.name!r} on {self.server.url}, and {user!r} does not see it there: "
            f"either {user!r} is not a member of it, or it was deleted, {elsewhere}or renamed without its key",
            remedy=f"Let its administrator make {user!r} a member, in the role {ADMIN}. If it is gone, create it again "
            f"with --new: goldspan doccano push --project {shlex.quote(self.name)} --new (or adjudicate --push).",
        )

    def _not_the_remembered(self, project: DoccanoProject, key: str, keys: Sequence[str]) -> InvalidValueError:
        return InvalidValueError(
            f"the project {self.name!r} on {self.server.url} (number {project.id}, by {project.author or 'somebody'}) "
            f"has the key {key}; this corpus remembers {enumerate_names(keys)}: it is another corpus's, or somebody "
            "created it anew",
            remedy="Take another name with --project. If a colleague created it anew for this corpus, get their "
            "corpus/doccano.toml, or push with --new, which forgets the one before.",
        )


RENAME = "Rename or delete all but one in Doccano: a name must mean one."
COPY = "A copy of a project has its key, too. Delete the copy in Doccano, or take the key out of its description there."


def require_one(server: Doccano, projects: Sequence[DoccanoProject], what: str, remedy: str) -> None:
    """Refuse several projects where there must be one.

    Raises:
        ServerError: with number, creator and examples of each.
    """
    if len(projects) > 1:
        raise ServerError(
            f"{len(projects)} projects {what} on {server.url}: "
            + ", ".join(
                f"number {one.id} ({one.name!r} by {one.author or 'somebody who is gone'}, "
                f"{amount(server.count(one.id), 'example')})"
                for one in sorted(projects, key=lambda each: each.id)
            ),
            remedy=remedy,
        )


def require_same_unit(server: Doccano, project: DoccanoProject, entry: ProjectRecord) -> None:
    """Refuse a project whose offsets count something else than at its first push, unless it has no examples.

    Raises:
        InvalidValueError: with what to do.
    """
    now = offset_unit(project)
    if entry.offsets == now or not server.count(project.id):
        return
    switch = "off" if now == "graphemes" else "on"
    page = ADMIN_PAGE.format(url=server.url, number=project.id)
    raise InvalidValueError(
        f"offsets in the project {project.name!r} count {COUNTED[now]} now, and {COUNTED[entry.offsets]} when it was "
        "first pushed: somebody switched its setting 'Grapheme mode'. Read like that, spans would stand on other words "
        "wherever an emoji or a combined character comes before them",
        remedy=f"Switch it {switch} again, as a superuser: {page} . Spans that were drawn in between, in texts with "
        "such characters, are misplaced then: have them looked at, and drawn again.",
    )


def create_project(
    server: Doccano, name: str, create: Callable[[], DoccanoProject], on_wait: Callable[[], object] = lambda: None
) -> tuple[DoccanoProject, bool]:
    """Create a project, unless somebody else creates one of that name at the same time.

    Whoever finds an older one takes back their own, which nobody can have used yet; so one stays.

    Args:
        server: where.
        name: of the project.
        create: creates it.
        on_wait: called if another push is waited for, which has to take back its own.

    Returns:
        The project, and whether it is the new one.

    Raises:
        ServerError: if another of that name stays there.
    """
    made, began = create(), time.monotonic()
    while True:
        named = sorted((one for one in server.projects() if one.name == name), key=lambda one: one.id)
        if len(named) < 2:  # itself
            return made, True
        if named[0].id != made.id and not server.count(made.id):
            server.delete_project(made.id)
            return named[0], False
        if time.monotonic() - began > PATIENCE:
            require_one(server, named, f"are called {name!r}", RENAME)
        on_wait()
        time.sleep(PAUSE)
