"""Quantities of military people (rule T-1 to T-5): an explicit quantity, the adjectives, the noun.

The grammar of quantities is `goldspan.quantities`; here is only what they count.

The quantities of a paragraph, whatever they count.

The sentences of a paragraph, and what the rules for quantities without a noun ask of them.

How strong a force is, in numbers without a noun (rule T-1, T-2).

Quantities of military people whose noun is left unsaid (rule T-2).

Without the noun the sentence must speak of military people already, or count their dead and wounded.

Lists of what states contribute, the noun said once or nowhere (rule T-2).
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from goldspan.quantities import can_begin, quantity_at
from goldspan.suggest.candidates import COUNT, SpanCandidate
from goldspan.suggest.lexicon import SURE, TokenFlag, cues, entries, gazetteer, lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.suggest.tokens import ParagraphTokens

ARTICLES = cues("counts.articles")
# Behind these `number` is a verb: `they now number 5,000`.
NUMBERING = frozenset(("to", "now", "may", "might", "could", "would", "still", "who", "which", "they", "that"))
COMPOUNDS = frozenset(("strong", "man", "member"))
YEARS = range(1800, 2100)
YEAR_DIGITS = 4


class QuantityMention(NamedTuple):
    """A quantity among the tokens of a paragraph, half-open."""

    start: int
    end: int


def find_quantities(words: ParagraphTokens) -> Iterator[QuantityMention]:
    """The quantities of a paragraph, the longest from the left, a leading article out (G-2)."""
    i, n = 0, len(words)
    while i < n:
        end = quantity_at(words.words, i) if can_begin(words.words[i]) else None
        if end is None:
            i += 1
            continue
        if not _is_name(words, i, end):
            article = words.lower[i] in ARTICLES and i + 1 < end
            article = article and words.lower[i + 1] not in cues("counts.numerals")
            yield QuantityMention(i + (article or words.lower[i] == "from"), end)
        i = end


def _is_name(words: ParagraphTokens, i: int, end: int) -> bool:
    """Whether the figure is an ordinal, or belongs to a name, a reference or a compound."""
    if words.kinds[i] & TokenFlag.ORDINAL or words.kinds[end - 1] & TokenFlag.ORDINAL:
        return True
    if words.next_to(i - 1) in cues("counts.before"):
        return words.lower[i - 1] != "number" or words.next_to(i - 2) not in NUMBERING
    if words.next_to(i - 1) == "." and words.next_to(i - 2) == "no":
        return True
    if i > 1 and words.words[i - 1] in "-–/'’" and words.tight[i - 1] and words.tight[i]:
        return True
    goes_on = words.next_to(end) in ("/", "-", "–") and words.tight[end]
    return goes_on and words.next_to(end + 1) not in COMPOUNDS


def is_date(words: ParagraphTokens, number: QuantityMention) -> bool:
    """Whether a quantity is a year or the day of a month."""
    i, j = number
    word = words.words[j - 1]
    if j - i == 1 and len(word) == YEAR_DIGITS and word.isdigit() and int(word) in YEARS:
        return True
    if words.next_to(j) in ("and", "to", "-", "–", "or") and words.kind(j + 2) & TokenFlag.TIME:
        return True
    return bool((words.kind(i - 1) | words.kind(j)) & TokenFlag.TIME)


VERBS = cues("counts.verbs")
LOSSES = cues("counts.losses")
AFTER_BARE = cues("counts.after_bare")
CIVIL_CUES = cues("counts.civil") | cues("counts.police")
CIVILIAN_CUES = cues("counts.police") | {"civilian", "civilians"}


class SentenceContext:
    """The sentences of a paragraph, by the index of their first token."""

    def __init__(self, words: ParagraphTokens) -> None:
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


def has_no_noun(words: ParagraphTokens, j: int) -> bool:
    """Whether no noun follows a quantity that ends at `j`; `West` in a name is no direction."""
    following = words.next_to(j)
    return not following or (following in AFTER_BARE and not words.kinds[j] & TokenFlag.CAP)


def number_value(word: str) -> float:
    """The number that digits mean, 0 where the word has none."""
    digits = word.replace(",", "").replace(".", "")
    return float(digits) if digits.isdecimal() else 0.0


# Fewer than so many are no strength.
LEAST_STRENGTH = 30
# How far before a quantity its cue may stand, and the force that it is said of.
REACH = 9
UNIT_REACH = 12
# Behind these verbs `at` gives a size and no place: `the strength stood at 4,012`, `put the losses of … at 700`.
STANDING = cues("counts.standing")
PUTTING = cues("counts.putting")


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


DETERMINERS = cues("counts.determiners")
GENITIVES = frozenset(("'s", "’s"))
# Less than this in figures numbers clauses.
LEAST_FIGURE = 5
# How far behind a quantity the noun of what it is part of may stand.
PART = 7
TAIL = 4
NEAR = 6


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


CIVIL = cues("counts.civil")
POLICE = cues("counts.police")
CIVILIANS = POLICE | {"civilian", "civilians"}
GROUP_NOUNS = cues("counts.groups")
MILITARY_CUES = cues("counts.support")
POSSESSION = frozenset(("'s", "’s", "'", "’"))
# So many words may stand between a quantity and its noun, and so many behind a noun before a longer one.
MOST_BETWEEN = 8
MOST_AFTER = 3
NEAR_UNIT = 14
# So many blanks stand between the columns of a table.
GAP = 3
FORCE_NAME = 5
BEFORE_WITH = 6


@cache
def personnel_nouns() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Nouns for military people, those of them that need support, and the adjectives between."""
    lists = ("personnel", "personnel_weak", "personnel_adjectives")
    strong, weak, adjectives = (frozenset(entry.lower() for entry in entries(name)) for name in lists)
    return strong, weak, adjectives


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


def words_around(words: ParagraphTokens, start: int, end: int, near: int = NEAR_UNIT) -> set[str]:
    """The words before and, half as far, behind a stretch of tokens."""
    return {*words.lower[max(0, start - near) : start], *words.lower[end : end + near // 2]}


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


# So many states with a quantity make a list of contributions; these may stand between the two.
LEAST_LISTED = 3
GIVING = cues("counts.giving")
# So many tokens may follow a quantity inside its brackets.
BRACKET = 7


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
