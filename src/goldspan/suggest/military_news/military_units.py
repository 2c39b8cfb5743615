"""Names of military units: numbered, named after something, coded, foreign, or known to a list (rule MU-1 to MU-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from goldspan.suggest.military_news.candidates import OTHER, UNIT, SpanCandidate
from goldspan.suggest.military_news.foreign_units import foreign_unit
from goldspan.suggest.military_news.gazetteer import gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.military_news.unit_codes import code_end
from goldspan.suggest.military_news.unit_names import (
    ARMS,
    CODED,
    HEADS,
    SOLO,
    head_at,
    is_at_war,
    is_numbered,
    is_unit,
    last_head,
    name_start,
    trimmed_start,
)
from goldspan.suggest.military_news.unit_tails import (
    NO_NAME,
    NUMBER_SIGNS,
    QUOTES,
    bracketed_acronym,
    end_of_numbers,
    name_end,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.military_news.tokens import ParagraphTokens

# The size of a numbered formation whose head has none, of a coded one, and of a service.
NUMBERED_SIZE = 5
CODED_SIZE = 6
SERVICE_SIZE = 9

# How many tokens after a listed force the head of a formation may follow.
FORMATION_REACH = 6

# Bodies that may guard, command or man something without being a unit: `Force Commission`.
BEFORE_BODY = frozenset(("task force", "force", "command", "guard", "security force", "army", "navy", "air force"))
BODIES = frozenset(("mission", "operation", "resolution"))
STARTS = TokenFlag.CAP | TokenFlag.NUMBER
LISTED_RULES = frozenset(("unit.acronym", "unit.listed"))
FORWARD = frozenset(("enhanced", "tailored", "efp"))  # `enhanced Forward Presence`
COMMAS = ([","], [",", "The"], ["The"])
OF_SERVICE = [",", "of", "the"]
NO_COUNTRY = TokenFlag.FUNCTION | TokenFlag.ORG
NO_NICKNAME = NO_NAME | TokenFlag.DEMONYM | TokenFlag.UPPER | TokenFlag.ORG | TokenFlag.CLASS
# A name may stand before these in lower case; a group, a company or a division is often civil.
NAMED_ECHELONS = frozenset(("brigade", "battalion", "regiment", "detachment"))
LONGEST_NAME = 3
UNIT_ENDS = TokenFlag.ECHELON | TokenFlag.FORCE | TokenFlag.UPPER

# How many tokens before a comma the bracket of its list may open.
LONGEST_LIST = 40
LONGEST_DATELINE = 14
HEADQUARTERS = frozenset(("hq", "headquarters"))


class UnitPiece(NamedTuple):
    """One designation, before parents are joined to it.

    Args:
        start, end: token indices, half-open.
        size: of the echelon; 0 where the name has none.
        rule: the id of the rule.
        weight: of the rule.
    """

    start: int
    end: int
    size: int
    rule: str
    weight: float


def find_units(tokens: ParagraphTokens) -> Iterator[SpanCandidate]:
    """All unit designations of a paragraph, parents merged into the designation (MU-6)."""
    pieces: list[UnitPiece] = []
    done = 0
    for i, flags in enumerate(tokens.flags):
        if i < done:
            continue
        piece = _with_formation(tokens, i, done) if flags & STARTS else None
        if piece is None and flags & HEADS:
            piece = _unit_around_head(tokens, i, done)
        if piece is not None:
            piece = _with_sector(tokens, _with_headquarters(tokens, piece, done), done)
            pieces.append(piece)
            done = piece.end
    yield from _merge_parents(tokens, pieces)


def _with_headquarters(tokens: ParagraphTokens, piece: UnitPiece, floor: int) -> UnitPiece:
    """The piece with `HQ` or `Headquarters` directly in front: `HQ KFOR`, `Headquarters Allied Command Operations`."""
    before = piece.start - 1
    before -= before > floor and tokens.word_at(before) == ","
    is_headed = before >= floor and tokens.word_at(before) in HEADQUARTERS and tokens.flags[before] & TokenFlag.CAP
    if not is_headed or (tokens.first[before] and before < piece.start - 1):
        return piece
    return piece._replace(start=before)


def _with_sector(tokens: ParagraphTokens, piece: UnitPiece, floor: int) -> UnitPiece:
    """The piece with a sector of the force, unless something lies in it: `UNIFIL Sector West`, `Sector West of …`."""
    start, end = piece.start, _end_of_district(tokens, piece.end)
    is_presence = tokens.lower[start] in ("forward", "battlegroup") and tokens.word_at(start - 1) in FORWARD
    if end > piece.end or (is_presence and start > floor):
        return piece._replace(start=start - is_presence, end=end)
    if piece.rule not in LISTED_RULES:
        return piece
    if tokens.lower[start - 2 : start] == ["of", "the"] and start - 4 >= floor and _is_sector(tokens, start - 4):
        return piece if tokens.word_at(start - 5) == "in" else piece._replace(start=start - 4)
    if _is_sector(tokens, end) and tokens.word_at(start - 1) != "in":
        return piece._replace(end=end + 2)
    is_special = tokens.lower[start] == "spetsnaz" and start > floor and not tokens.first[start - 1]
    if is_special and tokens.flags[start - 1] & TokenFlag.CAP and not tokens.flags[start - 1] & NO_NICKNAME:
        return piece._replace(start=start - 1)
    return piece


def _end_of_district(tokens: ParagraphTokens, end: int) -> int:
    """The end of the district or garrison of a service behind its name: `Coast Guard Sector Key West`; else `end`."""
    is_coast_guard = tokens.lower[end - 2 : end] == ["coast", "guard"] and tokens.word_at(end) in ("sector", "district")
    is_regional = (tokens.lower[end - 1], tokens.word_at(end)) in (("army", "garrison"), ("navy", "region"))
    if not (is_coast_guard or is_regional) or not tokens.flags[end] & tokens.flags_at(end + 1) & TokenFlag.CAP:
        return end
    if tokens.flags[end + 1] & NO_NAME:
        return end
    stop = max(gazetteer().end(tokens.forms, end + 1), end + 2)
    prefix = tokens.flags[end + 1] & TokenFlag.PREFIX and tokens.flags_at(stop) & TokenFlag.CAP
    return stop + bool(prefix and not tokens.first[stop])


def _is_sector(tokens: ParagraphTokens, i: int) -> bool:
    is_named = tokens.word_at(i) == "sector" and tokens.word_at(i + 1) in cues("units.areas")
    return is_named and bool(tokens.flags[i] & tokens.flags[i + 1] & TokenFlag.CAP)


def _with_formation(tokens: ParagraphTokens, i: int, floor: int) -> UnitPiece | None:
    """A listed force; with the formation named directly after it, one designation: `ISAF Joint Command`."""
    piece = _listed_force(tokens, i, floor)
    if piece is None or piece.rule not in LISTED_RULES:
        return piece
    start, end = piece.start, piece.end
    for j in range(end, min(end + FORMATION_REACH, len(tokens))):
        flags = tokens.flags[j]
        if (
            not flags & (TokenFlag.CAP | TokenFlag.NUMBER)
            or flags & (TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME)
            or tokens.first[j]
        ):
            break
        if flags & HEADS:
            first = _least_start(tokens, piece, floor)
            longer = _unit_around_head(tokens, j, first)
            if longer is not None and (longer.start == end or floor <= longer.start <= start):
                return longer._replace(start=min(start, longer.start))
    return piece


def _least_start(tokens: ParagraphTokens, piece: UnitPiece, floor: int) -> int:
    """Where a formation that takes in a listed force may begin: at a nickname or number in front, or at the force."""
    if tokens.word_at(piece.start - 1) in QUOTES or tokens.flags_at(piece.start - 1) & TokenFlag.ORDINAL:
        return floor
    return piece.end if piece.rule == "unit.acronym" else piece.start


def _listed_force(tokens: ParagraphTokens, i: int, floor: int) -> UnitPiece | None:
    """A force known by a list, by a code or by a word in another language."""
    if not tokens.flags[i] & TokenFlag.CAP:
        return _coded_or_foreign(tokens, i, floor)
    word, lex = tokens.words[i], lexicon()
    if word in cues("units.coded") and tokens.is_hyphen(i + 1):
        return UnitPiece(i, i + 3, CODED_SIZE, "unit.acronym", 0.9)
    found = _coded_or_foreign(tokens, i, floor)
    if found is not None and found.rule != "unit.foreign":
        return found
    end, weight = lex.forces.match(tokens.forms, i)
    if lex.is_unit(word) and not (tokens.all_caps and word.lower() in lex.common) and not _is_agency(tokens, i):
        if end > i + 1:
            return UnitPiece(i, end, 0, "unit.listed", weight)
        joined = tokens.is_hyphen(i + 1) and not tokens.flags_at(i + 2) & TokenFlag.CAP
        return None if joined else UnitPiece(i, _end_of_country(tokens, i + 1), 0, "unit.acronym", 0.95)
    return found or (_listed_name(tokens, i, end, floor) if end > i else None)


def _is_agency(tokens: ParagraphTokens, i: int) -> bool:
    """Whether an acronym in the brackets of a dateline is that of a news agency: `BISSAU, Nov 30 (ABC) –`."""
    is_bracketed = tokens.word_at(i - 1) == "(" and tokens.word_at(i + 1) == ")" and i < LONGEST_DATELINE
    if not is_bracketed or tokens.word_at(i + 2) not in ("-", "–", "—", "--"):
        return False
    no_name = TokenFlag.CAP | TokenFlag.NUMBER
    return (
        all(tokens.flags[j] & no_name or not tokens.words[j].isalnum() for j in range(i)) and tokens.words[0].isupper()
    )


def _end_of_country(tokens: ParagraphTokens, end: int) -> int:
    """The end of what a mission's acronym is joined to: `EUFOR Tchad/RCA`, `EUTM Mali`, `MNB-E`; else `end`."""
    stop = end
    has_country = tokens.words[end - 1].startswith(("EUFOR", "EUTM", "EUNAVFOR", "EUMAM", "EUMPM", "USAG"))
    if has_country and tokens.flags_at(end) & TokenFlag.CAP and not tokens.flags[end] & NO_COUNTRY:
        stop += 1
    while tokens.word_at(stop) in ("-", "/") and tokens.tight[stop] and tokens.flags_at(stop + 1) & TokenFlag.UPPER:
        if tokens.word_at(stop) == "/" and not has_country:
            break
        stop += 2
    return stop


