"""The name of a military unit around its head: where it begins and ends, and whether it is one (rule MU-1 to MU-5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.lexicon import TokenFlag, cues, lexicon

if TYPE_CHECKING:
    from goldspan.suggest.tokens import ParagraphTokens

HEADS = TokenFlag.ECHELON | TokenFlag.FORCE
ROMAN = re.compile(r"[IVX]{1,5}")
SPELLED = cues("units.spelled")
ARMS = cues("units.arms")
FORCE_WORDS = cues("units.force_words")
GUARD_WORDS = cues("units.guard_words")

# Services that are names of their own with a capital (MU-4).
SOLO = cues("units.solo")

# A division is named after an area of command, too: `Eastern Division`.
AREAS = frozenset(("eastern", "western", "northern", "southern", "central", "multinational"))
LONGEST_HEAD = 3

# A longer head begins at most this many tokens later.
HEAD_REACH = 4

# Heads that a name or code follows instead of a modifier before: `Task Force Falcon`, `Company B`.
CODED = frozenset(("task force", "company", "battery", "troop"))
CODE = re.compile(r"\d+(?:[/-]\d+)?[A-Z]?|[IVX]+")
POSSESSIVES = cues("units.possessives")
TITLES_INSIDE = POSSESSIVES | cues("units.titles_inside")
ABBREVIATED = cues("units.abbreviated")
PLURALS = frozenset(("brigades", "divisions", "battalions", "regiments"))
QUOTES = frozenset('"“”')
NICKNAME = 5
LONGEST_NUMBER = 3

# After `Army of` a place needs only this weight, because one is expected there.
LEAST_PLACE_WEIGHT = 0.4
NO_NAME = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.ORG
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
        if not flags & TokenFlag.CAP or tokens.first[j] or flags & stop:
            break
        if flags & HEADS and tokens.lower[j] not in cues("units.no_second") and head_at(tokens, j, i) is not None:
            last = j
    return last


def is_numbered(tokens: ParagraphTokens, start: int, at: int) -> bool:
    """Whether a number, a letter or its word is among the modifiers."""
    named = SPELLED | cues("units.phonetic")
    return any(
        tokens.flags[j] & (TokenFlag.NUMBER | TokenFlag.LETTER)
        or tokens.lower[j] in named
        or ROMAN.fullmatch(tokens.words[j])
        for j in range(start, at)
    )


def is_unit(tokens: ParagraphTokens, start: int, at: int, head: str) -> bool:
    """Whether modifiers and head name a formation.

    Args:
        tokens: the paragraph.
        start: the first modifier.
        at: the first token of the head.
        head: the head, in lower case.
    """
    modifiers = set(tokens.lower[start:at])
    if not modifiers:
        return _stands_alone(tokens, at, head)
    if modifiers & cues("units.stop_force") and head != "army":
        return False
    after = at + len(head.split())
    if tokens.word_at(after) in ("no", "no.") and head in lexicon().heads:
        return True
    if is_numbered(tokens, start, at) or _is_named(modifiers, head) or _is_abroad(tokens, after, head):
        return True
    return _is_proper(tokens, at - 1) and (
        head == "force" or (head in ("divisions", "battalions") and "and" in modifiers)
    )


def name_start(tokens: ParagraphTokens, at: int, floor: int) -> int:
    """Where the modifiers in front of the head at `at` begin, not before `floor`."""
    i = _start_before_nickname(tokens, at, floor)
    while i > floor:
        if _is_modifier(tokens, i - 1, at) or (i - 1 > floor and _is_joint(tokens, i - 1, i)):
            i -= 1
        else:
            break
    return i


def trimmed_start(tokens: ParagraphTokens, start: int, at: int) -> int:
    """The start of the designation itself: from its number on, without a possessor or a sentence's first word."""
    for j in range(start, at + 1):
        if tokens.flags[j] & TokenFlag.ORDINAL or (j < at and tokens.lower[j] in SPELLED):
            return j
        if j > start and (_is_roman(tokens, j) or (j < at and _is_number_after_demonym(tokens, j))):
            return j
    while start < at and (
        (tokens.first[start] and tokens.flags[start] & TokenFlag.FUNCTION)
        or tokens.words[start] in ("-", "–", "&", "'s", "’s", "and")
    ):
        start += 1
    return start


def name_end(tokens: ParagraphTokens, start: int, end: int, head: str) -> int:
    """Where the designation ends: with its head, an area, a code, or `of` a state.

    Args:
        tokens: the paragraph.
        start: the first token of the designation.
        end: the end of its head.
        head: the head, in lower case.
    """
    last = head.rsplit(maxsplit=1)[-1]
    if tokens.word_at(end) in ("no", "no."):
        return _end_of_numbers(tokens, end)
    area = _end_of_area(tokens, start, end) if last in cues("units.before_area") else end
    if area > end:
        return area
    if head in ("task force", "company", "battery") or last == "team":
        return _end_of_code(tokens, end, head)
    if tokens.is_hyphen(end) and tokens.flags[end + 1] & TokenFlag.NUMBER:
        return end + 2
    if tokens.word_at(end) in ("of", "in", "for") and last in cues("units.parents") | cues("units.takes_of"):
        return _end_of_complement(tokens, start, end, last)
    return end + (tokens.lower[end - 1] in ABBREVIATED and tokens.word_at(end) == "." and tokens.tight[end])


