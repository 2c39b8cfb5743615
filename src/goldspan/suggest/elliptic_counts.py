"""Quantities of military people whose noun is left out (rule T-1, T-2): strengths, losses, parts of a whole, lists.

Without a noun, the sentence must mention military people already, count their dead and wounded, or speak of strength.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.candidates import COUNT, SpanCandidate
from goldspan.suggest.gazetteer import SURE, gazetteer
from goldspan.suggest.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.quantity_mentions import (
    AFTER_BARE,
    ARTICLES,
    CIVIL_CUES,
    CIVILIAN_CUES,
    GAP,
    GROUP_NOUNS,
    LOSSES,
    MILITARY_CUES,
    NEAR_UNIT,
    POSSESSION,
    VERBS,
    SentenceContext,
    has_no_noun,
    is_date,
    number_value,
    personnel_nouns,
    words_around,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.suggest.quantity_mentions import QuantityMention
    from goldspan.suggest.tokens import ParagraphTokens

# Fewer than so many are no strength.
LEAST_STRENGTH = 30
# How far before a quantity its cue may stand, and the force that it is said of.
REACH = 9
UNIT_REACH = 12
# Behind these verbs `at` gives a size and no place: `the strength stood at 4,012`, `put the losses of … at 700`.
STANDING = cues("counts.standing")
PUTTING = cues("counts.putting")
DETERMINERS = cues("counts.determiners")
GENITIVES = frozenset(("'s", "’s"))
# Less than this in figures numbers clauses.
LEAST_FIGURE = 5
# How far behind a quantity the noun of what it is part of may stand.
PART = 7
TAIL = 4
NEAR = 6
# So many states with a quantity make a list of contributions; these may stand between the two.
LEAST_LISTED = 3
GIVING = cues("counts.giving")
# So many tokens may follow a quantity inside its brackets.
BRACKET = 7


def is_strength(words: ParagraphTokens, number: QuantityMention, sentences: SentenceContext) -> bool:
    """`a troop strength of 5,230`, `a battalion of 350`, `shrank to under 10,000` behind a force."""
    i, j = number
    if max(number_value(words.words[i]), number_value(words.words[j - 1])) < LEAST_STRENGTH:
        return False
    if _is_of_group(words, number):
        return True
    if not has_no_noun(words, j) or (
        words.kind(i - 1) & TokenFlag.CAP and words.kind(i - 1) & (TokenFlag.CLASS | TokenFlag.PREFIX)
    ):
        return False
    return (
        _is_numbered(words, number)
        or _is_stated_strength(words, number, sentences)
        or _is_implied(words, number.start, sentences)
    )


def find_elliptic_counts(
    words: ParagraphTokens, rest: list[QuantityMention], sure: list[SpanCandidate], units: Mapping[int, int]
) -> Iterator[SpanCandidate]:
    """The quantities among `rest` that count military people, too.

    Args:
        words: the paragraph.
        rest: its quantities that no noun follows.
        sure: its quantities of military people.
        units: the unit names found in it, end by start.
    """
    if not rest:
        return
    sentences = SentenceContext(words)
    soldiers = {sentences.number(c.start) for c in sure}
    lists = find_listed_contributions(words, rest, sentences)
    for number in rest:
        if is_date(words, number):
            continue
        if number in lists:
            rule = "count.list"
        else:
            of_unit = _is_of_unit(words, number, units)
            rule = "count.of" if of_unit else _elliptic_rule(words, number, sentences, soldiers)
        if rule:
            yield SpanCandidate(*number, COUNT, rule, 0.7)
        if rule == "count.strength":
            soldiers.add(sentences.number(number.start))


def find_listed_contributions(
    words: ParagraphTokens, rest: list[QuantityMention], sentences: SentenceContext
) -> set[QuantityMention]:
    """Numbers in brackets behind names in a sentence about troops: `from Fiji (594), Finland (493)`.

    Args:
        words: the paragraph.
        rest: its quantities that no noun follows.
        sentences: of the paragraph.
    """
    listed: dict[int, list[QuantityMention]] = {}
    for number in rest:
        i, j = number
        bracketed = words.next_to(i - 1) == "(" and words.kind(i - 2) & TokenFlag.CAP and _closes_bracket(words, j)
        if bracketed and not is_date(words, number):
            listed.setdefault(sentences.number(i), []).append(number)
    kept = _table_contributions(words, rest) | _prose_contributions(words, rest)
    for found in listed.values():
        said = sentences.said(found[0].start) if len(found) > 1 else set()
        is_named = not said.isdisjoint(personnel_nouns()[0]) and said.isdisjoint(CIVIL_CUES)
        if is_named or (said & MILITARY_CUES and not said & CIVILIAN_CUES):
            kept.update(found)
    return kept


def _is_of_group(words: ParagraphTokens, number: QuantityMention) -> bool:
    """`a battalion of 350`, `three brigades with nearly 9,000`."""
    i, j = number
    before, is_open = words.next_to(i - 1), has_no_noun(words, j)
    if before == "with":
        return is_open and words.next_to(i - 2) in GROUP_NOUNS
    return before == "of" and (is_open or words.next_to(j) in cues("counts.after_group")) and _is_group(words, i - 2)


def _is_numbered(words: ParagraphTokens, number: QuantityMention) -> bool:
    """`the garrison numbered 900`."""
    near = words_around(words, *number)
    is_verb = words.next_to(number.start - 1) in cues("counts.numbering")
    return is_verb and bool(near & MILITARY_CUES) and not near & CIVILIAN_CUES


def _is_implied(words: ParagraphTokens, i: int, sentences: SentenceContext) -> bool:
    """Whether a sentence speaks of strength, or of how a force changed, in front of a quantity at token `i`."""
    said = sentences.said(i, before=REACH, behind=0)
    if said & CIVIL_CUES or sentences.said(i, before=UNIT_REACH, behind=0) & CIVILIAN_CUES:
        return False
    if words.next_to(i - 1) in cues("counts.not_after"):
        return False
    return bool(said & cues("counts.strength") or (said & cues("counts.changes") and _follows_unit(words, i)))


def _is_stated_strength(words: ParagraphTokens, number: QuantityMention, sentences: SentenceContext) -> bool:
    """`the authorized strength of 16,700`, `personnel totalled 16,089`, `the strength stood at 4,012`."""
    i = number.start
    before, earlier = words.next_to(i - 1), words.next_to(i - 2)
    said = sentences.said(i, before=UNIT_REACH, behind=0)
    if said & CIVILIAN_CUES:
        return False
    if before == "of":
        return earlier == "strength"
    if before == "at" and said & PUTTING:
        return bool(said & (cues("counts.strength") | LOSSES))
    is_size = before in cues("counts.numbering") or (before == "at" and earlier in STANDING)
    return is_size and bool(said & (cues("counts.strength") | {"military"}))


def _is_group(words: ParagraphTokens, k: int) -> bool:
    if words.next_to(k - 1) in CIVIL_CUES:
        return False
    return words.next_to(k) in GROUP_NOUNS or (words.next_to(k) == ")" and bool(words.kind(k - 1) & TokenFlag.UPPER))


def _follows_unit(words: ParagraphTokens, i: int) -> bool:
    lex = lexicon()
    return any(lex.is_unit(word) for word in words.words[max(0, i - UNIT_REACH) : i])


def _elliptic_rule(
    words: ParagraphTokens, number: QuantityMention, sentences: SentenceContext, soldiers: set[int]
) -> str:
    """The rule by which a quantity counts military people, or nothing."""
    sentence = sentences.number(number.start)
    is_near = not soldiers.isdisjoint((sentence, sentence - 1))
    if _is_part(words, number, is_near=is_near):
        return "count.of"
    if (is_near or _speaks_of_soldiers(sentences, number.start)) and _is_loss(words, number):
        return "count.loss"
    if is_near and _is_rest(words, number):
        return "count.rest"
    if is_strength(words, number, sentences):
        return "count.strength"
    return "count.unsaid" if sentence in soldiers and _is_plain_count(words, number, sentences) else ""


def _is_part(words: ParagraphTokens, number: QuantityMention, *, is_near: bool) -> bool:
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


def _is_of_them(words: ParagraphTokens, k: int) -> bool:
    """`of them`, and `of the 50,000`, whose noun is unsaid, too."""
    is_number = words.next_to(k) == "the" and number_value(words.next_to(k + 1)) >= LEAST_STRENGTH
    return is_number or words.next_to(k) in ("them", "whom")


def _is_of_soldiers(words: ParagraphTokens, j: int, *, is_near: bool) -> bool:
    """Whether the noun behind `of` at token `j` names military people."""
    strong, weak, _ = personnel_nouns()
    for k in range(j + 1, min(j + 1 + PART, len(words))):
        word = words.lower[k]
        is_noun = word in strong and (word not in weak or is_near or word in ("men", "personnel", "attackers"))
        if is_noun and words.next_to(k + 1) not in POSSESSION:
            return True
        is_other = words.kinds[k] & TokenFlag.FUNCTION and word not in DETERMINERS
        if is_other or word in CIVIL_CUES or word in ".,;":
            return False
    return False


def _determines(words: ParagraphTokens, k: int) -> bool:
    """Whether a determiner, a possessor or a quantity begins at `k`."""
    if words.next_to(k) in DETERMINERS or words.next_to(k + 1) in GENITIVES:
        return True
    return words.next_to(k)[:1].isdigit() or words.next_to(k) in ("some", "about", "more", "up")


def _speaks_of_soldiers(sentences: SentenceContext, i: int) -> bool:
    """Whether the sentence of token `i` names soldiers, counted or not, and nobody else."""
    said = sentences.said(i)
    strong, weak, _ = personnel_nouns()
    return not said.isdisjoint(strong - weak) and said.isdisjoint(CIVIL_CUES)


def _is_of_unit(words: ParagraphTokens, number: QuantityMention, units: Mapping[int, int]) -> bool:
    """`the 37,000 of the Unified Task Force`: a quantity of what a force consists of."""
    j = number.end
    if words.next_to(j) != "of" or words.lower[number.start] in (*ARTICLES, "one"):
        return False
    end = units.get(j + 1 + (words.next_to(j + 1) in ("the", "its")))
    return end is not None and not words.kind(end) & TokenFlag.COMMON and words.next_to(end) not in POSSESSION


def _is_rest(words: ParagraphTokens, number: QuantityMention) -> bool:
    """`the remaining 1,500`, `3,200 of their own`: more of the soldiers that were spoken of."""
    i, j = number
    if words.lower[j : j + 2] == ["of", "their"] and words.next_to(j + 2) == "own":
        return True
    return words.next_to(i - 1) == "remaining" and (has_no_noun(words, j) or words.next_to(j) in VERBS)


def _is_loss(words: ParagraphTokens, number: QuantityMention) -> bool:
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


def _is_plain_count(words: ParagraphTokens, number: QuantityMention, sentences: SentenceContext) -> bool:
    """A quantity that counts nothing else in a sentence about soldiers: `… and the Netherlands 270`."""
    i, j = number
    before, following = words.next_to(i - 1), words.next_to(j)
    if words.kind(i - 1) & TokenFlag.CAP and gazetteer().match(words.forms, i - 1)[1] < SURE:
        return False
    is_age = before == following == ","
    is_day = before == "and" and bool(words.kind(i - 3) & TokenFlag.TIME)
    is_pronoun = words.lower[i:j] == ["one"] or words.lower[i] in ARTICLES
    is_clause = words.words[j - 1].isdigit() and int(words.words[j - 1]) < LEAST_FIGURE and following not in VERBS
    if following == "others":
        return words.next_to(j + 1) not in ("were", "was") and not sentences.said(i, NEAR_UNIT, NEAR_UNIT) & CIVIL_CUES
    if before in cues("counts.among") and words.next_to(i - 2) in ("of", "among"):
        return True
    if is_age or is_day or is_pronoun or is_clause or before in cues("counts.not_after"):
        return False
    if not has_no_noun(words, j) and following not in VERBS:
        return False
    return not sentences.said(i, before=NEAR_UNIT, behind=NEAR_UNIT) & CIVIL_CUES


def _closes_bracket(words: ParagraphTokens, j: int) -> bool:
    """Whether a bracket closes at token `j`, or behind words that say where or what: `(148, a field hospital)`."""
    if words.next_to(j) not in (")", ",", "at", "in"):
        return False
    inside = words.lower[j : j + BRACKET]
    return ")" in inside and "(" not in inside[: inside.index(")")]


def _prose_contributions(words: ParagraphTokens, rest: list[QuantityMention]) -> set[QuantityMention]:
    """Contributions told one after the other: `Germany provides around 850 …; Norway 188 …; Iceland with one`."""
    told = {number for number in rest if not is_date(words, number) and _is_contribution(words, number)}
    is_list = len(told) >= LEAST_LISTED and not CIVILIAN_CUES & set(words.lower)
    return told if is_list and MILITARY_CUES & set(words.lower) else set()


def _is_contribution(words: ParagraphTokens, number: QuantityMention) -> bool:
    """Whether a state stands before a quantity that no noun follows."""
    i, j = number
    k = i - 1 - (words.next_to(i - 1) in GIVING)
    if k < 0 or not (has_no_noun(words, j) or words.next_to(j) == "of"):
        return False
    return any(
        gazetteer().end(words.forms, s) == k + 1 and gazetteer().match(words.forms, s)[1] >= SURE
        for s in range(max(0, k - 2), k + 1)
        if words.kinds[s] & TokenFlag.CAP
    )


def _table_contributions(words: ParagraphTokens, rest: list[QuantityMention]) -> set[QuantityMention]:
    """The column of a table whose rows begin with states: `Austria      463`."""
    rows = {
        number
        for number in rest
        if number.start
        and words.starts[number.start] - words.ends[number.start - 1] >= GAP
        and (words.kind(number.end) & TokenFlag.CAP or number.end == len(words))
        and words.kind(number.start - 1) & TokenFlag.CAP
        and gazetteer().values.get(words.forms[number.start - 1], 0.0) >= SURE
    }
    return rows if len(rows) > 1 and not CIVIL_CUES & set(words.lower) else set()
