"""Runs of capitalised tokens that may be the name of a person or a place, titles and peoples cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.data_files import cues
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.words import Words

BREAKS = Kind.RANK | Kind.TITLE | Kind.TITLE_PART | Kind.DEMONYM | Kind.TIME | Kind.FUNCTION
OFFICE = Kind.TITLE | Kind.TITLE_PART
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


def find(words: Words, covered: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The runs of a paragraph, as half-open token ranges; tokens that are covered belong to none."""
    i, n = 0, len(words)
    while i < n:
        end = _end(words, i, covered) if words.kinds[i] & Kind.CAP and not covered[i] else i
        if end > i:
            start = _after_office(words, i, end)
            end = _recased(words, start, end)
            end -= _ends_small(words, start, end)
            if not _is_compound(words, i, end):
                yield start, end
        i = max(end, i + 1)


def _end(words: Words, i: int, covered: Sequence[bool]) -> int:
    """The end of the run that begins at `i`, or `i` where none does."""
    if words.first[i] and words.kinds[i] & Kind.INITIAL and words.words[i] != "U.":
        return i
    place = gazetteer().end(words.forms, i)
    opens = _opens(words, i)
    is_listed = place > i + 1 and words.kinds[place - 1] & Kind.CAP and not any(covered[i:place])
    if not is_listed or (words.kinds[i] & Kind.FUNCTION and words.first[i]):
        return extend(words, i, covered) if opens else i
    further = extend(words, i, covered) if opens and place < len(words) else place
    if further <= place or words.kinds[further - 1] & (Kind.COMMON | Kind.CLASS) or words.kinds[place] & Kind.GIVEN:
        return place
    # Two places side by side are two names.
    return place if gazetteer().end(words.forms, place) == further else further


def _recased(words: Words, i: int, end: int) -> int:
    """The end of a sure place where the capitals behind it are of another kind: `Afghanistan KABUL`, `Iraq APO AE`."""
    stop, weight = gazetteer().match(words.forms, i)
    if not i < stop < end or weight <= SURE or words.shouted:
        return end
    return stop if words.kinds[stop] & Kind.UPPER and not words.kinds[i] & Kind.UPPER else end


def _ends_small(words: Words, i: int, end: int) -> bool:
    """Whether a name in capitals ends with a class word that is small elsewhere (L-1): `ZACAMIL NEIGHBORHOOD`."""
    if not words.shouted or end - i < 2 or words.lower[end - 1] not in SMALL_CLASSES:  # noqa: PLR2004  (a name and it)
        return False
    return gazetteer().end(words.forms, i) != end


def _after_office(words: Words, i: int, end: int) -> int:
    """Where a name begins behind the words of an office: `for Peacekeeping Operations Edmond Mulet`."""
    if words.kind(i - 1) & (Kind.TITLE | Kind.RANK) or words.next_to(i - 1) == ".":
        return i
    named = Kind.GIVEN | Kind.PREFIX | Kind.CLASS | Kind.DIRECTION
    start = i
    while start < end and words.kinds[start] & Kind.COMMON and not words.kinds[start] & named:
        if words.lower[start] == "new":
            break
        start += 1
    is_plain = any(words.kinds[j] & Kind.COMMON for j in range(start, end))
    return start if i < start < end - 1 and not is_plain else i


def _opens(words: Words, i: int) -> bool:
    """Whether a run may begin with the token."""
    kind, following = words.kinds[i], words.kind(i + 1)
    if words.lower[i] in cues("segments.offices") and words.next_to(i - 1) == "of" and words.kind(i - 2) & OFFICE:
        return False
    if words.lower[i] in ARABIC and not words.first[i] and following & Kind.CAP:
        return True
    if _breaks(words, i):
        # A given name that is also a title or a month, before another name: `April Ryan`.
        is_given = kind & Kind.GIVEN and not kind & (Kind.FUNCTION | Kind.DEMONYM)
        if not is_given or not following & Kind.CAP or following & BREAKS:
            return False
    if words.first[i] and kind & Kind.COMMON and not kind & Kind.GIVEN:
        return bool(kind & (Kind.PREFIX | Kind.CLASS) and following & Kind.CAP)
    return True


