"""How strong a force is, in numbers without a noun (rule T-1, T-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest import counts
from goldspan.suggest.data_files import cues
from goldspan.suggest.kinds import Kind
from goldspan.suggest.lexicon import lexicon
from goldspan.suggest.sentences import CIVILIANS, LOSSES, NOBODY, is_bare, value

if TYPE_CHECKING:
    from goldspan.suggest.numbers import Number
    from goldspan.suggest.sentences import Sentences
    from goldspan.suggest.words import Words

# Fewer than so many are no strength.
LEAST_STRENGTH = 30
# How far before a quantity its cue may stand, and the force that it is said of.
REACH = 9
UNIT_REACH = 12
# Behind these verbs `at` gives a size and no place: `the strength stood at 4,012`, `put the losses of … at 700`.
STANDING = cues("counts.standing")
PUTTING = cues("counts.putting")


def is_strength(words: Words, number: Number, sentences: Sentences) -> bool:
    """`a troop strength of 5,230`, `a battalion of 350`, `shrank to under 10,000` behind a force."""
    i, j = number
    if max(value(words.words[i]), value(words.words[j - 1])) < LEAST_STRENGTH:
        return False
    if _is_of_group(words, number):
        return True
    if not is_bare(words, j) or (words.kind(i - 1) & Kind.CAP and words.kind(i - 1) & (Kind.CLASS | Kind.PREFIX)):
        return False
    return (
        _is_numbered(words, number) or _is_said(words, number, sentences) or _is_implied(words, number.start, sentences)
    )


def _is_of_group(words: Words, number: Number) -> bool:
    """`a battalion of 350`, `three brigades with nearly 9,000`."""
    i, j = number
    before, is_open = words.next_to(i - 1), is_bare(words, j)
    if before == "with":
        return is_open and words.next_to(i - 2) in counts.GROUPS
    return before == "of" and (is_open or words.next_to(j) in cues("counts.after_group")) and _is_group(words, i - 2)


def _is_numbered(words: Words, number: Number) -> bool:
    """`the garrison numbered 900`."""
    near = counts.around(words, *number)
    is_verb = words.next_to(number.start - 1) in cues("counts.numbering")
    return is_verb and bool(near & counts.SUPPORT) and not near & CIVILIANS


def _is_implied(words: Words, i: int, sentences: Sentences) -> bool:
    """Whether a sentence speaks of strength, or of how a force changed, in front of a quantity at token `i`."""
    said = sentences.said(i, before=REACH, behind=0)
    if said & NOBODY or sentences.said(i, before=UNIT_REACH, behind=0) & CIVILIANS:
        return False
    if words.next_to(i - 1) in cues("counts.not_after"):
        return False
    return bool(said & cues("counts.strength") or (said & cues("counts.changes") and _is_behind_unit(words, i)))


def _is_said(words: Words, number: Number, sentences: Sentences) -> bool:
    """`the authorized strength of 16,700`, `personnel totalled 16,089`, `the strength stood at 4,012`."""
    i = number.start
    before, earlier = words.next_to(i - 1), words.next_to(i - 2)
    said = sentences.said(i, before=UNIT_REACH, behind=0)
    if said & CIVILIANS:
        return False
    if before == "of":
        return earlier == "strength"
    if before == "at" and said & PUTTING:
        return bool(said & (cues("counts.strength") | LOSSES))
    is_size = before in cues("counts.numbering") or (before == "at" and earlier in STANDING)
    return is_size and bool(said & (cues("counts.strength") | {"military"}))


def _is_group(words: Words, k: int) -> bool:
    if words.next_to(k - 1) in NOBODY:
        return False
    return words.next_to(k) in counts.GROUPS or (words.next_to(k) == ")" and bool(words.kind(k - 1) & Kind.UPPER))


def _is_behind_unit(words: Words, i: int) -> bool:
    lex = lexicon()
    return any(lex.is_unit(word) for word in words.words[max(0, i - UNIT_REACH) : i])