def _coded_or_foreign(tokens: ParagraphTokens, i: int, floor: int) -> UnitPiece | None:
    """A unit that a code or a word in another language names."""
    end = code_end(tokens, i)
    if end:
        rule = "unit.acronym" if tokens.words[end - 1].isupper() or tokens.flags[i] & TokenFlag.UPPER else "unit.code"
        return UnitPiece(i, end, CODED_SIZE, rule, 0.9)
    found = foreign_unit(tokens, i, floor)
    return UnitPiece(*found, NUMBERED_SIZE, "unit.foreign", 0.9) if found else None


def _listed_name(tokens: ParagraphTokens, i: int, end: int, floor: int) -> UnitPiece | None:
    """The listed name from `i` to `end`, if its capitals show that it is one."""
    cased = TokenFlag.CAP | TokenFlag.FUNCTION | TokenFlag.PARTICLE
    if not all(tokens.flags[j] & cased or not tokens.words[j].isalpha() for j in range(i, end)):
        return None
    if end - i == 1 and tokens.flags[i] & TokenFlag.COMMON:
        return None
    if tokens.flags[end - 1] & HEADS:
        longer = _unit_around_head(tokens, end - 1, floor, least=i)
        if longer is not None:
            return longer
    is_bare = tokens.lower[i:end] == ["forward", "presence"] and tokens.word_at(i - 1) not in FORWARD
    if is_bare or _is_installation(tokens, end):
        return None
    return UnitPiece(i, name_end(tokens, i, end, tokens.lower[end - 1]), _size(tokens, i, end), "unit.listed", 0.95)


