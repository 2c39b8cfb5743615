"""Names of places with a class word (`Paktika Province`), and evidence that a run of capitalised tokens is a place's.

Rules L-1 to L-5 of the guidelines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest import name_runs
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.tokens import ParagraphTokens

NO_NAME = TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.TITLE | TokenFlag.RANK
BODY = TokenFlag.ORG | TokenFlag.TITLE | TokenFlag.FORCE
# Class words that end one name and begin another: `Eagle Base`, `Air Base 201`.
TWOFOLD = frozenset(("outpost", "base"))
LISTED = 4
Sign = tuple[str, float]
CLASSES = cues("places.classes")
CLASSES_BEFORE = cues("places.strong_before")
DISTANCES = frozenset(("km", "kilometers", "kilometres", "miles"))
# Two names for one place begin alike.
ALIKE = 2
SHORTEST_ALIKE = 4
LONGEST_NESTED = 4
DESCRIPTION = 4


def find_places(words: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The names of a paragraph, as half-open token ranges; tokens that are covered belong to none."""
    for i, kind in enumerate(words.kinds):
        if not kind & TokenFlag.CAP or covered[i] or not kind & (TokenFlag.CLASS | TokenFlag.PREFIX):
            continue
        end = _after(words, i, covered) if words.lower[i] in cues("places.capital_before") else i + 1
        if end > i + 1:
            is_twofold = words.lower[i] in TWOFOLD
            yield (_names_before(words, i, covered) if is_twofold else i), end
        elif kind & TokenFlag.CLASS and words.lower[i] in cues("places.capital_after"):
            start = _before(words, i, covered)
            if start < i and not _heads_body(words, i):
                yield start, i + 1 + bool(words.kind(i + 1) & TokenFlag.NUMBER and words.lower[i] == "district")


