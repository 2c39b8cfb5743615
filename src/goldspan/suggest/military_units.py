"""Names of military units: numbered, named after something, or known to a list (rule MU-1 to MU-7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from goldspan.suggest.candidates import OTHER, UNIT, SpanCandidate
from goldspan.suggest.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.unit_names import (
    ARMS,
    CODE,
    HEADS,
    SOLO,
    head_at,
    is_numbered,
    is_unit,
    last_head,
    name_end,
    name_start,
    trimmed_start,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.tokens import ParagraphTokens

UNIT_CODE = re.compile(r"(?:CJTF|TF|JTF|CJSOTF|RC|CTF|MNB|MND|MNC|MNF|MNSTC|NTM|CSTC|BCT|IBCT)[-–]?[\w–-]*")

# Names in the languages of contributors: `Panzerbataillon 203`, `Ghanbatt-2`.
FOREIGN = re.compile(
    r"\w*(?:bata[il]+[ij]?on|batalion|batallón|brigade|brigada|regiment|bataljon|division|kompanie|"
    r"(?P<batt>BATT|batt|BAT|BN))(?:-\d+)?"
)

SHORTEST_CODE = 4
SHORTEST_ACRONYM = 3
FOREIGN_REACH = 12

# The size of a numbered formation whose head has none.
NUMBERED_SIZE = 5
CODED_SIZE = 6

# How many tokens after a listed force the head of a formation may follow.
FORMATION_REACH = 6

# Bodies that may guard, command or man something without being a unit: `Force Commission`.
BEFORE_BODY = frozenset(("task force", "force", "command", "guard", "security force"))
BODIES = frozenset(("mission", "operation", "resolution"))


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
        piece = _with_formation(tokens, i, done) if flags & (TokenFlag.CAP | TokenFlag.ORDINAL) else None
        if piece is None and flags & HEADS:
            piece = _unit_around_head(tokens, i, done)
        if piece is not None:
            pieces.append(piece)
            done = piece.end
    yield from _merge_parents(tokens, pieces)


def _with_formation(tokens: ParagraphTokens, i: int, floor: int) -> UnitPiece | None:
    """A listed force; with the formation named directly after it, one designation: `ISAF Joint Command`."""
    piece = _listed_force(tokens, i, floor)
    if piece is None or piece.rule not in ("unit.acronym", "unit.listed"):
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
            longer = _unit_around_head(tokens, j, end if piece.rule == "unit.acronym" else start)
            if longer is not None and longer.start in (start, end):
                return longer._replace(start=start)
    return piece


def _listed_force(tokens: ParagraphTokens, i: int, floor: int) -> UnitPiece | None:
    """A force known by a list or by the form of its acronym."""
    word, lex = tokens.words[i], lexicon()
    if word in cues("units.coded") and tokens.is_hyphen(i + 1):
        return UnitPiece(i, i + 3, CODED_SIZE, "unit.acronym", 0.9)
    end, weight = lex.forces.match(tokens.forms, i)
    if lex.is_unit(word) and not (tokens.all_caps and word.lower() in lex.common):
        if end > i + 1:
            return UnitPiece(i, end, 0, "unit.listed", weight)
        joined = tokens.is_hyphen(i + 1) and not tokens.flags_at(i + 2) & TokenFlag.CAP
        return None if joined else UnitPiece(i, i + 1, 0, "unit.acronym", 0.95)
    return _force_by_form(tokens, i) or (_listed_name(tokens, i, end, floor) if end > i else None)


def _force_by_form(tokens: ParagraphTokens, i: int) -> UnitPiece | None:
    """A force whose name has the form of one, in other languages or as a code."""
    word = tokens.words[i]
    if word.lower() in cues("units.foreign_heads"):
        end_of_name = _foreign_name(tokens, i)
        if end_of_name:
            return UnitPiece(i, end_of_name, 0, "unit.foreign", 0.9)
    foreign = FOREIGN.fullmatch(word)
    if foreign and (foreign["batt"] or CODE.fullmatch(tokens.words[i + 1] if i + 1 < len(tokens) else "")):
        return UnitPiece(i, i + 1 + (not foreign["batt"]), NUMBERED_SIZE, "unit.foreign", 0.9)
    if tokens.flags[i] & TokenFlag.ORDINAL and _is_numbered_acronym(tokens, i):
        return UnitPiece(i, i + 2, NUMBERED_SIZE, "unit.acronym", 0.8)
    if UNIT_CODE.fullmatch(word) and (word[-1].isdigit() or "-" in word) and len(word) >= SHORTEST_CODE:
        return UnitPiece(i, i + 1, CODED_SIZE, "unit.acronym", 0.9)
    return None


def _is_numbered_acronym(tokens: ParagraphTokens, i: int) -> bool:
    """Whether an ordinal numbers an acronym of no body, as in `the 3rd RPIMa`, `the 2nd REP`."""
    acronym, following = tokens.words[i + 1] if i + 1 < len(tokens) else "", tokens.flags_at(i + 2)
    if tokens.all_caps or sum(map(str.isupper, acronym)) < SHORTEST_ACRONYM or not acronym.isalpha():
        return False
    is_open = not following or following & TokenFlag.FUNCTION or not tokens.words[i + 2][0].isalnum()
    return bool(is_open) and tokens.word_at(i - 1) == "the" and not lexicon().is_org(acronym)


def _foreign_name(tokens: ParagraphTokens, i: int) -> int:
    """The end of a name in another language before its acronym, or 0: `Forces armées du peuple congolais (FAPC)`."""
    if tokens.flags_at(i + 1) & (TokenFlag.CAP | TokenFlag.COMMON) or not tokens.word_at(i + 1).isalpha():
        return 0
    for j in range(i + 2, min(i + FOREIGN_REACH, len(tokens))):
        if tokens.words[j] == "(":
            return j if tokens.flags_at(j + 1) & TokenFlag.UPPER and tokens.word_at(j + 2) == ")" else 0
        if not tokens.words[j][0].isalpha():
            return 0
    return 0


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
    return UnitPiece(i, name_end(tokens, i, end, tokens.lower[end - 1]), 0, "unit.listed", 0.95)


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
    following = tokens.flags_at(i + 1)
    is_before = following & TokenFlag.CAP and following & TokenFlag.ORG and tokens.lower[i + 1] not in BODIES
    if head in BEFORE_BODY and is_before:
        return None
    start = name_start(tokens, at, floor)
    if start == at < i and head not in SOLO and head != "task force":
        at, head = i, tokens.lower[i]
    start = trimmed_start(tokens, start, at)
    if least is not None and not any(tokens.flags[j] & TokenFlag.ORDINAL for j in range(least, i)):
        start = min(start, least)
    if head in ("staff", "team") or not is_unit(tokens, start, at, head):
        return None
    numbered = is_numbered(tokens, start, at)
    size = lexicon().heads.get(head, NUMBERED_SIZE if numbered else 0)
    end = name_end(tokens, start, i + 1, head)
    return UnitPiece(start, end, size, "unit.numbered" if numbered else "unit.named", 0.9)


def _lower_case_unit(tokens: ParagraphTokens, i: int, at: int, head: str, floor: int) -> UnitPiece | None:
    """`4th infantry brigade`: the head is in lower case, so only an ordinal makes it a designation."""
    size = lexicon().heads.get(head)
    if size is None:
        return None
    start = at
    while start > floor and not tokens.flags[start] & TokenFlag.ORDINAL:
        if tokens.lower[start - 1] not in ARMS and not tokens.flags[start - 1] & TokenFlag.ORDINAL:
            return None
        start -= 1
    if start < i and tokens.flags[start] & TokenFlag.ORDINAL:
        return UnitPiece(start, i + 1, size, "unit.numbered", 0.75)
    return None


def _merge_parents(tokens: ParagraphTokens, pieces: list[UnitPiece]) -> Iterator[SpanCandidate]:
    """The pieces, with a subordinate formation and its parents merged into one (MU-6)."""
    n = 0
    while n < len(pieces):
        start, end, size, rule, weight = pieces[n]
        while n + 1 < len(pieces) and _is_parent(tokens, end, size, pieces[n + 1]):
            n += 1
            end, size = pieces[n].end, max(size, pieces[n].size)
        # A task force `on` something is a working group.
        on = rule == "unit.named" and tokens.word_at(end) == "on" and tokens.lower[end - 1] == "force"
        yield SpanCandidate(start, end, OTHER if on else UNIT, rule, weight)
        n += 1


def _is_parent(tokens: ParagraphTokens, end: int, size: int, parent: UnitPiece) -> bool:
    """Whether the next piece is what the one before belongs to: `, 5th Regiment`, `of the 9th Brigade`."""
    between, last = tokens.words[end : parent.start], tokens.lower[end - 1]
    is_larger = 0 < size < parent.size
    if between in ([","], [",", "The"]):
        return is_larger
    if last in ("marines", "rangers", "army", "navy"):
        return False
    if between in (["of"], ["of", "the"]):
        return size > 0 or last in ("staff", "headquarters", "command")
    if between:
        return False
    if last in ("forces", "army") and tokens.lower[parent.end - 1] == "staff":
        return True
    numbered = bool(tokens.flags[parent.start] & TokenFlag.ORDINAL)
    return (numbered and is_larger) or (tokens.lower[parent.start] == "royal" and size > 0)
