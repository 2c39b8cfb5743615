"""Start, stop and status of a server: one web server and one task worker per home."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.doccano.account import Account
from goldspan.doccano.server import database, health, install, process
from goldspan.doccano.server.environment import VERSION, ServerEnvironment, clean_variables
from goldspan.doccano.server.home import NO_PORT, find_home, find_original, read_state, write_state
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from psutil import Process

    from goldspan.doccano.server.home import ServerHome, ServerState

ROLES = ("web", "worker")


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that runs.

    Args:
        account: its address and login.
        home: the folder of its data.
        started: the processes that this start had to start, of `web` and `worker`; none if both were running.
        original: the folder that the home was copied from, at the first start of the copy.
        in_use: whether that copy was made while a Doccano wrote into the original, or was not stopped in order.
        version: of Doccano.
    """

    account: Account
    home: Path
    started: tuple[str, ...] = ()
    original: Path | None = None
    in_use: bool = False
    version: str = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """The status of a server: which of its processes live, its address, its user and its folder."""

    running: bool
    url: str
    username: str
    web: bool
    worker: bool
    home: Path
    version: str = VERSION


def start(
    home: Path | None = None, port: int | None = None, on_step: Callable[[str], None] = lambda _: None
) -> EmbeddedServer:
    """Start what does not run yet, and wait until it works.

    Args:
        home: the folder of its data; one in the user's data folder by default.
        port: the port; 0 for any that is free; that of the last start, or 8000, by default.
        on_step: called with a line for each step that takes long.

    Raises:
        NotFoundError: if the environment cannot be made or is broken, or the system is not of the Unix family.
        ServerError: if the port is busy, or a process does not become ready or does not answer.
        InvalidValueError: if it runs already, on another port than was asked for.
    """
    install.require_posix()
    if port is not None:
        process.require_port(port)
    server_home = find_home(home)
    _require_same_data(server_home)
    server_home.make()
    with files.lock(server_home.lock, lambda: on_step("Waiting for another start of this server")):
        state = read_state(server_home)
        missing = [role for role in ROLES if state is None or not process.is_alive(server_home.folder, role)]
        if "web" not in missing and state is not None:
            _require_same_port(state, port)
            _require_answer(server_home, state)
        if not missing and state is not None:
            return _embedded_server(server_home, state)
        original = find_original(server_home, state) if state is not None and missing == list(ROLES) else None
        in_use = original is not None and database.was_in_use(server_home)
        environment = install.ensure_environment(on_step)
        state = database.prepare_database(server_home, environment, state, original)
        on_step("Starting Doccano")
        try:
            state = _start(server_home, environment, state, missing, port)
        except BaseException:
            # They have only begun: no annotator is using them.
            process.terminate(server_home.folder, missing, grace=1)
            raise
    running = _embedded_server(server_home, state)
    return replace(running, started=tuple(missing), original=original, in_use=in_use)


def stop(home: Path | None = None, grace: float = process.GRACE) -> bool:
    """End both processes; False if there was nothing to end.

    Args:
        home: the folder of its data; one in the user's data folder by default.
        grace: seconds that a task and requests have to come to their end.
    """
    server_home = find_home(home)
    if not server_home.lock.exists():  # the folder was removed or replaced, and nothing is written into another one
        return _stop(server_home, grace)
    with files.lock(server_home.lock):
        return _stop(server_home, grace)


def status(home: Path | None = None) -> ServerStatus:
    """The status of the server of a home; the home need not exist.

    A copy that was never started has no server yet, as a new home has none: the address in it is the original's.
    """
    server_home = find_home(home)
    state = read_state(server_home)
    if state is None or not _has_server(server_home, state):
        return ServerStatus(running=False, url="", username="", web=False, worker=False, home=server_home.folder)
    web, worker = (process.is_alive(server_home.folder, role) for role in ROLES)
    return ServerStatus(
        running=web and worker, url=state.url, username=state.username, web=web, worker=worker, home=server_home.folder
    )


def embedded_account(home: Path | None = None) -> Account | None:
    """Address and login of the server of a home, whether it runs or not.

    Returns:
        None if it was never started, or was not since the home was copied.
    """
    server_home = find_home(home)
    state = read_state(server_home)
    if state is None or not _has_server(server_home, state):
        return None
    return Account(state.url, state.username, state.password)


