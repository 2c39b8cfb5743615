"""Work that several processes share: trainings that do not depend on each other, each with one thread.

Processes are started afresh and not forked, since a fork of a process with threads may stop for ever. Each ends when
the process that started it does, however that ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def results(work: Callable[[T], R], tasks: Sequence[T], processes: int) -> Iterator[tuple[T, R]]:
    """Each task with its result, in the order in which they end.

    What cannot be done in other processes is done in this one: work that cannot be pickled, and what is left over when
    a process could not be started or was killed.

    Args:
        work: what is done with a task; it is moved to each process once.
        tasks: different from each other.
        processes: how many work at once.

    Raises:
        Exception: the first that the work raises; the other processes are ended.
    """
    left = list(tasks)
    packed = _packed(work) if min(processes, len(left)) > 1 else None
    if packed is not None:
        with contextlib.suppress(BrokenExecutor, OSError):
            for task, result in _results_elsewhere(packed, tasks, min(processes, len(left))):
                left.remove(task)
                yield task, result
    for task in left:
        yield task, work(task)


def _packed(work: object) -> bytes | None:
    """The work as it is moved to another process; None if it cannot be."""
    try:
        return pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError, NotImplementedError):
        return None


def _results_elsewhere(work: bytes, tasks: Sequence[T], processes: int) -> Iterator[tuple[T, Any]]:
    context = multiprocessing.get_context("spawn")
    with _environment(ONE_THREAD), _program_not_run_again(work):
        pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(work,))
        futures = {pool.submit(_run, task): task for task in tasks}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:
        for process in list((pool._processes or {}).values()):  # noqa: SLF001  (the pool has no other way to end them)
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Environment variables that new processes get."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _program_not_run_again(work: bytes) -> Iterator[None]:
    """New processes do not run the program's file, as they do to find what is defined in it, unless the work is.

    A program without `if __name__ == "__main__"` would begin again in each of them, and wait for itself.
    """
    program = sys.modules["__main__"]
    kept: dict[str, object] = {name: vars(program)[name] for name in ("__spec__", "__file__") if name in vars(program)}
    if b"__main__" not in work:
        vars(program).pop("__file__", None)
        program.__spec__ = None
    try:
        yield
    finally:
        vars(program).update(kept)


_work: Callable[[Any], Any]


def _begin(packed: bytes) -> None:
    """Begin a process: it leaves Ctrl-C to the one that started it, and ends with it."""
    global _work  # noqa: PLW0603  (a pool offers its processes no other place)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _work = pickle.loads(packed)  # noqa: S301  (from the process that started this one)


def _end_with(parent: Any) -> None:  # noqa: ANN401  (multiprocessing does not export its type)
    parent.join()
    os._exit(1)


def _run(task: Any) -> Any:  # noqa: ANN401  (of the work)
    return _work(task)
