"""Names of bodies, documents, events and processes: they have no label, and names inside them are not marked (G-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.military_news import places
from goldspan.suggest.military_news.candidates import OTHER, SpanCandidate
from goldspan.suggest.military_news.gazetteer import DOUBTFUL, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues, lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.military_news.tokens import ParagraphTokens

CENTERS = frozenset(("center", "centre"))
CASED = TokenFlag.CAP | TokenFlag.FUNCTION | TokenFlag.PARTICLE | TokenFlag.NUMBER
NO_NAME = TokenFlag.FUNCTION | TokenFlag.TIME

# `Kim Jong Un` does not hold the `U.N.`
SHORTEST_NAME = 3


def find_organizations(tokens: ParagraphTokens) -> Iterator[SpanCandidate]:
    """All names of a paragraph that shield what is inside them."""
    done = 0
    for i, flags in enumerate(tokens.flags):
        if i < done or not flags & TokenFlag.CAP:
            continue
        yield from _listed(tokens, i)
        if (
            flags & TokenFlag.ORG
            and not _heads_base(tokens, i)
            and not _is_class(tokens, i)
            and not _is_echelon(tokens, i)
        ):
            start, end = _start(tokens, i, done), _end(tokens, i)
            place, weight = gazetteer().match(tokens.forms, start)
            is_place = place == end and weight > DOUBTFUL
            # A head alone is a common noun, and the capital at the start of a sentence is no evidence.
            if end - start > 1 and not is_place:
                yield SpanCandidate(start, end, OTHER, "org.headed", 0.9)
                done = end


def _listed(tokens: ParagraphTokens, i: int) -> Iterator[SpanCandidate]:
    lex = lexicon()
    if lex.is_org(tokens.words[i]) and not (tokens.all_caps and tokens.lower[i] in lex.common):
        yield SpanCandidate(i, i + 1, OTHER, "org.acronym", 0.95)
    end, weight = lex.orgs.match(tokens.forms, i)
    is_syllable = len(tokens.words[i]) < SHORTEST_NAME and not tokens.words[i].isupper()
    if end == i or (end == i + 1 and (tokens.flags[i] & TokenFlag.COMMON or is_syllable)):
        return
    if all(tokens.flags[j] & CASED or not tokens.forms[j] for j in range(i, end)):
        yield SpanCandidate(i, end, OTHER, "org.listed", weight)


def _is_class(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a head that is a class word of places, too, is one here: `Huila Department`."""
    if (
        _heads_base(tokens, i)
        or places.is_post(tokens, i)
        or (tokens.lower[i] in CENTERS and places.training_center(tokens, i)[1] > i)
    ):
        return True
    return bool(
        tokens.flags[i] & TokenFlag.CLASS and tokens.word_at(i + 1) != "of" and tokens.flags_at(i - 1) & TokenFlag.CAP
    )


def _heads_base(tokens: ParagraphTokens, i: int) -> bool:
    """Whether the head is a part of a base's name: `Pope Air Force Base`."""
    return (
        tokens.lower[i] == "force" and tokens.word_at(i + 1) == "base" and bool(tokens.flags_at(i + 1) & TokenFlag.CAP)
    )


def _is_echelon(tokens: ParagraphTokens, i: int) -> bool:
    """Whether a head that is an echelon, too, is one here: `Tavriisk Group of Forces`."""
    return tokens.lower[i + 1 : i + 3] in (["of", "forces"], ["of", "troops"])


def _start(tokens: ParagraphTokens, i: int, floor: int) -> int:
    """Where the capitals before the head at `i` begin, with what joins them."""
    start = i
    while start > floor:
        j = start - 1
        if (tokens.first[j] and tokens.flags[j] & TokenFlag.INITIAL) or lexicon().is_unit(tokens.words[j]):
            break
        if tokens.flags[j] & TokenFlag.CAP and not tokens.flags[j] & (NO_NAME | TokenFlag.RANK):
            is_meaningful = not tokens.first[j] or not tokens.flags[j] & TokenFlag.COMMON or start < i
            if not is_meaningful and not tokens.flags[j] & (TokenFlag.DEMONYM | TokenFlag.DIRECTION | TokenFlag.ORG):
                break
            start = j
        elif j > floor and _is_joint(tokens, j, floor):
            start = j - 1
        else:
            break
    return start


def _is_joint(tokens: ParagraphTokens, j: int, floor: int) -> bool:
    """Whether a token in lower case joins the capital before it to the name after it."""
    before = tokens.flags[j - 1]
    if not before & TokenFlag.CAP:
        return False
    if tokens.is_hyphen(j) or tokens.words[j] == "/":
        return True
    if tokens.words[j] in ("of", "&"):
        return bool(before & TokenFlag.ORG)
    places = (gazetteer().end(tokens.forms, s) for s in range(max(floor, j - 2), j))
    return tokens.words[j] == "and" and any(end > j + 1 for end in places)


def _end(tokens: ParagraphTokens, i: int) -> int:
    """The end of the name after the head at `i`: `of (the) X`, further heads, what a ministry is for."""
    end = i + 1
    if (
        tokens.lower[i] in cues("orgs.prefixes")
        and tokens.flags_at(end) & TokenFlag.CAP
        and not tokens.flags_at(end) & NO_NAME
    ):
        end = _end_of_capitals(tokens, end)
    step = end
    while step:
        step = _end_of_part(tokens, i, end)
        end = step or end
    return end


def _end_of_part(tokens: ParagraphTokens, i: int, end: int) -> int:
    """Where a further part of the name ends that begins at `end`, or 0."""
    word, last = tokens.word_at(end), tokens.lower[end - 1]
    takes = (
        word == "of"
        or (word == "for" and not tokens.flags[i] & TokenFlag.TITLE)
        or (word == "in" and last in cues("orgs.takes_in"))
        or (word == "on" and last in cues("orgs.takes_on"))
        or (word in ("and", ",") and end > i + 1 and tokens.lower[i] in cues("orgs.enumerates"))
    )
    j = end + 1 + (tokens.word_at(end + 1) == "the")
    # A force `of Lt. Gen. X` is commanded by that person, not named after them.
    if takes and not tokens.flags_at(j) & TokenFlag.RANK:
        is_list = word in ("and", ",") and tokens.lower[i] != "governments"
        if (
            tokens.flags_at(j) & TokenFlag.CAP
            and not tokens.flags_at(j) & NO_NAME
            and (tokens.flags_at(j) & TokenFlag.COMMON or not is_list)
        ):
            return _end_of_capitals(tokens, j)
    is_head = tokens.flags_at(end) & TokenFlag.CAP and tokens.flags_at(end) & TokenFlag.ORG
    return end + 1 if is_head and not tokens.first[end] else 0


def _end_of_capitals(tokens: ParagraphTokens, j: int) -> int:
    """The end of the capitals that begin at `j`."""
    end = max(gazetteer().end(tokens.forms, j), j + 1)
    while end < len(tokens):
        flags = tokens.flags[end]
        is_name = flags & TokenFlag.CAP and not flags & (NO_NAME | TokenFlag.RANK) and not tokens.first[end]
        if not is_name and not (tokens.is_hyphen(end) and tokens.flags[end + 1] & TokenFlag.CAP):
            break
        end += 1
    return end
