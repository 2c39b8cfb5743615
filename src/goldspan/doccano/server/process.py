"""The two processes of a server, the web server and the task worker: their commands, start, search and end.

A process id can be another process's by the time it is read from a file, and so can its start time once the clock was
set. A random mark in the environment, inherited by children, cannot: a process that has the mark belongs to the home,
and no other process is ever ended. The mark also finds the processes of a start that was killed before it could write
anything down.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from typing import TYPE_CHECKING

import psutil

from goldspan.doccano.server.environment import last_lines
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from goldspan.doccano.server.environment import ServerEnvironment

ROLE_NAMES = {"web": "web server", "worker": "task worker"}
MARK_VARIABLE = "GOLDSPAN_DOCCANO"
HOST = "127.0.0.1"
LAST_PORT = 65_535
REQUEST_GRACE = 5  # seconds for requests that are being answered when the web server is asked to end
GRACE = 10.0  # seconds between asking a process to end and killing it
_NOT_OURS = (psutil.NoSuchProcess, psutil.AccessDenied, ProcessLookupError, PermissionError)
_DEAD = frozenset({psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD})


# Commands. They hold no secret: every user of the machine can read them.


def web_command(environment: ServerEnvironment, handle: int) -> list[str]:
    """The web server, listening on an open socket: `doccano webserver` would listen on every address.

    It is one process of eight threads, since SQLite lets only one write at a time anyway.
    """
    return [
        *(environment.python, "-P", "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{handle}"),
        *("--chdir", str(environment.backend), "--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        # A client keeps its connection for a pause in its work, and posts nothing into one that is just being closed.
        *("--keep-alive", "75", "--timeout", "300", "--graceful-timeout", str(REQUEST_GRACE)),
    ]


def worker_command(environment: ServerEnvironment) -> list[str]:
    """The task worker: one task after the other, in the order in which they were queued."""
    return [
        *(environment.python, "-P", "-m", "celery", "--app=config", f"--workdir={environment.backend}", "worker"),
        *("--pool=solo", "--concurrency=1", "--loglevel=info", "--without-gossip", "--without-mingle"),
        "--without-heartbeat",
    ]


# Start


def bind_port(port: int) -> socket.socket:
    """A bound socket, inheritable, so that no other program can take the port before the web server has it.

    Args:
        port: 0 for any that is free.

    Raises:
        ServerError: if another program listens there, or this user may not.
        InvalidValueError: for a number outside the range of ports.
    """
    if not 0 <= port <= LAST_PORT:
        raise InvalidValueError(
            f"{port} is not a port", remedy=f"Choose one from 1024 to {LAST_PORT}, or 0 for any that is free."
        )
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ignore connections that are just closing
        listening.bind((HOST, port))
        listening.set_inheritable(True)
    except OSError as error:
        listening.close()
        why = "is busy" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise ServerError(
            f"port {port} of {HOST} {why}",
            remedy="Choose another with `goldspan doccano start --port NUMBER`; 0 takes any that is free.",
        ) from None
    return listening


def launch(command: Sequence[str], log: Path, environment: Mapping[str, str], mark: str, role: str) -> psutil.Process:
    """Start a process that outlives us: in a session of its own, without a terminal, its output in a log.

    The log of the start before is kept beside it as `*.old.log`.
    """
    if log.exists():
        log.replace(log.with_suffix(".old.log"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        command[0],
        list(command),
        {**environment, MARK_VARIABLE: f"{mark}:{role}"},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return psutil.Process(pid)


# Search


def find_processes(mark: str, role: str) -> list[psutil.Process]:
    """The living processes of a role, children included, in the order of their ids."""
    value, processes = f"{mark}:{role}", []
    for process in psutil.process_iter():
        with contextlib.suppress(*_NOT_OURS):
            if process.environ().get(MARK_VARIABLE) == value and process.status() not in _DEAD:
                processes.append(process)
    return processes


def is_alive(mark: str, role: str) -> bool:
    """Whether the process that was started lives; a child that has outlived it does not count."""
    return any(is_leader(process) for process in find_processes(mark, role))


def is_leader(process: psutil.Process) -> bool:
    """Whether it is the process that was started, in a session of its own, and not a child of it."""
    try:
        return os.getsid(process.pid) == process.pid
    except _NOT_OURS:
        return False


def is_running(process: psutil.Process) -> bool:
    """Whether a process that we started still runs."""
    try:
        return process.is_running() and process.status() not in _DEAD
    except _NOT_OURS:
        return False


# End


def terminate(mark: str, roles: Sequence[str], grace: float = GRACE) -> bool:
    """Ask the processes of these roles to end, and kill those that still run after the grace.

    Returns:
        False if there were none.
    """
    processes = [process for role in roles for process in find_processes(mark, role)]
    leaders = [process for process in processes if is_leader(process)]  # they ask their children to end
    for process in leaders:
        _ignoring_others(process.terminate)
    psutil.wait_procs(leaders, timeout=grace)
    while left := [process for role in roles for process in find_processes(mark, role)]:
        for process in left:
            _ignoring_others(process.kill)
        psutil.wait_procs(left, timeout=1)
    return bool(processes)


def log_tail(log: Path) -> str:
    """The end of a log, indented."""
    return last_lines(log.read_text(encoding="utf-8", errors="replace") if log.exists() else "")


def _ignoring_others(act: Callable[[], None]) -> None:
    with contextlib.suppress(*_NOT_OURS):
        act()
