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
# A longer head begins at most so many tokens further on.
HEAD_REACH = 4
# Heads that a name or code follows in the place of a modifier: `Task Force Falcon`, `Company B`.
CODED = frozenset(("task force", "company", "battery", "troop"))
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
NO_NAME = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.ORG
GENERIC = TokenFlag.DEMONYM | TokenFlag.ORG | TokenFlag.TITLE | TokenFlag.DIRECTION | TokenFlag.RANK | HEADS


def head_at(words: ParagraphTokens, i: int, floor: int) -> tuple[int, str] | None:
    """Where the longest known head that ends at token `i` begins, not before `floor`, and what it is."""
    lex = lexicon()
    for start in range(max(floor, i - LONGEST_HEAD + 1), i + 1):
        head = " ".join(words.lower[start : i + 1])
        if head in lex.heads or head in lex.force_heads:
            return start, head
    return None


def last_head(words: ParagraphTokens, i: int) -> int:
    """The last head of the capitals that go on from the head at `i`: `Guards Motorised Rifle Brigade`."""
    last = i
    stop = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME | TokenFlag.FUNCTION | TokenFlag.DEMONYM
    for j in range(i + 1, min(i + 1 + HEAD_REACH, len(words))):
        kind = words.kinds[j]
        if not kind & TokenFlag.CAP or words.first[j] or kind & stop:
            break
        if kind & HEADS and words.lower[j] not in cues("units.no_second") and head_at(words, j, i) is not None:
            last = j
    return last


def is_numbered(words: ParagraphTokens, start: int, at: int) -> bool:
    """Whether a number, a letter or its word stands among the modifiers."""
    named = SPELLED | cues("units.phonetic")
    return any(
        words.kinds[j] & (TokenFlag.NUMBER | TokenFlag.LETTER)
        or words.lower[j] in named
        or ROMAN.fullmatch(words.words[j])
        for j in range(start, at)
    )


def is_unit(words: ParagraphTokens, start: int, at: int, head: str) -> bool:
    """Whether modifiers and head name a formation.

    Args:
        words: the paragraph.
        start: the first modifier.
        at: the first token of the head.
        head: the head, in lower case.
    """
    modifiers = set(words.lower[start:at])
    if not modifiers:
        return _stands_alone(words, at, head)
    if modifiers & cues("units.stop_force") and head != "army":
        return False
    after = at + len(head.split())
    if words.next_to(after) in ("no", "no.") and head in lexicon().heads:
        return True
    if is_numbered(words, start, at) or _is_named(modifiers, head) or _is_abroad(words, after, head):
        return True
    return _is_proper(words, at - 1) and (
        head == "force" or (head in ("divisions", "battalions") and "and" in modifiers)
    )


def name_start(words: ParagraphTokens, at: int, floor: int) -> int:
    """Where the modifiers in front of the head at `at` begin, not before `floor`."""
    i = _quoted(words, at, floor)
    while i > floor:
        if _is_modifier(words, i - 1, at) or (i - 1 > floor and _is_joint(words, i - 1, i)):
            i -= 1
        else:
            break
    return i


def trimmed_start(words: ParagraphTokens, start: int, at: int) -> int:
    """The start of the designation itself: from its number on, without a possessor or a sentence's first word."""
    for j in range(start, at + 1):
        if words.kinds[j] & TokenFlag.ORDINAL or (j < at and words.lower[j] in SPELLED):
            return j
        if j > start and (_is_roman(words, j) or (j < at and _is_counted_off(words, j))):
            return j
    while start < at and (
        (words.first[start] and words.kinds[start] & TokenFlag.FUNCTION)
        or words.words[start] in ("-", "–", "&", "'s", "’s", "and")
    ):
        start += 1
    return start


def name_end(words: ParagraphTokens, start: int, end: int, head: str) -> int:
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
    if words.is_hyphen(end) and words.kinds[end + 1] & TokenFlag.NUMBER:
        return end + 2
    if words.next_to(end) in ("of", "in", "for") and last in cues("units.parents") | cues("units.takes_of"):
        return _complement(words, start, end, last)
    return end + (words.lower[end - 1] in ABBREVIATED and words.next_to(end) == "." and words.tight[end])


def _stands_alone(words: ParagraphTokens, at: int, head: str) -> bool:
    if head in CODED:
        return _has_code(words, at + len(head.split()))
    if words.shouted:
        return head in SOLO and head not in cues("units.not_alone")
    return head in SOLO and not words.first[at]


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
        told = ARMS | AREAS if head in ("division", "divisions") else ARMS
        return head in cues("units.named_after") and (is_service or bool(modifiers & told))
    if head == "corps":
        return not modifiers & cues("units.not_corps")
    return head not in cues("units.numbered_only")