def _stands_alone(tokens: ParagraphTokens, at: int, head: str) -> bool:
    if head in CODED:
        return _has_code(tokens, at + len(head.split()))
    if tokens.all_caps:
        return head in SOLO and head not in cues("units.not_alone")
    return head in SOLO and not tokens.first[at]


def _is_named(modifiers: set[str], head: str) -> bool:
    """Whether words that are no number make a name with this head."""
    if head in ("force", "forces"):
        return bool(modifiers & (FORCE_WORDS if head == "force" else FORCE_WORDS - cues("units.not_forces")))
    if head.rsplit(maxsplit=1)[-1] in ("guard", "guards") and head not in SOLO:
        return bool(modifiers & GUARD_WORDS)
    if head in ("command", "commands"):
        return not modifiers & {"police", "high"} or "army" in modifiers
    if head in cues("units.needs_number") - {"army"}:
        is_service = head in ("marines", "rangers")
        modifiers_needed = ARMS | AREAS if head in ("division", "divisions") else ARMS
        return head in cues("units.named_after") and (is_service or bool(modifiers & modifiers_needed))
    if head == "corps":
        return not modifiers & cues("units.not_corps")
    return head not in cues("units.numbered_only")


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
    """Whether `Forces` are named after where they are: `United States Forces Korea`."""
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
    return bool(flags & (TokenFlag.NUMBER | TokenFlag.CAP)) and not flags & (
        TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME | TokenFlag.ORG
    )


def _start_before_nickname(tokens: ParagraphTokens, at: int, floor: int) -> int:
    """Where the number begins before a nickname in quotation marks, or `at`: `91st “Galilee” Division`."""
    if tokens.word_at(at - 1) not in QUOTES:
        return at
    for j in range(at - 2, max(floor, at - NICKNAME), -1):
        if tokens.words[j] in QUOTES:
            return j - 1 if j < at - 2 and tokens.flags[j - 1] & TokenFlag.ORDINAL else at
        if not tokens.flags[j] & TokenFlag.CAP:
            return at
    return at


def _is_modifier(tokens: ParagraphTokens, j: int, at: int) -> bool:
    flags, lower = tokens.flags[j], tokens.lower[j]
    if flags & TokenFlag.NUMBER:
        return _can_number(tokens, j, at)
    if not flags & TokenFlag.CAP or (tokens.first[j] and flags & TokenFlag.INITIAL):
        return False
    is_title = (
        flags & (TokenFlag.RANK | TokenFlag.TITLE)
        and not flags & TokenFlag.LETTER
        and lower not in TITLES_INSIDE | ARMS
    )
    is_letter = lower == "a" or (tokens.words[j] == "I" and tokens.lower[at] == "corps")
    if is_title or flags & TokenFlag.TIME or (flags & TokenFlag.FUNCTION and not is_letter):
        return False
    is_meaningful = (
        lower in SPELLED
        or not tokens.first[j]
        or not flags & TokenFlag.COMMON
        or bool(flags & (TokenFlag.DEMONYM | TokenFlag.DIRECTION))
    )
    return is_meaningful or lower in ARMS or lower in FORCE_WORDS or lower in GUARD_WORDS


def _can_number(tokens: ParagraphTokens, j: int, at: int) -> bool:
    """Whether a figure can be a unit's number: `2,200 Marines` and `123 Rifles` are counted, not numbered."""
    if tokens.flags[j] & TokenFlag.ORDINAL:
        return True
    return len(tokens.words[j]) <= LONGEST_NUMBER and tokens.lower[at] not in cues("units.counted")


def _is_joint(tokens: ParagraphTokens, j: int, i: int) -> bool:
    """Whether the token `j`, in lower case, joins the modifier before it to the one at `i`."""
    word, before = tokens.words[j], tokens.flags[j - 1]
    if tokens.is_hyphen(j):
        return bool(before & (TokenFlag.CAP | TokenFlag.NUMBER))
    if word == ".":
        return tokens.tight[j] and tokens.lower[j - 1] in ABBREVIATED
    if word in ARMS:
        return bool(before & TokenFlag.ORDINAL)
    if word in ("'s", "’s"):
        return bool(before & TokenFlag.CAP) and tokens.lower[j - 1] in POSSESSIVES
    if word in ("and", ",") and _shares_head(tokens, j, i):
        return True
    is_list = word in ("and", ",", "to") and bool(before & tokens.flags[i] & TokenFlag.ORDINAL)
    is_name = bool(before & TokenFlag.CAP) and (word == "&" or (word == "and" and _is_one_name(tokens, j)))
    return is_list or is_name


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
    is_word = before & TokenFlag.COMMON and not before & GENERIC
    if (is_word or tokens.lower[j - 1] in FORCE_WORDS - {"security"}) and not tokens.first[j - 1]:
        return True
    return any(gazetteer().end(tokens.forms, s) > j + 1 for s in range(max(0, j - 2), j))


