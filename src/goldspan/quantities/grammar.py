"""The grammar of quantities: bounds before and after (`up to`, `or more`), ranges, and alternatives.

Ranges are `between 4,000 and 5,000`, `five to six thousand`, `two or three`; alternatives are `hundreds, if not
thousands`, `at least one and perhaps two`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from goldspan.quantities.lexicon import (
    AFTER,
    AFTER_ARTICLE,
    ARTICLES,
    BEFORE,
    CLOSE,
    COLLECTIVES,
    COMPOUND,
    DASHES,
    FAR,
    FILLER,
    HEDGES,
    JOINS,
    LONGEST_MONTH,
    MARGINS,
    MEASURES,
    MONTHS,
    NUMBER_STARTS,
    PARTICIPLES,
    SOMEWHERE,
    SPREADS,
    TENS,
    UNCERTAIN_MARGINS,
    UNFIT,
    WHOLES,
    Bound,
)
from goldspan.quantities.numbers import THOUSAND, NumberTerm, parse_number
from goldspan.quantities.vague_numerals import parse_vague

if TYPE_CHECKING:
    from goldspan.quantities.lexicon import Expressions, Phrases
    from goldspan.quantities.number_tokens import NumberTokens

MOST_BOUNDS = 3
SUMS = frozenset({"+", "plus"})
BOUNDED = frozenset({Bound.MORE, Bound.FEWER, Bound.SHORT})
"""The bounds that a word of closeness or distance may precede: `just over`, `well short of`."""

LOW_END = frozenset({None, Bound.ABOUT, Bound.LEAST})
HIGH_END = frozenset({None, Bound.ABOUT, Bound.MOST})
"""The bounds that the ends of a range may have by themselves: `from at least 300 to as many as 400`."""

LONGEST_NOUN = 4
YEARS = range(1800, 2100)
ROUND = 10


class QuantityPrefix(NamedTuple):
    """The bounds before a number, the outermost first, and the index after them.

    With each bound is whether the number is near it (`just over`).
    """

    end: int
    bounds: tuple[tuple[Bound, bool], ...] = ()


def match_phrase(table: Phrases, tokens: NumberTokens, at: int) -> tuple[Bound | None, int]:
    """The bound of the longest phrase that begins here, and the index after it; None and `at` if there is none."""
    for words, bound in table.get(tokens[at].text, ()):
        if tokens.match(at, words):
            return bound, at + len(words)
    return None, at


def parse_prefix(tokens: NumberTokens, at: int) -> QuantityPrefix:
    """The bounds that begin here (`at least some`), with what may be between them and the number."""
    front = QuantityPrefix(at)
    while len(front.bounds) < MOST_BOUNDS and (bound := _parse_bound(tokens, front.end)):
        front = QuantityPrefix(bound.end, front.bounds + bound.bounds)
    return QuantityPrefix(_after_words(FILLER, tokens, front.end), front.bounds) if front.bounds else front


def with_suffix(tokens: NumberTokens, term: NumberTerm) -> NumberTerm:
    """The term with the bounds after it applied: `or more`, `-odd`, `+`, `give or take 20`."""
    margin = _margin(tokens, term)
    if margin:
        return margin
    for _ in range(MOST_BOUNDS):
        bound, end = _suffix(tokens, term.end)
        if bound is None:
            return term
        term = apply_bound(term, bound)._replace(end=end)
    return term


def apply_bound(term: NumberTerm, bound: Bound, *, close: bool = False) -> NumberTerm:
    """The term within a bound; open at both ends if they contradict each other (`up to 500 or more`)."""
    low, high = term.low, term.high
    match bound:
        case Bound.LEAST:
            high = None
        case Bound.MORE:
            low, high = (None if low is None else low + 1), None
        case Bound.MOST:
            low = None if high is None else 0
        case Bound.NEARLY:
            low = None
        case Bound.FEWER | Bound.SHORT if high:
            # What is just under a number is not near 0: the minimum is open.
            low, high = (None if close or bound is Bound.SHORT else 0), high - 1
        case Bound.FEWER | Bound.SHORT:
            low = high = None
        case Bound.ABOUT:
            pass
    approximate = term.approximate or close or bound in {Bound.ABOUT, Bound.NEARLY, Bound.SHORT}
    return term._replace(low=low, high=high, approximate=approximate)


def without_value(term: NumberTerm) -> NumberTerm:
    """The same words without a value."""
    return term._replace(low=None, high=None, approximate=False)


def is_higher(first: NumberTerm, second: NumberTerm) -> bool:
    """Whether a second number lies above the first."""
    lower, upper = (term.low if term.high is None else term.high for term in (first, second))
    return lower is not None and upper is not None and upper > lower


def parse_range(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """The range or the single number that begins here."""
    start = at + (tokens[at].text in SOMEWHERE)
    joins = SPREADS.get(tokens[start].text)
    if joins is None:
        return None if start > at else _open_range(tokens, at)
    # Of `between five hundred and six thousand` only one reading has two ends; of two that do, the longer is meant.
    lows = (_range_end(tokens, start + 1, LOW_END, joined=joined) for joined in (False, True))
    readings = [both for low in lows if low and (both := _range_to(tokens, low, joins))]
    return max(readings, key=lambda both: both.end, default=None)


def parse_term(tokens: NumberTokens, at: int, *, joined: bool = True) -> NumberTerm | None:
    """A number or a vague numeral."""
    return parse_vague(tokens, at) or parse_number(tokens, at, joined=joined)


def parse_quantity(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """The longest quantity that begins here.

    Returns:
        The term, its `low` and `high` whole or None: both None where the value is ambiguous. None if no quantity begins
        here.
    """
    first = _bounded_quantity(tokens, at)
    if first is None or (first.low is None and first.high is None):
        return first
    return _alternative(tokens, first) or _opposite_bound(tokens, first) or first


def _suffix(tokens: NumberTokens, at: int) -> tuple[Bound | None, int]:
    """The bound after a number, and the index after it."""
    bound, end = match_phrase(AFTER, tokens, at)
    if bound is None:
        bound, end = match_phrase(AFTER, tokens, tokens.past_dash(at))
    if bound is None:
        return (Bound.ABOUT, at + 1 + (tokens[at].text == "-")) if _is_some(tokens, at) else (None, at)
    last, following = tokens[end - 1].text, tokens[end].text
    # `500 + 300` is a sum; the words before *than* or another number belong to that.
    is_prefix = (last in SUMS or last in BEFORE) and (following in {"than", "of"} or parse_number(tokens, end))
    return (None, at) if is_prefix else (bound, end)


def _is_some(tokens: NumberTokens, at: int) -> bool:
    """Whether *some* belongs to the number before it: `thirty-some`, `300-some`, `thirty some`."""
    if tokens[at].text == "-":
        return tokens.attached(at) and tokens.attached(at + 1) and tokens[at + 1].text == "some"
    return tokens[at].text == "some" and (tokens[at - 1].text in TENS or tokens[at - 1].text in COLLECTIVES)


def _margin(tokens: NumberTokens, term: NumberTerm) -> NumberTerm | None:
    """The term with how far it may be off: `300, give or take 20`; where that is vague, it is about the number."""
    start = _after_words(MARGINS, tokens, term.end)
    if start == term.end or term.low is None or term.high is None:
        return None
    margin = parse_term(tokens, start)
    if margin is None:
        end = _after_words(UNCERTAIN_MARGINS, tokens, start)
        return None if end == start else term._replace(end=end, approximate=True)
    if margin.low is None or margin.low != margin.high or margin.low > term.low:
        return term._replace(end=margin.end, approximate=True)
    return term._replace(end=margin.end, low=term.low - margin.low, high=term.high + margin.low, approximate=True)


def _alternative(tokens: NumberTokens, first: NumberTerm) -> NumberTerm | None:
    """The quantity with the higher number after it that it may be as well (`hundreds, if not thousands`), or None."""
    opening = _opening(tokens, first)
    start = _alternative_start(tokens, first.end + len(opening), is_open=bool(opening))
    second = None if start is None else _bounded_quantity(tokens, start)
    if second is None or not is_higher(first, second):
        return None
    both = second._replace(low=first.low, approximate=first.approximate or second.approximate)
    closing, following = tokens[second.end].text, tokens[second.end + 1].text
    if opening == "(" and closing != ")":
        return None
    if opening == "(" or (opening and closing == opening and following == "of"):
        both = both._replace(end=second.end + 1)
    return _with_of(tokens, both)


def _opening(tokens: NumberTokens, first: NumberTerm) -> str:
    """The comma, dash or bracket that sets off what follows a number; after a year, a comma does not."""
    mark = tokens[first.end].text
    if mark in DASHES:
        return "" if tokens.attached(first.end) else mark
    return mark if mark == "(" or (mark == "," and not _may_be_year(tokens, first)) else ""


def _alternative_start(tokens: NumberTokens, at: int, *, is_open: bool) -> int | None:
    """The index of the second number where words that introduce one are here: `if not`, `or even`, `possibly`."""
    if tokens.match(at, ("if", "not")):
        return at + 2
    joint = tokens[at].text in {"and", "or", "but"}
    at += joint
    if joint and tokens[at].text == "even":
        return at + 1
    return at if tokens[at].text in HEDGES and (is_open or joint) else None


def _may_be_year(tokens: NumberTokens, term: NumberTerm) -> bool:
    text = tokens[term.end - 1].text
    return text.isdecimal() and int(text) in YEARS


def _opposite_bound(tokens: NumberTokens, first: NumberTerm) -> NumberTerm | None:
    """The quantity with a second bound that closes what the first leaves open: `at least 500 but no more than 600`."""
    comma = tokens[first.end].text == ","
    joint = tokens[first.end + comma].text in {"and", "but"}
    second = _bounded_quantity(tokens, first.end + comma + joint) if comma or joint else None
    if second is None:
        return None
    low, high = first.low, second.high
    if second.low == 0 and high is not None and low is not None:
        # `two, at most three, soldiers`: without the second comma, the second number counts others.
        inserted = low == first.high and tokens[second.end].text == "," and not _may_be_year(tokens, first)
        is_one = first.high is None or (comma and inserted)
    else:
        low, high = second.low, first.high
        is_one = joint and first.low == 0 and second.high is None
    if not is_one or low is None or high is None:
        return None
    both = second._replace(low=low, high=high, approximate=first.approximate or second.approximate)
    if low > high:
        return without_value(both) if joint else None
    return both


def _after_words(table: Expressions, tokens: NumberTokens, at: int) -> int:
    """The index after the longest phrase of the table that begins here; `at` if there is none."""
    candidates = table.get(tokens[at].text, ())
    return next((at + len(words) for words in candidates if tokens.match(at, words)), at)


def _parse_bound(tokens: NumberTokens, at: int) -> QuantityPrefix | None:
    close = _after_words(CLOSE, tokens, at)
    start = close if close > at else _after_words(FAR, tokens, at)
    bound, end = match_phrase(BEFORE, tokens, start) if start > at else (None, at)
    if bound in BOUNDED:
        bound = Bound.FEWER if close == at and bound is Bound.SHORT else bound
        return QuantityPrefix(end, ((bound, close > at),))
    bound, end = match_phrase(BEFORE, tokens, at)
    return None if bound is None else QuantityPrefix(end, ((bound, False),))


def _open_range(tokens: NumberTokens, at: int) -> NumberTerm | None:
    low = parse_term(tokens, at)
    return low and (_range_to(tokens, low, JOINS) or low)


def _range_end(
    tokens: NumberTokens, at: int, bounds: frozenset[Bound | None], *, joined: bool = True
) -> NumberTerm | None:
    """An end of a range, which may have a bound by itself: `between about 500 and some 600`."""
    at += tokens[at].text == "even"
    bound, start = match_phrase(BEFORE, tokens, at)
    if bound not in bounds:
        return None
    start += bound is not None and tokens[start].text == "even"
    end = parse_term(tokens, start, joined=joined)
    return end and end._replace(approximate=end.approximate or bound is Bound.ABOUT)


def _range_to(tokens: NumberTokens, low: NumberTerm, joins: frozenset[str]) -> NumberTerm | None:
    """The range from `low` to the number after the next join; None if there is none, or if it is descending."""
    at = tokens.past_dash(low.end)
    noun = _noun_before(tokens, low.end, joins)
    if noun:
        at = low.end + len(noun) + 1
    elif tokens[at].text in joins:
        at = tokens.past_dash(at + 1)
    # After a dash alone, `up to 600` begins another quantity.
    bounds = HIGH_END if tokens[at - 1].text not in DASHES else HIGH_END - {Bound.MOST}
    high = _range_end(tokens, at, bounds) if at > low.end or tokens.match(at, ("up", "to")) else None
    if high is None or (noun and not _is_repeated(tokens, high.end, noun[-1])):
        return None
    return _range_term(low, high, stated=bool(noun))


def _noun_before(tokens: NumberTokens, at: int, joins: frozenset[str]) -> list[str]:
    """The words of a noun between a number and a join: the *soldiers* of `between 300 soldiers and 400 soldiers`."""
    words: list[str] = []
    while len(words) <= LONGEST_NOUN:
        word = tokens[at + len(words)].text
        if word in joins:
            return words
        if not word.isalpha() or word == "and" or word in NUMBER_STARTS:
            break
        words.append(word)
    return []


def _is_repeated(tokens: NumberTokens, at: int, noun: str) -> bool:
    """Whether the noun of the lower end follows the upper end, too."""
    for n in range(LONGEST_NOUN):
        if not tokens[at + n].text.isalpha():
            return False
        if tokens[at + n].text == noun:
            return True
    return False


def _range_term(low: NumberTerm, high: NumberTerm, *, stated: bool) -> NumberTerm | None:
    """The range of two ends.

    Args:
        low: its lower end.
        high: its upper end.
        stated: whether each end has its own noun, so that they share no scale.
    """
    if low.low is None or low.high is None or high.low is None or high.high is None:
        return None
    least = low.low
    approximate = low.approximate or high.approximate
    shared = next((scale for scale in (high.scales, high.scale) if low.low < high.low / scale), 1)
    if not stated and low.scale < high.scale and shared > 1:
        least *= shared
    elif not stated and _elliptic(low, high):
        return NumberTerm(high.end, None, None, takes_of=high.takes_of)
    if least > high.low:
        return None
    return NumberTerm(high.end, least, high.high, approximate, takes_of=high.takes_of)


def _elliptic(low: NumberTerm, high: NumberTerm) -> bool:
    """Whether the low end may be in thousands: `10-15,000` is 10,000 to 15,000 or 10 to 15,000."""
    return (
        high.scale == low.scale == 1
        and not low.takes_of
        and low.low is not None
        and high.low is not None
        and high.low % THOUSAND == 0
        and 0 < low.low < high.low / THOUSAND
    )


def _bounded_quantity(tokens: NumberTokens, at: int) -> NumberTerm | None:
    first = tokens[at].text
    if first not in NUMBER_STARTS and not first[:1].isdecimal():
        return None
    if first in ARTICLES and tokens[tokens.past_dash(at + 1)].text not in AFTER_ARTICLE:
        return None
    front = parse_prefix(tokens, at)
    term = parse_range(tokens, front.end)
    if term is None or not _is_whole(term):
        return None
    term = _with_of(tokens, _with_compound(tokens, with_suffix(tokens, term)))
    if _is_other_quantity(tokens, term) or (first in ARTICLES and tokens[term.end - 1].text in COMPOUND):
        # The article of `a thousand-strong force` is the force's.
        return None
    if first in PARTICIPLES and (term.low is None or term.low % ROUND):
        # `pushing two soldiers` is no bound.
        return None
    for bound, close in reversed(front.bounds):
        term = apply_bound(term, bound, close=close)
    return term


def _is_whole(term: NumberTerm) -> bool:
    """Whether the term counts something: there is no 7.62 of a person."""
    return all(not isinstance(end, Fraction) or end.denominator == 1 for end in (term.low, term.high))


def _with_compound(tokens: NumberTokens, term: NumberTerm) -> NumberTerm:
    """With the word that it forms a compound with: `3,000-strong`."""
    if tokens[term.end].text in DASHES and tokens[term.end + 1].text in COMPOUND:
        return term._replace(end=term.end + 2, takes_of=False)
    return term


def _with_of(tokens: NumberTokens, term: NumberTerm) -> NumberTerm:
    """With the *of* that leads to its noun (`dozens of soldiers`), but not to a whole (`dozens of its soldiers`)."""
    if term.takes_of and tokens[term.end].text == "of" and tokens[term.end + 1].text not in WHOLES:
        return term._replace(end=term.end + 1)
    return term


def _is_other_quantity(tokens: NumberTokens, term: NumberTerm) -> bool:
    """Whether what follows makes the number a date, a time, a share, a measure, an ordinal or part of a word."""
    end, following = term.end, tokens[term.end].text
    if following in MEASURES or (following == "per" and tokens[end + 1].text == "cent"):
        return True
    if following in MONTHS and term.high is not None and term.high <= LONGEST_MONTH:
        return True
    if not tokens.attached(end):
        return False
    onto_next = tokens.attached(end + 1)
    return (
        following in UNFIT
        or following[0].isalnum()
        or (following == "-" and onto_next and tokens[end + 1].text[0].isalnum())
        or (following == ":" and onto_next and tokens[end + 1].text[0].isdecimal())
    )
