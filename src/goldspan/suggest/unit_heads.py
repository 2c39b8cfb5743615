"""Heads of unit names, and whether what stands before one makes it a name (rule MU-1 to MU-4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.data_files import cues
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.kinds import Kind
from goldspan.suggest.lexicon import lexicon

if TYPE_CHECKING:
    from goldspan.suggest.words import Words

HEADS = Kind.ECHELON | Kind.FORCE
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
REACH = 4
# Heads that a name or code follows in the place of a modifier: `Task Force Falcon`, `Company B`.
CODED = frozenset(("task force", "company", "battery", "troop"))


def head_at(words: Words, i: int, floor: int) -> tuple[int, str] | None:
    """Where the longest known head that ends at token `i` begins, not before `floor`, and what it is."""
    lex = lexicon()
    for start in range(max(floor, i - LONGEST_HEAD + 1), i + 1):
        head = " ".join(words.lower[start : i + 1])
        if head in lex.heads or head in lex.force_heads:
            return start, head
    return None


def last_head(words: Words, i: int) -> int:
    """The last head of the capitals that go on from the head at `i`: `Guards Motorised Rifle Brigade`."""
    last = i
    stop = Kind.TITLE | Kind.RANK | Kind.TIME | Kind.FUNCTION | Kind.DEMONYM
    for j in range(i + 1, min(i + 1 + REACH, len(words))):
        kind = words.kinds[j]
        if not kind & Kind.CAP or words.first[j] or kind & stop:
            break
        if kind & HEADS and words.lower[j] not in cues("units.no_second") and head_at(words, j, i) is not None:
            last = j
    return last


def is_numbered(words: Words, start: int, at: int) -> bool:
    """Whether a number, a letter or its word stands among the modifiers."""
    named = SPELLED | cues("units.phonetic")
    return any(
        words.kinds[j] & (Kind.NUMBER | Kind.LETTER) or words.lower[j] in named or ROMAN.fullmatch(words.words[j])
        for j in range(start, at)
    )


def is_unit(words: Words, start: int, at: int, head: str) -> bool:
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


def _stands_alone(words: Words, at: int, head: str) -> bool:
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


def _is_proper(words: Words, j: int) -> bool:
    """Whether a token is a name that no list knows: the first of `Radwan Force`."""
    kind = words.kind(j)
    known = Kind.COMMON | Kind.DEMONYM | Kind.FUNCTION | Kind.TITLE | Kind.RANK | Kind.ORG | Kind.TIME | Kind.UPPER
    return bool(kind & Kind.CAP) and not kind & known and not words.shouted and words.words[j].isalpha()


def _is_abroad(words: Words, i: int, head: str) -> bool:
    """Whether `Forces` are named after where they stand: `United States Forces Korea`."""
    if head != "forces" or not words.kind(i) & Kind.CAP or words.first[i]:
        return False
    place, weight = gazetteer().match(words.forms, i)
    return weight >= SURE and not words.kind(place) & Kind.CAP


def _has_code(words: Words, i: int) -> bool:
    """Whether a code or, for a task force, a name follows: `Company B`, `Task Force Falcon`, `Task Force 2-87`."""
    i += words.next_to(i) in ("-", "–")
    kind = words.kind(i)
    if words.next_to(i - 1) in CODED:
        return bool(kind & Kind.LETTER)
    return bool(kind & (Kind.NUMBER | Kind.CAP)) and not kind & (Kind.TITLE | Kind.RANK | Kind.TIME | Kind.ORG)