def _is_roman(tokens: ParagraphTokens, j: int) -> bool:
    return bool(ROMAN.fullmatch(tokens.words[j])) and (tokens.words[j] != "I" or tokens.word_at(j + 1) == "corps")


def _is_number_after_demonym(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a number follows a nationality, which stays out: `Indonesian 745 Battalion` (MU-5)."""
    return bool(tokens.flags[j] & TokenFlag.NUMBER and tokens.flags[j - 1] & TokenFlag.DEMONYM)


def _end_of_numbers(tokens: ParagraphTokens, end: int) -> int:
    """The end of the numbers after a head: `No. 4`, `No 3 and No 4`; the head's end where there are none."""
    number = end + 1 + (tokens.word_at(end + 1) == ".")
    if not tokens.flags_at(number) & TokenFlag.NUMBER:
        return end
    goes_on = tokens.word_at(number + 1) == "and" and tokens.word_at(number + 2) in ("no", "no.")
    return max(number + 1, _end_of_numbers(tokens, number + 2)) if goes_on else number + 1


def _end_of_area(tokens: ParagraphTokens, start: int, end: int) -> int:
    """The end of an area after a head: `Regional Command-East`, `Multi-National Division – Baghdad`."""
    is_spaced = not {"multi", "multinational"}.isdisjoint(tokens.lower[start:end])
    is_joined = tokens.word_at(end) in ("-", "–") and (tokens.tight[end] or is_spaced)
    j = end + is_joined
    if not tokens.flags_at(j) & TokenFlag.CAP:
        return end
    is_area = is_joined or tokens.lower[j] in cues("units.areas") - cues("units.countries")
    if not is_area:
        is_abroad = tokens.lower[end - 1] in ("forces", "battlegroup") and not tokens.first[j]
        place, weight = gazetteer().match(tokens.forms, j) if is_abroad else (end, 0.0)
        return place if weight >= SURE and not tokens.flags_at(place) & TokenFlag.CAP else end
    j += tokens.lower[j] in ("north", "south") and tokens.word_at(j + 1) in ("east", "west")
    return j + 1


def _end_of_code(tokens: ParagraphTokens, end: int, head: str) -> int:
    """The end of a code or name after a head: `Task Force 2-87`, `Company B`, `Joint Task Force in Somalia`."""
    if tokens.word_at(end) == "in" and tokens.word_at(end - 3) == "joint":
        return _end_of_complement(tokens, end - 3, end, "force")
    j = end + (tokens.word_at(end) in ("-", "–") and tokens.tight[end])
    if j >= len(tokens) or (head == "task force" and tokens.lower[j] == "on"):
        return end
    flags = tokens.flags[j]
    # `A` is a letter here and no article.
    is_code = CODE.fullmatch(tokens.words[j]) or (head != "task force" and flags & TokenFlag.LETTER)
    if not is_code and (not flags & TokenFlag.CAP or flags & NO_NAME):
        return end
    end = j + 1
    while (tokens.is_hyphen(end) or tokens.word_at(end) == "/") and tokens.flags_at(end + 1) & (
        TokenFlag.NUMBER | TokenFlag.CAP
    ):
        end += 2
    return end


def _end_of_complement(tokens: ParagraphTokens, start: int, end: int, last: str) -> int:
    """The end of `of (the) X` after a head, X being a place or a name; the head's end where there is none."""
    word, forms = tokens.lower[end], tokens.forms
    j = end + 1 + (tokens.word_at(end + 1) == "the")
    if not tokens.flags_at(j) & TokenFlag.CAP:
        return end
    if word == "for" and tokens.lower[j] in ("liberation", "defence", "defense") and tokens.word_at(j + 1) == "of":
        return max(j + 2, gazetteer().end(forms, j + 2) if j + 2 < len(tokens) else 0)
    if word != "of" and (cues("units.abroad") | {"joint"}).isdisjoint(tokens.lower[start:end]):
        return end
    place, weight = gazetteer().match(forms, j)
    if weight > LEAST_PLACE_WEIGHT:
        return place
    return _end_of_name(tokens, j, end) if word == "of" and last in ("army", "forces", "guard", "staff") else end


def _end_of_name(tokens: ParagraphTokens, j: int, end: int) -> int:
    """The end of the name that begins at `j` after `of`; `end` where it is a title or a date."""
    if tokens.flags[j] & (TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME):
        return end
    k = j
    while tokens.flags_at(k) & TokenFlag.CAP and not tokens.flags[k] & (TokenFlag.TITLE | TokenFlag.RANK):
        k += 1
    if tokens.flags[k - 1] & TokenFlag.FORCE and tokens.word_at(k) == "of":
        return _end_of_complement(tokens, j, k, tokens.lower[k - 1])
    return k
