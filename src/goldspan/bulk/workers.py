"""Who works on shards: what this process, several processes and a cluster have in common."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from goldspan.bulk.shard_suggestions import ShardSuggester

if TYPE_CHECKING:
    from collections.abc import Generator

    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shard_suggestions import ShardEvent, ShardTask


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """A worker ended, or did not go on, while it worked on a shard.

    Args:
        shard: its name.
        reason: why, as a clause.
    """

    shard: str
    reason: str


class Workers(Protocol):
    """Workers with loaded recognisers, each of which works on one shard at a time."""

    @property
    def size(self) -> int:
        """How many there are."""

    def submit(self, task: ShardTask) -> None:
        """Give a shard to a worker that has none; there is one while fewer than `size` shards are worked on."""

    def next_event(self) -> ShardEvent | WorkerLost:
        """What happens next; waits for it. A shard ends with a result, with a failure, or with its worker."""

    def close(self) -> None:
        """End all workers at once."""


class ThisProcess:
    """This process as the only worker.

    Args:
        recipe: with what.

    Raises:
        InputError, NotFoundError: as the recognisers give it.
    """

    size = 1

    def __init__(self, recipe: BulkRecipe) -> None:
        self._suggester = ShardSuggester(recipe)
        self.notes = self._suggester.notes
        self._events: deque[Generator[ShardEvent]] = deque()

    def submit(self, task: ShardTask) -> None:
        """Take a shard."""
        self._events.append(self._suggester.run(task))

    def next_event(self) -> ShardEvent:
        """Work on until something is to be told."""
        while True:
            event = next(self._events[0], None)
            if event is not None:
                return event
            self._events.popleft()

    def close(self) -> None:
        """Leave off what was begun; no temporary file stays."""
        while self._events:
            self._events.pop().close()
