"""The words of quantities: one lexicon for finding and for parsing them.

All entries are in lower case, as number tokens are: a phrase is its number tokens, separated by spaces.
"""

from __future__ import annotations

from enum import Enum, auto
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNITS = {
    word: number
    for number, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
        )
    )
}
TENS = {
    word: number * 10
    for number, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
HUNDRED = "hundred"
SCALES = {"thousand": 10**3, "lakh": 10**5, "million": 10**6, "crore": 10**7, "billion": 10**9}
DOZENS = {"dozen": 12, "score": 20}
MULTIPLIERS = {**DOZENS, **SCALES}
SUFFIXES = {"k": 10**3, "m": 10**6}
"""Letters attached to digits: `15k`, `1.2m`."""

FRACTIONS = {"half": Fraction(1, 2), "quarter": Fraction(1, 4)}
VULGAR = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}

COLLECTIVES = {HUNDRED: 100, **MULTIPLIERS}
"""What may be counted itself: `several dozen`, `a couple of hundred`, `half a million`."""

PLURALS = {"tens": 10, **{f"{word}s": number for word, number in COLLECTIVES.items()}}
"""Vague numerals: `dozens of`, `hundreds of`."""

ARTICLES = frozenset({"a", "an"})
SEVERAL = frozenset({"few", "several", "many"})
"""Vague words that have a value only before a collective: `several hundred`, but not `several soldiers`."""

PAIRS = {"couple": True, "pair": False}
"""Words for two, and whether they are used loosely."""

DASHES = frozenset({"-", "—"})
COMPOUND = frozenset({"strong", "man", "men", "woman", "women", "person", "people", "member", "soldier", "troop"})
"""What a quantity forms a compound with: `3,000-strong`, `1,200-man`."""

DETERMINERS = frozenset({"the", "its", "their", "his", "her", "our", "my", "your", "these", "those", "all"})
WHOLES = DETERMINERS | {"them", "us", "you", "whom", "which"}
"""What begins a whole that people are part of: `dozens of them`."""

NEUTRAL = (
    ARTICLES
    | DETERMINERS
    | frozenset({"another", "additional", "further", "extra", "new", "fresh", "other", "remaining", "record"})
    | frozenset({"first", "last", "next", "initial", "total", "combined", "of", "mere", "only", "just", "exactly"})
    | frozenset({"precisely", "reported", "reportedly"})
    | frozenset("('\"“”«»")
)
"""What may precede a quantity inside a span without changing its value."""

