"""The name of a military unit around its head: where it begins and ends, and whether it is one (rule MU-1 to MU-5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.gazetteer import SURE, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.military_news.unit_tails import (
    ABBREVIATED,
    INITIALS,
    NO_NAME,
    NUMBER_SIGNS,
    QUOTES,
    ROMAN,
    TITLED_PATRONS,
    bracketed_acronym,
    end_of_numbers,
    end_of_own_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from goldspan.suggest.military_news.tokens import ParagraphTokens

HEADS = TokenFlag.ECHELON | TokenFlag.FORCE
OPENING_WORDS = frozenset(
    ("headquarters", "battalion", "brigade", "company", "army", "navy", "marine", "air", "regular")
)
ARABIC_ARTICLES = frozenset(("al", "as", "ash", "ad", "an", "at", "az", "el"))
DECADE = re.compile(r"\d\ds")
SPELLED = cues("units.spelled")
ARMS = cues("units.arms")
NAMING_ARMS = cues("units.naming_arms")
FORCE_WORDS = cues("units.force_words")
GUARD_WORDS = cues("units.guard_words")
ARABIC_PARTICLES = cues("units.arabic_particles")

# Services that are names of their own with a capital (MU-4).
SOLO = cues("units.solo")

# A division is named after an area of command, too: `Eastern Division`.
AREAS = frozenset(("eastern", "western", "northern", "southern", "central", "multinational", "multi"))
LONGEST_HEAD = 3

# With a name in quotation marks these are often businesses.
CIVIL_HEADS = frozenset(("company", "group", "team", "troop"))

# A longer head begins at most this many tokens later.
HEAD_REACH = 5

# Heads that a name or code follows instead of a modifier before: `Task Force Falcon`, `Company B`.
CODED = frozenset(("task force", "tactical group", "army group", "company", "battery", "troop"))
POSSESSIVES = cues("units.possessives")
TITLES_INSIDE = POSSESSIVES | cues("units.titles_inside")
PLURALS = frozenset(("brigades", "divisions", "battalions", "regiments"))
NAMED_AFTER_PERSONS = PLURALS | {"brigade", "division", "battalion", "regiment", "army", "company", "squadron"}
NICKNAME = 7
LONGEST_NUMBER = 3
LONGEST_PLACE = 5
SENTENCE = 12  # tokens on both sides in which words of sport tell a league's division

# A listed name with more words than a bare service is complete without a nationality.
LONGEST_SERVICE = 3
GENERIC = TokenFlag.DEMONYM | TokenFlag.ORG | TokenFlag.TITLE | TokenFlag.DIRECTION | TokenFlag.RANK | HEADS


def head_at(tokens: ParagraphTokens, i: int, floor: int) -> tuple[int, str] | None:
    """Where the longest known head that ends at token `i` begins, not before `floor`, and what it is."""
    lex = lexicon()
    for start in range(max(floor, i - LONGEST_HEAD + 1), i + 1):
        head = " ".join(tokens.lower[start : i + 1])
        if head in lex.heads or head in lex.force_heads:
            return start, head
    return None


def last_head(tokens: ParagraphTokens, i: int) -> int:
    """The last head of the capitals that follow the head at `i`: `Guards Motorised Rifle Brigade`."""
    last = i
    stop = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME | TokenFlag.FUNCTION | TokenFlag.DEMONYM
    for j in range(i + 1, min(i + 1 + HEAD_REACH, len(tokens))):
        flags = tokens.flags[j]
        if tokens.lower[j - 1 : j + 2] == ["air", "and", "missile"]:
            continue
        if not flags & TokenFlag.CAP or tokens.first[j] or flags & stop:
            break
        if flags & HEADS:
            head = head_at(tokens, j, i)
            if head is not None and (tokens.lower[j] not in cues("units.no_second") or " " in head[1]):
                last = j
    if (
        bracketed_acronym(tokens, last + 1)
        and tokens.flags_at(last + 4) & HEADS
        and tokens.flags[last + 4] & TokenFlag.CAP
    ):
        # `98th Guards Airborne (VDV) Division`
        last += 4
    is_grouped = tokens.word_at(last + 1) == "of" and tokens.word_at(last + 2) in ("forces", "troops")
    return last + 2 if is_grouped and tokens.lower[last] in ("grouping", "group", "groups") else last


def is_numbered(tokens: ParagraphTokens, start: int, at: int) -> bool:
    """Whether a number, a letter or its word is among the modifiers."""
    return any(
        tokens.flags[j] & (TokenFlag.NUMBER | TokenFlag.LETTER)
        or tokens.lower[j] in SPELLED
        or (j == start and _is_phonetic(tokens, j, at))
        or ROMAN.fullmatch(tokens.words[j])
        for j in range(start, at)
    )


def is_at_war(tokens: ParagraphTokens) -> bool:
    """Whether the paragraph speaks of soldiers, so that a word that is often civil can name a formation."""
    return not cues("units.war_words").isdisjoint(tokens.lower)


def _is_phonetic(tokens: ParagraphTokens, j: int, at: int) -> bool:
    """Whether a word stands for a letter; those of old alphabets only before a battalion: `Easy Company, 2nd …`."""
    if tokens.lower[j] in cues("units.phonetic"):
        return True
    is_old = tokens.lower[j] in cues("units.old_phonetic") and tokens.word_at(at + 1) == ","
    return is_old and bool(tokens.flags_at(at + 2) & TokenFlag.ORDINAL and tokens.flags_at(at + 3) & HEADS)


def is_unit(tokens: ParagraphTokens, start: int, at: int, head: str) -> bool:
    """Whether modifiers and head name a formation.

    Args:
        tokens: the paragraph.
        start: the first modifier.
        at: the first token of the head.
        head: the head, in lower case.
    """
    modifiers = set(tokens.lower[start:at])
    after = at + len(head.split())
    if not modifiers:
        return _stands_alone(tokens, at, head)
    if _is_civil(tokens, start, at, head):
        return False
    is_quoted = not QUOTES.isdisjoint(modifiers) and (head not in CIVIL_HEADS or is_at_war(tokens))
    if head in lexicon().heads and (
        is_quoted or _is_royal(modifiers, head) or end_of_numbers(tokens, start, after, head) > after
    ):
        return True
    if is_numbered(tokens, start, at) or _is_named(modifiers, head) or _is_abroad(tokens, after, head):
        return True
    if head == "company":
        return bool(modifiers & cues("units.company_arms")) and is_at_war(tokens)
    return _is_proper(tokens, at - 1) and _names_fighters(tokens, modifiers, head)


def name_start(tokens: ParagraphTokens, at: int, floor: int) -> int:
    """Where the modifiers in front of the head at `at` begin, not before `floor`."""
    i = at
    while i > floor:
        earlier = _start_of_part(tokens, i, at, floor)
        if earlier == i:
            break
        i = earlier
    return i


def trimmed_start(tokens: ParagraphTokens, start: int, at: int) -> int:
    """The start of the designation itself: from its number on, without a possessor or a sentence's first word."""
    for j in range(start, at + 1):
        if tokens.flags[j] & TokenFlag.ORDINAL or (j < at and tokens.lower[j] in SPELLED):
            if tokens.word_at(j - 1) == "(" and tokens.word_at(j + 1) == ")":
                break
            if j - 1 > start and tokens.is_hyphen(j - 1) and tokens.flags[j - 2] & TokenFlag.NUMBER:
                return j - 2
            # A country's initials stay: `U.S. 3rd Fleet` (MU-5).
            return j - 1 if j > start and tokens.words[j - 1] in INITIALS else j
        is_first_number = _is_roman(tokens, j) and not _is_proper(tokens, j - 1)
        if j > start and (is_first_number or (j < at and _is_number_after_demonym(tokens, j))):
            return j
    while start < at and (
        (tokens.first[start] and tokens.flags[start] & TokenFlag.FUNCTION)
        or tokens.words[start] in ("-", "–", "&", "'s", "’s", "and")
    ):
        start += 1
    return start + _is_dispensable(tokens, start, at)


