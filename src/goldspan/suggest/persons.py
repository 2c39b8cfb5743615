"""Signs that a run of capitals is a person's name (rule P-1 to P-3).

Names in one list are of one kind: `Stepove, Keramik and Tonenke`, `Kyiv/Kiev` (rule G-4).

Runs of capitalised tokens that may be the name of a person or a place, titles and peoples cut off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.candidates import OTHER, PERSON, PLACE
from goldspan.suggest.lexicon import SURE, TokenFlag, cues, gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.candidates import NameEvidence, NameMention
    from goldspan.suggest.tokens import ParagraphTokens

LIST_JOINS = frozenset(("and", ",", "or", "/", "&"))
LIST_WEIGHT = 0.6


def spread_label_in_lists(evidence: NameEvidence, names: list[tuple[str, NameMention]], page: ParagraphTokens) -> None:
    """Give the undecided names of each list of a paragraph the label that the decided ones share.

    Args:
        evidence: the signs of the document; what is spread is added to it.
        names: the names of the paragraph with their mentions, in the order of the text.
        page: the paragraph.
    """
    group: list[tuple[str, NameMention]] = []
    for item in names:
        if group and not _is_one_list(page, group[-1][1].start, group[-1][1].end, item[1].start):
            _share_label(evidence, group, page)
            group = []
        group.append(item)
    _share_label(evidence, group, page)


def _is_one_list(page: ParagraphTokens, first: int, end: int, start: int) -> bool:
    between = page.lower[end:start]
    if between == ["to"]:
        return page.next_to(first - 1) == "from"
    return 0 < len(between) < 3 and all(word in LIST_JOINS for word in between)


def _share_label(evidence: NameEvidence, group: list[tuple[str, NameMention]], page: ParagraphTokens) -> None:
    if len(group) < 2:
        return
    labels = [evidence.decide(name)[0] for name, _ in group]
    for label, rule in ((PLACE, "place.list"), (PERSON, "person.list")):
        sure = labels.count(label)
        if not sure or any(other not in (label, OTHER) for other in labels):
            continue
        for (name, mention), old in zip(group, labels, strict=True):
            size = mention.end - mention.start
            plain = any(page.kinds[j] & TokenFlag.COMMON for j in range(mention.start, mention.end))
            if old == OTHER and not plain and (label == PLACE or size > 1):
                evidence.add(name, label, rule, LIST_WEIGHT)


Sign = tuple[str, float]

SPEECH = cues("persons.speech")
SURNAME = re.compile(
    r"[A-Z]\w+(?:ić|ič|vic|vich|ovic|evic|ović|ević|ov|ev|enko|chuk|sky|ski|skiy|dze|shvili|yan|sson|sen|ullah|uddin|"
    r"zadeh|poulos|oglu|escu|ulescu|iani|ovych|wicz|owski|ez)"
)
OFFICE_FLAGS = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.ROLE
STOPS = frozenset(",.;():")
# A name of more tokens than this is more often something else.
LONG = 4
# How far an office may reach before a comma and behind one, and how long its words `for …` are.
OFFICE_BEFORE = 8
OFFICE_BEHIND = 6
AGE_DIGITS = 2


def person_signs(words: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The rules that see a person in tokens `start` to `end`, with their weights."""
    kinds, size = words.kinds, end - start
    if any(kinds[j] & (TokenFlag.FORCE | TokenFlag.ECHELON | TokenFlag.ORG) for j in range(start, end)):
        return
    yield from _signs_before(words, start)
    if kinds[start] & TokenFlag.GIVEN:
        is_full = size > 1 and not kinds[end - 1] & TokenFlag.CLASS
        yield "person.given", 0.25 if not is_full else 0.75 if size <= LONG else 0.5
    if any(kinds[j] & TokenFlag.INITIAL for j in range(start, end - 1)):
        yield "person.initial", 0.7
    if SURNAME.fullmatch(words.words[end - 1]) and not kinds[end - 1] & (TokenFlag.COMMON | TokenFlag.CLASS):
        yield "person.surname", 0.4 if size > 1 else 0.15
    yield from _signs_after(words, start, end)


