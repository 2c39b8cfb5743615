"""What a project holds at one moment: each example, and what everybody did with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from goldspan.doccano import rows
from goldspan.doccano.archive import Archive
from goldspan.doccano.copies import ALL, TWICE, Copy, Refused, Work, fingerprint
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from goldspan.doccano.answers import Project
    from goldspan.doccano.client import Doccano

    Confirmed: TypeAlias = Mapping[str, Mapping[int, Any]]

__all__ = ["ALL", "TWICE", "Copy", "Refused", "Snapshot", "Work", "fingerprint", "take"]

TRIES = 3
SHARED = "all"


@dataclass(frozen=True)
class Snapshot:
    """What a project holds.

    Args:
        project: the project.
        copies: by Doccano's number, in the order of the export.
        members: the user names whose work is here, sorted; none in a shared project.
        hidden: how many examples, none of goldspan's, hide their number behind a key of their own and are left out.
    """

    project: Project
    copies: Mapping[int, Copy] = field(hash=False)
    members: tuple[str, ...]
    hidden: int = 0

    @cached_property
    def by_id(self) -> Mapping[str, tuple[Copy, ...]]:
        """The copies of each example that goldspan pushed."""
        found: dict[str, list[Copy]] = {}
        for copy in self.copies.values():
            if copy.id is not None:
                found.setdefault(copy.id, []).append(copy)
        return {name: tuple(copies) for name, copies in found.items()}


def take(server: Doccano, project: Project, *, confirmed: bool = True) -> Snapshot:
    """What a project holds now.

    Doccano tells who confirmed what by an export of its own, in which it reads the labels before it looks which
    examples are confirmed: one that is confirmed in between comes without its labels. So the export of the confirmed is
    taken first, the export of all after it, and a confirmation holds only if both have the same spans. If they differ,
    both are taken again.

    Args:
        server: logged in to as an administrator of the project.
        project: as the server has it.
        confirmed: whether to find out who confirmed what; if not, nothing counts as confirmed.

    Raises:
        ServerError: if the server does not answer as it should, or the exports differ again and again.
    """
    changed: str | None = ""
    for _ in range(TRIES):
        with ExitStack() as open_files:
            done = _confirming(server, project, open_files) if confirmed else None
            path = open_files.enter_context(server.export(project.id, confirmed=False))
            archive = open_files.enter_context(Archive(path))
            reading = _read(archive, project, None if done is None else done.result())
        changed = reading.changed
        if changed is None:
            members = () if project.collaborative else reading.names
            return Snapshot(project, reading.copies, members, reading.hidden)
    raise ServerError(
        f"{changed} changed while the project was exported, {TRIES} times over",
        remedy="Try again when fewer people are at work there.",
    )


def _names(archive: Archive, project: Project) -> tuple[str, ...]:
    """The names of the parts, sorted.

    Raises:
        ServerError: if a shared project is not exported in one part.
    """
    if project.collaborative and archive.names != (SHARED,):
        raise ServerError(f"the project {project.name!r} is shared, but not so its export", remedy="Try again.")
    return tuple(sorted(archive.names))


def _confirming(server: Doccano, project: Project, open_files: ExitStack) -> Future[Confirmed]:
    """Take the export of the confirmed, and read it while the server makes the next one."""
    path = open_files.enter_context(server.export(project.id, confirmed=True))
    return open_files.enter_context(ThreadPoolExecutor(1)).submit(_confirmed, path, project)


def _confirmed(path: Path, project: Project) -> Confirmed:
    """Who confirmed which examples of goldspan's, and the spans that came with them."""
    with Archive(path) as archive:
        return {
            name: {
                row["id"]: rows.listed(row)
                for _, row in archive.rows(name)
                if type(row.get("id")) is int and rows.identity(row) is not None
            }
            for name in _names(archive, project)
        }


def _read(archive: Archive, project: Project, done: Confirmed | None) -> _Reading:
    reading = _Reading(project, _names(archive, project))
    for name in reading.names:
        reading.read(archive.rows(name), name, {} if done is None else done.get(name, {}))
    if done is not None and done.keys() != set(reading.names):
        reading.changed = "the members"
    for copy in reading.copies.values():
        if copy.id is not None and len(copy.work) < len(reading.names):
            reading.changed = _named(copy)
    return reading


def _named(copy: Copy) -> str:
    return f"the example {copy.id} (number {copy.number})"


class _Reading:
    """An export of all on its way to a snapshot, part by part."""

    def __init__(self, project: Project, names: tuple[str, ...]) -> None:
        self.names = names
        self.copies: dict[int, Copy] = {}
        self.hidden = 0
        self.changed: str | None = None
        self._shared = project.collaborative
        self._places = rows.Places("graphemes" if project.grapheme_mode else "utf16")
        self._works: dict[int, dict[str, Work]] = {}

    def read(self, part: Iterable[tuple[int, dict[str, Any]]], name: str, done: Mapping[int, Any]) -> None:
        """Take in the rows of a part.

        Args:
            part: with their numbers.
            name: of the part.
            done: what its annotator confirmed, and the spans that came with it.
        """
        annotator = ALL if self._shared else name
        hidden = 0
        for _, row in part:
            number = row.get("id")
            if type(number) is not int or self._is_covered(number, row, annotator):
                hidden += 1
                continue
            found = rows.listed(row)
            raws = rows.raw_spans(found)
            copy = self._copy(number, row, annotator, broken=raws is None)
            if number in done and done[number] != found and rows.raw_spans(done[number]) != raws:
                self.changed = _named(copy)
            places = self._places.of(copy.text) if raws else self._places
            self._works[number][annotator] = rows.work(raws or (), rows.comments(row), places, confirmed=number in done)
        self.hidden = max(self.hidden, hidden)

    def _is_covered(self, number: int, row: dict[str, Any], annotator: str) -> bool:
        """Whether a foreign row claims a number that another example of the same part has."""
        known = self.copies.get(number)
        if known is None or rows.identity(row) is not None:
            return False
        return known.id is not None or annotator in self._works[number]

    def _copy(self, number: int, row: dict[str, Any], annotator: str, *, broken: bool) -> Copy:
        """The example of a row: the one that is known from another part, or a new one, before which a foreign one goes.

        Raises:
            ServerError: for two of goldspan's that have one number.
        """
        copy = self.copies.get(number)
        if copy is None or (copy.id is None and rows.identity(row) is not None):
            works = self._works[number] = {}
            copy = self.copies[number] = rows.copy(number, row, works)
        elif annotator in self._works[number]:
            raise ServerError(
                f"the export has two examples of number {number}", example=copy.id, remedy="Look at them in Doccano."
            )
        elif copy.id is not None and (rows.identity(row), rows.text_of(row)) != (copy.id, copy.text):
            self.changed = _named(copy)
        if broken and copy.spoiled is None:
            copy = self.copies[number] = replace(copy, spoiled=rows.BROKEN)
        return copy
