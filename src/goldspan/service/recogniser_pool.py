"""Several processes with the same recognisers, which take questions from one queue."""

from __future__ import annotations

import contextlib
import itertools
import math
import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from goldspan.errors import GoldspanError
from goldspan.models.worker_processes import usable_processors
from goldspan.service.recogniser_process import LoadedRecognisers, RecogniserError, RecogniserProcess, UnavailableError

if TYPE_CHECKING:
    from goldspan.service.recogniser_process import JobKind
    from goldspan.suggest.suggester_recipe import SuggesterRecipe

Priority = Literal[0, 1]
URGENT: Priority = 0  # somebody waits
IDLE: Priority = 1  # nobody does
MOST_PROCESSES = 4  # unless more are asked for: each has the models in its memory
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a process that did not start is started again
STOP = None


@dataclass(order=True, slots=True)
class _Job:
    priority: int
    number: int
    kind: JobKind = field(compare=False)
    argument: object = field(compare=False)
    limit: float = field(compare=False)
    expires: float = field(compare=False)
    answer: Future[Any] = field(compare=False, default_factory=Future)


class RecogniserPool:
    """Processes with recognisers. One that takes too long or dies is replaced; the others go on.

    Args:
        recipe: with which recognisers.
        processes: how many; by default as many as there are processors, up to `MOST_PROCESSES`.
    """

    def __init__(self, recipe: SuggesterRecipe, processes: int | None = None) -> None:
        self.recipe = recipe
        self.size = processes or min(usable_processors(), MOST_PROCESSES)
        self._queue: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._closing = threading.Event()
        self._keepers = [_Keeper(recipe, self._queue, self._closing) for _ in range(self.size)]

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._closing.is_set()

    def start(self) -> LoadedRecognisers:
        """Start the processes, and wait until each has loaded all; returns what.

        Raises:
            InputError: as the recognisers give it.
            RecogniserError: if a process ends before it has loaded all.
        """
        starting = [threading.Thread(target=keeper.start_first, daemon=True) for keeper in self._keepers]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        for keeper in self._keepers:
            if isinstance(keeper.first, Exception):
                self.close()
                raise keeper.first
        for keeper in self._keepers:
            keeper.thread.start()
        loaded = self._keepers[0].first
        assert isinstance(loaded, LoadedRecognisers)
        return loaded

    def submit(
        self,
        kind: JobKind,
        argument: object,
        *,
        limit: float,
        wait: float = math.inf,
        priority: Priority = URGENT,
    ) -> Future[Any]:
        """Put a question, see `RecogniserProcess.ask`.

        Args:
            kind: of the question.
            argument: of it.
            limit: seconds after which the process that works at it is stopped.
            wait: seconds in the queue after which it is dropped.
            priority: whether somebody waits for the answer.
        """
        job = _Job(priority, next(self._numbers), kind, argument, limit, time.monotonic() + wait)
        if self.is_closed:
            job.answer.set_exception(UnavailableError("the service ends"))
        else:
            self._queue.put(job)
        return job.answer

    def numbers(self) -> list[int]:
        """The numbers of the processes."""
        return [number for keeper in self._keepers if (number := keeper.process.number) is not None]

    def close(self) -> None:
        """End the processes at once; what is not answered fails."""
        self._closing.set()
        for _ in self._keepers:
            self._queue.put(_Job(URGENT, -1, "text", STOP, 0, 0))
        for keeper in self._keepers:
            while keeper.thread.is_alive():
                keeper.process.kill()  # again and again: it may be starting one
                keeper.thread.join(0.1)
            keeper.process.stop()
        while not self._queue.empty():
            _fail(self._queue.get_nowait(), UnavailableError("the service ends"))


class _Keeper:
    """A thread that passes questions to one process, and starts it again where need be."""

    def __init__(self, recipe: SuggesterRecipe, jobs: queue.PriorityQueue[_Job], closing: threading.Event) -> None:
        self.process = RecogniserProcess(recipe)
        self.first: LoadedRecognisers | Exception = RecogniserError("not started")
        self.thread = threading.Thread(target=self._run, name="recognisers", daemon=True)
        self._jobs = jobs
        self._closing = closing
        self._next_start, self._pause = 0.0, FIRST_PAUSE

    def start_first(self) -> None:
        """Start the process for the first time."""
        try:
            self.first = self.process.start()
        except (GoldspanError, RecogniserError, OSError) as error:
            self.first = error

    def _run(self) -> None:
        while not self._closing.is_set():
            job = self._jobs.get()
            if self._closing.is_set() or not job.answer.set_running_or_notify_cancel():
                _fail(job, UnavailableError("the service ends"))
                continue
            try:
                job.answer.set_result(self._answer(job))
            except RecogniserError as error:
                job.answer.set_exception(error)
            except Exception as error:  # noqa: BLE001  (the thread must go on)
                job.answer.set_exception(RecogniserError(f"unexpected {type(error).__name__}"))
            if not self.process.is_running:  # before somebody waits for it
                with contextlib.suppress(UnavailableError):
                    self._restart()

    def _answer(self, job: _Job) -> Any:  # noqa: ANN401  (it depends on the question)
        if time.monotonic() > job.expires:
            raise UnavailableError("too many questions were before it")
        if not self.process.is_running:
            self._restart()
        return self.process.ask(job.kind, job.argument, job.limit)

    def _restart(self) -> None:
        """Start the process again; after a start that failed, not before a pause."""
        if self._closing.is_set():
            raise UnavailableError("the service ends")
        if time.monotonic() < self._next_start:
            raise UnavailableError("the process of the recognisers does not start")
        try:
            self.process.start()
        except (GoldspanError, RecogniserError, OSError) as error:
            self._next_start = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            raise UnavailableError(
                f"the process of the recognisers does not start: {' '.join(str(error).split())}"
            ) from None
        self._pause = FIRST_PAUSE


def _fail(job: _Job, error: RecogniserError) -> None:
    """Have a question fail, unless it has an answer already or nobody wants one."""
    if not job.answer.done():
        job.answer.set_exception(error)
