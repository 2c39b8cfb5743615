"""Names of units in other languages than English: the word for the formation begins them, or ends a compound."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.military_news.unit_codes import FOREIGN_ORDINAL
from goldspan.suggest.military_news.unit_tails import CODE, NUMBER_SIGNS, QUOTES, ROMAN, is_unit_number, quoted_end

if TYPE_CHECKING:
    from goldspan.suggest.military_news.tokens import ParagraphTokens

# `Panzerbataillon 203`, `Luftlandebrigade 1`, `Jagdgeschwader 74`.
COMPOUND = re.compile(
    r"\w*(?:bata[il]+[ij]?on|batalion|batallón|brigade|brigada|regiment|bataljon|division|kompanie|geschwader|korps)"
)
ELIDED = re.compile(r"(?:d|l|dell|dall|all)['’]\w")
LONGEST = 12
ARTICLES = frozenset(("de", "du", "des", "da", "do", "del"))
NO_PART = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME


def foreign_unit(tokens: ParagraphTokens, i: int, floor: int) -> tuple[int, int] | None:
    """The name whose head, in another language, is token `i`: where it begins, not before `floor`, and ends."""
    lower = tokens.lower[i]
    if COMPOUND.fullmatch(tokens.words[i]) and CODE.fullmatch(tokens.words[i + 1] if i + 1 < len(tokens) else ""):
        return i, i + 2
    if tokens.forms[i] in ("mai", "mayi", "maï") and tokens.is_hyphen(i + 1) and tokens.forms[i + 2] == tokens.forms[i]:
        end = _end_after_head(tokens, i + 2)
        return (i, end) if end else None
    if COMPOUND.fullmatch(tokens.words[i]) and i - 2 >= floor and tokens.words[i - 1] == ".":
        # `10. Panzerdivision`
        return (i - 2, i + 1) if tokens.tight[i - 1] and tokens.words[i - 2].isdecimal() else None
    is_headed = lower in cues("units.foreign_heads") or lower in cues("units.arabic_heads")
    is_foreign = tokens.word_at(i + 1) in cues("units.foreign_adjectives") and tokens.flags[i + 1] & TokenFlag.CAP
    if not is_headed or (lower in lexicon().common and not is_foreign):
        end = _end_before_acronym(tokens, i) if is_headed else 0
        return (i, end) if end else None
    end = _end_after_head(tokens, i) or _end_before_acronym(tokens, i)
    start = _start_before_head(tokens, i, floor)
    return (start, max(end, i + 1)) if end or start < i else None


def _end_after_head(tokens: ParagraphTokens, i: int) -> int:
    """The end of the capitals, numbers, particles and adjectives behind a head; 0 where there are none."""
    end, j = 0, i + 1
    while j < min(len(tokens), i + LONGEST):
        step = _part(tokens, j)
        if not step:
            break
        is_particle = tokens.lower[j] in cues("units.foreign_particles") and not tokens.flags[j] & TokenFlag.CAP
        j += step
        end = end if is_particle else j
    return end


def _part(tokens: ParagraphTokens, j: int) -> int:
    """How many tokens at `j` continue a name in another language."""
    flags, word = tokens.flags[j], tokens.words[j]
    if tokens.lower[j] in NUMBER_SIGNS:
        size = 1 + (tokens.word_at(j + 1) in (".", "°", "º"))
        return size + 1 if tokens.flags_at(j + size) & TokenFlag.NUMBER else 0
    if flags & TokenFlag.CAP:
        return int(not tokens.first[j] and not flags & NO_PART)
    if tokens.is_hyphen(j) or (word == "/" and tokens.tight[j]):
        return 2 if tokens.flags_at(j + 1) & (TokenFlag.CAP | TokenFlag.NUMBER) else 0
    if flags & TokenFlag.NUMBER:
        return int(is_unit_number(tokens, j) or bool(FOREIGN_ORDINAL.fullmatch(word)))
    if word in QUOTES and not tokens.tight[j]:
        close = quoted_end(tokens, j)
        return close + 1 - j if close and tokens.words[close] in QUOTES else 0
    is_foreign = word in cues("units.foreign_particles") or word in cues("units.foreign_adjectives")
    return int(is_foreign or bool(ELIDED.match(word)) or (word.isalpha() and not word.isascii()))


def _start_before_head(tokens: ParagraphTokens, i: int, floor: int) -> int:
    """Where the number and capitals in front of a head begin: `Royal 22e Régiment`, `1er Régiment`, `II Brigada`."""
    start = i
    while start > floor:
        word, flags = tokens.words[start - 1], tokens.flags[start - 1]
        is_number = FOREIGN_ORDINAL.fullmatch(word) or flags & TokenFlag.ORDINAL or ROMAN.fullmatch(word)
        if not is_number and tokens.lower[start - 1] != "royal":
            break
        start -= 1
    return start


def _end_before_acronym(tokens: ParagraphTokens, i: int) -> int:
    """The end of a name before its acronym, or 0: `Forces armées du peuple congolais (FAPC)`."""
    word, flags = tokens.word_at(i + 1), tokens.flags_at(i + 1)
    is_english = flags & (TokenFlag.CAP | TokenFlag.COMMON) and word not in ARTICLES
    if is_english or not word.isalpha():
        return 0
    for j in range(i + 2, min(i + LONGEST, len(tokens))):
        if tokens.words[j] == "(":
            return j if tokens.flags_at(j + 1) & TokenFlag.UPPER and ")" in tokens.words[j + 2 : j + 6] else 0
        if not tokens.words[j][0].isalpha():
            return 0
    return 0
