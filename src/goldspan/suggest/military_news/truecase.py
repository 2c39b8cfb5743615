"""Truecasing: text in capitals and Title Case headlines in the case of a sentence.

The length never changes, so that all offsets stay valid; line breaks become spaces. As in Lita et al. (2003),
"tRuEcasIng", a word gets its likely case, here by lists instead of counts: common words, and words with the ending of
one, become lower case; words in no list keep their capital.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.gazetteer import DOUBTFUL, gazetteer
from goldspan.suggest.military_news.lexicon import Lexicon, PhraseTrie, TokenFlag, cues, entries, lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD = re.compile(r"[^\W\d_]+(?:['’.][^\W\d_]+)*\.?|\d+\w*")

# A word that an editor supplied inside a name: `[SAN] SALVADOR`, `(Jens) Stoltenberg`.
INSERTED = re.compile(
    r"(?:\[(?!TEXT|SIC|WORDS?|PASSAGE|BEGIN|END|NO\b|AS\b)[^\W\d_]+\]|"
    r"\((?!Rtd|Retd|Ret|Res|Acting)[A-Z][a-z]+\))(?= [A-Z])"
)

# spaCy's tokenizer takes quadratic time for a run of marks without spaces; no name is in one that long.
OVERLONG = re.compile(r"\S{1000,}")
MARK = re.compile(r"(\S{100})[^\w\s]")
LINE = re.compile(r"[^\n]+")
COMMON_END = re.compile(
    r".{4,}(?:tion|tions|ment|ments|ness|ity|ities|ing|ings|ed|ly|ous|ive|able|ible|ance|ence|ally|ism|ists?|ized|"
    r"izing|ization|ers|ship|less|ful|fully|ously|ively|ional|onal|ical|ically|ment's|ants|ents|ated|ating|ates)"
)

WORD_PART = re.compile(r"(^|[-'’](?=..))(\w)(\w*)")
ROMAN = re.compile(r"[IVX]{2,5}")
DEFINITE = frozenset(("the", "first", "second", "third", "fourth", "fifth", "sixth"))
LOWER_CASE_WORDS = frozenset("of the and for in de del des y on".split())  # noqa: SIM905  (reads as what it is)
VOWELS = frozenset("AEIOUYÁÉÍÓÚ")

# From this share of capitals among the letters on, a text is in capitals.
CAPITAL_SHARE = 0.75
LEAST_LETTERS = 12
SAMPLE_SIZE = 400

# A headline is a short line most of whose longer words have a capital.
HEADLINE_LENGTH = 160
HEADLINE_WORDS = 4
LONG_WORD = 4
HEADLINE_CAPITALS = 0.85
SHORTEST_ENDING = 7

# Heads that end a name when a name precedes them; titles that begin one when a name follows.
NAME_ENDS = TokenFlag.ECHELON | TokenFlag.FORCE | TokenFlag.CLASS
NAME_BEGINNINGS = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.PREFIX | TokenFlag.GIVEN

# Words that may belong to a name keep their capital in a headline.
NAME_WORDS = NAME_ENDS | NAME_BEGINNINGS | TokenFlag.ORG | TokenFlag.TITLE_PART | TokenFlag.DIRECTION

# Names that are common words in other places.
COMMON_NAMES = frozenset(("may", "march", "general", "private", "major", "sun", "sat"))

# The most characters between two words of a name: spaces may have replaced brackets.
MOST_GAP = 3


def normalized_text(text: str) -> str:
    """The text with capitals and headlines in normal case, and spaces for line breaks; of the same length."""
    text_view = OVERLONG.sub(lambda m: MARK.sub(r"\1 ", m[0]), text.replace("\n", " "))
    if "[" in text_view or "(" in text_view:
        text_view = INSERTED.sub(lambda m: f" {m[0][1:-1]} ", text_view)
    if is_all_caps(text_view):
        return sentence_case(text_view, all_caps=True)
    for start, end, all_caps in _lines(text):
        if all_caps or (_is_headline(text[start:end]) and not _is_wrapped_line(text, end)):
            text_view = text_view[:start] + sentence_case(text_view[start:end], all_caps=all_caps) + text_view[end:]
    return text_view


def is_all_caps(text: str) -> bool:
    """Whether a text is in capitals throughout, but for a few letters."""
    sample = text[:SAMPLE_SIZE]
    letters = sum(map(str.isalpha, sample))
    return letters >= LEAST_LETTERS and sum(map(str.isupper, sample)) >= CAPITAL_SHARE * letters


def sentence_case(text: str, *, all_caps: bool) -> str:
    """The words in the case of a sentence.

    Args:
        text: the words, in capitals or in Title Case.
        all_caps: whether they are in capitals, so that a capital is no evidence of a name.
    """
    words = list(WORD.finditer(text))
    is_known = _is_listed_name([m.group() for m in words])
    is_plain = [not k and _is_common(m.group().rstrip("."), all_caps) for k, m in zip(is_known, words, strict=True)]
    out, last = [], 0
    for n, match in enumerate(words):
        word = match.group()
        is_small = is_plain[n] and not _belongs_to_name(words, is_plain, n)
        cased = word.lower() if is_small else _title_case(word) if all_caps else word
        out += [text[last : match.start()], cased if len(cased) == len(word) else word]
        last = match.end()
    return "".join([*out, text[last:]])


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """The lines of a text, and whether they are in capitals; adjacent lines in capitals are one."""
    start = end = 0
    all_caps = False
    for line in LINE.finditer(text):
        is_caps = is_all_caps(line.group()) or (all_caps and line.group().isupper())
        if end and not (is_caps and all_caps):
            yield start, end, all_caps
        if not (is_caps and all_caps):
            start = line.start()
        end, all_caps = line.end(), is_caps
    yield start, end, all_caps


def _is_headline(line: str) -> bool:
    if len(line) >= HEADLINE_LENGTH or line.rstrip().endswith((".", ",", ";")):
        return False
    words = [word for word in line.split() if word[0].isalpha()]
    if len(words) > 1 and words[0] == "By" and lexicon().look(words[1])[0] & TokenFlag.RANK:
        return False  # a byline
    long = [word for word in words if len(word) >= LONG_WORD]
    capitals = sum(word[0].isupper() for word in long)
    return len(words) >= HEADLINE_WORDS <= len(long) + 1 and capitals >= HEADLINE_CAPITALS * len(long)


def _is_wrapped_line(text: str, end: int) -> bool:
    """Whether a line is one of a hard-wrapped paragraph and no headline."""
    rest = text[end:].lstrip("\n ")
    return bool(rest) and (rest[0].islower() or text[:end].rsplit(maxsplit=1)[-1].islower() or text.count("\n") > 1)


def _is_listed_name(words: list[str]) -> list[bool]:
    """Which words belong to a name of several words that is in a list."""
    lex, known = lexicon(), [False] * len(words)
    forms = [lex.look(word.rstrip("."))[1] for word in words]
    lists = (lex.forces, lex.orgs, gazetteer(), _listed_heads())
    i = 0
    while i < len(forms):
        end = max(names.end(forms, i) for names in lists)
        if end > i + 1:
            known[i:end] = [words[k].lower() not in LOWER_CASE_WORDS for k in range(i, end)]
        i = max(end, i + 1)
    return known


@cache
def _listed_heads() -> PhraseTrie:
    """Titles, ranks and services of several words."""
    titles = (name for name in entries("titles") + entries("ranks") if name[0].isupper() and " " in name)
    return PhraseTrie([*cues("truecase.heads"), *titles])


def _is_common(word: str, all_caps: bool) -> bool:
    """Whether a word becomes lower case when no name is next to it."""
    lex, lower = lexicon(), word.lower()
    if lower in LOWER_CASE_WORDS:
        return True
    is_acronym = word in lex.acronyms and (not all_caps or lower not in lex.common)
    if "." in word or word[0].isdigit() or ROMAN.fullmatch(word) or is_acronym:
        return False
    flags = lex.look(word.title())[0]
    if flags & (TokenFlag.TIME | TokenFlag.DEMONYM | TokenFlag.RANK) and lower not in COMMON_NAMES:
        return False
    if not all_caps and (flags & NAME_WORDS or lower in cues("units.force_words")):
        return False
    if flags & (TokenFlag.COMMON | TokenFlag.FUNCTION):
        return True
    return (all_caps or not word.isupper()) and _ends_common(lex, lower)


def _ends_common(lex: Lexicon, lower: str) -> bool:
    is_ending = len(lower) >= SHORTEST_ENDING and COMMON_END.fullmatch(lower) is not None
    return (is_ending or lower.rstrip("'s’") in lex.common) and gazetteer().values.get(lower, 0.0) < DOUBTFUL


def _belongs_to_name(words: list[re.Match[str]], plain: list[bool], n: int) -> bool:
    """Whether a common word keeps its capital for the name next to it: `ATLACATL BATTALION`, `GENERAL PONCE`."""
    word = words[n].group().rstrip(".").lower()
    following = words[n + 1].group().rstrip(".").lower() if n + 1 < len(words) else ""
    if word in cues("units.spelled"):
        return following in cues("truecase.arms") or bool(lexicon().look(following)[0] & TokenFlag.ECHELON)
    if word in ("la", "el", "los", "las"):
        return bool(following) and not plain[n + 1]
    if word in cues("truecase.services") or (word in cues("truecase.arms") and _is_numbered(words, n)):
        return True
    flags = lexicon().look(word.title())[0]
    is_part = word in cues("truecase.modifiers") or flags & (TokenFlag.ECHELON | TokenFlag.FORCE)
    if is_part and _is_designated(words, n):
        return True
    return bool(
        (flags & NAME_ENDS and _ends_name(words, plain, n))
        or (flags & NAME_BEGINNINGS and _begins_name(words, plain, n))
    )


def _is_designated(words: list[re.Match[str]], n: int) -> bool:
    """Whether a word belongs to an echelon with a definite article: `THE PRESIDENTIAL ESCORT REGIMENT`."""
    modifiers, k = cues("truecase.modifiers"), n
    while k < len(words) and words[k].group().lower() in modifiers:
        k += 1
    if k == len(words):
        return False
    if not lexicon().look(words[k].group().rstrip(".").title())[0] & (TokenFlag.ECHELON | TokenFlag.FORCE):
        return False
    if k + 1 < len(words) and words[k + 1].group() in ("NO", "NO."):
        return True
    if words[k].group().endswith("S"):
        return False
    first = n
    while first and words[first - 1].group().lower() in modifiers:
        first -= 1
    return first < k and first > 0 and (words[first - 1].group().lower() in DEFINITE or _is_numbered(words, first))


def _ends_name(words: list[re.Match[str]], plain: list[bool], n: int) -> bool:
    if not n or words[n].start() - words[n - 1].end() not in range(1, MOST_GAP + 1):
        return False
    before = lexicon().look(words[n - 1].group().title())[0]
    word = words[n].group().lower()
    if word in cues("places.not_shouted") and not lexicon().look(word)[0] & TokenFlag.ECHELON:
        return False
    named = not plain[n - 1] and not before & (TokenFlag.TIME | TokenFlag.DEMONYM | TokenFlag.RANK | TokenFlag.TITLE)
    return named or bool(before & TokenFlag.ORDINAL) or _is_numbered(words, n)


def _begins_name(words: list[re.Match[str]], plain: list[bool], n: int) -> bool:
    if n + 1 >= len(words) or plain[n + 1] or words[n + 1].start() - words[n].end() >= MOST_GAP:
        return False
    return not lexicon().look(words[n + 1].group().title())[0] & (TokenFlag.DEMONYM | TokenFlag.TIME | TokenFlag.NUMBER)


def _is_numbered(words: list[re.Match[str]], n: int) -> bool:
    """Whether only words for branches of service are between a word and an ordinal: `6TH LIGHT INFANTRY BRIGADE`."""
    arms, k = cues("truecase.arms"), n - 1
    while k > 0 and words[k].group().lower() in arms:
        k -= 1
    if k < 0:
        return False
    word = words[k].group()
    return bool(
        lexicon().look(word.lower())[0] & TokenFlag.ORDINAL
        or ROMAN.fullmatch(word)
        or word.lower() in cues("units.spelled")
    )


def _title_case(word: str) -> str:
    bare = word.rstrip(".")
    if bare in lexicon().acronyms or "." in bare or ROMAN.fullmatch(bare) or VOWELS.isdisjoint(bare.upper()):
        return word
    return WORD_PART.sub(lambda m: m[1] + m[2].upper() + m[3].lower(), word)
