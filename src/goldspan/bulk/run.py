"""A run over the shards of an input: which are to be done, who does them, what came out."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.bulk import recipe as recipes
from goldspan.bulk.ledger import Ledger
from goldspan.bulk.shard_suggestions import ShardFailure, ShardProgress, ShardResult, ShardTask
from goldspan.bulk.shards import total_size
from goldspan.bulk.workers import WorkerLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from goldspan.bulk.ledger import LedgerLine
    from goldspan.bulk.locations import Location
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shards import Shard
    from goldspan.bulk.workers import Workers

MOST_ATTEMPTS = 3  # at a shard whose worker ends


@dataclass
class BulkSummary:
    """What a run did.

    Args:
        shards: how many the input has.
        bytes: of the input.
        done: the lines of the shards that were done, now or before.
        unchanged: how many of them before.
        failed: by shard, why it could not be done.
        lost: how often a worker ended.
        seconds: that the run took.
    """

    shards: int
    bytes: int
    done: dict[str, LedgerLine] = field(default_factory=dict)
    unchanged: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    lost: int = 0
    seconds: float = 0.0
    new_articles: int = 0

    @property
    def spans(self) -> Counter[str]:
        """By label, how many are suggested."""
        counts: Counter[str] = Counter()
        for line in self.done.values():
            counts.update(line.spans)
        return counts

    def total(self, name: str) -> int:
        """The sum of a number of the ledger over all shards that are done."""
        return sum(int(getattr(line, name)) for line in self.done.values())

    def json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return {
            "shards": self.shards,
            "bytes": self.bytes,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "lost_workers": self.lost,
            **{name: self.total(name) for name in ("rows", "articles", "examples", "characters", "rejects")},
            "spans": dict(sorted(self.spans.items())),
            "seconds": round(self.seconds, 3),
            "articles_per_second": round(self.new_articles / self.seconds, 3) if self.seconds else None,
        }


def run(
    shards: Sequence[Shard],
    output: Location,
    recipe: BulkRecipe,
    workers: Workers,
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
) -> BulkSummary:
    """Have workers suggest for all shards that are not done, and write the ledger.

    Args:
        shards: of the input.
        output: the output folder.
        recipe: with what.
        workers: who does it; they are not closed.
        on_progress: called with the step, how many articles are done, and how many there are, if that is known.

    Raises:
        InputError: for a ledger that is damaged.
    """
    started = time.monotonic()
    summary = BulkSummary(len(shards), total_size(shards))
    with _locked(output):
        ledger = Ledger(output)
        with (output / recipes.FILE).replacing() as stream:
            stream.write(recipe.text.encode("utf-8"))
        tasks = [ShardTask(shard=shard, output=output, done=ledger.line(shard.name)) for shard in shards]
        try:
            for result in _results(tasks, workers, summary, on_progress):
                summary.done[result.line.shard] = result.line
                if result.unchanged:
                    summary.unchanged += 1
                else:
                    summary.new_articles += result.line.articles
                    ledger.enter(result.line)
        finally:
            ledger.close(shard.name for shard in shards)
    summary.seconds = time.monotonic() - started
    return summary


def _results(
    tasks: Sequence[ShardTask],
    workers: Workers,
    summary: BulkSummary,
    on_progress: Callable[[str, int, int | None], None],
) -> Iterator[ShardResult]:
    """The results of all tasks, as they come; a shard whose worker ends is given to another."""
    waiting = list(reversed(tasks))
    by_name = {task.shard.name: task for task in tasks}
    attempts: Counter[str] = Counter()
    underway: dict[str, int] = {}
    finished = 0
    while waiting or underway:
        while waiting and len(underway) < workers.size:
            task = waiting.pop()
            underway[task.shard.name] = 0
            workers.submit(task)
        match workers.next_event():
            case ShardProgress(shard, articles, _):
                underway[shard] = articles
            case ShardResult() as result:
                del underway[result.line.shard]
                finished += result.line.articles
                yield result
            case ShardFailure(shard, reason):
                del underway[shard]
                summary.failed[shard] = reason
            case WorkerLost(shard, reason):
                del underway[shard]
                summary.lost += 1
                attempts[shard] += 1
                if attempts[shard] < MOST_ATTEMPTS:
                    waiting.append(by_name[shard])
                else:
                    summary.failed[shard] = f"{attempts[shard]} workers ended at it: {reason}"
        on_progress("articles", finished + sum(underway.values()), None)


@contextlib.contextmanager
def _locked(output: Location) -> Iterator[None]:
    """Hold the output folder, so that no two runs write into it."""
    if output.is_address:
        yield
        return
    output.path.mkdir(parents=True, exist_ok=True)
    with files.lock(output.path / ".goldspan.lock"):
        yield
