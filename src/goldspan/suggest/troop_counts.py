"""Quantities of military people (rule T-1 to T-5): an explicit quantity, the adjectives, the noun.

The grammar of quantities is `goldspan.quantities`; this module decides what they count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.candidates import COUNT, SpanCandidate
from goldspan.suggest.elliptic_counts import find_elliptic_counts
from goldspan.suggest.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.quantity_mentions import (
    COMPOUNDS,
    GAP,
    GROUP_NOUNS,
    MILITARY_CUES,
    POSSESSION,
    VERBS,
    find_quantities,
    personnel_nouns,
    words_around,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.suggest.quantity_mentions import QuantityMention
    from goldspan.suggest.tokens import ParagraphTokens

CIVIL = cues("counts.civil")
POLICE = cues("counts.police")
CIVILIANS = POLICE | {"civilian", "civilians"}
# So many words may stand between a quantity and its noun, and so many behind a noun before a longer one.
MOST_BETWEEN = 8
MOST_AFTER = 3
FORCE_NAME = 5
BEFORE_WITH = 6


def find_troop_counts(words: ParagraphTokens, units: Mapping[int, int]) -> Iterator[SpanCandidate]:
    """All quantities of military people of a paragraph.

    Args:
        words: the paragraph.
        units: the unit names found in it, end by start.
    """
    sure: list[SpanCandidate] = []
    rest: list[QuantityMention] = []
    done = 0
    for number in find_quantities(words):
        if number.start < done:
            continue
        found = _compound_count(words, number) or _count_with_noun(words, number, units)
        if found is None:
            rest.append(number)
        else:
            sure.append(found)
            done = found.end
    yield from sure
    yield from find_elliptic_counts(words, rest, sure, units)


def _compound_count(words: ParagraphTokens, number: QuantityMention) -> SpanCandidate | None:
    """`3,000-strong`, `30-man patrol` (T-4)."""
    i, j = number
    if words.lower[j - 1] not in COMPOUNDS:
        j += words.next_to(j) in ("-", "–") and words.tight[j]
        if words.next_to(j) not in COMPOUNDS:
            return None
        j += 1
    if words.lower[j - 1] == "strong":
        return SpanCandidate(i, j, COUNT, "count.strong", 0.9)
    return SpanCandidate(i, j, COUNT, "count.strong", 0.7) if words.next_to(j) in GROUP_NOUNS else None


def _count_with_noun(words: ParagraphTokens, number: QuantityMention, units: Mapping[int, int]) -> SpanCandidate | None:
    """The quantity with the noun behind it."""
    strong, _, _ = personnel_nouns()
    lower, j = words.lower, number.end
    j += words.next_to(j) == "of" and lower[j - 1] in cues("counts.vague")
    is_military = is_strange = False
    for _ in range(MOST_BETWEEN):
        word = words.next_to(j)
        if j in units:
            last = words.lower[units[j] - 1]
            if last in strong and not _is_modifier_noun(words, units[j] - 1):
                return _candidate_with_noun(words, number, units[j], last, is_military=True)
            j, is_military = units[j], True
            continue
        if j > number.end and words.starts[min(j, len(words) - 1)] - words.ends[j - 1] >= GAP:
            break
        pair = f"{word} {words.next_to(j + 1)}"
        if pair in strong:
            return _candidate_with_noun(words, number, j + 2, pair, is_military=is_military)
        if word in strong and not _is_modifier_noun(words, j):
            return _candidate_with_noun(words, number, j + 1, word, is_military=is_military)
        if word in POLICE and words.next_to(j + 1) in ("and", "or") and words.next_to(j + 2) in strong:
            return SpanCandidate(number.start, j + 3, COUNT, "count.personnel", 0.8)
        step = _adjective_length(words, j, number.end)
        if not step:
            if is_strange or not _is_unlisted(words, j):
                break
            step = is_strange = True
        is_military = is_military or _is_military(words, j)
        j += step
    return None


def _adjective_length(words: ParagraphTokens, j: int, first: int) -> int:
    """How many tokens of a word that may stand before the noun begin at `j`; 0 if none does."""
    _, _, adjectives = personnel_nouns()
    word, kind = words.next_to(j), words.kind(j)
    if not word or word in CIVIL | POLICE | cues("counts.measures"):
        return 0
    if word in adjectives or kind & TokenFlag.DEMONYM:
        return 1
    if words.is_hyphen(j):
        return 2
    if word in (",", "and", "or"):
        following = words.next_to(j + 1) in adjectives or words.kind(j + 1) & TokenFlag.DEMONYM
        return int(j > first and bool(following))
    is_name = (
        kind & TokenFlag.CAP
        and not kind & (TokenFlag.FUNCTION | TokenFlag.TIME | TokenFlag.TITLE)
        and not words.first[j]
    )
    return int(bool(is_name))


def _is_unlisted(words: ParagraphTokens, j: int) -> bool:
    """Whether a word that no list knows may be an adjective: `contract soldiers`."""
    word = words.next_to(j)
    if not word.isalpha() or words.kinds[j] & TokenFlag.FUNCTION or word.endswith("s"):
        return False
    return word not in CIVIL | POLICE | cues("counts.measures") | cues("counts.losses") | cues("counts.verbs")


def _is_military(words: ParagraphTokens, j: int) -> bool:
    """Whether a word before the noun says that the people are military: `armed`, `FMLN`."""
    word = words.words[j]
    return words.lower[j] in cues("counts.military") or (
        lexicon().is_org(word) and word not in cues("counts.civil_bodies")
    )


def _is_modifier_noun(words: ParagraphTokens, j: int) -> bool:
    """Whether a noun is only the first part of a longer one: `infantry soldiers`, `rebel troops`, `Taliban leaders`."""
    strong, _, adjectives = personnel_nouns()
    for k in range(j + 1, j + 1 + MOST_AFTER):
        word = words.next_to(k)
        if word in strong:
            return True
        if word not in adjectives:
            return False
    return False


def _candidate_with_noun(
    words: ParagraphTokens, number: QuantityMention, end: int, noun: str, *, is_military: bool
) -> SpanCandidate | None:
    """The candidate that ends with its noun, unless the noun counts something else or the quantity is an article."""
    i = number.start
    if words.lower[i] in ("a", "an") and number.end - i == 1:
        return None
    if words.next_to(end) in cues("counts.things") or words.next_to(end) in POSSESSION:
        return None
    is_weak = noun in personnel_nouns()[1]
    between = set(words.lower[i : end - len(noun.split())])
    if between & CIVIL or (is_weak and between & POLICE):
        return None
    if noun == "men" and words.lower[end : end + 2] == ["and", "women"]:
        return SpanCandidate(i, end + 2, COUNT, "count.personnel", 0.9)
    if is_weak and not is_military and not _is_military_noun(words, i, end, noun):
        return None
    if words.next_to(end) == "and" and words.next_to(end + 1) in ("police", "policemen") and not is_weak:
        end += 2 + (words.next_to(end + 2) in ("officers", "officer"))
    return SpanCandidate(i, _with_conjuncts(words, end), COUNT, "count.personnel", 0.7 if is_weak else 0.9)


def _with_conjuncts(words: ParagraphTokens, end: int) -> int:
    """The end of further nouns that share the quantity (G-4): `2,500 Marines, Soldiers and Sailors`."""
    strong, weak, _ = personnel_nouns()
    last = end
    while words.next_to(last) == "," and words.next_to(last + 1) in strong - weak:
        last += 2
    last += words.next_to(last) == "," and words.next_to(last + 1) in ("and", "or")
    is_list = words.next_to(last) in ("and", "or") and words.next_to(last + 1) in strong - weak
    return last + 2 if is_list and words.next_to(last + 2) not in VERBS - {"were", "are"} else end


def _is_military_noun(words: ParagraphTokens, i: int, end: int, noun: str) -> bool:
    """Whether the words around say that a doubtful noun means military people."""
    near = words_around(words, i, end)
    if words.next_to(end) == "of" and _is_force(words, end + 1):
        return True
    if noun == "men":
        return not near & {"women", "children"} and bool(near & MILITARY_CUES or not near & CIVIL)
    if noun == "personnel":
        return not near & (CIVILIANS | {"staff"}) or "military" in words.lower[max(0, i - BEFORE_WITH) : i]
    if noun in ("members", "veterans"):
        is_loss = not near.isdisjoint(("loss", "losses", "casualties", "died", "killed"))
        return (is_loss or words.next_to(i - 1) == "with") and _has_unit(words, max(0, i - BEFORE_WITH), i)
    return noun not in cues("counts.never_alone") and bool(near & MILITARY_CUES) and not near & CIVILIANS


def _is_force(words: ParagraphTokens, k: int) -> bool:
    """Whether a force follows: `four members of the Civil Defence Corps`, `… of a commando unit`."""
    k += words.next_to(k) == "the"
    if _has_unit(words, k, k + 1):
        return True
    run = range(k, min(k + FORCE_NAME, len(words)))
    if any(words.kinds[m] & (TokenFlag.FORCE | TokenFlag.ECHELON) and words.kinds[m] & TokenFlag.CAP for m in run):
        return True
    if words.next_to(k) in ("security", "armed") and words.next_to(k + 1) == "forces":
        return True
    return bool(words.kind(k) & TokenFlag.CAP or words.next_to(k) in ("a", "an", "his", "its", "their")) and any(
        words.lower[m] in GROUP_NOUNS for m in run
    )


def _has_unit(words: ParagraphTokens, start: int, end: int) -> bool:
    """Whether the acronym or head of a force stands in a stretch of tokens."""
    lex = lexicon()
    return any(
        lex.is_unit(words.words[k])
        or (end - start > 1 and words.kinds[k] & TokenFlag.CAP and words.kinds[k] & TokenFlag.FORCE)
        for k in range(start, min(end, len(words)))
    )
