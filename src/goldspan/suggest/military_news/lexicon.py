"""The word lists of `data/` as one table: the flags of a token, by its form.

A list is plain text with one entry per line; its first two lines state its source and its licence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

JOINERS = frozenset(("-", "–", "‑", "'", "’", "‘", "`", "'s", "’s"))
PARTS = re.compile(r"[\w.]+|[^\w\s]")

# Forms cached before the cache is emptied: it must not grow with the number of articles.
CACHE_SIZE = 200_000
ORDINAL_ENDS = ("st", "nd", "rd", "th")
LISTED_WEIGHT = 0.9

# Short forms that are months or days only with a capital.
CAPITAL_TIMES = frozenset(("may", "march", "sat", "sun", "mar", "mon", "wed"))


class TokenFlag:
    """Bits of an integer; with `enum.IntFlag` instead, all rules together would take one and a half times as long."""

    CAP = 1 << 0
    """Begins with a capital."""
    UPPER = 1 << 1
    """Is in capitals throughout and longer than one letter."""
    COMMON = 1 << 2
    """Is, in lower case, a common word."""
    RANK = 1 << 3
    """Is the word of a rank: `Lieutenant`, `Gen.`"""
    TITLE = 1 << 4
    """Ends a title or office: `Minister`."""
    TITLE_PART = 1 << 5
    """Begins a title of several words: `Prime`."""
    ECHELON = 1 << 6
    """Ends the name of an echelon: `Brigade`, `Team`."""
    FORCE = 1 << 7
    """Ends the name of a force of no fixed size: `Army`, `Command`."""
    ORG = 1 << 8
    """Heads the name of a body, document or event: `Ministry`."""
    DEMONYM = 1 << 9
    """Is the adjective or noun of a people or faith."""
    CLASS = 1 << 10
    """Is a class word of places, in any case: `Province`, `river`."""
    NUMBER = 1 << 11
    """Begins with a digit."""
    GIVEN = 1 << 12
    """Is a given name."""
    DIRECTION = 1 << 13
    """Is a direction: `North`, `upper`."""
    TIME = 1 << 14
    """Is a month, a day or their like."""
    PARTICLE = 1 << 15
    """Is a particle inside names: `de`, `bin`."""
    FUNCTION = 1 << 16
    """Is a function word: `the`, `of`."""
    ROLE = 1 << 17
    """Is, in lower case, an office that may precede a name: `spokesman`."""
    PREFIX = 1 << 18
    """Begins names of places: `Camp`, `San`."""
    ORDINAL = 1 << 19
    """Is an ordinal in digits: `3rd`."""
    INITIAL = 1 << 20
    """Is a letter with its full stop."""
    LETTER = 1 << 21
    """Is a single capital letter."""
    SURNAME = 1 << 22
    """Is a surname."""


class PhraseTrie:
    """A gazetteer of names, each with a value.

    The keys are normalized forms joined without spaces or hyphens, so that *Mazar-e-Sharif* is *Mazar-e Sharif* however
    a tokenizer cuts it and wherever a line breaks.
    """

    def __init__(self, names: Iterable[str] = (), value: float = 1.0) -> None:
        self.values: dict[str, float] = {}
        self.longest: dict[str, int] = {}
        for name in names:
            self.add(name, value)

    def add(self, name: str, value: float) -> None:
        """Add a name; of two values the higher is kept."""
        if name.isascii() and name.replace(" ", "").isalpha():
            words = name.lower().split()
        else:
            words = [form for form in map(normalize, PARTS.findall(name)) if form]
        if not words:
            return
        key = "".join(words)
        self.values[key] = max(value, self.values.get(key, 0.0))
        # Hyphens and apostrophes are tokens, too: there may be one after each word.
        size = 2 * len(words) + 1
        self.longest[words[0]] = max(size, self.longest.get(words[0], 0))

    def match(self, forms: list[str], i: int) -> tuple[int, float]:
        """The end of the longest name that begins at a token, and its value.

        Args:
            forms: the normalized forms of the tokens.
            i: the token.

        Returns:
            The index after the name's last token; `(i, 0.0)` where no name begins.
        """
        size = self.longest.get(forms[i])
        best = (i, 0.0)
        if not size:
            return best
        key, values = "", self.values
        for j in range(i, min(i + size, len(forms))):
            form = forms[j]
            key += form
            if form and key in values:
                best = (j + 1, values[key])
        return best

    def end(self, forms: list[str], i: int) -> int:
        """The end of the longest name that begins at a token, or the token itself."""
        return self.match(forms, i)[0]


@dataclass
class Lexicon:
    """The word lists.

    Args:
        capital: flags of words that begin with a capital, by their lower case.
        small: flags of words that do not.
        either: flags of words in any case.
        acronyms: `unit` or `org` by acronym, as written.
        forces: names of forces.
        orgs: names of bodies that no label covers.
        heads: the size of each echelon.
        force_heads: what ends the name of a force of no fixed size.
        common: common words in lower case.
    """

    capital: dict[str, int] = field(default_factory=dict)
    small: dict[str, int] = field(default_factory=dict)
    either: dict[str, int] = field(default_factory=dict)
    acronyms: dict[str, str] = field(default_factory=dict)
    forces: PhraseTrie = field(default_factory=PhraseTrie)
    orgs: PhraseTrie = field(default_factory=PhraseTrie)
    heads: dict[str, int] = field(default_factory=dict)
    force_heads: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    _memo: dict[str, tuple[int, str]] = field(default_factory=dict)

    def look(self, word: str) -> tuple[int, str]:
        """The `TokenFlag` flags of a token and its normalized form."""
        known = self._memo.get(word)
        if known is None:
            if len(self._memo) > CACHE_SIZE:
                self._memo.clear()
            known = self._memo[word] = (self._kind(word), normalize(word))
        return known

    def _kind(self, word: str) -> int:
        lower = word.lower()
        flags = self.either.get(lower, 0)
        if word[0].isupper():
            return flags | TokenFlag.CAP | self.capital.get(lower, 0) | _shape(word)
        if word[0].isdigit():
            ordinal = all(map(_is_ordinal, lower.split("/")))
            return flags | TokenFlag.NUMBER | (TokenFlag.ORDINAL if ordinal else 0)
        return flags | self.small.get(lower, 0)

    def is_unit(self, word: str) -> bool:
        """Whether a word is the acronym of a force."""
        return self.acronyms.get(word) == "unit"

    def is_org(self, word: str) -> bool:
        """Whether a word is the acronym of a body that no label covers."""
        return self.acronyms.get(word) == "org"


def entries(name: str) -> list[str]:
    """The entries of a word list, without its comments."""
    text = (files("goldspan.suggest.military_news") / "data" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def cues(name: str) -> frozenset[str]:
    """The cue words of a section of `cues.txt`, or of `unit_cues.txt` for those of units."""
    return _sections()[name]


def normalize(word: str) -> str:
    """A word in the form that is compared: in lower case, without diacritics, only letters and digits."""
    folded = word.lower()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    if folded.isalnum():
        return folded
    # Other marks stay: a name does not continue after a comma.
    return "".join(c for c in folded if c.isalnum()) or ("" if folded in JOINERS else folded)


@cache
def lexicon() -> Lexicon:
    """The lexicon, read from the package's data on first use."""
    lex = Lexicon(common=frozenset(entries("common_words")))
    _read_people(lex)
    _read_forces(lex)
    _read_bodies(lex)
    _read_places(lex)
    times = cues("lexicon.times")
    _flag(lex.either, (f"{time}." for time in times if len(time) < len("month")), TokenFlag.TIME)
    _flag(lex.either, times - CAPITAL_TIMES - {"local"}, TokenFlag.TIME)
    _flag(lex.capital, CAPITAL_TIMES, TokenFlag.TIME)
    _flag(lex.either, cues("lexicon.functions"), TokenFlag.FUNCTION)
    _flag(lex.either, lex.common, TokenFlag.COMMON)
    return lex


