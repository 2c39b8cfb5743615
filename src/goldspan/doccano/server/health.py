"""Whether the two processes do their work: asked over HTTP, as an annotator's browser would."""

from __future__ import annotations

import http
import http.client
import json
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from goldspan.doccano.server.process import NAMES, last_words, running
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    import psutil

    from goldspan.doccano.server.home import ServerHome, ServerState

PATIENCE = 120.0  # seconds for a process to become ready: a slow machine imports for long
SECONDS = 10.0  # for one answer
_SUCCESS = range(200, 300)


def ask(port: int, path: str, sent: Any = None) -> tuple[int, bytes]:  # noqa: ANN401  (JSON is any)
    """The status and the body of an answer; status 0 if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        body = None if sent is None else json.dumps(sent)
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        connection.request("GET" if sent is None else "POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def answers(state: ServerState) -> bool:
    """Whether the web server answers at all."""
    return ask(state.port, "/v1/me")[0] != 0


def admits(home: ServerHome, state: ServerState) -> None:
    """See that the login that goldspan keeps is the superuser's.

    Raises:
        ServerError: if it is refused, because the password was changed in Doccano, or not even answered.
    """
    login = {"username": state.username, "password": state.password}
    status, _ = ask(state.port, "/v1/auth/login/", login)
    if status == http.HTTPStatus.BAD_REQUEST:
        raise ServerError(
            f"the password of {state.username!r} that goldspan keeps is refused: it was changed in Doccano",
            file=home.state,
            remedy="`goldspan doccano stop`, then remove this file: a start sets a new password. No work is lost.",
        )
    if status not in _SUCCESS:
        raise failed(home, "web", f"answers a login with {status}")


def works(state: ServerState) -> bool:
    """Whether the worker does a task (Doccano's health check adds two numbers) within three seconds."""
    _, body = ask(state.port, "/v1/health/?format=json")
    try:
        return any("Celery" in name and said == "OK" for name, said in json.loads(body).items())
    except ValueError:
        return False


def listens(home: ServerHome) -> bool:
    """Whether the worker has set up its queue.

    Only then may the web server be asked to put a task into it: where it is still missing both would make it, and the
    one that comes second would end with an error.
    """
    try:
        with closing(sqlite3.connect(f"{home.broker.as_uri()}?mode=ro", uri=True)) as broker:
            return broker.execute("SELECT 1 FROM kombu_queue WHERE name = 'celery'").fetchone() is not None
    except sqlite3.Error:
        return False


def busy(home: ServerHome) -> bool:
    """Whether the worker has taken up a task that waited for it: the probe then waits its turn."""
    log = home.log("worker")
    return log.exists() and b"] Task data_" in log.read_bytes()


def wait(home: ServerHome, role: str, process: psutil.Process, ready: Callable[[], bool]) -> None:
    """Wait until a process is ready.

    Raises:
        ServerError: if it ends before, or is not ready in time; with the last lines of its log.
    """
    until = time.monotonic() + PATIENCE
    while not ready():
        if not running(process):
            raise failed(home, role, "ended before it was ready")
        if time.monotonic() > until:
            raise failed(home, role, f"was not ready within {PATIENCE:.0f} seconds")
        time.sleep(0.05)


def failed(home: ServerHome, role: str, how: str) -> ServerError:
    """The error that says how a process failed, with the last lines of its log."""
    log = home.log(role)
    return ServerError(
        f"Doccano's {NAMES[role]} {how}; the end of {log}:\n{last_words(log)}",
        remedy="Look at the lines above; `goldspan doccano start` tries again. The annotators' work is not touched.",
    )