def _is_proper(words: ParagraphTokens, j: int) -> bool:
    """Whether a token is a name that no list knows: the first of `Radwan Force`."""
    kind = words.kind(j)
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
    return bool(kind & TokenFlag.CAP) and not kind & known and not words.shouted and words.words[j].isalpha()


def _is_abroad(words: ParagraphTokens, i: int, head: str) -> bool:
    """Whether `Forces` are named after where they stand: `United States Forces Korea`."""
    if head != "forces" or not words.kind(i) & TokenFlag.CAP or words.first[i]:
        return False
    place, weight = gazetteer().match(words.forms, i)
    return weight >= SURE and not words.kind(place) & TokenFlag.CAP


def _has_code(words: ParagraphTokens, i: int) -> bool:
    """Whether a code or, for a task force, a name follows: `Company B`, `Task Force Falcon`, `Task Force 2-87`."""
    i += words.next_to(i) in ("-", "–")
    kind = words.kind(i)
    if words.next_to(i - 1) in CODED:
        return bool(kind & TokenFlag.LETTER)
    return bool(kind & (TokenFlag.NUMBER | TokenFlag.CAP)) and not kind & (
        TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME | TokenFlag.ORG
    )


def _quoted(words: ParagraphTokens, at: int, floor: int) -> int:
    """Where the number begins before a nickname in quotation marks, or `at`: `91st “Galilee” Division`."""
    if words.next_to(at - 1) not in QUOTES:
        return at
    for j in range(at - 2, max(floor, at - NICKNAME), -1):
        if words.words[j] in QUOTES:
            return j - 1 if j < at - 2 and words.kinds[j - 1] & TokenFlag.ORDINAL else at
        if not words.kinds[j] & TokenFlag.CAP:
            return at
    return at


def _is_modifier(words: ParagraphTokens, j: int, at: int) -> bool:
    kind, lower = words.kinds[j], words.lower[j]
    if kind & TokenFlag.NUMBER:
        return _can_number(words, j, at)
    if not kind & TokenFlag.CAP or (words.first[j] and kind & TokenFlag.INITIAL):
        return False
    is_title = (
        kind & (TokenFlag.RANK | TokenFlag.TITLE) and not kind & TokenFlag.LETTER and lower not in TITLES_INSIDE | ARMS
    )
    is_letter = lower == "a" or (words.words[j] == "I" and words.lower[at] == "corps")
    if is_title or kind & TokenFlag.TIME or (kind & TokenFlag.FUNCTION and not is_letter):
        return False
    said = (
        lower in SPELLED
        or not words.first[j]
        or not kind & TokenFlag.COMMON
        or bool(kind & (TokenFlag.DEMONYM | TokenFlag.DIRECTION))
    )
    return said or lower in ARMS or lower in FORCE_WORDS or lower in GUARD_WORDS


def _can_number(words: ParagraphTokens, j: int, at: int) -> bool:
    """Whether a figure can be a unit's number: `2,200 Marines` and `123 Rifles` are counted, not numbered."""
    if words.kinds[j] & TokenFlag.ORDINAL:
        return True
    return len(words.words[j]) <= LONGEST_NUMBER and words.lower[at] not in cues("units.counted")


def _is_joint(words: ParagraphTokens, j: int, i: int) -> bool:
    """Whether the small token `j` joins the modifier before it to the one at `i`."""
    word, before = words.words[j], words.kinds[j - 1]
    if words.is_hyphen(j):
        return bool(before & (TokenFlag.CAP | TokenFlag.NUMBER))
    if word == ".":
        return words.tight[j] and words.lower[j - 1] in ABBREVIATED
    if word in ARMS:
        return bool(before & TokenFlag.ORDINAL)
    if word in ("'s", "’s"):
        return bool(before & TokenFlag.CAP) and words.lower[j - 1] in POSSESSIVES
    if word in ("and", ",") and _shares_head(words, j, i):
        return True
    is_list = word in ("and", ",", "to") and bool(before & words.kinds[i] & TokenFlag.ORDINAL)
    is_name = bool(before & TokenFlag.CAP) and (word == "&" or (word == "and" and _is_one_name(words, j)))
    return is_list or is_name


def _shares_head(words: ParagraphTokens, j: int, i: int) -> bool:
    """Whether names joined at `j` share a head in the plural: `the Ituri, North Kivu and South Kivu Brigades` (G-4)."""
    k, seen = i, words.lower[j] == "and"
    while words.kind(k) & TokenFlag.CAP or words.next_to(k) in ("and", ","):
        seen = seen or words.lower[k] == "and"
        if words.lower[k] in PLURALS:
            return (
                seen
                and words.kinds[j - 1] & TokenFlag.CAP != 0
                and not words.kinds[j - 1] & (TokenFlag.COMMON | NO_NAME)
            )
        k += 1
    return False


