"""Exact numbers: digits, number words, and the two mixed (`4,500`, `two hundred and fifty-one`, `1.2 million`)."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from goldspan.quantities.lexicon import ARTICLES, DASHES, DOZENS, HUNDRED, MULTIPLIERS, SUFFIXES, TENS, UNITS, VULGAR

if TYPE_CHECKING:
    from goldspan.quantities.number_tokens import NumberTokens

PLAIN = re.compile(r"0|[1-9]\d{0,11}")
GROUPED = re.compile(r"[1-9]\d{0,2}([,'])\d{3}(?:\1\d{3}){0,2}|[1-9]\d?(?:,\d{2}){1,3},\d{3}")
DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){1,3}")
DECIMAL = re.compile(r"(0|[1-9]\d{0,8}|[1-9]\d{0,2}(?:,\d{3}){1,2})\.(\d{1,6})")
GROUP_GAPS = frozenset({" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{FIGURE SPACE}"})
GROUP = 3
MAX_GROUPS = 4
HUNDREDFOLD = 100
THOUSAND = 1000
HALF = Fraction(1, 2)
NOT_BELOW = frozenset({HUNDRED, *DOZENS})


class NumberTerm(NamedTuple):
    """A number or a vague numeral.

    Args:
        end: the index after its last number token.
        low: the least that it may be; None where that is open.
        high: the most that it may be; None where that is open. Both None: no value can be defended.
        approximate: whether it is not exact.
        scale: the multiplier of its last word, where it multiplies everything before it; else 1. A range may share it.
        scales: the multiplier of all its last words: 100,000 of *three hundred thousand*. A range may share it, too.
        takes_of: whether a noun follows with *of* (`dozens of soldiers`).
    """

    end: int
    low: int | Fraction | None
    high: int | Fraction | None
    approximate: bool = False
    scale: int = 1
    scales: int = 1
    takes_of: bool = False


class _Part(NamedTuple):
    """A part of a number: its value, its scales as in a `NumberTerm`, and its value before a scale if it differs."""

    end: int
    value: int | Fraction
    scale: int = 1
    scales: int = 1
    scaled: int | Fraction | None = None


def parse_number(tokens: NumberTokens, at: int, *, joined: bool = True) -> NumberTerm | None:
    """The longest number that begins here.

    Args:
        tokens: what to read.
        at: where to begin.
        joined: whether *and* may be inside it. Not for the lower end of a range: in `between five hundred and six
            thousand` it separates the two.
    """
    whole = None if tokens[at].text in DASHES else _multiple(tokens, at, joined=joined)
    if whole is None:
        return None
    floor = whole.scale
    while floor >= THOUSAND and (rest := _lower_scales(tokens, whole.end, floor, joined=joined)):
        whole = _Part(rest.end, whole.value + rest.value)
        floor = rest.scale
    return NumberTerm(whole.end, whole.value, whole.value, scale=whole.scale, scales=whole.scales)


def _multiple(tokens: NumberTokens, at: int, *, joined: bool) -> _Part | None:
    """A coefficient with its scale (`four thousand`, `two dozen`, `15k`, `a hundred`), or either alone."""
    bare = _Part(at + (tokens[at].text in ARTICLES), 1)
    digits = _digits(tokens, at)
    part = _hundreds(tokens, digits or _below_hundred(tokens, at) or bare, joined=joined)
    halved = _end_of_and_a_half(tokens, part.end)
    after = tokens.past_dash(halved or part.end)
    scale = MULTIPLIERS.get(tokens[after].text)
    if scale is None:
        return None if part is bare else part
    value = part.value if part.scaled is None else part.scaled
    value = (value + HALF if halved else value) * scale
    halved = None if halved else _end_of_and_a_half(tokens, after + 1)
    return _Part(halved, value + HALF * scale) if halved else _Part(after + 1, value, scale, part.scale * scale)


def _lower_scales(tokens: NumberTokens, at: int, floor: int, *, joined: bool) -> _Part | None:
    """How a number continues below its last scale: `and fifty`, `, two hundred`, `three thousand`; in words only."""
    comma = tokens[at].text == ","
    at = tokens.past_dash(at + comma)
    at += joined and tokens[at].text == "and"
    part = _below_hundred(tokens, at)
    if part is None:
        return None
    part = _hundreds(tokens, part, joined=joined)
    after = tokens.past_dash(part.end)
    scale = MULTIPLIERS.get(tokens[after].text)
    if scale is not None:
        part = _Part(after + 1, part.value * scale, scale)
    # A comma separates items of a list as well: below a hundred (`two thousand, five of them`) that is more likely.
    return part if (HUNDREDFOLD if comma else 1) <= part.value < floor and part.scale not in DOZENS.values() else None


def _hundreds(tokens: NumberTokens, part: _Part, *, joined: bool) -> _Part:
    """The part times a hundred, with the tens and units after that, where *hundred* follows it; else the part."""
    at = tokens.past_dash(part.end)
    if tokens[at].text != HUNDRED or part.value >= HUNDREDFOLD:
        return part
    end, value = at + 1, part.value * HUNDREDFOLD
    rest_at = tokens.past_dash(end)
    rest_at += joined and tokens[rest_at].text == "and"
    rest = _below_hundred(tokens, rest_at)
    # `five hundred and six hundred` are two numbers.
    if rest and rest.value and tokens[tokens.past_dash(rest.end)].text not in NOT_BELOW:
        return _Part(rest.end, value + rest.value)
    return _Part(end, value, HUNDREDFOLD, HUNDREDFOLD)


def _below_hundred(tokens: NumberTokens, at: int) -> _Part | None:
    """A number word below a hundred: `seven`, `twenty`, `twenty-five`."""
    word = tokens[at].text
    if word in UNITS:
        return _Part(at + 1, UNITS[word])
    if word not in TENS:
        return None
    unit_at = tokens.past_dash(at + 1)
    unit = UNITS.get(tokens[unit_at].text, 0)
    return _Part(unit_at + 1, TENS[word] + unit) if 0 < unit < UNITS["ten"] else _Part(at + 1, TENS[word])


def _end_of_and_a_half(tokens: NumberTokens, at: int) -> int | None:
    """The index after *and a half*, if that is here, with or without hyphens."""
    for word in ("and", "a", "half"):
        at = tokens.past_dash(at)
        if tokens[at].text != word:
            return None
        at += 1
    return at


def _digits(tokens: NumberTokens, at: int) -> _Part | None:
    """A number in digits, with the letter of a scale or a fraction that is attached to it."""
    if not tokens[at].text[:1].isdecimal():
        return None
    part = _grouped(tokens, at) or _single_token(tokens[at].text, at + 1)
    if part is None or not tokens.attached(part.end):
        return part
    onto = tokens[part.end].text
    value = part.value if part.scaled is None else part.scaled
    if onto in VULGAR:
        return _Part(part.end + 1, part.value + VULGAR[onto])
    if onto in SUFFIXES and not tokens.continues(part.end + 1):
        return _Part(part.end + 1, value * SUFFIXES[onto], SUFFIXES[onto], SUFFIXES[onto])
    return None if tokens.continues(part.end) else part


def _single_token(text: str, end: int) -> _Part | None:
    """The number of one number token; None for other digits: a code (`007`), a fraction of nothing (`1,2`), a date."""
    if PLAIN.fullmatch(text):
        return _Part(end, int(text))
    if GROUPED.fullmatch(text):
        return _Part(end, int(re.sub(r"\D", "", text)))
    if DOTTED.fullmatch(text):
        scaled = Fraction(text) if DECIMAL.fullmatch(text) else None
        return _Part(end, int(text.replace(".", "")), scaled=scaled)
    if DECIMAL.fullmatch(text):
        return _Part(end, Fraction(text.replace(",", "")))
    return None


def _grouped(tokens: NumberTokens, at: int) -> _Part | None:
    """A number whose groups are separated by spaces: `1 200`. A line break or wider gap separates two numbers."""
    text = tokens[at].text
    if len(text) > GROUP or not text.isdecimal() or text[0] == "0":
        return None
    end = at + 1
    while end < at + MAX_GROUPS and tokens[end].gap in GROUP_GAPS and _is_group(tokens[end].text):
        text += tokens[end].text
        end += 1
    return _Part(end, int(text)) if end > at + 1 else None


def _is_group(text: str) -> bool:
    return len(text) == GROUP and text.isdecimal()
