"""Names of places with a class word (`Paktika Province`), in datelines and with a state: no other evidence is needed.

Rules L-1 to L-5 of the guidelines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.military_news import name_runs, roads
from goldspan.suggest.military_news.gazetteer import gazetteer, states_with_class_word
from goldspan.suggest.military_news.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.military_news.tokens import ParagraphTokens

ARTICLES = frozenset(("al", "el", "ar", "as", "ash", "ad", "az", "an", "at", "ul"))
NO_NAME = TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.TITLE | TokenFlag.RANK
BODY = TokenFlag.ORG | TokenFlag.FORCE
# Class words that end one name and begin another: `Eagle Base`, `Air Base 201`.
CLASSES_BEFORE_OR_AFTER = frozenset(("outpost", "base"))
LONGEST_LISTED = 4
LONGEST_CITY = 3
SAINTS = frozenset(("ST.", "ST", "FT.", "FT", "MT.", "MT"))
NO_CITY = NO_NAME | TokenFlag.DEMONYM
PLACING = frozenset(("in", "at", "from", "of", "near", "to", "outside", "around", "and", ",", "rural"))
CODE_ENDS = frozenset((",", ".", ";", ")", ":", "", "and", "on", "in", "to", "for", "from", "—", "–"))
FIRST_CLASSES = frozenset(("barracks", "kaserne", "airfield", "airbase", "dockyard", "shipyard"))
PLAIN_FIRST = cues("places.bases") | {"new", "old", "main", "local", "empty", "former"}
WATERS = cues("places.water")
INSTALLATIONS = cues("places.installations")
DASHES = frozenset(("-", "–", "—", "--"))
LONGEST_DATELINE = 14
NO_REGION = NO_NAME | TokenFlag.ORG | TokenFlag.FORCE | TokenFlag.ECHELON


def find_places(tokens: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The names of a paragraph, as half-open token ranges; tokens that are covered belong to none."""
    yield from _find_datelines(tokens, covered)
    yield from _find_city_and_state(tokens, covered)
    for i, flags in enumerate(tokens.flags):
        if not flags & TokenFlag.CAP or covered[i]:
            continue
        start, end = _complete_name(tokens, i, covered)
        if end > i:
            yield start, end
        elif flags & (TokenFlag.CLASS | TokenFlag.PREFIX):
            yield from _named_by_class(tokens, i, covered)


