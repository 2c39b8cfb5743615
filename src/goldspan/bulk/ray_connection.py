"""The connection to a cluster of Ray: its address, and what goes wrong with it, in one or two lines."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import socket
import sys
import tempfile
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.errors import InvalidValueError, NotFoundError, ServerError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTO = "auto"
ADDRESS_VARIABLE = "RAY_ADDRESS"  # of the environment
CLIENT = "ray://"
ADDRESS = re.compile(r"(?P<client>ray://)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})")
MOST_PORT = 65535
SECONDS = 5.0  # to reach an address
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"  # RFC 9113, section 3.4: what a client sends first
SETTINGS_FRAME = 4  # and the kind of frame with which a server answers
FRAME_HEADER = 9  # bytes, of which the fourth is the kind
ADDRESS_REMEDY = (
    "Name a cluster as auto (one that runs on this machine), host:6379, or ray://host:10001. "
    "`ray start --head` starts one."
)
EXTRA_REMEDY = "Install it: pip install 'goldspan[ray]'"
CLIENT_REMEDY = "Install what ray:// needs, here and on the head node: pip install 'ray[client]'"
UNREACHABLE_REMEDY = (
    "Check the address and the network. `ray status` on the head node shows the address: port 6379 for machines of the "
    "cluster, ray://host:10001 for others; 8265 is the dashboard."
)
GONE_REMEDY = "What is done is kept: once the cluster runs again, run the same command to go on."
MOST_MISSES = 3
VERSION_REMEDY = "Install the same versions of Python and Ray here and on all nodes."
# What Ray prints into a terminal is in its logs, too. Its variables are read when it is imported.
QUIET = {
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Where a cluster is.

    Args:
        text: as Ray takes it.
        host, port: that can be tried; none for the cluster that runs on this machine.
    """

    text: str
    host: str | None = None
    port: int | None = None

    @classmethod
    def of(cls, text: str) -> ClusterAddress:
        """That of a text.

        Raises:
            InvalidValueError: for what is no address of a cluster.
        """
        if text == AUTO:
            return cls(text)
        match = ADDRESS.fullmatch(text)
        if match is None or not 0 < int(match["port"]) <= MOST_PORT:
            raise InvalidValueError(f"{text!r} is no address of a cluster of Ray", remedy=ADDRESS_REMEDY)
        return cls(text, match["host"].strip("[]"), int(match["port"]))

    def require_server(self) -> None:
        """Refuse an address at which no server answers that can be one of Ray's, which would be waited for long.

        Raises:
            ServerError: saying what is there.
        """
        if self.host is None or self.port is None:
            return
        try:
            with socket.create_connection((self.host, self.port), SECONDS) as connection:
                connection.sendall(HELLO)
                answer = connection.recv(FRAME_HEADER)
        except TimeoutError:
            raise self._error("nothing answers") from None
        except OSError as error:
            raise self._error(f"cannot be reached: {error.strerror or error}") from None
        if len(answer) < FRAME_HEADER or answer[3] != SETTINGS_FRAME:
            raise self._error("is no cluster of Ray: another program answers")

    def _error(self, message: str) -> ServerError:
        return ServerError(f"{self.text}: {message}", remedy=UNREACHABLE_REMEDY)


