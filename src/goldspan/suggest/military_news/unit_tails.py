"""What may follow the head of a unit's name and belongs to it: numbers, codes, areas, nicknames, complements (MU-5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.gazetteer import SURE, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues

if TYPE_CHECKING:
    from goldspan.suggest.military_news.tokens import ParagraphTokens

CODE = re.compile(r"\d+(?:[/-]\d+)?[A-Z]?|[IVX]+")
FIGURE = re.compile(r"\d{1,4}(?:[/.]\d{1,4})?[A-Z]?")
ROMAN = re.compile(r"[IVX]{1,5}")
YEAR = re.compile(r"(?:19|20)\d\d")
NUMBER_SIGNS = cues("units.number_signs")
ABBREVIATED = cues("units.abbreviated")
INITIALS = cues("units.initials")
QUOTES = frozenset('"“”«»')
DASHES = frozenset(("-", "–", "—"))
LONGEST_NICKNAME = 4
BATTLE_GROUPS = frozenset(("battlegroup", "battle group"))
LONGEST_QUALIFIER = 5
LONGEST_ACRONYM = 12
MOST_NUMBERS = 12
SHORTEST_LONE_NUMBER = 3  # of a unit that is called `Unit` and nothing else
TITLED_HEADS = frozenset(("battalion", "squadron", "company", "battery", "bn"))
PATRONS = frozenset(("king", "queen", "prince", "princess", "duke", "lord"))
TITLE_JOINTS = frozenset(("of", "'s", "’s", "'", "’"))
TITLED_PATRONS = PATRONS | {"duchess", "earl", "marquess"}  # `Earl of X's`
NAMED_HEADS = frozenset(("task force", "tactical group", "army group"))
CODED_HEADS = frozenset(("task force", "tactical group", "army group", "company", "battery"))

# After `Army of` a place needs only this weight, because one is expected there.
LEAST_PLACE_WEIGHT = 0.4
NO_NAME = TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.ORG


def name_end(tokens: ParagraphTokens, start: int, end: int, head: str) -> int:
    """Where the designation ends: behind its head, a number, an area, a code, a nickname, or `of` a state.

    Args:
        tokens: the paragraph.
        start: the first token of the designation.
        end: the end of its head.
        head: the head, in lower case.
    """
    return _end_of_regiment(tokens, _end_behind_head(tokens, start, end, head), head)


def _end_behind_head(tokens: ParagraphTokens, start: int, end: int, head: str) -> int:
    """The end of the number, area, code, nickname or complement behind a head that ends at `end`."""
    last = head.rsplit(maxsplit=1)[-1]
    if start + len(head.split()) == end and head in cues("units.head_first"):
        end = end_of_own_name(tokens, end, head)
    is_abroad = last in cues("units.abroad_services") or tokens.lower[end - 2 : end] == ["surface", "group"]
    theatre = _end_of_theatre(tokens, start, end) if is_abroad else end
    identified = theatre if theatre > end else _end_of_identifier(tokens, start, end, head)
    if identified > end or head in CODED_HEADS or last == "team":
        return _end_of_nickname(tokens, end_of_qualifier(tokens, identified))
    if tokens.word_at(end) in ("of", "in", "for") and last in cues("units.parents") | cues("units.takes_of"):
        return _end_of_complement(tokens, start, end, last)
    end += tokens.lower[end - 1] in ABBREVIATED and tokens.word_at(end) == "." and tokens.tight[end]
    return _end_of_nickname(tokens, end_of_qualifier(tokens, end))


def end_of_numbers(tokens: ParagraphTokens, start: int, end: int, head: str) -> int:
    """The end of the numbers behind a head: `No. 4`, `N.º 1`, `15`, `(CVW) 2`, `97 and 192`; `end` without any."""
    if tokens.word_at(end) in NUMBER_SIGNS:
        return _end_of_signed_numbers(tokens, end)
    if head not in cues("units.number_follows"):
        return end
    acronym = bracketed_acronym(tokens, end)
    number = end + 3 if acronym else end
    if start + 1 == end and head.startswith("unit") and len(tokens.word_at(number)) < SHORTEST_LONE_NUMBER:
        return end
    if not is_unit_number(tokens, number) or any(tokens.flags[j] & TokenFlag.ORDINAL for j in range(start, end)):
        return end
    last = number
    while head.endswith("s") and last < number + MOST_NUMBERS:
        following = last + 1 + (tokens.word_at(last + 1) == ",")
        following += tokens.word_at(following) == "and"
        if following == last + 1 or not is_unit_number(tokens, following):
            break
        last = following
    return last + 1


def is_unit_number(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a figure is a unit's number and counts nothing that follows, nor is it a year."""
    if tokens.word_at(i) in cues("units.number_words"):
        return bool(tokens.flags[i] & TokenFlag.CAP) and not tokens.first[i]
    if not tokens.flags_at(i) & TokenFlag.NUMBER or not FIGURE.fullmatch(tokens.words[i]):
        return False
    word, following = tokens.words[i], tokens.word_at(i + 1)
    if YEAR.fullmatch(word) or (tokens.words[i + 1 : i + 2] == [","] and tokens.flags_at(i + 2) & TokenFlag.TIME):
        return False
    return following not in cues("units.counted_by_number") and not tokens.flags_at(i + 1) & TokenFlag.TIME