def _signs_before(words: ParagraphTokens, start: int) -> Iterator[Sign]:
    """The sign in front of a name: an office, a verb, a comma behind an office."""
    j = start - 1
    if j > 0 and words.words[j] == "." and words.tight[j]:
        j -= 1
        if not words.kinds[j] & (TokenFlag.RANK | TokenFlag.TITLE):
            return
    elif j > 0 and words.words[j] == "(":
        j -= 1
    if j < 0:
        return
    office = _office_sign(words, j)
    if office is not None:
        yield office
    elif words.words[j] == ",":
        if _is_apposed(words, j):
            yield "person.apposed", 0.55
    else:
        yield from _verb_signs(words, j)


def _office_sign(words: ParagraphTokens, j: int) -> Sign | None:
    """The sign of an office that ends at token `j`."""
    kind = words.kinds[j]
    if kind & TokenFlag.CAP and kind & (TokenFlag.RANK | TokenFlag.TITLE):
        return "person.title", 0.92
    if kind & TokenFlag.CAP and kind & TokenFlag.COMMON and _is_long_office(words, j):
        return "person.title", 0.75
    is_field = words.lower[j] in cues("segments.offices") and words.next_to(j - 1) == "of"
    if is_field and words.kind(j - 2) & (TokenFlag.TITLE | TokenFlag.TITLE_PART):
        return "person.title", 0.9
    return ("person.role", 0.7) if kind & TokenFlag.ROLE else None


def _is_long_office(words: ParagraphTokens, j: int) -> bool:
    """Whether an office ends at token `j`: `Under-Secretary-General for Peacekeeping Operations`."""
    for k in range(j, max(-1, j - OFFICE_BEHIND), -1):
        kind = words.kinds[k]
        if kind & TokenFlag.CAP and kind & (TokenFlag.TITLE | TokenFlag.RANK):
            return True
        if not kind & TokenFlag.CAP and words.lower[k] not in ("of", "for", "and"):
            return False
    return False


def _verb_signs(words: ParagraphTokens, j: int) -> Iterator[Sign]:
    word, before = words.lower[j], words.next_to(j - 1)
    if word == "by" and words.first[j] and j <= 1:
        yield "person.byline", 0.6
    elif (word == "as" and before in ("identified", "known")) or (word == "by" and before in cues("persons.by")):
        yield "person.named", 0.5
    elif word in cues("persons.named"):
        yield "person.named", 0.6
    elif word in cues("persons.said"):
        yield "person.speech", 0.4


def _is_apposed(words: ParagraphTokens, comma: int) -> bool:
    """`the Prime Minister of Norway, Kjell Magne Bondevik`: an office before the comma."""
    for j in range(comma - 1, max(-1, comma - 1 - OFFICE_BEFORE), -1):
        if words.kinds[j] & OFFICE_FLAGS:
            return j == comma - 1 or words.lower[j + 1] in ("of", "for", "to", "in")
        if words.words[j] in STOPS or words.lower[j] in ("is", "was", "said", "and"):
            return False
    return False


def _signs_after(words: ParagraphTokens, start: int, end: int) -> Iterator[Sign]:
    """The signs behind a name: a verb of speech, an age, an office between commas."""
    is_full = end - start > 1
    following, second = words.next_to(end), words.next_to(end + 1)
    if following in SPEECH:
        yield "person.speech", 0.35 if is_full else 0.3
    if following != ",":
        return
    if is_full and words.next_to(start - 1) == "," and second in SPEECH:
        yield "person.apposed", 0.45
    if second.isdigit() and len(second) == AGE_DIGITS and words.next_to(end + 2) in (",", "."):
        yield "person.age", 0.7
    elif second in ("who", "whose"):
        yield "person.who", 0.5
    elif is_full and _is_office_next(words, end + 1):
        yield "person.office", 0.6


def _is_office_next(words: ParagraphTokens, i: int) -> bool:
    """Whether an apposition with an office begins: `, a spokesman for`, `, commander of`."""
    for j in range(i, min(i + OFFICE_BEHIND, len(words))):
        if words.words[j] in STOPS or words.lower[j] in ("and", "said", "is", "was"):
            return False
        if words.kinds[j] & OFFICE_FLAGS:
            return True
    return False


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


def extend_name(words: ParagraphTokens, i: int, covered: Sequence[bool]) -> int:
    """The end of the name that begins at `i`: further capitals, particles, hyphens and a nickname between."""
    end, step = i + 1, 1
    while step and end < len(words) and not covered[end]:
        step = _next_part(words, i, end)
        end += step
    return end


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