def _is_dispensable(tokens: ParagraphTokens, start: int, at: int) -> bool:
    """Whether a designation is complete without the nationality before it (MU-5): `Ukrainian Southern Command`."""
    if not tokens.flags[start] & TokenFlag.DEMONYM:
        return False
    if start + 1 >= at:
        return tokens.lower[at : at + 2] == ["task", "force"] and _has_code(tokens, at + 2)
    if tokens.lower[start + 1] in AREAS - {"multinational", "multi"}:
        return True
    is_echelon = tokens.lower[at] in cues("units.named_echelons")
    end = lexicon().forces.end(tokens.forms, start + 1)
    if end > at and (is_echelon or end - start > LONGEST_SERVICE):
        return True
    is_grouping = tokens.lower[at : at + 2] in (["defense", "forces"], ["defence", "forces"])
    return (is_echelon or is_grouping) and _is_proper(tokens, start + 1)


def _names_fighters(tokens: ParagraphTokens, modifiers: set[str], head: str) -> bool:
    """Whether a name that is in no list makes a unit with this head: `Radwan Force`, `Hamza Division` among rebels."""
    if head == "division":
        return not cues("units.fighting").isdisjoint(tokens.lower)
    return head == "force" or (head in ("divisions", "battalions") and "and" in modifiers)


