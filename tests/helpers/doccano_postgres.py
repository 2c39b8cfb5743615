"""A Doccano on PostgreSQL for the tests: the embedded server with another database and several web processes.

PostgreSQL is Debian's package. It does not run as root, so a root's tests start it as the user `postgres`.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from goldspan import files
from goldspan.doccano import server
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.server import database, install, process
from goldspan.doccano.server.home import ServerHome, ServerState, cache_folder, write_state
from helpers import doccano_server, interruptions

DRIVER = "psycopg2-binary==2.9.13"
INSTALL = "PostgreSQL is not here: `apt-get install postgresql` (Debian, Ubuntu) brings it"
NAME = "doccano"  # of the database and its owner
WEB_PROCESSES, THREADS = 2, 4
PATIENCE = 60  # seconds for a start or a stop

SETTINGS = """
import json
DATABASES["default"] = json.loads((HOME / "postgres.json").read_text())
"""
MIGRATE = """
import json, os
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("create_roles")
from django.contrib.auth.models import User
User.objects.create_superuser(*json.loads(os.environ["SUPERUSER"]))
"""


def find_programs():
    """The folder of the newest PostgreSQL's programs; skips the test where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if not on_path:
        pytest.skip(INSTALL)
    return Path(on_path).parent


class Postgres:
    """A PostgreSQL of the test's own, on a free port of 127.0.0.1, that ends with the tests' process.

    Args:
        owner: its superuser, who owns a database of the same name.

    Attributes:
        port: where it listens.
        password: of that user.
    """

    def __init__(self, owner=NAME):
        self._programs, self.owner = find_programs(), owner
        self._user = None if os.getuid() else pwd.getpwnam("postgres")
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.password = secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        secret = self._folder / "password"
        secret.write_text(self.password)
        if self._user:
            for path in (self._folder, secret):
                shutil.chown(path, self._user.pw_uid, self._user.pw_gid)
        self._call(
            "initdb", "-D", self.data, "-U", owner, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "-N"
        )
        self._server = None
        self.start()
        self._call("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", owner, owner)

    @property
    def data(self):
        return self._folder / "data"

    @property
    def log(self):
        return self._folder / "log"

    def django(self):
        """The entry of Django's `DATABASES`."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.owner,
            "USER": self.owner,
            "PASSWORD": self.password,
            "HOST": "127.0.0.1",
            "PORT": self.port,
            "CONN_MAX_AGE": 500,
        }

    def start(self):
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}"]
        options += ["fsync=off", "max_connections=40"]  # what a crash of the machine would lose is of no use
        with self.log.open("ab") as log:
            command = self._command("postgres", "-D", self.data, *(f"-c{option}" for option in options))
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        until = time.monotonic() + PATIENCE
        while subprocess.run(
            [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False
        ).returncode:
            assert self._server.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """End it: SIGINT breaks its connections, and what is not committed is rolled back."""
        self._server.send_signal(how)
        self._server.wait(PATIENCE)

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _command(self, program, *arguments):
        """A command as the user who may run it; it ends with the process that started it."""
        drop = ["setpriv", "--pdeathsig", "INT"]
        if self._user:
            drop += ["--reuid", str(self._user.pw_uid), "--regid", str(self._user.pw_gid), "--clear-groups"]
        return [*drop, self._programs / program, *map(str, arguments)]

    def _call(self, program, *arguments):
        done = subprocess.run(
            self._command(program, *arguments),
            env={"PGPASSWORD": self.password, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr


def driver(environment):
    """The folder with Django's driver for PostgreSQL, which the embedded server does not need; installed once."""
    folder = cache_folder() / f"{DRIVER.replace('==', '-')}-{environment.name}"
    with files.lock(folder.with_suffix(".lock")):
        if not folder.exists():
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            command = [environment.python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", part, DRIVER]
            subprocess.run(command, check=True)
            part.rename(folder)
    return folder


class PostgresDoccano:
    """An embedded server whose database is PostgreSQL, with several web processes.

    Attributes:
        account: its address and login.
        home: the folder of its data, but for the database.
        postgres: the database.
    """

    def __init__(self, home):
        doccano_server.require_python()
        self.home, self.postgres = home, Postgres()
        self._patches = pytest.MonkeyPatch()
        try:
            self._prepare()
            self.account = server.start(home, 0).account
        except BaseException:
            self.close()
            raise

    def _prepare(self):
        environment = install.ensure_environment(lambda _: None)
        django, command, packages = database.django_variables, process.web_command, driver(environment)

        def variables(*arguments):
            found = django(*arguments)
            return {**found, "PYTHONPATH": f"{found['PYTHONPATH']}:{packages}"}

        def several(*arguments):
            given = command(*arguments)
            for option, number in (("--workers", WEB_PROCESSES), ("--threads", THREADS)):
                given[given.index(option) + 1] = str(number)
            return given

        self._patches.setattr(database, "SETTINGS", database.SETTINGS + SETTINGS)
        self._patches.setattr(database, "django_variables", variables)
        self._patches.setattr(process, "web_command", several)
        home, state = ServerHome(self.home).make(), ServerState()
        files.write(self.home / "postgres.json", files.dumps(self.postgres.django()), mode=files.PRIVATE)
        database.write_settings(home)
        write_state(home, state)
        superuser = files.dumps([state.username, "", state.password])
        done = environment.run(MIGRATE, {**variables(home, environment), "SUPERUSER": superuser})
        assert not done.returncode, done.stderr

    def client(self, **options):
        """A client of its own, logged in."""
        return Doccano(self.account, **options)

    def kill(self, role):
        interruptions.kill_processes(self.home, role)

    def restart(self):
        """Start what does not run."""
        server.start(self.home)

    def restart_database(self):
        """End the database and start it again, under the server's feet."""
        self.postgres.stop()
        self.postgres.start()

    def renew_connections(self):
        """Each thread of the web server notices that the database was restarted, by one request that fails."""
        login, nobody = f"{self.account.url}/v1/auth/login/", {"username": "nobody", "password": secrets.token_hex()}
        with ThreadPoolExecutor(WEB_PROCESSES * THREADS) as pool:
            list(pool.map(lambda _: requests.post(login, json=nobody, timeout=PATIENCE), range(100)))

    def close(self):
        server.stop(self.home, grace=0)
        self._patches.undo()
        self.postgres.close()
