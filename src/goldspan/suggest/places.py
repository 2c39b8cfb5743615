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
CLASSES_BEFORE_OR_AFTER = frozenset(("outpost", "base"))
LONGEST_LISTED = 4
Sign = tuple[str, float]
CLASSES = cues("places.classes")
CLASSES_BEFORE = cues("places.strong_before")
DISTANCES = frozenset(("km", "kilometers", "kilometres", "miles"))

# Two names for one place begin alike.
SHARED_PREFIX = 2
SHORTEST_ALTERNATE = 4
LONGEST_NESTED = 4
DESCRIPTION_REACH = 4


def find_places(tokens: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The names of a paragraph, as half-open token ranges; tokens that are covered belong to none."""
    for i, flags in enumerate(tokens.flags):
        if not flags & TokenFlag.CAP or covered[i] or not flags & (TokenFlag.CLASS | TokenFlag.PREFIX):
            continue
        end = _end_after_class(tokens, i, covered) if tokens.lower[i] in cues("places.capital_before") else i + 1
        if end > i + 1:
            is_twofold = tokens.lower[i] in CLASSES_BEFORE_OR_AFTER
            yield (_name_start(tokens, i, covered) if is_twofold else i), end
        elif flags & TokenFlag.CLASS and tokens.lower[i] in cues("places.capital_after"):
            start = _start_before_class(tokens, i, covered)
            if start < i and not _modifies_body(tokens, i):
                yield start, i + 1 + bool(tokens.flags_at(i + 1) & TokenFlag.NUMBER and tokens.lower[i] == "district")


def place_signs(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The rules that take tokens `start` to `end` for a place, with their weights."""
    stop, weight = gazetteer().match(tokens.forms, start)
    if not weight and all(tokens.flags[j] & TokenFlag.COMMON for j in range(start, end)):
        return
    if stop == end:
        yield "place.gazetteer", weight
    elif weight and any(tokens.is_hyphen(j) for j in range(start + 1, end)):
        return
    if tokens.words[end - 1] in cues("places.states") and tokens.word_at(start - 1) == ",":
        yield "place.gazetteer", 0.9
    if tokens.words[start] in cues("places.articles") and end - start > 1 and not tokens.first[start]:
        yield "place.article", 0.3
    if _has_alternate(tokens, start, end):
        yield "place.alternate", 0.6
    yield from _signs_before(tokens, start, end)
    yield from _signs_after(tokens, end)


def _modifies_body(tokens: ParagraphTokens, i: int) -> bool:
    """Whether the class word is the modifier of a body: `Helmand Province Council`."""
    flags = tokens.flags_at(i + 1)
    return bool(flags & TokenFlag.CAP and flags & BODY) and not tokens.first[i + 1]


def _start_before_class(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """Where the name before the class word at `i` begins; `i` where there is none."""
    word = tokens.lower[i]
    if tokens.all_caps and word in cues("places.not_shouted"):
        return i
    if word in cues("places.vague") and tokens.word_at(i - 1) not in cues("places.modified"):
        return i
    start = _name_start(tokens, i, covered)
    # A listed name may have words that end a run: `Nahr-e Saraj District`, `Imam Sahib District`.
    for earlier in range(max(0, start - LONGEST_LISTED), start):
        if tokens.flags[earlier] & TokenFlag.CAP and gazetteer().end(tokens.forms, earlier) == i:
            start = earlier
            break
    if start < i and word.endswith("s"):
        start = _conjuncts(tokens, start, covered)
    return i if word == "states" and "and" not in tokens.lower[start:i] else start


def _name_start(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    start = i
    while start and not covered[start - 1]:
        j = start - 1
        is_street = tokens.flags[j] & TokenFlag.ORDINAL and tokens.lower[i] in ("street", "avenue")
        joins = tokens.is_hyphen(j) or tokens.lower[j] in ("de", "del", "la")
        if _is_name(tokens, j) or is_street:
            start = j
        elif joins and tokens.flags_at(j - 1) & TokenFlag.CAP and not covered[j - 1]:
            start = j - 1
        else:
            break
    return start


def _is_name(tokens: ParagraphTokens, j: int) -> bool:
    flags = tokens.flags[j]
    if not flags & TokenFlag.CAP or flags & NO_NAME:
        return False
    return not tokens.first[j] or not flags & TokenFlag.COMMON or bool(flags & (TokenFlag.DIRECTION | TokenFlag.CLASS))


def _conjuncts(tokens: ParagraphTokens, start: int, covered: Sequence[bool]) -> int:
    """Where the conjuncts begin that share a class word: `Khost and Paktika Provinces` is one span (G-4)."""
    while True:
        j = start - 1
        j -= tokens.word_at(j) == "and" and tokens.word_at(j - 1) == ","
        if j < 1 or tokens.word_at(j) not in ("and", ","):
            return start
        first = j
        while first and not covered[first - 1] and _is_name(tokens, first - 1):
            first -= 1
        if first == j:
            return start
        start = first


def _end_after_class(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of the name after the class word at `i`; the end of the word where there is none."""
    word, end = tokens.lower[i], i + 1
    is_short = word in ("ft", "mt") and tokens.word_at(end) == "." and tokens.tight[end]
    end += is_short
    if end == len(tokens) or covered[end] or (tokens.first[end] and not is_short):
        return i + 1
    if word in cues("places.numbered") and tokens.flags[end] & (TokenFlag.NUMBER | TokenFlag.LETTER):
        more = tokens.word_at(end + 1) == "and" and tokens.flags_at(end + 2) & TokenFlag.NUMBER
        return end + 3 if more else end + 1
    if word == "sector":
        return end + (tokens.lower[end] in cues("places.sectors"))
    begins = tokens.lower[end] in ("al", "as", "el") or tokens.flags[end] & TokenFlag.CAP
    if not begins or tokens.flags[end] & (NO_NAME | TokenFlag.ORG):
        return i + 1
    return name_runs.extend_name(tokens, end, covered)


def _has_alternate(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether the same name in another language is after or before a slash: `Bruxelles/Brussels`."""
    mine = tokens.forms[start]
    for slash, other in ((end, end + 1), (start - 1, start - 2)):
        if tokens.word_at(slash) == "/" and tokens.flags_at(other) & TokenFlag.CAP and len(mine) >= SHORTEST_ALTERNATE:
            return mine[:SHARED_PREFIX] == tokens.forms[other][:SHARED_PREFIX]
    return False


def _signs_before(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    word, earlier = tokens.word_at(start - 1), tokens.word_at(start - 2)
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
        is_pair = word == "between" and tokens.word_at(end) == "and"
        yield "place.from", 0.5 if is_way or is_pair else 0.25
    elif word in cues("places.cardinal"):
        yield "place.direction", 0.6
    elif word in CLASSES_BEFORE and tokens.words[start - 1].islower():
        yield "place.class", 0.6


def _signs_after(tokens: ParagraphTokens, end: int) -> Iterator[Sign]:
    following, third = tokens.word_at(end), tokens.word_at(end + 2)
    if following in CLASSES and tokens.words[end].islower():
        yield "place.class", 0.75
    elif following in ("and", "or", "/") and third in CLASSES and third.endswith("s"):
        yield "place.class", 0.6
    elif following == "(" and _is_nested(tokens, end + 1):
        yield "place.nested", 0.5
    elif following == ",":
        is_far = tokens.flags_at(end + 1) & TokenFlag.NUMBER and third in DISTANCES
        if is_far or _is_described(tokens, end + 1):
            yield "place.class", 0.75
        elif tokens.flags_at(end + 1) & TokenFlag.CAP and gazetteer().match(tokens.forms, end + 1)[1] >= SURE:
            yield "place.nested", 0.5
        elif _is_nested(tokens, end + 1):
            yield "place.nested", 0.6


def _is_described(tokens: ParagraphTokens, i: int) -> bool:
    """Whether an apposition with a class word begins: `Zorzor, a town 70 km south of Voinjama`."""
    if tokens.word_at(i) not in ("a", "an", "the"):
        return False
    for word in tokens.lower[i + 1 : i + 1 + DESCRIPTION_REACH]:
        if word in CLASSES or word in ("stronghold", "hometown"):
            return True
        if not word.isalpha() or word in ("of", "who", "for"):
            return False
    return False


def _is_nested(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a name with a class word of places begins at `i`: `Chahar Darah district`."""
    j = i
    while tokens.flags_at(j) & TokenFlag.CAP and j - i < LONGEST_NESTED:
        j += 1
    return j > i and (tokens.word_at(j) in CLASSES or (j - i > 1 and tokens.lower[j - 1] in CLASSES))
