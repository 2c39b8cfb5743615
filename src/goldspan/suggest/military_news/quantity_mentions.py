"""Quantities among the tokens of a paragraph, whatever they count, and the words and sentences around them."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from goldspan.quantities import can_begin, quantity_at
from goldspan.suggest.military_news.lexicon import TokenFlag, cues, entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from goldspan.suggest.military_news.tokens import ParagraphTokens

ARTICLES = cues("counts.articles")

# After these `number` is a verb: `they now number 5,000`.
DEGREES = frozenset(("little", "bit", "shade", "touch"))
LIMITS = frozenset(("ceiling", "cap"))
NUMBERING = frozenset(
    ("to", "now", "will", "may", "might", "can", "could", "would", "should", "still", "who", "which", "they", "that")
)
SOLDIER_COMPOUNDS = frozenset(("soldier", "sailor", "marine", "airman"))
COMPOUNDS = SOLDIER_COMPOUNDS | {"strong", "man", "member", "person", "woman"}
# `was short of 40 sailors` tells of a shortage; elsewhere *short of* is a bound.
HANDING = frozenset(("hand", "handed", "handing", "hands"))
LACKING = frozenset(("is", "are", "was", "were", "be", "been", "remains", "remained", "still", "badly", "severely"))
YEARS = range(1800, 2100)
YEAR_DIGITS = 4
LONGEST_MONTH = 31
VERBS = cues("counts.verbs")
LOSSES = cues("counts.losses")
AFTER_BARE = cues("counts.after_bare")
CIVIL_CUES = cues("counts.civil") | cues("counts.police")
CIVILIAN_CUES = cues("counts.police") | {"civilian", "civilians"}
GROUP_NOUNS = cues("counts.groups")
MILITARY_CUES = cues("counts.support")
POSSESSION = frozenset(("'s", "’s", "'", "’"))
# Groups that are military in any text: `200 members of the ship's advance party`.
MILITARY_GROUPS = frozenset(
    {
        *("battalion", "brigade", "regiment", "platoon", "garrison", "contingent", "militia", "squadron", "ship"),
        *("battalions", "brigades", "regiments", "platoons", "militias", "formations", "contingents", "squadrons"),
        *(
            "patrol",
            "frigate",
            "destroyer",
            "corvette",
            "cruiser",
            "submarine",
            "warship",
            "minesweeper",
            "gunboat",
            "carrier",
        ),
    }
)
OLDEST = 110
AGES = frozenset(("age", "ages", "aged"))
AGE_REACH = 9
# Ships, aircraft and weapons: `seven surface combatants`, `two B-52 bombers`, `six jet fighters`.
AIRCRAFT = frozenset(("bombers", "fighters", "tankers", "trainers", "raiders"))
AIRCRAFT_KINDS = frozenset(("strategic", "stealth", "jet", "range", "refuelling", "refueling"))
LEADING = frozenset(("sent", "led", "commanded", "commands", "leads", "sends", "lost", "with", "brought", "deployed"))
LAW_FORCES = cues("counts.police") | {"border", "customs", "prison", "carabinieri", "sheriff's"}
LAW_REACH = 3
POLICE = cues("counts.police")
POLICE_REACH = 8
CIVIL_BY = {"guards": cues("topics.borders"), "prisoners": cues("topics.civil_captives")}
PHRASE_ENDS = VERBS | {",", ".", ";", "and", "by", "military"}
# What is no rank before these: `General Motors`.
COMPANIES = frozenset(("motors", "electric", "dynamics", "mills", "atomics", "assembly", "secretary", "manager"))
NEAR_UNIT = 16
CHANGE_REACH = 8

# The fewest spaces between two columns of a table.
GAP = 3


class QuantityMention(NamedTuple):
    """A quantity among the tokens of a paragraph, half-open."""

    start: int
    end: int


class SentenceContext:
    """The sentences of a paragraph, by the index of their first token."""

    def __init__(self, tokens: ParagraphTokens) -> None:
        ends = (i for i in range(1, len(tokens)) if tokens.words[i - 1] in ".!?" and not tokens.tight[i])
        self._starts = [0, *ends]
        self._words = tokens

    def number(self, i: int) -> int:
        """The number of the sentence that token `i` is in."""
        return bisect_right(self._starts, i) - 1

    def end(self, i: int) -> int:
        """The index after the last token of the sentence that token `i` is in."""
        n = self.number(i) + 1
        return self._starts[n] if n < len(self._starts) else len(self._words)

    def words_near(self, i: int, before: int | None = None, after: int | None = None) -> set[str]:
        """The words of the sentence of token `i`, at most `before` of them before it and `after` after it."""
        n = self.number(i)
        start, end = self._starts[n], self.end(i)
        start = start if before is None else max(start, i - before)
        end = end if after is None else min(end, i + after)
        return set(self._words.lower[start:end])


def find_quantities(tokens: ParagraphTokens) -> Iterator[QuantityMention]:
    """The quantities of a paragraph, the longest from the left, without a leading article (G-2)."""
    i, n = 0, len(tokens)
    while i < n:
        end = quantity_at(tokens.words, i) if can_begin(tokens.words[i]) else None
        if end is None:
            i += 1
            continue
        if not _is_name(tokens, i, end):
            yield from _with_change_parts(tokens, i + _lead_length(tokens, i, end), end)
        i = end


def _lead_length(tokens: ParagraphTokens, i: int, end: int) -> int:
    """How many tokens at the start of a quantity are no part of its span: `the`, `from`, `a ceiling of`."""
    lead = int(tokens.lower[i] in ARTICLES and i + 1 < end)
    if tokens.lower[i : i + 2] == ["short", "of"] and tokens.word_at(i - 1) in LACKING:
        return 2
    if tokens.lower[i] == "over" and tokens.word_at(i - 1) in HANDING:
        return 1
    if tokens.word_at(i + lead) in LIMITS and tokens.word_at(i + lead + 1) == "of":
        return lead + 2
    if lead and tokens.lower[i + 1] in cues("counts.numerals") | DEGREES:
        return 0
    return int(bool(lead) or tokens.lower[i] == "from")


def _with_change_parts(tokens: ParagraphTokens, start: int, end: int) -> Iterator[QuantityMention]:
    """The quantity, or its two where a change leads from one to the other: `raised it from 110,000 to 150,000`."""
    joint = next((k for k in range(start + 1, end - 1) if tokens.lower[k] == "to"), None)
    if joint is not None:
        changes = cues("counts.changes") | cues("topics.changes")
        is_change = tokens.word_at(start - 1) == "from" and not changes.isdisjoint(
            tokens.lower[max(0, start - CHANGE_REACH) : start]
        )
        # `from 3,000 in 2014 to 4,500`: the year is no end of a range.
        is_year = joint == start + 1 and is_year_word(tokens.words[start]) and not is_year_word(tokens.words[end - 1])
        if is_change or is_year:
            yield QuantityMention(start, joint)
            start = joint + 1
    yield QuantityMention(start, end)


def names_platforms(tokens: ParagraphTokens, start: int, end: int) -> bool:
    """Whether the words from `start`, the last of them a noun, name ships or aircraft and not those on them."""
    before = tokens.lower[start : end - 1]
    if tokens.lower[end - 1] in AIRCRAFT:
        return not AIRCRAFT_KINDS.isdisjoint(before) or any(any(map(str.isdigit, word)) for word in before)
    return before[-1:] == ["surface"]


def is_of_law_force(tokens: ParagraphTokens, end: int) -> bool:
    """Whether a force that enforces the law follows a noun: `4,000 officers` `of the Border Guard`."""
    k = end + 1 + (tokens.word_at(end + 1) == "the")
    return tokens.word_at(end) == "of" and not LAW_FORCES.isdisjoint(tokens.lower[k : k + LAW_REACH])


def is_civil_by(near: AbstractSet[str], noun: str) -> bool:
    """Whether a sentence shows that its people are no soldiers: `40 border guards check lorries`.

    Args:
        near: the words of the sentence.
        noun: the noun for the people.
    """
    return not near.isdisjoint(CIVIL_BY.get(noun, ())) and (noun != "guards" or "border" in near)


def is_of_police(tokens: ParagraphTokens, end: int) -> bool:
    """Whether a noun is followed by a unit of police that it belongs to: `64 members` `of a formed police unit`."""
    if tokens.word_at(end) != "of":
        return False
    phrase = tokens.lower[end + 1 : end + 1 + POLICE_REACH]
    last = next((k for k, word in enumerate(phrase) if word in PHRASE_ENDS), None)
    return not POLICE.isdisjoint(phrase[:last])


def is_led(tokens: ParagraphTokens, i: int, *, is_known: bool) -> bool:
    """Whether someone commands or sends the men counted at `i`: `the colonel had sent 80 men`.

    Args:
        tokens: the paragraph.
        i: where the quantity begins.
        is_known: whether military people were counted before; otherwise a rank must precede.
    """
    if LEADING.isdisjoint(tokens.lower[max(0, i - 2) : i]):
        return False
    return is_known or any(
        tokens.flags[k] & TokenFlag.RANK and tokens.word_at(k + 1) not in COMPANIES
        for k in range(max(0, i - NEAR_UNIT), i)
    )


def is_year_word(word: str) -> bool:
    """Whether a token looks like a year."""
    return len(word) == YEAR_DIGITS and word.isdigit() and int(word) in YEARS


def is_date(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """Whether a quantity is a year or the day of a month."""
    i, j = number
    if j - i == 1 and is_year_word(tokens.words[i]):
        return True
    if tokens.word_at(j) in ("and", "to", "-", "–", "or") and tokens.flags_at(j + 2) & TokenFlag.TIME:
        return True
    # `On Friday 120 had come home`: no day has that number.
    is_day = number_value(tokens.words[i]) <= LONGEST_MONTH
    return bool(tokens.flags_at(j) & TokenFlag.TIME or (is_day and tokens.flags_at(i - 1) & TokenFlag.TIME))


def has_no_noun(tokens: ParagraphTokens, j: int) -> bool:
    """Whether no noun follows a quantity that ends at `j`; `West` in a name is no direction."""
    following = tokens.word_at(j)
    return not following or (following in AFTER_BARE and not tokens.flags[j] & TokenFlag.CAP)


def number_value(word: str) -> float:
    """The number that digits mean, 0 where the word has none."""
    digits = word.replace(",", "").replace(".", "")
    return float(digits) if digits.isdecimal() else 0.0


def is_age(tokens: ParagraphTokens, number: QuantityMention) -> bool:
    """Whether a quantity is an age: `the average age has climbed to 34`."""
    is_small = 0 < number_value(tokens.words[number.start]) < OLDEST
    return is_small and not AGES.isdisjoint(tokens.lower[max(0, number.start - AGE_REACH) : number.start])


@cache
def personnel_nouns() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Nouns for military people, those of them that need support, and the adjectives between."""
    lists = ("personnel", "personnel_weak", "personnel_adjectives")
    strong, weak, adjectives = (frozenset(entry.lower() for entry in entries(name)) for name in lists)
    return strong, weak, adjectives


def words_around(tokens: ParagraphTokens, start: int, end: int, near: int = NEAR_UNIT) -> set[str]:
    """The words before and, half as far, after some tokens."""
    return {*tokens.lower[max(0, start - near) : start], *tokens.lower[end : end + near // 2]}


def _is_name(tokens: ParagraphTokens, i: int, end: int) -> bool:
    """Whether the figure is an ordinal, or belongs to a name, a reference or a compound."""
    if tokens.flags[i] & TokenFlag.ORDINAL or tokens.flags[end - 1] & TokenFlag.ORDINAL:
        return True
    if tokens.word_at(i - 1) in cues("counts.before"):
        return tokens.lower[i - 1] != "number" or tokens.word_at(i - 2) not in NUMBERING
    if tokens.word_at(i - 1) == "." and tokens.word_at(i - 2) == "no":
        return True
    if i > 1 and tokens.words[i - 1] in "-–/'’" and tokens.tight[i - 1] and tokens.tight[i]:
        return True
    goes_on = tokens.word_at(end) in ("/", "-", "–") and tokens.tight[end]
    return goes_on and tokens.word_at(end + 1) not in COMPOUNDS
