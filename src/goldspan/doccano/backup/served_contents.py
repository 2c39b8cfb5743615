"""What a Doccano holds, read over its API by an account that administers its projects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.doccano.backup.contents import (
    TOGETHER,
    ProjectContents,
    ProjectReading,
    ServerContents,
    project_kind_name,
)
from goldspan.doccano.corpus_record import project_key
from goldspan.doccano.export_archive import ExportArchive, require_exportable, require_exported
from goldspan.doccano.export_rows import ListedExamples
from goldspan.doccano.members import ADMIN
from goldspan.doccano.snapshot import exported_spans, parse_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.snapshot import RawExportSpan

UNCLEAR = "a row of its export may be about several examples: `goldspan doccano doctor` tells of imported exports"
RELATED = "its spans have relations, which the API counts as spans"


@dataclass(frozen=True, slots=True)
class ServedContents:
    """What a server shows to an account.

    Args:
        contents: of the projects that were read; other tables than those of spans are not shown.
        unread: by the number of each other project that the account sees, why it could not be read.
    """

    contents: ServerContents
    unread: dict[int, str]


class _UnclearRowError(Exception):
    """Nobody can tell which example a row of an export is about."""


def served_contents(server: Doccano, on_project: Callable[[str], object] = lambda _: None) -> ServedContents:
    """What a server holds, as far as the account sees it.

    Args:
        server: logged in to.
        on_project: called with the name of each project before it is read.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    users = sorted(user.username for user in server.users())
    read: list[ProjectContents] = []
    unread: dict[int, str] = {}
    for project in sorted(server.projects(), key=lambda each: each.id):
        role = server.role(project.id)
        if role != ADMIN or project.use_relation:
            unread[project.id] = RELATED if role == ADMIN else f"the account is {role} in it"
            continue
        on_project(project.name)
        try:
            read.append(_read_project(server, project).contents())
        except _UnclearRowError:
            unread[project.id] = UNCLEAR
    return ServedContents(ServerContents(users=users, projects=read), unread)


def _read_project(server: Doccano, project: DoccanoProject) -> ProjectReading:
    members = {member.username: member.role for member in server.members(project.id)}
    reading = ProjectReading(project.id, project.name, project_key(project), project_kind_name(project), members)
    reading.confirmed = server.progress(project.id)
    reading.spans = Counter({each.name: server.count(project.id, each.name) for each in server.span_types(project.id)})
    examples = ListedExamples(server.examples(project.id))
    for example in examples.examples.values():
        reading.add_example(example.id, example.text, example.meta)
    for comment in server.comments(project.id):
        reading.add_comment(comment.example, comment.username, comment.text)
    if not examples.examples:
        return reading
    if not project.collaborative:
        require_exportable(sorted(members))
    for whose, number, _ in _exported(server, project, examples, members, confirmed=True):
        reading.add_confirmation(number, whose)
    for whose, number, spans in _exported(server, project, examples, members, confirmed=False):
        for start, end, label in spans:
            reading.add_span(number, whose, start, end, label)
    return reading


def _exported(
    server: Doccano, project: DoccanoProject, examples: ListedExamples, members: dict[str, str], *, confirmed: bool
) -> Iterator[tuple[str, int, tuple[RawExportSpan, ...]]]:
    """Whose work, on which example, and its spans, for each row of an export."""
    with server.export(project.id, confirmed=confirmed) as path, ExportArchive(path) as archive:
        if not project.collaborative:
            require_exported(members, archive.names)
        for part in archive.names:
            for _, row in archive.rows(part):
                number, spans = examples.number(row), parse_spans(exported_spans(row))
                if number is None or spans is None:
                    raise _UnclearRowError
                yield TOGETHER if project.collaborative else part, number, spans