def _is_royal(modifiers: set[str], head: str) -> bool:
    return "royal" in modifiers and head not in cues("units.not_royal")


def _is_civil(tokens: ParagraphTokens, start: int, at: int, head: str) -> bool:
    """Whether what is around shows another kind of body: `Labor Force`, `Second Division champions`."""
    modifiers, after = set(tokens.lower[start:at]), at + len(head.split())
    if head == "guard" and modifiers <= cues("units.guard_states") | {"new", "north", "south", "west"}:
        # `Virginia Guard Jones scored`
        following = tokens.flags_at(after)
        is_people = following & TokenFlag.RANK or tokens.word_at(after) in cues("units.guard_people")
        return bool(following & TokenFlag.CAP) and not is_people and not tokens.first[after]
    if head == "division":
        around = tokens.lower[max(0, start - SENTENCE) : after + SENTENCE]
        if tokens.word_at(after) in cues("units.sports") or not cues("units.sport_words").isdisjoint(around):
            return True
    if tokens.word_at(after) in cues("units.companies"):
        return True
    return bool(modifiers & cues("units.stop_force")) and head != "army" and "military" not in modifiers


def _stands_alone(tokens: ParagraphTokens, at: int, head: str) -> bool:
    after = at + len(head.split())
    if head in CODED:
        return _has_code(tokens, after)
    if tokens.word_at(at - 1) in cues("units.not_armies"):
        return False
    if head in cues("units.head_first") and is_at_war(tokens) and end_of_own_name(tokens, after, head) > after:
        return True
    if tokens.word_at(after) in NUMBER_SIGNS or head in cues("units.number_alone"):
        return end_of_numbers(tokens, at, after, head) > after
    if tokens.all_caps:
        return head in SOLO and head not in cues("units.not_alone")
    # A headline's `Navy to name destroyer` has no full stop.
    is_headline = tokens.word_at(after) == "to" and tokens.words[-1] not in (".", "!", "?")
    # The second capital of `Army Reserve`, or the rank after `Army`, tells a name at the start of a sentence.
    is_told = " " in head or bool(tokens.flags_at(after) & TokenFlag.RANK and tokens.flags_at(after) & TokenFlag.CAP)
    return head in SOLO and (not tokens.first[at] or is_headline or is_told)


def _is_named(modifiers: set[str], head: str) -> bool:
    """Whether words that are no number make a name with this head."""
    if head.rsplit(maxsplit=1)[-1] in ("guard", "guards") and head not in SOLO:
        return bool(modifiers & GUARD_WORDS) or (head == "guard" and bool(modifiers & cues("units.guard_states")))
    if head in NAMING_RULES:
        return NAMING_RULES[head](modifiers)
    if head in cues("units.needs_number") - {"army"}:
        return head in cues("units.named_after") and bool(modifiers & NAMING_ARMS)
    return head not in cues("units.numbered_only")


def _names_scouts(modifiers: set[str]) -> bool:
    """Whether modifiers name irregulars and no club or weapon: `Makran Scouts`, `Fateh Squad`."""
    return not modifiers & cues("units.not_scouts") and not modifiers <= lexicon().common


