"""Names of places with a class word (`Paktika Province`), and evidence that a run of capitalised tokens is a place's.

Rules L-1 to L-5 of the guidelines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest import name_runs
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.candidates import SpanCandidate
    from goldspan.suggest.tokens import ParagraphTokens

NO_NAME = TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.TITLE | TokenFlag.RANK
BODY = TokenFlag.ORG | TokenFlag.FORCE

# Class words that end one name and begin another: `Eagle Base`, `Air Base 201`.
CLASSES_BEFORE_OR_AFTER = frozenset(("outpost", "base"))
LONGEST_LISTED = 4
LONGEST_CITY = 3
SAINTS = frozenset(("ST.", "ST", "FT.", "FT", "MT.", "MT"))
NO_CITY = NO_NAME | TokenFlag.DEMONYM
PLACING = frozenset(("in", "at", "from", "of", "near", "to", "outside", "around", "and", ",", "rural"))
Sign = tuple[str, float]
CLASSES = cues("places.classes")
EVENTS = frozenset(("Battle", "Siege", "Fall", "Liberation", "Bishop", "Archbishop"))  # the first word of a name
COURSES = frozenset(("across", "along", "over", "through", "throughout", "near", "around", "down", "up", "into"))
WAYS = frozenset(
    ("back", "north", "south", "east", "west", "on", "over", "down", "up", "home", "out", "away", "forward")
)
CLASSES_BEFORE = cues("places.strong_before")
WATERS = cues("places.water")
INSTALLATIONS = cues("places.installations")
DASHES = frozenset(("-", "–", "—", "--"))
LONGEST_DATELINE = 14
ROAD = re.compile(r"[A-Z]{1,3}\d{1,4}|[A-Z]{1,3}-\d{1,4}")
LONGEST_ROAD = 3
ROAD_WORDS = frozenset(("on", "along", "off", "via", "out", "down", "up", "near", "onto", "of"))
DISTANCES = frozenset(("km", "kilometers", "kilometres", "miles"))

# Two names for one place begin alike.
SHARED_PREFIX = 2
SHORTEST_ALTERNATE = 4
LONGEST_NESTED = 4
DESCRIPTION_REACH = 4


def find_places(tokens: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The names of a paragraph, as half-open token ranges; tokens that are covered belong to none."""
    yield from _find_datelines(tokens, covered)
    yield from _find_city_and_state(tokens, covered)
    for i, flags in enumerate(tokens.flags):
        if not flags & TokenFlag.CAP or covered[i]:
            continue
        named = _end_of_water(tokens, i, covered) or _end_of_road(tokens, i)
        if named:
            yield i, named
        if named or not flags & (TokenFlag.CLASS | TokenFlag.PREFIX):
            continue
        if tokens.lower[i] in ("station", "base", "facility", "depot"):
            start, end = _base(tokens, i, covered)
            if end > i + 1:
                yield start, end
                continue
        end = _end_after_class(tokens, i, covered) if tokens.lower[i] in cues("places.capital_before") else i + 1
        if end > i + 1:
            is_twofold = tokens.lower[i] in CLASSES_BEFORE_OR_AFTER
            yield (_name_start(tokens, i, covered) if is_twofold else i), end
        elif flags & TokenFlag.CLASS and tokens.lower[i] in cues("places.capital_after"):
            start = _start_before_class(tokens, i, covered)
            if start < i and not _modifies_body(tokens, i) and not _is_generic(tokens, start, i):
                yield start, i + 1 + bool(tokens.flags_at(i + 1) & TokenFlag.NUMBER and tokens.lower[i] == "district")


