"""The troop count of the words of a span, how far a quantity among tokens extends, and how two counts compare."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from goldspan.errors import InvalidValueError
from goldspan.quantities import grammar
from goldspan.quantities.grammar import parse_quantity
from goldspan.quantities.lexicon import (
    ARTICLES,
    DETERMINERS,
    NEUTRAL,
    NUMBER_STARTS,
    SECOND_WORDS,
    SUBORDINATING,
    TRAILING,
)
from goldspan.quantities.number_tokens import tokenize_text, tokenize_word, tokenize_words
from goldspan.quantities.numbers import parse_number
from goldspan.quantities.rates import is_rate, is_rate_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.quantities.number_tokens import NumberTokens
    from goldspan.quantities.numbers import NumberTerm

Verdict = Literal["right", "bound_wrong", "wrong"]
RATIO = frozenset({"in", "per"})
"""What makes a ratio of the numbers directly before and after it: `one in five`."""


@dataclass(frozen=True, slots=True)
class TroopCount:
    """How many people a quantity allows for.

    Args:
        minimum: the fewest, inclusive; None where the words leave it open.
        maximum: the most, inclusive; None where the words leave it open.
        approximate: whether the words show that the figures are not exact.

    Raises:
        InvalidValueError: for no bound at all, a negative one, or a minimum above the maximum.
    """

    minimum: int | None
    maximum: int | None
    approximate: bool

    def __post_init__(self) -> None:
        if self.minimum is None and self.maximum is None:
            raise InvalidValueError(
                "a troop count needs a minimum or a maximum", remedy="Where there is neither, use None."
            )
        if (self.minimum or 0) < 0 or (self.maximum or 0) < 0:
            raise InvalidValueError(f"a troop count is not negative: {self.minimum} to {self.maximum}")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise InvalidValueError(f"the minimum {self.minimum} is above the maximum {self.maximum}")


def compare_counts(gold: TroopCount, predicted: TroopCount | None) -> Verdict:
    """How a value compares with that of gold: right, the bound alone wrong, or wrong.

    The bound alone is wrong where the two name a number in common: `up to 1,000`, `more than 1,000`, `about 1,000` and
    `1,000`, or a range and one of its ends.
    """
    if gold == predicted:
        return "right"
    return "bound_wrong" if predicted is not None and named_numbers(gold) & named_numbers(predicted) else "wrong"


def named_numbers(value: TroopCount) -> frozenset[int]:
    """The numbers that the words of such a value may have named: `more than n` is n+1–, `fewer than n` is 0–n-1."""
    low, high = value.minimum, value.maximum
    if high is None:
        assert low is not None, "a value has a bound"
        return frozenset({low, low - 1})
    return frozenset({high, high + 1}) if not low else frozenset({low, high})


def parse_troop_count(text: str, following: str = "") -> TroopCount | None:
    """The value of the words of a troop count.

    Args:
        text: the words of a span, such as `up to 1,000 additional troops`; any case, white space and dashes.
        following: what follows the span in its text: `a month` makes a rate of it.

    Returns:
        The value, by the conventions of this package; None where the words have none.
    """
    if following and is_rate_before(following):
        return None
    tokens = tokenize_text(text)
    at = 0
    while (term := parse_quantity(tokens, at)) is None and tokens[at].text in NEUTRAL:
        at += 1
    whole = term and _with_rest(tokens, term)
    if whole is None or (whole.low is None and whole.high is None):
        return None
    low, high = (None if end is None else int(end) for end in (whole.low, whole.high))
    return TroopCount(low, high, whole.approximate)


@lru_cache(maxsize=8192)
def can_begin(word: str) -> bool:
    """Whether a quantity may begin with this token: a look-up, so that most tokens need not be parsed."""
    if word[:1].isdigit() or word.lower() in NUMBER_STARTS:
        return True
    pieces = () if word.isalpha() else tokenize_word(word)
    return bool(pieces) and pieces[0][0] in NUMBER_STARTS


def quantity_at(words: Sequence[str], index: int) -> int | None:
    """The end of the longest quantity that begins at a token.

    Args:
        words: the tokens of a text as spaCy's English tokenizer cuts them, tokens of white space among them.
        index: the token to begin at.

    Returns:
        The index after its last token; None if no quantity begins here. It may have no value (`10-15,000`).
    """
    if not can_begin(words[index]) or _is_cut_short(words, index):
        return None
    tokens = tokenize_words(words, index)
    term = parse_quantity(tokens, 0)
    end = -1 if term is None else tokens[term.end - 1].token
    return end if end > index else None


def _is_cut_short(words: Sequence[str], index: int) -> bool:
    """Whether a bound of several words ends after its first: `in Mali`, but not `in excess of`; a look-up, too."""
    seconds = SECOND_WORDS.get(words[index].lower())
    following = words[index + 1] if index + 1 < len(words) else ""
    return seconds is not None and following.isalpha() and following.isascii() and following.lower() not in seconds


def _with_rest(tokens: NumberTokens, first: NumberTerm) -> NumberTerm | None:
    """The first quantity of a span, given the words after it.

    A second quantity that states the whole of the first (`150 of its 300 soldiers`), an origin (`from 27 countries`) or
    a time changes nothing, nor does the same number in brackets. Any other (`two officers and three soldiers`) leaves
    the span without a value: neither is that of the whole.
    """
    at, joined = first.end, True
    if tokens.match(at, ("out", "of")) and tokens[at + 2].text in DETERMINERS:
        at, joined = at + 2, False
    while tokens[at].text:
        if is_rate(tokens, at) or (tokens[at].text == "to" and tokens[at + 1].text in ARTICLES):
            # What somebody marked up to `to a tent` is a rate; a text that goes on so may name a destination.
            return None
        if tokens.match(at, ("if", "not")):
            second = parse_quantity(tokens, at + 2)
            if second and grammar.is_higher(first, second):
                # `hundreds of soldiers, if not thousands`
                first = second._replace(low=first.low, approximate=first.approximate or second.approximate)
                at, joined = second.end, False
                continue
        end = _second_quantity(tokens, at)
        if end is None:
            joined = _is_coordinated(tokens, at, joined=joined, directly=at == first.end)
        elif joined and not _repeats(tokens, at, first):
            return None
        else:
            joined = False
        at = at + 1 if end is None else end
    return _with_trailing(tokens, first)


def _second_quantity(tokens: NumberTokens, at: int) -> int | None:
    """The index after a second quantity, or after digits that are no number (`1,200 000`), that begin here."""
    if tokens.inside_word(at):
        return None
    term = parse_quantity(tokens, at)
    if term is not None:
        return term.end
    odd = tokens[at].text[:1].isdecimal() and not tokens.continues(at + 1) and parse_number(tokens, at) is None
    return at + 1 if odd else None


def _is_coordinated(tokens: NumberTokens, at: int, *, joined: bool, directly: bool) -> bool:
    """Whether a quantity after this number token ranks equal with the first, given whether one in its place does."""
    text = tokens[at].text
    if text == "of":
        # Of a number, the whole (`150 of its 300`); of a noun, a multiplication (`two battalions of 800 men`).
        return not directly
    if text in RATIO:
        return directly
    return joined if text in NEUTRAL else text not in SUBORDINATING


def _repeats(tokens: NumberTokens, at: int, first: NumberTerm) -> bool:
    """Whether the same number is here again, in brackets: `250 (two hundred and fifty)`."""
    other = parse_quantity(tokens, at)
    return tokens[at - 1].text == "(" and other is not None and (first.low, first.high) == (other.low, other.high)


def _with_trailing(tokens: NumberTokens, term: NumberTerm) -> NumberTerm:
    """The term with the bound after its noun: `500 soldiers or more`."""
    at = term.end
    while tokens[at].text and _second_quantity(tokens, at) is None:
        bound, _ = grammar.match_phrase(TRAILING, tokens, at)
        if bound is not None:
            return grammar.apply_bound(term, bound)
        at += 1
    return term
