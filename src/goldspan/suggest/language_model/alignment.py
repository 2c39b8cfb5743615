"""The places of quotes that a language model returns in the order of the text.

Of all ways to give quotes places in their order and without overlaps, one with the most quotes is taken; of these, one
in which the words that the model gave as those before the quote stand there most often; of these, the one that ends
first. So the first of two `Kosovo` gets the first place, and where only one is quoted, the words before it decide.
It is found by dynamic programming over the quotes, as the longest increasing subsequence is (Fredman 1975): of partial
solutions, only those that no other one beats in both number and end are kept.

What is left is out of order. It gets a place only where no other is possible: its one free place, or the one free place
after the words given with it. Nothing is ever guessed: the rest is refused, with a reason.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from goldspan.suggest.language_model.quote_search import Matching, Place, QuoteSearch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Quote(NamedTuple):
    """Words that a model copied from a text.

    Args:
        words: the quote.
        before: the words directly before it, or some of them; empty for none given.
    """

    words: str
    before: str = ""


class Refusal(StrEnum):
    """Why a quote got no place."""

    NOT_IN_TEXT = "not in the text"
    INSIDE_WORD = "only a part of a word"
    NO_PLACE = "quoted more often than it occurs, or overlapping another quote"
    AMBIGUOUS = "out of order, with several possible places"


class QuoteAlignment(NamedTuple):
    """Where quotes stand in a text.

    Args:
        places: by the number of the quote, from 0.
        refused: by the number of the quote, why it has no place.
        out_of_order: the numbers of those quotes with a place that the order of the others does not allow.
    """

    places: dict[int, Place]
    refused: dict[int, Refusal]
    out_of_order: tuple[int, ...]


class _Candidate(NamedTuple):
    place: Place
    is_after_words: bool  # whether the words that were given stand before it


class _Partial(NamedTuple):
    """Places for some of the first quotes: the end of the last, how many they are, and the places before the last."""

    end: int
    placed: int
    after_words: int
    number: int
    place: Place | None
    previous: _Partial | None

    def with_place(self, number: int, one: _Candidate) -> _Partial:
        """These places, and one for a further quote."""
        after_words = self.after_words + one.is_after_words
        return _Partial(one.place.end, self.placed + 1, after_words, number, one.place, self)


def align(text: str, quotes: Sequence[Quote], matching: Matching = "typography") -> QuoteAlignment:
    """The places of quotes in a text; see the module.

    Args:
        text: the text.
        quotes: in the order in which they were given.
        matching: what may differ between a quote and the text.
    """
    search = QuoteSearch(text, matching)
    candidates: list[list[_Candidate]] = []
    refused: dict[int, Refusal] = {}
    for number, quote in enumerate(quotes):
        places, is_inside_word = search.places(quote.words)
        candidates.append(list(map(_Candidate, places, search.follow(quote.before, places))))
        if not places:
            refused[number] = Refusal.INSIDE_WORD if is_inside_word else Refusal.NOT_IN_TEXT
    placed = dict(_in_order(candidates))
    taken = sorted(placed.values())
    out_of_order = []
    for number, possible in enumerate(candidates):
        if number in placed or number in refused:
            continue
        place = _only_place(possible, taken)
        if isinstance(place, Refusal):
            refused[number] = place
        else:
            placed[number] = place
            insort(taken, place)
            out_of_order.append(number)
    return QuoteAlignment(dict(sorted(placed.items())), dict(sorted(refused.items())), tuple(out_of_order))


def _in_order(candidates: Sequence[Sequence[_Candidate]]) -> Iterator[tuple[int, Place]]:
    """The most quotes, by number, with places in their order."""
    partials = [_Partial(0, 0, 0, -1, None, None)]  # by growing end; each later one is better
    for number, possible in enumerate(candidates):
        if not possible:
            continue
        after_words = [one for one in possible if one.is_after_words]
        further = [*_extended(partials, number, possible), *_extended(partials, number, after_words)]
        partials = _unbeaten([*partials, *further])
    partial: _Partial | None = partials[-1]
    while partial is not None and partial.place is not None:
        yield partial.number, partial.place
        partial = partial.previous


def _extended(partials: Sequence[_Partial], number: int, options: Sequence[_Candidate]) -> Iterator[_Partial]:
    """Each partial solution with the first place of a further quote behind its end, which also ends first.

    Of those that have the same first place behind them, the last one, which is the best.
    """
    at = 0
    for partial, better in zip_longest(partials, partials[1:]):
        while at < len(options) and options[at].place.start < partial.end:
            at += 1
        if at == len(options):
            return
        if better is None or better.end > options[at].place.start:
            yield partial.with_place(number, options[at])


def _unbeaten(partials: list[_Partial]) -> list[_Partial]:
    """Those than which no other one is as good and ends no later; of equals, the one made of earlier quotes."""
    partials.sort(key=lambda one: (one.end, -one.placed, -one.after_words))
    kept: list[_Partial] = []
    best = (-1, -1)
    for one in partials:
        if one[1:3] > best:
            kept.append(one)
            best = one[1:3]
    return kept


def _only_place(possible: Sequence[_Candidate], taken: Sequence[Place]) -> Place | Refusal:
    """The one place that is free, or else the one free place after the given words."""
    free = [one for one in possible if _is_free(one.place, taken)]
    for options in (free, [one for one in free if one.is_after_words]):
        if len(options) == 1:
            return options[0].place
    return Refusal.AMBIGUOUS if free else Refusal.NO_PLACE


def _is_free(place: Place, taken: Sequence[Place]) -> bool:
    """Whether a place overlaps none of some sorted ones, which do not overlap each other."""
    at = bisect_left(taken, place.end, key=lambda one: one.start)
    return at == 0 or taken[at - 1].end <= place.start
