"""The server that `docs/team.md` describes, made of the blocks of that page, with other ports, folders, passwords."""

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

import requests

from goldspan.doccano.account import Account
from goldspan.doccano.server import install
from helpers import doccano_postgres, doccano_server, tls_proxy

PAGE = Path(__file__).parents[2] / "docs" / "team.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEAD = re.compile(r"(?:#|--) (?P<run>(?:not )?run by a test): (?P<name>[\w -]+)")
PATIENCE = 120  # seconds for a service to answer


def page_blocks():
    """By name, whether a block is run, and its text."""
    found = {}
    for _, text in FENCE.findall(PAGE.read_text(encoding="utf-8")):
        head = HEAD.match(text)
        assert head, f"the first line does not say whether a test runs it:\n{text}"
        assert head["name"] not in found
        found[head["name"]] = (head["run"] == "run by a test", text)
    return found


class TeamServer:
    """Doccano on PostgreSQL as the page has it, twice if wanted: the second works on the restored database.

    Args:
        folder: for all files.

    Attributes:
        accounts: of the first and the second, at their own ports.
        used: the names of the blocks that were run.
    """

    def __init__(self, folder):
        doccano_server.require_python()
        self.folder, self.used = folder, set()
        self._blocks, self._services = page_blocks(), []
        self.postgres = doccano_postgres.Postgres("lead")
        self.password = secrets.token_hex(12)
        self.ports = [tls_proxy.free_port() for _ in range(2)]
        self.accounts = [Account(f"http://127.0.0.1:{port}", "admin", self.password) for port in self.ports]
        environment = install.ensure_environment(lambda _: None)
        self._python, self._driver = Path(environment.python).parent, doccano_postgres.driver(environment)
        for number in range(2):
            (self._home(number) / "media").mkdir(parents=True)
            shutil.copytree(environment.backend, self._home(number) / "backend")  # it keeps uploads there
        programs = folder / "bin"
        programs.mkdir()
        (programs / "goldspan").write_text(f'#!/bin/sh\nexec {sys.executable} -m goldspan "$@"\n')
        (programs / "goldspan").chmod(0o755)
        self._path = f"{programs}:{doccano_postgres.find_programs()}:{os.environ['PATH']}"

    @property
    def account(self):
        """Of the first."""
        return self.accounts[0]

    def text(self, name, number=0):
        """A block with the ports, folders and passwords of this test; number 1 is the second Doccano."""
        is_run, text = self._blocks[name]
        assert is_run
        self.used.add(name)
        for old, new in {
            "PASSWORD@": f"{self.password}@",
            "'PASSWORD'": f"'{self.password}'",
            "PASSWORD=PASSWORD": f"PASSWORD={self.password}",
            "SECRET_KEY=SECRET": f"SECRET_KEY={secrets.token_hex(20)}",
            "127.0.0.1:5432/doccano": f"127.0.0.1:{self.postgres.port}/{'restored' if number else 'doccano'}",
            "127.0.0.1:5432": f"127.0.0.1:{self.postgres.port}",
            "127.0.0.1:8000": f"127.0.0.1:{self.ports[number]}",
            "/srv/doccano": str(self._home(number)),
            "/backups": str(self.folder),
        }.items():
            text = text.replace(old, new)
        return text

    def sql(self, text):
        """Run SQL as the superuser of PostgreSQL; what it prints."""
        command = ["psql", "-qtA", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.postgres.port)]
        command += ["-U", self.postgres.owner, self.postgres.owner]
        return self._done(command, {"PGPASSWORD": self.postgres.password}, text)

    def sh(self, text, **variables):
        """Run commands of goldspan and PostgreSQL; what they print."""
        return self._done(["bash", "-e"], variables, text)

    def begin(self, number=0):
        """Settings and tables."""
        (self._home(number) / "doccano.env").write_text(self.text("settings", number))
        if number == 0:
            self._done(["bash", "-e"], self._variables(), self._in_backend("tables", 0))

    def start(self, number=0):
        """Both services; waits until the web server answers."""
        for name in ("web server", "task worker"):
            log = (self._home(number) / f"{name}.log").open("wb")
            command = ["setpriv", "--pdeathsig", "TERM", "bash", "-e", "-c", self._in_backend(name, number)]
            self._services.append(
                subprocess.Popen(command, env=self._variables(), stdout=log, stderr=log, start_new_session=True)
            )
            log.close()
        until = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{self.accounts[number].url}/v1/me", timeout=10)
                return
            assert time.monotonic() < until, (self._home(number) / "web server.log").read_text()
            time.sleep(0.1)

    def close(self):
        for service in self._services:
            service.terminate()
        for service in self._services:
            service.wait(30)
        self.postgres.close()

    def _home(self, number):
        return self.folder / f"srv{number}"

    def _variables(self):
        return {"PATH": f"{self._python}:{self._path}", "PYTHONPATH": str(self._driver), "HOME": str(self.folder)}

    def _in_backend(self, name, number):
        home = self._home(number)
        return f"set -a\n. {home}/doccano.env\nset +a\ncd {home}/backend\n{self.text(name, number)}"

    def _done(self, command, variables, text):
        done = subprocess.run(
            command,
            input=text,
            env={**os.environ, "PATH": self._path, **variables},
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )
        assert not done.returncode, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def server_directives(text):
    """What stands inside the `server { … }` of a block."""
    return text[text.index("{") + 1 : text.rindex("}")]
