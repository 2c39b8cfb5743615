"""Quantities of military people whose noun is left unsaid (rule T-2).

Without the noun the sentence must speak of military people already, or count their dead and wounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest import contributions, counts, strengths
from goldspan.suggest.candidate import COUNT, Candidate
from goldspan.suggest.data_files import cues
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.kinds import Kind
from goldspan.suggest.numbers import ARTICLES, is_date
from goldspan.suggest.sentences import AFTER_BARE, LOSSES, NOBODY, VERBS, Sentences, is_bare, value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.suggest.numbers import Number
    from goldspan.suggest.words import Words

DETERMINERS = cues("counts.determiners")
POSSESSIONS = frozenset(("'s", "’s"))
# Less than this in figures numbers clauses.
LEAST_FIGURE = 5
# How far behind a quantity the noun of what it is part of may stand.
PART = 7
TAIL = 4
NEAR = 6


def find(words: Words, rest: list[Number], sure: list[Candidate], units: Mapping[int, int]) -> Iterator[Candidate]:
    """The quantities among `rest` that count military people, too.

    Args:
        words: the paragraph.
        rest: its quantities that no noun follows.
        sure: its quantities of military people.
        units: the unit names found in it, end by start.
    """
    if not rest:
        return
    sentences = Sentences(words)
    soldiers = {sentences.number(c.start) for c in sure}
    lists = contributions.find(words, rest, sentences)
    for number in rest:
        if is_date(words, number):
            continue
        if number in lists:
            rule = "count.list"
        else:
            of_unit = _is_of_unit(words, number, units)
            rule = "count.of" if of_unit else _rule(words, number, sentences, soldiers)
        if rule:
            yield Candidate(*number, COUNT, rule, 0.7)
        if rule == "count.strength":
            soldiers.add(sentences.number(number.start))


def _rule(words: Words, number: Number, sentences: Sentences, soldiers: set[int]) -> str:
    """The rule by which a quantity counts military people, or nothing."""
    sentence = sentences.number(number.start)
    is_near = not soldiers.isdisjoint((sentence, sentence - 1))
    if _is_part(words, number, is_near=is_near):
        return "count.of"
    if (is_near or _speaks_of_soldiers(sentences, number.start)) and _is_loss(words, number):
        return "count.loss"
    if is_near and _is_rest(words, number):
        return "count.rest"
    if strengths.is_strength(words, number, sentences):
        return "count.strength"
    return "count.unsaid" if sentence in soldiers and _is_plain(words, number, sentences) else ""


def _is_part(words: Words, number: Number, *, is_near: bool) -> bool:
    """`14,000 of its soldiers`, `some 6,000 of its 12,000 men`; `two of them` where soldiers are near."""
    i, j = number
    if words.next_to(j) != "of" or words.lower[i] in ARTICLES:
        return False
    if is_near and _is_of_them(words, j + 1):
        return True
    if (words.lower[i] == "one" and words.next_to(j + 1) not in ("its", "their", "his", "our")) or not _determines(
        words, j + 1
    ):
        return False
    return _is_of_soldiers(words, j, is_near=is_near)


def _is_of_them(words: Words, k: int) -> bool:
    """`of them`, and `of the 50,000`, whose noun is unsaid, too."""
    is_number = words.next_to(k) == "the" and value(words.next_to(k + 1)) >= strengths.LEAST_STRENGTH
    return is_number or words.next_to(k) in ("them", "whom")


def _is_of_soldiers(words: Words, j: int, *, is_near: bool) -> bool:
    """Whether the noun behind `of` at token `j` names military people."""
    strong, weak, _ = counts.nouns()
    for k in range(j + 1, min(j + 1 + PART, len(words))):
        word = words.lower[k]
        is_noun = word in strong and (word not in weak or is_near or word in ("men", "personnel", "attackers"))
        if is_noun and words.next_to(k + 1) not in counts.POSSESSION:
            return True
        is_other = words.kinds[k] & Kind.FUNCTION and word not in DETERMINERS
        if is_other or word in NOBODY or word in ".,;":
            return False
    return False


def _determines(words: Words, k: int) -> bool:
    """Whether a determiner, a possessor or a quantity begins at `k`."""
    if words.next_to(k) in DETERMINERS or words.next_to(k + 1) in POSSESSIONS:
        return True
    return words.next_to(k)[:1].isdigit() or words.next_to(k) in ("some", "about", "more", "up")


def _speaks_of_soldiers(sentences: Sentences, i: int) -> bool:
    """Whether the sentence of token `i` names soldiers, counted or not, and nobody else."""
    said = sentences.said(i)
    strong, weak, _ = counts.nouns()
    return not said.isdisjoint(strong - weak) and said.isdisjoint(NOBODY)


def _is_of_unit(words: Words, number: Number, units: Mapping[int, int]) -> bool:
    """`the 37,000 of the Unified Task Force`: a quantity of what a force consists of."""
    j = number.end
    if words.next_to(j) != "of" or words.lower[number.start] in (*ARTICLES, "one"):
        return False
    end = units.get(j + 1 + (words.next_to(j + 1) in ("the", "its")))
    return end is not None and not words.kind(end) & Kind.COMMON and words.next_to(end) not in counts.POSSESSION


def _is_rest(words: Words, number: Number) -> bool:
    """`the remaining 1,500`, `3,200 of their own`: more of the soldiers that were spoken of."""
    i, j = number
    if words.lower[j : j + 2] == ["of", "their"] and words.next_to(j + 2) == "own":
        return True
    return words.next_to(i - 1) == "remaining" and (is_bare(words, j) or words.next_to(j) in VERBS)


def _is_loss(words: Words, number: Number) -> bool:
    """`… and 43 were wounded`, `capturing 17`: the dead and wounded of a sentence about soldiers."""
    i, j = number
    following = words.next_to(j)
    if following == "of" and words.next_to(j + 1) not in ("them", "whom"):
        return False
    if following in ("others", "more"):
        following = words.next_to(j + 1)
    tail = {following, *words.lower[j : j + TAIL]}
    if following in VERBS and tail & (LOSSES | {"fell"}):
        return not {*words.lower[max(0, i - NEAR) : j + NEAR + TAIL]} & cues("counts.civil")
    return words.next_to(i - 1) in cues("counts.losing") and (not following or following in AFTER_BARE)


def _is_plain(words: Words, number: Number, sentences: Sentences) -> bool:
    """A quantity that counts nothing else in a sentence about soldiers: `… and the Netherlands 270`."""
    i, j = number
    before, following = words.next_to(i - 1), words.next_to(j)
    if words.kind(i - 1) & Kind.CAP and gazetteer().match(words.forms, i - 1)[1] < SURE:
        return False
    is_age = before == following == ","
    is_day = before == "and" and bool(words.kind(i - 3) & Kind.TIME)
    is_pronoun = words.lower[i:j] == ["one"] or words.lower[i] in ARTICLES
    is_clause = words.words[j - 1].isdigit() and int(words.words[j - 1]) < LEAST_FIGURE and following not in VERBS
    if following == "others":
        return words.next_to(j + 1) not in ("were", "was") and not sentences.said(i, counts.NEAR, counts.NEAR) & NOBODY
    if before in cues("counts.among") and words.next_to(i - 2) in ("of", "among"):
        return True
    if is_age or is_day or is_pronoun or is_clause or before in cues("counts.not_after"):
        return False
    if not is_bare(words, j) and following not in VERBS:
        return False
    return not sentences.said(i, before=counts.NEAR, behind=counts.NEAR) & NOBODY
