"""What our server does otherwise than Doccano's own production settings."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.server import home as homes

if TYPE_CHECKING:
    from goldspan.doccano.server.home import Home

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


def write(home: Home) -> None:
    """Write the module and, once, the secret key that it reads."""
    files.write(home.settings, TEXT)
    if not home.secret.exists():
        homes.write_private(home.secret, secrets.token_urlsafe(50))
