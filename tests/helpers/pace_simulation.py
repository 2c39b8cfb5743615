"""How often the range of an expected end holds the real one: annotators who work on without an end.

python tests/helpers/pace_simulation.py        prints the table of docs/rounds.md
"""

import random
from datetime import UTC, timedelta

from goldspan.progress.pace import CountAt, WorkCount, expected_end
from helpers.made_up_round import NOW, WORDS

MOST_DAYS = 3_000
DAYS = {  # what is confirmed in a day, in words, by how an annotator works
    "much the same each day": lambda drawn, _: drawn.gauss(400, 120),
    "much more on some days": lambda drawn, _: drawn.expovariate(1 / 400),
    "nothing on most days": lambda drawn, _: drawn.choice((0, 0, 0, 900, 1200)) * drawn.random(),
    "nothing at weekends": lambda drawn, day: 0 if day % 7 >= 5 else drawn.gauss(500, 150),
}


def coverage(kind, waiting, known, runs):
    """The share of runs with a range in which it holds the real end, and how many have none.

    Args:
        kind: how they work, of `DAYS`.
        waiting: words that are open.
        known: days of which there are counts, one a day.
        runs: how many.
    """
    held = without = 0
    for run in range(runs):
        drawn = random.Random(run)  # noqa: S311  (no secret)
        begin = drawn.randrange(7)
        work = [max(0, DAYS[kind](drawn, begin + day)) for day in range(known)]
        counts = [
            CountAt(NOW - timedelta(days=known - day), WorkCount(sum(work[:day]) / WORDS, sum(work[:day])))
            for day in range(known + 1)
        ]
        end = expected_end(counts, WorkCount(waiting / WORDS, waiting), NOW, zone=UTC)
        if not end.has_range:
            without += 1
            continue
        days, rest = 0, waiting
        while rest > 0 and days < MOST_DAYS:
            done = max(0, DAYS[kind](drawn, begin + known + int(days)))
            days += min(1, rest / done) if done else 1
            rest -= done
        real = (NOW + timedelta(days=days)).date()
        held += end.earliest <= real and (end.latest is None or real <= end.latest)
    return held / max(1, runs - without), without


def main():
    """Print the table."""
    print("| how they work | counts of 4 days | counts of 8 days |\n|---|---:|---:|")
    for kind in DAYS:
        shares = [[coverage(kind, waiting, known, 1_500)[0] for waiting in (1_500, 5_000, 15_000)] for known in (4, 8)]
        cells = (f"{100 * min(row):.0f} to {100 * max(row):.0f} %" for row in shares)
        print(f"| {kind} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
