"""Extents of a text, and whether one of them shares a character with another extent or contains it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Extents:
    """Half-open extents, which may overlap; a question takes time that grows with the logarithm of their number.

    Args:
        extents: the start and the end of each, in any order.
    """

    __slots__ = ("_reach", "_starts")

    def __init__(self, extents: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(extents)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))  # the furthest end up to each

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them shares a character with an extent."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start

    def contain(self, start: int, end: int) -> bool:
        """Whether one of them contains the whole of an extent."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._reach[before - 1] >= end