MONTHS = frozenset(
    {
        *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
        *("november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
    }
)
LONGEST_MONTH = 31
MEASURES = frozenset(
    {
        *("%", "‰", "percent", "percentage", "pct", "$", "€", "£", "¥", "dollars", "euros", "pounds"),
        *("half", "halves", "third", "thirds", "quarter", "quarters", "fourths", "fifth", "fifths", "sixths"),
        *("eighths", "tenth", "tenths", "hundredths", "times", "degrees", "k", "m", "mm", "cm", "km", "kg"),
        *("ft", "feet", "mile", "miles", "metre", "metres", "meter", "meters", "kilometre", "kilometres"),
        *("kilometer", "kilometers", "tons", "tonnes", "minute", "minutes", "hour", "hours", "day", "days"),
        *("week", "weeks", "month", "months", "year", "years", "am", "pm"),
    }
)
"""What makes the number before it a share, a measure, a time or money, not a count of people.

A separate *k* or *m* is among them: `15 k` may be thousands or kilometres.
"""
UNFIT = frozenset("/%‰°$€£¥=_^\\")
"""What shows, attached to a number, that it is not a count: `9/11`, `10%`."""

SUBORDINATING = MONTHS | frozenset(
    {"from", "in", "with", "at", "for", "by", "since", "on", "until", "during", "under", "including", "among", "["}
)
"""What precedes a second number that states an origin, a place or a time, or is part of the first."""


FAR = frozenset({"well", "far", "much", "way", "considerably", "significantly", "substantially", "somewhat", "rather"})
FILLER = tuple(
    tuple(words.split())
    for words in ("an additional", "additional", "a further", "further", "another", "an extra", "extra", "a total of")
)
SPREADS = {"between": frozenset({"and", "to"}), "from": frozenset({"to"})}
SOMEWHERE = frozenset({"somewhere", "anywhere"})
JOINS = frozenset({"to", "or"})


class Bound(Enum):
    """How the words around a number bound it."""

    ABOUT = auto()
    NEARLY = auto()
    MORE = auto()
    LEAST = auto()
    MOST = auto()
    FEWER = auto()


Phrases = dict[str, list[tuple[tuple[str, ...], Bound]]]


def _phrases(table: Mapping[Bound, str]) -> Phrases:
    """The phrases of a table, under their first number token, the longest first."""
    phrases: Phrases = {}
    for bound, text in table.items():
        for phrase in text.split("/"):
            tokens = tuple(phrase.split())
            phrases.setdefault(tokens[0], []).append((tokens, bound))
    for alternatives in phrases.values():
        alternatives.sort(key=lambda entry: -len(entry[0]))
    return phrases


BEFORE = _phrases(
    {
        Bound.ABOUT: "about / around / some / roughly / approximately / approx / approx . / circa / ca / ca . / c . / "
        "an estimated / estimated / est . / an approximate / approximate / perhaps / maybe / something like / "
        "somewhere around / round about / just about / more or less / in the region of / in the order of / "
        "on the order of / of the order of / in the neighbourhood of / in the neighborhood of / ~ / ∼ / ≈ / ±",
        Bound.NEARLY: "nearly / almost / close to / near / near to / nearing / approaching / virtually / practically / "
        "nigh on / getting on for",
        Bound.MORE: "more than / over / above / beyond / exceeding / greater than / in excess of / upward of / "
        "upwards of / north of / >",
        Bound.LEAST: "at least / at the least / at the very least / at a minimum / a minimum of / minimum of / "
        "a minimum / minimum / min . / no fewer than / no less than / not fewer than / not less than / as few as / ≥",
        Bound.MOST: "up to / upto / anything up to / as many as / as much as / at most / at the most / "
        "at the very most / at a maximum / a maximum of / maximum of / a maximum / maximum / max / max . / "
        "no more than / not more than / no greater than / not exceeding / not over / ≤",
        Bound.FEWER: "fewer than / less than / under / below / short of / shy of / south of / <",
    }
)
AFTER = _phrases(
    {
        Bound.ABOUT: "odd / or so / or thereabouts / more or less / give or take",
        Bound.LEAST: "+ / plus / or more / and more / or over / and over / or above / and up / at least / at minimum / "
        "minimum",
        Bound.MOST: "or fewer / or less / or under / at most / at the most / at maximum / maximum / max / tops",
    }
)
CLOSE = _phrases(
    {
        Bound.ABOUT: "just / only just / slightly / a little / little / a bit / a shade / barely / marginally / "
        "fractionally"
    }
)
"""Before MORE or FEWER: the number is near."""

"""Before MORE or FEWER: belongs to the bound and does not change it."""

"""What may be between a bound and its number: `up to an additional 1,000`."""

"""The first words of a range, and the words that may join its ends."""

"""What joins the ends of a range that has no first word: `4,000 to 5,000`, `two or three`."""


def _starts(*vocabularies: Iterable[str]) -> frozenset[str]:
    return frozenset(word for vocabulary in vocabularies for word in vocabulary)


NUMBER_STARTS = _starts(
    *(UNITS, TENS, COLLECTIVES, FRACTIONS, VULGAR, PLURALS, ARTICLES, SEVERAL, PAIRS),
    *(BEFORE, CLOSE, FAR, SPREADS, SOMEWHERE),
)
"""Every first word of a quantity; the other quantities begin with a digit."""

AFTER_ARTICLE = _starts(
    *(COLLECTIVES, FRACTIONS, SEVERAL, PAIRS),
    (words[1] for table in (BEFORE, CLOSE) for article in ARTICLES for words, _ in table.get(article, ())),
)
"""Every second word of a quantity that begins with an article: most articles need not be parsed."""
