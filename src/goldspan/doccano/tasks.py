"""Waiting for what a Doccano does in its task worker, and saying so when the worker does not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from goldspan.doccano import answers
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

SHORTEST, LONGEST = 0.05, 1.0
SHARE = 40
WORKER = (
    "Imports and exports need Doccano's task worker, a process beside the web server: `doccano task`; "
    "`goldspan doccano start` starts both."
)


def wait(status: Callable[[], object], patience: float, news: Callable[[], object] | None = None) -> dict[str, Any]:
    """The last status of a task, when it is done.

    Asks again after a fortieth of the time that passed already, so that little is lost, but at least every second.

    Args:
        status: asks the server.
        patience: the seconds without news after which nothing more is expected.
        news: something that changes while the worker works, looked at every second.

    Raises:
        ServerError: if the task failed, with the worker's words, or did not end.
    """
    began = heard = looked = time.monotonic()
    last: object = None
    while True:
        found = answers.entry(status(), "the state of a task")
        if answers.get(found, "ready", bool):
            return _unless_failed(found)
        now = time.monotonic()
        if news is not None and now - looked > min(LONGEST, patience / 2):
            looked = now
            if (told := news()) != last:
                last, heard = told, now
        if now - heard > patience:
            raise ServerError(
                f"a task has not ended in {now - began:.0f} s: the task worker does not seem to run", remedy=WORKER
            )
        time.sleep(min(LONGEST, max(SHORTEST, (now - began) / SHARE)))


def _unless_failed(found: dict[str, Any]) -> dict[str, Any]:
    failed = found.get("error")
    if failed:
        said = failed.get("text") if isinstance(failed, dict) else failed
        raise ServerError(
            f"a task failed in Doccano's worker: {str(said) or 'it does not say why':.300}",
            remedy="The log of the task worker says more.",
        )
    return found


def import_errors(found: dict[str, Any]) -> list[str]:
    """What an import did not take, one line each: file, line and the server's words."""
    result = found.get("result")
    if not isinstance(result, dict):
        return [] if result is None else [str(result)]
    return [_line(item) for item in answers.entries(result.get("error", []), "errors")]


def _line(item: object) -> str:
    if not isinstance(item, dict):
        return str(item)
    place = ", line ".join(str(item[key]) for key in ("filename", "line") if item.get(key) not in (None, ""))
    said = str(item.get("message", item))
    return f"{place}: {said}" if place else said
