"""A run over the shards of an input: which are to be done, who does them, what came out."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.bulk import recipe as recipes
from goldspan.bulk.article_ids import SharedIds
from goldspan.bulk.article_suggestions import STALL
from goldspan.bulk.ledger import Ledger
from goldspan.bulk.shard_suggestions import ShardFailure, ShardProgress, ShardResult, ShardTask, files_of
from goldspan.bulk.shards import require_apart, total_size
from goldspan.bulk.workers import WorkerLost
from goldspan.errors import GoldspanError, InputError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from goldspan.bulk.article_ids import SharedId
    from goldspan.bulk.locations import Location
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shards import Shard
    from goldspan.bulk.workers import Workers

LOCK = ".goldspan.lock"
CAREFUL = 2  # losses of workers at a shard after which its articles are suggested for in a process of its own
MOST_ATTEMPTS = 5  # at a shard whose worker is lost: some losses have their reason elsewhere
MOST_LOSSES = 10  # of workers, for each that there is, without any progress between them
MOST_NAMED = 3
NUMBERS = ("rows", "articles", "examples", "characters", "rejects")  # of the ledger
RUNNING_REMEDY = "Wait until it has ended, or name another folder."
PRUNE_REMEDY = "Name another folder, or the whole input; --prune removes what the folder has of shards that are gone."
LOST_REMEDY = "There may be too little memory: take fewer workers, or a smaller --shard-size."


@dataclass(kw_only=True)
class RunProgress:
    """How far a run is.

    Args:
        shards: how many the input has.
        shards_done: how many of them are done, or failed.
        bytes: of the input.
        bytes_done: of them, those of shards that are done, and what was read of others.
        bytes_unchanged: of these, those of shards that were done before.
        articles: for how many there are suggestions since the run began.
        rejects: how many rows were rejected since then.
        failed: how many shards failed.
        lost: how many workers were.
    """

    shards: int
    shards_done: int = 0
    bytes: int
    bytes_done: int = 0
    bytes_unchanged: int = 0
    articles: int = 0
    rejects: int = 0
    failed: int = 0
    lost: int = 0


@dataclass(kw_only=True)
class BulkSummary:
    """What a run did.

    Args:
        shards: how many the input has.
        bytes: of the input.
        done: how many shards are done, now or before.
        unchanged: how many of them before.
        failed: by shard, why it could not be done.
        totals: of the numbers in the ledger, for all shards that are done.
        spans: by label, how many are suggested.
        reasons: by the kind of the reason, how many rows were rejected.
        shared_ids: how many ids articles of several shards have.
        first_shared: the first of them.
        lost: how often a worker was lost.
        seconds: that the run took.
        new_articles, new_bytes: of the shards that were done now.
    """

    shards: int
    bytes: int
    done: int = 0
    unchanged: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    totals: Counter[str] = field(default_factory=Counter)
    spans: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    shared_ids: int = 0
    first_shared: list[SharedId] = field(default_factory=list)
    lost: int = 0
    seconds: float = 0.0
    new_articles: int = 0
    new_bytes: int = 0

    def add(self, result: ShardResult) -> None:
        """Count a shard that is done."""
        line = result.line
        self.done += 1
        self.totals.update({name: getattr(line, name) for name in NUMBERS})
        self.spans.update(line.spans)
        self.reasons.update(line.reasons)
        if result.unchanged:
            self.unchanged += 1
        else:
            self.new_articles += line.articles
            self.new_bytes += line.end - line.start

    def json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return {
            "shards": self.shards,
            "bytes": self.bytes,
            "done": self.done,
            "unchanged": self.unchanged,
            "failed": dict(sorted(self.failed.items())),
            "lost_workers": self.lost,
            **{name: self.totals[name] for name in NUMBERS},
            "reasons": dict(sorted(self.reasons.items())),
            "shared_ids": {"count": self.shared_ids, "first": [one.json() for one in self.first_shared]},
            "spans": dict(sorted(self.spans.items())),
            "seconds": round(self.seconds, 3),
            "articles_per_second": round(self.new_articles / self.seconds, 3) if self.seconds else None,
            "bytes_per_second": round(self.new_bytes / self.seconds) if self.seconds else None,
        }


@contextlib.contextmanager
def locked(output: Location) -> Iterator[None]:
    """Hold the output folder for the length of a run, with its workers, and leave no temporary file in it.

    Raises:
        InputError: if nothing can be written there, and if another run on this machine holds it. At an address nothing
            tells the latter.
    """
    output.require_writable()
    if output.is_address:
        yield
        return
    is_new = not output.path.exists()
    output.path.mkdir(parents=True, exist_ok=True)
    lock = output.path / LOCK
    try:
        with files.lock(lock, lambda: _refuse(output)):
            try:
                yield
            finally:
                files.remove_abandoned_below(output.path)
    finally:
        if is_new and [path.name for path in output.path.iterdir()] == [LOCK]:  # the run could not begin
            lock.unlink()
            output.path.rmdir()


def _refuse(output: Location) -> None:
    raise InputError("another run writes into this folder", file=str(output), remedy=RUNNING_REMEDY)


def run(
    shards: Sequence[Shard],
    output: Location,
    recipe: BulkRecipe,
    workers: Workers,
    on_progress: Callable[[RunProgress], object] = lambda _: None,
    *,
    prune: bool = False,
    stall: float = STALL,
) -> BulkSummary:
    """Have workers suggest for all shards that are not done, and write the ledger.

    Args:
        shards: of the input.
        output: the output folder, which is `locked`.
        recipe: with what.
        workers: who does it; they are not closed.
        on_progress: called with how far the run is.
        prune: whether the files of shards that the input does not have are removed.
        stall: seconds that some articles may take where workers were lost.

    Raises:
        InputError: for a ledger that is damaged, or that has other shards and `prune` is not set; for an output folder
            in which results would take the place of the input.
        GoldspanError: if workers are lost again and again.
    """
    require_apart(shards, output)
    started = time.monotonic()
    summary = BulkSummary(shards=len(shards), bytes=total_size(shards))
    names = [shard.name for shard in shards]
    ledger = Ledger(output)
    _remove_others(ledger, output, set(names), prune=prune)
    with (output / recipes.FILE).replacing() as stream:
        stream.write(recipe.text.encode("utf-8"))
    work = _Work(shards, output, ledger, workers, summary, on_progress, stall)
    with contextlib.closing(SharedIds(names)) as ids:
        try:
            for result in work.results():
                summary.add(result)
                ids.add(result.line.shard, result.ids)
                if not result.unchanged:
                    ledger.enter(result.line)
        finally:
            ledger.write()
        _write_failures(ledger, shards, summary.failed)
        summary.shared_ids, summary.first_shared = ids.find(MOST_NAMED, lambda name: _lines(files_of(name, output)[0]))
    summary.seconds = time.monotonic() - started
    return summary


def _write_failures(ledger: Ledger, shards: Sequence[Shard], failed: Mapping[str, str]) -> None:
    failures = [(shard, failed[shard.name]) for shard in shards if shard.name in failed]
    ledger.write_failures({"shard": shard.name, "input": shard.file, "reason": reason} for shard, reason in failures)


def _remove_others(ledger: Ledger, output: Location, names: set[str], *, prune: bool) -> None:
    """Remove what an earlier run made of shards that the input does not have."""
    others = [name for name in ledger.shards if name not in names]
    if others and not prune:
        raise InputError(
            f"the folder has suggestions for {amount(len(others), 'shard')} that the input does not have: "
            f"{enumerate_names(others, most=MOST_NAMED)}",
            file=str(output),
            remedy=PRUNE_REMEDY,
        )
    for name in others:
        _remove(name, ledger, output)


def _remove(shard: str, ledger: Ledger, output: Location) -> None:
    ledger.remove(shard)
    for location in files_of(shard, output):
        location.remove()


def _lines(location: Location) -> Iterator[bytes]:
    with location.opened() as stream:
        yield from stream


@dataclass
class _Work:
    """The shards that are worked on."""

    shards: Sequence[Shard]
    output: Location
    ledger: Ledger
    workers: Workers
    summary: BulkSummary
    on_progress: Callable[[RunProgress], object]
    stall: float

    def __post_init__(self) -> None:
        self._progress = RunProgress(shards=len(self.shards), bytes=self.summary.bytes)
        self._underway: dict[str, tuple[Shard, ShardProgress]] = {}
        self._attempts: Counter[str] = Counter()
        self._again: list[Shard] = []
        self._losses = 0  # since there was any progress

    def results(self) -> Iterator[ShardResult]:
        """The results of all shards, as they come; a shard whose worker is lost is given to another."""
        new = iter(self.shards)
        while True:
            while len(self._underway) < self.workers.size:
                shard = self._again.pop() if self._again else next(new, None)
                if shard is None:
                    break
                self._submit(shard)
            if not self._underway:
                return
            event = self.workers.next_event()
            self._losses = self._losses + 1 if isinstance(event, WorkerLost) else 0
            match event:
                case ShardProgress() as progress:
                    self._underway[progress.shard] = (self._underway[progress.shard][0], progress)
                case ShardResult() as result:
                    self._end(result.line.shard, result)
                    yield result
                case ShardFailure() as failure:
                    self._fail(failure)
                case WorkerLost(name, reason):
                    self._lose(name, reason)
            self._report()

    def _submit(self, shard: Shard) -> None:
        self._underway[shard.name] = (shard, ShardProgress(shard.name, 0, 0))
        is_careful = self._attempts[shard.name] >= CAREFUL
        done = self.ledger.line(shard.name)
        self.workers.submit(ShardTask(shard=shard, output=self.output, done=done, careful=is_careful, stall=self.stall))

    def _end(self, name: str, result: ShardResult | None = None) -> Shard:
        shard, _ = self._underway.pop(name)
        size = shard.end - shard.start
        self._progress.shards_done += 1
        self._progress.bytes_done += size
        if result is not None and result.unchanged:
            self._progress.bytes_unchanged += size
        elif result is not None:
            self._progress.articles += result.line.articles
            self._progress.rejects += result.line.rejects
        return shard

    def _fail(self, failure: ShardFailure) -> None:
        shard = self._end(failure.shard)
        self.summary.failed[shard.name] = failure.reason
        self._progress.failed += 1
        if not failure.is_kept:
            _remove(shard.name, self.ledger, self.output)

    def _lose(self, name: str, reason: str) -> None:
        self.summary.lost += 1
        self._progress.lost += 1
        if self._losses >= MOST_LOSSES * self.workers.size:
            raise GoldspanError(
                f"{amount(self._losses, 'worker')} were lost one after the other, the last one at {name}: {reason}",
                remedy=LOST_REMEDY,
            )
        self._attempts[name] += 1
        if self._attempts[name] == MOST_ATTEMPTS:
            self._fail(ShardFailure(name, f"{MOST_ATTEMPTS} workers were lost at it: {reason}"))
        else:
            self._again.append(self._underway.pop(name)[0])

    def _report(self) -> None:
        underway = [progress for _, progress in self._underway.values()]
        shown = RunProgress(**vars(self._progress))
        shown.articles += sum(progress.articles for progress in underway)
        shown.rejects += sum(progress.rejects for progress in underway)
        shown.bytes_done += sum(progress.bytes for progress in underway)
        self.on_progress(shown)
