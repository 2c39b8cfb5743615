"""The database of a home, and the Django settings of its server.

A new database is a copy of a template that has all tables, so that it is there at once. The settings are those that
differ from Doccano's own for production.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.server.environment import last_lines
from goldspan.doccano.server.home import USERNAME, ServerHome, ServerState, own_state, write_state
from goldspan.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.doccano.server.environment import ServerEnvironment

SETTINGS_MODULE = "goldspan_settings"
ITERATIONS = 600_000  # Django 4.2's own number for PBKDF2 with SHA-256

# No value is filled in: the module finds the home by its own place, so that no path needs quoting.
SETTINGS = '''\
"""Written by goldspan at each start: edits are lost."""
import gc
import os
import time
from pathlib import Path

from celery.signals import task_postrun, worker_ready
from config.settings.production import *
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.template.context import BaseContext
from kombu.transport.sqlalchemy import Transport

# A server works in its home, and stays with it where that is moved while it runs.
SERVES = "GOLDSPAN_DOCCANO_HOME" in os.environ
HOME = Path.cwd() if SERVES else Path(__file__).resolve().parent
os.umask(0o077)

DEBUG = False
SECRET_KEY = (HOME / "secret_key").read_text()
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
SECURE_PROXY_SSL_HEADER = None  # there is no proxy, so no request may claim one
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # the default prints reset links into the log

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str((Path() if SERVES else HOME) / "db.sqlite3"),
        "CONN_MAX_AGE": 500,
        "OPTIONS": {"timeout": 30},
    }
}
# A transaction that reads and then writes cannot wait for another writer: SQLite refuses it at once, whatever the
# timeout. Taking the write lock at its beginning makes it wait.
DatabaseWrapper._start_transaction_under_autocommit = lambda self: self.cursor().execute("BEGIN IMMEDIATE")

def copy_of_context(self):
    """A copy of a template's context, as Django makes it from 5.2 on: before, it fails on Python 3.14."""
    duplicate = BaseContext()
    duplicate.__class__ = self.__class__
    duplicate.__dict__ = {**self.__dict__, "dicts": self.dicts[:]}
    return duplicate


BaseContext.__copy__ = copy_of_context

# A file of its own: the worker's polling does not meet the annotators' writes.
CELERY_BROKER_URL = f"sqla+sqlite:///{HOME / 'broker.sqlite3'}"
CELERY_BROKER_TRANSPORT_OPTIONS = {"connect_args": {"timeout": 30}}
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
Transport.polling_interval = property(lambda _: pause())  # the option of that name reaches SQLAlchemy, which refuses it

MEDIA_ROOT = str(HOME / "media")
DJANGO_DRF_FILEPOND_UPLOAD_TMP = str(HOME / "uploads")
DJANGO_DRF_FILEPOND_ALLOW_EXTERNAL_UPLOAD_DIR = True  # else a folder outside Doccano's own is refused
DJANGO_DRF_FILEPOND_FILE_STORE_PATH = MEDIA_ROOT

worked = time.monotonic()


def pause():
    """Seconds between two polls of the queue: few while tasks come, more after a minute without any."""
    return 0.05 if time.monotonic() - worked < 60 else 0.5


@worker_ready.connect(weak=False)
def collect_garbage_after_a_task(**_):
    """A task's objects live until it ends: garbage collection before that would take a third of its time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 20)
    task_postrun.connect(after_a_task, weak=False)


def after_a_task(**_):
    global worked
    worked = time.monotonic()
    gc.collect()
'''


_MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("create_roles")
"""
_ADMIN = f"""
from django.contrib.auth.models import User
User.objects.create_superuser({USERNAME!r}, password=None)
"""


def write_settings(home: ServerHome) -> None:
    """Write the settings module and, once, the secret key that it reads."""
    files.write(home.settings, SETTINGS)
    if not home.secret.exists():
        files.write(home.secret, secrets.token_urlsafe(50), mode=files.PRIVATE)


def make_template(environment: ServerEnvironment) -> None:
    """Make the database that new homes copy: all tables, the roles, a superuser who cannot log in yet."""
    home = ServerHome(environment.template).make()
    write_settings(home)
    _run(home, environment, _MIGRATE + _ADMIN)
    with closing(sqlite3.connect(home.database)) as database:
        # Readers and one writer at a time do not block each other; the mode stays with the file.
        database.execute("PRAGMA journal_mode=WAL")


