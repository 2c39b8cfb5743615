"""Short names that a document introduces, wherever they stand in it: acronyms, nicknames, numbers (MU-4, MU-6, G-5)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.suggest.military_news.candidates import OTHER, UNIT, SpanCandidate
from goldspan.suggest.military_news.gazetteer import gazetteer
from goldspan.suggest.military_news.lexicon import TokenFlag, cues, lexicon
from goldspan.suggest.military_news.unit_codes import is_number_word
from goldspan.suggest.military_news.unit_names import SPELLED, is_at_war
from goldspan.suggest.military_news.unit_tails import (
    DASHES,
    LONGEST_ACRONYM,
    QUOTES,
    ROMAN,
    YEAR,
    is_unit_number,
    quoted_end,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.suggest.military_news.tokens import ParagraphTokens

OPENING = frozenset(("(", "["))
CLOSING = frozenset((")", "]"))
NAMED_BY = frozenset(("named", "called", "dubbed", "nicknamed"))
NAMED_ECHELONS = cues("units.named_echelons") - {"company", "division", "divisions"}
COMMANDED = frozenset(("under", "led", "commanded"))
LONGEST_BRACKET = 5
SHORTEST_ACRONYM = 3

# How many tokens before a bare ordinal the word for its echelon may stand.
SENTENCE_REACH = 24

# A day of a month has no higher number.
LAST_DAY = 31
LONGEST_DAY = 2
HULL_NUMBER = range(4, 6)  # the lengths of the numbers of ships of a coast guard
RULES = {UNIT: "unit.introduced", OTHER: "org.introduced"}


@dataclass(slots=True)
class IntroducedNames:
    """The short names of one document.

    Args:
        labels: how often each acronym, as its tokens, was introduced with a label.
        class_words: acronyms of class words, which name a unit only with a number: `SAC` in `3rd SAC`.
        nicknames: names in quotation marks beside a unit's designation, as their tokens.
        numbers: the ordinals of units, which may stand for them: `the 105th`.
        initials: the initials of units' names, as further acronyms.
        guards: whether a force whose name ends with `Guard` is named.
    """

    labels: dict[tuple[str, ...], Counter[str]] = field(default_factory=dict)
    class_words: set[str] = field(default_factory=set)
    nicknames: set[tuple[str, ...]] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    initials: set[str] = field(default_factory=set)
    guards: bool = False
    _by_first: dict[str, list[tuple[tuple[str, ...], str, str]]] = field(default_factory=dict)

    def add(self, paragraph: ParagraphTokens, candidates: Sequence[SpanCandidate]) -> None:
        """Add what a paragraph introduces beside its names."""
        for c in candidates:
            bracket = bracketed_name(paragraph, c.end)
            if bracket and c.end - c.start > 1:
                self._add_acronym(paragraph, c, bracket)
            if c.label == UNIT:
                self._add_unit(paragraph, c)
        for i, word in enumerate(paragraph.words):
            if word in OPENING and _is_described_force(paragraph, i):
                bracket = bracketed_name(paragraph, i)
                if bracket and len(bracket[0]) >= SHORTEST_ACRONYM:
                    self._count(bracket, UNIT)
            elif word in cues("units.armed_groups") or word in NAMED_BY:
                self._add_nickname(paragraph, i)
            elif paragraph.flags[i] & TokenFlag.UPPER and _is_commanded(paragraph, i):
                self._count((word,), UNIT)

    def label_of(self, name: tuple[str, ...]) -> str | None:
        """The label of an acronym that was introduced, or None."""
        counts = self.labels.get(name)
        return max(sorted(counts), key=counts.__getitem__) if counts else None

    def contradicts(self, paragraph: ParagraphTokens, c: SpanCandidate) -> bool:
        """Whether the document introduces a listed acronym for something else: `Chief of the Defence Forces (CDF)`."""
        if c.end - c.start > 1 or c.rule not in ("unit.acronym", "org.acronym"):
            return False
        label = self.label_of((paragraph.words[c.start],))
        return label is not None and label != c.label

    def mentions(self, paragraph: ParagraphTokens, candidates: Sequence[SpanCandidate]) -> Iterator[SpanCandidate]:
        """The mentions of these names in a paragraph.

        Args:
            paragraph: the paragraph.
            candidates: those found in it; a numbered unit directly after the acronym of its force is one with it.
        """
        subordinates = {c.start: c.end for c in candidates if c.rule == "unit.numbered"}
        by_first = self._by_first or self._index()
        for i, word in enumerate(paragraph.words):
            for name, label, rule in by_first.get(word, ()):
                end = i + len(name)
                is_person = rule == "unit.nickname" and _follows_given_name(paragraph, i)
                if tuple(paragraph.words[i:end]) == name and not is_person and not _is_inside_compound(paragraph, end):
                    if label == UNIT and _is_hull_number(paragraph, end):
                        yield SpanCandidate(i, end + 1, OTHER, RULES[OTHER], 0.95)
                        break
                    end = subordinates.get(end, end) if label == UNIT else end
                    yield SpanCandidate(i, end, label, rule, 0.95)
                    break
            if word in self.initials and (word,) not in self.labels and word not in self.class_words:
                yield SpanCandidate(i, i + 1, UNIT, "unit.introduced", 0.6)
            elif word in self.class_words:
                yield from _numbered_class_word(paragraph, i)
            elif paragraph.flags[i] & TokenFlag.ORDINAL and self.numbers and self._is_number_of_unit(paragraph, i):
                yield SpanCandidate(i, i + 1, UNIT, "unit.number", 0.7)
            elif word == "Guard" and self.guards and _is_short_name(paragraph, i):
                yield SpanCandidate(i, i + 1, UNIT, "unit.short", 0.7)

    def _index(self) -> dict[str, list[tuple[tuple[str, ...], str, str]]]:
        for name in sorted(self.labels, key=len, reverse=True):
            label = self.label_of(name) or OTHER
            self._by_first.setdefault(name[0], []).append((name, label, RULES[label]))
        for name in sorted(self.nicknames, key=len, reverse=True):
            self._by_first.setdefault(name[0], []).append((name, UNIT, "unit.nickname"))
        return self._by_first

    def _count(self, name: tuple[str, ...], label: str) -> None:
        self.labels.setdefault(name, Counter())[label] += 1

    def _add_acronym(self, paragraph: ParagraphTokens, c: SpanCandidate, bracket: tuple[str, ...]) -> None:
        if len(bracket) == 1 and c.label == UNIT and _stands_for_class_words(paragraph, c, bracket[0]):
            self.class_words.add(bracket[0])
            return
        is_office = c.label == UNIT and _stands_for_office(paragraph, c, bracket[0])
        self._count(bracket, OTHER if is_office else c.label)

    def _add_unit(self, paragraph: ParagraphTokens, c: SpanCandidate) -> None:
        words = range(c.start, c.end)
        self.numbers.update(paragraph.words[j] for j in words if paragraph.flags[j] & TokenFlag.ORDINAL)
        self.guards = self.guards or (c.end - c.start > 1 and paragraph.words[c.end - 1] == "Guard")
        for j in words:
            if paragraph.words[j] == "(" and j + 3 < c.end and bracketed_name(paragraph, j):
                self._add_inner_acronym(paragraph, c.start, j)
        self._add_initials(paragraph, c)
        self._add_inner_nickname(paragraph, c)
        for start, end in _nicknames_beside(paragraph, c):
            self.nicknames.add(tuple(paragraph.words[start:end]))

    def _add_nickname(self, paragraph: ParagraphTokens, i: int) -> None:
        """Add an armed group that has fighters, or the name of a formation: *a battalion named* `“Parma”`."""
        if paragraph.words[i] not in NAMED_BY:
            if paragraph.word_at(i + 1) in cues("units.group_people") and is_at_war(paragraph):
                self.nicknames.add((paragraph.words[i],))
            return
        close = quoted_end(paragraph, i + 1) if paragraph.word_at(i - 1) in NAMED_ECHELONS else 0
        if close and paragraph.flags[i + 2] & TokenFlag.CAP:
            self.nicknames.add(tuple(paragraph.words[i + 2 : close]))

    def _add_inner_nickname(self, paragraph: ParagraphTokens, c: SpanCandidate) -> None:
        """Add the one word in quotation marks inside a designation: `Magura` of `47th Brigade “Magura”`."""
        for j in range(c.start + 1, c.end - 1):
            if paragraph.words[j - 1] in QUOTES and paragraph.words[j + 1] in QUOTES:
                flags = TokenFlag.COMMON | TokenFlag.GIVEN | TokenFlag.SURNAME | TokenFlag.DEMONYM
                if not paragraph.flags[j] & flags and not gazetteer().values.get(paragraph.forms[j]):
                    self.nicknames.add((paragraph.words[j],))

    def _add_inner_acronym(self, paragraph: ParagraphTokens, start: int, i: int) -> None:
        """Add an acronym in brackets inside a name: of all words before it, or of class words that have a number."""
        flags, acronym = paragraph.flags[i + 3], paragraph.words[i + 1]
        initials = "".join(word[0] for word in paragraph.words[start:i] if word[0].isupper())
        if flags & TokenFlag.NUMBER and not flags & TokenFlag.ORDINAL:
            self.class_words.add(acronym)
        elif acronym == initials:
            self._count((acronym,), UNIT)

    def _add_initials(self, paragraph: ParagraphTokens, c: SpanCandidate) -> None:
        """Add what the document may call a unit later without having bracketed it: initials, and the proper name."""
        words = [paragraph.words[j] for j in range(c.start, c.end) if paragraph.words[j][0].isalpha()]
        if c.rule not in ("unit.named", "unit.listed") or not all(word[0].isupper() for word in words):
            return
        is_mission = c.rule == "unit.listed" and words[-1] == "Support"
        if len(words) >= SHORTEST_ACRONYM or is_mission:
            initials = "".join(word[0] for word in words)
            if initials.isalpha() and not lexicon().is_org(initials):
                self.initials.add(initials)
        head, first = paragraph.lower[c.end - 1], c.start
        flags = TokenFlag.COMMON | TokenFlag.GIVEN | TokenFlag.DEMONYM | TokenFlag.DIRECTION | TokenFlag.UPPER
        is_proper = c.end - c.start == 2 and not paragraph.flags[first] & flags and not paragraph.first[first]
        if is_proper and head in cues("units.short_named") and not gazetteer().values.get(paragraph.forms[first]):
            self.nicknames.add((paragraph.words[first],))

    def _is_number_of_unit(self, paragraph: ParagraphTokens, i: int) -> bool:
        """Whether an ordinal stands for a unit: `the 105th`, `the 15th and 16th`."""
        following, flags = paragraph.word_at(i + 1), paragraph.flags_at(i + 1)
        if flags & TokenFlag.CAP or paragraph.is_hyphen(i + 1) or following in cues("units.ordinal_nouns"):
            return False
        if not self._is_definite(paragraph, i):
            return False
        digits = paragraph.lower[i].rstrip("stndrh")
        is_day = digits.isdecimal() and len(digits) <= LONGEST_DAY and int(digits) <= LAST_DAY
        if is_day and (paragraph.word_at(i - 2) in cues("units.before_dates") or following == "of"):
            return False
        if paragraph.words[i] in self.numbers:
            return True
        is_open = not following or not following[0].isalnum() or bool(flags & TokenFlag.FUNCTION)
        return is_open and (not is_day or _follows_echelon(paragraph, i))

    def _is_definite(self, paragraph: ParagraphTokens, i: int) -> bool:
        """Whether an ordinal has an article or continues a row that has one."""
        before = paragraph.word_at(i - 1)
        if before == "the":
            return True
        is_row = before in ("and", ",") and bool(paragraph.flags_at(i - 2) & TokenFlag.ORDINAL)
        return is_row and paragraph.word_at(i - 3) in ("the", ",")


def bracketed_name(paragraph: ParagraphTokens, i: int) -> tuple[str, ...]:
    """The tokens of the acronym in brackets at token `i`: `(MNBG-E)`, `(CANBAT 1)`, `(2e REP)`; or nothing."""
    if paragraph.word_at(i) not in OPENING:
        return ()
    for j in range(i + 1, min(i + 2 + LONGEST_BRACKET, len(paragraph))):
        if paragraph.words[j] in CLOSING:
            name = tuple(paragraph.words[i + 1 : j])
            return name if _is_acronym(name) else ()
    return ()


def _is_acronym(name: tuple[str, ...]) -> bool:
    """Whether words in brackets are an acronym, with or without a number."""
    if not name or sum(map(len, name)) > LONGEST_ACRONYM:
        return False
    if len(name) == 1:
        word = name[0]
        return sum(map(str.isupper, word)) > 1 or (word[0].isupper() and word.endswith(("bat", "batt", "com")))
    parts = [word for word in name if word not in DASHES and word != "/"]
    has_capitals = any(sum(map(str.isupper, word)) > 1 for word in parts)
    return has_capitals and all(word.isupper() or word[0].isdigit() or word[:2].isupper() for word in parts)


def _follows_echelon(paragraph: ParagraphTokens, i: int) -> bool:
    """Whether a word for an echelon stands before an ordinal in its sentence."""
    for j in range(i - 1, max(-1, i - SENTENCE_REACH), -1):
        if paragraph.words[j] in (".", "!", "?"):
            return False
        if paragraph.lower[j] in cues("units.small_echelons"):
            return True
    return False


def _stands_for_class_words(paragraph: ParagraphTokens, c: SpanCandidate, acronym: str) -> bool:
    """Whether an acronym leaves a unit's number out and so names nothing alone (MU-6): `3rd Shock Army Corps [SAC]`."""
    numbers = [
        j for j in range(c.start, c.end) if paragraph.flags[j] & TokenFlag.NUMBER or paragraph.lower[j] in SPELLED
    ]
    is_numbered = bool(numbers) or bool(ROMAN.fullmatch(paragraph.words[c.start]))
    words = [
        paragraph.words[j] for j in range(c.start, c.end) if paragraph.flags[j] & TokenFlag.CAP and j not in numbers
    ]
    initials = "".join(part[0] for word in words for part in word.split("-") if part).upper()
    is_short = len(acronym) <= len(initials) + 1 and not any(map(str.isdigit, acronym))
    return is_numbered and is_short and initials.startswith(acronym.upper()[:2])


