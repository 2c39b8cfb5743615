"""The sentences of a paragraph, and what the rules for quantities without a noun ask of them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from goldspan.suggest.data_files import cues
from goldspan.suggest.kinds import Kind

if TYPE_CHECKING:
    from goldspan.suggest.words import Words

VERBS = cues("counts.verbs")
LOSSES = cues("counts.losses")
AFTER_BARE = cues("counts.after_bare")
NOBODY = cues("counts.civil") | cues("counts.police")
CIVILIANS = cues("counts.police") | {"civilian", "civilians"}


class Sentences:
    """The sentences of a paragraph, by the index of their first token."""

    def __init__(self, words: Words) -> None:
        ends = (i for i in range(1, len(words)) if words.words[i - 1] in ".!?" and not words.tight[i])
        self._starts = [0, *ends]
        self._words = words

    def number(self, i: int) -> int:
        """The number of the sentence that token `i` is in."""
        return bisect_right(self._starts, i) - 1

    def said(self, i: int, before: int | None = None, behind: int | None = None) -> set[str]:
        """The words of the sentence of token `i`, at most so many before it and behind it."""
        n = self.number(i)
        start = self._starts[n]
        end = self._starts[n + 1] if n + 1 < len(self._starts) else len(self._words)
        start = start if before is None else max(start, i - before)
        end = end if behind is None else min(end, i + behind)
        return set(self._words.lower[start:end])


def is_bare(words: Words, j: int) -> bool:
    """Whether no noun follows a quantity that ends at `j`; `West` in a name is no direction."""
    following = words.next_to(j)
    return not following or (following in AFTER_BARE and not words.kinds[j] & Kind.CAP)


def value(word: str) -> float:
    """The number that digits mean, 0 where the word has none."""
    digits = word.replace(",", "").replace(".", "")
    return float(digits) if digits.isdecimal() else 0.0
