"""At which pace annotators confirm examples, and when they will be done.

What is known are counts at some moments: how much was confirmed whenever somebody looked. Between two of them the work
is taken to have gone on evenly. A pace is the difference of two counts; examples that are added later change what is
open, not the pace. Confirmations that were taken back make a difference negative, which stays as it is.

The end is expected where the pace of the last week leads, days on which nobody works included. Its range is a
prediction interval: what is confirmed in t days is taken to vary around t times the pace with a variance that grows
with t, as a sum of days does. How much a day varies shows in the counts that lie about a day apart, each stretch with
the weight of its length; that the pace itself is known from so few days is part of the range (Student's t). Weekends
are in the variation, so the range is rather too wide than too narrow.

All moments are instants with a time zone; a day of a pace has 24 hours, whatever the clocks do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, tzinfo

DAY, WEEK = timedelta(days=1), timedelta(days=7)
LEAST_STRETCH = timedelta(hours=1)  # from the first count on, for a difference
LEAST_HISTORY = DAY  # from the first count on, for a pace: in less, nights and pauses weigh too much
APART = timedelta(hours=20)  # between counts that show how much days vary: whoever looks daily is not on the minute
LEAST_STRETCHES = 3  # between such counts, for a range
LEVEL = 0.8  # of the range
FARTHEST = 3650  # days ahead for which a date is given

EndState = Literal["done", "expected", "far", "still", "unknown"]
END_WORDS: dict[EndState, str] = {
    "done": "everything is confirmed",
    "expected": "at the pace of the last week",
    "far": "more than ten years ahead at the pace of the last week",
    "still": "nothing was confirmed in the last week",
    "unknown": "counts of less than a day",
}


@dataclass(frozen=True, slots=True)
class WorkCount:
    """An amount of work.

    Args:
        examples: how many.
        words: in their texts, between white space.
    """

    examples: float
    words: float

    def __add__(self, other: WorkCount) -> WorkCount:
        return WorkCount(self.examples + other.examples, self.words + other.words)

    def __sub__(self, other: WorkCount) -> WorkCount:
        return WorkCount(self.examples - other.examples, self.words - other.words)

    def times(self, factor: float) -> WorkCount:
        """So many times the amount."""
        return WorkCount(self.examples * factor, self.words * factor)

    def json(self) -> dict[str, float]:
        """Both by name; whole numbers where they are."""
        return {"examples": _rounded(self.examples), "words": _rounded(self.words)}


@dataclass(frozen=True, slots=True)
class CountAt:
    """How much an annotator had confirmed at a moment, which has a time zone."""

    time: datetime
    confirmed: WorkCount


@dataclass(frozen=True, slots=True)
class Gain:
    """What was confirmed in a stretch of time, less what was taken back.

    Args:
        work: the difference.
        length: of the stretch.
        is_whole: whether counts reach back over all that was asked for; if not, the stretch begins with the first.
    """

    work: WorkCount
    length: timedelta
    is_whole: bool

    @property
    def per_day(self) -> WorkCount | None:
        """The pace, in 24 hours; None if the counts are of less than `LEAST_HISTORY`."""
        return None if self.length < LEAST_HISTORY else self.work.times(DAY / self.length)

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        pace = self.per_day
        return {
            **self.work.json(),
            "hours": _rounded(self.length / timedelta(hours=1)),
            "whole": self.is_whole,
            "per_day": None if pace is None else pace.json(),
        }


@dataclass(frozen=True, slots=True)
class ExpectedEnd:
    """When everything will be confirmed.

    Args:
        state: whether there is a date, and why not.
        day: the date, where the reader is; None if there is none.
        earliest: the first day of the range; None if there is none.
        latest: its last day; None if there is no range, or it has no end.
        has_range: whether the days vary enough to show, and enough of them are known.
    """

    state: EndState
    day: date | None = None
    earliest: date | None = None
    latest: date | None = None
    has_range: bool = False

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        days = {"day": self.day, "earliest": self.earliest, "latest": self.latest}
        return {
            "state": self.state,
            **{name: None if day is None else day.isoformat() for name, day in days.items()},
            "range": self.has_range,
            "level": LEVEL if self.has_range else None,
        }


def confirmed_at(counts: Sequence[CountAt], moment: datetime) -> WorkCount | None:
    """How much was confirmed at a moment, on the straight line between the counts around it.

    Args:
        counts: sorted by time.
        moment: when; after the last count, that count holds.

    Returns:
        None before the first count, and without any.
    """
    if not counts or moment < counts[0].time:
        return None
    after = next((place for place, one in enumerate(counts) if one.time > moment), None)
    if after is None:
        return counts[-1].confirmed
    before, later = counts[after - 1], counts[after]
    share = (moment - before.time) / (later.time - before.time)
    return before.confirmed + (later.confirmed - before.confirmed).times(share)


def gain(counts: Sequence[CountAt], now: datetime, length: timedelta) -> Gain | None:
    """What was confirmed in the stretch of time before now.

    Args:
        counts: sorted by time, none after now.
        now: the end of the stretch.
        length: of the stretch; if the first count is younger, from that one on.

    Returns:
        None without a count that is `LEAST_STRETCH` old.
    """
    if not counts or now - counts[0].time < LEAST_STRETCH:
        return None
    begin = now - length
    known = confirmed_at(counts, begin)
    if known is None:
        return Gain(counts[-1].confirmed - counts[0].confirmed, now - counts[0].time, is_whole=False)
    return Gain(counts[-1].confirmed - known, length, is_whole=True)


def expected_end(
    counts: Sequence[CountAt], waiting: WorkCount, now: datetime, *, zone: tzinfo | None = None
) -> ExpectedEnd:
    """When what waits will be confirmed, at the pace of the last week in words.

    Args:
        counts: sorted by time, none after now.
        waiting: what is open now.
        now: the present moment.
        zone: of the reader, whose dates are meant; None for that of this machine.
    """
    if waiting.examples <= 0:
        return ExpectedEnd("done")
    found = gain(counts, now, WEEK)
    pace = None if found is None else found.per_day
    if pace is None:
        return ExpectedEnd("unknown")
    # Texts without a white space, as of some scripts, have words, too: one at least. An empty text has none.
    amount, daily = (waiting.words, pace.words) if waiting.words > 0 else (waiting.examples, pace.examples)
    if daily <= 0:
        return ExpectedEnd("still")
    days = amount / daily
    if days > FARTHEST:
        return ExpectedEnd("far")
    limits = _limits(counts, now, amount, daily, in_words=waiting.words > 0)
    if limits is None:
        return ExpectedEnd("expected", _day(now, days, zone))
    earliest, latest = limits
    return ExpectedEnd(
        "expected",
        _day(now, days, zone),
        _day(now, earliest, zone),
        None if latest is None or latest > FARTHEST else _day(now, latest, zone),
        has_range=True,
    )


def latest_end(ends: Sequence[ExpectedEnd]) -> ExpectedEnd:
    """When all of several annotators will be done: with the last of them, if each has a date.

    The range is from the latest of the earliest days to the latest of the latest ones.
    """
    waiting = [end for end in ends if end.state != "done"]
    if not waiting:
        return ExpectedEnd("done" if ends else "unknown")
    for state in ("unknown", "still", "far"):
        if any(end.state == state for end in waiting):
            return ExpectedEnd(state)
    day = max(end.day for end in waiting if end.day is not None)
    if not all(end.has_range for end in waiting):
        return ExpectedEnd("expected", day)
    lasts = [end.latest for end in waiting]
    latest = None if None in lasts else max(last for last in lasts if last is not None)
    earliest = max(end.earliest for end in waiting if end.earliest is not None)
    return ExpectedEnd("expected", day, min(earliest, day), latest, has_range=True)


def _limits(
    counts: Sequence[CountAt], now: datetime, amount: float, daily: float, *, in_words: bool
) -> tuple[float, float | None] | None:
    """In how many days it may be done at the earliest and at the latest; None if too few days are known.

    With a pace m and a variance v of a day, from counts over d days, what is confirmed in the next t days lies in
    m t ± q sqrt(v (t + t² / d)), q being the quantile of Student's t. The limits are the t at which the upper and the
    lower edge reach the amount; the lower one may never do.
    """
    known = _apart([one for one in counts if one.time >= now - WEEK])
    stretches = [
        ((later.time - one.time) / DAY, _amount(later.confirmed - one.confirmed, in_words=in_words))
        for one, later in pairwise(known)
    ]
    if len(stretches) < LEAST_STRETCHES:
        return None
    from goldspan.jackknife import quantiles  # here, since it imports numpy

    total = sum(days for days, _ in stretches)
    mean = sum(gained for _, gained in stretches) / total
    freedom = len(stretches) - 1
    variance = sum((gained - mean * days) ** 2 / days for days, gained in stretches) / freedom
    import numpy as np

    spread = float(quantiles(np.array(float(freedom)), LEVEL)) * sqrt(variance)
    return _reach(amount, daily, spread, total)


def _reach(amount: float, daily: float, spread: float, known: float) -> tuple[float, float | None]:
    """The days after which daily t ± spread sqrt(t + t² / known) is the amount; None where it never is.

    Squared, both are the roots of one quadratic equation: (amount - daily t)² = spread² (t + t² / known).
    """
    a = daily**2 - spread**2 / known
    b = 2 * amount * daily + spread**2
    root = sqrt(max(0.0, b**2 - 4 * a * amount**2))
    earliest = 2 * amount**2 / (b + root)  # of the two forms of the root, the one that holds for every a
    return earliest, None if a <= 0 else (b + root) / (2 * a)


def _apart(counts: Sequence[CountAt]) -> list[CountAt]:
    """Counts that lie `APART` from each other at least, from the last one back."""
    kept: list[CountAt] = []
    for one in reversed(counts):
        if not kept or kept[-1].time - one.time >= APART:
            kept.append(one)
    return kept[::-1]


def _amount(work: WorkCount, *, in_words: bool) -> float:
    return work.words if in_words else work.examples


def _day(now: datetime, days: float, zone: tzinfo | None) -> date:
    return (now + timedelta(days=days)).astimezone(zone).date()


def _rounded(number: float) -> float:
    return int(number) if float(number).is_integer() else round(number, 2)
