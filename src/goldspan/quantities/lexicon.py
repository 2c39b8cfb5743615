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
SCORES = {"threescore": 60, "fourscore": 80}
HUNDRED = "hundred"
SCALES = {"thousand": 10**3, "lakh": 10**5, "million": 10**6, "crore": 10**7, "billion": 10**9}
DOZENS = {"dozen": 12, "score": 20}
MULTIPLIERS = {**DOZENS, **SCALES}
ABBREVIATIONS = {"mn": 10**6, "mln": 10**6, "bn": 10**9}
SUFFIXES = {"k": 10**3, "m": 10**6, **ABBREVIATIONS}
"""Letters attached to digits: `15k`, `1.2m`. A separate *k* or *m* may be kilometres or metres."""

FRACTIONS = {"half": Fraction(1, 2), "quarter": Fraction(1, 4)}
PARTS = {
    **FRACTIONS,
    **{
        word: Fraction(1, number)
        for number, word in enumerate(("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), 3)
    },
}
"""Fractions of a scale: `three quarters of a million`. Without *of* most of these words are ordinals."""

PLURAL_PARTS = {"halves": PARTS["half"], **{f"{word}s": part for word, part in PARTS.items() if word != "half"}}
VULGAR = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}

COLLECTIVES = {HUNDRED: 100, **MULTIPLIERS}
"""What may be counted itself: `several dozen`, `a couple of hundred`, `half a million`."""

PLURALS = {"tens": 10, **{f"{word}s": number for word, number in COLLECTIVES.items()}}
"""Vague numerals: `dozens of`, `hundreds of`."""

ARTICLES = frozenset({"a", "an"})
SEVERAL = frozenset({"few", "several", "many"})
"""Vague words that have a value only before a collective: `several hundred`, but not `several soldiers`."""

GROUPS = {
    word: size
    for size, words in {
        2: ("pair", "duo", "twosome", "brace"),
        3: ("trio", "threesome"),
        4: ("quartet", "foursome"),
        5: ("quintet",),
        6: ("sextet",),
        7: ("septet",),
        8: ("octet",),
    }.items()
    for word in words
}
"""Words for groups of a known size: `a trio of soldiers`."""

COUPLE = "couple"
COUNTED_GROUPS = {"pairs": 2, "duos": 2, "trios": 3, "quartets": 4, "foursomes": 4}
"""Groups that are counted: `two pairs of snipers`."""

BAKERS_DOZEN = ("baker", "'", "s", "dozen")
LEVELS = frozenset({"low", "lower", "mid", "middle", "high", "higher", "upper"})
"""Where in the range of a vague numeral a number is: `the low hundreds`."""

REPEATS = frozenset({"and", "upon", "on", "after"})
"""What joins a vague numeral with itself: `hundreds upon hundreds`."""

DASHES = frozenset({"-", "—"})
COMPOUND = frozenset(
    {
        *("strong", "man", "men", "woman", "women", "person", "people", "member", "soldier", "troop", "fighter"),
        *("officer", "personnel", "sailor", "marine", "airman"),
    }
)
"""What a quantity forms a compound with: `3,000-strong`, `1,200-man`."""

DETERMINERS = frozenset({"the", "its", "their", "his", "her", "our", "my", "your", "these", "those", "all"})
WHOLES = DETERMINERS | {"them", "us", "you", "whom", "which"}
"""What begins a whole that people are part of: `dozens of them`."""

NEUTRAL = (
    ARTICLES
    | DETERMINERS
    | frozenset({"another", "additional", "further", "extra", "new", "fresh", "other", "remaining", "record"})
    | frozenset({"first", "last", "next", "initial", "total", "combined", "of", "mere", "only", "just", "exactly"})
    | frozenset({"precisely", "reported", "reportedly", "alleged", "allegedly", "claimed", "confirmed", "merely"})
    | frozenset({"altogether", "full", "fully", "whole", "grand", "paltry", "modest", "staggering", "whopping"})
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
        *("week", "weeks", "month", "months", "year", "years", "am", "pm", "something", "somethings"),
    }
)
"""What makes the number before it a share, a measure, a time, an age (`thirty-something`) or money, not a count.

A separate *k* or *m* is among them: `15 k` may be thousands or kilometres.
"""
UNFIT = frozenset("/%‰°$€£¥=_^\\")
"""What shows, attached to a number, that it is not a count: `9/11`, `10%`."""

SUBORDINATING = MONTHS | frozenset(
    {
        *(
            "from",
            "in",
            "with",
            "at",
            "for",
            "by",
            "since",
            "on",
            "until",
            "during",
            "under",
            "including",
            "among",
            "[",
        ),
        "aged",
    }
)
"""What precedes a second number that states an origin, a place, a time or an age, or is part of the first."""

