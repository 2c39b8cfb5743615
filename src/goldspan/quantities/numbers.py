"""Exact numbers: digits, number words, and the two mixed (`4,500`, `two hundred and fifty-one`, `1.2 million`).

Fractions belong to them where a scale follows or precedes (`two and a quarter thousand`, `4,5 million`, `2 1/2 dozen`).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from goldspan.quantities.lexicon import (
    ABBREVIATIONS,
    ARTICLES,
    COLLECTIVES,
    COUNTED_GROUPS,
    DASHES,
    DOZENS,
    HUNDRED,
    MULTIPLIERS,
    PARTS,
    PLURAL_PARTS,
    SCORES,
    SUFFIXES,
    TENS,
    UNITS,
    VULGAR,
)

if TYPE_CHECKING:
    from goldspan.quantities.number_tokens import NumberTokens

PLAIN = re.compile(r"0|[1-9]\d{0,11}")
GROUPED = re.compile(r"[1-9]\d{0,2}([,'])\d{3}(?:\1\d{3}){0,2}|[1-9]\d?(?:,\d{2}){1,3},\d{3}")
DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){1,3}")
DECIMAL = re.compile(r"(0|[1-9]\d{0,8}|[1-9]\d{0,2}(?:,\d{3}){1,2})\.(\d{1,6})")
DECIMAL_COMMA = re.compile(r"(0|[1-9]\d{0,8}),(?!0+$)(\d{1,2})")
FRACTION_DIGIT = re.compile(r"[1-9]")
GROUP_GAPS = frozenset({" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{FIGURE SPACE}"})
GROUP = 3
MAX_GROUPS = 4
HUNDREDFOLD = 100
THOUSAND = 1000
NOT_BELOW = frozenset({HUNDRED, *DOZENS})
SCALE_WORDS = {**MULTIPLIERS, **ABBREVIATIONS}
PLURAL_SCALES = {**{f"{word}s": number for word, number in MULTIPLIERS.items()}, **COUNTED_GROUPS}
"""Scales after a number, in the plural: `two millions of men`, `3 lakhs`."""

ATTACHABLE = frozenset({"ish", "odd", "plus"})
"""What may be attached to digits without a scale: `300ish`."""


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
    takes_of = tokens[whole.end - 1].text in PLURAL_SCALES
    floor = whole.scale
    while floor >= THOUSAND and (rest := _lower_scales(tokens, whole.end, floor, joined=joined)):
        whole = _Part(rest.end, whole.value + rest.value)
        floor = rest.scale
    return NumberTerm(whole.end, whole.value, whole.value, scale=whole.scale, scales=whole.scales, takes_of=takes_of)


def parse_share(tokens: NumberTokens, at: int) -> tuple[int, Fraction] | None:
    """The fraction in words or digits that begins here (`three quarters`, `two-thirds`, `3/4`), and the index after it.

    A fraction below one without an article: `half`, `quarter`, `¾` are for the caller.
    """
    fraction = _digit_fraction(tokens, at)
    if fraction:
        return fraction
    number = UNITS.get(tokens[at].text, 0)
    word_at = tokens.past_dash(at + 1)
    words = PARTS if number == 1 else PLURAL_PARTS | {"quarter": PARTS["quarter"]}
    part = words.get(tokens[word_at].text)
    return (word_at + 1, number * part) if part and 0 < number * part < 1 else None


def _multiple(tokens: NumberTokens, at: int, *, joined: bool) -> _Part | None:
    """A coefficient with its scale (`four thousand`, `two dozen`, `15k`, `a hundred`), or either alone."""
    bare = _Part(at + (tokens[at].text in ARTICLES), 1)
    digits = _digits(tokens, at)
    part = _hundreds(tokens, digits or _below_hundred(tokens, at) or bare, joined=joined)
    # `a half` is a share of what follows: there is nothing that it is added to.
    added = None if part is bare else _added_fraction(tokens, part.end)
    value = part.value if part.scaled is None else part.scaled
    end, whole = added or (part.end, Fraction(0))
    after = tokens.past_dash(end)
    scale = SCALE_WORDS.get(tokens[after].text)
    if scale is None and part is not bare:
        scale = PLURAL_SCALES.get(tokens[after].text)
    if scale is None:
        if part is bare:
            return None
        return _Part(end, value + whole) if added else part
    value = (value + whole) * scale
    added = None if added else _added_fraction(tokens, after + 1)
    # `five thousand and a half dozen` are two numbers.
    if added and tokens[tokens.past_dash(added[0])].text not in COLLECTIVES:
        return _Part(added[0], value + added[1] * scale)
    return _Part(after + 1, value, scale, part.scale * scale)


def _lower_scales(tokens: NumberTokens, at: int, floor: int, *, joined: bool) -> _Part | None:
    """How a number continues below its last scale: `and fifty`, `, two hundred`, `three thousand`, `200 thousand`."""
    comma = tokens[at].text == ","
    at = tokens.past_dash(at + comma)
    if joined and tokens[at].text == "and":
        at = tokens.past_dash(at + 1)
    words = _below_hundred(tokens, at)
    part = words or (None if comma else _digits(tokens, at))
    if part is None:
        return None
    part = _hundreds(tokens, part, joined=joined)
    after = tokens.past_dash(part.end)
    scale = MULTIPLIERS.get(tokens[after].text)
    if scale is not None:
        part = _Part(after + 1, part.value * scale, scale)
    elif not words:
        # Digits without a scale of their own are another number: `5 thousand 500`.
        return None
    # A comma separates items of a list as well: below a hundred (`two thousand, five of them`) that is more likely.
    return part if (HUNDREDFOLD if comma else 1) <= part.value < floor and part.scale not in DOZENS.values() else None


def _hundreds(tokens: NumberTokens, part: _Part, *, joined: bool) -> _Part:
    """The part times a hundred, with the tens and units after that, where *hundred* follows it; else the part."""
    at = tokens.past_dash(part.end)
    if tokens[at].text != HUNDRED or part.value >= HUNDREDFOLD:
        return part
    end, value = at + 1, part.value * HUNDREDFOLD
    rest_at = tokens.past_dash(end)
    if joined and tokens[rest_at].text == "and":
        rest_at = tokens.past_dash(rest_at + 1)
    rest = _below_hundred(tokens, rest_at)
    # `five hundred and six hundred` are two numbers.
    if rest and rest.value and tokens[tokens.past_dash(rest.end)].text not in NOT_BELOW:
        return _Part(rest.end, value + rest.value)
    return _Part(end, value, HUNDREDFOLD, HUNDREDFOLD)


def _below_hundred(tokens: NumberTokens, at: int) -> _Part | None:
    """A number word below a hundred: `seven`, `twenty`, `twenty-five`, `five-and-twenty`, `threescore and ten`."""
    word = tokens[at].text
    if word in UNITS:
        return _inverted(tokens, at) or _Part(at + 1, UNITS[word])
    if word in SCORES:
        unit_at = tokens.past_dash(at + 1)
        unit = UNITS.get(tokens[tokens.past_dash(unit_at + 1)].text, 0) if tokens[unit_at].text == "and" else 0
        return _Part(tokens.past_dash(unit_at + 1) + 1, SCORES[word] + unit) if unit else _Part(at + 1, SCORES[word])
    if word not in TENS:
        return None
    unit_at = tokens.past_dash(at + 1)
    unit = UNITS.get(tokens[unit_at].text, 0)
    return _Part(unit_at + 1, TENS[word] + unit) if 0 < unit < UNITS["ten"] else _Part(at + 1, TENS[word])


def _inverted(tokens: NumberTokens, at: int) -> _Part | None:
    """`five-and-twenty`, with its hyphens: `five and twenty` may be two numbers."""
    if [tokens[at + n].text for n in (1, 2, 3)] != ["-", "and", "-"] or not 0 < UNITS[tokens[at].text] < UNITS["ten"]:
        return None
    tens = TENS.get(tokens[at + 4].text)
    return None if tens is None else _Part(at + 5, tens + UNITS[tokens[at].text])


def _added_fraction(tokens: NumberTokens, at: int) -> tuple[int, Fraction] | None:
    """The fraction after *and* (`and a half`, `and three quarters`) and the index after it, with or without hyphens."""
    at = tokens.past_dash(at)
    if tokens[at].text != "and":
        return None
    at = tokens.past_dash(at + 1)
    share = parse_share(tokens, at)
    if tokens[at].text in ARTICLES:
        word_at = tokens.past_dash(at + 1)
        part = PARTS.get(tokens[word_at].text)
        share = None if part is None else (word_at + 1, part)
    # `a third of them` is another quantity.
    return share if share and tokens[share[0]].text != "of" else None


def _digit_fraction(tokens: NumberTokens, at: int) -> tuple[int, Fraction] | None:
    """`3/4` and the index after it; not a date or a code: each of its numbers is one digit."""
    if not (FRACTION_DIGIT.fullmatch(tokens[at].text) and tokens[at + 1].text == "/" and tokens.attached(at + 1)):
        return None
    below = tokens[at + 2].text
    if not (FRACTION_DIGIT.fullmatch(below) and tokens.attached(at + 2)) or tokens[at].text >= below:
        return None
    return (
        None
        if tokens.attached(at + 3) and tokens[at + 3].text in "/-"
        else (at + 3, Fraction(int(tokens[at].text), int(below)))
    )


def _digits(tokens: NumberTokens, at: int) -> _Part | None:
    """A number in digits, with the letter of a scale or a fraction that is attached to it."""
    if not tokens[at].text[:1].isdecimal():
        return None
    fraction = _digit_fraction(tokens, at)
    part = _Part(*fraction) if fraction else _grouped(tokens, at) or _single_token(tokens[at].text, at + 1)
    if part is None or fraction:
        return part
    if not tokens.attached(part.end):
        added = _digit_fraction(tokens, part.end)
        return _Part(added[0], part.value + added[1]) if added else part
    onto = tokens[part.end].text
    value = part.value if part.scaled is None else part.scaled
    if onto in VULGAR:
        return _Part(part.end + 1, part.value + VULGAR[onto])
    if onto in SUFFIXES and not tokens.continues(part.end + 1):
        return _Part(part.end + 1, value * SUFFIXES[onto], SUFFIXES[onto], SUFFIXES[onto])
    return None if tokens.continues(part.end) and onto not in ATTACHABLE else part


def _single_token(text: str, end: int) -> _Part | None:
    """The number of one number token; None for other digits: a code (`007`), a list (`1,2000`), a date."""
    if PLAIN.fullmatch(text):
        return _Part(end, int(text))
    if GROUPED.fullmatch(text):
        return _Part(end, int(re.sub(r"\D", "", text)))
    if DOTTED.fullmatch(text):
        scaled = Fraction(text) if DECIMAL.fullmatch(text) else None
        return _Part(end, int(text.replace(".", "")), scaled=scaled)
    if DECIMAL.fullmatch(text):
        return _Part(end, Fraction(text.replace(",", "")))
    return _Part(end, Fraction(text.replace(",", "."))) if DECIMAL_COMMA.fullmatch(text) else None


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
