"""Evidence that a run of capitalised tokens is a person's name (rule P-1 to P-3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.candidates import PERSON
from goldspan.suggest.military_news.gazetteer import gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.military_news.tokens import ParagraphTokens

Sign = tuple[str, float]
SPEECH = cues("persons.speech")
NOT_BEFORE = cues("persons.not_before")
SURNAME = re.compile(
    r"[A-Z]\w+(?:ić|ič|vic|vich|ovic|evic|ović|ević|ov|ev|enko|chuk|sky|ski|skiy|dze|shvili|yan|sson|sen|ullah|uddin|"
    r"zadeh|poulos|oglu|escu|ulescu|iani|ovych|wicz|owski|ez)"
)

ROMAN = re.compile(r"[IVX]{2,5}")
BODIES = TokenFlag.FORCE | TokenFlag.ECHELON | TokenFlag.ORG
OFFICE_FLAGS = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.ROLE
QUOTES = frozenset('"“‘')
STOPS = frozenset(",.;():")

# A name of more tokens than this is more often something else.
LONGEST_NAME = 4

# How far an office may extend before and after a comma, and how long its words `for …` may be.
OFFICE_BEFORE = 12
OFFICE_AFTER = 6
AGE_DIGITS = 2
LONGEST_BRACKET = 4
SYLLABLES = 3
LEAST_FULL = 2
LONGEST_ACRONYM = 6
LONGEST_SYLLABLES = 9
EASTERN = cues("persons.eastern")
NAMES = TokenFlag.SURNAME | TokenFlag.GIVEN


def person_signs(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The rules that take tokens `start` to `end` for a person, with their weights."""
    flags, size = tokens.flags, end - start
    if any(flags[j] & BODIES for j in range(start, end)) or _is_no_name(tokens, start, end):
        return
    is_attribute = tokens.word_at(end) in NOT_BEFORE
    if not is_attribute or flags[start - 1] & TokenFlag.CAP:
        yield from _signs_before(tokens, start, end)
    if flags[start] & TokenFlag.GIVEN and not is_attribute:
        yield "person.given", _given_weight(tokens, start, end)
        if size == 1 and _is_coordinated(tokens, end):
            yield "person.coordinated", 0.6
    if tokens.lower[start] in ("abu", "umm", "um") and size > 1 and flags[start + 1] & TokenFlag.GIVEN:
        yield "person.kunya", 0.6
    if tokens.words[start] in EASTERN and _is_eastern(tokens, start, end):
        yield "person.eastern", 0.55
    if _has_syllables(tokens, start, end):
        yield "person.syllables", 0.6
    if any(flags[j] & TokenFlag.INITIAL for j in range(start, end - 1)):
        yield "person.initial", 0.7
    is_surname = flags[end - 1] & TokenFlag.SURNAME or SURNAME.fullmatch(tokens.words[end - 1])
    if is_surname and not flags[end - 1] & (TokenFlag.COMMON | TokenFlag.CLASS):
        is_place = gazetteer().values.get(tokens.forms[end - 1])
        is_open = is_place or flags[start] & TokenFlag.GIVEN
        yield "person.surname", 0.4 if size > 1 else 0.15 if is_open else 0.25
    yield from _signs_after(tokens, start, end)


