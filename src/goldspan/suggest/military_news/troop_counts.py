"""Quantities of military people (rule T-1 to T-5): an explicit quantity, the adjectives, the noun.

The grammar of quantities is `goldspan.quantities`; this module decides what they count.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.candidates import COUNT, SpanCandidate
from goldspan.suggest.military_news.elliptic_counts import find_elliptic_counts
from goldspan.suggest.military_news.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.military_news.quantity_mentions import (
    COMPOUNDS,
    GAP,
    GROUP_NOUNS,
    MILITARY_CUES,
    MILITARY_GROUPS,
    NEAR_UNIT,
    POLICE,
    POSSESSION,
    SOLDIER_COMPOUNDS,
    VERBS,
    find_quantities,
    has_no_noun,
    is_civil_by,
    is_led,
    is_of_law_force,
    is_of_police,
    names_platforms,
    personnel_nouns,
    words_around,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.suggest.military_news.count_topics import CountTopic
    from goldspan.suggest.military_news.quantity_mentions import QuantityMention
    from goldspan.suggest.military_news.tokens import ParagraphTokens

CIVIL = cues("counts.civil")
CIVILIANS = POLICE | {"civilian", "civilians"}

# The most words between a quantity and its noun, and between a noun and the longer one it belongs to.
MOST_BETWEEN = 8
MOST_AFTER = 3
FORCE_NAME = 5
BEFORE_WITH = 6

# Crews that are rescued are those of merchant ships: `the frigate rescued 19 crew`.
CREWS = frozenset(("crew", "crew members", "crewmembers", "crewmen"))
RESCUES = frozenset(("rescued", "evacuated", "saved", "airlifted", "freed", "sinking", "merchant"))
RESCUE_REACH = 4
NEGATIONS = frozenset(("non", "anti"))
# What introduces a part of the people counted, after a comma: `650 more, mostly Rangers`.
MAINLY = frozenset(("mostly", "mainly", "predominantly", "largely", "primarily"))
GUARDS = frozenset(("guard", "corps", "garrison", "crew", "fleet", "navy"))
GROUP_HEADS = GROUP_NOUNS | GUARDS
TEAMS = frozenset(("team", "cell", "party", "section", "element", "detail"))
CRIME = cues("topics.crime")
# Words of forces that companies use, too: `the company has a group of 40 engineers`.
COMPANY_WORDS = frozenset(("company", "companies", "group", "force", "base", "unit", "units", "division", "commander"))
PRISONERS_OF_WAR = ["prisoners", "of", "war"]
SPORT = cues("topics.sport")
ONE = frozenset(("one", "1", "a", "an", "single", "lone"))
QUOTES = frozenset(('"', "“", "”", "''", "``"))


def find_troop_counts(tokens: ParagraphTokens, units: Mapping[int, int], topic: CountTopic) -> Iterator[SpanCandidate]:
    """All quantities of military people of a paragraph.

    Args:
        tokens: the paragraph.
        units: the unit names found in it, end by start.
        topic: what the article counted before; it is brought up to date.
    """
    counts: list[SpanCandidate] = []
    rest: list[QuantityMention] = []
    end = 0
    for number in find_quantities(tokens):
        if number.start < end:
            continue
        count = _compound_count(tokens, number) or _count_with_noun(tokens, number, units)
        if count and _is_quoted(tokens, number):
            count = count._replace(end=number.end)
        if count is None:
            rest.append(number)
        else:
            counts.append(count)
            end = count.end
    yield from counts
    yield from find_elliptic_counts(tokens, rest, counts, units, topic)


def _is_quoted(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """Whether the number alone is in quotation marks: `“more than ten” casualties` (G-2)."""
    j = number.end
    return tokens.word_at(j) in QUOTES and tokens.tight[j] and tokens.word_at(number.start - 1) in QUOTES


def _compound_count(tokens: ParagraphTokens, number: QuantityMention) -> SpanCandidate | None:
    """`3,000-strong`, `30-man patrol` (T-4)."""
    i, j = number
    if tokens.lower[j - 1] not in COMPOUNDS:
        if not tokens.is_hyphen(j) or tokens.word_at(j + 1) not in COMPOUNDS:
            return None
        j += 2
    if tokens.lower[j - 1] == "strong" or tokens.lower[j - 1] in SOLDIER_COMPOUNDS:
        return SpanCandidate(i, j, COUNT, "count.strong", 0.9)
    is_among_soldiers = not MILITARY_CUES.isdisjoint(_sentence_near(tokens, i, j))
    heads = GROUP_HEADS | (TEAMS if is_among_soldiers else frozenset())
    head = next((k for k in range(j, j + MOST_AFTER + 1) if tokens.word_at(k) in heads), None)
    is_force = head is not None and CIVIL.isdisjoint(tokens.lower[j:head]) and POLICE.isdisjoint(tokens.lower[j:head])
    return SpanCandidate(i, j, COUNT, "count.strong", 0.7) if is_force else None


def _count_with_noun(
    tokens: ParagraphTokens, number: QuantityMention, units: Mapping[int, int]
) -> SpanCandidate | None:
    """The quantity with the noun after it."""
    strong, _, _ = personnel_nouns()
    lower, j = tokens.lower, number.end
    j += tokens.word_at(j) == "of" and lower[j - 1] in cues("counts.vague")
    is_military = is_strange = False
    for _ in range(MOST_BETWEEN):
        word = tokens.word_at(j)
        if j in units:
            last = tokens.lower[units[j] - 1]
            last = last if last in strong else " ".join(tokens.lower[units[j] - 2 : units[j]])
            if last in strong and not _is_modifier_noun(tokens, units[j] - 1):
                return _candidate_with_noun(tokens, number, units[j], last, is_military=True)
            j, is_military = units[j], True
            continue
        if j > number.end and tokens.starts[min(j, len(tokens) - 1)] - tokens.ends[j - 1] >= GAP:
            break
        pair = f"{word} {tokens.word_at(j + 1)}"
        if pair in strong:
            return _candidate_with_noun(tokens, number, j + 2, pair, is_military=is_military)
        is_noun = (word in strong or lower[j : j + 3] == PRISONERS_OF_WAR) and not _is_modifier_noun(tokens, j)
        if is_noun and (lower[number.end - 1] in ONE or word not in _singular_nouns()):
            end = j + 3 if lower[j : j + 3] == PRISONERS_OF_WAR else j + 1
            return _candidate_with_noun(tokens, number, end, " ".join(lower[j:end]), is_military=is_military)
        if word in POLICE and tokens.word_at(j + 1) in ("and", "or") and tokens.word_at(j + 2) in strong:
            return SpanCandidate(number.start, j + 3, COUNT, "count.personnel", 0.8)
        step = _adjective_length(tokens, j, number.end)
        if not step:
            if is_strange or not _is_unlisted(tokens, j):
                break
            step = is_strange = True
        is_military = is_military or _is_military(tokens, j)
        j += step
    return None


@cache
def _singular_nouns() -> frozenset[str]:
    """The nouns of one soldier, which among several only describe: `two fighter squadrons`."""
    strong, _, _ = personnel_nouns()
    return frozenset(
        word for word in strong if word + "s" in strong or (word.endswith("man") and f"{word[:-3]}men" in strong)
    )


def _adjective_length(tokens: ParagraphTokens, j: int, first: int) -> int:
    """How many tokens the adjective at `j` has that may precede the noun; 0 if there is none."""
    _, _, adjectives = personnel_nouns()
    word, flags = tokens.word_at(j), tokens.flags_at(j)
    if not word or word in (CIVIL - adjectives) | POLICE | cues("counts.measures"):
        return 0
    if word in adjectives or flags & TokenFlag.DEMONYM:
        return 1
    if word == "(" and tokens.word_at(j + 2) == ")" and tokens.flags[j + 1] & TokenFlag.UPPER:
        return 3
    if not word[0].isalpha() or word in ("and", "or", "of"):
        return _joint_length(tokens, j, first)
    is_name = (
        flags & TokenFlag.CAP
        and not flags & (TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.TITLE)
        and not tokens.first[j]
    )
    return int(bool(is_name))


def _joint_length(tokens: ParagraphTokens, j: int, first: int) -> int:
    """How many tokens the hyphen, comma or word that joins adjectives at `j` takes with it; 0 if it joins none."""
    strong, _, adjectives = personnel_nouns()
    word, following = tokens.word_at(j), tokens.word_at(j + 1)
    if tokens.is_hyphen(j):
        # `900 Citizen-Soldiers`
        return 1 if following in strong and tokens.word_at(j - 1) not in NEGATIONS else 2
    if word in QUOTES:
        return int(j == first or following in strong)
    if word == "of":
        # `185,000 Ministry of Defence personnel`
        return int(j > first and bool(tokens.flags_at(j - 1) & tokens.flags_at(j + 1) & TokenFlag.CAP))
    is_next = following in adjectives or tokens.flags_at(j + 1) & TokenFlag.DEMONYM
    return int(word in (",", "and", "or") and j > first and bool(is_next) and (word != "," or following not in MAINLY))


def _is_unlisted(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a word that is in no list may be an adjective: `contract soldiers`."""
    word = tokens.word_at(j)
    if not word.isalpha() or tokens.flags[j] & TokenFlag.FUNCTION or word.endswith("s"):
        return False
    return word not in CIVIL | POLICE | cues("counts.measures") | cues("counts.losses") | cues("counts.verbs")


