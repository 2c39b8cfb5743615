"""Further processes of Python that work for this one, each of which is asked over a pair of sockets.

A child is a new Python, not one of `multiprocessing`, which would run the script of its parent once more. It leaves
Ctrl-C to its parent, and ends when that does, however it ends: also in the midst of a regular expression that never
ends, during which no thread of Python runs.
"""

from __future__ import annotations

import contextlib
import os
import select
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
    from collections.abc import Collection

    from goldspan.errors import GoldspanError

SECRETS = ("GOLDSPAN_SERVICE_TOKEN", "DOCCANO_PASSWORD", "DOCCANO_PROXY_AUTH")  # which no child needs
SETTLE = 5.0  # seconds that a stopped process gets to end
LOOKS = 10.0  # seconds between two looks whether all is well
LONGEST_SILENCE = 300.0  # seconds in which no thread of Python runs


class ChildEndedError(Exception):
    """A child ended, or its connection did; how, as a clause."""


class ChildProcess:
    """A process that works for this one. One thread at a time may use it.

    Args:
        program: what it runs, which begins with `connection_to_parent`.
        longest_silence: seconds of one call into a library after which it ends if nobody stops it.
        without: further variables of the environment that it does not get.
    """

    def __init__(
        self, program: str, *, longest_silence: float = LONGEST_SILENCE, without: Collection[str] = ()
    ) -> None:
        ours, theirs = Pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603  (this program)
                [sys.executable, "-c", program, str(theirs.fileno()), str(longest_silence)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # what libraries print is no answer
                process_group=0,  # Ctrl-C reaches all processes of the group of a terminal
                env=_environment(without),
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


def _environment(without: Collection[str]) -> dict[str, str]:
    """The environment of a child: with the modules of this process, and without its secrets, which it does not need.

    Recognisers may be the code of others. Of the secrets they get the keys of what they ask and read.
    """
    kept = {name: value for name, value in os.environ.items() if name not in SECRETS and name not in without}
    return {"OMP_NUM_THREADS": "1", **kept, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}


def connection_to_parent() -> Connection[Any, Any]:
    """In a child, the connection to its parent, with which it ends from now on."""
    warnings.simplefilter("ignore")  # of libraries; each process would print them
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    number, longest_silence = int(sys.argv[1]), float(sys.argv[2])
    threading.Thread(target=_end_with_parent, args=(number, longest_silence), daemon=True).start()
    return Connection(number)


def _end_with_parent(number: int, longest_silence: float) -> None:
    """End this process when the other end of a connection is closed.

    The alarm, whose signal ends a process, goes off if this thread does not get to put it off.
    """
    poller = select.poll()
    poller.register(number, 0)  # for nothing but its end
    while True:
        signal.setitimer(signal.ITIMER_REAL, longest_silence + 2 * LOOKS)
        if poller.poll(LOOKS * 1000):
            os._exit(1)


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
