"""Quantities of military people whose noun is left unsaid (policy T-2).

Without the noun the sentence must speak of military people already, or count their dead and wounded.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from goldspan.suggest import counts
from goldspan.suggest.candidate import COUNT, Candidate
from goldspan.suggest.data_files import cues
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.kinds import Kind
from goldspan.suggest.lexicon import lexicon
from goldspan.suggest.numbers import ARTICLES, is_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.suggest.numbers import Number
    from goldspan.suggest.words import Words

VERBS = cues("counts.verbs")
LOSSES = cues("counts.losses")
AFTER_BARE = cues("counts.after_bare")
DETERMINERS = cues("counts.determiners")
NOBODY = cues("counts.civil") | cues("counts.police")
CIVILIANS = cues("counts.police") | {"civilian", "civilians"}
POSSESSIONS = frozenset(("'s", "’s"))
# Fewer than so many are no strength, and fewer than so few in figures number clauses.
LEAST_STRENGTH = 30
LEAST_FIGURE = 5
# How far before a quantity its cue may stand, how far behind the noun of what it is part of.
REACH = 9
UNIT_REACH = 12
PART = 7
TAIL = 4
NEAR = 6


class Sentences:
    """The sentences of a paragraph, by the index of their first token."""

    def __init__(self, words: Words) -> None:
        ends = (i for i in range(1, len(words)) if words.words[i - 1] in ".!?" and not words.tight[i])
        self._starts = [0, *ends]
        self._words = words

    def number(self, i: int) -> int:
        """The number of the sentence that token `i` is in."""
        return bisect_right(self._starts, i) - 1

    def said(self, i: int, before: int | None = None, behind: int | None = None) -> set[str]:
        """The words of the sentence of token `i`, at most so many before it and behind it."""
        n = self.number(i)
        start = self._starts[n]
        end = self._starts[n + 1] if n + 1 < len(self._starts) else len(self._words)
        start = start if before is None else max(start, i - before)
        end = end if behind is None else min(end, i + behind)
        return set(self._words.lower[start:end])


def find(words: Words, rest: list[Number], sure: list[Candidate]) -> Iterator[Candidate]:
    """The quantities among `rest` that count military people, too.

    Args:
        words: the paragraph.
        rest: its quantities that no noun follows.
        sure: its quantities of military people.
    """
    if not rest:
        return
    sentences = Sentences(words)
    soldiers = {sentences.number(c.start) for c in sure}
    lists = _contributions(words, rest, sentences)
    for number in rest:
        if not is_date(words, number):
            rule = "count.list" if number in lists else _rule(words, number, sentences, soldiers)
            if rule:
                yield Candidate(*number, COUNT, rule, 0.7)


def _rule(words: Words, number: Number, sentences: Sentences, soldiers: set[int]) -> str:
    """The rule by which a quantity counts military people, or nothing."""
    sentence = sentences.number(number.start)
    is_near = not soldiers.isdisjoint((sentence, sentence - 1))
    if _is_part(words, number, is_near=is_near):
        return "count.of"
    if is_near and _is_loss(words, number):
        return "count.loss"
    if _is_strength(words, number, sentences):
        return "count.strength"
    return "count.unsaid" if sentence in soldiers and _is_plain(words, number, sentences) else ""


def _contributions(words: Words, rest: list[Number], sentences: Sentences) -> set[Number]:
    """Numbers in brackets behind names in a sentence about troops: `from Fiji (594), Finland (493)`."""
    listed: dict[int, list[Number]] = {}
    for number in rest:
        i, j = number
        bracketed = words.next_to(i - 1) == "(" and words.next_to(j) == ")" and words.kind(i - 2) & Kind.CAP
        if bracketed and not is_date(words, number):
            listed.setdefault(sentences.number(i), []).append(number)
    kept = _table(words, rest)
    for found in listed.values():
        said = sentences.said(found[0].start) if len(found) > 1 else set()
        if said & counts.SUPPORT and not said & CIVILIANS:
            kept.update(found)
    return kept


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


def _is_part(words: Words, number: Number, *, is_near: bool) -> bool:
    """`14,000 of its soldiers`, `some 6,000 of its 12,000 men`; `two of them` where soldiers are near."""
    i, j = number
    if words.next_to(j) != "of" or words.lower[i] in ARTICLES:
        return False
    if words.next_to(j + 1) in ("them", "whom") and is_near:
        return True
    if (words.lower[i] == "one" and words.next_to(j + 1) not in ("its", "their", "his", "our")) or not _determines(
        words, j + 1
    ):
        return False
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


def _is_loss(words: Words, number: Number) -> bool:
    """`… and 43 were wounded`, `capturing 17`: the dead and wounded of a sentence about soldiers."""
    i, j = number
    following = words.next_to(j)
    if following == "of" and words.next_to(j + 1) not in ("them", "whom"):
        return False
    if following == "others":
        following = words.next_to(j + 1)
    tail = {following, *words.lower[j : j + TAIL]}
    if following in VERBS and tail & (LOSSES | {"fell"}):
        return not counts.around(words, i, j, NEAR) & cues("counts.civil")
    return words.next_to(i - 1) in cues("counts.losing") and (not following or following in AFTER_BARE)


def _is_strength(words: Words, number: Number, sentences: Sentences) -> bool:
    """`a troop strength of 5,230`, `a battalion of 350`, `shrank to under 10,000` behind a force."""
    i, j = number
    if max(_value(words.words[i]), _value(words.words[j - 1])) < LEAST_STRENGTH:
        return False
    following = words.next_to(j)
    is_bare = not following or following in AFTER_BARE
    if (
        words.next_to(i - 1) == "of"
        and (is_bare or following in cues("counts.after_group"))
        and _is_group(words, i - 2)
    ):
        return True
    if not is_bare or (words.kind(i - 1) & Kind.CAP and words.kind(i - 1) & (Kind.CLASS | Kind.PREFIX)):
        return False
    if words.next_to(i - 1) in cues("counts.numbering") and counts.around(words, i, j) & counts.SUPPORT:
        return True
    said = sentences.said(i, before=REACH, behind=0)
    if said & NOBODY or words.next_to(i - 1) in cues("counts.not_after"):
        return False
    return bool(said & cues("counts.strength") or (said & cues("counts.changes") and _is_behind_unit(words, i)))


def _is_group(words: Words, k: int) -> bool:
    return words.next_to(k) in counts.GROUPS or (words.next_to(k) == ")" and bool(words.kind(k - 1) & Kind.UPPER))


def _is_behind_unit(words: Words, i: int) -> bool:
    lex = lexicon()
    return any(lex.is_unit(word) for word in words.words[max(0, i - UNIT_REACH) : i])


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
    if before in cues("counts.among") and words.next_to(i - 2) in ("of", "among"):
        return True
    if is_age or is_day or is_pronoun or is_clause or before in cues("counts.not_after"):
        return False
    if following and following not in AFTER_BARE | VERBS:
        return False
    return not sentences.said(i, before=counts.NEAR, behind=counts.NEAR) & NOBODY


def _value(word: str) -> float:
    digits = word.replace(",", "").replace(".", "")
    return float(digits) if digits.isdecimal() else 0.0
