"""Runs of capitalised tokens that may be the name of a person or a place, without titles and demonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.military_news.gazetteer import DOUBTFUL, SURE, capitals, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.military_news.tokens import ParagraphTokens

RUN_ENDS = (
    TokenFlag.RANK | TokenFlag.TITLE | TokenFlag.TITLE_PART | TokenFlag.DEMONYM | TokenFlag.TIME | TokenFlag.FUNCTION
)

NAMES = TokenFlag.GIVEN | TokenFlag.SURNAME
TITLES = TokenFlag.TITLE | TokenFlag.TITLE_PART
PARTICLES = cues("segments.name_particles")
QUOTES = frozenset('"“”')
OPENING_QUOTES, CLOSING_QUOTES = QUOTES | {"‘"}, QUOTES | {"’"}
APOSTROPHES = frozenset("’'`‘")

# The article of Arabic names, also in its assimilated forms, which look like English words.
ARABIC = frozenset(("at", "an", "as", "ad", "ash"))

# The article at the start of a name, in lower case.
SMALL_ARTICLES = frozenset(("al", "el", "ar", "as", "ash", "ad", "az", "an", "at"))

# What may follow a hyphen in lower case inside a name: `Nahr-e Saraj`, `Panjwa-i`.
HYPHENED = frozenset(("e", "i", "al", "ul", "de", "sur", "la"))
SMALL_CLASSES = cues("places.not_shouted") | {"neighborhood", "neighbourhood"}
MOST_PARTICLES = 3
NOT_AFTER_AL = frozenset(("qaeda", "qaida", "shabaab", "shabab", "jazeera"))
GRADES = frozenset(("first", "second", "third"))

# The syllables of East Asian given names: `Chiu Po-han`, `Ji-won Hathaway`.
LONGEST_SYLLABLE, SHORT_SYLLABLE = 6, 4
NICKNAME = 5


def find_name_runs(tokens: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The runs of a paragraph, as half-open token ranges; tokens that are covered belong to none."""
    i, n = 0, len(tokens)
    letters = cues("persons.honours")
    while i < n:
        is_open = (tokens.flags[i] & TokenFlag.CAP or has_small_article(tokens, i)) and not covered[i]
        end = _run_end(tokens, i, covered) if is_open else i
        if end > i:
            start = _after_direction(tokens, _after_office(tokens, i, end), end)
            end = _end_of_place(tokens, start, end)
            end -= _ends_with_small_class(tokens, start, end)
            end = _with_suffix(tokens, start, _without_letters(tokens, start, end))
            if not _is_compound(tokens, i, end):
                yield start, end
        i = max(end, i + 1)
        i += end > 0 and i < n and tokens.words[i] in letters and not tokens.all_caps


def has_small_article(tokens: ParagraphTokens, i: int) -> bool:
    """Whether the article of an Arabic name stands at `i` in lower case: `al-Qaim`."""
    if tokens.lower[i] not in SMALL_ARTICLES or tokens.flags[i] & TokenFlag.CAP:
        return False
    if tokens.is_hyphen(i + 1):
        return bool(tokens.flags_at(i + 2) & TokenFlag.CAP)
    # Without its hyphen only the plain form, which is no English word: `to al Qaim`.
    before = tokens.flags_at(i - 1)
    is_alone = not before & (TokenFlag.CAP | TokenFlag.ROLE) and tokens.lower[i] in ("al", "el")
    return is_alone and bool(tokens.flags_at(i + 1) & TokenFlag.CAP) and tokens.word_at(i + 1) not in NOT_AFTER_AL


def stands_alone(tokens: ParagraphTokens, end: int) -> bool:
    """Whether no noun follows that a name could modify: `along the Ibar to`."""
    return not tokens.word_at(end).isalpha() or bool(tokens.flags_at(end) & (TokenFlag.FUNCTION | TokenFlag.PARTICLE))


