"""What a service did: how many requests, how fast, and why answers were empty."""

from __future__ import annotations

import math
from collections import Counter, deque
from typing import TYPE_CHECKING

from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMES = 100_000  # requests whose times are kept: the last ones


class ServiceStatistics:
    """Counts of answers, and their times."""

    def __init__(self) -> None:
        self.answers = 0
        self.spans = 0
        self.empty: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self._seconds: deque[float] = deque(maxlen=TIMES)

    def answered(self, spans: int, seconds: float, reason: str = "") -> None:
        """Count an answer.

        Args:
            spans: that it has.
            seconds: that it took.
            reason: why it has none.
        """
        self.answers += 1
        self.spans += spans
        self._seconds.append(seconds)
        if not spans:
            self.empty[reason] += 1

    def refuse(self, status: int) -> None:
        """Count a request that was refused with an HTTP status."""
        self.refused[status] += 1

    def sentence(self) -> str:
        """The counts and times in a sentence, without a full stop."""
        parts = [amount(self.answers, "answer")]
        if self.answers:
            times = sorted(self._seconds)
            parts[0] += f" (p50 {_milliseconds(times, 0.5)}, p95 {_milliseconds(times, 0.95)})"
            parts[0] += f" with {amount(self.spans, 'span')}"
        if self.empty:
            reasons = "; ".join(f"{reason}: {number:,}" for reason, number in self.empty.most_common())
            parts.append(f"{self.empty.total():,} empty ({reasons})")
        if self.refused:
            statuses = ", ".join(f"{status}: {number:,}" for status, number in sorted(self.refused.items()))
            parts.append(f"{self.refused.total():,} refused ({statuses})")
        return ", ".join(parts)


def percentile(times: Sequence[float], share: float) -> float:
    """The value that a share of sorted values does not exceed (nearest rank).

    Args:
        times: sorted, at least one.
        share: between 0 and 1.
    """
    return times[max(0, math.ceil(share * len(times)) - 1)]


def _milliseconds(times: Sequence[float], share: float) -> str:
    return f"{1000 * percentile(times, share):.0f} ms"