@cache
def _sections() -> dict[str, frozenset[str]]:
    sections: dict[str, list[str]] = {}
    for line in (*entries("cues"), *entries("unit_cues")):
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        else:
            words.append(line)
    return {name: frozenset(words) for name, words in sections.items()}


def _is_ordinal(word: str) -> bool:
    """Whether a word is an ordinal in digits: `3rd`, `22nd`, `2d`."""
    return (word[-2:] in ORDINAL_ENDS and word[:-2].isdecimal()) or (word[-1:] == "d" and word[:-1].isdecimal())


def _shape(word: str) -> int:
    if len(word) == 1:
        return TokenFlag.LETTER
    initial = TokenFlag.INITIAL if len(word) == len("A.") and word[1] == "." else 0
    return initial | (TokenFlag.UPPER if word.isupper() else 0)


def _flag(table: dict[str, int], words: Iterable[str], flags: int) -> None:
    for word in words:
        table[word] = table.get(word, 0) | flags


def _read_people(lex: Lexicon) -> None:
    armed = cues("lexicon.armed")
    for rank in entries("ranks"):
        words = [w for w in rank.replace(".", " ").replace("-", " ").split() if w not in armed | {"of", "the"}]
        _flag(lex.capital, (w.lower() for w in words), TokenFlag.RANK)
        _flag(lex.capital, (f"{w.lower()}." for w in words if len(w) > 1), TokenFlag.RANK)
    for title in entries("titles"):
        *first, last = title.replace("-", " - ").split()
        is_capital = title[0].isupper()
        if last not in armed:
            forms = (last.lower(), f"{last.lower()}.")
            _flag(lex.capital if is_capital else lex.small, forms, TokenFlag.TITLE if is_capital else TokenFlag.ROLE)
        if is_capital:
            parts = (w.lower() for w in first if w[0].isupper() and w not in armed)
            _flag(lex.capital, parts, TokenFlag.TITLE_PART)
    given = {name.lower() for name in (*entries("given_names"), *entries("first_names"))}
    _flag(lex.capital, given, TokenFlag.GIVEN)
    _flag(lex.capital, {name.lower() for name in entries("surnames")}, TokenFlag.SURNAME)
    _flag(lex.capital, (name.lower() for name in entries("demonyms") if " " not in name), TokenFlag.DEMONYM)
    _flag(lex.small, cues("lexicon.particles"), TokenFlag.PARTICLE)


