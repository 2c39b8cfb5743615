"""Runs of capitalised tokens that may be the name of a person or a place, without titles and demonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.tokens import ParagraphTokens

RUN_ENDS = (
    TokenFlag.RANK | TokenFlag.TITLE | TokenFlag.TITLE_PART | TokenFlag.DEMONYM | TokenFlag.TIME | TokenFlag.FUNCTION
)
TITLES = TokenFlag.TITLE | TokenFlag.TITLE_PART
PARTICLES = cues("segments.name_particles")
QUOTES = frozenset('"“”')
APOSTROPHES = frozenset("’'`‘")
# The article of Arabic names, also in its assimilated forms, which look like English words.
ARABIC = frozenset(("at", "an", "as", "ad", "ash"))
# What may follow a hyphen in small letters inside a name: `Nahr-e Saraj`, `Panjwa-i`.
HYPHENED = frozenset(("e", "i", "al", "ul", "de", "sur", "la"))
SMALL_CLASSES = cues("places.not_shouted") | {"neighborhood", "neighbourhood"}
MOST_PARTICLES = 3
NICKNAME = 5


def find_name_runs(words: ParagraphTokens, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The runs of a paragraph, as half-open token ranges; tokens that are covered belong to none."""
    i, n = 0, len(words)
    while i < n:
        end = _run_end(words, i, covered) if words.kinds[i] & TokenFlag.CAP and not covered[i] else i
        if end > i:
            start = _after_office(words, i, end)
            end = _end_of_place(words, start, end)
            end -= _ends_with_small_class(words, start, end)
            if not _is_compound(words, i, end):
                yield start, end
        i = max(end, i + 1)


