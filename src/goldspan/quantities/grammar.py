"""The grammar of quantities: bounds before and after (`up to`, `or more`), and a number, a range or a vague numeral.

Vague numerals and collectives are `dozens`, `tens of thousands`, `several hundred`, `half a million`; ranges are
`between 4,000 and 5,000`, `five to six thousand`, `two or three`.
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
    FRACTIONS,
    HUNDRED,
    JOINS,
    LONGEST_MONTH,
    MEASURES,
    MONTHS,
    NUMBER_STARTS,
    PAIRS,
    PLURALS,
    SCALES,
    SEVERAL,
    SOMEWHERE,
    SPREADS,
    UNFIT,
    VULGAR,
    WHOLES,
    Bound,
)
from goldspan.quantities.numbers import THOUSAND, NumberTerm, parse_number

if TYPE_CHECKING:
    from goldspan.quantities.lexicon import Phrases
    from goldspan.quantities.number_tokens import NumberTokens

MOST_BOUNDS = 3
SUMS = frozenset({"+", "plus"})


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
    if not front.bounds:
        return front
    for words in FILLER:
        if tokens.match(front.end, words):
            return QuantityPrefix(front.end + len(words), front.bounds)
    return front


def with_suffix(tokens: NumberTokens, term: NumberTerm) -> NumberTerm:
    """The term with the bounds after it applied: `or more`, `-odd`, `+`."""
    for _ in range(MOST_BOUNDS):
        bound, end = match_phrase(AFTER, tokens, term.end)
        if bound is None:
            bound, end = match_phrase(AFTER, tokens, tokens.past_dash(term.end))
        # `500 + 300` is a sum.
        if bound is None or (tokens[end - 1].text in SUMS and parse_number(tokens, end)):
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
        case Bound.FEWER if high:
            # What is just under a number is not near 0: the minimum is open.
            low, high = (None if close else 0), high - 1
        case Bound.FEWER:
            low = high = None
        case Bound.ABOUT:
            pass
    approximate = term.approximate or close or bound in {Bound.ABOUT, Bound.NEARLY}
    return term._replace(low=low, high=high, approximate=approximate)


def without_value(term: NumberTerm) -> NumberTerm:
    """The same words without a value."""
    return term._replace(low=None, high=None, approximate=False)


def parse_vague(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """The vague numeral or collective that begins here."""
    start = at + (tokens[at].text in ARTICLES)
    word = tokens[start].text
    if word in SEVERAL:
        return _several(tokens, tokens.past_dash(start + 1))
    if word in PAIRS:
        return _pair(tokens, start)
    if word in FRACTIONS or word in VULGAR:
        return _portion(tokens, start)
    return _plural(tokens, at) or _digit_plural(tokens, at)


def parse_range(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """The range or the single number that begins here."""
    start = at + (tokens[at].text in SOMEWHERE)
    joins = SPREADS.get(tokens[start].text)
    if joins is None:
        return None if start > at else _open_range(tokens, at)
    # Of `between five hundred and six thousand` only one reading has two ends; of two that do, the longer is meant.
    lows = (_range_end(tokens, start + 1, joined=joined) for joined in (False, True))
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
    if first is None or first.high is not None or first.low is None:
        return first
    # `at least 500 but no more than 600`: each bound leaves open what the other closes.
    joint = first.end + (tokens[first.end].text == ",")
    second = _bounded_quantity(tokens, joint + 1) if tokens[joint].text in {"and", "but"} else None
    if second is None or second.low != 0 or second.high is None:
        return first
    both = second._replace(low=first.low, approximate=first.approximate or second.approximate)
    return both if first.low <= second.high else without_value(both)


def _parse_bound(tokens: NumberTokens, at: int) -> QuantityPrefix | None:
    bound, end = match_phrase(BEFORE, tokens, at)
    if bound is not None:
        return QuantityPrefix(end, ((bound, False),))
    close, start = match_phrase(CLOSE, tokens, at)
    if close is None and tokens[at].text in FAR:
        start = at + 1
    bound, end = match_phrase(BEFORE, tokens, start) if start > at else (None, at)
    return QuantityPrefix(end, ((bound, close is not None),)) if bound in (Bound.MORE, Bound.FEWER) else None


def _bracket(end: int, value: int, scale: int = 1) -> NumberTerm:
    """From one of the unit to just below the next power of ten: what T-6 rules for `hundreds`, for every unit."""
    above = 10 ** len(str(value))
    return NumberTerm(end, value * scale, above * scale - 1, approximate=True, scale=scale, scales=scale, takes_of=True)


def _plural(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """`dozens`, `hundreds of thousands`."""
    value = PLURALS.get(tokens[at].text)
    if value is None:
        return None
    of = tokens.past_dash(at + 1)
    scale_at = tokens.past_dash(of + 1)
    scale = SCALES.get(tokens[scale_at].text.removesuffix("s"), 1) if tokens[of].text == "of" else 1
    # `hundreds of thousands` is a number; `millions of thousands` is not.
    return _bracket(scale_at + 1, value, scale) if scale > value else _bracket(at + 1, value)


def _digit_plural(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """`100s`, `1,000s`: a power of ten with an *s* attached."""
    digits = tokens[at].text.replace(",", "")
    if tokens[at + 1].text != "s" or not tokens.attached(at + 1):
        return None
    value = next((value for value in PLURALS.values() if str(value) == digits and digits.strip("0") == "1"), None)
    return None if value is None else _bracket(at + 2, value)


def _several(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """`several hundred`, `a few dozen`, `many thousands`: the number is not stated, so the bracket of the unit."""
    return _plural(tokens, at) or _unit(tokens, at)


def _unit(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """The bracket of a collective: `dozen`, `hundred`, `hundred thousand`."""
    value = COLLECTIVES.get(tokens[at].text)
    if value is None:
        return None
    after = tokens.past_dash(at + 1)
    scale = SCALES.get(tokens[after].text, 1) if value == COLLECTIVES[HUNDRED] else 1
    return _bracket(at + 1 if scale == 1 else after + 1, value, scale)


def _pair(tokens: NumberTokens, at: int) -> NumberTerm:
    """`couple`, `couple of hundred`, `pair`."""
    loosely = PAIRS[tokens[at].text]
    of = tokens.past_dash(at + 1)
    unit = _unit(tokens, of + (tokens[of].text == "of")) if loosely else None
    if unit is None or unit.low is None:
        return NumberTerm(at + 1, 2, 2, approximate=loosely, takes_of=True)
    return NumberTerm(unit.end, unit.low * 2, unit.low * 2, approximate=True)


def _portion(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """`half a dozen`, `half-million`, `quarter of a million`; not a share of something else."""
    word = tokens[at].text
    share = FRACTIONS.get(word) or VULGAR[word]
    of = tokens.past_dash(at + 1)
    article = tokens.past_dash(of + (tokens[of].text == "of"))
    unit = _unit(tokens, tokens.past_dash(article + (tokens[article].text in ARTICLES)))
    if unit is None or unit.low is None:
        return None
    return NumberTerm(unit.end, unit.low * share, unit.low * share)


def _open_range(tokens: NumberTokens, at: int) -> NumberTerm | None:
    low = parse_term(tokens, at)
    return low and (_range_to(tokens, low, JOINS) or low)


def _range_end(tokens: NumberTokens, at: int, *, joined: bool = True) -> NumberTerm | None:
    """An end of a range, which may be approximate by itself: `between about 500 and some 600`."""
    bound, start = match_phrase(BEFORE, tokens, at)
    if bound not in (None, Bound.ABOUT):
        return None
    end = parse_term(tokens, start, joined=joined)
    return end and end._replace(approximate=end.approximate or bound is Bound.ABOUT)


def _range_to(tokens: NumberTokens, low: NumberTerm, joins: frozenset[str]) -> NumberTerm | None:
    """The range from `low` to the number after the next join; None if there is none, or if it is descending."""
    at = tokens.past_dash(low.end)
    if tokens[at].text in joins:
        at = tokens.past_dash(at + 1)
    elif tokens[at].text == "up" and tokens[at + 1].text == "to":
        at += 2
    high = _range_end(tokens, at) if at > low.end else None
    return high and _range_term(low, high)


def _range_term(low: NumberTerm, high: NumberTerm) -> NumberTerm | None:
    if low.low is None or low.high is None or high.low is None or high.high is None:
        return None
    least = low.low
    approximate = low.approximate or high.approximate
    shared = next((scale for scale in (high.scales, high.scale) if low.low < high.low / scale), 1)
    if low.scale < high.scale and shared > 1:
        least *= shared
    elif _elliptic(low, high):
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
