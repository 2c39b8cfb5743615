"""Where the name around a head begins and ends (rule MU-5, G-2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.data_files import cues
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.kinds import Kind
from goldspan.suggest.unit_heads import ARMS, FORCE_WORDS, GUARD_WORDS, HEADS, ROMAN, SPELLED

if TYPE_CHECKING:
    from goldspan.suggest.words import Words

CODE = re.compile(r"\d+(?:[/-]\d+)?[A-Z]?|[IVX]+")
POSSESSIVES = cues("units.possessives")
TITLES_INSIDE = POSSESSIVES | cues("units.titles_inside")
ABBREVIATED = cues("units.abbreviated")
PLURALS = frozenset(("brigades", "divisions", "battalions", "regiments"))
QUOTES = frozenset('"“”')
NICKNAME = 5
LONGEST_NUMBER = 3
# A place is believed behind `Army of` at this weight already: the frame says that one follows.
BELIEVED = 0.4
NO_NAME = Kind.TITLE | Kind.RANK | Kind.FUNCTION | Kind.TIME | Kind.ORG
GENERIC = Kind.DEMONYM | Kind.ORG | Kind.TITLE | Kind.DIRECTION | Kind.RANK | HEADS


def leftwards(words: Words, at: int, floor: int) -> int:
    """Where the modifiers in front of the head at `at` begin, not before `floor`."""
    i = _quoted(words, at, floor)
    while i > floor:
        if _is_modifier(words, i - 1, at) or (i - 1 > floor and _is_joint(words, i - 1, i)):
            i -= 1
        else:
            break
    return i


def _quoted(words: Words, at: int, floor: int) -> int:
    """Where the number begins before a nickname in quotation marks, or `at`: `91st “Galilee” Division`."""
    if words.next_to(at - 1) not in QUOTES:
        return at
    for j in range(at - 2, max(floor, at - NICKNAME), -1):
        if words.words[j] in QUOTES:
            return j - 1 if j < at - 2 and words.kinds[j - 1] & Kind.ORDINAL else at
        if not words.kinds[j] & Kind.CAP:
            return at
    return at


def _is_modifier(words: Words, j: int, at: int) -> bool:
    kind, lower = words.kinds[j], words.lower[j]
    if kind & Kind.NUMBER:
        return _can_number(words, j, at)
    if not kind & Kind.CAP or (words.first[j] and kind & Kind.INITIAL):
        return False
    is_title = kind & (Kind.RANK | Kind.TITLE) and not kind & Kind.LETTER and lower not in TITLES_INSIDE | ARMS
    is_letter = lower == "a" or (words.words[j] == "I" and words.lower[at] == "corps")
    if is_title or kind & Kind.TIME or (kind & Kind.FUNCTION and not is_letter):
        return False
    said = (
        lower in SPELLED or not words.first[j] or not kind & Kind.COMMON or bool(kind & (Kind.DEMONYM | Kind.DIRECTION))
    )
    return said or lower in ARMS or lower in FORCE_WORDS or lower in GUARD_WORDS


def _can_number(words: Words, j: int, at: int) -> bool:
    """Whether a figure can be a unit's number: `2,200 Marines` and `123 Rifles` are counted, not numbered."""
    if words.kinds[j] & Kind.ORDINAL:
        return True
    return len(words.words[j]) <= LONGEST_NUMBER and words.lower[at] not in cues("units.counted")


def _is_joint(words: Words, j: int, i: int) -> bool:
    """Whether the small token `j` joins the modifier before it to the one at `i`."""
    word, before = words.words[j], words.kinds[j - 1]
    if words.is_hyphen(j):
        return bool(before & (Kind.CAP | Kind.NUMBER))
    if word == ".":
        return words.tight[j] and words.lower[j - 1] in ABBREVIATED
    if word in ARMS:
        return bool(before & Kind.ORDINAL)
    if word in ("'s", "’s"):
        return bool(before & Kind.CAP) and words.lower[j - 1] in POSSESSIVES
    if word in ("and", ",") and _shares_head(words, j, i):
        return True
    is_list = word in ("and", ",", "to") and bool(before & words.kinds[i] & Kind.ORDINAL)
    is_name = bool(before & Kind.CAP) and (word == "&" or (word == "and" and _is_one_name(words, j)))
    return is_list or is_name


def _shares_head(words: Words, j: int, i: int) -> bool:
    """Whether names joined at `j` share a head in the plural: `the Ituri, North Kivu and South Kivu Brigades` (G-4)."""
    k, seen = i, words.lower[j] == "and"
    while words.kind(k) & Kind.CAP or words.next_to(k) in ("and", ","):
        seen = seen or words.lower[k] == "and"
        if words.lower[k] in PLURALS:
            return seen and words.kinds[j - 1] & Kind.CAP != 0 and not words.kinds[j - 1] & (Kind.COMMON | NO_NAME)
        k += 1
    return False


def _is_one_name(words: Words, j: int) -> bool:
    """Whether `and` stands inside a name: `Advisory and Liaison Team`, `Bosnia and Herzegovina Command`."""
    before = words.kinds[j - 1]
    is_word = before & Kind.COMMON and not before & GENERIC
    if (is_word or words.lower[j - 1] in FORCE_WORDS - {"security"}) and not words.first[j - 1]:
        return True
    return any(gazetteer().end(words.forms, s) > j + 1 for s in range(max(0, j - 2), j))


