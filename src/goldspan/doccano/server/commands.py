"""How the two processes are called. No secret stands in a command line, which every user of the machine can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldspan.doccano.server.environment import Environment

GRACEFUL = 5  # seconds for requests that are being answered at a stop


def web(environment: Environment, handle: int) -> list[str]:
    """The web server, listening on an open socket: `doccano webserver` would listen on every address.

    One process of eight threads: SQLite lets one write at a time anyway.
    """
    return [
        *(environment.python, "-P", "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{handle}"),
        *("--chdir", str(environment.backend), "--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        # A client keeps its connection for a pause in its work, and posts nothing into one that is just being closed.
        *("--keep-alive", "75", "--timeout", "300", "--graceful-timeout", str(GRACEFUL)),
    ]


def worker(environment: Environment) -> list[str]:
    """The task worker: one task after the other, in the order in which they were asked for."""
    return [
        *(environment.python, "-P", "-m", "celery", "--app=config", f"--workdir={environment.backend}", "worker"),
        *("--pool=solo", "--concurrency=1", "--loglevel=info", "--without-gossip", "--without-mingle"),
        "--without-heartbeat",
    ]
