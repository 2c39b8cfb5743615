"""Telling how far long work is, to whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

# Told the name of a step, how many things it has done, and of how many, if that is known.
Progress: TypeAlias = Callable[[str, int, int | None], None]


def no_progress(step: str, done: int, total: int | None) -> None:
    """Tell nobody."""