def trimmed(words: Words, start: int, at: int) -> int:
    """The start of the designation itself: from its number on, without a possessor or a sentence's first word."""
    for j in range(start, at + 1):
        if words.kinds[j] & Kind.ORDINAL or (j < at and words.lower[j] in SPELLED):
            return j
        if j > start and (_is_roman(words, j) or (j < at and _is_counted_off(words, j))):
            return j
    while start < at and (
        (words.first[start] and words.kinds[start] & Kind.FUNCTION)
        or words.words[start] in ("-", "–", "&", "'s", "’s", "and")
    ):
        start += 1
    return start


def _is_roman(words: Words, j: int) -> bool:
    return bool(ROMAN.fullmatch(words.words[j])) and (words.words[j] != "I" or words.next_to(j + 1) == "corps")


def _is_counted_off(words: Words, j: int) -> bool:
    """Whether a number follows a nationality, which stays out: `Indonesian 745 Battalion` (MU-5)."""
    return bool(words.kinds[j] & Kind.NUMBER and words.kinds[j - 1] & Kind.DEMONYM)


def rightwards(words: Words, start: int, end: int, head: str) -> int:
    """Where the designation ends: with its head, an area, a code, or `of` a state.

    Args:
        words: the paragraph.
        start: the first token of the designation.
        end: the end of its head.
        head: the head, in lower case.
    """
    last = head.rsplit(maxsplit=1)[-1]
    if words.next_to(end) in ("no", "no."):
        return _numbers(words, end)
    area = _area(words, start, end) if last in cues("units.before_area") else end
    if area > end:
        return area
    if head in ("task force", "company", "battery") or last == "team":
        return _code(words, end, head)
    if words.is_hyphen(end) and words.kinds[end + 1] & Kind.NUMBER:
        return end + 2
    if words.next_to(end) in ("of", "in", "for") and last in cues("units.parents") | cues("units.takes_of"):
        return _complement(words, start, end, last)
    return end + (words.lower[end - 1] in ABBREVIATED and words.next_to(end) == "." and words.tight[end])


def _numbers(words: Words, end: int) -> int:
    """The end of the numbers behind a head: `No. 4`, `No 3 and No 4`; the head's end where there are none."""
    number = end + 1 + (words.next_to(end + 1) == ".")
    if not words.kind(number) & Kind.NUMBER:
        return end
    goes_on = words.next_to(number + 1) == "and" and words.next_to(number + 2) in ("no", "no.")
    return max(number + 1, _numbers(words, number + 2)) if goes_on else number + 1


def _area(words: Words, start: int, end: int) -> int:
    """The end of an area behind a head: `Regional Command-East`, `Multi-National Division – Baghdad`."""
    is_spaced = not {"multi", "multinational"}.isdisjoint(words.lower[start:end])
    is_joined = words.next_to(end) in ("-", "–") and (words.tight[end] or is_spaced)
    j = end + is_joined
    if not words.kind(j) & Kind.CAP:
        return end
    is_area = is_joined or words.lower[j] in cues("units.areas") - cues("units.countries")
    if not is_area:
        is_abroad = words.lower[end - 1] in ("forces", "battlegroup") and not words.first[j]
        place, weight = gazetteer().match(words.forms, j) if is_abroad else (end, 0.0)
        return place if weight >= SURE and not words.kind(place) & Kind.CAP else end
    j += words.lower[j] in ("north", "south") and words.next_to(j + 1) in ("east", "west")
    return j + 1


def _code(words: Words, end: int, head: str) -> int:
    """The end of a code or name behind a head: `Task Force 2-87`, `Company B`, `Joint Task Force in Somalia`."""
    if words.next_to(end) == "in" and words.next_to(end - 3) == "joint":
        return _complement(words, end - 3, end, "force")
    j = end + (words.next_to(end) in ("-", "–") and words.tight[end])
    if j >= len(words) or (head == "task force" and words.lower[j] == "on"):
        return end
    kind = words.kinds[j]
    # `A` is a letter here and no article.
    is_code = CODE.fullmatch(words.words[j]) or (head != "task force" and kind & Kind.LETTER)
    if not is_code and (not kind & Kind.CAP or kind & NO_NAME):
        return end
    end = j + 1
    while (words.is_hyphen(end) or words.next_to(end) == "/") and words.kind(end + 1) & (Kind.NUMBER | Kind.CAP):
        end += 2
    return end


def _complement(words: Words, start: int, end: int, last: str) -> int:
    """The end of `of (the) X` behind a head, X being a place or a name; the head's end where there is none."""
    word, forms = words.lower[end], words.forms
    j = end + 1 + (words.next_to(end + 1) == "the")
    if not words.kind(j) & Kind.CAP:
        return end
    if word == "for" and words.lower[j] in ("liberation", "defence", "defense") and words.next_to(j + 1) == "of":
        return max(j + 2, gazetteer().end(forms, j + 2) if j + 2 < len(words) else 0)
    if word != "of" and (cues("units.abroad") | {"joint"}).isdisjoint(words.lower[start:end]):
        return end
    place, weight = gazetteer().match(forms, j)
    if weight > BELIEVED:
        return place
    return _named(words, j, end) if word == "of" and last in ("army", "forces", "guard", "staff") else end


def _named(words: Words, j: int, end: int) -> int:
    """The end of the name that begins at `j` behind `of`; `end` where it is a title or a date."""
    if words.kinds[j] & (Kind.TITLE | Kind.RANK | Kind.TIME):
        return end
    k = j
    while words.kind(k) & Kind.CAP and not words.kinds[k] & (Kind.TITLE | Kind.RANK):
        k += 1
    if words.kinds[k - 1] & Kind.FORCE and words.next_to(k) == "of":
        return _complement(words, j, k, words.lower[k - 1])
    return k
