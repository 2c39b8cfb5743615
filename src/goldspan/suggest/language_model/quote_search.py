"""Where the words of a quote stand in a text, with exact offsets.

A language model copies words almost exactly: it may straighten quotation marks, join what a line break parts, or write
the code points of one letter in another way. Each level of matching lets more of this count as the same:

- `exact`: the code points of the text alone;
- `white-space`: any white space, also a line break, for any other;
- `typography`: besides, compatible characters (Unicode NFKC), quotation marks, apostrophes and dashes of any form, and
  characters without a width, which may be missing.

Case always counts. A quote is looked for at the first level at which it occurs. A place begins and ends between words,
as `name_matcher` has words, and between grapheme clusters: `US` is not found in `RUSSIA`, and `e` not in `é`.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from goldspan import graphemes
from goldspan.suggest.name_matcher import folded_words

if TYPE_CHECKING:
    from collections.abc import Sequence

Matching = Literal["exact", "white-space", "typography"]
LEVELS: tuple[Matching, ...] = ("exact", "white-space", "typography")
SIGNS = str.maketrans(
    dict.fromkeys("“”„‟«»‹›〝〞「」", '"')
    | dict.fromkeys("‘’‚‛`´′ʼ", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u061c", "")
    | dict.fromkeys((*range(8234, 8239), *range(8294, 8298)), "")
)


class Place(NamedTuple):
    """Where a quote stands, half-open, in code points."""

    start: int
    end: int


class FoldedText:
    """A text as a level of matching sees it, each character with the part of the text that it stands for.

    Args:
        text: the text.
        level: of matching.
    """

    def __init__(self, text: str, level: Matching) -> None:
        characters: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._opens: list[bool] = []  # whether a character begins a cluster
        for start, end in pairwise(graphemes.boundaries(text).tolist()):
            folded = _folded(text[start:end], level)
            if folded == " " and characters[-1:] == [" "] and level != "exact":
                self._ends[-1] = end
                continue
            for number, character in enumerate(folded):
                characters.append(character)
                self._starts.append(start)
                self._ends.append(end)
                self._opens.append(number == 0)
        self.text = "".join(characters)

    def places(self, quote: str) -> list[Place]:
        """All places of a folded quote that cut no grapheme cluster; they may overlap."""
        found, at = [], self.text.find(quote)
        while at >= 0:
            stop = at + len(quote)
            if self._opens[at] and (stop == len(self.text) or self._opens[stop]):
                found.append(Place(self._starts[at], self._ends[stop - 1]))
            at = self.text.find(quote, at + 1)
        return found

    def stands_before(self, words: str, start: int) -> bool:
        """Whether folded words stand before an offset of the text, with nothing but white space between."""
        end = bisect_left(self._starts, start)
        while end and self.text[end - 1].isspace():
            end -= 1
        return self.text.endswith(words, 0, end)


class QuoteSearch:
    """Finds quotes in one text.

    Args:
        text: the text.
        matching: the last level at which a quote is looked for.
    """

    def __init__(self, text: str, matching: Matching) -> None:
        self.text = text
        self._levels = LEVELS[: LEVELS.index(matching) + 1]
        self._texts: dict[Matching, FoldedText] = {}
        self._found: dict[str, tuple[list[Place], bool]] = {}

    def places(self, quote: str) -> tuple[list[Place], bool]:
        """The places of a quote in the order of the text, and if there are none, whether it is a part of a word."""
        words = quote.strip()
        if words not in self._found:
            self._found[words] = self._search(words)
        return self._found[words]

    def follow(self, words: str, places: Sequence[Place]) -> list[bool]:
        """Of each place, whether some words stand directly before it."""
        folded = FoldedText(words.strip(), LEVELS[-1]).text.strip()
        text = self._at(LEVELS[-1]) if folded and places else None
        return [text is not None and text.stands_before(folded, place.start) for place in places]

    def _search(self, words: str) -> tuple[list[Place], bool]:
        is_inside = False
        for level in self._levels:
            folded = FoldedText(words, level).text
            if not folded.strip():
                break
            found = self._at(level).places(folded)
            whole = [place for place in found if self._is_whole(place)]
            if whole:
                return whole, False
            is_inside = is_inside or bool(found)
        return [], is_inside

    def _at(self, level: Matching) -> FoldedText:
        if level not in self._texts:
            self._texts[level] = FoldedText(self.text, level)
        return self._texts[level]

    def _is_whole(self, place: Place) -> bool:
        starts, ends = self._edges
        return place.start in starts and place.end in ends

    @cached_property
    def _edges(self) -> tuple[frozenset[int], frozenset[int]]:
        """Where words begin, and where they end."""
        words = folded_words(self.text)
        return frozenset(start for start, _, _ in words), frozenset(end for _, end, _ in words)


def _folded(cluster: str, level: Matching) -> str:
    if level == "exact":
        return cluster
    if cluster.isspace():
        return " "
    if level == "white-space" or cluster.isascii():
        return cluster.translate(SIGNS) if level == "typography" else cluster
    return unicodedata.normalize("NFKC", cluster.translate(SIGNS)).translate(SIGNS)