def _stop(home: ServerHome, grace: float) -> bool:
    served = _find_processes(home)
    is_other = any(process.has_open(each, home.database, deleted=True) for each in served)
    is_log_of_other = is_other and any(process.has_open(each, home.write_ahead_log) for each in served)
    abandoned = process.terminate_abandoned(home.folder, grace)
    if not process.terminate(home.folder, ROLES, grace):
        return abandoned
    if is_log_of_other:  # SQLite would add the changes of the database that was replaced to the one that is here now
        home.write_ahead_log.unlink(missing_ok=True)
    database.empty_write_ahead_log(home)
    return True


def _has_server(home: ServerHome, state: ServerState) -> bool:
    """Whether the port in the state is that of the home's own server."""
    if state.port == NO_PORT:
        return False
    return find_original(home, state) is None or any(process.is_alive(home.folder, role) for role in ROLES)


def _start(
    home: ServerHome, environment: ServerEnvironment, state: ServerState, missing: list[str], port: int | None
) -> ServerState:
    """Start the missing processes and wait until they are ready; gives the state with the port that was taken."""
    variables = clean_variables(database.django_variables(home, environment))
    if "web" in missing:
        process.terminate(home.folder, ["web"])  # children that have outlived it still hold the port
        with closing(process.bind_port(state.port if port is None else port)) as listening:
            state = replace(state, port=listening.getsockname()[1])
            write_state(home, state)  # before the launch: a killed start leaves the mark of its processes
            command = process.web_command(environment, listening.fileno())
            web = process.launch(command, home, variables, state.mark, "web")
    if "worker" in missing:
        command = process.worker_command(environment)
        worker = process.launch(command, home, variables, state.mark, "worker")
    if "web" in missing:
        health.wait_until_ready(home, "web", web, lambda: health.web_answers(state))
        health.require_login(home, state)
    if "worker" in missing:
        # The web server may queue its probe only once the queue is there: see `queue_exists`.
        health.wait_until_ready(home, "worker", worker, lambda: health.queue_exists(home))
        health.wait_until_ready(
            home, "worker", worker, lambda: health.worker_answers(state) or health.worker_has_task(home)
        )
    return state


def _embedded_server(home: ServerHome, state: ServerState) -> EmbeddedServer:
    return EmbeddedServer(Account(state.url, state.username, state.password), home.folder)


def _require_same_port(state: ServerState, port: int | None) -> None:
    if port not in {None, 0, state.port}:
        raise InvalidValueError(
            f"Doccano runs on port {state.port} already",
            remedy="Stop it first to move it: goldspan doccano stop.",
        )


def _require_same_data(home: ServerHome) -> None:
    """Refuse a server that works on other data than those in the folder now, or by a path that leads elsewhere now."""
    served = _find_processes(home)
    paths = {path for each in served if (path := process.path_at_start(each)) and not _leads_to(path, home.folder)}
    if process.find_abandoned(home.folder):
        problem = "Doccano still runs on what was in this folder before: it was removed or replaced while Doccano ran"
    elif any(process.has_open(each, home.database, deleted=True) for each in served):
        problem = "Doccano still works on another database: the file was removed or replaced while Doccano ran"
    elif served and not home.state.exists():
        problem = f"Doccano runs, and its {home.state.name} is gone"
    elif paths:
        problem = f"Doccano runs, and was started in {min(paths)}: the folder was moved while Doccano ran"
    else:
        return
    raise ServerError(problem, file=home.folder, remedy="`goldspan doccano stop`, then start: it serves what is here.")


def _find_processes(home: ServerHome) -> list[Process]:
    return [each for role in ROLES for each in process.find_processes(home.folder, role)]


def _leads_to(path: str, folder: Path) -> bool:
    try:
        return folder.samefile(path)
    except OSError:
        return False


def _require_answer(home: ServerHome, state: ServerState) -> None:
    """A server that lives and does not answer may be at work for an annotator: a start does not end it."""
    if not health.web_answers(state):
        raise ServerError(
            f"Doccano's web server runs, and does not answer on {state.url}",
            file=home.log("web"),
            remedy="See the end of this log; `goldspan doccano stop`, then start, makes a new server of it.",
        )