def _names_small_unit(modifiers: set[str]) -> bool:
    """Whether modifiers tell what a unit does in war: `Special Boat Unit`."""
    return bool(modifiers & cues("units.unit_words")) and not modifiers & cues("units.not_unit_words")


def _names_forces(modifiers: set[str]) -> bool:
    is_elite = bool(modifiers & {"elite", "shield"}) and len(modifiers) > 1
    return is_elite or bool(modifiers & (FORCE_WORDS - cues("units.not_forces")))


def _names_command(modifiers: set[str]) -> bool:
    return not modifiers & {"police", "high"} or "army" in modifiers


def _names_division(modifiers: set[str]) -> bool:
    return bool(modifiers & (NAMING_ARMS | AREAS))


# For heads that need certain modifiers, whether some make a name with them.
NAMING_RULES: dict[str, Callable[[set[str]], bool]] = {
    "force": lambda modifiers: bool(modifiers & FORCE_WORDS),
    "forces": _names_forces,
    "militia": lambda modifiers: bool(modifiers & cues("units.naming_militias")),
    "service reserve": lambda _: False,
    "corps forces": lambda modifiers: "marine" in modifiers,
    "command": _names_command,
    "commands": _names_command,
    "division": _names_division,
    "divisions": _names_division,
    "scouts": _names_scouts,
    "rifles": _names_scouts,
    "squad": _names_scouts,
    "unit": _names_small_unit,
    "units": _names_small_unit,
    "marines": lambda _: True,
    "rangers": lambda modifiers: bool(modifiers & cues("units.naming_rangers")),
    "army": lambda modifiers: not modifiers <= cues("units.not_armies"),
    "corps": lambda modifiers: not modifiers & cues("units.not_corps"),
    "directorate": lambda modifiers: "main" in modifiers and len(modifiers) > 1,
    "military council": lambda modifiers: not modifiers & cues("units.not_councils"),
}


