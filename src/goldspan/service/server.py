"""The service as a running server: its socket, its time-outs, its end, and new recognisers while it runs."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError, NotFoundError
from goldspan.service import text_suggestions
from goldspan.service.project_files import fingerprint
from goldspan.service.rejections import former_labels
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from goldspan.service.app import SuggestionService
    from goldspan.service.text_suggestions import TextSuggester
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

logger = logging.getLogger(__name__)

HEADERS_WITHIN = 10.0  # seconds
MOST_CONNECTIONS = 512
WAITING_FOR_DISK = 32  # threads: as many answers can be in one write to the ledger
LARGEST_HEADERS = 16 << 10  # bytes
KEEP_ALIVE = 5  # seconds
LOOK_EVERY = 5.0  # seconds between two looks at the files of the project
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Where a service listens, and how it works.

    Args:
        host: an address of this machine.
        port: of it; 0 for any that is free.
        server_names: further names under which it may be asked; needed where the address can be reached from elsewhere.
        processes: how many processes have recognisers; None for as many as there are processors, up to a bound.
        answer_within: seconds after which there is an answer, whatever it is.
    """

    host: str = "127.0.0.1"
    port: int = 0
    server_names: Sequence[str] = ()
    processes: int | None = None
    answer_within: float = text_suggestions.ANSWER_WITHIN

    @property
    def names(self) -> list[str]:
        """All names under which it may be asked."""
        own = [] if self.host in {"0.0.0.0", "::"} else [self.host]  # noqa: S104  (it is compared)
        return [*LOOPBACK_NAMES, *own, *self.server_names]


def require_safe(options: ServerOptions) -> None:
    """Require that a service which can be reached from elsewhere is meant to be.

    Raises:
        InvalidValueError: for what is no address of a machine, and for one that is not this machine's alone where no
            name is given.
    """
    if is_loopback(f"//{_bracketed(options.host)}"):
        return
    try:
        ip_address(options.host)
    except ValueError:
        raise InvalidValueError(
            f"{options.host!r} is no address", remedy="Give --host an address, such as 127.0.0.1, and no name."
        ) from None
    if not options.server_names:
        raise InvalidValueError(
            f"the service could be reached at {options.host} from other machines",
            remedy="If that is wanted, give --server-name the name under which Doccano calls it: the token and the "
            "texts then go through the network in the clear, so put a proxy with TLS before it.",
        )


def bind(options: ServerOptions) -> socket.socket:
    """The socket at which a service will listen: the port is its own, and nobody waits there in vain.

    Raises:
        NotFoundError: if the port is in use, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((options.host, options.port))
    except OSError as error:
        listener.close()
        raise _place_error(error, options) from None
    return listener


def listen(listener: socket.socket, options: ServerOptions) -> None:
    """Begin to listen.

    Raises:
        NotFoundError: if another service began to listen there since.
    """
    try:
        listener.listen()
    except OSError as error:
        raise _place_error(error, options) from None


def _place_error(error: OSError, options: ServerOptions) -> NotFoundError:
    where = f"port {options.port} of {options.host}"
    if error.errno == errno.EADDRINUSE:
        return NotFoundError(
            f"{where} is in use, perhaps by another `goldspan serve`",
            remedy="End what uses it, or choose another port with --port (0 for any that is free).",
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return NotFoundError(f"{where} is not open to you", remedy="Choose a port above 1023 with --port.")
    return NotFoundError(
        f"nothing can listen at {where}: {error.strerror}", remedy="Give --host an address of this machine."
    )


def address(listener: socket.socket) -> str:
    """The address of a socket, as an URL without a slash at its end."""
    host, port = listener.getsockname()[:2]
    return f"http://{_bracketed(host)}:{port}"


def run(service: SuggestionService, listener: socket.socket, options: ServerOptions, recipe: SuggesterRecipe) -> None:
    """Answer requests until a signal comes, then end what is under way.

    Args:
        service: what answers.
        listener: a socket of `bind`; it is closed at the end.
        options: how it works.
        recipe: with which recognisers it suggests, to load them again when their files change.
    """
    server = SignalledServer(configuration(service, options))
    asyncio.run(serve(service, server, listener, options, recipe))


def configuration(service: SuggestionService, options: ServerOptions) -> uvicorn.Config:
    """How the server works that answers for a service."""
    return uvicorn.Config(
        service.app(),
        http=TimedProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=int(options.answer_within) + 2,
        h11_max_incomplete_event_size=LARGEST_HEADERS,
    )


class SignalledServer(uvicorn.Server):
    """A server that ends at a signal, and returns: what was done is then reported."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Have the first signal end the server when what is under way is answered, and the second at once."""
        before = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401, ARG002  (a frame of Python)
        """End the server."""
        self.force_exit = self.should_exit
        self.should_exit = True