def _complete_name(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> tuple[int, int]:
    """The name of a kind of its own at `i`: a water, a road, an Arabic name, a post, a base; `(i, i)` if none is."""
    named = _end_of_water(tokens, i, covered) or roads.end_of_road(tokens, i) or _end_after_article(tokens, i, covered)
    if named:
        return i, named
    if is_post(tokens, i):
        return _start_of_post(tokens, i), _end_of_number(tokens, i + 1)
    if _is_postal_code(tokens, i):
        return i, i + 1
    if tokens.lower[i] in ("station", "base", "facility", "depot"):
        start, end = _base(tokens, i, covered)
        return (start, end) if end > i + 1 else (i, i)
    if tokens.lower[i] in ("center", "centre"):
        return training_center(tokens, i)
    return i, i


def _named_by_class(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The name that the class word at `i` begins or ends: `Camp Bondsteel`, `Paktika Province`."""
    end = _end_after_class(tokens, i, covered) if tokens.lower[i] in cues("places.capital_before") else i + 1
    if end > i + 1:
        is_twofold = tokens.lower[i] in CLASSES_BEFORE_OR_AFTER
        yield (_name_start(tokens, i, covered) if is_twofold else i), end
    elif tokens.flags[i] & TokenFlag.CLASS and tokens.lower[i] in cues("places.capital_after"):
        start = _start_before_class(tokens, i, covered)
        if start < i and not _modifies_body(tokens, i) and not _is_generic(tokens, start, i):
            yield start, i + 1 + bool(tokens.flags_at(i + 1) & TokenFlag.NUMBER and tokens.lower[i] == "district")


def training_center(tokens: ParagraphTokens, i: int) -> tuple[int, int]:
    """The training centre that ends at `i`, if it is named after a place or a person: `Lešť Training Centre`."""
    start = i
    while start and tokens.word_at(i - 1) == "training" and is_name(tokens, start - 1):
        start -= 1
    kinds = cues("places.bases")
    is_own = any(
        not tokens.flags[j] & (TokenFlag.COMMON | TokenFlag.DEMONYM | TokenFlag.UPPER) and tokens.lower[j] not in kinds
        for j in range(start, i)
    )
    return (start, i + 1) if is_own else (i, i)


def _is_postal_code(tokens: ParagraphTokens, i: int) -> bool:
    """Whether the postal code of a state behind a place stands at `i`: `Fort Moore, GA`, `Waco, TX`."""
    if tokens.words[i] not in cues("places.postal") or tokens.word_at(i - 1) != "," or tokens.all_caps:
        return False
    first = end = i - 1
    while first and (is_name(tokens, first - 1) or (tokens.is_hyphen(first - 1) and first < end)):
        first -= 1
    kinds = TokenFlag.CLASS | TokenFlag.PREFIX
    is_base = any(tokens.flags[j] & kinds for j in range(first, end)) and end - first > 1
    is_listed = any(gazetteer().end(tokens.forms, j) == end for j in range(first, end))
    is_person = tokens.flags_at(first) & TokenFlag.GIVEN or tokens.flags_at(first - 1) & (
        TokenFlag.RANK | TokenFlag.TITLE
    )
    return (is_base or is_listed) and tokens.word_at(i + 1) in CODE_ENDS and not (is_person and not is_base)


def _end_after_article(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of a name whose first word an Arabic article follows, else 0: `Ras el-Hekma`, `Bab al-Hawa`."""
    if tokens.lower[i] not in cues("places.articled") or tokens.flags_at(i - 1) & (TokenFlag.CAP | TokenFlag.PARTICLE):
        return 0
    article = i + 1 + tokens.is_hyphen(i + 1)
    if tokens.lower[article : article + 1] == [] or tokens.lower[article] not in ARTICLES or any(covered[i : i + 4]):
        return 0
    if not tokens.is_hyphen(article + 1) or not tokens.flags_at(article + 2) & TokenFlag.CAP:
        return 0
    return name_runs.extend_name(tokens, article + 2, covered)


def is_post(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a numbered post ends with the number after `i`: `Sentry Post 6`, `UN Position 5-42`."""
    is_kind = tokens.lower[i] in ("post", "position", "outpost") and tokens.word_at(i - 1) in cues("places.posts")
    return is_kind and bool(tokens.flags_at(i - 1) & TokenFlag.CAP and tokens.flags_at(i + 1) & TokenFlag.NUMBER)


def _start_of_post(tokens: ParagraphTokens, i: int) -> int:
    start = i - 1
    while tokens.word_at(start - 1) in cues("places.posts") and tokens.flags[start - 1] & TokenFlag.CAP:
        start -= 1
    return start


def _end_of_number(tokens: ParagraphTokens, i: int) -> int:
    """The end of a number that may have two parts: `5-42`."""
    is_two = tokens.is_hyphen(i + 1) and tokens.flags_at(i + 2) & TokenFlag.NUMBER
    return i + 3 if is_two else i + 1


def _find_datelines(tokens: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The places in capitals at the start of a paragraph: `HAZARD, Ky. –`, `QUETTA/TURBAT:`."""
    i, places = 0, []
    while i < len(tokens) and _is_shouted(tokens, i) and not covered[i]:
        end = i + 1
        while end < len(tokens) and (_is_shouted(tokens, end) or tokens.is_hyphen(end)):
            end += 1
        places.append((i, end))
        i = end + (tokens.word_at(end) == "/")
        if i == end:
            break
    if places and not tokens.all_caps and _ends_dateline(tokens, places[-1][1]):
        yield from places
        yield from _region_of_dateline(tokens, places[-1][1], covered)


def _region_of_dateline(tokens: ParagraphTokens, comma: int, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The state or region of a dateline, between its comma and the next mark: `SITUBONDO, East Java --`."""
    start = end = comma + 1
    if tokens.words[comma] != ",":
        return
    while tokens.flags_at(end) & TokenFlag.CAP and not tokens.flags[end] & NO_REGION and not covered[end]:
        end += 1
    is_abbreviated = tokens.word_at(end) == "." and tokens.tight[end]
    if start < end and tokens.word_at(end + is_abbreviated) in (*DASHES, ",", "(", ":"):
        yield start, end + is_abbreviated


def _find_city_and_state(tokens: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The cities with a state of the USA or Canada behind a comma, and the states: `Charlotte, N.C.`."""
    for comma in range(1, len(tokens) - 1):
        if tokens.words[comma] != "," or tokens.words[comma + 1] not in cues("places.states") or covered[comma - 1]:
            continue
        start = comma
        while start and tokens.flags[start - 1] & TokenFlag.CAP and not tokens.flags[start - 1] & NO_CITY:
            start -= 1
            if tokens.first[start] or covered[start] or comma - start == LONGEST_CITY:
                break
        is_abbreviated = tokens.words[comma + 1].endswith(".")
        is_known = gazetteer().end(tokens.forms, start) == comma
        is_city = start < comma and (is_known or (is_abbreviated and tokens.word_at(start - 1) in PLACING))
        if is_city and not covered[start] and not tokens.is_hyphen(start - 1):
            yield start, comma
            yield comma + 1, comma + 2


def _is_shouted(tokens: ParagraphTokens, i: int) -> bool:
    flags = tokens.flags_at(i)
    if tokens.words[i] in SAINTS or (tokens.words[i] == "." and tokens.tight[i] and tokens.words[i - 1] in SAINTS):
        return True
    return (
        bool(flags & TokenFlag.UPPER) and not flags & (TokenFlag.RANK | TokenFlag.INITIAL) and tokens.words[i].isalpha()
    )


def _ends_dateline(tokens: ParagraphTokens, i: int) -> bool:
    """Whether the rest of a dateline stands at `i`: `, Ky. –`, `, Germany, June 3 (Agency) -`."""
    if tokens.word_at(i) not in (",", *DASHES):
        return False
    for j in range(i, min(i + LONGEST_DATELINE, len(tokens))):
        if tokens.words[j] in DASHES and not tokens.is_hyphen(j):
            return True
        is_part = tokens.flags[j] & (TokenFlag.CAP | TokenFlag.NUMBER) or tokens.words[j] in (",", ".", "(", ")", "/")
        if not is_part:
            return False
    return False


def _end_of_water(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of a name with its class word before `of`, else 0: `Strait of Messina`."""
    head = i
    while tokens.flags_at(head) & TokenFlag.CAP and tokens.flags[head] & (TokenFlag.DIRECTION | TokenFlag.COMMON):
        if tokens.lower[head] in WATERS:
            break
        head += 1
    if tokens.word_at(head) not in WATERS or not tokens.flags[head] & TokenFlag.CAP or tokens.word_at(head + 1) != "of":
        return 0
    # The class word alone, at the start of a sentence, may be a common noun.
    start = head + 2 + (tokens.word_at(head + 2) == "the")
    flags = tokens.flags_at(start)
    if not flags & TokenFlag.CAP or flags & (NO_NAME | TokenFlag.ORG) or (head > i and tokens.first[i]):
        return 0
    return 0 if any(covered[i : start + 1]) else name_runs.extend_name(tokens, start, covered)


def _base(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> tuple[int, int]:
    """The base whose class word at `i` stands before its name: `Naval Air Station Lemoore`; `(i, i)` if none does."""
    start, kinds = i, cues("places.bases")
    while (
        start
        and not covered[start - 1]
        and tokens.flags[start - 1] & TokenFlag.CAP
        and tokens.lower[start - 1] in kinds
    ):
        start -= 1
    following = tokens.flags_at(i + 1)
    if start == i or not following & TokenFlag.CAP or following & (NO_NAME | TokenFlag.ORG) or covered[i + 1]:
        return i, i
    return (i, i) if tokens.first[i + 1] else (start, name_runs.extend_name(tokens, i + 1, covered))


def _is_generic(tokens: ParagraphTokens, start: int, i: int) -> bool:
    """Whether the words before the class word at `i` name no place: `a Forward Operating Base`, `School District`."""
    if tokens.lower[i - 1] in cues("places.services_of"):
        return True
    if not all(tokens.lower[j] in cues("places.bases") for j in range(start, i)):
        return False
    return tokens.word_at(start - 1) in ("a", "an", "new", "its", "their", "every", "each", "another")


def _modifies_body(tokens: ParagraphTokens, i: int) -> bool:
    """Whether the class word is the modifier of a body: `Helmand Province Council`."""
    flags = tokens.flags_at(i + 1)
    return bool(flags & TokenFlag.CAP and flags & BODY) and not tokens.first[i + 1]


def _start_before_class(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """Where the name before the class word at `i` begins; `i` where there is none."""
    word = tokens.lower[i]
    # A double surname is a person's: `Mr. Peter Hamilton-Hill`.
    if tokens.is_hyphen(i - 1) or (tokens.all_caps and word in cues("places.not_shouted")):
        return i
    if word in cues("places.vague") and tokens.word_at(i - 1) not in cues("places.modified"):
        return i
    start = _name_start(tokens, i, covered)
    is_foreign = word == "state" and "".join(tokens.forms[start:i]) not in states_with_class_word()
    if is_foreign or _is_person(tokens, start, i):
        return i
    if start == i and word in FIRST_CLASSES and _may_begin(tokens, i - 1, covered):
        return i - 1
    # A listed name may have words that end a run: `Nahr-e Saraj District`, `Imam Sahib District`.
    for earlier in range(max(0, start - LONGEST_LISTED), start):
        if tokens.flags[earlier] & TokenFlag.CAP and gazetteer().end(tokens.forms, earlier) in (i, i + 1):
            start = earlier
            break
    if start < i and word.endswith("s"):
        first = _conjuncts(tokens, start, covered)
        # A direction before a list is no part of it (L-2): `Southern Kharkiv, Donetsk Oblasts`.
        is_outside = first < start and tokens.flags[first] & TokenFlag.DIRECTION and tokens.word_at(first + 1) != ","
        start = first + bool(is_outside and gazetteer().end(tokens.forms, first) <= first + 1)
    return i if word == "states" and "and" not in tokens.lower[start:i] else start


def _may_begin(tokens: ParagraphTokens, j: int, covered: Sequence[bool]) -> bool:
    """Whether a common word at the start of a sentence names an installation: `Rose Barracks to grow`."""
    other = TokenFlag.FUNCTION | TokenFlag.DEMONYM | TokenFlag.FORCE | TokenFlag.ORG | TokenFlag.RANK | TokenFlag.TITLE
    flags = tokens.flags_at(j)
    is_open = flags & TokenFlag.CAP and not covered[j] and tokens.first[j] and not tokens.all_caps
    return (
        bool(is_open)
        and not flags & (other | TokenFlag.DIRECTION | TokenFlag.ECHELON)
        and tokens.lower[j] not in PLAIN_FIRST
    )


def _is_person(tokens: ParagraphTokens, start: int, i: int) -> bool:
    """Whether the class word at `i` is a person's surname: `Pfc. Grace Park, 20`, `Anna Hill said`."""
    if tokens.lower[i] in INSTALLATIONS and tokens.lower[i] != "park":
        return False
    j = start - 1 - (tokens.word_at(start - 1) == "." and tokens.tight[start - 1])
    if tokens.flags_at(j) & (TokenFlag.RANK | TokenFlag.TITLE) and tokens.flags_at(j) & TokenFlag.CAP:
        return bool(tokens.flags[start] & TokenFlag.GIVEN) and i - start < LONGEST_CITY
    is_age = tokens.word_at(i + 1) == "," and tokens.word_at(i + 2).isdigit() and tokens.word_at(i + 3) == ","
    return bool(tokens.flags[start] & TokenFlag.GIVEN) and (is_age or tokens.word_at(i + 1) in cues("persons.speech"))


def _name_start(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    start = i
    while start and not covered[start - 1]:
        j = start - 1
        is_street = tokens.flags[j] & TokenFlag.ORDINAL and tokens.lower[i] in ("street", "avenue")
        is_installation = tokens.lower[i] in INSTALLATIONS
        joins = tokens.is_hyphen(j) or tokens.lower[j] in ("de", "del", "la")
        joins = joins or (is_installation and tokens.words[j] in ("'s", "’s") and start < i + 1)
        is_titled = (
            is_installation and start < i and tokens.flags[j] & TokenFlag.TITLE and tokens.flags[j] & TokenFlag.CAP
        )
        if is_name(tokens, j) or is_street or (is_titled and not tokens.first[j]):
            start = j
        elif joins and tokens.flags_at(j - 1) & TokenFlag.CAP and not covered[j - 1]:
            start = j - 1
        else:
            break
    return start


def is_name(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a token may be a word of a place's name before its class word."""
    flags = tokens.flags[j]
    if not flags & TokenFlag.CAP or flags & NO_NAME:
        return False
    return not tokens.first[j] or not flags & TokenFlag.COMMON or bool(flags & (TokenFlag.DIRECTION | TokenFlag.CLASS))


def _conjuncts(tokens: ParagraphTokens, start: int, covered: Sequence[bool]) -> int:
    """Where the conjuncts begin that share a class word: `Khost and Paktika Provinces` is one span (G-4)."""
    while True:
        j = start - 1
        j -= tokens.word_at(j) == "and" and tokens.word_at(j - 1) == ","
        if j < 1 or tokens.word_at(j) not in ("and", ","):
            return start
        first = j
        while first and not covered[first - 1] and is_name(tokens, first - 1):
            first -= 1
        if first == j:
            return start
        start = first


def _end_after_class(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of the name after the class word at `i`; the end of the word where there is none."""
    word, end = tokens.lower[i], i + 1
    is_short = word in ("ft", "mt") and tokens.word_at(end) == "." and tokens.tight[end]
    end += is_short
    if end == len(tokens) or covered[end] or (tokens.first[end] and not is_short):
        return i + 1
    if word in cues("places.numbered") and tokens.flags[end] & (TokenFlag.NUMBER | TokenFlag.LETTER):
        more = tokens.word_at(end + 1) == "and" and tokens.flags_at(end + 2) & TokenFlag.NUMBER
        return end + 3 if more else end + 1
    if word == "sector":
        return end + (tokens.lower[end] in cues("places.sectors"))
    begins = tokens.lower[end] in ("al", "as", "el") or tokens.flags[end] & TokenFlag.CAP
    if not begins or tokens.flags[end] & (NO_NAME | TokenFlag.ORG):
        return i + 1
    return name_runs.extend_name(tokens, end, covered)
