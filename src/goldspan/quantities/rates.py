"""Rates and shares per unit: `300 troops a month`, `5 soldiers per vehicle`, `ten soldiers each`.

Their number is not that of the people: nobody knows how many months or vehicles there are. So a rate has no value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.quantities.lexicon import ARTICLES, EVERY, FROM_THEN, PERIODS, REGULARLY, UNITS
from goldspan.quantities.number_tokens import tokenize_text

if TYPE_CHECKING:
    from goldspan.quantities.number_tokens import NumberTokens

SHARING = frozenset({"for", "to", "in", "on", "at", "of", "by", "with"})
"""What precedes the units that share: `two guards at each gate`, `two of every three`."""

AFTER_EACH = frozenset({"", ".", ",", ";", ":", ")", "!", "?", "from", "to", "for", "and", "or"})
"""What follows an *each* that distributes the number before it: `300 soldiers each from Italy and Spain`."""

BETWEEN = frozenset({"other", "few", "single", "second", "third", "couple", "of"})
"""What may be between *every* and its period: `every other day`."""

MOST_BETWEEN = 2
REACH = 48
"""How many characters after a span are read."""


def is_rate(tokens: NumberTokens, at: int) -> bool:
    """Whether the words here make a rate of the quantity before them."""
    word, following = tokens[at].text, tokens[at + 1].text
    if word in ARTICLES:
        return _is_period(tokens, at + 1)
    if word in EVERY:
        return _is_each(tokens, at)
    if word in SHARING:
        return following in EVERY or (word == "on" and following == "average")
    is_per = word == "per" and following.isalpha() and following not in {"cent", "centum", "se"}
    is_of_every = word == "out" and following == "of" and tokens[at + 2].text in EVERY
    return is_per or is_of_every or word in REGULARLY or word == "apiece" or (word == "/" and following in PERIODS)


def is_rate_before(text: str) -> bool:
    """Whether a text that follows a quantity and its noun makes a rate of them."""
    return is_rate(tokenize_text(text[:REACH]), 0)


def _is_period(tokens: NumberTokens, at: int) -> bool:
    """Whether a period is here that is not a point in time: not `a year ago`, `a month after the war`."""
    following = tokens[at + 1].text
    return tokens[at].text in PERIODS and (
        following not in FROM_THEN or (following == "on" and tokens[at + 2].text == "average")
    )


def _is_each(tokens: NumberTokens, at: int) -> bool:
    """Whether *every* or *each* here is followed by a period, or distributes what is before it: `ten soldiers each`."""
    period = at + 1
    while period <= at + MOST_BETWEEN and (
        tokens[period].text in BETWEEN | UNITS.keys() or tokens[period].text.isdecimal()
    ):
        period += 1
    if tokens[period].text.removesuffix("s") in PERIODS:
        return True
    return tokens[at].text == "each" and tokens[at - 1].text != "," and tokens[at + 1].text in AFTER_EACH
