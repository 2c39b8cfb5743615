"""Quantities of military people whose noun is left out (rule T-1, T-2): strengths, losses, parts of a whole, lists.

Without a noun, the sentence must mention military people already, count their dead and wounded, or speak of strength.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.military_news.candidates import COUNT, SpanCandidate
from goldspan.suggest.military_news.count_topics import TopicReader, find_topic_counts
from goldspan.suggest.military_news.gazetteer import SURE, gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.military_news.quantity_mentions import (
    AFTER_BARE,
    ARTICLES,
    CIVIL_CUES,
    CIVILIAN_CUES,
    GAP,
    GROUP_NOUNS,
    LOSSES,
    MILITARY_CUES,
    NEAR_UNIT,
    POLICE,
    POSSESSION,
    VERBS,
    SentenceContext,
    has_no_noun,
    is_age,
    is_date,
    number_value,
    personnel_nouns,
    words_around,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.suggest.military_news.count_topics import CountTopic
    from goldspan.suggest.military_news.quantity_mentions import QuantityMention
    from goldspan.suggest.military_news.tokens import ParagraphTokens

# Fewer people than this are not a strength.
LEAST_STRENGTH = 30

# How far before a quantity its cue may be, and the force that it is the strength of.
CUE_REACH = 9
UNIT_REACH = 12

# After these verbs `at` gives a size and no place: `the strength stood at 4,012`, `put the losses of … at 700`.
STANDING = cues("counts.standing")
PUTTING = cues("counts.putting")
DETERMINERS = cues("counts.determiners")
GENITIVES = frozenset(("'s", "’s"))

# Less than this in figures numbers clauses.
LEAST_FIGURE = 5

# How far after a quantity the noun of the whole that it is part of may be.
PART_REACH = 7
LOSS_REACH = 4
CIVIL_REACH = 6

NOUN_REACH = 4
PART_AFTER = 5
ELLIPTIC_NOUNS = frozenset(("others", "casualties", "fatalities"))
SAID_TO_BE = frozenset(
    ("believed", "thought", "said", "reported", "known", "reportedly", "to", "be", "also", "all", "a", "an", "his")
)
# Nouns for all soldiers: who says that some of the dead were these says that others were not.
ANY_SOLDIERS = frozenset(("soldiers", "troops", "servicemen", "fighters", "militants", "rebels", "insurgents"))
MANDATED = frozenset(
    ("mandated", "authorized", "authorised", "planned", "required", "expected", "promised", "requested", "projected")
)

# The fewest states with a quantity that make a list of contributions, and the words that may be between the two.
LEAST_LISTED = 3
GIVING = cues("counts.giving")

# The most tokens that may follow a quantity inside its brackets.
BRACKET_REACH = 7


def is_strength(tokens: ParagraphTokens, number: QuantityMention, sentences: SentenceContext) -> bool:
    """`a troop strength of 5,230`, `a battalion of 350`, `shrank to under 10,000` after a force."""
    i, j = number
    if max(number_value(tokens.words[i]), number_value(tokens.words[j - 1])) < LEAST_STRENGTH:
        return False
    if _is_of_group(tokens, number):
        return True
    if not has_no_noun(tokens, j) or (
        tokens.flags_at(i - 1) & TokenFlag.CAP and tokens.flags_at(i - 1) & (TokenFlag.CLASS | TokenFlag.PREFIX)
    ):
        return False
    return (
        _is_numbered(tokens, number)
        or _is_stated_strength(tokens, number, sentences)
        or _is_implied(tokens, number.start, sentences)
    )


def find_elliptic_counts(
    tokens: ParagraphTokens,
    rest: list[QuantityMention],
    counts: list[SpanCandidate],
    units: Mapping[int, int],
    topic: CountTopic,
) -> Iterator[SpanCandidate]:
    """The quantities among `rest` that count military people, too.

    Args:
        tokens: the paragraph.
        rest: its quantities that no noun follows.
        counts: its quantities of military people.
        units: the unit names found in it, end by start.
        topic: what the article counted before; it is brought up to date.
    """
    sentences = SentenceContext(tokens)
    rest = [number for number in rest if not _counts_others(tokens, number)]
    found = list(_by_sentence(tokens, rest, counts, units, sentences))
    known = {c.start for c in found}
    unknown = [number for number in rest if number.start not in known]
    found += find_topic_counts(TopicReader(tokens, units, sentences), unknown, [*counts, *found], topic)
    for count in found:
        # *Others* is the noun: `two others`; so are *casualties*.
        yield count._replace(end=count.end + (tokens.word_at(count.end) in ELLIPTIC_NOUNS))


def _by_sentence(
    tokens: ParagraphTokens,
    rest: list[QuantityMention],
    counts: list[SpanCandidate],
    units: Mapping[int, int],
    sentences: SentenceContext,
) -> Iterator[SpanCandidate]:
    """The quantities of military people that their own sentence shows."""
    soldiers = {sentences.number(c.start) for c in counts}
    lists = find_listed_contributions(tokens, rest, sentences)
    for number in rest:
        if is_date(tokens, number) or is_age(tokens, number):
            continue
        if number in lists:
            rule = "count.list"
        else:
            of_unit = _is_of_unit(tokens, number, units)
            of_unit = of_unit or are_soldiers(tokens, number.end)
            rule = "count.of" if of_unit else _elliptic_rule(tokens, number, sentences, soldiers)
        if rule:
            yield SpanCandidate(*number, COUNT, rule, 0.7)
        if rule == "count.strength":
            soldiers.add(sentences.number(number.start))


def find_listed_contributions(
    tokens: ParagraphTokens, rest: list[QuantityMention], sentences: SentenceContext
) -> set[QuantityMention]:
    """Numbers in brackets after names in a sentence about troops: `from Fiji (594), Finland (493)`.

    Args:
        tokens: the paragraph.
        rest: its quantities that no noun follows.
        sentences: of the paragraph.
    """
    listed: dict[int, list[QuantityMention]] = {}
    for number in rest:
        i, j = number
        bracketed = (
            tokens.word_at(i - 1) == "(" and tokens.flags_at(i - 2) & TokenFlag.CAP and _closes_bracket(tokens, j)
        )
        if bracketed and not is_date(tokens, number):
            listed.setdefault(sentences.number(i), []).append(number)
    contributions = _table_contributions(tokens, rest) | _prose_contributions(tokens, rest)
    for mentions in listed.values():
        near_words = sentences.words_near(mentions[0].start) if len(mentions) > 1 else set()
        is_named = not near_words.isdisjoint(personnel_nouns()[0]) and near_words.isdisjoint(CIVIL_CUES)
        if is_named or (near_words & MILITARY_CUES and not near_words & CIVILIAN_CUES):
            contributions.update(mentions)
    return contributions


def are_soldiers(tokens: ParagraphTokens, j: int) -> bool:
    """Whether it is said after a quantity what it counts: `four were soldiers`, `700 are believed to be fighters`."""
    if tokens.word_at(j) not in ("is", "are", "was", "were"):
        return False
    k = j + 1
    while tokens.word_at(k) in SAID_TO_BE:
        k += 1
    return _names_soldiers(tokens, k)


def _names_soldiers(tokens: ParagraphTokens, k: int) -> bool:
    """Whether a noun for soldiers comes at `k`, after adjectives."""
    strong, weak, adjectives = personnel_nouns()
    for n in range(k, min(k + NOUN_REACH, len(tokens))):
        if tokens.lower[n] in strong - weak:
            return True
        if tokens.lower[n] not in adjectives and not tokens.flags[n] & TokenFlag.DEMONYM:
            return False
    return False


def _counts_others(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """Whether a quantity takes in people who are no soldiers (T-5): `23 dead, 15 of them soldiers`.

    So does a part that they are: `two of them market women`.
    """
    j = number.end
    if tokens.word_at(j) == "of" and tokens.word_at(j + 1) in ("them", "whom"):
        return _names_civilians(tokens, j + 2)
    comma = next((k for k in range(j, min(j + PART_AFTER, len(tokens))) if tokens.lower[k] in ",.;:"), j)
    if tokens.word_at(comma) != ",":
        return False
    for of in range(comma + 2, min(comma + PART_AFTER, len(tokens))):
        if tokens.lower[of] == "of" and tokens.word_at(of + 1) in ("them", "whom") and tokens.lower[of - 1] != "all":
            return _names_civilians(tokens, of + 2) or tokens.word_at(of + 2) in ANY_SOLDIERS
    return False


def _names_civilians(tokens: ParagraphTokens, k: int) -> bool:
    """Whether the words from `k` to the next mark name civilians or police."""
    for n in range(k, min(k + CIVIL_REACH, len(tokens))):
        word = tokens.lower[n]
        if word in ",.;:":
            return False
        if word in CIVIL_CUES - {"women", "local"} or (
            word == "women" and tokens.word_at(n - 1) in ("market", "village")
        ):
            return True
    return False


def _is_of_group(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """`a battalion of 350`, `three brigades with nearly 9,000`."""
    i, j = number
    before, is_open = tokens.word_at(i - 1), has_no_noun(tokens, j)
    if before == "with":
        return is_open and tokens.word_at(i - 2) in GROUP_NOUNS
    return before == "of" and (is_open or tokens.word_at(j) in cues("counts.after_group")) and _is_group(tokens, i - 2)


def _is_numbered(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """`the garrison numbered 900`."""
    near = words_around(tokens, *number)
    is_verb = tokens.word_at(number.start - 1) in cues("counts.numbering")
    return is_verb and bool(near & MILITARY_CUES) and not near & CIVILIAN_CUES


def _is_implied(tokens: ParagraphTokens, i: int, sentences: SentenceContext) -> bool:
    """Whether a sentence speaks of strength, or of how a force changed, in front of a quantity at token `i`."""
    near_words = sentences.words_near(i, before=CUE_REACH, after=0)
    if near_words & CIVIL_CUES or sentences.words_near(i, before=UNIT_REACH, after=0) & CIVILIAN_CUES:
        return False
    if tokens.word_at(i - 1) in cues("counts.not_after"):
        return False
    return bool(
        near_words & cues("counts.strength") or (near_words & cues("counts.changes") and _follows_unit(tokens, i))
    )


def _is_stated_strength(tokens: ParagraphTokens, number: QuantityMention, sentences: SentenceContext) -> bool:
    """`the authorized strength of 16,700`, `personnel totalled 16,089`, `the strength stood at 4,012`."""
    i = number.start
    before, earlier = tokens.word_at(i - 1), tokens.word_at(i - 2)
    near_words = sentences.words_near(i, before=UNIT_REACH * (1 + (before == "at")), after=0)
    if near_words & CIVILIAN_CUES:
        return False
    if before == "of":
        return earlier == "strength"
    if before == "at" and near_words & PUTTING:
        is_loss = "losses" in near_words or (near_words & (LOSSES | {"toll"}) and near_words & MILITARY_CUES)
        return bool(near_words & cues("counts.strength") or is_loss) and not near_words & CIVIL_CUES
    is_size = before in cues("counts.numbering") or (before == "at" and earlier in STANDING)
    return is_size and bool(near_words & (cues("counts.strength") | {"military", "forces", "army", "navy"}))


def _is_group(tokens: ParagraphTokens, k: int) -> bool:
    if tokens.word_at(k - 1) in CIVIL_CUES:
        return False
    return tokens.word_at(k) in GROUP_NOUNS or (
        tokens.word_at(k) == ")" and bool(tokens.flags_at(k - 1) & TokenFlag.UPPER)
    )


def _follows_unit(tokens: ParagraphTokens, i: int) -> bool:
    lex = lexicon()
    return any(lex.is_unit(word) for word in tokens.words[max(0, i - UNIT_REACH) : i])


def _elliptic_rule(
    tokens: ParagraphTokens, number: QuantityMention, sentences: SentenceContext, soldiers: set[int]
) -> str:
    """The rule by which a quantity counts military people, or nothing."""
    sentence = sentences.number(number.start)
    is_near = not soldiers.isdisjoint((sentence, sentence - 1))
    is_of_police = sentence not in soldiers and not POLICE.isdisjoint(sentences.words_near(number.start, after=0))
    if _is_part(tokens, number, is_near=is_near and not is_of_police):
        return "count.of"
    if (is_near or _speaks_of_soldiers(sentences, number.start)) and _is_loss(tokens, number):
        return "count.loss"
    if is_near and _is_rest(tokens, number):
        return "count.rest"
    if is_strength(tokens, number, sentences):
        return "count.strength"
    return "count.unsaid" if sentence in soldiers and _is_plain_count(tokens, number, sentences) else ""


def _is_part(tokens: ParagraphTokens, number: QuantityMention, *, is_near: bool) -> bool:
    """`14,000 of its soldiers`, `some 6,000 of its 12,000 men`; `two of them` where soldiers are near."""
    i, j = number
    if tokens.word_at(j) != "of" or tokens.lower[i] in ARTICLES:
        return False
    if is_near and _is_of_them(tokens, j + 1):
        return True
    if (tokens.lower[i] == "one" and tokens.word_at(j + 1) not in ("its", "their", "his", "our")) or not _determines(
        tokens, j + 1
    ):
        return False
    return _is_of_soldiers(tokens, j, is_near=is_near)


def _is_of_them(tokens: ParagraphTokens, k: int) -> bool:
    """`of them`, and `of the 50,000`, whose noun is left out, too."""
    is_number = tokens.word_at(k) == "the" and number_value(tokens.word_at(k + 1)) >= LEAST_STRENGTH
    return is_number or tokens.word_at(k) in ("them", "whom")


def _is_of_soldiers(tokens: ParagraphTokens, j: int, *, is_near: bool) -> bool:
    """Whether the noun after `of` at token `j` names military people."""
    strong, weak, _ = personnel_nouns()
    for k in range(j + 1, min(j + 1 + PART_REACH, len(tokens))):
        word = tokens.lower[k]
        is_noun = word in strong and (word not in weak or is_near or word in ("men", "personnel", "attackers"))
        if is_noun and tokens.word_at(k + 1) not in POSSESSION:
            return True
        is_other = tokens.flags[k] & TokenFlag.FUNCTION and word not in DETERMINERS
        if is_other or word in CIVIL_CUES or word in ".,;":
            return False
    return False


def _determines(tokens: ParagraphTokens, k: int) -> bool:
    """Whether a determiner, a possessor or a quantity begins at `k`."""
    if tokens.word_at(k) in DETERMINERS or tokens.word_at(k + 1) in GENITIVES:
        return True
    if tokens.word_at(k) in ("a", "an") and tokens.word_at(k + 1) in MANDATED:
        k += 2
    return tokens.word_at(k)[:1].isdigit() or tokens.word_at(k) in ("some", "about", "more", "up")


def _speaks_of_soldiers(sentences: SentenceContext, i: int) -> bool:
    """Whether the sentence of token `i` names soldiers, counted or not, and no one else."""
    near_words = sentences.words_near(i)
    strong, weak, _ = personnel_nouns()
    return not near_words.isdisjoint(strong - weak) and near_words.isdisjoint(CIVIL_CUES)


def _is_of_unit(tokens: ParagraphTokens, number: QuantityMention, units: Mapping[int, int]) -> bool:
    """`the 37,000 of the Unified Task Force`: a quantity of what a force consists of."""
    j = number.end
    if tokens.word_at(j) != "of" or tokens.lower[number.start] in (*ARTICLES, "one"):
        return False
    end = units.get(j + 1 + (tokens.word_at(j + 1) in ("the", "its")))
    return end is not None and not tokens.flags_at(end) & TokenFlag.COMMON and tokens.word_at(end) not in POSSESSION


def _is_rest(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """`the remaining 1,500`, `3,200 of their own`: further soldiers of those mentioned before."""
    i, j = number
    if tokens.lower[j : j + 2] == ["of", "their"] and tokens.word_at(j + 2) == "own":
        return True
    return tokens.word_at(i - 1) == "remaining" and (has_no_noun(tokens, j) or tokens.word_at(j) in VERBS)


def _is_loss(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """`… and 43 were wounded`, `capturing 17`: the dead and wounded of a sentence about soldiers."""
    i, j = number
    following = tokens.word_at(j)
    if following == "of" and tokens.word_at(j + 1) not in ("them", "whom"):
        return False
    if following in ("others", "more"):
        following = tokens.word_at(j + 1)
    tail = {following, *tokens.lower[j : j + LOSS_REACH]}
    if following in VERBS and tail & (LOSSES | {"fell"}):
        return not {*tokens.lower[max(0, i - CIVIL_REACH) : j + CIVIL_REACH + LOSS_REACH]} & cues("counts.civil")
    return tokens.word_at(i - 1) in cues("counts.losing") and (not following or following in AFTER_BARE)


def _is_plain_count(tokens: ParagraphTokens, number: QuantityMention, sentences: SentenceContext) -> bool:
    """A quantity that counts nothing else in a sentence about soldiers: `… and the Netherlands 270`."""
    i, j = number
    before, following = tokens.word_at(i - 1), tokens.word_at(j)
    if tokens.flags_at(i - 1) & TokenFlag.CAP and gazetteer().match(tokens.forms, i - 1)[1] < SURE:
        return False
    is_age = before == following == ","
    is_day = before == "and" and bool(tokens.flags_at(i - 3) & TokenFlag.TIME)
    is_one_of = before == "of" and tokens.word_at(i - 2) == "one"
    is_pronoun = tokens.lower[i:j] == ["one"] or tokens.lower[i] in ARTICLES
    is_clause = tokens.words[j - 1].isdigit() and int(tokens.words[j - 1]) < LEAST_FIGURE and following not in VERBS
    if following == "others":
        return (
            tokens.word_at(j + 1) not in ("were", "was")
            and not sentences.words_near(i, NEAR_UNIT, NEAR_UNIT) & CIVIL_CUES
        )
    if before in cues("counts.among") and tokens.word_at(i - 2) in ("of", "among"):
        return True
    if is_age or is_day or is_pronoun or is_clause or is_one_of or before in cues("counts.not_after") | {")"}:
        return False
    if not has_no_noun(tokens, j) and following not in VERBS:
        return False
    return not sentences.words_near(i, before=NEAR_UNIT, after=NEAR_UNIT) & CIVIL_CUES


def _closes_bracket(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a bracket closes at token `j`, or after words that describe: `(148, a field hospital)`."""
    if tokens.word_at(j) not in (")", ",", "at", "in"):
        return False
    inside = tokens.lower[j : j + BRACKET_REACH]
    return ")" in inside and "(" not in inside[: inside.index(")")]