def _stands_for_office(paragraph: ParagraphTokens, c: SpanCandidate, acronym: str) -> bool:
    """Whether an acronym is that of the office before a force: `Chief of the Defence Forces (CDF)`."""
    j = c.start - 1
    j -= paragraph.word_at(j) == "the"
    if paragraph.word_at(j) != "of" or not paragraph.flags_at(j - 1) & (TokenFlag.TITLE | TokenFlag.RANK):
        return False
    initials = [w[0] for k, w in enumerate(paragraph.words[c.start : c.end]) if w[0].isupper()]
    return acronym == paragraph.words[j - 1][0] + "".join(initials)


def _is_commanded(paragraph: ParagraphTokens, i: int) -> bool:
    """Whether an acronym has soldiers or a commander: `gunners of the RICM`, `the MSU, under Colonel Ruggiero`."""
    word = paragraph.words[i]
    if paragraph.all_caps or not word.isalpha() or len(word) < SHORTEST_ACRONYM or lexicon().is_org(word):
        return False
    if paragraph.flags[i] & (TokenFlag.COMMON | TokenFlag.RANK | TokenFlag.TITLE | TokenFlag.DEMONYM):
        return False
    if paragraph.word_at(i - 1) != "the" or gazetteer().values.get(paragraph.forms[i]):
        return False
    if paragraph.word_at(i - 2) in ("of", "from") and paragraph.word_at(i - 3) in cues("units.people"):
        return not paragraph.flags_at(i + 1) & TokenFlag.CAP
    j = i + 1 + (paragraph.word_at(i + 1) == ",")
    j += 1 + (paragraph.word_at(j) in ("led", "commanded")) if paragraph.word_at(j) in COMMANDED else len(paragraph)
    return bool(paragraph.flags_at(j) & TokenFlag.RANK)


