"""The ledger of an output folder: a line per shard, with what it was made from and what was made.

`ledger.jsonl` says which shards are done. A line is written once the files of its shard are in their place, so that a
shard with a line is complete, and one without is done again. At the end of a run the lines are sorted. Nothing in a
line depends on time, machine, or order.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from goldspan import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.bulk.locations import Location

FILE = "ledger.jsonl"
DAMAGED = "Remove the line: its shard is then done again."


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """What a shard was made from, and what was made of it.

    Args:
        shard: its name.
        input: the file.
        start, end: the bytes of it.
        input_sha256: of these bytes.
        recipe: the digest of the recipe.
        rows: how many there are.
        articles: how many of them are articles.
        examples: of these.
        characters: of these, in code points.
        spans: by label, how many are suggested.
        rejects: how many rows were rejected.
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
        self._lines = {line.shard: line for line in _read(self.location)}

    @property
    def lines(self) -> list[LedgerLine]:
        """The lines of all shards that are done, sorted by shard."""
        return [self._lines[name] for name in sorted(self._lines)]

    def line(self, shard: str) -> LedgerLine | None:
        """The line of a shard; None if it is not done."""
        return self._lines.get(shard)

    def enter(self, line: LedgerLine) -> None:
        """Add the line of a shard that is done."""
        self._lines[line.shard] = line
        if not self.location.is_address:
            self.location.path.parent.mkdir(parents=True, exist_ok=True)
            with self.location.path.open("a", encoding="utf-8") as stream:
                stream.write(line.text())

    def close(self, shards: Iterable[str]) -> None:
        """Write the lines of these shards, sorted; those of shards that are no longer there are left out."""
        kept = [self._lines[name] for name in sorted(shards) if name in self._lines]
        with self.location.replacing() as stream:
            stream.write("".join(line.text() for line in kept).encode("utf-8"))


def _read(location: Location) -> list[LedgerLine]:
    from goldspan import validation  # here, since it imports pydantic

    if not location.exists():
        return []
    data = location.read()
    complete = data[: data.rfind(b"\n") + 1]  # a run that was killed may have left half a line
    return [
        validation.parse_json(raw, LedgerLine, location.path, number, DAMAGED) for number, raw in files.lines(complete)
    ]
