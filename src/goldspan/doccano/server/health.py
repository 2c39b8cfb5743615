"""Whether the web server and the task worker work: mostly asked over HTTP, as an annotator's browser would."""

from __future__ import annotations

import http
import http.client
import json
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from goldspan import strict_json
from goldspan.doccano.server.process import ROLE_NAMES, is_running, log_tail
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    import psutil

    from goldspan.doccano.server.home import ServerHome, ServerState

PATIENCE = 120.0  # seconds for a process to become ready: on a slow machine its imports take long
TIMEOUT = 10.0  # seconds for one answer
_SUCCESS = range(200, 300)


def request(port: int, path: str, form: Any = None) -> tuple[int, bytes]:  # noqa: ANN401  (JSON is any)
    """The status and the body of an answer; status 0 if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        body = None if form is None else json.dumps(form)
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        connection.request("GET" if form is None else "POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def web_answers(state: ServerState) -> bool:
    """Whether the web server answers at all."""
    return request(state.port, "/v1/me")[0] != 0


def require_login(home: ServerHome, state: ServerState) -> None:
    """Check that the login that goldspan keeps is the superuser's.

    Raises:
        ServerError: if it is refused, because the password was changed in Doccano, or fails in another way.
    """
    login = {"username": state.username, "password": state.password}
    status, _ = request(state.port, "/v1/auth/login/", login)
    if status == http.HTTPStatus.BAD_REQUEST:
        raise ServerError(
            f"the password of {state.username!r} that goldspan keeps is refused: it was changed in Doccano",
            file=home.state,
            remedy="`goldspan doccano stop`, then remove this file: a start sets a new password. No work is lost.",
        )
    if status not in _SUCCESS:
        raise process_error(home, "web", f"answers a login with {status}")


def worker_answers(state: ServerState) -> bool:
    """Whether the worker completes a task (Doccano's health check adds two numbers) within three seconds."""
    _, body = request(state.port, "/v1/health/?format=json")
    try:
        checks = strict_json.loads(body)
    except ValueError:
        return False
    return isinstance(checks, dict) and any("Celery" in name and result == "OK" for name, result in checks.items())


def queue_exists(home: ServerHome) -> bool:
    """Whether the worker has set up its queue.

    Only then may the web server be asked to put a task into it: where it is missing both would create it, and the
    second would end with an error.
    """
    try:
        with closing(sqlite3.connect(f"{home.broker.as_uri()}?mode=ro", uri=True)) as broker:
            return broker.execute("SELECT 1 FROM kombu_queue WHERE name = 'celery'").fetchone() is not None
    except sqlite3.Error:
        return False


def worker_has_task(home: ServerHome) -> bool:
    """Whether the worker works on a task that was waiting for it: the health check then waits its turn."""
    log = home.log("worker")
    return log.exists() and b"] Task data_" in log.read_bytes()


def wait_until_ready(home: ServerHome, role: str, process: psutil.Process, ready: Callable[[], bool]) -> None:
    """Wait until a process is ready.

    Raises:
        ServerError: if it ends before, or is not ready in time; with the last lines of its log.
    """
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if not is_running(process):
            raise process_error(home, role, "ended before it was ready")
        if time.monotonic() > deadline:
            raise process_error(home, role, f"was not ready within {PATIENCE:.0f} seconds")
        time.sleep(0.05)


def process_error(home: ServerHome, role: str, problem: str) -> ServerError:
    """The error for a process that failed, with the last lines of its log."""
    log = home.log(role)
    return ServerError(
        f"Doccano's {ROLE_NAMES[role]} {problem}; the end of {log}:\n{log_tail(log)}",
        remedy="See the lines above; `goldspan doccano start` tries again. The annotators' work is not touched.",
    )