PERIODS = frozenset(
    {
        *("second", "minute", "hour", "day", "night", "week", "weekend", "fortnight", "month", "quarter", "season"),
        *("year", "decade", "century", "annum"),
    }
)
"""What a rate is measured by: `300 troops a month`."""

REGULARLY = frozenset({"hourly", "daily", "nightly", "weekly", "monthly", "quarterly", "yearly", "annually"})
FROM_THEN = frozenset(
    {
        *("ago", "earlier", "later", "before", "after", "prior", "previously", "from", "hence", "on", "old", "of"),
        *("into", "to", "apart", "beforehand", "afterwards", "afterward", "long"),
    }
)
"""What shows after a period that it is a point in time or a length: `300 soldiers a year ago` is no rate."""

EVERY = frozenset({"every", "each"})

SPREADS = {"between": frozenset({"and", "to"}), "from": frozenset({"to"})}
"""The first words of a range, and the words that may join its ends."""

SOMEWHERE = frozenset({"somewhere", "anywhere", "anything"})
JOINS = frozenset({"to", "or"})
"""What joins the ends of a range that has no first word: `4,000 to 5,000`, `two or three`."""

HEDGES = frozenset({"perhaps", "maybe", "possibly", "potentially", "conceivably", "probably"})
"""What may introduce a second, higher number: `300, perhaps 400`."""


class Bound(Enum):
    """How the words around a number bound it."""

    ABOUT = auto()
    NEARLY = auto()
    MORE = auto()
    LEAST = auto()
    MOST = auto()
    FEWER = auto()
    SHORT = auto()


Phrases = dict[str, list[tuple[tuple[str, ...], Bound]]]
Expressions = dict[str, list[tuple[str, ...]]]


def _phrases(table: Mapping[Bound, str]) -> Phrases:
    """The phrases of a table, under their first number token, the longest first."""
    phrases: Phrases = {}
    for bound, text in table.items():
        for phrase in text.split("|"):
            tokens = tuple(phrase.split())
            phrases.setdefault(tokens[0], []).append((tokens, bound))
    for alternatives in phrases.values():
        alternatives.sort(key=lambda entry: -len(entry[0]))
    return phrases


def _expressions(text: str) -> Expressions:
    """Phrases without a bound, under their first number token, the longest first."""
    expressions: Expressions = {}
    for phrase in sorted((tuple(phrase.split()) for phrase in text.split("|")), key=len, reverse=True):
        expressions.setdefault(phrase[0], []).append(phrase)
    return expressions


BEFORE = _phrases(
    {
        Bound.ABOUT: "about | around | some | roughly | approximately | approximating | approx | approx . | "
        "abt | abt . | circa | ca | ca . | cca | cca . | c . | an estimated | estimated | est . | "
        "an approximate | approximate | perhaps | maybe | probably | presumably | likely | barely | hardly | "
        "scarcely | something like | something around | somewhere around | round about | around about | "
        "just about | more or less | give or take | plus or minus | in the region of | in the order of | "
        "on the order of | of the order of | in the range of | in the vicinity of | in the area of | "
        "in the ballpark of | in the neighbourhood of | in the neighborhood of | ~ | ∼ | ≈ | ≃ | ≅ | ± | + / -",
        Bound.NEARLY: "nearly | almost | close to | close on | near | near to | nearing | approaching | "
        "pushing | touching | virtually | practically | nigh on | well nigh | well - nigh | getting on for | "
        "going on | going on for | bordering on | verging on | as good as | not far off | not far from | "
        "not far short of | not far shy of | best part of | better part of",
        Bound.MORE: "more than | over | above | beyond | exceeding | topping | surpassing | greater than | "
        "higher than | in excess of | upward of | upwards of | north of | >",
        Bound.LEAST: "at least | at the least | at the very least | at a minimum | at minimum | "
        "a minimum of | minimum of | a minimum | minimum | min . | no fewer than | no less than | "
        "not fewer than | not less than | never fewer than | never less than | no lower than | not under | "
        "not below | as few as | as little as | a floor of | floor of | a good | good | ≥ | > =",
        Bound.MOST: "up to | up to and including | upto | anything up to | as many as | as much as | at most | "
        "at the most | at the very most | at the outside | at best | at a maximum | a maximum of | maximum of | "
        "a maximum | maximum | max | max . | no more than | not more than | never more than | no greater than | "
        "no larger than | no bigger than | no higher than | not exceeding | never exceeding | not to exceed | "
        "not over | not above | not in excess of | a ceiling of | ceiling of | a cap of | cap of | a limit of | "
        "limit of | an upper limit of | upper limit of | never above | never over | possibly | potentially | "
        "conceivably | ≤ | < =",
        Bound.FEWER: "fewer than | less than | lower than | smaller than | under | below | south of | "
        "not even | not as many as | not so many as | nowhere near | nothing like | <",
        Bound.SHORT: "short of | shy of | not quite",
    }
)
AFTER = _phrases(
    {
        Bound.ABOUT: "odd | some odd | ish | or so | or thereabouts | thereabouts | more or less | "
        "approximately | roughly | give or take | , give or take | , more or less | , or so",
        Bound.LEAST: "+ | plus | or more | and more | or over | and over | or above | and above | or up | "
        "and up | or upwards | and upwards | upwards | or better | or greater | or higher | and counting | "
        ", and counting | and rising | at least | at the least | at the very least | at minimum | at a minimum | "
        "minimum | if not more | , if not more | or even more | or perhaps more | or possibly more | "
        "and perhaps more | and possibly more | and probably more | , perhaps more | , possibly more | "
        ", probably more",
        Bound.MOST: "or fewer | and fewer | or less | and less | or under | and under | or below | "
        "and below | at most | at the most | at the very most | at the outside | at best | at maximum | "
        "at a maximum | maximum | max | tops | , tops | if that | , if that | if not fewer | , if not fewer | "
        "or even fewer | or possibly fewer",
    }
)
ALSO_TRAILING = frozenset({"counting", "rising", "perhaps", "possibly", "probably"})
TRAILING = {
    first: [(words, bound) for words, bound in phrases if first != "and" or words[1] in ALSO_TRAILING]
    for first, phrases in AFTER.items()
    if first in {"or", "at", "if", "give", ",", "and"}
}
"""The bounds that may follow the noun: `500 soldiers or more`, `500 soldiers, if not more`."""