def bracketed_acronym(tokens: ParagraphTokens, i: int) -> str:
    """The one word with at least two capitals in brackets at token `i`, or nothing."""
    if tokens.word_at(i) not in ("(", "[") or tokens.word_at(i + 2) not in (")", "]"):
        return ""
    word = tokens.words[i + 1]
    return word if len(word) <= LONGEST_ACRONYM and sum(map(str.isupper, word)) > 1 else ""


def quoted_end(tokens: ParagraphTokens, i: int) -> int:
    """The index of the closing mark of a nickname whose opening mark is at `i`, or 0."""
    if tokens.word_at(i) not in QUOTES:
        return 0
    for j in range(i + 1, min(i + 2 + LONGEST_NICKNAME, len(tokens))):
        if tokens.words[j] in QUOTES:
            return j if j > i + 1 else 0
        if not tokens.flags[j] & (TokenFlag.CAP | TokenFlag.NUMBER | TokenFlag.FUNCTION) and not tokens.is_hyphen(j):
            # American printers put the comma or full stop before the closing mark.
            return j if tokens.words[j] in (",", ".") and tokens.word_at(j + 1) in QUOTES and j > i + 1 else 0
    return 0


def end_of_qualifier(tokens: ParagraphTokens, end: int) -> int:
    """The end of a kind in brackets: `Division (Air Assault)`, `MEU (Special Operations Capable)`; else `end`."""
    if tokens.word_at(end) != "(":
        return end
    for j in range(end + 1, min(end + 2 + LONGEST_QUALIFIER, len(tokens))):
        if tokens.words[j] == ")":
            return j + 1 if j > end + 1 else end
        if tokens.lower[j] not in cues("units.qualifiers") or not tokens.flags[j] & TokenFlag.CAP:
            return end
    return end


def _end_of_regiment(tokens: ParagraphTokens, end: int, head: str) -> int:
    """The end of what a battalion's name takes in behind it, a regiment's title or a patron; else `end`.

    `1st Battalion, The Rifles`, `2nd Battalion, The Duke of Lancaster's Regiment`, `24th Brigade named after Lviv`.
    """
    if tokens.lower[end : end + 2] == ["named", "after"]:
        return _end_of_title(tokens, end + 2) or end
    if head not in TITLED_HEADS or tokens.word_at(end) != ",":
        return end
    has_article = tokens.words[end + 1 : end + 2] == ["The"]
    if not has_article and tokens.word_at(end + 1) not in PATRONS:
        return end
    stop = _end_of_title(tokens, end + 1 + has_article)
    last = tokens.flags_at(stop - 1)
    is_royal = tokens.word_at(end + 1 + has_article) in ("royal", "black")
    is_regiment = last & (TokenFlag.ECHELON | TokenFlag.FORCE) or is_royal
    return stop if stop and last & TokenFlag.CAP and is_regiment else end


