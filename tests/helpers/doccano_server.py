"""A Doccano for the tests: the embedded server, in a home of its own and on a port of its own."""

import contextlib

import pytest

from goldspan.doccano import server
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.server import database, install
from goldspan.errors import NotFoundError
from helpers import doccano_annotator

ANNOTATORS = ("ann", "bob")
# A password is made slow to guess: a seventh of a second of the processor, for each of the hundreds of logins of tests.
QUICK_LOGINS = """
from django.contrib.auth.hashers import PBKDF2PasswordHasher
PBKDF2PasswordHasher.iterations = 1
"""


def quicken_logins(monkeypatch):
    """Have the servers that are started in this process hash passwords quickly; others can still verify them."""
    monkeypatch.setattr(database, "SETTINGS", database.SETTINGS + QUICK_LOGINS)
    monkeypatch.setattr(database, "ITERATIONS", 1)


def require_python():
    """Skip a test where Doccano's pinned versions fit no Python of this machine."""
    try:
        install.find_python()
    except NotFoundError as missing:
        pytest.skip(str(missing).splitlines()[0])


@contextlib.contextmanager
def running(home):
    """A server that is stopped at the end, whatever happens between."""
    require_python()
    try:
        yield server.start(home, 0)
    finally:
        server.stop(home, grace=0)  # nothing of it is needed any more


class AnnotatedServer:
    """An embedded server with two annotators, a client and the superuser."""

    def __init__(self, home):
        self.home = home
        self.account = server.start(home, 0).account
        self.client = Doccano(self.account, patience=20.0)
        self.admin = doccano_annotator.admin(self)
        self.people = doccano_annotator.create_by_name(self, *ANNOTATORS)

    def restart(self):
        server.start(self.home)

    def close(self):
        for person in (self.admin, *self.people.values()):
            person.close()
        self.client.close()
        server.stop(self.home)
