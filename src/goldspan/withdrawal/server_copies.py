"""The examples of withdrawn articles that are still in Doccano, and who worked on them.

A push leaves alone what the corpus no longer has, and a pull writes nothing of it: neither deletes anything there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.annotation import article_of
from goldspan.doccano.corpus_record import project_key, read_record
from goldspan.doccano.human_work import has_work, spans_changed
from goldspan.doccano.snapshot import ALL, take_full_snapshot
from goldspan.errors import GoldspanError
from goldspan.formats.doccano import stored_id
from goldspan.service.rejections import text_digest
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from contextlib import AbstractContextManager

    from goldspan.corpus import Corpus
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.corpus_record import DoccanoRecord, ProjectRecord
    from goldspan.withdrawal.curated_files import ArticleContents

    Connect = Callable[[], AbstractContextManager[Doccano]]


@dataclass(frozen=True, slots=True)
class ServerCopy:
    """An example of a withdrawn article on a server.

    Args:
        project: the name of the project.
        address: of the project's examples in the browser.
        example: its id; empty for one that goldspan did not push, which has the text of one.
        number: Doccano's number of it.
        workers: who marked, confirmed or commented on it; `everybody` in a shared project.
    """

    project: str
    address: str
    example: str
    number: int
    workers: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "project": self.project,
            "address": self.address,
            "example": self.example,
            "number": self.number,
            "worked_on_by": list(self.workers),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSearch:
    """What was found on the servers that a corpus remembers.

    Args:
        copies: the examples that are there.
        searched: the names of the projects that were searched.
        unasked: per project that could not be asked its server, and why, as a clause.
    """

    copies: tuple[ServerCopy, ...] = ()
    searched: tuple[str, ...] = ()
    unasked: tuple[tuple[str, str, str], ...] = ()

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "examples": [copy.json() for copy in self.copies],
            "searched": list(self.searched),
            "not_asked": [{"project": name, "server": server, "why": why} for name, server, why in self.unasked],
        }


def search_servers(corpus: Corpus, articles: Collection[ArticleContents], connect: Connect | None) -> ServerSearch:
    """The examples of some articles in the projects that a corpus remembers; nothing is written.

    Args:
        corpus: the project.
        articles: with their texts.
        connect: gives the server that is to be asked; it is called only if there is something to ask. None for none.

    Raises:
        InputError: if what the corpus remembers cannot be read.
    """
    record = read_record(corpus)
    if not record.projects:
        return ServerSearch()
    if connect is None:
        return ServerSearch(unasked=tuple((one.name, one.server, "no server was asked") for one in record.projects))
    try:
        with connect() as server:
            return _search(server, record, articles)
    except GoldspanError as error:
        why = error.message
        return ServerSearch(unasked=tuple((one.name, one.server, why) for one in record.projects))


def _search(server: Doccano, record: DoccanoRecord, articles: Collection[ArticleContents]) -> ServerSearch:
    copies: list[ServerCopy] = []
    searched: list[str] = []
    unasked: list[tuple[str, str, str]] = []
    there = server.projects()
    for one in record.projects:
        is_asked = one.server == server.url or (is_loopback(one.server) and server.is_here)
        project = _find(one, there) if is_asked else None
        if not is_asked:
            unasked.append((one.name, one.server, f"{server.url} was asked, which is another server"))
        elif project is None:
            unasked.append((one.name, one.server, "this account sees no such project there"))
        else:
            try:
                copies += _copies(server, project, articles)
                searched.append(project.name)
            except GoldspanError as error:
                unasked.append((one.name, one.server, error.message))
    return ServerSearch(copies=tuple(copies), searched=tuple(searched), unasked=tuple(unasked))


def _find(record: ProjectRecord, there: Collection[DoccanoProject]) -> DoccanoProject | None:
    """The project that is remembered: the one with its key, else the one of its name, unless that has another key."""
    with_key = [project for project in there if record.key and record.key == project_key(project)]
    named = [project for project in there if project.name == record.name and not (record.key and project_key(project))]
    return next(iter([*with_key, *named]), None)


def _copies(server: Doccano, project: DoccanoProject, articles: Collection[ArticleContents]) -> Iterator[ServerCopy]:
    """The examples of some articles in a project, with those who worked on them."""
    ids = {one.id for one in articles}
    texts = {text_digest(text) for one in articles for text in one.texts}
    found: dict[int, str] = {}
    for row in server.examples(project.id):
        name = stored_id(row.meta)
        if article_of(name) in ids if name else text_digest(row.text) in texts:
            found[row.id] = name or ""
    workers = _workers(server, project, found) if found else {}
    address = f"{server.url.rstrip('/')}/projects/{project.id}/dataset"
    for number, name in sorted(found.items(), key=lambda item: (item[1], item[0])):
        yield ServerCopy(project.name, address, name, number, workers.get(number, ()))


def _workers(server: Doccano, project: DoccanoProject, numbers: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Who worked on each of these copies."""
    snapshot = take_full_snapshot(server, project)
    return {
        number: tuple(
            "everybody" if who == ALL else who
            for who, work in sorted(copy.work.items())
            if (has_work(work) if who != ALL else work.confirmed or spans_changed(copy, work))
        )
        for number, copy in snapshot.copies.items()
        if number in numbers
    }