def _find_datelines(tokens: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The places in capitals at the start of a paragraph: `HAZARD, Ky. –`, `QUETTA/TURBAT:`."""
    i, places = 0, []
    while i < len(tokens) and _is_shouted(tokens, i) and not covered[i]:
        end = i + 1
        while end < len(tokens) and (_is_shouted(tokens, end) or tokens.is_hyphen(end)):
            end += 1
        places.append((i, end))
        i = end + (tokens.word_at(end) == "/")
        if i == end:
            break
    if places and not tokens.all_caps and _ends_dateline(tokens, places[-1][1]):
        yield from places


def _find_city_and_state(tokens: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The cities with a state of the USA or Canada behind a comma, and the states: `Charlotte, N.C.`."""
    for comma in range(1, len(tokens) - 1):
        if tokens.words[comma] != "," or tokens.words[comma + 1] not in cues("places.states") or covered[comma - 1]:
            continue
        start = comma
        while start and tokens.flags[start - 1] & TokenFlag.CAP and not tokens.flags[start - 1] & NO_CITY:
            start -= 1
            if tokens.first[start] or covered[start] or comma - start == LONGEST_CITY:
                break
        is_abbreviated = tokens.words[comma + 1].endswith(".")
        is_known = gazetteer().end(tokens.forms, start) == comma
        is_city = start < comma and (is_known or (is_abbreviated and tokens.word_at(start - 1) in PLACING))
        if is_city and not covered[start] and not tokens.is_hyphen(start - 1):
            yield start, comma
            yield comma + 1, comma + 2


def _is_shouted(tokens: ParagraphTokens, i: int) -> bool:
    flags = tokens.flags_at(i)
    if tokens.words[i] in SAINTS or (tokens.words[i] == "." and tokens.tight[i] and tokens.words[i - 1] in SAINTS):
        return True
    return (
        bool(flags & TokenFlag.UPPER) and not flags & (TokenFlag.RANK | TokenFlag.INITIAL) and tokens.words[i].isalpha()
    )


def _ends_dateline(tokens: ParagraphTokens, i: int) -> bool:
    """Whether the rest of a dateline stands at `i`: `, Ky. –`, `, Germany, June 3 (Agency) -`."""
    if tokens.word_at(i) not in (",", *DASHES):
        return False
    for j in range(i, min(i + LONGEST_DATELINE, len(tokens))):
        if tokens.words[j] in DASHES and not tokens.is_hyphen(j):
            return True
        is_part = tokens.flags[j] & (TokenFlag.CAP | TokenFlag.NUMBER) or tokens.words[j] in (",", ".", "(", ")", "/")
        if not is_part:
            return False
    return False


def _end_of_water(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of a name with its class word before `of`, else 0: `Strait of Messina`."""
    head = i
    while tokens.flags_at(head) & TokenFlag.CAP and tokens.flags[head] & (TokenFlag.DIRECTION | TokenFlag.COMMON):
        if tokens.lower[head] in WATERS:
            break
        head += 1
    if tokens.word_at(head) not in WATERS or not tokens.flags[head] & TokenFlag.CAP or tokens.word_at(head + 1) != "of":
        return 0
    # The class word alone, at the start of a sentence, may be a common noun.
    start = head + 2 + (tokens.word_at(head + 2) == "the")
    flags = tokens.flags_at(start)
    if not flags & TokenFlag.CAP or flags & (NO_NAME | TokenFlag.ORG) or (head > i and tokens.first[i]):
        return 0
    return 0 if any(covered[i : start + 1]) else name_runs.extend_name(tokens, start, covered)


def _end_of_road(tokens: ParagraphTokens, i: int) -> int:
    """The end of a road by its number, else 0: `M-8 motorway`, `I-80`, `U.S. 14`."""
    word = tokens.words[i]
    if word == "U.S." and tokens.flags_at(i + 1) & TokenFlag.NUMBER and tokens.words[i + 1].isdigit():
        return i + 2 if tokens.word_at(i - 1) in ROAD_WORDS else 0
    end = i + 1
    if tokens.is_hyphen(end) and tokens.flags_at(end + 1) & TokenFlag.NUMBER and len(word) <= LONGEST_ROAD:
        end += 2
    elif not ROAD.fullmatch(word):
        return 0
    is_road = tokens.word_at(end) in ("motorway", "highway", "road", "expressway", "autobahn", "interstate")
    is_road = is_road or tokens.word_at(i - 1) in (
        "motorway",
        "highway",
        "road",
        "expressway",
        "autobahn",
        "interstate",
    )
    return end if is_road and tokens.flags[i] & (TokenFlag.UPPER | TokenFlag.LETTER) else 0


def _base(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> tuple[int, int]:
    """The base whose class word at `i` stands before its name: `Naval Air Station Lemoore`; `(i, i)` if none does."""
    start, kinds = i, cues("places.bases")
    while (
        start
        and not covered[start - 1]
        and tokens.flags[start - 1] & TokenFlag.CAP
        and tokens.lower[start - 1] in kinds
    ):
        start -= 1
    following = tokens.flags_at(i + 1)
    if start == i or not following & TokenFlag.CAP or following & (NO_NAME | TokenFlag.ORG) or covered[i + 1]:
        return i, i
    return (i, i) if tokens.first[i + 1] else (start, name_runs.extend_name(tokens, i + 1, covered))


def _is_generic(tokens: ParagraphTokens, start: int, i: int) -> bool:
    """Whether the words before the class word at `i` name no place: `a Forward Operating Base`, `School District`."""
    if tokens.lower[i - 1] in cues("places.services_of"):
        return True
    if not all(tokens.lower[j] in cues("places.bases") for j in range(start, i)):
        return False
    return tokens.word_at(start - 1) in ("a", "an", "new", "its", "their", "every", "each", "another")


def place_signs(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The rules that take tokens `start` to `end` for a place, with their weights."""
    stop, weight = gazetteer().match(tokens.forms, start)
    if not weight and all(tokens.flags[j] & TokenFlag.COMMON for j in range(start, end)):
        return
    if stop == end or (stop == end - 1 and tokens.flags[stop] & TokenFlag.DIRECTION):
        yield "place.gazetteer", weight
    elif weight and any(tokens.is_hyphen(j) for j in range(start + 1, end)):
        return
    if start == end - 1 and tokens.words[start] in cues("places.states") and tokens.word_at(start - 1) == ",":
        yield "place.gazetteer", 0.9
    if tokens.words[start] in cues("places.articles") and end - start > 1 and not tokens.first[start]:
        yield "place.article", 0.3
    elif start < end - 1 and tokens.words[end - 1] in cues("places.states") and tokens.words[end - 1].endswith("."):
        return
    if end - start > 1 and tokens.flags[start] & TokenFlag.PREFIX and not tokens.flags[start] & TokenFlag.TITLE:
        yield "place.prefix", 0.35
    if _has_alternate(tokens, start, end):
        yield "place.alternate", 0.6
    yield from _signs_before(tokens, start, end)
    yield from _signs_after(tokens, end)


def is_beside(tokens: ParagraphTokens, start: int, end: int, named: Sequence[SpanCandidate]) -> bool:
    """Whether a name is coordinated with a complete place name: `Camp Bastion and Gereshk` (G-4)."""
    if any(tokens.flags[j] & (TokenFlag.GIVEN | TokenFlag.COMMON) for j in range(start, end)):
        return False
    return any(
        (tokens.word_at(c.end) == "and" and c.end + 1 == start) or (tokens.word_at(end) == "and" and end + 1 == c.start)
        for c in named
    )


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
    if _is_person(tokens, start, i):
        return i
    # A listed name may have words that end a run: `Nahr-e Saraj District`, `Imam Sahib District`.
    for earlier in range(max(0, start - LONGEST_LISTED), start):
        if tokens.flags[earlier] & TokenFlag.CAP and gazetteer().end(tokens.forms, earlier) in (i, i + 1):
            start = earlier
            break
    if start < i and word.endswith("s"):
        start = _conjuncts(tokens, start, covered)
    return i if word == "states" and "and" not in tokens.lower[start:i] else start


def _is_person(tokens: ParagraphTokens, start: int, i: int) -> bool:
    """Whether the class word at `i` is a person's surname: `Pfc. Grace Park, 20`, `Anna Hill said`."""
    if tokens.lower[i] in INSTALLATIONS and tokens.lower[i] != "park":
        return False
    j = start - 1 - (tokens.word_at(start - 1) == "." and tokens.tight[start - 1])
    if tokens.flags_at(j) & (TokenFlag.RANK | TokenFlag.TITLE) and tokens.flags_at(j) & TokenFlag.CAP:
        return bool(tokens.flags[start] & TokenFlag.GIVEN) and i - start < LONGEST_CITY
    is_age = tokens.word_at(i + 1) == "," and tokens.word_at(i + 2).isdigit() and tokens.word_at(i + 3) == ","
    return bool(tokens.flags[start] & TokenFlag.GIVEN) and (is_age or tokens.word_at(i + 1) in cues("persons.speech"))


def _name_start(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    start = i
    while start and not covered[start - 1]:
        j = start - 1
        is_street = tokens.flags[j] & TokenFlag.ORDINAL and tokens.lower[i] in ("street", "avenue")
        is_installation = tokens.lower[i] in INSTALLATIONS
        joins = tokens.is_hyphen(j) or tokens.lower[j] in ("de", "del", "la")
        joins = joins or (is_installation and tokens.words[j] in ("'s", "’s") and start < i + 1)
        is_titled = (
            is_installation and start < i and tokens.flags[j] & TokenFlag.TITLE and tokens.flags[j] & TokenFlag.CAP
        )
        if _is_name(tokens, j) or is_street or (is_titled and not tokens.first[j]):
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
        yield from _signs_of(tokens, start)
    elif word in cues("places.in"):
        yield "place.in", 0.5
    elif word == "from" and earlier in DISTANCES:
        yield "place.in", 0.6
    elif word in cues("places.from"):
        yield "place.from", 0.5 if _is_way(tokens, start, end) else 0.3
    elif word == "on" and earlier in cues("places.attack"):
        yield "place.from", 0.5
    elif word in cues("places.taken") and _is_bare(tokens, start, end):
        yield "place.taken", 0.5
    elif word == "the":
        is_bare = earlier in COURSES and _is_bare(tokens, start, end) and _is_alone(tokens, end)
        yield from [("place.course", 0.55)] if is_bare else []
    elif word in cues("places.cardinal") or (word in CLASSES_BEFORE and tokens.words[start - 1].islower()):
        yield ("place.direction" if word in cues("places.cardinal") else "place.class"), 0.6


def _signs_of(tokens: ParagraphTokens, start: int) -> Iterator[Sign]:
    """The evidence of `of` before a name: `the village of …`, `the capture of …`, `Anna Hill, 30, of …`."""
    earlier = tokens.word_at(start - 2)
    if earlier == ",":
        yield "place.home", 0.6 if tokens.flags_at(start - 3) & TokenFlag.NUMBER else 0.4
    elif earlier in CLASSES_BEFORE:
        yield "place.class", 0.85
    elif earlier in cues("places.of_before") and tokens.words[start - 2] not in EVENTS:
        yield "place.direction", 0.7


def _is_way(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a preposition is that of a way: `driven to …`, `between … and`."""
    word = tokens.word_at(start - 1)
    if word == "between":
        return tokens.word_at(end) == "and"
    is_one = end - start == 1 or gazetteer().end(tokens.forms, start) > start
    return word in ("to", "from") and is_one and _is_motion(tokens, start - 2)


def _is_motion(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a verb of motion ends at `j`: `driven north (to)`, `pulled back (to)`."""
    motion = cues("places.motion")
    return tokens.word_at(j) in motion or (tokens.word_at(j) in WAYS and tokens.word_at(j - 1) in motion)


def _is_bare(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name is one word that is no acronym, no given name and no common word."""
    plain = TokenFlag.COMMON | TokenFlag.UPPER | TokenFlag.GIVEN
    return end - start == 1 and not tokens.flags[start] & plain


def _is_alone(tokens: ParagraphTokens, end: int) -> bool:
    """Whether no noun follows that a name could modify: `along the Ibar to`."""
    return not tokens.word_at(end).isalpha() or bool(tokens.flags_at(end) & (TokenFlag.FUNCTION | TokenFlag.PARTICLE))


def _signs_after(tokens: ParagraphTokens, end: int) -> Iterator[Sign]:
    following, third = tokens.word_at(end), tokens.word_at(end + 2)
    if following in CLASSES and tokens.words[end].islower():
        yield "place.class", 0.75
    elif following in ("and", "or", "/") and third in CLASSES and third.endswith("s"):
        yield "place.class", 0.6
    elif tokens.flags[end - 1] & TokenFlag.UPPER:
        return
    elif following == "(" and _is_nested(tokens, end + 1):
        yield "place.nested", 0.5
    elif following == "," and tokens.word_at(end + 1) == "where":
        yield "place.where", 0.55
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
