"""Long lists of a server, page by page, without losing an entry that stays while others come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan.doccano import answers
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = 1000
ROUNDS = 5


class _Shifted(Exception):  # noqa: N818  (caught here)
    """The list changed in front of the place where the next page begins."""


def once(fetch: Callable[[int, int], object], what: str) -> Iterator[dict[str, Any]]:
    """Each entry once.

    The server counts pages from the start of the list as it is at each request: if an entry in front vanishes, one at
    the edge of a page would slip through. So each page begins with the last entry of the page before; if that is not
    so, or if the server announces more than it gives, the list is read again, and what came already is passed over.

    Args:
        fetch: the answer to a limit and an offset, with `count` and `results`.
        what: the entries' name in a message.

    Yields:
        JSON objects with an `id`. One that came and went while the list was read may be among them or not.

    Raises:
        ServerError: for an answer of another shape, or a list that keeps changing.
    """
    seen: set[int] = set()
    for _ in range(ROUNDS):
        try:
            for entry in _round(fetch, what):
                if entry["id"] not in seen:
                    seen.add(entry["id"])
                    yield entry
        except _Shifted:
            continue
        return
    raise _restless(what)


def whole(fetch: Callable[[int, int], object], what: str) -> list[dict[str, Any]]:
    """All entries of one reading, as often as the server lists each.

    Raises:
        ServerError: as above.
    """
    for _ in range(ROUNDS):
        try:
            return list(_round(fetch, what))
        except _Shifted:
            continue
    raise _restless(what)


def count(page: object) -> int:
    """How many entries a list has, as one of its pages says."""
    return answers.get(answers.entry(page, "a page"), "count", int)


def _restless(what: str) -> ServerError:
    return ServerError(
        f"the list of {what} changed each time that it was read, {ROUNDS} times",
        remedy="Try again when fewer people add and delete there.",
    )


def _round(fetch: Callable[[int, int], object], what: str) -> Iterator[dict[str, Any]]:
    """The entries of one reading, as often as the server lists each.

    Raises:
        _Shifted: if it cannot be whole.
    """
    read, last = 0, None
    while True:
        page = answers.entry(fetch(PAGE, read - 1 if read else 0), f"a page of {what}")
        total = count(page)
        rows = [answers.entry(row, "an entry") for row in answers.entries(page.get("results"), what)]
        numbers = [answers.get(row, "id", int) for row in rows]
        if read and numbers[:1] != [last]:
            raise _Shifted
        yield from rows[1:] if read else rows
        read += len(rows) - (1 if read else 0)
        if read >= total:
            return
        if len(rows) < 2:  # noqa: PLR2004  (the repeated one and a new one)
            raise _Shifted
        last = numbers[-1]
