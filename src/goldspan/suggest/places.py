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
ENDINGS = tuple(sorted(cues("places.endings")))
LONGEST_ENDED, SHORTEST_ENDED = 2, 6
NO_REGION = NO_NAME | TokenFlag.ORG | TokenFlag.FORCE | TokenFlag.ECHELON
LEAVING = frozenset(("forces", "troops", "units", "soldiers", "fighters", "defenders", "militants", "rebels", "had"))
GROUND = frozenset(("mechanized", "mechanised", "ground", "armored", "armoured", "infantry", "frontal", "unsuccessful"))
DIVISIONS = frozenset(("district", "province", "county", "governorate", "oblast", "subdistrict", "prefecture", "raion"))
ROAD = re.compile(r"[A-Z]{1,3}\d{1,4}|[A-Z]{1,3}-\d{1,4}")
# The codes of roads that are not those of aircraft, vehicles or weapons.
ROAD_CODE = re.compile(r"M\d{1,2}|A[1-9]|E-?\d{2}|RN-?\d+|NH-?\d+|T-?\d{4}|N\d{1,2}|I-\d{1,3}|R-?\d{3}|D\d{3,4}")
OPENING_QUOTES, CLOSING_QUOTES = frozenset('"“‘'), frozenset('"”’')
LONGEST_QUOTED = 4
LEAST_INITIALS = 2
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
        yield from _region_of_dateline(tokens, places[-1][1], covered)


