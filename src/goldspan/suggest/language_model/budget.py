"""How much may be asked: requests, tokens, time; and the count of what was asked."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLimits:
    """The most that one run may use.

    Args:
        requests: each attempt counts, also one that fails.
        tokens: of prompts and answers together; None for no limit.
        seconds: from the first request on.
    """

    requests: int
    tokens: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one answer, as the server counts them; 0 where it does not."""

    prompt: int = 0
    answer: int = 0


class Budget:
    """What of the limits is used; threads may share it.

    Args:
        limits: the limits.
        clock: the time, in seconds.
    """

    def __init__(self, limits: BudgetLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.requests = 0
        self.prompt_tokens = 0
        self.answer_tokens = 0
        self.ended: str | None = None  # why nothing more is asked
        self._expected = 0  # tokens of the requests on their way
        self._clock = clock
        self._began: float | None = None
        self._lock = threading.Lock()

    @property
    def tokens(self) -> int:
        """The tokens of prompts and answers so far."""
        return self.prompt_tokens + self.answer_tokens

    def begin(self, expected: int) -> bool:
        """Count a request that is about to be made; False, and the end of the budget, if there is no room for it.

        Args:
            expected: its tokens, at the most.
        """
        with self._lock:
            if self._began is None:
                self._began = self._clock()
            if self.ended is None:
                self.ended = self._reason(expected)
            if self.ended is not None:
                return False
            self.requests += 1
            self._expected += expected
            return True

    def finish(self, expected: int, usage: Usage) -> None:
        """Count what a request used.

        Args:
            expected: as it was given to `begin`.
            usage: of the answer.
        """
        with self._lock:
            self._expected -= expected
            self.prompt_tokens += usage.prompt
            self.answer_tokens += usage.answer

    def end(self, reason: str) -> None:
        """Ask nothing more, for a reason that is no limit; the first reason stays."""
        with self._lock:
            self.ended = self.ended or reason

    def seconds_left(self) -> float:
        """The seconds until the time is used up."""
        began = self._clock() if self._began is None else self._began
        return began + self.limits.seconds - self._clock()

    def _reason(self, expected: int) -> str | None:
        """Why there is no room for a further request, as a clause; None if there is."""
        limits = self.limits
        if self.requests >= limits.requests:
            return f"most_requests = {limits.requests} is used up"
        if limits.tokens is not None and self.tokens + self._expected + expected > limits.tokens:
            return f"most_tokens = {limits.tokens} leaves no room for a further request"
        if self.seconds_left() <= 0:
            return f"most_seconds = {limits.seconds:g} is used up"
        return None
