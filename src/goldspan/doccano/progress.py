"""How far long work has come, reported to a function that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

# Called with the name of a step, how many items are done, and of how many, None if that is not known.
Progress: TypeAlias = Callable[[str, int, int | None], None]


def no_progress(step: str, done: int, total: int | None) -> None:
    """Show nothing."""
