"""The memory of an evaluation grows with its examples, not with the length of their texts."""

import pytest

from helpers.large_evaluation import evaluate, make_files

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

EXAMPLES, CHARACTERS = 20_000, 500  # so that the texts are beyond what a table keeps in memory
LONGER = 4
MOST_MORE = 1.1  # times the memory


def test_texts_four_times_as_long_take_no_more_memory(tmp_path):
    short = evaluate(*make_files(tmp_path, EXAMPLES, CHARACTERS))
    long = evaluate(*make_files(tmp_path, EXAMPLES, LONGER * CHARACTERS))
    print(
        f"\n{EXAMPLES:,} examples of {CHARACTERS} characters: {short.seconds:.1f} s, {short.megabytes:.0f} MB; "
        f"{LONGER} times as long: {long.seconds:.1f} s, {long.megabytes:.0f} MB"
    )
    assert long.megabytes < MOST_MORE * short.megabytes