def _is_military(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a word before the noun shows that the people are military: `armed`, `FMLN`."""
    word = tokens.words[j]
    return tokens.lower[j] in cues("counts.military") or (
        lexicon().is_org(word) and word not in cues("counts.civil_bodies")
    )


def _is_modifier_noun(tokens: ParagraphTokens, j: int) -> bool:
    """Whether a noun is only the first part of a longer one: `infantry soldiers`, `rebel troops`, `Taliban leaders`."""
    strong, _, adjectives = personnel_nouns()
    for k in range(j + 1, j + 1 + MOST_AFTER):
        word = tokens.word_at(k)
        if word in strong:
            return True
        if word not in adjectives:
            return False
    return False


def _candidate_with_noun(
    tokens: ParagraphTokens, number: QuantityMention, end: int, noun: str, *, is_military: bool
) -> SpanCandidate | None:
    """The candidate that ends with its noun, unless the noun counts something else or the quantity is an article."""
    i = number.start
    if tokens.lower[i] in ("a", "an") and number.end - i == 1:
        return None
    is_weak = noun in personnel_nouns()[1]
    between = set(tokens.lower[i : end - len(noun.split())])
    civil = CIVIL if is_weak else CIVIL - personnel_nouns()[2]
    if between & civil or (is_weak and between & POLICE) or _names_others(tokens, number, end, noun):
        return None
    if noun == "men" and tokens.lower[end : end + 2] == ["and", "women"]:
        return SpanCandidate(i, end + 2, COUNT, "count.personnel", 0.9)
    if is_weak and not is_military and not _is_military_noun(tokens, i, end, noun):
        return None
    if tokens.word_at(end) == "and" and tokens.word_at(end + 1) in ("police", "policemen") and not is_weak:
        end += 2 + (tokens.word_at(end + 2) in ("officers", "officer"))
    if tokens.word_at(end) in QUOTES and not QUOTES.isdisjoint(tokens.lower[i:end]):
        end += 1
    return SpanCandidate(i, _with_conjuncts(tokens, end), COUNT, "count.personnel", 0.7 if is_weak else 0.9)


def _names_others(tokens: ParagraphTokens, number: QuantityMention, end: int, noun: str) -> bool:
    """Whether the noun is part of a longer one, or names ships, aircraft or police."""
    if tokens.word_at(end) in cues("counts.things") or tokens.word_at(end) in POSSESSION:
        return True
    if noun == "members" and is_of_police(tokens, end):
        return True
    if is_civil_by({*tokens.lower[number.start : end], *_sentence_near(tokens, number.start, end)}, noun):
        return True
    if noun in CREWS and not RESCUES.isdisjoint(tokens.lower[max(0, number.start - RESCUE_REACH) : number.start]):
        return True
    if noun == "crew" and not (has_no_noun(tokens, end) or tokens.word_at(end) in VERBS):
        return True
    return names_platforms(tokens, number.end, end) or (noun == "officers" and is_of_law_force(tokens, end))


def _with_conjuncts(tokens: ParagraphTokens, end: int) -> int:
    """The end of further nouns that share the quantity (G-4): `2,500 Marines, Soldiers and Sailors`."""
    strong, weak, _ = personnel_nouns()
    last = end
    while tokens.word_at(last) == "," and tokens.word_at(last + 1) in strong - weak:
        last += 2
    last += tokens.word_at(last) == "," and tokens.word_at(last + 1) in ("and", "or")
    if (
        tokens.word_at(last) in ("and", "or")
        and f"{tokens.word_at(last + 1)} {tokens.word_at(last + 2)}" in strong - weak
    ):
        return last + 3
    is_list = tokens.word_at(last) in ("and", "or") and tokens.word_at(last + 1) in strong - weak
    return last + 2 if is_list and tokens.word_at(last + 2) not in VERBS - {"were", "are"} else end


def _is_military_noun(tokens: ParagraphTokens, i: int, end: int, noun: str) -> bool:
    """Whether the words around show that an ambiguous noun means military people."""
    near = words_around(tokens, i, end)
    if not SPORT.isdisjoint(_sentence_near(tokens, i, end)):
        return False
    if tokens.word_at(end) == "of" and _is_force(tokens, end + 1):
        return True
    if noun == "men":
        near = _sentence_near(tokens, i, end)
        # `seven FC men`: the acronym of a force.
        is_force = end - 2 > i and tokens.flags[end - 2] & TokenFlag.UPPER
        is_force = is_force or is_led(tokens, i, is_known=False)
        return not near & {"women", "children"} and not near & CRIME and bool(near & MILITARY_CUES or is_force)
    if noun == "personnel":
        return not near & (CIVILIANS | {"staff"}) or "military" in tokens.lower[max(0, i - BEFORE_WITH) : i]
    if noun in ("members", "veterans"):
        is_loss = not near.isdisjoint(("loss", "losses", "casualties", "died", "killed"))
        return (is_loss or tokens.word_at(i - 1) == "with") and _has_unit(tokens, max(0, i - BEFORE_WITH), i)
    if noun == "engineers":
        near = _sentence_near(tokens, i, end) - COMPANY_WORDS
    return noun not in cues("counts.never_alone") and bool(near & MILITARY_CUES) and not near & CIVILIANS


def _sentence_near(tokens: ParagraphTokens, i: int, end: int) -> set[str]:
    """The words around in the same sentence."""
    start, stop = i, end
    while start > max(0, i - NEAR_UNIT) and tokens.lower[start - 1] not in ".!?":
        start -= 1
    while stop < min(len(tokens), end + NEAR_UNIT // 2) and tokens.lower[stop] not in ".!?":
        stop += 1
    return {*tokens.lower[start:i], *tokens.lower[end:stop]}


def _is_force(tokens: ParagraphTokens, k: int) -> bool:
    """Whether a force follows: `four members of the Civil Defence Corps`, `… of a commando unit`."""
    k += tokens.word_at(k) == "the"
    if _has_unit(tokens, k, k + 1):
        return True
    run = range(k, min(k + FORCE_NAME, len(tokens)))
    if not MILITARY_GROUPS.isdisjoint(tokens.lower[k : k + MOST_AFTER]):
        return True
    if any(tokens.flags[m] & (TokenFlag.FORCE | TokenFlag.ECHELON) and tokens.flags[m] & TokenFlag.CAP for m in run):
        return True
    if tokens.word_at(k) in ("security", "armed") and tokens.word_at(k + 1) == "forces":
        return True
    return bool(tokens.flags_at(k) & TokenFlag.CAP or tokens.word_at(k) in ("a", "an", "his", "its", "their")) and any(
        tokens.lower[m] in GROUP_NOUNS for m in run
    )


def _has_unit(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether the acronym or head of a force is among some tokens."""
    lex = lexicon()
    return any(
        lex.is_unit(tokens.words[k])
        or (end - start > 1 and tokens.flags[k] & TokenFlag.CAP and tokens.flags[k] & TokenFlag.FORCE)
        for k in range(start, min(end, len(tokens)))
    )