def _is_one_name(words: ParagraphTokens, j: int) -> bool:
    """Whether `and` stands inside a name: `Advisory and Liaison Team`, `Bosnia and Herzegovina Command`."""
    before = words.kinds[j - 1]
    is_word = before & TokenFlag.COMMON and not before & GENERIC
    if (is_word or words.lower[j - 1] in FORCE_WORDS - {"security"}) and not words.first[j - 1]:
        return True
    return any(gazetteer().end(words.forms, s) > j + 1 for s in range(max(0, j - 2), j))


def _is_roman(words: ParagraphTokens, j: int) -> bool:
    return bool(ROMAN.fullmatch(words.words[j])) and (words.words[j] != "I" or words.next_to(j + 1) == "corps")


def _is_counted_off(words: ParagraphTokens, j: int) -> bool:
    """Whether a number follows a nationality, which stays out: `Indonesian 745 Battalion` (MU-5)."""
    return bool(words.kinds[j] & TokenFlag.NUMBER and words.kinds[j - 1] & TokenFlag.DEMONYM)


def _numbers(words: ParagraphTokens, end: int) -> int:
    """The end of the numbers behind a head: `No. 4`, `No 3 and No 4`; the head's end where there are none."""
    number = end + 1 + (words.next_to(end + 1) == ".")
    if not words.kind(number) & TokenFlag.NUMBER:
        return end
    goes_on = words.next_to(number + 1) == "and" and words.next_to(number + 2) in ("no", "no.")
    return max(number + 1, _numbers(words, number + 2)) if goes_on else number + 1


def _area(words: ParagraphTokens, start: int, end: int) -> int:
    """The end of an area behind a head: `Regional Command-East`, `Multi-National Division – Baghdad`."""
    is_spaced = not {"multi", "multinational"}.isdisjoint(words.lower[start:end])
    is_joined = words.next_to(end) in ("-", "–") and (words.tight[end] or is_spaced)
    j = end + is_joined
    if not words.kind(j) & TokenFlag.CAP:
        return end
    is_area = is_joined or words.lower[j] in cues("units.areas") - cues("units.countries")
    if not is_area:
        is_abroad = words.lower[end - 1] in ("forces", "battlegroup") and not words.first[j]
        place, weight = gazetteer().match(words.forms, j) if is_abroad else (end, 0.0)
        return place if weight >= SURE and not words.kind(place) & TokenFlag.CAP else end
    j += words.lower[j] in ("north", "south") and words.next_to(j + 1) in ("east", "west")
    return j + 1


def _code(words: ParagraphTokens, end: int, head: str) -> int:
    """The end of a code or name behind a head: `Task Force 2-87`, `Company B`, `Joint Task Force in Somalia`."""
    if words.next_to(end) == "in" and words.next_to(end - 3) == "joint":
        return _complement(words, end - 3, end, "force")
    j = end + (words.next_to(end) in ("-", "–") and words.tight[end])
    if j >= len(words) or (head == "task force" and words.lower[j] == "on"):
        return end
    kind = words.kinds[j]
    # `A` is a letter here and no article.
    is_code = CODE.fullmatch(words.words[j]) or (head != "task force" and kind & TokenFlag.LETTER)
    if not is_code and (not kind & TokenFlag.CAP or kind & NO_NAME):
        return end
    end = j + 1
    while (words.is_hyphen(end) or words.next_to(end) == "/") and words.kind(end + 1) & (
        TokenFlag.NUMBER | TokenFlag.CAP
    ):
        end += 2
    return end


def _complement(words: ParagraphTokens, start: int, end: int, last: str) -> int:
    """The end of `of (the) X` behind a head, X being a place or a name; the head's end where there is none."""
    word, forms = words.lower[end], words.forms
    j = end + 1 + (words.next_to(end + 1) == "the")
    if not words.kind(j) & TokenFlag.CAP:
        return end
    if word == "for" and words.lower[j] in ("liberation", "defence", "defense") and words.next_to(j + 1) == "of":
        return max(j + 2, gazetteer().end(forms, j + 2) if j + 2 < len(words) else 0)
    if word != "of" and (cues("units.abroad") | {"joint"}).isdisjoint(words.lower[start:end]):
        return end
    place, weight = gazetteer().match(forms, j)
    if weight > BELIEVED:
        return place
    return _named(words, j, end) if word == "of" and last in ("army", "forces", "guard", "staff") else end


def _named(words: ParagraphTokens, j: int, end: int) -> int:
    """The end of the name that begins at `j` behind `of`; `end` where it is a title or a date."""
    if words.kinds[j] & (TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME):
        return end
    k = j
    while words.kind(k) & TokenFlag.CAP and not words.kinds[k] & (TokenFlag.TITLE | TokenFlag.RANK):
        k += 1
    if words.kinds[k - 1] & TokenFlag.FORCE and words.next_to(k) == "of":
        return _complement(words, j, k, words.lower[k - 1])
    return k