@dataclass(slots=True)
class ClusterConnection:
    """A connection to a cluster.

    Args:
        ray: the package, connected.
        place: where its server is.
        misses: how often it was not reached, one after the other.
    """

    ray: Any
    place: ClusterAddress
    misses: int = 0

    @property
    def is_gone(self) -> bool:
        """Whether it was not reached several times; no call of Ray comes back then."""
        return self.misses >= MOST_MISSES

    def require_cluster(self) -> None:
        """Make sure that the cluster is there: Ray waits for a minute, and then ends this process without a word.

        Raises:
            ServerError: if it was not reached several times.
        """
        try:
            self.place.require_server()
        except ServerError as error:
            self.misses += 1
            if self.is_gone:
                raise ServerError(f"the cluster is gone: {error.message}", remedy=GONE_REMEDY) from None
        else:
            self.misses = 0

    @property
    def processors(self) -> int:
        """How many CPUs the cluster has; one at least."""
        return max(1, int(self.ray.cluster_resources().get("CPU", 0)))

    def waiting_note(self, size: int, started: int) -> str:
        """That workers wait for CPUs, as a sentence.

        Args:
            size: how many workers are wanted.
            started: how many of them have a CPU.
        """
        has, free = (int(one.get("CPU", 0)) for one in (self.ray.cluster_resources(), self.ray.available_resources()))
        return (
            f"{amount(size - started, 'worker')} of {size:,} wait for a CPU: the cluster has {amount(has, 'CPU')}, "
            f"{free:,} of them free"
        )


@contextlib.contextmanager
def connected(address: str) -> Iterator[ClusterConnection]:
    """A connection to a cluster for the length of the block.

    Args:
        address: `auto`, `host:port` or `ray://host:port`; `auto` is the one that the environment names, if it does.

    Raises:
        InvalidValueError: for what is no address.
        NotFoundError: if Ray, or what an address needs, is not installed; if no cluster runs on this machine.
        ServerError: if it cannot be reached, or has another version.
    """
    named = os.environ.get(ADDRESS_VARIABLE) if address == AUTO else None  # as Ray has it
    place = ClusterAddress.of(named or address)
    ray = _package()
    place.require_server()
    _connect(ray, place)
    connection = ClusterConnection(ray, place)
    if place.host is None:
        connection.place = ClusterAddress.of(ray.get_runtime_context().gcs_address)
    try:
        yield connection
    finally:
        if connection.is_gone:
            atexit.unregister(ray.shutdown)  # which would wait for it
            atexit.register(_end_process)
        else:
            ray.shutdown()


def _end_process() -> None:
    """End this process: Ray's threads, which go on without their cluster, crash it where Python takes itself apart."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _package() -> Any:  # noqa: ANN401  (an optional library)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as error:
        raise NotFoundError(f"the package {error.name or 'ray'} is not installed", remedy=EXTRA_REMEDY) from None
    return ray


def _connect(ray: Any, place: ClusterAddress) -> None:  # noqa: ANN401
    import logging

    try:
        with _quiet_streams(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ray.init(address=place.text, log_to_driver=False, logging_level=logging.ERROR)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (what it raises is not documented)
        with contextlib.suppress(Exception):
            ray.shutdown()
        raise _refusal(place, error) from None


def _refusal(place: ClusterAddress, error: BaseException) -> NotFoundError | ServerError:
    """What is wrong, by what Ray says."""
    said = " ".join(str(error).split())
    if "ray[client]" in said or isinstance(error, ImportError):
        return NotFoundError(f"{place.text}: a package is not installed", remedy=CLIENT_REMEDY)
    if "ersion mismatch" in said or "versions of ray" in said.lower() or "different version" in said.lower():
        versions = re.findall(r"(Ray|Python): ?([\d.]+\w*)", said)
        shown = "; ".join(f"{name} {version}" for name, version in versions)
        shown = f" (there, then here: {shown})" if shown else f": {said[:200]}"
        return ServerError(f"{place.text}: the cluster has another version{shown}", remedy=VERSION_REMEDY)
    if place.host is None and isinstance(error, ConnectionError):
        return NotFoundError("no cluster of Ray runs on this machine", remedy=ADDRESS_REMEDY)
    if isinstance(error, SystemExit):
        said = "no cluster of Ray answers there"
    return ServerError(f"{place.text}: {said[:200] or type(error).__name__}", remedy=UNREACHABLE_REMEDY)


@contextlib.contextmanager
def _quiet_streams() -> Iterator[None]:
    """A block in which libraries that are not in Python print nothing."""
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with tempfile.TemporaryFile() as sink:
            os.dup2(sink.fileno(), 2)
            yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
