"""`goldspan serve` as a process of its own: `with ServiceProcess(root, "--port", "0") as process`."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

TOKEN = "a-token-of-the-tests-and-of-nobody"  # noqa: S105  (of nobody)


class ServiceProcess:
    """A running service; its data folder is beside the project.

    Args:
        root: of the project.
        arguments: further ones of the command.
        token: in the environment; None to have it make one.
        account: at a Doccano.
        shared: whether it serves a shared project that no Doccano has.
    """

    def __init__(self, root, *arguments, token=TOKEN, account=None, shared=False):
        program = ["-m", "helpers.serve_shared"] if shared else ["-m", "goldspan"]
        self.arguments = [sys.executable, *program, "serve", "--root", root, "--port", "0", *arguments]
        self.data = root.parent / "data"
        self.environment = (
            os.environ | {"XDG_DATA_HOME": str(self.data)} | ({"GOLDSPAN_SERVICE_TOKEN": token} if token else {})
        )
        if account is not None:
            self.environment |= {"DOCCANO_URL": account.url, "DOCCANO_USERNAME": account.username}
            self.environment["DOCCANO_PASSWORD"] = account.password
        if shared:
            tests = str(Path(__file__).parent.parent)
            self.environment["PYTHONPATH"] = os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])
        self.token = token
        self.opening, self.url, self.rest = [], "", None

    def __enter__(self):
        self.start()
        return self

    def start(self):
        """Start it, or start it again at the address that it had."""
        if self.url:
            self.arguments += ["--port", str(urlsplit(self.url).port)]
        self.opening, self.rest = [], None
        self.process = subprocess.Popen(
            self.arguments, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for line in self.process.stdout:
            self.opening.append(line)
            if line.startswith("Stop it"):
                break
        else:
            self.end()
            raise AssertionError(self.rest)
        self.url = self.opening[0].split()[-1].removesuffix("/doccano")

    def __exit__(self, *_):
        if self.rest is None:
            self.end()

    def end(self, number=signal.SIGTERM):
        """End it by a signal; returns its exit code, and keeps what it printed since it was ready."""
        self.process.send_signal(number)
        self.rest = self.process.communicate(timeout=60)
        return self.process.returncode

    def post(self, text):
        """The spans for a text, and the seconds that it took, on a connection of its own as Doccano makes one."""
        parts = urlsplit(self.url)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        started = time.perf_counter()
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        try:
            connection.request("POST", "/doccano", json.dumps({"text": text}), headers)
            response = connection.getresponse()
            value = json.loads(response.read())
        finally:
            connection.close()
        assert response.status == 200, value
        return value, time.perf_counter() - started

    def load(self, texts, readers):
        """The seconds of an answer to each text, asked by so many readers at once, who never pause."""
        with ThreadPoolExecutor(readers) as threads:
            return sorted(seconds for _, seconds in threads.map(self.post, texts))
