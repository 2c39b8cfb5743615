"""Units named by an acronym and a number, `VFA-14`, `2 RAR`, or after the nation of a contingent, `Dutchbat`."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.gazetteer import SURE, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues, entries, lexicon
from goldspan.suggest.military_news.unit_tails import end_of_qualifier, is_unit_number

if TYPE_CHECKING:
    from goldspan.suggest.military_news.tokens import ParagraphTokens

TASK_CODE = re.compile(r"(?:CJTF|TF|JTF|CJSOTF|RC|CTF|CTG|CTU|MNB|MND|MNC|MNF|MNSTC|NTM|CSTC|BCT|IBCT)[-–]?[\w–-]*")
GLUED = re.compile(r"([A-Z]{2,10})[-–]?(\d{1,4})")
NUMBERED = re.compile(r"(\d{1,3})([A-Z]{2,6})")
FOREIGN_ORDINAL = re.compile(r"\d{1,3}(?:er|re|ère|e|ème|eme|º|ª|°)")
CONTINGENT = re.compile(r"([A-Z][A-Za-z]{1,11}?)(?:BATT?|batt?|BN|COY|CON)(?:[-–]\d{1,2})?")

COUNTIES = cues("units.county_regiments")
BEFORE_COUNTIES = cues("units.before_counties")

# From these a contingent's name may begin though they are shorter than `LEAST_STEM`.
SHORT_STEMS = frozenset(("uk", "us", "sa", "ni", "fr"))
LEAST_STEM = 3
SHORTEST_CODE = 4
SHORTEST_ACRONYM = 3

# A designator of this length is a weapon's or an aircraft's as well, unless a hyphen follows.
DOUBTFUL_LENGTH = 2
CARDINALS = frozenset(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"))


def code_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of a code that begins at token `i`, or 0."""
    end = (
        _ship_group_end(tokens, i)
        or _designator_end(tokens, i)
        or _numbered_acronym_end(tokens, i)
        or _observation_team_end(tokens, i)
        or _contingent_end(tokens, i)
        or _sector_end(tokens, i)
        or _county_regiment_end(tokens, i)
    )
    return end_of_qualifier(tokens, end) if end else 0