def _is_proper(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a token is a name that is in no list: the first of `Radwan Force`."""
    flags = tokens.flags_at(j)
    known = (
        TokenFlag.COMMON
        | TokenFlag.DEMONYM
        | TokenFlag.FUNCTION
        | TokenFlag.TITLE
        | TokenFlag.RANK
        | TokenFlag.ORG
        | TokenFlag.TIME
        | TokenFlag.UPPER
    )
    return bool(flags & TokenFlag.CAP) and not flags & known and not tokens.all_caps and tokens.words[j].isalpha()


def _is_abroad(tokens: ParagraphTokens, i: int, head: str) -> bool:
    """Whether `Forces` are named after where they are: `United States Forces Korea`, `-Iraq`."""
    i += head == "forces" and tokens.is_hyphen(i)
    if head != "forces" or not tokens.flags_at(i) & TokenFlag.CAP or tokens.first[i]:
        return False
    place, weight = gazetteer().match(tokens.forms, i)
    return weight >= SURE and not tokens.flags_at(place) & TokenFlag.CAP


def _has_code(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a code or, for a task force, a name follows: `Company B`, `Task Force Falcon`, `Task Force 2-87`."""
    i += tokens.word_at(i) in ("-", "–")
    flags = tokens.flags_at(i)
    if tokens.word_at(i - 1) in CODED:
        return bool(flags & TokenFlag.LETTER)
    if tokens.word_at(i) in cues("units.areas"):
        return bool(flags & TokenFlag.CAP)
    return bool(flags & (TokenFlag.NUMBER | TokenFlag.CAP)) and not flags & (
        TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME | TokenFlag.ORG
    )


def _start_of_part(tokens: ParagraphTokens, i: int, at: int, floor: int) -> int:
    """Where the part of the name that ends at token `i` begins; `i` where there is none."""
    is_article = tokens.words[i - 1] in ARABIC_ARTICLES and tokens.lower[at] in PLURALS
    if is_article or _is_modifier(tokens, i - 1, at) or (i - 1 > floor and _is_joint(tokens, i - 1, i)):
        return i - 1
    if tokens.words[i - 1] in QUOTES:
        return _start_of_nickname(tokens, i, floor)
    if i - 2 >= floor and tokens.is_hyphen(i - 1) and tokens.words[i - 2] in ARABIC_ARTICLES:
        return i - 2
    is_number = i - 3 >= floor and tokens.words[i - 1] == ")" and tokens.flags[i - 2] & TokenFlag.ORDINAL
    if is_number or (i - 4 >= floor and bracketed_acronym(tokens, i - 3) and _is_modifier(tokens, i - 4, at)):
        # A number or an acronym inside the name: `“Lagunari” (5th) Regiment`, `4th Border (GWK) Regiment`.
        return i - 3
    for earlier in range(max(floor, i - LONGEST_PLACE), i):
        # Names of places have parts in lower case: `Deir ez-Zor Military Council`.
        if tokens.flags[earlier] & TokenFlag.CAP and i <= gazetteer().end(tokens.forms, earlier) <= at:
            return earlier
    return i


def _start_of_nickname(tokens: ParagraphTokens, i: int, floor: int) -> int:
    """Where the nickname in quotation marks before token `i` begins, or `i`: `91st “Galilee” Division`."""
    for j in range(i - 2, max(floor - 1, i - NICKNAME), -1):
        if tokens.words[j] in QUOTES:
            is_opening = j < i - 2 and tokens.tight[j + 1] and (not tokens.tight[j] or not j)
            return j if is_opening else i
        is_inside = tokens.flags[j] & (TokenFlag.CAP | TokenFlag.NUMBER | TokenFlag.FUNCTION | TokenFlag.PARTICLE)
        if not is_inside and not tokens.is_hyphen(j):
            return i
    return i


def _is_modifier(tokens: ParagraphTokens, j: int, at: int) -> bool:
    flags, lower = tokens.flags[j], tokens.lower[j]
    if flags & TokenFlag.NUMBER:
        return _can_number(tokens, j, at)
    if not flags & TokenFlag.CAP or (tokens.first[j] and flags & TokenFlag.INITIAL):
        return False
    is_title = (
        flags & (TokenFlag.RANK | TokenFlag.TITLE)
        and not flags & TokenFlag.LETTER
        and lower not in TITLES_INSIDE | ARMS | SPELLED
        and not (j and tokens.words[j - 1] in ARABIC_PARTICLES)
    )
    is_letter = lower == "a" or (tokens.words[j] == "I" and tokens.lower[j + 1] in ("corps", "marine"))
    if is_title or flags & TokenFlag.TIME or (flags & TokenFlag.FUNCTION and not is_letter):
        return False
    is_meaningful = (
        lower in SPELLED
        or not tokens.first[j]
        or not flags & TokenFlag.COMMON
        or bool(flags & (TokenFlag.DEMONYM | TokenFlag.DIRECTION))
    )
    return is_meaningful or lower in OPENING_WORDS or lower in ARMS or lower in FORCE_WORDS or lower in GUARD_WORDS


def _can_number(tokens: ParagraphTokens, j: int, at: int) -> bool:
    """Whether a figure can be a unit's number: `2,200 Marines` and `123 Rifles` are counted, not numbered."""
    if tokens.flags[j] & TokenFlag.ORDINAL or DECADE.fullmatch(tokens.words[j]):
        return True
    if len(tokens.words[j]) > LONGEST_NUMBER or tokens.lower[at] in cues("units.counted"):
        return j + 1 < at and tokens.lower[at] in cues("units.plural_names") and len(tokens.words[j]) < LONGEST_NUMBER
    last = at
    while tokens.flags_at(last + 1) & HEADS and tokens.flags_at(last + 1) & TokenFlag.CAP:
        last += 1
    return not tokens.lower[last].endswith("s") or tokens.lower[last] in cues("units.plural_names")


def _is_joint(tokens: ParagraphTokens, j: int, i: int) -> bool:
    """Whether the token `j`, in lower case, joins the modifier before it to the one at `i`."""
    word, before = tokens.words[j], tokens.flags[j - 1]
    if tokens.is_hyphen(j):
        return bool(before & (TokenFlag.CAP | TokenFlag.NUMBER))
    if word in (".", "/"):
        # `1st Inf. Division`, `1st German/Netherlands Corps`
        is_part = tokens.lower[j - 1] in ABBREVIATED if word == "." else bool(before & TokenFlag.DEMONYM)
        return is_part and tokens.tight[j]
    if word in ARMS:
        return bool(before & TokenFlag.ORDINAL)
    if word in ("'s", "’s"):
        is_patron = tokens.word_at(j - 2) in TITLED_PATRONS or tokens.lower[i] in ("royal", "own")
        is_patron = is_patron or (tokens.word_at(j - 2) == "of" and tokens.word_at(j - 3) in TITLED_PATRONS)
        return bool(before & TokenFlag.CAP) and (tokens.lower[j - 1] in POSSESSIVES or is_patron)
    if _joins_person(tokens, j, i) or (word in ("and", ",") and _shares_head(tokens, j, i)):
        return True
    is_list = word in ("and", ",", "to") and bool(before & tokens.flags[i] & TokenFlag.ORDINAL)
    is_list = is_list or bool(
        word == "and" and DECADE.fullmatch(tokens.words[j - 1]) and DECADE.fullmatch(tokens.words[i])
    )
    is_name = bool(before & TokenFlag.CAP) and (word == "&" or (word == "and" and _is_one_name(tokens, j)))
    return is_list or is_name


def _joins_person(tokens: ParagraphTokens, j: int, i: int) -> bool:
    """Whether the token `j` is inside the name of a patron: `Duke of Cornwall's …`, `Baraa ibn Malik Battalion`."""
    if tokens.words[j] == "of":
        return tokens.lower[j - 1] in TITLED_PATRONS and tokens.word_at(i + 1) in ("'s", "’s")
    is_arabic = tokens.words[j] in ARABIC_PARTICLES and tokens.flags[j - 1] & TokenFlag.CAP
    return bool(is_arabic) and tokens.lower[_last_capital(tokens, i)] in NAMED_AFTER_PERSONS


def _last_capital(tokens: ParagraphTokens, i: int) -> int:
    """The last of the words in capitals, and Arabic articles between them, from `i` on."""
    last = i
    while i < len(tokens) and (tokens.flags[i] & TokenFlag.CAP or tokens.words[i] in {"-", *ARABIC_ARTICLES}):
        last = i if tokens.flags[i] & TokenFlag.CAP else last
        i += 1
    return last


def _shares_head(tokens: ParagraphTokens, j: int, i: int) -> bool:
    """Whether names joined at `j` share a head in the plural: `the Ituri, North Kivu and South Kivu Brigades` (G-4)."""
    k, seen = i, tokens.lower[j] == "and"
    while tokens.flags_at(k) & TokenFlag.CAP or tokens.word_at(k) in ("and", ","):
        seen = seen or tokens.lower[k] == "and"
        if tokens.lower[k] in PLURALS:
            return (
                seen
                and tokens.flags[j - 1] & TokenFlag.CAP != 0
                and not tokens.flags[j - 1] & (TokenFlag.COMMON | NO_NAME)
            )
        k += 1
    return False


def _is_one_name(tokens: ParagraphTokens, j: int) -> bool:
    """Whether `and` is inside a name: `Advisory and Liaison Team`, `Bosnia and Herzegovina Command`."""
    before = tokens.flags[j - 1]
    if (tokens.lower[j - 1], tokens.word_at(j + 1)) in (("headquarters", "headquarters"), ("command", "control")):
        return True
    is_word = before & TokenFlag.COMMON and not before & GENERIC
    if (is_word or tokens.lower[j - 1] in FORCE_WORDS - {"security"}) and not tokens.first[j - 1]:
        return True
    return any(gazetteer().end(tokens.forms, s) > j + 1 for s in range(max(0, j - 2), j))


def _is_roman(tokens: ParagraphTokens, j: int) -> bool:
    return bool(ROMAN.fullmatch(tokens.words[j])) and (
        tokens.words[j] != "I" or tokens.word_at(j + 1) in ("corps", "marine")
    )


def _is_number_after_demonym(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a number follows a nationality, which stays out: `Indonesian 745 Battalion` (MU-5)."""
    return bool(tokens.flags[j] & TokenFlag.NUMBER and tokens.flags[j - 1] & TokenFlag.DEMONYM)
