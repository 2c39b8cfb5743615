"""A long list that a server gives page by page, read so that no entry is lost while others come and go.

The server counts pages from the start of the list as it is at each request: if an entry before the page vanishes, one
at the edge of the page would be skipped. So each page begins with the last entry of the page before. If it does not,
or if the server announces more entries than it gives, the list is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan.doccano.client import schema
from goldspan.doccano.client.http_errors import TIMED_OUT, HTTPStatusError
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = 1000  # entries
SMALLEST_PAGE = 50  # entries
READINGS = 5


class _ListChanged(Exception):  # noqa: N818  (caught here)
    """The list changed before the place where the next page begins."""


class PagedList:
    """A list of JSON objects that have an `id`.

    Args:
        fetch: gives the server's answer to a limit and an offset, with `count` and `results`.
        entries: what the entries are, for a message.
        answer: what `fetch` gives, for a message.
    """

    def __init__(self, fetch: Callable[[int, int], object], entries: str, answer: str) -> None:
        self._fetch = fetch
        self._entries = entries
        self._answer = answer
        self._size = PAGE
        self.entry = f"an entry of {answer}"

    def count(self) -> int:
        """How many entries there are, by the server's own count."""
        return self._count(self._page(1, 0))

    def distinct(self) -> Iterator[dict[str, Any]]:
        """Each entry once. One that comes or goes while the list is read may be among them or not.

        Raises:
            ServerError: for an answer of another shape, or a list that changes all the time.
        """
        seen: set[int] = set()
        for _ in range(READINGS):
            try:
                for entry in self._read():
                    if entry["id"] not in seen:
                        seen.add(entry["id"])
                        yield entry
            except _ListChanged:
                continue
            return
        raise self._unstable()

    def as_listed(self) -> list[dict[str, Any]]:
        """The entries of one reading, each as often as the server lists it.

        Raises:
            ServerError: for an answer of another shape, or a list that changes all the time.
        """
        for _ in range(READINGS):
            try:
                return list(self._read())
            except _ListChanged:
                continue
        raise self._unstable()

    def _read(self) -> Iterator[dict[str, Any]]:
        """The entries of one reading, each as often as the server lists it.

        Raises:
            _ListChanged: if an entry may have been skipped.
        """
        read, last = 0, None
        while True:
            page = self._next_page(read - 1 if read else 0)
            rows = [schema.parse_object(row, self.entry) for row in schema.get(page, "results", list, self._answer)]
            numbers = [schema.get(row, "id", int, self.entry) for row in rows]
            if read and numbers[:1] != [last]:
                raise _ListChanged
            yield from rows[1:] if read else rows
            read += len(rows) - (1 if read else 0)
            if read >= self._count(page):
                return
            if len(rows) < 2:  # announced, but not given
                raise _ListChanged
            last = numbers[-1]

    def _next_page(self, offset: int) -> dict[str, Any]:
        """A page; where a proxy gives up waiting for it, this and the next ones are smaller."""
        while True:
            try:
                return self._page(self._size, offset)
            except HTTPStatusError as error:
                if error.status not in TIMED_OUT or self._size <= SMALLEST_PAGE:
                    raise
            self._size = max(SMALLEST_PAGE, self._size // 2)

    def _page(self, limit: int, offset: int) -> dict[str, Any]:
        return schema.parse_object(self._fetch(limit, offset), self._answer)

    def _count(self, page: dict[str, Any]) -> int:
        return schema.get(page, "count", int, self._answer)

    def _unstable(self) -> ServerError:
        return ServerError(
            f"the list of {self._entries} changed each time that it was read, {READINGS} times",
            remedy="Try again when fewer people add and delete there.",
        )