def _is_described_force(paragraph: ParagraphTokens, i: int) -> bool:
    """Whether words in lower case before the bracket at `i` describe a force: `the Dutch battalion (Dutchbat)`."""
    word, before = paragraph.words[i - 1] if i else "", paragraph.word_at(i - 2)
    if word in cues("units.described"):
        return before not in cues("units.stop_force")
    is_force = word in ("force", "forces") and before in cues("units.force_words")
    return is_force and bool(paragraph.words[i - 2].islower())


def _nicknames_beside(paragraph: ParagraphTokens, c: SpanCandidate) -> Iterator[tuple[int, int]]:
    """The names in quotation marks beside a unit: `the "Wizards" of VAQ-133`, `HSM 78, the "Blue Hawks,"`."""
    j = c.start - 1
    j -= paragraph.word_at(j) == "the"
    if paragraph.word_at(j) == "of" and paragraph.word_at(j - 1) in QUOTES:
        for start in range(j - 2, max(-1, j - 7), -1):
            if paragraph.words[start] in QUOTES:
                if start + 1 < j - 1 and all(paragraph.flags[k] & TokenFlag.CAP for k in range(start + 1, j - 1)):
                    yield start + 1, j - 1
                break
    yield from _nicknames_after(paragraph, c.end)


def _nicknames_after(paragraph: ParagraphTokens, end: int) -> Iterator[tuple[int, int]]:
    j = end
    j += paragraph.word_at(j) == ","
    j += paragraph.word_at(j) in ("the", "nicknamed", "called", "known")
    j += paragraph.word_at(j) in ("as", "the")
    j += paragraph.word_at(j) == "the"
    # `5th Division (“Haggana”)`
    j += paragraph.word_at(j) == "(" and paragraph.word_at(j + 1) in QUOTES
    if j == end:
        return
    if paragraph.word_at(j) not in QUOTES:
        is_named = not {"nicknamed", "known", "called", "dubbed"}.isdisjoint(paragraph.lower[end:j])
        stop = j
        while is_named and paragraph.flags_at(stop) & TokenFlag.CAP and not paragraph.first[stop]:
            stop += 1
        if stop > j and paragraph.word_at(j - 1) == "the" and paragraph.word_at(stop) != "of":
            yield j, stop
        return
    close = quoted_end(paragraph, j)
    if close and paragraph.flags[j + 1] & TokenFlag.CAP:
        yield j + 1, close


