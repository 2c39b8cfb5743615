"""The progress of a run over shards, on a terminal: rates, the remaining time by bytes, shards, rejected rows."""

from __future__ import annotations

import contextlib
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from goldspan.cli import console
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from goldspan.bulk.run import RunProgress

MEGABYTE = 1024**2


@contextlib.contextmanager
def run_progress() -> Iterator[Callable[[RunProgress], None]]:
    """A bar on stderr if that is a terminal; yields a function that takes how far the run is."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TextColumn("{task.description}", markup=False))
    started = time.monotonic()
    with Progress(*columns, console=console.make_console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def update(now: RunProgress) -> None:
            words = progress_words(now, time.monotonic() - started)
            shown.update(task, total=now.bytes or 1, completed=now.bytes_done if now.bytes else 1, description=words)

        yield update


def progress_words(now: RunProgress, seconds: float) -> str:
    """How far a run is, in words.

    Args:
        now: how far.
        seconds: since it began.
    """
    words = [f"{now.shards_done:,} of {amount(now.shards, 'shard')}"]
    new = now.bytes_done - now.bytes_unchanged
    if seconds > 0 and new > 0:
        words.append(f"{now.articles / seconds:,.0f} articles/s, {new / seconds / MEGABYTE:,.2f} MB/s")
        left = (now.bytes - now.bytes_done) * seconds / new
        words.append(f"{timedelta(seconds=round(left))} left")
    parts = ((now.rejects, "row", "rejected"), (now.failed, "shard", "failed"), (now.lost, "worker", "lost"))
    words += [f"{amount(number, noun)} {verb}" for number, noun, verb in parts if number]
    return "; ".join(words)