def _unit_around_head(tokens: ParagraphTokens, i: int, floor: int, least: int | None = None) -> UnitPiece | None:
    """The designation whose head ends at token `i`; with `least`, it begins there at the latest."""
    is_capital = bool(tokens.flags[i] & TokenFlag.CAP)
    if is_capital:
        i = last_head(tokens, i)
    while not is_capital and tokens.flags_at(i + 1) & TokenFlag.ECHELON and not tokens.flags_at(i + 1) & TokenFlag.CAP:
        i += 1
    known_head = head_at(tokens, i, floor)
    if known_head is None:
        return None
    at, head = known_head
    if not is_capital:
        return _lower_case_unit(tokens, i, at, head, floor)
    if _names_other_body(tokens, i, head):
        return None
    start = name_start(tokens, at, floor)
    is_whole = head in SOLO or head in CODED or head in cues("units.number_alone")
    if start == at < i and not is_whole:
        at, head = i, tokens.lower[i]
    start = trimmed_start(tokens, start, at)
    if least is not None and not any(tokens.flags[j] & TokenFlag.ORDINAL for j in range(least, i)):
        start = min(start, least)
    if head in ("staff", "team") or not is_unit(tokens, start, at, head):
        return None
    start -= _number_sign(tokens, start, floor)
    end = name_end(tokens, start, i + 1, head)
    numbered = is_numbered(tokens, start, at) or end_of_numbers(tokens, start, i + 1, head) > i + 1
    if numbered and tokens.flags[end - 1] & TokenFlag.FORCE and tokens.word_at(end) in cues("units.small_echelons"):
        # `1st and 2nd Special Operations Forces brigades`: the number alone names nothing without the echelon (MU-5).
        return UnitPiece(start, end + 1, lexicon().heads[tokens.lower[end]], "unit.numbered", 0.9)
    heads = lexicon().heads
    of_last = heads.get(head.rsplit(maxsplit=1)[-1], NUMBERED_SIZE)
    size = heads.get(head, of_last if numbered else SERVICE_SIZE if head in SOLO else 0)
    return UnitPiece(start, end, size, "unit.numbered" if numbered else "unit.named", 0.9)


