"""Lists of what states contribute, the noun said once or nowhere (rule T-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest import counts
from goldspan.suggest.data_files import cues
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.kinds import Kind
from goldspan.suggest.numbers import is_date
from goldspan.suggest.sentences import CIVILIANS, NOBODY, is_bare

if TYPE_CHECKING:
    from goldspan.suggest.numbers import Number
    from goldspan.suggest.sentences import Sentences
    from goldspan.suggest.words import Words

# So many states with a quantity make a list of contributions; these may stand between the two.
LEAST_TOLD = 3
GIVING = cues("counts.giving")
# So many tokens may follow a quantity inside its brackets.
BRACKET = 7


def find(words: Words, rest: list[Number], sentences: Sentences) -> set[Number]:
    """Numbers in brackets behind names in a sentence about troops: `from Fiji (594), Finland (493)`.

    Args:
        words: the paragraph.
        rest: its quantities that no noun follows.
        sentences: of the paragraph.
    """
    listed: dict[int, list[Number]] = {}
    for number in rest:
        i, j = number
        bracketed = words.next_to(i - 1) == "(" and words.kind(i - 2) & Kind.CAP and _closes(words, j)
        if bracketed and not is_date(words, number):
            listed.setdefault(sentences.number(i), []).append(number)
    kept = _table(words, rest) | _told(words, rest)
    for found in listed.values():
        said = sentences.said(found[0].start) if len(found) > 1 else set()
        is_named = not said.isdisjoint(counts.nouns()[0]) and said.isdisjoint(NOBODY)
        if is_named or (said & counts.SUPPORT and not said & CIVILIANS):
            kept.update(found)
    return kept


def _closes(words: Words, j: int) -> bool:
    """Whether a bracket closes at token `j`, or behind words that say where or what: `(148, a field hospital)`."""
    if words.next_to(j) not in (")", ",", "at", "in"):
        return False
    inside = words.lower[j : j + BRACKET]
    return ")" in inside and "(" not in inside[: inside.index(")")]


def _told(words: Words, rest: list[Number]) -> set[Number]:
    """Contributions told one after the other: `Germany provides around 850 …; Norway 188 …; Iceland with one`."""
    told = {number for number in rest if not is_date(words, number) and _is_contribution(words, number)}
    is_list = len(told) >= LEAST_TOLD and not CIVILIANS & set(words.lower)
    return told if is_list and counts.SUPPORT & set(words.lower) else set()


def _is_contribution(words: Words, number: Number) -> bool:
    """Whether a state stands before a quantity that no noun follows."""
    i, j = number
    k = i - 1 - (words.next_to(i - 1) in GIVING)
    if k < 0 or not (is_bare(words, j) or words.next_to(j) == "of"):
        return False
    return any(
        gazetteer().end(words.forms, s) == k + 1 and gazetteer().match(words.forms, s)[1] >= SURE
        for s in range(max(0, k - 2), k + 1)
        if words.kinds[s] & Kind.CAP
    )


def _table(words: Words, rest: list[Number]) -> set[Number]:
    """The column of a table whose rows begin with states: `Austria      463`."""
    rows = {
        number
        for number in rest
        if number.start
        and words.starts[number.start] - words.ends[number.start - 1] >= counts.GAP
        and (words.kind(number.end) & Kind.CAP or number.end == len(words))
        and words.kind(number.start - 1) & Kind.CAP
        and gazetteer().values.get(words.forms[number.start - 1], 0.0) >= SURE
    }
    return rows if len(rows) > 1 and not NOBODY & set(words.lower) else set()
