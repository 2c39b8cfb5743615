"""Places named with a class word in capitals: `Paktika Province`, `Camp Bondsteel`, `Gates 1 and 31` (rule L-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest import segments
from goldspan.suggest.data_files import cues
from goldspan.suggest.gazetteer import gazetteer
from goldspan.suggest.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.words import Words

NO_NAME = Kind.FUNCTION | Kind.TIME | Kind.TITLE | Kind.RANK
BODY = Kind.ORG | Kind.TITLE | Kind.FORCE
# Class words that end one name and begin another: `Eagle Base`, `Air Base 201`.
TWOFOLD = frozenset(("outpost", "base"))
LISTED = 4


def find(words: Words, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The names of a paragraph, as half-open token ranges; tokens that are covered belong to none."""
    for i, kind in enumerate(words.kinds):
        if not kind & Kind.CAP or covered[i] or not kind & (Kind.CLASS | Kind.PREFIX):
            continue
        end = _after(words, i, covered) if words.lower[i] in cues("places.capital_before") else i + 1
        if end > i + 1:
            is_twofold = words.lower[i] in TWOFOLD
            yield (_names_before(words, i, covered) if is_twofold else i), end
        elif kind & Kind.CLASS and words.lower[i] in cues("places.capital_after"):
            start = _before(words, i, covered)
            if start < i and not _heads_body(words, i):
                yield start, i + 1 + bool(words.kind(i + 1) & Kind.NUMBER and words.lower[i] == "district")


def _heads_body(words: Words, i: int) -> bool:
    """Whether the class word is the modifier of a body: `Helmand Province Council`."""
    kind = words.kind(i + 1)
    return bool(kind & Kind.CAP and kind & BODY) and not words.first[i + 1]


def _before(words: Words, i: int, covered: Sequence[bool]) -> int:
    """Where the name of the class word at `i` begins; `i` where it has none."""
    word = words.lower[i]
    if words.shouted and word in cues("places.not_shouted"):
        return i
    if word in cues("places.vague") and words.next_to(i - 1) not in cues("places.modified"):
        return i
    start = _names_before(words, i, covered)
    # A listed name may have words that end a run: `Nahr-e Saraj District`, `Imam Sahib District`.
    for earlier in range(max(0, start - LISTED), start):
        if words.kinds[earlier] & Kind.CAP and gazetteer().end(words.forms, earlier) == i:
            start = earlier
            break
    if start < i and word.endswith("s"):
        start = _conjuncts(words, start, covered)
    return i if word == "states" and "and" not in words.lower[start:i] else start


def _names_before(words: Words, i: int, covered: Sequence[bool]) -> int:
    start = i
    while start and not covered[start - 1]:
        j = start - 1
        is_street = words.kinds[j] & Kind.ORDINAL and words.lower[i] in ("street", "avenue")
        joins = words.is_hyphen(j) or words.lower[j] in ("de", "del", "la")
        if _is_name(words, j) or is_street:
            start = j
        elif joins and words.kind(j - 1) & Kind.CAP and not covered[j - 1]:
            start = j - 1
        else:
            break
    return start


def _is_name(words: Words, j: int) -> bool:
    kind = words.kinds[j]
    if not kind & Kind.CAP or kind & NO_NAME:
        return False
    return not words.first[j] or not kind & Kind.COMMON or bool(kind & (Kind.DIRECTION | Kind.CLASS))


def _conjuncts(words: Words, start: int, covered: Sequence[bool]) -> int:
    """Where the conjuncts begin that share a class word: `Khost and Paktika Provinces` is one span (G-4)."""
    while True:
        j = start - 1
        j -= words.next_to(j) == "and" and words.next_to(j - 1) == ","
        if j < 1 or words.next_to(j) not in ("and", ","):
            return start
        first = j
        while first and not covered[first - 1] and _is_name(words, first - 1):
            first -= 1
        if first == j:
            return start
        start = first


def _after(words: Words, i: int, covered: Sequence[bool]) -> int:
    """The end of the name behind the class word at `i`; the end of the word where it has none."""
    word, end = words.lower[i], i + 1
    is_short = word in ("ft", "mt") and words.next_to(end) == "." and words.tight[end]
    end += is_short
    if end == len(words) or covered[end] or (words.first[end] and not is_short):
        return i + 1
    if word in cues("places.numbered") and words.kinds[end] & (Kind.NUMBER | Kind.LETTER):
        more = words.next_to(end + 1) == "and" and words.kind(end + 2) & Kind.NUMBER
        return end + 3 if more else end + 1
    if word == "sector":
        return end + (words.lower[end] in cues("places.sectors"))
    begins = words.lower[end] in ("al", "as", "el") or words.kinds[end] & Kind.CAP
    if not begins or words.kinds[end] & (NO_NAME | Kind.ORG):
        return i + 1
    return segments.extend(words, end, covered)
