"""Vague numerals, collectives and shares of a scale: `dozens`, `several hundred`, `a trio of`, `half a million`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.quantities.lexicon import (
    ARTICLES,
    BAKERS_DOZEN,
    COLLECTIVES,
    COUPLE,
    FRACTIONS,
    GROUPS,
    HUNDRED,
    LEVELS,
    PARTS,
    PLURALS,
    REPEATS,
    SCALES,
    SEVERAL,
    VULGAR,
)
from goldspan.quantities.numbers import NumberTerm, parse_share

if TYPE_CHECKING:
    from goldspan.quantities.number_tokens import NumberTokens

DECIMAL_BASE = 10
WITHOUT_OF = frozenset({*FRACTIONS, *VULGAR, "quarters"})


def parse_vague(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """The vague numeral, the collective or the share of a scale that begins here."""
    start = at + (tokens[at].text in ARTICLES)
    word = tokens[start].text
    if word in SEVERAL:
        return _several(tokens, tokens.past_dash(start + 1))
    if word == COUPLE:
        return _couple(tokens, start)
    if word in GROUPS:
        return NumberTerm(start + 1, GROUPS[word], GROUPS[word], takes_of=True)
    if tokens.match(start, BAKERS_DOZEN):
        return NumberTerm(start + len(BAKERS_DOZEN), 13, 13, takes_of=True)
    if word in LEVELS:
        return _plural(tokens, tokens.past_dash(start + 1))
    return _portion(tokens, at) or _one_or_two(tokens, at) or _plural(tokens, at) or _digit_plural(tokens, at)


def _bracket(end: int, value: int, scale: int = 1) -> NumberTerm:
    """From one of the unit to just below the next power of ten: what T-6 rules for `hundreds`, for every unit."""
    above = DECIMAL_BASE ** len(str(value))
    return NumberTerm(end, value * scale, above * scale - 1, approximate=True, scale=scale, scales=scale, takes_of=True)


def _plural(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """`dozens`, `hundreds of thousands`, `thousands upon thousands`."""
    word = tokens[at].text
    value = PLURALS.get(word)
    if value is None:
        return None
    end = at + 1
    while (
        tokens[joint := tokens.past_dash(end)].text in REPEATS
        and tokens[again := tokens.past_dash(joint + 1)].text == word
    ):
        end = again + 1
    of = tokens.past_dash(end)
    scale_at = tokens.past_dash(of + 1)
    scale = SCALES.get(tokens[scale_at].text.removesuffix("s"), 1) if tokens[of].text == "of" else 1
    # `hundreds of thousands` is a number; `millions of thousands` is not.
    return _bracket(scale_at + 1, value, scale) if scale > value else _bracket(end, value)


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


def _couple(tokens: NumberTokens, at: int) -> NumberTerm:
    """`couple`, `couple of hundred`: loosely two."""
    of = tokens.past_dash(at + 1)
    unit = _unit(tokens, of + (tokens[of].text == "of"))
    if unit is None or unit.low is None:
        return NumberTerm(at + 1, 2, 2, approximate=True, takes_of=True)
    return NumberTerm(unit.end, unit.low * 2, unit.low * 2, approximate=True)


def _one_or_two(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """`a hundred or two`: one or two of the unit."""
    unit = COLLECTIVES.get(tokens[at + 1].text)
    if unit is None or tokens[at].text not in ARTICLES or not tokens.match(at + 2, ("or", "two")):
        return None
    return None if tokens[tokens.past_dash(at + 4)].text in COLLECTIVES else NumberTerm(at + 4, unit, unit * 2)


def _portion(tokens: NumberTokens, at: int) -> NumberTerm | None:
    """`half a dozen`, `quarter-million`, `three quarters of a million`; not a share of something else."""
    has_article = tokens[at].text in ARTICLES
    word = tokens[at + has_article].text
    part = VULGAR.get(word) or (PARTS if has_article else FRACTIONS).get(word)
    share = (at + has_article + 1, part) if part else parse_share(tokens, at)
    if share is None:
        return None
    end, of_unit = share
    of = tokens.past_dash(end)
    has_of = tokens[of].text == "of"
    # `a third million` is the one after the second.
    if not has_of and tokens[end - 1].text not in WITHOUT_OF:
        return None
    article = tokens.past_dash(of + has_of)
    unit = _unit(tokens, tokens.past_dash(article + (tokens[article].text in ARTICLES)))
    return None if unit is None or unit.low is None else NumberTerm(unit.end, unit.low * of_unit, unit.low * of_unit)