def _end_of_title(tokens: ParagraphTokens, j: int) -> int:
    """The end of capitals that `of`, `'s` and `and` join; 0 where there are none."""
    end = 0
    while j < len(tokens):
        if tokens.flags[j] & TokenFlag.CAP and not tokens.flags[j] & TokenFlag.TIME:
            end = j + 1
        elif tokens.words[j] not in TITLE_JOINTS or not end:
            break
        j += 1
    return end


def _end_of_identifier(tokens: ParagraphTokens, start: int, end: int, head: str) -> int:
    """The end of the number, area, region or code behind a head; `end` where there is none."""
    last = head.rsplit(maxsplit=1)[-1]
    stop = end_of_numbers(tokens, start, end, head)
    if stop == end and last in cues("units.before_area") and head not in CODED_HEADS:
        stop = _end_of_area(tokens, start, end)
    if stop == end and last in cues("units.before_region"):
        stop = _end_of_region(tokens, end)
    if stop == end and (head in CODED_HEADS or last == "team"):
        return _end_of_code(tokens, end, head)
    if stop == end and tokens.is_hyphen(end) and tokens.flags[end + 1] & TokenFlag.NUMBER:
        return end + 2
    return stop


def _end_of_nickname(tokens: ParagraphTokens, end: int) -> int:
    """The end of a nickname in quotation marks behind a head or number: `Regiment "Folgore"`; else `end`."""
    if tokens.word_at(end) not in QUOTES or tokens.tight[end] or not tokens.flags_at(end + 1) & TokenFlag.CAP:
        return end
    close = quoted_end(tokens, end)
    if not close:
        return end
    end = close + 1 + (tokens.words[close] not in QUOTES)
    return end + bool(ROMAN.fullmatch(tokens.words[end]) if end < len(tokens) else None)


def end_of_own_name(tokens: ParagraphTokens, end: int, head: str) -> int:
    """The end of the name behind a head that begins a designation: `Brigade La Fayette`; else `end`."""
    if tokens.word_at(end) in QUOTES:
        return _end_of_nickname(tokens, end)
    stop = end
    while stop < end + LONGEST_NICKNAME and tokens.flags_at(stop) & TokenFlag.CAP and not tokens.first[stop]:
        if tokens.flags[stop] & (NO_NAME | TokenFlag.DEMONYM | TokenFlag.ECHELON | TokenFlag.FORCE):
            break
        stop += 1
    if tokens.word_at(end) in cues("units.areas") and stop == end + 1:
        return stop
    is_plain = all(tokens.flags[j] & TokenFlag.COMMON for j in range(end, stop))
    if is_plain and (head not in BATTLE_GROUPS or stop != end + 1 or tokens.lower[end] in cues("units.not_own_names")):
        return end
    return stop


def _end_of_signed_numbers(tokens: ParagraphTokens, end: int) -> int:
    """The end of numbers with a sign: `No. 4`, `No 3 and No 4`; the head's end where there are none."""
    number = end + 1 + (tokens.word_at(end + 1) in (".", "°", "º"))
    if not tokens.flags_at(number) & TokenFlag.NUMBER:
        return end
    goes_on = tokens.word_at(number + 1) == "and" and tokens.word_at(number + 2) in NUMBER_SIGNS
    return max(number + 1, _end_of_signed_numbers(tokens, number + 2)) if goes_on else number + 1