def prepare_database(
    home: ServerHome, environment: ServerEnvironment, state: ServerState | None, original: Path | None = None
) -> ServerState:
    """Migrate the database of a home to this version of Doccano, and set the password if none is known.

    Args:
        home: its folder.
        environment: the environment that will use it.
        state: the home's state; None for a home that is new or has lost it.
        original: the folder that the home is a copy of, if it is one.

    Returns:
        The new state, which is written to the home.

    Raises:
        InputError: if the database is not Doccano's, is damaged, or cannot be migrated.
    """
    write_settings(home)
    is_new = not home.database.exists()
    if is_new:
        _copy(environment.template / home.database.name, home.database)
    else:
        require_sound(home, original)
    if not is_new and (state is None or state.environment != environment.name):
        _run(home, environment, _MIGRATE)
    if is_new or state is None:
        state = state or ServerState()
        set_password(home.database, state.username, state.password)
    state = replace(own_state(home, state, original), environment=environment.name)
    write_state(home, state)
    return state


def django_variables(home: ServerHome, environment: ServerEnvironment) -> dict[str, str]:
    """The environment variables that Doccano reads: where its settings are. The secrets are files of the home."""
    return {
        "DJANGO_SETTINGS_MODULE": SETTINGS_MODULE,
        "PYTHONPATH": f"{home.folder}:{environment.backend}",
        "STANDALONE": "True",  # serves its own favicon and media
    }


def set_password(database: Path, username: str, password: str) -> None:
    """Set a user's password in the form that Django keeps (`algorithm$iterations$salt$hash`).

    Written to the database directly: a Django process would take seconds, and would need the password.
    """
    salt = secrets.token_hex(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), ITERATIONS)
    hashed = f"pbkdf2_sha256${ITERATIONS}${salt}${base64.b64encode(digest).decode()}"
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("UPDATE auth_user SET password = ? WHERE username = ?", (hashed, username))


def was_in_use(home: ServerHome) -> bool:
    """Whether the last change is in the write-ahead log only: `stop` empties it, so a copy was made before that."""
    log = home.write_ahead_log
    return log.exists() and log.stat().st_size > 0


def empty_write_ahead_log(home: ServerHome) -> None:
    """Write what the write-ahead log holds into the database file, which then holds all: anyone may copy it alone."""
    if was_in_use(home):
        with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(home.database, timeout=1)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def require_sound(home: ServerHome, original: Path | None = None) -> None:
    """Check that it is a database of Doccano's and is whole, before anything is done to it.

    Args:
        home: its folder.
        original: the folder that the home is a copy of, if it is one: what was copied while a server wrote into it
            may be of several moments.

    Raises:
        InputError: if it is not.
    """
    if (
        home.database.stat().st_nlink > 1
    ):  # as `cp -al` makes it: SQLite would keep a log for each name, and mix them up
        raise InputError(
            "the database has a second name (a hard link): two servers, or a server and a backup, would share it",
            file=home.database,
            remedy="Give this folder a file of its own: `cp db.sqlite3 new`, then `mv new db.sqlite3`.",
        )
    try:
        with closing(sqlite3.connect(f"{home.database.as_uri()}?mode=ro", uri=True)) as connection:
            user = connection.execute("SELECT 1 FROM auth_user WHERE username = ?", (USERNAME,)).fetchone()
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if original is not None and connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                found = "rows are missing that others refer to"
    except sqlite3.Error as error:
        raise _unusable(home.database, str(error), original) from None
    if user is None:
        raise _unusable(home.database, f"it holds no user {USERNAME!r}")
    if found != "ok":
        raise _unusable(home.database, f"it is damaged: {found}", original)


def _run(home: ServerHome, environment: ServerEnvironment, script: str) -> None:
    done = environment.run(script, django_variables(home, environment))
    if done.returncode:
        raise _unusable(home.database, f"Django ended with {done.returncode}:\n{last_lines(done.stderr)}")


def _unusable(database: Path, why: str, original: Path | None = None) -> InputError:
    remedy = "Restore it from a backup, or choose another folder with --home."
    if original is not None:
        remedy = f"It was copied from {original} while a Doccano ran there: `goldspan doccano stop` it, and copy again."
    return InputError(f"the database cannot be used: {why}", file=database, remedy=remedy)


def _copy(template: Path, database: Path) -> None:
    part = database.with_name(f".{database.name}.part")  # an interrupted start leaves no half of a database
    shutil.copyfile(template, part)
    part.chmod(files.PRIVATE)
    part.replace(database)
