"""The two processes of a server, the web server and the task worker: their commands, start, search and end.

A process id can be another process's by the time it is read from a file, and so can its start time once the clock was
set. A process belongs to a home if a variable of its environment, which its children inherit, says that goldspan
started it for a role, and if its working directory is the home's folder: the folder itself, by whatever path and
wherever it was moved, and no copy of it. No other process is ever ended. This also finds the processes of a start that
was killed before it could write anything down, and those of a home that has lost its state.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from goldspan.doccano.server.environment import last_lines
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goldspan.doccano.server.environment import ServerEnvironment
    from goldspan.doccano.server.home import ServerHome

ROLE_NAMES = {"web": "web server", "worker": "task worker"}
MARK_VARIABLE = "GOLDSPAN_DOCCANO"
HOME_VARIABLE = "GOLDSPAN_DOCCANO_HOME"  # the path of the home when the process was started
HOST = "127.0.0.1"
LAST_PORT = 65_535
REQUEST_GRACE = 5  # seconds for requests that are being answered when the web server is asked to end
GRACE = 10.0  # seconds between asking a process to end and killing it
_NOT_OURS = (psutil.Error, OSError)  # it ended meanwhile, or belongs to another user
_DELETED = " (deleted)"  # what Linux writes behind the path of an open file that was deleted
_DEAD = frozenset({psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD})


# Commands. They hold no secret: every user of the machine can read them.


def web_command(environment: ServerEnvironment, handle: int) -> list[str]:
    """The web server, listening on an open socket: `doccano webserver` would listen on every address.

    It is one process of eight threads, since SQLite lets only one write at a time anyway.
    """
    return [
        *(environment.python, "-P", "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{handle}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        # A client keeps its connection for a pause in its work, and posts nothing into one that is just being closed.
        *("--keep-alive", "75", "--timeout", "300", "--graceful-timeout", str(REQUEST_GRACE)),
    ]


def worker_command(environment: ServerEnvironment) -> list[str]:
    """The task worker: one task after the other, in the order in which they were queued."""
    return [
        *(environment.python, "-P", "-m", "celery", "--app=config", "worker"),
        *("--pool=solo", "--concurrency=1", "--loglevel=info", "--without-gossip", "--without-mingle"),
        "--without-heartbeat",
    ]


# Start


def require_port(port: int) -> None:
    """Refuse a number outside the range of ports.

    Raises:
        InvalidValueError: for such a number.
    """
    if not 0 <= port <= LAST_PORT:
        raise InvalidValueError(
            f"{port} is not a port", remedy=f"Choose one from 1024 to {LAST_PORT}, or 0 for any that is free."
        )


def bind_port(port: int) -> socket.socket:
    """A bound socket, inheritable, so that no other program can take the port before the web server has it.

    Args:
        port: as `require_port` lets it pass; 0 for any that is free.

    Raises:
        ServerError: if another program listens there, or this user may not.
    """
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ignore connections that are just closing
        listening.bind((HOST, port))
        listening.set_inheritable(True)
    except OSError as error:
        listening.close()
        why = f"is busy{_listener(port)}" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise ServerError(
            f"port {port} of {HOST} {why}",
            remedy="Choose another with `goldspan doccano start --port NUMBER`; 0 takes any that is free.",
        ) from None
    return listening


def _listener(port: int) -> str:
    """Whose Doccano listens on a port, for a message; empty if it is another program."""
    for process in psutil.process_iter():
        with contextlib.suppress(*_NOT_OURS):
            home = process.environ().get(HOME_VARIABLE)
            if home and any(each.laddr.port == port for each in process.net_connections("tcp4")):
                return f": the Doccano of {home} runs there"
    return ""


def launch(
    command: Sequence[str], home: ServerHome, variables: Mapping[str, str], mark: str, role: str
) -> psutil.Process:
    """Start a process that outlives us: in a session of its own, without a terminal, its output in a log of the home.

    The log of the start before is kept beside it as `*.old.log`.
    """
    log = home.log(role)
    if log.exists():
        log.replace(log.with_suffix(".old.log"))
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        started = subprocess.Popen(  # noqa: S603  (our own environment)
            command,
            env={**variables, MARK_VARIABLE: f"{mark}:{role}", HOME_VARIABLE: str(home.folder)},
            cwd=home.folder,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            start_new_session=True,
            close_fds=False,  # the web server inherits its socket; other descriptors are not inheritable
        )
    finally:
        os.close(handle)
    started.returncode = 0  # nobody waits for it here: without this, Python warns that it still runs
    return psutil.Process(started.pid)


# Search


def find_processes(folder: Path, role: str) -> list[psutil.Process]:
    """The living processes of a role that serve a folder, children included, in the order of their ids."""
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(*_NOT_OURS):
            variables = process.environ()
            if (
                variables.get(MARK_VARIABLE, "").endswith(f":{role}")
                and process.status() not in _DEAD
                and os.path.samestat(_served_folder(process, variables), folder.stat())
            ):
                processes.append(process)
    return processes


def find_abandoned(folder: Path) -> list[psutil.Process]:
    """The living processes that serve a folder which was at this path and is deleted now (found on Linux only)."""
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(*_NOT_OURS):
            if (
                process.environ().get(HOME_VARIABLE) == str(folder)
                and process.status() not in _DEAD
                and _working_directory(process) == f"{folder}{_DELETED}"
            ):
                processes.append(process)
    return processes


def is_alive(folder: Path, role: str) -> bool:
    """Whether the process that was started lives; a child that has outlived it does not count."""
    return any(is_leader(process) for process in find_processes(folder, role))


def path_at_start(process: psutil.Process) -> str:
    """The path that the folder of a process had when it was started; empty for one that an older goldspan started."""
    with contextlib.suppress(*_NOT_OURS):
        return process.environ().get(HOME_VARIABLE, "")
    return ""


def has_open(process: psutil.Process, file: Path, *, deleted: bool = False) -> bool:
    """Whether a process has a file open that is at this path, or that was and is deleted now (found on Linux only)."""
    with contextlib.suppress(OSError):
        handles = list(Path(f"/proc/{process.pid}/fd").iterdir())
        return any(_link(handle) == (f"{file}{_DELETED}" if deleted else str(file)) for handle in handles)
    return False


def _served_folder(process: psutil.Process, variables: Mapping[str, str]) -> os.stat_result:
    if HOME_VARIABLE not in variables:  # started by an older goldspan, in another working directory
        return Path(variables.get("PYTHONPATH", "").partition(":")[0]).stat()
    here = Path(f"/proc/{process.pid}/cwd")  # leads to the folder itself, even where its path is another's now
    return here.stat() if here.is_symlink() else Path(process.cwd()).stat()


def _working_directory(process: psutil.Process) -> str:
    return _link(Path(f"/proc/{process.pid}/cwd"))


def _link(path: Path) -> str:
    with contextlib.suppress(OSError):
        return str(path.readlink())
    return ""


def is_leader(process: psutil.Process) -> bool:
    """Whether it is the process that was started, in a session of its own, and not a child of it."""
    try:
        return hasattr(os, "getsid") and os.getsid(process.pid) == process.pid
    except _NOT_OURS:
        return False


def is_running(process: psutil.Process) -> bool:
    """Whether a process that we started still runs."""
    try:
        return process.is_running() and process.status() not in _DEAD
    except _NOT_OURS:
        return False


# End


def terminate(folder: Path, roles: Sequence[str], grace: float = GRACE) -> bool:
    """Ask the processes of a folder's roles to end, and kill those that still run after the grace.

    Returns:
        False if there were none.
    """
    return _end(lambda: [process for role in roles for process in find_processes(folder, role)], grace)


def terminate_abandoned(folder: Path, grace: float = GRACE) -> bool:
    """End the processes that serve a folder which was at this path and is deleted now; False if there were none."""
    return _end(lambda: find_abandoned(folder), grace)


def _end(find: Callable[[], list[psutil.Process]], grace: float) -> bool:
    processes = find()
    leaders = [process for process in processes if is_leader(process)]  # they ask their children to end
    for process in leaders:
        _ignoring_others(process.terminate)
    psutil.wait_procs(leaders, timeout=grace)
    while left := find():
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
