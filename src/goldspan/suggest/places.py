"""Signs that a run of capitals is the name of a place (rule L-1 to L-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.data_files import cues
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.words import Words

Sign = tuple[str, float]

CLASSES = cues("places.classes")
CLASSES_BEFORE = cues("places.strong_before")
DISTANCES = frozenset(("km", "kilometers", "kilometres", "miles"))
# Two names for one place begin alike.
ALIKE = 2
SHORTEST_ALIKE = 4
LONGEST_NESTED = 4
DESCRIPTION = 4


def signs(words: Words, start: int, end: int) -> Iterator[Sign]:
    """The rules that see a place in tokens `start` to `end`, with their weights."""
    stop, weight = gazetteer().match(words.forms, start)
    if not weight and all(words.kinds[j] & Kind.COMMON for j in range(start, end)):
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
    yield from _before(words, start, end)
    yield from _after(words, end)


def _has_alternate(words: Words, start: int, end: int) -> bool:
    """Whether the same name in another language stands behind or before a slash: `Bruxelles/Brussels`."""
    mine = words.forms[start]
    for slash, other in ((end, end + 1), (start - 1, start - 2)):
        if words.next_to(slash) == "/" and words.kind(other) & Kind.CAP and len(mine) >= SHORTEST_ALIKE:
            return mine[:ALIKE] == words.forms[other][:ALIKE]
    return False


def _before(words: Words, start: int, end: int) -> Iterator[Sign]:
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


def _after(words: Words, end: int) -> Iterator[Sign]:
    following, third = words.next_to(end), words.next_to(end + 2)
    if following in CLASSES and words.words[end].islower():
        yield "place.class", 0.75
    elif following in ("and", "or", "/") and third in CLASSES and third.endswith("s"):
        yield "place.class", 0.6
    elif following == "(" and _is_nested(words, end + 1):
        yield "place.nested", 0.5
    elif following == ",":
        is_far = words.kind(end + 1) & Kind.NUMBER and third in DISTANCES
        if is_far or _is_described(words, end + 1):
            yield "place.class", 0.75
        elif words.kind(end + 1) & Kind.CAP and gazetteer().match(words.forms, end + 1)[1] >= SURE:
            yield "place.nested", 0.5
        elif _is_nested(words, end + 1):
            yield "place.nested", 0.6


def _is_described(words: Words, i: int) -> bool:
    """Whether an apposition with a class word begins: `Zorzor, a town 70 km south of Voinjama`."""
    if words.next_to(i) not in ("a", "an", "the"):
        return False
    for word in words.lower[i + 1 : i + 1 + DESCRIPTION]:
        if word in CLASSES or word in ("stronghold", "hometown"):
            return True
        if not word.isalpha() or word in ("of", "who", "for"):
            return False
    return False


def _is_nested(words: Words, i: int) -> bool:
    """Whether a name with a class word of places stands at `i`: `Chahar Darah district`."""
    j = i
    while words.kind(j) & Kind.CAP and j - i < LONGEST_NESTED:
        j += 1
    return j > i and (words.next_to(j) in CLASSES or (j - i > 1 and words.lower[j - 1] in CLASSES))