def _numbered_class_word(paragraph: ParagraphTokens, i: int) -> Iterator[SpanCandidate]:
    """An acronym of class words with its number: `36th CAA`, `VMFA-314`."""
    if i and is_number_word(paragraph, i - 1) and not paragraph.tight[i]:
        yield SpanCandidate(i - 1, i + 1, UNIT, "unit.introduced", 0.9)
    else:
        number = i + 1 + paragraph.is_hyphen(i + 1)
        if is_unit_number(paragraph, number):
            yield SpanCandidate(i, number + 1, UNIT, "unit.introduced", 0.9)


def _is_hull_number(paragraph: ParagraphTokens, i: int) -> bool:
    """Whether a number after the acronym of a coast guard makes the name of its ship (MU-7): `CCG 5205`."""
    word = paragraph.word_at(i)
    is_long = word.isdecimal() and len(word) in HULL_NUMBER and not YEAR.fullmatch(word)
    return is_long and not paragraph.tight[i] and paragraph.word_at(i + 1) not in cues("units.counted_by_number")


def _follows_given_name(paragraph: ParagraphTokens, i: int) -> bool:
    """Whether the words from `i` on are a surname: `Wagner` in `Richard Wagner`."""
    before = paragraph.flags_at(i - 1)
    return bool(before & TokenFlag.GIVEN and before & TokenFlag.CAP)


