"""Laws of reading quantities: every number reads as itself, in any spelling; nothing raises; nothing takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.quantities import TroopCount, lexicon, parse_troop_count
from goldspan.quantities.number_tokens import fold

MAX = 10**9
SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SPACES = (" ", "  ", "\n", "\t", "\r\n", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}", " \n ")
DASHES = "-‐‑‒–—―−－"
SEPARATORS = (",", "'", "’", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}", ".")
PHRASES = [
    *(
        "4,000-5,000 troops",
        "up to an additional 1,000 troops",
        "a few hundred soldiers",
        "two to three dozen fighters",
    ),
    *("a 3,000-strong", "between five hundred and six thousand", "hundred-odd", "one-and-a-half million men"),
    *(
        "at least 500 but no more than 600",
        "half-a-dozen",
        "twenty-five hundred",
        "tens-of-thousands of men",
        "ca. 500",
    ),
    *(
        "10,000-plus",
        "500 soldiers or more",
        "150 of its 300 soldiers",
        "two officers and three soldiers",
        "no soldiers",
    ),
    *(
        "hundreds, if not thousands, of men",
        "two-hundred-and-ten",
        "between 300 men and 400 men",
        "three-quarters of a million",
    ),
    *("250 (two hundred and fifty) men", "1.2 to 1.5 million", "just over 15k", "two thirds of its men", "12 March"),
]
PATTERNS = [
    *("a ", " ", "1", "1,", "1 ", "1 200 ", "-", "(", "one-", "one and ", "at least ", "between ", "5 of its ", "1k"),
    *(
        "five hundred and ",
        "from 5 to ",
        "hundreds of ",
        "five thousand, ",
        "as many as ",
        "or ",
        "é",
        "½",
        "'",
        "\n\n",
    ),
]
numbers = st.one_of(st.integers(0, MAX), st.integers(0, 1000), st.sampled_from([10**n for n in range(10)]))
vocabulary = sorted(
    {
        *lexicon.NUMBER_STARTS,
        *lexicon.NEUTRAL,
        *lexicon.MEASURES,
        *lexicon.COMPOUND,
        *lexicon.JOINS,
        *lexicon.SUBORDINATING,
        *lexicon.PERIODS,
        *lexicon.HEDGES,
        *lexicon.PLURAL_PARTS,
    }
    | {word for entries in lexicon.AFTER.values() for words, _ in entries for word in words}
    | {
        "and",
        "of",
        "if",
        "not",
        "every",
        "each",
        "per",
        "1/2",
        "4,5",
        "hundred",
        "-",
        "—",
        "'",
        ",",
        ".",
        "+",
        "(",
        ")",
        "1",
        "12",
        "1,000",
        "500",
        "1.2",
        "15k",
        "½",
        "²",
    }
)


def exactly(number):
    return TroopCount(number, number, approximate=False)


def spelled(number, *, joint=" and ", hyphen="-"):
    """The English name of a number, written independently of the lexicon: the oracle."""
    if number < 20:
        return SMALL[number]
    if number < 100:
        return TENS[number // 10] + (hyphen + SMALL[number % 10] if number % 10 else "")
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            head = f"{spelled(number // size, joint=joint, hyphen=hyphen)} {name}"
            tail = (joint if rest < 100 else " ") + spelled(rest, joint=joint, hyphen=hyphen) if rest else ""
            return head + tail
    raise AssertionError(number)


@given(numbers, st.sampled_from(SEPARATORS))
def test_every_number_in_digits_reads_as_itself_with_each_separator(number, separator):
    assert parse_troop_count(str(number)) == exactly(number)
    assert parse_troop_count(f"{number:,}".replace(",", separator) + " soldiers") == exactly(number)


@given(numbers)
def test_every_number_reads_as_itself_in_the_digits_of_other_scripts(number):
    for zero in "٠०０":
        digits = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
        assert parse_troop_count(f"{digits} soldiers") == exactly(number)


@given(numbers, st.sampled_from([" and ", " "]), st.sampled_from(["-", " ", "‑"]), st.booleans())
def test_every_number_in_words_reads_as_itself(number, joint, hyphen, compound):
    words = spelled(number, joint=joint, hyphen=hyphen)
    assert parse_troop_count(f"{words}{'-strong' if compound else ' soldiers'}") == exactly(number)


@given(numbers)
def test_a_number_with_commas_between_its_words_reads_as_itself(number):
    for scale in ("million", "thousand"):
        if f"{scale} " in (words := spelled(number)) and f"{scale} and" not in words:
            assert parse_troop_count(words.replace(f"{scale} ", f"{scale}, ")) == exactly(number)


@given(st.integers(1, 999), st.integers(1, 999), st.sampled_from(["thousand", "million"]))
def test_two_ends_in_words_are_separated_at_the_right_and(one, other, scale):
    low, high = sorted((one, other))
    value = parse_troop_count(f"between {spelled(low)} {scale} and {spelled(high)} {scale}")
    size = lexicon.SCALES[scale]
    assert value == TroopCount(low * size, high * size, approximate=False)


@given(st.integers(100, 99_999).map(lambda number: number * 10), st.sampled_from(["k", "K", " thousand", "-thousand"]))
def test_a_decimal_of_thousands_is_whole(number, scale):
    assert parse_troop_count(f"{number / 1000:.2f}{scale} men") == exactly(number)


@given(st.sampled_from(PHRASES), st.randoms(use_true_random=False))
def test_case_white_space_and_dashes_never_change_the_value(phrase, chance):
    varied = "".join(
        chance.choice(SPACES if c == " " else DASHES if c == "-" else (c.upper(), c.lower())) for c in phrase
    )
    assert parse_troop_count(varied) == parse_troop_count(phrase), varied


@given(st.text())
def test_no_text_makes_it_raise(text):
    assert isinstance(parse_troop_count(text), TroopCount | None)


@given(st.lists(st.sampled_from(vocabulary), max_size=12), st.sampled_from(["", " ", "\n"]))
def test_no_heap_of_its_own_words_makes_it_raise_or_give_what_cannot_be(words, space):
    value = parse_troop_count(space.join(words))
    assert value is None or (value.minimum, value.maximum) != (None, None)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("head", ["", "five "])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_hundred_thousand_characters_are_read_like_ten_thousand(pattern, head):
    # A pattern that backtracks would not come to an end; how the time grows is for tests/benchmarks to show.
    short, long = (parse_troop_count(head + pattern * (size // len(pattern))) for size in (10_000, 100_000))
    assert (short is None) == (long is None)
