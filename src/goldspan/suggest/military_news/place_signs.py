"""Evidence that a run of capitalised tokens is a place's name (L-1 to L-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.military_news import name_runs, places
from goldspan.suggest.military_news.gazetteer import STATE_WEIGHT, SURE, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues
from goldspan.suggest.military_news.places import INSTALLATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.military_news.candidates import SpanCandidate
    from goldspan.suggest.military_news.tokens import ParagraphTokens

Sign = tuple[str, float]
CLASSES = cues("places.classes")
EVENTS = frozenset(("Battle", "Siege", "Fall", "Liberation", "Bishop", "Archbishop"))  # the first word of a name
COURSES = frozenset(("across", "along", "over", "through", "throughout", "near", "around", "down", "up", "into"))
WAYS = frozenset(
    ("back", "north", "south", "east", "west", "on", "over", "down", "up", "home", "out", "away", "forward")
)
CLASSES_BEFORE = cues("places.strong_before")
ENDINGS = tuple(sorted(cues("places.endings")))
LONGEST_ENDED, SHORTEST_ENDED = 2, 6
MACHINE_PARTS = frozenset(
    (
        "infantry",
        "fighting",
        "armored",
        "armoured",
        "battle",
        "main",
        "cruise",
        "ballistic",
        "attack",
        "utility",
        "transport",
        "assault",
        "combat",
        "air",
        "defense",
        "defence",
        "anti-tank",
        "self-propelled",
        "reconnaissance",
        "patrol",
    )
)
LEAVING = frozenset(("forces", "troops", "units", "soldiers", "fighters", "defenders", "militants", "rebels", "had"))
GROUND = frozenset(("mechanized", "mechanised", "ground", "armored", "armoured", "infantry", "frontal", "unsuccessful"))
AREAS = frozenset(("region", "district", "province", "department", "oblast", "governorate", "valley", "peninsula"))
DIVISIONS = frozenset(("district", "province", "county", "governorate", "oblast", "subdistrict", "prefecture", "raion"))
OPENING_QUOTES, CLOSING_QUOTES = frozenset('"“‘'), frozenset('"”’')
ACRONYM = 3
STATES_IN_CAPITALS = frozenset(
    (
        "USA",
        "UAE",
        "DRC",
        "CAR",
        "DPR",
        "LPR",
        "DNR",
        "LNR",
        "FRY",
        "GDR",
        "FRG",
        "PRC",
        "ROK",
        "KSA",
        "USSR",
        "RSA",
        "BIH",
        "ABL",
    )
)
LONGEST_QUOTED = 4
LEAST_INITIALS = 2
DISTANCES = frozenset(("km", "kilometers", "kilometres", "miles"))
# Two names for one place begin alike.
SHARED_PREFIX = 2
SHORTEST_ALTERNATE = 4
LONGEST_NESTED = 4
DESCRIPTION_REACH = 4


def place_signs(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The rules that take tokens `start` to `end` for a place, with their weights."""
    stop, weight = gazetteer().match(tokens.forms, start)
    if _is_other(tokens, start, end) or (weight < STATE_WEIGHT and _is_kind(tokens, end)):
        return
    if not weight and all(tokens.flags[j] & TokenFlag.COMMON for j in range(start, end)):
        if _is_common_in_district(tokens, start, end):
            yield "place.class", 0.6
        elif _is_common_in_place(tokens, start, end):
            yield "place.nested", 0.6
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
    if tokens.words[start] == "Gulf" and not is_long and not tokens.first[start] and not tokens.all_caps:
        yield "place.water", 0.6
    if not start and tokens.word_at(end) == ":":
        yield "place.dateline", 0.25
    if _has_ending(tokens, start, end):
        yield "place.ending", 0.35 if is_long and not tokens.is_hyphen(start + 1) else 0.55


