"""What a database of Doccano's holds, read with SQL from a copy to which nobody writes."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from goldspan import strict_json
from goldspan.doccano.backup.contents import INDEPENDENT, SHARED, ProjectReading, ServerContents
from goldspan.doccano.client.schema import SEQUENCE_LABELLING
from goldspan.doccano.corpus_record import KEY
from goldspan.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

PROJECTS = "SELECT id, name, description, project_type, collaborative_annotation FROM projects_project ORDER BY id"
MEMBERS = (
    "SELECT u.username, r.name FROM projects_member m JOIN auth_user u ON u.id = m.user_id "
    "JOIN roles_role r ON r.id = m.role_id WHERE m.project_id = ?"
)
EXAMPLES = "SELECT id, text, meta FROM examples_example WHERE project_id = ?"
SPANS = (
    "SELECT s.example_id, u.username, s.start_offset, s.end_offset, t.text FROM labels_span s "
    "JOIN auth_user u ON u.id = s.user_id JOIN label_types_spantype t ON t.id = s.label_id "
    "JOIN examples_example e ON e.id = s.example_id WHERE e.project_id = ?"
)
CONFIRMATIONS = (
    "SELECT s.example_id, u.username FROM examples_examplestate s JOIN auth_user u ON u.id = s.confirmed_by_id "
    "JOIN examples_example e ON e.id = s.example_id WHERE e.project_id = ?"
)
COMMENTS = (
    "SELECT c.example_id, coalesce(u.username, ''), c.text FROM examples_comment c "
    "LEFT JOIN auth_user u ON u.id = c.user_id JOIN examples_example e ON e.id = c.example_id WHERE e.project_id = ?"
)
OTHER = "SELECT count(*) FROM {table} a JOIN examples_example e ON e.id = a.example_id WHERE e.project_id = ?"
OTHER_TABLES = (  # that newer or older versions may lack
    "labels_category", "labels_textlabel", "labels_relation", "labels_boundingbox", "labels_segmentation",
    "examples_assignment",
)  # fmt: skip
ASSIGNMENTS = "examples_assignment"
DAMAGED = "Restore it from a backup: `goldspan doccano restore FILE --home FOLDER`."


def read_only(database: Path) -> sqlite3.Connection:
    """A connection to a file to which nobody writes: none of SQLite's files are made beside it."""
    return sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)


def stored_contents(database: Path) -> ServerContents:
    """What a database holds.

    Args:
        database: a file to which nobody writes.

    Raises:
        InputError: if it is no database of Doccano's.
    """
    try:
        with closing(read_only(database)) as connection:
            users = [name for (name,) in connection.execute("SELECT username FROM auth_user ORDER BY username")]
            tables = table_names(connection)
            projects = [_read_project(connection, row, tables).contents() for row in connection.execute(PROJECTS)]
    except (sqlite3.Error, strict_json.JSONError) as error:
        raise InputError(f"is no database of Doccano's: {error}", file=database, remedy=DAMAGED) from None
    return ServerContents(users=users, projects=projects)


def applied_migrations(database: Path) -> set[tuple[str, str]]:
    """Which changes of its tables a database has seen: those of a newer Doccano has more.

    Args:
        database: a file to which nobody writes.
    """
    with closing(read_only(database)) as connection:
        return set(connection.execute("SELECT app, name FROM django_migrations"))


def require_whole(database: Path, file: Path) -> None:
    """Require that a copy of a database is whole: each page, each index, each row that others refer to.

    Args:
        database: a file to which nobody writes.
        file: what it is a copy of, for the message.

    Raises:
        InputError: if it is not.
    """
    try:
        with closing(read_only(database)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            lost = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        found, lost = str(error), None
    if found == "ok" and lost is not None:
        found = f"rows of {lost[2]} are missing to which rows of {lost[0]} refer"
    if found != "ok":
        raise InputError(f"the database is damaged: {found}", file=file, remedy=DAMAGED)


def table_names(connection: sqlite3.Connection) -> list[str]:
    """The names of the tables, sorted."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows]


def _read_project(
    connection: sqlite3.Connection, row: tuple[int, str, str, str, bool], tables: list[str]
) -> ProjectReading:
    number, name, description, task, is_shared = row
    key = KEY.search(description)
    kind = (SHARED if is_shared else INDEPENDENT) if task == SEQUENCE_LABELLING else task
    members = dict(connection.execute(MEMBERS, (number,)))
    reading = ProjectReading(number, name, key[1] if key else "", kind, members)
    for example, text, meta in connection.execute(EXAMPLES, (number,)):
        reading.add_example(example, text or "", strict_json.loads(meta))
    for span in connection.execute(SPANS, (number,)):
        reading.spans[span[-1]] += 1
        if kind == SHARED or span[1] in members:
            reading.add_span(*span)
    confirmed = Counter[str]()
    for example, user in connection.execute(CONFIRMATIONS, (number,)):
        confirmed[user] += 1
        if kind == SHARED or user in members:
            reading.add_confirmation(example, user)
    reading.confirmed = dict(confirmed)
    for comment in connection.execute(COMMENTS, (number,)):
        reading.add_comment(*comment)
    reading.other = {
        table: connection.execute(OTHER.format(table=table), (number,)).fetchone()[0]
        for table in OTHER_TABLES
        if table in tables
    }
    return reading