def is_number_word(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a token numbers the acronym after it: `2`, `2nd`, `2e`, `Five`."""
    word = tokens.words[i]
    if tokens.flags[i] & TokenFlag.ORDINAL or FOREIGN_ORDINAL.fullmatch(word):
        return True
    if word in ("I", "II", "III", "IV", "V"):
        # `III MEF`
        return tokens.word_at(i + 1) == "mef"
    return (word.isdigit() and len(word) <= 3) or (tokens.lower[i] in CARDINALS and word[0].isupper())


def _designator_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of an acronym with its number behind it: `VFA-14`, `CSG 8`, `TF-88`."""
    word = tokens.words[i]
    glued = GLUED.fullmatch(word)
    if glued and glued[1] in cues("units.designators"):
        return i + 1
    if TASK_CODE.fullmatch(word) and (word[-1].isdigit() or "-" in word) and len(word) >= SHORTEST_CODE:
        return i + 1
    if word not in cues("units.designators"):
        return 0
    if tokens.is_hyphen(i + 1):
        return i + 3 if tokens.flags[i + 2] & TokenFlag.NUMBER else 0
    return i + 2 if len(word) > DOUBTFUL_LENGTH and is_unit_number(tokens, i + 1) else 0


def _ship_group_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of the acronym of a group that is named after a ship: `Wasp ARG`, `Carl Vinson CSG` (MU-7)."""
    if not tokens.flags[i] & TokenFlag.CAP or tokens.flags[i] & TokenFlag.FUNCTION or tokens.is_hyphen(i - 1):
        return 0
    for j in range(i + 1, min(i + 4, len(tokens))):
        if tokens.words[j] in cues("units.ship_groups"):
            return j + 1
        if not tokens.flags[j] & TokenFlag.CAP or tokens.first[j] or tokens.flags[j] & TokenFlag.ORDINAL:
            return 0
    return 0


def _numbered_acronym_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of an acronym with its number in front: `3RAR`, `2 RAR`, `18th CAA`, `2e REP`, `Five Seven RAR`."""
    if not tokens.flags[i] & (TokenFlag.NUMBER | TokenFlag.CAP):
        return 0
    word = tokens.words[i]
    glued = NUMBERED.fullmatch(word)
    if glued:
        return i + 1 if glued[2] in cues("units.numbered_acronyms") else 0
    if not is_number_word(tokens, i):
        return 0
    j = i + 1
    while j < len(tokens) and tokens.lower[j] in CARDINALS and tokens.words[j][0].isupper():
        j += 1
    is_apart = j < len(tokens) and not tokens.tight[j]
    if not is_apart or not _can_be_numbered(tokens, i, tokens.words[j]):
        return 0
    if tokens.word_at(j + 1) in cues("units.short_named") and tokens.flags[j + 1] & TokenFlag.CAP:
        return 0  # `76th VDV Division`
    return j + 1 + (j + 1 < len(tokens) and tokens.words[j + 1] in cues("units.regiment_kinds"))


def _can_be_numbered(tokens: ParagraphTokens, i: int, acronym: str) -> bool:
    """Whether an acronym names a unit with the number at token `i` in front."""
    word = tokens.words[i]
    if acronym in cues("units.numbered_acronyms"):
        return True
    if FOREIGN_ORDINAL.fullmatch(word):
        return acronym.isalpha() and acronym[:2].isupper()
    if not tokens.flags[i] & TokenFlag.ORDINAL:
        return False
    is_listed = acronym in cues("units.ordinal_acronyms") or acronym in cues("units.designators")
    return is_listed or _is_acronym_alone(tokens, i)


def _is_acronym_alone(tokens: ParagraphTokens, i: int) -> bool:
    """Whether an ordinal numbers an acronym of no body, as in `the 3rd RPIMa`, `the 2nd REP`."""
    acronym, following = tokens.words[i + 1], tokens.flags_at(i + 2)
    if tokens.all_caps or sum(map(str.isupper, acronym)) < SHORTEST_ACRONYM or not acronym.isalpha():
        return False
    is_open = not following or following & TokenFlag.FUNCTION or not tokens.words[i + 2][0].isalnum()
    is_office = tokens.flags[i + 1] & (TokenFlag.TITLE | TokenFlag.RANK)
    return bool(is_open) and not is_office and tokens.word_at(i - 1) == "the" and not lexicon().is_org(acronym)


def _sector_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of a sector that commands or is commanded: `Sector North Headquarters`, *commander of* `Sector South`."""
    if tokens.lower[i] != "sector" or tokens.word_at(i + 1) not in cues("units.areas") or tokens.all_caps:
        return 0
    following = tokens.word_at(i + 2)
    if following in ("headquarters", "hq"):
        return i + 3 if tokens.flags[i + 2] & TokenFlag.CAP else 0
    before = tokens.word_at(i - 1)
    is_led = before == "led" or before.endswith("-led") or following in ("commander", "commanders", "troops")
    is_of = before == "of" and tokens.word_at(i - 2) in cues("units.of_sector")
    return i + 2 if is_led or is_of else 0


def _county_regiment_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of the short name of a regiment in the plural: `Royal Norfolks`, `2nd Dorsets`."""
    j = i
    while tokens.word_at(j) in BEFORE_COUNTIES or (j == i and tokens.flags[i] & TokenFlag.ORDINAL):
        j += 1
    if tokens.word_at(j) not in COUNTIES or not tokens.flags[j] & TokenFlag.CAP:
        return 0
    if tokens.flags_at(j + 1) & TokenFlag.CAP:
        return 0
    if tokens.flags_at(i - 1) & TokenFlag.NUMBER:
        return 0
    is_alone = j == i
    if is_alone and (tokens.word_at(i - 1) != "the" or tokens.flags[i] & TokenFlag.SURNAME):
        return 0
    is_numbered = not is_alone and bool(tokens.flags[i] & TokenFlag.ORDINAL)
    is_military = is_numbered or not cues("units.war_words").isdisjoint(tokens.lower)
    is_royal = tokens.lower[i] == "royal" and not tokens.flags[j] & TokenFlag.SURNAME
    return j + 1 if is_military or is_royal else 0


def _observation_team_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of a liaison team's acronym and its town: `LOT Mostar`, `LMT Zubin Potok`."""
    if tokens.words[i] not in ("LOT", "LMT") or i + 1 == len(tokens) or tokens.all_caps:
        return 0
    # The airline LOT flies to towns.
    if "flights" in tokens.lower or "flight" in tokens.lower:
        return 0
    end, weight = gazetteer().match(tokens.forms, i + 1)
    return end if weight >= SURE / 2 and not tokens.flags_at(end) & TokenFlag.CAP else 0


def _contingent_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of a contingent's name: `Dutchbat`, `PAKBATT 1`, `Ghanbatt-2`, `SWISSCOY`."""
    word = tokens.words[i]
    found = CONTINGENT.fullmatch(word)
    if found is None or (tokens.lower[i] in lexicon().common) or not _names_nations(found[1].lower()):
        return 0
    is_numbered = not tokens.is_hyphen(i + 1) and is_unit_number(tokens, i + 1) and len(tokens.words[i + 1]) <= 2
    if not is_numbered and gazetteer().values.get(tokens.forms[i], 0.0) >= SURE / 2:
        return 0
    is_joined = tokens.is_hyphen(i + 1) and tokens.flags[i + 2] & TokenFlag.NUMBER
    return i + 3 if is_joined else i + 1 + is_numbered


def _names_nations(stem: str) -> bool:
    """Whether the beginning of one nation's name, or of two, makes a contingent: `Dutchbat`, `IRISHPOLBATT`."""
    stems = _nation_stems()
    return stem in stems or any(stem[:n] in stems and stem[n:] in stems for n in range(LEAST_STEM, len(stem)))


@cache
def _nation_stems() -> frozenset[str]:
    """The beginnings of the names of peoples and states from which names of contingents are made."""
    names = [name.lower() for name in entries("demonyms") + entries("places") if name.isalpha()]
    return SHORT_STEMS | {name[:n] for name in names for n in range(LEAST_STEM, len(name) + 1)}
