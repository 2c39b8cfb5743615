"""The two processes of a server: found by a mark in their environment, started, ended, asked for their last words.

A process id can be another process's by the time it is read from a file, and so can its start time once the clock was
set. A random mark in the environment, inherited by children, cannot: what carries it is ours, and nothing else is ever
ended. It also finds what a start left behind that was killed before it could write anything down.

How the two processes are called. No secret stands in a command line, which every user of the machine can read.

A place to listen, on this machine alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from typing import TYPE_CHECKING

import psutil

from goldspan.doccano.server.environment import tail
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from goldspan.doccano.server.environment import ServerEnvironment

GRACEFUL = 5  # seconds for requests that are being answered at a stop


def web(environment: ServerEnvironment, handle: int) -> list[str]:
    """The web server, listening on an open socket: `doccano webserver` would listen on every address.

    One process of eight threads: SQLite lets one write at a time anyway.
    """
    return [
        *(environment.python, "-P", "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{handle}"),
        *("--chdir", str(environment.backend), "--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        # A client keeps its connection for a pause in its work, and posts nothing into one that is just being closed.
        *("--keep-alive", "75", "--timeout", "300", "--graceful-timeout", str(GRACEFUL)),
    ]


def worker(environment: ServerEnvironment) -> list[str]:
    """The task worker: one task after the other, in the order in which they were asked for."""
    return [
        *(environment.python, "-P", "-m", "celery", "--app=config", f"--workdir={environment.backend}", "worker"),
        *("--pool=solo", "--concurrency=1", "--loglevel=info", "--without-gossip", "--without-mingle"),
        "--without-heartbeat",
    ]


HOST = "127.0.0.1"
_LAST = 65_535


def reserve(port: int) -> socket.socket:
    """A bound socket, inheritable, so that nobody can take the port before the web server has it.

    Args:
        port: 0 for any that is free.

    Raises:
        ServerError: if another program listens there, or this user may not.
        InvalidValueError: for a number that no port has.
    """
    if not 0 <= port <= _LAST:
        raise InvalidValueError(
            f"{port} is no port", remedy=f"Choose one from 1024 to {_LAST}, or 0 for any that is free."
        )
    place = socket.socket()
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are just closing do not count
        place.bind((HOST, port))
        place.set_inheritable(True)
    except OSError as error:
        place.close()
        busy = error.errno == errno.EADDRINUSE
        raise ServerError(
            f"port {port} of {HOST} is busy" if busy else f"port {port} of {HOST} cannot be had: {error.strerror}",
            remedy="Choose another with `goldspan doccano start --port NUMBER`; 0 takes any that is free.",
        ) from None
    return place


MARK = "GOLDSPAN_DOCCANO"
NAMES = {"web": "web server", "worker": "task worker"}
GRACE = 10.0  # seconds between asking a process to end and ending it
_OTHERS = (psutil.NoSuchProcess, psutil.AccessDenied, ProcessLookupError, PermissionError)
_DEAD = frozenset({psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD})


def marked(mark: str, role: str) -> list[psutil.Process]:
    """The living processes of a role, children included, in the order of their ids."""
    wanted, found = f"{mark}:{role}", []
    for process in psutil.process_iter():
        with contextlib.suppress(*_OTHERS):
            if process.environ().get(MARK) == wanted and process.status() not in _DEAD:
                found.append(process)
    return found


def alive(mark: str, role: str) -> bool:
    """Whether the process itself lives; a child that has outlived it does not count."""
    return any(leads(process) for process in marked(mark, role))


def leads(process: psutil.Process) -> bool:
    """Whether it is the one that was started, in a session of its own, and not a child of that."""
    try:
        return os.getsid(process.pid) == process.pid
    except _OTHERS:
        return False


def launch(command: Sequence[str], log: Path, environment: Mapping[str, str], mark: str, role: str) -> psutil.Process:
    """Start a command that outlives us: a session of its own, no terminal, its output in a log.

    The log of the time before is kept beside it as `*.old.log`.
    """
    if log.exists():
        log.replace(log.with_suffix(".old.log"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        command[0],
        list(command),
        {**environment, MARK: f"{mark}:{role}"},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return psutil.Process(pid)


def running(process: psutil.Process) -> bool:
    """Whether a process that we started still runs."""
    try:
        return process.is_running() and process.status() not in _DEAD
    except _OTHERS:
        return False


def end(mark: str, roles: Sequence[str], grace: float = GRACE) -> bool:
    """Ask what carries the mark to end, end what has not after the grace; False if there was nothing."""
    found = [process for role in roles for process in marked(mark, role)]
    asked = [process for process in found if leads(process)]  # they pass the word on to their children
    for process in asked:
        _quietly(process.terminate)
    psutil.wait_procs(asked, timeout=grace)
    while left := [process for role in roles for process in marked(mark, role)]:
        for process in left:
            _quietly(process.kill)
        psutil.wait_procs(left, timeout=1)
    return bool(found)


def last_words(log: Path) -> str:
    """The end of a log, indented."""
    return tail(log.read_text(encoding="utf-8", errors="replace") if log.exists() else "")


def _quietly(act: Callable[[], None]) -> None:
    with contextlib.suppress(*_OTHERS):
        act()
