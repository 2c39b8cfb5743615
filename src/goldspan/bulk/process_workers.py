"""Processes of this machine that work on shards. One that ends or does not go on costs its shard alone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from goldspan.bulk.article_suggestions import SLOWEST_START, STALL, load, notes_of
from goldspan.bulk.shard_suggestions import ShardFailure, ShardProgress, ShardResult, ShardSuggester
from goldspan.bulk.workers import WorkerLost
from goldspan.child_process import ChildEndedError, ChildProcess, connection_to_parent
from goldspan.errors import GoldspanError
from goldspan.models.worker_processes import usable_processors

if TYPE_CHECKING:
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shard_suggestions import ShardEvent, ShardTask

PROGRAM = f"from {__name__} import main; main()"
MOST_STARTS = 5  # of workers one after the other that end before they have loaded the recognisers
MEMORY_REMEDY = "There may be too little memory: take fewer --workers, or a smaller model."


@dataclass
class _Worker:
    """A process, what it works on, and by when it must be heard of."""

    process: ChildProcess
    deadline: float
    is_loaded: bool = False
    task: ShardTask | None = None


class ProcessWorkers:
    """Processes with loaded recognisers; those that are lost are replaced.

    Args:
        recipe: with what.
        size: how many there are; as many as there are processors if None.
        stall: seconds without any progress after which a worker is ended.

    Raises:
        InputError, NotFoundError: as the recognisers give it.
        GoldspanError: if a process ends before it has loaded them.
    """

    def __init__(self, recipe: BulkRecipe, size: int | None = None, stall: float = STALL) -> None:
        self._recipe = recipe
        self._stall = stall
        self._failed_starts = 0
        self.notes: tuple[str, ...] = ()  # what a user should know of the recognisers
        self._workers: list[_Worker] = []
        self.size = size or usable_processors()
        try:
            for _ in range(self.size):
                self._workers.append(self._start())
            while not all(worker.is_loaded for worker in self._workers):
                self._wait()
        except BaseException:
            self.close()
            raise

    @property
    def numbers(self) -> list[int]:
        """The numbers of the processes."""
        return [worker.process.number for worker in self._workers]

    def submit(self, task: ShardTask) -> None:
        """Give a shard to a worker that has none."""
        worker = next(worker for worker in self._workers if worker.task is None)
        worker.task = task
        if worker.is_loaded:
            self._send(worker)

    def next_event(self) -> ShardEvent | WorkerLost:
        """What happens next; waits for it.

        Raises:
            GoldspanError: if workers end again and again before they have loaded the recognisers.
        """
        while (event := self._wait()) is None:
            pass
        return event

    def close(self) -> None:
        """End all workers at once."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.stop()
        self._workers.clear()

    def _start(self) -> _Worker:
        process = ChildProcess(PROGRAM)
        process.send(self._recipe)
        return _Worker(process, time.monotonic() + SLOWEST_START)

    def _send(self, worker: _Worker) -> None:
        assert worker.task is not None
        # One that suggests with care starts a process, which loads the recognisers again.
        worker.deadline = time.monotonic() + self._stall + worker.task.careful * (self._stall + SLOWEST_START)
        try:
            worker.process.send(worker.task)
        except ChildEndedError:  # while it had nothing to do
            new = self._workers[self._workers.index(worker)] = self._start()
            new.task = worker.task

    def _wait(self) -> ShardEvent | WorkerLost | None:
        """The next event; None for what concerns nobody, such as a worker that has loaded the recognisers."""
        working = [worker for worker in self._workers if worker.task is not None or not worker.is_loaded]
        limit = max(0.0, min(worker.deadline for worker in working) - time.monotonic())
        ready = wait([worker.process.connection for worker in working], limit)
        for worker in working:
            if worker.process.connection in ready:
                return self._receive(worker)
        now = time.monotonic()
        late = next((worker for worker in working if worker.deadline <= now), None)
        if late is None:
            return None
        late.process.stop()
        return self._replaced(late, f"it did not go on for {self._stall:g} s")

    def _receive(self, worker: _Worker) -> ShardEvent | WorkerLost | None:
        try:
            message = worker.process.receive()
        except ChildEndedError as error:
            return self._replaced(worker, f"it ended: {error}")
        if not worker.is_loaded:
            self.notes = notes_of(message)
            worker.is_loaded, self._failed_starts = True, 0
            if worker.task is not None:
                self._send(worker)
            return None
        assert worker.task is not None
        worker.deadline = time.monotonic() + self._stall + worker.task.careful * (self._stall + SLOWEST_START)
        if isinstance(message, ShardResult | ShardFailure):
            worker.task = None
        event: ShardEvent | None = message
        return event

    def _replaced(self, worker: _Worker, reason: str) -> WorkerLost | None:
        """Start another process in the place of one that is lost; the event if it had begun with a shard."""
        if not worker.is_loaded:
            self._failed_starts += 1
            if self._failed_starts == MOST_STARTS:
                raise GoldspanError(f"no worker can load the recognisers: {reason}", remedy=MEMORY_REMEDY)
        new = self._start()
        self._workers[self._workers.index(worker)] = new
        if not worker.is_loaded:
            new.task = worker.task
            return None
        return None if worker.task is None else WorkerLost(worker.task.shard.name, reason)


def main() -> None:
    """In a process of its own, work on shards until the other end is closed."""
    connection = connection_to_parent()
    try:
        suggester: ShardSuggester | None = load(ShardSuggester, connection)
        while suggester is not None:
            task: ShardTask = connection.recv()
            progress = ShardProgress(task.shard.name, 0, 0)

            def send_last(progress: ShardProgress = progress) -> None:
                connection.send(progress)

            for event in suggester.run(task, send_last):
                connection.send(event)
    except (EOFError, OSError):
        return
