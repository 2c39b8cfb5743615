"""The database of a home: copied from a template with all tables, so that a fresh one is there at once."""

from __future__ import annotations

import base64
import hashlib
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.doccano.server import settings, state
from goldspan.doccano.server.environment import tail
from goldspan.doccano.server.home import Home
from goldspan.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.doccano.server.environment import Environment

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
User.objects.create_superuser({state.USERNAME!r}, password=None)
"""


def make_template(environment: Environment) -> None:
    """Make the store that fresh homes are copied from: all tables, the roles, a superuser who cannot log in yet."""
    home = Home(environment.template).make()
    settings.write(home)
    _run(home, environment, _MIGRATE + _ADMIN)
    with closing(sqlite3.connect(home.database)) as store:
        # Readers and one writer at a time do not block each other; the mode stays with the file.
        store.execute("PRAGMA journal_mode=WAL")


def prepare(home: Home, environment: Environment, kept: state.State | None) -> state.State:
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
    settings.write(home)
    fresh = not home.database.exists()
    if fresh:
        _copy(environment.template / home.database.name, home.database)
    else:
        _look(home.database)
    if not fresh and (kept is None or kept.environment != environment.name):
        _run(home, environment, _MIGRATE)
    if fresh or kept is None:
        kept = kept or state.State()
        set_password(home.database, kept.username, kept.password)
    kept = replace(kept, environment=environment.name)
    state.write(home, kept)
    return kept


def variables(home: Home, environment: Environment) -> dict[str, str]:
    """What Doccano reads from its environment: where its settings are. No secrets: they lie in the home."""
    return {
        "DJANGO_SETTINGS_MODULE": settings.MODULE,
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
            found = store.execute("SELECT 1 FROM auth_user WHERE username = ?", (state.USERNAME,)).fetchone()
    except sqlite3.Error as error:
        raise _unfit(database, str(error)) from None
    if found is None:
        raise _unfit(database, f"it holds no user {state.USERNAME!r}")


def _run(home: Home, environment: Environment, script: str) -> None:
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