def _breaks(words: Words, i: int) -> bool:
    """Whether a token ends a run: a title, a people, a month; the first word of a title only before the title."""
    broken = words.kinds[i] & BREAKS
    if broken != Kind.TITLE_PART:
        return bool(broken)
    return bool(words.kind(i + 1) & (OFFICE | Kind.RANK))


def extend(words: Words, i: int, covered: Sequence[bool]) -> int:
    """The end of the name that begins at `i`: further capitals, particles, hyphens and a nickname between."""
    end, step = i + 1, 1
    while step and end < len(words) and not covered[end]:
        step = _step(words, i, end)
        end += step
    return end


def _step(words: Words, i: int, end: int) -> int:
    """How many tokens at `end` go on a name that began at `i`."""
    word, kind = words.words[end], words.kinds[end]
    if kind & Kind.CAP:
        begins = words.first[end] and words.words[end - 1] not in ("(", ")")
        return int(not begins and (not _breaks(words, end) or _is_late(words, i, end)))
    if word[1:2] in APOSTROPHES and word[2:3].isupper():  # d'Escuries
        return 1
    if words.is_hyphen(end):
        return _hyphen(words, end)
    if words.lower[end] in PARTICLES and not words.tight[end]:
        return _particles(words, end)
    if word in QUOTES:
        return _nickname(words, i, end)
    is_joined = word in APOSTROPHES and words.tight[end] and end + 1 < len(words) and words.tight[end + 1]
    return 2 if is_joined and words.kinds[end + 1] & Kind.CAP else 0


def _is_late(words: Words, i: int, end: int) -> bool:
    """Whether a word that could begin another name is the second of this one: `Omar Khan`, `Jose Maria Said`."""
    kind = words.kinds[end]
    if kind & Kind.GIVEN and not kind & Kind.DEMONYM:
        return True
    is_title = kind & (Kind.RANK | Kind.TITLE) and words.lower[end] in cues("persons.late_titles")
    return bool(is_title and end == i + 1 and words.kinds[i] & Kind.GIVEN)


def _hyphen(words: Words, end: int) -> int:
    following = words.lower[end + 1]
    if words.kinds[end + 1] & Kind.CAP or following == "i":
        return 2
    return 2 if following in HYPHENED and words.next_to(end + 2) in ("-", "–") else 0


def _particles(words: Words, end: int) -> int:
    """How many tokens small particles and the name behind them take: `de la`, `al-`."""
    j = end + 1
    while words.next_to(j) in ("-", "–") or words.next_to(j) in PARTICLES:
        j += 1
    is_name = words.kind(j) & Kind.CAP and not words.kind(j) & BREAKS
    return j + 1 - end if is_name and j - end <= MOST_PARTICLES else 0


def _nickname(words: Words, i: int, end: int) -> int:
    """How many tokens a nickname in quotation marks takes (P-2): `Feliciano "Vida Nova" Cassoma`."""
    if not words.kinds[i] & Kind.GIVEN and not words.kind(i - 1) & (Kind.RANK | Kind.TITLE):
        return 0
    for j in range(end + 1, min(end + NICKNAME, len(words) - 1)):
        if words.words[j] in QUOTES:
            return j + 2 - end if j > end + 1 and words.kinds[j + 1] & Kind.CAP else 0
        if not words.kinds[j] & (Kind.CAP | Kind.PARTICLE):
            return 0
    return 0


def _is_compound(words: Words, i: int, end: int) -> bool:
    """Whether the run is a part of a hyphenated compound: `Moscow-sponsored` (L-4)."""
    return words.is_hyphen(end) or (words.is_hyphen(i - 1) and words.words[i - 2].isalnum())
