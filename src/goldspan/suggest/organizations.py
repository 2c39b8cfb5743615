"""Names of bodies, documents, events and processes: no label has them, and what stands inside is not marked (G-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.candidates import OTHER, SpanCandidate
from goldspan.suggest.gazetteer import DOUBTFUL, gazetteer
from goldspan.suggest.lexicon import TokenFlag, cues, lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.tokens import ParagraphTokens

CASED = TokenFlag.CAP | TokenFlag.FUNCTION | TokenFlag.PARTICLE
NO_NAME = TokenFlag.FUNCTION | TokenFlag.TIME


def find_organizations(words: ParagraphTokens) -> Iterator[SpanCandidate]:
    """All names of a paragraph that shield what stands inside them."""
    done = 0
    for i, kind in enumerate(words.kinds):
        if i < done or not kind & TokenFlag.CAP:
            continue
        yield from _listed(words, i)
        if kind & TokenFlag.ORG and not _is_class(words, i):
            start, end = _leftwards(words, i, done), _rightwards(words, i)
            place, weight = gazetteer().match(words.forms, start)
            is_place = place == end and weight > DOUBTFUL
            # A lone head is a common noun, and a sentence's first capital says nothing.
            if end - start > 1 and not is_place:
                yield SpanCandidate(start, end, OTHER, "org.headed", 0.9)
                done = end


def _listed(words: ParagraphTokens, i: int) -> Iterator[SpanCandidate]:
    lex = lexicon()
    if lex.is_org(words.words[i]) and not (words.shouted and words.lower[i] in lex.common):
        yield SpanCandidate(i, i + 1, OTHER, "org.acronym", 0.95)
    end, weight = lex.orgs.match(words.forms, i)
    if end == i or (end == i + 1 and words.kinds[i] & TokenFlag.COMMON):
        return
    if all(words.kinds[j] & CASED or not words.forms[j] for j in range(i, end)):
        yield SpanCandidate(i, end, OTHER, "org.listed", weight)


def _is_class(words: ParagraphTokens, i: int) -> bool:
    """Whether a head that is a class word of places, too, is one here: `Huila Department`."""
    return bool(words.kinds[i] & TokenFlag.CLASS and words.next_to(i + 1) != "of" and words.kind(i - 1) & TokenFlag.CAP)


def _leftwards(words: ParagraphTokens, i: int, floor: int) -> int:
    """Where the capitals before the head at `i` begin, with what joins them."""
    start = i
    while start > floor:
        j = start - 1
        if (words.first[j] and words.kinds[j] & TokenFlag.INITIAL) or lexicon().is_unit(words.words[j]):
            break
        if words.kinds[j] & TokenFlag.CAP and not words.kinds[j] & (NO_NAME | TokenFlag.RANK):
            said = not words.first[j] or not words.kinds[j] & TokenFlag.COMMON or start < i
            if not said and not words.kinds[j] & (TokenFlag.DEMONYM | TokenFlag.DIRECTION | TokenFlag.ORG):
                break
            start = j
        elif j > floor and _is_joint(words, j, floor):
            start = j - 1
        else:
            break
    return start


def _is_joint(words: ParagraphTokens, j: int, floor: int) -> bool:
    """Whether a small token joins the capital before it to the name behind it."""
    before = words.kinds[j - 1]
    if not before & TokenFlag.CAP:
        return False
    if words.is_hyphen(j) or words.words[j] == "/":
        return True
    if words.words[j] in ("of", "&"):
        return bool(before & TokenFlag.ORG)
    places = (gazetteer().end(words.forms, s) for s in range(max(floor, j - 2), j))
    return words.words[j] == "and" and any(end > j + 1 for end in places)


def _rightwards(words: ParagraphTokens, i: int) -> int:
    """The end of the name behind the head at `i`: `of (the) X`, further heads, what a ministry is for."""
    end = i + 1
    if words.lower[i] in cues("orgs.prefixes") and words.kind(end) & TokenFlag.CAP and not words.kind(end) & NO_NAME:
        end = _run(words, end)
    step = end
    while step:
        step = _next(words, i, end)
        end = step or end
    return end


def _next(words: ParagraphTokens, i: int, end: int) -> int:
    """Where a further part of the name ends that begins at `end`, or 0."""
    word, last = words.next_to(end), words.lower[end - 1]
    takes = (
        word == "of"
        or (word == "for" and not words.kinds[i] & TokenFlag.TITLE)
        or (word == "in" and last in cues("orgs.takes_in"))
        or (word == "on" and last in cues("orgs.takes_on"))
        or (word in ("and", ",") and end > i + 1 and words.lower[i] in cues("orgs.enumerates"))
    )
    j = end + 1 + (words.next_to(end + 1) == "the")
    # A force `of Lt. Gen. X` is his; it is not named after him.
    if takes and not words.kind(j) & TokenFlag.RANK:
        is_list = word in ("and", ",") and words.lower[i] != "governments"
        if (
            words.kind(j) & TokenFlag.CAP
            and not words.kind(j) & NO_NAME
            and (words.kind(j) & TokenFlag.COMMON or not is_list)
        ):
            return _run(words, j)
    is_head = words.kind(end) & TokenFlag.CAP and words.kind(end) & TokenFlag.ORG
    return end + 1 if is_head and not words.first[end] else 0


def _run(words: ParagraphTokens, j: int) -> int:
    """The end of the capitals that begin at `j`."""
    end = max(gazetteer().end(words.forms, j), j + 1)
    while end < len(words):
        kind = words.kinds[end]
        is_name = kind & TokenFlag.CAP and not kind & (NO_NAME | TokenFlag.RANK) and not words.first[end]
        if not is_name and not (words.is_hyphen(end) and words.kinds[end + 1] & TokenFlag.CAP):
            break
        end += 1
    return end