PARTICIPLES = frozenset({"pushing", "touching", "topping", "surpassing"})
"""Bounds that are verbs as well: they bound round numbers only."""

CLOSE = _expressions(
    "just | only just | slightly | very slightly | ever so slightly | a little | little | a bit | a shade | a touch | "
    "a hair | a fraction | a whisker | a tad | a few | a handful | barely | hardly | scarcely | marginally | "
    "fractionally | something"
)
"""Before MORE, FEWER or SHORT: the number is near."""

FAR = _expressions(
    "well | far | much | way | considerably | significantly | substantially | somewhat | rather | vastly | "
    "comfortably | easily | a lot | a good deal | a great deal | quite a bit | many"
)
"""Before MORE, FEWER or SHORT: belongs to the bound; the number is not near."""

FILLER = _expressions(
    "an additional | additional | a further | further | another | an extra | extra | a total of | total of | a total | "
    "a combined | a combined total of | even"
)
"""What may be between a bound and its number: `up to an additional 1,000`."""

MARGINS = _expressions("give or take | , give or take | plus or minus | ± | + / -")
"""What precedes how far a number may be off: `300, give or take 20`."""

UNCERTAIN_MARGINS = _expressions("a few | a couple | a handful | several | some | a bit | a little")
"""Margins of which only the first is known, that there is one: `300, give or take a few`."""


def _starts(*vocabularies: Iterable[str]) -> frozenset[str]:
    return frozenset(word for vocabulary in vocabularies for word in vocabulary)


OTHER_STARTS = _starts(
    *(UNITS, TENS, SCORES, COLLECTIVES, FRACTIONS, VULGAR, PLURALS, ARTICLES, SEVERAL, (COUPLE,), GROUPS, LEVELS),
    *(CLOSE, FAR, SPREADS, SOMEWHERE, BAKERS_DOZEN[:1]),
)
NUMBER_STARTS = OTHER_STARTS | _starts(BEFORE)
"""Every first word of a quantity; the other quantities begin with a digit."""

SECOND_WORDS = {
    first: frozenset(phrase[1] for phrase, _ in phrases)
    for first, phrases in BEFORE.items()
    if first not in OTHER_STARTS and all(len(phrase) > 1 for phrase, _ in phrases)
}
"""The words that must follow the first word of a bound of several: `in` `the order of`, `in` `excess of`."""

AFTER_ARTICLE = _starts(
    *(COLLECTIVES, PARTS, SEVERAL, (COUPLE,), GROUPS, BAKERS_DOZEN[:1]),
    (words[1] for article in ARTICLES for words, _ in BEFORE.get(article, ())),
    (words[1] for table in (CLOSE, FAR) for article in ARTICLES for words in table.get(article, ())),
)
"""Every second word of a quantity that begins with an article: most articles need not be parsed."""