def place_signs(words: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The rules that see a place in tokens `start` to `end`, with their weights."""
    stop, weight = gazetteer().match(words.forms, start)
    if not weight and all(words.kinds[j] & TokenFlag.COMMON for j in range(start, end)):
        return
    if stop == end:
        yield "place.gazetteer", weight
    elif weight and any(words.is_hyphen(j) for j in range(start + 1, end)):
        return
    if words.words[end - 1] in cues("places.states") and words.next_to(start - 1) == ",":
        yield "place.gazetteer", 0.9
    if words.words[start] in cues("places.articles") and end - start > 1 and not words.first[start]:
        yield "place.article", 0.3
    if _has_alternate(words, start, end):
        yield "place.alternate", 0.6
    yield from _signs_before(words, start, end)
    yield from _signs_after(words, end)


def _heads_body(words: ParagraphTokens, i: int) -> bool:
    """Whether the class word is the modifier of a body: `Helmand Province Council`."""
    kind = words.kind(i + 1)
    return bool(kind & TokenFlag.CAP and kind & BODY) and not words.first[i + 1]


def _before(words: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """Where the name of the class word at `i` begins; `i` where it has none."""
    word = words.lower[i]
    if words.shouted and word in cues("places.not_shouted"):
        return i
    if word in cues("places.vague") and words.next_to(i - 1) not in cues("places.modified"):
        return i
    start = _names_before(words, i, covered)
    # A listed name may have words that end a run: `Nahr-e Saraj District`, `Imam Sahib District`.
    for earlier in range(max(0, start - LISTED), start):
        if words.kinds[earlier] & TokenFlag.CAP and gazetteer().end(words.forms, earlier) == i:
            start = earlier
            break
    if start < i and word.endswith("s"):
        start = _conjuncts(words, start, covered)
    return i if word == "states" and "and" not in words.lower[start:i] else start


def _names_before(words: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    start = i
    while start and not covered[start - 1]:
        j = start - 1
        is_street = words.kinds[j] & TokenFlag.ORDINAL and words.lower[i] in ("street", "avenue")
        joins = words.is_hyphen(j) or words.lower[j] in ("de", "del", "la")
        if _is_name(words, j) or is_street:
            start = j
        elif joins and words.kind(j - 1) & TokenFlag.CAP and not covered[j - 1]:
            start = j - 1
        else:
            break
    return start


def _is_name(words: ParagraphTokens, j: int) -> bool:
    kind = words.kinds[j]
    if not kind & TokenFlag.CAP or kind & NO_NAME:
        return False
    return not words.first[j] or not kind & TokenFlag.COMMON or bool(kind & (TokenFlag.DIRECTION | TokenFlag.CLASS))


def _conjuncts(words: ParagraphTokens, start: int, covered: Sequence[bool]) -> int:
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


def _after(words: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of the name behind the class word at `i`; the end of the word where it has none."""
    word, end = words.lower[i], i + 1
    is_short = word in ("ft", "mt") and words.next_to(end) == "." and words.tight[end]
    end += is_short
    if end == len(words) or covered[end] or (words.first[end] and not is_short):
        return i + 1
    if word in cues("places.numbered") and words.kinds[end] & (TokenFlag.NUMBER | TokenFlag.LETTER):
        more = words.next_to(end + 1) == "and" and words.kind(end + 2) & TokenFlag.NUMBER
        return end + 3 if more else end + 1
    if word == "sector":
        return end + (words.lower[end] in cues("places.sectors"))
    begins = words.lower[end] in ("al", "as", "el") or words.kinds[end] & TokenFlag.CAP
    if not begins or words.kinds[end] & (NO_NAME | TokenFlag.ORG):
        return i + 1
    return name_runs.extend_name(words, end, covered)


def _has_alternate(words: ParagraphTokens, start: int, end: int) -> bool:
    """Whether the same name in another language stands behind or before a slash: `Bruxelles/Brussels`."""
    mine = words.forms[start]
    for slash, other in ((end, end + 1), (start - 1, start - 2)):
        if words.next_to(slash) == "/" and words.kind(other) & TokenFlag.CAP and len(mine) >= SHORTEST_ALIKE:
            return mine[:ALIKE] == words.forms[other][:ALIKE]
    return False


def _signs_before(words: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    word, earlier = words.next_to(start - 1), words.next_to(start - 2)
    if word == "of":
        if earlier in CLASSES_BEFORE:
            yield "place.class", 0.85
        elif earlier in cues("places.of_before"):
            yield "place.direction", 0.7
    elif word in cues("places.in"):
        yield "place.in", 0.5
    elif word == "from" and earlier in DISTANCES:
        yield "place.in", 0.6
    elif word in cues("places.from"):
        is_way = word in ("to", "from") and earlier in cues("places.motion")
        is_pair = word == "between" and words.next_to(end) == "and"
        yield "place.from", 0.5 if is_way or is_pair else 0.25
    elif word in cues("places.cardinal"):
        yield "place.direction", 0.6
    elif word in CLASSES_BEFORE and words.words[start - 1].islower():
        yield "place.class", 0.6


def _signs_after(words: ParagraphTokens, end: int) -> Iterator[Sign]:
    following, third = words.next_to(end), words.next_to(end + 2)
    if following in CLASSES and words.words[end].islower():
        yield "place.class", 0.75
    elif following in ("and", "or", "/") and third in CLASSES and third.endswith("s"):
        yield "place.class", 0.6
    elif following == "(" and _is_nested(words, end + 1):
        yield "place.nested", 0.5
    elif following == ",":
        is_far = words.kind(end + 1) & TokenFlag.NUMBER and third in DISTANCES
        if is_far or _is_described(words, end + 1):
            yield "place.class", 0.75
        elif words.kind(end + 1) & TokenFlag.CAP and gazetteer().match(words.forms, end + 1)[1] >= SURE:
            yield "place.nested", 0.5
        elif _is_nested(words, end + 1):
            yield "place.nested", 0.6


def _is_described(words: ParagraphTokens, i: int) -> bool:
    """Whether an apposition with a class word begins: `Zorzor, a town 70 km south of Voinjama`."""
    if words.next_to(i) not in ("a", "an", "the"):
        return False
    for word in words.lower[i + 1 : i + 1 + DESCRIPTION]:
        if word in CLASSES or word in ("stronghold", "hometown"):
            return True
        if not word.isalpha() or word in ("of", "who", "for"):
            return False
    return False


def _is_nested(words: ParagraphTokens, i: int) -> bool:
    """Whether a name with a class word of places stands at `i`: `Chahar Darah district`."""
    j = i
    while words.kind(j) & TokenFlag.CAP and j - i < LONGEST_NESTED:
        j += 1
    return j > i and (words.next_to(j) in CLASSES or (j - i > 1 and words.lower[j - 1] in CLASSES))