def _end_of_theatre(tokens: ParagraphTokens, start: int, end: int) -> int:
    """The end of the theatre of a service or group: `U.S. Army Pacific`, `Europe and Africa`."""
    is_group = tokens.lower[end - 1] == "group"
    is_component = tokens.lower[end - 1] in ("force", "forces", "command")
    is_component = is_component and not cues("units.component_words").isdisjoint(tokens.lower[start:end])
    if not (tokens.words[start] in INITIALS or is_group or is_component) or tokens.lower[end : end + 1] == []:
        return end
    theatres, stop = cues("units.theatres"), end
    stop += is_group and tokens.word_at(end) in ("western", "middle", "eastern")
    while tokens.word_at(stop) in theatres and tokens.flags[stop] & TokenFlag.CAP:
        is_joined = tokens.word_at(stop + 1) in ("and", "-") and tokens.word_at(stop + 2) in theatres
        stop += 2 if is_joined else 1
    return end if tokens.flags_at(stop) & TokenFlag.CAP and not tokens.first[stop] else stop


def _end_of_area(tokens: ParagraphTokens, start: int, end: int) -> int:
    """The end of an area after a head: `Regional Command-East`, `Multi-National Division – Baghdad`."""
    is_spaced = not {"multi", "multinational", "rotational", "deployable"}.isdisjoint(tokens.lower[start:end])
    is_joined = tokens.word_at(end) in ("-", "–") and (tokens.tight[end] or is_spaced)
    j = end + is_joined
    if not tokens.flags_at(j) & TokenFlag.CAP:
        return end
    is_area = is_joined or tokens.lower[j] in cues("units.areas") - cues("units.countries")
    if not is_area:
        is_group = tokens.lower[end - 1] == "battlegroup" or tokens.lower[end - 2 : end] == ["battle", "group"]
        is_allied = tokens.lower[end - 1] == "command" and tokens.lower[start] in ("allied", "nato")
        is_allied = is_allied or "deployable" in tokens.lower[start:end]
        is_allied = is_allied or tokens.lower[start:end] == ["joint", "force", "command"]
        is_shared = is_spaced and tokens.lower[end - 1] in ("brigade", "division", "corps")
        is_abroad = (is_group or is_allied or is_shared or tokens.lower[end - 1] == "forces") and not tokens.first[j]
        place, weight = gazetteer().match(tokens.forms, j) if is_abroad else (end, 0.0)
        if is_allied and place <= j + 1 and not tokens.flags[j] & NO_NAME and not tokens.first[j]:
            return j + 1
        return place if weight >= SURE and not tokens.flags_at(place) & TokenFlag.CAP else end
    if tokens.lower[j] in ("north", "south"):
        second = j + 1 + tokens.is_hyphen(j + 1)
        j = second if tokens.word_at(second) in ("east", "west") else j
    return j + 1


def _end_of_region(tokens: ParagraphTokens, end: int) -> int:
    """The end of a region behind an acronym inside the name: `Frontier Corps (FC) Balochistan`; else `end`."""
    if not bracketed_acronym(tokens, end) or not tokens.flags_at(end + 3) & TokenFlag.CAP:
        return end
    place, weight = gazetteer().match(tokens.forms, end + 3)
    return place if weight >= SURE and not tokens.flags_at(place) & TokenFlag.CAP else end