class TimedProtocol(H11Protocol):
    """HTTP/1.1 in which the headers of a request must come within `HEADERS_WITHIN`; uvicorn waits for ever."""

    _headers_end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Take what was sent; stop to wait when the headers are complete."""
        if self.conn.their_state is h11.IDLE:
            self._wait_for_headers()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_headers(self) -> None:
        if self._headers_end is None:
            self._headers_end = self.loop.call_later(HEADERS_WITHIN, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._headers_end is not None:
            self._headers_end.cancel()
            self._headers_end = None


async def serve(
    service: SuggestionService,
    server: uvicorn.Server,
    listener: socket.socket,
    options: ServerOptions,
    recipe: SuggesterRecipe,
) -> None:
    """Answer requests until the server ends; meanwhile keep what it suggests with up to date."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WAITING_FOR_DISK, "disk"))
    keeper = asyncio.create_task(_keep_up_to_date(service, options, recipe))
    try:
        await server.serve(sockets=[listener])
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await service.suggester.close()


async def _keep_up_to_date(service: SuggestionService, options: ServerOptions, recipe: SuggesterRecipe) -> None:
    """Read ahead, and load recognisers and articles again when their files have changed and are complete."""
    ahead = asyncio.create_task(_read_ahead(service.suggester))
    before = tried = service.suggester.files
    try:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = await asyncio.to_thread(fingerprint, recipe.root, recipe.model)
            if now != tried and now == before:  # not while they are being written
                tried = now
                if await _reload(service, options, recipe):
                    ahead.cancel()
                    ahead = asyncio.create_task(_read_ahead(service.suggester))
            before = now
    finally:
        ahead.cancel()


async def _read_ahead(suggester: TextSuggester) -> None:
    if suggester.pool.size > 1:  # else whoever asks would wait for it
        await suggester.read_ahead()


async def _reload(service: SuggestionService, options: ServerOptions, recipe: SuggesterRecipe) -> bool:
    """Replace the recognisers of a service; returns whether they could be loaded. Else the former ones go on."""
    logger.info("files of the project changed: loading them again")
    try:
        new = await asyncio.to_thread(_load_again, service, options, recipe)
    except Exception as error:  # noqa: BLE001  (whatever it is, the service goes on)
        logger.warning("the former recognisers go on: %s", " ".join(str(error).split()) or type(error).__name__)
        return False
    former, service.suggester = service.suggester, new
    await former.close_when_done()
    logger.info("loaded: %s", ", ".join(new.loaded.recognisers))
    return True


def _load_again(service: SuggestionService, options: ServerOptions, recipe: SuggesterRecipe) -> TextSuggester:
    corpus = Corpus(recipe.root)
    service.ledger.set_former_labels(former_labels(corpus))
    return text_suggestions.load(corpus, recipe, processes=options.processes, answer_within=options.answer_within)


class LogHandler(logging.StreamHandler[Any]):
    """A log that may be lost, on a full disk or when its reader left: that is no reason for an error."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (its name in logging)
        """Pass over a line that cannot be written."""


def set_up_log() -> None:
    """Have the log of the service go to standard error, a line each, with the time."""
    handler = LogHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    for name, level in (("goldspan.service", logging.INFO), ("uvicorn", logging.WARNING)):
        log = logging.getLogger(name)
        log.handlers[:] = [handler]
        log.setLevel(level)
        log.propagate = False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
