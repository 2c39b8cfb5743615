"""Further processes of Python that work for this one, each of which is asked over a pair of sockets.

A child is a new Python, not one of `multiprocessing`, which would run the script of its parent once more. It leaves
Ctrl-C to its parent, and ends when that does, however it ends. In the midst of a regular expression that never ends no
thread of Python runs, so that a guard sees to it: a shell that waits for the end of the parent, and then ends the
group of processes that it has with the children.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
import warnings
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from goldspan.errors import InputError

if TYPE_CHECKING:
    from goldspan.errors import GoldspanError

SECRETS = ("GOLDSPAN_SERVICE_TOKEN", "DOCCANO_PASSWORD", "DOCCANO_PROXY_AUTH")  # which no child needs
SETTLE = 5.0  # seconds that a stopped process gets to end
GUARD = ("/bin/sh", "-c", "read _; kill -9 0")


class ChildEndedError(Exception):
    """A child ended, or its connection did; how, as a clause."""


class _Guard:
    """What ends the children of this process with it; started with the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._parent = 0

    def group(self) -> int:
        """The group of processes for children, which begins with the guard."""
        with self._lock:
            if self._process is None or self._parent != os.getpid() or self._process.poll() is not None:
                self._process = subprocess.Popen(GUARD, stdin=subprocess.PIPE, process_group=0)  # noqa: S603  (ours)
                self._parent = os.getpid()
                atexit.register(self._end, self._process, self._parent)
            return self._process.pid

    @staticmethod
    def _end(process: subprocess.Popen[bytes], parent: int) -> None:
        if process.stdin is not None and parent == os.getpid():
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(SETTLE)


_guard = _Guard()


class ChildProcess:
    """A process that works for this one. One thread at a time may use it.

    Args:
        program: what it runs, which begins with `connection_to_parent`.
    """

    def __init__(self, program: str) -> None:
        ours, theirs = Pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603  (this program)
                [sys.executable, "-c", program, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # what libraries print is no answer
                process_group=_guard.group(),  # another than ours, whose processes Ctrl-C reaches
                env=_environment(),
            )
        finally:
            theirs.close()
        self.connection: Connection[Any, Any] = ours

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it is there."""
        return self._process.poll() is None

    def send(self, message: object) -> None:
        """Send a message.

        Raises:
            ChildEndedError: if it has ended.
        """
        try:
            self.connection.send(message)
        except OSError:
            raise self._ended() from None

    def receive(self, limit: float | None = None) -> Any:  # noqa: ANN401  (what it sends)
        """The next message.

        Args:
            limit: seconds to wait for it; as long as it takes if None.

        Raises:
            TimeoutError: if there is none by then.
            ChildEndedError: if it has ended.
        """
        try:
            if self.connection.poll(limit):
                return self.connection.recv()
        except (EOFError, OSError):
            raise self._ended() from None
        raise TimeoutError

    def kill(self) -> None:
        """Have it end; for other threads than the one that uses it, whose question then fails."""
        self._process.kill()

    def stop(self) -> None:
        """End it, and wait until it has."""
        self.connection.close()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # it waits for a disk; the system ends it then
            self._process.wait(SETTLE)

    def _ended(self) -> ChildEndedError:
        with contextlib.suppress(subprocess.TimeoutExpired):  # then it closed its end, and goes on
            self._process.wait(1)
        code = self._process.returncode
        self.stop()
        return ChildEndedError(_how(code))


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"signal {-code}, {signal.Signals(-code).name}"
    return f"code {code}"


def _environment() -> dict[str, str]:
    """The environment of a child: with the modules of this process, and without its secrets, which it does not need.

    Recognisers may be the code of others. Of the secrets they get the keys of what they ask and read.
    """
    kept = {name: value for name, value in os.environ.items() if name not in SECRETS}
    return {"OMP_NUM_THREADS": "1", **kept, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}


def connection_to_parent() -> Connection[Any, Any]:
    """In a child, the connection to its parent, to whom it leaves Ctrl-C from now on."""
    warnings.simplefilter("ignore")  # of libraries; each process would print them
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return Connection(int(sys.argv[1]))


def error_fields(error: GoldspanError) -> dict[str, Any]:
    """An error as a message to the parent, which `raise_error` raises there."""
    place = None if error.file is None else str(error.file)
    return {
        "message": error.message,
        "file": place,
        "line": error.line,
        "example": error.example,
        "remedy": error.remedy,
    }


def raise_error(fields: dict[str, Any]) -> None:
    """Raise the error of a child.

    Raises:
        InputError: always.
    """
    raise InputError(**fields)