def _read_forces(lex: Lexicon) -> None:
    for row in entries("echelons"):
        name, size = row.lower().split("\t")
        lex.heads[name] = int(size)
        _flag(lex.either, [name.split()[-1]], TokenFlag.ECHELON)
    lex.force_heads = frozenset(entry.lower() for entry in entries("services"))
    _flag(lex.capital, (head.split()[-1] for head in lex.force_heads), TokenFlag.FORCE)
    for name in entries("forces"):
        if _is_acronym(name):
            lex.acronyms[name] = "unit"
        else:
            lex.forces.add(name, LISTED_WEIGHT)


def _read_bodies(lex: Lexicon) -> None:
    _flag(lex.capital, (head.lower().split()[-1] for head in entries("org_heads")), TokenFlag.ORG)
    for name in entries("orgs"):
        if _is_acronym(name):
            lex.acronyms[name] = "org"
        if not _is_acronym(name) or not name.isalnum():
            lex.orgs.add(name, LISTED_WEIGHT)


def _is_acronym(name: str) -> bool:
    return " " not in name and (name.isupper() or not name[1:].islower())


def _read_places(lex: Lexicon) -> None:
    _flag(lex.either, (name.lower().split()[-1] for name in entries("place_classes")), TokenFlag.CLASS)
    _flag(lex.capital, (name.lower() for name in entries("place_prefixes") if " " not in name), TokenFlag.PREFIX)
    _flag(lex.either, cues("lexicon.directions"), TokenFlag.DIRECTION)