def _is_acronym(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a single word in capitals is no surname, unless a rank is before it: `Deputy SACEUR`, `told SIGAR`."""
    if end - start > 1 or tokens.all_caps or not tokens.flags[start] & TokenFlag.UPPER:
        return False
    before = start - 1 - (tokens.word_at(start - 1) == "." and tokens.tight[start - 1])
    is_ranked = tokens.flags_at(before) & TokenFlag.RANK and tokens.flags_at(before) & TokenFlag.CAP
    is_ranked = is_ranked and tokens.word_at(before) not in ("deputy", "chief", "commander")
    is_short = len(tokens.words[start]) <= LONGEST_ACRONYM and not tokens.flags[start] & NAMES
    return is_short and not is_ranked


def _is_no_name(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name is an acronym, a Roman numeral or a regiment's nickname: `Flight III`, `the West Kents`."""
    if _is_acronym(tokens, start, end):
        return True
    if end - start == 1:
        return ROMAN.fullmatch(tokens.words[start]) is not None
    is_corps = tokens.words[start] == "Royal" or tokens.flags[start] & TokenFlag.DIRECTION
    return bool(is_corps) and tokens.words[end - 1].endswith("s") and not tokens.flags_at(start - 1) & OFFICE_FLAGS


def is_family(tokens: ParagraphTokens, end: int, label: str) -> bool:
    """Whether a surname names a family, which is no person (P-3): `the Hale family`."""
    return label == PERSON and tokens.word_at(end) in cues("persons.families")


def _given_weight(tokens: ParagraphTokens, start: int, end: int) -> float:
    """The weight of a given name at the start of a name."""
    last = tokens.flags[end - 1]
    if all(tokens.is_hyphen(j) for j in range(start + 1, end, 2)):
        is_other = last & TokenFlag.COMMON or gazetteer().values.get(tokens.forms[start])
        return 0.25 if is_other else 0.35
    if last & TokenFlag.CLASS:
        return 0.25
    if gazetteer().match(tokens.forms, start) > (end, 0.0):
        return 0.4
    # Companies and products are named after people: `Dakota Provisions`.
    if (
        last & TokenFlag.COMMON
        and not last & (TokenFlag.SURNAME | TokenFlag.GIVEN)
        and tokens.lower[end - 1].endswith("s")
    ):
        return 0.4
    return 0.75 if end - start <= LONGEST_NAME else 0.5


def _is_coordinated(tokens: ParagraphTokens, end: int) -> bool:
    """Whether a given name is coordinated with a full name: `Anna and Peter Hale` (G-4)."""
    return (
        tokens.word_at(end) in ("and", "&")
        and bool(tokens.flags_at(end + 1) & TokenFlag.GIVEN)
        and bool(tokens.flags_at(end + 2) & TokenFlag.CAP)
        and not tokens.flags_at(end + 2) & TokenFlag.CLASS
    )


def _is_eastern(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether short words that are no common ones follow a surname that stands first: `Xi Jinping`, `Yoon Suk Yeol`."""
    rest = range(start + 1, end)
    plain = TokenFlag.COMMON | TokenFlag.CLASS | TokenFlag.UPPER
    return 0 < len(rest) < SYLLABLES and all(
        len(tokens.words[j]) <= LONGEST_SYLLABLES and tokens.words[j].isalpha() and not tokens.flags[j] & plain
        for j in rest
    )


def _has_syllables(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name ends with an East Asian given name: `Han Soo-ah`."""
    return end - start > SYLLABLES and tokens.is_hyphen(end - 2) and tokens.words[end - 1].islower()


def _signs_before(tokens: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The evidence before a name: an office, a verb, a comma after an office."""
    j = _before_bracket(tokens, start - 1)
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
        # A headquarters is named after its town: `Allied Joint Force Command Naples`.
        if tokens.lower[j] in ("command", "headquarters") and gazetteer().end(tokens.forms, start) == end:
            return
        is_plain = all(tokens.flags[j] & TokenFlag.COMMON and not tokens.flags[j] & NAMES for j in range(start, end))
        # Of a head of state the surname may be a common word: `under President Trump in`.
        is_led = end - start == 1 and tokens.lower[j] in cues("persons.honorifics") and not tokens.all_caps
        yield (office[0], 0.6 if is_led and _is_surname_here(tokens, end) else 0.3) if is_plain else office
    elif tokens.words[j] == ",":
        if _is_apposed(tokens, j):
            yield "person.apposed", 0.55
    else:
        yield from _verb_signs(tokens, j)


def _is_surname_here(tokens: ParagraphTokens, end: int) -> bool:
    """Whether a common word after a title is no part of an office: `President Trump said`, not `Secretary General`."""
    following = tokens.flags_at(end)
    is_free = not following & TokenFlag.CAP or tokens.first[end]
    return is_free and not tokens.flags[end - 1] & (OFFICE_FLAGS | TokenFlag.TITLE_PART | TokenFlag.UPPER)


def _before_bracket(tokens: ParagraphTokens, j: int) -> int:
    """The token before a bracket that ends at `j`, else `j`: `Captain (Rtd) Omar`, `Lieutenant Colonel (Dr.) Hale`."""
    if tokens.word_at(j) == ")":
        for k in range(j - 1, max(0, j - LONGEST_BRACKET), -1):
            if tokens.words[k] == "(":
                return k - 1
    return j


def _office_sign(tokens: ParagraphTokens, j: int) -> Sign | None:
    """The evidence of an office that ends at token `j`."""
    flags = tokens.flags[j]
    if flags & TokenFlag.CAP and flags & (TokenFlag.RANK | TokenFlag.TITLE):
        return "person.title", 0.92
    if tokens.lower[j] in ("class", "rank", "grade") and tokens.flags_at(j - 1) & (TokenFlag.ORDINAL | TokenFlag.CAP):
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
    if tokens.words[j] in QUOTES and tokens.word_at(j - 1) in cues("persons.callsigns"):
        j -= 1
    word, before = tokens.lower[j], tokens.word_at(j - 1)
    if word == "by" and tokens.first[j] and j <= 1:
        yield "person.byline", 0.6
    elif (word == "as" and before == "identified") or (word == "by" and before in cues("persons.by")):
        yield "person.named", 0.5
    elif word == "as" and before == "known":
        yield "person.named", 0.25
    elif (word in cues("persons.named") and before not in cues("persons.groups")) or _is_naming(tokens, j):
        yield "person.named", 0.6
    elif word in cues("persons.said"):
        yield "person.speech", 0.4


def _is_naming(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a phrase that gives a person's name ends at `j`: `by the name of`, `gave his name as`, `loyal to`."""
    word, before = tokens.lower[j], tokens.word_at(j - 1)
    if word == "of" and before in ("name", "pseudonym", "alias"):
        return tokens.word_at(j - 2) in ("the", "name", "a") and tokens.word_at(j - 3) in (
            "by",
            "under",
            "using",
            "with",
        )
    if word == "as" and "name" in tokens.lower[max(0, j - 4) : j]:
        return any(verb in ("gave", "give", "gives", "giving") for verb in tokens.lower[max(0, j - 7) : j])
    if word in ("calls", "called", "call"):
        return before in ("everybody", "everyone") or tokens.word_at(j - 2) == "whom"
    return word == "to" and before == "loyal" and tokens.word_at(j - 2) in ("criminals", "men", "gunmen", "officers")


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
    is_whose = tokens.word_at(start - 1) == "of" and tokens.word_at(start - 2) in cues("persons.of_before")
    if is_whose and _is_unknown(tokens, start, end):
        yield "person.named", 0.55
    if following in SPEECH:
        yield "person.speech", 0.5 if _is_unknown(tokens, start, end) else 0.35 if is_full else 0.3
    if following != ",":
        return
    if is_full and tokens.word_at(start - 1) == "," and second in SPEECH:
        yield "person.apposed", 0.45
    if second.isdigit() and len(second) == AGE_DIGITS and tokens.word_at(end + 2) in (",", "."):
        yield "person.age", 0.7
    elif second in ("who", "whose") and tokens.word_at(start - 1) not in cues("persons.not_after"):
        yield "person.who", 0.5
    elif is_full and _is_office_next(tokens, end + 1):
        is_plain = all(tokens.flags[j] & TokenFlag.COMMON and not tokens.flags[j] & NAMES for j in range(start, end))
        yield "person.office", 0.3 if is_plain else 0.6


def _is_unknown(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether a name is of two words that no list has: `Getachew Reda`."""
    other = TokenFlag.COMMON | TokenFlag.CLASS | TokenFlag.UPPER | TokenFlag.DEMONYM | TokenFlag.PREFIX
    known = any(tokens.flags[j] & other for j in range(start, end))
    return end - start == LEAST_FULL and not known and gazetteer().end(tokens.forms, start) == start


def is_known_surname(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a common word at the start of a sentence may be a surname, by the verb after it: `Baker said`."""
    following = tokens.word_at(i + 1)
    is_verb = following in SPEECH or following in cues("persons.verbs") or following in ("'s", "’s")
    return bool(tokens.first[i] and tokens.flags[i] & TokenFlag.CAP and tokens.flags[i] & TokenFlag.COMMON) and is_verb


def _is_office_next(tokens: ParagraphTokens, i: int) -> bool:
    """Whether an apposition with an office begins: `, a spokesman for`, `, commander of`."""
    for j in range(i, min(i + OFFICE_AFTER, len(tokens))):
        if tokens.words[j] in STOPS or tokens.lower[j] in ("and", "said", "is", "was"):
            return False
        if tokens.flags[j] & OFFICE_FLAGS:
            return True
    return False
