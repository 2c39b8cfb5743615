"""The quantities of a paragraph, whatever they count."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from goldspan.quantities import can_begin, quantity_at
from goldspan.suggest.data_files import cues
from goldspan.suggest.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.words import Words

ARTICLES = cues("counts.articles")
# Behind these `number` is a verb: `they now number 5,000`.
NUMBERING = frozenset(("to", "now", "may", "might", "could", "would", "still", "who", "which", "they", "that"))
COMPOUNDS = frozenset(("strong", "man", "member"))
YEARS = range(1800, 2100)
YEAR_DIGITS = 4


class Number(NamedTuple):
    """A quantity among the tokens of a paragraph, half-open."""

    start: int
    end: int


def find(words: Words) -> Iterator[Number]:
    """The quantities of a paragraph, the longest from the left, a leading article out (G-2)."""
    i, n = 0, len(words)
    while i < n:
        end = quantity_at(words.words, i) if can_begin(words.words[i]) else None
        if end is None:
            i += 1
            continue
        if not _is_name(words, i, end):
            article = words.lower[i] in ARTICLES and i + 1 < end
            article = article and words.lower[i + 1] not in cues("counts.numerals")
            yield Number(i + (article or words.lower[i] == "from"), end)
        i = end


def _is_name(words: Words, i: int, end: int) -> bool:
    """Whether the figure is an ordinal, or belongs to a name, a reference or a compound."""
    if words.kinds[i] & Kind.ORDINAL or words.kinds[end - 1] & Kind.ORDINAL:
        return True
    if words.next_to(i - 1) in cues("counts.before"):
        return words.lower[i - 1] != "number" or words.next_to(i - 2) not in NUMBERING
    if words.next_to(i - 1) == "." and words.next_to(i - 2) == "no":
        return True
    if i > 1 and words.words[i - 1] in "-–/'’" and words.tight[i - 1] and words.tight[i]:
        return True
    goes_on = words.next_to(end) in ("/", "-", "–") and words.tight[end]
    return goes_on and words.next_to(end + 1) not in COMPOUNDS


def is_date(words: Words, number: Number) -> bool:
    """Whether a quantity is a year or the day of a month."""
    i, j = number
    word = words.words[j - 1]
    if j - i == 1 and len(word) == YEAR_DIGITS and word.isdigit() and int(word) in YEARS:
        return True
    if words.next_to(j) in ("and", "to", "-", "–", "or") and words.kind(j + 2) & Kind.TIME:
        return True
    return bool((words.kind(i - 1) | words.kind(j)) & Kind.TIME)
