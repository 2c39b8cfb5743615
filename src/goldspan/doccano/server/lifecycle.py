"""Start, stop, look: one web server and one task worker per home."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.account import Account
from goldspan.doccano.server import database, health, install, process
from goldspan.doccano.server.environment import VERSION, ServerEnvironment, clean
from goldspan.doccano.server.home import find, read_state, write_state
from goldspan.errors import InvalidValueError, NotFoundError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from goldspan.doccano.server.home import ServerHome, ServerState

ROLES = ("web", "worker")


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that runs.

    Args:
        account: its address and login.
        home: where its data lies.
        started: the processes that this start had to start, of `web` and `worker`; none if both were running.
        version: of Doccano.
    """

    account: Account
    home: Path
    started: tuple[str, ...] = ()
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """How a server stands: which of its processes live, and where it is."""

    running: bool
    url: str
    username: str
    web: bool
    worker: bool
    home: Path
    version: str = VERSION


def start(
    home: Path | None = None, port: int | None = None, say: Callable[[str], None] = lambda _: None
) -> EmbeddedServer:
    """Start what does not run yet, and wait until it works.

    Args:
        home: where its data lies; the user's data folder by default.
        port: the port; 0 for any that is free; the one of last time, or 8000, by default.
        say: is told what takes long.

    Raises:
        NotFoundError: if the environment cannot be made or is broken, or the system is not of the Unix family.
        ServerError: if the port is busy, or a process does not become ready or does not answer.
        InvalidValueError: if it runs already, on another port than was asked for.
    """
    _require_posix()
    place = find(home).make()
    with files.lock(place.lock, lambda: say("Waiting for another start of this server")):
        kept = read_state(place)
        missing = [role for role in ROLES if kept is None or not process.alive(kept.mark, role)]
        if "web" not in missing and kept is not None:
            _refuse_other_port(kept, port)
            _refuse_silence(place, kept)
        if not missing and kept is not None:
            return _server(place, kept, ())
        environment = install.ready(say)
        kept = database.prepare_database(place, environment, kept)
        say("Starting Doccano")
        try:
            kept = _start(place, environment, kept, missing, port)
        except BaseException:
            process.end(kept.mark, missing, grace=1)  # they have only begun: nothing of anybody's is under way
            raise
    return _server(place, kept, tuple(missing))


def stop(home: Path | None = None, grace: float = process.GRACE) -> bool:
    """End both processes; False if there was nothing to end.

    Args:
        home: where its data lies; the user's data folder by default.
        grace: seconds that a task and the answers under way have to come to their end.
    """
    place = find(home)
    if not place.state.exists():
        return False
    with files.lock(place.lock):
        kept = read_state(place)
        return kept is not None and process.end(kept.mark, ROLES, grace)


def status(home: Path | None = None) -> ServerStatus:
    """How the server of a home stands; it need not exist."""
    place = find(home)
    kept = read_state(place)
    if kept is None:
        return ServerStatus(running=False, url="", username="", web=False, worker=False, home=place.folder)
    web, worker = (process.alive(kept.mark, role) for role in ROLES)
    return ServerStatus(
        running=web and worker, url=kept.url, username=kept.username, web=web, worker=worker, home=place.folder
    )


def embedded_account(home: Path | None = None) -> Account | None:
    """Address and login of the server of a home, whether it runs or not; None if it was never started."""
    kept = read_state(find(home))
    return None if kept is None else Account(kept.url, kept.username, kept.password)


def _require_posix() -> None:
    if os.name != "posix":
        raise NotFoundError(
            "the embedded server needs Linux or macOS",
            remedy="Use a Doccano elsewhere: set DOCCANO_URL, DOCCANO_USERNAME and DOCCANO_PASSWORD.",
        )


def _start(
    place: ServerHome, environment: ServerEnvironment, kept: ServerState, missing: list[str], port: int | None
) -> ServerState:
    variables = clean(database.variables(place, environment))
    if "web" in missing:
        process.end(kept.mark, ["web"])  # children that have outlived it still hold the port
        with closing(process.reserve(kept.port if port is None else port)) as listening_socket:
            kept = replace(kept, port=listening_socket.getsockname()[1])
            write_state(place, kept)
            command = process.web(environment, listening_socket.fileno())
            web = process.launch(command, place.log("web"), variables, kept.mark, "web")
    if "worker" in missing:
        command = process.worker(environment)
        worker = process.launch(command, place.log("worker"), variables, kept.mark, "worker")
    if "web" in missing:
        health.wait(place, "web", web, lambda: health.answers(kept))
        health.admits(place, kept)
    if "worker" in missing:
        health.wait(place, "worker", worker, lambda: health.listens(place))
        health.wait(place, "worker", worker, lambda: health.works(kept) or health.busy(place))
    return kept


def _server(place: ServerHome, kept: ServerState, started: tuple[str, ...]) -> EmbeddedServer:
    return EmbeddedServer(Account(kept.url, kept.username, kept.password), place.folder, started)


def _refuse_other_port(kept: ServerState, port: int | None) -> None:
    if port not in {None, 0, kept.port}:
        raise InvalidValueError(
            f"Doccano runs on port {kept.port} already",
            remedy="Stop it first to move it: goldspan doccano stop.",
        )


def _refuse_silence(place: ServerHome, kept: ServerState) -> None:
    """A server that lives and does not answer may be at work for somebody: it is not ended from here."""
    if not health.answers(kept):
        raise ServerError(
            f"Doccano's web server runs, and does not answer on {kept.url}",
            file=place.log("web"),
            remedy="Look at the end of this log; `goldspan doccano stop`, then start, makes a new one.",
        )
