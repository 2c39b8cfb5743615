"""What Doccano's worker says of a task that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.doccano.client import schema
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from goldspan.doccano.client.schema import TaskStatus


def require_success(status: TaskStatus) -> TaskStatus:
    """The status of a task that ended well.

    Raises:
        ServerError: with the worker's words, if it failed.
    """
    if status.error:
        words = status.error.get("text") if isinstance(status.error, dict) else status.error
        raise ServerError(
            f"a task failed in Doccano's worker: {str(words) or 'no reason given':.300}",
            remedy="The log of the task worker says more.",
        )
    return status


def import_errors(status: TaskStatus) -> list[str]:
    """What an import refused, one line each: file, line and the server's words."""
    if not isinstance(status.result, dict):
        return [] if status.result is None else [str(status.result)]
    errors = schema.get({"error": [], **status.result}, "error", list, "the result of an import")
    return [_import_error(item) for item in errors]


def _import_error(item: object) -> str:
    if not isinstance(item, dict):
        return str(item)
    place = ", line ".join(str(item[key]) for key in ("filename", "line") if item.get(key) not in (None, ""))
    words = str(item.get("message", item))
    return f"{place}: {words}" if place else words
