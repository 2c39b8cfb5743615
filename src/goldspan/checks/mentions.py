"""Unmarked mentions: names that are marked in one place of an article and not in another.

A mention and a part of a longer name have the same words (*Oslo* in *Oslo Police*). Capitalised neighbours mostly
distinguish them: a name beside one is not reported, unless the neighbour is a title, a function word, a span of its
own, or a word that the article has elsewhere beside a marked name of the same label.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from goldspan.checks.boundaries import begins_sentence
from goldspan.checks.check import SpanResult, check
from goldspan.formats.record import RawSpan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import LabelScheme
    from goldspan.formats.record import Record

# Offices of persons: neither *President of X* nor *X Commander* is a longer name.
OFFICES = frozenset(
    """
    Ambassador Chairman Chairperson Chairwoman Chancellor Chief Commander Commissioner Coordinator Deputy Director Envoy
    Governor Head King Leader Mayor Minister Premier President Prime Prince Princess Queen Representative Speaker
    Spokesman Spokesperson Spokeswoman
    """.split()  # noqa: SIM905 (words read best as words)
)
# Ranks and forms of address, which precede a name.
TITLES = OFFICES | frozenset(
    """
    Adm Admiral Brig Brigadier Capt Captain Cardinal Col Colonel Cpl Corporal Doctor Dr Gen General Gov Haji Hon Imam
    Judge Justice Lady Lance Lieutenant Lord Lt Maj Major Marshal Miss Mr Mrs Ms Mullah Officer Pope Private Prof
    Professor Pvt Rear Rep Rev Secretary Sen Senator Sergeant Sgt Sheikh Sir Vice Warrant
    """.split()  # noqa: SIM905 (words read best as words)
)
# Words capitalised at the beginning of a sentence and in headlines only, here in lower case.
FUNCTION_WORDS = frozenset(
    """
    a about above across after against all along also although among amid an and any are around as asked at be because
    been before behind below beneath beside besides between beyond both but by can could despite did do does down during
    each either even every few for from had has have he her here his how however i if in inside instead into is
    it its just last like many may meanwhile might more moreover most my near neither no nor not now of off on once
    one only onto or other our out outside over per since so some still such than that the their then there therefore
    these they this those though through throughout thus to today together tomorrow toward towards under unlike until
    unless up upon was we were what when where whereas whether which while who whom whose why will with within without
    would yesterday yet you your
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december
    """.split()  # noqa: SIM905 (words read best as words)
)


SHORTEST = 3
REACH = 60
HYPHENS = frozenset("-\u2010\u2011\u2012\u2013&")
ADDRESS = re.compile(r"://|www\.|[@#]\w|\w\.[a-z]")
WORD = re.compile(r"[^\W\d_]+")
WORD_CHARACTER = re.compile(r"\w")
SPACE = re.compile(r"\s+")
NEXT = re.compile(r"\s+([^\W\d_][\w.'’-]*)")
LAST = re.compile(r"([^\W\d_][\w.'’&-]*)\s+\Z")
HEAD = re.compile(r"([^\W\d_][\w'’-]*)\s+(?:of|for|on)\s+(?:the\s+)?\Z")
HEAD_IN = re.compile(r"(?:Administration|Command|Embassy|Forces?|Mission|Office|Operation|Presence)\s+(?:in|to)\s+\Z")
COMPOUND = re.compile(r"-[^\W\d_A-Z][^-]*\Z")  # *UN-led*
POSSESSIVE = ("'s", "’s", "'", "’")


@check(
    "unmarked-repeat",
    "article",
    "warning",
    title="A name that is marked in one place of the article is unmarked in another",
    why="It teaches a model that the name is not one, and it is the most common mistake of careful annotators.",
    remedy="Mark it, unless it is part of a longer name here; if it is not a name, allow it in labels.toml.",
)
def unmarked_repeat(records: Sequence[Record], scheme: LabelScheme) -> Iterator[SpanResult]:
    """Each unmarked occurrence of marked words, unless its neighbours make it part of a longer name."""
    article = _Article(tuple(records), scheme)
    for record in records if article.names else ():
        for start, end in article.occurrences(record.text):
            label, where = article.names[_one_line(record.text[start:end])]
            place = _Place(article, record, start, end, label)
            accepted = place.is_marked() or place.is_joined() or place.is_in_address()
            if not (accepted or place.is_common_word() or place.is_part_of_name()):
                yield SpanResult(record, f"marked in {where} but not here", RawSpan(place.start, place.end, label))


CHECKS = (unmarked_repeat,)


def _end_of_name(name: str, text: str, start: int) -> int | None:
    """Where a name ends that begins here, whatever white space is between its words; None if it does not.

    An article has hundreds of names, so that a pattern of each would take longer than to look.
    """
    end = start
    for number, word in enumerate(name.split()):
        if number and (space := SPACE.match(text, end)):
            end = space.end()
        elif number:
            return None
        if not text.startswith(word, end):
            return None
        end += len(word)
    inside_word = (start > 0 and WORD_CHARACTER.match(text, start - 1)) or WORD_CHARACTER.match(text, end)
    return None if inside_word else end


@dataclass(frozen=True)
class _Article:
    """The marked names of an article, and their neighbours."""

    records: tuple[Record, ...]
    scheme: LabelScheme

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """The marked words with their label and the first example that has them, without quantities and short words."""
        quantities = {label.name for label in self.scheme.labels if label.quantity}
        names: dict[str, tuple[str, str]] = {}
        for record in self.records:
            for span in record.spans:
                surface = _one_line(record.text[span.start : span.end])
                if span.label not in quantities and len(surface) >= SHORTEST and WORD.search(surface):
                    names.setdefault(surface, (span.label, record.id))
        return names

    @cached_property
    def index(self) -> dict[str, list[tuple[int, str]]]:
        """By first word of a name, where in the name it begins and the name, the longest name first."""
        index: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for name in sorted(self.names, key=lambda name: (-len(name), name)):
            first = WORD.search(name)
            assert first is not None
            index[first[0]].append((first.start(), name))
        return dict(index)

    def occurrences(self, text: str) -> Iterator[tuple[int, int]]:
        """The places of names in a text, marked or not; of names that begin at the same word the longest."""
        end = 0
        for word in WORD.finditer(text):
            for before, name in self.index.get(word[0], ()):
                start = word.start() - before
                if start >= end and (stop := _end_of_name(name, text, start)):
                    end = stop
                    yield start, end
                    break

    @cached_property
    def lower_case_words(self) -> frozenset[str]:
        """The words that the article has in lower case somewhere."""
        return frozenset(word for record in self.records for word in WORD.findall(record.text) if word.islower())

    @cached_property
    def neighbours(self) -> frozenset[tuple[str, str]]:
        """The words beside marked names, with the label of the name: they are not part of such names."""
        return frozenset(
            (word, span.label)
            for record in self.records
            for span in record.spans
            for word in (_before(LAST, record.text, span.start), _after(record.text, span.end))
            if word
        )


@dataclass(frozen=True)
class _Place:
    """An occurrence of a marked name, `record.text[start:end]`."""

    article: _Article
    record: Record
    start: int
    end: int
    label: str

    def is_marked(self) -> bool:
        """Whether a span covers it or a part of it."""
        return self._touches_span(self.start, self.end)

    def is_joined(self) -> bool:
        """Whether a hyphen joins it to another word, or an accent follows its last letter."""
        text = self.record.text
        before, after = text[max(0, self.start - 2) : self.start], text[self.end : self.end + 2]
        if (before[-1:] in HYPHENS and before[:1].isalnum()) or (after[:1] in HYPHENS and after[1:].isalnum()):
            return True
        return bool(after) and unicodedata.combining(after[0]) > 0

    def is_in_address(self) -> bool:
        """Whether it is part of a web address, a handle or a hashtag."""
        text = self.record.text
        left = re.search(r"\S*\Z", text[max(0, self.start - REACH) : self.start])
        right = re.match(r"\S*", text[self.end : self.end + REACH])
        chunk = (left[0] if left else "") + text[self.start : self.end] + (right[0] if right else "")
        return ADDRESS.search(chunk) is not None

    def is_common_word(self) -> bool:
        """Whether it may be an ordinary word, capitalised at the beginning of a sentence: *Will*, *May*."""
        lower = self.record.text[self.start : self.end].lower()
        is_word = lower in FUNCTION_WORDS or lower in self.article.lower_case_words
        return is_word and begins_sentence(self.record.text, self.start)

    def is_part_of_name(self) -> bool:
        """Whether it and a capitalised neighbour, or the head of an *of* phrase, are a longer name."""
        text = self.record.text
        if HEAD_IN.search(text, max(0, self.start - REACH), self.start):
            return True
        after = _after(text, self.end)
        if after and self._extends(after, self.end + 1, OFFICES):
            return True
        for pattern, outside in ((LAST, TITLES), (HEAD, OFFICES)):
            match = pattern.search(text, max(0, self.start - REACH), self.start)
            if match and self._extends(match[1], match.start(1), outside):
                return True
        return False

    def _extends(self, word: str, at: int, outside: frozenset[str]) -> bool:
        """Whether a neighbouring word probably belongs to a longer name."""
        if not word[0].isupper() or word.endswith(POSSESSIVE) or COMPOUND.search(word):
            return False
        bare = word.rstrip(".")
        if bare in outside or bare.lower() in FUNCTION_WORDS or (bare, self.label) in self.article.neighbours:
            return False
        if word.endswith(".") and at < self.start and "." not in bare:
            return False  # the end of the sentence before
        starts = at < self.start and begins_sentence(self.record.text, at)
        return not (
            (starts and bare.lower() in self.article.lower_case_words) or self._touches_span(at, at + len(bare))
        )

    def _touches_span(self, start: int, end: int) -> bool:
        return any(span.start < end and start < span.end for span in self.record.spans)


def _before(pattern: re.Pattern[str], text: str, at: int) -> str:
    match = pattern.search(text, max(0, at - REACH), at)
    return match[1].rstrip(".") if match else ""


def _after(text: str, at: int) -> str:
    match = NEXT.match(text, at)
    return match[1].rstrip(".") if match else ""


def _one_line(words: str) -> str:
    return " ".join(words.split())
