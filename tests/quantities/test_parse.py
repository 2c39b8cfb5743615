"""The value of the words of a troop count: a table of phrases, and the laws that hold for all of them."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import goldspan.quantities
from goldspan.errors import InvalidValueError
from goldspan.quantities import TroopCount, lexicon, parse_troop_count
from goldspan.quantities.lexicon import Bound

ESCAPE = re.compile(r"\\u([0-9a-f]{4})|\\n")
MAX = 10**9


def _unescape(phrase):
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else "\n", phrase)


def _row(line):
    phrase, minimum, maximum, approximate = line.split("\t")
    if minimum == "-":
        return _unescape(phrase), None
    low, high = (int(bound) if bound else None for bound in (minimum, maximum))
    return _unescape(phrase), TroopCount(low, high, approximate == "yes")


def _table():
    lines = (Path(__file__).parents[1] / "data" / "quantities.tsv").read_text("utf-8").split("\n")
    return [_row(line) for line in lines[1:] if line]


TABLE = _table()


def exactly(number):
    return TroopCount(number, number, approximate=False)


@pytest.mark.parametrize(("phrase", "value"), TABLE)
def test_each_phrase_of_the_table_has_its_value(phrase, value):
    assert parse_troop_count(phrase) == value


def test_the_table_is_as_large_as_it_should_be():
    phrases = [phrase for phrase, _ in TABLE]
    assert len(set(phrases)) == len(phrases) >= 200
    assert sum(value is None for _, value in TABLE) >= 60


def test_the_conventions_in_the_docstring_are_true():
    table = re.search(r"( +words +value +example +gives)\n(.*?)\n\n", goldspan.quantities.__doc__, re.DOTALL)
    example, gives = table[1].index("example"), table[1].index("gives")
    rows = [(line[example:gives].strip(), line[gives:]) for line in table[2].split("\n")]
    assert len(rows) > 20
    for phrase, stated in rows:
        value = parse_troop_count(phrase)
        bounds = value and ["" if end is None else str(end) for end in (value.minimum, value.maximum)]
        assert stated == (f"{'~' * value.approximate}{'–'.join(bounds)}" if value else "none"), phrase


@pytest.mark.parametrize(("minimum", "maximum"), [(None, None), (2, 1), (-1, 1), (None, -1), (-1, None)], ids=str)
def test_a_count_that_cannot_be_is_refused(minimum, maximum):
    with pytest.raises(InvalidValueError):
        TroopCount(minimum, maximum, approximate=False)


OF_500 = {
    Bound.ABOUT: TroopCount(500, 500, approximate=True),
    Bound.NEARLY: TroopCount(None, 500, approximate=True),
    Bound.MORE: TroopCount(501, None, approximate=False),
    Bound.LEAST: TroopCount(500, None, approximate=False),
    Bound.MOST: TroopCount(0, 500, approximate=False),
    Bound.FEWER: TroopCount(0, 499, approximate=False),
    Bound.SHORT: TroopCount(None, 499, approximate=True),
}


def _phrases(table):
    return [(" ".join(words), bound) for entries in table.values() for words, bound in entries]


def _joined(table):
    return [" ".join(words) for expressions in table.values() for words in expressions]


@pytest.mark.parametrize(("phrase", "bound"), _phrases(lexicon.BEFORE))
def test_each_phrase_in_front_of_a_number_bounds_it(phrase, bound):
    assert parse_troop_count(f"{phrase} 500 soldiers") == OF_500[bound]


@pytest.mark.parametrize(("phrase", "bound"), _phrases(lexicon.AFTER))
def test_each_phrase_after_a_number_bounds_it(phrase, bound):
    assert parse_troop_count(f"500 {phrase} soldiers") == OF_500[bound]


@pytest.mark.parametrize("phrase", _joined(lexicon.CLOSE))
def test_a_number_that_is_near_leaves_the_far_end_open(phrase):
    assert parse_troop_count(f"{phrase} more than 500") == TroopCount(501, None, approximate=True)
    assert parse_troop_count(f"{phrase} below 500") == TroopCount(None, 499, approximate=True)
    assert parse_troop_count(f"{phrase} short of 500") == OF_500[Bound.SHORT]


@pytest.mark.parametrize("phrase", _joined(lexicon.FAR))
def test_a_number_that_is_far_changes_no_bound(phrase):
    assert parse_troop_count(f"{phrase} over 500") == OF_500[Bound.MORE]
    assert parse_troop_count(f"{phrase} below 500") == OF_500[Bound.FEWER]
    assert parse_troop_count(f"{phrase} short of 500") == OF_500[Bound.FEWER]


@pytest.mark.parametrize("word", sorted(lexicon.PLURALS))
def test_a_vague_numeral_ends_below_the_next_power_of_ten(word):
    value = parse_troop_count(f"{word} of soldiers")
    assert value.approximate
    assert value.minimum == lexicon.PLURALS[word]
    assert value.maximum + 1 == 10 ** len(str(value.minimum))


@pytest.mark.parametrize("word", sorted(lexicon.MEASURES))
def test_a_number_of_a_measure_is_no_count(word):
    assert parse_troop_count(f"two {word}") is None
    assert parse_troop_count(f"between 2 and 40 {word}") is None


@pytest.mark.parametrize("month", sorted(lexicon.MONTHS))
def test_a_date_is_no_count(month):
    assert parse_troop_count(f"12 {month.title()} 1999") is None
    assert parse_troop_count(f"{month.title()} 12, 1999") is None


RATES = [
    "a month",
    "an hour",
    "per vehicle",
    "each",
    "each year",
    "every two weeks",
    "daily",
    "apiece",
    "on average",
    "in each",
]
NO_RATES = [
    "a month ago",
    "a year after the war",
    "each with a rifle",
    "in a month",
    "per cent",
    "to a base",
    "and a week",
]


@pytest.mark.parametrize("following", [f" {words}" for words in RATES] + [" a day, 20 of them officers", "/month"])
def test_a_rate_has_no_value_inside_the_span_or_after_it(following):
    assert parse_troop_count("300 troops") == exactly(300)
    assert parse_troop_count("300 troops", following=following) is None
    assert parse_troop_count(f"300 troops{following}") is None


@pytest.mark.parametrize("following", ["", ".", ", each of them a volunteer", *(f" {words}" for words in NO_RATES)])
def test_what_follows_other_counts_changes_nothing(following):
    assert parse_troop_count("300 troops", following=following) == exactly(300)


@given(st.integers(2, 9), st.integers(1, 9), st.sampled_from(["thousand", "million"]))
def test_a_decimal_comma_is_a_decimal_point_before_a_scale(whole, tenths, scale):
    assert parse_troop_count(f"{whole},{tenths} {scale}") == exactly(
        (whole * 10 + tenths) * lexicon.SCALES[scale] // 10
    )
    assert parse_troop_count(f"{whole},{tenths} soldiers") is None


@given(st.integers(1, MAX), st.integers(1, MAX), st.sampled_from([", if not {},", " (perhaps {})", " and perhaps {}"]))
def test_an_alternative_has_a_value_where_it_is_the_higher(one, other, form):
    assume(one != other)
    value = parse_troop_count(f"{one:,}{form.format(f'{other:,}')} soldiers")
    assert (value and (value.minimum, value.maximum)) == ((one, other) if one < other else None), value


def test_no_two_phrases_are_one():
    listed = [[phrase for phrase, _ in _phrases(table)] for table in (lexicon.BEFORE, lexicon.AFTER)]
    near_or_far = _joined(lexicon.CLOSE) + _joined(lexicon.FAR)
    for phrases in (*listed, near_or_far, _joined(lexicon.FILLER), _joined(lexicon.MARGINS)):
        assert not [a for a, b in pairwise(sorted(phrases)) if a == b]


@given(st.integers(1, MAX))
def test_t6_holds_for_every_number(number):
    assert parse_troop_count(f"up to {number:,}") == TroopCount(0, number, approximate=False)
    assert parse_troop_count(f"more than {number:,}") == TroopCount(number + 1, None, approximate=False)
    assert parse_troop_count(f"at least {number:,}") == TroopCount(number, None, approximate=False)
    assert parse_troop_count(f"about {number:,}") == TroopCount(number, number, approximate=True)


@given(st.integers(0, MAX), st.integers(0, MAX))
def test_a_range_has_both_its_ends_or_no_value_and_never_leads_down(one, other):
    value = parse_troop_count(f"{one:,} to {other:,} soldiers")
    elliptic = other % 1000 == 0 and 0 < one < other // 1000
    assert value == (TroopCount(one, other, approximate=False) if one <= other and not elliptic else None)


@given(st.integers(1, MAX), st.integers(1, MAX))
def test_a_part_of_a_whole_is_the_part(part, whole):
    assert parse_troop_count(f"{part:,} of its {whole} soldiers") == exactly(part)


@given(st.integers(0, MAX), st.integers(0, MAX))
def test_two_numbers_of_equal_rank_have_no_value(one, other):
    for joint in ("officers and", "officers, ", "plus", "but", "versus", ""):
        assert parse_troop_count(f"{one:,} {joint}  {other:,} soldiers") is None
