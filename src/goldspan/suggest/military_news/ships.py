"""Names of ships: they have no label (MU-7), and whom or what a ship is named after is not marked (G-3).

A ship is known by a prefix (`USS …`), by its hull number (`… (DDG 104)`) or by a class word (`the destroyer …`), then
by its name alone, in the whole document.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.candidates import OTHER, PLACE, SpanCandidate
from goldspan.suggest.military_news.gazetteer import DOUBTFUL, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.military_news.tokens import ParagraphTokens

# Hull classification symbols of the US Navy and Coast Guard with their number, and pennant numbers of other navies.
HULL = re.compile(
    r"(?:T-?)?(?:A[EFGKORSTV]?[EHRS]?|C[AGLV][GNL]?N?|D[DE][CGHK]?|EPF|ES[BD]|FF[GHL]?|L[CHPSTMK][ADHSTCVMU]?|M[CH][CM]|"
    r"P[BCGT][GH]?|SS[BGKN]?N?|W[AHLMPT][AEGMPT]?[BCL]?)[- ]?\d{1,4}|[ADFLMPRS][- ]?\d{2,4}"
)
NO_NAME = TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.DEMONYM
OFFICE = TokenFlag.RANK | TokenFlag.TITLE | TokenFlag.ROLE
LONGEST_HULL = 4
JOINTS = frozenset(("of", "the", "de", "von", "van", "la"))
SHORTEST_BARE = 3


def find_ships(tokens: ParagraphTokens) -> Iterator[SpanCandidate]:
    """The ships of a paragraph that a prefix, a hull number or a class word tells."""
    for i, word in enumerate(tokens.words):
        if word in cues("ships.prefixes") and not tokens.flags_at(i - 1) & TokenFlag.NUMBER:
            end = _name_end(tokens, i + 1)
            label = PLACE if _is_shore_base(tokens, i, end) else OTHER
            yield SpanCandidate(i, _hull_end(tokens, end), label, "ship.prefix", 0.95)
        elif word == "(" and _hull_end(tokens, i) > i:
            start = _name_start(tokens, i)
            if start < i:
                yield SpanCandidate(start, _hull_end(tokens, i), OTHER, "ship.hull", 0.95)
        elif word == "class" and tokens.is_hyphen(i - 1) and tokens.flags_at(i + 1) & TokenFlag.CAP:
            # After the class of a ship its name: `the Mistral-class Anwar El Sadat`.
            end = _name_end(tokens, i + 1)
            if end > i + 1 and not tokens.flags[end - 1] & OFFICE:
                yield SpanCandidate(i + 1, end, OTHER, "ship.class", 0.9)
        elif tokens.lower[i] in cues("ships.classes"):
            yield from _after_class(tokens, i)


def repeated_ships(
    paragraphs: Sequence[ParagraphTokens], found: Sequence[Sequence[SpanCandidate]]
) -> list[list[SpanCandidate]]:
    """The further mentions of the ships of a document by their name alone, for each paragraph.

    Args:
        paragraphs: the paragraphs of the document.
        found: the ships that `find_ships` finds in each.
    """
    names = {
        name
        for tokens, candidates in zip(paragraphs, found, strict=True)
        for c in candidates
        for name in _short_names(tokens, c)
    }
    longest = max(map(len, names), default=0)
    repeated: list[list[SpanCandidate]] = []
    for tokens in paragraphs:
        mentions = []
        for i, flags in enumerate(tokens.flags):
            if names and flags & TokenFlag.CAP:
                ends = (end for end in range(i + longest, i, -1) if tuple(tokens.forms[i:end]) in names)
                end = next(ends, i)
                if end > i and _is_ship_again(tokens, i, end):
                    mentions.append(SpanCandidate(i, end, OTHER, "ship.repeated", 0.9))
        repeated.append(mentions)
    return repeated


def _is_shore_base(tokens: ParagraphTokens, i: int, end: int) -> bool:
    """Whether a base on shore has a ship's name: `train at INS Ketanu`, `from HMAS Albatross, Nowra`."""
    if tokens.words[i] not in cues("ships.shore") or end == i + 1 or _hull_end(tokens, end) > end:
        return False
    is_in_town = tokens.word_at(end) == "," and gazetteer().end(tokens.forms, end + 1) > end + 1
    return tokens.word_at(i - 1) == "at" or (tokens.word_at(i - 1) == "from" and is_in_town)


