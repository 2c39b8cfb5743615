"""Paces and expected ends: laws of the formulas, and what they come to where it is plain."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import sqrt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from goldspan.progress.pace import (
    DAY,
    WEEK,
    CountAt,
    ExpectedEnd,
    WorkCount,
    confirmed_at,
    expected_end,
    gain,
    latest_end,
)
from goldspan.progress.pace import _reach as reach
from helpers import pace_simulation

NOW = datetime(2026, 12, 15, 9, 30, tzinfo=UTC)
WORDS = 40  # of an example


def counts_of(*pairs):
    """Counts of so many examples so many days before now."""
    return tuple(CountAt(NOW - timedelta(days=days), WorkCount(done, WORDS * done)) for days, done in pairs)


def work(examples):
    return WorkCount(examples, WORDS * examples)


minutes = st.dictionaries(st.integers(1, 30 * 24 * 60), st.integers(0, 500), max_size=12)
histories = st.builds(
    lambda before, now: counts_of(*sorted(((at / 1440, done) for at, done in before.items()), reverse=True), (0, now)),
    minutes,
    st.integers(0, 500),
)


@given(histories, st.floats(0, 1))
def test_between_two_counts_the_work_goes_on_evenly(counts, share):
    for first, second in pairwise(counts):
        found = confirmed_at(counts, first.time + share * (second.time - first.time))
        low, high = sorted((first.confirmed.examples, second.confirmed.examples))
        assert low - 1e-6 <= found.examples <= high + 1e-6


@given(histories)
def test_at_a_count_it_is_the_count_after_the_last_the_last_and_before_the_first_unknown(counts):
    assert all(confirmed_at(counts, one.time) == one.confirmed for one in counts)
    assert confirmed_at(counts, NOW + WEEK) == counts[-1].confirmed
    assert confirmed_at(counts, counts[0].time - timedelta(seconds=1)) is None
    assert confirmed_at((), NOW) is None


@given(histories, st.floats(0.5, 20))
def test_gains_of_two_stretches_are_that_of_both(counts, days):
    whole = gain(counts, NOW, timedelta(days=days))
    assume(whole is not None and whole.is_whole)
    middle = NOW - timedelta(days=days / 2)
    known = confirmed_at(counts, middle)
    earlier = [one for one in counts if one.time < middle]
    first = gain((*earlier, CountAt(middle, known)), middle, timedelta(days=days / 2))
    second = gain(counts, NOW, timedelta(days=days / 2))
    assert first.work.examples + second.work.examples == pytest.approx(whole.work.examples, abs=1e-6)


@given(histories, st.integers(-50, 50))
def test_what_is_added_to_all_counts_changes_no_pace(counts, more):
    moved = tuple(CountAt(one.time, one.confirmed + work(more)) for one in counts)
    ours, theirs = gain(counts, NOW, WEEK), gain(moved, NOW, WEEK)
    assert (ours is None) == (theirs is None)
    if ours is not None:
        assert theirs.work.examples == pytest.approx(ours.work.examples, abs=1e-6)
        assert (theirs.length, theirs.is_whole) == (ours.length, ours.is_whole)


@given(histories, st.integers(0, 400))
def test_the_range_lies_around_the_end_and_more_open_work_ends_no_earlier(counts, waiting):
    end, later = (expected_end(counts, work(amount), NOW, zone=UTC) for amount in (waiting, waiting + 10))
    if end.has_range:
        assert end.earliest <= end.day
        assert end.latest is None or end.day <= end.latest
    if end.day and later.day:
        assert end.day <= later.day
    assert (end.day is not None) == (end.state == "expected")
    assert (end.state == "done") == (waiting == 0)


@given(st.floats(1, 1e5), st.floats(0.01, 1e3), st.floats(0.001, 1e3), st.floats(1, 10))
def test_the_limits_are_where_the_edges_reach_the_amount(amount, daily, spread, known):
    earliest, latest = reach(amount, daily, spread, known)
    assert earliest <= amount / daily * (1 + 1e-9)
    for days, side in ((earliest, 1), (latest, -1)):
        if days is not None and days < 1e9:
            edge = daily * days + side * spread * sqrt(days + days**2 / known)
            assert edge == pytest.approx(amount, rel=1e-4)
    if latest is None:
        assert daily <= spread / sqrt(known)
    else:
        assert latest >= amount / daily * (1 - 1e-9)


def test_the_last_day_and_the_last_week():
    counts = counts_of((10, 0), (8, 10), (6, 30), (1, 80), (0, 92))
    assert gain(counts, NOW, DAY).work == work(12)
    week = gain(counts, NOW, WEEK)
    assert week.work.examples == pytest.approx(92 - 20)
    assert week.per_day.words == pytest.approx(72 * WORDS / 7)
    assert week.is_whole


def test_a_younger_history_is_told_with_its_length_and_one_of_less_than_a_day_has_no_pace():
    young = gain(counts_of((3, 5), (0, 35)), NOW, WEEK)
    assert (young.work, young.length, young.is_whole) == (work(30), timedelta(days=3), False)
    assert young.per_day.examples == pytest.approx(10)
    fresh = gain(counts_of((0.25, 5), (0, 8)), NOW, DAY)
    assert (fresh.work, fresh.per_day, fresh.is_whole) == (work(3), None, False)
    assert gain(counts_of((0, 8)), NOW, DAY) is None
    assert expected_end(counts_of((0.25, 5), (0, 8)), work(10), NOW) == ExpectedEnd("unknown")


def test_confirmations_that_were_taken_back_are_negative_and_lead_nowhere():
    counts = counts_of((8, 50), (1, 50), (0, 41))
    assert gain(counts, NOW, DAY).work == work(-9)
    assert expected_end(counts, work(10), NOW).state == "still"
    assert expected_end(counts_of((8, 50), (0, 50)), work(10), NOW).state == "still"


def test_days_that_are_alike_leave_no_doubt_and_few_counts_no_range():
    even = counts_of(*((days, 100 - 10 * days) for days in range(9, -1, -1)))
    end = expected_end(even, work(50), NOW, zone=UTC)
    assert (end.day, end.earliest, end.latest, end.has_range) == (*[date(2026, 12, 20)] * 3, True)
    rare = expected_end(counts_of((9, 0), (0, 90)), work(50), NOW, zone=UTC)
    assert (rare.day, rare.has_range) == (date(2026, 12, 20), False)


def test_looks_within_a_day_are_no_days_that_vary():
    minutes = counts_of(*((hour / 24, 100 - hour) for hour in range(30, -1, -1)))
    assert not expected_end(minutes, work(50), NOW, zone=UTC).has_range


def test_a_pace_that_may_be_none_has_a_range_without_an_end():
    counts = counts_of((7, 0), (6, 0), (5, 0), (4, 30), (3, 30), (2, 30), (1, 30), (0, 30))
    end = expected_end(counts, work(60), NOW, zone=UTC)
    assert end.has_range
    assert (end.earliest < end.day, end.latest) == (True, None)


def test_what_takes_ten_years_has_no_date():
    assert expected_end(counts_of((8, 0), (0, 1)), work(100_000), NOW).state == "far"


def test_examples_without_words_count_as_examples():
    counts = tuple(CountAt(one.time, WorkCount(one.confirmed.examples, 0)) for one in counts_of((8, 0), (0, 80)))
    assert expected_end(counts, WorkCount(50, 0), NOW, zone=UTC).day == date(2026, 12, 20)


def test_a_day_has_24_hours_and_its_date_is_where_the_reader_is():
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 25, 12, 0, tzinfo=berlin)  # the clocks went back in the night before
    counts = (CountAt(now.astimezone(UTC) - DAY, work(0)), CountAt(now.astimezone(UTC), work(24)))
    assert gain(counts, now, DAY).work == work(24)
    late = datetime(2026, 12, 15, 23, 30, tzinfo=UTC)
    even = tuple(CountAt(late - timedelta(days=days), work(80 - 10 * days)) for days in range(8, -1, -1))
    assert expected_end(even, work(10), late, zone=UTC).day == date(2026, 12, 16)
    assert expected_end(even, work(10), late, zone=berlin).day == date(2026, 12, 17)


def test_a_round_is_done_when_the_last_is_and_has_no_end_while_one_has_none():
    first = ExpectedEnd("expected", date(2026, 12, 20), date(2026, 12, 18), date(2026, 12, 24), has_range=True)
    second = ExpectedEnd("expected", date(2027, 1, 3), date(2026, 12, 28), None, has_range=True)
    done, still = ExpectedEnd("done"), ExpectedEnd("still")
    assert latest_end([done, first]) == first
    assert latest_end([first, second]) == second
    assert latest_end([first, still, done]) == still
    assert latest_end([done, done]) == done
    assert latest_end([]).state == "unknown"
    assert not latest_end([first, ExpectedEnd("expected", date(2026, 12, 19))]).has_range


@pytest.mark.parametrize("kind", pace_simulation.DAYS)
def test_a_range_holds_the_real_end_about_as_often_as_it_says(kind):
    share, without = pace_simulation.coverage(kind, 5_000, 8, 300)
    assert share > 0.74
    assert without < 30