def _end_of_code(tokens: ParagraphTokens, end: int, head: str) -> int:
    """The end of a code or name after a head: `Task Force 2-87`, `Company B`, `Joint Task Force in Somalia`."""
    if tokens.word_at(end) == "in" and tokens.word_at(end - 3) == "joint":
        return _end_of_complement(tokens, end - 3, end, "force")
    is_dashed = tokens.word_at(end) in DASHES
    j = end + is_dashed
    is_spaced = is_dashed and not tokens.tight[end] and tokens.word_at(end - 3) == "joint"
    if (is_spaced or tokens.word_at(j) == "operation") and tokens.flags_at(j) & TokenFlag.CAP:
        place = gazetteer().end(tokens.forms, j)
        while tokens.flags_at(j) & TokenFlag.CAP:
            j += 1
        return max(j, place)
    j = end + (tokens.word_at(end) in ("-", "–") and tokens.tight[end])
    if j >= len(tokens) or (head == "task force" and tokens.lower[j] == "on"):
        return end
    flags = tokens.flags[j]
    # `A` is a letter here and no article.
    is_code = CODE.fullmatch(tokens.words[j]) or (head not in NAMED_HEADS and flags & TokenFlag.LETTER)
    is_area = tokens.lower[j] in cues("units.areas")
    if not is_code and (not flags & TokenFlag.CAP or (flags & NO_NAME and not is_area)):
        return end
    # `Combined Joint Task Force-Horn of Africa`
    end = max(j + 1, gazetteer().end(tokens.forms, j) if j > end and not is_code else 0)
    end += tokens.lower[j] in ("north", "south") and tokens.word_at(end) in ("east", "west")
    while (tokens.is_hyphen(end) or tokens.word_at(end) == "/") and tokens.flags_at(end + 1) & (
        TokenFlag.NUMBER | TokenFlag.CAP
    ):
        end += 2
        end += tokens.word_at(end) == "response" and bool(tokens.flags[end] & TokenFlag.CAP)
    if head in NAMED_HEADS and not is_code:
        end += _is_second_name(tokens, end)
        end += 2 * bool(tokens.is_hyphen(end) and tokens.flags[end + 1] & TokenFlag.CAP)
    return end


def _is_second_name(tokens: ParagraphTokens, i: int) -> bool:
    """Whether the name of a task force has a second word: `Task Force Southern Guard`."""
    flags = tokens.flags_at(i)
    is_name = flags & TokenFlag.CAP and not flags & (NO_NAME | TokenFlag.DEMONYM) and not tokens.first[i]
    if not is_name or tokens.lower[i] in cues("units.not_own_names"):
        return False
    is_word = flags & tokens.flags[i - 1] & TokenFlag.COMMON  # `White Eagle`, `Iron Wolf`
    return bool(is_word or flags & (TokenFlag.FORCE | TokenFlag.ECHELON) or not flags & TokenFlag.COMMON)


def _end_of_complement(tokens: ParagraphTokens, start: int, end: int, last: str) -> int:
    """The end of `of (the) X` after a head, X being a place or a name; the head's end where there is none."""
    word, forms = tokens.lower[end], tokens.forms
    j = end + 1 + (tokens.word_at(end + 1) == "the")
    if not tokens.flags_at(j) & TokenFlag.CAP:
        return end
    if word == "for" and tokens.lower[j] in ("liberation", "defence", "defense") and tokens.word_at(j + 1) == "of":
        return max(j + 2, gazetteer().end(forms, j + 2) if j + 2 < len(tokens) else 0)
    if word != "of" and (last == "command" or (cues("units.abroad") | {"joint"}).isdisjoint(tokens.lower[start:end])):
        return end
    place, weight = gazetteer().match(forms, j)
    if weight > LEAST_PLACE_WEIGHT:
        return place
    if word == "of" and last in ("regiment", "corps") and "royal" in tokens.lower[start:end]:
        stop = _end_of_name(tokens, j, end)
        return stop if tokens.flags[stop - 1] & (TokenFlag.ECHELON | TokenFlag.FORCE) else end
    return _end_of_name(tokens, j, end) if word == "of" and last in ("army", "forces", "guard", "staff") else end


def _end_of_name(tokens: ParagraphTokens, j: int, end: int) -> int:
    """The end of the name that begins at `j` after `of`; `end` where it is a title or a date."""
    if tokens.flags[j] & (TokenFlag.TITLE | TokenFlag.RANK | TokenFlag.TIME):
        return end
    k = j
    while tokens.flags_at(k) & TokenFlag.CAP and not tokens.flags[k] & (TokenFlag.TITLE | TokenFlag.RANK):
        k += 1
    if tokens.flags[k - 1] & TokenFlag.FORCE and tokens.word_at(k) == "of":
        return _end_of_complement(tokens, j, k, tokens.lower[k - 1])
    return k