def _name_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of the ship's name that begins at `i`, or `i`."""
    end = i + (tokens.word_at(i) == "the" and bool(tokens.flags_at(i) & TokenFlag.CAP))
    while end < len(tokens):
        is_part = tokens.flags[end] & TokenFlag.CAP and not tokens.flags[end] & NO_NAME and not tokens.first[end]
        is_joint = tokens.is_hyphen(end) or (end > i and tokens.lower[end] in JOINTS)
        if not is_part and not (is_joint and tokens.flags_at(end + 1) & TokenFlag.CAP):
            break
        if tokens.words[end] in cues("ships.prefixes"):
            break
        end += 1
    return end


def _name_start(tokens: ParagraphTokens, i: int) -> int:
    """Where the capitals before `i` begin that may name a ship."""
    start = i
    while start:
        j = start - 1
        is_part = tokens.flags[j] & TokenFlag.CAP and not tokens.flags[j] & NO_NAME
        if tokens.flags[j] & TokenFlag.UPPER and not tokens.flags[j] & TokenFlag.INITIAL:
            break
        if not is_part and not (tokens.is_hyphen(j) and start < i):
            break
        start = j
        if tokens.first[j]:
            break
    return start


def _hull_end(tokens: ParagraphTokens, i: int) -> int:
    """The end of a hull number in brackets at `i`, or `i`."""
    if tokens.word_at(i) != "(":
        return i
    for j in range(i + 2, min(i + 2 + LONGEST_HULL, len(tokens))):
        if tokens.words[j] == ")":
            return j + 1 if HULL.fullmatch(tokens.text[tokens.starts[i + 1] : tokens.ends[j - 1]]) else i
    return i


def _after_class(tokens: ParagraphTokens, i: int) -> Iterator[SpanCandidate]:
    """The ship after a class word, the ships after one in the plural: `destroyers Kidd, Hopper and Gridley`."""
    is_plural, start = tokens.lower[i].endswith("s"), i + 1
    while start < len(tokens):
        end = _name_end(tokens, start)
        # An office alone is no ship's name, but may begin one: `the frigate Admiral Hale`.
        if end == start or tokens.flags[end - 1] & OFFICE:
            return
        yield SpanCandidate(start, end, OTHER, "ship.class", 0.9)
        end = _hull_end(tokens, end)
        joint = end
        joint += tokens.word_at(joint) == ","
        joint += tokens.word_at(joint) == "and"
        if not is_plural or joint == end:
            return
        start = joint


def _short_names(tokens: ParagraphTokens, ship: SpanCandidate) -> Iterator[tuple[str, ...]]:
    """The forms by which a ship is named again: its whole name, and the last word of a person's."""
    words = [j for j in range(ship.start, ship.end) if tokens.words[j] not in cues("ships.prefixes")]
    for n, j in enumerate(words):
        if tokens.words[j] == "(":
            words = words[:n]
            break
    names = [j for j in words if tokens.flags[j] & TokenFlag.CAP]
    if not names or len(tokens.forms[names[0]]) < SHORTEST_BARE:
        return
    yield tuple(tokens.forms[j] for j in words)
    while len(names) > 1 and tokens.forms[names[-1]].rstrip(".") in cues("persons.suffixes"):
        names.pop()
    is_person = tokens.flags[names[0]] & TokenFlag.GIVEN or any(tokens.flags[j] & TokenFlag.INITIAL for j in names)
    if len(names) > 1 and is_person and len(tokens.forms[names[-1]]) >= SHORTEST_BARE:
        yield (tokens.forms[names[-1]],)


def _is_ship_again(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a ship's name is the ship's here, not that of the person or the place."""
    before, after = tokens.flags_at(start - 1), tokens.flags_at(end)
    is_name = before & TokenFlag.CAP and not before & TokenFlag.FUNCTION
    if before & OFFICE or (is_name and (before & TokenFlag.GIVEN or not tokens.first[start - 1])):
        return False
    if tokens.word_at(start - 1) == "." and tokens.tight[start - 1] and tokens.flags_at(start - 2) & OFFICE:
        return False
    if after & TokenFlag.CAP and not tokens.first[end] and not after & (NO_NAME | TokenFlag.UPPER):
        return False
    place, weight = gazetteer().match(tokens.forms, start)
    if place == end and weight >= DOUBTFUL:
        nested = tokens.word_at(end) == "," and tokens.flags_at(end + 1) & TokenFlag.CAP
        return tokens.word_at(start - 1) not in cues("ships.places") and not nested
    return True