def _is_other(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name is no place's here: in quotation marks, a currency's (`US$`), a direction alone."""
    is_direction = end - start == 1 and tokens.flags[start] & TokenFlag.DIRECTION
    if _is_acronym(tokens, start, end) or tokens.words[start][-1].isdigit():
        return True
    return bool(is_direction) or tokens.words[end - 1].endswith("$") or is_quoted(tokens, start, end)


def _is_acronym(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a word in capitals is an acronym that a listed name happens to spell: `told GAO`."""
    is_one = end - start == 1 and tokens.flags[start] & TokenFlag.UPPER and not tokens.all_caps
    if not is_one or len(tokens.words[start]) != ACRONYM or tokens.words[start] in STATES_IN_CAPITALS:
        return False
    return not tokens.first[start] and tokens.word_at(end) not in (",", "(", ")") and tokens.words[start].isalpha()


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


def _is_common_in_place(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether one common word with a capital lies in a sure place: `from Minot, North Dakota`."""
    other = TokenFlag.DIRECTION | TokenFlag.TIME | TokenFlag.ORG | TokenFlag.UPPER | TokenFlag.CLASS | TokenFlag.DEMONYM
    if end - start > 1 or tokens.first[start] or tokens.all_caps or tokens.flags[start] & other:
        return False
    before = tokens.word_at(start - 1)
    is_placed = before in cues("places.in") or before in ("from", "to", "of", "off") or before in ("left", "reached")
    if not is_placed or tokens.word_at(end) != ",":
        return False
    return gazetteer().match(tokens.forms, end + 1)[1] >= SURE


def _is_kind(tokens: ParagraphTokens, end: int) -> bool:
    """Whether a name is a people's or a machine's: `Naga villagers`, `Pizarro infantry fighting vehicles`."""
    following = tokens.word_at(end)
    if following in cues("places.peoples") or following in ("brigades", "battalions", "squadrons", "platoons"):
        return True
    j = end
    while tokens.word_at(j) in MACHINE_PARTS:
        j += 1
    return tokens.word_at(j) in cues("places.machines")


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
        is_left = word == "from" and earlier in LEAVING and _is_dated(tokens, end) and _is_bare(tokens, start, end)
        yield "place.from", 0.5 if is_left or _is_way(tokens, start, end) else 0.3
    elif word == "on" and _is_attack(tokens, start - 2):
        yield "place.from", 0.5
    elif _is_taken(tokens, start, end):
        yield "place.taken", 0.8 if _is_with_place(tokens, end) else 0.5
    elif word == "to" and earlier == "adjacent":
        yield "place.in", 0.5
    elif word == "the":
        is_bank = earlier == "of" and tokens.word_at(start - 3) in cues("places.banks")
        is_bare = (
            (earlier in COURSES or earlier in cues("places.crossing") or is_bank)
            and _is_bare(tokens, start, end)
            and (name_runs.stands_alone(tokens, end) or tokens.word_at(end) in ("near", "north", "south", "upstream"))
        )
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
        if tokens.word_at(start - 2) == "," and _is_dated(tokens, end) and _is_unlisted(tokens, start, end):
            return True
        return tokens.word_at(start - 2) in LEAVING and (not is_name or _is_with_place(tokens, end))
    return word in cues("places.taken") and _is_unlisted(tokens, start, end)


def _is_dated(tokens: ParagraphTokens, end: int) -> bool:
    """Whether a month or a year follows a name: `left Sliač in 2023`."""
    time = tokens.flags_at(end + 1) & (TokenFlag.TIME | TokenFlag.NUMBER)
    return tokens.word_at(end) == "in" and bool(time)


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


def _signs_after(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    following, third = tokens.word_at(end), tokens.word_at(end + 2)
    if following in CLASSES and tokens.words[end].islower():
        yield "place.class", 0.85 if following in AREAS and tokens.word_at(start - 1) == "the" else 0.75
    elif (
        following in ("track", "trail") and tokens.word_at(start - 1) == "the" and tokens.word_at(start - 2) in COURSES
    ):
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
    if tokens.word_at(i) in cues("places.postal") and not tokens.word_at(i + 1).isalpha():
        yield "place.nested", 0.4
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
    while first and (places.is_name(tokens, first - 1) or tokens.words[first - 1] in ("'s", "’s")):
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
