"""A small database with the tables of Doccano's that a backup reads, and a home around it; no Doccano runs."""

import sqlite3
from contextlib import closing

from goldspan.doccano.server.home import ServerState, find_home, own_state, write_state

SCHEMA = """
PRAGMA journal_mode=WAL;
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT);
CREATE TABLE django_session (session_key TEXT PRIMARY KEY);
CREATE TABLE authtoken_token (key TEXT PRIMARY KEY);
CREATE TABLE auth_user (id INTEGER PRIMARY KEY, username TEXT, password TEXT);
CREATE TABLE roles_role (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE projects_project (
    id INTEGER PRIMARY KEY, name TEXT, description TEXT, project_type TEXT, collaborative_annotation BOOL);
CREATE TABLE projects_member (id INTEGER PRIMARY KEY, project_id INT, role_id INT, user_id INT);
CREATE TABLE label_types_spantype (id INTEGER PRIMARY KEY, text TEXT, project_id INT);
CREATE TABLE examples_example (id INTEGER PRIMARY KEY, text TEXT, meta TEXT, project_id INT);
CREATE TABLE examples_examplestate (id INTEGER PRIMARY KEY, confirmed_by_id INT, example_id INT);
CREATE TABLE examples_comment (id INTEGER PRIMARY KEY, text TEXT, user_id INT, example_id INT);
CREATE TABLE labels_span (
    id INTEGER PRIMARY KEY, start_offset INT, end_offset INT, example_id INT REFERENCES examples_example (id),
    label_id INT, user_id INT);
INSERT INTO django_migrations (app, name) VALUES ('examples', '0001_initial');
INSERT INTO django_session VALUES ('logged in');
INSERT INTO auth_user VALUES (1, 'admin', 'x'), (2, 'anna', 'annas hash'), (3, 'ben', 'bens hash');
INSERT INTO roles_role VALUES (1, 'project_admin'), (2, 'annotator');
INSERT INTO projects_project VALUES
    (1, 'kfor', 'goldspan: independent annotation, guidelines 1.0, key k3f9a1c2e4d5a', 'SequenceLabeling', 0),
    (2, 'together', '', 'SequenceLabeling', 1), (3, 'mails', '', 'DocumentClassification', 0);
INSERT INTO projects_member (project_id, role_id, user_id) VALUES (1, 1, 1), (1, 2, 2), (2, 1, 1), (2, 2, 2), (3, 1, 1);
INSERT INTO label_types_spantype VALUES (1, 'UNIT', 1), (2, 'UNIT', 2);
INSERT INTO examples_example VALUES
    (1, '🚢 KFOR left.', '{"goldspan key": "a.p01"}', 1), (2, 'KFOR came.', '{}', 1), (3, 'KFOR left.', '{}', 2);
INSERT INTO labels_span (start_offset, end_offset, example_id, label_id, user_id)
    VALUES (3, 7, 1, 1, 2), (0, 4, 2, 1, 2), (0, 4, 2, 1, 3), (0, 4, 3, 2, 3);
INSERT INTO examples_examplestate (confirmed_by_id, example_id) VALUES (2, 1), (3, 1), (2, 3);
INSERT INTO examples_comment (text, user_id, example_id) VALUES ('which one?', 2, 1), ('gone', NULL, 2);
"""


def make_home(folder, rows=0):
    """A home that was started once and does not run, with files that were uploaded.

    Args:
        folder: of the home.
        rows: how many more examples there are.
    """
    home = find_home(folder).make()
    with closing(sqlite3.connect(home.database)) as made:
        made.executescript(SCHEMA)
        made.executemany(
            "INSERT INTO examples_example (text, meta, project_id) VALUES (?, '{}', 1)",
            ((f"Row {number}.",) for number in range(rows)),
        )
        made.commit()
    home.secret.write_text("the secret key of the original")
    write_state(home, own_state(home, ServerState(port=8123, environment="doccano-1.8.4-000000000000"), None))
    (home.folder / "media" / "a").mkdir()
    (home.folder / "media" / "a" / "b.jsonl").write_text("{}\n")
    return home


def change(database, *statements):
    """Change a database as a server would."""
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
