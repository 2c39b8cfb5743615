"""Ids of very many articles, of which only hashes of 64 bits are kept: those of one shard, and those of all.

Of a million articles about one pair in 37 million has equal hashes by chance, so that an id is named as shared after
it was read again.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from goldspan import strict_json
from goldspan.annotation import article_of
from goldspan.formats.digest_table import short_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy.typing as npt

IN_MEMORY = 1 << 24  # bytes; more go to a temporary file
TOGETHER = 1 << 21  # ids that are sorted at once
ID = re.compile(rb'\{"id": ("(?:[^"\\]|\\.)*")')  # how a line of gold begins


class WrittenIds:
    """The hashes of the ids of the articles of a shard, of the lines that it has in the output."""

    def __init__(self) -> None:
        self._hashes = array("Q")
        self._last = ""

    def add_line(self, line: bytes) -> None:
        """Count a line; the lines of an article stand together."""
        name = article_of_line(line)
        if name is not None and name != self._last:
            self._last = name
            self._hashes.append(short_number(name))

    @property
    def data(self) -> bytes:
        """The hashes, each in 8 bytes."""
        return self._hashes.tobytes()


def article_of_line(line: bytes) -> str | None:
    """The id of the article of a line of gold; None for another line."""
    found = ID.match(line)
    return None if found is None else article_of(strict_json.loads(found[1]))


@dataclass(frozen=True, slots=True)
class SharedId:
    """An id that articles of several shards have.

    Args:
        id: the id.
        shards: the first two shards that have it.
    """

    id: str
    shards: tuple[str, str]

    def json(self) -> dict[str, Any]:
        """It as JSON values."""
        return {"id": self.id, "shards": list(self.shards)}


class SharedIds:
    """Which ids articles of several shards have. What was added is sorted in parts, so that memory stays small.

    Args:
        shards: the names of all shards.
    """

    def __init__(self, shards: Sequence[str]) -> None:
        self._shards = shards
        self._numbers = {name: number for number, name in enumerate(shards)}
        self._file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (`close` closes it)
        self._count = 0

    def close(self) -> None:
        """Remove what is kept."""
        self._file.close()

    def add(self, shard: str, hashes: bytes) -> None:
        """Add the hashes of a shard, each in 8 bytes."""
        import numpy as np

        ids = np.frombuffer(hashes, "<u8")
        records = np.empty(len(ids), _record())
        records["id"], records["shard"] = ids, self._numbers[shard]
        self._file.write(records.tobytes())
        self._count += len(ids)

    def find(self, most: int, lines: Callable[[str], Iterable[bytes]]) -> tuple[int, list[SharedId]]:
        """How many ids articles of several shards have, and the first of them.

        Args:
            most: how many are named.
            lines: those of the output of a shard.
        """
        count, first = 0, list[tuple[int, int, int]]()
        parts = -(-self._count // TOGETHER)
        for part in range(parts):
            found = list(self._shared(part, parts))
            count += len(found)
            first = sorted([*first, *found])[:most]
        return count, [self._named(*one, lines) for one in first]

    def _shared(self, part: int, parts: int) -> Iterator[tuple[int, int, int]]:
        """The ids of a part that several shards have: the first two shards, and the hash."""
        import numpy as np

        records = np.concatenate([block[block["id"] % parts == part] for block in self._blocks()])
        records.sort(order=["id", "shard"])
        same = np.flatnonzero(records["id"][1:] == records["id"][:-1])
        last = None
        for place in same.tolist():
            key = int(records["id"][place])
            if key != last:
                yield int(records["shard"][place]), int(records["shard"][place + 1]), key
            last = key

    def _blocks(self) -> Iterator[npt.NDArray[Any]]:
        import numpy as np

        self._file.seek(0)
        kind = np.dtype(_record())
        while data := self._file.read(TOGETHER * kind.itemsize):
            yield np.frombuffer(data, kind)

    def _named(self, first: int, second: int, key: int, lines: Callable[[str], Iterable[bytes]]) -> SharedId:
        names = (article_of_line(line) for line in lines(self._shards[first]))
        found = islice((name for name in names if name is not None and short_number(name) == key), 1)
        return SharedId(next(found, "?"), (self._shards[first], self._shards[second]))


def _record() -> list[tuple[str, str]]:
    return [("id", "<u8"), ("shard", "<u4")]