def _prose_contributions(tokens: ParagraphTokens, rest: list[QuantityMention]) -> set[QuantityMention]:
    """Contributions in running text: `Germany provides around 850 …; Norway 188 …; Iceland with one`."""
    contributions = {number for number in rest if not is_date(tokens, number) and _is_contribution(tokens, number)}
    if not MILITARY_CUES & set(tokens.lower):
        return set()
    if not CIVILIAN_CUES & set(tokens.lower):
        return contributions if len(contributions) >= LEAST_LISTED else set()
    # Elsewhere the paragraph may speak of police.
    sentences = SentenceContext(tokens)
    by_sentence: dict[int, set[QuantityMention]] = {}
    for number in contributions:
        if not CIVILIAN_CUES & sentences.words_near(number.start):
            by_sentence.setdefault(sentences.number(number.start), set()).add(number)
    return set().union(*(listed for listed in by_sentence.values() if len(listed) >= LEAST_LISTED))


def _is_contribution(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """Whether a state precedes a quantity that no noun follows."""
    i, j = number
    is_listed = tokens.word_at(i - 1) == "," and tokens.word_at(j) in (";", ".", "and", "")
    k = i - 1 - (is_listed or tokens.word_at(i - 1) in GIVING)
    if k < 0 or not (has_no_noun(tokens, j) or tokens.word_at(j) == "of"):
        return False
    return any(
        gazetteer().end(tokens.forms, s) == k + 1 and gazetteer().match(tokens.forms, s)[1] >= SURE
        for s in range(max(0, k - 2), k + 1)
        if tokens.flags[s] & TokenFlag.CAP
    )


def _table_contributions(tokens: ParagraphTokens, rest: list[QuantityMention]) -> set[QuantityMention]:
    """The column of a table whose rows begin with states: `Austria      463`."""
    rows = {
        number
        for number in rest
        if number.start
        and tokens.starts[number.start] - tokens.ends[number.start - 1] >= GAP
        and (tokens.flags_at(number.end) & TokenFlag.CAP or number.end == len(tokens))
        and tokens.flags_at(number.start - 1) & TokenFlag.CAP
        and gazetteer().values.get(tokens.forms[number.start - 1], 0.0) >= SURE
    }
    return rows if len(rows) > 1 and not CIVIL_CUES & set(tokens.lower) else set()
