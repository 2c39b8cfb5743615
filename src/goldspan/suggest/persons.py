"""Evidence that a run of capitalised tokens is a person's name (rule P-1 to P-3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.tokens import ParagraphTokens

Sign = tuple[str, float]
SPEECH = cues("persons.speech")
SURNAME = re.compile(
    r"[A-Z]\w+(?:ić|ič|vic|vich|ovic|evic|ović|ević|ov|ev|enko|chuk|sky|ski|skiy|dze|shvili|yan|sson|sen|ullah|uddin|"
    r"zadeh|poulos|oglu|escu|ulescu|iani|ovych|wicz|owski|ez)"
)

OFFICE_FLAGS = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.ROLE
STOPS = frozenset(",.;():")

# A name of more tokens than this is more often something else.
LONGEST_NAME = 4

# How far an office may extend before and after a comma, and how long its words `for …` may be.
OFFICE_BEFORE = 8
OFFICE_AFTER = 6
AGE_DIGITS = 2


def person_signs(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The rules that take tokens `start` to `end` for a person, with their weights."""
    flags, size = tokens.flags, end - start
    if any(flags[j] & (TokenFlag.FORCE | TokenFlag.ECHELON | TokenFlag.ORG) for j in range(start, end)):
        return
    yield from _signs_before(tokens, start)
    if flags[start] & TokenFlag.GIVEN:
        is_full = size > 1 and not flags[end - 1] & TokenFlag.CLASS
        yield "person.given", 0.25 if not is_full else 0.75 if size <= LONGEST_NAME else 0.5
    if any(flags[j] & TokenFlag.INITIAL for j in range(start, end - 1)):
        yield "person.initial", 0.7
    if SURNAME.fullmatch(tokens.words[end - 1]) and not flags[end - 1] & (TokenFlag.COMMON | TokenFlag.CLASS):
        yield "person.surname", 0.4 if size > 1 else 0.15
    yield from _signs_after(tokens, start, end)


def _signs_before(tokens: ParagraphTokens, start: int) -> Iterator[Sign]:
    """The evidence before a name: an office, a verb, a comma after an office."""
    j = start - 1
    if j > 0 and tokens.words[j] == "." and tokens.tight[j]:
        j -= 1
        if not tokens.flags[j] & (TokenFlag.RANK | TokenFlag.TITLE):
            return
    elif j > 0 and tokens.words[j] == "(":
        j -= 1
    if j < 0:
        return
    office = _office_sign(tokens, j)
    if office is not None:
        yield office
    elif tokens.words[j] == ",":
        if _is_apposed(tokens, j):
            yield "person.apposed", 0.55
    else:
        yield from _verb_signs(tokens, j)


def _office_sign(tokens: ParagraphTokens, j: int) -> Sign | None:
    """The evidence of an office that ends at token `j`."""
    flags = tokens.flags[j]
    if flags & TokenFlag.CAP and flags & (TokenFlag.RANK | TokenFlag.TITLE):
        return "person.title", 0.92
    if flags & TokenFlag.CAP and flags & TokenFlag.COMMON and _is_long_office(tokens, j):
        return "person.title", 0.75
    is_field = tokens.lower[j] in cues("segments.offices") and tokens.word_at(j - 1) == "of"
    if is_field and tokens.flags_at(j - 2) & (TokenFlag.TITLE | TokenFlag.TITLE_PART):
        return "person.title", 0.9
    return ("person.role", 0.7) if flags & TokenFlag.ROLE else None


def _is_long_office(tokens: ParagraphTokens, j: int) -> bool:
    """Whether an office ends at token `j`: `Under-Secretary-General for Peacekeeping Operations`."""
    for k in range(j, max(-1, j - OFFICE_AFTER), -1):
        flags = tokens.flags[k]
        if flags & TokenFlag.CAP and flags & (TokenFlag.TITLE | TokenFlag.RANK):
            return True
        if not flags & TokenFlag.CAP and tokens.lower[k] not in ("of", "for", "and"):
            return False
    return False


def _verb_signs(tokens: ParagraphTokens, j: int) -> Iterator[Sign]:
    word, before = tokens.lower[j], tokens.word_at(j - 1)
    if word == "by" and tokens.first[j] and j <= 1:
        yield "person.byline", 0.6
    elif (word == "as" and before in ("identified", "known")) or (word == "by" and before in cues("persons.by")):
        yield "person.named", 0.5
    elif word in cues("persons.named"):
        yield "person.named", 0.6
    elif word in cues("persons.said"):
        yield "person.speech", 0.4


def _is_apposed(tokens: ParagraphTokens, comma: int) -> bool:
    """`the Prime Minister of Norway, Kjell Magne Bondevik`: an office before the comma."""
    for j in range(comma - 1, max(-1, comma - 1 - OFFICE_BEFORE), -1):
        if tokens.flags[j] & OFFICE_FLAGS:
            return j == comma - 1 or tokens.lower[j + 1] in ("of", "for", "to", "in")
        if tokens.words[j] in STOPS or tokens.lower[j] in ("is", "was", "said", "and"):
            return False
    return False


def _signs_after(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The evidence after a name: a verb of speech, an age, an office between commas."""
    is_full = end - start > 1
    following, second = tokens.word_at(end), tokens.word_at(end + 1)
    if following in SPEECH:
        yield "person.speech", 0.35 if is_full else 0.3
    if following != ",":
        return
    if is_full and tokens.word_at(start - 1) == "," and second in SPEECH:
        yield "person.apposed", 0.45
    if second.isdigit() and len(second) == AGE_DIGITS and tokens.word_at(end + 2) in (",", "."):
        yield "person.age", 0.7
    elif second in ("who", "whose"):
        yield "person.who", 0.5
    elif is_full and _is_office_next(tokens, end + 1):
        yield "person.office", 0.6


def _is_office_next(tokens: ParagraphTokens, i: int) -> bool:
    """Whether an apposition with an office begins: `, a spokesman for`, `, commander of`."""
    for j in range(i, min(i + OFFICE_AFTER, len(tokens))):
        if tokens.words[j] in STOPS or tokens.lower[j] in ("and", "said", "is", "was"):
            return False
        if tokens.flags[j] & OFFICE_FLAGS:
            return True
    return False
