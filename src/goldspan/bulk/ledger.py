"""The ledger of an output folder: a line per shard, with what it was made from and what was made.

`ledger.jsonl` says which shards are done. A line is written once the files of its shard are in their place, so that a
shard with a line is complete, and one without is done again. At the end of a run the lines are sorted, and
`failures.jsonl` says which shards could not be done. Nothing in a line depends on time, machine, or order.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from goldspan import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.bulk.locations import Location

FILE, FAILURES = "ledger.jsonl", "failures.jsonl"
DAMAGED = "Remove the line: its shard is then done again."
PAUSE = 30.0  # seconds at least between two writes of a whole ledger
SHARE = 20  # a whole ledger is written again only after so many times as long as it took


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerLine:
    """What a shard was made from, and what was made of it.

    Args:
        shard: its name.
        input: the file, by the path that it has in the input.
        start, end: the bytes of it.
        input_sha256: of these bytes.
        recipe: the digest of the recipe.
        rows: how many there are.
        articles: how many of them are articles.
        examples: of these.
        characters: of these, in code points.
        spans: by label, how many are suggested.
        rejects: how many rows were rejected.
        reasons: by the kind of the reason, how many of these.
        output_sha256: of the file with the suggestions.
        rejects_sha256: of the file with the rejected rows; None without one.
    """

    shard: str
    input: str
    start: int
    end: int
    input_sha256: str
    recipe: str
    rows: int
    articles: int
    examples: int
    characters: int
    spans: dict[str, int] = field(default_factory=dict)
    rejects: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    output_sha256: str
    rejects_sha256: str | None = None

    def text(self) -> str:
        """The line."""
        return files.dumps(asdict(self)) + "\n"


class Ledger:
    """The ledger of an output folder.

    Args:
        folder: the output folder.

    Raises:
        InputError: naming the line, for a ledger that is damaged.
    """

    def __init__(self, folder: Location) -> None:
        self.location = folder / FILE
        self._failures = folder / FAILURES
        self._lines, self._is_cut = _read(self.location)
        self._next_write = time.monotonic() + PAUSE

    def __contains__(self, shard: object) -> bool:
        return shard in self._lines

    @property
    def shards(self) -> list[str]:
        """The shards that are done, sorted."""
        return sorted(self._lines)

    @property
    def lines(self) -> list[LedgerLine]:
        """The lines of all shards that are done, sorted by shard."""
        return [_parsed(self._lines[name], self.location, 0) for name in sorted(self._lines)]

    def line(self, shard: str) -> LedgerLine | None:
        """The line of a shard; None if it is not done."""
        raw = self._lines.get(shard)
        return None if raw is None else _parsed(raw, self.location, 0)

    def enter(self, line: LedgerLine) -> None:
        """Add the line of a shard that is done."""
        data = line.text().encode("utf-8")
        self._lines[line.shard] = data
        if self.location.is_address:  # where nothing can be added to a file
            self._write_now_and_then()
            return
        if self._is_cut or not self.location.path.parent.is_dir():
            self.write()
            return
        with self.location.path.open("ab") as stream:
            stream.write(data)

    def remove(self, shard: str) -> None:
        """Leave out the line of a shard, from the next time that the ledger is written."""
        self._lines.pop(shard, None)

    def write(self) -> None:
        """Write all lines, sorted."""
        with self.location.replacing() as stream:
            stream.writelines(self._lines[name] for name in sorted(self._lines))
        self._is_cut = False

    def write_failures(self, failures: Iterable[Mapping[str, str]]) -> None:
        """Write what could not be done, a line each; without any, the file is removed."""
        data = "".join(files.dumps(failure) + "\n" for failure in failures).encode("utf-8")
        if not data:
            self._failures.remove()
            return
        with self._failures.replacing() as stream:
            stream.write(data)

    def _write_now_and_then(self) -> None:
        started = time.monotonic()
        if started >= self._next_write:
            self.write()
            took = time.monotonic() - started
            self._next_write = started + took + max(PAUSE, SHARE * took)


def _read(location: Location) -> tuple[dict[str, bytes], bool]:
    """The lines by shard, of which the last counts; and whether half a line follows, of a run that was killed."""
    if not location.exists():
        return {}, False
    data = location.read()
    complete = data[: data.rfind(b"\n") + 1]
    lines = {_parsed(raw, location, number).shard: raw + b"\n" for number, raw in files.lines(complete)}
    return lines, complete != data


def _parsed(raw: bytes, location: Location, number: int) -> LedgerLine:
    from goldspan import validation  # here, since it imports pydantic

    return validation.parse_json(raw, LedgerLine, location.path, number, DAMAGED)
