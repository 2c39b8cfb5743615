"""Names of armed formations: numbered, named after something, or known to a list (rule MU-1 to MU-7).

Heads of unit names, and whether what stands before one makes it a name (rule MU-1 to MU-4).

Where the name around a head begins and ends (rule MU-5, G-2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from goldspan.suggest.candidates import OTHER, UNIT, SpanCandidate
from goldspan.suggest.lexicon import SURE, TokenFlag, cues, gazetteer, lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def name_start(words: ParagraphTokens, at: int, floor: int) -> int:
    """Where the modifiers in front of the head at `at` begin, not before `floor`."""
    i = _quoted(words, at, floor)
    while i > floor:
        if _is_modifier(words, i - 1, at) or (i - 1 > floor and _is_joint(words, i - 1, i)):
            i -= 1
        else:
            break
    return i


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


def _is_roman(words: ParagraphTokens, j: int) -> bool:
    return bool(ROMAN.fullmatch(words.words[j])) and (words.words[j] != "I" or words.next_to(j + 1) == "corps")


def _is_counted_off(words: ParagraphTokens, j: int) -> bool:
    """Whether a number follows a nationality, which stays out: `Indonesian 745 Battalion` (MU-5)."""
    return bool(words.kinds[j] & TokenFlag.NUMBER and words.kinds[j - 1] & TokenFlag.DEMONYM)


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


UNIT_CODE = re.compile(r"(?:CJTF|TF|JTF|CJSOTF|RC|CTF|MNB|MND|MNC|MNF|MNSTC|NTM|CSTC|BCT|IBCT)[-–]?[\w–-]*")
# Names in the languages of contributors: `Panzerbataillon 203`, `Ghanbatt-2`.
FOREIGN = re.compile(
    r"\w*(?:bata[il]+[ij]?on|batalion|batallón|brigade|brigada|regiment|bataljon|division|kompanie|"
    r"(?P<batt>BATT|batt|BAT|BN))(?:-\d+)?"
)
SHORTEST_CODE = 4
SHORTEST_ACRONYM = 3
FOREIGN_NAME = 12
# The size of a numbered formation whose head says none.
MIDDLE = 5
CODED_SIZE = 6
# What a designation reaches further right than an acronym.
REACH = 6
# Bodies that may guard, command or man something without being a unit: `Force Commission`.
BEFORE_BODY = frozenset(("task force", "force", "command", "guard", "security force"))
BODIES = frozenset(("mission", "operation", "resolution"))


class UnitPiece(NamedTuple):
    """One designation, before parents are joined to it.

    Args:
        start, end: token indices, half-open.
        size: of the echelon; 0 where the name has none.
        rule: that found it.
        weight: of the rule.
    """

    start: int
    end: int
    size: int
    rule: str
    weight: float


def find_units(words: ParagraphTokens) -> Iterator[SpanCandidate]:
    """All unit designations of a paragraph, parents merged into the designation (MU-6)."""
    pieces: list[UnitPiece] = []
    done = 0
    for i, kind in enumerate(words.kinds):
        if i < done:
            continue
        piece = _with_formation(words, i, done) if kind & (TokenFlag.CAP | TokenFlag.ORDINAL) else None
        if piece is None and kind & HEADS:
            piece = _headed(words, i, done)
        if piece is not None:
            pieces.append(piece)
            done = piece.end
    yield from _chained(words, pieces)


def _with_formation(words: ParagraphTokens, i: int, floor: int) -> UnitPiece | None:
    """A listed force; with the formation named right behind it, one designation: `ISAF Joint Command`."""
    piece = _listed(words, i, floor)
    if piece is None or piece.rule not in ("unit.acronym", "unit.listed"):
        return piece
    start, end = piece.start, piece.end
    for j in range(end, min(end + REACH, len(words))):
        kind = words.kinds[j]
        if (
            not kind & (TokenFlag.CAP | TokenFlag.NUMBER)
            or kind & (TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME)
            or words.first[j]
        ):
            break
        if kind & HEADS:
            found = _headed(words, j, end if piece.rule == "unit.acronym" else start)
            if found is not None and found.start in (start, end):
                return found._replace(start=start)
    return piece


def _listed(words: ParagraphTokens, i: int, floor: int) -> UnitPiece | None:
    """A force that a list or the form of its acronym knows."""
    word, lex = words.words[i], lexicon()
    if word in cues("units.coded") and words.is_hyphen(i + 1):
        return UnitPiece(i, i + 3, CODED_SIZE, "unit.acronym", 0.9)
    end, weight = lex.forces.match(words.forms, i)
    if lex.is_unit(word) and not (words.shouted and word.lower() in lex.common):
        if end > i + 1:
            return UnitPiece(i, end, 0, "unit.listed", weight)
        joined = words.is_hyphen(i + 1) and not words.kind(i + 2) & TokenFlag.CAP
        return None if joined else UnitPiece(i, i + 1, 0, "unit.acronym", 0.95)
    return _by_form(words, i) or (_known(words, i, end, floor) if end > i else None)


def _by_form(words: ParagraphTokens, i: int) -> UnitPiece | None:
    """A force whose name has the form of one, in other languages or as a code."""
    word = words.words[i]
    if word.lower() in cues("units.foreign_heads"):
        end_of_name = _foreign_name(words, i)
        if end_of_name:
            return UnitPiece(i, end_of_name, 0, "unit.foreign", 0.9)
    foreign = FOREIGN.fullmatch(word)
    if foreign and (foreign["batt"] or CODE.fullmatch(words.words[i + 1] if i + 1 < len(words) else "")):
        return UnitPiece(i, i + 1 + (not foreign["batt"]), MIDDLE, "unit.foreign", 0.9)
    if words.kinds[i] & TokenFlag.ORDINAL and _is_numbered_acronym(words, i):
        return UnitPiece(i, i + 2, MIDDLE, "unit.acronym", 0.8)
    if UNIT_CODE.fullmatch(word) and (word[-1].isdigit() or "-" in word) and len(word) >= SHORTEST_CODE:
        return UnitPiece(i, i + 1, CODED_SIZE, "unit.acronym", 0.9)
    return None


def _is_numbered_acronym(words: ParagraphTokens, i: int) -> bool:
    """Whether an ordinal numbers an acronym of no body, as in `the 3rd RPIMa`, `the 2nd REP`."""
    acronym, behind = words.words[i + 1] if i + 1 < len(words) else "", words.kind(i + 2)
    if words.shouted or sum(map(str.isupper, acronym)) < SHORTEST_ACRONYM or not acronym.isalpha():
        return False
    is_open = not behind or behind & TokenFlag.FUNCTION or not words.words[i + 2][0].isalnum()
    return bool(is_open) and words.next_to(i - 1) == "the" and not lexicon().is_org(acronym)


def _foreign_name(words: ParagraphTokens, i: int) -> int:
    """The end of a name in another language before its acronym, or 0: `Forces armées du peuple congolais (FAPC)`."""
    if words.kind(i + 1) & (TokenFlag.CAP | TokenFlag.COMMON) or not words.next_to(i + 1).isalpha():
        return 0
    for j in range(i + 2, min(i + FOREIGN_NAME, len(words))):
        if words.words[j] == "(":
            return j if words.kind(j + 1) & TokenFlag.UPPER and words.next_to(j + 2) == ")" else 0
        if not words.words[j][0].isalpha():
            return 0
    return 0


def _known(words: ParagraphTokens, i: int, end: int, floor: int) -> UnitPiece | None:
    """The listed name from `i` to `end`, as long as its capitals say that it is one."""
    cased = TokenFlag.CAP | TokenFlag.FUNCTION | TokenFlag.PARTICLE
    if not all(words.kinds[j] & cased or not words.words[j].isalpha() for j in range(i, end)):
        return None
    if end - i == 1 and words.kinds[i] & TokenFlag.COMMON:
        return None
    if words.kinds[end - 1] & HEADS:
        longer = _headed(words, end - 1, floor, least=i)
        if longer is not None:
            return longer
    return UnitPiece(i, name_end(words, i, end, words.lower[end - 1]), 0, "unit.listed", 0.95)


def _headed(words: ParagraphTokens, i: int, floor: int, least: int | None = None) -> UnitPiece | None:
    """The designation whose head ends at token `i`; with `least`, it begins there at the latest."""
    is_capital = bool(words.kinds[i] & TokenFlag.CAP)
    if is_capital:
        i = last_head(words, i)
    while not is_capital and words.kind(i + 1) & TokenFlag.ECHELON and not words.kind(i + 1) & TokenFlag.CAP:
        i += 1
    found = head_at(words, i, floor)
    if found is None:
        return None
    at, head = found
    if not is_capital:
        return _small_headed(words, i, at, head, floor)
    following = words.kind(i + 1)
    is_before = following & TokenFlag.CAP and following & TokenFlag.ORG and words.lower[i + 1] not in BODIES
    if head in BEFORE_BODY and is_before:
        return None
    start = name_start(words, at, floor)
    if start == at < i and head not in SOLO and head != "task force":
        at, head = i, words.lower[i]
    start = trimmed_start(words, start, at)
    if least is not None and not any(words.kinds[j] & TokenFlag.ORDINAL for j in range(least, i)):
        start = min(start, least)
    if head in ("staff", "team") or not is_unit(words, start, at, head):
        return None
    numbered = is_numbered(words, start, at)
    size = lexicon().heads.get(head, MIDDLE if numbered else 0)
    end = name_end(words, start, i + 1, head)
    return UnitPiece(start, end, size, "unit.numbered" if numbered else "unit.named", 0.9)


def _small_headed(words: ParagraphTokens, i: int, at: int, head: str, floor: int) -> UnitPiece | None:
    """`4th infantry brigade`: the head is small, so only digits make it a designation."""
    size = lexicon().heads.get(head)
    if size is None:
        return None
    start = at
    while start > floor and not words.kinds[start] & TokenFlag.ORDINAL:
        if words.lower[start - 1] not in ARMS and not words.kinds[start - 1] & TokenFlag.ORDINAL:
            return None
        start -= 1
    if start < i and words.kinds[start] & TokenFlag.ORDINAL:
        return UnitPiece(start, i + 1, size, "unit.numbered", 0.75)
    return None


def _chained(words: ParagraphTokens, pieces: list[UnitPiece]) -> Iterator[SpanCandidate]:
    """The pieces, a subordinate formation and its parents made one (MU-6)."""
    n = 0
    while n < len(pieces):
        start, end, size, rule, weight = pieces[n]
        while n + 1 < len(pieces) and _is_parent(words, end, size, pieces[n + 1]):
            n += 1
            end, size = pieces[n].end, max(size, pieces[n].size)
        # A task force `on` something is a working group.
        on = rule == "unit.named" and words.next_to(end) == "on" and words.lower[end - 1] == "force"
        yield SpanCandidate(start, end, OTHER if on else UNIT, rule, weight)
        n += 1


def _is_parent(words: ParagraphTokens, end: int, size: int, parent: UnitPiece) -> bool:
    """Whether the next piece is what the one before belongs to: `, 5th Regiment`, `of the 9th Brigade`."""
    between, last = words.words[end : parent.start], words.lower[end - 1]
    is_larger = 0 < size < parent.size
    if between in ([","], [",", "The"]):
        return is_larger
    if last in ("marines", "rangers", "army", "navy"):
        return False
    if between in (["of"], ["of", "the"]):
        return size > 0 or last in ("staff", "headquarters", "command")
    if between:
        return False
    if last in ("forces", "army") and words.lower[parent.end - 1] == "staff":
        return True
    numbered = bool(words.kinds[parent.start] & TokenFlag.ORDINAL)
    return (numbered and is_larger) or (words.lower[parent.start] == "royal" and size > 0)