def _is_inside_compound(paragraph: ParagraphTokens, end: int) -> bool:
    """Whether a hyphen joins the words to something else, which is another name then: `IRGC` in `IRGC-QF`."""
    joins = paragraph.is_hyphen(end) and paragraph.flags_at(end + 1) & TokenFlag.CAP
    return bool(joins) and not paragraph.words[end + 1].islower()


def _is_short_name(paragraph: ParagraphTokens, i: int) -> bool:
    """Whether a capitalised class word is the short name of the force: `the Guard`."""
    if paragraph.word_at(i - 1) == "the":
        return not paragraph.flags_at(i + 1) & TokenFlag.CAP or paragraph.word_at(i + 1) in cues("units.guard_people")
    is_free = paragraph.first[i] or not paragraph.flags_at(i - 1) & TokenFlag.CAP
    return is_free and paragraph.word_at(i + 1) in cues("units.guard_people")


def relabelled_force(paragraph: ParagraphTokens, c: SpanCandidate) -> SpanCandidate:
    """A body whose acronym in brackets is that of a force is the force: `… Mission in the DRC (MONUC)`."""
    name = bracketed_name(paragraph, c.end) if c.rule == "org.headed" else ()
    if len(name) == 1 and lexicon().is_unit(name[0]):
        return c._replace(label=UNIT, rule="unit.introduced")
    return c
