"""The database of a home: copied from a template with all tables, so that a fresh one is there at once.

What our server does otherwise than Doccano's own production settings.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.server.environment import tail
from goldspan.doccano.server.home import USERNAME, ServerHome, ServerState, write_state
from goldspan.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.doccano.server.environment import ServerEnvironment

MODULE = "goldspan_settings"

# Nothing is filled in: the module finds the home by its own place, so that no path needs quoting.
TEXT = '''\
"""Written by goldspan at each start: edits are lost."""
import gc
import os
import time
from pathlib import Path

from celery.signals import task_postrun, worker_ready
from config.settings.production import *
from django.db.backends.sqlite3.base import DatabaseWrapper
from kombu.transport.sqlalchemy import Transport

HOME = Path(__file__).resolve().parent
os.umask(0o077)

DEBUG = False
SECRET_KEY = (HOME / "secret_key").read_text()
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
SECURE_PROXY_SSL_HEADER = None  # no proxy stands before it, so nobody may claim one
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # the default prints reset links into the log

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(HOME / "db.sqlite3"),
        "CONN_MAX_AGE": 500,
        "OPTIONS": {"timeout": 30},
    }
}
# A transaction that reads and then writes cannot wait for another writer: SQLite refuses it at once, whatever the
# timeout. Taking the write lock at its beginning makes it wait.
DatabaseWrapper._start_transaction_under_autocommit = lambda self: self.cursor().execute("BEGIN IMMEDIATE")

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
    """Seconds between two looks into the queue: short while tasks come, and sparing where nobody is at work."""
    return 0.05 if time.monotonic() - worked < 60 else 0.5


@worker_ready.connect(weak=False)
def collect_garbage_after_a_task(**_):
    """What a task makes lives until it ends: Python's looking through it meanwhile would take a third of its time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 20)
    task_postrun.connect(after_a_task, weak=False)


def after_a_task(**_):
    global worked
    worked = time.monotonic()
    gc.collect()
'''


def write_settings(home: ServerHome) -> None:
    """Write the module and, once, the secret key that it reads."""
    files.write(home.settings, TEXT)
    if not home.secret.exists():
        files.write(home.secret, secrets.token_urlsafe(50), mode=files.PRIVATE)


ITERATIONS = 600_000  # Django 4.2's own number for PBKDF2 with SHA-256
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


def make_template(environment: ServerEnvironment) -> None:
    """Make the store that fresh homes are copied from: all tables, the roles, a superuser who cannot log in yet."""
    home = ServerHome(environment.template).make()
    write_settings(home)
    _run(home, environment, _MIGRATE + _ADMIN)
    with closing(sqlite3.connect(home.database)) as store:
        # Readers and one writer at a time do not block each other; the mode stays with the file.
        store.execute("PRAGMA journal_mode=WAL")


def prepare_database(home: ServerHome, environment: ServerEnvironment, kept: ServerState | None) -> ServerState:
    """Bring the store of a home up to date, and give it a login if it has none.

    Args:
        home: its folder.
        environment: what will run on it.
        kept: what the home remembers; None for one that is fresh or has lost it.

    Returns:
        What it shall remember.

    Raises:
        InputError: if the store is not Doccano's, or cannot be brought up to date.
    """
    write_settings(home)
    fresh = not home.database.exists()
    if fresh:
        _copy(environment.template / home.database.name, home.database)
    else:
        _look(home.database)
    if not fresh and (kept is None or kept.environment != environment.name):
        _run(home, environment, _MIGRATE)
    if fresh or kept is None:
        kept = kept or ServerState()
        set_password(home.database, kept.username, kept.password)
    kept = replace(kept, environment=environment.name)
    write_state(home, kept)
    return kept


def variables(home: ServerHome, environment: ServerEnvironment) -> dict[str, str]:
    """What Doccano reads from its environment: where its settings are. No secrets: they lie in the home."""
    return {
        "DJANGO_SETTINGS_MODULE": MODULE,
        "PYTHONPATH": f"{home.folder}:{environment.backend}",
        "STANDALONE": "True",  # serves its own favicon and media
    }


def set_password(database: Path, username: str, password: str) -> None:
    """Set a user's password in the form that Django keeps (`algorithm$iterations$salt$hash`).

    Written from here because a process of Django's takes seconds for it, and would have to be handed the password.
    """
    salt = secrets.token_hex(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), ITERATIONS)
    hashed = f"pbkdf2_sha256${ITERATIONS}${salt}${base64.b64encode(digest).decode()}"
    with closing(sqlite3.connect(database, timeout=30)) as store, store:
        store.execute("UPDATE auth_user SET password = ? WHERE username = ?", (hashed, username))


def _look(database: Path) -> None:
    """See that it is a store of ours, before anything is done to it."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as store:
            found = store.execute("SELECT 1 FROM auth_user WHERE username = ?", (USERNAME,)).fetchone()
    except sqlite3.Error as error:
        raise _unfit(database, str(error)) from None
    if found is None:
        raise _unfit(database, f"it holds no user {USERNAME!r}")


def _run(home: ServerHome, environment: ServerEnvironment, script: str) -> None:
    done = environment.run(script, variables(home, environment))
    if done.returncode:
        raise _unfit(home.database, f"Django ended with {done.returncode}:\n{tail(done.stderr)}")


def _unfit(database: Path, why: str) -> InputError:
    return InputError(
        f"the store cannot be used: {why}",
        file=database,
        remedy="Put a copy of it back, or choose another folder with --home.",
    )


def _copy(template: Path, database: Path) -> None:
    beside = database.with_name(f".{database.name}.part")  # a start that is cut off leaves no half of a store
    shutil.copyfile(template, beside)
    beside.chmod(0o600)
    beside.replace(database)