def _region_of_dateline(tokens: ParagraphTokens, comma: int, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The state or region of a dateline, between its comma and the next mark: `SITUBONDO, East Java --`."""
    start = end = comma + 1
    if tokens.words[comma] != ",":
        return
    while tokens.flags_at(end) & TokenFlag.CAP and not tokens.flags[end] & NO_REGION and not covered[end]:
        end += 1
    is_abbreviated = tokens.word_at(end) == "." and tokens.tight[end]
    if start < end and tokens.word_at(end + is_abbreviated) in (*DASHES, ",", "(", ":"):
        yield start, end + is_abbreviated


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
    if word in ("U.S.", "US"):
        number = i + 1 + (tokens.word_at(i + 1) in ("route", "highway"))
        is_road = number > i + 1 or tokens.word_at(i - 1) in ROAD_WORDS
        return number + 1 if is_road and tokens.word_at(number).isdigit() else 0
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
    is_road = is_road or _is_travelled(tokens, i, end)
    return end if is_road and tokens.flags[i] & (TokenFlag.UPPER | TokenFlag.LETTER) else 0


def _is_travelled(tokens: ParagraphTokens, i: int, end: int) -> bool:
    """Whether a code is a road's, with no noun after it: `along the M17`, `traffic on the RN27 near`."""
    before, code = tokens.word_at(i - 2), "".join(tokens.words[i:end])
    is_alone = _is_alone(tokens, end) or tokens.word_at(end) in ("near", "toward", "towards")
    is_between = before == "along" and tokens.flags_at(end) & TokenFlag.CAP and tokens.is_hyphen(end + 1)
    if tokens.word_at(i - 1) != "the" or not (is_alone or is_between):
        return False
    return before in ("along", "off") or (
        before in ("on", "interdicting", "down", "up") and bool(ROAD_CODE.fullmatch(code))
    )


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
    if _is_other(tokens, start, end):
        return
    if not weight and all(tokens.flags[j] & TokenFlag.COMMON for j in range(start, end)):
        if _is_common_in_district(tokens, start, end):
            yield "place.class", 0.6
        return
    if stop == end or (stop == end - 1 and tokens.flags[stop] & TokenFlag.DIRECTION):
        yield "place.gazetteer", weight
    elif weight and any(tokens.is_hyphen(j) for j in range(start + 1, end)):
        return
    if start == end - 1 and tokens.words[start] in cues("places.states") and tokens.word_at(start - 1) == ",":
        yield "place.gazetteer", 0.9
    if start < end - 1 and tokens.words[end - 1] in cues("places.states") and tokens.words[end - 1].endswith("."):
        return
    yield from _signs_of_form(tokens, start, end)
    yield from _signs_before(tokens, start, end)
    yield from _signs_after(tokens, start, end)


def _signs_of_form(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The evidence of the name itself: its article, its first word, its other form, its ending."""
    is_long = end - start > 1
    if tokens.words[start] in cues("places.articles") and is_long and not tokens.first[start]:
        yield "place.article", 0.3
    if is_long and tokens.flags[start] & TokenFlag.PREFIX and not tokens.flags[start] & TokenFlag.TITLE:
        yield "place.prefix", 0.35
    if _has_alternate(tokens, start, end):
        yield "place.alternate", 0.6
    if _has_ending(tokens, start, end):
        yield "place.ending", 0.35 if is_long and not tokens.is_hyphen(start + 1) else 0.55


def _is_other(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name is no place's here: in quotation marks, a currency's (`US$`), a direction alone."""
    is_direction = end - start == 1 and tokens.flags[start] & TokenFlag.DIRECTION
    return bool(is_direction) or tokens.words[end - 1].endswith("$") or is_quoted(tokens, start, end)


def is_quoted(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name is inside that of an operation or a unit in quotation marks: `operation “Safe Podlasie”`."""
    i = start
    while i > start - LONGEST_QUOTED and i and (tokens.flags[i - 1] & TokenFlag.CAP or tokens.lower[i - 1] == "of"):
        i -= 1
    if tokens.word_at(i - 1) not in OPENING_QUOTES:
        return False
    if tokens.word_at(i - 2) in cues("places.quoted"):
        return True
    return tokens.word_at(end) in CLOSING_QUOTES and bool(tokens.flags_at(end + 1) & TokenFlag.ECHELON)


def _is_common_in_district(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether one common word with a capital names a district: `seized Burka district`."""
    return (
        end - start == 1
        and not tokens.first[start]
        and not tokens.all_caps
        and tokens.word_at(end) in DIVISIONS
        and not tokens.flags[start] & (TokenFlag.DIRECTION | TokenFlag.TIME | TokenFlag.ORG | TokenFlag.UPPER)
    )


def _has_ending(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name of at most two words ends as names of places do and those of persons do not: `Loskutivka`."""
    last = tokens.forms[end - 1]
    if len(last) < SHORTEST_ENDED or not last.endswith(ENDINGS):
        return False
    if tokens.flags[end - 1] & (TokenFlag.COMMON | TokenFlag.SURNAME) or tokens.flags_at(end) & TokenFlag.NUMBER:
        return False
    words = [j for j in range(start, end) if not tokens.is_hyphen(j)]
    return len(words) <= LONGEST_ENDED and not any(tokens.flags[j] & TokenFlag.UPPER for j in words)


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
        first = _conjuncts(tokens, start, covered)
        # A direction before a list is no part of it (L-2): `Southern Kharkiv, Donetsk Oblasts`.
        is_outside = first < start and tokens.flags[first] & TokenFlag.DIRECTION and tokens.word_at(first + 1) != ","
        start = first + bool(is_outside and gazetteer().end(tokens.forms, first) <= first + 1)
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
    elif word == "on" and _is_attack(tokens, start - 2):
        yield "place.from", 0.5
    elif _is_taken(tokens, start, end):
        yield "place.taken", 0.8 if _is_with_place(tokens, end) else 0.5
    elif word == "the":
        is_bank = earlier == "of" and tokens.word_at(start - 3) in cues("places.banks")
        is_bare = (earlier in COURSES or is_bank) and _is_bare(tokens, start, end) and _is_alone(tokens, end)
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


def _is_attack(tokens: ParagraphTokens, j: int) -> bool:
    """Whether an attack on a place ends at `j`; attacks on a person are none on the ground: `mechanized attacks on`."""
    word = tokens.word_at(j)
    is_on_ground = word in ("attacks", "offensives", "pushes") and tokens.word_at(j - 1) in GROUND
    return word in cues("places.attack") or is_on_ground


def _is_taken(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name is what a force takes or leaves: `shelled Keramik`, `Ukrainian units left Myrna Dolyna`."""
    word = tokens.word_at(start - 1)
    if word == "left":
        is_name = tokens.flags[end - 1] & TokenFlag.UPPER or tokens.flags[start] & TokenFlag.GIVEN
        return tokens.word_at(start - 2) in LEAVING and (not is_name or _is_with_place(tokens, end))
    return word in cues("places.taken") and _is_unlisted(tokens, start, end)


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


def _is_unlisted(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name is one or two words that are no acronym, no person's name and no common word."""
    plain = TokenFlag.COMMON | TokenFlag.UPPER | TokenFlag.GIVEN
    if _is_bare(tokens, start, end):
        return True
    plain |= TokenFlag.SURNAME
    return end - start == LONGEST_ENDED and not any(tokens.flags[j] & plain for j in range(start, end))


def _is_with_place(tokens: ParagraphTokens, end: int) -> bool:
    """Whether a listed place is coordinated with the name that ends: `left Myrna Dolyna and Pidlisne`."""
    if tokens.word_at(end) != "and" or not tokens.flags_at(end + 1) & TokenFlag.CAP:
        return False
    place, weight = gazetteer().match(tokens.forms, end + 1)
    return weight > 0 and place == end + 2 and not tokens.flags[end + 1] & TokenFlag.GIVEN


def _is_alone(tokens: ParagraphTokens, end: int) -> bool:
    """Whether no noun follows that a name could modify: `along the Ibar to`."""
    return not tokens.word_at(end).isalpha() or bool(tokens.flags_at(end) & (TokenFlag.FUNCTION | TokenFlag.PARTICLE))


def _signs_after(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    following, third = tokens.word_at(end), tokens.word_at(end + 2)
    if following in CLASSES and tokens.words[end].islower():
        yield "place.class", 0.75
    elif _is_base(tokens, end):
        yield "place.class", 0.9
    elif following == ")" and _is_acronym_of_place(tokens, start, end):
        yield "place.acronym", 0.9
    elif following in ("and", "or", "/") and third in CLASSES and third.endswith("s"):
        yield "place.class", 0.6
    elif tokens.flags[end - 1] & TokenFlag.UPPER:
        return
    elif following == "(" and _is_nested(tokens, end + 1):
        yield "place.nested", 0.5
    elif following == "," and tokens.word_at(end + 1) == "where":
        yield "place.where", 0.55
    elif following == ",":
        yield from _signs_after_comma(tokens, end + 1)


def _signs_after_comma(tokens: ParagraphTokens, i: int) -> Iterator[Sign]:
    """The evidence of what follows a name and its comma: a distance, a description, the place it lies in."""
    is_far = tokens.flags_at(i) & TokenFlag.NUMBER and tokens.word_at(i + 1) in DISTANCES
    if is_far or _is_described(tokens, i):
        yield "place.class", 0.75
    elif tokens.flags_at(i) & TokenFlag.CAP and gazetteer().match(tokens.forms, i)[1] >= SURE:
        yield "place.nested", 0.5
    elif _is_nested(tokens, i):
        yield "place.nested", 0.6


def _is_base(tokens: ParagraphTokens, i: int) -> bool:
    """Whether class words of two words in lower case begin at `i`: `air base`, `naval station`."""
    is_kind = tokens.word_at(i) in cues("places.bases") and tokens.words[i].islower()
    return is_kind and tokens.word_at(i + 1) in INSTALLATIONS


def _is_acronym_of_place(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether the acronym in brackets is that of a place before it: `Administrative Boundary Line (ABL)`."""
    if end - start > 1 or not tokens.flags[start] & TokenFlag.UPPER or tokens.word_at(start - 1) != "(":
        return False
    first = start - 1
    while first and (_is_name(tokens, first - 1) or tokens.words[first - 1] in ("'s", "’s")):
        first -= 1
    initials = "".join(word[0] for word in tokens.words[first : start - 1] if word[0].isupper())
    if start - 1 - first < LEAST_INITIALS:
        return False
    # Of a state the acronym may be one in its own language: `Donetsk People's Republic (DNR)`.
    if gazetteer().end(tokens.forms, first) == start - 1:
        return tokens.words[start][0] == initials[0]
    return initials == tokens.words[start] and tokens.lower[start - 2] in cues("places.capital_after")


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