def extend_name(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of the name that begins at `i`: further capitals, particles, hyphens and a nickname between."""
    end, step = i + 1, 1
    while step and end < len(tokens) and not covered[end]:
        step = _next_part(tokens, i, end)
        end += step
    return end


def _run_end(tokens: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of the run that begins at `i`, or `i` where none does."""
    if tokens.first[i] and tokens.flags[i] & TokenFlag.INITIAL and tokens.words[i] != "U.":
        return i
    place = gazetteer().end(tokens.forms, i)
    opens = _can_begin(tokens, i)
    is_listed = place > i + 1 and tokens.flags[place - 1] & TokenFlag.CAP and not any(covered[i:place])
    if not is_listed or (tokens.flags[i] & TokenFlag.FUNCTION and tokens.first[i]):
        return extend_name(tokens, i, covered) if opens else i
    further = extend_name(tokens, i, covered) if opens and place < len(tokens) else place
    if (
        further <= place
        or tokens.flags[further - 1] & (TokenFlag.COMMON | TokenFlag.CLASS)
        or (tokens.flags[place] & TokenFlag.GIVEN and not tokens.flags[i] & TokenFlag.GIVEN)
    ):
        return place
    if has_small_article(tokens, place) and tokens.flags[i] & (TokenFlag.GIVEN | TokenFlag.SURNAME):
        return further
    # Two places side by side are two names.
    return place if gazetteer().end(tokens.forms, place) == further else further


def _end_of_place(tokens: ParagraphTokens, i: int, end: int) -> int:
    """The end of a sure place that other capitals follow, as in `Afghanistan KABUL`, `Iraq APO AE`; else `end`."""
    stop, weight = gazetteer().match(tokens.forms, i)
    if not i < stop < end or weight <= SURE or tokens.all_caps:
        return end
    return stop if tokens.flags[stop] & TokenFlag.UPPER and not tokens.flags[i] & TokenFlag.UPPER else end


def _ends_with_small_class(tokens: ParagraphTokens, i: int, end: int) -> bool:
    """Whether a name in capitals ends with a class word that is not a name's (L-1): `ZACAMIL NEIGHBORHOOD`."""
    if not tokens.all_caps or end - i < 2 or tokens.lower[end - 1] not in SMALL_CLASSES:
        return False
    return gazetteer().end(tokens.forms, i) != end


def _without_letters(tokens: ParagraphTokens, i: int, end: int) -> int:
    """The end of a person's name without the letters of honours: `Clarence Edward Marsh MM`."""
    while end - i > 2 and tokens.words[end - 1] in cues("persons.honours") and not tokens.all_caps:
        end -= 1
    return end


def _with_suffix(tokens: ParagraphTokens, i: int, end: int) -> int:
    """The end of a person's name with its suffix, which may stand behind a comma (P-2): `Peter Hale, Sr.`."""
    if end - i < 2 or tokens.flags[end - 1] & TokenFlag.CLASS:
        return end
    if tokens.lower[end - 1] in ("jr", "sr") and tokens.word_at(end) == "." and tokens.tight[end]:
        return end + 1
    at = end + (tokens.word_at(end) == ",")
    if tokens.word_at(at) not in cues("persons.suffixes") or not tokens.flags_at(at) & TokenFlag.CAP:
        return end
    return at + 1 + (tokens.word_at(at + 1) == "." and tokens.tight[at + 1] and tokens.lower[at] in ("jr", "sr"))


def _after_direction(tokens: ParagraphTokens, i: int, end: int) -> int:
    """Where a place begins after a direction that is no part of its name (L-2): `Eastern Mediterranean`."""
    if end - i < 2 or not (tokens.flags[i] & TokenFlag.DIRECTION or tokens.lower[i] == "greater"):
        return i
    if gazetteer().end(tokens.forms, i) >= end or tokens.flags[i] & NAMES:
        return i
    stop, weight = gazetteer().match(tokens.forms, i + 1)
    return i + 1 if stop == end and weight >= DOUBTFUL else i


def _after_office(tokens: ParagraphTokens, i: int, end: int) -> int:
    """Where a name begins after the words of an office: `for Peacekeeping Operations Edmond Mulet`."""
    if tokens.flags_at(i - 1) & (TokenFlag.TITLE | TokenFlag.RANK) or tokens.word_at(i - 1) == ".":
        return i
    named = TokenFlag.GIVEN | TokenFlag.PREFIX | TokenFlag.CLASS | TokenFlag.DIRECTION
    start = i
    while start < end and tokens.flags[start] & TokenFlag.COMMON and not tokens.flags[start] & named:
        if tokens.lower[start] == "new" or tokens.is_hyphen(start + 1):
            break
        start += 1
    is_plain = any(tokens.flags[j] & TokenFlag.COMMON for j in range(start, end))
    return start if i < start < end - 1 and not is_plain else i


def _can_begin(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a run may begin with the token."""
    flags, following = tokens.flags[i], tokens.flags_at(i + 1)
    if has_small_article(tokens, i):
        return True
    if _ends_office(tokens, i):
        return False
    if tokens.lower[i] in ARABIC and not tokens.first[i] and following & TokenFlag.CAP:
        return True
    if _ends_run(tokens, i) and not _is_given(tokens, i):
        return False
    if tokens.first[i] and flags & TokenFlag.COMMON and not flags & TokenFlag.GIVEN:
        is_state = (tokens.words[i] == "US" or tokens.forms[i] in capitals()) and not tokens.all_caps
        return is_state or bool(flags & (TokenFlag.PREFIX | TokenFlag.CLASS) and following & TokenFlag.CAP)
    return True


def _ends_office(tokens: ParagraphTokens, i: int) -> bool:
    """Whether an office or a rank ends here: `Minister of Defence`, `Airman 1st Class`, `Petty Officer Third Class`."""
    before = tokens.flags_at(i - 1)
    if tokens.lower[i] in GRADES and tokens.word_at(i + 1) == "class":
        return True
    if tokens.lower[i] in ("class", "rank", "grade") and before & (TokenFlag.ORDINAL | TokenFlag.CAP):
        return True
    is_field = tokens.lower[i] in cues("segments.offices") and tokens.word_at(i - 1) == "of"
    return is_field and bool(tokens.flags_at(i - 2) & TITLES)


def _is_given(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a token is a given name that is also a title or a month, before another name: `April Ryan`."""
    before = i - 1 - (tokens.word_at(i - 1) == "." and tokens.tight[i - 1])
    if tokens.lower[i] in cues("persons.first_titles") and not tokens.flags_at(before) & TokenFlag.RANK:
        return False
    is_ranked = tokens.flags_at(before) & (TokenFlag.RANK | TokenFlag.TITLE)
    other = TokenFlag.DEMONYM if is_ranked else TokenFlag.FUNCTION | TokenFlag.DEMONYM
    flags, following = tokens.flags[i], tokens.flags_at(i + 1)
    return (
        bool(flags & TokenFlag.GIVEN and following & TokenFlag.CAP) and not flags & other and not following & RUN_ENDS
    )


def _ends_run(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a token ends a run: a title, a people, a month; the first word of a title only before the title."""
    broken = tokens.flags[i] & RUN_ENDS
    if broken != TokenFlag.TITLE_PART:
        return bool(broken)
    return bool(tokens.flags_at(i + 1) & (TITLES | TokenFlag.RANK))


def _next_part(tokens: ParagraphTokens, i: int, end: int) -> int:
    """How many tokens at `end` continue a name that began at `i`."""
    word, flags = tokens.words[end], tokens.flags[end]
    if flags & TokenFlag.CAP:
        begins = tokens.first[end] and tokens.words[end - 1] not in ("(", ")")
        return int(not begins and (not _ends_run(tokens, end) or _is_second_name(tokens, i, end)))
    if word[1:2] in APOSTROPHES and word[2:3].isupper():  # d'Escuries
        return 1
    if tokens.is_hyphen(end):
        return _hyphen_part(tokens, end)
    if tokens.lower[end] in PARTICLES and not tokens.tight[end]:
        return _particle_part(tokens, end)
    if word in OPENING_QUOTES:
        return _nickname_part(tokens, i, end)
    is_joined = word in APOSTROPHES and tokens.tight[end] and end + 1 < len(tokens) and tokens.tight[end + 1]
    return 2 if is_joined and tokens.flags[end + 1] & TokenFlag.CAP else 0


def _is_second_name(tokens: ParagraphTokens, i: int, end: int) -> bool:
    """Whether a word that could begin another name is the second of this one: `Omar Khan`, `Jose Maria Said`."""
    flags = tokens.flags[end]
    if flags & TokenFlag.GIVEN and not flags & TokenFlag.DEMONYM:
        return True
    if tokens.lower[end] in cues("persons.numerals") and tokens.flags_at(end + 1) & TokenFlag.CAP:
        return bool(tokens.flags[i] & TokenFlag.GIVEN)
    is_title = flags & (TokenFlag.RANK | TokenFlag.TITLE) and tokens.lower[end] in cues("persons.late_titles")
    return bool(is_title and end == i + 1 and tokens.flags[i] & TokenFlag.GIVEN)


def _hyphen_part(tokens: ParagraphTokens, end: int) -> int:
    following = tokens.lower[end + 1]
    if tokens.flags[end + 1] & TokenFlag.CAP or following == "i" or _is_syllable(tokens, end):
        return 2
    return 2 if following in HYPHENED and tokens.word_at(end + 2) in ("-", "–") else 0


def _is_syllable(tokens: ParagraphTokens, hyphen: int) -> bool:
    """Whether the second syllable of an East Asian given name follows a hyphen."""
    first, second = tokens.words[hyphen - 1], tokens.words[hyphen + 1]
    if not first.isalpha() or not second.isalpha() or max(len(first), len(second)) > LONGEST_SYLLABLE:
        return False
    before, after = tokens.flags_at(hyphen - 2), tokens.flags_at(hyphen + 2)
    other = TokenFlag.DEMONYM | TokenFlag.FUNCTION | TokenFlag.RANK | TokenFlag.TITLE
    if not any(flags & TokenFlag.CAP and not flags & other for flags in (before, after)):
        return False
    is_place = gazetteer().match(tokens.forms, hyphen - 1)[1] >= SURE
    if is_place or tokens.flags[hyphen - 1] & (TokenFlag.DEMONYM | TokenFlag.UPPER):
        return False
    return not tokens.flags[hyphen + 1] & TokenFlag.COMMON or len(second) <= SHORT_SYLLABLE


def _particle_part(tokens: ParagraphTokens, end: int) -> int:
    """How many tokens particles and the name after them have: `de la`, `al-`."""
    j = end + 1
    while tokens.word_at(j) in ("-", "–") or tokens.word_at(j) in PARTICLES:
        j += 1
    is_name = tokens.flags_at(j) & TokenFlag.CAP and not tokens.flags_at(j) & RUN_ENDS
    return j + 1 - end if is_name and j - end <= MOST_PARTICLES else 0


def _nickname_part(tokens: ParagraphTokens, i: int, end: int) -> int:
    """How many tokens a nickname in quotation marks has (P-2): `Feliciano "Vida Nova" Cassoma`."""
    before = i - 1 - (tokens.word_at(i - 1) == "." and tokens.tight[i - 1])
    if not tokens.flags[i] & TokenFlag.GIVEN and not tokens.flags_at(before) & (TokenFlag.RANK | TokenFlag.TITLE):
        return 0
    for j in range(end + 1, min(end + NICKNAME, len(tokens) - 1)):
        if tokens.words[j] in CLOSING_QUOTES:
            return j + 2 - end if j > end + 1 and tokens.flags[j + 1] & TokenFlag.CAP else 0
        if not tokens.flags[j] & (TokenFlag.CAP | TokenFlag.PARTICLE) and not tokens.is_hyphen(j):
            return 0
    return 0


def _is_compound(tokens: ParagraphTokens, i: int, end: int) -> bool:
    """Whether the run is a part of a hyphenated compound: `Moscow-sponsored` (L-4)."""
    if len(tokens.words[i]) == 1 and tokens.is_hyphen(i + 1):  # a party and its state: `R-Ky.`
        return True
    return tokens.is_hyphen(end) or (tokens.is_hyphen(i - 1) and tokens.words[i - 2].isalnum())