def _is_order(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a legion is an order of merit, of a church or of veterans: `Legion of Honour`, `American Legion`."""
    before = tokens.flags_at(i - 1)
    is_named = before & TokenFlag.CAP and not before & TokenFlag.FUNCTION
    is_club = tokens.lower[i] == "legion" and tokens.word_at(i - 1) in cues("units.not_legions")
    return is_club or (tokens.lower[i : i + 2] == ["legion", "of"] and not is_named)


def _number_sign(tokens: ParagraphTokens, start: int, floor: int) -> int:
    """How many tokens before a number are its sign: `No. 303 Squadron`."""
    if not tokens.flags[start] & TokenFlag.NUMBER or tokens.flags[start] & TokenFlag.ORDINAL:
        return 0
    size = 1 + (tokens.word_at(start - 1) == ".")
    return size if start - size >= floor and tokens.word_at(start - size) in NUMBER_SIGNS else 0


def _names_other_body(tokens: ParagraphTokens, i: int, head: str) -> bool:
    """Whether the head at `i` belongs to the name of a body or place: `Force Commission`, `Army Base`."""
    is_office = head == "command" and tokens.lower[i + 1 : i + 3] == ["and", "control"]
    if is_office or _is_installation(tokens, i + 1) or _is_order(tokens, i):
        return True
    following = tokens.flags_at(i + 1)
    is_before = following & TokenFlag.CAP and following & TokenFlag.ORG and tokens.lower[i + 1] not in BODIES
    return bool(head in BEFORE_BODY and is_before and not tokens.first[i + 1])


def _is_installation(tokens: ParagraphTokens, i: int) -> bool:
    """Whether capitals from `i` on name a base, school or ship: `Marine Corps Air Station`, `Coast Guard Cutter`."""
    for j in range(i, min(i + 3, len(tokens))):
        if tokens.first[j] or not (tokens.flags[j] & TokenFlag.CAP or tokens.words[j] == "and"):
            return False
        if tokens.lower[j] in cues("units.installations"):
            return True
    return False


def _size(tokens: ParagraphTokens, start: int, end: int) -> int:
    """The size of the echelon that ends a listed name; 0 where it has none."""
    for first in range(max(start, end - 3), end):
        words = " ".join(tokens.lower[first:end])
        if words in SOLO:
            return SERVICE_SIZE
        if words in lexicon().heads:
            return lexicon().heads[words]
    return 0


def _lower_case_unit(tokens: ParagraphTokens, i: int, at: int, head: str, floor: int) -> UnitPiece | None:
    """`4th infantry brigade`: the head is in lower case, so only an ordinal makes it a designation."""
    size = lexicon().heads.get(head)
    if size is None:
        return None
    start = at
    while start > floor and not tokens.flags[start] & TokenFlag.ORDINAL:
        if not _can_stand_inside(tokens, start - 1) and not tokens.flags[start - 1] & TokenFlag.ORDINAL:
            return _named_before_echelon(tokens, at, size, floor)
        start -= 1
    if start < i and tokens.flags[start] & TokenFlag.ORDINAL:
        start -= 2 * _is_second_ordinal(tokens, start, floor)
        return UnitPiece(start, i + 1, size, "unit.numbered", 0.75)
    return None


def _can_stand_inside(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a word may stand between an ordinal and its echelon in lower case: `514th Raider battalion`."""
    if tokens.lower[j] in ARMS:
        return True
    is_numbered = bool(tokens.flags_at(j - 1) & TokenFlag.ORDINAL)
    return is_numbered and bool(tokens.flags[j] & TokenFlag.CAP) and not tokens.flags[j] & NO_NICKNAME


def _is_second_ordinal(tokens: ParagraphTokens, start: int, floor: int) -> bool:
    """Whether an ordinal ends a row of two that share their echelon: `5th and 25th divisions`."""
    is_row = start - 2 >= floor and tokens.word_at(start - 1) in ("and", "or")
    return is_row and bool(tokens.flags[start - 2] & TokenFlag.ORDINAL)


def _named_before_echelon(tokens: ParagraphTokens, at: int, size: int, floor: int) -> UnitPiece | None:
    """The name before an echelon in lower case, which stays out (MU-5): *the* `Folgore` *brigade*."""
    start = at
    while start > max(floor, at - LONGEST_NAME) and _is_nickname_part(tokens, start - 1):
        start -= 1
    before = tokens.flags_at(start - 1)
    has_article = tokens.word_at(start - 1) == "the" or before & TokenFlag.DEMONYM
    if start == at or not has_article or tokens.lower[at] not in NAMED_ECHELONS or not is_at_war(tokens):
        return None
    is_known = all(tokens.flags[j] & TokenFlag.COMMON for j in range(start, at))
    if (is_known and start == at - 1) or gazetteer().end(tokens.forms, start) >= at:
        return None
    return UnitPiece(start, at, size, "unit.named", 0.7)


def _is_nickname_part(tokens: ParagraphTokens, j: int) -> bool:
    if tokens.is_hyphen(j):
        return bool(tokens.flags_at(j - 1) & TokenFlag.CAP)
    return bool(tokens.flags[j] & TokenFlag.CAP) and not tokens.flags[j] & NO_NICKNAME and not tokens.first[j]


def _merge_parents(tokens: ParagraphTokens, pieces: list[UnitPiece]) -> Iterator[SpanCandidate]:
    """The pieces, with a subordinate formation and its parents merged into one (MU-6)."""
    n = 0
    while n < len(pieces):
        start, end, size, rule, weight = pieces[n]
        while n + 1 < len(pieces):
            joined = _joined(tokens, pieces[n]._replace(start=start, end=end, size=size), pieces, n + 1)
            if not joined:
                break
            n += joined
            end, size = pieces[n].end, max(size, pieces[n].size)
        # A task force `on` something is a working group.
        on = rule == "unit.named" and tokens.word_at(end) == "on" and tokens.lower[end - 1] == "force"
        yield SpanCandidate(start, end, OTHER if on else UNIT, rule, weight)
        n += 1


def _joined(tokens: ParagraphTokens, piece: UnitPiece, pieces: list[UnitPiece], n: int) -> int:
    """How many pieces from number `n` on belong to the designation before them."""
    if _is_parent(tokens, piece, pieces[n]) and not _begins_list(tokens, pieces, n):
        return 1
    acronym = bracketed_acronym(tokens, piece.end)
    if not acronym:
        return int(_is_subordinate(tokens, piece, pieces[n], piece.end))
    # `Syrian Arab Army (SAA) 4th Armored Division`: the acronym is a piece of its own only if a list has it.
    follows = n + (pieces[n].start == piece.end + 1)
    if follows < len(pieces) and _is_subordinate(tokens, piece, pieces[follows], piece.end + 3):
        return follows + 1 - n
    return 0


def _is_subordinate(tokens: ParagraphTokens, force: UnitPiece, piece: UnitPiece, at: int) -> bool:
    """Whether a numbered formation follows the force that it belongs to: `Republican Guard 105th Brigade`."""
    is_part = piece.rule == "unit.numbered" or (at > force.end and piece.rule in ("unit.listed", "unit.named"))
    if piece.start != at or not is_part or force.rule == "unit.numbered":
        return False
    is_force = force.rule in LISTED_RULES or bool(tokens.flags[force.end - 1] & TokenFlag.FORCE)
    return is_force and (not force.size or force.size > piece.size)


def _begins_list(tokens: ParagraphTokens, pieces: list[UnitPiece], n: int) -> bool:
    """Whether the piece after a comma is followed by another with `and`: members of a list, not a parent."""
    piece = pieces[n]
    if tokens.word_at(piece.start - 1) != "," or n + 1 == len(pieces):
        return False
    between = tokens.lower[piece.end : pieces[n + 1].start]
    if tokens.word_at(pieces[n - 1].start - 1) == "the" and between[-1:] == ["the"]:
        # Each member of the list would have its article.
        return False
    return between in (["and"], [",", "and"], ["and", "the"], [",", "and", "the"])


def _is_parent(tokens: ParagraphTokens, piece: UnitPiece, parent: UnitPiece) -> bool:
    """Whether the next piece is what the one before belongs to: `, 5th Regiment`, `of the 9th Brigade`."""
    between, last = tokens.words[piece.end : parent.start], tokens.lower[piece.end - 1]
    if between in COMMAS or (between == OF_SERVICE and parent.rule != "unit.numbered"):
        return _is_larger(piece, parent) and not _is_in_brackets(tokens, piece.end)
    if last in ("marines", "rangers", "army", "navy"):
        return False
    if between in (["of"], ["of", "the"], ["of", "The"]):
        return piece.size > 0 or last in ("staff", "headquarters", "command")
    if between in (["–"], ["-"], ["—"]):
        return last in ("corps", "command") and tokens.lower[parent.end - 1] in ("force", "forces", "command")
    return not between and _is_parent_without_join(tokens, piece, parent)


def _is_larger(piece: UnitPiece, parent: UnitPiece) -> bool:
    """Whether the second formation can be that of the first: larger, or a named regiment of the same size."""
    is_named = piece.rule == "unit.numbered" and parent.rule != "unit.numbered" and parent.size == piece.size
    return piece.size > 0 and (piece.size < parent.size or is_named)


def _is_parent_without_join(tokens: ParagraphTokens, piece: UnitPiece, parent: UnitPiece) -> bool:
    """Whether the parent follows directly: `1st Battalion 5th Regiment`, `Serbian Army General Staff`."""
    if tokens.lower[piece.end - 1] in ("forces", "army") and tokens.lower[parent.end - 1] == "staff":
        return True
    is_numbered = bool(tokens.flags[parent.start] & TokenFlag.ORDINAL)
    if parent.rule == "unit.acronym" and piece.rule == "unit.numbered":
        return piece.size > 0
    is_royal = tokens.lower[parent.start] == "royal" and piece.size > 0
    return (is_numbered and 0 < piece.size < parent.size) or is_royal


def _is_in_brackets(tokens: ParagraphTokens, i: int) -> bool:
    """Whether token `i` stands in brackets behind a unit's name, where superiors form a list."""
    depth = 0
    for j in range(i - 1, max(-1, i - LONGEST_LIST), -1):
        if tokens.words[j] in (")", "]"):
            depth += 1
        elif tokens.words[j] in ("(", "["):
            if not depth:
                return bool(tokens.flags_at(j - 1) & UNIT_ENDS)
            depth -= 1
    return False