def extend_name(words: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of the name that begins at `i`: further capitals, particles, hyphens and a nickname between."""
    end, step = i + 1, 1
    while step and end < len(words) and not covered[end]:
        step = _next_part(words, i, end)
        end += step
    return end


def _run_end(words: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of the run that begins at `i`, or `i` where none does."""
    if words.first[i] and words.kinds[i] & TokenFlag.INITIAL and words.words[i] != "U.":
        return i
    place = gazetteer().end(words.forms, i)
    opens = _can_begin(words, i)
    is_listed = place > i + 1 and words.kinds[place - 1] & TokenFlag.CAP and not any(covered[i:place])
    if not is_listed or (words.kinds[i] & TokenFlag.FUNCTION and words.first[i]):
        return extend_name(words, i, covered) if opens else i
    further = extend_name(words, i, covered) if opens and place < len(words) else place
    if (
        further <= place
        or words.kinds[further - 1] & (TokenFlag.COMMON | TokenFlag.CLASS)
        or words.kinds[place] & TokenFlag.GIVEN
    ):
        return place
    # Two places side by side are two names.
    return place if gazetteer().end(words.forms, place) == further else further


def _end_of_place(words: ParagraphTokens, i: int, end: int) -> int:
    """The end of a sure place where the capitals behind it are of another kind: `Afghanistan KABUL`, `Iraq APO AE`."""
    stop, weight = gazetteer().match(words.forms, i)
    if not i < stop < end or weight <= SURE or words.shouted:
        return end
    return stop if words.kinds[stop] & TokenFlag.UPPER and not words.kinds[i] & TokenFlag.UPPER else end


def _ends_with_small_class(words: ParagraphTokens, i: int, end: int) -> bool:
    """Whether a name in capitals ends with a class word that is small elsewhere (L-1): `ZACAMIL NEIGHBORHOOD`."""
    if not words.shouted or end - i < 2 or words.lower[end - 1] not in SMALL_CLASSES:
        return False
    return gazetteer().end(words.forms, i) != end


def _after_office(words: ParagraphTokens, i: int, end: int) -> int:
    """Where a name begins behind the words of an office: `for Peacekeeping Operations Edmond Mulet`."""
    if words.kind(i - 1) & (TokenFlag.TITLE | TokenFlag.RANK) or words.next_to(i - 1) == ".":
        return i
    named = TokenFlag.GIVEN | TokenFlag.PREFIX | TokenFlag.CLASS | TokenFlag.DIRECTION
    start = i
    while start < end and words.kinds[start] & TokenFlag.COMMON and not words.kinds[start] & named:
        if words.lower[start] == "new":
            break
        start += 1
    is_plain = any(words.kinds[j] & TokenFlag.COMMON for j in range(start, end))
    return start if i < start < end - 1 and not is_plain else i


def _can_begin(words: ParagraphTokens, i: int) -> bool:
    """Whether a run may begin with the token."""
    kind, following = words.kinds[i], words.kind(i + 1)
    if words.lower[i] in cues("segments.offices") and words.next_to(i - 1) == "of" and words.kind(i - 2) & TITLES:
        return False
    if words.lower[i] in ARABIC and not words.first[i] and following & TokenFlag.CAP:
        return True
    if _ends_run(words, i):
        # A given name that is also a title or a month, before another name: `April Ryan`.
        is_given = kind & TokenFlag.GIVEN and not kind & (TokenFlag.FUNCTION | TokenFlag.DEMONYM)
        if not is_given or not following & TokenFlag.CAP or following & RUN_ENDS:
            return False
    if words.first[i] and kind & TokenFlag.COMMON and not kind & TokenFlag.GIVEN:
        return bool(kind & (TokenFlag.PREFIX | TokenFlag.CLASS) and following & TokenFlag.CAP)
    return True


def _ends_run(words: ParagraphTokens, i: int) -> bool:
    """Whether a token ends a run: a title, a people, a month; the first word of a title only before the title."""
    broken = words.kinds[i] & RUN_ENDS
    if broken != TokenFlag.TITLE_PART:
        return bool(broken)
    return bool(words.kind(i + 1) & (TITLES | TokenFlag.RANK))


def _next_part(words: ParagraphTokens, i: int, end: int) -> int:
    """How many tokens at `end` go on a name that began at `i`."""
    word, kind = words.words[end], words.kinds[end]
    if kind & TokenFlag.CAP:
        begins = words.first[end] and words.words[end - 1] not in ("(", ")")
        return int(not begins and (not _ends_run(words, end) or _is_second_name(words, i, end)))
    if word[1:2] in APOSTROPHES and word[2:3].isupper():  # d'Escuries
        return 1
    if words.is_hyphen(end):
        return _hyphen_part(words, end)
    if words.lower[end] in PARTICLES and not words.tight[end]:
        return _particle_part(words, end)
    if word in QUOTES:
        return _nickname_part(words, i, end)
    is_joined = word in APOSTROPHES and words.tight[end] and end + 1 < len(words) and words.tight[end + 1]
    return 2 if is_joined and words.kinds[end + 1] & TokenFlag.CAP else 0


def _is_second_name(words: ParagraphTokens, i: int, end: int) -> bool:
    """Whether a word that could begin another name is the second of this one: `Omar Khan`, `Jose Maria Said`."""
    kind = words.kinds[end]
    if kind & TokenFlag.GIVEN and not kind & TokenFlag.DEMONYM:
        return True
    is_title = kind & (TokenFlag.RANK | TokenFlag.TITLE) and words.lower[end] in cues("persons.late_titles")
    return bool(is_title and end == i + 1 and words.kinds[i] & TokenFlag.GIVEN)


def _hyphen_part(words: ParagraphTokens, end: int) -> int:
    following = words.lower[end + 1]
    if words.kinds[end + 1] & TokenFlag.CAP or following == "i":
        return 2
    return 2 if following in HYPHENED and words.next_to(end + 2) in ("-", "–") else 0


def _particle_part(words: ParagraphTokens, end: int) -> int:
    """How many tokens small particles and the name behind them take: `de la`, `al-`."""
    j = end + 1
    while words.next_to(j) in ("-", "–") or words.next_to(j) in PARTICLES:
        j += 1
    is_name = words.kind(j) & TokenFlag.CAP and not words.kind(j) & RUN_ENDS
    return j + 1 - end if is_name and j - end <= MOST_PARTICLES else 0


def _nickname_part(words: ParagraphTokens, i: int, end: int) -> int:
    """How many tokens a nickname in quotation marks takes (P-2): `Feliciano "Vida Nova" Cassoma`."""
    if not words.kinds[i] & TokenFlag.GIVEN and not words.kind(i - 1) & (TokenFlag.RANK | TokenFlag.TITLE):
        return 0
    for j in range(end + 1, min(end + NICKNAME, len(words) - 1)):
        if words.words[j] in QUOTES:
            return j + 2 - end if j > end + 1 and words.kinds[j + 1] & TokenFlag.CAP else 0
        if not words.kinds[j] & (TokenFlag.CAP | TokenFlag.PARTICLE):
            return 0
    return 0


def _is_compound(words: ParagraphTokens, i: int, end: int) -> bool:
    """Whether the run is a part of a hyphenated compound: `Moscow-sponsored` (L-4)."""
    return words.is_hyphen(end) or (words.is_hyphen(i - 1) and words.words[i - 2].isalnum())
